/* simnor_priv.h - what simnor.c and simnor_tear.c share. Nobody else includes it.
 *
 * Inside, erased is 1 and programming clears, whatever people see outside.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_SIMNOR_PRIV_H
#define ETCH_EXPLORE_SIMNOR_PRIV_H

#include <setjmp.h>

#include "explore/simnor.h"
#include "nor/nor.h"

enum simnor_bad { SIMNOR_GOOD, SIMNOR_UNREADABLE, SIMNOR_DOUBTFUL };

struct simnor_op;

enum { SIMNOR_PAGE = 512 };

struct simnor_page;

/* All of a state is in cells, one after the other: data, bits that did not
 * settle, those of them that lean to how they read in data, and what is wrong
 * with each unit. */
struct simnor {
    struct explore_machine machine;
    struct etch_nor nor;
    struct simnor_shape shape;
    uint32_t size;
    uint8_t *cells;
    uint8_t *data, *loose, *lean, *bad; /* into cells */
    /* Page by page: as last loaded or saved, whether it has changed since, and
     * whether some of it may not read as it is. */
    uint32_t pages;
    struct simnor_page **origin;
    uint8_t *changed, *soft;
    /* Of a run: */
    const struct explore_run *run;
    jmp_buf home;
    uint64_t ops, used, random, turn;
    const struct simnor_op *in_flight;
    struct explore_outcome out;
};

/* An operation as it should become. Program: value of len bytes, a unit. */
struct simnor_op {
    bool erase;
    uint32_t off, len;
    const uint8_t *value;
};

void simnor_apply(struct simnor *s, const struct simnor_op *op, struct silicon_tear tear);
uint64_t simnor_random(uint64_t *state);

/* ---- states: simnor_state.c ------------------------------------------------------- */

bool simnor_state_open(struct simnor *s); /* False: no memory. */
void simnor_state_close(struct simnor *s);
/* To be called before cells are changed. */
void simnor_changes(struct simnor *s, uint32_t off, uint32_t len);
/* Does every bit of these cells read as it is? The second asks only for pages that
 * may not. */
bool simnor_settled_soft(const struct simnor *s, uint32_t off, uint32_t len);
static inline bool simnor_settled(const struct simnor *s, uint32_t off, uint32_t len)
{
    uint32_t page = off / SIMNOR_PAGE;
    return (len <= SIMNOR_PAGE - off % SIMNOR_PAGE && !s->soft[page]) ||
           simnor_settled_soft(s, off, len);
}
void simnor_copy(struct simnor *to, const struct simnor *from);

void *simnor_save(const struct explore_machine *m);
void simnor_load(struct explore_machine *m, const void *state);
void simnor_forget(void *state);
uint64_t simnor_hash(const struct explore_machine *m);
bool simnor_same(const struct explore_machine *m, const void *state);
bool simnor_loose(const struct explore_machine *m);

#endif
