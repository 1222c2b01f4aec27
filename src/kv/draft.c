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
    uint8_t kind = w->kind == KIND_RUNNING ? KIND_COUNTER : w->kind;
    return kv_writer(kv)->size(kv, kind, w->id, kind == KIND_COUNTER ? 4 : w->len);
}

uint32_t kv_live(const struct etch_kv *kv, uint32_t i)
{
    uint32_t sum = 0;
    struct kv_sector s;
    struct kv_walk w;
    kv_whole(kv, i, &s, &w);
    while (kv_next_alive(kv, &w)) {
        sum += kv_newest(kv, &w) ? kv_copy_size(kv, &w) : 0;
    }
    return sum;
}

uint32_t kv_used(const struct etch_kv *kv)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
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
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
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
static enum etch_err see_to_ready(struct etch_kv *kv, bool may_erase)
{
    uint32_t one;
    enum etch_err err = ETCH_OK;
    for (uint32_t i = 0; i < kv->config->nor->sectors && !err; i++) {
        uint8_t state = kv->sector[i];
        if (state == SECTOR_REPLACED ||
                (state < SECTOR_REPLACED && state != SECTOR_READY &&
                        !kv_ready(kv, &one))) {
            err = may_erase ? kv_erase(kv, i) : ETCH_E_TIDY;
        }
    }
    return err;
}

enum etch_err kv_draft_begin(struct etch_kv *kv, bool newest)
{
    struct kv_sector s;
    struct kv_walk w;
    uint32_t to;
    bool may_erase = newest || kv->config->policy == ETCH_KV_ERASE_WHEN_FORCED;
    enum etch_err err = see_to_ready(kv, may_erase);
    if (err) {
        return err;
    }
    (void)kv_ready(kv, &to);
    err = kv_set_flag(kv, to, FIELD_USED);
    if (!err) {
        kv->sector[to] = SECTOR_DRAFT;
        kv->victim = (uint8_t)(newest ? kv->head : kv_victim(kv, &kv->to));
        kv->draft = (uint8_t)to;
        kv->since = kv->end;
        kv_place(kv, to, &s);
        kv->to = s.base + kv_field(kv, FIELD_LOG);
        kv_whole(kv, kv->victim, &s, &w);
        kv->from = w.next;
    }
    return err;
}

/* Cell by cell as they are, but for what makes it count without marks; and what
 * counts in place comes to rest. */
static enum etch_err copy(struct etch_kv *kv, const struct kv_walk *w)
{
    uint8_t cell[CELL_MAX];
    struct kv_sector s;
    uint32_t size = kv_copy_size(kv, w);
    enum etch_err err = ETCH_OK;
    kv_place(kv, kv->draft, &s);
    if (size + TAIL * kv->cell > s.base + s.len - kv->to) {
        return ETCH_E_NOSPACE;
    }
    if (w->kind == KIND_RUNNING) {
        const struct kv_record r = {
                .data = cell, .id = w->id, .len = 4, .kind = KIND_COUNTER};
        (void)kv_counter(kv, w, &size);
        etch_put32(cell, size);
        return kv_writer(kv)->append(kv, &kv->to, &r, true);
    }
    for (uint32_t off = 0; off < size && !err; off += kv->cell) {
        (void)kv_read(kv, w->at + off, cell, kv->cell);
        if (off == 0 && !kv_log(kv)->once) {
            etch_put32(cell, w->word & ~3u);
            err = kv_program_flipped(kv, kv->to, cell, 4);
        } else {
            err = kv_program(kv, kv->to, cell, kv->cell);
        }
        kv->to += kv->cell;
    }
    return err;
}

/* Does a sector that stays hold an older record that this deletion must hide? */
static bool hides(const struct etch_kv *kv, const struct kv_walk *deletion)
{
    struct kv_sector s;
    struct kv_walk w;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        if (kv->sector[i] != SECTOR_OPEN || i == kv->victim) {
            continue;
        }
        kv_whole(kv, i, &s, &w);
        while (kv_next_alive(kv, &w)) {
            if (w.id == deletion->id && w.kind != KIND_NAME) {
                return true;
            }
        }
    }
    return false;
}

enum etch_err kv_draft_copy(struct etch_kv *kv, uint32_t bytes)
{
    struct kv_sector s;
    struct kv_walk w;
    uint32_t before = kv->to;
    enum etch_err err = ETCH_OK;
    kv_whole(kv, kv->victim, &s, &w);
    w.next = kv->from;
    while (!err && kv->to - before < bytes && kv_next_alive(kv, &w)) {
        /* What was deleted since may have been copied before. */
        bool may_go =
                w.kind == KIND_DELETION && (kv->victim != kv->head || w.at < kv->since);
        if (kv_newest(kv, &w) && !(may_go && !hides(kv, &w))) {
            err = copy(kv, &w);
        }
        kv->from = w.next;
    }
    if (err) {
        kv->draft = NONE; /* it will be erased and begun again */
    }
    return err;
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
        if (w.kind == KIND_NAME || w.id >= c->keys) {
            continue; /* not in the index */
        }
        uint32_t was = c->index[w.id] * (uint32_t)kv->cell;
        if (was - old->base < old->len || was - from < end - from) {
            c->index[w.id] = (uint16_t)(w.at / kv->cell);
        }
    }
    for (uint32_t id = 0; id < c->keys; id++) {
        uint32_t was = c->index[id] * (uint32_t)kv->cell;
        if (was && was - old->base < old->len) {
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
        if (kv_locate(kv, (uint16_t)id, &w) && w.kind == KIND_RUNNING) {
            n++;
        }
    }
    return n;
}

enum etch_err kv_draft_open(struct etch_kv *kv)
{
    struct kv_sector old;
    struct kv_sector s;
    uint32_t end = kv->to;
    (void)kv_header(kv, kv->victim, &old);
    kv_place(kv, kv->draft, &s);
    enum etch_err err = kv_open_sector(kv, kv->draft, old.seq, end);
    if (!err) {
        move_index(kv, &old, s.base + kv_field(kv, FIELD_LOG), end);
        kv->sector[kv->victim] = SECTOR_REPLACED;
        kv->running = running(kv);
    }
    return err;
}
