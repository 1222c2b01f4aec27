/* test_kv_cuts_heavy.c - the store with the power cut in every operation, on small
 * flashes of many shapes. The deep campaigns are in `./dev explore`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/cm.h"
#include "support/kv_world.h"

static struct explore_report report;

static void passed(void)
{
    if (report.failed) {
        fail_msg("%s: %s", report.failure[0].id, report.failure[0].text);
    }
    assert_true(report.complete);
}

static void campaign(unsigned n, unsigned depth, unsigned bodies, unsigned tears)
{
    const struct explore_options o = {
            .depth = depth, .bodies = bodies, .tears = tears, .limit = 4000000};
    assert_true(explore_campaign(&world_small[n], &o, &report));
    passed();
    assert_true(report.points > bodies);
}

static void every_change_is_whole_or_not_at_all(void **state)
{
    campaign(0, 1, 8, 4);
}

static void a_put_survives_two_cuts_in_a_row(void **state)
{
    campaign(1, 2, 1, 4);
}

static void byte_by_byte_is_as_safe(void **state)
{
    campaign(2, 1, 3, 3);
}

static void several_sectors_are_as_safe(void **state)
{
    campaign(3, 1, 4, 4);
    campaign(4, 1, 4, 3);
}

static void a_full_store_moves_on_safely(void **state)
{
    campaign(5, 1, 6, 3);
}

static void cells_written_once_are_as_safe(void **state)
{
    campaign(6, 1, 4, 4);
    campaign(7, 1, 1, 4);
}

static void the_erased_value_and_the_index_do_not_matter(void **state)
{
    campaign(8, 1, 2, 4);
    campaign(9, 1, 2, 4);
}

static void a_boot_with_nothing_left_to_do_does_nothing(void **state)
{
    struct explore_case quiet = world_small[0];
    quiet.scenario = &world_quiet_scenario;
    const struct explore_options o = {.bodies = 8, .tears = 2, .limit = 4000000};
    assert_true(explore_campaign(&quiet, &o, &report));
    passed();
}

/* From a new store on: over the first copies, the first sector that is opened, and the
 * first erase that is forced. All ways to tear, two in a row, more places and all
 * geometries are in `./dev explore`. */
static void once_round_the_store_on_a_chip_each_operation_may_be_cut(void **state)
{
    const struct explore_options o = {.bodies = 80, .tears = 4, .reads = 2, .novel = 3};
    assert_true(explore_campaign(&world_rounds[1], &o, &report));
    passed();
    assert_true(report.points > 500);
    assert_in_range(report.alike, report.bodies, 80 * 7);
}

static void thousands_of_cuts_do_no_harm(void **state)
{
    for (unsigned n = 0; n < world_small_n; n++) {
        const struct explore_options o = {.cuts = 150, .seed = 5, .limit = 4000000};
        assert_true(explore_soak(&world_small[n], &o, &report));
        passed();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_change_is_whole_or_not_at_all),
            cmocka_unit_test(a_put_survives_two_cuts_in_a_row),
            cmocka_unit_test(byte_by_byte_is_as_safe),
            cmocka_unit_test(several_sectors_are_as_safe),
            cmocka_unit_test(a_full_store_moves_on_safely),
            cmocka_unit_test(cells_written_once_are_as_safe),
            cmocka_unit_test(the_erased_value_and_the_index_do_not_matter),
            cmocka_unit_test(a_boot_with_nothing_left_to_do_does_nothing),
            cmocka_unit_test(once_round_the_store_on_a_chip_each_operation_may_be_cut),
            cmocka_unit_test(thousands_of_cuts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
