/* decode.c - from bits to a record.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"
#include "core/exec.h"

bool core_is_wide(uint32_t hw1)
{
    return hw1 >= 0xE800;
}

bool core_is_it(uint32_t w, bool wide)
{
    return !wide && (w & 0xFF00) == 0xBF00 && (w & 0xF) != 0;
}

static const struct row *row_of(uint32_t w, bool wide)
{
    const struct row *r = wide ? core_wide_rows : core_narrow_rows;
    while ((w & r->mask) != r->value) {
        r++;
    }
    return r;
}

static unsigned registers_equal(const struct insn *i, unsigned number)
{
    return (i->d == number ? NOT_D : 0u) | (i->n == number ? NOT_N : 0u) |
           (i->m == number ? NOT_M : 0u) | (i->s == number ? NOT_S : 0u);
}

unsigned core_decode(struct insn *i, uint32_t w, bool wide)
{
    const struct row *r = row_of(w, wide);
    bool in_block = !wide && i->it != 0 && r->other != NULL;
    i->run = in_block ? r->other : r->run;
    i->len = wide ? 4 : 2;
    r->form(i, w);
    if (i->run == op_undefined || i->run == op_unpredictable) {
        return 1;
    }
    if ((registers_equal(i, 13) & r->not13) != 0 ||
            (registers_equal(i, 15) & r->not15) != 0) {
        unpredictable(i, w);
    }
    return r->cycles != 0 ? r->cycles : 1u + i->amount;
}

/* ---- flags that nobody sees -------------------------------------------------------- */

/* The form of op `run` in the family that sets flags; -1: it is not in it. */
static int kind_with_flags(const struct alu_family *f, op_fn *const run)
{
    for (int kind = 0; kind < 3; kind++) {
        if (f->flags[kind] != NULL && f->flags[kind] == run) {
            return kind;
        }
    }
    return -1;
}

static bool in_families(const struct alu_family *families, unsigned op, op_fn *const run)
{
    return kind_with_flags(&families[op], run) >= 0;
}

/* Sums, differences and comparisons set all four; they read none but for ADC
 * and SBC. */
static bool sets_all(op_fn *const run)
{
    enum { ADD = 8, SUB = 13, RSB = 14 };
    return in_families(core_alu, ADD, run) || in_families(core_alu, SUB, run) ||
           in_families(core_alu, RSB, run) || in_families(core_alu_compare, ADD, run) ||
           in_families(core_alu_compare, SUB, run);
}

op_fn *core_flagless(const struct insn *i, const struct insn *behind)
{
    op_fn *plain = NULL;
    for (unsigned op = 0; op < 16; op++) {
        int kind = kind_with_flags(&core_alu[op], i->run);
        plain = kind >= 0 ? core_alu[op].plain[kind] : plain;
        kind = kind_with_flags(&core_alu_move[op], i->run);
        plain = kind >= 0 ? core_alu_move[op].plain[kind] : plain;
    }
    bool reads_carry = behind->shift == RRX && behind->amount != 0;
    return sets_all(behind->run) && !reads_carry ? plain : NULL;
}
