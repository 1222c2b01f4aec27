/* fpu_convert.c - between single precision and integers, fixed point, halves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/fpu_priv.h"

/* ---- integers and fixed point ------------------------------------------------ */

struct range {
    uint64_t below, above; /* magnitudes of the smallest and the largest value */
    bool is_signed;
};

static struct range range_of(enum fpu_int kind)
{
    static const struct range ranges[] = {
            [FPU_S16] = {0x8000, 0x7FFF, true},
            [FPU_U16] = {0, 0xFFFF, false},
            [FPU_S32] = {0x80000000u, 0x7FFFFFFF, true},
            [FPU_U32] = {0, 0xFFFFFFFFu, false},
    };
    return ranges[kind];
}

/* The magnitude of x rounded to an integer, at most a little over 2^32. */
static uint64_t whole(
        const struct fpu_num *x, unsigned fraction, enum fpu_round mode, bool *inexact)
{
    enum { HUGE_EXP = 40 };
    int exp = x->exp + (int)fraction; /* value x 2^fraction is mant x 2^exp */
    if (exp + FPU_MANT_TOP >= HUGE_EXP) {
        return UINT64_C(1) << HUGE_EXP;
    }
    /* exp is negative here: HUGE_EXP is less than FPU_MANT_TOP. */
    uint64_t kept = exp <= -64 ? 0 : x->mant >> -exp;
    uint64_t rest =
            exp <= -64 ? fpu_shift_right(x->mant, -exp - 64) : x->mant << (64 + exp);
    *inexact = rest != 0;
    return kept + fpu_rounds_up(mode, x->sign, kept, rest);
}

uint32_t fpu_to_int(
        uint32_t a, enum fpu_int kind, unsigned fraction, bool to_zero, uint32_t *fpscr)
{
    struct fpu_num x = fpu_unpack(a, fpscr);
    struct range range = range_of(kind);
    uint64_t limit = x.sign ? range.below : range.above;
    uint64_t magnitude = 0;
    bool inexact = false;
    switch (x.type) {
    case FPU_SNAN:
    case FPU_QNAN: *fpscr |= FPU_IOC; return 0;
    case FPU_NAUGHT: return 0;
    case FPU_INFINITY: magnitude = UINT64_MAX; break;
    case FPU_NUMBER:
        magnitude = whole(&x, fraction, to_zero ? FPU_ZERO : fpu_mode(*fpscr), &inexact);
        break;
    }
    if (magnitude > limit) {
        magnitude = limit;
        *fpscr |= FPU_IOC;
    } else if (inexact) {
        *fpscr |= FPU_IXC;
    }
    return (uint32_t)(x.sign ? 0 - magnitude : magnitude);
}

static int64_t value_of(uint32_t x, enum fpu_int kind)
{
    switch (kind) {
    case FPU_S16: return (int16_t)x;
    case FPU_U16: return (uint16_t)x;
    case FPU_S32: return (int32_t)x;
    case FPU_U32: break;
    }
    return x;
}

uint32_t fpu_from_int(uint32_t x, enum fpu_int kind, unsigned fraction, bool to_nearest,
        uint32_t *fpscr)
{
    int64_t value = value_of(x, kind);
    if (value == 0) {
        return 0;
    }
    struct fpu_num n = {FPU_NUMBER, value < 0, -(int)fraction, 0, 0};
    n.mant = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint32_t modes = to_nearest ? *fpscr & ~(3u << FPU_RMODE_SHIFT) : *fpscr;
    uint32_t result = fpu_round(&fpu_single, &n, &modes);
    *fpscr |= modes & FPU_CUMULATIVE;
    return result;
}

/* ---- halves --------------------------------------------------------------------- */

/* The alternative format has numbers where IEEE's has infinities and NaNs:
 * what is too large is invalid and becomes the largest (A2.5.3). */
static uint32_t largest_alternative(
        const struct fpu_format *f, bool sign, uint32_t *fpscr)
{
    (void)f;
    (void)sign;
    *fpscr |= FPU_IOC;
    return 0x7FFF;
}

static const struct fpu_format half_ieee = {5, 10, -14, 30, false, fpu_overflow};
static const struct fpu_format half_alternative = {
        5, 10, -14, 31, false, largest_alternative};

static uint32_t special_from_half(uint32_t sign, uint32_t frac, uint32_t *fpscr)
{
    if (frac == 0) {
        return sign | 0x7F800000u;
    }
    const struct fpu_num nan = {(frac & 0x200) != 0 ? FPU_QNAN : FPU_SNAN, sign != 0, 0,
            0, sign | 0x7F800000u | frac << 13};
    return fpu_nan(&nan, fpscr);
}

uint32_t fpu_from_half(uint16_t half, uint32_t *fpscr)
{
    uint32_t sign = (half & 0x8000u) << 16;
    uint32_t exp = half >> 10 & 0x1F;
    uint32_t frac = half & 0x3FF;
    if (exp == 0x1F && (*fpscr & FPU_AHP) == 0) {
        return special_from_half(sign, frac, fpscr);
    }
    if (exp == 0 && frac == 0) {
        return sign;
    }
    /* Every half is a normal single, so this is exact. */
    struct fpu_num x = {FPU_NUMBER, sign != 0, (int)(exp == 0 ? 1 : exp) - 15 - 10,
            exp == 0 ? frac : frac | 0x400, 0};
    return fpu_round(&fpu_single, &x, fpscr);
}

static uint32_t nan_to_half(const struct fpu_num *x, uint32_t sign, uint32_t *fpscr)
{
    bool alternative = (*fpscr & FPU_AHP) != 0;
    if (x->type == FPU_SNAN || alternative) {
        *fpscr |= FPU_IOC;
    }
    if (alternative) {
        return sign;
    }
    return *fpscr & FPU_DN ? 0x7E00 : sign | 0x7E00 | (x->bits >> 13 & 0x1FF);
}

uint16_t fpu_to_half(uint32_t a, uint32_t *fpscr)
{
    struct fpu_num x = fpu_unpack(a, fpscr);
    bool alternative = (*fpscr & FPU_AHP) != 0;
    const struct fpu_format *format = alternative ? &half_alternative : &half_ieee;
    uint32_t sign = (uint32_t)x.sign << 15;
    uint32_t result = sign;
    switch (x.type) {
    case FPU_SNAN:
    case FPU_QNAN: result = nan_to_half(&x, sign, fpscr); break;
    case FPU_INFINITY:
        result |= alternative ? largest_alternative(format, x.sign, fpscr) : 0x7C00;
        break;
    case FPU_NAUGHT: break;
    case FPU_NUMBER: result = fpu_round(format, &x, fpscr); break;
    }
    return (uint16_t)result;
}
