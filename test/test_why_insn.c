/* test_why_insn.c - why.h: what the instruction at PC says of a fault.
 *
 * SPDX-License-Identifier: MIT
 */
#include "why/why.h"

#include <string.h>

#include "support/cm.h"

static const struct why_insn *insn_of(
        enum etch_fault_cause cause, uint32_t insn, bool decodes)
{
    struct etch_fault f = {0};
    etch_fault_set(&f, ETCH_FAULT_INSN, insn);
    return why_instruction(
            &f, cause, (struct why_code){.known = true, .decodes = decodes});
}

static void instructions_say_what_flags_do_not(void **state)
{
    static const struct {
        enum etch_fault_cause cause;
        uint32_t insn;
        bool decodes;
        const char *said; /* or NULL */
    } all[] = {
            {ETCH_FAULT_UNDEFINED, 0x0000DEFF, true, "on purpose"},
            {ETCH_FAULT_UNDEFINED, 0xA123F7F4, true, "on purpose"},
            {ETCH_FAULT_UNDEFINED, 0x0B01EE30, true, "lacks"},         /* VADD.F64 */
            {ETCH_FAULT_UNDEFINED, 0x0A40FEB8, true, "lacks"},         /* VRINTA.F32 */
            {ETCH_FAULT_UNDEFINED, 0x0A01EE30, true, "is a good one"}, /* VADD.F32 */
            {ETCH_FAULT_UNDEFINED, 0x0B00ED90, true, "is a good one"}, /* VLDR.64 */
            {ETCH_FAULT_UNDEFINED, 0x1234EE10, true, "no STM32F4"},
            {ETCH_FAULT_UNDEFINED, 0x00002001, true, "is a good one"},
            {ETCH_FAULT_UNDEFINED, 0xE1A0F7FE, false, "Arm code"},
            {ETCH_FAULT_UNDEFINED, 0x0000F7FE, false, NULL},
            {ETCH_FAULT_NO_FPU, 0x0A01EE30, true, NULL},
            {ETCH_FAULT_NO_FPU, 0x1234EE10, true, "no STM32F4"},
            {ETCH_FAULT_BREAKPOINT, 0x0000BEAB, true, "semihosting"},
            {ETCH_FAULT_BREAKPOINT, 0x0000BE00, true, "without one"},
            {ETCH_FAULT_SVC_REFUSED, 0x0000DF05, true, "SVCall"},
            {ETCH_FAULT_BREAKPOINT, 0x00002001, true, NULL},
            {ETCH_FAULT_UNDECIDED, 0x0000DE00, true, "on purpose"},
            {ETCH_FAULT_UNDECIDED, 0x00002001, true, NULL},
            {ETCH_FAULT_DIVIDE, 0x0000DE00, true, NULL},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        const struct why_insn *said = insn_of(all[i].cause, all[i].insn, all[i].decodes);
        if ((said == NULL) != (all[i].said == NULL) ||
                (said != NULL && strstr(said->what, all[i].said) == NULL)) {
            fail_msg("%zu: %s", i, said == NULL ? "nothing" : said->what);
        }
    }
}

static void an_svc_is_found_before_pc(void **state)
{
    const struct etch_fault f = {0};
    struct why_code code = {.before_known = true, .before = 0xDF05};
    assert_non_null(why_instruction(&f, ETCH_FAULT_SVC_REFUSED, code));
    assert_null(why_instruction(&f, ETCH_FAULT_UNDEFINED, code));
    assert_null(why_instruction(&f, ETCH_FAULT_BREAKPOINT, code));
    code.before = 0x2001;
    assert_null(why_instruction(&f, ETCH_FAULT_SVC_REFUSED, code));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(instructions_say_what_flags_do_not),
            cmocka_unit_test(an_svc_is_found_before_pc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
