/* fpu.h - single-precision arithmetic of the FPv4-SP extension, to the bit.
 *
 * What it is: the functions of the architecture's pseudocode (DDI 0403E A2.5)
 * over registers' bits, done with integers: the host's own floating point and
 * its modes take no part, so every host gives the same answer.
 *
 * What it remembers: nothing. FPSCR comes with each call: rounding mode, FZ,
 * DN and AHP are read from it, exceptions are added to its cumulative bits,
 * and nothing else of it changes unless the function says so. Traps do not
 * exist in this extension. Nothing allocates or waits; anyone may call.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_FPU_H
#define ETCH_CORE_FPU_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of FPSCR (A2.5.3). */
#define FPU_IOC        0x00000001u /* invalid operation */
#define FPU_DZC        0x00000002u /* division by zero */
#define FPU_OFC        0x00000004u /* overflow */
#define FPU_UFC        0x00000008u /* underflow */
#define FPU_IXC        0x00000010u /* inexact */
#define FPU_IDC        0x00000080u /* input denormal, flushed by FZ */
#define FPU_FZ         0x01000000u /* flush to zero */
#define FPU_DN         0x02000000u /* default NaN */
#define FPU_AHP        0x04000000u /* alternative half precision */
#define FPU_NZCV       0xF0000000u /* result of the last comparison */
#define FPU_FPSCR      0xF7C0009Fu /* all bits that there are; the rest reads 0 */
#define FPU_CUMULATIVE 0x0000009Fu /* the six exceptions */

/* FPSCR.RMode. */
enum fpu_round { FPU_NEAREST, FPU_UP, FPU_DOWN, FPU_ZERO };
enum { FPU_RMODE_SHIFT = 22 };

/* ---- arithmetic ----------------------------------------------------------- */

uint32_t fpu_add(uint32_t a, uint32_t b, uint32_t *fpscr);
uint32_t fpu_sub(uint32_t a, uint32_t b, uint32_t *fpscr);
uint32_t fpu_mul(uint32_t a, uint32_t b, uint32_t *fpscr);
uint32_t fpu_div(uint32_t a, uint32_t b, uint32_t *fpscr);
uint32_t fpu_sqrt(uint32_t a, uint32_t *fpscr);
/* d + n x m, rounded once (FPMulAdd). */
uint32_t fpu_muladd(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr);

/* Only the sign changes, of a NaN too; no exceptions. */
static inline uint32_t fpu_neg(uint32_t a)
{
    return a ^ 0x80000000u;
}

static inline uint32_t fpu_abs(uint32_t a)
{
    return a & 0x7FFFFFFFu;
}

/* VMLA, VMLS, VNMLA, VNMLS, VNMUL: the product is rounded, then the sum. */
static inline uint32_t fpu_vmla(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_add(d, fpu_mul(n, m, fpscr), fpscr);
}

static inline uint32_t fpu_vmls(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_add(d, fpu_neg(fpu_mul(n, m, fpscr)), fpscr);
}

static inline uint32_t fpu_vnmla(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_add(fpu_neg(d), fpu_neg(fpu_mul(n, m, fpscr)), fpscr);
}

static inline uint32_t fpu_vnmls(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_add(fpu_neg(d), fpu_mul(n, m, fpscr), fpscr);
}

static inline uint32_t fpu_vnmul(uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_neg(fpu_mul(n, m, fpscr));
}

/* VFMA, VFMS, VFNMA, VFNMS: rounded once. */
static inline uint32_t fpu_vfma(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_muladd(d, n, m, fpscr);
}

static inline uint32_t fpu_vfms(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_muladd(d, fpu_neg(n), m, fpscr);
}

static inline uint32_t fpu_vfnma(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_muladd(fpu_neg(d), fpu_neg(n), m, fpscr);
}

static inline uint32_t fpu_vfnms(uint32_t d, uint32_t n, uint32_t m, uint32_t *fpscr)
{
    return fpu_muladd(fpu_neg(d), n, m, fpscr);
}

/* VCMP and, with quiet_too, VCMPE, for which a quiet NaN is invalid as well:
 * the answer goes to FPSCR.NZCV. VCMP with zero is a comparison with b = 0. */
void fpu_compare(uint32_t a, uint32_t b, bool quiet_too, uint32_t *fpscr);

/* VMOV (immediate): the value that imm8 stands for (VFPExpandImm, A7.5.1). */
uint32_t fpu_imm(uint8_t imm8);

/* ---- conversions ----------------------------------------------------------- */

enum fpu_int { FPU_S16, FPU_U16, FPU_S32, FPU_U32 };

/* VCVT, VCVTR to an integer, and to fixed point with 0 to 32 bits of fraction
 * (FPToFixed): rounded to zero, or as FPSCR says (VCVTR). What is out of range
 * saturates, NaN gives 0, both invalid. 16-bit results come extended to 32. */
uint32_t fpu_to_int(
        uint32_t a, enum fpu_int kind, unsigned fraction, bool to_zero, uint32_t *fpscr);

/* VCVT from an integer (rounded as FPSCR says), and from fixed point (rounded
 * to nearest): FixedToFP. Of a 16-bit kind the upper half of x means nothing. */
uint32_t fpu_from_int(uint32_t x, enum fpu_int kind, unsigned fraction, bool to_nearest,
        uint32_t *fpscr);

/* VCVTB, VCVTT. FZ does not touch halves (A2.5.3). */
uint32_t fpu_from_half(uint16_t half, uint32_t *fpscr);
uint16_t fpu_to_half(uint32_t a, uint32_t *fpscr);

#endif
