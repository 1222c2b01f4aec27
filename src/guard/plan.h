/* plan.h - what the MPU allows, and how to change it so that it allows more.
 *
 * What it is: the lookup of ARMv7-M B3.5 over an image of the registers, and
 * the search for the smallest change to that image. All of it is pure: no
 * register is touched, nothing is remembered, allocated, waited for or
 * locked, any context may call, and power loss has nothing to spoil.
 *
 * The rights meant are those of privileged code. The MPU's grain is 32 bytes:
 * ranges are rounded out to it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GUARD_PLAN_H
#define ETCH_GUARD_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/cm4_mpu.h"

enum { ETCH_MPU_REGIONS = 8 }; /* of every STM32F4 */

struct etch_mpu_region {
    uint32_t rbar; /* base and number, as RBAR reads */
    uint32_t rasr;
};

/* The MPU's registers, and what may be done with them. */
struct etch_mpu {
    struct etch_mpu_region region[ETCH_MPU_REGIONS];
    uint32_t ctrl;
    uint32_t reserved; /* bit n: region n is rewritten by others; hands off */
};

enum etch_guard_what { ETCH_GUARD_WRITE = 1, ETCH_GUARD_EXEC = 2 };

/* How a range was opened, the gentlest first. */
enum etch_guard_plan {
    ETCH_GUARD_NOTHING, /* it was open */
    ETCH_GUARD_OVERLAY, /* free regions above the one that refused: exactly it */
    ETCH_GUARD_HOLE,    /* eighths of that region switched off: all that it touches */
    ETCH_GUARD_PATCH,   /* other rights for that region: the whole of it */
    ETCH_GUARD_REFUSED
};

enum { ETCH_MPU_BACKGROUND = -1, ETCH_MPU_UNPRIVILEGED = -2 };

/* A range being looked through, and the piece of it that was found. */
struct etch_mpu_piece {
    uint32_t addr; /* of the piece; before: where to look from */
    uint32_t left; /* bytes from there to the end of the range */
    uint32_t what; /* enum etch_guard_what, one or both */
    int region;    /* decides about the piece; or ETCH_MPU_BACKGROUND */
    uint32_t rasr; /* its rights, or those of the background as a RASR */
    uint32_t run;  /* bytes from addr on that it decides about alike */
};

/* Fill region, rasr and run of p for the byte at p->addr.
 * Cost: 8 regions. */
void etch_mpu_decide(const struct etch_mpu *m, struct etch_mpu_piece *p);

/* Move p to the first piece whose rights do not suffice. False: they all do.
 * Cost: 8 regions a piece; a range of flash has few. */
bool etch_mpu_seek(const struct etch_mpu *m, struct etch_mpu_piece *p);

/* Change m so that the first 32 bytes of the piece, at least, have the rights
 * that it lacks; p->addr is a multiple of 32, and p as etch_mpu_decide left it.
 * Afterwards p->region is the one that was changed, and p->run how far from
 * p->addr the same change serves: as it is, or, an overlay being 32 bytes, if
 * it were moved.
 *
 * Rights to execute, the attributes and what unprivileged code may do stay as
 * they are; but in a hole there is the background, which unprivileged code has
 * no right to, or for a part of the eighth a lower region: with interrupts
 * masked that is nobody's. What is opened for executing, unprivileged code may
 * execute that may read it. */
enum etch_guard_plan etch_mpu_fix(struct etch_mpu *m, struct etch_mpu_piece *p);

/* Change m so that all of range has the rights in range->what, and say by
 * which means: the strongest that was needed. range->addr and ->left are
 * multiples of 32; afterwards range says where it was refused. No hole shows a
 * lower region. After ETCH_GUARD_REFUSED m means nothing. */
enum etch_guard_plan etch_mpu_plan(struct etch_mpu *m, struct etch_mpu_piece *range);

#endif
