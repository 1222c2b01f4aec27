/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

/* A region that moves is off while it does: enabled, it would lie somewhere
 * between for an instant, over the running code perhaps. One that stays where
 * it is changes in a single store. */
void put_region(struct cm4_mpu_regs *regs, const struct etch_mpu_region *r)
{
    if (mmio_read32(&regs->rbar) != r->rbar) {
        mmio_write32(&regs->rasr, 0);
        mmio_write32(&regs->rbar, r->rbar);
    }
    mmio_write32(&regs->rasr, r->rasr);
    cpu_dsb();
    cpu_isb();
}
