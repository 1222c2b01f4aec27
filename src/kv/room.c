/* room.c - where the next record goes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

/* Bytes copied with each byte put. */
enum { PACE = 4 };

uint32_t kv_usable(const struct etch_kv *kv, uint32_t len)
{
    return len - kv_field(kv, FIELD_LOG) - TAIL * kv->cell;
}

uint32_t kv_largest(const struct etch_kv *kv)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        uint32_t len = kv->config->nor->sector_len[i];
        least = len < least ? len : least;
    }
    return kv_usable(kv, least) / 4;
}

/* Of the sectors that hold data, the emptiest then has no more than three
 * quarters of what fits in the smallest: moving it always leaves a quarter. */
uint32_t kv_capacity(const struct etch_kv *kv)
{
    return kv_largest(kv) * 3 * (kv->config->nor->sectors - 1u);
}

uint32_t kv_room(const struct etch_kv *kv)
{
    struct kv_sector s;
    kv_place(kv, kv->head, &s);
    /* What counts in place comes to rest at the next boot, behind the marks of that. */
    uint32_t tail = TAIL * kv->cell;
    uint32_t kept = kv->end + tail + (kv->running ? tail + kv->running * 8u : 0);
    uint32_t end = s.base + s.len;
    return end > kept ? end - kept : 0;
}

/* With so many bytes left, copying begins. */
static uint32_t trigger(struct etch_kv *kv)
{
    if (kv->trigger == 0) {
        uint32_t live;
        (void)kv_victim(kv, &live);
        kv->trigger = (uint16_t)(live * 3 / 8 / kv->cell + 1);
    }
    return kv->trigger * (uint32_t)kv->cell;
}

static enum etch_err move_on(struct etch_kv *kv)
{
    uint32_t one;
    enum etch_err err = ETCH_OK;
    if (kv->draft == NONE) {
        if (kv_ready(kv, &one) > 1) {
            struct kv_sector s;
            kv_place(kv, one, &s);
            err = kv_set_flag(kv, one, FIELD_USED);
            return err ? err
                       : kv_open_sector(kv, one, 0, s.base + kv_field(kv, FIELD_LOG));
        }
        err = kv_draft_begin(kv, false);
    }
    err = err ? err : kv_draft_copy(kv, UINT32_MAX);
    return err ? err : kv_draft_open(kv);
}

/* Copy along with what is put, so that all is copied before it must be. */
static enum etch_err pace(struct etch_kv *kv, uint32_t size)
{
    struct kv_sector s;
    uint32_t one;
    uint32_t room = kv_room(kv);
    enum etch_err err = ETCH_OK;
    kv_place(kv, kv->head, &s);
    if (kv->draft == NONE && room < s.len / 3 && room < trigger(kv) + size &&
            kv_ready(kv, &one) < 2) {
        err = kv_draft_begin(kv, false);
    }
    if (!err && kv->draft != NONE) {
        err = kv_draft_copy(kv, PACE * size);
    }
    /* Nothing is ready, or the draft is full, and there is still room without. */
    return err == ETCH_E_TIDY || err == ETCH_E_NOSPACE ? ETCH_OK : err;
}

enum etch_err kv_make_room(struct etch_kv *kv, uint32_t size)
{
    enum etch_err err = pace(kv, size);
    uint32_t tries = 2u * kv->config->nor->sectors + 2;
    while (!err && kv_room(kv) < size) {
        if (tries-- == 0) {
            return ETCH_E_NOSPACE;
        }
        err = move_on(kv);
        err = err == ETCH_E_NOSPACE ? ETCH_OK : err;
    }
    return err;
}
