/* name.c - names of ids, to be read.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

enum etch_err etch_kv_name(
        const struct etch_kv *kv, uint16_t id, char *name, uint16_t size)
{
    struct kv_walk w;
    if (size == 0 || !kv_locate(kv, id | KEY_NAME, &w)) {
        return ETCH_E_NOENT;
    }
    uint32_t n = w.len < size ? w.len : size - 1u;
    bool good = kv->log->read(kv, &w, 0, (uint8_t *)name, n);
    name[n] = '\0';
    if (good && kv->log->check(kv, &w, NULL)) {
        return w.len != 0 ? ETCH_OK : ETCH_E_NOENT;
    }
    return ETCH_E_VERIFY;
}

enum etch_err etch_kv_find(const struct etch_kv *kv, const char *name, uint16_t *id)
{
    char other[ETCH_KV_NAME_MAX + 1];
    for (uint32_t i = 0; i < kv->config->keys; i++) {
        enum etch_err err = etch_kv_name(kv, (uint16_t)i, other, sizeof(other));
        uint32_t k = 0;
        while (!err && name[k] != '\0' && name[k] == other[k]) {
            k++;
        }
        if (!err && name[k] == other[k]) {
            *id = (uint16_t)i;
            return ETCH_OK;
        }
    }
    return ETCH_E_NOENT;
}
