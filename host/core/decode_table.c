/* decode_table.c - the encodings: DDI 0403E A5, in its order where order is free.
 *
 * The first row that matches counts. An encoding of 16 bits stands in the low
 * half of the table's numbers; one of 32 bits as hw1:hw2.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"

#define SAME NULL
#define MANY 0 /* cycles: one, and one for each word */

const struct row core_narrow_rows[] = {
        /* shift by a constant, add, subtract, move, compare (A5.2.1) */
        {0xFFC0, 0x0000, form_dm, op_movs_r, op_mov_r, 0, 0, 1},
        {0xF800, 0x0000, form_dm_imm5, op_lsls_i, op_lsl_i, 0, 0, 1},
        {0xFFC0, 0x0800, form_dm_lsr32, op_movs_x, op_mov_x, 0, 0, 1},
        {0xF800, 0x0800, form_dm_imm5, op_lsrs_i, op_lsr_i, 0, 0, 1},
        {0xFFC0, 0x1000, form_dm_asr32, op_movs_x, op_mov_x, 0, 0, 1},
        {0xF800, 0x1000, form_dm_imm5, op_asrs_i, op_asr_i, 0, 0, 1},
        {0xFE00, 0x1800, form_dnm, op_adds_r, op_add_r, 0, 0, 1},
        {0xFE00, 0x1A00, form_dnm, op_subs_r, op_sub_r, 0, 0, 1},
        {0xFE00, 0x1C00, form_dn_imm3, op_adds_i, op_add_i, 0, 0, 1},
        {0xFE00, 0x1E00, form_dn_imm3, op_subs_i, op_sub_i, 0, 0, 1},
        {0xF800, 0x2000, form_d_imm8, op_movs_i, op_mov_i, 0, 0, 1},
        {0xF800, 0x2800, form_d_imm8, op_cmp_i, SAME, 0, 0, 1},
        {0xF800, 0x3000, form_d_imm8, op_adds_i, op_add_i, 0, 0, 1},
        {0xF800, 0x3800, form_d_imm8, op_subs_i, op_sub_i, 0, 0, 1},
        /* data processing (A5.2.2) */
        {0xFFC0, 0x4000, form_dn_m, op_ands_r, op_and_r, 0, 0, 1},
        {0xFFC0, 0x4040, form_dn_m, op_eors_r, op_eor_r, 0, 0, 1},
        {0xFFC0, 0x4080, form_lsl_m, op_shifts_r, op_shift_r, 0, 0, 1},
        {0xFFC0, 0x40C0, form_lsr_m, op_shifts_r, op_shift_r, 0, 0, 1},
        {0xFFC0, 0x4100, form_asr_m, op_shifts_r, op_shift_r, 0, 0, 1},
        {0xFFC0, 0x4140, form_dn_m, op_adcs_r, op_adc_r, 0, 0, 1},
        {0xFFC0, 0x4180, form_dn_m, op_sbcs_r, op_sbc_r, 0, 0, 1},
        {0xFFC0, 0x41C0, form_ror_m, op_shifts_r, op_shift_r, 0, 0, 1},
        {0xFFC0, 0x4200, form_dn_m, op_tst_r, SAME, 0, 0, 1},
        {0xFFC0, 0x4240, form_dn_zero, op_rsbs_i, op_rsb_i, 0, 0, 1},
        {0xFFC0, 0x4280, form_dn_m, op_cmp_r, SAME, 0, 0, 1},
        {0xFFC0, 0x42C0, form_dn_m, op_cmn_r, SAME, 0, 0, 1},
        {0xFFC0, 0x4300, form_dn_m, op_orrs_r, op_orr_r, 0, 0, 1},
        {0xFFC0, 0x4340, form_dn_m, op_muls, op_mul, 0, 0, 1},
        {0xFFC0, 0x4380, form_dn_m, op_bics_r, op_bic_r, 0, 0, 1},
        {0xFFC0, 0x43C0, form_dn_m, op_mvns_r, op_mvn_r, 0, 0, 1},
        /* all registers, branches by register (A5.2.3) */
        {0xFF00, 0x4400, form_high_add, op_add_r, SAME, 0, 0, 1},
        {0xFF00, 0x4500, form_high, op_cmp_r, SAME, 0, NOT_N | NOT_M, 1},
        {0xFF00, 0x4600, form_high_mov, op_mov_r, SAME, 0, 0, 1},
        {0xFF87, 0x4700, form_bx, op_bx, SAME, 0, 0, 1},
        {0xFF87, 0x4780, form_bx, op_blx, SAME, 0, NOT_M, 1},
        {0xF800, 0x4800, form_literal8, op_ldr_l, SAME, 0, 0, 2},
        /* loads and stores (A5.2.4) */
        {0xFE00, 0x5000, form_mem_reg, op_str_r, SAME, 0, 0, 1},
        {0xFE00, 0x5200, form_mem_reg, op_strh_r, SAME, 0, 0, 1},
        {0xFE00, 0x5400, form_mem_reg, op_strb_r, SAME, 0, 0, 1},
        {0xFE00, 0x5600, form_mem_reg, op_ldrsb_r, SAME, 0, 0, 2},
        {0xFE00, 0x5800, form_mem_reg, op_ldr_r, SAME, 0, 0, 2},
        {0xFE00, 0x5A00, form_mem_reg, op_ldrh_r, SAME, 0, 0, 2},
        {0xFE00, 0x5C00, form_mem_reg, op_ldrb_r, SAME, 0, 0, 2},
        {0xFE00, 0x5E00, form_mem_reg, op_ldrsh_r, SAME, 0, 0, 2},
        {0xF800, 0x6000, form_mem_word, op_str_i, SAME, 0, 0, 1},
        {0xF800, 0x6800, form_mem_word, op_ldr_i, SAME, 0, 0, 2},
        {0xF800, 0x7000, form_mem_byte, op_strb_i, SAME, 0, 0, 1},
        {0xF800, 0x7800, form_mem_byte, op_ldrb_i, SAME, 0, 0, 2},
        {0xF800, 0x8000, form_mem_half, op_strh_i, SAME, 0, 0, 1},
        {0xF800, 0x8800, form_mem_half, op_ldrh_i, SAME, 0, 0, 2},
        {0xF800, 0x9000, form_mem_sp, op_str_i, SAME, 0, 0, 1},
        {0xF800, 0x9800, form_mem_sp, op_ldr_i, SAME, 0, 0, 2},
        {0xF800, 0xA000, form_adr8, op_mov_i, SAME, 0, 0, 1},
        {0xF800, 0xA800, form_add_sp, op_add_i, SAME, 0, 0, 1},
        /* miscellaneous (A5.2.5) */
        {0xFF80, 0xB000, form_sp_imm7, op_add_i, SAME, 0, 0, 1},
        {0xFF80, 0xB080, form_sp_imm7, op_sub_i, SAME, 0, 0, 1},
        {0xF500, 0xB100, form_cbz, op_cbz_far, SAME, 0, 0, 1},
        {0xFFC0, 0xB200, form_dm, op_sxth, SAME, 0, 0, 1},
        {0xFFC0, 0xB240, form_dm, op_sxtb, SAME, 0, 0, 1},
        {0xFFC0, 0xB280, form_dm, op_uxth, SAME, 0, 0, 1},
        {0xFFC0, 0xB2C0, form_dm, op_uxtb, SAME, 0, 0, 1},
        {0xFE00, 0xB400, form_push, op_stm, SAME, 0, 0, MANY},
        {0xFFEC, 0xB660, form_cps, op_cps, SAME, 0, 0, 1},
        {0xFFC0, 0xBA00, form_dm, op_rev, SAME, 0, 0, 1},
        {0xFFC0, 0xBA40, form_dm, op_rev16, SAME, 0, 0, 1},
        {0xFFC0, 0xBAC0, form_dm, op_revsh, SAME, 0, 0, 1},
        {0xFE00, 0xBC00, form_pop, op_ldm, SAME, 0, 0, MANY},
        {0xFF00, 0xBE00, form_imm8, op_bkpt, SAME, 0, 0, 1},
        {0xFFFF, 0xBF20, form_none, op_wfe, SAME, 0, 0, 1},
        {0xFFFF, 0xBF30, form_none, op_wfi, SAME, 0, 0, 1},
        {0xFFFF, 0xBF40, form_none, op_sev, SAME, 0, 0, 1},
        {0xFF0F, 0xBF00, form_none, op_nop, SAME, 0, 0, 1},
        {0xFF00, 0xBF00, form_it, op_nop, SAME, 0, 0, 1},
        /* many registers, branches (A5.2.6 on) */
        {0xF800, 0xC000, form_stm8, op_stm, SAME, 0, 0, MANY},
        {0xF800, 0xC800, form_ldm8, op_ldm, SAME, 0, 0, MANY},
        {0xFF00, 0xDE00, form_none, op_undefined, SAME, 0, 0, 1},
        {0xFF00, 0xDF00, form_imm8, op_svc, SAME, 0, 0, 1},
        {0xF000, 0xD000, form_b8, op_bcc_far, SAME, 0, 0, 1},
        {0xF800, 0xE000, form_b11, op_b_far, SAME, 0, 0, 1},
        {0, 0, form_none, op_undefined, SAME, 0, 0, 1},
};

#define DNM (NOT_D | NOT_N | NOT_M)

const struct row core_wide_rows[] = {
        /* many registers (A5.3.5) */
        {0xFFD00000, 0xE8800000, form_stm, op_stm, SAME, 0, NOT_N, MANY},
        {0xFFD00000, 0xE8900000, form_ldm, op_ldm, SAME, 0, NOT_N, MANY},
        {0xFFD00000, 0xE9000000, form_stm, op_stm, SAME, 0, NOT_N, MANY},
        {0xFFD00000, 0xE9100000, form_ldm, op_ldm, SAME, 0, NOT_N, MANY},
        /* two words, exclusive access, table branches (A5.3.6) */
        {0xFFF00000, 0xE8400000, form_strex, op_strex, SAME, NOT_D | NOT_M, DNM, 2},
        {0xFFF00F00, 0xE8500F00, form_ldrex, op_ldrex, SAME, NOT_D, NOT_D | NOT_N, 2},
        {0xFFF00FF0, 0xE8C00F40, form_strex_b, op_strex, SAME, NOT_D | NOT_M, DNM, 2},
        {0xFFF00FF0, 0xE8C00F50, form_strex_h, op_strex, SAME, NOT_D | NOT_M, DNM, 2},
        {0xFFF00FFF, 0xE8D00F4F, form_ldrex_b, op_ldrex, SAME, NOT_D, NOT_D | NOT_N, 2},
        {0xFFF00FFF, 0xE8D00F5F, form_ldrex_h, op_ldrex, SAME, NOT_D, NOT_D | NOT_N, 2},
        {0xFFF0FFF0, 0xE8D0F000, form_tbb, op_tbb, SAME, NOT_N | NOT_M, NOT_M, 1},
        {0xFFF0FFF0, 0xE8D0F010, form_tbh, op_tbb, SAME, NOT_N | NOT_M, NOT_M, 1},
        {0xFE500000, 0xE8400000, form_strd, op_strd, SAME, NOT_D | NOT_M, DNM, 3},
        {0xFE500000, 0xE8500000, form_ldrd, op_ldrd, SAME, NOT_D | NOT_M, NOT_D | NOT_M,
                3},
        /* data processing, shifted register (A5.3.11) */
        {0xFFF08010, 0xEAC00000, form_pkhbt, op_pkhbt, SAME, DNM, DNM, 1},
        {0xFE008000, 0xEA000000, form_alu_reg, op_undefined, SAME, 0, 0, 1},
        /* data processing, constants (A5.3.1, A5.3.3) */
        {0xFA008000, 0xF0000000, form_alu_imm, op_undefined, SAME, 0, 0, 1},
        {0xFBFF8000, 0xF20F0000, form_adr_up, op_mov_i, SAME, NOT_D, NOT_D, 1},
        {0xFBFF8000, 0xF2AF0000, form_adr_down, op_mov_i, SAME, NOT_D, NOT_D, 1},
        {0xFBF08000, 0xF2000000, form_dn_imm12, op_add_i, SAME, 0, NOT_D | NOT_N, 1},
        {0xFBF08000, 0xF2A00000, form_dn_imm12, op_sub_i, SAME, 0, NOT_D | NOT_N, 1},
        {0xFBF08000, 0xF2400000, form_d_imm16, op_mov_i, SAME, NOT_D, NOT_D, 1},
        {0xFBF08000, 0xF2C00000, form_d_imm16, op_movt, SAME, NOT_D, NOT_D, 1},
        {0xFFF0F0F0, 0xF3200000, form_sat16, op_ssat16, SAME, NOT_D | NOT_N,
                NOT_D | NOT_N, 1},
        {0xFFF0F0F0, 0xF3A00000, form_sat16, op_usat16, SAME, NOT_D | NOT_N,
                NOT_D | NOT_N, 1},
        {0xFFD08020, 0xF3000000, form_sat, op_ssat, SAME, NOT_D | NOT_N, NOT_D | NOT_N,
                1},
        {0xFFD08020, 0xF3800000, form_sat, op_usat, SAME, NOT_D | NOT_N, NOT_D | NOT_N,
                1},
        {0xFFF08020, 0xF3400000, form_sbfx, op_sbfx, SAME, NOT_D | NOT_N, NOT_D | NOT_N,
                1},
        {0xFFF08020, 0xF3C00000, form_ubfx, op_ubfx, SAME, NOT_D | NOT_N, NOT_D | NOT_N,
                1},
        {0xFFFF8020, 0xF36F0000, form_bfi, op_bfc, SAME, NOT_D, NOT_D, 1},
        {0xFFF08020, 0xF3600000, form_bfi, op_bfi, SAME, NOT_D | NOT_N, NOT_D, 1},
        /* branches and miscellaneous control (A5.3.4) */
        {0xFFF0F300, 0xF3808000, form_msr, op_msr, SAME, NOT_N, NOT_N, 2},
        {0xFFFFF000, 0xF3EF8000, form_mrs, op_mrs, SAME, NOT_D, NOT_D, 2},
        {0xFFFFFFFF, 0xF3AF8002, form_none, op_wfe, SAME, 0, 0, 1},
        {0xFFFFFFFF, 0xF3AF8003, form_none, op_wfi, SAME, 0, 0, 1},
        {0xFFFFFFFF, 0xF3AF8004, form_none, op_sev, SAME, 0, 0, 1},
        {0xFFFFFF00, 0xF3AF8000, form_none, op_nop, SAME, 0, 0, 1},
        {0xFFFFFFF0, 0xF3BF8F20, form_none, op_clrex, SAME, 0, 0, 1},
        {0xFFFFFFF0, 0xF3BF8F40, form_none, op_dsb, SAME, 0, 0, 4},
        {0xFFFFFFF0, 0xF3BF8F50, form_none, op_barrier, SAME, 0, 0, 4},
        {0xFFFFFFF0, 0xF3BF8F60, form_none, op_isb, SAME, 0, 0, 4},
        {0xFB80D000, 0xF3808000, form_none, op_undefined, SAME, 0, 0, 1},
        {0xF800D000, 0xF0008000, form_b20, op_bcc_far, SAME, 0, 0, 1},
        {0xF800D000, 0xF0009000, form_b24, op_b_far, SAME, 0, 0, 1},
        {0xF800D000, 0xF000D000, form_b24, op_bl_far, SAME, 0, 0, 1},
        /* single loads and stores (A5.3.7 - A5.3.10) */
        {0xFF700000, 0xF8000000, form_store, op_strb_i, SAME, 0, 0, 1},
        {0xFF700000, 0xF8200000, form_store, op_strh_i, SAME, 0, 0, 1},
        {0xFF700000, 0xF8400000, form_store, op_str_i, SAME, 0, 0, 1},
        {0xFE700000, 0xF8100000, form_load, op_ldrb_i, SAME, 0, 0, 2},
        {0xFE700000, 0xF8300000, form_load, op_ldrh_i, SAME, 0, 0, 2},
        {0xFF700000, 0xF8500000, form_load, op_ldr_i, SAME, 0, 0, 2},
        /* data processing, registers (A5.3.12 - A5.3.15) */
        {0xFF80F0F0, 0xFA00F000, form_shift_reg, op_shift_r, SAME, DNM, DNM, 1},
        {0xFFF0F0C0, 0xFA00F080, form_extend, op_sxtah, SAME, 0, 0, 1},
        {0xFFF0F0C0, 0xFA10F080, form_extend, op_uxtah, SAME, 0, 0, 1},
        {0xFFF0F0C0, 0xFA20F080, form_extend, op_sxtab16, SAME, 0, 0, 1},
        {0xFFF0F0C0, 0xFA30F080, form_extend, op_uxtab16, SAME, 0, 0, 1},
        {0xFFF0F0C0, 0xFA40F080, form_extend, op_sxtab, SAME, 0, 0, 1},
        {0xFFF0F0C0, 0xFA50F080, form_extend, op_uxtab, SAME, 0, 0, 1},
        {0xFF80F080, 0xFA80F000, form_parallel, op_parallel, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA80F080, form_wide_dnm, op_qadd, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA80F090, form_wide_dnm, op_qdadd, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA80F0A0, form_wide_dnm, op_qsub, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA80F0B0, form_wide_dnm, op_qdsub, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA90F080, form_twice, op_rev, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA90F090, form_twice, op_rev16, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA90F0A0, form_twice, op_rbit, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFA90F0B0, form_twice, op_revsh, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFAA0F080, form_wide_dnm, op_sel, SAME, DNM, DNM, 1},
        {0xFFF0F0F0, 0xFAB0F080, form_twice, op_clz, SAME, DNM, DNM, 1},
        /* multiplication (A5.3.16, A5.3.17): of two rows the first has no a */
        {0xFFF0F0F0, 0xFB00F000, form_mul, op_mul, SAME, DNM, DNM, 1},
        {0xFFF000F0, 0xFB000000, form_mul, op_mla, SAME, DNM | NOT_S, DNM, 1},
        {0xFFF000F0, 0xFB000010, form_mul, op_mls, SAME, DNM | NOT_S, DNM | NOT_S, 1},
        {0xFFF0F0C0, 0xFB10F000, form_mul_tops, op_smulxy, SAME, DNM, DNM, 1},
        {0xFFF000C0, 0xFB100000, form_mul_tops, op_smlaxy, SAME, DNM | NOT_S, DNM, 1},
        {0xFFF0F0E0, 0xFB20F000, form_mul_swap, op_smuad, SAME, DNM, DNM, 1},
        {0xFFF000E0, 0xFB200000, form_mul_swap, op_smlad, SAME, DNM | NOT_S, DNM, 1},
        {0xFFF0F0E0, 0xFB30F000, form_mul_swap, op_smulwy, SAME, DNM, DNM, 1},
        {0xFFF000E0, 0xFB300000, form_mul_swap, op_smlawy, SAME, DNM | NOT_S, DNM, 1},
        {0xFFF0F0E0, 0xFB40F000, form_mul_swap, op_smusd, SAME, DNM, DNM, 1},
        {0xFFF000E0, 0xFB400000, form_mul_swap, op_smlsd, SAME, DNM | NOT_S, DNM, 1},
        {0xFFF0F0E0, 0xFB50F000, form_mul_swap, op_smmul, SAME, DNM, DNM, 1},
        {0xFFF000E0, 0xFB500000, form_mul_swap, op_smmla, SAME, DNM | NOT_S, DNM, 1},
        {0xFFF000E0, 0xFB600000, form_mul_swap, op_smmls, SAME, DNM | NOT_S, DNM | NOT_S,
                1},
        {0xFFF0F0F0, 0xFB70F000, form_mul, op_usad8, SAME, DNM, DNM, 1},
        {0xFFF000F0, 0xFB700000, form_mul, op_usada8, SAME, DNM | NOT_S, DNM, 1},
        {0xFFF000F0, 0xFB800000, form_mul, op_smull, SAME, DNM | NOT_S, DNM | NOT_S, 1},
        {0xFFF0F0F0, 0xFB90F0F0, form_mul, op_sdiv, SAME, DNM, DNM, 2},
        {0xFFF000F0, 0xFBA00000, form_mul, op_umull, SAME, DNM | NOT_S, DNM | NOT_S, 1},
        {0xFFF0F0F0, 0xFBB0F0F0, form_mul, op_udiv, SAME, DNM, DNM, 2},
        {0xFFF000F0, 0xFBC00000, form_mul, op_smlal, SAME, DNM | NOT_S, DNM | NOT_S, 1},
        {0xFFF000C0, 0xFBC00080, form_mul_tops, op_smlalxy, SAME, DNM | NOT_S,
                DNM | NOT_S, 1},
        {0xFFF000E0, 0xFBC000C0, form_mul_swap, op_smlald, SAME, DNM | NOT_S, DNM | NOT_S,
                1},
        {0xFFF000E0, 0xFBD000C0, form_mul_swap, op_smlsld, SAME, DNM | NOT_S, DNM | NOT_S,
                1},
        {0xFFF000F0, 0xFBE00000, form_mul, op_umlal, SAME, DNM | NOT_S, DNM | NOT_S, 1},
        {0xFFF000F0, 0xFBE00060, form_mul, op_umaal, SAME, DNM | NOT_S, DNM | NOT_S, 1},
        /* the floating-point unit: moves of registers (A6.6, A6.7), memory (A6.5) */
        {0xFFF00ED0, 0xEC400A10, form_vmov2, op_vmov2_to_unit, SAME, NOT_D | NOT_M,
                NOT_D | NOT_M, 2},
        {0xFFF00ED0, 0xEC500A10, form_vmov2, op_vmov2_to_core, SAME, NOT_D | NOT_M,
                NOT_D | NOT_M, 2},
        {0xFF900E00, 0xEC800A00, form_vmem_many, op_vstm, SAME, 0, NOT_N, MANY},
        {0xFF900E00, 0xEC900A00, form_vmem_many, op_vldm, SAME, 0, NOT_N, MANY},
        {0xFFB00E00, 0xED200A00, form_vmem_many, op_vstm, SAME, 0, NOT_N, MANY},
        {0xFFB00E00, 0xED300A00, form_vmem_many, op_vldm, SAME, 0, NOT_N, MANY},
        {0xFF300E00, 0xED000A00, form_vmem, op_vstm, SAME, 0, NOT_N, MANY},
        {0xFF300E00, 0xED100A00, form_vmem, op_vldm, SAME, 0, 0, MANY},
        {0xFFF00F7F, 0xEE000A10, form_vmov, op_vmov_to_unit, SAME, NOT_D, NOT_D, 1},
        {0xFFF00F7F, 0xEE100A10, form_vmov, op_vmov_to_core, SAME, NOT_D, NOT_D, 1},
        {0xFFD00F7F, 0xEE000B10, form_vmov_half, op_vmov_to_unit, SAME, NOT_D, NOT_D, 1},
        {0xFFD00F7F, 0xEE100B10, form_vmov_half, op_vmov_to_core, SAME, NOT_D, NOT_D, 1},
        {0xFFFF0FFF, 0xEEE10A10, form_vmrs, op_vmsr, SAME, NOT_D, NOT_D, 1},
        {0xFFFF0FFF, 0xEEF10A10, form_vmrs, op_vmrs, SAME, NOT_D, 0, 1},
        /* its arithmetic (A6.4) */
        {0xFFB00F50, 0xEE000A00, form_v3, op_vmla, SAME, 0, 0, 3},
        {0xFFB00F50, 0xEE000A40, form_v3, op_vmls, SAME, 0, 0, 3},
        {0xFFB00F50, 0xEE100A00, form_v3, op_vnmls, SAME, 0, 0, 3},
        {0xFFB00F50, 0xEE100A40, form_v3, op_vnmla, SAME, 0, 0, 3},
        {0xFFB00F50, 0xEE200A00, form_v3, op_vmul, SAME, 0, 0, 1},
        {0xFFB00F50, 0xEE200A40, form_v3, op_vnmul, SAME, 0, 0, 1},
        {0xFFB00F50, 0xEE300A00, form_v3, op_vadd, SAME, 0, 0, 1},
        {0xFFB00F50, 0xEE300A40, form_v3, op_vsub, SAME, 0, 0, 1},
        {0xFFB00F50, 0xEE800A00, form_v3, op_vdiv, SAME, 0, 0, 14},
        {0xFFB00F50, 0xEE900A00, form_v3, op_vfnms, SAME, 0, 0, 3},
        {0xFFB00F50, 0xEE900A40, form_v3, op_vfnma, SAME, 0, 0, 3},
        {0xFFB00F50, 0xEEA00A00, form_v3, op_vfma, SAME, 0, 0, 3},
        {0xFFB00F50, 0xEEA00A40, form_v3, op_vfms, SAME, 0, 0, 3},
        {0xFFB00FF0, 0xEEB00A00, form_vmov_imm, op_vmov_i, SAME, 0, 0, 1},
        {0xFFBF0FD0, 0xEEB00A40, form_v3, op_vmov_s, SAME, 0, 0, 1},
        {0xFFBF0FD0, 0xEEB00AC0, form_v3, op_vabs, SAME, 0, 0, 1},
        {0xFFBF0FD0, 0xEEB10A40, form_v3, op_vneg, SAME, 0, 0, 1},
        {0xFFBF0FD0, 0xEEB10AC0, form_v3, op_vsqrt, SAME, 0, 0, 14},
        {0xFFBF0F50, 0xEEB20A40, form_vcvt_half, op_vcvt_from_half, SAME, 0, 0, 1},
        {0xFFBF0F50, 0xEEB30A40, form_vcvt_half, op_vcvt_to_half, SAME, 0, 0, 1},
        {0xFFBF0F50, 0xEEB40A40, form_vcmp, op_vcmp, SAME, 0, 0, 1},
        {0xFFBF0F7F, 0xEEB50A40, form_vcmp_zero, op_vcmp, SAME, 0, 0, 1},
        {0xFFBF0F50, 0xEEB80A40, form_vcvt_from, op_vcvt_from, SAME, 0, 0, 1},
        {0xFFBE0F50, 0xEEBC0A40, form_vcvt_int, op_vcvt_int, SAME, 0, 0, 1},
        {0xFFBE0F50, 0xEEBA0A40, form_vcvt_fixed, op_vcvt_from, SAME, 0, 0, 1},
        {0xFFBE0F50, 0xEEBE0A40, form_vcvt_fixed, op_vcvt_int, SAME, 0, 0, 1},
        /* what is left to coprocessors (A5.3.18): 10 and 11 are the unit */
        {0xEF000000, 0xEF000000, form_none, op_undefined, SAME, 0, 0, 1},
        {0xEC000E00, 0xEC000A00, form_none, op_fp_undefined, SAME, 0, 0, 1},
        {0xEC000000, 0xEC000000, form_none, op_no_coprocessor, SAME, 0, 0, 1},
        {0, 0, form_none, op_undefined, SAME, 0, 0, 1},
};

#define ALU(name)                                          \
    {                                                      \
        {op_##name##_i, op_##name##_r, op_##name##_x},     \
        {                                                  \
            op_##name##s_i, op_##name##s_r, op_##name##s_x \
        }                                                  \
    }

/* By the field op of both tables of data processing; those with a hole at op
 * are not allocated. Rd 15 with flags is a comparison, Rn 15 a move. */
const struct alu_family core_alu[16] = {[0] = ALU(and),
        [1] = ALU(bic),
        [2] = ALU(orr),
        [3] = ALU(orn),
        [4] = ALU(eor),
        [8] = ALU(add),
        [10] = ALU(adc),
        [11] = ALU(sbc),
        [13] = ALU(sub),
        [14] = ALU(rsb)};
const struct alu_family core_alu_move[16] = {[2] = ALU(mov), [3] = ALU(mvn)};
const struct alu_family core_alu_compare[16] = {
        [0] = {{op_tst_i, op_tst_r, op_tst_x}, {op_tst_i, op_tst_r, op_tst_x}},
        [4] = {{op_teq_i, op_teq_r, op_teq_x}, {op_teq_i, op_teq_r, op_teq_x}},
        [8] = {{op_cmn_i, op_cmn_r, op_cmn_x}, {op_cmn_i, op_cmn_r, op_cmn_x}},
        [13] = {{op_cmp_i, op_cmp_r, op_cmp_x}, {op_cmp_i, op_cmp_r, op_cmp_x}}};

#define LOAD(name)                                                                   \
    {                                                                                \
        op_##name##_i, op_##name##_r, op_##name##_l, op_##name##_w, op_##name##_pre, \
                op_##name##_post                                                     \
    }
#define STORE(name)                                                         \
    {                                                                       \
        op_##name##_i, op_##name##_r, NULL, op_##name##_w, op_##name##_pre, \
                op_##name##_post                                            \
    }

/* Loads and stores by S:size (hw1[8], hw1[6:5]). */
const struct mem_family core_loads[8] = {[0] = LOAD(ldrb),
        [1] = LOAD(ldrh),
        [2] = LOAD(ldr),
        [4] = LOAD(ldrsb),
        [5] = LOAD(ldrsh)};
const struct mem_family core_stores[3] = {STORE(strb), STORE(strh), STORE(str)};
