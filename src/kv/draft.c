/* draft.c - moving house.
 *
 * What is kept of one sector is copied to a ready one, the draft, which means
 * nothing until all is there: then it is opened and stands in the other's
 * place. Cut at any point before, it is erased and begun again. So however
 * often power fails, what is needed to go on is never used up.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

uint32_t kv_copy_size(const struct etch_kv *kv, const struct kv_walk *w)
{
    bool name = w->key >= KEY_NAME;
    const struct etch_kv_change r = {.id = (uint16_t)w->key,
            .len = w->len,
            .kind = name ? ETCH_KV_NAME : ETCH_KV_VALUE};
    return kv->log->size(kv, &r);
}

/* Is this record the newest with its key? */
static bool newest(const struct etch_kv *kv, const struct kv_walk *w)
{
    struct kv_walk found;
    return kv_locate(kv, w->key, &found) && found.at == w->at;
}

uint32_t kv_live(const struct etch_kv *kv, uint32_t i)
{
    uint32_t sum = 0;
    struct kv_sector s;
    struct kv_walk w;
    kv_whole(kv, i, &s, &w);
    while (kv_next_alive(kv, &w)) {
        sum += newest(kv, &w) ? kv_copy_size(kv, &w) : 0;
    }
    return sum;
}

uint32_t kv_used(const struct etch_kv *kv)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        sum += kv->sector[i] == SECTOR_OPEN ? kv_live(kv, i) : 0;
    }
    return sum;
}

/* The oldest, unless it is so full that moving it would leave too little; then
 * the emptiest. The one that is being written to only if it is all there is or
 * the emptiest. */
uint32_t kv_victim(const struct etch_kv *kv, uint32_t *live)
{
    uint32_t limit = 3 * kv_largest(kv);
    uint32_t best = kv->head;
    uint32_t oldest = UINT32_MAX;
    *live = UINT32_MAX;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        struct kv_sector s;
        if (kv->sector[i] != SECTOR_OPEN) {
            continue;
        }
        (void)kv_header(kv, i, &s);
        uint32_t bytes = kv_live(kv, i);
        bool fits = i != kv->head && bytes <= limit;
        if (fits ? s.seq < oldest : oldest == UINT32_MAX && bytes < *live) {
            oldest = fits ? s.seq : oldest;
            best = i;
            *live = bytes;
        }
    }
    return best;
}

/* Is there a sector to copy to, and nothing that was replaced? If not, and it
 * may be, erase. A replaced sector must go before its copy is replaced in turn,
 * or it would come back. */
static void see_to_ready(struct etch_kv *kv, bool may_erase)
{
    uint32_t one;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        uint8_t state = kv->sector[i];
        if (state == SECTOR_REPLACED ||
                (state < SECTOR_REPLACED && state != SECTOR_READY &&
                        !kv_ready(kv, &one))) {
            if (!may_erase) {
                kv->err = ETCH_E_TIDY;
                return;
            }
            kv_erase(kv, i);
        }
    }
}

void kv_draft_begin(struct etch_kv *kv, bool newest)
{
    uint32_t to;
    uint32_t live;
    see_to_ready(kv, newest || kv->config->policy == ETCH_KV_ERASE_WHEN_FORCED);
    if (kv->err) {
        return;
    }
    (void)kv_ready(kv, &to);
    kv_set_flag(kv, to, FIELD_USED);
    kv->sector[to] = SECTOR_DRAFT;
    kv->draft = (uint8_t)to;
    kv->victim = (uint8_t)(newest ? kv->head : kv_victim(kv, &live));
    kv->since = kv->end;
    kv->to = kv_field(kv, to, FIELD_LOG);
    kv->from = kv_field(kv, kv->victim, FIELD_LOG);
}

/* Cell by cell as they are, but for what makes it count without marks; and what
 * counts in place comes to rest. */
static void copy(struct etch_kv *kv, const struct kv_walk *w)
{
    uint8_t cell[CELL_MAX];
    uint32_t size = kv_copy_size(kv, w);
    if (size + TAIL * kv->cell > kv_base(kv, kv->draft + 1u) - kv->to) {
        kv->err = ETCH_E_NOSPACE;
    } else if (w->kind == KIND_RUNNING) {
        const struct etch_kv_change r = {.data = cell,
                .id = (uint16_t)w->key,
                .len = 4,
                .kind = ETCH_KV_COUNTER};
        (void)kv_counter(kv, w, &size);
        etch_put32(cell, size);
        kv->log->append(kv, &kv->to, &r, true);
    } else {
        for (uint32_t off = 0; off < size; off += kv->cell) {
            (void)kv_read(kv, w->at + off, cell, kv->cell);
            if (off == 0 && !kv->log->once) {
                etch_put32(cell, w->word & ~3u);
            }
            kv_program_units(kv, kv->to, cell, kv->cell);
            kv->to += kv->cell;
        }
    }
}

void kv_draft_copy(struct etch_kv *kv, uint32_t bytes)
{
    struct kv_sector s;
    struct kv_walk w;
    struct kv_walk older;
    uint32_t before = kv->to;
    kv_whole(kv, kv->victim, &s, &w);
    w.next = kv->from;
    while (!kv->err && kv->to - before < bytes && kv_next_alive(kv, &w)) {
        /* A deletion goes if no sector that stays holds what it must hide. What was
         * deleted since may have been copied before. */
        bool goes = w.kind == ETCH_KV_DELETION &&
                    (kv->victim != kv->head || w.at < kv->since) &&
                    !kv_find(kv, w.key, kv->victim, &older);
        if (!goes && newest(kv, &w)) {
            copy(kv, &w);
        }
        kv->from = w.next;
    }
    if (kv->err) {
        kv->draft = NONE; /* it will be erased and begun again */
    }
}

/* Records of the victim are now where their copies are, or gone. */
static void move_index(const struct etch_kv *kv, const struct kv_sector *old,
        uint32_t from, uint32_t end)
{
    const struct etch_kv_config *c = kv->config;
    struct kv_walk w;
    w.next = from;
    w.end = w.copies = end;
    while (kv_next_alive(kv, &w)) {
        if (w.key < c->keys) {
            uint32_t was = c->index[w.key] * (uint32_t)kv->cell;
            if (was - old->base < old->top - old->base || was - from < end - from) {
                c->index[w.key] = (uint16_t)(w.at / kv->cell);
            }
        }
    }
    for (uint32_t id = 0; id < c->keys; id++) {
        uint32_t was = c->index[id] * (uint32_t)kv->cell;
        if (was && was - old->base < old->top - old->base) {
            c->index[id] = 0;
        }
    }
}

/* Counters that count in place, outside of what has been copied. */
static uint8_t running(const struct etch_kv *kv)
{
    struct kv_walk w;
    uint8_t n = 0;
    for (uint32_t id = 0; id < kv->config->keys && n < 0xFF; id++) {
        if (kv_locate(kv, id, &w) && w.kind == KIND_RUNNING) {
            n++;
        }
    }
    return n;
}

void kv_draft_finish(struct etch_kv *kv)
{
    struct kv_sector old;
    if (!kv->err) {
        kv_draft_copy(kv, UINT32_MAX);
    }
    if (!kv->err) {
        (void)kv_header(kv, kv->victim, &old);
        kv_open_sector(kv, kv->draft, old.seq, kv->to);
    }
    if (!kv->err) {
        move_index(kv, &old, kv_field(kv, kv->head, FIELD_LOG), kv->to);
        kv->sector[kv->victim] = SECTOR_REPLACED;
        kv->running = running(kv);
    }
}
