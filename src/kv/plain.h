/* plain.h - words of a plain log (SPEC.md 3). The store's own.
 *
 *   31      22 21 20 19    14 13        4   3    2     1    0
 *  +----------+-----+--------+-----------+----+----+-----+----+
 *  |   crc    |spare|  code  |    id     |DROP|KEEP|SIZED|OPEN|
 *  +----------+-----+--------+-----------+----+----+-----+----+
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_KV_PLAIN_H
#define ETCH_KV_PLAIN_H

#include "kv/kv_priv.h"

enum { PLAIN_OPEN = 1, PLAIN_SIZED = 2, PLAIN_KEEP = 4, PLAIN_DROP = 8, PLAIN_TORN = 15 };

/* Codes: up to PLAIN_SHORT how many words a value has. */
enum {
    PLAIN_SHORT = 58,
    PLAIN_COUNTER = 59,
    PLAIN_DELETION = 60,
    PLAIN_RUNNING = 61,
    PLAIN_BATCH = 62,
    PLAIN_LONG = 63
};

enum { PLAIN_ID_MAX = 1022 };

enum { PLAIN_KINDS = PLAIN_COUNTER - ETCH_KV_DELETION };
/* A kind from ETCH_KV_DELETION on is a code less PLAIN_KINDS, and the other way round,
 * when the first two have changed places. */
static inline uint32_t kv_plain_turn(uint32_t kind)
{
    return kind ^ (kind <= ETCH_KV_COUNTER);
}

/* The code of a first word. */
uint32_t kv_plain_code(uint32_t word);
/* The CRC of a first word's id, code and spare, to go on with. */
uint32_t kv_plain_crc(uint32_t word);
/* What etch_kv_log says of step, */
bool kv_plain_step(const struct etch_kv *kv, struct kv_walk *w);
/* of look, */
enum kv_mark kv_plain_look(const struct etch_kv *kv, uint32_t at);
/* of limit, */
uint32_t kv_plain_limit(const struct etch_kv *kv, uint32_t from, uint32_t to);
/* of read, */
bool kv_plain_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        uint8_t *data, uint32_t len);
/* and of check. */
bool kv_plain_check(
        const struct etch_kv *kv, const struct kv_walk *w, const uint8_t *data);

#endif
