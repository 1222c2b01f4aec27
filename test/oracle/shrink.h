/* shrink.h - from a block that ended differently to the one instruction.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_SHRINK_H
#define ETCH_ORACLE_SHRINK_H

#include <stdint.h>
#include <stdio.h>

#include "oracle/batch.h"
#include "oracle/machine.h"
#include "oracle/rows.h"

struct shrink_case {
    const char *harness;
    const char *spoiled; /* as in oracle.h */
    uint64_t seed;       /* of the block */
    uint64_t input_seed;
    uint32_t inputs, input; /* how many there are, and which one it was */
    uint32_t entry;         /* where the block stood */
};

/* Run the block's beginnings, each an instruction longer, and say where the
 * two sides part. */
void shrink_report(const struct shrink_case *found, FILE *out);

/* A defect on our side, for the sake of a test. */
struct spoiler {
    const struct row *row;
    struct machine *machine;
    uint32_t last; /* the instruction that was executed last */
};

void spoiler_set(struct spoiler *s, struct machine *m, const char *row);
/* Before the instruction at pc. */
void spoil(struct spoiler *s, const struct batch *b, uint32_t pc);

#endif
