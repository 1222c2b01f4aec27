/* fpu_plain.c - the arithmetic, short, for most of what programs ask: normal
 * numbers, a normal result, rounding to nearest. All else goes the long way
 * (fpu.c); a plain_... that answers "false" did nothing yet.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/fpu_priv.h"

enum { FRAC = 23, BIAS = 127, EXP_MOST = 254 };
#define HIDDEN (1u << FRAC)

static int exp_of(uint32_t a)
{
    return (int)(a >> FRAC & 0xFF);
}

static uint32_t mant_of(uint32_t a)
{
    return (a & (HIDDEN - 1)) | HIDDEN;
}

static bool normal(uint32_t a)
{
    return fpu_abs(a) - HIDDEN < (uint32_t)EXP_MOST << FRAC;
}

static bool both_plain(uint32_t a, uint32_t b, uint32_t fpscr)
{
    return normal(a) && normal(b) && fpu_mode(fpscr) == FPU_NEAREST;
}

/* mant has its leading bit at 30; exp is that of the result if it stays there
 * after rounding, where 7 bits go. */
static bool put_together(
        uint32_t sign, int exp, uint32_t mant, uint32_t *result, uint32_t *fpscr)
{
    enum { DROP = 30 - FRAC, HALF = 1 << (DROP - 1) };
    uint32_t rest = mant % (1u << DROP);
    uint32_t kept = mant >> DROP;
    kept += rest > HALF || (rest == HALF && (kept & 1) != 0);
    if (exp < 1 || exp >= EXP_MOST) {
        return false; /* too small, or perhaps too large */
    }
    *fpscr |= rest != 0 ? FPU_IXC : 0;
    *result = sign | (((uint32_t)(exp - 1) << FRAC) + kept);
    return true;
}

/* With a last bit that stands for all that fell off. */
static uint32_t shift_sticky(uint32_t mant, unsigned n)
{
    if (n > 31) {
        return 1;
    }
    return mant >> n | ((mant & ((1u << n) - 1)) != 0);
}

static bool plain_add(uint32_t a, uint32_t b, uint32_t *result, uint32_t *fpscr)
{
    enum { ROOM = 6 }; /* a sum may carry one bit further */
    if (!both_plain(a, b, *fpscr)) {
        return false;
    }
    if (fpu_abs(a) < fpu_abs(b)) {
        uint32_t larger = b;
        b = a;
        a = larger;
    }
    uint32_t small = shift_sticky(mant_of(b) << ROOM, (unsigned)(exp_of(a) - exp_of(b)));
    uint32_t mant = mant_of(a) << ROOM;
    mant = ((a ^ b) >> 31) == 0 ? mant + small : mant - small;
    if (mant == 0) {
        *result = 0;
        return true;
    }
    int shift = __builtin_clz(mant) - 1;
    return put_together(
            a & 0x80000000u, exp_of(a) + 1 - shift, mant << shift, result, fpscr);
}

static bool plain_mul(uint32_t a, uint32_t b, uint32_t *result, uint32_t *fpscr)
{
    if (!both_plain(a, b, *fpscr)) {
        return false;
    }
    uint64_t product = (uint64_t)mant_of(a) * mant_of(b); /* its top is bit 46 or 47 */
    unsigned carry = product >> 47 & 1;
    product <<= 1 - carry;
    uint32_t mant = (uint32_t)(product >> 17) | ((product & 0x1FFFF) != 0);
    int exp = exp_of(a) + exp_of(b) - BIAS + (int)carry;
    return put_together((a ^ b) & 0x80000000u, exp, mant, result, fpscr);
}

static bool plain_div(uint32_t a, uint32_t b, uint32_t *result, uint32_t *fpscr)
{
    if (!both_plain(a, b, *fpscr)) {
        return false;
    }
    uint32_t divisor = mant_of(b);
    unsigned less = mant_of(a) < divisor;
    uint64_t dividend = (uint64_t)mant_of(a) << (30 + less);
    uint32_t mant = (uint32_t)(dividend / divisor) | (dividend % divisor != 0);
    int exp = exp_of(a) - exp_of(b) + BIAS - (int)less;
    return put_together((a ^ b) & 0x80000000u, exp, mant, result, fpscr);
}

/* The largest root with root x root <= x, of x from 2^48 to 2^50. The first
 * guess is wrong by 3.4 % at most, so that three of Newton's steps, which come
 * from above, end at the root or one more. */
static uint32_t root_of(uint64_t x)
{
    enum { SEVEN_TENTHS = 0xB33333 }; /* of 2^24 */
    uint64_t root = (x >> 24) / 3 + SEVEN_TENTHS;
    for (int step = 0; step < 3; step++) {
        root = (root + x / root) / 2;
    }
    return (uint32_t)(root - (root * root > x));
}

/* 24 bits of the result, one that decides how to round, and whether it is all. */
static bool plain_sqrt(uint32_t a, uint32_t *result, uint32_t *fpscr)
{
    enum { ROOT_TOP = 24 };
    if ((a >> 31) != 0 || !both_plain(a, a, *fpscr)) {
        return false;
    }
    int exp = exp_of(a) - BIAS;
    int odd = exp & 1;
    uint64_t x = (uint64_t)mant_of(a) << (2 * ROOT_TOP - FRAC + odd);
    uint32_t root = root_of(x);
    uint32_t mant = root << (30 - ROOT_TOP) | ((uint64_t)root * root != x);
    return put_together(0, (exp - odd) / 2 + BIAS, mant, result, fpscr);
}

/* d + n x m: the product is exact, with its leading bit at 62 like d's. */
static bool plain_muladd(
        uint32_t d, uint32_t n, uint32_t m, uint32_t *result, uint32_t *fpscr)
{
    enum { TOP = 61 }; /* room for a carry */
    if (!both_plain(n, m, *fpscr) || !normal(d)) {
        return false;
    }
    uint64_t product = (uint64_t)mant_of(n) * mant_of(m);
    int carry = (int)(product >> 47);
    uint64_t large = product << (TOP - 46 - carry);
    uint64_t small = (uint64_t)mant_of(d) << (TOP - FRAC);
    int exp = exp_of(n) + exp_of(m) - BIAS + carry;
    int ahead = exp - exp_of(d);
    uint32_t sign = (n ^ m) & 0x80000000u;
    bool same = ((sign ^ d) >> 31) == 0;
    if (ahead < 0 || (ahead == 0 && large < small)) {
        uint64_t larger = small;
        small = large;
        large = larger;
        exp = exp_of(d);
        sign = d & 0x80000000u;
        ahead = -ahead;
    }
    small = fpu_shift_right(small, ahead);
    large = same ? large + small : large - small;
    if (large == 0) {
        *result = 0;
        return true;
    }
    int shift = __builtin_clzll(large) - 1;
    large <<= shift;
    uint32_t mant = (uint32_t)(large >> 32) | ((uint32_t)large != 0);
    return put_together(sign, exp + 1 - shift, mant, result, fpscr);
}

/* ---- either way --------------------------------------------------------------- */

uint32_t fpu_add(uint32_t a, uint32_t b, uint32_t *fpscr)
{
    uint32_t result;
    return plain_add(a, b, &result, fpscr) ? result : fpu_long_add(a, b, fpscr);
}

uint32_t fpu_mul(uint32_t a, uint32_t b, uint32_t *fpscr)
{
    uint32_t result;
    return plain_mul(a, b, &result, fpscr) ? result : fpu_long_mul(a, b, fpscr);
}

uint32_t fpu_div(uint32_t a, uint32_t b, uint32_t *fpscr)
{
    uint32_t result;
    return plain_div(a, b, &result, fpscr) ? result : fpu_long_div(a, b, fpscr);
}

uint32_t fpu_sqrt(uint32_t a, uint32_t *fpscr)
{
    uint32_t result;
    return plain_sqrt(a, &result, fpscr) ? result : fpu_long_sqrt(a, fpscr);
}

uint32_t fpu_muladd(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    uint32_t result;
    bool plain = plain_muladd(d, n, m, &result, fpscr);
    return plain ? result : fpu_long_muladd(d, n, m, fpscr);
}
