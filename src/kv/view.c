/* view.c - from flash to the index.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

void kv_fill_index(const struct etch_kv *kv)
{
    const struct etch_kv_config *c = kv->config;
    uint32_t cell = kv_cell(kv);
    uint32_t key = 0;
    struct kv_walk w;
    memset(c->index, 0, c->keys * sizeof(*c->index));
    while (kv_segment(kv, &key, &w)) {
        while (kv_next_alive(kv, &w)) {
            if (w.kind != KIND_NAME && w.id < c->keys) {
                c->index[w.id] = (uint16_t)(w.at / cell);
            }
        }
    }
}

enum etch_err kv_mount(struct etch_kv *kv, const struct etch_kv_config *config)
{
    uint32_t newest = 0;
    memset(kv, 0, sizeof(*kv));
    kv->config = config;
    kv->draft = NONE;
    for (uint32_t i = 0; i < config->nor->sectors; i++) {
        struct kv_sector s;
        kv_sector(kv, i, &s);
        if (s.state == SECTOR_FOREIGN) {
            return ETCH_E_FORMAT;
        }
        if (s.state == SECTOR_OPEN && s.seq > newest) {
            newest = s.seq;
            kv->head = (uint8_t)i;
        }
    }
    return newest ? ETCH_OK : ETCH_E_FORMAT;
}

enum etch_err etch_kv_view(struct etch_kv *kv, const struct etch_kv_config *config)
{
    enum etch_err err = kv_mount(kv, config);
    if (!err) {
        kv_fill_index(kv);
    }
    return err;
}
