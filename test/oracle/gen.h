/* gen.h - random blocks from the table of encodings.
 *
 * A block is a list of slots; a slot is one instruction of the table with what
 * must stand around it (a base address, a place to branch to), or an IT with
 * what it governs. Whatever a slot does, execution comes out at its end. A
 * block is given by its seed: cut short it begins with the same instructions,
 * wherever it is placed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_GEN_H
#define ETCH_ORACLE_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "oracle/rows.h"

enum { GEN_ROOM = 1024 }; /* halfwords of a block at most */

struct gen {
    uint64_t random;
    uint32_t addr; /* of code[0] */
    uint32_t mode; /* enum mode of layout.h */
    size_t n;      /* halfwords */
    uint16_t code[GEN_ROOM];
    uint16_t row_at[GEN_ROOM]; /* 1 + the row of the instruction that begins here */
    unsigned locked;           /* registers that must keep their values for now */
    unsigned used;             /* registers that instructions of this IT block name */
    bool in_it;
    bool wants_fault;
    int pushed, popped; /* words that SP may have moved for good */
};

/* ---- numbers ------------------------------------------------------------------ */

uint32_t gen_random(struct gen *g);
uint32_t gen_below(struct gen *g, uint32_t n);
bool gen_chance(struct gen *g, uint32_t percent);
/* Any word, zeros, ones and borders preferred. */
uint32_t gen_word(struct gen *g);

/* ---- instructions ---------------------------------------------------------------- */

unsigned row_width(const struct row *row);                /* 16 or 32 */
unsigned field_width(const struct row *row, char letter); /* 0: it has none */
uint32_t field_get(const struct row *row, uint32_t insn, char letter);
uint32_t field_set(const struct row *row, uint32_t insn, char letter, uint32_t value);
uint32_t row_fixed(const struct row *row); /* with all fields 0 */
/* Fields by chance, as the rules want. False: too many registers are locked. */
bool row_fill(struct gen *g, const struct row *row, uint32_t *insn);

/* ---- code ------------------------------------------------------------------------- */

uint32_t gen_here(const struct gen *g); /* the address of what comes next */
void gen_put(struct gen *g, const struct row *row, uint32_t insn);
void gen_data(struct gen *g, uint16_t halfword);
/* MOVW and MOVT; gen_reload changes the value later. */
size_t gen_load(struct gen *g, unsigned reg, uint32_t value);
void gen_reload(struct gen *g, size_t at, uint32_t value);
/* A register that nothing depends on, and not in avoid. */
unsigned gen_free_register(struct gen *g, unsigned avoid);
/* Any instruction that needs nothing around it. */
void gen_filler(struct gen *g);
/* A branch to an address, by the form of its offset. */
uint32_t gen_branch_insn(
        const struct row *row, uint32_t insn, uint32_t from, uint32_t to);
void gen_replace(struct gen *g, size_t at, const struct row *row, uint32_t insn);

/* ---- slots ------------------------------------------------------------------------- */

struct slot {
    const struct row *row;
    uint32_t insn;
    size_t at;     /* where it stands, in halfwords */
    size_t fix[3]; /* what is to be changed when addresses are known */
    bool backward;
    uint32_t value;
};

/* Before the instruction; false: impossible now. Then itself, then after it. */
bool slot_prepare(struct gen *g, struct slot *s, const struct row *row);
void slot_place(struct gen *g, struct slot *s);
void slot_finish(struct gen *g, struct slot *s);

/* ---- blocks ----------------------------------------------------------------------- */

/* Write the block of this seed to addr: the first slots of it, all with
 * SIZE_MAX. Returns how many there are. */
size_t gen_block(struct gen *g, uint64_t seed, uint32_t addr, size_t slots);

/* An input (layout.h) for any block. */
void gen_input(uint64_t seed, uint32_t *words);

#endif
