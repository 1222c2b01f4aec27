/* SPDX-License-Identifier: MIT */
#include "core/dsp.h"

static int32_t bottom(uint32_t x)
{
    return (int16_t)x;
}

static int32_t top(uint32_t x)
{
    return (int16_t)(x >> 16);
}

static int32_t half(uint32_t x, bool upper)
{
    return upper ? top(x) : bottom(x);
}

static uint32_t swapped(uint32_t x)
{
    return x << 16 | x >> 16;
}

static int64_t clamp(int64_t x, int64_t low, int64_t high, bool *q)
{
    if (x < low || x > high) {
        *q = true;
        return x < low ? low : high;
    }
    return x;
}

static int64_t saturated(int64_t x, unsigned bits, bool *q)
{
    int64_t limit = INT64_C(1) << (bits - 1);
    return clamp(x, -limit, limit - 1, q);
}

/* ---- parallel addition and subtraction ------------------------------------- */

/* One lane's sum or difference, exact, made into what the kind keeps of it. */
static uint32_t finish(enum dsp_kind kind, int32_t value, unsigned bits)
{
    bool ignored = false;
    switch (kind) {
    case DSP_S:
    case DSP_U: return (uint32_t)value;
    case DSP_Q: return (uint32_t)saturated(value, bits, &ignored);
    case DSP_UQ: return (uint32_t)clamp(value, 0, (INT64_C(1) << bits) - 1, &ignored);
    case DSP_SH:
    case DSP_UH: return (uint32_t)value >> 1; /* bits above the lane are cut off */
    }
    return 0;
}

/* GE of a lane: a signed result is not negative; an unsigned sum carries, an
 * unsigned difference does not borrow. */
static bool greater_equal(enum dsp_kind kind, bool subtract, int32_t value, unsigned bits)
{
    return kind == DSP_U && !subtract ? value >= 1 << bits : value >= 0;
}

static int32_t lane(enum dsp_kind kind, uint32_t x, unsigned shift, unsigned bits)
{
    uint32_t moved = x << (32 - bits - shift);
    return kind < DSP_U ? (int32_t)moved >> (32 - bits) : (int32_t)(moved >> (32 - bits));
}

uint32_t dsp_parallel(
        enum dsp_kind kind, enum dsp_lanes lanes, uint32_t n, uint32_t m, unsigned *ge)
{
    unsigned bits = lanes == DSP_ADD8 || lanes == DSP_SUB8 ? 8 : 16;
    bool exchange = lanes == DSP_ASX || lanes == DSP_SAX;
    unsigned all = bits / 8 == 1 ? 1 : 3; /* bits of GE a lane has */
    uint32_t result = 0;
    unsigned flags = 0;
    m = exchange ? swapped(m) : m;
    for (unsigned shift = 0; shift < 32; shift += bits) {
        /* SAX subtracts above and adds below, ASX the other way round. */
        bool subtract = exchange ? (lanes == DSP_SAX) == (shift != 0) : lanes >= DSP_SUB8;
        int32_t a = lane(kind, n, shift, bits);
        int32_t b = lane(kind, m, shift, bits);
        int32_t value = subtract ? a - b : a + b;
        result |= (finish(kind, value, bits) & ((1u << bits) - 1)) << shift;
        flags |= greater_equal(kind, subtract, value, bits) ? all << shift / 8 : 0;
    }
    if (kind == DSP_S || kind == DSP_U) {
        *ge = flags;
    }
    return result;
}

uint32_t dsp_sel(uint32_t n, uint32_t m, unsigned ge)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < 4; i++) {
        mask |= (ge >> i & 1) != 0 ? 0xFFu << 8 * i : 0;
    }
    return (n & mask) | (m & ~mask);
}

uint32_t dsp_usada8(uint32_t a, uint32_t n, uint32_t m)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        uint32_t x = n >> shift & 0xFF;
        uint32_t y = m >> shift & 0xFF;
        a += x > y ? x - y : y - x;
    }
    return a;
}

/* ---- saturation -------------------------------------------------------------- */

uint32_t dsp_ssat(uint32_t x, unsigned bits, bool *q)
{
    return (uint32_t)saturated((int32_t)x, bits, q);
}

uint32_t dsp_usat(uint32_t x, unsigned bits, bool *q)
{
    return (uint32_t)clamp((int32_t)x, 0, (INT64_C(1) << bits) - 1, q);
}

static uint32_t join(int64_t upper, int64_t lower)
{
    return (uint32_t)upper << 16 | ((uint32_t)lower & 0xFFFF);
}

uint32_t dsp_ssat16(uint32_t x, unsigned bits, bool *q)
{
    return join(saturated(top(x), bits, q), saturated(bottom(x), bits, q));
}

uint32_t dsp_usat16(uint32_t x, unsigned bits, bool *q)
{
    int64_t limit = (INT64_C(1) << bits) - 1;
    return join(clamp(top(x), 0, limit, q), clamp(bottom(x), 0, limit, q));
}

static int64_t doubled(uint32_t x, bool *q)
{
    return saturated(2 * (int64_t)(int32_t)x, 32, q);
}

uint32_t dsp_qadd(uint32_t m, uint32_t n, bool *q)
{
    return (uint32_t)saturated((int64_t)(int32_t)m + (int32_t)n, 32, q);
}

uint32_t dsp_qsub(uint32_t m, uint32_t n, bool *q)
{
    return (uint32_t)saturated((int64_t)(int32_t)m - (int32_t)n, 32, q);
}

uint32_t dsp_qdadd(uint32_t m, uint32_t n, bool *q)
{
    return (uint32_t)saturated((int32_t)m + doubled(n, q), 32, q);
}

uint32_t dsp_qdsub(uint32_t m, uint32_t n, bool *q)
{
    return (uint32_t)saturated((int32_t)m - doubled(n, q), 32, q);
}

/* ---- multiplication ------------------------------------------------------------ */

/* The word of an exact sum; Q when it does not hold it. */
static uint32_t word(int64_t sum, bool *q)
{
    if (sum != (int32_t)sum) {
        *q = true;
    }
    return (uint32_t)sum;
}

static int32_t half_product(uint32_t n, uint32_t m, unsigned tops)
{
    return half(n, (tops & 2) != 0) * half(m, (tops & 1) != 0);
}

uint32_t dsp_smulxy(uint32_t n, uint32_t m, unsigned tops)
{
    return (uint32_t)half_product(n, m, tops);
}

uint32_t dsp_smlaxy(uint32_t a, uint32_t n, uint32_t m, unsigned tops, bool *q)
{
    return word((int64_t)(int32_t)a + half_product(n, m, tops), q);
}

uint64_t dsp_smlalxy(uint64_t acc, uint32_t n, uint32_t m, unsigned tops)
{
    return acc + (uint64_t)half_product(n, m, tops);
}

uint32_t dsp_smlawy(uint32_t a, uint32_t n, uint32_t m, bool top, bool *q)
{
    int64_t product = (int64_t)(int32_t)n * half(m, top);
    return word((int64_t)(int32_t)a + (product >> 16), q);
}

/* Sum and difference of the two products; at most 2^31. */
static int64_t dual_sum(uint32_t n, uint32_t m)
{
    return (int64_t)bottom(n) * bottom(m) + (int64_t)top(n) * top(m);
}

static int64_t dual_difference(uint32_t n, uint32_t m)
{
    return (int64_t)bottom(n) * bottom(m) - (int64_t)top(n) * top(m);
}

uint32_t dsp_smlad(uint32_t a, uint32_t n, uint32_t m, bool swap, bool *q)
{
    return word((int32_t)a + dual_sum(n, swap ? swapped(m) : m), q);
}

uint32_t dsp_smlsd(uint32_t a, uint32_t n, uint32_t m, bool swap, bool *q)
{
    return word((int32_t)a + dual_difference(n, swap ? swapped(m) : m), q);
}

uint64_t dsp_smlald(uint64_t acc, uint32_t n, uint32_t m, bool swap)
{
    return acc + (uint64_t)dual_sum(n, swap ? swapped(m) : m);
}

uint64_t dsp_smlsld(uint64_t acc, uint32_t n, uint32_t m, bool swap)
{
    return acc + (uint64_t)dual_difference(n, swap ? swapped(m) : m);
}

static uint64_t long_product(uint32_t n, uint32_t m)
{
    return (uint64_t)((int64_t)(int32_t)n * (int32_t)m);
}

static uint32_t upper(uint64_t x, bool round)
{
    return (uint32_t)((x + (round ? 0x80000000u : 0)) >> 32);
}

uint32_t dsp_smmla(uint32_t a, uint32_t n, uint32_t m, bool round)
{
    return upper(((uint64_t)a << 32) + long_product(n, m), round);
}

uint32_t dsp_smmls(uint32_t a, uint32_t n, uint32_t m, bool round)
{
    return upper(((uint64_t)a << 32) - long_product(n, m), round);
}

uint64_t dsp_umaal(uint32_t hi, uint32_t lo, uint32_t n, uint32_t m)
{
    return (uint64_t)n * m + hi + lo;
}

/* ---- extension ------------------------------------------------------------------ */

uint32_t dsp_sxtab16(uint32_t n, uint32_t x)
{
    return join(top(n) + (int8_t)(x >> 16), bottom(n) + (int8_t)x);
}

uint32_t dsp_uxtab16(uint32_t n, uint32_t x)
{
    return join(top(n) + (int32_t)(x >> 16 & 0xFF), bottom(n) + (int32_t)(x & 0xFF));
}
