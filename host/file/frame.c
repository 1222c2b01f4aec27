/* frame.c - undo one call by the call frame information of .debug_frame.
 *
 * Registers have the numbers of DWARF for the Arm Architecture (IHI 0040):
 * 0 - 15 are r0 - r15.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dwarf.h>
#include <stdlib.h>

#include "file/symbols_priv.h"

enum { SP = 13, LR = 14, PC = 15, REGS = 16, STACK = 8 };

/* What is known where the caller stood, and how to look further. */
struct undo {
    const struct symbols_regs *regs;
    uint32_t cfa;
    symbols_memory *memory;
    void *ctx;
};

/* A DWARF expression as call frames use them. */
struct machine {
    uint32_t stack[STACK];
    size_t n;
    bool is_value;    /* the result is the value, not where it lies */
    bool is_register; /* the result is the number of a register */
};

static bool push(struct machine *m, uint32_t value)
{
    if (m->n == STACK) {
        return false;
    }
    m->stack[m->n++] = value;
    return true;
}

static bool combine(struct machine *m, unsigned atom)
{
    if (m->n < 2) {
        return false;
    }
    uint32_t b = m->stack[--m->n];
    uint32_t *a = &m->stack[m->n - 1];
    switch (atom) {
    case DW_OP_plus: *a += b; return true;
    case DW_OP_minus: *a -= b; return true;
    case DW_OP_and: *a &= b; return true;
    default: return false;
    }
}

static bool step(const struct undo *u, struct machine *m, const Dwarf_Op *op)
{
    uint32_t number = (uint32_t)op->number;
    if (op->atom >= DW_OP_breg0 && op->atom < DW_OP_breg0 + REGS) {
        return push(m, u->regs->r[op->atom - DW_OP_breg0] + number);
    }
    if (op->atom >= DW_OP_reg0 && op->atom < DW_OP_reg0 + REGS) {
        m->is_register = true;
        return push(m, op->atom - DW_OP_reg0);
    }
    switch (op->atom) {
    case DW_OP_call_frame_cfa: return push(m, u->cfa);
    case DW_OP_plus_uconst: return push(m, number) && combine(m, DW_OP_plus);
    case DW_OP_bregx:
        return number < REGS && push(m, u->regs->r[number] + (uint32_t)op->number2);
    case DW_OP_stack_value: m->is_value = true; return true;
    case DW_OP_deref:
        return m->n > 0 && u->memory(u->ctx, m->stack[m->n - 1], &m->stack[m->n - 1], 4);
    default: return combine(m, op->atom);
    }
}

static bool evaluate(
        const struct undo *u, const Dwarf_Op *ops, size_t n, struct machine *m)
{
    for (size_t i = 0; i < n; i++) {
        if (!step(u, m, &ops[i])) {
            return false;
        }
    }
    return m->n == 1;
}

/* The caller's value of a register; what it does not say stays as it is. */
static bool find_register(
        const struct undo *u, Dwarf_Frame *frame, int number, uint32_t *value)
{
    Dwarf_Op room[3];
    Dwarf_Op *ops;
    size_t n;
    struct machine m = {0};
    if (dwarf_frame_register(frame, number, room, &ops, &n) != 0) {
        return false;
    }
    if (n == 0) { /* the same, or lost */
        return true;
    }
    if (!evaluate(u, ops, n, &m)) {
        return false;
    }
    if (m.is_register) {
        *value = u->regs->r[m.stack[0]];
        return true;
    }
    if (m.is_value) {
        *value = m.stack[0];
        return true;
    }
    return u->memory(u->ctx, m.stack[0], value, sizeof *value);
}

static bool undo(struct undo *u, Dwarf_Frame *frame, struct symbols_regs *after)
{
    Dwarf_Op *ops;
    size_t n;
    struct machine m = {0};
    if (dwarf_frame_cfa(frame, &ops, &n) != 0 || !evaluate(u, ops, n, &m)) {
        return false;
    }
    u->cfa = m.is_register ? u->regs->r[m.stack[0]] : m.stack[0];
    for (int i = 0; i <= LR; i++) {
        if (i != SP && !find_register(u, frame, i, &after->r[i])) {
            return false;
        }
    }
    after->r[SP] = u->cfa;
    after->r[PC] = after->r[LR];
    return true;
}

bool symbols_undo_call(struct symbols *s, uint32_t pc, struct symbols_regs *regs,
        symbols_memory *memory, void *ctx)
{
    Dwarf_Frame *frame = NULL;
    if (s->cfi == NULL || !symbols_is_code(s, pc) ||
            dwarf_cfi_addrframe(s->cfi, pc, &frame) != 0) {
        return false;
    }
    struct undo u = {.regs = regs, .memory = memory, .ctx = ctx};
    struct symbols_regs after = *regs;
    bool undone = undo(&u, frame, &after);
    free(frame);
    if (undone) {
        *regs = after;
    }
    return undone;
}
