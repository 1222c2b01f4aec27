/* explore_priv.h - what the explorer's own files share. Nobody else includes it.
 *
 * A node is a state that power can leave: cells and the scenario's memory. A
 * step is a run from one node to another. A worker is a machine on which one
 * thread makes steps.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_PRIV_H
#define ETCH_EXPLORE_PRIV_H

#include <stdio.h>
#include <time.h>

#include "explore/machine.h"

#define NO_NODE UINT32_MAX

/* ---- steps and ids: path.c ------------------------------------------------ */

struct step {
    enum explore_phase phase;
    unsigned op;
    uint64_t cut; /* 0: to the end */
    unsigned tear;
    unsigned reads;
};

enum { PATH_STEPS = 64 };

/* A way from setup to a failure. */
struct path {
    unsigned geometry, body; /* body: from 1 */
    bool exhaust;
    bool soak;
    uint32_t seed;
    uint64_t nth; /* cut of a soak */
    unsigned n;
    struct step step[PATH_STEPS];
};

/* Both know the scenario's name and whether it has more than one operation. */
void path_print(const struct explore_case *c, const struct path *p, char id[EXPLORE_ID]);
bool path_parse(const struct explore_case *c, const char *id, struct path *p);

/* ---- one run: step.c ------------------------------------------------------- */

struct worker {
    const struct explore_case *c;
    const struct explore_options *o;
    struct explore_machine *machine;
    uint8_t *world;
    void *blank;    /* the machine as it came; NULL for a twin */
    bool canonical; /* after every step */
    /* Of a step under way, see worker_watch. */
    void (*begins)(void *arg, const struct explore_op *op);
    void *begins_arg;
    struct worker *torn; /* holds what cuts would leave; NULL: not asked for yet */
    FILE *progress;      /* the first worker's: the options'; the others' is NULL */
    time_t told;         /* when it was told last */
};

unsigned ops_of(const struct explore_case *c);
/* A run may take seconds, and there may be thousands: so many have been made. Told once
 * a second at most. */
void worker_progress(struct worker *w, const char *what, uint64_t made, uint64_t of);
bool worker_open(struct worker *w, const struct explore_case *c,
        const struct explore_options *o, const struct explore_machine *like);
void worker_close(struct worker *w);

/* Make a step from the state the machine and the world are in. */
struct explore_outcome worker_step(struct worker *w, const struct step *s);
/* The same, without a cut, and told of each operation as it begins: machine.h. */
struct explore_outcome worker_watch(struct worker *w, const struct step *s,
        void (*begins)(void *arg, const struct explore_op *op), void *arg);
/* A step with a tear that the table need not have. */
struct explore_outcome worker_tear(
        struct worker *w, const struct step *s, struct silicon_tear tear);
/* Make w->torn, a worker that never steps. False: no memory, or the machine cannot
 * tell what a cut would leave. */
bool worker_torn(struct worker *w);
/* Inside begins: w->torn becomes what is left if power fails now. */
void worker_tear_now(const struct worker *w, struct silicon_tear tear);
/* Setup and a first check on the machine as it came. Not on a twin. */
struct explore_outcome worker_setup(struct worker *w);

uint64_t mix64(uint64_t x);

/* ---- nodes: nodes.c -------------------------------------------------------- */

struct node {
    uint64_t hash;
    void *state;
    uint8_t *world;
    uint32_t parent; /* NO_NODE: a body's start */
    unsigned body;
    struct step step; /* from there */
    uint16_t kind;    /* of the operation that was cut, see SHAPE_SKIP; 0: not known */
    bool loose;       /* has unstable bits */
};

struct nodes {
    struct node *at;
    uint32_t n, room;
    uint32_t *table; /* open addressing: index + 1; 0: free */
    uint32_t slots;
    const struct explore_machine_ops *ops;
    bool apart;
};

void nodes_open(struct nodes *set, const struct worker *w);
void nodes_close(struct nodes *set);
/* The state a worker is in, as a node outside any set. False: no memory. */
bool node_take(struct node *node, const struct worker *w);
void node_put(const struct worker *w, const struct node *node); /* and back */
void node_drop(struct node *node, const struct explore_machine_ops *ops);
/* The node equal to the worker's state, which has this hash; NO_NODE: none. */
uint32_t nodes_find(const struct nodes *set, const struct worker *w, uint64_t hash);
uint64_t worker_hash(const struct worker *w);
/* Forget all from n on. */
void nodes_cut(struct nodes *set, uint32_t n);
/* Add without looking; takes what node owns. Its index; NO_NODE: no memory. */
uint32_t nodes_add(struct nodes *set, const struct node *node);
/* The steps from the start to node, and one more if last is not NULL. */
void nodes_path(const struct nodes *set, uint32_t node, struct path *p);
void path_append(struct path *p, const struct step *s);

/* ---- work shared among threads: pool.c -------------------------------------- */

/* Item i of items, done on a worker. */
typedef void pool_item(struct worker *w, void *items, unsigned i);

/* Do items 0..n-1 on as many threads as there are workers (jobs). Items do not
 * depend on each other, and their order means nothing. */
void pool_run(struct worker *workers, unsigned jobs, unsigned n, pool_item *do_item,
        void *items);

/* ---- what operations are like: shape.c ------------------------------------------------ */

enum { SHAPE_TRAILS = 8 };

struct shape_op {
    uint64_t what; /* kind, length and, of the body's operations, which it goes on from */
    uint64_t row;  /* so many before it, each right behind the one before */
};

/* Of a step's operations. */
struct shape {
    uint64_t hash;              /* equal if all are alike */
    uint64_t rows;              /* equal if they are but for the length of rows */
    uint32_t end[SHAPE_TRAILS]; /* of operations that go on one behind the other */
    uint32_t last;              /* where the last one was */
    unsigned trails, trail;
    struct shape_op *op; /* the caller's to free */
    uint64_t n, room;
    bool no_memory; /* then these are not all */
};

struct shapes {
    uint64_t *at; /* the owner's to free; 0: free */
    uint64_t n, slots;
};

struct explore_outcome shape_step(
        struct worker *w, const struct step *s, struct shape *shape);
/* Of an operation: whether it is no cut point. The other bits tell what kind it is: its
 * length, what it goes on behind, and how far a row has come by then. */
enum { SHAPE_SKIP = 1 };
/* Choose among all, see explore_options.novel; choice has room for them. How many are
 * cut points. cut: what has been cut so far. */
uint64_t shape_choose(const struct shape *s, const struct explore_options *o,
        struct shapes *cut, uint16_t *choice);
/* False: it is there already. */
bool shapes_add(struct shapes *set, uint64_t hash);
/* From the start of this body, from 1, to that of the next; s: the step that was
 * made. gone: of the strides before, the same for the same way. */
struct explore_outcome go_to_next(
        struct worker *w, struct shapes *gone, unsigned body, struct step *s);

/* ---- branches: branch.c ------------------------------------------------------ */

enum { BRANCH_FAILURES = 4 };

/* All that can happen from one node in one kind of run: to its end, and cut in
 * each operation with each tear. */
struct branch {
    const struct nodes *set; /* where from is; not changed meanwhile */
    uint32_t from;
    unsigned body;
    struct step step;       /* cut and tear are filled in */
    unsigned shard, shards; /* cut points of other shards are left out */
    const uint16_t *choice; /* among its operations: shape_choose; NULL: cut all */
    uint64_t choices;       /* how many it tells of */
    bool past;              /* the end of the whole run is a state of interest, too */
    /* What came of it: */
    bool no_memory;
    uint64_t points, left, cuts, boots, met, failed; /* left: were no cut points */
    struct nodes found;                              /* states that are not in set */
    unsigned failures;                               /* kept ones */
    struct step failure_step[BRANCH_FAILURES];
    struct explore_outcome failure[BRANCH_FAILURES];
};

unsigned tears_of(const struct explore_options *o);
void branch_run(struct worker *w, void *branches, unsigned i);

/* ---- a search over nodes: search.c ---------------------------------------------- */

struct search {
    const struct explore_case *c;
    const struct explore_options *o;
    struct explore_report *report;
    struct worker *worker; /* jobs of them */
    unsigned jobs;
    bool canonical;
    struct nodes nodes;
    struct nodes settled; /* where first boots led to: judge.c */
};

/* Workers, and the state after setup as node 0, judged to be good. False: the
 * search cannot begin; the report says why. Close it in any case. */
bool search_open(struct search *s, const struct explore_case *c,
        const struct explore_options *o, struct explore_report *report, bool exhaust);
void search_close(struct search *s);
/* Run n branches and add what they found. False: no memory. */
bool search_branches(struct search *s, struct branch *branches, unsigned n);
/* How many ways to read a node's bits are worth trying. */
unsigned search_reads(const struct search *s, uint32_t node);
unsigned search_most_reads(const struct search *s);
/* Bodies' starts came without a cut; one shard is enough to look at them. */
bool search_not_ours(const struct search *s, uint32_t node);
void search_progress(const struct search *s, const char *stage);
void search_failed(struct search *s, uint32_t node, const struct step *more, unsigned n,
        const struct explore_outcome *out);

/* ---- judging states: judge.c ------------------------------------------------------- */

/* Nodes from..to-1. False: no memory. */
bool judge_nodes(struct search *s, uint32_t from, uint32_t to, const char *stage);

/* ---- soaks: soak.c ------------------------------------------------------------------ */

struct soak {
    struct worker *w;
    uint64_t random;
    uint64_t usual; /* operations of the longest body so far */
    uint64_t cuts, boots, until;
    /* Called before each run, with the worker in the state it starts from; it
     * must leave it so. Or NULL. */
    void (*before)(void *arg, const struct step *s, struct silicon_tear tear);
    void *before_arg;
};

struct explore_outcome soak_begin(
        struct soak *k, struct worker *w, uint32_t seed, uint64_t until);
/* Setup again, after a failure. The random numbers go on. */
struct explore_outcome soak_again(struct soak *k);
struct explore_outcome soak_round(struct soak *k);

/* ---- reports: report.c --------------------------------------------------------- */

void report_failure(struct explore_report *r, const struct explore_case *c,
        const struct path *p, const struct explore_outcome *out);

#endif
