/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

enum etch_err etch_kv_tidy(struct etch_kv *kv)
{
    (void)kv_enter(kv);
    for (uint32_t i = 0; i < kv->nor->sectors && !kv->err; i++) {
        if (kv->sector[i] <= SECTOR_REPLACED && i != kv->draft) {
            kv_erase(kv, i);
        }
    }
    return kv_leave(kv);
}
