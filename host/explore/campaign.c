/* campaign.c - every cut of a body, to a depth; every state judged.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "explore/explore_priv.h"

enum { DEPTH_MAX = 6, JUDGE_STEPS = 4 };

/* ---- judging one state ----------------------------------------------------------- */

/* Whatever way unstable bits read, a boot finds all well; so does the next
 * boot, whatever way they read then; and after that life goes on. */
struct judge {
    const struct nodes *set;
    uint32_t node;
    unsigned reads;
    uint64_t boots;
    bool no_memory, failed;
    struct step step[JUDGE_STEPS]; /* the way to the failure */
    unsigned n;
    struct explore_outcome out;
};

/* Another step of the way; false: it failed. */
static bool go(
        struct worker *w, struct judge *j, enum explore_phase phase, unsigned reads)
{
    j->step[j->n++] = (struct step){.phase = phase, .reads = reads};
    j->out = worker_step(w, &j->step[j->n - 1]);
    j->boots++;
    bool again = j->n > 1 && phase == EXPLORE_CHECK &&
                 j->step[j->n - 2].phase == EXPLORE_CHECK;
    if (j->out.end == EXPLORE_DONE && again && w->c->scenario->quiet && j->out.ops != 0) {
        j->out.end = EXPLORE_WRONG;
        (void)snprintf(j->out.text, sizeof(j->out.text),
                "a boot with nothing left to do began %u operations",
                (unsigned)j->out.ops);
    }
    j->failed = j->out.end != EXPLORE_DONE;
    return !j->failed;
}

static bool judge_second(struct worker *w, struct judge *j, unsigned reads)
{
    if (!go(w, j, EXPLORE_CHECK, reads)) {
        return false;
    }
    return w->c->scenario->after == NULL ||
           (go(w, j, EXPLORE_AFTER, reads) && go(w, j, EXPLORE_CHECK, reads));
}

/* After a first boot that read bits one way: each way for the second. */
static bool judge_first(struct worker *w, struct judge *j, unsigned reads)
{
    struct node settled;
    node_put(w, &j->set->at[j->node]);
    j->n = 0;
    if (!go(w, j, EXPLORE_CHECK, reads)) {
        return false;
    }
    if (!node_take(&settled, w)) {
        j->no_memory = true;
        return false;
    }
    unsigned ways = settled.loose ? j->reads : 1;
    bool good = true;
    for (unsigned r = 0; r < ways && good; r++) {
        node_put(w, &settled);
        j->n = 1;
        good = judge_second(w, j, r);
    }
    node_drop(&settled, w->machine->ops);
    return good;
}

static void judge_run(struct worker *w, void *judges, unsigned i)
{
    struct judge *j = (struct judge *)judges + i;
    for (unsigned r = 0; r < j->reads && judge_first(w, j, r); r++) {
    }
}

/* Bodies' starts came without a cut; one shard is enough to look at them. */
static bool not_ours(const struct search *s, uint32_t node)
{
    return s->o->shard != 0 && s->nodes.at[node].parent == NO_NODE;
}

/* Nodes from..to-1. False: no memory. */
static bool judge_nodes(struct search *s, uint32_t from, uint32_t to)
{
    unsigned n = to - from;
    struct judge *judges = calloc(n + 1, sizeof(*judges));
    if (judges == NULL) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        judges[i].set = &s->nodes;
        judges[i].node = from + i;
        judges[i].reads = not_ours(s, from + i) ? 0 : search_reads(s, from + i);
    }
    pool_run(s->worker, s->jobs, n, judge_run, judges);
    bool good = true;
    for (unsigned i = 0; i < n; i++) {
        s->report->boots += judges[i].boots;
        good = good && !judges[i].no_memory;
        if (judges[i].failed) {
            search_failed(s, from + i, judges[i].step, judges[i].n, &judges[i].out);
        }
    }
    free(judges);
    return good;
}

enum { JUDGED_AT_ONCE = 1024 };

static bool judge_level(struct search *s, uint32_t from, uint32_t to, const char *stage)
{
    bool good = true;
    for (uint32_t at = from; at < to && good; at += JUDGED_AT_ONCE) {
        good = judge_nodes(s, at, to - at < JUDGED_AT_ONCE ? to : at + JUDGED_AT_ONCE);
        search_progress(s, stage);
    }
    return good;
}

/* ---- bodies ------------------------------------------------------------------------ */

/* Every operation of the scenario from one start. */
static bool cut_bodies(struct search *s, uint32_t start, unsigned body)
{
    unsigned n = ops_of(s->c);
    struct branch *b = calloc(n, sizeof(*b));
    if (b == NULL) {
        return false;
    }
    for (unsigned op = 0; op < n; op++) {
        b[op] = (struct branch){.from = start,
                .body = body,
                .step = {.phase = EXPLORE_BODY, .op = op},
                .shard = s->o->shard,
                .shards = s->o->shards,
                .past = s->o->shard == 0};
    }
    bool good = search_branches(s, b, n);
    free(b);
    return good;
}

/* Where the next body starts: this one, uncut. A start is a node without a
 * parent, never merged and not counted: its way in an id is b5. */
static bool advance(struct search *s, uint32_t *start, unsigned body)
{
    struct worker *w = &s->worker[0];
    const struct step step = {.phase = EXPLORE_BODY, .op = (body - 1) % ops_of(s->c)};
    node_put(w, &s->nodes.at[*start]);
    struct explore_outcome out = worker_step(w, &step);
    if (out.end != EXPLORE_DONE) {
        search_failed(s, *start, &step, 1, &out);
        return false;
    }
    struct node node;
    if (!node_take(&node, w)) {
        return false;
    }
    node.body = body + 1;
    *start = nodes_add(&s->nodes, &node);
    if (*start == NO_NODE) {
        node_drop(&node, w->machine->ops);
    }
    return *start != NO_NODE;
}

/* Level 1: all cuts of all bodies. */
static bool cut_all_bodies(struct search *s)
{
    unsigned bodies = s->o->bodies == 0 ? 1 : s->o->bodies;
    uint32_t start = 0;
    for (unsigned body = 1; body <= bodies; body++) {
        if (!cut_bodies(s, start, body)) {
            return false;
        }
        search_progress(s, "bodies");
        if (body < bodies && !advance(s, &start, body)) {
            return false;
        }
    }
    return true;
}

/* ---- recovery -------------------------------------------------------------------------- */

/* All cuts of the boots that follow nodes from..to-1. */
static bool cut_checks(struct search *s, uint32_t from, uint32_t to)
{
    unsigned most = s->o->reads == 0 ? 3 : s->o->reads;
    struct branch *b = calloc((size_t)most * (to - from) + 1, sizeof(*b));
    if (b == NULL) {
        return false;
    }
    unsigned n = 0;
    for (uint32_t at = from; at < to; at++) {
        unsigned reads = not_ours(s, at) ? 0 : search_reads(s, at);
        for (unsigned r = 0; r < reads; r++) {
            b[n++] = (struct branch){.from = at,
                    .body = s->nodes.at[at].body,
                    .step = {.phase = EXPLORE_CHECK, .reads = r}};
        }
    }
    bool good = search_branches(s, b, n);
    free(b);
    return good;
}

enum { CHECKED_AT_ONCE = 256 };

static bool cut_level(struct search *s, uint32_t from, uint32_t to, const char *stage)
{
    bool good = true;
    for (uint32_t at = from; at < to && good; at += CHECKED_AT_ONCE) {
        good = cut_checks(s, at, to - at < CHECKED_AT_ONCE ? to : at + CHECKED_AT_ONCE);
        search_progress(s, stage);
    }
    return good;
}

static const char *const stage_names[DEPTH_MAX + 1] = {
        "", "depth 1", "depth 2", "depth 3", "depth 4", "depth 5", "depth 6"};

static unsigned depth_of(const struct explore_options *o)
{
    if (o->depth == 0) {
        return 1;
    }
    return o->depth < DEPTH_MAX ? o->depth : DEPTH_MAX;
}

bool explore_campaign(const struct explore_case *c, const struct explore_options *o,
        struct explore_report *report)
{
    struct search s;
    unsigned depth = depth_of(o);
    bool good = search_open(&s, c, o, report, false) && cut_all_bodies(&s);
    uint32_t from = 0;
    for (unsigned level = 1; level <= depth && good; level++) {
        uint32_t to = s.nodes.n;
        report->deepest = to > from ? level : report->deepest;
        good = judge_level(&s, from, to, stage_names[level]);
        if (good && level < depth) {
            good = cut_level(&s, from, to, stage_names[level + 1]);
        }
        from = to;
    }
    report->complete = good;
    search_close(&s);
    return good || report->failed != 0;
}
