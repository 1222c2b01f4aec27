/* branch.c - everything that one kind of run can lead to from one state.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "explore/explore_priv.h"

static void keep_failure(
        struct branch *b, const struct step *s, const struct explore_outcome *out)
{
    b->failed++;
    if (b->failures < BRANCH_FAILURES) {
        b->failure_step[b->failures] = *s;
        b->failure[b->failures++] = *out;
    }
}

/* The worker's state is where the step led. */
static void keep_state(struct worker *w, struct branch *b, const struct step *s)
{
    uint64_t hash = worker_hash(w);
    if (nodes_find(b->set, w, hash) != NO_NODE ||
            nodes_find(&b->found, w, hash) != NO_NODE) {
        b->met++;
        return;
    }
    struct node node;
    if (!node_take(&node, w)) {
        b->no_memory = true;
        return;
    }
    node.parent = b->from;
    node.body = b->body;
    node.step = *s;
    if (nodes_add(&b->found, &node) == NO_NODE) {
        node_drop(&node, w->machine->ops);
        b->no_memory = true;
    }
}

/* Run to the end. How many operations that takes. */
static uint64_t run_past(struct worker *w, struct branch *b)
{
    const struct step s = b->step;
    node_put(w, &b->set->at[b->from]);
    struct explore_outcome out = worker_step(w, &s);
    if (b->past) {
        b->boots++;
        if (out.end == EXPLORE_DONE) {
            keep_state(w, b, &s);
        } else {
            keep_failure(b, &s, &out);
        }
    }
    return out.ops;
}

static void run_cut(struct worker *w, struct branch *b, uint64_t cut, unsigned tear)
{
    struct step s = b->step;
    s.cut = cut;
    s.tear = tear;
    node_put(w, &b->set->at[b->from]);
    struct explore_outcome out = worker_step(w, &s);
    b->cuts++;
    if (out.end == EXPLORE_CUT) {
        keep_state(w, b, &s);
        return;
    }
    if (out.end == EXPLORE_DONE) {
        out.end = EXPLORE_WRONG;
        (void)snprintf(out.text, sizeof(out.text),
                "the same run took another way: the operation to be cut never came");
    }
    keep_failure(b, &s, &out);
}

unsigned tears_of(const struct explore_options *o)
{
    return o->tears == 0 || o->tears > explore_tears_n ? explore_tears_n : o->tears;
}

void branch_run(struct worker *w, void *branches, unsigned i)
{
    struct branch *b = (struct branch *)branches + i;
    unsigned tears = tears_of(w->o);
    nodes_open(&b->found, w);
    uint64_t ops = run_past(w, b);
    for (uint64_t cut = 1; cut <= ops && !b->no_memory; cut++) {
        if (b->shards > 1 && cut % b->shards != b->shard) {
            continue;
        }
        b->points++;
        for (unsigned t = 0; t < tears; t++) {
            run_cut(w, b, cut, t);
        }
    }
}
