/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"

/* The window with this id, 0 being that of one not in use; else the last. */
static struct etch_guard_window *find(struct etch_guard *g, uint32_t id)
{
    struct etch_guard_window *w = g->window;
    while (w->id != id && w < g->window + ETCH_GUARD_WINDOWS) {
        w++;
    }
    return w;
}

/* Bring the hardware in line with the windows, this one being new or closed. What
 * cannot be open is closed: this one, so that the others stay, or one that has
 * become impossible. */
static enum etch_err settle(
        struct etch_guard *g, struct cm4_mpu_regs *regs, struct etch_guard_window *w)
{
    enum etch_err err = ETCH_OK;
    struct etch_mpu_piece second; /* cppcheck-suppress unusedVariable ; its address is */
    struct etch_mpu_piece *why = &g->why;
    struct etch_guard_window *refused;
    while ((refused = g->config->backend->apply(g, regs, why))) {
        if (w->id) {
            refused = w;
        }
        refused->what = 0;
        refused->id = 0;
        err = ETCH_E_MPU;
        why = &second; /* what refused first is what is told */
    }
    return err;
}

/* Make the window with this id, 0 for a free one, another; none, if it is for
 * nothing. Interrupts are masked from the search on: they may open windows, too. */
static enum etch_err change(
        struct etch_guard *g, uint32_t addr, uint32_t len, uint32_t what, uint32_t *id)
{
    struct held held;
    struct cm4_mpu_regs *regs = hold_mpu(&held, &g->why);
    if (!regs) {
        return ETCH_E_MPU;
    }
    struct etch_guard_window *w = find(g, *id);
    enum etch_err err = what ? ETCH_E_NOSPACE : ETCH_E_NOENT;
    if (w->id == *id && !(what && w == g->window + ETCH_GUARD_WINDOWS)) {
        w->addr = addr & ~31u;
        w->len = ((addr + len + 31) & ~31u) - w->addr;
        w->what = what;
        w->id = *id = what ? ++g->ids : 0;
        err = settle(g, regs, w);
    }
    release_mpu(regs, &held);
    return err;
}

enum etch_err etch_guard_open(
        struct etch_guard *g, uint32_t addr, uint32_t len, uint32_t what, uint32_t *id)
{
    *id = 0;
    return change(g, addr, len, what, id);
}

enum etch_err etch_guard_close(struct etch_guard *g, uint32_t id)
{
    return change(g, 0, 0, 0, &id);
}
