/* test_kv_exhaust_heavy.c - all states that the store can be in on very little flash;
 * and that what counts as one state there is treated alike.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "explore/explore_priv.h"
#include "support/cm.h"
#include "support/kv_small.h"

static struct explore_report report;

static void every_state_of_a_small_store_is_right(void **state)
{
    const struct explore_options o = {.tears = 2};
    assert_true(explore_exhaust(&small_cases[0], &o, &report));
    if (report.failed != 0) {
        fail_msg("%s: %s", report.failure[0].id, report.failure[0].text);
    }
    assert_true(report.complete);
    print_message("%u states, %u ways from one to another\n", (unsigned)report.states,
            (unsigned)report.edges);
    assert_in_range(report.states, 200, 20000);
}

static uint32_t any(uint64_t *random, uint32_t below)
{
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*random >> 32) * below >> 32);
}

/* The same random life twice, once as it is and once made canonical after each
 * step: the same ends, operations and contents. */
static void live_twice(const struct explore_case *c, uint64_t seed, unsigned steps)
{
    const struct explore_options o = {.limit = 1000000};
    struct worker raw;
    struct worker canonical;
    assert_true(worker_open(&raw, c, &o, NULL));
    assert_true(worker_open(&canonical, c, &o, NULL));
    canonical.canonical = true;
    assert_int_equal(worker_setup(&raw).end, EXPLORE_DONE);
    assert_int_equal(worker_setup(&canonical).end, EXPLORE_DONE); /* setup is not cut */
    for (unsigned i = 0; i < steps; i++) {
        struct step s = {.phase = any(&seed, 4) == 0 ? EXPLORE_CHECK : EXPLORE_BODY};
        s.op = s.phase == EXPLORE_BODY ? any(&seed, c->ops) : 0;
        s.cut = any(&seed, 2) == 0 ? 0 : 1 + any(&seed, 20);
        s.tear = s.cut == 0 ? 0 : any(&seed, 2);
        struct explore_outcome a = worker_step(&raw, &s);
        struct explore_outcome b = worker_step(&canonical, &s);
        assert_int_equal(a.end, b.end);
        assert_int_equal(a.ops, b.ops);
        if (a.end != EXPLORE_DONE && a.end != EXPLORE_CUT) {
            fail_msg("%s:g%u, step %u: %s", c->scenario->name, c->geometry, i, a.text);
        }
        assert_memory_equal(raw.world, canonical.world, c->scenario->world_size);
    }
    worker_close(&raw);
    worker_close(&canonical);
}

static void a_canonical_image_is_treated_as_the_one_it_was_made_from(void **state)
{
    for (unsigned i = 0; i < small_cases_n; i++) {
        for (unsigned seed = 0; seed < 5; seed++) {
            live_twice(&small_cases[i], seed, 300);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_state_of_a_small_store_is_right),
            cmocka_unit_test(a_canonical_image_is_treated_as_the_one_it_was_made_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
