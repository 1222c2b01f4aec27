/* shape.c - what operations are like, wherever in flash they are: which of a long
 * life's are worth cutting. And the way from one body's start to that of the next.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "explore/explore_priv.h"

enum { AGAIN = SHAPE_TRAILS, ELSEWHERE };

/* ---- one step's operations ------------------------------------------------------------ */

static bool make_room(struct shape *s)
{
    if (s->n < s->room) {
        return true;
    }
    uint64_t room = s->room == 0 ? 256 : s->room * 2;
    struct shape_op *grown = realloc(s->op, room * sizeof(*grown));
    if (grown != NULL) {
        s->op = grown;
        s->room = room;
    }
    return grown != NULL;
}

static void add_to_shape(void *arg, const struct explore_op *op)
{
    struct shape *s = arg;
    unsigned trail = 0;
    while (trail < s->trails && s->end[trail] != op->off) {
        trail++;
    }
    unsigned where = trail < s->trails ? trail : ELSEWHERE;
    where = s->n > 0 && op->off == s->last ? AGAIN : where;
    if (trail == s->trails) {
        trail = s->trails < SHAPE_TRAILS ? s->trails++ : SHAPE_TRAILS - 1;
    }
    bool goes_on = where == s->trail && !op->erase;
    s->trail = trail;
    s->end[trail] = op->off + op->len;
    s->last = op->off;
    s->no_memory = s->no_memory || !make_room(s);
    if (s->no_memory) {
        return;
    }
    uint64_t what = mix64((uint64_t)op->len << 8 | (unsigned)op->erase << 4 | where);
    uint64_t row = goes_on && s->n > 0 ? s->op[s->n - 1].row + 1 : 0;
    s->op[s->n++] = (struct shape_op){.what = what, .row = row};
    s->hash = mix64(s->hash ^ what);
    if (row == 0) {
        s->rows = mix64(s->rows ^ what);
    }
}

struct explore_outcome shape_step(
        struct worker *w, const struct step *s, struct shape *shape)
{
    memset(shape, 0, sizeof(*shape));
    shape->hash = s->op + 1;
    shape->rows = s->op + 1;
    return worker_watch(w, s, add_to_shape, shape);
}

/* ---- sets of hashes ---------------------------------------------------------------------- */

static bool put(struct shapes *set, uint64_t hash)
{
    uint64_t slot = hash;
    while (set->at[slot & (set->slots - 1)] != 0) {
        if (set->at[slot & (set->slots - 1)] == hash) {
            return false;
        }
        slot++;
    }
    set->at[slot & (set->slots - 1)] = hash;
    set->n++;
    return true;
}

static bool grow(struct shapes *set)
{
    struct shapes old = *set;
    set->slots = old.slots == 0 ? 1024 : old.slots * 2;
    set->at = calloc(set->slots, sizeof(*set->at));
    if (set->at == NULL) {
        *set = old;
        return false;
    }
    set->n = 0;
    for (uint64_t i = 0; i < old.slots; i++) {
        if (old.at[i] != 0) {
            (void)put(set, old.at[i]);
        }
    }
    free(old.at);
    return true;
}

bool shapes_add(struct shapes *set, uint64_t hash)
{
    if (set->n * 2 >= set->slots && !grow(set)) {
        return true; /* forgotten: then it is new again */
    }
    return put(set, hash == 0 ? 1 : hash);
}

/* ---- which operations to cut ---------------------------------------------------------------- */

/* What tells whether this operation is like another: the body's rows, and the
 * operations just before it. */
static uint64_t context(const struct shape *s, uint64_t i, unsigned before)
{
    uint64_t hash = mix64(s->rows ^ (i < before ? i + 1 : 0));
    for (uint64_t k = i < before ? 0 : i - before; k <= i; k++) {
        hash = mix64(hash ^ s->op[k].what);
    }
    return hash;
}

static uint16_t kind_of(const struct shape *s, uint64_t i, unsigned novel)
{
    uint64_t row = s->op[i].row < novel ? s->op[i].row : novel;
    return (uint16_t)(mix64(s->op[i].what + row) & ~(uint64_t)SHAPE_SKIP);
}

/* One of so many, evenly spread. */
static bool is_spread(const struct shape *s, uint64_t i, unsigned many)
{
    return (i + 1) * many / s->n != i * many / s->n;
}

uint64_t shape_choose(const struct shape *s, const struct explore_options *o,
        struct shapes *cut, uint16_t *choice)
{
    uint64_t chosen = 0;
    for (uint64_t i = 0; i < s->n; i++) {
        uint64_t row = s->op[i].row;
        bool sample = o->thin != 0 && row > o->novel && row % o->thin == 0;
        uint64_t what = sample ? mix64(s->rows + row) : context(s, i, o->novel);
        bool new = shapes_add(cut, what);
        bool skip = !new && !is_spread(s, i, o->spread);
        choice[i] = kind_of(s, i, o->novel) | (skip ? SHAPE_SKIP : 0);
        chosen += !skip;
    }
    return chosen;
}

/* ---- from start to start ------------------------------------------------------------- */

/* A stride, as long as it does what strides have done before. */
static bool go_far(struct worker *w, struct shapes *gone, struct step *s)
{
    struct shape shape;
    struct node start;
    s->op = w->c->stride - 1;
    if (w->c->stride == 0 || w->machine->ops->torn == NULL || !node_take(&start, w)) {
        return false;
    }
    struct explore_outcome out = shape_step(w, s, &shape);
    bool far = out.end == EXPLORE_DONE && !shapes_add(gone, shape.hash);
    free(shape.op);
    if (!far) {
        node_put(w, &start);
    }
    node_drop(&start, w->machine->ops);
    return far;
}

struct explore_outcome go_to_next(
        struct worker *w, struct shapes *gone, unsigned body, struct step *s)
{
    *s = (struct step){.phase = EXPLORE_BODY};
    if (go_far(w, gone, s)) {
        return (struct explore_outcome){.end = EXPLORE_DONE};
    }
    s->op = w->c->lead != 0 ? w->c->lead - 1 : (body - 1) % ops_of(w->c);
    return worker_step(w, s);
}
