/* main.c - what `./dev explore` explores: the store on very little flash until
 * there is no new state, on small flash with cuts in a row, and on the chip.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "explore/crc.h"
#include "explore/suite.h"
#include "support/kv_moves.h"
#include "support/kv_small.h"
#include "support/kv_world.h"
#include "support/toy.h"

enum { PLANS = 256, ROUND = 450, ROUND_BIG = 250, SPREAD = 64 };

struct list {
    struct explore_plan plan[PLANS];
    unsigned n;
};

static void add(struct list *l, const struct explore_case *c, enum explore_way way,
        struct explore_options o)
{
    if (l->n < PLANS) {
        l->plan[l->n++] = (struct explore_plan){c, way, o};
    }
}

/* The explorer itself, on a store that is known to be right. */
static void add_toy(struct list *l)
{
    const struct explore_case *c = toy_case(TOY_RIGHT);
    add(l, c, EXPLORE_CAMPAIGN, (struct explore_options){.depth = 3, .bodies = 4});
    add(l, c, EXPLORE_SOAK, (struct explore_options){.cuts = 10000, .seed = 1});
    add(l, c, EXPLORE_EXHAUST, (struct explore_options){.tears = 4});
}

/* Clean cuts to the fixed point; torn ones in a row. */
static void add_small(struct list *l)
{
    for (unsigned i = 0; i < small_cases_n; i++) {
        const struct explore_case *c = &small_cases[i];
        if (i < SMALL_FIXED) {
            add(l, c, EXPLORE_EXHAUST, (struct explore_options){.tears = 2});
        }
        add(l, c, EXPLORE_CAMPAIGN,
                (struct explore_options){.depth = 3, .bodies = 8, .tears = 4});
        add(l, c, EXPLORE_SOAK, (struct explore_options){.cuts = 10000, .seed = i});
    }
}

static void add_world(struct list *l)
{
    for (unsigned i = 0; i < world_small_n; i++) {
        const struct explore_case *c = &world_small[i];
        add(l, c, EXPLORE_CAMPAIGN,
                (struct explore_options){.depth = 2, .bodies = 16, .tears = 8});
        add(l, c, EXPLORE_SOAK, (struct explore_options){.cuts = 10000, .seed = i});
    }
}

/* In a store of sectors of 128 KB life that goes on near their move costs 20,000 to
 * 70,000 operations for each state: there it is left to the soaks. */
static bool is_big(const struct explore_case *c)
{
    const struct world_param *p = c->param;
    return p->part != NULL && p->first >= 5;
}

/* On real chips: see kv_cases_table.c. */
static void add_real(struct list *l)
{
    for (unsigned i = 0; i < world_real_n; i++) {
        const struct explore_case *c = &world_real[i];
        add(l, c, EXPLORE_SOAK, (struct explore_options){.cuts = 10000, .seed = i});
        add(l, c, EXPLORE_CAMPAIGN, (struct explore_options){.bodies = 1});
    }
    for (unsigned i = 0; i < world_rounds_n; i++) {
        const struct explore_case *c = &world_rounds[i];
        struct explore_options o = {
                .bodies = is_big(c) ? ROUND_BIG : ROUND, .novel = 6, .thin = 61};
        add(l, c, EXPLORE_CAMPAIGN, o);
        o.depth = 2;
        o.tears = 6;
        o.thin = 0;
        add(l, c, EXPLORE_CAMPAIGN, o);
    }
}

/* A whole sector is moved: see kv_moves.h. */
static void add_moves(struct list *l)
{
    struct explore_options once = {.bodies = MOVES_PLACES, .novel = 6, .spread = SPREAD};
    struct explore_options twice = {.depth = 2,
            .bodies = MOVES_PLACES,
            .tears = 5,
            .novel = 6,
            .boots_alike = true};
    for (unsigned i = 0; i < moves_small_n; i++) {
        add(l, &moves_small[i], EXPLORE_CAMPAIGN, once);
        add(l, &moves_small_on[i], EXPLORE_CAMPAIGN, twice);
    }
    for (unsigned i = 0; i < moves_real_n; i++) {
        add(l, &moves_real[i], EXPLORE_CAMPAIGN, once);
        add(l, &moves_real_on[i], EXPLORE_CAMPAIGN, twice);
    }
}

int main(int argc, char *argv[])
{
    static struct list list;
    if (!crc_begin()) {
        (void)fputs("explore: its checksums are wrong\n", stderr);
        return 3;
    }
    add_toy(&list);
    add_small(&list);
    add_world(&list);
    add_real(&list);
    add_moves(&list);
    return explore_main(argc, argv, list.plan, list.n);
}
