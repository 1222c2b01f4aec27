/* insn.c - what the instruction at PC says of a fault.
 *
 * Encodings: ARMv7-M Architecture Reference Manual, A5 to A7.
 *
 * SPDX-License-Identifier: MIT
 */
#include "why/why_priv.h"

enum { FPU_SINGLE = 10, FPU_DOUBLE = 11, SEMIHOSTING = 0xAB };

static uint32_t first_half(uint32_t insn)
{
    return insn & 0xFFFF;
}

/* A7.7.194: 0xDExx, and 0xF7Fx 0xAxxx. */
static bool is_udf(uint32_t insn)
{
    bool narrow = first_half(insn) >> 8 == 0xDE;
    return narrow || (insn & 0xF000FFF0u) == 0xA000F7F0u;
}

static bool is_bkpt(uint32_t half)
{
    return half >> 8 == 0xBE;
}

static bool is_svc(uint32_t half)
{
    return half >> 8 == 0xDF;
}

/* A5.3.18: of a coprocessor; its number is in the second halfword. */
static bool is_coprocessor(uint32_t insn)
{
    return (insn & 0xEC00u) == 0xEC00u;
}

static bool is_floating_point(uint32_t insn)
{
    uint32_t coprocessor = insn >> 24 & 15;
    return coprocessor == FPU_SINGLE || coprocessor == FPU_DOUBLE;
}

/* A6.4: FPv4-SP loads and stores double registers, but does not calculate with
 * them; 0xFCxx to 0xFFxx are FPv5's. */
static bool is_not_fpv4(uint32_t insn)
{
    bool calculates = (insn & 0xFF00u) == 0xEE00u && !(insn >> 20 & 1);
    bool is_double = (insn >> 24 & 15) == FPU_DOUBLE;
    return (calculates && is_double) || (insn & 0xFC00u) == 0xFC00u;
}

/* Most Arm instructions are always executed: 0xE in the upper four bits of a word,
 * which in Thumb code is the second halfword. */
static bool is_arm(uint32_t insn)
{
    return insn >> 28 == 0xE;
}

static const struct why_insn udf = {
        "It is undefined on purpose: __builtin_trap(), abort(), a failed assertion or a "
        "panic is compiled to it.",
        "The program stopped itself: find the check that failed, in the callers."};
static const struct why_insn semihosting = {"It is a semihosting call, which asks a "
                                            "debugger to print, to read or to exit, and "
                                            "none is there to answer.",
        "Link without semihosting (no --specs=rdimon.specs, no semihosting panic "
        "handler), "
        "or run with a debugger that serves it."};
static const struct why_insn breakpoint = {"It stops a debugger, and faults without one.",
        "Find out why the program came here: assertions often end in a breakpoint."};
static const struct why_insn svc = {
        "It calls SVCall, which could not be taken: interrupts are masked, the caller is "
        "a "
        "handler of the same or a higher priority, or the fault is in SVCall's vector.",
        "Do not use SVC (nor the system calls that are made of it) with PRIMASK or "
        "BASEPRI "
        "set, or from such a handler."};
static const struct why_insn lacks = {
        "It is a floating-point instruction that a Cortex-M4 lacks: its FPU is FPv4-SP, "
        "single precision only.",
        "Compile and link everything for this core: -mcpu=cortex-m4 -mfpu=fpv4-sp-d16."};
static const struct why_insn no_coprocessor = {
        "It is for a coprocessor that no STM32F4 has.",
        "Look at what lies there: data, or code for another processor."};
static const struct why_insn arm = {
        "It looks like Arm code, and a Cortex-M executes Thumb alone.",
        "Compile this part with -mthumb -mcpu=cortex-m4, and look for a library that was "
        "made for another core."};
static const struct why_insn sound = {
        "It is a good one: what was executed is not what the file holds.",
        "Compare the flash with the file: another build, or a sector that was erased or "
        "written since."};

static const struct why_insn *of_undefined(uint32_t insn, bool decodes)
{
    if (is_udf(insn)) {
        return &udf;
    }
    if (is_coprocessor(insn) && !is_floating_point(insn)) {
        return &no_coprocessor;
    }
    if (is_coprocessor(insn) && (is_not_fpv4(insn) || !decodes)) {
        return &lacks;
    }
    if (decodes) {
        return &sound;
    }
    return is_arm(insn) ? &arm : NULL;
}

/* BKPT is stacked with its own address. */
static const struct why_insn *of_breakpoint(uint32_t insn, struct why_code code)
{
    if (!code.known || !is_bkpt(first_half(insn))) {
        return NULL;
    }
    return (insn & 0xFF) == SEMIHOSTING ? &semihosting : &breakpoint;
}

/* SVC is stacked with the address of the next instruction. */
static const struct why_insn *of_svc(uint32_t insn, struct why_code code)
{
    bool at = code.known && is_svc(first_half(insn));
    return at || (code.before_known && is_svc(code.before)) ? &svc : NULL;
}

/* Without CFSR, on a Cortex-M0 for example, these are the ones that always fault. */
static const struct why_insn *of_unknown(uint32_t insn, struct why_code code)
{
    code.before_known = false;
    const struct why_insn *stop = of_breakpoint(insn, code);
    return is_udf(insn) ? &udf : stop != NULL ? stop : of_svc(insn, code);
}

const struct why_insn *why_instruction(
        const struct etch_fault *f, enum etch_fault_cause cause, struct why_code code)
{
    uint32_t insn = etch_fault_get(f, ETCH_FAULT_INSN);
    if (cause == ETCH_FAULT_UNDEFINED && code.known) {
        return of_undefined(insn, code.decodes);
    }
    if (cause == ETCH_FAULT_NO_FPU && code.known) {
        bool other = is_coprocessor(insn) && !is_floating_point(insn);
        return other ? &no_coprocessor : NULL;
    }
    if (cause == ETCH_FAULT_BREAKPOINT) {
        return of_breakpoint(insn, code);
    }
    if (cause == ETCH_FAULT_SVC_REFUSED) {
        return of_svc(insn, code);
    }
    if (cause == ETCH_FAULT_UNDECIDED && code.known) {
        return of_unknown(insn, code);
    }
    return NULL;
}
