/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "port/mmio.h"

/* Make the regions what they are without our windows. What is not as we left it,
 * somebody has written since: it is his. A region that was moved was off before: it
 * is off again when it is moved back. Enabled, it would lie somewhere between for an
 * instant, over the running code perhaps. From the top down: what shows through a hole
 * is what it was only when the hole is closed. */
static inline void take_back(struct etch_guard *g, struct cm4_mpu_regs *regs)
{
    uint32_t n = ETCH_MPU_REGIONS;
    do {
        struct etch_guard_region *r = &g->region[--n];
        mmio_write32(&regs->rnr, n);
        struct etch_mpu_region is;
        is.rbar = mmio_read32(&regs->rbar);
        is.rasr = mmio_read32(&regs->rasr);
        if (is.rbar == r->now.rbar && is.rasr == r->now.rasr) {
            is = r->was;
            mmio_write32(&regs->rasr, is.rasr);
            mmio_write32(&regs->rbar, is.rbar);
        }
        r->was = is;
        r->now = is;
    } while (n > 0);
}

/* Open the window as far as it can be. An overlay is moved while it is off; a region
 * that stays where it is changes in a single store. */
static inline enum etch_guard_plan open_one(struct etch_guard *g,
        struct etch_guard_window *w, struct etch_mpu_piece *p, struct cm4_mpu_regs *regs)
{
    p->range = w->want.range;
    w->plan = ETCH_GUARD_NOTHING;
    for (;;) {
        enum etch_guard_plan plan = etch_mpu_fix(p, regs);
        if (plan <= ETCH_GUARD_NOTHING) {
            return plan;
        }
        w->plan |= plan;
        struct etch_mpu_region to = p->to;
        g->region[p->region].now = to;
        mmio_write32(&regs->rbar, to.rbar);
        mmio_write32(&regs->rasr, to.rasr);
    }
}

/* All is taken back and worked out anew, so windows may be closed in any order. One that
 * is closed has no length, and nothing to be opened. */
static struct etch_guard_window *apply(struct etch_guard *g, struct etch_mpu_piece *why)
{
    struct cm4_mpu_regs *regs = mmio_at(CM4_MPU_REGS);
    take_back(g, regs);
    struct etch_guard_window *w = g->window;
    while (w < g->window + ETCH_GUARD_WINDOWS && !open_one(g, w, why, regs)) {
        w++;
    }
    return w;
}

const struct etch_guard_backend etch_guard_own = {apply, store_alone};
