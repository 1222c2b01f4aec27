/* fault.c - faults: their status, where they go, and when there is no way on.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stdio.h>

#include "core/core_priv.h"

#define MMFSR 0x000000FFu
#define BFSR  0x0000FF00u

/* MMFAR and BFAR are one register: whoever writes it takes it over. */
static void set_status(struct scb *s, const struct core_fault *f)
{
    s->cfsr |= f->cfsr;
    s->hfsr |= f->hfsr;
    if (f->addr_valid) {
        uint32_t other = (f->cfsr & MMFSR) != 0 ? CFSR_BFARVALID : CFSR_MMARVALID;
        s->cfsr &= ~other;
        s->far = f->addr;
    }
}

static void stop_now(struct core *c, enum core_stop stop)
{
    c->leave = LEAVE_STOP;
    c->stop = stop;
}

/* HardFault cannot be taken: the core stands (B1.5.15). */
void core_lockup(struct core *c)
{
    struct core_says says = {.kind = CORE_SAYS_LOCKUP, .fault = &c->fault};
    core_tell(c, &says);
    c->st.locked = true;
    stop_now(c, CORE_LOCKED_UP);
}

/* Where the fault goes (B1.5.13): to its own handler if that is enabled and may
 * preempt, else to HardFault; and nowhere from HardFault or NMI. */
static void choose_handler(const struct core *c, struct core_fault *f)
{
    f->taken = f->exception;
    if (f->exception != CORE_HARD_FAULT) {
        bool may = core_group(c, core_priority(c, f->exception)) < c->running;
        f->disabled = !core_exc_enabled(c, f->exception);
        if (f->disabled || !may) {
            f->taken = CORE_HARD_FAULT;
            f->hfsr |= HFSR_FORCED;
        }
    }
    if (f->taken == CORE_HARD_FAULT && c->running <= -1) {
        f->taken = 0;
    }
}

/* The branch, or the return from an exception, that led to what cannot be
 * executed. */
static void tell_who_led(const struct core *c, struct core_fault *f)
{
    const uint32_t of_execution =
            CFSR_IACCVIOL | CFSR_IBUSERR | CFSR_UNDEFINSTR | CFSR_INVSTATE | CFSR_INVPC;
    if ((f->cfsr & of_execution) != 0 && c->led.to == f->pc && c->led.by != NO_TAG) {
        f->by = c->led.by;
        f->back = c->led.back;
        f->frame = c->led.frame;
    }
}

void core_raise(struct core *c, const struct core_fault *f)
{
    c->fault = *f;
    c->fault.pc = core_here_pc(c);
    c->fault.lr = c->st.r[CORE_LR];
    tell_who_led(c, &c->fault);
    choose_handler(c, &c->fault);
    if (c->fault.taken == 0) {
        c->fault.hfsr &= ~HFSR_FORCED;
    }
    set_status(&c->st.scb, &c->fault);
    struct core_says says = {.kind = CORE_SAYS_FAULT, .fault = &c->fault};
    core_tell(c, &says);
    if (c->fault.taken == 0) {
        core_lockup(c);
        return;
    }
    c->leave = LEAVE_FAULT;
    core_pend(c, c->fault.taken);
}

/* What is ignored leaves its flag and its address all the same: software that looks
 * for memory so reads them (B3.2.8, CCR.BFHFNMIGN). */
void core_ignore(struct core *c, const struct core_fault *f)
{
    set_status(&c->st.scb, f);
}

void core_raise_usage(struct core *c, uint32_t ufsr_bit)
{
    struct core_fault f = {.exception = CORE_USAGE_FAULT,
            .cfsr = ufsr_bit,
            .access = CORE_FETCH,
            .region = -1,
            .privileged = core_privileged(c)};
    core_raise(c, &f);
}

/* BKPT without a debugger that halts: DebugMonitor, if it is on and may
 * preempt, else HardFault (C1.6.1). */
void core_raise_bkpt(struct core *c)
{
    struct core_fault f = {.exception = CORE_HARD_FAULT,
            .hfsr = HFSR_DEBUGEVT,
            .access = CORE_FETCH,
            .region = -1,
            .privileged = core_privileged(c)};
    c->st.scb.dfsr |= 2;
    bool monitor = (c->st.scb.demcr & DEMCR_MON_EN) != 0 &&
                   core_group(c, core_priority(c, CORE_DEBUG_MONITOR)) < c->running;
    if (monitor) {
        core_pend(c, CORE_DEBUG_MONITOR);
        c->leave = LEAVE_FAULT;
        return;
    }
    core_raise(c, &f);
}

/* The store has left the core; the error comes when something else is being
 * executed. It waits for its priority, and goes to HardFault if BusFault is
 * not enabled. */
void core_imprecise(struct core *c, const struct access *a)
{
    struct core_fault f = {.exception = CORE_BUS_FAULT,
            .cfsr = CFSR_IMPRECISERR,
            .addr = a->addr,
            .access = CORE_STORE,
            .value = a->value,
            .width = a->width,
            .region = -1,
            .privileged = a->privileged,
            .pc = core_here_pc(c),
            .lr = c->st.r[CORE_LR]};
    f.taken = CORE_BUS_FAULT;
    f.disabled = !core_exc_enabled(c, CORE_BUS_FAULT);
    if (f.disabled) {
        f.taken = CORE_HARD_FAULT;
        f.hfsr = HFSR_FORCED;
    }
    c->fault = f;
    set_status(&c->st.scb, &f);
    struct core_says says = {.kind = CORE_SAYS_FAULT, .fault = &c->fault};
    core_tell(c, &says);
    core_pend(c, f.taken);
}

/* Power or reset came in the middle; nothing of the instruction was done. */
bool core_went(struct core *c)
{
    stop_now(c, CORE_WENT);
    return false;
}

void core_unmodelled_stop(struct core *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->unmodelled, sizeof(c->unmodelled), format, args);
    va_end(args);
    stop_now(c, CORE_UNMODELLED);
}

const char *core_unmodelled(const struct core *c)
{
    return c->unmodelled;
}
