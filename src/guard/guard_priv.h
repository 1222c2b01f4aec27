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

/* What is to be done with the MPU. RNR may be left anywhere. */
typedef enum etch_err guard_work(
        struct etch_mpu_piece *why, struct cm4_mpu_regs *regs, void *what);

/* Do it with interrupts masked, and put RNR and the mask back. An unprivileged
 * caller gets ETCH_E_RIGHTS, and nothing is done. */
enum etch_err with_mpu(struct etch_mpu_piece *why, void *what, guard_work *work);

_Static_assert(offsetof(struct etch_guard, why) == 0, "guard_of relies on it");

/* The guard whose why this is. */
static inline struct etch_guard *guard_of(struct etch_mpu_piece *why)
{
    void *at = why;
    return at;
}

/* Store mode in the MPU's own regions. */
enum etch_err store_alone(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);

/* Store mode by means of a window, for back-ends that have no better. */
enum etch_err store_in_window(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);

/* etch_guard_backend.apply where windows are open or not, whatever the guard does:
 * the first that is not open as things are, else the last. Their plan is this one. */
struct etch_guard_window *closed_window(
        struct etch_guard *g, struct etch_mpu_piece *why, enum etch_guard_plan plan);

#endif
