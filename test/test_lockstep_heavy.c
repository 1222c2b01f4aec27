/* test_lockstep_heavy.c - real firmware, instruction by instruction, on QEMU and
 * on the simulated processor.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "oracle/lockstep.h"
#include "support/cm.h"

#define MIX ETCH_FIRMWARE_DIR "/mix.elf"

enum { ROUNDS = 3, INSTRUCTIONS_LEAST = 200000 };

/* Lists, text, matrices, floats, the C library, SVC and PendSV, MPU on. */
static void every_instruction_of_a_firmware_agrees(void **state)
{
    const struct lockstep_config config = {
            .elf = MIX, .rounds = ROUNDS, .unit = true, .report = stderr};
    struct lockstep_result result;
    lockstep_run(&config, &result);
    if (result.failed != NULL) {
        fail_msg("%s after %lu instructions", result.failed,
                (unsigned long)result.instructions);
    }
    assert_true(result.instructions >= INSTRUCTIONS_LEAST);
}

static void a_wrong_bit_is_found_at_its_instruction(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *report = open_memstream(&text, &len);
    assert_non_null(report);
    const struct lockstep_config config = {
            .elf = MIX, .rounds = 1, .report = report, .spoiled = 1000};
    struct lockstep_result result;
    lockstep_run(&config, &result);
    assert_int_equal(fclose(report), 0);
    assert_non_null(result.failed);
    assert_int_equal(result.instructions, config.spoiled);
    assert_non_null(strstr(text, "r0"));
    free(text);
}

static void a_firmware_that_is_not_there_is_said_to_be(void **state)
{
    const struct lockstep_config config = {.elf = "/nowhere.elf", .rounds = 1};
    struct lockstep_result result;
    lockstep_run(&config, &result);
    assert_non_null(result.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_instruction_of_a_firmware_agrees),
            cmocka_unit_test(a_wrong_bit_is_found_at_its_instruction),
            cmocka_unit_test(a_firmware_that_is_not_there_is_said_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
