/* ops.h - every function that executes an instruction (exec.h).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_OPS_H
#define ETCH_CORE_OPS_H

#include "core/core_priv.h"

/* exec_alu.c: constant, register, shifted register; s: with flags; sp: to SP */
op_fn op_adc_i, op_adc_r, op_adc_x, op_adcs_i, op_adcs_r, op_adcs_x, op_add_i, op_add_r,
        op_add_x, op_adds_i, op_adds_r, op_adds_x, op_and_i, op_and_r, op_and_x,
        op_ands_i, op_ands_r, op_ands_x, op_asr_i, op_asrs_i, op_bic_i, op_bic_r,
        op_bic_x, op_bics_i, op_bics_r, op_bics_x, op_cmn_i, op_cmn_r, op_cmn_x, op_cmp_i,
        op_cmp_r, op_cmp_x, op_align_sp, op_eor_i, op_eor_r, op_eor_x, op_eors_i,
        op_eors_r, op_eors_x, op_lsl_i, op_lsls_i, op_lsr_i, op_lsrs_i, op_mov_i,
        op_mov_r, op_mov_x, op_movs_i, op_movs_r, op_movs_x, op_movt, op_mvn_i, op_mvn_r,
        op_mvn_x, op_mvns_i, op_mvns_r, op_mvns_x, op_nop, op_orn_i, op_orn_r, op_orn_x,
        op_orns_i, op_orns_r, op_orns_x, op_orr_i, op_orr_r, op_orr_x, op_orrs_i,
        op_orrs_r, op_orrs_x, op_rsb_i, op_rsb_r, op_rsb_x, op_rsbs_i, op_rsbs_r,
        op_rsbs_x, op_sbc_i, op_sbc_r, op_sbc_x, op_sbcs_i, op_sbcs_r, op_sbcs_x,
        op_shift_r, op_shifts_r, op_sub_i, op_sub_r, op_sub_x, op_subs_i, op_subs_r,
        op_subs_x, op_teq_i, op_teq_r, op_teq_x, op_tst_i, op_tst_r, op_tst_x;

/* exec_mem.c: base and constant, and register, literal, all other ways */
op_fn op_clrex, op_ldr_pre, op_ldr_post, op_ldrh_pre, op_ldrh_post, op_ldrb_pre,
        op_ldrb_post, op_ldrsh_pre, op_ldrsh_post, op_ldrsb_pre, op_ldrsb_post,
        op_str_pre, op_str_post, op_strh_pre, op_strh_post, op_strb_pre, op_strb_post,
        op_ldr_i, op_ldr_l, op_ldr_pc, op_ldr_r, op_ldr_sp, op_ldr_w, op_ldrb_i,
        op_ldrb_l, op_ldrb_r, op_ldrb_w, op_ldrex, op_ldrh_i, op_ldrh_l, op_ldrh_r,
        op_ldrh_w, op_ldrsb_i, op_ldrsb_l, op_ldrsb_r, op_ldrsb_w, op_ldrsh_i, op_ldrsh_l,
        op_ldrsh_r, op_ldrsh_w, op_str_i, op_str_r, op_str_w, op_strb_i, op_strb_r,
        op_strb_w, op_strex, op_strh_i, op_strh_r, op_strh_w, op_tbb;

/* exec_multi.c */
op_fn op_ldm, op_ldm_pc, op_ldrd, op_stm, op_strd, op_vldm, op_vstm;

/* exec_branch.c */
op_fn op_b_far, op_b_near, op_bcc_far, op_bl_far, op_bl_near, op_blx, op_bx, op_bx_pc,
        op_cbz_far, op_cbz_near, op_line, op_link, op_mov_pc, op_resume;
op_fn *core_fused(op_fn *run, unsigned cond);
/* By condition; op_cond before an instruction of an IT block. */
extern op_fn *const op_bcc_near[14];
extern op_fn *const op_cond[16];

/* exec_system.c */
op_fn op_barrier, op_bkpt, op_break, op_cps, op_dsb, op_isb, op_mrs, op_msr,
        op_no_coprocessor, op_sev, op_svc, op_undefined, op_unpredictable, op_wfe, op_wfi;

/* exec_mul.c */
op_fn op_bfc, op_bfi, op_clz, op_mla, op_mls, op_mul, op_muls, op_parallel, op_pkhbt,
        op_pkhtb, op_qadd, op_qdadd, op_qdsub, op_qsub, op_rbit, op_rev, op_rev16,
        op_revsh, op_sbfx, op_sdiv, op_sel, op_smlad, op_smlal, op_smlald, op_smlalxy,
        op_smlawy, op_smlaxy, op_smlsd, op_smlsld, op_smmla, op_smmls, op_smmul, op_smuad,
        op_smull, op_smulwy, op_smulxy, op_smusd, op_ssat, op_ssat16, op_sxtab,
        op_sxtab16, op_sxtah, op_sxtb, op_sxtb16, op_sxth, op_ubfx, op_udiv, op_umaal,
        op_umlal, op_umull, op_usad8, op_usada8, op_usat, op_usat16, op_uxtab, op_uxtab16,
        op_uxtah, op_uxtb, op_uxtb16, op_uxth;

/* exec_fp.c */
op_fn op_fp_undefined, op_vabs, op_vadd, op_vcmp, op_vcvt_from, op_vcvt_from_half,
        op_vcvt_int, op_vcvt_to_half, op_vdiv, op_vfma, op_vfms, op_vfnma, op_vfnms,
        op_vmla, op_vmls, op_vmov2_to_core, op_vmov2_to_unit, op_vmov_i, op_vmov_s,
        op_vmov_to_core, op_vmov_to_unit, op_vmrs, op_vmsr, op_vmul, op_vneg, op_vnmla,
        op_vnmls, op_vnmul, op_vsqrt, op_vsub;

#endif
