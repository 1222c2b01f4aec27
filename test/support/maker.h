/* maker.h - bytes of a store as SPEC.md has them, for tests of the reader. It
 * was written from that text and shares nothing with the reader or the store.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_MAKER_H
#define ETCH_TEST_MAKER_H

#include <stdbool.h>
#include <stdint.h>

enum { MAKER_SIZE = 8192, MAKER_SECTOR = 1024 };

struct maker {
    uint8_t bytes[MAKER_SIZE];
    uint32_t sector_len; /* MAKER_SECTOR, or set behind maker_begin */
    uint8_t cell;        /* 4: a plain log; 8, 16, 32: a once log */
    bool zero;           /* erased is 0x00 */
    uint32_t sector;     /* offset of the one being written */
    uint32_t at;         /* where the next item goes */
    uint32_t last;       /* where the last one began */
    uint32_t batch;      /* where the batch being filled began */
};

/* CRC-32 and CRC-10 as SPEC 1.1 has them; begin with all ones. */
uint32_t maker_sum(uint32_t sum, const void *bytes, uint32_t len);
uint32_t maker_sum10(uint32_t sum, const void *bytes, uint32_t len);

void maker_begin(struct maker *k, uint8_t cell, bool zero);
/* The rows of sector n: A and CLEAN; then USED too; then B, committed. */
void maker_ready(struct maker *k, unsigned n, uint32_t erases);
void maker_draft(struct maker *k, unsigned n);
void maker_open(struct maker *k, unsigned n, uint32_t sequence, uint32_t age);
/* The copies, written since maker_draft, end here: B, not committed. */
void maker_placed(struct maker *k, uint32_t sequence, uint32_t age);
/* The same, and its commit. */
void maker_copied(struct maker *k, uint32_t sequence, uint32_t age);

/* Plain log. `open`: leave OPEN 1. */
void maker_value(struct maker *k, uint16_t id, const char *text, bool open);
void maker_bytes(struct maker *k, uint16_t id, const void *bytes, uint32_t len);
void maker_counter(struct maker *k, uint16_t id, uint32_t value);
void maker_running(struct maker *k, uint16_t id, uint32_t base, unsigned ticks);
void maker_deletion(struct maker *k, uint16_t id);
void maker_long(struct maker *k, uint8_t kind, uint16_t id, const char *text);
/* What is written between is its members. */
void maker_batch(struct maker *k);
void maker_batched(struct maker *k, bool open);
/* A word as it is, one that is written to commit nothing, and marks. */
void maker_word(struct maker *k, uint32_t word);
void maker_stump(struct maker *k, uint16_t id, uint8_t code);
void maker_void(struct maker *k);
void maker_keep(struct maker *k);
void maker_drop(struct maker *k);

/* Once log. kind: 0 value, 1 name, 2 deletion, 3 counter. */
void maker_once(
        struct maker *k, uint8_t kind, uint16_t id, const char *bytes, uint32_t len);
/* n cells of that byte: KEEP is 'K', DROP 'x', anything else VOID; a
 * writer takes MAKER_VOID. */
enum { MAKER_VOID = 0x80 };
void maker_cells(struct maker *k, uint8_t byte, unsigned n);

/* A store with something of everything in its first MAKER_STORY sectors, as if
 * power had failed in a put: of cells and erased value as in maker_begin. */
enum { MAKER_STORY = 4 };
void maker_story(struct maker *k, uint8_t cell, bool zero);
/* The example of SPEC.md: two sectors of MAKER_EXAMPLE bytes, a plain log. */
enum { MAKER_EXAMPLE = 256 };
void maker_example(struct maker *k);

#endif
