/* plain.h - words of a plain log (SPEC.md 3). The store's own.
 *
 *   31       21 20 19 18    13 12       3   2    1    0
 *  +-----------+-----+--------+----------+----+----+----+
 *  |    crc    |spare|  code  |    id    |ITEM|KEEP|OPEN|
 *  +-----------+-----+--------+----------+----+----+----+
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_KV_PLAIN_H
#define ETCH_KV_PLAIN_H

#include "kv/kv_priv.h"

enum { PLAIN_OPEN = 1, PLAIN_KEEP = 2, PLAIN_ITEM = 4 };

/* Codes: up to PLAIN_SHORT how many words a value has. */
enum {
    PLAIN_SHORT = 58,
    PLAIN_COUNTER = 59,
    PLAIN_DELETION = 60,
    PLAIN_RUNNING = 61,
    PLAIN_BATCH = 62,
    PLAIN_LONG = 63
};

enum { PLAIN_ID_MAX = 1022, PLAIN_TICKS = 24 /* bytes */ };

/* The CRC of a first word's id, code and spare, to go on with. */
uint32_t kv_plain_crc(uint32_t word);
/* What etch_kv_log says of walk, */
bool kv_plain_walk(const struct etch_kv *kv, struct kv_walk *w);
/* of read, */
bool kv_plain_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        void *data, uint32_t len);
/* and of check. */
bool kv_plain_check(const struct etch_kv *kv, const struct kv_walk *w, const void *data);

#endif
