/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"

static struct etch_guard_window *apply(struct etch_guard *g, struct etch_mpu_piece *why)
{
    return closed_window(g, why, ETCH_GUARD_NOTHING);
}

const struct etch_guard_backend etch_guard_none = {apply, store_in_window};
