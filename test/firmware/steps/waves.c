/* waves.c - arithmetic: DSP instructions, the floating-point unit, doubles without
 * one.
 *
 * SPDX-License-Identifier: MIT
 */
#include <arm_acle.h>
#include <string.h>

#include "steps.h"

enum { POINTS = 32, TAPS = 8, SIDE = 4 };

/* ---- integers of 16 and 8 bits, several at a time --------------------------------- */

static uint32_t pair_at(const int16_t *p)
{
    uint32_t pair;
    memcpy(&pair, p, sizeof(pair));
    return pair;
}

static uint32_t filter(uint32_t *random)
{
    int16_t in[POINTS + TAPS];
    int16_t taps[TAPS];
    uint32_t sum = 0;
    for (int i = 0; i < POINTS + TAPS; i++) {
        in[i] = (int16_t)steps_random(random);
    }
    for (int i = 0; i < TAPS; i++) {
        taps[i] = (int16_t)steps_random(random);
    }
    for (int i = 0; i < POINTS; i++) {
        int32_t acc = 0;
        int64_t wide = 0;
        for (int k = 0; k < TAPS; k += 2) {
            acc = __smlad(pair_at(in + i + k), pair_at(taps + k), acc);
            wide = __smlald(pair_at(in + i + k), pair_at(taps + k), wide);
        }
        sum = sum * 31 + (uint32_t)__ssat(acc >> 15, 16) + (uint32_t)(wide >> 7);
    }
    return sum;
}

static uint32_t lanes(uint32_t *random)
{
    uint32_t sum = 0;
    for (int i = 0; i < POINTS; i++) {
        uint32_t a = steps_random(random);
        uint32_t b = steps_random(random);
        uint32_t less = __usub8(a, b);
        uint32_t most = __sel(a, b);
        sum += less ^ most ^ __uhadd8(a, b) ^ __qadd16(a, b) ^ __qsub8(b, a);
        sum += (uint32_t)__smuad(a, b) ^ (uint32_t)__smusdx(a, b) ^ __usad8(a, b);
        sum ^= __uxtb16(a) + __sxtab16(b, a) + (uint32_t)__qadd((int32_t)a, (int32_t)b);
        sum = sum << 3 | sum >> 29;
    }
    return sum + (__qdbl((int32_t)sum) < 0) + (uint32_t)__builtin_clz(sum | 1);
}

/* ---- the unit ------------------------------------------------------------------------- */

static float uniform(uint32_t *random)
{
    return (float)(int32_t)steps_random(random) * 0x1p-31f;
}

/* e to the x, for small x. */
static float power(float x)
{
    float term = 1.0f;
    float sum = 1.0f;
    for (int i = 1; i < 9; i++) {
        term *= x / (float)i;
        sum += term;
    }
    return sum;
}

static float second_order(uint32_t *random)
{
    float y1 = 0.0f;
    float y2 = 0.0f;
    float energy = 0.0f;
    for (int i = 0; i < POINTS; i++) {
        float x = uniform(random);
        float y = 0.2f * x + 1.1f * y1 - 0.5f * y2;
        y2 = y1;
        y1 = y;
        energy = __builtin_fmaf(y, y, energy);
    }
    return __builtin_sqrtf(energy);
}

/* Gauss, Jordan: a becomes its inverse; its determinant. */
static float invert(float a[SIDE][SIDE])
{
    float determinant = 1.0f;
    for (int p = 0; p < SIDE; p++) {
        float pivot = a[p][p] + (a[p][p] < 0.0f ? -3.0f : 3.0f);
        determinant *= pivot;
        a[p][p] = 1.0f;
        for (int k = 0; k < SIDE; k++) {
            a[p][k] /= pivot;
        }
        for (int i = 0; i < SIDE; i++) {
            float factor = i == p ? 0.0f : a[i][p];
            a[i][p] = i == p ? a[i][p] : 0.0f;
            for (int k = 0; k < SIDE; k++) {
                a[i][k] -= factor * a[p][k];
            }
        }
    }
    return determinant;
}

static uint32_t singles(uint32_t *random)
{
    float a[SIDE][SIDE];
    for (int i = 0; i < SIDE * SIDE; i++) {
        a[i / SIDE][i % SIDE] = uniform(random);
    }
    float parts[4] = {invert(a), second_order(random), power(uniform(random)),
            a[1][2] - __builtin_fabsf(a[2][1])};
    uint32_t sum = steps_fold(0, parts, sizeof(parts));
    for (int i = 0; i < 4; i++) {
        sum += (uint32_t)(int32_t)(parts[i] * 1000.0f) ^ (uint32_t)(parts[i] > parts[0]);
    }
    return steps_fold(sum, a, sizeof(a));
}

/* ---- what the unit cannot: the library of the compiler does ---------------------------------- */

static uint32_t doubles(uint32_t *random)
{
    double x = 1.0 + (double)(steps_random(random) >> 8) * 0x1p-24;
    double root = x;
    for (int i = 0; i < 5; i++) {
        root = 0.5 * (root + x / root);
    }
    uint64_t quotient =
            ((uint64_t)steps_random(random) << 32) / (steps_random(random) | 1);
    int64_t rest =
            (int64_t)(steps_random(random) - 5ull * steps_random(random)) % 1000003;
    uint32_t sum = (uint32_t)(root * 1e9) ^ (uint32_t)quotient ^ (uint32_t)rest;
    return sum + (uint32_t)(root > 1.2) + (uint32_t)(float)(root * x);
}

uint32_t waves_run(uint32_t round)
{
    uint32_t random = round * 65599 + 777;
    uint32_t sum = filter(&random);
    sum = steps_fold(sum, &(uint32_t){lanes(&random)}, 4);
    sum = steps_fold(sum, &(uint32_t){singles(&random)}, 4);
    return steps_fold(sum, &(uint32_t){doubles(&random)}, 4);
}
