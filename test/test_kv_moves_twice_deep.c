/* test_kv_moves_twice_deep.c - power fails while a whole sector is moved, and again while
 * what that has left is erased and begun again. On chips: `./dev explore`.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/cm.h"
#include "support/moves_campaign.h"

static void power_may_fail_again_while_it_is_begun_again(void **state)
{
    moves_cut_twice(2, 2, 1);
}

static void a_store_that_may_not_erase_can_be_opened_after_it(void **state)
{
    moves_cut_twice(1, 2, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(power_may_fail_again_while_it_is_begun_again),
            cmocka_unit_test(a_store_that_may_not_erase_can_be_opened_after_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
