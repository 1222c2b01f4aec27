/* test_kv_moves_twice_heavy.c - power fails while a whole sector is moved, and again while
 * what that has left is erased and begun again. On chips: `./dev explore`.
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

static void power_may_fail_again_while_it_is_begun_again(void **state)
{
    twice(2, 2);
}

static void a_store_that_may_not_erase_can_be_opened_after_it(void **state)
{
    twice(1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(power_may_fail_again_while_it_is_begun_again),
            cmocka_unit_test(a_store_that_may_not_erase_can_be_opened_after_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
