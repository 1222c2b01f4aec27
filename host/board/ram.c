/* ram.c - memory that forgets, in pages that copies of a board share until one
 * of them changes its own.
 *
 * A page has an id that promises its bytes, so that the core may keep decoded
 * code by it. Before bytes change in place the page is opened: it is made the
 * board's own and gets a new id.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/board_priv.h"

#define ID_FIRST (UINT64_C(1) << 63) /* silicon counts its own from 0 */
#define CCM_BASE 0x10000000u
#define BKP_BASE 0x40024000u

enum { ID_BLOCK = 1 << 20, KIB = 1024, BKP_SIZE = 4096, MEM_MODE_SRAM = 3 };

/* Ids are handed to threads in blocks, so that they seldom meet. */
static uint64_t fresh_id(void)
{
    static atomic_uint_fast64_t blocks;
    static _Thread_local uint64_t next;
    static _Thread_local uint64_t end;
    if (next == end) {
        next = ID_FIRST + atomic_fetch_add(&blocks, 1) * ID_BLOCK;
        end = next + ID_BLOCK;
    }
    return next++;
}

struct bd_page *bd_page_new(void)
{
    struct bd_page *p = malloc(sizeof(*p));
    if (p == NULL) {
        /* The model cannot forget a store and go on. */
        (void)fprintf(stderr, "board: out of memory\n");
        abort();
    }
    atomic_init(&p->refs, 1);
    p->id = fresh_id();
    atomic_init(&p->hash, 0);
    p->open = false;
    return p;
}

struct bd_page *bd_page_share(struct bd_page *p)
{
    if (p != NULL) {
        if (p->open) { /* else others may be looking */
            p->open = false;
        }
        atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    }
    return p;
}

void bd_page_drop(struct bd_page *p)
{
    if (p != NULL && atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1) {
        free(p);
    }
}

bool bd_page_open(struct bd_page **slot)
{
    struct bd_page *p = *slot;
    if (p->open) {
        return false;
    }
    if (atomic_load_explicit(&p->refs, memory_order_acquire) != 1) {
        *slot = bd_page_new();
        memcpy((*slot)->bytes, p->bytes, CORE_PAGE);
        bd_page_drop(p);
        p = *slot;
    } else {
        p->id = fresh_id();
    }
    p->open = true;
    atomic_store_explicit(&p->hash, 0, memory_order_relaxed);
    return true;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t bd_page_hash(struct bd_page *p)
{
    uint64_t hash = atomic_load_explicit(&p->hash, memory_order_relaxed);
    if (hash != 0) {
        return hash;
    }
    for (size_t i = 0; i < CORE_PAGE; i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, p->bytes + i, sizeof(word));
        hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
        hash ^= hash >> 29;
    }
    hash = mix(hash) | 1u;
    if (!p->open) {
        atomic_store_explicit(&p->hash, hash, memory_order_relaxed);
    }
    return hash;
}

/* ---- the map --------------------------------------------------------------------- */

static void place(struct board *b, const char *name, uint32_t base, uint32_t size,
        enum bd_memory kind)
{
    if (size != 0) {
        b->place[b->places++] = (struct bd_place){name, base, size, kind, b->pages};
        b->pages += size / CORE_PAGE;
    }
}

/* What cells of a static RAM come up with differs from chip to chip, hardly
 * from one power-on to the next. */
static struct bd_page *rubbish(uint64_t seed)
{
    struct bd_page *p = bd_page_new();
    for (size_t i = 0; i < CORE_PAGE; i += sizeof(uint64_t)) {
        seed += 0x9E3779B97F4A7C15u;
        uint64_t word = mix(seed);
        memcpy(p->bytes + i, &word, sizeof(word));
    }
    return p;
}

void bd_map(struct board *b, const struct board *like)
{
    static const char *const names[] = {"SRAM1", "SRAM2", "SRAM3"};
    const struct silicon_part *part = b->config.part;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        place(b, names[i], part->sram[i].base, part->sram[i].kib * KIB, BD_SRAM);
    }
    place(b, "CCM", CCM_BASE, part->ccm_kib * KIB, BD_CCM);
    place(b, "backup SRAM", BKP_BASE, part->bkpsram ? BKP_SIZE : 0, BD_BACKUP);
    for (unsigned i = 0; i < b->pages; i++) {
        b->rubbish[i] = like != NULL ? bd_page_share(like->rubbish[i])
                                     : rubbish(mix(b->config.conditions.seed + 1u) + i);
        b->st.ram[i] = bd_page_share(b->rubbish[i]);
    }
}

void bd_unmap(struct board *b)
{
    for (unsigned i = 0; i < b->pages; i++) {
        bd_page_drop(b->st.ram[i]);
        bd_page_drop(b->rubbish[i]);
    }
}

void bd_ram_rubbish(struct board *b, bool keep_backup)
{
    for (size_t i = 0; i < b->places; i++) {
        const struct bd_place *p = &b->place[i];
        unsigned end = p->first + p->size / CORE_PAGE;
        for (unsigned n = p->first; n < end && !(keep_backup && p->kind == BD_BACKUP);
                n++) {
            bd_page_drop(b->st.ram[n]);
            b->st.ram[n] = bd_page_share(b->rubbish[n]);
        }
    }
    core_revoke(b->core, 0, 0);
}

/* SRAM1 may be seen at 0 (RM0090 9.2.1), and SRAM2 of the F413 line at the
 * place where others have their CCM (RM0430, figure 1). */
static uint32_t own_address(const struct board *b, uint32_t addr)
{
    const struct silicon_part *part = b->config.part;
    if (part->ram_alias && addr - CCM_BASE < part->sram[1].kib * KIB) {
        return addr - CCM_BASE + part->sram[1].base;
    }
    bool sram_at_zero = (b->st.syscfg.memrmp & 7u) == MEM_MODE_SRAM;
    if (sram_at_zero && addr < part->sram[0].kib * KIB) {
        return addr + part->sram[0].base;
    }
    return addr;
}

const struct bd_place *bd_ram_at(const struct board *b, uint32_t *addr)
{
    uint32_t own = own_address(b, *addr);
    for (size_t i = 0; i < b->places; i++) {
        if (own - b->place[i].base < b->place[i].size) {
            *addr = own;
            return &b->place[i];
        }
    }
    return NULL;
}

static size_t within_page(uint32_t addr, size_t len)
{
    size_t room = CORE_PAGE - addr % CORE_PAGE;
    return len < room ? len : room;
}

uint8_t *bd_ram_bytes(const struct board *b, const struct bd_place *p, uint32_t addr)
{
    struct bd_page *page = b->st.ram[p->first + (addr - p->base) / CORE_PAGE];
    return page->bytes + addr % CORE_PAGE;
}

size_t bd_ram_read(const struct board *b, uint32_t addr, void *data, size_t len)
{
    const struct bd_place *p = bd_ram_at(b, &addr);
    if (p == NULL) {
        return 0;
    }
    len = within_page(addr, len);
    memcpy(data, bd_ram_bytes(b, p, addr), len);
    return len;
}

/* Ask again for a page under each of its names but this one. */
static void revoke_others(struct board *b, uint32_t addr, uint32_t but)
{
    const struct silicon_part *part = b->config.part;
    if (addr != but) {
        core_revoke(b->core, addr, CORE_PAGE);
    }
    uint32_t alias = addr - part->sram[1].base + CCM_BASE;
    if (part->ram_alias && addr - part->sram[1].base < part->sram[1].kib * KIB &&
            alias != but) {
        core_revoke(b->core, alias, CORE_PAGE);
    }
    if ((b->st.syscfg.memrmp & 7u) == MEM_MODE_SRAM &&
            addr - part->sram[0].base < part->sram[0].kib * KIB &&
            addr - part->sram[0].base != but) {
        core_revoke(b->core, addr - part->sram[0].base, CORE_PAGE);
    }
}

void bd_ram_open(struct board *b, const struct bd_place *p, uint32_t addr, uint32_t asked)
{
    struct bd_page **slot = &b->st.ram[p->first + (addr - p->base) / CORE_PAGE];
    if (bd_page_open(slot)) {
        revoke_others(b, addr & ~(CORE_PAGE - 1u), asked);
    }
}

size_t bd_ram_write(struct board *b, uint32_t addr, const void *data, size_t len)
{
    uint32_t asked = addr;
    const struct bd_place *p = bd_ram_at(b, &addr);
    if (p == NULL) {
        return 0;
    }
    len = within_page(addr, len);
    bd_ram_open(b, p, addr, BD_NOBODY);
    memcpy(bd_ram_bytes(b, p, addr), data, len);
    core_changed(b->core, addr, (uint32_t)len);
    if (asked != addr) {
        core_changed(b->core, asked, (uint32_t)len);
    }
    return len;
}
