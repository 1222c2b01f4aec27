/* SPDX-License-Identifier: MIT */
#include "guard/guard_priv.h"

static enum etch_err apply(struct etch_guard *g, bool strict)
{
    (void)strict;
    return check_windows(g, ETCH_GUARD_NOTHING);
}

const struct etch_guard_backend etch_guard_none = {apply, store_in_window};
