/* exec_branch.c - where execution goes.
 *
 * A branch inside its page knows the slot of its target's block: near. All
 * others go by address: far. Time is settled and looked at here, where a block
 * is left.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/ops.h"

void exec_leave_near(struct core *c, const struct insn *const *slot)
{
    const struct code *p = c->here->code;
    came_from(c, NO_TAG, p->addr + 2 * (uint32_t)(slot - p->entry));
}

/* The record of a near branch has its own cost in before as well. */
void exec_stop_before(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    c->t += i->near ? SPENT(COST_TAKEN) : 0;
}

/* imm is the distance in bytes to the slot. */
static inline void go_near(struct core *c, const struct insn *i)
{
    const char *place = (const char *)i + (int32_t)i->imm;
    const struct insn *const *slot = (const void *)place;
    const struct insn *to = *slot;
    c->t -= i->before;
    if (UNLIKELY(to == NULL || c->t < 0)) {
        exec_leave_near(c, slot);
        return;
    }
    to->run(c, to);
}

static inline void go_far(struct core *c, const struct insn *i)
{
    spend(c, i, COST_TAKEN);
    jump_to(c, i->pc, i->imm);
}

/* ---- B, BL ---------------------------------------------------------------------------- */

void op_b_near(struct core *c, const struct insn *i)
{
    go_near(c, i);
}

void op_b_far(struct core *c, const struct insn *i)
{
    go_far(c, i);
}

static inline void link_back(struct core *c, const struct insn *i)
{
    c->st.r[CORE_LR] = (i->pc + 4) | 1;
}

void op_bl_near(struct core *c, const struct insn *i)
{
    link_back(c, i);
    go_near(c, i);
}

void op_bl_far(struct core *c, const struct insn *i)
{
    link_back(c, i);
    go_far(c, i);
}

/* ---- conditions -------------------------------------------------------------------------- */

#define N (c->st.nz < 0)
#define Z ((uint32_t)c->st.nz == 0)
#define C (c->st.cf != 0)
#define V (c->st.vf != 0)

#define BRANCH_IF(name, condition)                                \
    static void near_##name(struct core *c, const struct insn *i) \
    {                                                             \
        if (condition) {                                          \
            go_near(c, i);                                        \
        } else {                                                  \
            next(c, i);                                           \
        }                                                         \
    }

BRANCH_IF(eq, Z)
BRANCH_IF(ne, !Z)
BRANCH_IF(cs, C)
BRANCH_IF(cc, !C)
BRANCH_IF(mi, N)
BRANCH_IF(pl, !N)
BRANCH_IF(vs, V)
BRANCH_IF(vc, !V)
BRANCH_IF(hi, C && !Z)
BRANCH_IF(ls, !C || Z)
BRANCH_IF(ge, N == V)
BRANCH_IF(lt, N != V)
BRANCH_IF(gt, N == V && !Z)
BRANCH_IF(le, N != V || Z)

op_fn *const op_bcc_near[14] = {near_eq, near_ne, near_cs, near_cc, near_mi, near_pl,
        near_vs, near_vc, near_hi, near_ls, near_ge, near_lt, near_gt, near_le};

/* only: stands before an instruction of an IT block; amount records belong to
 * that. What is passed over takes one cycle, imm less than if it were executed.
 * it: the IT itself, and the "only" that follows it. */
#define PASS_UNLESS(name, condition)                              \
    static void only_##name(struct core *c, const struct insn *i) \
    {                                                             \
        if (!(condition)) {                                       \
            c->t += CYCLES(i->imm);                               \
            i += i->amount;                                       \
        }                                                         \
        next(c, i);                                               \
    }                                                             \
    static void it_##name(struct core *c, const struct insn *i)   \
    {                                                             \
        only_##name(c, i + 1);                                    \
    }

PASS_UNLESS(eq, Z)
PASS_UNLESS(ne, !Z)
PASS_UNLESS(cs, C)
PASS_UNLESS(cc, !C)
PASS_UNLESS(mi, N)
PASS_UNLESS(pl, !N)
PASS_UNLESS(vs, V)
PASS_UNLESS(vc, !V)
PASS_UNLESS(hi, C && !Z)
PASS_UNLESS(ls, !C || Z)
PASS_UNLESS(ge, N == V)
PASS_UNLESS(lt, N != V)
PASS_UNLESS(gt, N == V && !Z)
PASS_UNLESS(le, N != V || Z)

op_fn *const op_cond[16] = {only_eq, only_ne, only_cs, only_cc, only_mi, only_pl, only_vs,
        only_vc, only_hi, only_ls, only_ge, only_lt, only_gt, only_le, op_nop, op_nop};

op_fn *const op_it[16] = {it_eq, it_ne, it_cs, it_cc, it_mi, it_pl, it_vs, it_vc, it_hi,
        it_ls, it_ge, it_lt, it_gt, it_le, op_nop, op_nop};

/* ---- a comparison and the branch that asks for it, as one -------------------------------- */

#define RN (c->st.r[i->n])

/* i is the comparison, the branch follows. */
#define FUSED(name, work, cond)                                     \
    static void name##_##cond(struct core *c, const struct insn *i) \
    {                                                               \
        work;                                                       \
        near_##cond(c, i + 1);                                      \
    }

#define FUSE(name, work)                                                              \
    FUSED(name, work, eq)                                                             \
    FUSED(name, work, ne)                                                             \
    FUSED(name, work, cs)                                                             \
    FUSED(name, work, cc)                                                             \
    FUSED(name, work, mi)                                                             \
    FUSED(name, work, pl)                                                             \
    FUSED(name, work, hi)                                                             \
    FUSED(name, work, ls)                                                             \
    FUSED(name, work, ge)                                                             \
    FUSED(name, work, lt)                                                             \
    FUSED(name, work, gt)                                                             \
    FUSED(name, work, le)                                                             \
    static op_fn *const name##_all[14] = {name##_eq, name##_ne, name##_cs, name##_cc, \
            name##_mi, name##_pl, NULL, NULL, name##_hi, name##_ls, name##_ge,        \
            name##_lt, name##_gt, name##_le};

FUSE(cmp_i, add_flags(c, RN, ~i->imm, 1))
FUSE(cmp_r, add_flags(c, RN, ~c->st.r[i->m], 1))
FUSE(adds_i, c->st.r[i->d] = add_flags(c, RN, i->imm, 0))
FUSE(subs_i, c->st.r[i->d] = add_flags(c, RN, ~i->imm, 1))
FUSE(tst_i, {
    set_nz(c, RN & i->imm);
    c->st.cf = i->s != 0 ? (uint8_t)(i->imm >> 31) : c->st.cf;
})
FUSE(lsls_i, {
    uint32_t x = c->st.r[i->m];
    c->st.cf = (uint8_t)(x >> (32 - i->amount) & 1);
    set_nz(c, x << i->amount);
    c->st.r[i->d] = x << i->amount;
})

/* For run, followed by a near branch on cond; NULL: they stay two. */
// cppcheck-suppress constParameter
op_fn *core_fused(op_fn *run, unsigned cond)
{
    static const struct {
        op_fn *run;
        op_fn *const *fused;
    } pairs[] = {{op_cmp_i, cmp_i_all}, {op_cmp_r, cmp_r_all}, {op_adds_i, adds_i_all},
            {op_subs_i, subs_i_all}, {op_tst_i, tst_i_all}, {op_lsls_i, lsls_i_all}};
    for (unsigned k = 0; k < sizeof(pairs) / sizeof(*pairs); k++) {
        if (pairs[k].run == run) {
            return pairs[k].fused[cond];
        }
    }
    return NULL;
}

/* s is the condition. */
void op_bcc_far(struct core *c, const struct insn *i)
{
    if (holds(c, i->s)) {
        go_far(c, i);
    } else {
        next(c, i);
    }
}

/* s: 0 for CBZ, 1 for CBNZ. */
void op_cbz_near(struct core *c, const struct insn *i)
{
    if ((c->st.r[i->n] != 0) == (i->s != 0)) {
        go_near(c, i);
    } else {
        next(c, i);
    }
}

void op_cbz_far(struct core *c, const struct insn *i)
{
    if ((c->st.r[i->n] != 0) == (i->s != 0)) {
        go_far(c, i);
    } else {
        next(c, i);
    }
}

/* ---- by register -------------------------------------------------------------------------- */

void exec_branch_to(struct core *c, const struct insn *i, uint32_t value)
{
    if (LIKELY((value & 1) != 0 && value < 0xF0000000u)) {
        jump_to(c, i->pc, value & ~1u);
        return;
    }
    if (c->st.ipsr != 0 && value >= 0xF0000000u) {
        c->at = i;
        c->val = value;
        c->leave = LEAVE_RETURN;
        return;
    }
    c->st.thumb = (value & 1) != 0;
    came_from(c, i->pc, value & ~1u);
    c->leave = LEAVE_LOOK;
}

void op_bx(struct core *c, const struct insn *i)
{
    spend(c, i, COST_TAKEN);
    exec_branch_to(c, i, c->st.r[i->m]);
}

/* BX PC: the address is even, so Thumb is left (A7.7.20). */
void op_bx_pc(struct core *c, const struct insn *i)
{
    spend(c, i, COST_TAKEN);
    exec_branch_to(c, i, i->imm & 0x0FFFFFFEu);
}

void op_blx(struct core *c, const struct insn *i)
{
    uint32_t to = c->st.r[i->m];
    c->st.r[CORE_LR] = (i->pc + 2) | 1;
    spend(c, i, COST_TAKEN);
    if (LIKELY((to & 1) != 0)) {
        jump_to(c, i->pc, to & ~1u);
        return;
    }
    c->st.thumb = false;
    came_from(c, i->pc, to);
    c->leave = LEAVE_LOOK;
}

/* MOV PC, m and ADD PC, m: bit 0 does not matter (BranchWritePC). */
void op_mov_pc(struct core *c, const struct insn *i)
{
    spend(c, i, COST_TAKEN);
    jump_to(c, i->pc, (c->st.r[i->m] + i->imm) & ~1u);
}

/* ---- between blocks ------------------------------------------------------------------------- */

/* A block got long, or its page ends: on to the next one, at no cost. */
void op_link(struct core *c, const struct insn *i)
{
    c->t -= i->before;
    if (UNLIKELY(i->it != 0)) { /* it goes on behind the page's end */
        jump_within_it(c, i->pc, i->it);
    } else {
        jump_to(c, NO_TAG, i->pc);
    }
}

/* After an instruction of c->odd: see again where we are. */
void op_resume(struct core *c, const struct insn *i)
{
    stop_at(c, i);
}

/* The record is one of the core's own, and no record has another meaning by it. */
static void remember_slot(const struct insn *i, int slot)
{
    ((struct insn *)(uintptr_t)i)->amount = slot < 0 ? 0 : (uint8_t)slot;
}

static void __attribute__((noinline)) line_slow(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (core_enter_line(c, i->imm, i->pc)) {
        remember_slot(i, art_find(&c->st.art, i->imm));
        c->t += i->before;
        next(c, i);
    }
}

/* Cycles until the line is there, which is the next one in sequence or not. */
static int64_t line_wait(struct core *c, uint32_t line)
{
    const struct core_art *mode = &c->st.art.mode;
    bool ahead = mode->prefetch && line == c->st.line + CORE_LINE;
    return ahead ? 0 : CYCLES(mode->wait);
}

/* From the cache or into it. False: it is stale there. */
static bool line_cached(struct core *c, const struct insn *i)
{
    struct art *a = &c->st.art;
    int slot = art_find(a, i->imm);
    if (slot < 0) {
        c->t -= line_wait(c, i->imm);
        slot = (int)art_fill(a, i->imm, c->here->code->bytes + i->imm % CORE_PAGE);
    } else if (a->live[slot] == 0) {
        return false;
    } else {
        a->used |= (uint64_t)1 << slot;
    }
    remember_slot(i, slot);
    c->st.line = i->imm;
    return true;
}

/* Code of the line at imm follows. amount: where the cache had it when it was
 * last looked for. */
void op_line(struct core *c, const struct insn *i)
{
    struct art *a = &c->st.art;
    if (i->imm == c->st.line) {
        next(c, i);
    } else if (LIKELY(a->live[i->amount] == i->imm + 1)) {
        a->used |= (uint64_t)1 << i->amount;
        c->st.line = i->imm;
        next(c, i);
    } else {
        exec_line(c, i);
    }
}

/* The same, where it is another line, and the cache has it elsewhere or not. */
void exec_line(struct core *c, const struct insn *i)
{
    if (LIKELY(c->here->cached && line_cached(c, i))) {
        next(c, i);
    } else if (c->here->simple) {
        c->t -= c->here->art ? line_wait(c, i->imm) : 0;
        c->st.line = i->imm;
        next(c, i);
    } else {
        line_slow(c, i);
    }
}
