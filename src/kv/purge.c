/* purge.c - deleting so that nothing is left to be read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

static enum etch_err zero(const struct etch_kv *kv, uint32_t from, uint32_t to)
{
    enum etch_err err = ETCH_OK;
    for (; from < to && !err; from += 4) {
        uint8_t zeros[4] = {0};
        bool done = kv_word(kv, from) == 0;
        err = done ? ETCH_OK : kv_program_flipped(kv, from, zeros, 4);
    }
    return err;
}

/* Zero a plain log's values of id, and all that a cut has left of records. */
static enum etch_err purge_sector(const struct etch_kv *kv, uint32_t i, uint16_t id)
{
    struct kv_sector s;
    struct kv_walk w;
    enum etch_err err = ETCH_OK;
    kv_whole(kv, i, &s, &w);
    while (!err && kv_next(kv, &w)) {
        if (!w.alive || (w.id == id && w.kind == KIND_VALUE)) {
            err = zero(kv, w.data, w.next);
        } else if (w.kind == KIND_BATCH) {
            w.next = w.data;
        }
    }
    return err;
}

/* Bytes of values of id that can be read in a log written once. */
static uint32_t count_sector(const struct etch_kv *kv, uint32_t i, uint16_t id)
{
    uint32_t sum = 0;
    struct kv_sector s;
    struct kv_walk w;
    kv_whole(kv, i, &s, &w);
    while (kv_next(kv, &w)) {
        sum += w.id == id && w.kind == KIND_VALUE ? w.len : 0;
    }
    return sum;
}

/* Zero all that is not erased, the header first: nothing there means anything. */
static enum etch_err wipe(struct etch_kv *kv, uint32_t i)
{
    struct kv_sector s;
    enum etch_err err = ETCH_OK;
    kv_place(kv, i, &s);
    kv->sector[i] = SECTOR_DIRTY;
    for (uint32_t at = s.base; at < s.base + s.len && !err; at += 4) {
        err = kv_word(kv, at) == ~0u ? ETCH_OK : zero(kv, at, at + 4);
    }
    return err;
}

static enum etch_err purge(struct etch_kv *kv, uint16_t id, uint32_t *left)
{
    enum etch_err err = kv_begin(kv);
    kv->draft = NONE; /* copies in it would be missed */
    for (uint32_t i = 0; i < kv->config->nor->sectors && !err; i++) {
        uint8_t state = kv->sector[i];
        if (kv_log(kv)->once) {
            *left += state >= SECTOR_REPLACED ? count_sector(kv, i, id) : 0;
        } else if (state == SECTOR_OPEN) {
            err = purge_sector(kv, i, id);
        } else if (state != SECTOR_READY) {
            err = wipe(kv, i);
        }
    }
    if (err) {
        kv->state = STATE_VIEW;
    }
    return err;
}

enum etch_err etch_kv_delete_purge(struct etch_kv *kv, uint16_t id, uint32_t *left)
{
    uint32_t sum = 0;
    enum etch_err err = etch_kv_delete(kv, id);
    kv_lock(kv);
    err = err ? err : purge(kv, id, &sum);
    if (left) {
        *left = sum;
    }
    return kv_unlock(kv, err);
}
