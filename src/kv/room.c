/* room.c - where the next record goes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

/* Bytes copied with each byte put. */
enum { PACE = 4 };

uint32_t kv_usable(const struct etch_kv *kv, uint32_t len)
{
    return len - kv_field(kv, FIELD_LOG) - (2u + kv_writer(kv)->tail) * kv_cell(kv);
}

static uint32_t smallest(const struct etch_kv *kv)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        uint32_t len = kv->config->nor->sector_len[i];
        least = len < least ? len : least;
    }
    return kv_usable(kv, least);
}

/* Of the sectors that hold data, the emptiest then has no more than three
 * quarters of what fits in the smallest: moving it always leaves a quarter. */
uint32_t kv_capacity(const struct etch_kv *kv)
{
    return smallest(kv) / 4 * 3 * (kv->config->nor->sectors - 1u);
}

uint32_t kv_largest(const struct etch_kv *kv)
{
    return smallest(kv) / 4;
}

uint32_t kv_room(const struct etch_kv *kv)
{
    struct kv_sector s;
    kv_place(kv, kv->head, &s);
    /* What counts in place must come to rest after a cut. */
    uint32_t kept = kv_writer(kv)->tail * kv_cell(kv) + kv->running * 8u;
    uint32_t left = s.base + s.len - kv->end;
    return left > kept ? left - kept : 0;
}

uint32_t kv_trigger(struct etch_kv *kv)
{
    if (kv->trigger == 0) {
        uint32_t live;
        (void)kv_victim(kv, &live);
        kv->trigger = (uint16_t)(live * 3 / 8 / kv_cell(kv) + 1);
    }
    return kv->trigger * kv_cell(kv);
}

enum etch_err kv_move_on(struct etch_kv *kv, bool may_erase)
{
    uint32_t best;
    enum etch_err err = ETCH_OK;
    if (kv->draft == NONE) {
        if (kv_ready(kv, &best) > 1) {
            return kv_extend(kv);
        }
        err = kv_draft_begin(kv, may_erase);
    }
    err = err ? err : kv_draft_copy(kv, UINT32_MAX);
    return err ? err : kv_draft_open(kv);
}

/* Copy along with what is put, so that all is copied before it must be. */
static enum etch_err pace(struct etch_kv *kv, uint32_t size)
{
    struct kv_sector s;
    uint32_t best;
    enum etch_err err = ETCH_OK;
    kv_place(kv, kv->head, &s);
    uint32_t room = kv_room(kv);
    if (kv->draft == NONE && room < s.len / 3 && room < kv_trigger(kv) + size &&
            kv_ready(kv, &best) < 2) {
        err = kv_draft_begin(kv, kv->config->policy == ETCH_KV_ERASE_WHEN_FORCED);
        /* Nothing is ready, and there is still room without. */
        err = err == ETCH_E_TIDY ? ETCH_OK : err;
    }
    if (!err && kv->draft != NONE) {
        err = kv_draft_copy(kv, PACE * size);
        err = err == ETCH_E_NOSPACE ? ETCH_OK : err;
    }
    return err;
}

enum etch_err kv_make_room(struct etch_kv *kv, uint32_t size)
{
    enum etch_err err = pace(kv, size);
    uint32_t tries = 2u * kv->config->nor->sectors + 2;
    while (!err && kv_room(kv) < size && tries-- > 0) {
        err = kv_move_on(kv, kv->config->policy == ETCH_KV_ERASE_WHEN_FORCED);
        err = err == ETCH_E_NOSPACE ? ETCH_OK : err;
    }
    return err || kv_room(kv) >= size ? err : ETCH_E_NOSPACE;
}
