/* fields.c - from rows to instructions.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "oracle/gen.h"

enum { LOW = 0x00FF, GENERAL = 0x5FFF, SP = 13, PC = 15, TRIES = 60 };

/* Asked for by the same few literals over and over: those are remembered. */
const struct row *row_named(const char *name)
{
    static struct {
        const char *name;
        const struct row *row;
    } known[64];
    size_t slot = ((uintptr_t)name >> 2) % 64;
    for (size_t i = 0; known[slot].name != name && i < row_count; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            known[slot].name = name;
            known[slot].row = &rows[i];
        }
    }
    if (known[slot].name != name) {
        abort();
    }
    return known[slot].row;
}

uint32_t gen_random(struct gen *g)
{
    g->random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = g->random;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((z ^ z >> 31) >> 16);
}

uint32_t gen_below(struct gen *g, uint32_t n)
{
    return (uint32_t)((uint64_t)gen_random(g) * n >> 32);
}

bool gen_chance(struct gen *g, uint32_t percent)
{
    return gen_below(g, 100) < percent;
}

uint32_t gen_word(struct gen *g)
{
    static const uint32_t borders[] = {0, 0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000,
            0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE, 0xFFFFFFFF,
            0x80008000, 0x7FFF7FFF, 0x80007FFF, 0x7F7F7F7F, 0x80808080, 0x00FF00FF};
    uint32_t word = gen_random(g);
    switch (gen_below(g, 5)) {
    case 0: return borders[gen_below(g, sizeof(borders) / sizeof(*borders))];
    case 1: return word >> gen_below(g, 32);
    case 2: return 0 - (word >> gen_below(g, 32));
    default: return word;
    }
}

/* ---- fields ---------------------------------------------------------------------- */

unsigned row_width(const struct row *row)
{
    unsigned n = 0;
    for (const char *p = row->bits; *p != 0; p++) {
        n += *p != ' ';
    }
    return n;
}

unsigned field_width(const struct row *row, char letter)
{
    unsigned n = 0;
    for (const char *p = row->bits; *p != 0; p++) {
        n += *p == letter;
    }
    return n;
}

uint32_t field_get(const struct row *row, uint32_t insn, char letter)
{
    unsigned bit = row_width(row);
    uint32_t value = 0;
    for (const char *p = row->bits; *p != 0; p++) {
        bit -= *p != ' ';
        if (*p == letter) {
            value = value << 1 | (insn >> bit & 1);
        }
    }
    return value;
}

uint32_t field_set(const struct row *row, uint32_t insn, char letter, uint32_t value)
{
    unsigned bit = row_width(row);
    unsigned left = field_width(row, letter);
    for (const char *p = row->bits; *p != 0; p++) {
        bit -= *p != ' ';
        if (*p == letter) {
            left--;
            insn = (insn & ~(1u << bit)) | (value >> left & 1) << bit;
        }
    }
    return insn;
}

/* ---- choices ------------------------------------------------------------------------ */

static unsigned choose_register(struct gen *g, const struct row *row, char letter)
{
    unsigned allowed = field_width(row, letter) == 3 ? LOW : GENERAL;
    if (letter == 'n' && (row->rules & N_SP) != 0) {
        allowed |= 1u << SP;
    }
    if (letter == 'm' && (row->rules & M_SP) != 0) {
        allowed |= 1u << SP;
    }
    if (letter == 'm' && (row->rules & M_PC) != 0) {
        allowed |= 1u << PC;
    }
    unsigned reg = gen_below(g, 16);
    while ((allowed >> reg & 1) == 0) {
        reg = gen_below(g, 16);
    }
    return reg;
}

static uint32_t choose_immediate(struct gen *g, const struct row *row)
{
    uint32_t max = (1u << field_width(row, 'i')) - 1;
    uint32_t value = gen_random(g) & max;
    switch (gen_below(g, 8)) {
    case 0: value = 0; break;
    case 1: value = max; break;
    case 2: value &= 3; break;
    default: break;
    }
    if ((row->rules & NOT_ZERO) != 0 && value == 0) {
        value = 1;
    }
    /* Patterns of a zero byte are UNPREDICTABLE (A5.3.2). */
    if ((row->rules & MODIFIED) != 0 && (value & 0xCFF) == 0 && value != 0) {
        value |= 1;
    }
    return value;
}

static uint32_t choose(struct gen *g, const struct row *row, char letter, uint32_t insn)
{
    uint32_t i = field_get(row, insn, 'i');
    switch (letter) {
    case 'd':
    case 'n':
    case 'm':
    case 't':
    case 'a':
    case 'h': return choose_register(g, row, letter);
    case 'i': return choose_immediate(g, row);
    case 'c': return gen_below(g, 14);
    case 'w':
        return (row->rules & TOP_BIT) != 0 ? i + gen_below(g, 32 - i)
                                           : gen_below(g, 32 - i);
    default: return gen_random(g);
    }
}

static bool differ(const struct row *row, uint32_t insn)
{
    for (const char *p = row->differ; p != NULL && *p != 0; p += 2) {
        if (field_get(row, insn, p[0]) == field_get(row, insn, p[1])) {
            return false;
        }
    }
    return true;
}

/* Registers named by the fields. */
static unsigned named(const struct row *row, uint32_t insn, const char *letters)
{
    unsigned mask = 0;
    for (const char *p = letters; *p != 0; p++) {
        if (field_width(row, *p) != 0) {
            mask |= 1u << field_get(row, insn, *p);
        }
    }
    return mask;
}

static bool sets_address(const struct row *row)
{
    return row->shape != PLAIN;
}

static bool acceptable(const struct gen *g, const struct row *row, uint32_t insn)
{
    if (!differ(row, insn) || (named(row, insn, "dnmtah") & g->locked) != 0) {
        return false;
    }
    if (sets_address(row) && (named(row, insn, "nm") & g->used) != 0) {
        return false;
    }
    bool high = field_get(row, insn, 'n') > 7 || field_get(row, insn, 'm') > 7;
    return (row->rules & HIGH) == 0 || high;
}

uint32_t row_fixed(const struct row *row)
{
    uint32_t insn = 0;
    for (const char *p = row->bits; *p != 0; p++) {
        if (*p != ' ') {
            insn = insn << 1 | (*p == '1');
        }
    }
    return insn;
}

bool row_fill(struct gen *g, const struct row *row, uint32_t *insn)
{
    static const char letters[] = "dnmtahilxeukcw"; /* i before w */
    for (int try = 0; try < TRIES; try++) {
        uint32_t word = row_fixed(row);
        for (const char *p = letters; *p != 0; p++) {
            if (field_width(row, *p) != 0) {
                word = field_set(row, word, *p, choose(g, row, *p, word));
            }
        }
        if ((row->rules & SAME) != 0) {
            word = field_set(row, word, 'n', field_get(row, word, 'm'));
        }
        if (acceptable(g, row, word)) {
            g->used |= g->in_it ? named(row, word, "dnmtah") : 0;
            *insn = word;
            return true;
        }
    }
    return false;
}

/* ---- code ----------------------------------------------------------------------------- */

uint32_t gen_here(const struct gen *g)
{
    return g->addr + (uint32_t)g->n * 2;
}

void gen_data(struct gen *g, uint16_t halfword)
{
    if (g->n == GEN_ROOM) {
        abort();
    }
    g->code[g->n++] = halfword;
}

void gen_put(struct gen *g, const struct row *row, uint32_t insn)
{
    g->row_at[g->n] = (uint16_t)(row - rows + 1);
    if (row_width(row) == 32) {
        gen_data(g, (uint16_t)(insn >> 16));
    }
    gen_data(g, (uint16_t)insn);
}

void gen_replace(struct gen *g, size_t at, const struct row *row, uint32_t insn)
{
    size_t end = g->n;
    g->n = at;
    gen_put(g, row, insn);
    g->n = end;
}

static void put_half(struct gen *g, const char *name, unsigned reg, uint32_t half)
{
    const struct row *row = row_named(name);
    uint32_t insn = field_set(row, row_fixed(row), 'd', reg);
    /* imm4:i:imm3:imm8, of which i stands first. */
    uint32_t i = (half & 0x800) << 4 | (half & 0xF000) >> 1 | (half & 0x7FF);
    gen_put(g, row, field_set(row, insn, 'i', i));
}

size_t gen_load(struct gen *g, unsigned reg, uint32_t value)
{
    size_t at = g->n;
    put_half(g, "MOV imm T3", reg, value & 0xFFFF);
    put_half(g, "MOVT", reg, value >> 16);
    return at;
}

void gen_reload(struct gen *g, size_t at, uint32_t value)
{
    size_t end = g->n;
    unsigned reg = g->code[at + 1] >> 8 & 15;
    g->n = at;
    gen_load(g, reg, value);
    g->n = end;
}

unsigned gen_free_register(struct gen *g, unsigned avoid)
{
    unsigned allowed = GENERAL & ~(avoid | g->locked | g->used);
    unsigned reg = gen_below(g, 16);
    while ((allowed >> reg & 1) == 0) {
        reg = (reg + 1) % 16;
    }
    return reg;
}

void gen_filler(struct gen *g)
{
    for (;;) {
        const struct row *row = &rows[gen_below(g, (uint32_t)row_count)];
        uint32_t insn;
        if (row->shape == PLAIN && (row->rules & (FAULTS | RARE)) == 0 &&
                row_fill(g, row, &insn)) {
            gen_put(g, row, insn);
            return;
        }
    }
}

/* T3: S:J2:J1:imm6:imm11; T4, BL: S:I1:I2:imm10:imm11, J = not (I xor S). */
uint32_t gen_branch_insn(const struct row *row, uint32_t insn, uint32_t from, uint32_t to)
{
    uint32_t off = to - from - 4;
    uint32_t s = off >> 31;
    uint32_t low = off >> 1 & 0x7FF;
    switch ((enum offset_form)row->scale) {
    case OFFSET_8: return insn | (off >> 1 & 0xFF);
    case OFFSET_11: return insn | low;
    case OFFSET_CB: return insn | (off >> 6 & 1) << 9 | (off >> 1 & 0x1F) << 3;
    case OFFSET_20:
        return insn | s << 26 | (off >> 12 & 0x3F) << 16 | (off >> 18 & 1) << 13 |
               (off >> 19 & 1) << 11 | low;
    case OFFSET_24: break;
    }
    uint32_t j1 = (off >> 23 & 1) ^ s ^ 1;
    uint32_t j2 = (off >> 22 & 1) ^ s ^ 1;
    return insn | s << 26 | (off >> 12 & 0x3FF) << 16 | j1 << 13 | j2 << 11 | low;
}
