/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

enum etch_err etch_kv_put_batch(
        struct etch_kv *kv, const struct etch_kv_change *change, uint16_t n)
{
    if (n < 1 || n > 1022) {
        return ETCH_E_RANGE;
    }
    kv_lock(kv);
    return kv_unlock(kv, kv_change(kv, change, n, KIND_VALUE));
}
