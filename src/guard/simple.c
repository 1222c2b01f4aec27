/* SPDX-License-Identifier: MIT */
#include "flash/flash.h"
#include "guard/guard_priv.h"
#include "port/cpu.h"

/* The first window that is not open as things are, why saying what refuses it;
 * NULL: all are. */
static struct etch_guard_window *closed_window(struct etch_guard *g,
        struct etch_mpu_piece *why, enum etch_guard_plan plan, struct cm4_mpu_regs *regs)
{
    for (uint32_t i = 0; i < ETCH_GUARD_WINDOWS; i++) {
        struct etch_guard_window *w = &g->window[i];
        why->addr = w->addr;
        why->left = w->len;
        why->what = w->what;
        w->plan = plan;
        if (w->what && etch_mpu_fix(why, ETCH_MPU_ALL, regs)) {
            return w;
        }
    }
    return NULL;
}

enum etch_err apply_simply(struct etch_guard *g, struct etch_guard_window *fresh,
        struct cm4_mpu_regs *regs, const struct guard_simple *how)
{
    enum etch_err err = ETCH_OK;
    struct etch_mpu_piece second; /* cppcheck-suppress unusedVariable ; its address is */
    struct etch_mpu_piece *why = &g->why;
    for (;;) {
        how->prepare(g);
        struct etch_guard_window *w = closed_window(g, why, how->plan, regs);
        if (!w) {
            return err;
        }
        drop(w, fresh);
        err = ETCH_E_MPU;
        why = &second; /* what refused first is what is told */
    }
}

/* The first store of a call asks for all of its span. */
enum etch_err store_in_window(
        const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n)
{
    struct etch_guard *g = f->config->gate->ctx;
    uint32_t len = addr == f->span.addr ? f->span.len : n;
    uint32_t id;
    uint32_t mask = cpu_irq_save();
    enum etch_err err = etch_guard_open(g, addr, len, ETCH_GUARD_WRITE, &id);
    if (!err) {
        etch_flash_store(addr, data, n);
        (void)etch_guard_close(g, id);
    }
    cpu_irq_restore(mask);
    return err;
}
