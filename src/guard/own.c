/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "port/cpu.h"
#include "port/mmio.h"

/* Make region n, of which we know r, what it shall be; r->was: what it is without
 * our windows. What is not as we left it, somebody has written since: it is his,
 * and that is what the region is without them. One that moves is off while it
 * does: enabled, it would lie somewhere between for an instant, over the running
 * code perhaps. One that stays where it is changes in a single store. */
static __attribute__((noinline)) void put(struct etch_guard_region *r,
        const struct etch_mpu_region *to, uint32_t n, struct cm4_mpu_regs *regs)
{
    mmio_write32(&regs->rnr, n);
    uint32_t rbar = mmio_read32(&regs->rbar);
    uint32_t rasr = mmio_read32(&regs->rasr);
    if (rbar != r->now.rbar || rasr != r->now.rasr) {
        r->was.rbar = rbar;
        r->was.rasr = rasr;
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

/* Open the window as far as it can be. */
static inline enum etch_guard_plan open_one(struct etch_guard *g,
        struct etch_guard_window *w, struct etch_mpu_piece *p, struct cm4_mpu_regs *regs)
{
    p->addr = w->addr;
    p->left = w->len;
    p->what = w->what;
    w->plan = ETCH_GUARD_NOTHING;
    for (;;) {
        enum etch_guard_plan plan = etch_mpu_fix(p, g->config->reserved, regs);
        if (plan <= ETCH_GUARD_NOTHING) {
            return plan;
        }
        if (plan > w->plan) {
            w->plan = plan;
        }
        put(&g->region[p->region], &p->to, (uint32_t)p->region, regs);
    }
}

/* All is taken back and worked out anew, so windows may be closed in any order.
 * False: one is refused; it has been taken out of the set. */
static inline bool open_all(struct etch_guard *g, struct etch_guard_window *fresh,
        struct etch_mpu_piece *p, struct cm4_mpu_regs *regs)
{
    for (uint32_t n = ETCH_MPU_REGIONS; n-- > 0;) {
        put(&g->region[n], &g->region[n].was, n, regs);
    }
    for (struct etch_guard_window *w = g->window; w < g->window + ETCH_GUARD_WINDOWS;
            w++) {
        if (w->what && open_one(g, w, p, regs)) {
            drop(w, fresh);
            return false;
        }
    }
    return true;
}

static enum etch_err apply(
        struct etch_guard *g, struct etch_guard_window *fresh, struct cm4_mpu_regs *regs)
{
    enum etch_err err = ETCH_OK;
    struct etch_mpu_piece second; /* cppcheck-suppress unusedVariable ; its address is */
    struct etch_mpu_piece *p = &g->why;
    g->reach = 0;
    while (!open_all(g, fresh, p, regs)) {
        err = ETCH_E_MPU;
        p = &second; /* what refused first is what is told */
    }
    cpu_dsb();
    cpu_isb(); /* it may be about code */
    return err;
}

const struct etch_guard_backend etch_guard_own = {apply, store_alone};
