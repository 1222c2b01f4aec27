/* purge.c - deleting so that nothing is left to be read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

static enum etch_err zero(const struct etch_kv *kv, uint32_t from, uint32_t to)
{
    enum etch_err err = ETCH_OK;
    for (; from < to && !err; from += 4) {
        uint8_t zeros[CHUNK] = {0};
        err = kv_program_flipped(kv, from, zeros, 4);
    }
    return err;
}

/* Zero a plain log's values of id, and what lies between records: pads that a
 * cut has left of records. Whatever sector this is, values may be in it. */
static enum etch_err purge_sector(
        const struct etch_kv *kv, const struct kv_sector *s, uint16_t id)
{
    struct kv_walk w;
    enum etch_err err = ETCH_OK;
    kv_whole(kv, s, &w);
    uint32_t behind = w.next;
    bool more = true;
    while (more && !err) {
        more = kv->config->log->walk(kv, &w);
        err = zero(kv, behind, w.at);
        behind = w.next;
        if (more && !err && w.id == id && w.kind == KIND_VALUE) {
            err = zero(kv, w.data, w.next);
        }
    }
    return err;
}

/* Bytes of values of id that can be read in a log written once. */
static uint32_t count_sector(
        const struct etch_kv *kv, const struct kv_sector *s, uint16_t id)
{
    struct kv_walk w;
    uint32_t sum = 0;
    kv_whole(kv, s, &w);
    while (kv->config->log->walk(kv, &w)) {
        sum += w.id == id && w.kind == KIND_VALUE ? w.len : 0;
    }
    return sum;
}

/* Zero all that is not erased: nothing there means anything. */
static enum etch_err wipe(const struct etch_kv *kv, const struct kv_sector *s)
{
    enum etch_err err = ETCH_OK;
    for (uint32_t at = s->base; at < s->base + s->len && !err; at += 4) {
        err = kv_word(kv, at) == ~0u ? ETCH_OK : zero(kv, at, at + 4);
    }
    return err;
}

static enum etch_err purge(struct etch_kv *kv, uint16_t id, uint32_t *left)
{
    enum etch_err err = kv_begin(kv);
    kv->draft = NONE; /* copies in it would be missed */
    for (uint32_t i = 0; i < kv->config->nor->sectors && !err; i++) {
        struct kv_sector s;
        kv_sector(kv, i, &s);
        bool open = s.state == SECTOR_OPEN;
        if (kv->config->log->once) {
            *left += open ? count_sector(kv, &s, id) : 0;
        } else if (open) {
            err = purge_sector(kv, &s, id);
        } else if (s.state != SECTOR_READY) {
            err = wipe(kv, &s);
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
