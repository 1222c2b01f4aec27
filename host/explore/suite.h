/* suite.h - a program of its own around a list of things to explore: choose
 * among them, share them out, tell the results.
 *
 *     explore [--only TEXT]... [--jobs J] [--shard K/N] [--depth D] [--json]
 *     explore --list
 *     explore --replay ID
 *     explore --merge A.json B.json ...      results of shards, added up
 *
 * Exit status: 0 nothing is wrong, 1 something is, 2 the command line or an
 * input cannot be used, 3 it did not work.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_SUITE_H
#define ETCH_EXPLORE_SUITE_H

#include "explore/explore.h"

enum explore_way { EXPLORE_CAMPAIGN, EXPLORE_SOAK, EXPLORE_EXHAUST };

struct explore_plan {
    const struct explore_case *c;
    enum explore_way way;
    struct explore_options o; /* jobs, shards and progress come from the command line */
};

/* All of main(). A case may be in the list several times, with other ways. */
int explore_main(int argc, char *argv[], const struct explore_plan *plan, unsigned n);

/* Look in the way of the plan. */
bool explore_run_plan(const struct explore_plan *p, struct explore_report *report);

#endif
