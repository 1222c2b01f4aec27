/* test_kv_moves_deep.c - power fails while a whole sector is moved, and again, in words
 * and in cells written once; in bytes: test_kv_moves_twice_deep.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/cm.h"
#include "support/moves_campaign.h"

static void power_may_fail_at_any_operation_of_a_move(void **state)
{
    static struct explore_report report;
    const struct explore_options o = {
            .bodies = MOVES_PLACES, .reads = 2, .novel = 2, .spread = 8};
    for (unsigned i = 0; i < moves_small_n; i++) {
        moves_campaign(&moves_small[i], o, &report);
        assert_in_range(report.points, 150, report.thinned);
    }
}

static void words_live_through_a_second_cut(void **state)
{
    moves_cut_twice(0, 2, 1);
}

static void cells_written_once_live_through_it(void **state)
{
    moves_cut_twice(3, 1, 1);
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
