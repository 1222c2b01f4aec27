/* campaign.c - every cut of a body, to a depth; every state judged.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "explore/explore_priv.h"

enum { DEPTH_MAX = 6, KEPT = 60000, CHECKED_AT_ONCE = 256 };

struct campaign {
    struct search s;
    unsigned depth;
    uint32_t kept;
    uint32_t fresh;      /* nodes from here on are not judged yet */
    struct shapes cut;   /* operations: see explore_options.novel */
    struct shapes again; /* of boots: see boots_alike */
    struct shapes gone;  /* strides on the way from start to start */
};

/* ---- what is worth cutting ------------------------------------------------------------- */

/* Leave out of this branch what is like something in `cut`. False: all of it is. `apart`:
 * nothing is like what has been cut with another such number. */
static bool choose(struct campaign *c, struct branch *b, const struct explore_options *o,
        struct shapes *cut, uint64_t apart)
{
    struct worker *w = &c->s.worker[0];
    struct shape shape;
    node_put(w, &c->s.nodes.at[b->from]);
    (void)shape_step(w, &b->step, &shape);
    uint16_t *choice = shape.no_memory ? NULL : calloc(shape.n + 1, sizeof(*choice));
    bool worth = true;
    if (choice != NULL) {
        shape.rows = mix64(shape.rows + apart);
        worth = shape_choose(&shape, o, cut, choice) != 0;
        b->choice = worth ? choice : NULL;
        b->choices = shape.n;
    }
    if (!worth) {
        free(choice);
    }
    free(shape.op);
    return worth;
}

static bool can_choose(const struct campaign *c)
{
    return c->s.o->novel != 0 && c->s.worker[0].machine->ops->torn != NULL;
}

static bool is_worth(struct campaign *c, struct branch *b)
{
    return !can_choose(c) || choose(c, b, c->s.o, &c->cut, 0);
}

/* A boot after a cut; what is left out of it as a whole is counted here. */
static bool is_worth_again(struct campaign *c, struct branch *b)
{
    struct explore_options o = *c->s.o;
    const struct node *after = &c->s.nodes.at[b->from];
    if (!o.boots_alike || !can_choose(c)) {
        return true;
    }
    o.thin = 0;
    o.spread = 0;
    uint64_t apart = mix64(mix64(b->body) + (after->kind | SHAPE_SKIP));
    apart = mix64(mix64(apart + after->step.tear) + b->step.reads);
    bool worth = choose(c, b, &o, &c->again, apart);
    c->s.report->spared += worth ? 0 : b->choices;
    return worth;
}

static bool run_chosen(struct search *s, struct branch *b, unsigned n)
{
    bool good = search_branches(s, b, n);
    for (unsigned i = 0; i < n; i++) {
        free((void *)(uintptr_t)b[i].choice);
    }
    return good;
}

/* ---- recovery -------------------------------------------------------------------------- */

/* All cuts of the boots that follow nodes from..to-1. */
static bool cut_checks(struct campaign *c, uint32_t from, uint32_t to)
{
    struct search *s = &c->s;
    struct branch *b = calloc((size_t)search_most_reads(s) * (to - from) + 1, sizeof(*b));
    if (b == NULL) {
        return false;
    }
    unsigned n = 0;
    for (uint32_t at = from; at < to; at++) {
        unsigned reads = search_not_ours(s, at) ? 0 : search_reads(s, at);
        for (unsigned r = 0; r < reads; r++) {
            b[n] = (struct branch){.from = at,
                    .body = s->nodes.at[at].body,
                    .step = {.phase = EXPLORE_CHECK, .reads = r}};
            n += is_worth_again(c, &b[n]);
        }
    }
    bool good = run_chosen(s, b, n);
    free(b);
    return good;
}

static const char *const stage_names[DEPTH_MAX + 1] = {
        "", "depth 1", "depth 2", "depth 3", "depth 4", "depth 5", "depth 6"};

/* Nodes that so many cuts led to; those before `at` have been cut again. */
struct level {
    uint32_t from, to, at;
    bool many; /* what they led to is to be forgotten */
};

static bool enter(struct campaign *c, struct level *l, uint32_t from, unsigned level)
{
    struct search *s = &c->s;
    *l = (struct level){.from = from, .to = s->nodes.n, .at = from};
    s->report->deepest =
            l->to > from && level > s->report->deepest ? level : s->report->deepest;
    return judge_nodes(s, from, l->to, stage_names[level]);
}

/* Judge all nodes from c->fresh on, and what more cuts make of them: a level at a time,
 * or when a level gets too big a part of it. */
static bool finish(struct campaign *c)
{
    struct search *s = &c->s;
    struct level levels[DEPTH_MAX + 1];
    unsigned level = 1;
    bool good = enter(c, &levels[1], c->fresh, 1);
    while (good && level > 0) {
        struct level *l = &levels[level];
        if (level == c->depth || l->at == l->to) {
            level--;
            if (level > 0 && levels[level].many) {
                nodes_cut(&s->nodes, levels[level].to);
            }
            continue;
        }
        uint32_t end = l->to - l->at < CHECKED_AT_ONCE ? l->to : l->at + CHECKED_AT_ONCE;
        good = cut_checks(c, l->at, end);
        search_progress(s, stage_names[level + 1]);
        l->at = end;
        l->many = s->nodes.n - l->to > c->kept;
        if (good && (l->many || end == l->to)) {
            good = enter(c, &levels[level + 1], l->to, level + 1);
            level++;
        }
    }
    return good;
}

/* ---- bodies ------------------------------------------------------------------------ */

/* Every operation of the scenario from one start. */
static bool cut_bodies(struct campaign *c, uint32_t start, unsigned body)
{
    struct search *s = &c->s;
    unsigned n = 0;
    struct branch *b = calloc(ops_of(s->c), sizeof(*b));
    if (b == NULL) {
        return false;
    }
    for (unsigned op = 0; op < ops_of(s->c); op++) {
        b[n] = (struct branch){.from = start,
                .body = body,
                .step = {.phase = EXPLORE_BODY, .op = op},
                .shard = s->o->shard,
                .shards = s->o->shards,
                .past = s->o->shard == 0};
        n += is_worth(c, &b[n]);
    }
    if (s->o->shard == 0) {
        s->report->bodies += n;
        s->report->alike += ops_of(s->c) - n;
    }
    bool good = run_chosen(s, b, n);
    free(b);
    return good;
}

/* Where the next body starts: this one, uncut. A start is a node without a
 * parent, never merged and not counted: its way in an id is b5. */
static bool advance(struct campaign *c, uint32_t *start, unsigned body)
{
    struct search *s = &c->s;
    struct worker *w = &s->worker[0];
    struct step step;
    node_put(w, &s->nodes.at[*start]);
    struct explore_outcome out = go_to_next(w, &c->gone, body, &step);
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

/* Bring all that has been found to its end, and forget it, but for the start. */
static bool finish_all(struct campaign *c, uint32_t *start)
{
    struct search *s = &c->s;
    struct worker *w = &s->worker[0];
    struct node node;
    unsigned body = s->nodes.at[*start].body;
    bool good = finish(c);
    node_put(w, &s->nodes.at[*start]);
    nodes_cut(&s->nodes, 0);
    if (!good || !node_take(&node, w)) {
        return false;
    }
    node.body = body;
    *start = nodes_add(&s->nodes, &node);
    c->fresh = 1;
    if (*start == NO_NODE) {
        node_drop(&node, w->machine->ops);
    }
    return *start != NO_NODE;
}

static bool look_everywhere(struct campaign *c)
{
    struct search *s = &c->s;
    unsigned bodies = s->o->bodies == 0 ? 1 : s->o->bodies;
    uint32_t start = 0;
    bool good = true;
    for (unsigned body = 1; body <= bodies && good; body++) {
        good = cut_bodies(c, start, body);
        search_progress(s, "bodies");
        if (good && s->nodes.n > c->kept) {
            good = finish_all(c, &start);
        }
        good = good && (body == bodies || advance(c, &start, body));
    }
    return good && finish(c);
}

bool explore_campaign(const struct explore_case *c, const struct explore_options *o,
        struct explore_report *report)
{
    struct campaign all = {.depth = o->depth == 0 ? 1 : o->depth};
    all.depth = all.depth < DEPTH_MAX ? all.depth : DEPTH_MAX;
    all.kept = o->kept == 0 ? KEPT : o->kept;
    bool good = search_open(&all.s, c, o, report, false) && look_everywhere(&all);
    report->complete = good;
    search_close(&all.s);
    free(all.cut.at);
    free(all.again.at);
    free(all.gone.at);
    return good || report->failed != 0;
}
