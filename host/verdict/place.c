/* place.c - where things are: sectors, vectors, the image, who called whom.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "verdict/verdict_priv.h"

enum { INLINED = 4 }; /* functions at one instruction that are looked at */
#define FLASH_BASE 0x08000000u
#define ALIAS_SIZE 0x00200000u

/* ---- sectors ------------------------------------------------------------------- */

uint32_t verdict_die(const struct verdict *v, uint32_t addr)
{
    bool alias = addr < ALIAS_SIZE && silicon_answers(v->s, addr);
    return alias ? addr + FLASH_BASE : addr;
}

const struct silicon_sector *verdict_sector(const struct verdict *v, uint32_t addr)
{
    return silicon_sector_at(v->s, verdict_die(v, addr));
}

const struct silicon_sector *verdict_sector_by_snb(const struct verdict *v, unsigned snb)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    for (size_t i = 0; i < n; i++) {
        if (sectors[i].snb == snb) {
            return &sectors[i];
        }
    }
    return NULL;
}

const struct silicon_sector *verdict_sector_by_number(const struct verdict *v, int number)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    for (size_t i = 0; i < n; i++) {
        if (sectors[i].number == number) {
            return &sectors[i];
        }
    }
    return NULL;
}

uint32_t verdict_ppb(const struct verdict *v, uint32_t addr)
{
    return core_ppb(board_core(v->b), addr);
}

uint32_t verdict_vectors(const struct verdict *v)
{
    return verdict_die(v, verdict_ppb(v, SCB_VTOR));
}

bool verdict_is_ram(const struct verdict *v, uint32_t addr)
{
    const char *place = board_place(v->b, addr);
    return place != NULL && (strstr(place, "SRAM") != NULL || strcmp(place, "CCM") == 0);
}

/* ---- the image ------------------------------------------------------------------ */

static uint32_t overlap(uint32_t a, uint32_t a_len, uint32_t b, uint32_t b_len)
{
    uint64_t first = a > b ? a : b;
    uint64_t a_end = (uint64_t)a + a_len;
    uint64_t b_end = (uint64_t)b + b_len;
    uint64_t end = a_end < b_end ? a_end : b_end;
    return end > first ? (uint32_t)(end - first) : 0;
}

/* A section that only holds data its author put there: it begins a sector and
 * has it for itself; nothing in it is executed, or copied by the start-up. */
static bool placed_by_hand(const struct verdict *v, const struct file_section *section)
{
    const struct silicon_sector *sector = silicon_sector_at(v->s, section->addr);
    if (section->code || section->addr != section->runs_at || sector == NULL ||
            section->addr != sector->addr || sector->addr == verdict_vectors(v)) {
        return false;
    }
    for (size_t i = 0; i < v->image->sections_n; i++) {
        const struct file_section *other = &v->image->sections[i];
        if (other != section && other->bytes &&
                overlap(other->addr, other->len, sector->addr, sector->size) != 0) {
            return false;
        }
    }
    return true;
}

struct cover verdict_cover(const struct verdict *v, uint32_t addr, uint32_t size)
{
    struct cover cover = {.first = UINT32_MAX};
    if (v->image == NULL) {
        return cover;
    }
    for (size_t i = 0; i < v->image->n; i++) {
        const struct file_segment *segment = &v->image->segments[i];
        uint32_t bytes = overlap(segment->addr, segment->len, addr, size);
        uint32_t first = segment->addr > addr ? segment->addr : addr;
        cover.bytes += bytes;
        if (bytes != 0 && first < cover.first) {
            cover.first = first;
        }
    }
    cover.code = cover.bytes != 0;
    if (v->image->sections_n != 0) {
        cover.code = false;
        for (size_t i = 0; i < v->image->sections_n; i++) {
            const struct file_section *section = &v->image->sections[i];
            bool here = section->bytes &&
                        overlap(section->addr, section->len, addr, size) != 0;
            cover.code = cover.code || (here && !placed_by_hand(v, section));
        }
    }
    return cover;
}

/* ---- who called whom -------------------------------------------------------------- */

static bool peek(void *ctx, uint32_t addr, void *data, size_t len)
{
    struct verdict *v = ctx;
    return board_peek(v->b, addr, data, len) == len;
}

static bool in_header(const struct symbols_place *place)
{
    size_t len = place->file != NULL ? strlen(place->file) : 0;
    return len > 2 && strcmp(place->file + len - 2, ".h") == 0;
}

bool verdict_locate(struct verdict *v, uint32_t pc, struct symbols_place *place)
{
    struct symbols_place places[INLINED];
    size_t n = v->symbols != NULL ? symbols_at(v->symbols, pc, places, INLINED) : 0;
    size_t i = 0;
    while (i + 1 < n && in_header(&places[i])) {
        i++;
    }
    if (n != 0) {
        *place = places[i];
    }
    return n != 0;
}

/* With the functions that were inlined there, the innermost first. */
static void chain_add(struct verdict *v, struct spot *spot, uint32_t pc)
{
    struct symbols_place places[INLINED];
    size_t n = symbols_at(v->symbols, pc, places, INLINED);
    for (size_t i = 0; i < n && spot->chain_n < FINDING_CHAIN; i++) {
        spot->chain[spot->chain_n++] = verdict_place(v, &places[i]);
    }
    if (n == 0 && spot->chain_n < FINDING_CHAIN) {
        spot->chain[spot->chain_n++] = verdict_at(v, pc);
    }
}

bool verdict_same_function(struct verdict *v, uint32_t a, uint32_t b)
{
    struct symbols_symbol one;
    struct symbols_symbol other;
    if (v->symbols == NULL || a == b) {
        return a == b;
    }
    return symbols_holding(v->symbols, a, &one) &&
           symbols_holding(v->symbols, b, &other) && one.addr == other.addr;
}

static size_t unwind(struct verdict *v, struct symbols_call calls[SYMBOLS_CALLS_MAX])
{
    const struct core *core = board_core(v->b);
    struct symbols_regs regs = {.xpsr = core_reg(core, CORE_XPSR),
            .msp = core_reg(core, CORE_MSP),
            .psp = core_reg(core, CORE_PSP)};
    for (int i = 0; i < 16; i++) {
        regs.r[i] = core_reg(core, (enum core_reg)i);
    }
    if (v->now != NULL && v->now->pc != 0) {
        regs.r[CORE_PC] = v->now->pc;
    }
    calls[0] = (struct symbols_call){.pc = regs.r[CORE_PC], .sp = regs.r[CORE_SP]};
    return v->symbols != NULL ? symbols_unwind(v->symbols, &regs, peek, v, calls) : 1;
}

uint32_t verdict_frame_end(struct verdict *v)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    bool known = unwind(v, calls) > 1 && calls[1].how == SYMBOLS_CALLED;
    return known ? calls[1].sp : 0;
}

size_t verdict_calls(struct verdict *v, uint32_t pcs[SYMBOLS_CALLS_MAX], bool certain)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    size_t n = unwind(v, calls);
    size_t kept = 0;
    while (kept < n && !(certain && calls[kept].how == SYMBOLS_SCANNED)) {
        pcs[kept] = calls[kept].pc;
        kept++;
    }
    return kept;
}

struct spot verdict_spot(struct verdict *v, uint32_t pc)
{
    struct spot spot = {.known = true, .pc = pc, .ns = v->now != NULL ? v->now->ns : 0};
    if (v->symbols == NULL) {
        return spot;
    }
    uint32_t pcs[SYMBOLS_CALLS_MAX];
    size_t n = verdict_calls(v, pcs, false);
    /* A posted store arrives some instructions later: the function that did it
     * may have returned by then. */
    size_t from = 0;
    while (from < n && !verdict_same_function(v, pcs[from], pc)) {
        from++;
    }
    chain_add(v, &spot, pc);
    for (size_t i = from < n ? from + 1 : 0; i < n; i++) {
        chain_add(v, &spot, pcs[i]);
    }
    return spot;
}

uint32_t verdict_caller(const struct verdict *v, const struct silicon_event *ev)
{
    return ev->caller != 0 ? (uint32_t)ev->caller : v->now->pc;
}
