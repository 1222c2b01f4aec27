/* SPDX-License-Identifier: MIT */
#include "why/why_priv.h"

#define MMARVALID 0x00000080u
#define BFARVALID 0x00008000u
#define FORCED    0x40000000u

enum { HARDFAULT = 3, USAGEFAULT = 6, FRAME_WORDS = 8, EXCEPTION = 0x1FF };

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

/* CFSR from its parts or from sentences; those who tell it so print an address
 * only if it is valid. */
static void join_cfsr(struct reader *r)
{
    if (!knows(r, ETCH_FAULT_CFSR) && r->has_parts) {
        uint32_t valid = (knows(r, ETCH_FAULT_MMFAR) ? MMARVALID : 0) |
                         (knows(r, ETCH_FAULT_BFAR) ? BFARVALID : 0);
        found(r, ETCH_FAULT_CFSR, r->parts | valid);
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

static void set_framework(struct reader *r)
{
    if (r->w->format == WHY_MBED) {
        etch_fault_set(&r->w->fault, ETCH_FAULT_FRAMEWORK, ETCH_FAULT_MBED);
    } else if (r->w->format == WHY_ZEPHYR) {
        etch_fault_set(&r->w->fault, ETCH_FAULT_FRAMEWORK, ETCH_FAULT_ZEPHYR);
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

/* A debugger that stopped in a fault handler shows the handler's registers. What
 * was interrupted is in the frame that LR, an EXC_RETURN, leads to. */
static void leave_handler(struct reader *r)
{
    uint32_t exception = get(r, ETCH_FAULT_PSR) & EXCEPTION;
    if (r->w->format != WHY_GDB || exception < HARDFAULT || exception > USAGEFAULT) {
        return;
    }
    r->w->in_handler = true;
    found(r, ETCH_FAULT_VECTOR, exception);
    uint32_t lr = get(r, ETCH_FAULT_LR);
    if (lr >= 0xFFFFFFE0u) {
        found(r, ETCH_FAULT_EXC_RETURN, lr);
    }
    bool psp = get(r, ETCH_FAULT_EXC_RETURN) & 4;
    enum etch_fault_word sp = psp ? ETCH_FAULT_PSP : ETCH_FAULT_MSP;
    uint32_t frame = knows(r, sp) ? get(r, sp) : get(r, ETCH_FAULT_SP);
    forget(r, ETCH_FAULT_SP);
    if (read_frame(r, frame)) {
        r->w->in_handler = false;
        return;
    }
    for (uint32_t word = ETCH_FAULT_R0; word <= ETCH_FAULT_PSR; word++) {
        forget(r, word);
    }
}

void finish(struct reader *r)
{
    join_cfsr(r);
    set_framework(r);
    join_mode(r);
    join_cmbacktrace(r);
    leave_handler(r);
}
