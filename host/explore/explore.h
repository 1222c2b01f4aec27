/* explore.h - where can power fail, and what holds after?
 *
 * What it is: a scenario is three pieces of code and a memory of what is
 * right. The explorer runs the body, cuts the power at each program and erase
 * operation in each of the ways that cells can be left, lets the check boot
 * and judge what is there, cuts that boot too, and so on to a depth. It knows
 * nothing of what is written: machine.h is all it sees of chip and code.
 *
 * Three ways to look:
 *   explore_campaign  every cut of a body, to a depth
 *   explore_soak      thousands of cuts on one image, one after the other
 *   explore_exhaust   from each state every operation and every cut, until no
 *                     new state appears: a proof for that machine
 *
 * Every failure has an id that explore_replay runs again, alone:
 *
 *     put_during_tidy:g2:c17:t3:c4
 *
 *     g2    the case: machine and parameters
 *     b5    four bodies went well before the first step; 1 is unsaid
 *     o3    a step: the body, operation 3 of the scenario's
 *     k     a step: the check; a: what comes after
 *     c17   power fails in this step's 17th operation. Before any o or k it is
 *           the body, operation 0; where the step has its cut already, or the
 *           way here was not a body, a check that follows
 *     t3    what becomes of that operation: number in explore_tears; 0 is
 *           unsaid: it never began
 *     r2    how unstable bits read in this step; 0 is unsaid
 *     x     a path of an exhaustion: states are made canonical on the way
 *     s7:n812   a soak with seed 7, up to its 812th cut
 *
 * Nothing depends on the host's time, on threads or on addresses: equal
 * options give equal results, with any number of jobs.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_EXPLORE_H
#define ETCH_EXPLORE_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "silicon/silicon.h"

struct etch_nor;
struct explore_machine;

/* ---- scenarios ---------------------------------------------------------- */

/* What a scenario's code is given. Each call is a boot: the power has just
 * come back, RAM is gone, and what the code needs it opens anew. Jobs run in
 * threads, so it keeps nothing in statics. */
struct explore_ctx {
    /* The scenario's memory of what is right: plain bytes, zeroed before
     * setup, kept over cuts, and part of the state that merging compares. The
     * body writes here what it is about to do, and then that it is done. The
     * check settles it: of what was in flight, what was found is what must be
     * found from now on. No pointers, no padding left unset. */
    void *world;
    const struct etch_nor *nor; /* the flash; NULL if the machine has none to give */
    /* To peek at its cells (machine.h), as from outside; nothing else. */
    const struct explore_machine *machine;
    const void *param; /* of the case */
    unsigned op;       /* body: which of the scenario's operations */
};

struct explore_scenario {
    const char *name; /* letters, digits and _ */
    size_t world_size;
    /* Operations that the body knows: op is 0..ops-1. 0 counts as 1. */
    unsigned ops;
    const char *(*op_name)(const void *param, unsigned op); /* or NULL */

    /* From an erased machine to the state that the body starts from. Once for
     * each case, never cut. NULL: the machine as it came. */
    void (*setup)(struct explore_ctx *c);
    /* The body's own boot is the first one: a check sees that all is well without a
     * cut, and what it has left is undone. Only without a setup. */
    bool first;
    /* What is to survive a cut. In a campaign it starts from setup's state; in
     * a soak or an exhaustion from any state, so it begins as check does. */
    void (*body)(struct explore_ctx *c);
    /* Boot on whatever a cut left, and see that it is right. */
    void (*check)(struct explore_ctx *c);
    /* Life goes on, after a check: what must work then. Never cut. Or NULL. */
    void (*after)(struct explore_ctx *c);
    /* A check that follows a check must begin no operation at all. */
    bool quiet;
    /* Exhaustion only: rewrite the state so that what differs and does not
     * matter (a sequence number that always grows) becomes equal, and remains
     * an image that the code treats as before. What is rewritten must be
     * stable cells. Or NULL. */
    void (*canonical)(struct explore_machine *m, void *world, const void *param);
};

/* A scenario on a machine of some shape. */
struct explore_case {
    const struct explore_scenario *scenario;
    unsigned geometry; /* its number: g2 */
    const char *about; /* "2 x 16 KB, x32, 75 % full" */
    /* A new machine, erased; NULL when memory runs out. */
    struct explore_machine *(*machine)(const void *param);
    const void *param; /* for the scenario and for machine; may be shared */
    unsigned ops; /* how many operations the body knows here; 0: as the scenario says */
    /* Which operation, from 1, leads from one body's start to that of the next. 0: each
     * of them in turn. */
    unsigned lead;
    /* From 1, an operation of the body that leads further, taken instead of lead as long
     * as it does what it has done before: a long way to where something happens is a
     * short one then. 0: none. */
    unsigned stride;
};

/* What is wrong; ends the run. Only inside a scenario's functions. The second
 * is the first under a condition, with a text of its own. */
_Noreturn void explore_fail(const char *format, ...)
        __attribute__((format(printf, 1, 2)));
void explore_expect(bool holds, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* ---- how to look --------------------------------------------------------- */

/* The tears that t3 names. The table only grows at its end. 0 is a cut before
 * the operation and 1 one just after it. */
extern const struct silicon_tear explore_tears[];
extern const unsigned explore_tears_n;

struct explore_options {
    /* Campaign: cuts in a row, 1..6. 0: 1. */
    unsigned depth;
    /* Campaign: explore so many bodies in a row, each from where the one before
     * it ended well (by the case's lead). 0: 1. */
    unsigned bodies;
    /* A long life is the same few changes again and again: cut an operation only if
     * none like it has been cut, in a body whose operations are like those of its
     * body, with as many before it that are alike. Alike: of the same kind and length,
     * going on behind the same one of the body's; and bodies' may differ in how long
     * rows of such are, each right behind the one before it. 0: cut all. */
    unsigned novel;
    /* With novel, which leaves out most of a long row: cut each thin-th of it. 0: not. */
    unsigned thin;
    /* With novel, which of a long body cuts little but its beginning: so many of its
     * operations, evenly spread, whatever they are like. 0: none. */
    unsigned spread;
    /* With novel, from depth 2 on: of the boots after cuts, too, cut an operation only if
     * none like it has been cut; and alike is nothing after a cut from another body's
     * start, of another operation (its kind, length, what it goes on behind and how far
     * in a row it is), or that was torn in another way. False: cut all. */
    bool boots_alike;
    /* Use only the first so many of explore_tears. 0: all. */
    unsigned tears;
    /* Ways in which unstable bits read, tried wherever there are any. 0: 3. */
    unsigned reads;
    /* Threads. 0: 1. */
    unsigned jobs;
    /* Do part shard (0..shards-1) of shards: of the cut points of bodies, or of
     * a soak's cuts. 0 and 0: all. */
    unsigned shard, shards;
    /* Do not merge equal states, to see that merging loses none. */
    bool apart;
    /* Campaign: so many states are kept to be merged with. Beyond, what there is comes
     * to its end first and is forgotten: less is merged then, and nothing left out.
     * 0: 60,000. */
    uint32_t kept;
    /* Run anew for each cut instead of asking, in one run, what each would leave. */
    bool again;
    /* Soak: what is random, and how many cuts. 0: 10,000. */
    uint32_t seed;
    uint64_t cuts;
    /* Exhaustion: give up beyond so many states. 0: 10 million. */
    uint64_t states;
    /* Accesses that one run may make before it counts as hung. 0: 20 million. */
    uint64_t limit;
    /* One line, rewritten as work goes on. NULL: none. */
    FILE *progress;
    /* Called for each distinct state, in order. Or NULL. */
    void (*seen)(void *arg, uint64_t hash);
    void *seen_arg;
};

enum explore_end {
    EXPLORE_DONE,  /* the code came to its end */
    EXPLORE_CUT,   /* the planned cut happened */
    EXPLORE_FAULT, /* a fault or a broken law of the chip */
    EXPLORE_HANG,  /* more accesses than the limit, or a watchdog */
    EXPLORE_WRONG, /* the code itself says that something is wrong */
    EXPLORE_MISSED /* replay only: a cut of the path never came */
};

enum { EXPLORE_ID = 256, EXPLORE_TEXT = 240, EXPLORE_FAILURES = 50 };

struct explore_failure {
    char id[EXPLORE_ID];
    enum explore_end end;
    char text[EXPLORE_TEXT];
};

struct explore_report {
    uint64_t points;  /* operations of the body that were cut points */
    uint64_t cuts;    /* runs that a cut ended */
    uint64_t boots;   /* runs to the end */
    uint64_t states;  /* distinct states, those merged counted once */
    uint64_t merged;  /* states met again */
    uint64_t edges;   /* exhaustion: ways from state to state */
    uint64_t failed;  /* failures, kept ones and others */
    uint64_t bodies;  /* campaign: bodies that were cut */
    uint64_t alike;   /* bodies that were not: see novel */
    uint64_t thinned; /* operations of those cut that were not */
    uint64_t spared;  /* operations of boots that were not: see boots_alike */
    unsigned deepest; /* steps of the longest path */
    bool complete;    /* all that was asked for was done; exhaustion: the fixed point */
    unsigned n;       /* failures kept, shortest paths first */
    struct explore_failure failure[EXPLORE_FAILURES];
};

/* Each returns false when it cannot work at all: no memory, or setup fails
 * without any cut (then that is failure[0]). What was found is in the report. */
bool explore_campaign(const struct explore_case *c, const struct explore_options *o,
        struct explore_report *report);
bool explore_soak(const struct explore_case *c, const struct explore_options *o,
        struct explore_report *report);
bool explore_exhaust(const struct explore_case *c, const struct explore_options *o,
        struct explore_report *report);

/* Run one path again and say on `to`, step by step, what happened and what
 * each word held: old, new, torn, unstable. *end: how it ended; DONE when all
 * is well now, MISSED when a run had fewer operations than the id says, with which
 * it ends. False: the id is not one of this case, as text says. */
bool explore_replay(const struct explore_case *c, const struct explore_options *o,
        const char *id, FILE *to, enum explore_end *end);

/* "done", "cut", "fault", "hang", "wrong". */
const char *explore_end_name(enum explore_end end);

/* Add what another shard found; into began as the first shard's report. */
void explore_merge(struct explore_report *into, const struct explore_report *from);

#endif
