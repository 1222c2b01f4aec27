/* deed.c - what an instruction did that the processor answered with a fault, in
 * words (ARMv7-M B3.2.15).
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

#define CFSR_BUS_LATE  0x00000400u
#define CFSR_PRECISE   0x00000200u
#define CFSR_UNDEF     0x00010000u
#define CFSR_INVPC     0x00040000u
#define CFSR_NO_FPU    0x00080000u
#define CFSR_UNALIGNED 0x01000000u
#define CFSR_DIVIDE    0x02000000u
#define PPB_BASE       0xE0000000u
#define PPB_SIZE       0x00100000u
#define HFSR_DEBUGEVT  0x80000000u
#define UDF            0xDE00u /* A7.7.194; the low byte is for whoever put it there */
#define SHPR2          0xE000ED1Cu
#define CCR            0xE000ED14u
#define CPACR          0xE000ED88u
#define UNALIGN_TRP    8u

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
    } bits[] = {{CFSR_DIVIDE, "divided by zero"},
            {CFSR_UNALIGNED, "made an unaligned access"},
            {CFSR_NO_FPU, "used a coprocessor that is off (the FPU?)"},
            {CFSR_INVPC, "returned from an exception with a wrong EXC_RETURN"},
            {0x00020000, "was reached without bit 0 of its address (Thumb)"},
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

/* ---- memory ---------------------------------------------------------------------- */

/* Without privilege there is a bus error, whatever the MPU says (B3.1). */
static bool is_unprivileged_ppb(const struct core_fault *f)
{
    return !f->privileged && (f->cfsr & CFSR_PRECISE) != 0 && f->addr_valid &&
           f->addr - PPB_BASE < PPB_SIZE;
}

/* " (SRAM2 ends at 0x2001FFFF)": something went over its top. */
static const char *just_behind(struct verdict *v, uint32_t addr)
{
    enum { WORD = 4, NEAR = 64 };
    for (uint32_t off = WORD; off <= NEAR; off += WORD) {
        uint32_t last = (addr & ~3u) - off;
        if (verdict_is_ram(v, last)) {
            return verdict_say(v, " (%s of this part ends at 0x%08" PRIX32 ")",
                    board_place(v->b, last), last + WORD - 1);
        }
    }
    return "";
}

static const char *bus_fix(struct verdict *v, const struct core_fault *f)
{
    if (is_unprivileged_ppb(f)) {
        return "Do it with privilege: before CONTROL.nPRIV is set, or in a handler (an "
               "SVC)";
    }
    return just_behind(v, f->addr)[0] != '\0'
                   ? "Look for what goes over the top of the RAM (a loop, a copy, a "
                     "stack "
                     "popped empty), or a linker script for a part with more of it"
                   : "Correct the address, or set up what should be there first (its "
                     "clock, the memory controller)";
}

/* ---- EXC_RETURN ------------------------------------------------------------------- */

/* The value is still in its register, if the return was by BX. */
static const char *wrong_return(
        struct verdict *v, const struct core_fault *f, const char *who)
{
    uint16_t half = 0;
    enum { BX = 0x4700, BX_MASK = 0xFF87 };
    bool known = board_peek(v->b, f->pc & ~1u, &half, 2) == 2 && (half & BX_MASK) == BX;
    uint32_t value = core_reg(board_core(v->b), (enum core_reg)(half >> 3 & 15u));
    return verdict_say(v, "%s returned from an exception with a wrong EXC_RETURN%s", who,
            known ? verdict_say(v, ", 0x%08" PRIX32, value) : "");
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
        return verdict_say(v, "%s stored to %s, where nothing answers%s: a bus error",
                who, verdict_addr(v, f->addr), just_behind(v, f->addr));
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
    if (is_unprivileged_ppb(f)) {
        return verdict_say(v,
                "%s accessed 0x%08" PRIX32 ", the processor's own registers, without "
                "privilege (CONTROL.nPRIV is set): a bus error, whatever the MPU allows",
                who, f->addr);
    }
    if ((f->cfsr & CFSR_PRECISE) != 0 && f->addr_valid) {
        return verdict_say(v, "%s %s %s, where nothing answers%s: a bus error", who,
                f->access == CORE_STORE ? "stored to" : "read", verdict_addr(v, f->addr),
                just_behind(v, f->addr));
    }
    if ((f->cfsr & CFSR_INVPC) != 0) {
        return wrong_return(v, f, who);
    }
    return verdict_say(v, "%s %s%s%s", who, verdict_did(f), f->addr_valid ? " at " : "",
            f->addr_valid ? verdict_addr(v, f->addr) : "");
}

/* Of UsageFaults (B3.2.15). */
static const char *usage_fix(struct verdict *v, const struct core_fault *f)
{
    static const struct {
        uint32_t bit;
        const char *text;
    } fixes[] = {
            {CFSR_DIVIDE,
                    "Check the divisor before the division: CCR.DIV_0_TRP makes it a "
                    "fault here (else the result is 0)"},
            {CFSR_INVPC,
                    "Leave a handler by the value that LR had when it began: 0xFFFFFFF1, "
                    "F9 or FD (E1, E9, ED with a floating-point frame), one that fits "
                    "what is active"},
            {CFSR_UNDEF,
                    "Look at where execution came from: a pointer or a return address "
                    "into data, or code for another processor"}};
    for (size_t i = 0; i < sizeof(fixes) / sizeof(fixes[0]); i++) {
        if ((f->cfsr & fixes[i].bit) != 0) {
            return fixes[i].text;
        }
    }
    if ((f->cfsr & CFSR_NO_FPU) != 0) {
        return verdict_ppb(v, CPACR) >> 20 == 0
                       ? "Switch the FPU on before the first floating-point instruction "
                         "(CPACR |= 0xF << 20, then DSB and ISB; SystemInit does it if "
                         "it "
                         "is built for the FPU), or build without it"
                       : "Open CPACR to this code as well (CP10 and CP11 = 3: with and "
                         "without privilege)";
    }
    if ((f->cfsr & CFSR_UNALIGNED) != 0) {
        return (verdict_ppb(v, CCR) & UNALIGN_TRP) != 0
                       ? "Align the address, copy with memcpy, or clear CCR.UNALIGN_TRP, "
                         "which makes each unaligned access a fault"
                       : "Align the address, or copy with memcpy: LDRD, STRD, LDM, STM, "
                         "LDREX and VLDR need whole words, as the compiler takes for "
                         "granted that a pointer to a word is aligned";
    }
    return "Look at the instruction and at the registers it uses";
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
    if ((f->cfsr & CFSR_BUS_LATE) != 0 && f->width != 0) {
        return just_behind(v, f->addr)[0] != '\0'
                       ? bus_fix(v, f)
                       : "Correct the address, or set up what should be there first";
    }
    if ((f->cfsr & CFSR_PRECISE) != 0 && f->addr_valid) {
        return bus_fix(v, f);
    }
    return usage_fix(v, f);
}
