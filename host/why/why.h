/* why.h - from what people have in hand after a crash to a fault record.
 *
 * What it is: a reader of crash dumps. It knows registers by their names, as
 * pasted by hand, in the dumps of Etch and of the usual operating systems, in what
 * gdb, OpenOCD, pyOCD and J-Link Commander print, the memory that these show
 * (x/8wx, mdw, mem32), and the sentences and the names of flags with which many a
 * handler tells the status registers. Everything else in the text is passed over:
 * time stamps, prompts, the log around it. docs/why.md has the rules of reading.
 *
 * A text may tell of several crashes, and numbers of two are never mixed.
 *
 * What it remembers: nothing. It trusts no byte of the text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_WHY_WHY_H
#define ETCH_WHY_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault/decode.h"

enum why_format {
    WHY_REGISTERS, /* names and values, by hand or of any handler */
    WHY_ETCH,
    WHY_MBED,
    WHY_ZEPHYR,
    WHY_CMBACKTRACE,
    WHY_RIOT,
    WHY_GDB,
    WHY_DEBUGGER /* another one: OpenOCD, pyOCD, J-Link Commander */
};

enum { WHY_MEMORY = 1024 };

/* What a text says of a fault. */
struct why {
    struct etch_fault fault;
    enum why_format format;
    const char *core; /* "Cortex-M7", if the text says it; or NULL */
    unsigned words;   /* registers that were found; 0: it is no crash dump */
    bool no_cfsr;     /* the core has none: Armv6-M, Armv8-M Baseline */
    bool in_handler;  /* a debugger stopped in the handler: PC and LR are not known */
    bool locked_up;   /* the handler itself has faulted */
    bool overflown;   /* the software's own check found a stack that was too small */
    bool panicked;    /* the software stopped itself: k_panic(), an assertion */
    bool nmi;         /* it tells of an NMI, which is no fault */
    bool nxp_mpu;     /* NXP's own MPU refused the access, which is a bus error */
    bool two_crashes; /* there are more; this is the first that is whole, or the first */
    bool later;       /* it is not the first */
    bool mixed;       /* a number can only be decimal, but not all of them are */
    const char *other_core; /* "a RISC-V": the text tells of no core of Arm's; or NULL */
    uint32_t bad_cfsr, bad_hfsr; /* what it calls so, and neither can hold; or 0 */
    uint32_t
            decimal_cfsr; /* what CFSR is if its number is decimal, and it may be; or 0 */
    char function[64]; /* the interrupted one, of a backtrace without addresses; or "" */
    struct {
        uint32_t addr, value;
    } memory[WHY_MEMORY]; /* words of the stack */
    size_t memory_n;
};

/* Read len bytes of text. */
void why_read(struct why *w, const char *text, size_t len);

/* What the text calls CFSR or HFSR and is none, in a sentence; false: nothing. */
bool why_impossible(const struct why *w, char *text, size_t size);

/* "Mbed OS's dump": for messages. */
const char *why_format_name(enum why_format format);

/* The word at addr, if the text has it. */
bool why_memory(const struct why *w, uint32_t addr, uint32_t *value);

/* ---- the instruction ----------------------------------------------------------- */

/* The code around PC, from the firmware's file. */
struct why_code {
    bool known;        /* ETCH_FAULT_INSN of the record */
    bool decodes;      /* it is an instruction that the disassembler knows */
    bool before_known; /* the halfword in front of it, too */
    uint16_t before;
};

/* What an instruction has to do with the fault; both are whole sentences. */
struct why_insn {
    const char *what;
    const char *fix; /* in place of what the status registers alone suggest */
};

/* If the instruction tells more of a fault with this cause than the status
 * registers do: udf, bkpt, svc, a floating-point instruction that this core lacks,
 * Arm code, or one that is fine, so that something else was executed. NULL: no. */
const struct why_insn *why_instruction(
        const struct etch_fault *f, enum etch_fault_cause cause, struct why_code code);

#endif
