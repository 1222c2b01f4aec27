/* simnor_priv.h - what simnor.c and simnor_tear.c share. Nobody else includes it.
 *
 * Inside, erased is 1 and programming clears, whatever people see outside.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_SIMNOR_PRIV_H
#define ETCH_EXPLORE_SIMNOR_PRIV_H

#include <setjmp.h>

#include "explore/simnor.h"
#include "nor/nor.h"

enum simnor_bad { SIMNOR_GOOD, SIMNOR_UNREADABLE, SIMNOR_DOUBTFUL };

/* All of a state is in cells, one after the other: data, bits that did not
 * settle, those of them that lean to how they read in data, and what is wrong
 * with each unit. */
struct simnor {
    struct explore_machine machine;
    struct etch_nor nor;
    struct simnor_shape shape;
    uint32_t size, cells_len;
    uint8_t *cells;
    uint8_t *data, *loose, *lean, *bad; /* into cells */
    /* Of a run: */
    const struct explore_run *run;
    jmp_buf home;
    uint64_t ops, used, random, turn;
    struct explore_outcome out;
};

/* An operation as it should become. Program: value of len bytes, a unit. */
struct simnor_op {
    bool erase;
    uint32_t off, len;
    const uint8_t *value;
};

void simnor_apply(struct simnor *s, const struct simnor_op *op, struct silicon_tear tear);
uint64_t simnor_random(uint64_t *state);

#endif
