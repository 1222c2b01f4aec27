/* room.c - where the next record goes.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

/* Bytes copied with each byte put. */
enum { PACE = 4 };

/* Of the sectors that hold data, the emptiest then has no more than three
 * quarters of what fits in the smallest: moving it always leaves a quarter. */
uint32_t kv_capacity(const struct etch_kv *kv)
{
    return kv->largest * 3 * (kv->nor->sectors - 1u);
}

uint32_t kv_room(const struct etch_kv *kv)
{
    /* What counts in place comes to rest at the next boot, behind the marks of that. */
    uint32_t tail = TAIL * kv->cell;
    uint32_t kept = kv->end + tail + (kv->running ? tail + kv->running * 8u : 0);
    uint32_t top = kv_base(kv, kv->head + 1u);
    return top > kept ? top - kept : 0;
}

uint32_t kv_lead(const struct etch_kv *kv, const struct kv_survey *s, uint32_t live)
{
    return live * 3 / 8 + kv->nor->sector_len[s->victim] / 256;
}

/* With so many bytes left, copying begins. */
static uint32_t trigger(struct etch_kv *kv)
{
    if (kv->trigger == 0) {
        struct kv_survey s;
        (void)kv_survey(kv, &s, 0);
        kv->trigger = (uint16_t)(kv_lead(kv, &s, s.live) / kv->cell + 1);
    }
    return kv->trigger * (uint32_t)kv->cell;
}

static void move_on(struct etch_kv *kv)
{
    uint32_t one;
    if (kv->draft == NONE) {
        if (kv_ready(kv, &one) > 1) {
            kv_set_flag(kv, one, FIELD_USED);
            kv_open_sector(kv, one, 0, kv_field(kv, one, FIELD_LOG));
            return;
        }
        kv_draft_begin(kv, DRAFT_NOW);
    }
    kv_draft_finish(kv);
}

/* Copy along with what is put, so that all is copied before it must be. */
static void pace(struct etch_kv *kv, uint32_t size)
{
    uint32_t room = kv_room(kv);
    if (kv->draft == NONE && room < kv->nor->sector_len[kv->head] / 3 &&
            room < trigger(kv) + size) {
        kv_draft_begin(kv, DRAFT_EARLY);
    }
    if (kv->draft != NONE) {
        kv_draft_copy(kv, PACE * size);
    }
    if (kv->err == ETCH_E_TIDY || kv->err == ETCH_E_NOSPACE) {
        kv->err = ETCH_OK; /* nothing is ready, or the draft is full: without, then */
    }
}

void kv_make_room(struct etch_kv *kv, uint32_t size)
{
    uint32_t tries = 2u * kv->nor->sectors + 3;
    pace(kv, size);
    while (!kv->err && kv_room(kv) < size) {
        if (--tries == 0) {
            kv->err = ETCH_E_NOSPACE;
            break;
        }
        move_on(kv);
        if (kv->err == ETCH_E_NOSPACE) {
            kv->err = ETCH_OK; /* the draft was full: another */
        }
    }
}
