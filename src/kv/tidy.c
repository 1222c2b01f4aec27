/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

enum etch_err etch_kv_tidy(struct etch_kv *kv)
{
    (void)kv_enter(kv);
    for (uint32_t i = 0; i < kv->nor->sectors && !kv->err; i++) {
        uint8_t state = kv->sector[i];
        if (state != SECTOR_OPEN && state != SECTOR_READY && i != kv->draft) {
            kv_erase(kv, i);
        }
    }
    return kv_leave(kv);
}
