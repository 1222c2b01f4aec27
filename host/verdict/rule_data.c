/* rule_data.c - the data themselves: read from a stale cache, never read at all,
 * erased before there was another copy, or programmed over the program.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/verdict_priv.h"

#define BLANK 0xFFFFFFFFu
/* Programs that follow each other so closely, or an erase, belong together. */
#define BURST_NS 1000000000u
#define MOVED_NS 10000000000u

static struct sector_life *life_of(struct verdict *v, const struct silicon_sector *sector)
{
    size_t n;
    return &v->sector[sector - silicon_sectors(v->s, &n)];
}

/* ---- the only copy ----------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The words of a sector that say something: not blank, not zero. Sorted;
 * freed by the caller. */
static uint32_t *words_of(
        struct verdict *v, const struct silicon_sector *sector, size_t *count)
{
    uint32_t *words = malloc(sector->size);
    *count = 0;
    if (words == NULL) {
        return NULL;
    }
    silicon_peek(v->s, sector->addr, words, NULL, sector->size);
    for (size_t i = 0; i < sector->size / 4; i++) {
        if (words[i] != BLANK && words[i] != 0) {
            words[(*count)++] = words[i];
        }
    }
    qsort(words, *count, sizeof(words[0]), by_value);
    return words;
}

/* Another sector was written just before, and after this one: the data moved. */
static bool moved_to(struct verdict *v, const struct silicon_sector *from,
        const struct sector_life *to)
{
    return to->programmed_ns != 0 &&
           to->programmed_ns >= life_of(v, from)->programmed_ns &&
           v->now->ns - to->programmed_ns < MOVED_NS;
}

/* Does another sector, outside the image, hold some of these words too, or what
 * became of them? */
static bool copied(struct verdict *v, const struct silicon_sector *but,
        const uint32_t *words, size_t count)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    bool found = false;
    for (size_t i = 0; i < n && !found; i++) {
        struct cover cover = verdict_cover(v, sectors[i].addr, sectors[i].size);
        if (&sectors[i] == but || cover.code) {
            continue;
        }
        found = moved_to(v, but, &v->sector[i]);
        size_t theirs_n;
        uint32_t *theirs = words_of(v, &sectors[i], &theirs_n);
        for (size_t k = 0; k < theirs_n && !found; k++) {
            found = bsearch(&theirs[k], words, count, sizeof(words[0]), by_value) != NULL;
        }
        free(theirs);
    }
    return found;
}

static void remember_lost(
        struct verdict *v, const struct silicon_sector *sector, uint64_t erase_ns)
{
    struct sector_life *life = life_of(v, sector);
    free(life->lost);
    life->lost = malloc(sector->size);
    life->erase_end_ns = v->now->ns + erase_ns;
    life->replaced_ns = 0;
    life->differs = false;
    if (life->lost != NULL) {
        silicon_peek(v->s, sector->addr, life->lost, NULL, sector->size);
    }
}

void rule_data_erase(struct verdict *v, const struct silicon_sector *sector,
        const struct spot *spot, uint64_t erase_ns)
{
    struct sector_life *life = life_of(v, sector);
    if (life->differs) {
        return; /* the first such window is told; it is the same each time */
    }
    size_t count = 0;
    uint32_t *words = words_of(v, sector, &count);
    struct cover cover = verdict_cover(v, sector->addr, sector->size);
    if (words != NULL && count != 0 && cover.bytes == 0 &&
            !copied(v, sector, words, count)) {
        remember_lost(v, sector, erase_ns);
        life->lost_at = *spot;
        life->lost_bytes = (uint32_t)count * 4;
    } else {
        free(life->lost);
        life->lost = NULL;
    }
    free(words);
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
