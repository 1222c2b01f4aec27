/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

/* Is there such a record, in every log? */
static bool sound(const struct etch_kv *kv, const struct etch_kv_change *r)
{
    switch (r->kind) {
    case ETCH_KV_VALUE:
    case ETCH_KV_NAME: return true;
    case ETCH_KV_DELETION: return r->len == 0;
    case ETCH_KV_COUNTER: return r->len == 4 && kv_may_count(kv, r->id);
    default: return false;
    }
}

enum etch_err etch_kv_put_batch(
        struct etch_kv *kv, const struct etch_kv_change *change, uint16_t n)
{
    bool good = n - 1u < 1022; /* and not 0 */
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
