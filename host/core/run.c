/* run.c - from slice to slice: what is due, then instructions.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core_priv.h"

/* ---- what an instruction left to be done --------------------------------------- */

/* SVC in a place where it cannot be taken is a fault (B1.5.13). */
static void supervisor_call(struct core *c)
{
    struct core_fault f = {.exception = CORE_SVCALL,
            .access = CORE_FETCH,
            .region = -1,
            .privileged = core_privileged(c)};
    if (core_group(c, core_priority(c, CORE_SVCALL)) < c->running) {
        core_pend(c, CORE_SVCALL);
    } else {
        core_raise(c, &f);
    }
    if (c->leave != LEAVE_STOP) {
        core_enter_exception(c);
    }
}

static void attend(struct core *c)
{
    enum leave leave = c->leave;
    if (c->at != NULL) {
        c->st.pc = c->at->pc;
        c->st.it = c->at->it;
        c->at = NULL;
    }
    switch (leave) {
    case LEAVE_FAULT: core_enter_exception(c); break;
    case LEAVE_SVC: supervisor_call(c); break;
    case LEAVE_RETURN: core_return_exception(c, c->val); break;
    case LEAVE_LOOK:
    case LEAVE_NONE: c->leave = LEAVE_NONE; break;
    case LEAVE_STOP: break;
    }
}

/* ---- beginning (B1.5.5) ----------------------------------------------------------- */

static bool read_start(struct core *c, uint32_t addr, uint32_t *value)
{
    struct access a = {.addr = addr, .width = 4, .kind = CORE_VECTOR, .privileged = true};
    bool read = core_access(c, &a);
    *value = c->val;
    return read;
}

/* SP and PC come from the vector table; a table that cannot be read is a fault
 * with nowhere to go. */
static void start(struct core *c)
{
    uint32_t sp = 0;
    uint32_t pc = 0;
    c->st.starting = false;
    c->st.r[CORE_LR] = 0xFFFFFFFFu;
    if (!read_start(c, c->st.scb.vtor, &sp) || !read_start(c, c->st.scb.vtor + 4, &pc)) {
        if (c->leave != LEAVE_STOP) {
            core_lockup(c);
        }
        return;
    }
    c->st.r[CORE_SP] = sp & ~3u;
    c->st.pc = pc & ~1u;
    c->st.thumb = (pc & 1) != 0;
}

/* ---- asleep -------------------------------------------------------------------------- */

/* Time goes by up to what may wake the core, or to where the run ends. */
static void sleep_on(struct core *c)
{
    uint64_t zero = 0;
    uint64_t until = c->until;
    core_wake(c);
    if (!c->st.asleep) {
        return;
    }
    if (systick_next(c, &zero) && zero < until) {
        until = zero;
    }
    if (until > now(c)) {
        c->st.end += until - now(c);
    }
    systick_catch_up(c);
    core_wake(c);
}

bool core_asleep(const struct core *c)
{
    return c->st.asleep;
}

bool core_asleep_for_good(const struct core *c)
{
    const uint32_t tick_and_interrupt = 3;
    bool ticks = (c->st.tick.ctrl & tick_and_interrupt) == tick_and_interrupt;
    return c->st.asleep && !ticks;
}

/* ---- slices ----------------------------------------------------------------------------- */

static uint64_t slice_cycles(const struct core *c)
{
    uint64_t zero = 0;
    uint64_t cycles = c->until - now(c);
    if (systick_next(c, &zero) && zero - now(c) < cycles) {
        cycles = zero - now(c);
    }
    return cycles < SLICE ? cycles : SLICE;
}

static void run_slice(struct core *c, bool one)
{
    c->single = one || c->tell_insns;
    core_slice(c, slice_cycles(c));
    const struct insn *i = core_locate(c);
    if (i != NULL) {
        if (c->tell_insns) {
            struct core_says says = {.kind = CORE_SAYS_INSN};
            c->at = i;
            core_tell(c, &says);
        }
        i->run(c, i);
    }
    c->pass_break = NO_TAG;
    c->led.to = c->led.fresh ? c->led.to : NO_TAG;
    attend(c);
    core_slice_close(c);
}

/* Only NMI gets a core out of lockup (B1.5.15). */
static bool stays_locked(struct core *c)
{
    if (c->st.locked && c->pending == CORE_NMI) {
        c->st.locked = false;
        c->st.pc = 0xFFFFFFFEu;
        c->leave = LEAVE_NONE;
    }
    return c->st.locked;
}

/* Is there a reason to come back? */
static bool must_stop(struct core *c, enum core_stop *why)
{
    if (c->leave == LEAVE_STOP) {
        *why = c->stop;
    } else if (stays_locked(c)) {
        *why = CORE_LOCKED_UP;
    } else if (c->stop_asked) {
        *why = c->asked;
    } else if (c->watch_hit) {
        *why = CORE_WATCH;
    } else if (now(c) >= c->until) {
        *why = CORE_UNTIL;
    } else {
        return false;
    }
    return true;
}

/* Exceptions that wait, or the start after reset: part of no instruction. */
static bool come_to_code(struct core *c)
{
    if (c->st.starting) {
        start(c);
    } else if (c->st.asleep) {
        sleep_on(c);
    } else if (c->pending != 0) {
        core_slice(c, 1);
        core_enter_exception(c);
        core_slice_close(c);
    } else {
        return true;
    }
    return false;
}

static enum core_stop run(struct core *c, bool one)
{
    enum core_stop why = CORE_UNTIL;
    c->stop_asked = false;
    c->watch_hit = false;
    c->leave = LEAVE_NONE;
    c->at = NULL;
    systick_catch_up(c);
    while (!must_stop(c, &why)) {
        bool code = come_to_code(c);
        if (code) {
            run_slice(c, one);
        }
        systick_catch_up(c);
        if (code && one && !must_stop(c, &why)) {
            return CORE_STEPPED;
        }
    }
    c->stood_at = why == CORE_BREAK ? c->st.pc : NO_TAG;
    c->leave = LEAVE_NONE;
    return why;
}

enum core_stop core_run(struct core *c, uint64_t until)
{
    c->until = until;
    c->pass_break = c->stood_at == c->st.pc ? c->st.pc : NO_TAG;
    return run(c, false);
}

enum core_stop core_step(struct core *c)
{
    c->until = UINT64_MAX;
    c->pass_break = c->st.pc;
    return run(c, true);
}
