/* SPDX-License-Identifier: MIT */
#include "flash/flash.h"
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

enum { LINE = 32 };

/* Is what was worked out still true? It is for these addresses while the
 * region that will change is as it was; in particular, still free. */
static bool is_aimed(const struct etch_guard_shot *s, uint32_t addr)
{
    struct cm4_mpu_regs *regs = s->regs;
    mmio_write32(&regs->rnr, s->n);
    return addr - s->at.addr < s->at.run && mmio_read32(&regs->ctrl) == s->ctrl &&
           mmio_read32(&regs->rbar) == s->was.rbar &&
           mmio_read32(&regs->rasr) == s->was.rasr;
}

/* Work out the one region to change for a store to addr. A free one covers 32
 * bytes and can follow the store as far as the region reaches that refuses.
 * Where all is allowed already, region 0 stays what it is. */
static void aim(struct etch_guard *g, uint32_t addr)
{
    struct etch_guard_shot *s = &g->shot;
    struct etch_mpu m;
    take_mpu(s->regs, &m);
    m.reserved = g->config->reserved;
    s->ctrl = m.ctrl;
    s->at.addr = addr & ~(LINE - 1u);
    s->at.left = ~0u;
    s->at.what = ETCH_GUARD_WRITE;
    etch_mpu_decide(&m, &s->at);
    s->plan = etch_mpu_fix(&m, &s->at);
    s->n = s->at.region < 0 ? 0 : (uint32_t)s->at.region;
    s->open = m.region[s->n].rasr;
    mmio_write32(&s->regs->rnr, s->n);
    s->was.rbar = mmio_read32(&s->regs->rbar);
    s->was.rasr = mmio_read32(&s->regs->rasr);
}

/* An overlay is off before and after, so it is off whenever it moves; the other
 * means move nothing. A DSB suffices: it is about a store, not a fetch. */
static void store_through(
        const struct etch_guard_shot *s, uint32_t addr, const uint8_t *data, uint32_t n)
{
    struct cm4_mpu_regs *regs = s->regs;
    bool moves = s->plan == ETCH_GUARD_OVERLAY;
    if (moves) {
        mmio_write32(&regs->rbar, addr & ~(LINE - 1u));
    }
    mmio_write32(&regs->rasr, s->open);
    cpu_dsb();
    etch_flash_store(addr, data, n);
    mmio_write32(&regs->rasr, s->was.rasr);
    if (moves) {
        mmio_write32(&regs->rbar, s->was.rbar);
    }
}

enum etch_err store_shot(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    struct etch_guard *g = f->config->gate->ctx;
    struct etch_guard_shot *s = &g->shot;
    enum etch_err err = ETCH_E_MPU;
    if (cpu_unprivileged()) {
        return err;
    }
    uint32_t mask = cpu_irq_save();
    uint32_t rnr = mmio_read32(&s->regs->rnr);
    if (!is_aimed(s, addr)) {
        aim(g, addr);
    }
    if (s->plan != ETCH_GUARD_REFUSED) {
        store_through(s, addr, data, n);
        err = ETCH_OK;
    }
    mmio_write32(&s->regs->rnr, rnr);
    cpu_dsb(); /* closed before anybody else runs */
    cpu_irq_restore(mask);
    return err;
}

static enum etch_err apply(struct etch_guard *g, bool strict)
{
    (void)g;
    (void)strict;
    return ETCH_E_MPU;
}

const struct etch_guard_backend etch_guard_own_stores = {apply, store_shot};
