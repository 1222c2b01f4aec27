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

/* 0: nothing has been chosen. */
static uint16_t choice_of(const struct branch *b, uint64_t cut)
{
    return b->choice != NULL && cut > 0 && cut <= b->choices ? b->choice[cut - 1] : 0;
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
    node.kind = choice_of(b, s->cut);
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

static void took_another_way(
        struct branch *b, const struct step *s, struct explore_outcome out)
{
    out.end = EXPLORE_WRONG;
    (void)snprintf(out.text, sizeof(out.text),
            "the same run took another way: the operation to be cut never came");
    keep_failure(b, s, &out);
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
        took_another_way(b, &s, out);
    } else {
        keep_failure(b, &s, &out);
    }
}

unsigned tears_of(const struct explore_options *o)
{
    return o->tears == 0 || o->tears > explore_tears_n ? explore_tears_n : o->tears;
}

/* Is this operation a cut point, and this shard's? */
static bool ours(struct branch *b, uint64_t cut)
{
    bool ours = b->shards <= 1 || cut % b->shards == b->shard;
    bool skipped = (choice_of(b, cut) & SHAPE_SKIP) != 0;
    b->left += ours && skipped;
    b->points += ours && !skipped;
    return ours && !skipped;
}

/* ---- all cuts from one run ------------------------------------------------------ */

struct fan {
    struct worker *w;
    struct branch *b;
    uint64_t at;
};

/* An operation begins: what it leaves with each tear. */
static void fan_out(void *arg, const struct explore_op *op)
{
    struct fan *f = arg;
    struct step s = f->b->step;
    (void)op;
    s.cut = ++f->at;
    if (f->b->no_memory || !ours(f->b, s.cut)) {
        return;
    }
    for (s.tear = 0; s.tear < tears_of(f->w->o); s.tear++) {
        worker_tear_now(f->w, explore_tears[s.tear]);
        f->b->cuts++;
        keep_state(f->w->torn, f->b, &s);
    }
}

/* One run more, which is to be as the one before it if there was one. */
static void run_fan(struct worker *w, struct branch *b, uint64_t ops)
{
    struct fan fan = {w, b, 0};
    const struct step s = b->step;
    node_put(w, &b->set->at[b->from]);
    struct explore_outcome out = worker_watch(w, &s, fan_out, &fan);
    if (b->past && out.ops != ops) {
        took_another_way(b, &s, out);
    }
}

/* ---- a run for each cut ----------------------------------------------------------- */

static void run_each(struct worker *w, struct branch *b, uint64_t ops)
{
    for (uint64_t cut = 1; cut <= ops && !b->no_memory; cut++) {
        if (!ours(b, cut)) {
            continue;
        }
        for (unsigned t = 0; t < tears_of(w->o); t++) {
            run_cut(w, b, cut, t);
        }
        worker_progress(w, "operations cut", cut, ops);
    }
}

void branch_run(struct worker *w, void *branches, unsigned i)
{
    struct branch *b = (struct branch *)branches + i;
    bool at_once = !w->o->again && worker_torn(w);
    nodes_open(&b->found, w);
    uint64_t ops = b->past || !at_once ? run_past(w, b) : 0;
    if (at_once) {
        run_fan(w, b, ops);
    } else {
        run_each(w, b, ops);
    }
}
