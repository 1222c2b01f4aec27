/* toy_campaign.h - campaigns on the toy, as tests of the explorer make them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_TOY_CAMPAIGN_H
#define ETCH_TEST_TOY_CAMPAIGN_H

#include "support/toy.h"

enum { TOY_LIMIT = 10000 }; /* operations after which a run counts as hanging */

/* All cuts of two bodies, to this depth. */
struct explore_options toy_depth(unsigned depth);
/* Run to its end, or the test fails. */
void toy_campaign(enum toy_flaw flaw, const struct explore_options *o,
        struct explore_report *report);
/* The text of a replay, which must end as the failure did. Overwritten by the next. */
const char *toy_replay(enum toy_flaw flaw, const struct explore_failure *f);
/* Is a failure with this id among those reported? */
bool toy_has(const struct explore_report *r, const char *id);

#endif
