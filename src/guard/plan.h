/* plan.h - what the MPU allows, and the smallest change that makes it allow more.
 *
 * What it is: the lookup of ARMv7-M B3.5 and the search for a change, over the
 * MPU's own registers, one region after the other. Nothing is remembered,
 * allocated or waited for, nothing but RNR is written; the caller has masked
 * interrupts (with_mpu in guard_priv.h) and puts RNR back. Power loss has
 * nothing to spoil.
 *
 * The rights meant are those of privileged code. The MPU's grain is 32 bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GUARD_PLAN_H
#define ETCH_GUARD_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "hw/cm4_mpu.h"

enum { ETCH_MPU_REGIONS = 8 }; /* of every STM32F4 */
enum { ETCH_MPU_ALL = 0xFF };  /* all of them reserved: only look */

struct etch_mpu_region {
    uint32_t rbar; /* base and number, as RBAR reads */
    uint32_t rasr;
};

/* As bits of RASR: the one that forbids to execute, and one that it does not have. */
enum etch_guard_what {
    ETCH_GUARD_WRITE = 1 << 6,
    ETCH_GUARD_EXEC = 1 << 28, /* CM4_MPU_RASR_XN */
};

/* How a piece was opened, the gentlest first; a range of several pieces has all of
 * theirs, or-ed. */
enum etch_guard_plan {
    ETCH_GUARD_NOTHING = 0, /* it was open */
    ETCH_GUARD_OVERLAY = 1, /* free regions above the one that refused: exactly it */
    ETCH_GUARD_HOLE = 2,    /* eighths of that region switched off: all that it touches */
    ETCH_GUARD_PATCH = 4,   /* other rights for that region: the whole of it */
    ETCH_GUARD_REFUSED = ETCH_E_MPU /* and below 0 */
};

enum { ETCH_MPU_BACKGROUND = -1 };

struct etch_mpu_range {
    uint32_t addr;
    uint32_t len;
    uint32_t what; /* enum etch_guard_what, one or both, and no other bit */
};

/* A range being looked through, the piece of it that was found, and a change. */
struct etch_mpu_piece {
    struct etch_mpu_range range; /* what is left of it: the piece begins at its addr */
    uint32_t reserved;           /* bit n: region n is not to be changed */
    int region;    /* decides about the piece, or ETCH_MPU_BACKGROUND; or is to change */
    uint32_t rasr; /* its rights, or those of the background as a RASR */
    uint32_t run;  /* bytes from addr on that it decides about, beyond the range perhaps;
                    * 0 where a reserved region above it may do so another time */
    uint32_t log;  /* 2 to its power is an eighth of that region */
    struct etch_mpu_region to;
};

/* Find the first piece whose rights do not suffice, and a change after which
 * they do: region, which RNR selects, shall be to, and then as much of the piece as
 * one region can cover has its rights, 32 bytes at least. An overlay's region is off;
 * any other stays where it is. range and reserved are the caller's; range is of whole
 * lines of 32 bytes if something is to be changed.
 * NOTHING: all suffice, and to is what the region that RNR selects is already; or the
 * MPU is off. REFUSED: no change would do, and region is the one that decides.
 *
 * Rights to execute, the attributes and what unprivileged code may do stay as
 * they are; but in a hole there is the background, which unprivileged code has
 * no right to. No hole shows a lower region. What is opened for executing,
 * unprivileged code may execute that may read it. What could not be read, and only
 * therefore not be executed, can be once it is opened for writing.
 * Cost: 8 regions a piece; a range of flash has few. */
enum etch_guard_plan etch_mpu_fix(struct etch_mpu_piece *p, struct cm4_mpu_regs *regs);

#endif
