/* form16.c - operands of the encodings of 16 bits.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"
#include "core/exec.h"

void form_none(struct insn *i, uint32_t w)
{
    (void)i;
    (void)w;
}

void form_imm8(struct insn *i, uint32_t w)
{
    i->imm = field(w, 0, 8);
}

void form_dm(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 0);
    i->m = low_reg(w, 3);
}

void form_dm_imm5(struct insn *i, uint32_t w)
{
    form_dm(i, w);
    i->amount = (uint8_t)field(w, 6, 5);
}

void form_dm_lsr32(struct insn *i, uint32_t w)
{
    form_dm(i, w);
    i->shift = LSR;
    i->amount = 32;
}

void form_dm_asr32(struct insn *i, uint32_t w)
{
    form_dm(i, w);
    i->shift = ASR;
    i->amount = 32;
}

void form_dnm(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 0);
    i->n = low_reg(w, 3);
    i->m = low_reg(w, 6);
}

void form_dn_imm3(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 0);
    i->n = low_reg(w, 3);
    i->imm = field(w, 6, 3);
}

void form_d_imm8(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 8);
    i->n = i->d;
    i->imm = field(w, 0, 8);
}

void form_dn_m(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 0);
    i->n = i->d;
    i->m = low_reg(w, 3);
}

void form_dn_zero(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 0);
    i->n = low_reg(w, 3);
}

static void shift_m(struct insn *i, uint32_t w, enum shift_kind kind)
{
    form_dn_m(i, w);
    i->shift = (uint8_t)kind;
}

void form_lsl_m(struct insn *i, uint32_t w)
{
    shift_m(i, w, LSL);
}

void form_lsr_m(struct insn *i, uint32_t w)
{
    shift_m(i, w, LSR);
}

void form_asr_m(struct insn *i, uint32_t w)
{
    shift_m(i, w, ASR);
}

void form_ror_m(struct insn *i, uint32_t w)
{
    shift_m(i, w, ROR);
}

/* ---- all registers ------------------------------------------------------------------ */

void form_high(struct insn *i, uint32_t w)
{
    i->d = (uint8_t)((w >> 4 & 8) | (w & 7));
    i->n = i->d;
    i->m = reg_at(w, 3);
}

/* Where the PC is read its value is known: pc + 4. */
void form_high_add(struct insn *i, uint32_t w)
{
    form_high(i, w);
    if (i->d == 15 && i->m == 15) {
        unpredictable(i, w);
    } else if (i->d == 15) {
        i->run = op_mov_pc;
        i->imm = i->pc + 4;
    } else if (i->m == 15) {
        i->run = op_add_i;
        i->imm = i->pc + 4;
    }
}

void form_high_mov(struct insn *i, uint32_t w)
{
    form_high(i, w);
    if (i->m == 15) {
        i->run = i->d == 15 ? op_b_far : op_mov_i;
        i->imm = i->pc + 4;
    } else if (i->d == 15) {
        i->run = op_mov_pc;
    }
}

void form_bx(struct insn *i, uint32_t w)
{
    i->m = reg_at(w, 3);
    if (i->m == 15 && i->run == op_bx) {
        i->run = op_bx_pc;
        i->imm = i->pc + 4;
    }
}

/* ---- loads and stores ------------------------------------------------------------------ */

static uint32_t literal_base(const struct insn *i)
{
    return (i->pc + 4) & ~3u;
}

void form_literal8(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 8);
    i->s = MODE_LIT;
    i->imm = literal_base(i) + 4 * field(w, 0, 8);
}

void form_mem_reg(struct insn *i, uint32_t w)
{
    form_dnm(i, w);
    i->s = MODE_REG;
}

static void mem_imm(struct insn *i, uint32_t w, uint32_t width)
{
    i->d = low_reg(w, 0);
    i->n = low_reg(w, 3);
    i->s = MODE_IMM;
    i->imm = width * field(w, 6, 5);
}

void form_mem_word(struct insn *i, uint32_t w)
{
    mem_imm(i, w, 4);
}

void form_mem_half(struct insn *i, uint32_t w)
{
    mem_imm(i, w, 2);
}

void form_mem_byte(struct insn *i, uint32_t w)
{
    mem_imm(i, w, 1);
}

void form_mem_sp(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 8);
    i->n = CORE_SP;
    i->s = MODE_IMM;
    i->imm = 4 * field(w, 0, 8);
}

/* ---- addresses, the stack ------------------------------------------------------------------ */

void form_adr8(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 8);
    i->imm = literal_base(i) + 4 * field(w, 0, 8);
}

void form_add_sp(struct insn *i, uint32_t w)
{
    i->d = low_reg(w, 8);
    i->n = CORE_SP;
    i->imm = 4 * field(w, 0, 8);
}

void form_sp_imm7(struct insn *i, uint32_t w)
{
    i->d = CORE_SP;
    i->n = CORE_SP;
    i->imm = 4 * field(w, 0, 7);
}

static void many(struct insn *i, uint32_t w, uint32_t list)
{
    i->imm = list;
    i->amount = (uint8_t)__builtin_popcount(list);
    if (list == 0) {
        unpredictable(i, w);
    }
}

/* s of exec_multi.c: 1 down, 2 write back. */
void form_push(struct insn *i, uint32_t w)
{
    i->n = CORE_SP;
    i->s = 3;
    many(i, w, field(w, 0, 8) | field(w, 8, 1) << CORE_LR);
}

void form_pop(struct insn *i, uint32_t w)
{
    i->n = CORE_SP;
    i->s = 2;
    if (field(w, 8, 1) != 0) {
        i->run = op_ldm_pc;
    }
    many(i, w, field(w, 0, 8) | field(w, 8, 1) << CORE_PC);
}

void form_stm8(struct insn *i, uint32_t w)
{
    i->n = low_reg(w, 8);
    i->s = 2;
    many(i, w, field(w, 0, 8));
}

/* The base is written back unless it is loaded. */
void form_ldm8(struct insn *i, uint32_t w)
{
    i->n = low_reg(w, 8);
    i->s = (w >> i->n & 1) != 0 ? 0 : 2;
    many(i, w, field(w, 0, 8));
}

/* ---- miscellaneous, branches ----------------------------------------------------------------- */

void form_cbz(struct insn *i, uint32_t w)
{
    i->n = low_reg(w, 0);
    i->s = (uint8_t)field(w, 11, 1);
    i->imm = i->pc + 4 + (field(w, 9, 1) << 6 | field(w, 3, 5) << 1);
}

void form_cps(struct insn *i, uint32_t w)
{
    i->s = (uint8_t)field(w, 4, 1);
    i->imm = w & 3;
}

void form_it(struct insn *i, uint32_t w)
{
    if (i->it != 0) {
        unpredictable(i, w);
    }
}

static uint32_t target(const struct insn *i, uint32_t offset, unsigned bits)
{
    uint32_t sign = 1u << (bits - 1);
    return i->pc + 4 + ((offset ^ sign) - sign);
}

void form_b8(struct insn *i, uint32_t w)
{
    i->s = (uint8_t)field(w, 8, 4);
    i->imm = target(i, field(w, 0, 8) << 1, 9);
}

void form_b11(struct insn *i, uint32_t w)
{
    i->imm = target(i, field(w, 0, 11) << 1, 12);
}
