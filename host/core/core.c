/* core.c - the processor's life, its clock, its registers.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "core/core_priv.h"

struct core *core_new(const struct core_config *config, const struct core_bus *bus)
{
    struct core *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return NULL;
    }
    c->config = *config;
    c->bus = bus;
    c->gen = 1;
    c->store_gen = 1;
    c->pass_break = NO_TAG;
    c->raw_addr = NO_TAG;
    c->led.to = NO_TAG;
    c->led_before.to = NO_TAG;
    c->running = 256;
    core_native(c, true);
    core_tlb_flush(c);
    core_reset(c);
    return c;
}

void core_free(struct core *c)
{
    if (c != NULL) {
        core_native(c, false);
        core_code_free(c);
        free(c);
    }
}

void core_listen(struct core *c, core_listener *listener, void *ctx)
{
    c->listener = listener;
    c->listener_ctx = ctx;
}

void core_tell(struct core *c, struct core_says *says)
{
    if (c->listener != NULL) {
        says->cycle = now(c);
        says->pc = core_here_pc(c);
        c->listener(c->listener_ctx, says);
    }
}

void core_tell_accesses(struct core *c, bool on)
{
    c->tell_accesses = on;
    core_tlb_flush(c);
}

void core_tell_insns(struct core *c, bool on)
{
    c->tell_insns = on;
    core_end_slice(c);
}

/* ---- reset --------------------------------------------------------------------- */

static void reset_scb(struct scb *s)
{
    const uint32_t demcr = s->demcr; /* debug, and only power resets it */
    memset(s, 0, sizeof(*s));
    s->ccr = CCR_STKALIGN;
    s->fpccr = FPCCR_ASPEN | FPCCR_LSPEN;
    s->demcr = demcr;
}

/* What a reset leaves: time, tracing, the owner's settings of the caches. */
static void reset_state(struct core_state *st)
{
    struct core_state old = *st;
    memset(st, 0, sizeof(*st));
    st->end = old.end;
    st->insns = old.insns;
    st->dwt = old.dwt;
    st->scb.demcr = old.scb.demcr;
    st->art = old.art;
    st->nz = 1;
    st->thumb = true;
    st->line = NO_TAG;
    memcpy(st->level, old.level, sizeof(st->level));
    reset_scb(&st->scb);
}

/* SP and PC are read when the core first runs: the bus may not be ready yet. */
void core_reset(struct core *c)
{
    core_slice_close(c);
    reset_state(&c->st);
    c->st.starting = true;
    c->leave = LEAVE_NONE;
    c->at = NULL;
    c->led.to = NO_TAG;
    c->led_before.to = NO_TAG;
    art_clear(&c->st.art);
    c->pass_break = NO_TAG;
    c->stop_asked = false;
    memcpy(c->st.pend, c->st.level, sizeof(c->st.pend));
    core_nvic_update(c);
    core_refresh(c);
    core_tlb_flush(c);
}

/* ---- time ------------------------------------------------------------------------- */

/* The end moves so that the time now stays what it is. */
static void set_left(struct core *c, int64_t left)
{
    uint64_t time = now(c);
    c->t += CYCLES(left - cycles_left(c->t));
    c->st.end = time + (uint64_t)left;
}

void core_end_slice(struct core *c)
{
    if (c->open && cycles_left(c->t) >= 0) {
        set_left(c, -1);
    }
}

void core_slice(struct core *c, uint64_t cycles)
{
    c->open = true;
    set_left(c, (int64_t)cycles - 1);
}

void core_slice_close(struct core *c)
{
    c->st.end = now(c);
    c->st.insns += (uint32_t)c->t;
    c->t = 0;
    c->open = false;
}

uint64_t core_cycles(const struct core *c)
{
    return now(c);
}

uint64_t core_insns(const struct core *c)
{
    return c->st.insns + (uint32_t)c->t;
}

void core_stall(struct core *c, uint64_t cycles)
{
    c->st.end += cycles;
    core_end_slice(c);
}

void core_stop(struct core *c)
{
    if (!c->stop_asked) {
        c->stop_asked = true;
        c->asked = CORE_ASKED;
    }
    core_end_slice(c);
}

void core_shorten(struct core *c, uint64_t until)
{
    uint64_t time = now(c);
    c->until = until < c->until ? until : c->until;
    if (!c->open || cycles_left(c->t) < 0) {
        return;
    }
    if (until <= time) {
        core_end_slice(c);
    } else if (until - time - 1 < (uint64_t)cycles_left(c->t)) {
        set_left(c, (int64_t)(until - time - 1));
    }
}

/* ---- registers --------------------------------------------------------------------- */

bool core_in_handler(const struct core *c)
{
    return c->st.ipsr != 0;
}

bool core_privileged(const struct core *c)
{
    return c->st.ipsr != 0 || (c->st.control & CONTROL_NPRIV) == 0;
}

uint32_t core_here_pc(const struct core *c)
{
    return c->at != NULL ? c->at->pc : c->st.pc;
}

static uint32_t here_it(const struct core *c)
{
    return c->at != NULL ? c->at->it : c->st.it;
}

/* EPSR holds ITSTATE's bits 7:2 in 15:10 and 1:0 in 26:25 (B1.4.2). */
uint32_t core_xpsr(const struct core *c)
{
    const struct core_state *st = &c->st;
    uint32_t it = here_it(c);
    return (uint32_t)(st->nz < 0) << 31 | (uint32_t)((uint32_t)st->nz == 0) << 30 |
           (uint32_t)st->cf << 29 | (uint32_t)st->vf << 28 | (uint32_t)st->q << 27 |
           (it & 3) << 25 | (st->thumb ? XPSR_T : 0) | st->ge << 16 | (it >> 2) << 10 |
           st->ipsr;
}

/* Flags alone: N Z C V Q GE. */
void core_flags_set(struct core *c, uint32_t xpsr)
{
    struct core_state *st = &c->st;
    st->nz = (int64_t)((xpsr >> 30 & 1) ^ 1) | ((xpsr >> 31) != 0 ? INT64_MIN : 0);
    st->cf = xpsr >> 29 & 1;
    st->vf = xpsr >> 28 & 1;
    st->q = (xpsr >> 27 & 1) != 0;
    st->ge = xpsr >> 16 & 15;
}

static bool on_psp(uint32_t control, uint32_t ipsr)
{
    return ipsr == 0 && (control & CONTROL_SPSEL) != 0;
}

/* Mode or CONTROL change: the right stack pointer comes to r[13]. */
void core_select_sp(struct core *c, uint32_t control, uint32_t ipsr)
{
    struct core_state *st = &c->st;
    if (on_psp(control, ipsr) != on_psp(st->control, st->ipsr)) {
        uint32_t sp = st->r[CORE_SP];
        st->r[CORE_SP] = st->sp_other;
        st->sp_other = sp;
    }
    st->control = control;
    st->ipsr = ipsr;
}

static const uint32_t *stack_pointer(const struct core *c, bool psp)
{
    bool in_use = on_psp(c->st.control, c->st.ipsr) == psp;
    return in_use ? &c->st.r[CORE_SP] : &c->st.sp_other;
}

static uint32_t special_reg(const struct core *c, enum core_reg reg)
{
    switch ((int)reg) {
    case CORE_MSP: return *stack_pointer(c, false);
    case CORE_PSP: return *stack_pointer(c, true);
    case CORE_PRIMASK: return c->st.primask;
    case CORE_BASEPRI: return c->st.basepri;
    case CORE_FAULTMASK: return c->st.faultmask;
    case CORE_CONTROL: return c->st.control;
    default: return c->st.fpscr;
    }
}

uint32_t core_reg(const struct core *c, enum core_reg reg)
{
    if (reg < CORE_PC) {
        return c->st.r[reg];
    }
    if (reg == CORE_PC) {
        return core_here_pc(c);
    }
    if (reg == CORE_XPSR) {
        return core_xpsr(c);
    }
    return reg >= CORE_S0 ? c->st.s[reg - CORE_S0] : special_reg(c, reg);
}

static void set_stack_pointer(struct core *c, bool psp, uint32_t value)
{
    bool in_use = on_psp(c->st.control, c->st.ipsr) == psp;
    *(in_use ? &c->st.r[CORE_SP] : &c->st.sp_other) = value & ~3u;
}

static void set_special_reg(struct core *c, enum core_reg reg, uint32_t value)
{
    switch ((int)reg) {
    case CORE_MSP: set_stack_pointer(c, false, value); break;
    case CORE_PSP: set_stack_pointer(c, true, value); break;
    case CORE_PRIMASK: c->st.primask = (value & 1) != 0; break;
    case CORE_BASEPRI: c->st.basepri = value & 0xF0; break;
    case CORE_FAULTMASK: c->st.faultmask = (value & 1) != 0; break;
    case CORE_CONTROL: core_select_sp(c, value & 7, c->st.ipsr); break;
    default: c->st.fpscr = value & 0xF7C0009Fu; break;
    }
    core_nvic_update(c);
    core_refresh(c);
}

static void set_pc(struct core *c, uint32_t value)
{
    c->st.pc = value & ~1u;
    c->st.it = 0;
    c->st.starting = false;
    c->st.bkpt_told = false;
}

static void set_xpsr(struct core *c, uint32_t value)
{
    core_flags_set(c, value);
    c->st.thumb = (value & XPSR_T) != 0;
    c->st.it = (value >> 25 & 3) | (value >> 10 & 0x3F) << 2;
    core_select_sp(c, c->st.control, value & 0x1FF);
    core_nvic_update(c);
    core_refresh(c);
}

void core_reg_set(struct core *c, enum core_reg reg, uint32_t value)
{
    if (reg == CORE_SP) {
        c->st.r[CORE_SP] = value & ~3u;
    } else if (reg < CORE_PC) {
        c->st.r[reg] = value;
    } else if (reg == CORE_PC) {
        set_pc(c, value);
    } else if (reg == CORE_XPSR) {
        set_xpsr(c, value);
    } else if (reg >= CORE_S0) {
        c->st.s[reg - CORE_S0] = value;
    } else {
        set_special_reg(c, reg, value);
    }
}
