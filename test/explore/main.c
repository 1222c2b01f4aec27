/* main.c - what `./dev explore` explores.
 *
 * SPDX-License-Identifier: MIT
 */
#include "explore/suite.h"
#include "support/kv_small.h"
#include "support/toy.h"

int main(int argc, char *argv[])
{
    const struct explore_plan plan[] = {
            {toy_case(TOY_RIGHT), EXPLORE_CAMPAIGN, {.depth = 3, .bodies = 4}},
            {toy_case(TOY_RIGHT), EXPLORE_SOAK, {.cuts = 10000, .seed = 1}},
            {toy_case(TOY_RIGHT), EXPLORE_EXHAUST, {.tears = 4}},
            {&small_cases[0], EXPLORE_CAMPAIGN, {.depth = 2, .bodies = 20}},
            {&small_cases[1], EXPLORE_CAMPAIGN, {.depth = 2, .bodies = 20}},
            {&small_cases[0], EXPLORE_SOAK, {.cuts = 10000}},
            {&small_cases[1], EXPLORE_SOAK, {.cuts = 10000}},
            {&small_cases[0], EXPLORE_EXHAUST, {.tears = 4, .states = 100000}},
            {&small_cases[1], EXPLORE_EXHAUST, {.tears = 4, .states = 100000}},
    };
    return explore_main(argc, argv, plan, sizeof(plan) / sizeof(plan[0]));
}
