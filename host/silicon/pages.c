/* pages.c - the cells, in pages that copies of a chip share until one of them
 * changes its own.
 *
 * A chip is a few hundred pointers, so a snapshot is cheap and a torn or
 * erased sector costs nothing until it is written. Each page carries the sum
 * of a hash over its words and the chip the sum over its pages: one changed
 * word changes both sums by a difference, so the hash of a whole chip is
 * always at hand. Clones may live in different threads; one chip may not.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "silicon/silicon_priv.h"

enum { ID_ERASED = 1, ID_ZERO = 2, ID_FIRST = 1 << 10, ID_BLOCK = 1 << 20 };

#define FOUR(x)       x, x, x, x
#define WORDS_1024(x) FOUR(FOUR(FOUR(FOUR(FOUR(x)))))

/* Shared by all chips of the process, never counted and never written to. */
static struct si_page erased = {.id = ID_ERASED, .word = {WORDS_1024(0xFFFFFFFFu)}};
static struct si_page zeroed = {.id = ID_ZERO};

static bool immortal(const struct si_page *p)
{
    return p->id < ID_FIRST;
}

/* Ids are handed to threads in blocks, so that they seldom meet. */
static uint64_t fresh_id(void)
{
    static atomic_uint_fast64_t blocks = 1;
    static _Thread_local uint64_t next;
    static _Thread_local uint64_t end;
    if (next == end) {
        next = atomic_fetch_add(&blocks, 1) * ID_BLOCK;
        end = next + ID_BLOCK;
    }
    return next++;
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL) {
        si_out_of_memory(); /* the model cannot forget a cell and go on */
    }
    return memory;
}

static void release(struct si_page *p)
{
    if (immortal(p)) {
        return;
    }
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1) {
        free(p->soft);
        free(p);
    }
}

static struct si_page *share(struct si_page *p)
{
    if (!immortal(p)) {
        atomic_fetch_add_explicit(&p->refs, 1, memory_order_relaxed);
    }
    return p;
}

/* An erased word counts 0, and so does an erased page and an erased chip. */
static uint64_t hash_cell(size_t i, const struct si_cell *c)
{
    uint64_t sum = 0;
    if (c->data != 0xFFFFFFFFu) {
        sum = si_mix(((uint64_t)i << 32 | c->data) + 1);
    }
    if ((c->loose | c->weak) != 0) {
        sum += si_mix(si_mix(((uint64_t)i << 32 | c->loose) + 2) ^
                      ((uint64_t)c->lean << 32 | c->weak));
    }
    return sum;
}

static uint64_t hash_in_place(size_t n, uint64_t hash)
{
    return hash == 0 ? 0 : si_mix(hash + (n + 1) * 0x9E3779B97F4A7C15u);
}

static uint64_t hash_of(const struct si_page *p)
{
    if (p->id != ID_ZERO) {
        return p->hash;
    }
    const struct si_cell zero = {0, 0, 0, 0};
    uint64_t sum = 0;
    for (size_t i = 0; i < SI_WORDS; i++) {
        sum += hash_cell(i, &zero);
    }
    return sum;
}

static uint32_t weak_words(const struct si_page *p)
{
    return p->soft == NULL ? 0 : p->soft->weak_words;
}

void si_pages_init(struct silicon *s, size_t pages)
{
    s->pages = pages;
    for (size_t n = 0; n < pages; n++) {
        s->page[n] = &erased;
    }
}

void si_pages_drop(struct silicon *s)
{
    for (size_t n = 0; n < s->pages; n++) {
        release(s->page[n]);
    }
}

void si_pages_copy(struct silicon *to, const struct silicon *from)
{
    for (size_t n = 0; n < from->pages; n++) {
        if (to->page[n] != from->page[n]) {
            release(to->page[n]);
            to->page[n] = share(from->page[n]);
        }
    }
}

static bool same_soft(const struct si_soft *a, const struct si_soft *b)
{
    if (a == NULL || b == NULL) {
        return a == b; /* a page without such bits has none allocated */
    }
    return memcmp(a->loose, b->loose, sizeof(a->loose)) == 0 &&
           memcmp(a->lean, b->lean, sizeof(a->lean)) == 0 &&
           memcmp(a->weak, b->weak, sizeof(a->weak)) == 0;
}

static bool same_page(const struct si_page *a, const struct si_page *b)
{
    return a == b || a->id == b->id ||
           (memcmp(a->word, b->word, sizeof(a->word)) == 0 &&
                   same_soft(a->soft, b->soft));
}

bool si_pages_same(const struct silicon *a, const struct silicon *b)
{
    if (a->pages != b->pages) {
        return false;
    }
    size_t n = 0;
    while (n < a->pages && same_page(a->page[n], b->page[n])) {
        n++;
    }
    return n == a->pages;
}

/* Page n, this chip's own and about to change: its id is a new one. */
static struct si_page *own(struct silicon *s, size_t n)
{
    struct si_page *p = s->page[n];
    if (!immortal(p) && atomic_load_explicit(&p->refs, memory_order_acquire) == 1) {
        p->id = fresh_id();
        return p;
    }
    struct si_page *mine = allocate(sizeof(*mine));
    atomic_init(&mine->refs, 1);
    mine->id = fresh_id();
    mine->hash = hash_of(p);
    mine->soft = NULL;
    memcpy(mine->word, p->word, sizeof(mine->word));
    if (p->soft != NULL) {
        mine->soft = allocate(sizeof(*mine->soft));
        memcpy(mine->soft, p->soft, sizeof(*mine->soft));
    }
    release(p);
    s->page[n] = mine;
    return mine;
}

static void put_soft(struct silicon *s, struct si_page *p, size_t i, struct si_cell cell)
{
    if (p->soft == NULL) {
        if ((cell.loose | cell.weak) == 0) {
            return;
        }
        p->soft = allocate(sizeof(*p->soft));
        memset(p->soft, 0, sizeof(*p->soft));
    }
    struct si_soft *soft = p->soft;
    uint32_t was = (soft->loose[i] | soft->weak[i]) != 0;
    uint32_t is = (cell.loose | cell.weak) != 0;
    uint32_t was_weak = soft->weak[i] != 0;
    uint32_t is_weak = cell.weak != 0;
    soft->loose[i] = cell.loose;
    soft->lean[i] = cell.lean;
    soft->weak[i] = cell.weak;
    soft->words += is - was;
    soft->weak_words += is_weak - was_weak;
    s->st.weak_words += is_weak - was_weak;
    if (soft->words == 0) {
        free(soft);
        p->soft = NULL;
    }
}

struct si_cell si_cell_get(const struct silicon *s, uint32_t off)
{
    const struct si_page *p = s->page[off / SILICON_PAGE];
    size_t i = off % SILICON_PAGE / 4;
    struct si_cell cell = {.data = p->word[i]};
    if (p->soft != NULL) {
        cell.loose = p->soft->loose[i];
        cell.lean = p->soft->lean[i];
        cell.weak = p->soft->weak[i];
    }
    return cell;
}

void si_cell_put(struct silicon *s, uint32_t off, struct si_cell cell)
{
    size_t n = off / SILICON_PAGE;
    size_t i = off % SILICON_PAGE / 4;
    struct si_cell old = si_cell_get(s, off);
    cell.lean &= cell.loose;
    cell.data |= cell.loose & ~cell.lean;
    if (old.data == cell.data && old.loose == cell.loose && old.lean == cell.lean &&
            old.weak == cell.weak) {
        return;
    }
    struct si_page *p = own(s, n);
    uint64_t before = p->hash;
    p->hash += hash_cell(i, &cell) - hash_cell(i, &old);
    p->word[i] = cell.data;
    put_soft(s, p, i, cell);
    s->st.hash += hash_in_place(n, p->hash) - hash_in_place(n, before);
}

uint32_t si_cell_loose(const struct silicon *s, uint32_t off)
{
    const struct si_page *p = s->page[off / SILICON_PAGE];
    return p->soft == NULL ? 0 : p->soft->loose[off % SILICON_PAGE / 4];
}

/* Loose bits fall either way. Leaning ones mostly read as they lean: in one
 * read of four some of a word's do not, so that a check may pass once and the
 * next read still fail. */
uint32_t si_sense(uint64_t *random, const struct si_cell *cell)
{
    uint64_t r = si_random(random);
    uint32_t either = cell->loose & ~cell->lean;
    uint32_t flips = (r >> 62) == 0 ? (uint32_t)(r >> 32) & cell->lean : 0;
    return ((cell->data & ~either) | ((uint32_t)r & either)) ^ flips;
}

uint32_t si_cell_sense(struct silicon *s, uint32_t off)
{
    struct si_cell cell = si_cell_get(s, off);
    return cell.loose == 0 ? cell.data : si_sense(&s->st.random, &cell);
}

void si_cells_fill(struct silicon *s, uint32_t off, uint32_t len, bool ones)
{
    struct si_page *fill = ones ? &erased : &zeroed;
    uint64_t hash = hash_of(fill);
    size_t end = (off + len) / SILICON_PAGE;
    for (size_t n = off / SILICON_PAGE; n < end; n++) {
        struct si_page *old = s->page[n];
        s->st.hash += hash_in_place(n, hash) - hash_in_place(n, hash_of(old));
        s->st.weak_words -= weak_words(old);
        s->page[n] = fill;
        release(old);
    }
}

static void fade_page(struct silicon *s, size_t n)
{
    for (uint32_t i = 0; i < SI_WORDS && weak_words(s->page[n]) > 0; i++) {
        uint32_t off = (uint32_t)n * SILICON_PAGE + i * 4;
        struct si_cell cell = si_cell_get(s, off);
        cell.loose |= cell.weak;
        cell.lean &= ~cell.weak;
        cell.weak = 0;
        si_cell_put(s, off, cell);
    }
}

void si_cells_fade(struct silicon *s)
{
    for (size_t n = 0; n < s->pages && s->st.weak_words > 0; n++) {
        fade_page(s, n);
    }
}
