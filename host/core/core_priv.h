/* core_priv.h - what the files of the processor share.
 *
 * How it runs. Instructions are decoded once, into records: a function and its
 * operands. A function does its work and calls that of the next record as its
 * last act, which the compiler makes a jump; so there is no loop, until the
 * slice of time ends or something wants attention. Then the chain is left: c->at
 * is the record to go on with (or NULL, and st.pc says it), c->t the time.
 *
 * Blocks. Records stand in a row as far as execution can go on in a row, and
 * each knows what the ones before it cost. So time is settled only where the row
 * is left, and looked at only where a branch is taken or a block ends, after 32
 * instructions at the latest. What must happen at once ends the slice, and
 * next_slow() sees it after the instruction.
 *
 * Where the host is an x86-64, records have code of its own instead (native.h),
 * which keeps to all of this.
 *
 * Time. The upper half of c->t counts down cycles (left in this slice; below zero
 * the chain is left), the lower half counts up instructions (executed in it). In
 * the chain it is that of the block's beginning: what the record says was spent
 * before it is still to come off. What may look at the time or call the bus is
 * called after stop_at(), which takes it off.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_CORE_PRIV_H
#define ETCH_CORE_CORE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "core/state.h"

struct insn;
typedef void op_fn(struct core *c, const struct insn *i);

struct insn {
    op_fn *run;
    int64_t before; /* executed and spent in the block before this one */
    uint32_t imm;   /* a constant, an address, or (near branches) the distance in bytes
                       to the slot of the target's block */
    uint32_t pc;
    uint8_t d, n, m, s;        /* registers; s is a fourth, or a small number */
    uint8_t it;                /* ITSTATE that it is executed with */
    uint8_t shift, amount;     /* of operand m, DDI 0403E A7.4.2 */
    uint8_t len : 7, near : 1; /* bytes; a branch inside the page */
};

enum {
    PAGE_SLOTS = CORE_PAGE / 2,
    PAGE_RECORDS =
            8192,     /* of all its blocks; when they are used up, they are made again */
    BLOCK_INSNS = 32, /* at most */
    BLOCK_RECORDS = 6 * (BLOCK_INSNS + 4) + 1, /* with all that may stand between */
    BLOCK_REACH = 4 * BLOCK_INSNS + 16, /* so far before a byte a block may begin */
    PAGE_LINES = CORE_PAGE / CORE_LINE,
    GRANULE = 32, /* the least that the MPU tells apart */
    CODE_CHAINS = 256,
    CODE_NOTES = 4096,
    INFO_SLOTS = 1024,
    TLB_SLOTS = 128,
    PAGES = 1 << 20, /* of the address space */
    LENT_MOST = 256,
    SLICE = 2000 /* cycles at most without leaving the chain: where the compiler does
                    not make jumps of the calls, this bounds the stack */
};

/* A page of code, as blocks that begin where execution came in (code.c). It
 * stays where it is until core_free; the bytes that were decoded are kept, and
 * compared when the page is used again. */
struct code {
    struct code *next; /* of the same hash */
    uint32_t addr;
    bool lined;     /* whoever enters a line looks whether it may and what it costs */
    bool clean;     /* nobody stored to the page since it had the id */
    uint32_t doubt; /* of struct core, when the bytes were looked at */
    uint64_t id;
    const uint8_t *bytes;            /* where they are, as last seen */
    uint32_t used;                   /* records */
    uint64_t known[PAGE_LINES / 64]; /* lines that something was decoded from */
    uint8_t src[CORE_PAGE];
    const struct insn *entry[PAGE_SLOTS]; /* the block that begins there, or NULL */
    struct insn records[PAGE_RECORDS];
};

/* What the bus said about a page. */
struct info {
    uint32_t page;
    uint32_t gen, store_gen; /* of struct core, when it was asked; 0: never */
    struct core_page p;
};

/* Leave to load or store directly, after all checks: of each page that is
 * uniformly allowed, the host address of guest address 0; of all others 0. */
struct lent {
    unsigned count;
    uint32_t page[LENT_MOST]; /* number of the page, where base is not 0 */
    uintptr_t base[PAGES];
};

/* The same, where a look at each access is wanted: granules differ, lines are
 * noted, decoded code is near. tag: the page's address, or NO_TAG. */
struct mid {
    uint32_t tag;
    bool noted, watched;
    bool whole; /* no granule differs */
    uintptr_t base;
    uint64_t ok[CORE_PAGE / GRANULE / 64];
};

struct code_tlb {
    uint32_t tag;
    struct code *code;
    bool art, fetch;
    bool simple; /* lines cost what they cost: no cache, nothing to be asked */
    bool cached; /* through the cache, and nothing else to be asked */
    uint64_t ok[CORE_PAGE / GRANULE / 64];
};

#define NO_TAG 0xFFFFFFFFu

/* Why the chain was left, beside time. */
enum leave {
    LEAVE_NONE,
    LEAVE_FAULT,  /* an exception was raised by the instruction at c->at */
    LEAVE_SVC,    /* c->at is the next instruction already */
    LEAVE_RETURN, /* an EXC_RETURN came into the PC: c->val */
    LEAVE_STOP,   /* c->stop says why */
    LEAVE_LOOK    /* c->at was not executed: see where it is and whether it may */
};

/* What last left the chain for an address: who led to what cannot be executed.
 * Good for the first instruction there. */
struct led {
    uint32_t by;          /* a branch; NO_TAG: none, or not known */
    uint32_t to;          /* NO_TAG: nowhere */
    uint32_t back, frame; /* EXC_RETURN, if it returned from an exception; from there */
    bool fresh;           /* nothing was executed since */
};

struct watch {
    uint32_t addr, len;
    bool loads, stores;
};

enum { WATCHES = 16, BREAKS = 256 };

struct core {
    int64_t t; /* and the registers: what is used most, at the least distance */
    struct core_state st;
    const struct insn *at;
    uint32_t val;   /* what an access gave */
    bool unit_busy; /* FP registers cannot be used without fp_prepare */
    enum leave leave;
    enum core_stop stop;
    bool open;       /* a slice is: time runs */
    bool single;     /* one instruction at a time */
    bool stop_asked; /* at the end of this instruction, because of asked */
    enum core_stop asked;
    uint64_t until;
    int running;   /* the execution priority, B1.5.4 */
    int pending;   /* the exception to be taken, or 0 */
    uint32_t mode; /* MPU and privilege as the TLBs have it */
    const struct code_tlb *here;
    struct mid load_mid[TLB_SLOTS], store_mid[TLB_SLOTS];
    struct code_tlb fetch[TLB_SLOTS];
    struct info info[INFO_SLOTS];
    uint32_t gen, store_gen; /* what was granted before is void */
    struct code *code[CODE_CHAINS];
    /* Pages that code was ever executed from: stores to them are looked at. */
    const uint8_t *code_from[CODE_NOTES];
    bool aliased;       /* some page was executed from under two addresses */
    uint32_t doubt;     /* rises when bytes may have changed under some address */
    bool revoked;       /* c->here is no longer true */
    struct insn odd[6]; /* an instruction executed from here, once */
    uint8_t raw_line[CORE_LINE];
    uint32_t raw_addr; /* of raw_line; NO_TAG */
    const struct core_bus *bus;
    struct core_config config;
    core_listener *listener;
    void *listener_ctx;
    bool tell_accesses, tell_insns;
    struct watch watch[WATCHES];
    unsigned watches;
    bool watch_hit;
    uint32_t watched;
    uint32_t breaks[BREAKS];
    unsigned n_breaks;
    uint32_t pass_break; /* the breakpoint we stand on and go past; NO_TAG */
    uint32_t stood_at;   /* the breakpoint that was told of last; NO_TAG */
    unsigned bkpt_imm;
    char unmodelled[96];
    struct core_fault fault; /* the last one */
    struct led led;
    struct led led_before; /* the exception that was entered last; or to is NO_TAG */
    uint8_t *native;       /* where host code is put, or NULL: none is made */
    size_t native_bytes, native_used, native_ways_out;
    struct lent load, store; /* last, and of pages that mostly are never touched */
};

/* On the scale of c->t; and one instruction, executed in so many cycles. */
#define CYCLES(n) ((int64_t)(n) * ((int64_t)1 << 32))
#define SPENT(n)  (CYCLES(n) - 1)

/* ---- time (core.c) ------------------------------------------------------------ */

static inline int32_t cycles_left(int64_t t)
{
    return (int32_t)(t >> 32);
}

static inline uint64_t now(const struct core *c)
{
    return c->st.end - (uint64_t)(int64_t)cycles_left(c->t);
}

/* The chain will be left after this instruction; no time passes. */
void core_end_slice(struct core *c);
/* Open a slice of so many cycles, or close the one that is open. */
void core_slice(struct core *c, uint64_t cycles);
void core_slice_close(struct core *c);

/* ---- registers (core.c) ---------------------------------------------------------- */

bool core_in_handler(const struct core *c);
uint32_t core_xpsr(const struct core *c);
void core_flags_set(struct core *c, uint32_t xpsr);
void core_select_sp(struct core *c, uint32_t control, uint32_t ipsr);
/* Something that the TLBs or the unit depend on may have changed. */
void core_refresh(struct core *c);

/* ---- memory (mem.c, page.c, mpu.c) -------------------------------------------------- */

/* Loads and stores of 1, 2 or 4 bytes at any address; false: c->leave is set,
 * nothing is to be written back. The value of a load is in c->val. */
bool core_load(struct core *c, uint32_t addr, unsigned width);
bool core_store(struct core *c, uint32_t addr, unsigned width, uint32_t value);
/* As unprivileged (LDRT, STRT), or for the second word of a pair. */
struct access {
    uint32_t addr, value;
    unsigned width, beat;
    enum core_access kind;
    bool privileged;
};
bool core_access(struct core *c, const struct access *a);
/* What must be a multiple of width is: else UNALIGNED is raised. */
bool core_aligned(struct core *c, uint32_t addr, unsigned width);

enum { CAN_READ = 1, CAN_WRITE = 2, CAN_EXEC = 4 };
unsigned core_mpu_rights(
        const struct core *c, uint32_t addr, bool privileged, int *region);
bool core_mpu_on(const struct core *c);
/* Which granules of the page allow it. True: all do. */
bool core_mpu_page(const struct core *c, uint32_t page, unsigned right, uint64_t ok[2]);

const struct core_page *core_page_info(struct core *c, uint32_t addr, bool store);
const struct mid *core_load_tlb(struct core *c, uint32_t addr);
const struct mid *core_store_tlb(struct core *c, uint32_t addr);
void core_tlb_flush(struct core *c);
void core_tlb_flush_stores(struct core *c);
bool core_bring_forward(struct noted *n, uint32_t line);

/* Cycles that a direct load from there waits: none where the line was among the
 * last ones. */
static inline unsigned core_note(struct core *c, uint32_t addr)
{
    struct noted *n = &c->st.noted;
    uint32_t line = addr & ~(uint32_t)(CORE_LINE - 1);
    bool recent = (n->count != 0 && n->line[0] == line) || core_bring_forward(n, line);
    return recent && c->st.art.mode.data ? 0 : c->st.art.mode.wait;
}

/* Small programs use each slot once: pages of flash come to slots from 0 on, of
 * CCM from 32, of SRAM from 64. */
static inline unsigned tlb_slot(uint32_t addr)
{
    return (addr >> 12 ^ (addr >> 23 & 0x60)) % TLB_SLOTS;
}

static inline bool granule_ok(const uint64_t ok[2], uint32_t addr)
{
    uint32_t g = addr / GRANULE % (CORE_PAGE / GRANULE);
    return (ok[g / 64] >> g % 64 & 1) != 0;
}

/* ---- code (code.c, line.c, art.c, decode.c) ---------------------------------------------- */

/* Where execution goes on at st.pc, or NULL: c->leave is set. */
const struct insn *core_locate(struct core *c);
const struct code_tlb *core_code_tlb(struct core *c, uint32_t addr);
/* Bytes were stored there; decoded code of them goes. */
void core_code_changed(struct core *c, uint32_t addr, uint32_t len);
/* Code was executed from these bytes: tell of stores. */
bool core_code_near(struct core *c, const uint8_t *bytes);
void core_code_moved(struct core *c, uint32_t page, const uint8_t *bytes);
void core_code_redo(struct core *c, uint32_t addr);
struct code *core_code_attach(
        struct core *c, uint32_t page, bool lined, const struct core_page *from);
bool core_is_break(const struct core *c, uint32_t addr);
void core_code_free(struct core *c);
void core_code_forget(struct core *c); /* all of it, to be decoded again */
/* The line at addr is entered; false: leave the chain, nothing was executed.
 * pc is that of the instruction that wants it. */
bool core_enter_line(struct core *c, uint32_t addr, uint32_t pc);
/* One instruction from bytes as the fetch unit sees them, into c->odd. */
const struct insn *core_odd(struct core *c, uint32_t pc, uint32_t it);
bool core_line_stale(const struct core *c, uint32_t addr);

int art_find(const struct art *a, uint32_t line); /* slot, or -1 */
unsigned art_fill(struct art *a, uint32_t line, const uint8_t bytes[CORE_LINE]);
void art_clear(struct art *a);
void art_changed(struct art *a, uint32_t addr, uint32_t len);

/* The record of the instruction w at i->pc, executed with i->it; its cycles. */
unsigned core_decode(struct insn *i, uint32_t w, bool wide);
/* The block at pc; NULL: its first instruction reaches over the page's end. */
const struct insn *core_build(struct core *c, struct code *p, uint32_t pc);
/* Host code for its records, as far as there can be any (native.h). */
void core_native_block(struct core *c, struct insn *first, const struct insn *end);
/* There may be no room for another block: begin anew. */
bool core_native_full(const struct core *c);
void core_native_begin(struct core *c);
bool core_is_wide(uint32_t hw1);
bool core_is_it(uint32_t w, bool wide);

/* ---- faults and exceptions (fault.c, nvic.c, except.c) ------------------------------------- */

/* Raise a synchronous fault: f has exception, cfsr, hfsr, addr, addr_valid and
 * access set. The chain must be left. */
void core_raise(struct core *c, const struct core_fault *f);
/* Note in the status registers what CCR.BFHFNMIGN ignores; execution goes on. */
void core_ignore(struct core *c, const struct core_fault *f);
void core_raise_usage(struct core *c, uint32_t ufsr_bit);
void core_imprecise(struct core *c, const struct access *a);
void core_lockup(struct core *c);
void core_unmodelled_stop(struct core *c, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
void core_tell(struct core *c, struct core_says *says);
uint32_t core_here_pc(const struct core *c);

void core_pend(struct core *c, unsigned exception);
void core_unpend(struct core *c, unsigned exception);
void core_nvic_update(struct core *c);
void core_wake(struct core *c);
int core_priority(const struct core *c, unsigned exception);
int core_group(const struct core *c, int priority);
bool core_exc_enabled(const struct core *c, unsigned exception);
void core_enter_exception(struct core *c);
void core_return_exception(struct core *c, uint32_t code); /* an EXC_RETURN */
bool core_fp_prepare(struct core *c);
/* Only the first half: is the unit switched on? If not, NOCP. */
bool core_fp_allowed(struct core *c);
void core_raise_bkpt(struct core *c);
/* Posted stores arrive. False: the chain must be left. */
bool core_drain(struct core *c);
bool core_went(struct core *c); /* the bus said CORE_GONE; gives false */

static inline bool bit_get(const uint32_t *words, unsigned n)
{
    return (words[n / 32] >> n % 32 & 1) != 0;
}

static inline void bit_put(uint32_t *words, unsigned n, bool on)
{
    words[n / 32] = (words[n / 32] & ~(1u << n % 32)) | (uint32_t)on << n % 32;
}

/* ---- the private peripheral bus (ppb.c, scb.c, timing.c) --------------------------------------- */

static inline bool core_is_ppb(uint32_t addr)
{
    return addr >> 20 == 0xE00;
}

/* One access; false: there is no such register here (the bus is asked). */
bool core_ppb_read(struct core *c, uint32_t addr, unsigned width, uint32_t *value);
bool core_ppb_write(struct core *c, uint32_t addr, unsigned width, uint32_t value);
bool scb_read(const struct core *c, uint32_t addr, uint32_t *value);
bool scb_write(struct core *c, uint32_t addr, uint32_t value, uint32_t lanes);
bool nvic_read(const struct core *c, uint32_t addr, uint32_t *value);
bool nvic_write(struct core *c, uint32_t addr, uint32_t value, uint32_t lanes);
bool mpu_read(const struct core *c, uint32_t addr, uint32_t *value);
bool mpu_write(struct core *c, uint32_t addr, uint32_t value);
bool timing_read(const struct core *c, uint32_t addr, uint32_t *value);
bool timing_write(struct core *c, uint32_t addr, uint32_t value);
void timing_demcr(struct core *c, uint32_t value);
/* SysTick up to now; and the cycle of its next zero, if it counts. */
void systick_catch_up(struct core *c);
bool systick_next(const struct core *c, uint64_t *cycle);

/* ---- bits, named as in DDI 0403E B3.2 ------------------------------------------------------- */

#define CFSR_IACCVIOL    0x00000001u
#define CFSR_DACCVIOL    0x00000002u
#define CFSR_MUNSTKERR   0x00000008u
#define CFSR_MSTKERR     0x00000010u
#define CFSR_MLSPERR     0x00000020u
#define CFSR_MMARVALID   0x00000080u
#define CFSR_IBUSERR     0x00000100u
#define CFSR_PRECISERR   0x00000200u
#define CFSR_IMPRECISERR 0x00000400u
#define CFSR_UNSTKERR    0x00000800u
#define CFSR_STKERR      0x00001000u
#define CFSR_LSPERR      0x00002000u
#define CFSR_BFARVALID   0x00008000u
#define CFSR_UNDEFINSTR  0x00010000u
#define CFSR_INVSTATE    0x00020000u
#define CFSR_INVPC       0x00040000u
#define CFSR_NOCP        0x00080000u
#define CFSR_UNALIGNED   0x01000000u
#define CFSR_DIVBYZERO   0x02000000u
#define HFSR_VECTTBL     0x00000002u
#define HFSR_FORCED      0x40000000u
#define HFSR_DEBUGEVT    0x80000000u
#define SHCSR_MEMENA     0x00010000u
#define SHCSR_BUSENA     0x00020000u
#define SHCSR_USGENA     0x00040000u
#define CCR_NONBASETHRD  0x00000001u
#define CCR_USERSETMPEND 0x00000002u
#define CCR_UNALIGN_TRP  0x00000008u
#define CCR_DIV_0_TRP    0x00000010u
#define CCR_BFHFNMIGN    0x00000100u
#define CCR_STKALIGN     0x00000200u
#define SCR_SLEEPONEXIT  0x00000002u
#define SCR_SEVONPEND    0x00000010u
#define MPU_ENABLE       0x00000001u
#define MPU_HFNMIENA     0x00000002u
#define MPU_PRIVDEFENA   0x00000004u
#define CONTROL_NPRIV    0x00000001u
#define CONTROL_SPSEL    0x00000002u
#define CONTROL_FPCA     0x00000004u
#define FPCCR_LSPACT     0x00000001u
#define FPCCR_USER       0x00000002u
#define FPCCR_THREAD     0x00000008u
#define FPCCR_HFRDY      0x00000010u
#define FPCCR_MMRDY      0x00000020u
#define FPCCR_BFRDY      0x00000040u
#define FPCCR_MONRDY     0x00000100u
#define FPCCR_LSPEN      0x40000000u
#define FPCCR_ASPEN      0x80000000u
#define DEMCR_MON_EN     0x00010000u
#define DEMCR_TRCENA     0x01000000u
#define ACTLR_DISDEFWBUF 0x00000002u
#define XPSR_T           0x01000000u

#endif
