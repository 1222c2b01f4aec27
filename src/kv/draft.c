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

/* May records older than those of this sector lie elsewhere? */
static bool older_elsewhere(const struct etch_kv *kv, const struct kv_sector *victim)
{
    struct kv_sector s;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        if (kv_current(kv, i, &s) && s.seq - s.age < victim->seq &&
                s.base != victim->base) {
            return true;
        }
    }
    return false;
}

uint32_t kv_copy_size(const struct etch_kv *kv, const struct kv_walk *w)
{
    uint8_t kind = w->kind == KIND_RUNNING ? KIND_COUNTER : w->kind;
    return kv_writer(kv)->size(kv, kind, w->id, kind == KIND_COUNTER ? 4 : w->len);
}

uint32_t kv_live(const struct etch_kv *kv, const struct kv_sector *s)
{
    uint32_t sum = 0;
    struct kv_walk w;
    kv_whole(kv, s, &w);
    while (kv_next_alive(kv, &w)) {
        if (kv_newest(kv, &w)) {
            sum += kv_copy_size(kv, &w);
        }
    }
    return sum;
}

uint32_t kv_used(const struct etch_kv *kv)
{
    uint32_t sum = 0;
    struct kv_sector s;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        if (kv_current(kv, i, &s)) {
            sum += kv_live(kv, &s);
        }
    }
    return sum;
}

/* The oldest, unless it is so full that moving it would leave too little; then
 * the emptiest. The one that is being written to only if it is all there is or
 * the emptiest. */
uint32_t kv_victim(const struct etch_kv *kv, uint32_t *live)
{
    uint32_t sectors = kv->config->nor->sectors;
    uint32_t limit = kv_capacity(kv) / (sectors > 1 ? sectors - 1 : 1);
    uint32_t best = kv->head;
    uint32_t oldest = UINT32_MAX;
    struct kv_sector s;
    *live = UINT32_MAX;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        if (!kv_current(kv, i, &s)) {
            continue;
        }
        uint32_t bytes = kv_live(kv, &s);
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
static enum etch_err see_to_ready(const struct etch_kv *kv, bool may_erase)
{
    uint32_t best;
    struct kv_sector s;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        bool current = kv_current(kv, i, &s);
        bool must = s.state == SECTOR_OPEN || kv_ready(kv, &best) == 0;
        if (!current && s.state != SECTOR_READY && must) {
            enum etch_err err = may_erase ? kv_erase(kv, i) : ETCH_E_TIDY;
            if (err) {
                return err;
            }
        }
    }
    return ETCH_OK;
}

enum etch_err kv_draft_begin(struct etch_kv *kv, bool may_erase)
{
    struct kv_sector s;
    uint32_t live;
    uint32_t to;
    enum etch_err err = see_to_ready(kv, may_erase);
    if (err) {
        return err;
    }
    (void)kv_ready(kv, &to);
    err = kv_set_flag(kv, to, FIELD_USED);
    if (!err) {
        kv->victim = (uint8_t)kv_victim(kv, &live);
        kv->draft = (uint8_t)to;
        kv->since = kv->end;
        kv_place(kv, to, &s);
        kv->to = s.base + kv_field(kv, FIELD_LOG);
        kv_place(kv, kv->victim, &s);
        kv->from = s.base + kv_field(kv, FIELD_LOG);
    }
    return err;
}

static enum etch_err copy(struct etch_kv *kv, const struct kv_walk *w)
{
    uint8_t value[4];
    struct kv_record r = {.from = w, .id = w->id, .len = w->len, .kind = w->kind};
    struct kv_sector s;
    kv_place(kv, kv->draft, &s);
    uint32_t room = s.base + s.len - kv->to;
    if (kv_copy_size(kv, w) + (2 + kv_writer(kv)->tail) * kv_cell(kv) > room) {
        return ETCH_E_NOSPACE;
    }
    if (w->kind == KIND_RUNNING) {
        uint32_t n;
        (void)kv_counter(kv, w, &n);
        etch_put32(value, n);
        r = (struct kv_record){
                .data = value, .id = w->id, .len = 4, .kind = KIND_COUNTER};
    }
    return kv_writer(kv)->append(kv, &kv->to, &r, true);
}

enum etch_err kv_draft_copy(struct etch_kv *kv, uint32_t bytes)
{
    struct kv_sector s;
    struct kv_walk w;
    uint32_t before = kv->to;
    enum etch_err err = ETCH_OK;
    kv_sector(kv, kv->victim, &s);
    bool keep_deletions = older_elsewhere(kv, &s);
    kv_whole(kv, &s, &w);
    w.next = kv->from;
    while (!err && kv->to - before < bytes && kv_next_alive(kv, &w)) {
        /* What was deleted since may have been copied before. */
        bool gone = w.kind == KIND_DELETION && !keep_deletions &&
                    (kv->victim != kv->head || w.at < kv->since);
        if (kv_newest(kv, &w) && !gone) {
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
    uint32_t cell = kv_cell(kv);
    struct kv_walk w = {.next = from, .end = end, .copies = end};
    while (kv_next_alive(kv, &w)) {
        if (w.kind == KIND_NAME || w.id >= c->keys) {
            continue; /* not in the index */
        }
        uint32_t was = c->index[w.id] * cell;
        if (was - old->base < old->len || was - from < end - from) {
            c->index[w.id] = (uint16_t)(w.at / cell);
        }
    }
    for (uint32_t id = 0; id < c->keys; id++) {
        uint32_t was = c->index[id] * cell;
        if (was && was - old->base < old->len) {
            c->index[id] = 0;
        }
    }
}

enum etch_err kv_draft_open(struct etch_kv *kv)
{
    struct kv_sector old;
    struct kv_sector newest;
    struct kv_sector s;
    kv_sector(kv, kv->victim, &old);
    kv_sector(kv, kv->head, &newest);
    kv_place(kv, kv->draft, &s);
    uint32_t end = kv->to;
    enum etch_err err = kv_open_sector(kv, kv->draft, newest.seq + 1 - old.seq, end);
    if (!err) {
        move_index(kv, &old, s.base + kv_field(kv, FIELD_LOG), end);
        kv->running = 0;
    }
    return err;
}

enum etch_err kv_extend(struct etch_kv *kv)
{
    struct kv_sector s;
    uint32_t to;
    (void)kv_ready(kv, &to);
    kv_place(kv, to, &s);
    enum etch_err err = kv_set_flag(kv, to, FIELD_USED);
    return err ? err : kv_open_sector(kv, to, 0, s.base + kv_field(kv, FIELD_LOG));
}
