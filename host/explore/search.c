/* search.c - what a campaign and an exhaustion have in common: workers, the
 * set of nodes, and branches run in batches.
 *
 * Branches of a batch run on any thread and see the set as it was before; what
 * they found is added in their order. So numbers do not depend on threads.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explore/explore_priv.h"

enum { READS = 3, BATCH = 64 };

static bool open_workers(struct search *s)
{
    s->jobs = s->o->jobs == 0 ? 1 : s->o->jobs;
    s->worker = calloc(s->jobs, sizeof(*s->worker));
    if (s->worker == NULL) {
        return false;
    }
    for (unsigned i = 0; i < s->jobs; i++) {
        const struct explore_machine *first = i == 0 ? NULL : s->worker[0].machine;
        if (!worker_open(&s->worker[i], s->c, s->o, first)) {
            return false;
        }
        s->worker[i].canonical = s->canonical;
        s->worker[i].progress = i == 0 ? s->o->progress : NULL;
    }
    return true;
}

static uint32_t add(struct search *s, const struct node *node)
{
    uint32_t at = nodes_add(&s->nodes, node);
    if (at != NO_NODE) {
        s->report->states++;
        if (s->o->seen != NULL) {
            s->o->seen(s->o->seen_arg, node->hash);
        }
    }
    return at;
}

bool search_open(struct search *s, const struct explore_case *c,
        const struct explore_options *o, struct explore_report *report, bool exhaust)
{
    memset(s, 0, sizeof(*s));
    memset(report, 0, sizeof(*report));
    s->c = c;
    s->o = o;
    s->report = report;
    s->canonical = exhaust;
    if (!open_workers(s)) {
        return false;
    }
    struct worker *w = &s->worker[0];
    nodes_open(&s->nodes, w);
    nodes_open(&s->settled, w);
    struct explore_outcome out = worker_setup(w);
    if (out.end != EXPLORE_DONE) {
        const struct path p = {.geometry = c->geometry, .body = 1, .exhaust = exhaust};
        report_failure(report, c, &p, &out);
        return false;
    }
    struct node root;
    if (!node_take(&root, w)) {
        return false;
    }
    root.body = 1;
    bool good = o->shard == 0 ? add(s, &root) != NO_NODE
                              : nodes_add(&s->nodes, &root) != NO_NODE;
    if (!good) {
        node_drop(&root, w->machine->ops);
    }
    return good;
}

void search_close(struct search *s)
{
    nodes_close(&s->nodes);
    nodes_close(&s->settled);
    for (unsigned i = 0; s->worker != NULL && i < s->jobs; i++) {
        worker_close(&s->worker[i]);
    }
    free(s->worker);
    s->worker = NULL;
    if (s->o->progress != NULL) {
        (void)fputs("\r\033[K", s->o->progress);
        (void)fflush(s->o->progress);
    }
}

void search_failed(struct search *s, uint32_t node, const struct step *more, unsigned n,
        const struct explore_outcome *out)
{
    struct path p = {.geometry = s->c->geometry, .exhaust = s->canonical};
    nodes_path(&s->nodes, node, &p);
    for (unsigned i = 0; i < n; i++) {
        path_append(&p, &more[i]);
    }
    report_failure(s->report, s->c, &p, out);
}

/* Another branch of the batch may have found it meanwhile. */
static bool add_found(struct search *s, struct branch *b)
{
    struct worker *w = &s->worker[0];
    for (uint32_t i = 0; i < b->found.n; i++) {
        struct node *node = &b->found.at[i];
        node_put(w, node);
        if (nodes_find(&s->nodes, w, node->hash) != NO_NODE) {
            s->report->merged++;
            continue;
        }
        if (add(s, node) == NO_NODE) {
            return false;
        }
        node->state = NULL; /* the set owns them now */
        node->world = NULL;
    }
    return true;
}

static bool add_branch(struct search *s, struct branch *b)
{
    struct explore_report *r = s->report;
    r->cuts += b->cuts;
    r->boots += b->boots;
    r->merged += b->met;
    if (b->step.phase == EXPLORE_BODY) {
        r->points += b->points;
        r->thinned += b->left;
    } else {
        r->spared += b->left;
    }
    for (unsigned i = 0; i < b->failures; i++) {
        search_failed(s, b->from, &b->failure_step[i], 1, &b->failure[i]);
    }
    r->failed += b->failed - b->failures;
    bool good = !b->no_memory && add_found(s, b);
    nodes_close(&b->found);
    return good;
}

static bool run_batch(struct search *s, struct branch *branches, unsigned n)
{
    bool good = true;
    for (unsigned i = 0; i < n; i++) {
        branches[i].set = &s->nodes;
    }
    pool_run(s->worker, s->jobs, n, branch_run, branches);
    for (unsigned i = 0; i < n; i++) {
        good = add_branch(s, &branches[i]) && good;
    }
    return good;
}

bool search_branches(struct search *s, struct branch *branches, unsigned n)
{
    bool good = true;
    for (; n > BATCH; n -= BATCH, branches += BATCH) {
        good = run_batch(s, branches, BATCH) && good;
    }
    return run_batch(s, branches, n) && good;
}

unsigned search_most_reads(const struct search *s)
{
    return s->o->reads == 0 ? READS : s->o->reads;
}

unsigned search_reads(const struct search *s, uint32_t node)
{
    return s->nodes.at[node].loose ? search_most_reads(s) : 1;
}

bool search_not_ours(const struct search *s, uint32_t node)
{
    return s->o->shard != 0 && s->nodes.at[node].parent == NO_NODE;
}

void worker_progress(struct worker *w, const char *what, uint64_t made, uint64_t of)
{
    time_t now = time(NULL);
    if (w->progress == NULL || now == w->told) {
        return;
    }
    w->told = now;
    (void)fprintf(w->progress, "\r\033[K%s:g%u %s: %" PRIu64 " of %" PRIu64,
            w->c->scenario->name, w->c->geometry, what, made, of);
    (void)fflush(w->progress);
}

void search_progress(const struct search *s, const char *stage)
{
    if (s->o->progress == NULL) {
        return;
    }
    const struct explore_report *r = s->report;
    (void)fprintf(s->o->progress,
            "\r\033[K%s:g%u %s: %" PRIu64 " states, %" PRIu64 " cuts, %" PRIu64 " failed",
            s->c->scenario->name, s->c->geometry, stage, r->states, r->cuts, r->failed);
    (void)fflush(s->o->progress);
}
