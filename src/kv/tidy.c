/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

static enum etch_err erase_all(struct etch_kv *kv)
{
    enum etch_err err = ETCH_OK;
    for (uint32_t i = 0; i < kv->config->nor->sectors && !err; i++) {
        struct kv_sector s;
        bool kept = kv_current(kv, i, &s) || s.state == SECTOR_READY || i == kv->draft;
        err = kept ? ETCH_OK : kv_erase(kv, i);
    }
    return err;
}

static enum etch_err tidy(struct etch_kv *kv)
{
    uint32_t best;
    struct kv_sector s;
    enum etch_err err = kv_begin(kv);
    err = err ? err : erase_all(kv);
    if (err) {
        return err;
    }
    kv_place(kv, kv->head, &s);
    uint32_t spare = kv_ready(kv, &best);
    if (kv->draft != NONE || (kv_room(kv) < s.len / 4 && spare < 2)) {
        err = kv_move_on(kv, true);
        err = err ? err : erase_all(kv);
    }
    return err;
}

enum etch_err etch_kv_tidy(struct etch_kv *kv)
{
    kv_lock(kv);
    enum etch_err err = tidy(kv);
    if (err && err != ETCH_E_NOSPACE) {
        kv->state = STATE_VIEW;
    }
    return kv_unlock(kv, err);
}
