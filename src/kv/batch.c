/* SPDX-License-Identifier: MIT */
#include "kv/plain.h"

/* Is there such a record, in every log? */
static bool sound(const struct etch_kv *kv, const struct etch_kv_change *r)
{
    bool counter = r->kind == ETCH_KV_COUNTER;
    return r->kind <= ETCH_KV_COUNTER && (r->kind != ETCH_KV_DELETION || r->len == 0) &&
           (!counter ||
                   (r->len == 4 && r->id <= PLAIN_ID_MAX && r->id < kv->config->keys));
}

enum etch_err etch_kv_put_batch(
        struct etch_kv *kv, const struct etch_kv_change *change, uint16_t n)
{
    bool good = n >= 1 && n <= 1022;
    for (uint32_t i = 0; i < n && good; i++) {
        good = sound(kv, change + i);
    }
    if (!good) {
        return ETCH_E_RANGE;
    }
    if (kv_enter(kv)) {
        kv_write(kv, change, n);
    }
    return kv_leave(kv);
}
