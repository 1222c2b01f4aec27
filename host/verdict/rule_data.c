/* rule_data.c - the data themselves: read from a stale cache, never read at all,
 * erased before there was another copy, or programmed over the program.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/verdict_priv.h"

enum { NULL_SPAN = 0x400 }; /* no peripheral's registers reach further */
#define BLANK 0xFFFFFFFFu
/* Programs that follow each other so closely, or an erase, belong together. */
#define BURST_NS 1000000000u
#define MOVED_NS 10000000000u
enum { ROW = 16 }; /* bytes of a line of a cache */

static struct sector_life *life_of(struct verdict *v, const struct silicon_sector *sector)
{
    size_t n;
    return &v->sector[sector - silicon_sectors(v->s, &n)];
}

/* ---- the only copy ----------------------------------------------------------------- */

/* A word of a sector: its value, then where it is. */
static uint64_t pair_of(uint32_t value, uint32_t off)
{
    return (uint64_t)value << 32 | off;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* The words of a sector that say something: not blank, not zero, and not left
 * undecided by a cut. */
struct words {
    uint64_t *at; /* sorted; freed by the caller. NULL: no memory */
    size_t n;
};

static struct words words_of(struct verdict *v, const struct silicon_sector *sector)
{
    struct words w = {.at = malloc(sector->size / 4 * sizeof(w.at[0]))};
    for (uint32_t off = 0; w.at != NULL && off < sector->size; off += 4) {
        uint32_t value;
        uint32_t loose;
        silicon_peek(v->s, sector->addr + off, &value, &loose, sizeof(value));
        if (value != BLANK && value != 0 && loose == 0) {
            w.at[w.n++] = pair_of(value, off);
        }
    }
    if (w.n > 0) {
        qsort(w.at, w.n, sizeof(w.at[0]), by_value);
    }
    return w;
}

/* Another sector was written just before, and after this one: the data moved. */
static bool moved_to(struct verdict *v, const struct silicon_sector *from,
        const struct sector_life *to)
{
    return to->programmed_ns != 0 &&
           to->programmed_ns >= life_of(v, from)->programmed_ns &&
           v->now->ns - to->programmed_ns < MOVED_NS;
}

/* The first of the words that is not before that one. */
static size_t find_word(const struct words *words, uint64_t pair)
{
    size_t low = 0;
    size_t high = words->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (words->at[middle] < pair) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Are some of the words in the other sector, too? What is at the same offset in
 * both may be a header that each sector of a store has; but half of all is not. */
static bool shares(const struct words *words, const struct words *others)
{
    size_t same = 0;
    for (size_t i = 0; i < others->n; i++) {
        uint64_t other = others->at[i];
        size_t here = find_word(words, other);
        if (here < words->n && words->at[here] == other) {
            same++;
            continue;
        }
        size_t value = find_word(words, pair_of((uint32_t)(other >> 32), 0));
        if (value < words->n && words->at[value] >> 32 == other >> 32) {
            return true;
        }
    }
    return same > 0 && same >= (words->n + 1) / 2;
}

/* Does another sector, outside the image, hold some of these words too, or what
 * became of them? */
static bool copied(
        struct verdict *v, const struct silicon_sector *but, const struct words *words)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    bool found = false;
    for (size_t i = 0; i < n && !found; i++) {
        struct cover cover = verdict_cover(v, sectors[i].addr, sectors[i].size);
        if (&sectors[i] == but || cover.code) {
            continue;
        }
        struct words theirs = words_of(v, &sectors[i]);
        found = moved_to(v, but, &v->sector[i]) || shares(words, &theirs);
        free(theirs.at);
    }
    return found;
}

static void forget_lost(struct sector_life *life)
{
    free(life->lost);
    life->lost = NULL;
}

static void remember_lost(struct verdict *v, const struct silicon_sector *sector)
{
    struct sector_life *life = life_of(v, sector);
    forget_lost(life);
    life->lost = malloc(sector->size);
    life->replaced_ns = 0;
    life->differs = false;
    if (life->lost != NULL) {
        silicon_peek(v->s, sector->addr, life->lost, NULL, sector->size);
    }
}

static void look_into(
        struct verdict *v, const struct silicon_sector *sector, const struct spot *spot)
{
    struct sector_life *life = life_of(v, sector);
    struct words words = words_of(v, sector);
    struct cover cover = verdict_cover(v, sector->addr, sector->size);
    if (words.n != 0 && cover.bytes == 0 && !copied(v, sector, &words)) {
        remember_lost(v, sector);
        life->lost_at = *spot;
        life->lost_bytes = (uint32_t)words.n * 4;
    } else {
        forget_lost(life);
    }
    free(words.at);
}

void rule_data_erase(struct verdict *v, const struct silicon_sector *sector,
        const struct spot *spot, uint64_t erase_ns)
{
    struct sector_life *life = life_of(v, sector);
    /* The first such window is told; it is the same each time. And what power
     * failed in is nothing to lose: the erase before it was the one that counts. */
    if (life->differs) {
        forget_lost(life); /* the window is over: what comes now is another one */
    } else if (life->cut_ns == 0) {
        look_into(v, sector, spot);
    }
    life->erase_end_ns = v->now->ns + erase_ns;
    life->begun = true;
    life->cut_ns = 0;
    v->changed = life;
}

/* Power fails in the operation under way: what was written since an erase, all at
 * once, was never finished. */
void rule_data_cut(struct verdict *v, const struct silicon_event *ev)
{
    if (ev->op != 0 && v->changed != NULL && v->changed->begun) {
        v->changed->cut_ns = v->now->ns;
    }
}

/* What comes soon after the erase replaces what it destroyed. */
static void replace(struct verdict *v, struct sector_life *life,
        const struct silicon_sector *sector, const struct silicon_event *ev)
{
    uint64_t since = life->replaced_ns != 0 ? life->replaced_ns : life->erase_end_ns;
    uint32_t off = verdict_die(v, ev->addr) - sector->addr;
    if (life->lost == NULL || v->now->ns >= since + BURST_NS) {
        return;
    }
    life->replaced_ns = v->now->ns + ev->ns;
    unsigned width = ev->width <= 4 ? ev->width : 4;
    life->differs = life->differs || memcmp(life->lost + off, &ev->value, width) != 0;
}

/* Does this go on with what the erase began? And what is written right after a cut
 * only settles what the cut has left. */
static void follow(struct verdict *v, struct sector_life *life)
{
    uint64_t last = life->programmed_ns > life->erase_end_ns ? life->programmed_ns
                                                             : life->erase_end_ns;
    life->begun = life->begun && v->now->ns < last + BURST_NS;
    if (v->now->ns >= life->cut_ns + BURST_NS) {
        life->cut_ns = 0;
    }
    v->changed = life;
}

static void finish_copies(struct verdict *v)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    for (size_t i = 0; i < n; i++) {
        const struct sector_life *life = &v->sector[i];
        if (!life->differs) {
            continue;
        }
        bool fresh;
        struct item *it = verdict_sum(
                v, CODE_ONLY_COPY_ERASED, sectors[i].number, &life->lost_at, &fresh);
        if (it == NULL || !fresh) {
            continue;
        }
        verdict_address(v, it, sectors[i].addr);
        it->f.text = verdict_say(v,
                "%s erased sector %u while it held the only copy of %u bytes of data; "
                "their replacement was complete %s later, and a loss of power in between "
                "leaves neither",
                verdict_func(v, life->lost_at.pc), sectors[i].number, life->lost_bytes,
                verdict_time(v, life->replaced_ns - life->lost_at.ns));
        it->f.fix =
                "Write the new data to another sector, or to a blank part of this one, "
                "before erasing the old (Etch's store does)";
    }
}

void rule_data_free(struct verdict *v)
{
    for (size_t i = 0; i < SECTORS; i++) {
        free(v->sector[i].lost);
    }
}

/* ---- objects that the compiler knew better ------------------------------------------- */

static struct object *object_at(struct verdict *v, uint32_t addr)
{
    struct symbols_symbol symbol;
    for (size_t i = 0; i < v->objects; i++) {
        if (addr - v->object[i].addr < v->object[i].size) {
            return &v->object[i];
        }
    }
    if (v->symbols == NULL || v->objects == OBJECTS ||
            !symbols_holding(v->symbols, addr, &symbol) || symbol.code ||
            addr - symbol.addr >= symbol.size) {
        return NULL;
    }
    struct object *object = &v->object[v->objects++];
    *object = (struct object){.addr = symbol.addr, .size = symbol.size};
    verdict_append(object->name, sizeof(object->name), symbol.name);
    return object;
}

/* Nobody programs at the alias of the vectors on purpose. */
static void tell_null(struct verdict *v, struct item *it, const struct silicon_event *ev)
{
    const char *by = v->pg.open && !verdict_same_function(v, v->pg.pc, it->f.pc)
                             ? verdict_say(v, " by %s", verdict_at(v, v->pg.pc))
                             : "";
    it->f.text = verdict_say(v,
            "%s stored 0x%0*" PRIX32 " to 0x%08" PRIX32
            " through a NULL pointer while FLASH_CR.PG was set%s: address 0 is an alias "
            "of flash, so this was programmed over the running program itself",
            verdict_func(v, it->f.pc), (int)ev->width * 2, ev->value, ev->addr, by);
    it->f.fix = "Initialise the pointer, and clear PG and set LOCK after each program "
                "(HAL_FLASH_Lock): a stray store then changes nothing";
}

static void check_code(struct verdict *v, const struct silicon_event *ev, uint32_t pc)
{
    bool fresh;
    struct cover cover = verdict_cover(v, verdict_die(v, ev->addr), ev->width);
    const struct silicon_sector *sector = verdict_sector(v, ev->addr);
    if (!cover.code || sector == NULL || life_of(v, sector)->erases != 0) {
        return; /* what was erased is lost already */
    }
    struct spot spot = {.known = false};
    if (verdict_find(v, CODE_PROGRAMMED_CODE, pc) == NULL) {
        spot = verdict_spot(v, pc);
    }
    struct item *it = verdict_add(v, CODE_PROGRAMMED_CODE, pc, &spot, &fresh);
    if (it == NULL || !fresh) {
        return;
    }
    verdict_address(v, it, ev->addr);
    if (ev->addr < NULL_SPAN) {
        tell_null(v, it, ev);
        return;
    }
    it->f.text = verdict_say(v,
            "%s programmed 0x%0*" PRIX32
            " at %s, where the running program itself lies (%s)",
            verdict_func(v, pc), (int)ev->width * 2, ev->value, verdict_addr(v, ev->addr),
            verdict_at(v, ev->addr));
    it->f.fix = "Write data only to sectors that the linker script keeps free of the "
                "program";
}

void rule_data_program(struct verdict *v, const struct silicon_event *ev)
{
    const struct silicon_sector *sector = verdict_sector(v, ev->addr);
    uint32_t pc = verdict_caller(v, ev);
    if (sector == NULL) {
        return;
    }
    struct sector_life *life = life_of(v, sector);
    replace(v, life, sector, ev);
    follow(v, life);
    life->programmed_ns = v->now->ns;
    struct object *object = object_at(v, verdict_die(v, ev->addr));
    if (object != NULL) {
        if (!object->programmed.known) {
            object->programmed = verdict_spot(v, pc);
        }
    }
    check_code(v, ev, pc);
}

void rule_data_read(struct verdict *v, const struct board_event *ev)
{
    struct object *object = object_at(v, verdict_die(v, ev->addr));
    if (object != NULL) {
        object->loaded = true;
    }
}

static void finish_objects(struct verdict *v)
{
    for (size_t i = 0; i < v->objects; i++) {
        const struct object *object = &v->object[i];
        bool foldable = v->symbols != NULL && symbols_constant(v->symbols, object->addr);
        bool program = verdict_cover(v, object->addr, object->size).code;
        if (!object->programmed.known || object->loaded || !foldable || program) {
            continue;
        }
        bool fresh;
        struct item *it = verdict_sum(
                v, CODE_CONST_FOLDED, object->addr, &object->programmed, &fresh);
        if (it == NULL || !fresh) {
            continue;
        }
        verdict_address(v, it, object->addr);
        it->f.text = verdict_say(v,
                "'%s' at %s was programmed, but no load from it was executed afterwards: "
                "it "
                "is const without volatile, so the compiler uses the value it had at "
                "compile time",
                object->name, verdict_addr(v, object->addr));
        it->f.fix = verdict_say(v,
                "Declare '%s' volatile const, or read it through a pointer to volatile",
                object->name);
    }
}

void rule_data_finish(struct verdict *v)
{
    finish_copies(v);
    finish_objects(v);
}

/* ---- stale lines ------------------------------------------------------------------------ */

static void tell_stale(struct verdict *v, struct item *it, uint32_t addr, bool code)
{
    const struct silicon_sector *sector = verdict_sector(v, addr);
    uint32_t holds = 0;
    silicon_peek(v->s, verdict_die(v, addr) & ~3u, &holds, NULL, sizeof(holds));
    const char *change = "it changed";
    if (sector != NULL && life_of(v, sector)->erases != 0) {
        const struct spot *erased = &life_of(v, sector)->erased;
        change = verdict_say(v, "sector %u was erased by %s %s earlier", sector->number,
                verdict_at(v, erased->pc), verdict_time(v, v->now->ns - erased->ns));
    }
    it->f.text = verdict_say(v,
            "%s %s %s as the %s cache had it from before (%s): the flash itself holds "
            "0x%08" PRIX32 " there, and the cache was not reset since",
            verdict_func(v, it->f.pc), code ? "executed" : "read", verdict_addr(v, addr),
            code ? "instruction" : "data", change, holds);
    it->f.fix = verdict_say(v,
            "After the erase disable the %s cache, reset it and enable it again (%s = 0, "
            "%s = 1, %s = 0, %s = 1); the ends of a program and an erase do not do it",
            code ? "instruction" : "data", code ? "ICEN" : "DCEN",
            code ? "ICRST" : "DCRST", code ? "ICRST" : "DCRST", code ? "ICEN" : "DCEN");
}

/* ---- lines taken beside a busy bank ------------------------------------------------------ */

void rule_data_doubt(struct verdict *v, struct item *it, uint32_t addr)
{
    v->doubt[v->doubts++ % DOUBTS] =
            (struct doubt){.it = it, .row = verdict_die(v, addr) / ROW, .ns = v->now->ns};
}

/* That line was wrong from the start: what it holds never was in the flash. */
static bool was_wrong(struct verdict *v, uint32_t addr)
{
    const struct silicon_sector *sector = verdict_sector(v, addr);
    for (size_t i = 0; i < DOUBTS && sector != NULL; i++) {
        const struct doubt *d = &v->doubt[i];
        const struct sector_life *life = life_of(v, sector);
        bool changed = (life->erased.known && life->erased.ns > d->ns) ||
                       life->programmed_ns > d->ns;
        if (d->it == NULL || d->row != verdict_die(v, addr) / ROW || changed) {
            continue;
        }
        if (d->it->f.severity != FINDING_ERROR) {
            d->it->f.severity = FINDING_ERROR; /* it has come to that */
            d->it->f.text = verdict_say(v,
                    "%s; it was, and what the flash does not hold was read from %s",
                    d->it->f.text, verdict_addr(v, addr));
        }
        return true;
    }
    return false;
}

void rule_data_stale(struct verdict *v, uint32_t addr, unsigned width, uint32_t pc)
{
    bool fresh;
    /* The read-back of bits that were lost shows what was asked for: the same
     * story, told there. */
    for (size_t i = 0; i < v->n; i++) {
        if (v->items[i].code == CODE_BITS_LOST && v->items[i].f.sector >= 0 &&
                v->items[i].f.address / 16 == addr / 16) {
            verdict_fact(&v->items[i], "read back",
                    "through the data cache, which shows "
                    "the value asked for");
            return;
        }
    }
    if (width != 0 && was_wrong(v, addr)) {
        return;
    }
    const struct silicon_sector *sector = verdict_sector(v, addr);
    struct item *erased = sector != NULL ? life_of(v, sector)->image : NULL;
    if (width == 0 && erased != NULL) {
        verdict_fact(erased, "then", "the erased code ran on from the instruction cache");
        return;
    }
    struct spot spot = {.known = false};
    if (verdict_find(v, CODE_STALE_CACHE, pc) == NULL) {
        spot = verdict_spot(v, pc);
    }
    struct item *it = verdict_add(v, CODE_STALE_CACHE, pc, &spot, &fresh);
    if (it != NULL && fresh) {
        verdict_address(v, it, addr);
        tell_stale(v, it, addr, width == 0);
    }
}
