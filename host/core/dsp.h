/* dsp.h - the DSP extension's and the saturating arithmetic, as functions.
 *
 * What it is: what DDI 0403E A7.7 says between reading and writing registers.
 * n, m, a and d are the registers of the encoding's fields Rn, Rm, Ra and Rd.
 *
 * What it remembers: nothing. APSR.Q comes as *q, which is set where the
 * instruction saturates or overflows and else left alone; APSR.GE as *ge, bit i
 * for byte i. Nothing allocates or waits; anyone may call.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_DSP_H
#define ETCH_CORE_DSP_H

#include <stdbool.h>
#include <stdint.h>

/* ---- parallel addition and subtraction ------------------------------------- */

/* The values are those of the encoding: hw1[2:0] and hw2[6:4] (A5.3.16). */
enum dsp_lanes {
    DSP_ADD8,
    DSP_ADD16,
    DSP_ASX, /* upper half n.top + m.bottom, lower half n.bottom - m.top */
    DSP_SUB8 = 4,
    DSP_SUB16,
    DSP_SAX /* upper half n.top - m.bottom, lower half n.bottom + m.top */
};
enum dsp_kind { DSP_S, DSP_Q, DSP_SH, DSP_U = 4, DSP_UQ, DSP_UH };

/* The 36 instructions {S,Q,SH,U,UQ,UH}{ADD8...SAX}; ge is written by S and U
 * alone. Values without a name are not allocated: never pass them. */
uint32_t dsp_parallel(
        enum dsp_kind kind, enum dsp_lanes lanes, uint32_t n, uint32_t m, unsigned *ge);

/* SEL: byte i of n where ge has bit i, of m elsewhere. */
uint32_t dsp_sel(uint32_t n, uint32_t m, unsigned ge);

/* USADA8; USAD8 with a = 0. */
uint32_t dsp_usada8(uint32_t a, uint32_t n, uint32_t m);

/* ---- saturation -------------------------------------------------------------- */

/* To -2^(bits-1) ... 2^(bits-1)-1, bits 1 to 32. */
uint32_t dsp_ssat(uint32_t x, unsigned bits, bool *q);
/* To 0 ... 2^bits-1, bits 0 to 31. x is signed. */
uint32_t dsp_usat(uint32_t x, unsigned bits, bool *q);
/* Both halves of x: SSAT16 (bits 1 to 16), USAT16 (0 to 15). */
uint32_t dsp_ssat16(uint32_t x, unsigned bits, bool *q);
uint32_t dsp_usat16(uint32_t x, unsigned bits, bool *q);

/* QADD, QSUB: m + n, m - n. QDADD, QDSUB: m + 2n, m - 2n, 2n saturated too. */
uint32_t dsp_qadd(uint32_t m, uint32_t n, bool *q);
uint32_t dsp_qsub(uint32_t m, uint32_t n, bool *q);
uint32_t dsp_qdadd(uint32_t m, uint32_t n, bool *q);
uint32_t dsp_qdsub(uint32_t m, uint32_t n, bool *q);

/* ---- multiplication ------------------------------------------------------------ */

/* tops: the bits N and M of the encoding, hw2[5:4]: 2 takes the top half of n,
 * 1 that of m. */
uint32_t dsp_smulxy(uint32_t n, uint32_t m, unsigned tops);
uint32_t dsp_smlaxy(uint32_t a, uint32_t n, uint32_t m, unsigned tops, bool *q);
uint64_t dsp_smlalxy(uint64_t acc, uint32_t n, uint32_t m, unsigned tops);

/* 32 x 16, the upper 32 bits of 48; top: of m. SMULWy with a = 0. */
uint32_t dsp_smlawy(uint32_t a, uint32_t n, uint32_t m, bool top, bool *q);

/* Two products of halves, added or subtracted (bottom - top); swap: the X
 * forms, halves of m exchanged. SMUAD, SMUSD with a = 0. */
uint32_t dsp_smlad(uint32_t a, uint32_t n, uint32_t m, bool swap, bool *q);
uint32_t dsp_smlsd(uint32_t a, uint32_t n, uint32_t m, bool swap, bool *q);
uint64_t dsp_smlald(uint64_t acc, uint32_t n, uint32_t m, bool swap);
uint64_t dsp_smlsld(uint64_t acc, uint32_t n, uint32_t m, bool swap);

/* The upper word of a:0 + n x m, a:0 - n x m; round: the R forms. SMMUL with
 * a = 0. */
uint32_t dsp_smmla(uint32_t a, uint32_t n, uint32_t m, bool round);
uint32_t dsp_smmls(uint32_t a, uint32_t n, uint32_t m, bool round);

/* n x m + hi + lo, which cannot overflow. */
uint64_t dsp_umaal(uint32_t hi, uint32_t lo, uint32_t n, uint32_t m);

/* ---- extension ------------------------------------------------------------------ */

/* Bytes 0 and 2 of x extended and added to the halves of n: SXTAB16, UXTAB16;
 * SXTB16, UXTB16 with n = 0. x is rotated already. */
uint32_t dsp_sxtab16(uint32_t n, uint32_t x);
uint32_t dsp_uxtab16(uint32_t n, uint32_t x);

#endif
