/* deed.c - what an instruction did that the processor answered with a fault, in
 * words (ARMv7-M B3.2.15).
 *
 * SPDX-License-Identifier: MIT
 */
#include "verdict/verdict_priv.h"

#define CFSR_BUS_LATE 0x00000400u
#define CFSR_UNDEF    0x00010000u
#define UDF           0xDE00u /* A7.7.194; the low byte is for whoever put it there */

const char *verdict_did(uint32_t cfsr)
{
    static const struct {
        uint32_t bit;
        const char *text;
    } bits[] = {{0x02000000, "divided by zero"}, {0x01000000, "made an unaligned access"},
            {0x00080000, "used a coprocessor that is off (the FPU?)"},
            {0x00040000, "returned from an exception with a wrong EXC_RETURN"},
            {0x00020000, "jumped to an address without bit 0 (Thumb)"},
            {0x00010000, "met an undefined instruction"},
            {0x00000400, "caused a bus error some instructions ago"},
            {0x00000200, "caused a bus error"},
            {0x00000100, "fetched from where nothing is"},
            {0x00000002, "made an access that the MPU refused"},
            {0x00000001, "executed where the MPU forbids it"}};
    for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
        if ((cfsr & bits[i].bit) != 0) {
            return bits[i].text;
        }
    }
    return "took a fault";
}

/* Compilers end with a UDF what cannot be meant. */
static bool trap(struct verdict *v, uint32_t pc)
{
    uint16_t half = 0;
    return board_peek(v->b, pc & ~1u, &half, 2) == 2 && (half & 0xFF00u) == UDF;
}

const char *verdict_deed(struct verdict *v, const struct core_fault *f)
{
    const char *who = verdict_func(v, f->pc);
    if ((f->cfsr & CFSR_BUS_LATE) != 0 && f->width != 0) {
        return verdict_say(v, "%s stored to %s, where nothing answers: a bus error", who,
                verdict_addr(v, f->addr));
    }
    if ((f->cfsr & CFSR_UNDEF) != 0 && trap(v, f->pc)) {
        return verdict_say(v,
                "%s met an undefined instruction, UDF: compilers put one "
                "where the program cannot go on",
                who);
    }
    return verdict_say(v, "%s %s%s%s", who, verdict_did(f->cfsr),
            f->addr_valid ? " at " : "", f->addr_valid ? verdict_addr(v, f->addr) : "");
}

const char *verdict_deed_fix(struct verdict *v, const struct core_fault *f)
{
    if ((f->cfsr & CFSR_UNDEF) != 0 && trap(v, f->pc)) {
        return "Look at the source line: a pointer known to be NULL, __builtin_trap(), "
               "the end of a function that must not return";
    }
    return (f->cfsr & CFSR_BUS_LATE) != 0 && f->width != 0
                   ? "Correct the address, or set up what should be there first"
                   : "Look at the instruction and at the registers it uses";
}
