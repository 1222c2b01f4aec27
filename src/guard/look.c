/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"

struct cm4_mpu_regs *hold_mpu(struct held *held, struct etch_mpu_piece *why)
{
    struct cm4_mpu_regs *regs = mmio_at(CM4_MPU_REGS);
    if (cpu_unprivileged()) {
        why->region = ETCH_MPU_UNPRIVILEGED;
        return NULL;
    }
    held->mask = cpu_irq_save();
    held->rnr = mmio_read32(&regs->rnr);
    return regs;
}

void release_mpu(struct cm4_mpu_regs *regs, const struct held *held)
{
    mmio_write32(&regs->rnr, held->rnr);
    cpu_dsb(); /* what was closed is closed before anybody else runs */
    cpu_irq_restore(held->mask);
}

bool etch_guard_would_fault(
        uint32_t addr, uint32_t len, uint32_t what, struct etch_mpu_piece *why)
{
    why->addr = addr;
    why->left = len;
    why->what = what;
    struct held held;
    struct cm4_mpu_regs *regs = hold_mpu(&held, why);
    enum etch_guard_plan plan = ETCH_GUARD_REFUSED;
    if (regs) {
        plan = etch_mpu_fix(regs, why, ETCH_MPU_ALL);
        release_mpu(regs, &held);
    }
    return plan != ETCH_GUARD_NOTHING;
}
