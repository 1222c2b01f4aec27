/* test_explore_states.c - what merging, forgetting, shards and threads leave out is
 * nothing; and exhaustion knows every state.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "explore/explore.h"
#include "support/cm.h"
#include "support/toy_campaign.h"

enum { HASHES = 1 << 16 };

static struct explore_report report; /* too big for a stack */

static void campaign(enum toy_flaw flaw, const struct explore_options *o)
{
    toy_campaign(flaw, o, &report);
}

/* ---- exhaustion ---------------------------------------------------------------------- */

static struct {
    uint64_t hash[HASHES];
    unsigned n;
} seen[2];

static void remember(void *arg, uint64_t hash)
{
    unsigned which = *(unsigned *)arg;
    assert_true(seen[which].n < HASHES);
    seen[which].hash[seen[which].n++] = hash;
}

static int by_hash(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* In order, each once. */
static void tidy(unsigned which)
{
    uint64_t *h = seen[which].hash;
    qsort(h, seen[which].n, sizeof(*h), by_hash);
    unsigned kept = 0;
    for (unsigned i = 0; i < seen[which].n; i++) {
        if (kept == 0 || h[kept - 1] != h[i]) {
            h[kept++] = h[i];
        }
    }
    seen[which].n = kept;
}

static void watch(struct explore_options *o, unsigned *which)
{
    seen[*which].n = 0;
    o->seen = remember;
    o->seen_arg = which;
}

static void exhaustion_of_a_right_store_ends(void **state)
{
    const struct explore_options o = {.tears = 4, .limit = TOY_LIMIT};
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    assert_true(report.complete);
    assert_int_equal(report.failed, 0);
    /* A number in 2 sectors: more states than a few, each left by many ways. */
    assert_in_range(report.states, 1000, 10000);
    assert_true(report.edges > 100 * report.states);
}

static void exhaustion_finds_what_is_wrong_by_a_shortest_way(void **state)
{
    const struct explore_options o = {.tears = 4, .limit = TOY_LIMIT};
    for (int f = TOY_ERASES_FIRST; f <= TOY_REPROGRAMS; f++) {
        assert_true(explore_exhaust(toy_case((enum toy_flaw)f), &o, &report));
        assert_int_not_equal(report.failed, 0);
        assert_false(report.complete);
        (void)toy_replay((enum toy_flaw)f, &report.failure[0]);
        (void)toy_replay((enum toy_flaw)f, &report.failure[report.n - 1]);
    }
}

static void exhaustion_knows_every_state_that_a_campaign_meets(void **state)
{
    unsigned first = 0;
    unsigned second = 1;
    struct explore_options o = {.tears = 4, .limit = TOY_LIMIT, .depth = 4};
    watch(&o, &first);
    campaign(TOY_RIGHT, &o);
    watch(&o, &second);
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    tidy(0);
    tidy(1);
    assert_true(seen[0].n > 100);
    for (unsigned i = 0; i < seen[0].n; i++) {
        assert_non_null(bsearch(
                &seen[0].hash[i], seen[1].hash, seen[1].n, sizeof(uint64_t), by_hash));
    }
}

static void exhaustion_gives_up_when_there_are_too_many_states(void **state)
{
    const struct explore_options o = {.tears = 4, .limit = TOY_LIMIT, .states = 500};
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    assert_false(report.complete);
    assert_int_equal(report.failed, 0);
}

/* ---- merging, shards, threads ----------------------------------------------------------- */

static void merging_loses_no_state_and_no_failure(void **state)
{
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f += 3) {
        unsigned first = 0;
        unsigned second = 1;
        struct explore_options o = {.depth = 3, .tears = 3, .limit = TOY_LIMIT};
        watch(&o, &first);
        campaign((enum toy_flaw)f, &o);
        uint64_t merged_states = report.states;
        bool found = report.failed != 0;
        watch(&o, &second);
        o.apart = true;
        campaign((enum toy_flaw)f, &o);
        assert_int_equal(found, report.failed != 0);
        assert_int_equal(report.merged, 0);
        assert_true(report.states > merged_states);
        tidy(0);
        tidy(1);
        assert_int_equal(seen[0].n, merged_states);
        assert_int_equal(seen[0].n, seen[1].n);
        assert_memory_equal(seen[0].hash, seen[1].hash, seen[0].n * sizeof(uint64_t));
    }
}

static void shards_add_up_to_the_whole(void **state)
{
    static struct explore_report whole;
    static struct explore_report sum;
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f++) {
        struct explore_options o = {
                .depth = 2, .bodies = 2, .tears = 4, .limit = TOY_LIMIT, .apart = true};
        campaign((enum toy_flaw)f, &o);
        whole = report;
        o.shards = 3;
        for (o.shard = 0; o.shard < 3; o.shard++) {
            campaign((enum toy_flaw)f, &o);
            if (o.shard == 0) {
                sum = report;
            } else {
                explore_merge(&sum, &report);
            }
        }
        assert_int_equal(sum.points, whole.points);
        assert_int_equal(sum.cuts, whole.cuts);
        assert_int_equal(sum.boots, whole.boots);
        assert_int_equal(sum.states, whole.states);
        assert_int_equal(sum.failed, whole.failed);
        for (unsigned i = 0; i < whole.n && whole.n < EXPLORE_FAILURES; i++) {
            assert_true(toy_has(&sum, whole.failure[i].id));
        }
    }
}

static void any_number_of_jobs_gives_the_same_report(void **state)
{
    static struct explore_report alone;
    struct explore_options o = toy_depth(2);
    campaign(TOY_SETTLES_LATE, &o);
    alone = report;
    o.jobs = 3;
    campaign(TOY_SETTLES_LATE, &o);
    assert_memory_equal(&alone, &report, sizeof(report));
    o.tears = 3;
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    alone = report;
    o.jobs = 1;
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    assert_memory_equal(&alone, &report, sizeof(report));
}

/* ---- what need not be tried twice -------------------------------- */

static void states_that_are_forgotten_are_looked_at_again(void **state)
{
    static struct explore_report all;
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f += 3) {
        struct explore_options o = {
                .depth = 3, .bodies = 4, .tears = 4, .limit = TOY_LIMIT};
        assert_true(explore_campaign(toy_case((enum toy_flaw)f), &o, &report));
        all = report;
        o.kept = 20;
        assert_true(explore_campaign(toy_case((enum toy_flaw)f), &o, &report));
        assert_int_equal(report.complete, all.complete);
        assert_int_equal(report.points, all.points);
        assert_true(report.cuts >= all.cuts && report.states >= all.states);
        assert_true(report.boots >= all.boots);
        assert_int_equal(report.deepest, all.deepest);
        assert_int_equal(report.failed != 0, all.failed != 0);
    }
}

static void of_operations_that_are_alike_one_is_cut(void **state)
{
    for (int f = TOY_RIGHT; f <= TOY_TRUSTS_UNSTABLE; f += TOY_TRUSTS_UNSTABLE) {
        struct explore_options o = {
                .depth = 2, .bodies = 30, .tears = 4, .limit = TOY_LIMIT};
        campaign((enum toy_flaw)f, &o);
        uint64_t points = report.points;
        o.novel = 4;
        campaign((enum toy_flaw)f, &o);
        assert_true(report.points * 4 < points);
        assert_true(report.alike > report.bodies);
        assert_int_equal(report.bodies + report.alike, 3 * 30);
        assert_int_equal(report.failed != 0, f != TOY_RIGHT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(exhaustion_of_a_right_store_ends),
            cmocka_unit_test(exhaustion_finds_what_is_wrong_by_a_shortest_way),
            cmocka_unit_test(exhaustion_knows_every_state_that_a_campaign_meets),
            cmocka_unit_test(exhaustion_gives_up_when_there_are_too_many_states),
            cmocka_unit_test(merging_loses_no_state_and_no_failure),
            cmocka_unit_test(shards_add_up_to_the_whole),
            cmocka_unit_test(any_number_of_jobs_gives_the_same_report),
            cmocka_unit_test(states_that_are_forgotten_are_looked_at_again),
            cmocka_unit_test(of_operations_that_are_alike_one_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
