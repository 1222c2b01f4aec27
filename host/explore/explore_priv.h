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
};

unsigned ops_of(const struct explore_case *c);
bool worker_open(struct worker *w, const struct explore_case *c,
        const struct explore_options *o, const struct explore_machine *like);
void worker_close(struct worker *w);

/* Make a step from the state the machine and the world are in. */
struct explore_outcome worker_step(struct worker *w, const struct step *s);
/* The same with a tear that the table need not have. */
struct explore_outcome worker_tear(
        struct worker *w, const struct step *s, struct silicon_tear tear);
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
    bool past;              /* the end of the whole run is a state of interest, too */
    /* What came of it: */
    bool no_memory;
    uint64_t points, cuts, boots, met, failed;
    struct nodes found; /* states that are not in set */
    unsigned failures;  /* kept ones */
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
void search_progress(const struct search *s, const char *stage);
void search_failed(struct search *s, uint32_t node, const struct step *more, unsigned n,
        const struct explore_outcome *out);

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
