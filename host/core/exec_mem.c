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

static inline uint32_t __attribute__((always_inline))
address(const struct core *c, const struct insn *i)
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
    c->t -= CYCLES(1);
    return true;
}

/* A page that may be read everywhere, where the line is to be noted at most. */
static inline bool whole_serves(
        const struct mid *e, const struct insn *i, uint32_t addr, unsigned width)
{
    return e->tag == (addr & ~0xFFFu) && e->whole && addr % width == 0 &&
           i->s != MODE_USER;
}

static bool mid_load(struct core *c, uint32_t addr, unsigned width)
{
    const struct mid *e = &c->load_mid[tlb_slot(addr)];
    if (!mid_serves(c, e, addr, width)) {
        return false;
    }
    c->val = get_width(host_at(e->base, addr), width);
    if (e->noted) {
        c->t -= CYCLES(core_note(c, addr));
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

/* After stop_at. The value is in c->val. False: the chain is left. */
static bool load(struct core *c, const struct insn *i, unsigned width)
{
    uint32_t addr = address(c, i);
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

static void store(struct core *c, const struct insn *i, unsigned width)
{
    uint32_t addr = address(c, i);
    uint32_t value = width == 4 ? RD : RD & ((1u << 8 * width) - 1);
    stop_at(c, i);
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

/* width: the address is a multiple of it. result: of the bytes at p. */
#define LOAD_AT(name, suffix, where, width, result)                 \
    void op_##name##_##suffix(struct core *c, const struct insn *i) \
    {                                                               \
        uint32_t addr = (where);                                    \
        uintptr_t base = c->load.base[addr / CORE_PAGE];            \
        if (UNLIKELY(base == 0 || (addr & ((width)-1)) != 0)) {     \
            op_##name##_w(c, i);                                    \
            return;                                                 \
        }                                                           \
        const uint8_t *p = host_at(base, addr);                     \
        RD = (result);                                              \
        next(c, i);                                                 \
    }

/* With write-back: before (pre) or after (post) the access. d is not n. */
#define LOAD_BACK(name, suffix, where, width, result)               \
    void op_##name##_##suffix(struct core *c, const struct insn *i) \
    {                                                               \
        uint32_t addr = (where);                                    \
        uintptr_t base = c->load.base[addr / CORE_PAGE];            \
        if (UNLIKELY(base == 0 || (addr & ((width)-1)) != 0)) {     \
            op_##name##_w(c, i);                                    \
            return;                                                 \
        }                                                           \
        const uint8_t *p = host_at(base, addr);                     \
        RN += i->imm;                                               \
        RD = (result);                                              \
        next(c, i);                                                 \
    }

#define STORE_BACK(name, suffix, where, width, put)                 \
    void op_##name##_##suffix(struct core *c, const struct insn *i) \
    {                                                               \
        uint32_t addr = (where);                                    \
        uintptr_t base = c->store.base[addr / CORE_PAGE];           \
        if (UNLIKELY(base == 0 || (addr & ((width)-1)) != 0)) {     \
            op_##name##_w(c, i);                                    \
            return;                                                 \
        }                                                           \
        uint8_t *p = host_at(base, addr);                           \
        put;                                                        \
        RN += i->imm;                                               \
        next(c, i);                                                 \
    }

#define LOAD(name, width, result, slow_result)               \
    static void __attribute__((noinline))                    \
    slow_##name(struct core *c, const struct insn *i)        \
    {                                                        \
        stop_at(c, i);                                       \
        if (load(c, i, (width))) {                           \
            RD = (slow_result);                              \
            next_slow(c, i);                                 \
        }                                                    \
    }                                                        \
    void op_##name##_w(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t addr = address(c, i);                       \
        const struct mid *e = &c->load_mid[tlb_slot(addr)];  \
        if (UNLIKELY(!whole_serves(e, i, addr, (width)))) {  \
            slow_##name(c, i);                               \
            return;                                          \
        }                                                    \
        const uint8_t *p = host_at(e->base, addr);           \
        c->t -= e->noted ? CYCLES(core_note(c, addr)) : 0;   \
        write_back(c, i);                                    \
        RD = (result);                                       \
        next_timed(c, i);                                    \
    }                                                        \
    LOAD_AT(name, i, RN + i->imm, width, result)             \
    LOAD_AT(name, r, RN + (RM << i->amount), width, result)  \
    void op_##name##_l(struct core *c, const struct insn *i) \
    {                                                        \
        uint32_t addr = i->imm;                              \
        const struct mid *e = &c->load_mid[tlb_slot(addr)];  \
        if (UNLIKELY(!whole_serves(e, i, addr, (width)))) {  \
            op_##name##_w(c, i);                             \
            return;                                          \
        }                                                    \
        const uint8_t *p = host_at(e->base, addr);           \
        RD = (result);                                       \
        if (e->noted) {                                      \
            c->t -= CYCLES(core_note(c, addr));              \
            next_timed(c, i);                                \
        } else {                                             \
            next(c, i);                                      \
        }                                                    \
    }                                                        \
    LOAD_BACK(name, pre, RN + i->imm, width, result)         \
    LOAD_BACK(name, post, RN, width, result)
#define STORE_AT(name, suffix, where, width, put)                   \
    void op_##name##_##suffix(struct core *c, const struct insn *i) \
    {                                                               \
        uint32_t addr = (where);                                    \
        uintptr_t base = c->store.base[addr / CORE_PAGE];           \
        if (UNLIKELY(base == 0 || (addr & ((width)-1)) != 0)) {     \
            op_##name##_w(c, i);                                    \
            return;                                                 \
        }                                                           \
        uint8_t *p = host_at(base, addr);                           \
        put;                                                        \
        next(c, i);                                                 \
    }

#define STORE(name, width, put)                              \
    void op_##name##_w(struct core *c, const struct insn *i) \
    {                                                        \
        store(c, i, (width));                                \
    }                                                        \
    STORE_AT(name, i, RN + i->imm, width, put)               \
    STORE_AT(name, r, RN + (RM << i->amount), width, put)    \
    STORE_BACK(name, pre, RN + i->imm, width, put)           \
    STORE_BACK(name, post, RN, width, put)
LOAD(ldr, 4, get32(p), c->val)
LOAD(ldrh, 2, get16(p), c->val)
LOAD(ldrb, 1, *p, c->val)
LOAD(ldrsh, 2, (uint32_t)(int16_t)get16(p), (uint32_t)(int16_t)c->val)
LOAD(ldrsb, 1, (uint32_t)(int8_t)*p, (uint32_t)(int8_t)c->val)
STORE(str, 4, put32(p, RD))
STORE(strh, 2, put16(p, RD))
STORE(strb, 1, *p = (uint8_t)RD)

void op_ldr_sp(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (load(c, i, 4)) {
        c->st.r[CORE_SP] = c->val & ~3u;
        next_slow(c, i);
    }
}

/* A load to the PC that is not word-aligned is UNPREDICTABLE; it faults here. */
void op_ldr_pc(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (core_aligned(c, address(c, i), 4) && load(c, i, 4)) {
        c->t -= SPENT(COST_LOAD + COST_REFILL);
        exec_branch_to(c, i, c->val);
    }
}

/* ---- exclusive access (A3.4): one address, local to the core ---------------------- */

static bool exclusive_address(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    return core_aligned(c, RN + i->imm, i->amount);
}

/* insn.amount is the width. */
void op_ldrex(struct core *c, const struct insn *i)
{
    if (!exclusive_address(c, i) || !core_load(c, RN + i->imm, i->amount)) {
        return;
    }
    c->st.monitor = true;
    c->st.exclusive = RN + i->imm;
    RD = c->val;
    next_slow(c, i);
}

/* m: where the answer goes, 0 if it was stored. */
void op_strex(struct core *c, const struct insn *i)
{
    if (!exclusive_address(c, i)) {
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

void op_clrex(struct core *c, const struct insn *i)
{
    c->st.monitor = false;
    next(c, i);
}

/* ---- table branches ---------------------------------------------------------------------- */

/* n is the table, or the PC where imm is not 0; amount: 1 for halfwords. */
void op_tbb(struct core *c, const struct insn *i)
{
    uint32_t base = i->imm != 0 ? i->imm : RN;
    uint32_t addr = base + (RM << i->amount);
    unsigned width = 1u << i->amount;
    stop_at(c, i);
    if (mid_load(c, addr, width) || core_load(c, addr, width)) {
        c->t -= SPENT(COST_LOAD + COST_REFILL);
        jump_to(c, i->pc, i->pc + 4 + 2 * c->val);
    }
}
