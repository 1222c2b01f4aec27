/* kv_small.h - the store on so little flash, with so few keys and values, that
 * all states it can ever be in can be visited.
 *
 * What grows for ever in a real one does not here: counters turn round, and
 * sequence numbers and erase counts are made small again after each step
 * (canonical). The store only compares sequence numbers and adds one to the
 * highest; it does not look at erase counts at all.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_SMALL_H
#define ETCH_TEST_KV_SMALL_H

#include "explore/simnor.h"
#include "explore/suite.h"
#include "kv/kv.h"

enum {
    SMALL_KEYS = 3,
    SMALL_OPS = 8,
    SMALL_FIXED = 3 /* the first so many cases reach the fixed point within minutes */
};

enum small_verb { SMALL_PUT, SMALL_DELETE, SMALL_BATCH, SMALL_TICK, SMALL_TIDY };

/* One operation of the alphabet. Put: key gets version 0, 1 ..; batch: keys 0
 * and 1 do; tick: key counts, modulo 2. */
struct small_op {
    enum small_verb verb;
    uint8_t key, version;
};

struct small {
    struct simnor_shape shape;
    const struct etch_kv_log *log;
    uint8_t keys;
    uint8_t len; /* of values */
    uint8_t ops;
    struct small_op op[SMALL_OPS];
};

extern const struct explore_scenario small_scenario;

/* The cases, by geometry. */
extern const struct explore_case small_cases[];
extern const unsigned small_cases_n;

#endif
