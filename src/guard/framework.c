/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"

/* Each lock is taken once, however many windows want it: the framework's own
 * counter is never asked to go below where it was. */
static void set_locks(struct etch_guard *g)
{
    const struct etch_guard_locks *locks = g->config->locks;
    uint32_t want = 0;
    for (uint32_t i = 0; i < ETCH_GUARD_WINDOWS; i++) {
        const struct etch_mpu_range *r = &g->window[i].want.range;
        want |= r->len ? r->what : 0;
    }
    uint32_t change = g->lifted ^ want;
    if (change & ETCH_GUARD_WRITE) {
        (want & ETCH_GUARD_WRITE ? locks->write_begin : locks->write_end)();
    }
    if (change & ETCH_GUARD_EXEC) {
        (want & ETCH_GUARD_EXEC ? locks->exec_begin : locks->exec_end)();
    }
    g->lifted = want;
}

/* A lock that was lifted may yet refuse: a counter that has wrapped round, a
 * region that is not the framework's. */
static struct etch_guard_window *apply(struct etch_guard *g, struct etch_mpu_piece *why)
{
    set_locks(g);
    return closed_window(g, why, ETCH_GUARD_PATCH);
}

const struct etch_guard_backend etch_guard_framework = {apply, store_in_window};
