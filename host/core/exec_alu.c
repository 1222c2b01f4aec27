/* exec_alu.c - moving, adding, logic, shifts.
 *
 * Each operation comes with a constant (_i), a register (_r) and a shifted
 * register (_x), and again with flags (s). Logic takes C from the shifter; for
 * a constant, insn.s says whether it has one (A5.3.2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/ops.h"

static inline void carry_of_constant(struct core *c, const struct insn *i)
{
    if (i->s != 0) {
        c->st.cf = (uint8_t)(i->imm >> 31);
    }
}

#define RN (c->st.r[i->n])
#define RM (c->st.r[i->m])
#define RD (c->st.r[i->d])

/* What is generated: an op of one operand b, or of a and b, without flags. */
#define PLAIN(name, result)                                  \
    void op_##name##_i(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t b = i->imm;                                 \
        RD = (result);                                       \
        next(c, i);                                          \
    }                                                        \
    void op_##name##_r(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t b = RM;                                     \
        RD = (result);                                       \
        next(c, i);                                          \
    }                                                        \
    void op_##name##_x(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t carry = 0;                                  \
        uint32_t b = shifted(c, i, &carry);                  \
        RD = (result);                                       \
        next(c, i);                                          \
    }

/* Logic with flags; store is where the result goes, or nothing. */
#define LOGIC(name, result, store)                           \
    void op_##name##_i(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t b = i->imm;                                 \
        uint32_t r = (result);                               \
        set_nz(c, r);                                        \
        carry_of_constant(c, i);                             \
        store;                                               \
        next(c, i);                                          \
    }                                                        \
    void op_##name##_r(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t b = RM;                                     \
        uint32_t r = (result);                               \
        set_nz(c, r);                                        \
        store;                                               \
        next(c, i);                                          \
    }                                                        \
    void op_##name##_x(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t carry = 0;                                  \
        uint32_t b = shifted(c, i, &carry);                  \
        uint32_t r = (result);                               \
        set_nz(c, r);                                        \
        c->st.cf = (uint8_t)carry;                           \
        store;                                               \
        next(c, i);                                          \
    }

/* Arithmetic with flags, which result sets. */
#define ARITHMETIC(name, result, store)                      \
    void op_##name##_i(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t b = i->imm;                                 \
        uint32_t r = (result);                               \
        store;                                               \
        next(c, i);                                          \
    }                                                        \
    void op_##name##_r(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t b = RM;                                     \
        uint32_t r = (result);                               \
        store;                                               \
        next(c, i);                                          \
    }                                                        \
    void op_##name##_x(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t carry = 0;                                  \
        uint32_t b = shifted(c, i, &carry);                  \
        uint32_t r = (result);                               \
        store;                                               \
        next(c, i);                                          \
    }

PLAIN(mov, b)
PLAIN(mvn, ~b)
PLAIN(and, RN &b)
PLAIN(bic, RN & ~b)
PLAIN(orr, RN | b)
PLAIN(orn, RN | ~b)
PLAIN(eor, RN ^ b)
PLAIN(add, RN + b)
PLAIN(adc, RN + b + c->st.cf)
PLAIN(sub, RN - b)
PLAIN(sbc, RN + ~b + c->st.cf)
PLAIN(rsb, b - RN)

LOGIC(movs, b, RD = r)
LOGIC(mvns, ~b, RD = r)
LOGIC(ands, RN &b, RD = r)
LOGIC(bics, RN & ~b, RD = r)
LOGIC(orrs, RN | b, RD = r)
LOGIC(orns, RN | ~b, RD = r)
LOGIC(eors, RN ^ b, RD = r)
LOGIC(tst, RN &b, (void)r)
LOGIC(teq, RN ^ b, (void)r)

ARITHMETIC(adds, add_flags(c, RN, b, 0), RD = r)
ARITHMETIC(adcs, add_flags(c, RN, b, c->st.cf), RD = r)
ARITHMETIC(subs, add_flags(c, RN, ~b, 1), RD = r)
ARITHMETIC(sbcs, add_flags(c, RN, ~b, c->st.cf), RD = r)
ARITHMETIC(rsbs, add_flags(c, ~RN, b, 1), RD = r)
ARITHMETIC(cmp, add_flags(c, RN, ~b, 1), (void)r)
ARITHMETIC(cmn, add_flags(c, RN, b, 0), (void)r)

/* The upper half; what is left of the lower one stays. */
void op_movt(struct core *c, const struct insn *i)
{
    RD = (RD & 0xFFFF) | i->imm << 16;
    next(c, i);
}

/* ---- shifts by a constant: n in 1..31, the commonest apart ------------------------- */

#define SHIFT(name, value, out)                               \
    void op_##name##_i(struct core *c, const struct insn *i)  \
    {                                                         \
        uint32_t x = RM;                                      \
        unsigned n = i->amount;                               \
        RD = (value);                                         \
        next(c, i);                                           \
    }                                                         \
    void op_##name##s_i(struct core *c, const struct insn *i) \
    {                                                         \
        uint32_t x = RM;                                      \
        unsigned n = i->amount;                               \
        uint32_t r = (value);                                 \
        set_nz(c, r);                                         \
        c->st.cf = (uint8_t)(x >> (out)&1);                   \
        RD = r;                                               \
        next(c, i);                                           \
    }

SHIFT(lsl, x << n, 32 - n)
SHIFT(lsr, x >> n, n - 1)
SHIFT(asr, shift_right(x, n), n - 1)

/* ---- shifts by a register: the bottom byte of m, 0..255 ------------------------------ */

/* *carry is left alone where nothing is shifted (A2.2.1). */
static uint32_t shift_by(uint32_t x, enum shift_kind kind, unsigned n, uint32_t *carry)
{
    if (n == 0) {
        return x;
    }
    if (kind == ROR) {
        uint32_t r = rotate(x, n);
        *carry = r >> 31;
        return r;
    }
    if (kind == ASR) {
        n = n > 32 ? 32 : n;
        *carry = shift_right(x, n - 1) & 1;
        return shift_right(x, n);
    }
    if (n > 32) {
        *carry = 0;
        return 0;
    }
    *carry = kind == LSL ? x >> (32 - n) & 1 : x >> (n - 1) & 1;
    if (n == 32) {
        return 0;
    }
    return kind == LSL ? x << n : x >> n;
}

void op_shift_r(struct core *c, const struct insn *i)
{
    uint32_t carry = 0;
    RD = shift_by(RN, (enum shift_kind)i->shift, RM & 0xFF, &carry);
    next(c, i);
}

void op_shifts_r(struct core *c, const struct insn *i)
{
    uint32_t carry = c->st.cf;
    uint32_t r = shift_by(RN, (enum shift_kind)i->shift, RM & 0xFF, &carry);
    set_nz(c, r);
    c->st.cf = (uint8_t)carry;
    RD = r;
    next(c, i);
}

/* ---- the rest ------------------------------------------------------------------------------ */

/* The stack pointer's two lowest bits are always 0 (B1.4.7); follows what may
 * have written it. */
void op_align_sp(struct core *c, const struct insn *i)
{
    c->st.r[CORE_SP] &= ~3u;
    next(c, i);
}

void op_nop(struct core *c, const struct insn *i)
{
    next(c, i);
}
