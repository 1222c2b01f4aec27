/* nodes.c - a set of states, found by hash and compared exactly.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "explore/explore_priv.h"

enum { FIRST_ROOM = 64 };

/* ---- single nodes ------------------------------------------------------------- */

uint64_t worker_hash(const struct worker *w)
{
    uint64_t hash = w->machine->ops->hash(w->machine);
    for (size_t i = 0; i < w->c->scenario->world_size; i++) {
        hash = mix64(hash + w->world[i] + 1);
    }
    return hash;
}

bool node_take(struct node *node, const struct worker *w)
{
    size_t size = w->c->scenario->world_size;
    memset(node, 0, sizeof(*node));
    node->hash = worker_hash(w);
    node->parent = NO_NODE;
    node->loose = w->machine->ops->loose(w->machine);
    node->state = w->machine->ops->save(w->machine);
    node->world = malloc(size + 1);
    if (node->state == NULL || node->world == NULL) {
        node_drop(node, w->machine->ops);
        return false;
    }
    memcpy(node->world, w->world, size);
    return true;
}

void node_put(const struct worker *w, const struct node *node)
{
    w->machine->ops->load(w->machine, node->state);
    memcpy(w->world, node->world, w->c->scenario->world_size);
}

void node_drop(struct node *node, const struct explore_machine_ops *ops)
{
    if (node->state != NULL) {
        ops->forget(node->state);
    }
    free(node->world);
    node->state = NULL;
    node->world = NULL;
}

/* ---- sets ------------------------------------------------------------------------ */

void nodes_open(struct nodes *set, const struct worker *w)
{
    memset(set, 0, sizeof(*set));
    set->ops = w->machine->ops;
    set->apart = w->o->apart;
}

void nodes_close(struct nodes *set)
{
    for (uint32_t i = 0; i < set->n; i++) {
        node_drop(&set->at[i], set->ops);
    }
    free(set->at);
    free(set->table);
    memset(set, 0, sizeof(*set));
}

uint32_t nodes_find(const struct nodes *set, const struct worker *w, uint64_t hash)
{
    if (set->apart || set->slots == 0) {
        return NO_NODE;
    }
    size_t size = w->c->scenario->world_size;
    for (uint32_t slot = (uint32_t)hash;; slot++) {
        uint32_t entry = set->table[slot & (set->slots - 1)];
        if (entry == 0) {
            return NO_NODE;
        }
        const struct node *node = &set->at[entry - 1];
        if (node->hash == hash && memcmp(node->world, w->world, size) == 0 &&
                set->ops->same(w->machine, node->state)) {
            return entry - 1;
        }
    }
}

static void place(struct nodes *set, uint32_t index)
{
    uint32_t slot = (uint32_t)set->at[index].hash;
    while (set->table[slot & (set->slots - 1)] != 0) {
        slot++;
    }
    set->table[slot & (set->slots - 1)] = index + 1;
}

/* Room for one more, and a table at most half full. */
static bool make_room(struct nodes *set)
{
    if (set->n < set->room) {
        return true;
    }
    uint32_t room = set->room == 0 ? FIRST_ROOM : set->room * 2;
    struct node *at = realloc(set->at, room * sizeof(*at));
    if (at == NULL) {
        return false;
    }
    set->at = at;
    uint32_t *table = calloc((size_t)room * 2, sizeof(*table));
    if (table == NULL) {
        return false;
    }
    free(set->table);
    set->table = table;
    set->slots = room * 2;
    set->room = room;
    for (uint32_t i = 0; i < set->n; i++) {
        place(set, i);
    }
    return true;
}

void nodes_cut(struct nodes *set, uint32_t n)
{
    for (uint32_t i = n; i < set->n; i++) {
        node_drop(&set->at[i], set->ops);
    }
    set->n = n < set->n ? n : set->n;
    if (set->slots != 0) {
        memset(set->table, 0, set->slots * sizeof(*set->table));
    }
    for (uint32_t i = 0; i < set->n; i++) {
        place(set, i);
    }
}

uint32_t nodes_add(struct nodes *set, const struct node *node)
{
    if (!make_room(set)) {
        return NO_NODE;
    }
    set->at[set->n] = *node;
    place(set, set->n);
    return set->n++;
}

void nodes_path(const struct nodes *set, uint32_t node, struct path *p)
{
    unsigned n = 0;
    for (uint32_t i = node; set->at[i].parent != NO_NODE; i = set->at[i].parent) {
        n++;
    }
    /* Of a way too long for an id the end is left out; its start leads there. */
    p->n = n < PATH_STEPS ? n : PATH_STEPS;
    p->body = set->at[node].body;
    for (uint32_t i = node; set->at[i].parent != NO_NODE; i = set->at[i].parent) {
        n--;
        if (n < PATH_STEPS) {
            p->step[n] = set->at[i].step;
        }
    }
}
