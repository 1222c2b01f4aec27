/* test_lockstep_steps_deep.c - larger firmware, instruction by instruction, on QEMU
 * and on the simulated processor: the store, settings, fault reports, DSP, floats,
 * doubles, tasks that preempt each other; the same sources at three levels of
 * optimisation, which are three quite different programs.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "oracle/lockstep.h"
#include "support/cm.h"

static void assert_agrees(const char *elf, bool unit, uint64_t least)
{
    const struct lockstep_config config = {
            .elf = elf, .rounds = 3, .unit = unit, .report = stderr};
    struct lockstep_result result;
    lockstep_run(&config, &result);
    if (result.failed != NULL) {
        fail_msg("%s after %lu instructions", result.failed,
                (unsigned long)result.instructions);
    }
    print_message(
            "%s: %lu instructions agree\n", elf, (unsigned long)result.instructions);
    assert_true(result.instructions >= least);
}

static void what_is_not_optimised_agrees(void **state)
{
    assert_agrees(ETCH_FIRMWARE_DIR "/steps.elf", false, 2000000);
}

static void what_is_optimised_for_speed_agrees_with_its_floats(void **state)
{
    assert_agrees(ETCH_FIRMWARE_DIR "/steps_o2.elf", true, 700000);
}

static void what_is_optimised_for_size_agrees_with_its_floats(void **state)
{
    assert_agrees(ETCH_FIRMWARE_DIR "/steps_os.elf", true, 700000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(what_is_not_optimised_agrees),
            cmocka_unit_test(what_is_optimised_for_speed_agrees_with_its_floats),
            cmocka_unit_test(what_is_optimised_for_size_agrees_with_its_floats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
