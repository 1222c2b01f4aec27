/* cache.c - the ART accelerator's instruction and data cache (RM0090 3.5.2).
 *
 * Fully associative, least recently used. A program operation puts the value
 * that was stored into a present data-cache line while the array takes the AND
 * of old and new; an erase touches no line; disabling keeps the contents. All
 * three are why a read-back through the cache proves nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "silicon/silicon_priv.h"

void si_cache_reset(struct si_cache *c, uint32_t lines)
{
    c->lines = lines;
    c->clock = 0;
    for (size_t i = 0; i < SI_ILINES; i++) {
        c->tag[i] = SI_NO_TAG;
        c->used[i] = 0;
        c->hint[i] = 0;
    }
}

static uint32_t index_of(struct si_cache *c, uint32_t tag)
{
    uint32_t i = c->hint[tag % SI_ILINES];
    if (c->tag[i] == tag) {
        return i;
    }
    for (i = 0; i < c->lines; i++) {
        if (c->tag[i] == tag) {
            c->hint[tag % SI_ILINES] = (uint8_t)i;
            return i;
        }
    }
    return c->lines;
}

uint8_t *si_cache_find(struct si_cache *c, uint32_t off)
{
    uint32_t i = index_of(c, off / SI_ROW);
    if (i == c->lines) {
        return NULL;
    }
    c->used[i] = ++c->clock;
    return c->data[i];
}

uint8_t *si_cache_take(struct si_cache *c, uint32_t off)
{
    uint32_t victim = 0;
    for (uint32_t i = 1; i < c->lines; i++) {
        if (c->used[i] < c->used[victim]) {
            victim = i;
        }
    }
    c->tag[victim] = off / SI_ROW;
    c->hint[c->tag[victim] % SI_ILINES] = (uint8_t)victim;
    c->used[victim] = ++c->clock;
    return c->data[victim];
}

void si_cache_store(struct si_cache *c, uint32_t off, unsigned width, uint64_t value)
{
    uint32_t i = index_of(c, off / SI_ROW);
    if (i < c->lines) {
        memcpy(c->data[i] + off % SI_ROW, &value, width);
    }
}

bool si_cache_stale(
        const struct silicon *s, const uint8_t *line, uint32_t off, unsigned width)
{
    const struct si_op *op = &s->st.op;
    if (op->kind != SI_OP_NONE && off - op->off < op->size) {
        return false; /* what the array holds is about to change */
    }
    struct si_cell cell = si_cell_get(s, off & ~3u);
    uint32_t cached;
    memcpy(&cached, line + (off & 12u), sizeof(cached));
    uint32_t asked = (width == 4 ? ~0u : (1u << width * 8) - 1) << (off % 4 * 8);
    return ((cached ^ cell.data) & ~cell.loose & asked) != 0;
}

/* A row of settled cells is just bytes, which fetching code lives on. */
static const uint32_t *settled_row(const struct silicon *s, uint32_t off)
{
    const struct si_page *page = s->page[off / SILICON_PAGE];
    return page->soft == NULL ? page->word + off % SILICON_PAGE / 4 : NULL;
}

bool si_row_true(const struct silicon *s, uint32_t off, const uint8_t row[SI_ROW])
{
    const uint32_t *words = settled_row(s, off);
    return words != NULL && memcmp(words, row, SI_ROW) == 0;
}

void si_row_sense(struct silicon *s, uint32_t off, uint8_t row[SI_ROW])
{
    const uint32_t *words = settled_row(s, off);
    if (words != NULL) {
        memcpy(row, words, SI_ROW);
        return;
    }
    for (uint32_t i = 0; i < SI_ROW; i += 4) {
        uint32_t word = si_cell_sense(s, off + i);
        memcpy(row + i, &word, sizeof(word));
    }
}
