/* kv_bed.h - a store in memory to try, and what is said of it in most tests.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_BED_H
#define ETCH_TEST_KV_BED_H

#include "kv/kv.h"
#include "support/ram_nor.h"

enum { KEYS = 40, NAMES = 20 }; /* with a place in the index */

extern struct bed {
    struct ram_nor flash;
    struct etch_kv_config config;
    struct etch_kv kv;
    uint16_t index[KEYS + NAMES];
    int locks, depth; /* taken so far, and now */
} bed;

/* An empty store on sectors of these lengths, 0 ends the list. */
void begin_on(const uint32_t *len, uint8_t unit, bool once);
/* ... on two of 1024 bytes, a word at a time. */
void begin(void);
/* As after power-on: what was in RAM is anything. */
void reopen(void);

void put(uint16_t id, const char *text);
void holds(uint16_t id, const char *text);
void holds_none(uint16_t id);
void counts(uint16_t id, uint32_t want);

#endif
