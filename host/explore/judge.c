/* judge.c - is a state that power can leave a good one?
 *
 * Whatever way unstable bits read, a boot finds all well; so does the next boot,
 * whatever way they read then; and after that life goes on, and a boot finds that well,
 * whatever way they read by then. First boots bring many states to few, so what follows a
 * first boot is tried once for each that it leads to.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "explore/explore_priv.h"

enum { AT_ONCE = 1024, STEPS = 4, REMEMBERED = 100000 };

/* The way from a node, as far as it went. */
struct way {
    struct step step[STEPS];
    unsigned n;
    struct explore_outcome out;
};

/* The first boot from a node, with its bits read in one way. */
struct first {
    const struct node *from;
    uint32_t node;
    struct way way;
    bool no_memory, failed, known;
    bool kept;           /* the set of settled states owns what settled does */
    struct node settled; /* where it led to, unless failed */
    /* What is judged from there: */
    unsigned reads;
    uint64_t boots;
};

/* Another step of the way; false: it failed. */
static bool go(
        struct worker *w, struct first *f, enum explore_phase phase, unsigned reads)
{
    struct way *way = &f->way;
    way->step[way->n++] = (struct step){.phase = phase, .reads = reads};
    way->out = worker_step(w, &way->step[way->n - 1]);
    f->boots++;
    bool again = way->n > 1 && phase == EXPLORE_CHECK &&
                 way->step[way->n - 2].phase == EXPLORE_CHECK;
    if (way->out.end == EXPLORE_DONE && again && w->c->scenario->quiet &&
            way->out.ops != 0) {
        way->out.end = EXPLORE_WRONG;
        (void)snprintf(way->out.text, sizeof(way->out.text),
                "a boot with nothing left to do began %u operations",
                (unsigned)way->out.ops);
    }
    f->failed = way->out.end != EXPLORE_DONE;
    return !f->failed;
}

/* ---- the first boot ---------------------------------------------------------------- */

static void boot_first(struct worker *w, void *firsts, unsigned i)
{
    struct first *f = (struct first *)firsts + i;
    unsigned reads = f->way.step[0].reads;
    node_put(w, f->from);
    if (go(w, f, EXPLORE_CHECK, reads)) {
        f->no_memory = !node_take(&f->settled, w);
    }
}

/* ---- what follows it ----------------------------------------------------------------- */

/* Bits that life has read in one way may read in any other the next time. */
static bool boot_last(struct worker *w, struct first *f)
{
    struct node lived;
    unsigned n = f->way.n;
    bool good = node_take(&lived, w);
    f->no_memory = !good;
    unsigned ways = good && lived.loose ? f->reads : 1;
    for (unsigned r = 0; r < ways && good; r++) {
        node_put(w, &lived);
        f->way.n = n;
        good = go(w, f, EXPLORE_CHECK, r);
    }
    node_drop(&lived, w->machine->ops);
    return good;
}

static bool boot_again(struct worker *w, struct first *f, unsigned reads)
{
    if (!go(w, f, EXPLORE_CHECK, reads)) {
        return false;
    }
    return w->c->scenario->after == NULL ||
           (go(w, f, EXPLORE_AFTER, reads) && boot_last(w, f));
}

static void boot_others(struct worker *w, void *firsts, unsigned i)
{
    struct first *f = (struct first *)firsts + i;
    if (f->failed || f->known) {
        return;
    }
    unsigned ways = f->settled.loose ? f->reads : 1;
    bool good = true;
    for (unsigned r = 0; r < ways && good; r++) {
        node_put(w, &f->settled);
        f->way.n = 1;
        good = boot_again(w, f, r);
    }
}

/* Has what follows been judged already, from an equal state? */
static void look_up(struct search *s, struct first *f)
{
    struct worker *w = &s->worker[0];
    if (f->failed || f->no_memory) {
        return;
    }
    node_put(w, &f->settled);
    f->known = nodes_find(&s->settled, w, f->settled.hash) != NO_NODE;
    if (!f->known) {
        f->kept = nodes_add(&s->settled, &f->settled) != NO_NODE;
        f->no_memory = !f->kept;
    }
}

/* ---- a level ---------------------------------------------------------------------------- */

static void tell(struct search *s, struct first *f, bool *good)
{
    s->report->boots += f->boots;
    *good = *good && !f->no_memory;
    if (f->failed) {
        search_failed(s, f->node, f->way.step, f->way.n, &f->way.out);
    }
    if (!f->kept) {
        node_drop(&f->settled, s->worker[0].machine->ops);
    }
}

/* All ways to read nodes from..to-1. How many. */
static unsigned fill(struct search *s, uint32_t from, uint32_t to, struct first *firsts)
{
    unsigned n = 0;
    for (uint32_t at = from; at < to; at++) {
        unsigned reads = search_not_ours(s, at) ? 0 : search_reads(s, at);
        for (unsigned r = 0; r < reads; r++) {
            firsts[n++] = (struct first){.from = &s->nodes.at[at],
                    .node = at,
                    .way = {.step = {{.reads = r}}},
                    .reads = search_most_reads(s)};
        }
    }
    return n;
}

static bool judge(struct search *s, uint32_t from, uint32_t to)
{
    struct first *firsts =
            calloc((size_t)(to - from) * search_most_reads(s) + 1, sizeof(*firsts));
    if (firsts == NULL) {
        return false;
    }
    if (s->settled.n > REMEMBERED) {
        nodes_close(&s->settled);
        nodes_open(&s->settled, &s->worker[0]);
    }
    unsigned n = fill(s, from, to, firsts);
    bool good = true;
    pool_run(s->worker, s->jobs, n, boot_first, firsts);
    for (unsigned i = 0; i < n; i++) {
        look_up(s, &firsts[i]);
    }
    pool_run(s->worker, s->jobs, n, boot_others, firsts);
    for (unsigned i = 0; i < n; i++) {
        tell(s, &firsts[i], &good);
    }
    free(firsts);
    return good;
}

bool judge_nodes(struct search *s, uint32_t from, uint32_t to, const char *stage)
{
    bool good = true;
    for (uint32_t at = from; at < to && good; at += AT_ONCE) {
        good = judge(s, at, to - at < AT_ONCE ? to : at + AT_ONCE);
        search_progress(s, stage);
    }
    return good;
}
