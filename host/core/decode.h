/* decode.h - rows of the tables of encodings, and the forms they name.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_DECODE_H
#define ETCH_CORE_DECODE_H

#include "core/core_priv.h"
#include "core/ops.h"

/* Takes the operands out of w. i->run is the row's already; a form may choose
 * another. */
typedef void form_fn(struct insn *i, uint32_t w);

/* Registers that may not be 13 (15): what they are makes it UNPREDICTABLE. */
enum { NOT_D = 1, NOT_N = 2, NOT_M = 4, NOT_S = 8 };

struct row {
    uint32_t mask, value;
    form_fn *form;
    op_fn *run;
    op_fn *other; /* inside an IT block, where 16 bits set no flags. NULL: the same */
    uint8_t not13, not15;
    uint8_t cycles; /* docs/core.md; of a branch that is not taken */
};

struct alu_family {
    op_fn *plain[3]; /* constant, register, shifted register */
    op_fn *flags[3];
};

struct mem_family {
    op_fn *imm, *reg, *literal, *wide, *pre, *post;
};

struct op_pair {
    op_fn *op, *other;
};

extern const struct row core_narrow_rows[], core_wide_rows[];
extern const struct alu_family core_alu[16], core_alu_move[16], core_alu_compare[16];
/* The op without flags, where another instruction sets the same ones before
 * anybody can see them; NULL: they are seen. */
op_fn *core_flagless(const struct insn *i, const struct insn *behind);
extern const struct mem_family core_loads[8], core_stores[3];

/* 16 bits: form16.c */
form_fn form_none, form_imm8, form_dm, form_dm_imm5, form_dm_lsr32, form_dm_asr32,
        form_dnm, form_dn_imm3, form_d_imm8, form_dn_m, form_dn_zero, form_lsl_m,
        form_lsr_m, form_asr_m, form_ror_m, form_high, form_high_add, form_high_mov,
        form_bx, form_literal8, form_mem_reg, form_mem_word, form_mem_half, form_mem_byte,
        form_mem_sp, form_adr8, form_add_sp, form_sp_imm7, form_cbz, form_push, form_pop,
        form_cps, form_it, form_stm8, form_ldm8, form_b8, form_b11;
/* 32 bits: form_mem.c, form32.c */
form_fn form_stm, form_ldm, form_strex, form_ldrex, form_strex_b, form_strex_h,
        form_ldrex_b, form_ldrex_h, form_tbb, form_tbh, form_strd, form_ldrd, form_pkhbt,
        form_alu_reg, form_alu_imm, form_adr_up, form_adr_down, form_dn_imm12,
        form_d_imm16, form_sat16, form_sat, form_sbfx, form_ubfx, form_bfi, form_msr,
        form_mrs, form_b20, form_b24, form_store, form_load, form_shift_reg, form_extend,
        form_parallel, form_wide_dnm, form_twice, form_mul, form_mul_tops, form_mul_swap;
/* the floating-point unit: form_fp.c */
form_fn form_vmov2, form_vmem_many, form_vmem, form_vmov, form_vmov_half, form_vmrs,
        form_v3, form_vmov_imm, form_vcvt_half, form_vcmp, form_vcmp_zero, form_vcvt_from,
        form_vcvt_int, form_vcvt_fixed;

/* The encoding must not be used so (A5.1.2). */
static inline void unpredictable(struct insn *i, uint32_t w)
{
    i->run = op_unpredictable;
    i->imm = w;
}

static inline uint32_t field(uint32_t w, unsigned low, unsigned bits)
{
    return w >> low & ((1u << bits) - 1);
}

static inline uint8_t reg_at(uint32_t w, unsigned low)
{
    return (uint8_t)(w >> low & 15);
}

static inline uint8_t low_reg(uint32_t w, unsigned low)
{
    return (uint8_t)(w >> low & 7);
}

#endif
