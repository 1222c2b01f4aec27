/* guard_priv.h - the inside of the guard.
 *
 *   plan.c       what the MPU allows, and the change that makes it allow more
 *   look.c       the MPU to oneself; a look before the leap
 *   store.c      store mode: one change, for one store
 *   guard.c      the set of windows
 *   own.c        windows in the MPU's regions; stores.c: none, store mode alone
 *   none.c  framework.c   the other back-ends; simple.c: what they share
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GUARD_GUARD_PRIV_H
#define ETCH_GUARD_GUARD_PRIV_H

#include "guard/guard.h"

/* What release_mpu puts back. */
struct held {
    uint32_t mask;
    uint32_t rnr;
};

/* Mask interrupts and note RNR. NULL: the caller is unprivileged; nothing is
 * done, but why says so. */
struct cm4_mpu_regs *hold_mpu(struct held *held, struct etch_mpu_piece *why);
void release_mpu(struct cm4_mpu_regs *regs, const struct held *held);

/* Store mode in the MPU's own regions. */
enum etch_err store_alone(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);

/* Store mode by means of a window, for back-ends that have no better. */
enum etch_err store_in_window(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);

/* The first window that is not open as things are, why saying what refuses it;
 * NULL: all are. Their plan is this one, or REFUSED. */
struct etch_guard_window *closed_window(struct etch_guard *g, struct cm4_mpu_regs *regs,
        struct etch_mpu_piece *why, enum etch_guard_plan plan);

#endif
