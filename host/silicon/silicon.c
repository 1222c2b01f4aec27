/* silicon.c - a chip's life, its copies, and the view from outside.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "silicon/silicon_priv.h"

enum { FLASH_BASE = 0x08000000 };

struct silicon *silicon_new(
        const struct silicon_part *part, const struct silicon_conditions *conditions)
{
    struct silicon *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    if (conditions != NULL) {
        s->st.cond = *conditions;
    }
    s->st.random = s->st.cond.seed;
    si_geometry_set(s, part);
    si_pages_init(s, s->st.geo.bytes / SILICON_PAGE + 1);
    si_options_factory(s);
    silicon_power_on(s);
    return s;
}

void silicon_free(struct silicon *s)
{
    if (s != NULL) {
        si_pages_drop(s);
        free(s);
    }
}

void silicon_attach(struct silicon *s, const struct silicon_clock *clock,
        const struct silicon_hooks *hooks)
{
    if (clock != NULL) {
        s->clock = *clock;
    }
    if (hooks != NULL) {
        s->hooks = *hooks;
    }
}

void silicon_strict(struct silicon *s, enum silicon_law law, bool strict)
{
    uint64_t bit = (uint64_t)1 << law;
    s->strict = strict ? s->strict | bit : s->strict & ~bit;
}

void silicon_strict_all(struct silicon *s, bool strict)
{
    for (int law = 0; law < LAW_COUNT; law++) {
        silicon_strict(s, (enum silicon_law)law, strict);
    }
}

struct silicon_conditions *silicon_conditions(struct silicon *s)
{
    return &s->st.cond;
}

const struct silicon_part *silicon_part(const struct silicon *s)
{
    return s->st.row;
}

void silicon_reseed(struct silicon *s, uint32_t seed)
{
    s->st.random = seed;
}

void silicon_copy(struct silicon *to, const struct silicon *from)
{
    si_pages_copy(to, from);
    to->st = from->st;
}

struct silicon *silicon_clone(const struct silicon *s)
{
    struct silicon *twin = calloc(1, sizeof(*twin));
    if (twin == NULL) {
        return NULL;
    }
    twin->clock = s->clock;
    twin->hooks = s->hooks;
    twin->strict = s->strict;
    si_pages_init(twin, s->pages);
    silicon_copy(twin, s);
    return twin;
}

uint64_t silicon_hash(const struct silicon *s)
{
    const struct si_state *st = &s->st;
    uint64_t hash = st->hash;
    for (unsigned i = 0; i < 2; i++) {
        hash = si_mix(hash + ((uint64_t)st->option[i] << 32 | st->option_loose[i]));
        hash += st->option_lean[i];
    }
    return hash;
}

bool silicon_same(const struct silicon *a, const struct silicon *b)
{
    const struct si_state *x = &a->st;
    const struct si_state *y = &b->st;
    return memcmp(x->option, y->option, sizeof(x->option)) == 0 &&
           memcmp(x->option_loose, y->option_loose, sizeof(x->option_loose)) == 0 &&
           memcmp(x->option_lean, y->option_lean, sizeof(x->option_lean)) == 0 &&
           si_pages_same(a, b);
}

/* ---- looking in from outside --------------------------------------------------- */

/* By the die's own addresses: no alias, no swap. */
static struct si_place place_on_die(const struct silicon *s, uint32_t addr)
{
    uint32_t off = addr - FLASH_BASE;
    return off < s->st.geo.bytes ? (struct si_place){SI_MAIN, off, false}
                                 : si_locate(s, addr);
}

static bool has_cell(struct si_place at)
{
    return at.region == SI_MAIN || at.region == SI_OTP || at.region == SI_OTP_LOCK;
}

static void peek_byte(
        const struct silicon *s, uint32_t addr, uint8_t *data, uint8_t *loose)
{
    struct si_place at = place_on_die(s, addr);
    *loose = 0;
    if (has_cell(at)) {
        struct si_cell cell = si_cell_get(s, at.off & ~3u);
        *data = (uint8_t)((cell.data | cell.loose) >> at.off % 4 * 8);
        *loose = (uint8_t)(cell.loose >> at.off % 4 * 8);
    } else if (at.region == SI_OPTIONS) {
        *data = si_options_byte(s, addr);
    } else {
        *data = at.region == SI_SYSTEM ? si_system_byte(s, at.off) : 0xFF;
    }
}

/* Whole pages of the array at once where the caller's range has them. */
static size_t peek_page(const struct silicon *s, uint32_t addr, uint8_t *data, size_t len)
{
    struct si_place at = place_on_die(s, addr);
    if (at.region != SI_MAIN || at.off % SILICON_PAGE != 0 || len < SILICON_PAGE) {
        return 0;
    }
    const struct si_page *page = s->page[at.off / SILICON_PAGE];
    if (page->soft != NULL) {
        return 0;
    }
    memcpy(data, page->word, SILICON_PAGE);
    return SILICON_PAGE;
}

void silicon_peek(
        const struct silicon *s, uint32_t addr, void *data, void *unstable, size_t len)
{
    uint8_t *out = data;
    uint8_t *mask = unstable;
    size_t i = 0;
    while (i < len) {
        size_t step = peek_page(s, addr + (uint32_t)i, out + i, len - i);
        if (step != 0) {
            if (mask != NULL) {
                memset(mask + i, 0, step);
            }
        } else {
            uint8_t loose;
            peek_byte(s, addr + (uint32_t)i, out + i, &loose);
            if (mask != NULL) {
                mask[i] = loose;
            }
            step = 1;
        }
        i += step;
    }
}

/* The bytes of len that fall in the word at off, as a mask and a value. */
struct lanes {
    uint32_t mask, value;
    size_t bytes;
};

static struct lanes gather(uint32_t off, const uint8_t *from, size_t len)
{
    struct lanes l = {0, 0, 0};
    for (uint32_t k = off % 4; k < 4 && l.bytes < len; k++, l.bytes++) {
        l.mask |= 0xFFu << k * 8;
        l.value |= (uint32_t)from[l.bytes] << k * 8;
    }
    return l;
}

void silicon_poke(struct silicon *s, uint32_t addr, const void *data, size_t len)
{
    const uint8_t *from = data;
    while (len > 0) {
        struct si_place at = place_on_die(s, addr);
        struct lanes l = {.bytes = 1};
        if (has_cell(at)) {
            l = gather(at.off, from, len);
            struct si_cell cell = si_cell_get(s, at.off & ~3u);
            cell.data = (cell.data & ~l.mask) | l.value;
            cell.loose &= ~l.mask;
            cell.weak &= ~l.mask;
            si_cell_put(s, at.off & ~3u, cell);
        } else if (at.region == SI_OPTIONS) {
            si_options_byte_set(s, addr, *from);
        }
        from += l.bytes;
        addr += (uint32_t)l.bytes;
        len -= l.bytes;
    }
}

void silicon_unsettle(struct silicon *s, uint32_t addr, const void *mask, size_t len)
{
    const uint8_t *from = mask;
    while (len > 0) {
        struct si_place at = place_on_die(s, addr);
        struct lanes l = {.bytes = 1};
        if (has_cell(at)) {
            l = gather(at.off, from, len);
            struct si_cell cell = si_cell_get(s, at.off & ~3u);
            cell.loose |= l.value;
            cell.lean &= ~l.value;
            cell.weak &= ~l.value;
            si_cell_put(s, at.off & ~3u, cell);
        }
        from += l.bytes;
        addr += (uint32_t)l.bytes;
        len -= l.bytes;
    }
}

bool silicon_any_unstable(const struct silicon *s)
{
    uint32_t loose = 0;
    for (size_t n = 0; n < s->pages; n++) {
        const struct si_soft *soft = s->page[n]->soft;
        for (size_t i = 0; soft != NULL && i < SI_WORDS; i++) {
            loose |= soft->loose[i];
        }
    }
    return loose != 0;
}

uint32_t silicon_wear(const struct silicon *s, uint32_t addr)
{
    uint32_t off = addr - FLASH_BASE;
    return off < s->st.geo.bytes ? s->st.wear[off / SI_GRANULE] : 0;
}

const uint8_t *silicon_page(const struct silicon *s, uint32_t addr, uint64_t *id)
{
    struct si_place at = si_locate(s, addr);
    if (at.region != SI_MAIN) {
        *id = 0;
        return NULL;
    }
    const struct si_page *page = s->page[at.off / SILICON_PAGE];
    *id = page->id;
    return (const uint8_t *)page->word;
}
