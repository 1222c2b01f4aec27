/* test_flash_frozen.c - waits end even when the clock they go by stands still.
 * Apart from test_flash_wait.c because it counts millions of turns.
 *
 * SPDX-License-Identifier: MIT
 */
#include "flash/wait.h"
#include "support/cm.h"
#include "support/flash_rig.h"

static void freeze(const struct etch_flash_wait *wait)
{
    rig_new_named("stm32f446re");
    rig.config.wait = wait;
    rig.config.clock_mhz = 1;
    silicon_conditions(rig.chip)->hclk_hz = 168000000;
    silicon_conditions(rig.chip)->speed = SILICON_MAXIMUM;
    silicon_native_polls(rig.board, 0);
    rig_open();
    silicon_native_freeze_cycles(rig.board, true);
}

static void a_cycle_counter_that_stands_still_does_not_hang_the_plain_wait(void **state)
{
    (void)state;
    freeze(NULL);
    assert_int_equal(rig_erase(7), ETCH_E_TIMEOUT);
    rig_free();
}

static void nor_the_one_in_ram(void **state)
{
    (void)state;
    static const struct etch_flash_wait wait = {.how = etch_flash_wait_ram};
    freeze(&wait);
    assert_int_equal(rig_erase(7), ETCH_E_TIMEOUT);
    rig_free();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(
                    a_cycle_counter_that_stands_still_does_not_hang_the_plain_wait),
            cmocka_unit_test(nor_the_one_in_ram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
