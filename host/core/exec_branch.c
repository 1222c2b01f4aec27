/* exec_branch.c - where execution goes.
 *
 * A branch inside its page knows the distance to the record of its target:
 * near. On pages where lines matter it looks whether it enters another line:
 * lined. All others go by address: far.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/ops.h"

static inline void go_near(struct core *c, const struct insn *to, int64_t t)
{
    if (UNLIKELY(cycles_left(t) < 0)) {
        stop_at(c, to, t);
        return;
    }
    to->run(c, to, t);
}

/* The line of pc is wanted; true: it is there, and the time is in c->t. */
static inline bool have_line(
        struct core *c, const struct insn *i, int64_t t, uint32_t want)
{
    stop_at(c, i, t);
    return (want ^ c->st.line) < CORE_LINE || core_enter_line(c, want & ~15u, i->pc);
}

static inline void go_lined(struct core *c, const struct insn *to, int64_t t)
{
    if (UNLIKELY(cycles_left(t) < 0)) {
        stop_at(c, to, t);
        return;
    }
    if ((to->pc ^ c->st.line) >= CORE_LINE) {
        if (!have_line(c, to, t, to->pc)) {
            return;
        }
        t = c->t;
    }
    to->run(c, to, t);
}

static inline const struct insn *target(const struct insn *i)
{
    return i + (int32_t)i->imm;
}

enum { TAKEN = COST_BRANCH };
#define SPENT(cycles) (ONE_INSN + (cycles))

/* ---- B, BL ---------------------------------------------------------------------------- */

void op_b_near(struct core *c, const struct insn *i, int64_t t)
{
    go_near(c, target(i), t - SPENT(TAKEN));
}

void op_b_lined(struct core *c, const struct insn *i, int64_t t)
{
    go_lined(c, target(i), t - SPENT(TAKEN));
}

void op_b_far(struct core *c, const struct insn *i, int64_t t)
{
    jump(c, i->imm, t, TAKEN);
}

#define LINK c->st.r[CORE_LR] = (i->pc + 4) | 1

void op_bl_near(struct core *c, const struct insn *i, int64_t t)
{
    LINK;
    go_near(c, target(i), t - SPENT(TAKEN));
}

void op_bl_lined(struct core *c, const struct insn *i, int64_t t)
{
    LINK;
    go_lined(c, target(i), t - SPENT(TAKEN));
}

void op_bl_far(struct core *c, const struct insn *i, int64_t t)
{
    LINK;
    jump(c, i->imm, t, TAKEN);
}

/* ---- conditions -------------------------------------------------------------------------- */

#define N (c->st.nf >> 31)
#define Z (c->st.zf == 0)
#define C (c->st.cf != 0)
#define V (c->st.vf >> 31)

#define BRANCH_IF(name, condition)                                            \
    static void near_##name(struct core *c, const struct insn *i, int64_t t)  \
    {                                                                         \
        if (condition) {                                                      \
            go_near(c, target(i), t - SPENT(TAKEN));                          \
        } else {                                                              \
            next(c, i, t, COST_PLAIN);                                        \
        }                                                                     \
    }                                                                         \
    static void lined_##name(struct core *c, const struct insn *i, int64_t t) \
    {                                                                         \
        if (condition) {                                                      \
            go_lined(c, target(i), t - SPENT(TAKEN));                         \
        } else {                                                              \
            next(c, i, t, COST_PLAIN);                                        \
        }                                                                     \
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
op_fn *const op_bcc_lined[14] = {lined_eq, lined_ne, lined_cs, lined_cc, lined_mi,
        lined_pl, lined_vs, lined_vc, lined_hi, lined_ls, lined_ge, lined_lt, lined_gt,
        lined_le};

/* s is the condition. */
void op_bcc_far(struct core *c, const struct insn *i, int64_t t)
{
    if (holds(c, i->s)) {
        jump(c, i->imm, t, TAKEN);
    } else {
        next(c, i, t, COST_PLAIN);
    }
}

/* s: 0 for CBZ, 1 for CBNZ. */
#define COMPARE_BRANCH(suffix, leap)                                      \
    void op_cbz_##suffix(struct core *c, const struct insn *i, int64_t t) \
    {                                                                     \
        if ((c->st.r[i->n] != 0) == (i->s != 0)) {                        \
            leap;                                                         \
        } else {                                                          \
            next(c, i, t, COST_PLAIN);                                    \
        }                                                                 \
    }

COMPARE_BRANCH(near, go_near(c, target(i), t - SPENT(TAKEN)))
COMPARE_BRANCH(lined, go_lined(c, target(i), t - SPENT(TAKEN)))
COMPARE_BRANCH(far, jump(c, i->imm, t, TAKEN))

/* ---- by register -------------------------------------------------------------------------- */

void exec_branch_to(struct core *c, const struct insn *i, int64_t t, uint32_t value)
{
    t -= SPENT(TAKEN);
    if (LIKELY((value & 1) != 0 && value < 0xF0000000u)) {
        jump_to(c, value & ~1u, t);
        return;
    }
    stop_at(c, i, t);
    if (c->st.ipsr != 0 && value >= 0xF0000000u) {
        c->val = value;
        c->leave = LEAVE_RETURN;
        return;
    }
    c->st.thumb = (value & 1) != 0;
    c->st.pc = value & ~1u;
    c->st.it = 0;
    c->at = NULL;
    c->leave = LEAVE_LOOK;
}

void op_bx(struct core *c, const struct insn *i, int64_t t)
{
    exec_branch_to(c, i, t, c->st.r[i->m]);
}

/* BX PC: the address is even, so Thumb is left (A7.7.20). */
void op_bx_pc(struct core *c, const struct insn *i, int64_t t)
{
    exec_branch_to(c, i, t, i->imm & 0x0FFFFFFEu);
}

void op_blx(struct core *c, const struct insn *i, int64_t t)
{
    uint32_t to = c->st.r[i->m];
    c->st.r[CORE_LR] = (i->pc + 2) | 1;
    t -= SPENT(TAKEN);
    if (LIKELY((to & 1) != 0)) {
        jump_to(c, to & ~1u, t);
        return;
    }
    stop_at(c, NULL, t);
    c->st.thumb = false;
    c->st.pc = to;
    c->st.it = 0;
    c->leave = LEAVE_LOOK;
}

/* MOV PC, m and ADD PC, m: bit 0 does not matter (BranchWritePC). */
void op_mov_pc(struct core *c, const struct insn *i, int64_t t)
{
    jump(c, (c->st.r[i->m] + i->imm) & ~1u, t, TAKEN);
}

/* ---- between records ------------------------------------------------------------------------- */

/* To the records of an IT block, which are apart (code.c). */
void op_it(struct core *c, const struct insn *i, int64_t t)
{
    go_near(c, target(i), t - SPENT(COST_PLAIN));
}

/* From there back, at no cost. */
void op_rejoin(struct core *c, const struct insn *i, int64_t t)
{
    i = target(i);
    i->run(c, i, t);
}

/* After an instruction of c->odd: see again where we are. */
void op_resume(struct core *c, const struct insn *i, int64_t t)
{
    stop_at(c, i, t);
}

/* The end of a page, or an instruction that reaches over it. */
void op_page_end(struct core *c, const struct insn *i, int64_t t)
{
    jump_to(c, i->pc, t);
}

void op_over_end(struct core *c, const struct insn *i, int64_t t)
{
    stop_at(c, i, t);
    i = core_odd(c, i->pc, 0);
    if (i != NULL) {
        i->run(c, i, c->t);
    }
}

/* ---- lines ------------------------------------------------------------------------------------ */

void op_line(struct core *c, const struct insn *i, int64_t t)
{
    if (have_line(c, i, t, i->pc)) {
        i->then(c, i, c->t);
    }
}

/* The second half is in the next line. */
void op_straddle(struct core *c, const struct insn *i, int64_t t)
{
    if (have_line(c, i, t, i->pc) && have_line(c, i, c->t, i->pc + 2)) {
        i->then(c, i, c->t);
    }
}

void op_cond_line(struct core *c, const struct insn *i, int64_t t)
{
    if (have_line(c, i, t, i->pc)) {
        op_cond(c, i, c->t);
    }
}

void op_cond_straddle(struct core *c, const struct insn *i, int64_t t)
{
    if (have_line(c, i, t, i->pc) && have_line(c, i, c->t, i->pc + 2)) {
        op_cond(c, i, c->t);
    }
}
