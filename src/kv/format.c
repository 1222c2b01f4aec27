/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

static bool fits(const struct etch_kv *kv)
{
    const struct etch_nor *nor = kv->config->nor;
    uint32_t sum = 0;
    bool good = nor->sectors >= 2 && (kv_log(kv)->once || (nor->unit <= 4 && !nor->once));
    for (uint32_t i = 0; i < nor->sectors; i++) {
        uint32_t len = nor->sector_len[i];
        sum += len;
        good = good && len % kv->cell == 0 &&
               len >= kv_field(kv, FIELD_LOG) + 10u * kv->cell;
    }
    return good && sum <= 0x10000u * kv->cell;
}

enum etch_err etch_kv_format(struct etch_kv *kv, const struct etch_kv_config *config)
{
    enum etch_err err = kv_mount(kv, config, NULL); /* what is there does not matter */
    if (err == ETCH_E_RANGE || !fits(kv)) {
        return ETCH_E_RANGE;
    }
    err = ETCH_OK;
    kv->head = 0;
    for (uint32_t i = 0; i < config->nor->sectors && !err; i++) {
        err = kv_erase(kv, i);
    }
    struct kv_sector s;
    kv_place(kv, 0, &s);
    err = err ? err : kv_set_flag(kv, 0, FIELD_USED);
    err = err ? err : kv_open_sector(kv, 0, 0, s.base + kv_field(kv, FIELD_LOG));
    return err ? err : etch_kv_open(kv, config);
}
