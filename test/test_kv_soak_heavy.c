/* test_kv_soak_heavy.c - many cuts on one image, on the real path: the store, the
 * driver and the chip. Ten thousand, on all geometries, are in `./dev explore`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/cm.h"
#include "support/kv_world.h"

static struct explore_report report;

static void soak(unsigned n, uint64_t cuts)
{
    const struct explore_options o = {.cuts = cuts, .seed = n + 1};
    assert_true(explore_soak(&world_real[n], &o, &report));
    if (report.failed) {
        fail_msg("%s: %s", report.failure[0].id, report.failure[0].text);
    }
    assert_true(report.cuts >= cuts);
}

static void two_small_sectors_live_through_cuts(void **state)
{
    soak(1, 1000);
}

static void unequal_sectors_live_through_cuts(void **state)
{
    soak(13, 200);
}

static void bytewise_programs_live_through_cuts(void **state)
{
    soak(7, 100);
}

static void cells_written_once_live_through_cuts(void **state)
{
    soak(17, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(two_small_sectors_live_through_cuts),
            cmocka_unit_test(unequal_sectors_live_through_cuts),
            cmocka_unit_test(bytewise_programs_live_through_cuts),
            cmocka_unit_test(cells_written_once_live_through_cuts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
