/* moves_campaign.h - campaigns over moves of a sector (kv_moves.h), as tests make them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_MOVES_CAMPAIGN_H
#define ETCH_TEST_MOVES_CAMPAIGN_H

#include "support/kv_moves.h"

/* Run to its end, or the test fails and says the first failure's id. */
void moves_campaign(const struct explore_case *c, struct explore_options o,
        struct explore_report *report);
/* Two cuts in a row on the n-th of moves_small_on, from so many places; novel as in
 * struct explore_options. */
void moves_cut_twice(unsigned n, unsigned places, unsigned novel);

#endif
