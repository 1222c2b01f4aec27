/* decode.c - from bits to a record.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"

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
