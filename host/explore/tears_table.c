/* tears_table.c - the ways in which a cut leaves an operation, by number.
 *
 * The numbers are in ids that people keep: this table only grows at its end.
 * What a mask means for a program and for an erase is in silicon.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "explore/explore.h"

const struct silicon_tear explore_tears[] = {
        /* 0, 1: clean */
        {.kind = SILICON_TEAR_NONE},
        {.kind = SILICON_TEAR_DONE},
        /* 2-4: bits that did not settle; with mask, few of them */
        {.kind = SILICON_TEAR_UNSTABLE, .seed = 3},
        {.kind = SILICON_TEAR_MARGINAL, .seed = 5},
        {.kind = SILICON_TEAR_UNSTABLE, .seed = 4, .mask = 0x80000001},
        /* 5-7: some bits made it, others not */
        {.kind = SILICON_TEAR_RANDOM, .seed = 1},
        {.kind = SILICON_TEAR_PREFIX, .mask = 128},
        {.kind = SILICON_TEAR_ZEROED},
        /* 8-11: all but one bit or byte, and only one */
        {.kind = SILICON_TEAR_MASK, .mask = 0x7FFFFFFF},
        {.kind = SILICON_TEAR_MASK, .mask = 0x80000000},
        {.kind = SILICON_TEAR_MASK, .mask = 0xFFFFFFFE},
        {.kind = SILICON_TEAR_MASK, .mask = 0x00000001},
        /* 12-15: more of each */
        {.kind = SILICON_TEAR_RANDOM, .seed = 2},
        {.kind = SILICON_TEAR_UNSTABLE, .seed = 6},
        {.kind = SILICON_TEAR_PREFIX, .mask = 8},
        {.kind = SILICON_TEAR_PREFIX, .mask = 248},
};

const unsigned explore_tears_n = sizeof(explore_tears) / sizeof(explore_tears[0]);
