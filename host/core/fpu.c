/* fpu.c - the arithmetic on numbers: add, multiply, divide, root, compare.
 * Values are mant x 2^exp, exact; the one place that rounds is fpu_round.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/fpu_priv.h"

#include <assert.h>
#include <stddef.h>

/* ---- operands -------------------------------------------------------------- */

static enum fpu_type special_type(uint32_t frac)
{
    if (frac == 0) {
        return FPU_INFINITY;
    }
    return (frac & 0x400000) != 0 ? FPU_QNAN : FPU_SNAN;
}

/* FPUnpack. Mantissas of numbers have their leading bit at MANT_TOP, so that
 * one addition cannot overflow and enough zeros follow for any rounding. */
struct fpu_num fpu_unpack(uint32_t bits, uint32_t *fpscr)
{
    struct fpu_num x = {FPU_NUMBER, bits >> 31, 0, 0, bits};
    int exp = (int)(bits >> 23 & 0xFF);
    uint32_t frac = bits & 0x7FFFFF;
    if (exp == 0xFF) {
        x.type = special_type(frac);
    } else if (exp != 0) {
        x.mant = (uint64_t)(frac | 0x800000) << (FPU_MANT_TOP - 23);
        x.exp = exp - 127 - FPU_MANT_TOP;
    } else if (frac == 0) {
        x.type = FPU_NAUGHT;
    } else if (*fpscr & FPU_FZ) {
        x.type = FPU_NAUGHT;
        *fpscr |= FPU_IDC;
    } else {
        x.mant = frac;
        x.exp = 1 - 127 - 23;
        fpu_normalise(&x);
    }
    return x;
}

void fpu_normalise(struct fpu_num *x)
{
    int shift = __builtin_clzll(x->mant) - (63 - FPU_MANT_TOP);
    x->mant = shift < 0 ? fpu_shift_right(x->mant, -shift) : x->mant << shift;
    x->exp -= shift;
}

/* What falls off the end is remembered in the last bit: it still decides
 * whether a result is exact, and on which side of a half it lies. */
uint64_t fpu_shift_right(uint64_t mant, int n)
{
    if (n <= 0) {
        return mant;
    }
    if (n > 63) {
        return mant != 0;
    }
    return mant >> n | ((mant & ((UINT64_C(1) << n) - 1)) != 0);
}

/* ---- results ---------------------------------------------------------------- */

static uint32_t zero(bool sign)
{
    return (uint32_t)sign << 31;
}

static uint32_t infinity(bool sign)
{
    return zero(sign) | 0x7F800000u;
}

static uint32_t invalid(uint32_t *fpscr)
{
    *fpscr |= FPU_IOC;
    return FPU_DEFAULT_NAN;
}

/* FPProcessNaN. */
uint32_t fpu_nan(const struct fpu_num *x, uint32_t *fpscr)
{
    if (x->type == FPU_SNAN) {
        *fpscr |= FPU_IOC;
    }
    return *fpscr & FPU_DN ? FPU_DEFAULT_NAN : x->bits | 0x400000u;
}

/* FPProcessNaNs: signalling NaNs first, then quiet ones, each in the order of
 * the operands. */
static bool nan_among(
        const struct fpu_num *x, size_t n, uint32_t *result, uint32_t *fpscr)
{
    for (enum fpu_type type = FPU_SNAN; type <= FPU_QNAN; type++) {
        for (size_t i = 0; i < n; i++) {
            if (x[i].type == type) {
                *result = fpu_nan(&x[i], fpscr);
                return true;
            }
        }
    }
    return false;
}

bool fpu_rounds_up(enum fpu_round mode, bool sign, uint64_t kept, uint64_t rest)
{
    const uint64_t half = UINT64_C(1) << 63;
    switch (mode) {
    case FPU_NEAREST: return rest > half || (rest == half && (kept & 1) != 0);
    case FPU_UP: return rest != 0 && !sign;
    case FPU_DOWN: return rest != 0 && sign;
    case FPU_ZERO: break;
    }
    return false;
}

/* FPRound: underflow is judged before rounding; the exponent's range and the
 * meaning of its largest value are the format's. */
uint32_t fpu_round(
        const struct fpu_format *f, const struct fpu_num *value, uint32_t *fpscr)
{
    struct fpu_num x = *value;
    fpu_normalise(&x);
    int exponent = x.exp + FPU_MANT_TOP;
    uint32_t sign = (uint32_t)x.sign << (f->exp_bits + f->frac_bits);
    if (exponent < f->min_exp && f->flushes && *fpscr & FPU_FZ) {
        *fpscr |= FPU_UFC;
        return sign;
    }
    int biased = exponent < f->min_exp ? 0 : exponent - f->min_exp + 1;
    uint64_t mant = biased == 0 ? fpu_shift_right(x.mant, f->min_exp - exponent) : x.mant;
    int drop = FPU_MANT_TOP - f->frac_bits;
    uint64_t rest = mant << (64 - drop);
    uint32_t kept = (uint32_t)(mant >> drop);
    *fpscr |= biased == 0 && rest != 0 ? FPU_UFC : 0;

    /* The hidden bit adds one to the exponent field, and so does a carry into
     * or out of it. */
    kept += fpu_rounds_up(fpu_mode(*fpscr), x.sign, kept, rest);
    uint32_t result = ((uint32_t)(biased == 0 ? 0 : biased - 1) << f->frac_bits) + kept;
    uint32_t beyond = (uint32_t)f->largest_exp + 1u;
    if (result >> f->frac_bits >= beyond) {
        return sign | f->overflow(f, x.sign, fpscr);
    }
    *fpscr |= rest != 0 ? FPU_IXC : 0;
    return sign | result;
}

uint32_t fpu_overflow(const struct fpu_format *f, bool sign, uint32_t *fpscr)
{
    enum fpu_round mode = fpu_mode(*fpscr);
    bool to_infinity = mode == FPU_NEAREST || mode == (sign ? FPU_DOWN : FPU_UP);
    *fpscr |= FPU_OFC | FPU_IXC;
    uint32_t first = (uint32_t)(f->largest_exp + 1) << f->frac_bits;
    return to_infinity ? first : first - 1;
}

const struct fpu_format fpu_single = {8, 23, -126, 254, true, fpu_overflow};

/* ---- operations ---------------------------------------------------------------- */

static uint32_t exact_zero(uint32_t fpscr)
{
    return zero(fpu_mode(fpscr) == FPU_DOWN);
}

/* The sum of two numbers, each a number or zero, rounded once. */
static uint32_t sum(struct fpu_num a, struct fpu_num b, uint32_t *fpscr)
{
    if (a.type == FPU_NAUGHT && b.type == FPU_NAUGHT) {
        return a.sign == b.sign ? zero(a.sign) : exact_zero(*fpscr);
    }
    if (a.type == FPU_NAUGHT || b.type == FPU_NAUGHT) {
        return fpu_round(&fpu_single, a.type == FPU_NAUGHT ? &b : &a, fpscr);
    }
    if (a.exp < b.exp || (a.exp == b.exp && a.mant < b.mant)) {
        struct fpu_num larger = b;
        b = a;
        a = larger;
    }
    uint64_t small = fpu_shift_right(b.mant, a.exp - b.exp);
    a.mant = a.sign == b.sign ? a.mant + small : a.mant - small;
    return a.mant == 0 ? exact_zero(*fpscr) : fpu_round(&fpu_single, &a, fpscr);
}

uint32_t fpu_long_add(uint32_t a, uint32_t b, uint32_t *fpscr)
{
    struct fpu_num x[2] = {fpu_unpack(a, fpscr), fpu_unpack(b, fpscr)};
    uint32_t result;
    if (nan_among(x, 2, &result, fpscr)) {
        return result;
    }
    if (x[0].type == FPU_INFINITY || x[1].type == FPU_INFINITY) {
        if (x[0].type == x[1].type && x[0].sign != x[1].sign) {
            return invalid(fpscr);
        }
        return infinity(x[0].type == FPU_INFINITY ? x[0].sign : x[1].sign);
    }
    return sum(x[0], x[1], fpscr);
}

/* Not an addition of -b: a NaN keeps its sign. */
uint32_t fpu_sub(uint32_t a, uint32_t b, uint32_t *fpscr)
{
    bool nan = (b & 0x7FFFFFFFu) > 0x7F800000u;
    return fpu_add(a, nan ? b : fpu_neg(b), fpscr);
}

/* The exact product of two numbers, each a number or zero: 24 bits times 24. */
static struct fpu_num product(const struct fpu_num *a, const struct fpu_num *b)
{
    enum { TO_24 = FPU_MANT_TOP - 23 };
    struct fpu_num p = {FPU_NAUGHT, a->sign != b->sign, 0, 0, 0};
    if (a->type == FPU_NUMBER && b->type == FPU_NUMBER) {
        p.type = FPU_NUMBER;
        p.mant = (a->mant >> TO_24) * (b->mant >> TO_24);
        p.exp = a->exp + b->exp + 2 * TO_24;
        fpu_normalise(&p);
    }
    return p;
}

static bool zero_times_infinity(const struct fpu_num *a, const struct fpu_num *b)
{
    return (a->type == FPU_NAUGHT && b->type == FPU_INFINITY) ||
           (a->type == FPU_INFINITY && b->type == FPU_NAUGHT);
}

uint32_t fpu_long_mul(uint32_t a, uint32_t b, uint32_t *fpscr)
{
    struct fpu_num x[2] = {fpu_unpack(a, fpscr), fpu_unpack(b, fpscr)};
    uint32_t result;
    if (nan_among(x, 2, &result, fpscr)) {
        return result;
    }
    if (zero_times_infinity(&x[0], &x[1])) {
        return invalid(fpscr);
    }
    if (x[0].type == FPU_INFINITY || x[1].type == FPU_INFINITY) {
        return infinity(x[0].sign != x[1].sign);
    }
    struct fpu_num p = product(&x[0], &x[1]);
    return p.type == FPU_NAUGHT ? zero(p.sign) : fpu_round(&fpu_single, &p, fpscr);
}

uint32_t fpu_long_muladd(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    struct fpu_num x[3] = {
            fpu_unpack(d, fpscr), fpu_unpack(n, fpscr), fpu_unpack(m, fpscr)};
    bool undefined = zero_times_infinity(&x[1], &x[2]);
    uint32_t result;
    if (nan_among(x, 3, &result, fpscr)) {
        return undefined && x[0].type == FPU_QNAN ? invalid(fpscr) : result;
    }
    bool infinite = x[1].type == FPU_INFINITY || x[2].type == FPU_INFINITY;
    bool sign = x[1].sign != x[2].sign;
    if (undefined || (infinite && x[0].type == FPU_INFINITY && x[0].sign != sign)) {
        return invalid(fpscr);
    }
    if (infinite || x[0].type == FPU_INFINITY) {
        return infinity(infinite ? sign : x[0].sign);
    }
    return sum(x[0], product(&x[1], &x[2]), fpscr);
}

static uint32_t quotient(
        const struct fpu_num *a, const struct fpu_num *b, uint32_t *fpscr)
{
    enum { TO_24 = FPU_MANT_TOP - 23 };
    uint64_t divisor = b->mant >> TO_24;
    assert(divisor != 0);
    struct fpu_num q = {FPU_NUMBER, a->sign != b->sign, a->exp - b->exp - TO_24,
            a->mant / divisor, 0};
    q.mant = q.mant << 1 | (a->mant % divisor != 0);
    q.exp--;
    return fpu_round(&fpu_single, &q, fpscr);
}

uint32_t fpu_long_div(uint32_t a, uint32_t b, uint32_t *fpscr)
{
    struct fpu_num x[2] = {fpu_unpack(a, fpscr), fpu_unpack(b, fpscr)};
    uint32_t result;
    if (nan_among(x, 2, &result, fpscr)) {
        return result;
    }
    bool sign = x[0].sign != x[1].sign;
    if (x[0].type == x[1].type && x[0].type != FPU_NUMBER) {
        return invalid(fpscr);
    }
    if (x[0].type == FPU_INFINITY || x[1].type == FPU_NAUGHT) {
        *fpscr |= x[0].type == FPU_INFINITY ? 0 : FPU_DZC;
        return infinity(sign);
    }
    if (x[0].type == FPU_NAUGHT || x[1].type == FPU_INFINITY) {
        return zero(sign);
    }
    return quotient(&x[0], &x[1], fpscr);
}

/* The largest root with root x root <= x. */
static uint64_t root_of(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
        uint64_t next = root | bit;
        root = next * next <= x ? next : root;
    }
    return root;
}

uint32_t fpu_long_sqrt(uint32_t a, uint32_t *fpscr)
{
    struct fpu_num x = fpu_unpack(a, fpscr);
    if (x.type == FPU_SNAN || x.type == FPU_QNAN) {
        return fpu_nan(&x, fpscr);
    }
    if (x.type == FPU_NAUGHT) {
        return zero(x.sign);
    }
    if (x.sign) {
        return invalid(fpscr);
    }
    if (x.type == FPU_INFINITY) {
        return a;
    }
    if (x.exp % 2 != 0) {
        x.mant >>= 1; /* one of the zeros that follow the 24 bits */
        x.exp++;
    }
    uint64_t root = root_of(x.mant);
    struct fpu_num r = {FPU_NUMBER, false, x.exp / 2 - 1, 0, 0};
    r.mant = root << 1 | (root * root != x.mant);
    return fpu_round(&fpu_single, &r, fpscr);
}

/* Less, equal or greater as signed magnitudes; both are numbers, zeros or
 * infinities. */
static uint32_t order(const struct fpu_num *a, const struct fpu_num *b)
{
    enum { LESS = 0x8, EQUAL = 0x6, GREATER = 0x2 };
    uint32_t ma = a->type == FPU_NAUGHT ? 0 : fpu_abs(a->bits);
    uint32_t mb = b->type == FPU_NAUGHT ? 0 : fpu_abs(b->bits);
    int64_t va = a->sign ? -(int64_t)ma : (int64_t)ma;
    int64_t vb = b->sign ? -(int64_t)mb : (int64_t)mb;
    return va == vb ? EQUAL : va < vb ? LESS : GREATER;
}

void fpu_compare(uint32_t a, uint32_t b, bool quiet_too, uint32_t *fpscr)
{
    enum { UNORDERED = 0x3, NZCV_SHIFT = 28 };
    struct fpu_num x[2] = {fpu_unpack(a, fpscr), fpu_unpack(b, fpscr)};
    uint32_t ignored;
    uint32_t nzcv;
    if (nan_among(x, 2, &ignored, fpscr)) {
        *fpscr |= quiet_too ? FPU_IOC : 0;
        nzcv = UNORDERED;
    } else {
        nzcv = order(&x[0], &x[1]);
    }
    *fpscr = (*fpscr & ~FPU_NZCV) | nzcv << NZCV_SHIFT;
}

/* aBbbbbbc defgh000...: B is not b. */
uint32_t fpu_imm(uint8_t imm8)
{
    uint32_t exponent = (imm8 & 0x40) != 0 ? 0x3E000000u : 0x40000000u;
    return (imm8 & 0x80u) << 24 | exponent | (imm8 & 0x3Fu) << 19;
}
