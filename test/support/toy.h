/* toy.h - a store of one number in two sectors, to try the explorer on: right
 * as it stands, and wrong in ways that real stores have been.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_TOY_H
#define ETCH_TEST_TOY_H

#include "explore/explore.h"

enum toy_flaw {
    TOY_RIGHT,
    TOY_ERASES_FIRST,    /* a put erases the only copy before it writes another */
    TOY_FORGETS_ORDER,   /* does not say which of two copies is the newer one */
    TOY_TRUSTS_MARKER,   /* takes a sector whose first word is blank for erased */
    TOY_TRUSTS_UNSTABLE, /* believes a copy that reads right and does not settle it */
    TOY_SETTLES_LATE,    /* removes the loser before it has settled the winner */
    TOY_ASSUMES_ONE,     /* as ERASES_FIRST, and waits for a copy to turn up */
    TOY_REPROGRAMS       /* does not erase before it writes again */
};

/* Of the case. */
struct toy {
    enum toy_flaw flaw;
    uint32_t sector[2]; /* offsets */
    uint32_t far;       /* bytes from the first word of a copy to its second */
};

/* Operation n puts n + 1; there are three. */
extern const struct explore_scenario toy_scenario;

/* Cases on a small NOR of two sectors of 64 bytes, by flaw. */
const struct explore_case *toy_case(enum toy_flaw flaw);

#endif
