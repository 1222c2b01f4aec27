/* exec_mem.c - loads and stores of one register.
 *
 * Each has a quick way: the page is known to be plain memory that may be used,
 * the address is aligned. All else goes through slow_..., which looks again
 * with all the rules.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/ops.h"

#define RN (c->st.r[i->n])
#define RM (c->st.r[i->m])
#define RD (c->st.r[i->d])

static uint32_t address(const struct core *c, const struct insn *i)
{
    switch ((enum mode)i->s) {
    case MODE_REG: return RN + (RM << i->amount);
    case MODE_LIT: return i->imm;
    case MODE_POST: return RN;
    case MODE_IMM:
    case MODE_PRE:
    case MODE_USER: break;
    }
    return RN + i->imm;
}

static void write_back(struct core *c, const struct insn *i)
{
    if (i->s == MODE_PRE || i->s == MODE_POST) {
        RN += i->imm;
    }
}

/* Does the TLB's page serve all bytes of the access? What is not aligned costs
 * a cycle, and faults where software wants it to. */
static bool mid_serves(struct core *c, const struct mid *e, uint32_t addr, unsigned width)
{
    if (e->tag != (addr & ~0xFFFu) || !granule_ok(e->ok, addr)) {
        return false;
    }
    if (addr % width == 0) {
        return true;
    }
    uint32_t last = addr + width - 1;
    if ((c->st.scb.ccr & CCR_UNALIGN_TRP) != 0 || (last ^ addr) >= CORE_PAGE ||
            !granule_ok(e->ok, last)) {
        return false;
    }
    c->t -= 1;
    return true;
}

static bool mid_load(struct core *c, uint32_t addr, unsigned width)
{
    const struct mid *e = &c->load_mid[tlb_slot(addr)];
    if (!mid_serves(c, e, addr, width)) {
        return false;
    }
    c->val = get_width(host_at(e->base, addr), width);
    if (e->noted) {
        c->t -= core_note(c, addr);
    }
    return true;
}

static bool mid_store(struct core *c, uint32_t addr, unsigned width, uint32_t value)
{
    const struct mid *e = &c->store_mid[tlb_slot(addr)];
    if (!mid_serves(c, e, addr, width)) {
        return false;
    }
    put_width(host_at(e->base, addr), width, value);
    if (e->watched) {
        core_code_changed(c, addr, width);
    }
    return true;
}

/* The value is in c->val, the time in c->t. False: the chain is left. */
static bool load(struct core *c, const struct insn *i, int64_t t, unsigned width)
{
    uint32_t addr = address(c, i);
    stop_at(c, i, t);
    if (i->s == MODE_USER) {
        struct access a = {.addr = addr, .width = width, .kind = CORE_LOAD};
        return core_access(c, &a);
    }
    if (!mid_load(c, addr, width) && !core_load(c, addr, width)) {
        return false;
    }
    write_back(c, i);
    return true;
}

static void store(struct core *c, const struct insn *i, int64_t t, unsigned width)
{
    uint32_t addr = address(c, i);
    uint32_t value = width == 4 ? RD : RD & ((1u << 8 * width) - 1);
    stop_at(c, i, t);
    if (i->s == MODE_USER) {
        struct access a = {addr, value, width, 0, CORE_STORE, false};
        if (!core_access(c, &a)) {
            return;
        }
    } else if (!mid_store(c, addr, width, value) && !core_store(c, addr, width, value)) {
        return;
    }
    write_back(c, i);
    next_slow(c, i);
}

/* tag_bits: of the address, that must match: its page, and 0 where it has to
 * be aligned. result: of the bytes at p. */
#define LOAD_AT(name, suffix, where, tag_bits, result)                         \
    void op_##name##_##suffix(struct core *c, const struct insn *i, int64_t t) \
    {                                                                          \
        uint32_t addr = (where);                                               \
        const struct fast *e = &c->load[tlb_slot(addr)];                       \
        if (UNLIKELY(e->tag != (addr & (tag_bits)))) {                         \
            op_##name##_w(c, i, t);                                            \
            return;                                                            \
        }                                                                      \
        const uint8_t *p = host_at(e->base, addr);                             \
        RD = (result);                                                         \
        next(c, i, t);                                                         \
    }

/* With write-back: before (pre) or after (post) the access. d is not n. */
#define LOAD_BACK(name, suffix, where, tag_bits, result)                       \
    void op_##name##_##suffix(struct core *c, const struct insn *i, int64_t t) \
    {                                                                          \
        uint32_t addr = (where);                                               \
        const struct fast *e = &c->load[tlb_slot(addr)];                       \
        if (UNLIKELY(e->tag != (addr & (tag_bits)))) {                         \
            op_##name##_w(c, i, t);                                            \
            return;                                                            \
        }                                                                      \
        const uint8_t *p = host_at(e->base, addr);                             \
        RN += i->imm;                                                          \
        RD = (result);                                                         \
        next(c, i, t);                                                         \
    }

#define STORE_BACK(name, suffix, where, tag_bits, put)                         \
    void op_##name##_##suffix(struct core *c, const struct insn *i, int64_t t) \
    {                                                                          \
        uint32_t addr = (where);                                               \
        const struct fast *e = &c->store[tlb_slot(addr)];                      \
        if (UNLIKELY(e->tag != (addr & (tag_bits)))) {                         \
            op_##name##_w(c, i, t);                                            \
            return;                                                            \
        }                                                                      \
        uint8_t *p = host_at(e->base, addr);                                   \
        put;                                                                   \
        RN += i->imm;                                                          \
        next(c, i, t);                                                         \
    }

#define LOAD(name, width, tag_bits, result, slow_result)                \
    void op_##name##_w(struct core *c, const struct insn *i, int64_t t) \
    {                                                                   \
        if (load(c, i, t, (width))) {                                   \
            RD = (slow_result);                                         \
            next_slow(c, i);                                            \
        }                                                               \
    }                                                                   \
    LOAD_AT(name, i, RN + i->imm, tag_bits, result)                     \
    LOAD_AT(name, r, RN + (RM << i->amount), tag_bits, result)          \
    LOAD_AT(name, l, i->imm, tag_bits, result)                          \
    LOAD_BACK(name, pre, RN + i->imm, tag_bits, result)                 \
    LOAD_BACK(name, post, RN, tag_bits, result)
#define STORE_AT(name, suffix, where, tag_bits, put)                           \
    void op_##name##_##suffix(struct core *c, const struct insn *i, int64_t t) \
    {                                                                          \
        uint32_t addr = (where);                                               \
        const struct fast *e = &c->store[tlb_slot(addr)];                      \
        if (UNLIKELY(e->tag != (addr & (tag_bits)))) {                         \
            op_##name##_w(c, i, t);                                            \
            return;                                                            \
        }                                                                      \
        uint8_t *p = host_at(e->base, addr);                                   \
        put;                                                                   \
        next(c, i, t);                                                         \
    }

#define STORE(name, width, tag_bits, put)                               \
    void op_##name##_w(struct core *c, const struct insn *i, int64_t t) \
    {                                                                   \
        store(c, i, t, (width));                                        \
    }                                                                   \
    STORE_AT(name, i, RN + i->imm, tag_bits, put)                       \
    STORE_AT(name, r, RN + (RM << i->amount), tag_bits, put)            \
    STORE_BACK(name, pre, RN + i->imm, tag_bits, put)                   \
    STORE_BACK(name, post, RN, tag_bits, put)
LOAD(ldr, 4, 0xFFFFF003u, get32(p), c->val)
LOAD(ldrh, 2, 0xFFFFF001u, get16(p), c->val)
LOAD(ldrb, 1, 0xFFFFF000u, *p, c->val)
LOAD(ldrsh, 2, 0xFFFFF001u, (uint32_t)(int16_t)get16(p), (uint32_t)(int16_t)c->val)
LOAD(ldrsb, 1, 0xFFFFF000u, (uint32_t)(int8_t)*p, (uint32_t)(int8_t)c->val)
STORE(str, 4, 0xFFFFF003u, put32(p, RD))
STORE(strh, 2, 0xFFFFF001u, put16(p, RD))
STORE(strb, 1, 0xFFFFF000u, *p = (uint8_t)RD)

void op_ldr_sp(struct core *c, const struct insn *i, int64_t t)
{
    if (load(c, i, t, 4)) {
        c->st.r[CORE_SP] = c->val & ~3u;
        next_slow(c, i);
    }
}

/* A load to the PC that is not word-aligned is UNPREDICTABLE; it faults here. */
void op_ldr_pc(struct core *c, const struct insn *i, int64_t t)
{
    stop_at(c, i, t);
    if (core_aligned(c, address(c, i), 4) && load(c, i, t, 4)) {
        exec_branch_to(c, i, c->t - SPENT(COST_LOAD + COST_REFILL), c->val);
    }
}

/* ---- exclusive access (A3.4): one address, local to the core ---------------------- */

static bool exclusive_address(struct core *c, const struct insn *i, int64_t t)
{
    stop_at(c, i, t);
    return core_aligned(c, RN + i->imm, i->amount);
}

/* insn.amount is the width. */
void op_ldrex(struct core *c, const struct insn *i, int64_t t)
{
    if (!exclusive_address(c, i, t) || !core_load(c, RN + i->imm, i->amount)) {
        return;
    }
    c->st.monitor = true;
    c->st.exclusive = RN + i->imm;
    RD = c->val;
    next_slow(c, i);
}

/* m: where the answer goes, 0 if it was stored. */
void op_strex(struct core *c, const struct insn *i, int64_t t)
{
    if (!exclusive_address(c, i, t)) {
        return;
    }
    if (c->st.monitor) {
        if (!core_store(c, RN + i->imm, i->amount, RD)) {
            return;
        }
        c->st.monitor = false;
        RM = 0;
    } else {
        RM = 1;
    }
    next_slow(c, i);
}

void op_clrex(struct core *c, const struct insn *i, int64_t t)
{
    c->st.monitor = false;
    next(c, i, t);
}

/* ---- table branches ---------------------------------------------------------------------- */

/* n is the table, or the PC where imm is not 0; amount: 1 for halfwords. */
void op_tbb(struct core *c, const struct insn *i, int64_t t)
{
    uint32_t base = i->imm != 0 ? i->imm : RN;
    uint32_t addr = base + (RM << i->amount);
    unsigned width = 1u << i->amount;
    stop_at(c, i, t);
    if (mid_load(c, addr, width) || core_load(c, addr, width)) {
        jump_to(c, i->pc + 4 + 2 * c->val, c->t - SPENT(COST_LOAD + COST_REFILL));
    }
}
