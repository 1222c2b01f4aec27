/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

static bool fits(const struct etch_kv *kv)
{
    const struct etch_nor *nor = kv->nor;
    bool good = (kv->log->once || (nor->unit <= 4 && !nor->once)) &&
                kv->cell <= CELL_MAX && (kv->cell & (kv->cell - 1u)) == 0;
    for (uint32_t i = 0; i < nor->sectors; i++) {
        uint32_t len = nor->sector_len[i];
        good = good && (len & (kv->cell - 1u)) == 0 &&
               (int32_t)kv_usable(kv, i) >= 4 * (int32_t)kv->log->size(kv, 0, 0);
    }
    return good;
}

enum etch_err etch_kv_format(struct etch_kv *kv, const struct etch_kv_config *config)
{
    int32_t err = kv_mount(kv, config, NULL); /* what is there does not matter */
    if (err == ETCH_E_RANGE || !fits(kv)) {
        return ETCH_E_RANGE;
    }
    kv->err = ETCH_OK;
    kv->head = 0; /* erased last: until then it tells others how worn they are */
    for (uint32_t i = config->nor->sectors; i-- > 0;) {
        kv_erase(kv, i);
    }
    kv_set_flag(kv, 0, FIELD_USED);
    kv_open_sector(kv, 0, 0, kv_field(kv, 0, FIELD_LOG));
    return kv->err ? (enum etch_err)kv->err : etch_kv_open(kv, config);
}
