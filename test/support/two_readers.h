/* two_readers.h - the store and the second reader on the same bytes: they must
 * say the same of every id.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_TWO_READERS_H
#define ETCH_TEST_TWO_READERS_H

#include "explore/machine.h"
#include "image/image.h"
#include "kv/kv.h"

enum { TWO_READERS_TEXT = 200 };

/* The bytes behind nor as the second reader sees them, read through nor once.
 * NULL: no memory. *bytes is the caller's to free, after the image. */
struct image *read_second(const struct etch_nor *nor, uint8_t **bytes);

/* The same of cells that are peeked at, from offset base of a machine on: many times
 * as fast. What reads anew each time is read through nor. */
struct image *peek_second(const struct etch_nor *nor, const struct explore_machine *m,
        uint32_t base, uint8_t **bytes);

/* Compare all ids below the store's keys, and all others that the second reader
 * knows: value, counter, name, absence, loss. Nothing may be damaged. `settled`:
 * all that SPEC 5.3 wants settled must be, as right after an open. False: text says
 * what they differ in. */
bool two_readers_compare(
        const struct etch_kv *kv, bool settled, char text[TWO_READERS_TEXT]);

/* The same inside a scenario: a difference ends the run. */
void two_readers_agree(const struct etch_kv *kv, bool settled);
/* ... on cells peeked at. */
void two_readers_agree_by_peek(
        const struct etch_kv *kv, const struct explore_machine *m, uint32_t base);

#endif
