/* test_fpu.c - the simulated floating point against the host's own, and by
 * table where the two architectures differ: NaNs, FZ, DN, halves.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/fpu.h"

#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/cm.h"

enum { RANDOM_CASES = 150000 };

/* ---- operands that matter ------------------------------------------------------ */

static const uint32_t special[] = {
        0x00000000, /* zero */
        0x00000001, /* the smallest denormal, the largest, the smallest normal */
        0x007FFFFF,
        0x00800000,
        0x00800001,
        0x00FFFFFF,
        0x33800000, /* 2^-24 */
        0x3F7FFFFF,
        0x3F800000, /* 1 */
        0x3F800001,
        0x3FFFFFFF,
        0x40000000,
        0x4B7FFFFF, /* 2^24 and around */
        0x4B800000,
        0x4EFFFFFF,
        0x4F000000, /* 2^31, 2^32 */
        0x4F7FFFFF,
        0x4F800000,
        0x477FE000, /* 65504, the largest half; 65520 rounds beyond */
        0x477FF000,
        0x38800000, /* 2^-14, the smallest normal half */
        0x33000000, /* 2^-25, half of the smallest half */
        0x5F000000,
        0x7F000000,
        0x7F7FFFFF,
        0x7F800000, /* infinity */
        0x7FC00000, /* quiet NaN, signalling NaN */
        0x7FC12345,
        0x7F812345,
};
enum { SPECIALS = (int)(sizeof(special) / sizeof(*special)) };

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 32);
}

/* Half of them near each other or near a border: there is where rounding errs. */
static uint32_t operand(uint64_t *seed, uint32_t near)
{
    uint32_t r = next_random(seed);
    uint32_t kind = next_random(seed) % 8;
    switch (kind) {
    case 0: return special[r % SPECIALS] ^ (r & 0x80000000u);
    case 1: return (near & 0x7F800000u) ^ (r & 0x807FFFFFu);
    case 2: return near ^ (r & 0x80000007u);
    case 3: return r & 0x80FFFFFFu; /* denormal or hardly normal */
    case 4: return (r & 0x807FFFFFu) | (110u + next_random(seed) % 60) << 23;
    case 5: return r & 0xFFF00000u; /* few bits: exact halves */
    default: return r;
    }
}

static float as_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

static uint32_t as_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static bool is_nan(uint32_t bits)
{
    return (bits & 0x7FFFFFFF) > 0x7F800000;
}

/* ---- the host's answers ------------------------------------------------------------ */

enum op { ADD, SUB, MUL, DIV, SQRT, MULADD, OPS };

static const char *const op_names[] = {"add", "sub", "mul", "div", "sqrt", "muladd"};
static const int host_mode[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};

/* Volatile operands keep the operation between the calls that set and read
 * the modes. */
static float compute(enum op op, const volatile float x[3])
{
    switch (op) {
    case ADD: return x[0] + x[1];
    case SUB: return x[0] - x[1];
    case MUL: return x[0] * x[1];
    case DIV: return x[0] / x[1];
    case SQRT: return sqrtf(x[0]);
    case MULADD: return fmaf(x[1], x[2], x[0]);
    case OPS: break;
    }
    return 0;
}

static uint32_t host_flags(void)
{
    int raised = fetestexcept(FE_ALL_EXCEPT);
    return (raised & FE_INVALID ? FPU_IOC : 0) | (raised & FE_DIVBYZERO ? FPU_DZC : 0) |
           (raised & FE_OVERFLOW ? FPU_OFC : 0) | (raised & FE_UNDERFLOW ? FPU_UFC : 0) |
           (raised & FE_INEXACT ? FPU_IXC : 0);
}

static uint32_t host_answer(
        enum op op, enum fpu_round mode, const uint32_t in[3], uint32_t *flags)
{
    const volatile float x[3] = {as_float(in[0]), as_float(in[1]), as_float(in[2])};
    fesetround(host_mode[mode]);
    feclearexcept(FE_ALL_EXCEPT);
    volatile float result = compute(op, x);
    *flags = host_flags();
    fesetround(FE_TONEAREST);
    return as_bits(result);
}

static uint32_t our_answer(
        enum op op, enum fpu_round mode, const uint32_t in[3], uint32_t *flags)
{
    *flags = (uint32_t)mode << FPU_RMODE_SHIFT;
    switch (op) {
    case ADD: return fpu_add(in[0], in[1], flags);
    case SUB: return fpu_sub(in[0], in[1], flags);
    case MUL: return fpu_mul(in[0], in[1], flags);
    case DIV: return fpu_div(in[0], in[1], flags);
    case SQRT: return fpu_sqrt(in[0], flags);
    case MULADD: return fpu_muladd(in[0], in[1], in[2], flags);
    case OPS: break;
    }
    return 0;
}

/* The host may judge underflow after rounding; Arm does before. They differ
 * where rounding makes the smallest normal number. Of infinity times zero plus
 * a NaN IEEE 754 leaves open whether it is invalid; Arm has its own table. */
static uint32_t comparable(enum op op, uint32_t result)
{
    uint32_t mask = FPU_CUMULATIVE;
    if ((result & 0x7FFFFFFF) == 0x00800000) {
        mask &= ~FPU_UFC;
    }
    if (op == MULADD && is_nan(result)) {
        mask &= ~FPU_IOC;
    }
    return mask;
}

static void check_operation(enum op op, enum fpu_round mode, const uint32_t in[3])
{
    uint32_t host = 0;
    uint32_t ours = 0;
    uint32_t want = host_answer(op, mode, in, &host);
    uint32_t got = our_answer(op, mode, in, &ours);
    uint32_t mask = comparable(op, want);
    bool same = is_nan(want) ? is_nan(got) : want == got;
    if (!same || ((host ^ ours) & mask) != 0) {
        fail_msg("%s mode %d of %08x %08x %08x: %08x flags %02x, host %08x flags %02x",
                op_names[op], (int)mode, in[0], in[1], in[2], got, ours & FPU_CUMULATIVE,
                want, host);
    }
}

static void arithmetic_agrees_with_the_host_on_special_values(void **state)
{
    for (int i = 0; i < 2 * SPECIALS; i++) {
        for (int k = 0; k < 2 * SPECIALS; k++) {
            uint32_t in[3] = {special[i / 2] ^ (uint32_t)(i & 1) << 31,
                    special[k / 2] ^ (uint32_t)(k & 1) << 31,
                    special[(i * 7 + k) % SPECIALS]};
            for (int n = 0; n < 4 * OPS; n++) {
                check_operation((enum op)(n / 4), (enum fpu_round)(n % 4), in);
            }
        }
    }
}

static void arithmetic_agrees_with_the_host_on_random_values(void **state)
{
    uint64_t seed = 1;
    for (int i = 0; i < RANDOM_CASES; i++) {
        uint32_t in[3];
        in[0] = operand(&seed, 0x3F800000);
        in[1] = operand(&seed, in[0]);
        in[2] = operand(&seed, in[1]);
        for (int op = 0; op < OPS; op++) {
            check_operation((enum op)op, (enum fpu_round)(next_random(&seed) % 4), in);
        }
        if (i % 4 == 0) { /* an addend that nearly cancels the product */
            uint32_t unused = 0;
            in[0] = fpu_neg(fpu_mul(in[1], in[2], &unused)) ^ (next_random(&seed) & 3);
            check_operation(MULADD, (enum fpu_round)(i / 4 % 4), in);
        }
    }
}

static void comparison_agrees_with_the_host(void **state)
{
    uint64_t seed = 2;
    for (int i = 0; i < RANDOM_CASES; i++) {
        uint32_t a = operand(&seed, 0x40000000);
        uint32_t b = operand(&seed, a);
        float x = as_float(a);
        float y = as_float(b);
        uint32_t nzcv = is_nan(a) || is_nan(b) ? 3 : x < y ? 8 : x > y ? 2 : 6;
        bool signals =
                (is_nan(a) && (a & 0x400000) == 0) || (is_nan(b) && (b & 0x400000) == 0);
        uint32_t quiet = FPU_NZCV;
        fpu_compare(a, b, false, &quiet);
        assert_int_equal(quiet, nzcv << 28 | (signals ? FPU_IOC : 0));
        uint32_t loud = FPU_IXC;
        fpu_compare(a, b, true, &loud);
        assert_int_equal(loud, nzcv << 28 | FPU_IXC | (nzcv == 3 ? FPU_IOC : 0));
    }
}

/* ---- conversions ------------------------------------------------------------------- */

static const double lowest[] = {-32768, 0, -2147483648.0, 0};
static const double highest[] = {32767, 65535, 2147483647.0, 4294967295.0};

static double rounded_by(double x, enum fpu_round mode)
{
    double below = floor(x);
    double part = x - below;
    switch (mode) {
    case FPU_NEAREST:
        return part > 0.5 || (part == 0.5 && fmod(below, 2) != 0) ? below + 1 : below;
    case FPU_UP: return ceil(x);
    case FPU_DOWN: return below;
    case FPU_ZERO: break;
    }
    return trunc(x);
}

/* In double, where every product by a power of two is exact. */
static uint32_t to_int_by_host(uint32_t a, enum fpu_int kind, unsigned fraction,
        enum fpu_round mode, uint32_t *flags)
{
    double scaled = ldexp((double)as_float(a), (int)fraction);
    double rounded = rounded_by(scaled, mode);
    *flags = 0;
    if (isnan(rounded) || rounded < lowest[kind] || rounded > highest[kind]) {
        *flags = FPU_IOC;
        return isnan(rounded)
                       ? 0
                       : (uint32_t)(int64_t)(rounded < 0 ? lowest[kind] : highest[kind]);
    }
    *flags = rounded != scaled ? FPU_IXC : 0;
    return (uint32_t)(int64_t)rounded;
}

static void conversion_to_integers_agrees_with_the_host(void **state)
{
    uint64_t seed = 3;
    for (int i = 0; i < RANDOM_CASES; i++) {
        uint32_t a = operand(&seed, 0x4F000000);
        enum fpu_int kind = (enum fpu_int)(i % 4);
        unsigned fraction = i % 3 == 0 ? 0 : next_random(&seed) % 33;
        enum fpu_round mode = (enum fpu_round)(next_random(&seed) % 4);
        bool to_zero = next_random(&seed) % 2 != 0;
        uint32_t flags = 0;
        uint32_t want =
                to_int_by_host(a, kind, fraction, to_zero ? FPU_ZERO : mode, &flags);
        uint32_t fpscr = (uint32_t)mode << FPU_RMODE_SHIFT;
        uint32_t got = fpu_to_int(a, kind, fraction, to_zero, &fpscr);
        if (got != want || fpscr != (flags | (uint32_t)mode << FPU_RMODE_SHIFT)) {
            fail_msg("to_int of %08x kind %d fraction %u mode %d: %08x fpscr %08x, host "
                     "%08x flags %02x",
                    a, (int)kind, fraction, to_zero ? FPU_ZERO : mode, got, fpscr, want,
                    flags);
        }
    }
}

static void conversion_from_integers_agrees_with_the_host(void **state)
{
    uint64_t seed = 4;
    for (int i = 0; i < RANDOM_CASES; i++) {
        uint32_t x = next_random(&seed) >> next_random(&seed) % 32;
        x = i % 5 == 0 ? 0 - x : x;
        const int64_t values[] = {(int16_t)x, (uint16_t)x, (int32_t)x, x};
        enum fpu_int kind = (enum fpu_int)(i % 4);
        unsigned fraction = next_random(&seed) % 33;
        enum fpu_round mode = (enum fpu_round)(next_random(&seed) % 4);
        bool to_nearest = next_random(&seed) % 2 != 0;

        volatile int64_t value = values[kind];
        fesetround(host_mode[to_nearest ? FPU_NEAREST : mode]);
        feclearexcept(FE_ALL_EXCEPT);
        volatile float converted = (float)value;
        uint32_t flags = host_flags();
        fesetround(FE_TONEAREST);
        uint32_t want = as_bits(ldexpf(converted, -(int)fraction));

        uint32_t fpscr = (uint32_t)mode << FPU_RMODE_SHIFT;
        assert_int_equal(fpu_from_int(x, kind, fraction, to_nearest, &fpscr), want);
        assert_int_equal(fpscr, flags | (uint32_t)mode << FPU_RMODE_SHIFT);
    }
}

/* ---- halves: against all of them, one by one ------------------------------------------ */

/* The value of a positive half that is a number. */
static double half_value(uint32_t half, bool alternative)
{
    int exp = (int)(half >> 10);
    assert_true(alternative || exp < 31);
    return exp == 0 ? ldexp(half, -24) : ldexp((half & 0x3FF) | 0x400, exp - 25);
}

static void every_half_becomes_its_value(void **state)
{
    for (uint32_t half = 0; half < 0x8000; half++) {
        uint32_t fpscr = FPU_FZ;
        if (half < 0x7C00) {
            uint32_t want = as_bits((float)half_value(half, false));
            assert_int_equal(fpu_from_half((uint16_t)half, &fpscr), want);
            assert_int_equal(
                    fpu_from_half((uint16_t)(half | 0x8000), &fpscr), want | 0x80000000);
        }
        fpscr |= FPU_AHP;
        assert_int_equal(fpu_from_half((uint16_t)half, &fpscr),
                as_bits((float)half_value(half, true)));
        assert_int_equal(fpscr, FPU_FZ | FPU_AHP);
    }
}

/* The largest half whose value is at most x. */
static uint32_t half_below(double x, uint32_t last, bool alternative)
{
    uint32_t low = 0;
    uint32_t high = last;
    while (low < high) {
        uint32_t middle = (low + high + 1) / 2;
        if (half_value(middle, alternative) <= x) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

struct half_answer {
    uint32_t half, flags;
};

/* x is not negative; mode as it acts on the magnitude. */
static struct half_answer half_by_search(double x, enum fpu_round mode, bool alternative)
{
    uint32_t last = alternative ? 0x7FFF : 0x7BFF;
    uint32_t half = half_below(x, last, alternative);
    double low = half_value(half, alternative);
    if (low == x) {
        return (struct half_answer){half, 0};
    }
    double gap = half == last ? half_value(last, alternative) -
                                        half_value(last - 1, alternative)
                              : half_value(half + 1, alternative) - low;
    bool beyond = x - low > gap / 2 || (x - low == gap / 2 && (half & 1) != 0);
    bool up = mode == FPU_UP || (mode == FPU_NEAREST && beyond);
    uint32_t flags = FPU_IXC | (x < ldexp(1, -14) ? FPU_UFC : 0);
    if (half == last && (up || x >= low + gap)) {
        if (alternative) {
            return (struct half_answer){last, FPU_IOC};
        }
        return (struct half_answer){
                mode == FPU_ZERO || mode == FPU_DOWN ? last : 0x7C00, FPU_OFC | FPU_IXC};
    }
    return (struct half_answer){half + up, flags};
}

static void every_rounding_to_a_half_is_the_nearest_that_its_mode_allows(void **state)
{
    uint64_t seed = 5;
    for (int i = 0; i < RANDOM_CASES; i++) {
        uint32_t a = operand(&seed, 0x38800000);
        if ((i & 1) != 0) { /* in or near the range of halves */
            a = (a & 0x807FFFFF) | (127 - 27 + next_random(&seed) % 45) << 23;
        }
        if ((a & 0x7F800000) == 0x7F800000) {
            continue;
        }
        bool alternative = i % 3 == 0;
        enum fpu_round mode = (enum fpu_round)(next_random(&seed) % 4);
        bool negative = a >> 31 != 0;
        enum fpu_round acting = mode;
        if (negative && (mode == FPU_UP || mode == FPU_DOWN)) {
            acting = mode == FPU_UP ? FPU_DOWN : FPU_UP;
        }
        struct half_answer want =
                half_by_search(fabs((double)as_float(a)), acting, alternative);
        uint32_t modes = (uint32_t)mode << FPU_RMODE_SHIFT | (alternative ? FPU_AHP : 0);
        uint32_t fpscr = modes;
        uint32_t got = fpu_to_half(a, &fpscr);
        if (got != (want.half | (negative ? 0x8000u : 0)) ||
                fpscr != (modes | want.flags)) {
            fail_msg("to_half of %08x mode %d: %04x fpscr %08x, not %04x flags %02x", a,
                    (int)mode, got, fpscr, want.half, want.flags);
        }
    }
}

/* ---- what is Arm's own, by table ---------------------------------------------------------- */

static void nans_propagate_in_the_order_of_operands_signalling_first(void **state)
{
    const uint32_t one = 0x3F800000;
    const uint32_t infinity = 0x7F800000;
    const uint32_t q1 = 0x7FC00001, q2 = 0xFFC00002, s1 = 0x7F800003, s2 = 0xFF800004;
    const struct {
        uint32_t d, n, m, want, flags;
    } rows[] = {
            {one, q1, q2, q1, 0},
            {one, q1, s2, s2 | 0x400000, FPU_IOC},
            {one, s1, s2, s1 | 0x400000, FPU_IOC},
            {q2, q1, one, q2, 0},
            {q2, s1, one, s1 | 0x400000, FPU_IOC},
            {s2, s1, one, s2 | 0x400000, FPU_IOC},
            {q2, infinity, 0, 0x7FC00000, FPU_IOC},
            {s2, infinity, 0, s2 | 0x400000, FPU_IOC},
            {one, infinity, 0, 0x7FC00000, FPU_IOC},
            {infinity ^ 0x80000000, infinity, one, 0x7FC00000, FPU_IOC},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        uint32_t fpscr = 0;
        assert_int_equal(
                fpu_muladd(rows[i].d, rows[i].n, rows[i].m, &fpscr), rows[i].want);
        assert_int_equal(fpscr, rows[i].flags);
        fpscr = FPU_DN;
        assert_int_equal(fpu_muladd(rows[i].d, rows[i].n, rows[i].m, &fpscr), 0x7FC00000);
        assert_int_equal(fpscr, FPU_DN | rows[i].flags);
    }
    uint32_t fpscr = 0;
    assert_int_equal(fpu_add(q1, s2, &fpscr), s2 | 0x400000);
    assert_int_equal(fpu_sub(one, q2, &fpscr), q2);
    assert_int_equal(fpu_mul(q2, q1, &fpscr), q2);
    assert_int_equal(fpu_vmls(one, q1, one, &fpscr), fpu_neg(q1));
    assert_int_equal(fpu_vnmul(0, infinity, &fpscr), 0xFFC00000);
    assert_int_equal(fpu_sqrt(0x80000000, &fpscr), 0x80000000);
    assert_int_equal(fpu_sqrt(0xBF800000, &fpscr), 0x7FC00000);
}

static void flush_to_zero_takes_denormals_away_on_both_sides(void **state)
{
    const uint32_t tiny = 0x00000001, small = 0x00800000, one = 0x3F800000;
    uint32_t fpscr = FPU_FZ;
    assert_int_equal(fpu_add(tiny, 0x80000000 | tiny, &fpscr), 0);
    assert_int_equal(fpscr, FPU_FZ | FPU_IDC);

    fpscr = FPU_FZ;
    assert_int_equal(fpu_mul(small | 0x80000000, 0x3F000000, &fpscr), 0x80000000);
    assert_int_equal(fpscr, FPU_FZ | FPU_UFC); /* and not inexact */

    fpscr = FPU_FZ;
    assert_int_equal(fpu_div(one, tiny, &fpscr), 0x7F800000);
    assert_int_equal(fpscr, FPU_FZ | FPU_IDC | FPU_DZC);

    /* Judged before rounding: this one would round up to the smallest normal. */
    fpscr = FPU_FZ;
    assert_int_equal(fpu_mul(0x00FFFFFF, 0x3F000000, &fpscr), 0);
    assert_int_equal(fpscr, FPU_FZ | FPU_UFC);
    fpscr = 0;
    assert_int_equal(fpu_mul(0x00FFFFFF, 0x3F000000, &fpscr), small);
    assert_int_equal(fpscr, FPU_UFC | FPU_IXC);

    fpscr = FPU_FZ;
    fpu_compare(tiny, 0, true, &fpscr);
    assert_int_equal(fpscr, FPU_FZ | FPU_IDC | 6u << 28);

    fpscr = FPU_FZ;
    assert_int_equal(fpu_to_int(tiny, FPU_S32, 0, false, &fpscr), 0);
    assert_int_equal(fpscr, FPU_FZ | FPU_IDC);

    fpscr = FPU_FZ;
    assert_int_equal(fpu_sqrt(0x80000000 | tiny, &fpscr), 0x80000000);
    assert_int_equal(fpscr, FPU_FZ | FPU_IDC);
}

/* A half that is denormal stays; a single that is denormal is flushed. */
static void flush_to_zero_leaves_halves_alone(void **state)
{
    uint32_t fpscr = FPU_FZ;
    assert_int_equal(fpu_to_half(0x33800000, &fpscr), 0x0001);
    assert_int_equal(fpscr, FPU_FZ);
    assert_int_equal(fpu_to_half(0x80000001, &fpscr), 0x8000);
    assert_int_equal(fpscr, FPU_FZ | FPU_IDC);
}

static void halves_have_nans_of_their_own(void **state)
{
    const struct {
        uint32_t single, half, flags, dn, ahp, ahp_flags;
    } to[] = {
            {0x7F800000, 0x7C00, 0, 0x7C00, 0x7FFF, FPU_IOC},
            {0xFF800000, 0xFC00, 0, 0xFC00, 0xFFFF, FPU_IOC},
            {0xFFC02000, 0xFE01, 0, 0x7E00, 0x8000, FPU_IOC},
            {0x7F802000, 0x7E01, FPU_IOC, 0x7E00, 0x0000, FPU_IOC},
            {0x47800000, 0x7C00, FPU_OFC | FPU_IXC, 0x7C00, 0x7C00, 0},
    };
    for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
        uint32_t fpscr = 0;
        assert_int_equal(fpu_to_half(to[i].single, &fpscr), to[i].half);
        assert_int_equal(fpscr, to[i].flags);
        fpscr = FPU_DN;
        assert_int_equal(fpu_to_half(to[i].single, &fpscr), to[i].dn);
        fpscr = FPU_AHP;
        assert_int_equal(fpu_to_half(to[i].single, &fpscr), to[i].ahp);
        assert_int_equal(fpscr, FPU_AHP | to[i].ahp_flags);
    }
    uint32_t fpscr = 0;
    assert_int_equal(fpu_from_half(0xFC00, &fpscr), 0xFF800000);
    assert_int_equal(fpu_from_half(0xFE01, &fpscr), 0xFFC02000);
    assert_int_equal(fpscr, 0);
    assert_int_equal(fpu_from_half(0x7C01, &fpscr), 0x7FC02000);
    assert_int_equal(fpscr, FPU_IOC);
    fpscr = FPU_DN;
    assert_int_equal(fpu_from_half(0xFE01, &fpscr), 0x7FC00000);
}

static void two_roundings_are_not_one(void **state)
{
    /* (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24: the last bit is lost by two roundings. */
    const uint32_t n = 0x3F800800, minus = 0xBF801000;
    uint32_t fpscr = 0;
    assert_int_equal(fpu_vmla(minus, n, n, &fpscr), 0);
    assert_int_equal(fpscr, FPU_IXC);
    fpscr = 0;
    assert_int_equal(fpu_vfma(minus, n, n, &fpscr), 0x33800000);
    assert_int_equal(fpscr, 0);
}

static void signs_of_the_accumulating_family(void **state)
{
    const uint32_t d = 0x40A00000, n = 0x40000000, m = 0x40400000; /* 5, 2, 3 */
    uint32_t f = 0;
    assert_int_equal(fpu_vmla(d, n, m, &f), as_bits(11));
    assert_int_equal(fpu_vmls(d, n, m, &f), as_bits(-1));
    assert_int_equal(fpu_vnmla(d, n, m, &f), as_bits(-11));
    assert_int_equal(fpu_vnmls(d, n, m, &f), as_bits(1));
    assert_int_equal(fpu_vnmul(n, m, &f), as_bits(-6));
    assert_int_equal(fpu_vfma(d, n, m, &f), as_bits(11));
    assert_int_equal(fpu_vfms(d, n, m, &f), as_bits(-1));
    assert_int_equal(fpu_vfnma(d, n, m, &f), as_bits(-11));
    assert_int_equal(fpu_vfnms(d, n, m, &f), as_bits(1));
    assert_int_equal(f, 0);
}

/* A7.5.1: +/- (16 to 31)/16 x 2^(-3 to 4). */
static void immediates_are_the_256_short_values(void **state)
{
    for (unsigned imm = 0; imm < 256; imm++) {
        int exp = (int)((imm >> 4 & 7) ^ 4) - 3;
        double value = ldexp((double)(16 + (imm & 15)), exp - 4);
        assert_int_equal(fpu_imm((uint8_t)imm),
                as_bits((float)((imm & 0x80) != 0 ? -value : value)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(arithmetic_agrees_with_the_host_on_special_values),
            cmocka_unit_test(arithmetic_agrees_with_the_host_on_random_values),
            cmocka_unit_test(comparison_agrees_with_the_host),
            cmocka_unit_test(conversion_to_integers_agrees_with_the_host),
            cmocka_unit_test(conversion_from_integers_agrees_with_the_host),
            cmocka_unit_test(every_half_becomes_its_value),
            cmocka_unit_test(
                    every_rounding_to_a_half_is_the_nearest_that_its_mode_allows),
            cmocka_unit_test(nans_propagate_in_the_order_of_operands_signalling_first),
            cmocka_unit_test(flush_to_zero_takes_denormals_away_on_both_sides),
            cmocka_unit_test(flush_to_zero_leaves_halves_alone),
            cmocka_unit_test(halves_have_nans_of_their_own),
            cmocka_unit_test(two_roundings_are_not_one),
            cmocka_unit_test(signs_of_the_accumulating_family),
            cmocka_unit_test(immediates_are_the_256_short_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
