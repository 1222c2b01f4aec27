/* exec_mul.c - multiplication, division, bit fields, extension, DSP.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/dsp.h"
#include "core/exec.h"
#include "core/ops.h"

#define RN (c->st.r[i->n])
#define RM (c->st.r[i->m])
#define RA (c->st.r[i->s])
#define RD (c->st.r[i->d])

/* One register from others. */
#define OP(name, result)                                 \
    void op_##name(struct core *c, const struct insn *i) \
    {                                                    \
        RD = (result);                                   \
        next(c, i);                                      \
    }

/* The same where the function may set Q, or reads or writes GE. */
#define OP_Q(name, result)                                          \
    static uint32_t do_##name(struct core *c, const struct insn *i) \
    {                                                               \
        bool *q = &c->st.q;                                         \
        return (result);                                            \
    }                                                               \
    OP(name, do_##name(c, i))

/* ---- multiplication ---------------------------------------------------------------- */

OP(mul, RN *RM)
OP(mla, RN *RM + RA)
OP(mls, RA - RN * RM)

void op_muls(struct core *c, const struct insn *i)
{
    RD = RN * RM;
    set_nz(c, RD);
    next(c, i);
}

/* d is the upper register, s the lower one. */
#define OP_LONG(name, result)                            \
    void op_##name(struct core *c, const struct insn *i) \
    {                                                    \
        uint64_t x = (result);                           \
        RA = (uint32_t)x;                                \
        RD = (uint32_t)(x >> 32);                        \
        next(c, i);                                      \
    }

#define ACC (((uint64_t)RD << 32) | RA)

OP_LONG(umull, (uint64_t)RN *RM)
OP_LONG(smull, (uint64_t)((int64_t)(int32_t)RN *(int32_t)RM))
OP_LONG(umlal, ACC + (uint64_t)RN * RM)
OP_LONG(smlal, ACC + (uint64_t)((int64_t)(int32_t)RN * (int32_t)RM))
OP_LONG(umaal, dsp_umaal(RD, RA, RN, RM))
OP_LONG(smlalxy, dsp_smlalxy(ACC, RN, RM, i->amount))
OP_LONG(smlald, dsp_smlald(ACC, RN, RM, i->amount != 0))
OP_LONG(smlsld, dsp_smlsld(ACC, RN, RM, i->amount != 0))

OP_Q(smulxy, ((void)q, dsp_smulxy(RN, RM, i->amount)))
OP_Q(smlaxy, dsp_smlaxy(RA, RN, RM, i->amount, q))
OP_Q(smulwy, dsp_smlawy(0, RN, RM, i->amount != 0, q))
OP_Q(smlawy, dsp_smlawy(RA, RN, RM, i->amount != 0, q))
OP_Q(smuad, dsp_smlad(0, RN, RM, i->amount != 0, q))
OP_Q(smlad, dsp_smlad(RA, RN, RM, i->amount != 0, q))
OP_Q(smusd, dsp_smlsd(0, RN, RM, i->amount != 0, q))
OP_Q(smlsd, dsp_smlsd(RA, RN, RM, i->amount != 0, q))
OP(smmul, dsp_smmla(0, RN, RM, i->amount != 0))
OP(smmla, dsp_smmla(RA, RN, RM, i->amount != 0))
OP(smmls, dsp_smmls(RA, RN, RM, i->amount != 0))
OP(usad8, dsp_usada8(0, RN, RM))
OP(usada8, dsp_usada8(RA, RN, RM))

/* ---- division: 2 to 12 cycles, by how many bits the quotient has ---------------------- */

/* Beyond the 2 that the decoder counts. */
static int divide_cycles(uint32_t n, uint32_t m)
{
    if (n < m || m == 0) {
        return 0;
    }
    return (__builtin_clz(m) - __builtin_clz(n)) * 10 / 31;
}

static bool divides_by_zero(struct core *c, const struct insn *i)
{
    if (LIKELY(RM != 0 || (c->st.scb.ccr & CCR_DIV_0_TRP) == 0)) {
        return false;
    }
    stop_at(c, i);
    core_raise_usage(c, CFSR_DIVBYZERO);
    return true;
}

void op_udiv(struct core *c, const struct insn *i)
{
    if (divides_by_zero(c, i)) {
        return;
    }
    uint32_t n = RN;
    uint32_t m = RM;
    RD = m == 0 ? 0 : n / m;
    c->t -= CYCLES(divide_cycles(n, m));
    next(c, i);
}

/* -2^31 / -1 gives -2^31 (A7.7.127): magnitudes are divided, as unsigned. */
void op_sdiv(struct core *c, const struct insn *i)
{
    if (divides_by_zero(c, i)) {
        return;
    }
    bool minus = (int32_t)(RN ^ RM) < 0;
    uint32_t n = (int32_t)RN < 0 ? 0 - RN : RN;
    uint32_t m = (int32_t)RM < 0 ? 0 - RM : RM;
    uint32_t quotient = m == 0 ? 0 : n / m;
    RD = minus ? 0 - quotient : quotient;
    c->t -= CYCLES(divide_cycles(n, m));
    next(c, i);
}

/* ---- bits and bytes: imm is the mask of a field, amount its lowest bit ------------------- */

OP(ubfx, RN >> i->amount & i->imm)
OP(bfi, (RD & ~i->imm) | (RN << i->amount & i->imm))
OP(bfc, RD & ~i->imm)

/* s: how far to the top, and back from there. */
OP(sbfx, shift_right(RN << i->s, i->amount))

static inline uint32_t swap_halves(uint32_t x)
{
    return (x & 0x00FF00FFu) << 8 | (x >> 8 & 0x00FF00FFu);
}

static uint32_t reversed(uint32_t x)
{
    x = (x & 0x55555555u) << 1 | (x >> 1 & 0x55555555u);
    x = (x & 0x33333333u) << 2 | (x >> 2 & 0x33333333u);
    x = (x & 0x0F0F0F0Fu) << 4 | (x >> 4 & 0x0F0F0F0Fu);
    return __builtin_bswap32(x);
}

OP(rev, __builtin_bswap32(RM))
OP(rev16, swap_halves(RM))
OP(revsh, (uint32_t)(int16_t)swap_halves(RM))
OP(rbit, reversed(RM))
OP(clz, RM == 0 ? 32 : (uint32_t)__builtin_clz(RM))

static inline uint32_t sign8(uint32_t x)
{
    return (uint32_t)(int32_t)(int8_t)x;
}

static inline uint32_t sign16(uint32_t x)
{
    return (uint32_t)(int32_t)(int16_t)x;
}

/* amount: how far m is rotated; n is left out, or added to. */
#define X (rotate(RM, i->amount))
OP(sxtb, sign8(X))
OP(sxth, sign16(X))
OP(uxtb, X & 0xFF)
OP(uxth, X & 0xFFFF)
OP(sxtb16, dsp_sxtab16(0, X))
OP(uxtb16, dsp_uxtab16(0, X))
OP(sxtab, RN + sign8(X))
OP(sxtah, RN + sign16(X))
OP(uxtab, RN + (X & 0xFF))
OP(uxtah, RN + (X & 0xFFFF))
OP(sxtab16, dsp_sxtab16(RN, X))
OP(uxtab16, dsp_uxtab16(RN, X))

/* PKHBT (LSL) and PKHTB (ASR, 0 stands for 32). */
OP(pkhbt, (RN & 0xFFFF) | (RM << i->amount & 0xFFFF0000u))
OP(pkhtb,
        (RN & 0xFFFF0000u) | (shift_right(RM, i->amount == 0 ? 32 : i->amount) & 0xFFFF))

/* ---- saturation: s is the width, n is shifted by LSL or ASR first ------------------------ */

static uint32_t shifted_n(const struct core *c, const struct insn *i)
{
    if (i->shift == LSL) {
        return RN << i->amount;
    }
    return shift_right(RN, i->amount);
}

OP_Q(ssat, dsp_ssat(shifted_n(c, i), i->s, q))
OP_Q(usat, dsp_usat(shifted_n(c, i), i->s, q))
OP_Q(ssat16, dsp_ssat16(RN, i->s, q))
OP_Q(usat16, dsp_usat16(RN, i->s, q))
OP_Q(qadd, dsp_qadd(RM, RN, q))
OP_Q(qsub, dsp_qsub(RM, RN, q))
OP_Q(qdadd, dsp_qdadd(RM, RN, q))
OP_Q(qdsub, dsp_qdsub(RM, RN, q))

/* ---- lanes: shift is the kind, amount the lanes (dsp.h) ----------------------------------- */

static uint32_t do_parallel(struct core *c, const struct insn *i)
{
    unsigned ge = c->st.ge;
    uint32_t r =
            dsp_parallel((enum dsp_kind)i->shift, (enum dsp_lanes)i->amount, RN, RM, &ge);
    c->st.ge = ge;
    return r;
}

OP(parallel, do_parallel(c, i))
OP(sel, dsp_sel(RN, RM, c->st.ge))
