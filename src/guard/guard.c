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

/* Interrupts are masked from the search on: they may open windows, too. */
static enum etch_err change(
        struct etch_mpu_piece *why, void *what, struct cm4_mpu_regs *regs)
{
    struct etch_guard *g = guard_of(why);
    struct etch_guard_window *want = what;
    struct etch_guard_window *w = find(g, want->id);
    if (w->id != want->id) {
        return ETCH_E_NOENT;
    }
    if (!want->what) {
        w->id = 0;
    } else if (w == g->window + ETCH_GUARD_WINDOWS) {
        return ETCH_E_NOSPACE;
    } else {
        w->id = want->id = ++g->ids;
        w->addr = want->addr & ~31u;
        w->len = ((want->addr + want->len + 31) & ~31u) - w->addr;
    }
    w->what = want->what;
    return g->config->backend->apply(g, w, regs);
}

enum etch_err etch_guard_change(struct etch_guard *g, struct etch_guard_window *w)
{
    return with_mpu(&g->why, w, change);
}
