/* report.c - failures kept, shards added up.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "explore/explore_priv.h"

static void keep(struct explore_report *r, const struct explore_failure *f)
{
    r->failed++;
    if (r->n < EXPLORE_FAILURES) {
        r->failure[r->n++] = *f;
    }
}

void report_failure(struct explore_report *r, const struct explore_case *c,
        const struct path *p, const struct explore_outcome *out)
{
    struct explore_failure f = {.end = out->end};
    path_print(c, p, f.id);
    memcpy(f.text, out->text, sizeof(f.text));
    keep(r, &f);
}

const char *explore_end_name(enum explore_end end)
{
    switch (end) {
    case EXPLORE_DONE: return "done";
    case EXPLORE_CUT: return "cut";
    case EXPLORE_MISSED: return "missed";
    case EXPLORE_FAULT: return "fault";
    case EXPLORE_HANG: return "hang";
    case EXPLORE_WRONG:
    default: return "wrong";
    }
}

void explore_merge(struct explore_report *into, const struct explore_report *from)
{
    into->points += from->points;
    into->cuts += from->cuts;
    into->boots += from->boots;
    into->states += from->states;
    into->merged += from->merged;
    into->edges += from->edges;
    into->bodies += from->bodies;
    into->alike += from->alike;
    into->thinned += from->thinned;
    into->spared += from->spared;
    if (from->deepest > into->deepest) {
        into->deepest = from->deepest;
    }
    into->complete = into->complete && from->complete;
    into->failed += from->failed - from->n;
    for (unsigned i = 0; i < from->n; i++) {
        keep(into, &from->failure[i]);
    }
}
