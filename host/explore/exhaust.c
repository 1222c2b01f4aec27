/* exhaust.c - from each state every operation and every cut, until no new
 * state appears.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "explore/explore_priv.h"

enum { AT_ONCE = 128, STATES = 10000000 };

/* A node's branches: the check, and each operation, in each way that unstable
 * bits read. */
static unsigned fill_branches(const struct search *s, uint32_t node, struct branch *b)
{
    unsigned ops = ops_of(s->c);
    unsigned n = 0;
    for (unsigned r = 0; r < search_reads(s, node); r++) {
        for (unsigned k = 0; k <= ops; k++) {
            struct step step = {.phase = EXPLORE_CHECK, .reads = r};
            if (k > 0) {
                step.phase = EXPLORE_BODY;
                step.op = k - 1;
            }
            b[n++] = (struct branch){.from = node, .body = 1, .step = step, .past = true};
        }
    }
    return n;
}

static bool expand(struct search *s, uint32_t from, uint32_t to)
{
    unsigned ops = ops_of(s->c);
    unsigned reads = s->o->reads == 0 ? 3 : s->o->reads;
    struct branch *b = calloc((size_t)(to - from) * reads * (ops + 1), sizeof(*b));
    if (b == NULL) {
        return false;
    }
    unsigned n = 0;
    for (uint32_t at = from; at < to; at++) {
        n += fill_branches(s, at, b + n);
    }
    bool good = search_branches(s, b, n);
    free(b);
    return good;
}

bool explore_exhaust(const struct explore_case *c, const struct explore_options *o,
        struct explore_report *report)
{
    struct search s;
    uint64_t most = o->states == 0 ? STATES : o->states;
    bool good = search_open(&s, c, o, report, true);
    uint32_t next = 0;
    uint32_t level_end = 1;
    while (good && next < s.nodes.n && report->states <= most) {
        /* Level by level, so that the first way to a failure is a shortest.
         * After a level with failures there is nothing left to prove. */
        uint32_t to = level_end - next < AT_ONCE ? level_end : next + AT_ONCE;
        good = expand(&s, next, to);
        next = to;
        search_progress(&s, "exhaust");
        if (next == level_end && s.nodes.n > level_end) {
            level_end = s.nodes.n;
            report->deepest++;
            if (report->failed != 0) {
                break;
            }
        }
    }
    report->edges = report->cuts + report->boots;
    report->complete = good && next == s.nodes.n;
    search_close(&s);
    return good || report->failed != 0;
}
