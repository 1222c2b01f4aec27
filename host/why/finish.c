/* SPDX-License-Identifier: MIT */
#include "why/why_priv.h"

#define MMARVALID 0x00000080u
#define BFARVALID 0x00008000u
#define MEM       0x000000FFu
#define BUS       0x0000FF00u
#define USAGE     0xFFFF0000u
#define FORCED    0x40000000u
#define LOCKUP    0xFFFFFFFEu
#define LOCKUP_V8 0xEFFFFFFEu
#define STKOF     (1u << 20) /* of CFSR: below MSPLIM or PSPLIM */

/* Of an EXC_RETURN; Armv7-M has both set (B1.5.8), Armv8-M clears them for the
 * Non-secure stack and for registers stacked by default (B3.19). */
#define SECURE_STACK 0x60u

enum {
    NMI = 2,
    HARDFAULT,
    MEMMANAGE,
    BUSFAULT,
    USAGEFAULT,
    FRAME_WORDS = 8,
    EXCEPTION = 0x1FF
};

static bool knows(const struct reader *r, enum etch_fault_word word)
{
    return etch_fault_knows(&r->w->fault, word);
}

static uint32_t get(const struct reader *r, enum etch_fault_word word)
{
    return etch_fault_get(&r->w->fault, word);
}

static void forget(struct reader *r, enum etch_fault_word word)
{
    r->w->fault.known[word / 32u] &= ~(1u << (word % 32u));
}

/* ---- status registers -------------------------------------------------------------- */

/* PX4 calls MMFAR mmfsr and BFAR bfsr: beside a whole CFSR that they contradict
 * these can be nothing else. */
static void join_misnamed(struct reader *r)
{
    uint32_t cfsr = get(r, ETCH_FAULT_CFSR);
    bool is_part = !r->has_part[PART_BFSR] || r->part[PART_BFSR] == (cfsr >> 8 & 0xFF);
    if ((cfsr & BFARVALID) && !is_part && !knows(r, ETCH_FAULT_BFAR)) {
        found(r, ETCH_FAULT_BFAR, r->part[PART_BFSR]);
    }
    is_part = !r->has_part[PART_MMFSR] || r->part[PART_MMFSR] == (cfsr & 0xFF);
    if ((cfsr & MMARVALID) && !is_part && !knows(r, ETCH_FAULT_MMFAR)) {
        found(r, ETCH_FAULT_MMFAR, r->part[PART_MMFSR]);
    }
}

/* CFSR without its own number: what its parts' numbers say; and sentences only where
 * no number shows a fault, and of no part whose number is 0. */
static uint32_t told_cfsr(const struct reader *r)
{
    static const uint32_t mask[PARTS_OF_CFSR] = {
            [PART_MMFSR] = MEM, [PART_BFSR] = BUS, [PART_UFSR] = USAGE};
    uint32_t said = r->parts != 0 ? 0 : r->said;
    for (int part = 0; part < PARTS_OF_CFSR; part++) {
        said &= ~(r->has_part[part] && r->part[part] == 0 ? mask[part] : 0);
    }
    return r->parts | said;
}

/* An address without a register's name is of the fault that the flags show. */
static void join_address(struct reader *r)
{
    uint32_t cfsr = knows(r, ETCH_FAULT_CFSR) ? get(r, ETCH_FAULT_CFSR) : told_cfsr(r);
    if (r->has_address && (cfsr & MEM) && !knows(r, ETCH_FAULT_MMFAR)) {
        found(r, ETCH_FAULT_MMFAR, r->address);
    } else if (r->has_address && (cfsr & BUS) && !knows(r, ETCH_FAULT_BFAR)) {
        found(r, ETCH_FAULT_BFAR, r->address);
    }
}

/* Those who tell CFSR in sentences print an address only if it is valid. */
static uint32_t valid_bits(const struct reader *r)
{
    bool mmfar = knows(r, ETCH_FAULT_MMFAR) && !r->has_part[PART_MMFSR];
    bool bfar = knows(r, ETCH_FAULT_BFAR) && !r->has_part[PART_BFSR];
    return (mmfar ? MMARVALID : 0) | (bfar ? BFARVALID : 0);
}

/* CFSR from its parts or from sentences. */
static void join_cfsr(struct reader *r)
{
    join_address(r);
    if (!knows(r, ETCH_FAULT_CFSR) && (r->has_parts || r->has_said)) {
        found(r, ETCH_FAULT_CFSR, told_cfsr(r) | valid_bits(r));
    } else {
        join_misnamed(r);
    }
    if (!knows(r, ETCH_FAULT_CFSR)) {
        return;
    }
    if (!(get(r, ETCH_FAULT_CFSR) & MMARVALID)) {
        forget(r, ETCH_FAULT_MMFAR);
    }
    if (!(get(r, ETCH_FAULT_CFSR) & BFARVALID)) {
        forget(r, ETCH_FAULT_BFAR);
    }
}

static void join_hfsr(struct reader *r)
{
    if (r->has_hfsr) {
        found(r, ETCH_FAULT_HFSR, r->hfsr);
    }
}

/* ---- whose ----------------------------------------------------------------------------- */

static void set_framework(struct reader *r)
{
    static const enum etch_fault_framework of[] = {[WHY_MBED] = ETCH_FAULT_MBED,
            [WHY_ZEPHYR] = ETCH_FAULT_ZEPHYR,
            [WHY_RIOT] = ETCH_FAULT_RIOT,
            [WHY_DEBUGGER] = ETCH_FAULT_ANY};
    if (of[r->w->format] != ETCH_FAULT_ANY) {
        etch_fault_set(&r->w->fault, ETCH_FAULT_FRAMEWORK, of[r->w->format]);
    }
}

/* Mbed says in words what EXC_RETURN and CONTROL say. */
static void join_mode(struct reader *r)
{
    if (!knows(r, ETCH_FAULT_EXC_RETURN) && r->has_stack && (r->thread || r->handler)) {
        uint32_t value = r->handler ? 0xFFFFFFF1u : r->on_psp ? 0xFFFFFFFDu : 0xFFFFFFF9u;
        etch_fault_set(&r->w->fault, ETCH_FAULT_EXC_RETURN, value);
        etch_fault_set(&r->w->fault, ETCH_FAULT_CONTROL, r->user ? 1 : 0);
    }
}

/* What only Armv8-M does. */
static void join_core(struct reader *r)
{
    uint32_t value = get(r, ETCH_FAULT_EXC_RETURN);
    bool returns = is_exc_return(value) && (value & SECURE_STACK) != SECURE_STACK;
    bool limited = get(r, ETCH_FAULT_CFSR) & STKOF;
    if (returns || limited || get(r, ETCH_FAULT_PC) == LOCKUP_V8) {
        tell_core(r, "core of Armv8-M", false);
    }
}

/* A PC that no frame has: the core's own. On Armv7-M it could be an erased vector's as
 * well, which CFSR would tell. */
static void join_lockup(struct reader *r)
{
    uint32_t pc = get(r, ETCH_FAULT_PC);
    if (pc == LOCKUP_V8 || (pc == LOCKUP && !knows(r, ETCH_FAULT_CFSR))) {
        r->w->locked_up = true;
        forget(r, ETCH_FAULT_PC);
    }
}

/* IPSR of an NMI (B1.5.2). */
static void join_nmi(struct reader *r)
{
    r->w->nmi = r->w->nmi || get(r, ETCH_FAULT_VECTOR) == NMI;
}

/* SHCSR knows which handler is active (B3.2.13). */
static void join_vector(struct reader *r)
{
    static const struct {
        uint32_t bit, vector;
    } active[] = {{1u << 0, MEMMANAGE}, {1u << 1, BUSFAULT}, {1u << 3, USAGEFAULT}};
    for (size_t i = 0; i < sizeof(active) / sizeof(*active); i++) {
        if (get(r, ETCH_FAULT_SHCSR) & active[i].bit) {
            found(r, ETCH_FAULT_VECTOR, active[i].vector);
        }
    }
}

/* CmBacktrace hooks HardFault alone, and says a cause only if it was forced. */
static void join_cmbacktrace(struct reader *r)
{
    if (r->w->format == WHY_CMBACKTRACE) {
        found(r, ETCH_FAULT_VECTOR, HARDFAULT);
        if (knows(r, ETCH_FAULT_CFSR)) {
            found(r, ETCH_FAULT_HFSR, FORCED);
        }
    }
}

/* ---- the frame --------------------------------------------------------------------------- */

/* The frame at sp, if the text has that memory. */
static bool read_frame(struct reader *r, uint32_t sp)
{
    uint32_t word[FRAME_WORDS];
    for (uint32_t i = 0; i < FRAME_WORDS; i++) {
        if (!why_memory(r->w, sp + 4 * i, &word[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < FRAME_WORDS; i++) {
        etch_fault_set(&r->w->fault, ETCH_FAULT_R0 + i, word[i]);
    }
    return true;
}

/* Are these a fault handler's own registers? */
static bool shows_handler(const struct reader *r)
{
    bool debugger = r->w->format == WHY_GDB || r->w->format == WHY_DEBUGGER;
    bool returns = is_exc_return(get(r, ETCH_FAULT_LR));
    uint32_t exception = get(r, ETCH_FAULT_PSR) & EXCEPTION;
    if (!knows(r, ETCH_FAULT_PSR)) {
        return returns && (debugger || etch_fault_knows(&r->stacked, ETCH_FAULT_PC));
    }
    return exception >= HARDFAULT && exception <= USAGEFAULT && (debugger || returns);
}

static void forget_handler(struct reader *r)
{
    uint32_t exception = get(r, ETCH_FAULT_PSR) & EXCEPTION;
    uint32_t pc = get(r, ETCH_FAULT_PC);
    uint32_t lr = get(r, ETCH_FAULT_LR);
    r->w->locked_up = knows(r, ETCH_FAULT_PC) && pc >= LOCKUP;
    if (exception != 0) {
        found(r, ETCH_FAULT_VECTOR, exception);
    }
    if (is_exc_return(lr)) {
        found(r, ETCH_FAULT_EXC_RETURN, lr);
    }
    for (uint32_t word = ETCH_FAULT_R0; word <= ETCH_FAULT_PSR; word++) {
        forget(r, word);
    }
}

static bool take_stacked(struct reader *r)
{
    for (uint32_t word = ETCH_FAULT_R0; word <= ETCH_FAULT_PSR; word++) {
        if (etch_fault_knows(&r->stacked, word)) {
            etch_fault_set(&r->w->fault, word, etch_fault_get(&r->stacked, word));
        }
    }
    return etch_fault_knows(&r->stacked, ETCH_FAULT_PC);
}

/* A debugger that stopped in a fault handler shows the handler's registers. What
 * was interrupted is what the text calls stacked, or in the frame that LR, an
 * EXC_RETURN, leads to. */
static void leave_handler(struct reader *r)
{
    bool handler = shows_handler(r);
    if (handler) {
        forget_handler(r);
    }
    if (take_stacked(r) || !handler) {
        return;
    }
    bool psp = get(r, ETCH_FAULT_EXC_RETURN) & 4;
    enum etch_fault_word sp = psp ? ETCH_FAULT_PSP : ETCH_FAULT_MSP;
    uint32_t frame = knows(r, sp) ? get(r, sp) : get(r, ETCH_FAULT_SP);
    forget(r, ETCH_FAULT_SP);
    r->w->in_handler = !read_frame(r, frame);
}

void finish(struct reader *r)
{
    join_cfsr(r);
    join_hfsr(r);
    set_framework(r);
    join_mode(r);
    join_cmbacktrace(r);
    leave_handler(r);
    join_core(r);
    join_lockup(r);
    join_vector(r);
    join_nmi(r);
}
