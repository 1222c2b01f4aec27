/* kv_world_priv.h - what kv_world.c and kv_moves.c share: the store of a run.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_KV_WORLD_PRIV_H
#define ETCH_TEST_KV_WORLD_PRIV_H

#include "nor/inverted.h"
#include "support/kv_world.h"

struct store {
    const struct explore_machine *machine;
    const struct world_param *p;
    struct world *w;
    struct etch_nor_inverted inverted;
    struct etch_kv_config config;
    struct etch_kv kv;
    uint16_t index[WORLD_KEYS + 1 + WORLD_BALLAST + WORLD_KEYS + 1];
};

/* A boot. */
void world_open(struct store *s, const struct explore_ctx *c);
/* What it finds is right. */
void world_judge_boot(struct store *s);
/* What a session has come to is right. */
void world_judge_end(struct store *s);
/* The op-th of the changes that the case has chosen. */
unsigned world_choose(const struct world_param *p, unsigned op);
/* Make a change, enum world_op. */
void world_do(struct store *s, unsigned op);

#endif
