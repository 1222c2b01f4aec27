/* exec_multi.c - loads and stores of several words.
 *
 * Words are taken from the lowest address up. A load's registers are written
 * when all its words have come, so an instruction that faults in the middle
 * can simply be executed again; a store's first words stay stored.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/exec.h"
#include "core/ops.h"

#define RN (c->st.r[i->n])

/* insn of LDM and STM: n the base, imm the registers, s flags, amount how many. */
enum { DOWN = 1, WRITE_BACK = 2 };

static bool load_words(struct core *c, uint32_t addr, uint32_t *to, unsigned count)
{
    const uint8_t *p = quick_load(c, addr, 4 * count);
    if (p != NULL) {
        for (unsigned k = 0; k < count; k++) {
            to[k] = get32(p + (size_t)4 * k);
        }
        return true;
    }
    if (!core_aligned(c, addr, 4)) {
        return false;
    }
    for (unsigned k = 0; k < count; k++) {
        if (!core_load(c, addr + 4 * k, 4)) {
            return false;
        }
        to[k] = c->val;
    }
    return true;
}

static bool store_words(
        struct core *c, uint32_t addr, const uint32_t *from, unsigned count)
{
    uint8_t *p = quick_store(c, addr, 4 * count);
    if (p != NULL) {
        for (unsigned k = 0; k < count; k++) {
            put32(p + (size_t)4 * k, from[k]);
        }
        return true;
    }
    if (!core_aligned(c, addr, 4)) {
        return false;
    }
    for (unsigned k = 0; k < count; k++) {
        struct access a = {
                addr + 4 * k, from[k], 4, k & 1, CORE_STORE, core_privileged(c)};
        if (!core_access(c, &a)) {
            return false;
        }
    }
    return true;
}

/* Cortex-M4 has SP's low bits fixed; a list cannot name SP in Thumb-2 loads. */
static void spread(struct core *c, uint32_t list, const uint32_t *from)
{
    for (; list != 0; list &= list - 1) {
        c->st.r[__builtin_ctz(list)] = *from++;
    }
}

static void collect(const struct core *c, uint32_t list, uint32_t *to)
{
    for (; list != 0; list &= list - 1) {
        *to++ = c->st.r[__builtin_ctz(list)];
    }
}

/* False: the chain is left. */
static bool load_many(struct core *c, const struct insn *i, uint32_t *pc)
{
    uint32_t words[16];
    unsigned count = i->amount;
    uint32_t base = RN;
    uint32_t start = (i->s & DOWN) != 0 ? base - 4 * count : base;
    stop_at(c, i);
    if (!load_words(c, start, words, count)) {
        return false;
    }
    if ((i->s & WRITE_BACK) != 0) {
        RN = (i->s & DOWN) != 0 ? start : base + 4 * count;
    }
    spread(c, i->imm & 0x7FFF, words);
    *pc = words[count - 1];
    return true;
}

static bool store_many(struct core *c, const struct insn *i)
{
    uint32_t words[16];
    unsigned count = i->amount;
    uint32_t base = RN;
    uint32_t start = (i->s & DOWN) != 0 ? base - 4 * count : base;
    collect(c, i->imm, words);
    stop_at(c, i);
    if (!store_words(c, start, words, count)) {
        return false;
    }
    if ((i->s & WRITE_BACK) != 0) {
        RN = (i->s & DOWN) != 0 ? start : base + 4 * count;
    }
    return true;
}

/* The work in functions of its own, so that the last call here is a jump. */
static bool __attribute__((noinline)) ldm(struct core *c, const struct insn *i)
{
    return load_many(c, i, &c->val);
}

static bool __attribute__((noinline)) stm(struct core *c, const struct insn *i)
{
    return store_many(c, i);
}

static inline uint32_t lowest(const struct core *c, const struct insn *i)
{
    return (i->s & DOWN) != 0 ? RN - 4u * i->amount : RN;
}

/* lowest is where the words begin. */
static inline void many_back(struct core *c, const struct insn *i, uint32_t lowest)
{
    if ((i->s & WRITE_BACK) != 0) {
        RN = (i->s & DOWN) != 0 ? lowest : lowest + 4u * i->amount;
    }
}

/* All words from p, but for the PC's; the base that is in the list is loaded. */
static inline void take_words(struct core *c, const struct insn *i, const uint8_t *p)
{
    for (uint32_t list = i->imm & 0x7FFF; list != 0; list &= list - 1) {
        c->st.r[__builtin_ctz(list)] = get32(p);
        p += 4;
    }
}

void op_ldm(struct core *c, const struct insn *i)
{
    uint32_t addr = lowest(c, i);
    const uint8_t *p = quick_load(c, addr, 4u * i->amount);
    if (LIKELY(p != NULL)) {
        many_back(c, i, addr);
        take_words(c, i, p);
        next_timed(c, i);
    } else if (ldm(c, i)) {
        next_slow(c, i);
    }
}

void op_ldm_pc(struct core *c, const struct insn *i)
{
    uint32_t addr = lowest(c, i);
    const uint8_t *p = quick_load(c, addr, 4u * i->amount);
    if (LIKELY(p != NULL)) {
        many_back(c, i, addr);
        take_words(c, i, p);
        spend(c, i, 1u + i->amount + COST_REFILL);
        exec_branch_to(c, i, get32(p + (size_t)4 * (i->amount - 1u)));
    } else if (ldm(c, i)) {
        c->t -= SPENT(1 + i->amount + COST_REFILL);
        exec_branch_to(c, i, c->val);
    }
}

void op_stm(struct core *c, const struct insn *i)
{
    uint32_t addr = lowest(c, i);
    uint8_t *p = quick_store(c, addr, 4u * i->amount);
    if (UNLIKELY(p == NULL)) {
        if (stm(c, i)) {
            next_slow(c, i);
        }
        return;
    }
    for (uint32_t list = i->imm; list != 0; list &= list - 1) {
        put32(p, c->st.r[__builtin_ctz(list)]);
        p += 4;
    }
    many_back(c, i, addr);
    next_timed(c, i);
}

/* ---- two words: LDRD, STRD. d and m are the registers, s the mode ------------------- */

static uint32_t pair_address(const struct core *c, const struct insn *i)
{
    if (i->s == MODE_LIT) {
        return i->imm;
    }
    return i->s == MODE_POST ? RN : RN + i->imm;
}

static void pair_back(struct core *c, const struct insn *i)
{
    if (i->s == MODE_PRE || i->s == MODE_POST) {
        RN += i->imm;
    }
}

static bool __attribute__((noinline)) ldrd(struct core *c, const struct insn *i)
{
    uint32_t words[2];
    stop_at(c, i);
    if (!load_words(c, pair_address(c, i), words, 2)) {
        return false;
    }
    pair_back(c, i);
    c->st.r[i->d] = words[0];
    c->st.r[i->m] = words[1];
    return true;
}

static bool __attribute__((noinline)) strd(struct core *c, const struct insn *i)
{
    uint32_t words[2] = {c->st.r[i->d], c->st.r[i->m]};
    stop_at(c, i);
    if (!store_words(c, pair_address(c, i), words, 2)) {
        return false;
    }
    pair_back(c, i);
    return true;
}

void op_ldrd(struct core *c, const struct insn *i)
{
    const uint8_t *p = quick_load(c, pair_address(c, i), 8);
    if (LIKELY(p != NULL)) {
        pair_back(c, i);
        c->st.r[i->d] = get32(p);
        c->st.r[i->m] = get32(p + 4);
        next(c, i);
    } else if (ldrd(c, i)) {
        next_slow(c, i);
    }
}

void op_strd(struct core *c, const struct insn *i)
{
    uint8_t *p = quick_store(c, pair_address(c, i), 8);
    if (LIKELY(p != NULL)) {
        put32(p, c->st.r[i->d]);
        put32(p + 4, c->st.r[i->m]);
        pair_back(c, i);
        next(c, i);
    } else if (strd(c, i)) {
        next_slow(c, i);
    }
}

/* ---- registers of the FP unit: d the first, amount how many words ------------------------ */

static bool __attribute__((noinline)) vldm(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (c->unit_busy && !core_fp_prepare(c)) {
        return false;
    }
    uint32_t words[32] = {0};
    uint32_t down = (i->s & DOWN) != 0 ? 4u * i->amount : 0;
    uint32_t base = i->n == 15 ? i->imm : RN + i->imm;
    if (!load_words(c, base - down, words, i->amount)) {
        return false;
    }
    for (unsigned k = 0; k < i->amount; k++) {
        c->st.s[i->d + k] = words[k];
    }
    if ((i->s & WRITE_BACK) != 0) {
        RN = down != 0 ? base - down : base + 4u * i->amount;
    }
    return true;
}

static bool __attribute__((noinline)) vstm(struct core *c, const struct insn *i)
{
    stop_at(c, i);
    if (c->unit_busy && !core_fp_prepare(c)) {
        return false;
    }
    uint32_t down = (i->s & DOWN) != 0 ? 4u * i->amount : 0;
    uint32_t base = i->n == 15 ? i->imm : RN + i->imm;
    if (!store_words(c, base - down, &c->st.s[i->d], i->amount)) {
        return false;
    }
    if ((i->s & WRITE_BACK) != 0) {
        RN = down != 0 ? base - down : base + 4u * i->amount;
    }
    return true;
}

void op_vldm(struct core *c, const struct insn *i)
{
    if (vldm(c, i)) {
        next_slow(c, i);
    }
}

void op_vstm(struct core *c, const struct insn *i)
{
    if (vstm(c, i)) {
        next_slow(c, i);
    }
}
