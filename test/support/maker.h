/* maker.h - bytes of a store as SPEC.md has them, written for tests of the
 * reader by somebody who has seen neither the reader nor the store.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_MAKER_H
#define ETCH_TEST_MAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { MAKER_SIZE = 8192, MAKER_SECTOR = 1024 };

struct maker {
    uint8_t bytes[MAKER_SIZE]; /* sectors of MAKER_SECTOR bytes */
    uint8_t cell;              /* 4: a plain log; 8, 16, 32: a once log */
    bool zero;                 /* erased is 0x00 */
    uint32_t sector;           /* offset of the one being written */
    uint32_t at;               /* where the next item goes */
    uint32_t last;             /* where the last one began */
    uint32_t group;            /* once log: 1 + where the last group began; 0: none */
    bool decided;              /* there is a verdict on it */
};

enum { MAKER_OPEN = 1 }; /* flags of maker_word: leave it uncommitted */

/* CRC-32 as SPEC 1.1 has it; begin with UINT32_MAX. */
uint32_t maker_sum(uint32_t sum, const void *bytes, uint32_t len);

void maker_begin(struct maker *k, uint8_t cell, bool zero);
/* The rows of sector n: A and CLEAN; then USED too; then B and the first mark
 * behind `copies` cells of copies, which are written between. */
void maker_ready(struct maker *k, unsigned n, uint32_t erases);
void maker_draft(struct maker *k, unsigned n);
void maker_open(struct maker *k, unsigned n, uint32_t sequence, uint32_t age);
/* The copies, written since maker_open, end here: B, first mark. */
void maker_copied(struct maker *k, uint32_t sequence, uint32_t age);
void maker_dropped(struct maker *k, unsigned n);

/* Plain log. `open`: leave OPEN 1. */
void maker_value(struct maker *k, uint16_t id, const char *text, bool open);
void maker_counter(struct maker *k, uint16_t id, uint32_t value);
void maker_running(struct maker *k, uint16_t id, uint32_t base, unsigned ticks);
void maker_deletion(struct maker *k, uint16_t id);
void maker_batch(struct maker *k, uint16_t n);
void maker_long(struct maker *k, uint16_t kind, uint16_t id, const char *text);
void maker_word(struct maker *k, uint32_t word);
void maker_pad(struct maker *k);
void maker_kill(struct maker *k);

/* Once log. kind: 0 value, 1 name, 2 deletion, 3 counter. */
void maker_once(
        struct maker *k, uint8_t kind, uint16_t id, const char *bytes, uint32_t len);
void maker_cells(struct maker *k, uint8_t byte, unsigned n); /* keep 'a', drop 'x' */

#endif
