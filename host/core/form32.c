/* form32.c - operands of the encodings of 32 bits; w is hw1:hw2.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"
#include "core/exec.h"

static void dnm(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->n = reg_at(w, 16);
    i->m = reg_at(w, 0);
}

/* ---- data processing --------------------------------------------------------------------------- */

void form_pkhbt(struct insn *i, uint32_t w)
{
    dnm(i, w);
    i->amount = (uint8_t)(field(w, 12, 3) << 2 | field(w, 6, 2));
    if (field(w, 5, 1) != 0) {
        i->run = op_pkhtb;
    }
    if (field(w, 20, 1) != 0) {
        i->run = op_undefined;
    }
}

/* SP may be an operand of few: ADD, SUB, CMP, CMN take it as n, MOV as d or m,
 * and ADD and SUB of SP write it (A5.1.3). */
static bool bad_registers(const struct insn *i, unsigned op, const struct alu_family *f)
{
    bool sums = op == 8 || op == 13;
    bool compare = f >= core_alu_compare && f < core_alu_compare + 16;
    bool move = f == &core_alu_move[2];
    bool d = i->d == 15 || (i->d == CORE_SP && !(sums && i->n == CORE_SP) && !move);
    bool n = i->n == 15 || (i->n == CORE_SP && !sums);
    bool is_move = f >= core_alu_move && f < core_alu_move + 16;
    return (!compare && d) || (!is_move && n);
}

/* The family of an op, and whether it sets flags; NULL: not allocated. */
static const struct alu_family *family(struct insn *i, uint32_t w, unsigned op)
{
    bool flags = field(w, 20, 1) != 0;
    i->d = reg_at(w, 8);
    i->n = reg_at(w, 16);
    const struct alu_family *f = &core_alu[op];
    if (i->d == 15 && flags && core_alu_compare[op].flags[0] != NULL) {
        f = &core_alu_compare[op];
    } else if (i->n == 15 && core_alu_move[op].flags[0] != NULL) {
        f = &core_alu_move[op];
    }
    return f->plain[0] == NULL ? NULL : f;
}

/* LSL, LSR and ASR of 1..31 have functions of their own for MOV. */
static op_fn *plain_shift(const struct insn *i, bool flags)
{
    if (i->amount == 32) {
        return NULL;
    }
    switch ((enum shift_kind)i->shift) {
    case LSL: return flags ? op_lsls_i : op_lsl_i;
    case LSR: return flags ? op_lsrs_i : op_lsr_i;
    case ASR: return flags ? op_asrs_i : op_asr_i;
    case ROR:
    case RRX: break;
    }
    return NULL;
}

/* DecodeImmShift (A7.4.2): 0 stands for 32, or RRX, but for LSL. */
static void constant_shift(struct insn *i, uint32_t w)
{
    unsigned n = field(w, 12, 3) << 2 | field(w, 6, 2);
    i->shift = (uint8_t)field(w, 4, 2);
    if (n == 0 && i->shift == ROR) {
        i->shift = RRX;
        n = 1;
    } else if (n == 0 && i->shift != LSL) {
        n = 32;
    }
    i->amount = (uint8_t)n;
}

void form_alu_reg(struct insn *i, uint32_t w)
{
    unsigned op = field(w, 21, 4);
    bool flags = field(w, 20, 1) != 0;
    const struct alu_family *f = family(i, w, op);
    i->m = reg_at(w, 0);
    if (f == NULL) {
        return;
    }
    constant_shift(i, w);
    unsigned kind = i->shift == LSL && i->amount == 0 ? 1 : 2;
    op_fn *quick = f == &core_alu_move[2] && kind == 2 ? plain_shift(i, flags) : NULL;
    i->run = flags ? f->flags[kind] : f->plain[kind];
    if (quick != NULL) {
        i->run = quick;
    }
    bool moves_sp = i->m == CORE_SP && f == &core_alu_move[2] && kind == 1;
    if (bad_registers(i, op, f) || i->m == 15 || (i->m == CORE_SP && !moves_sp)) {
        unpredictable(i, w);
    }
}

/* ThumbExpandImm_C (A5.3.2); *carry: C becomes the top bit. */
static uint32_t expand(uint32_t w, bool *carry)
{
    unsigned code = field(w, 26, 1) << 11 | field(w, 12, 3) << 8 | field(w, 0, 8);
    uint32_t byte = code & 0xFF;
    *carry = code >> 10 != 0;
    switch (code >> 8) {
    case 0: return byte;
    case 1: return byte | byte << 16;
    case 2: return byte << 8 | byte << 24;
    case 3: return byte * 0x01010101u;
    default: return rotate(0x80 | (code & 0x7F), code >> 7);
    }
}

void form_alu_imm(struct insn *i, uint32_t w)
{
    unsigned op = field(w, 21, 4);
    bool carry = false;
    const struct alu_family *f = family(i, w, op);
    if (f == NULL) {
        return;
    }
    i->imm = expand(w, &carry);
    i->s = carry;
    i->run = field(w, 20, 1) != 0 ? f->flags[0] : f->plain[0];
    if (bad_registers(i, op, f) || (i->d == CORE_SP && f == &core_alu_move[2])) {
        unpredictable(i, w);
    }
}

static uint32_t imm12(uint32_t w)
{
    return field(w, 26, 1) << 11 | field(w, 12, 3) << 8 | field(w, 0, 8);
}

void form_adr_up(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->imm = ((i->pc + 4) & ~3u) + imm12(w);
}

void form_adr_down(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->imm = ((i->pc + 4) & ~3u) - imm12(w);
}

void form_dn_imm12(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->n = reg_at(w, 16);
    i->imm = imm12(w);
    if (i->d == CORE_SP && i->n != CORE_SP) {
        unpredictable(i, w);
    }
}

void form_d_imm16(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->imm = field(w, 16, 4) << 12 | imm12(w);
}

/* ---- saturation, bit fields ------------------------------------------------------------------ */

/* s: the width; SSAT's field is one less. */
void form_sat16(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->n = reg_at(w, 16);
    i->s = (uint8_t)(field(w, 0, 4) + (i->run == op_ssat16));
}

void form_sat(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->n = reg_at(w, 16);
    i->s = (uint8_t)(field(w, 0, 5) + (i->run == op_ssat));
    i->shift = field(w, 21, 1) != 0 ? ASR : LSL;
    i->amount = (uint8_t)(field(w, 12, 3) << 2 | field(w, 6, 2));
    if (i->shift == ASR && i->amount == 0) {
        i->amount = 32;
    }
}

static void bits(struct insn *i, uint32_t w, unsigned *low, unsigned *last)
{
    i->d = reg_at(w, 8);
    i->n = reg_at(w, 16);
    *low = field(w, 12, 3) << 2 | field(w, 6, 2);
    *last = field(w, 0, 5);
}

static uint32_t ones(unsigned n)
{
    return n >= 32 ? 0xFFFFFFFFu : (1u << n) - 1;
}

void form_ubfx(struct insn *i, uint32_t w)
{
    unsigned low = 0;
    unsigned less = 0;
    bits(i, w, &low, &less);
    i->amount = (uint8_t)low;
    i->imm = ones(less + 1);
    if (low + less > 31) {
        unpredictable(i, w);
    }
}

void form_sbfx(struct insn *i, uint32_t w)
{
    unsigned low = 0;
    unsigned less = 0;
    bits(i, w, &low, &less);
    if (low + less > 31) {
        unpredictable(i, w);
        return;
    }
    i->s = (uint8_t)(31 - less - low);
    i->amount = (uint8_t)(31 - less);
}

void form_bfi(struct insn *i, uint32_t w)
{
    unsigned low = 0;
    unsigned last = 0;
    bits(i, w, &low, &last);
    if (last < low) {
        unpredictable(i, w);
        return;
    }
    i->amount = (uint8_t)low;
    i->imm = ones(last - low + 1) << low;
}

/* ---- special registers, branches ---------------------------------------------------------------- */

void form_msr(struct insn *i, uint32_t w)
{
    i->n = reg_at(w, 16);
    i->imm = field(w, 0, 8);
    i->s = (uint8_t)field(w, 10, 2);
    if (i->s == 0 || (i->s != 2 && i->imm > 3)) {
        unpredictable(i, w);
    }
}

void form_mrs(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 8);
    i->imm = field(w, 0, 8);
}

void form_b20(struct insn *i, uint32_t w)
{
    uint32_t offset = field(w, 26, 1) << 20 | field(w, 11, 1) << 19 |
                      field(w, 13, 1) << 18 | field(w, 16, 6) << 12 |
                      field(w, 0, 11) << 1;
    i->s = (uint8_t)field(w, 22, 4);
    i->imm = i->pc + 4 + ((offset ^ 0x100000u) - 0x100000u);
}

void form_b24(struct insn *i, uint32_t w)
{
    uint32_t sign = field(w, 26, 1);
    uint32_t i1 = field(w, 13, 1) ^ sign ^ 1;
    uint32_t i2 = field(w, 11, 1) ^ sign ^ 1;
    uint32_t offset = sign << 24 | i1 << 23 | i2 << 22 | field(w, 16, 10) << 12 |
                      field(w, 0, 11) << 1;
    i->imm = i->pc + 4 + ((offset ^ 0x1000000u) - 0x1000000u);
}

/* ---- registers alone ------------------------------------------------------------------------------------ */

void form_shift_reg(struct insn *i, uint32_t w)
{
    dnm(i, w);
    i->shift = (uint8_t)field(w, 21, 2);
    if (field(w, 20, 1) != 0) {
        i->run = op_shifts_r;
    }
}

static bool bad(unsigned reg)
{
    return reg == 13 || reg == 15;
}

static op_fn *without_n(op_fn *run)
{
    static const struct op_pair pairs[] = {{op_sxtah, op_sxth}, {op_uxtah, op_uxth},
            {op_sxtab16, op_sxtb16}, {op_uxtab16, op_uxtb16}, {op_sxtab, op_sxtb},
            {op_uxtab, op_uxtb}};
    for (unsigned k = 0; k < sizeof(pairs) / sizeof(*pairs); k++) {
        if (pairs[k].op == run) {
            return pairs[k].other;
        }
    }
    return run;
}

void form_extend(struct insn *i, uint32_t w)
{
    dnm(i, w);
    i->amount = (uint8_t)(8 * field(w, 4, 2));
    if (i->n == 15) {
        i->run = without_n(i->run);
    }
    if (bad(i->d) || i->n == 13 || bad(i->m)) {
        unpredictable(i, w);
    }
}

void form_parallel(struct insn *i, uint32_t w)
{
    dnm(i, w);
    i->shift = (uint8_t)field(w, 4, 3);
    i->amount = (uint8_t)field(w, 20, 3);
    if (i->shift % 4 == 3 || i->amount % 4 == 3) {
        i->run = op_undefined;
    }
}

void form_wide_dnm(struct insn *i, uint32_t w)
{
    dnm(i, w);
}

/* Both fields name the one operand (A7.7.113). */
void form_twice(struct insn *i, uint32_t w)
{
    dnm(i, w);
    if (i->n != i->m) {
        unpredictable(i, w);
    }
}

/* s: the accumulator, or the lower half of a long one. */
void form_mul(struct insn *i, uint32_t w)
{
    dnm(i, w);
    i->s = reg_at(w, 12);
}

void form_mul_tops(struct insn *i, uint32_t w)
{
    form_mul(i, w);
    i->amount = (uint8_t)field(w, 4, 2);
}

void form_mul_swap(struct insn *i, uint32_t w)
{
    form_mul(i, w);
    i->amount = (uint8_t)field(w, 4, 1);
}
