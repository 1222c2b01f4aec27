/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

enum etch_err etch_kv_put_name(struct etch_kv *kv, uint16_t id, const char *name)
{
    struct etch_kv_change change = {.id = id, .data = name, .name = true};
    while (change.len <= ETCH_KV_NAME_MAX && name[change.len] != '\0') {
        change.len++;
    }
    kv_lock(kv);
    return kv_unlock(kv, kv_change(kv, &change, 1, KIND_VALUE));
}
