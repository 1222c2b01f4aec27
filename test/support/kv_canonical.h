/* kv_canonical.h - an image of the store with its ever-growing numbers made
 * small again.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_CANONICAL_H
#define ETCH_TEST_KV_CANONICAL_H

#include "explore/machine.h"

/* Erase counts become 1. Sequences become 1, 2 .. in their order, and so that
 * sequence minus age stays what it is compared with. A header that a cut has
 * left in doubt is not touched, and while there is one, no sequence is.
 * sector: sizes, 0 behind the last. */
void kv_canonical(struct explore_machine *m, const uint32_t *sector, bool erased_is_zero);

#endif
