/* batch.h - many blocks and their inputs, as one image that the harness runs.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_BATCH_H
#define ETCH_ORACLE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "oracle/machine.h"

/* A block, and which inputs it is run on. */
struct batch_block {
    uint64_t seed;
    size_t slots; /* SIZE_MAX: all */
    uint32_t first, runs;
};

struct batch {
    uint8_t *bytes; /* goes to BATCH_AT */
    size_t len;
    uint16_t *row_at; /* for each halfword: 1 + the row that begins there, or 0 */
    uint32_t *entry;  /* of each block; one more: where the last one ends */
    size_t blocks;
    uint32_t inputs;
    size_t records; /* runs in all */
};

/* Both are caller's bugs if they cannot be: the blocks fit into BATCH_BYTES. */
void batch_build(struct batch *b, const struct batch_block *blocks, size_t n,
        uint64_t seed, uint32_t inputs);
void batch_free(struct batch *b);
/* Our machine with the harness and this batch, reset; NULL: no such harness. */
struct machine *batch_machine(const struct batch *b, const char *harness);
/* The words of input number i. */
const uint32_t *batch_input(const struct batch *b, uint32_t i);

#endif
