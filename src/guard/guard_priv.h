/* guard_priv.h - the inside of the guard.
 *
 *   plan.c  cover.c   what the MPU allows and how to change that; pure
 *   guard.c      the set of windows
 *   own.c        windows in the MPU's regions
 *   shot.c       store mode in the MPU's regions
 *   none.c  framework.c   the other back-ends; simple.c: what they share
 *   look.c       a look before the leap
 *   scope.c      windows that close themselves
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GUARD_GUARD_PRIV_H
#define ETCH_GUARD_GUARD_PRIV_H

#include "guard/guard.h"

static inline struct cm4_mpu_regs *mpu_regs(void)
{
    return (struct cm4_mpu_regs *)(uintptr_t)CM4_MPU_REGS;
}

/* Read the MPU's registers into m. Interrupts are masked. */
void take_mpu(struct cm4_mpu_regs *regs, struct etch_mpu *m);

/* The range [addr, addr + len), rounded out to the MPU's grain. */
static inline struct etch_mpu_piece range_of(uint32_t addr, uint32_t len, uint32_t what)
{
    uint32_t before = addr % 32;
    return (struct etch_mpu_piece){
            .addr = addr - before, .left = (before + len + 31) & ~31u, .what = what};
}

/* Store mode in the MPU's own regions. */
enum etch_err store_shot(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);

/* Store mode by means of a window, for back-ends that have no better. */
enum etch_err store_in_window(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);

/* See which windows are open as things are, and fill in their plans: then it
 * is this one, or REFUSED. ETCH_E_MPU: one is not open. */
enum etch_err check_windows(struct etch_guard *g, enum etch_guard_plan plan);

#endif
