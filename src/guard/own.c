/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

/* A region that moves is off while it does: enabled, it would lie somewhere
 * between for an instant, over the running code perhaps. One that stays where
 * it is changes in a single store. */
static void put_region(struct cm4_mpu_regs *regs, const struct etch_mpu_region *r)
{
    if (mmio_read32(&regs->rbar) != r->rbar) {
        mmio_write32(&regs->rasr, 0);
        mmio_write32(&regs->rbar, r->rbar);
    }
    mmio_write32(&regs->rasr, r->rasr);
    cpu_dsb();
    cpu_isb();
}

/* What the regions are without our windows. What is not as we left it, somebody
 * has written since: it is his. */
static void take_what_is_not_ours(struct etch_guard *g)
{
    struct etch_mpu live;
    take_mpu(g->shot.regs, &live);
    g->was.ctrl = live.ctrl;
    g->was.reserved = g->config->reserved;
    for (uint32_t n = 0; n < ETCH_MPU_REGIONS; n++) {
        if (live.region[n].rbar != g->now.region[n].rbar ||
                live.region[n].rasr != g->now.region[n].rasr) {
            g->was.region[n] = live.region[n];
        }
    }
}

/* What the regions are to be with our windows. One that is refused is left out,
 * and nothing of what was tried for it stays. */
static enum etch_err plan_windows(struct etch_guard *g, struct etch_mpu *m)
{
    enum etch_err err = ETCH_OK;
    *m = g->was;
    for (uint32_t i = 0; i < ETCH_GUARD_WINDOWS; i++) {
        struct etch_guard_window *w = &g->window[i];
        if (!w->what) {
            continue;
        }
        struct etch_mpu before = *m;
        struct etch_mpu_piece p = range_of(w->addr, w->len, w->what);
        w->plan = etch_mpu_plan(m, &p);
        if (w->plan == ETCH_GUARD_REFUSED) {
            *m = before;
            g->why = p;
            err = ETCH_E_MPU;
        }
    }
    return err;
}

static enum etch_err apply(struct etch_guard *g, bool strict)
{
    struct cm4_mpu_regs *regs = g->shot.regs;
    struct etch_mpu next;
    uint32_t mask = cpu_irq_save();
    take_what_is_not_ours(g);
    enum etch_err err = plan_windows(g, &next);
    if (!err || !strict) {
        uint32_t rnr = mmio_read32(&regs->rnr);
        g->now = next;
        for (uint32_t n = 0; n < ETCH_MPU_REGIONS; n++) {
            mmio_write32(&regs->rnr, n);
            put_region(regs, &next.region[n]);
        }
        mmio_write32(&regs->rnr, rnr);
        g->shot.at.run = 0;
    }
    cpu_irq_restore(mask);
    return err;
}

const struct etch_guard_backend etch_guard_own = {apply, store_shot};
