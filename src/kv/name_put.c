/* SPDX-License-Identifier: MIT */
#include "kv/kv_priv.h"

enum etch_err etch_kv_put_name(struct etch_kv *kv, uint16_t id, const char *name)
{
    struct etch_kv_change change = {.data = name, .id = id, .kind = ETCH_KV_NAME};
    while (change.len <= ETCH_KV_NAME_MAX && name[change.len] != '\0') {
        change.len++;
    }
    return kv_put(kv, &change);
}
