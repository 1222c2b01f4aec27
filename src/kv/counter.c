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

/* May this record be ticked where it is? It is of this session, for others came
 * to rest. Not if it has been copied. */
static bool ours(const struct etch_kv *kv, const struct kv_walk *w)
{
    bool copied = false;
    if (kv->draft != NONE) {
        uint32_t base = kv_base(kv, kv->victim);
        copied = w->at - base < kv->from - base;
    }
    return w->kind == KIND_RUNNING && !copied;
}

/* Clear the first bit of the ticks. False: there is none left. */
static bool tick(struct etch_kv *kv, const struct kv_walk *w)
{
    uint32_t len = kv->nor->unit;
    for (uint32_t at = w->data + 4; at < w->next; at += len) {
        uint8_t bytes[4] = {0};
        (void)kv_read(kv, at, bytes, len);
        uint32_t unit = etch_get32(bytes);
        if (unit != 0) {
            etch_put32(bytes, unit & (unit - 1));
            kv_program_units(kv, at, bytes, len);
            return true;
        }
    }
    return false;
}

bool kv_may_count(const struct etch_kv *kv, uint32_t id)
{
    return id <= PLAIN_ID_MAX && id < kv->config->keys;
}

/* Write it; what is so already, again, if it must be. */
static void set(struct etch_kv *kv, uint16_t id, uint32_t n, uint8_t kind)
{
    uint8_t value[4];
    const struct etch_kv_change change = {
            .data = value, .id = id, .len = 4, .kind = kind};
    etch_put32(value, n);
    if (kind == KIND_RUNNING || !kv_same(kv, &change)) {
        kv_write(kv, &change, 1);
    }
}

static void count(struct etch_kv *kv, uint16_t id)
{
    struct kv_walk w;
    uint32_t n = 0;
    bool in_place = !kv->log->once;
    if (kv_locate(kv, id, &w)) {
        if (ours(kv, &w) && tick(kv, &w)) {
            return;
        }
        if (w.kind == KIND_RUNNING || w.kind == ETCH_KV_COUNTER) {
            (void)kv_counter(kv, &w, &n);
        }
    }
    set(kv, id, n + 1, in_place ? KIND_RUNNING : ETCH_KV_COUNTER);
    if (!kv->err && in_place && kv->running < 0xFF) {
        kv->running++;
    }
}

/* Others may count in place, and not come to rest at a start: of them nothing is sure. */
static bool enter(struct etch_kv *kv, uint16_t id)
{
    if (kv_enter(kv) && !kv_may_count(kv, id)) {
        kv->err = ETCH_E_RANGE;
    }
    return !kv->err;
}

enum etch_err etch_kv_put_tick(struct etch_kv *kv, uint16_t id)
{
    if (enter(kv, id)) {
        count(kv, id);
    }
    return kv_leave(kv);
}

enum etch_err etch_kv_put_counter(struct etch_kv *kv, uint16_t id, uint32_t value)
{
    if (enter(kv, id)) {
        set(kv, id, value, ETCH_KV_COUNTER);
    }
    return kv_leave(kv);
}
