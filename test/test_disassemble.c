/* test_disassemble.c - instructions in words.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "core/core.h"

#include "support/cm.h"

static void says(uint32_t first, uint32_t second, size_t len, const char *want)
{
    const uint8_t bytes[4] = {(uint8_t)first, (uint8_t)(first >> 8), (uint8_t)second,
            (uint8_t)(second >> 8)};
    char text[80];
    assert_int_equal(core_disassemble(0x08000100, bytes, text, sizeof text), len);
    assert_string_equal(text, want);
}

static void instructions_of_both_lengths_are_named(void **state)
{
    says(0x6008, 0xFFFF, 2, "str r0, [r1]");
    says(0xBEAB, 0xFFFF, 2, "bkpt #0xab");
    says(0xF8C1, 0x0004, 4, "str.w r0, [r1, #4]");
    says(0xF000, 0xF801, 4, "bl #0x8000106");
    says(0xBF00, 0xFFFF, 2, "nop");
}

static void the_extensions_of_the_m4_are_known(void **state)
{
    says(0xEE30, 0x0A20, 4, "vadd.f32 s0, s0, s1");
    says(0xFB20, 0x0001, 4, "smlad r0, r0, r1, r0");
    says(0xF3EF, 0x8011, 4, "mrs r0, basepri");
}

static void what_is_no_instruction_is_shown_as_it_is(void **state)
{
    says(0xFFFF, 0xFFFF, 4, ".inst.w 0xffffffff");
    says(0xDE00, 0x1234, 2, "udf #0");
}

static void a_short_buffer_is_enough(void **state)
{
    const uint8_t bytes[4] = {0x08, 0x60, 0, 0};
    char text[4];
    assert_int_equal(core_disassemble(0, bytes, text, sizeof text), 2);
    assert_string_equal(text, "str");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(instructions_of_both_lengths_are_named),
            cmocka_unit_test(the_extensions_of_the_m4_are_known),
            cmocka_unit_test(what_is_no_instruction_is_shown_as_it_is),
            cmocka_unit_test(a_short_buffer_is_enough),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
