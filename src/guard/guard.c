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

/* Bring the hardware in line with the windows, this one being new or, id 0,
 * closed. What cannot be open is closed: this one, so that the others stay, or
 * one that has become impossible. */
static enum etch_err settle(
        struct etch_guard *g, struct etch_guard_window *w, uint32_t what, uint32_t id)
{
    struct held held;
    struct etch_mpu_piece *why = &g->why;
    struct etch_guard_window *refused;
    struct cm4_mpu_regs *regs = hold_mpu(&held, why);
    if (!regs) {
        return ETCH_E_MPU;
    }
    struct etch_mpu_piece second; /* cppcheck-suppress unusedVariable ; its address is */
    enum etch_err err = ETCH_OK;
    w->what = what;
    w->id = id;
    while ((refused = g->config->backend->apply(g, regs, why))) {
        if (w->id) {
            refused = w;
        }
        refused->what = 0;
        refused->id = 0;
        err = ETCH_E_MPU;
        why = &second; /* what refused first is what is told */
    }
    release_mpu(regs, &held);
    return err;
}

enum etch_err etch_guard_open(
        struct etch_guard *g, uint32_t addr, uint32_t len, uint32_t what, uint32_t *id)
{
    struct etch_guard_window *w = find(g, 0);
    if (w == g->window + ETCH_GUARD_WINDOWS) {
        return ETCH_E_NOSPACE;
    }
    w->addr = addr & ~31u;
    w->len = ((addr + len + 31) & ~31u) - w->addr;
    *id = ++g->ids;
    return settle(g, w, what, *id);
}

enum etch_err etch_guard_close(struct etch_guard *g, uint32_t id)
{
    struct etch_guard_window *w = find(g, id);
    return w->id == id ? settle(g, w, 0, 0) : ETCH_E_NOENT;
}
