/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

void take_mpu(struct cm4_mpu_regs *regs, struct etch_mpu *m)
{
    uint32_t rnr = mmio_read32(&regs->rnr);
    m->ctrl = mmio_read32(&regs->ctrl);
    for (uint32_t n = 0; n < ETCH_MPU_REGIONS; n++) {
        mmio_write32(&regs->rnr, n);
        m->region[n].rbar = mmio_read32(&regs->rbar);
        m->region[n].rasr = mmio_read32(&regs->rasr);
    }
    mmio_write32(&regs->rnr, rnr);
}

bool etch_guard_would_fault(
        uint32_t addr, uint32_t len, uint32_t what, struct etch_mpu_piece *why)
{
    struct etch_mpu m;
    why->addr = addr;
    why->left = len;
    why->what = what;
    why->region = ETCH_MPU_UNPRIVILEGED;
    if (cpu_unprivileged()) {
        return true;
    }
    uint32_t mask = cpu_irq_save();
    take_mpu(mpu_regs(), &m);
    cpu_irq_restore(mask);
    return etch_mpu_seek(&m, why);
}
