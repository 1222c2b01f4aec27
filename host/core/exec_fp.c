/* exec_fp.c - the floating-point unit's instructions.
 *
 * Before each one: is the unit switched on, is an earlier context still to be
 * saved (B1.5.7)? unit_busy says that this needs a look.
 *
 * d, n and m are numbers of single registers.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/fpu.h"
#include "core/ops.h"

#define SD  (c->st.s[i->d])
#define SN  (c->st.s[i->n])
#define SM  (c->st.s[i->m])
#define FLG (&c->st.fpscr)

static bool unit_ready(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    return core_fp_prepare(c);
}

/* Saving another context takes time, which is in c->t. */
#define OP(name, work)                                   \
    void op_##name(struct core *c, const struct insn *i) \
    {                                                    \
        if (UNLIKELY(c->unit_busy)) {                    \
            if (!unit_ready(c, i)) {                     \
                return;                                  \
            }                                            \
            c->t += i->before;                           \
        }                                                \
        (work);                                          \
        next(c, i);                                      \
    }

OP(vadd, SD = fpu_add(SN, SM, FLG))
OP(vsub, SD = fpu_sub(SN, SM, FLG))
OP(vmul, SD = fpu_mul(SN, SM, FLG))
OP(vnmul, SD = fpu_vnmul(SN, SM, FLG))
OP(vdiv, SD = fpu_div(SN, SM, FLG))
OP(vsqrt, SD = fpu_sqrt(SM, FLG))
OP(vmla, SD = fpu_vmla(SD, SN, SM, FLG))
OP(vmls, SD = fpu_vmls(SD, SN, SM, FLG))
OP(vnmla, SD = fpu_vnmla(SD, SN, SM, FLG))
OP(vnmls, SD = fpu_vnmls(SD, SN, SM, FLG))
OP(vfma, SD = fpu_vfma(SD, SN, SM, FLG))
OP(vfms, SD = fpu_vfms(SD, SN, SM, FLG))
OP(vfnma, SD = fpu_vfnma(SD, SN, SM, FLG))
OP(vfnms, SD = fpu_vfnms(SD, SN, SM, FLG))
OP(vabs, SD = fpu_abs(SM))
OP(vneg, SD = fpu_neg(SM))
OP(vmov_s, SD = SM)
OP(vmov_i, SD = i->imm)

/* s: 1 for the forms with E; compared with zero where shift is 1. */
OP(vcmp, fpu_compare(SD, i->shift != 0 ? 0 : SM, i->s != 0, FLG))

/* shift: enum fpu_int; amount: bits of fraction; s: rounded to zero (nearest). */
OP(vcvt_int, SD = fpu_to_int(SM, (enum fpu_int)i->shift, i->amount, i->s != 0, FLG))
OP(vcvt_from, SD = fpu_from_int(SM, (enum fpu_int)i->shift, i->amount, i->s != 0, FLG))

/* amount: 16 for the top half (VCVTT). */
OP(vcvt_from_half, SD = fpu_from_half((uint16_t)(SM >> i->amount), FLG))
OP(vcvt_to_half, SD = (SD & ~(0xFFFFu << i->amount)) | (uint32_t)fpu_to_half(SM, FLG)
                                                               << i->amount)

/* ---- between the unit and the core: d, m core registers, n the single ------------------ */

OP(vmov_to_core, c->st.r[i->d] = SN)
OP(vmov_to_unit, SN = c->st.r[i->d])

static void two_to_core(struct core *c, const struct insn *i)
{
    c->st.r[i->d] = c->st.s[i->n];
    c->st.r[i->m] = c->st.s[i->n + 1];
}

static void two_to_unit(struct core *c, const struct insn *i)
{
    c->st.s[i->n] = c->st.r[i->d];
    c->st.s[i->n + 1] = c->st.r[i->m];
}

OP(vmov2_to_core, two_to_core(c, i))
OP(vmov2_to_unit, two_to_unit(c, i))

/* VMRS to APSR_nzcv where d is 15. */
static void fpscr_to_core(struct core *c, const struct insn *i)
{
    if (i->d == 15) {
        core_flags_set(c, (c->st.fpscr & FPU_NZCV) | (core_xpsr(c) & 0x080F0000u));
    } else {
        c->st.r[i->d] = c->st.fpscr;
    }
}

OP(vmrs, fpscr_to_core(c, i))
OP(vmsr, c->st.fpscr = c->st.r[i->d] & FPU_FPSCR)

/* Decoding comes before ExecuteFPCheck: no context begins or is saved. */
void op_fp_undefined(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (core_fp_allowed(c)) {
        core_raise_usage(c, CFSR_UNDEFINSTR);
    }
}
