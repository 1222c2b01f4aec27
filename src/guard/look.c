/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "hw/reg.h"
#include "port/cpu.h"
#include "port/mmio.h"

enum etch_err with_mpu(struct etch_mpu_piece *why, void *what, guard_work *work)
{
    uint32_t mask = cpu_irq_save();
    if (!cpu_irq_masked()) {
        return ETCH_E_RIGHTS;
    }
    struct cm4_mpu_regs *regs = mmio_at(CM4_MPU_REGS);
    uint32_t rnr = mmio_read32(&regs->rnr);
    enum etch_err err = work(why, regs, what);
    mmio_write32(&regs->rnr, rnr);
    cpu_dsb(); /* what was closed is closed before anybody else runs */
    cpu_isb(); /* it may be about code */
    cpu_irq_restore(mask);
    return err;
}

static enum etch_err look(
        struct etch_mpu_piece *why, struct cm4_mpu_regs *regs, void *what)
{
    (void)what;
    return (enum etch_err)etch_mpu_fix(why, regs);
}

enum etch_err etch_guard_look(struct etch_mpu_piece *why)
{
    return with_mpu(why, why, look);
}
