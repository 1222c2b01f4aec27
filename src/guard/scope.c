/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"

struct etch_guard_scope etch_guard_enter(
        struct etch_guard *g, uint32_t addr, uint32_t len, uint32_t what)
{
    struct etch_guard_scope scope = {.g = g};
    scope.err = etch_guard_open(g, addr, len, what, &scope.id);
    return scope;
}

void etch_guard_leave(struct etch_guard_scope *scope)
{
    (void)etch_guard_close(scope->g, scope->id); /* nothing, if it was never opened */
}
