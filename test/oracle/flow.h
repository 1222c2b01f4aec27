/* flow.h - slots that branch: a target behind a filler that is skipped, or
 * before the branch.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_FLOW_H
#define ETCH_ORACLE_FLOW_H

#include "oracle/gen.h"

bool flow_prepare_branch(struct gen *g, struct slot *s);
void flow_finish_branch(struct gen *g, struct slot *s);
bool flow_prepare_jump(struct gen *g, struct slot *s);
void flow_finish_jump(struct gen *g, struct slot *s);
bool flow_prepare_table(struct gen *g, struct slot *s);
void flow_finish_table(struct gen *g, struct slot *s);

/* The target of s, in a register; the same stored at this offset of the data:
 * returns the address. flow_finish_jump knows the target. */
unsigned flow_load_target(struct gen *g, struct slot *s);
uint32_t flow_store_target(struct gen *g, struct slot *s, uint32_t off);

#endif
