/* rows.h - every encoding that a Cortex-M4 has, one row each, as DDI 0403E A5,
 * A6 and A7.7 give them. Written apart from the decoder that it helps to judge.
 *
 * bits: '0' and '1' as they are; letters are fields, gathered from the left
 * when they are torn apart. Blanks mean nothing.
 *   d n m t a h   registers: three bits r0-r7, four bits r0-r12 and lr (h: Rt2,
 *                 RdLo); the rules say what else
 *   i             an immediate, borders preferred
 *   l             a register list
 *   e             D:Vd of a floating-point list
 *   u             the U bit: the offset is added
 *   k             the shift of an index register
 *   c             a condition
 *   w             a width or an upper bit, tied to i
 *   x             anything
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_ROWS_H
#define ETCH_ORACLE_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* What must stand around the instruction so that it can run. */
enum shape {
    PLAIN,    /* nothing */
    MEMORY,   /* base and immediate: rows' width, scale; the base is set */
    INDEXED,  /* base and index register */
    SP_BASED, /* SP and immediate: SP is moved for it */
    LIST,     /* LDM, STM with a base register */
    FP_LIST,  /* VLDM, VSTM; scale: words a register */
    PUSH,     /* scale: words a register; 0: a single register t */
    POP,      /* the same */
    SP_MOVE,  /* adds i x scale to SP; negative with NEGATIVE */
    SP_SUM,   /* adds Rm, shifted by k */
    SP_COPY,  /* MOV SP, Rm */
    BRANCH,   /* scale: the form of the offset, enum offset_form */
    JUMP,     /* to the address in Rm */
    JUMP_SUM, /* ADD PC, Rm */
    LOAD_PC,  /* MEMORY whose target is PC; the pointer is stored first */
    LOAD_PC_INDEXED,
    LIST_PC, /* LDM with PC */
    POP_PC,
    TABLE,     /* TBB (width 1), TBH (width 2) */
    EXCLUSIVE, /* LDREX, STREX in a pair; the partner's row is next or before */
    SET_CONTROL,
    SET_SP, /* MSR MSP, PSP */
    SET_FAULTMASK,
    SET_PRIORITY, /* MSR BASEPRI: four bits, as all STM32F4 have */
    DIVIDE,
    WAIT_EVENT,
    WAIT_INTERRUPT,
    PEND,      /* STR to ICSR or NVIC_ISPR0; the value follows from scale */
    CONDITION, /* IT */
    SHAPES
};

enum offset_form { OFFSET_8, OFFSET_11, OFFSET_20, OFFSET_24, OFFSET_CB };

enum rule {
    N_SP = 1 << 0,     /* Rn may be SP */
    M_SP = 1 << 1,     /* Rm may be SP */
    M_PC = 1 << 2,     /* Rm may be PC */
    HIGH = 1 << 3,     /* Rn or Rm is above r7 */
    NOT_ZERO = 1 << 4, /* i is not 0 */
    MODIFIED = 1 << 5, /* i is a modified immediate (A5.3.2) */
    FIELD = 1 << 6,    /* i + w < 32 */
    TOP_BIT = 1 << 7,  /* w >= i */
    NEGATIVE = 1 << 8, /* the offset is subtracted */
    POST = 1 << 9,     /* and applied afterwards */
    ALIGNED = 1 << 10, /* unaligned faults, whatever CCR says */
    STORES = 1 << 11,
    NOT_IN_IT = 1 << 12,
    LAST_IN_IT = 1 << 13,
    FAULTS = 1 << 14, /* always */
    SAME = 1 << 15,   /* Rn and Rm are one */
    DOWN = 1 << 16,   /* the list is below the base */
    LOOSE = 1 << 17,  /* the target's bit 0 does not matter */
    RARE = 1 << 18    /* chosen seldom: it ends blocks, or is slow */
};

struct row {
    const char *name;
    const char *bits;
    enum shape shape;
    unsigned width;     /* bytes accessed */
    unsigned scale;     /* of the immediate */
    uint32_t rules;     /* enum rule */
    const char *differ; /* pairs of fields that must not be one register */
};

extern const struct row rows[];
extern const size_t row_count;

/* By name; it must be there. */
const struct row *row_named(const char *name);

#endif
