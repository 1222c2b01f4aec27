/* form_fp.c - operands of the floating-point unit's encodings (A6).
 *
 * A single register's number is Vx:x, that of a double x:Vx; there are 32 and 16.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"
#include "core/exec.h"
#include "core/fpu.h"

static uint8_t single(uint32_t w, unsigned four, unsigned one)
{
    return (uint8_t)(field(w, four, 4) << 1 | field(w, one, 1));
}

/* As the number of its first single register; 32 and more: there is none. */
static unsigned as_double(uint32_t w, unsigned four, unsigned one)
{
    return 2 * (field(w, one, 1) << 4 | field(w, four, 4));
}

static bool is_double(uint32_t w)
{
    return field(w, 8, 1) != 0;
}

void form_v3(struct insn *i, uint32_t w)
{
    i->d = single(w, 12, 22);
    i->n = single(w, 16, 7);
    i->m = single(w, 0, 5);
}

void form_vmov_imm(struct insn *i, uint32_t w)
{
    i->d = single(w, 12, 22);
    i->imm = fpu_imm((uint8_t)(field(w, 16, 4) << 4 | field(w, 0, 4)));
}

/* ---- moves ----------------------------------------------------------------------------- */

void form_vmov(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 12);
    i->n = single(w, 16, 7);
}

/* One half of a double, by bit 21. */
void form_vmov_half(struct insn *i, uint32_t w)
{
    unsigned first = as_double(w, 16, 7);
    i->d = reg_at(w, 12);
    i->n = (uint8_t)(first + field(w, 21, 1));
    if (first >= 32) {
        i->run = op_fp_undefined;
    }
}

void form_vmov2(struct insn *i, uint32_t w)
{
    unsigned first = is_double(w) ? as_double(w, 0, 5) : single(w, 0, 5);
    i->d = reg_at(w, 12);
    i->m = reg_at(w, 16);
    i->n = (uint8_t)first;
    if (first >= 32) {
        i->run = op_fp_undefined;
    } else if (first == 31 || (i->d == i->m && i->run == op_vmov2_to_core)) {
        unpredictable(i, w);
    }
}

void form_vmrs(struct insn *i, uint32_t w)
{
    i->d = reg_at(w, 12);
}

/* ---- memory: s of exec_multi.c, 1 down, 2 write back ------------------------------------- */

static void first_and_count(struct insn *i, uint32_t w, unsigned count)
{
    unsigned first = is_double(w) ? as_double(w, 12, 22) : single(w, 12, 22);
    i->d = (uint8_t)first;
    i->amount = (uint8_t)count;
    if (count == 0 || first + count > 32) {
        unpredictable(i, w);
    }
}

/* An odd count with doubles is FLDMX, FSTMX: the last word is left out. */
void form_vmem_many(struct insn *i, uint32_t w)
{
    unsigned count = field(w, 0, 8);
    i->n = reg_at(w, 16);
    i->s = (uint8_t)(field(w, 24, 1) | field(w, 21, 1) << 1);
    first_and_count(i, w, count);
    if (is_double(w) && count % 2 != 0) {
        unpredictable(i, w);
    }
}

void form_vmem(struct insn *i, uint32_t w)
{
    uint32_t offset = 4 * field(w, 0, 8);
    i->n = reg_at(w, 16);
    i->imm = field(w, 23, 1) != 0 ? offset : 0 - offset;
    if (i->n == 15) {
        i->imm += (i->pc + 4) & ~3u;
    }
    first_and_count(i, w, is_double(w) ? 2 : 1);
}

/* ---- comparison, conversion ------------------------------------------------------------------ */

void form_vcmp(struct insn *i, uint32_t w)
{
    form_v3(i, w);
    i->s = (uint8_t)field(w, 7, 1);
}

void form_vcmp_zero(struct insn *i, uint32_t w)
{
    form_v3(i, w);
    i->s = (uint8_t)field(w, 7, 1);
    i->shift = 1;
}

void form_vcvt_half(struct insn *i, uint32_t w)
{
    form_v3(i, w);
    i->amount = field(w, 7, 1) != 0 ? 16 : 0;
}

void form_vcvt_from(struct insn *i, uint32_t w)
{
    form_v3(i, w);
    i->shift = field(w, 7, 1) != 0 ? FPU_S32 : FPU_U32;
}

void form_vcvt_int(struct insn *i, uint32_t w)
{
    form_v3(i, w);
    i->s = (uint8_t)field(w, 7, 1);
    i->shift = field(w, 16, 1) != 0 ? FPU_S32 : FPU_U32;
}

/* The register is source and destination. */
void form_vcvt_fixed(struct insn *i, uint32_t w)
{
    static const enum fpu_int kinds[2][2] = {{FPU_S16, FPU_S32}, {FPU_U16, FPU_U32}};
    unsigned size = field(w, 7, 1) != 0 ? 32 : 16;
    unsigned whole = field(w, 0, 4) << 1 | field(w, 5, 1);
    i->d = single(w, 12, 22);
    i->m = i->d;
    i->s = 1;
    i->shift = (uint8_t)kinds[field(w, 16, 1)][field(w, 7, 1)];
    i->amount = (uint8_t)(size - whole);
    if (whole > size) {
        unpredictable(i, w);
    }
}
