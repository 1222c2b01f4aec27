/* deed.c - what an instruction did that the processor answered with a fault, in
 * words (ARMv7-M B3.2.15).
 *
 * SPDX-License-Identifier: MIT
 */
#include "verdict/verdict_priv.h"

#define CFSR_BUS_LATE 0x00000400u
#define CFSR_UNDEF    0x00010000u
#define HFSR_DEBUGEVT 0x80000000u
#define UDF           0xDE00u /* A7.7.194; the low byte is for whoever put it there */
#define SHPR2         0xE000ED1Cu

/* A BKPT with no debugger that halts and no monitor (C1.6.1). */
static bool is_breakpoint(const struct core_fault *f)
{
    return (f->hfsr & HFSR_DEBUGEVT) != 0;
}

const char *verdict_did(const struct core_fault *f)
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
        if ((f->cfsr & bits[i].bit) != 0) {
            return bits[i].text;
        }
    }
    if (f->exception == CORE_SVCALL) {
        return "executed an SVC";
    }
    return is_breakpoint(f) ? "met a BKPT, and there is no debugger" : "took a fault";
}

/* ---- SVC ------------------------------------------------------------------------- */

/* Why SVCall cannot be taken now (B1.5.4); it waits for nothing, so that it is a
 * HardFault then. */
static const char *svc_masked(const struct verdict *v)
{
    enum { PRIORITY_BITS = 0xF0 };
    const struct core *core = board_core(v->b);
    uint32_t basepri = core_reg(core, CORE_BASEPRI) & PRIORITY_BITS;
    uint32_t own = verdict_ppb(v, SHPR2) >> 24 & PRIORITY_BITS;
    if ((core_reg(core, CORE_PRIMASK) & 1u) != 0) {
        return "with interrupts masked (PRIMASK)";
    }
    return basepri != 0 && basepri <= own ? "while BASEPRI masks it" : NULL;
}

static const char *refused_svc(struct verdict *v, const char *who)
{
    const char *masked = svc_masked(v);
    unsigned active = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    if (masked == NULL) {
        masked = verdict_say(v, "in the handler of %s, of SVCall's priority or above",
                verdict_exception(v, active));
    }
    return verdict_say(
            v, "%s executed an SVC %s: SVCall cannot be taken there", who, masked);
}

/* ---- words ----------------------------------------------------------------------- */

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
    if (f->exception == CORE_SVCALL && f->taken != 0) {
        return refused_svc(v, who);
    }
    return verdict_say(v, "%s %s%s%s", who, verdict_did(f), f->addr_valid ? " at " : "",
            f->addr_valid ? verdict_addr(v, f->addr) : "");
}

const char *verdict_deed_fix(struct verdict *v, const struct core_fault *f)
{
    if ((f->cfsr & CFSR_UNDEF) != 0 && trap(v, f->pc)) {
        return "Look at the source line: a pointer known to be NULL, __builtin_trap(), "
               "the end of a function that must not return";
    }
    if (f->exception == CORE_SVCALL) {
        return svc_masked(v) != NULL
                       ? "Unmask interrupts before the SVC; an RTOS makes its system "
                         "calls of it"
                       : "Make no SVC in that handler, nor a system call that is made of "
                         "one; or give the handler a lower priority than SVCall";
    }
    if (is_breakpoint(f)) {
        return "Look at the source line: an assertion or a BKPT left from debugging. "
               "Execute it only while DHCSR.C_DEBUGEN is set";
    }
    return (f->cfsr & CFSR_BUS_LATE) != 0 && f->width != 0
                   ? "Correct the address, or set up what should be there first"
                   : "Look at the instruction and at the registers it uses";
}
