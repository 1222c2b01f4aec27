/* counter.c - counting by clearing one bit.
 *
 * Only in a record of this session: at the next boot the last tick may read
 * differently each time, so etch_kv_open writes down what it reads, and what
 * counts on begins a record of its own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/plain.h"

/* May this record be ticked where it is? Not if it has been copied. */
static bool ours(const struct etch_kv *kv, const struct kv_walk *w)
{
    bool copied = kv->draft != NONE && kv->victim == kv->head && w->at < kv->from;
    return w->kind == KIND_RUNNING && kv->state == STATE_OURS && w->at >= kv->mine &&
           w->at < kv->end && !copied;
}

/* Clear the first bit of the ticks. ETCH_E_NOSPACE: there is none left. */
static enum etch_err tick(const struct etch_kv *kv, const struct kv_walk *w)
{
    const struct etch_nor *nor = kv->config->nor;
    for (uint32_t at = w->data + 4; at < w->next; at += nor->unit) {
        uint8_t bytes[4] = {0};
        (void)kv_read_flipped(kv, at, bytes, nor->unit);
        uint32_t unit = etch_get32(bytes);
        if (unit != 0) {
            unit &= unit - 1;
            etch_put32(bytes, nor->erased ? unit : ~unit);
            return nor->program(nor, at, bytes, nor->unit);
        }
    }
    return ETCH_E_NOSPACE;
}

static enum etch_err set(struct etch_kv *kv, uint16_t id, uint32_t n, uint8_t kind)
{
    uint8_t value[4];
    const struct etch_kv_change change = {.id = id, .len = 4, .data = value};
    etch_put32(value, n);
    return id > PLAIN_ID_MAX || id >= kv->config->keys ? ETCH_E_RANGE
                                                       : kv_change(kv, &change, 1, kind);
}

static enum etch_err count(struct etch_kv *kv, uint16_t id)
{
    struct kv_walk w;
    uint32_t n = 0;
    if (kv_locate(kv, id, &w)) {
        enum etch_err err = ours(kv, &w) ? tick(kv, &w) : ETCH_E_NOSPACE;
        if (err != ETCH_E_NOSPACE) {
            kv->state = err ? STATE_VIEW : kv->state; /* did it count or not? */
            return err;
        }
        if (w.kind == KIND_RUNNING || w.kind == KIND_COUNTER) {
            (void)kv_counter(kv, &w, &n);
        }
    }
    bool in_place = !kv_log(kv)->once;
    enum etch_err err = set(kv, id, n + 1, in_place ? KIND_RUNNING : KIND_COUNTER);
    if (!err && in_place && kv->running < 0xFF) {
        kv->running++;
    }
    return err;
}

enum etch_err etch_kv_put_tick(struct etch_kv *kv, uint16_t id)
{
    kv_lock(kv);
    return kv_unlock(kv, count(kv, id));
}

enum etch_err etch_kv_put_counter(struct etch_kv *kv, uint16_t id, uint32_t value)
{
    kv_lock(kv);
    return kv_unlock(kv, set(kv, id, value, KIND_COUNTER));
}
