/* insn.h - what an instruction does, as far as the rules of the verdict want to know.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_VERDICT_INSN_H
#define ETCH_VERDICT_INSN_H

#include <stdbool.h>
#include <stdint.h>

struct verdict;

struct insn {
    unsigned len; /* 2 or 4 */
    bool ends;    /* the next one does not follow: a jump, a return */
    enum {
        INSN_OTHER,
        INSN_STORE,
        INSN_LOAD,
        INSN_ORR,
        INSN_LITERAL,
        INSN_MOVW,
        INSN_MOVT,
        INSN_CALL,
        INSN_BRANCH
    } kind;
    unsigned width; /* of a store: bytes of one transfer */
    unsigned rd;    /* stored register; destination */
    int rn;         /* base of a store (13: SP); first operand */
    int rm;         /* second operand, of an address too; -1: immediate */
    unsigned shift; /* of rm, left */
    uint32_t value; /* immediate, offset, literal, target of a call or branch */
};
/* The instruction at addr. */
struct insn insn_read(struct verdict *v, uint32_t addr);

#endif
