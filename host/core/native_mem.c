/* native_mem.c - loads and stores of one register as host code: a look into the
 * table of pages, the access. What is not aligned, or on another page, goes to
 * the function.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/decode.h"
#include "core/exec.h"
#include "core/native_x86.h"

/* How the host moves a value: opcode bytes, first one highest. */
struct transfer {
    op_fn *imm, *reg, *literal, *pre, *post;
    op_fn *slow;
    uint32_t code;
    uint8_t code_bytes, width;
    bool store;
};

static const struct transfer transfers[] = {
        {op_ldr_i, op_ldr_r, op_ldr_l, op_ldr_pre, op_ldr_post, op_ldr_w, 0x8B, 1, 4,
                false},
        {op_ldrh_i, op_ldrh_r, op_ldrh_l, op_ldrh_pre, op_ldrh_post, op_ldrh_w, 0x0FB7, 2,
                2, false},
        {op_ldrb_i, op_ldrb_r, op_ldrb_l, op_ldrb_pre, op_ldrb_post, op_ldrb_w, 0x0FB6, 2,
                1, false},
        {op_ldrsh_i, op_ldrsh_r, op_ldrsh_l, op_ldrsh_pre, op_ldrsh_post, op_ldrsh_w,
                0x0FBF, 2, 2, false},
        {op_ldrsb_i, op_ldrsb_r, op_ldrsb_l, op_ldrsb_pre, op_ldrsb_post, op_ldrsb_w,
                0x0FBE, 2, 1, false},
        {op_str_i, op_str_r, NULL, op_str_pre, op_str_post, op_str_w, 0x89, 1, 4, true},
        {op_strh_i, op_strh_r, NULL, op_strh_pre, op_strh_post, op_strh_w, 0x6689, 2, 2,
                true},
        {op_strb_i, op_strb_r, NULL, op_strb_pre, op_strb_post, op_strb_w, 0x88, 1, 1,
                true},
};

static const struct transfer *find(op_fn *const run, enum mode *mode)
{
    for (unsigned k = 0; k < sizeof(transfers) / sizeof(*transfers); k++) {
        const struct transfer *t = &transfers[k];
        op_fn *const runs[] = {[MODE_IMM] = t->imm,
                [MODE_REG] = t->reg,
                [MODE_LIT] = t->literal,
                [MODE_PRE] = t->pre,
                [MODE_POST] = t->post};
        for (unsigned m = 0; m < sizeof(runs) / sizeof(*runs); m++) {
            if (runs[m] == run) {
                *mode = (enum mode)m;
                return t;
            }
        }
    }
    return NULL;
}

/* To eax. */
static void address(struct native *n, enum mode mode)
{
    const struct insn *i = n->i;
    if (mode == MODE_LIT) {
        load_constant(n, AX, i->imm);
        return;
    }
    load_guest(n, AX, mode == MODE_REG ? i->m : i->n);
    if (mode == MODE_REG) {
        if (i->amount != 0) {
            shift_constant(n, X_SHL, AX, i->amount);
        }
        op_field(n, X_ADD, AX, guest(i->n));
    } else if (mode != MODE_POST && i->imm != 0) {
        op_constant(n, X_ADD, AX, i->imm);
    }
}

/* The stack pointer is a multiple of 4 (B1.4.7). */
static bool stays_aligned(const struct insn *i, enum mode mode, unsigned width)
{
    bool offset = mode == MODE_IMM || mode == MODE_PRE;
    bool none = mode == MODE_POST;
    return (offset && i->n == CORE_SP && i->imm % width == 0) ||
           (none && i->n == CORE_SP) || (mode == MODE_LIT && i->imm % width == 0);
}

/* rcx: the host address of guest address 0, as far as eax's page is concerned. */
static void look_up(struct native *n, const struct transfer *t, enum mode mode)
{
    op_fn *slow = mode == MODE_LIT ? t->literal : t->slow;
    uint32_t table = t->store ? FIELD(store.base) : FIELD(load.base);
    put_bytes(n, 0x89C1, 2); /* mov ecx, eax */
    shift_constant(n, X_SHR, CX, 12);
    put_bytes(n, 0x488B8CCF, 4); /* mov rcx, [rdi + 8 * rcx + table] */
    put32_of(n, table);
    put_bytes(n, 0x4885C9, 3); /* test rcx, rcx */
    native_slow_if(n, IF_E, n->i, (uintptr_t)slow);
    if (t->width > 1 && !stays_aligned(n->i, mode, t->width)) {
        put_bytes(n, 0xA8, 1); /* test al, width - 1 */
        put8(n, t->width - 1u);
        native_slow_if(n, IF_NE, n->i, (uintptr_t)slow);
    }
}

/* edx from or to [rcx + rax]. */
static void move(struct native *n, const struct transfer *t)
{
    if (t->store) {
        load_guest(n, DX, n->i->d);
    }
    put_bytes(n, t->code, t->code_bytes);
    put_bytes(n, 0x1401, 2);
}

static void write_back(struct native *n, enum mode mode)
{
    if (mode == MODE_POST) {
        op_constant(n, X_ADD, AX, n->i->imm);
    }
    if (mode == MODE_POST || mode == MODE_PRE) {
        store_guest(n, n->i->n, AX);
    }
}

bool native_mem(struct native *n)
{
    enum mode mode = MODE_IMM;
    const struct transfer *t = find(n->i->run, &mode);
    if (t == NULL) {
        return false;
    }
    address(n, mode);
    look_up(n, t, mode);
    move(n, t);
    write_back(n, mode);
    if (!t->store) {
        store_guest(n, n->i->d, DX);
    }
    n->flags = HOST_NOTHING;
    return true;
}
