/* main.c - what `./dev explore` explores.
 *
 * SPDX-License-Identifier: MIT
 */
#include "explore/suite.h"
#include "support/kv_small.h"
#include "support/kv_world.h"
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
    enum { FIXED = sizeof(plan) / sizeof(plan[0]), ALL = FIXED + 48 };
    static struct explore_plan all[ALL];
    unsigned n = 0;
    for (; n < FIXED; n++) {
        all[n] = plan[n];
    }
    /* The store everywhere: all cuts twice in a row where flash is small, and ten
     * thousand on one image. */
    for (unsigned i = 0; i < world_small_n; i++) {
        const struct explore_options two = {.depth = 2, .bodies = 8};
        all[n++] = (struct explore_plan){&world_small[i], EXPLORE_CAMPAIGN, two};
        all[n++] = (struct explore_plan){&world_small[i], EXPLORE_SOAK, {.seed = i}};
    }
    for (unsigned i = 0; i < world_real_n; i++) {
        all[n++] = (struct explore_plan){&world_real[i], EXPLORE_SOAK, {.seed = i}};
    }
    return explore_main(argc, argv, all, n);
}
