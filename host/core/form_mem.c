/* form_mem.c - operands of loads and stores of 32 bits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"
#include "core/exec.h"

static uint32_t signed_offset(uint32_t w, uint32_t offset, unsigned up_bit)
{
    return (w >> up_bit & 1) != 0 ? offset : 0 - offset;
}

/* ---- many registers -------------------------------------------------------------------- */

enum { DOWN = 1, WRITE_BACK = 2 }; /* s, exec_multi.c */

static void many(struct insn *i, uint32_t w, uint32_t forbidden)
{
    bool write_back = field(w, 21, 1) != 0;
    i->n = reg_at(w, 16);
    i->imm = field(w, 0, 16);
    i->amount = (uint8_t)__builtin_popcount(i->imm);
    i->s = (uint8_t)((field(w, 24, 1) != 0 ? DOWN : 0) | (write_back ? WRITE_BACK : 0));
    bool base_too = write_back && (i->imm >> i->n & 1) != 0;
    if ((i->imm & forbidden) != 0 || i->imm == 0 || base_too) {
        unpredictable(i, w);
    }
}

void form_stm(struct insn *i, uint32_t w)
{
    many(i, w, 1u << CORE_SP | 1u << CORE_PC);
}

void form_ldm(struct insn *i, uint32_t w)
{
    const uint32_t both = 1u << CORE_LR | 1u << CORE_PC;
    if ((w & 1u << CORE_PC) != 0) {
        i->run = op_ldm_pc;
    }
    many(i, w, 1u << CORE_SP);
    if ((w & both) == both) {
        unpredictable(i, w);
    }
}

/* ---- pairs, exclusive access, table branches ---------------------------------------------- */

static void exclusive(struct insn *i, uint32_t w, unsigned width)
{
    i->n = reg_at(w, 16);
    i->d = reg_at(w, 12);
    i->amount = (uint8_t)width;
}

void form_ldrex(struct insn *i, uint32_t w)
{
    exclusive(i, w, 4);
    i->imm = 4 * field(w, 0, 8);
}

void form_strex(struct insn *i, uint32_t w)
{
    exclusive(i, w, 4);
    i->m = reg_at(w, 8);
    i->imm = 4 * field(w, 0, 8);
}

void form_ldrex_b(struct insn *i, uint32_t w)
{
    exclusive(i, w, 1);
}

void form_ldrex_h(struct insn *i, uint32_t w)
{
    exclusive(i, w, 2);
}

void form_strex_b(struct insn *i, uint32_t w)
{
    exclusive(i, w, 1);
    i->m = reg_at(w, 0);
}

void form_strex_h(struct insn *i, uint32_t w)
{
    exclusive(i, w, 2);
    i->m = reg_at(w, 0);
}

/* imm is the table's address where that is the PC. */
static void table(struct insn *i, uint32_t w, unsigned shift)
{
    i->n = reg_at(w, 16);
    i->m = reg_at(w, 0);
    i->amount = (uint8_t)shift;
    i->imm = i->n == 15 ? i->pc + 4 : 0;
}

void form_tbb(struct insn *i, uint32_t w)
{
    table(i, w, 0);
}

void form_tbh(struct insn *i, uint32_t w)
{
    table(i, w, 1);
}

static void pair(struct insn *i, uint32_t w)
{
    bool pre = field(w, 24, 1) != 0;
    bool write_back = field(w, 21, 1) != 0;
    i->n = reg_at(w, 16);
    i->d = reg_at(w, 12);
    i->m = reg_at(w, 8);
    i->imm = signed_offset(w, 4 * field(w, 0, 8), 23);
    i->s = MODE_IMM;
    if (write_back) {
        i->s = pre ? MODE_PRE : MODE_POST;
    }
    if (!pre && !write_back) {
        i->run = op_undefined;
    } else if (write_back && (i->n == 15 || i->n == i->d || i->n == i->m)) {
        unpredictable(i, w);
    }
}

void form_strd(struct insn *i, uint32_t w)
{
    pair(i, w);
}

void form_ldrd(struct insn *i, uint32_t w)
{
    pair(i, w);
    if (i->n == 15 && i->run == op_ldrd) {
        i->s = MODE_LIT;
        i->imm += (i->pc + 4) & ~3u;
    }
    if (i->d == i->m && i->run == op_ldrd) {
        unpredictable(i, w);
    }
}

/* ---- single loads and stores ------------------------------------------------------------------------ */

static void indexed(struct insn *i, bool pre, bool write_back, const struct mem_family *f)
{
    if (!pre) {
        i->s = MODE_POST;
        i->run = f->post;
    } else if (write_back) {
        i->s = MODE_PRE;
        i->run = f->pre;
    } else {
        i->s = MODE_IMM;
        i->run = f->imm;
    }
}

static void by_register(struct insn *i, uint32_t w, const struct mem_family *f)
{
    i->s = MODE_REG;
    i->m = reg_at(w, 0);
    i->amount = (uint8_t)field(w, 4, 2);
    i->run = f->reg;
    if (i->m == CORE_SP || i->m == 15) {
        unpredictable(i, w);
    }
}

/* 1 P U W imm8; P and U without W are the unprivileged ones. */
static void by_imm8(struct insn *i, uint32_t w, const struct mem_family *f)
{
    bool pre = field(w, 10, 1) != 0;
    bool up = field(w, 9, 1) != 0;
    bool write_back = field(w, 8, 1) != 0;
    i->imm = signed_offset(w, field(w, 0, 8), 9);
    indexed(i, pre, write_back, f);
    if (!pre && !write_back) {
        i->run = op_undefined;
    } else if (pre && up && !write_back) {
        i->s = MODE_USER;
        i->run = f->wide;
    } else if (write_back && i->n == i->d) {
        unpredictable(i, w);
    }
}

/* The modes of hw2 for a base register: imm12 by hw1, else a register or imm8. */
static void address_mode(struct insn *i, uint32_t w, const struct mem_family *f)
{
    if (field(w, 23, 1) != 0) {
        i->s = MODE_IMM;
        i->imm = field(w, 0, 12);
        i->run = f->imm;
    } else if (field(w, 6, 6) == 0) {
        by_register(i, w, f);
    } else if (field(w, 11, 1) == 0) {
        i->run = op_undefined;
    } else {
        by_imm8(i, w, f);
    }
}

void form_store(struct insn *i, uint32_t w)
{
    i->n = reg_at(w, 16);
    i->d = reg_at(w, 12);
    unsigned size = field(w, 21, 2);
    if (i->n == 15) {
        i->run = op_undefined;
        return;
    }
    address_mode(i, w, &core_stores[size]);
    if (i->d == 15 || (i->d == CORE_SP && size != 2)) {
        unpredictable(i, w);
    }
}

/* A word to SP or PC: not by the quick ways. */
static void word_to_special(struct insn *i)
{
    if (i->run == op_undefined || i->run == op_unpredictable) {
        return;
    }
    if (i->d == 15) {
        i->run = op_ldr_pc;
    } else if (i->d == CORE_SP) {
        i->run = op_ldr_sp;
    }
}

/* Loads of less than a word to the PC are hints: PLD, PLI, and NOPs. */
void form_load(struct insn *i, uint32_t w)
{
    const struct mem_family *f = &core_loads[field(w, 24, 1) << 2 | field(w, 21, 2)];
    bool word = field(w, 21, 2) == 2;
    i->n = reg_at(w, 16);
    i->d = reg_at(w, 12);
    if (i->n == 15) {
        i->s = MODE_LIT;
        i->imm = ((i->pc + 4) & ~3u) + signed_offset(w, field(w, 0, 12), 23);
        i->run = f->literal;
    } else {
        address_mode(i, w, f);
    }
    if (word) {
        word_to_special(i);
    } else if (i->d == 15 && i->run != op_undefined) {
        i->run = op_nop;
    } else if (i->d == CORE_SP) {
        unpredictable(i, w);
    }
}
