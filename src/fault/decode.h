/* decode.h - from the registers of a fault to what happened, why, and what to
 * do about it.
 *
 * What it is: a record of what is known about a fault, the decoder of it, and
 * its words. The record is the same whether the chip captured it (fault.h) or
 * somebody pasted it from a crash dump; it says of each register whether it is
 * known, and the decoder says what else it would need. Pure: the chip and the
 * program `etch why` use the same code.
 *
 * What it remembers: nothing; no call allocates, waits or locks, and any
 * context may call. Power loss has nothing to spoil.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FAULT_DECODE_H
#define ETCH_FAULT_DECODE_H

#include <stdbool.h>
#include <stdint.h>

/* ---- what is known --------------------------------------------------------- */

/* The words of a record; frozen, for records lie on flash: new ones are added
 * before ETCH_FAULT_WORDS and make it another version. */
enum etch_fault_word {
    /* the stacked frame, in its order */
    ETCH_FAULT_R0,
    ETCH_FAULT_R1,
    ETCH_FAULT_R2,
    ETCH_FAULT_R3,
    ETCH_FAULT_R12,
    ETCH_FAULT_LR,
    ETCH_FAULT_PC,
    ETCH_FAULT_PSR,
    /* what the handler found */
    ETCH_FAULT_MPU_CTRL,
    ETCH_FAULT_MSP,
    ETCH_FAULT_PSP,
    ETCH_FAULT_CONTROL,
    ETCH_FAULT_PRIMASK,
    ETCH_FAULT_BASEPRI,
    ETCH_FAULT_VECTOR, /* number of the exception taken, IPSR: 3 HardFault ... */
    ETCH_FAULT_EXC_RETURN,
    ETCH_FAULT_R4,
    ETCH_FAULT_R5,
    ETCH_FAULT_R6,
    ETCH_FAULT_R7,
    ETCH_FAULT_R8,
    ETCH_FAULT_R9,
    ETCH_FAULT_R10,
    ETCH_FAULT_R11,
    /* the system control block, from 0xE000ED24 on, and VTOR */
    ETCH_FAULT_SHCSR,
    ETCH_FAULT_CFSR,
    ETCH_FAULT_HFSR,
    ETCH_FAULT_DFSR,
    ETCH_FAULT_MMFAR,
    ETCH_FAULT_BFAR,
    ETCH_FAULT_VTOR,
    /* the flash controller */
    ETCH_FAULT_FLASH_SR,
    ETCH_FAULT_FLASH_CR,
    /* the driver's last call: its span and its report (flash.h) */
    ETCH_FAULT_OP_ADDR,
    ETCH_FAULT_OP_DATA,
    ETCH_FAULT_OP_LEN,
    ETCH_FAULT_OP_SR,
    ETCH_FAULT_OP_STALE,
    ETCH_FAULT_OP_AT,
    /* the MPU's regions: RBAR and RASR of each */
    ETCH_FAULT_RBAR0,
    ETCH_FAULT_RASR0,
    ETCH_FAULT_MPU_END = ETCH_FAULT_RBAR0 + 16,
    /* the guard's windows (guard.h): address, length, kind, id and plan of each;
     * kind 0 is none */
    ETCH_FAULT_WINDOW0 = ETCH_FAULT_MPU_END,
    ETCH_FAULT_WINDOW_END = ETCH_FAULT_WINDOW0 + 4 * 5,
    /* what a host may know besides */
    ETCH_FAULT_SP = ETCH_FAULT_WINDOW_END, /* of the interrupted code */
    ETCH_FAULT_INSN,                       /* two halfwords at PC, the first one low */
    ETCH_FAULT_FRAMEWORK, /* whose dump it is: enum etch_fault_framework */
    ETCH_FAULT_WORDS
};

enum { ETCH_FAULT_KNOWN = (ETCH_FAULT_WORDS + 31) / 32 };

struct etch_fault {
    uint32_t magic;
    uint32_t known[ETCH_FAULT_KNOWN]; /* bit w: word[w] is known */
    uint32_t word[ETCH_FAULT_WORDS];
    uint32_t crc; /* of all before */
};

/* Is the word known? */
bool etch_fault_knows(const struct etch_fault *f, enum etch_fault_word word);

/* The word; 0 if it is not known. */
uint32_t etch_fault_get(const struct etch_fault *f, enum etch_fault_word word);

/* Make the word known.
 *
 * Cut: nothing is written to flash. */
void etch_fault_set(struct etch_fault *f, enum etch_fault_word word, uint32_t value);

/* The name of a word, as in the manual: "CFSR"; in dumps, too. Never NULL. */
const char *etch_fault_word_name(enum etch_fault_word word);

/* ---- what it means --------------------------------------------------------- */

enum etch_fault_cause {
    ETCH_FAULT_UNDECIDED,        /* too little is known: see need */
    ETCH_FAULT_NONE,             /* the registers show no fault */
    ETCH_FAULT_WRITE_REFUSED,    /* the MPU let it read, not write */
    ETCH_FAULT_ACCESS_REFUSED,   /* the MPU refused a load or a store */
    ETCH_FAULT_EXEC_REFUSED,     /* ... a fetch; or the default map did */
    ETCH_FAULT_NULL_POINTER,     /* an address near 0, refused */
    ETCH_FAULT_NULL_CALL,        /* a jump to 0 or near it */
    ETCH_FAULT_ERASED_VECTOR,    /* the vector read as erased flash */
    ETCH_FAULT_ERASED_CALL,      /* a pointer that was called did */
    ETCH_FAULT_ERASED_CODE,      /* the instruction is erased flash */
    ETCH_FAULT_STACK_OVERFLOW,   /* no room for the exception's frame */
    ETCH_FAULT_UNSTACK_REFUSED,  /* the frame could not be read back */
    ETCH_FAULT_LAZY_FP,          /* the floating-point state could not be saved */
    ETCH_FAULT_WRONG_KEY,        /* the flash controller got one */
    ETCH_FAULT_PPB_UNPRIVILEGED, /* the processor's registers, without privilege */
    ETCH_FAULT_BUS_ABSENT,       /* nothing answers at the address */
    ETCH_FAULT_BUS_IMPRECISE,    /* a store failed some time ago */
    ETCH_FAULT_BUS_FETCH,        /* nothing to execute at the address */
    ETCH_FAULT_CCM_FETCH,        /* CCM RAM has no way for instructions */
    ETCH_FAULT_UNDEFINED,        /* no such instruction */
    ETCH_FAULT_NOT_THUMB,        /* bit 0 of a jump's target was 0 */
    ETCH_FAULT_BAD_RETURN,       /* EXC_RETURN is none */
    ETCH_FAULT_NO_FPU,           /* a floating-point instruction, and it is off */
    ETCH_FAULT_UNALIGNED,
    ETCH_FAULT_DIVIDE,
    ETCH_FAULT_VECTOR_READ, /* the vector table is where nothing can be read */
    ETCH_FAULT_BREAKPOINT,  /* BKPT without a debugger */
    ETCH_FAULT_SVC_REFUSED, /* SVC where none can be taken */
    ETCH_FAULT_CAUSES
};

/* Why a fault arrived as HardFault. */
enum etch_fault_escalation {
    ETCH_FAULT_DIRECT,   /* it did not, or nothing was to be escalated */
    ETCH_FAULT_DISABLED, /* its own handler was not enabled in SHCSR */
    ETCH_FAULT_MASKED,   /* it could not interrupt what was running */
    ETCH_FAULT_ESCALATED /* one of the two; SHCSR would tell */
};

/* Whose MPU set-up it is. */
enum etch_fault_framework {
    ETCH_FAULT_ANY,
    ETCH_FAULT_MBED,
    ETCH_FAULT_ZEPHYR,
    ETCH_FAULT_FREERTOS,
    ETCH_FAULT_RIOT,
    ETCH_FAULT_CUBEMX
};

/* What would decide more, as bits. */
enum etch_fault_need {
    ETCH_FAULT_NEED_CFSR = 1,
    ETCH_FAULT_NEED_MMFAR = 2,
    ETCH_FAULT_NEED_BFAR = 4,
    ETCH_FAULT_NEED_PC = 8,
    ETCH_FAULT_NEED_MPU = 16,
    ETCH_FAULT_NEED_SHCSR = 32,
    ETCH_FAULT_NEED_PRECISE = 64, /* run again with ACTLR.DISDEFWBUF set */
    ETCH_FAULT_NEED_INSN = 128    /* which instruction it was: the firmware's ELF */
};

enum { ETCH_FAULT_NO_REGION = -1, ETCH_FAULT_REGION_UNKNOWN = -2 };

struct etch_fault_finding {
    enum etch_fault_cause cause;
    enum etch_fault_escalation escalation;
    enum etch_fault_framework framework;
    uint32_t need;        /* enum etch_fault_need */
    uint32_t addr;        /* what was accessed or executed, if has_addr */
    uint32_t first, last; /* what the deciding region covers around addr */
    uint32_t rasr;        /* of that region */
    int8_t region;        /* that decided; or none, or not known */
    uint8_t vector;       /* exception number, 0: not known */
    bool has_addr;
    bool is_write;     /* the access, certainly */
    bool is_read;      /* the access, certainly */
    bool unprivileged; /* the code, certainly */
    bool no_frame;     /* it was not stacked, or not read back: no PC, LR and R0-R3 */
    bool misplaced;    /* no code runs at PC: the frame was read from a wrong place */
    uint16_t entered;  /* exception whose vector or handler made the jump; 0: none */
};

/* What the record says. */
struct etch_fault_finding etch_fault_decode(const struct etch_fault *f);

/* ---- in words ---------------------------------------------------------------- */

/* Where text goes, a character at a time. */
struct etch_fault_sink {
    /* Take c. */
    void (*emit)(void *ctx, char c);
    void *ctx;
};

enum etch_fault_part {
    ETCH_FAULT_WHAT,  /* what happened, in a sentence */
    ETCH_FAULT_WHY,   /* which region or rule, and whose */
    ETCH_FAULT_STATE, /* flash controller, windows, last call: what else is to be known */
    ETCH_FAULT_FIX,   /* what to do */
    ETCH_FAULT_MORE,  /* what would tell more */
    ETCH_FAULT_PARTS
};

/* Say a part in whole sentences, without a newline. Nothing is said if there is
 * nothing to say. */
void etch_fault_say(const struct etch_fault *f, const struct etch_fault_finding *d,
        enum etch_fault_part part, const struct etch_fault_sink *to);

/* All parts, a line each. */
void etch_fault_explain(const struct etch_fault *f, const struct etch_fault_sink *to);

/* The record itself, NAME=value, for `etch why` or to be kept; a line of text at
 * the beginning and one at the end. */
void etch_fault_dump(const struct etch_fault *f, const struct etch_fault_sink *to);

/* Short names for machines: "write-refused". Never NULL. */
const char *etch_fault_cause_name(enum etch_fault_cause cause);

#endif
