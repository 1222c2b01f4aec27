/* native_flow.c - branches inside a page, conditions, lines of flash as host code.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/native_x86.h"
#include "core/ops.h"

/* ---- conditions --------------------------------------------------------------------- */

/* The host's condition, by ARM's, where its flags are still those of the last
 * instruction; 0xFF: they do not tell. */
static unsigned host_condition(enum host_flags flags, unsigned cond)
{
    enum { NO = 0xFF };
    static const uint8_t table[][14] = {
            [HOST_RESULT] = {IF_E, IF_NE, NO, NO, IF_S, IF_NS, NO, NO, NO, NO, NO, NO, NO,
                    NO},
            [HOST_SUM] = {IF_E, IF_NE, IF_B, IF_AE, IF_S, IF_NS, IF_O, IF_NO, NO, NO,
                    IF_GE, IF_L, IF_G, IF_LE},
            [HOST_DIFFERENCE] = {IF_E, IF_NE, IF_AE, IF_B, IF_S, IF_NS, IF_O, IF_NO, IF_A,
                    IF_BE, IF_GE, IF_L, IF_G, IF_LE},
    };
    return flags == HOST_NOTHING ? NO : table[flags][cond];
}

/* eax: 0 or 1, as N and V differ. */
static void n_differs_from_v(struct native *n)
{
    load_field(n, AX, NZ_HIGH);
    shift_constant(n, X_SHR, AX, 31);
    put8(n, 0x32); /* xor al, V */
    put_field(n, AX, FIELD(st.vf));
}

/* eax: 0 where C is 0, else Z's word: not 0 means HI. */
static void c_and_not_z(struct native *n)
{
    put_bytes(n, 0x0FB6, 2); /* movzx eax, C */
    put_field(n, AX, FIELD(st.cf));
    put_bytes(n, 0xF7D8, 2); /* neg eax */
    op_field(n, X_AND, AX, NZ_LOW);
}

/* Not 0 means GT. */
static void greater(struct native *n)
{
    n_differs_from_v(n);
    op_constant(n, X_SUB, AX, 1);
    op_field(n, X_AND, AX, NZ_LOW);
}

/* From the flags in memory. Conditions come in pairs, the odd one the opposite;
 * so do the host's. */
static unsigned look_at_flags(struct native *n, unsigned cond)
{
    unsigned even = IF_NE;
    switch (cond >> 1) {
    case 0:
        compare_zero(n, NZ_LOW);
        even = IF_E;
        break;
    case 1: compare8(n, FIELD(st.cf), 0); break;
    case 2:
        compare_zero(n, NZ_HIGH);
        even = IF_S;
        break;
    case 3: compare8(n, FIELD(st.vf), 0); break;
    case 4: c_and_not_z(n); break;
    case 5:
        n_differs_from_v(n);
        even = IF_E;
        break;
    default: greater(n); break;
    }
    return even ^ (cond & 1);
}

/* The host's condition under which cond, 0..13, holds. */
static unsigned condition(struct native *n, unsigned cond)
{
    unsigned by_host = host_condition(n->flags, cond);
    if (by_host != 0xFF) {
        return by_host;
    }
    n->flags = HOST_NOTHING;
    return look_at_flags(n, cond);
}

/* ---- branches ------------------------------------------------------------------------- */

static void add_to_time(struct native *n, int64_t t)
{
    load_constant64(n, AX, (uint64_t)t);
    put8(n, 0x48);
    put8(n, 0x01);
    put_field(n, AX, FIELD(t));
}

static void go_near(struct native *n)
{
    const char *slot = (const char *)n->i + (int32_t)n->i->imm;
    uintptr_t leave = (uintptr_t)exec_leave_near;
    add_to_time(n, -n->i->before);
    native_slow_if(n, IF_S, slot, leave);
    load_place(n, 0x488B, 2, SI, slot);
    put_bytes(n, 0x4885F6, 3); /* test rsi, rsi */
    native_slow_if(n, IF_E, slot, leave);
    put_bytes(n, 0xFF26, 2); /* jmp [rsi] */
    n->flags = HOST_NOTHING;
}

/* A taken branch changes the host's flags, one that is not leaves them. */
static void go_near_if(struct native *n, unsigned host_cond)
{
    enum host_flags flags = n->flags;
    uint8_t *over = hop_if(n, host_cond ^ 1);
    go_near(n);
    land_hop(over, n->at);
    n->flags = flags;
}

static bool branch(struct native *n)
{
    const struct insn *i = n->i;
    if (i->run == op_bl_near) {
        store_constant(n, guest(CORE_LR), (i->pc + 4) | 1);
        go_near(n);
    } else if (i->run == op_b_near) {
        go_near(n);
    } else if (i->run == op_cbz_near) {
        compare_zero(n, guest(i->n));
        n->flags = HOST_NOTHING;
        go_near_if(n, i->s != 0 ? IF_NE : IF_E);
    } else if (i->s < 14 && i->run == op_bcc_near[i->s]) {
        unsigned host_cond = condition(n, i->s);
        go_near_if(n, host_cond);
    } else {
        return false;
    }
    return true;
}

/* ---- IT blocks ------------------------------------------------------------------------- */

/* As PASS_UNLESS of exec_branch.c: passed over, it takes imm cycles less. */
static bool only_if(struct native *n)
{
    const struct insn *i = n->i;
    unsigned cond = i->it >> 4;
    if (cond >= 14 || i->run != op_cond[cond]) {
        return false;
    }
    uint8_t *met = hop_if(n, condition(n, cond));
    enum host_flags flags = n->flags;
    if (i->imm != 0) {
        add_to_time(n, CYCLES(i->imm));
    }
    n->skip = jump_away(n);
    n->skip_to = i + 1 + i->amount;
    land_hop(met, n->at);
    n->flags = flags;
    return true;
}

/* ---- lines ------------------------------------------------------------------------------- */

/* As op_line: the cache has it where it had it last time; it gets its mark. Only
 * the first line of a block may be the one that is in use. */
static void enter_line(struct native *n)
{
    const struct insn *i = n->i;
    uint8_t *same = NULL;
    if (!n->in_line) {
        compare_constant(n, FIELD(st.line), i->imm);
        same = hop_if(n, IF_E);
    }
    load_place(n, 0x0FB6, 2, CX, &i->amount); /* movzx */
    put_bytes(n, 0x81BC8F, 3); /* cmp dword [rdi + 4 * rcx + live], line + 1 */
    put32_of(n, FIELD(st.art.live));
    put32_of(n, i->imm + 1);
    native_slow_if(n, IF_NE, i, (uintptr_t)exec_line);
    put8(n, 0x48);
    load_field(n, AX, FIELD(st.art.used));
    put_bytes(n, 0x480FABC8, 4); /* bts rax, rcx */
    put8(n, 0x48);
    store_field(n, FIELD(st.art.used), AX);
    store_constant(n, FIELD(st.line), i->imm);
    if (same != NULL) {
        land_hop(same, n->at);
    }
    n->in_line = true;
    n->flags = HOST_NOTHING;
}

bool native_flow(struct native *n)
{
    if (n->i->run == op_line) {
        enter_line(n);
    } else if (n->i->run == op_align_sp) {
        put8(n, 0x83); /* and sp, -4 */
        put_field(n, X_AND, guest(CORE_SP));
        put8(n, 0xFC);
        n->flags = HOST_NOTHING;
    } else if (only_if(n)) {
        return true;
    } else if (n->i->run != op_nop) {
        return branch(n);
    }
    return true;
}
