/* test_kv_moves_heavy.c - power fails while a whole sector is moved, and again, in words
 * and in cells written once; in bytes: test_kv_moves_twice_heavy.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/cm.h"
#include "support/kv_moves.h"

static struct explore_report report;

static void campaign(const struct explore_case *c, struct explore_options o)
{
    o.limit = 1000000;
    o.reads = 2;
    assert_true(explore_campaign(c, &o, &report));
    if (report.failed) {
        fail_msg("%s: %s", report.failure[0].id, report.failure[0].text);
    }
    assert_true(report.complete);
}

static void power_may_fail_at_any_operation_of_a_move(void **state)
{
    for (unsigned i = 0; i < moves_small_n; i++) {
        campaign(&moves_small[i],
                (struct explore_options){
                        .bodies = MOVES_PLACES, .novel = 2, .spread = 8});
        assert_in_range(report.points, 150, report.thinned);
    }
}

static void twice(unsigned n, unsigned places)
{
    campaign(&moves_small_on[n], (struct explore_options){.depth = 2,
                                         .bodies = places,
                                         .tears = 4,
                                         .novel = 1,
                                         .boots_alike = true});
    assert_int_equal(report.deepest, 2);
    assert_int_not_equal(report.spared, 0);
}

static void words_live_through_a_second_cut(void **state)
{
    twice(0, 2);
}

static void cells_written_once_live_through_it(void **state)
{
    twice(3, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(power_may_fail_at_any_operation_of_a_move),
            cmocka_unit_test(words_live_through_a_second_cut),
            cmocka_unit_test(cells_written_once_live_through_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
