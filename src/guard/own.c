/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

/* Make region n what it shall be; to is NULL: what it is without our windows.
 * What is not as we left it, somebody has written since: it is his, and that
 * is what the region is without them. One that moves is off while it does:
 * enabled, it would lie somewhere between for an instant, over the running code
 * perhaps. One that stays where it is changes in a single store. */
static __attribute__((noinline)) void put(struct cm4_mpu_regs *regs, struct etch_guard *g,
        uint32_t n, const struct etch_mpu_region *to)
{
    struct etch_guard_region *r = &g->region[n];
    mmio_write32(&regs->rnr, n);
    uint32_t rbar = mmio_read32(&regs->rbar);
    uint32_t rasr = mmio_read32(&regs->rasr);
    if (rbar != r->now.rbar || rasr != r->now.rasr) {
        r->was.rbar = rbar;
        r->was.rasr = rasr;
    }
    if (!to) {
        to = &r->was;
    }
    uint32_t to_rbar = to->rbar; /* read once: to may be in r */
    uint32_t to_rasr = to->rasr;
    r->now.rbar = to_rbar;
    r->now.rasr = to_rasr;
    if (rbar != to_rbar) {
        mmio_write32(&regs->rasr, 0);
        mmio_write32(&regs->rbar, to_rbar);
    }
    mmio_write32(&regs->rasr, to_rasr);
}

/* All is taken back and worked out anew, so windows may be closed in any order. */
static struct etch_guard_window *apply(
        struct etch_guard *g, struct cm4_mpu_regs *regs, struct etch_mpu_piece *p)
{
    g->shot.run = 0;
    for (uint32_t n = 0; n < ETCH_MPU_REGIONS; n++) {
        put(regs, g, n, NULL);
    }
    for (struct etch_guard_window *w = g->window; w < g->window + ETCH_GUARD_WINDOWS;
            w++) {
        enum etch_guard_plan plan;
        if (!w->what) {
            continue;
        }
        p->addr = w->addr;
        p->left = w->len;
        p->what = w->what;
        w->plan = ETCH_GUARD_NOTHING;
        while ((plan = etch_mpu_fix(regs, p, g->config->reserved))) {
            if (plan == ETCH_GUARD_REFUSED) {
                return w;
            }
            if (plan > w->plan) {
                w->plan = plan;
            }
            put(regs, g, (uint32_t)p->region, &p->to);
        }
    }
    cpu_dsb();
    cpu_isb(); /* it may be about code */
    return NULL;
}

const struct etch_guard_backend etch_guard_own = {apply, store_alone};
