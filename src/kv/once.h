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

/* In a verdict: two equal cells side by side have made it final. */
enum { ONCE_SEALED = 0x80 };
/* The verdict on a group after one more cell; the one before had that tag. */
uint8_t kv_once_verdict(uint8_t so_far, uint8_t before, uint8_t tag);

/* What a cell is; its bytes. */
uint8_t kv_once_tag(const struct etch_kv *kv, uint32_t at, uint8_t cell[CHUNK]);
bool kv_once_walk(const struct etch_kv *kv, struct kv_walk *w);
bool kv_once_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        void *data, uint32_t len);
bool kv_once_check(const struct etch_kv *kv, const struct kv_walk *w, const void *data);

#endif
