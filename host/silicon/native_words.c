/* native_words.c - words of RAM and registers that hold what was written to them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "silicon/native_priv.h"

static size_t index_of(const struct native_words *w, uint32_t addr)
{
    size_t low = 0;
    size_t high = w->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (w->at[middle].addr < addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t *native_word(const struct silicon_native *n, uint32_t addr)
{
    size_t i = index_of(&n->words, addr);
    return i < n->words.n && n->words.at[i].addr == addr ? &n->words.at[i].value : NULL;
}

void native_word_put(struct silicon_native *n, uint32_t addr, uint32_t value)
{
    struct native_words *w = &n->words;
    uint32_t *there = native_word(n, addr);
    if (there != NULL) {
        *there = value;
        return;
    }
    if (w->n == w->room) {
        w->room = w->room == 0 ? 16 : 2 * w->room;
        w->at = realloc(w->at, w->room * sizeof(*w->at));
        if (w->at == NULL) {
            si_out_of_memory();
        }
    }
    size_t i = index_of(w, addr);
    memmove(w->at + i + 1, w->at + i, (w->n - i) * sizeof(*w->at));
    w->at[i] = (struct native_word){addr, value};
    w->n++;
}
