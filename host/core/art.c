/* art.c - which lines of flash the I-cache holds.
 *
 * The silicon's cache is LRU over 64 lines; this one goes round and passes over
 * lines used since the last time round, which comes close and costs the same
 * for any number of lines. It keeps the bytes: code that changed underneath is
 * still executed as it was, as on silicon.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "core/core_priv.h"

static unsigned chain_of(uint32_t line)
{
    return (line / CORE_LINE ^ line / CORE_LINE / ART_CHAINS) % ART_CHAINS;
}

int art_find(const struct art *a, uint32_t line)
{
    unsigned slot = a->head[chain_of(line)];
    while (slot != 0 && a->tag[slot - 1] != line) {
        slot = a->next[slot - 1];
    }
    return (int)slot - 1;
}

static void set_live(struct art *a, unsigned slot)
{
    uint64_t bit = (uint64_t)1 << slot;
    bool live = a->mode.cache && (a->valid & ~a->stale & bit) != 0;
    a->live[slot] = live ? a->tag[slot] + 1 : 0;
}

static void unlink_slot(struct art *a, unsigned slot)
{
    uint8_t *from = &a->head[chain_of(a->tag[slot])];
    while (*from != slot + 1) {
        from = &a->next[*from - 1];
    }
    *from = a->next[slot];
}

/* The next slot from the hand on that was not used; the passed ones get
 * another round. */
static unsigned victim(struct art *a)
{
    uint64_t ahead = ~(uint64_t)0 << a->hand;
    uint64_t idle = ~a->used & ahead;
    if (idle == 0) {
        a->used &= ~ahead;
        ahead = ~ahead;
        idle = ~a->used & ahead;
        if (idle == 0) {
            a->used = 0;
            return a->hand;
        }
    }
    unsigned slot = (unsigned)__builtin_ctzll(idle);
    a->used &= ~(ahead & (((uint64_t)1 << slot) - 1));
    return slot;
}

unsigned art_fill(struct art *a, uint32_t line, const uint8_t bytes[CORE_LINE])
{
    unsigned slot = victim(a);
    uint64_t bit = (uint64_t)1 << slot;
    if ((a->valid & bit) != 0) {
        unlink_slot(a, slot);
    }
    uint8_t *head = &a->head[chain_of(line)];
    a->tag[slot] = line;
    a->next[slot] = *head;
    *head = (uint8_t)(slot + 1);
    a->valid |= bit;
    a->used &= ~bit;
    a->stale &= ~bit;
    a->hand = (uint8_t)((slot + 1) % ART_LINES);
    memcpy(a->bytes[slot], bytes, CORE_LINE);
    set_live(a, slot);
    return slot;
}

void art_clear(struct art *a)
{
    struct core_art mode = a->mode;
    memset(a, 0, sizeof(*a));
    a->mode = mode;
}

void art_changed(struct art *a, uint32_t addr, uint32_t len)
{
    for (uint64_t rest = a->valid; rest != 0; rest &= rest - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(rest);
        uint32_t line = a->tag[slot];
        if (line - addr < len || addr - line < CORE_LINE) {
            a->stale |= (uint64_t)1 << slot;
            set_live(a, slot);
        }
    }
}

void core_art(struct core *c, const struct core_art *art)
{
    c->st.art.mode = *art;
    for (unsigned slot = 0; slot < ART_LINES; slot++) {
        set_live(&c->st.art, slot);
    }
    core_tlb_flush(c);
}

void core_art_reset(struct core *c)
{
    art_clear(&c->st.art);
}
