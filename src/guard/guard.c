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

/* Open what is in the set. If one of them cannot be, the suspect is closed: first the one
 * that was changed, so that the others stay if it is to blame; then the one that was
 * refused the time before. */
static inline enum etch_err settle(
        struct etch_guard *g, struct etch_guard_window *suspect)
{
    struct etch_mpu_piece second;
    second.reserved = g->why.reserved;
    struct etch_mpu_piece *why = &g->why;
    enum etch_err err = ETCH_OK;
    for (;;) {
        struct etch_guard_window *w = g->config->backend->apply(g, why);
        if (!w->want.range.len) {
            break;
        }
        suspect->want.range.len = 0;
        suspect->want.id = 0;
        suspect = w;
        why = &second; /* what refused first is what is told */
        err = ETCH_E_MPU;
    }
    g->why.run = 0; /* store mode begins anew */
    return err;
}

/* Interrupts are masked from the search on: they may open windows, too. */
static enum etch_err change(
        struct etch_mpu_piece *why, struct cm4_mpu_regs *regs, void *what)
{
    (void)regs;
    struct etch_guard *g = guard_of(why);
    struct etch_guard_want *want = what;
    struct etch_guard_window *w = find(g, want->id);
    if (w->want.id != want->id) {
        return ETCH_E_NOENT;
    }
    uint32_t id = 0;
    if (want->range.len) {
        if (w == g->window + ETCH_GUARD_WINDOWS) {
            return ETCH_E_NOSPACE;
        }
        id = ++g->ids;
    }
    want->id = id;
    w->want = *want;
    return settle(g, w);
}

enum etch_err etch_guard_change(struct etch_guard *g, struct etch_guard_want *w)
{
    return with_mpu(&g->why, w, change);
}
