/* fpu_priv.h - what the two halves of the floating point share: numbers taken
 * apart, and the rounding that puts them together again.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_FPU_PRIV_H
#define ETCH_CORE_FPU_PRIV_H

#include "core/fpu.h"

#define FPU_DEFAULT_NAN 0x7FC00000u

enum { FPU_MANT_TOP = 62 }; /* the leading bit of a mantissa */

enum fpu_type { FPU_SNAN, FPU_QNAN, FPU_INFINITY, FPU_NAUGHT, FPU_NUMBER };

/* mant x 2^exp; mant of a number is never 0. */
struct fpu_num {
    enum fpu_type type;
    bool sign;
    int exp;
    uint64_t mant;
    uint32_t bits; /* where it came from; of a NaN: all there is */
};

struct fpu_format {
    int exp_bits, frac_bits;
    int min_exp;     /* of the smallest normal number */
    int largest_exp; /* field of the largest number */
    bool flushes;    /* FZ concerns it */
    /* What a number that is too large becomes, without its sign. */
    uint32_t (*overflow)(const struct fpu_format *f, bool sign, uint32_t *fpscr);
};

extern const struct fpu_format fpu_single;

/* Any operands, any rounding. */
uint32_t fpu_long_add(uint32_t a, uint32_t b, uint32_t *fpscr);
uint32_t fpu_long_mul(uint32_t a, uint32_t b, uint32_t *fpscr);
uint32_t fpu_long_div(uint32_t a, uint32_t b, uint32_t *fpscr);
uint32_t fpu_long_sqrt(uint32_t a, uint32_t *fpscr);
uint32_t fpu_long_muladd(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr);

struct fpu_num fpu_unpack(uint32_t bits, uint32_t *fpscr);
void fpu_normalise(struct fpu_num *x);
/* n may be negative or large. */
uint64_t fpu_shift_right(uint64_t mant, int n);
uint32_t fpu_nan(const struct fpu_num *x, uint32_t *fpscr);
static inline enum fpu_round fpu_mode(uint32_t fpscr)
{
    return (enum fpu_round)(fpscr >> FPU_RMODE_SHIFT & 3);
}

/* Is kept to be rounded away from zero? rest is what follows its last bit. */
bool fpu_rounds_up(enum fpu_round mode, bool sign, uint64_t kept, uint64_t rest);
uint32_t fpu_round(
        const struct fpu_format *f, const struct fpu_num *value, uint32_t *fpscr);
/* To infinity, or to the largest number, as the rounding mode says. */
uint32_t fpu_overflow(const struct fpu_format *f, bool sign, uint32_t *fpscr);

#endif
