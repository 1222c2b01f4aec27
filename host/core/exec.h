/* exec.h - what every executing function is made of.
 *
 * An op_fn reads its operands from i, works, and calls next() as its last act,
 * or next_slow() where it called what may end the slice; or leaves the chain by
 * plain return after stop_at() and with c->leave set. It must not have variables
 * whose address leaves it: the last call could then not become a jump.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_EXEC_H
#define ETCH_CORE_EXEC_H

#include "core/core_priv.h"

/* Cycles that the tables of encodings do not know, docs/core.md. */
enum {
    COST_PLAIN = 1,
    COST_LOAD = 2,
    COST_REFILL = 2, /* of the pipeline, after a branch that is taken */
    COST_TAKEN = COST_PLAIN + COST_REFILL,
    COST_BARRIER = 4
};

#define LIKELY(x)   (__builtin_expect((x), 1))
#define UNLIKELY(x) (__builtin_expect((x), 0))

/* Put where we are and the time where others can see them. */
static inline void stop_at(struct core *c, const struct insn *i)
{
    c->at = i;
    c->t -= i->before;
}

/* The block is left with this instruction, which took so many cycles. */
static inline void spend(struct core *c, const struct insn *i, unsigned cycles)
{
    c->t -= i->before + SPENT(cycles);
}

static inline void next(struct core *c, const struct insn *i)
{
    i++;
    __asm__("" : "+r"(i)); /* or compilers keep both records at hand */
    i->run(c, i);
}

/* A branch inside the page that is taken, where there is no block yet, or no time
 * left. */
void exec_leave_near(struct core *c, const struct insn *const *slot);

/* Another line is entered, which the cache does not have where it had it last. */
op_fn exec_line;

/* As stop_at, before an instruction that did not begin. */
void exec_stop_before(struct core *c, const struct insn *i);

/* After stop_at and calls that may have ended the slice. */
static inline void next_slow(struct core *c, const struct insn *i)
{
    bool over = c->t < 0;
    c->t += i->before;
    i++;
    if (UNLIKELY(over)) {
        exec_stop_before(c, i);
        return;
    }
    i->run(c, i);
}

/* As next(), but here, too, the slice may be over: what loads from flash or moves
 * many words takes its time. */
static inline void next_timed(struct core *c, const struct insn *i)
{
    if (UNLIKELY(c->t < i->before)) {
        exec_stop_before(c, i + 1);
        return;
    }
    next(c, i);
}

/* The chain is left for an address; from is the branch that leads there, NO_TAG
 * if none does. Should nothing be there to execute, it is who did it. */
static inline void came_from(struct core *c, uint32_t from, uint32_t addr)
{
    c->led = (struct led){.by = from, .to = addr, .fresh = true};
    c->st.pc = addr;
    c->st.it = 0;
    c->at = NULL;
}

/* To an address, bit 0 clear; nothing is known of the page. The time was
 * spent. */
static inline void jump_to(struct core *c, uint32_t from, uint32_t addr)
{
    const struct code_tlb *e = &c->fetch[tlb_slot(addr)];
    const struct insn *to = NULL;
    if (LIKELY(e->tag == (addr & ~0xFFFu) && c->t >= 0)) {
        to = e->code->entry[addr % CORE_PAGE / 2];
    }
    if (UNLIKELY(to == NULL)) {
        came_from(c, from, addr);
        return;
    }
    c->here = e;
    to->run(c, to);
}

/* The same in the middle of an IT block, where no row of records begins. */
static inline void jump_within_it(struct core *c, uint32_t addr, uint32_t it)
{
    c->st.pc = addr;
    c->st.it = it;
    c->at = NULL;
}

/* ---- flags ------------------------------------------------------------------------- */

static inline void set_nz(struct core *c, uint32_t result)
{
    c->st.nz = (int32_t)result;
}

static inline uint32_t add_flags(struct core *c, uint32_t a, uint32_t b, uint32_t carry)
{
    uint64_t sum = (uint64_t)a + b + carry;
    uint32_t r = (uint32_t)sum;
    set_nz(c, r);
    c->st.cf = (uint8_t)(sum >> 32);
    c->st.vf = (uint8_t)(((a ^ r) & (b ^ r)) >> 31);
    return r;
}

/* Conditions come in pairs; the odd one is the opposite. 14 and 15 always hold. */
static inline bool holds(const struct core *c, unsigned cond)
{
    bool n = c->st.nz < 0;
    bool z = (uint32_t)c->st.nz == 0;
    bool v = c->st.vf != 0;
    bool yes = true;
    switch (cond >> 1) {
    case 0: yes = z; break;
    case 1: yes = c->st.cf != 0; break;
    case 2: yes = n; break;
    case 3: yes = v; break;
    case 4: yes = c->st.cf != 0 && !z; break;
    case 5: yes = n == v; break;
    case 6: yes = n == v && !z; break;
    default: return true;
    }
    return (cond & 1) != 0 ? !yes : yes;
}

/* ITSTATE of the instruction after the one that is executed with it. */
static inline uint32_t it_next(uint32_t it)
{
    return (it & 7) == 0 ? 0 : (it & 0xE0) | (it << 1 & 0x1F);
}

/* ---- operands ------------------------------------------------------------------------ */

enum shift_kind { LSL, LSR, ASR, ROR, RRX };

static inline uint32_t rotate(uint32_t x, unsigned n)
{
    n &= 31;
    return n == 0 ? x : x >> n | x << (32 - n);
}

/* n up to 63. */
static inline uint32_t shift_right(uint32_t x, unsigned n)
{
    return (uint32_t)((int64_t)(int32_t)x >> n);
}

/* Operand m shifted by 1..32; *carry becomes the bit shifted out. */
static inline uint32_t shifted(
        const struct core *c, const struct insn *i, uint32_t *carry)
{
    uint32_t x = c->st.r[i->m];
    unsigned n = i->amount;
    switch ((enum shift_kind)i->shift) {
    case LSL: *carry = x >> (32 - n) & 1; return x << n;
    case LSR: *carry = x >> (n - 1) & 1; return n == 32 ? 0 : x >> n;
    case ASR: *carry = x >> (n - 1) & 1; return shift_right(x, n);
    case ROR: *carry = x >> (n - 1) & 1; return rotate(x, n);
    case RRX: break;
    }
    *carry = x & 1;
    return x >> 1 | (uint32_t)c->st.cf << 31;
}

/* ---- memory ------------------------------------------------------------------------------ */

/* How an address is made: insn.s of loads and stores. */
enum mode {
    MODE_IMM,  /* r[n] + imm */
    MODE_REG,  /* r[n] + (r[m] << amount) */
    MODE_LIT,  /* imm */
    MODE_PRE,  /* r[n] + imm, and written back */
    MODE_POST, /* r[n], and r[n] + imm written back */
    MODE_USER  /* r[n] + imm, as unprivileged code */
};

static inline uint8_t *host_at(uintptr_t base, uint32_t addr)
{
    return (uint8_t *)(base + addr); /* NOLINT(performance-no-int-to-ptr) */
}

static inline uint32_t get16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static inline uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline void put16(uint8_t *p, uint32_t x)
{
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
}

static inline void put32(uint8_t *p, uint32_t x)
{
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
    p[2] = (uint8_t)(x >> 16);
    p[3] = (uint8_t)(x >> 24);
}

static inline uint32_t get_width(const uint8_t *p, unsigned width)
{
    return width == 4 ? get32(p) : width == 2 ? get16(p) : *p;
}

static inline void put_width(uint8_t *p, unsigned width, uint32_t x)
{
    if (width == 4) {
        put32(p, x);
    } else if (width == 2) {
        put16(p, x);
    } else {
        *p = (uint8_t)x;
    }
}

static inline uint8_t *lent_at(const struct lent *lent, uint32_t addr, uint32_t len)
{
    uintptr_t base = lent->base[addr / CORE_PAGE];
    bool fits = addr % CORE_PAGE + len <= CORE_PAGE;
    return base != 0 && addr % 4 == 0 && fits ? host_at(base, addr) : NULL;
}

/* The host address of len bytes that may be loaded (stored) with nothing else
 * to do, or NULL. addr is a multiple of 4; len at most a page. */
static inline uint8_t *quick_load(const struct core *c, uint32_t addr, uint32_t len)
{
    return lent_at(&c->load, addr, len);
}

static inline uint8_t *quick_store(const struct core *c, uint32_t addr, uint32_t len)
{
    return lent_at(&c->store, addr, len);
}

/* A value from memory or a register goes to the PC: an EXC_RETURN in Handler
 * mode returns from an exception (BXWritePC, LoadWritePC). The time was spent. */
void exec_branch_to(struct core *c, const struct insn *i, uint32_t value);

#endif
