/* once.h - cells of a once log (SPEC.md 4). The store's own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_KV_ONCE_H
#define ETCH_KV_ONCE_H

#include "kv/kv_priv.h"

enum {
    ONCE_NOTHING = 0,
    ONCE_ERASED = 1,
    ONCE_KEEP = 'a',
    ONCE_DATA = 'd',
    ONCE_TRAILER = 't',
    ONCE_DROP = 'x'
};

/* So many erased cells in a row are the end: a cut leaves one that reads erased
 * and is not, a second cut amid its repair another. */
enum { ONCE_END = 3 };

/* The cell that keeps or drops all from the cell numbered `from` on. */
void kv_once_verdict(
        const struct etch_kv *kv, uint8_t cell[CHUNK], uint8_t tag, uint32_t from);

/* What a cell is; its bytes. */
uint8_t kv_once_tag(const struct etch_kv *kv, uint32_t at, uint8_t cell[CHUNK]);
/* What etch_kv_log says of walk, */
bool kv_once_walk(const struct etch_kv *kv, struct kv_walk *w);
/* of read, */
bool kv_once_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        void *data, uint32_t len);
/* and of check. */
bool kv_once_check(const struct etch_kv *kv, const struct kv_walk *w, const void *data);

#endif
