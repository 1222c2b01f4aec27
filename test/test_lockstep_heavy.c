/* test_lockstep_heavy.c - real firmware, instruction by instruction, on QEMU and
 * on the simulated processor.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>

#include "oracle/lockstep.h"
#include "support/cm.h"

#define MIX ETCH_FIRMWARE_DIR "/mix.elf"

enum { ROUNDS = 2, INSTRUCTIONS_LEAST = 200000 };

/* Lists, text, matrices, floats, the C library, SVC and PendSV, MPU on. */
static void every_instruction_of_a_firmware_agrees(void **state)
{
    struct lockstep_result result;
    lockstep_run(MIX, ROUNDS, stderr, &result);
    if (result.failed != NULL) {
        fail_msg("%s after %lu instructions", result.failed,
                (unsigned long)result.instructions);
    }
    assert_true(result.instructions >= INSTRUCTIONS_LEAST);
}

static void a_firmware_that_is_not_there_is_said_to_be(void **state)
{
    struct lockstep_result result;
    lockstep_run("/nowhere.elf", 1, stderr, &result);
    assert_non_null(result.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_instruction_of_a_firmware_agrees),
            cmocka_unit_test(a_firmware_that_is_not_there_is_said_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
