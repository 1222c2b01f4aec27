/* SPDX-License-Identifier: MIT */
#include "flash/flash.h"
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

enum { LINE = 32 };

/* Is what was worked out still true? It is for these addresses while the
 * region that will change is as it was; in particular, still free. */
static bool is_aimed(const struct etch_guard *g, struct cm4_mpu_regs *regs, uint32_t addr)
{
    const struct etch_mpu_region *was = &g->shot.was;
    if (addr - g->why.addr >= g->shot.run) {
        return false;
    }
    mmio_write32(&regs->rnr, (uint32_t)g->why.region);
    uint32_t differs = mmio_read32(&regs->rbar) ^ was->rbar;
    differs |= mmio_read32(&regs->rasr) ^ was->rasr;
    return !differs;
}

/* Work out the change for a store to the line, and select its region. A free
 * region covers 32 bytes and can follow the store as far as the region reaches
 * that refuses; nothing else is relied upon another time, nor is that if a region
 * above it is rewritten by others. False: refused. */
static bool aim(struct etch_guard *g, struct cm4_mpu_regs *regs, uint32_t line)
{
    uint32_t reserved = g->config->reserved;
    g->why.addr = line;
    g->why.left = LINE;
    g->why.what = ETCH_GUARD_WRITE;
    enum etch_guard_plan plan = etch_mpu_fix(regs, &g->why, reserved);
    g->shot.run = 0;
    if (plan == ETCH_GUARD_REFUSED) {
        return false;
    }
    if (plan) {
        mmio_write32(&regs->rnr, (uint32_t)g->why.region);
    }
    g->shot.was.rbar = mmio_read32(&regs->rbar);
    g->shot.was.rasr = mmio_read32(&regs->rasr);
    if (!plan) {
        g->why.to.rbar = g->shot.was.rbar;
        g->why.to.rasr = g->shot.was.rasr;
    }
    if (plan == ETCH_GUARD_OVERLAY && !(reserved >> g->why.region)) {
        g->shot.run = g->why.run;
    }
    return true;
}

/* A region that moves is off before and after, so it is off whenever it does. A
 * DSB suffices: it is about a store, not a fetch. */
enum etch_err store_alone(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    struct etch_guard *g = f->config->gate->ctx;
    enum etch_err err = ETCH_E_MPU;
    struct held held;
    struct cm4_mpu_regs *regs = hold_mpu(&held, &g->why);
    if (regs) {
        uint32_t line = addr & ~(LINE - 1u);
        bool open = true;
        if (is_aimed(g, regs, addr)) {
            g->why.to.rbar = line;
        } else {
            open = aim(g, regs, line);
        }
        if (open) {
            mmio_write32(&regs->rbar, g->why.to.rbar);
            mmio_write32(&regs->rasr, g->why.to.rasr);
            cpu_dsb();
            etch_flash_store(addr, data, n);
            mmio_write32(&regs->rasr, g->shot.was.rasr);
            mmio_write32(&regs->rbar, g->shot.was.rbar);
            err = ETCH_OK;
        }
        release_mpu(regs, &held);
    }
    return err;
}
