/* once.h - cells of a once log (SPEC.md 4). The store's own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_KV_ONCE_H
#define ETCH_KV_ONCE_H

#include "kv/kv_priv.h"

/* Tags: none can be what a cut has left of another. */
enum {
    ONCE_NOTHING = 0x80,
    ONCE_KEEP = 0x4B,
    ONCE_DATA = 0x65,
    ONCE_TRAILER = 0x74,
    ONCE_DROP = 0x78
};

/* What a cell is; its bytes. */
uint8_t kv_once_tag(const struct etch_kv *kv, uint32_t at, uint8_t cell[CELL_MAX]);
/* What etch_kv_log says of step, */
bool kv_once_step(const struct etch_kv *kv, struct kv_walk *w);
/* of look, */
enum kv_mark kv_once_look(const struct etch_kv *kv, uint32_t at);
/* of limit, */
uint32_t kv_once_limit(const struct etch_kv *kv, uint32_t from, uint32_t to);
/* of read, */
bool kv_once_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        uint8_t *data, uint32_t len);
/* and of check. */
bool kv_once_check(
        const struct etch_kv *kv, const struct kv_walk *w, const uint8_t *data);

#endif
