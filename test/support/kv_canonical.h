/* kv_canonical.h - an image of the store with what does not matter made equal.
 *
 * Erase counts become 1. Sequences become 1, 2 .. in their order, and so that
 * sequence minus age stays what it is compared with. What means nothing by
 * SPEC.md is made the same everywhere: records that do not count any more and
 * their marks become VOID; where they must stay records (in copies, in batches,
 * at the end of a log) they become zeros of an id that is replaced later; marks
 * on what counts are as few as say so; sectors that hold no data become zeros.
 * Everything that counts stays where it is. The last thing of a log and its
 * marks keep what a start looks at: how long it is, its own say, its verdict.
 *
 * All that only while no unstable bit could make a difference: when the image
 * reads the same with all of them as 1 and as 0, and no header that counts and
 * no log that holds data has any but in marks that they cannot change. Otherwise
 * only erase counts are touched.
 *
 * test_kv_exhaust_heavy.c sees to it that the store treats an image and its canonical
 * form alike.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_CANONICAL_H
#define ETCH_TEST_KV_CANONICAL_H

#include "explore/machine.h"

/* sector: sizes, 0 behind the last. */
void kv_canonical(struct explore_machine *m, const uint32_t *sector, bool erased_is_zero);

#endif
