/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

static enum etch_err tidy(struct etch_kv *kv)
{
    enum etch_err err = kv_begin(kv);
    for (uint32_t i = 0; i < kv->config->nor->sectors && !err; i++) {
        uint8_t state = kv->sector[i];
        bool kept = state == SECTOR_OPEN || state == SECTOR_READY || i == kv->draft;
        err = kept ? ETCH_OK : kv_erase(kv, i);
    }
    return err;
}

enum etch_err etch_kv_tidy(struct etch_kv *kv)
{
    kv_lock(kv);
    return kv_unlock(kv, tidy(kv));
}
