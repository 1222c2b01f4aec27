/* purge.c - deleting so that nothing is left to be read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

/* Zero the words that are neither 0 nor `but`. */
static void zero(struct etch_kv *kv, uint32_t from, uint32_t to, uint32_t but)
{
    for (; from < to; from += 4) {
        uint32_t word = kv_word(kv, from);
        if (word != 0 && word != but) {
            kv_zero(kv, from, 4);
        }
    }
}

/* Zero a plain log's values and counters of id, and all that a cut has left of
 * records. */
static void purge_sector(struct etch_kv *kv, uint32_t i, uint16_t id)
{
    struct kv_walk w;
    (void)kv_whole(kv, i, &w);
    while (kv_next(kv, &w)) {
        if (!w.alive || (w.key == id && w.kind != KIND_BATCH)) {
            /* That it is a record may be in doubt, and if it is none, what is in its
             * place are marks. */
            kv->log->firm(kv, &w);
            zero(kv, w.data, w.next, 0);
        } else if (w.kind == KIND_BATCH) {
            w.next = w.data;
        }
    }
}

/* Bytes of values of id that can be read in a log written once. */
static uint32_t count_sector(const struct etch_kv *kv, uint32_t i, uint16_t id)
{
    uint32_t sum = 0;
    struct kv_walk w;
    /* Copies in what was never opened as well: their header says nothing. */
    w.next = kv_field(kv, i, FIELD_LOG);
    w.copies = UINT32_MAX;
    w.end = kv->log->limit(kv, w.next, kv_base(kv, i + 1));
    while (kv_next(kv, &w)) {
        sum += w.key == id ? w.len : 0;
    }
    return sum;
}

/* Zero all that is not erased, the header first: nothing there means anything. */
static void wipe(struct etch_kv *kv, uint32_t i)
{
    kv->sector[i] = SECTOR_DIRTY;
    kv_set_flag(kv, i, FIELD_USED); /* as in kv_erase */
    zero(kv, kv_base(kv, i), kv_base(kv, i + 1), ~0u);
}

static uint32_t purge(struct etch_kv *kv, uint16_t id)
{
    uint32_t left = 0;
    kv->draft = NONE; /* copies in it would be missed */
    for (uint32_t i = 0; i < kv->nor->sectors && !kv->err; i++) {
        uint8_t state = kv->sector[i];
        if (kv->log->once) {
            left += count_sector(kv, i, id);
        } else if (state == SECTOR_OPEN) {
            purge_sector(kv, i, id);
        } else if (state != SECTOR_READY) {
            wipe(kv, i);
        }
    }
    return left;
}

enum etch_err etch_kv_delete_purge(struct etch_kv *kv, uint16_t id, uint32_t *left)
{
    const struct etch_kv_change change = {.id = id, .kind = ETCH_KV_DELETION};
    uint32_t sum = 0;
    if (kv_enter(kv)) {
        if (!kv_same(kv, &change)) {
            kv_write(kv, &change, 1);
        }
        if (!kv->err) {
            kv_begin_session(kv);
            sum = purge(kv, id);
        }
    }
    if (left) {
        *left = sum;
    }
    return kv_leave(kv);
}
