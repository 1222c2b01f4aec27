/* simnor_state.c - states of the small NOR flash, in pages that are shared until they
 * change: a run changes little, and a boot most often nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "explore/simnor_priv.h"

enum { PAGE = SIMNOR_PAGE };
enum { UNKNOWN = 2 }; /* of a page that changed: whether it is soft */

/* Some bytes of flash: data, loose, lean, and what is wrong with their units. */
struct simnor_page {
    atomic_uint refs;
    uint64_t hash;
    bool soft;
    bool loose;
    uint8_t cells[];
};

struct state {
    uint32_t pages;
    struct simnor_page *page[];
};

static uint32_t begin_of(uint32_t page)
{
    return page * PAGE;
}

static uint32_t len_of(const struct simnor *s, uint32_t page)
{
    uint32_t left = s->size - begin_of(page);
    return left < PAGE ? left : PAGE;
}

static uint32_t cells_of(const struct simnor *s, uint32_t page)
{
    return len_of(s, page) * 3 + len_of(s, page) / s->shape.unit;
}

/* ---- one page ---------------------------------------------------------------------- */

static void release(struct simnor_page *p)
{
    if (p != NULL && atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1) {
        free(p);
    }
}

static struct simnor_page *share(struct simnor_page *p)
{
    if (p != NULL) {
        atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    }
    return p;
}

/* The four parts of a page's cells, one behind the other in a page. */
struct parts {
    uint8_t *at[4];
    uint32_t len[4];
};

static struct parts parts_of(const struct simnor *s, uint32_t page)
{
    uint32_t at = begin_of(page);
    uint32_t len = len_of(s, page);
    return (struct parts){.at = {s->data + at, s->loose + at, s->lean + at,
                                  s->bad + at / s->shape.unit},
            .len = {len, len, len, len / s->shape.unit}};
}

static void from_page(struct simnor *s, uint32_t page, const struct simnor_page *from)
{
    struct parts to = parts_of(s, page);
    const uint8_t *cells = from->cells;
    for (unsigned i = 0; i < 4; i++) {
        memcpy(to.at[i], cells, to.len[i]);
        cells += to.len[i];
    }
}

static void copy_cells(struct simnor *to, const struct simnor *from, uint32_t page)
{
    struct parts a = parts_of(to, page);
    struct parts b = parts_of(from, page);
    for (unsigned i = 0; i < 4; i++) {
        memcpy(a.at[i], b.at[i], a.len[i]);
    }
}

static bool equals(const struct simnor *s, uint32_t page, const struct simnor_page *other)
{
    struct parts mine = parts_of(s, page);
    const uint8_t *cells = other->cells;
    bool equal = true;
    for (unsigned i = 0; i < 4 && equal; i++) {
        equal = memcmp(mine.at[i], cells, mine.len[i]) == 0;
        cells += mine.len[i];
    }
    return equal;
}

static uint64_t hash_cells(const struct simnor *s, uint32_t page)
{
    struct parts mine = parts_of(s, page);
    uint64_t sum = 0;
    for (unsigned i = 0; i < 4; i++) {
        for (uint32_t k = 0; k < mine.len[i]; k += 8) {
            uint64_t word = 0;
            memcpy(&word, mine.at[i] + k, mine.len[i] - k < 8 ? mine.len[i] - k : 8);
            uint64_t state = sum ^ word;
            sum = simnor_random(&state);
        }
    }
    return sum;
}

static bool any_loose(const struct simnor *s, uint32_t page)
{
    struct parts mine = parts_of(s, page);
    bool any = memchr(mine.at[3], SIMNOR_DOUBTFUL, mine.len[3]) != NULL;
    for (uint32_t i = 0; i < mine.len[1] && !any; i++) {
        any = mine.at[1][i] != 0;
    }
    return any;
}

static bool any_soft(const struct simnor *s, uint32_t page)
{
    struct parts mine = parts_of(s, page);
    bool any = false;
    for (uint32_t i = 0; i < mine.len[1] && !any; i++) {
        any = mine.at[1][i] != 0;
    }
    for (uint32_t i = 0; i < mine.len[3] && !any; i++) {
        any = mine.at[3][i] != SIMNOR_GOOD;
    }
    return any;
}

/* The page as it is now, to be shared. NULL: no memory. */
static struct simnor_page *take_page(struct simnor *s, uint32_t page)
{
    if (!s->changed[page]) {
        return s->origin[page];
    }
    struct parts mine = parts_of(s, page);
    struct simnor_page *p = malloc(sizeof(*p) + cells_of(s, page));
    if (p == NULL) {
        return NULL;
    }
    atomic_init(&p->refs, 1);
    p->hash = hash_cells(s, page);
    p->loose = any_loose(s, page);
    p->soft = any_soft(s, page);
    uint8_t *cells = p->cells;
    for (unsigned i = 0; i < 4; i++) {
        memcpy(cells, mine.at[i], mine.len[i]);
        cells += mine.len[i];
    }
    release(s->origin[page]);
    s->origin[page] = p;
    s->changed[page] = 0;
    return p;
}

/* ---- the machine's -------------------------------------------------------------------- */

bool simnor_state_open(struct simnor *s)
{
    s->pages = (s->size + PAGE - 1) / PAGE;
    s->origin = calloc(s->pages, sizeof(struct simnor_page *));
    s->changed = malloc(s->pages);
    s->soft = calloc(1, s->pages);
    if (s->origin == NULL || s->changed == NULL || s->soft == NULL) {
        return false;
    }
    memset(s->changed, 1, s->pages);
    return true;
}

void simnor_state_close(struct simnor *s)
{
    for (uint32_t i = 0; s->origin != NULL && i < s->pages; i++) {
        release(s->origin[i]);
    }
    free(s->origin);
    free(s->changed);
    free(s->soft);
}

void simnor_changes(struct simnor *s, uint32_t off, uint32_t len)
{
    for (uint32_t p = off / PAGE; p < s->pages && begin_of(p) < off + len; p++) {
        s->changed[p] = 1;
        s->soft[p] = UNKNOWN;
    }
}

bool simnor_settled_soft(const struct simnor *s, uint32_t off, uint32_t len)
{
    bool soft = false;
    for (uint32_t p = off / PAGE; p < s->pages && begin_of(p) < off + len; p++) {
        if (s->soft[p] == UNKNOWN) {
            s->soft[p] = any_soft(s, p);
        }
        soft = soft || s->soft[p] != 0;
    }
    return !soft;
}

void *simnor_save(const struct explore_machine *m)
{
    struct simnor *s = (struct simnor *)(uintptr_t)m; /* its pages become shared ones */
    struct state *state =
            calloc(1, sizeof(*state) + s->pages * sizeof(struct simnor_page *));
    for (uint32_t i = 0; state != NULL && i < s->pages; i++) {
        state->page[i] = share(take_page(s, i));
        state->pages++;
        if (state->page[i] == NULL) {
            simnor_forget(state);
            state = NULL;
        }
    }
    return state;
}

void simnor_load(struct explore_machine *m, const void *state)
{
    struct simnor *s = (struct simnor *)m;
    const struct state *from = state;
    for (uint32_t i = 0; i < s->pages; i++) {
        struct simnor_page *p = from->page[i];
        if (s->changed[i] || s->origin[i] != p) {
            from_page(s, i, p);
            release(s->origin[i]);
            s->origin[i] = share(p);
            s->changed[i] = 0;
            s->soft[i] = p->soft;
        }
    }
}

void simnor_copy(struct simnor *to, const struct simnor *from)
{
    for (uint32_t i = 0; i < from->pages; i++) {
        if (to->changed[i] || from->changed[i] || to->origin[i] != from->origin[i]) {
            copy_cells(to, from, i);
            release(to->origin[i]);
            to->origin[i] = share(from->origin[i]);
            to->changed[i] = from->changed[i];
            to->soft[i] = from->soft[i];
        }
    }
}

void simnor_forget(void *state)
{
    struct state *s = state;
    for (uint32_t i = 0; i < s->pages; i++) {
        release(s->page[i]);
    }
    free(s);
}

uint64_t simnor_hash(const struct explore_machine *m)
{
    const struct simnor *s = (const struct simnor *)m;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->pages; i++) {
        uint64_t state = sum ^ (s->changed[i] ? hash_cells(s, i) : s->origin[i]->hash);
        sum = simnor_random(&state);
    }
    return sum;
}

bool simnor_same(const struct explore_machine *m, const void *state)
{
    const struct simnor *s = (const struct simnor *)m;
    const struct state *other = state;
    bool same = true;
    for (uint32_t i = 0; i < s->pages && same; i++) {
        bool shared = !s->changed[i] && s->origin[i] == other->page[i];
        same = shared || equals(s, i, other->page[i]);
    }
    return same;
}

bool simnor_loose(const struct explore_machine *m)
{
    const struct simnor *s = (const struct simnor *)m;
    bool loose = false;
    for (uint32_t i = 0; i < s->pages && !loose; i++) {
        loose = s->changed[i] ? any_loose(s, i) : s->origin[i]->loose;
    }
    return loose;
}
