/* kv_moves.h - a whole sector of the store is moved, as scenarios for the explorer.
 *
 * On real chips a store goes through thousands of changes between one move and the
 * next, and a move is thousands of words. So what leads to it is not cut: a body begins
 * where something is about to happen, and there are three such places, each led to from
 * the one before it:
 *
 *   1  before a draft is begun; a sector is ready
 *   2  before there is no room any more, and none for a long value; a draft has been
 *      begun and, with the session that began it, given up: it must be erased, and all
 *      be copied at once
 *   3  before a draft is begun; a sector has been replaced: it must be erased first
 *
 * (With more sectors than two another may be ready as well, and be opened first.)
 *
 * How many changes lead there is tried out on a copy of the flash, so that nothing
 * here knows by what rule the store moves.
 *
 * A body is a session of changes of each kind that the case has, one after the other:
 * see enum moves_op.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_MOVES_H
#define ETCH_TEST_KV_MOVES_H

#include "support/kv_world.h"

enum moves_op {
    MOVES_ALL,  /* until the sector has been changed; some more, tidied, some more */
    MOVES_FEW,  /* of each kind of change one, and one more of the first */
    MOVES_TIDY, /* tidied first, then the same */
    MOVES_OPS,  /* what is cut; and uncut: */
    MOVES_AHEAD = MOVES_OPS /* to the next place */
};

enum { MOVES_PLACES = 3 };

extern const struct explore_scenario moves_scenario;
/* The same, but each boot goes on: with so many puts that from the second place they
 * lead beyond the move; in a store that may not erase by itself with one. So with two
 * cuts in a row the second is also in what erases what the first has left, and begins
 * again. */
extern const struct explore_scenario moves_on_scenario;

/* Little flash, for tests; and chips, those of world_rounds that have the same number
 * plus 100. */
extern const struct explore_case moves_small[], moves_small_on[];
extern const unsigned moves_small_n;
extern const struct explore_case moves_real[], moves_real_on[];
extern const unsigned moves_real_n;

#endif
