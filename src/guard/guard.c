/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"

/* The window with this id, 0 being that of one not in use; else the last. */
static struct etch_guard_window *find(struct etch_guard *g, uint32_t id)
{
    struct etch_guard_window *w = g->window;
    while (w->want.id != id && w < g->window + ETCH_GUARD_WINDOWS) {
        w++;
    }
    return w;
}

/* Open what is in the set. What cannot be open is closed: fresh, if it is open, so that
 * the others stay; else the window itself. */
static inline enum etch_err settle(struct etch_guard *g, struct etch_guard_window *fresh)
{
    struct etch_mpu_piece second; /* cppcheck-suppress unusedVariable ; its address is */
    struct etch_mpu_piece *why = &g->why;
    enum etch_err err = ETCH_OK;
    for (;;) {
        struct etch_guard_window *w = g->config->backend->apply(g, why);
        if (!w) {
            break;
        }
        if (fresh->want.id) {
            w = fresh;
        }
        w->want.what = 0;
        w->want.id = 0;
        why = &second; /* what refused first is what is told */
        err = ETCH_E_MPU;
    }
    g->reach = 0;
    return err;
}

/* Interrupts are masked from the search on: they may open windows, too. */
static enum etch_err change(
        struct etch_mpu_piece *why, void *what, struct cm4_mpu_regs *regs)
{
    (void)regs;
    struct etch_guard *g = guard_of(why);
    struct etch_guard_want *want = what;
    struct etch_guard_window *w = find(g, want->id);
    if (w->want.id != want->id) {
        return ETCH_E_NOENT;
    }
    if (!want->what) {
        w->want.what = 0;
        w->want.id = 0;
    } else if (w == g->window + ETCH_GUARD_WINDOWS) {
        return ETCH_E_NOSPACE;
    } else {
        want->id = ++g->ids;
        w->want = *want;
        uint32_t before = w->want.addr & 31u;
        w->want.addr -= before;
        w->want.len = (w->want.len + before + 31) & ~31u;
    }
    return settle(g, w);
}

enum etch_err etch_guard_change(struct etch_guard *g, struct etch_guard_want *w)
{
    return with_mpu(&g->why, w, change);
}
