/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"

void etch_guard_init(struct etch_guard *g, const struct etch_guard_config *config)
{
    g->gate.store = config->backend->store;
    g->gate.ctx = g;
    g->why.reserved = config->reserved;
    g->config = config;
}
