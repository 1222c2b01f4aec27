/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"
#include "port/cpu.h"

static enum etch_err apply(struct etch_guard *g, bool strict)
{
    if (cpu_unprivileged()) {
        g->why.region = ETCH_MPU_UNPRIVILEGED;
        return ETCH_E_MPU;
    }
    return g->config->backend->apply(g, strict);
}

/* An id is never used again, and says which entry it is for. */
enum etch_err etch_guard_open(
        struct etch_guard *g, uint32_t addr, uint32_t len, uint32_t what, uint32_t *id)
{
    for (uint32_t i = 0; i < ETCH_GUARD_WINDOWS; i++) {
        struct etch_guard_window *w = &g->window[i];
        if (!w->what) {
            g->ids += ETCH_GUARD_WINDOWS;
            w->addr = addr;
            w->len = len;
            w->what = what;
            w->id = *id = g->ids + i;
            enum etch_err err = apply(g, true);
            if (err) {
                w->what = 0;
            }
            return err;
        }
    }
    return ETCH_E_NOSPACE;
}

enum etch_err etch_guard_close(struct etch_guard *g, uint32_t id)
{
    struct etch_guard_window *w = &g->window[id % ETCH_GUARD_WINDOWS];
    if (!w->what || w->id != id) {
        return ETCH_E_NOENT;
    }
    if (!cpu_unprivileged()) {
        w->what = 0;
    }
    return etch_guard_refresh(g);
}

enum etch_err etch_guard_refresh(struct etch_guard *g)
{
    return apply(g, false);
}
