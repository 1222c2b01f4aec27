/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

static bool fits(const struct etch_kv *kv)
{
    const struct etch_nor *nor = kv->config->nor;
    uint32_t cell = kv_cell(kv);
    uint32_t sum = 0;
    bool good = nor->sectors >= 2 && nor->sectors <= SECTORS_MAX &&
                (kv->config->log->once || (nor->unit <= 4 && !nor->once));
    for (uint32_t i = 0; i < nor->sectors; i++) {
        uint32_t len = nor->sector_len[i];
        sum += len;
        good = good && len % cell == 0 && len >= kv_field(kv, FIELD_LOG) + 20 * cell;
    }
    return good && sum <= 0x10000 * cell;
}

enum etch_err etch_kv_format(struct etch_kv *kv, const struct etch_kv_config *config)
{
    memset(kv, 0, sizeof(*kv));
    kv->config = config;
    if (!fits(kv)) {
        return ETCH_E_RANGE;
    }
    enum etch_err err = ETCH_OK;
    for (uint32_t i = 0; i < config->nor->sectors && !err; i++) {
        err = kv_erase(kv, i);
    }
    err = err ? err : kv_extend(kv);
    return err ? err : etch_kv_open(kv, config);
}
