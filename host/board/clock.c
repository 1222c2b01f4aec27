/* clock.c - the one clock, the deadlines, and living through a stall.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

enum { GIGA = 1000000000 };

/* n * num / den, rounded down, where n * num may not fit 64 bits: num and den
 * are below 2^32. */
static uint64_t scale(uint64_t n, uint32_t num, uint32_t den)
{
    return n / den * num + n % den * num / den;
}

static uint64_t scale_up(uint64_t n, uint32_t num, uint32_t den)
{
    return n / den * num + (n % den * num + den - 1) / den;
}

uint64_t bd_ticks(uint64_t ns, uint32_t hz)
{
    return scale(ns, hz, GIGA);
}

uint64_t bd_ticks_ns(uint64_t ticks, uint32_t hz)
{
    return scale_up(ticks, GIGA, hz);
}

uint64_t bd_ns_at(const struct board *b, uint64_t cycle)
{
    const struct bd_state *st = &b->st;
    if (cycle < st->base_cycle) {
        return st->base_ns; /* from before the last change of HCLK */
    }
    return st->base_ns + scale(cycle - st->base_cycle, GIGA, st->rcc.hz.hclk);
}

uint64_t bd_cycle_at(const struct board *b, uint64_t ns)
{
    const struct bd_state *st = &b->st;
    if (ns == BD_NEVER) {
        return UINT64_MAX;
    }
    uint64_t since = ns > st->base_ns ? ns - st->base_ns : 0;
    return st->base_cycle + scale_up(since, st->rcc.hz.hclk, GIGA);
}

uint64_t bd_now(const struct board *b)
{
    return b->event_ns != BD_NEVER ? b->event_ns : bd_ns_at(b, core_cycles(b->core));
}

/* ---- deadlines -------------------------------------------------------------- */

static uint64_t earliest(const struct bd_state *st)
{
    uint64_t next = BD_NEVER;
    for (unsigned i = 0; i < BD_SLOTS; i++) {
        next = st->due[i] < next ? st->due[i] : next;
    }
    return next;
}

static void set_next(struct board *b, uint64_t ns)
{
    b->st.next = ns;
    b->st.next_cycle = bd_cycle_at(b, ns);
}

void bd_due_none(struct board *b)
{
    for (unsigned i = 0; i < BD_SLOTS; i++) {
        b->st.due[i] = BD_NEVER;
    }
    set_next(b, BD_NEVER);
}

void bd_due(struct board *b, unsigned slot, uint64_t ns)
{
    struct bd_state *st = &b->st;
    uint64_t old = st->due[slot];
    if (old == ns) {
        return;
    }
    st->due[slot] = ns;
    if (ns < st->next) {
        set_next(b, ns);
        core_shorten(b->core, st->next_cycle);
    } else if (old == st->next) {
        set_next(b, earliest(st));
    }
}

void bd_rebase(struct board *b, uint32_t hz)
{
    struct bd_state *st = &b->st;
    st->base_ns = bd_ns_at(b, core_cycles(b->core));
    st->base_cycle = core_cycles(b->core);
    st->rcc.hz.hclk = hz;
    set_next(b, st->next);
}

typedef void due_call(struct board *b, unsigned unit);

static const struct {
    due_call *call;
    unsigned first;
} due_calls[] = {
        {bd_flash_due, BD_SLOT_FLASH},
        {bd_rcc_due, BD_SLOT_RCC},
        {bd_tim_due, BD_SLOT_TIM},
        {bd_usart_tx_due, BD_SLOT_TX},
        {bd_usart_rx_due, BD_SLOT_RX},
        {bd_dma_due, BD_SLOT_DMA},
        {bd_wwdg_due, BD_SLOT_WWDG},
        {bd_iwdg_due, BD_SLOT_IWDG},
};

static void serve(struct board *b, unsigned slot)
{
    size_t i = sizeof(due_calls) / sizeof(*due_calls) - 1;
    while (due_calls[i].first > slot) {
        i--;
    }
    bd_due(b, slot, BD_NEVER); /* whoever wants another one says so */
    due_calls[i].call(b, slot - due_calls[i].first);
}

/* Serve what is due up to and including ns, each at its own time. */
static void serve_until(struct board *b, uint64_t ns)
{
    struct bd_state *st = &b->st;
    uint64_t outer = b->event_ns;
    while (st->next <= ns && b->gone == BD_HERE) {
        unsigned slot = 0;
        while (st->due[slot] != st->next) {
            slot++;
        }
        b->event_ns = st->next;
        serve(b, slot);
    }
    b->event_ns = outer;
}

void bd_catch_up(struct board *b)
{
    /* A deadline's own doing is not interrupted by another. */
    if (core_cycles(b->core) >= b->st.next_cycle && b->event_ns == BD_NEVER) {
        serve_until(b, bd_now(b));
    }
}

/* ---- waiting -------------------------------------------------------------------- */

static void pass(struct board *b, uint64_t until_ns)
{
    uint64_t target = bd_cycle_at(b, until_ns);
    uint64_t cycle = core_cycles(b->core);
    if (target > cycle) {
        core_stall(b->core, target - cycle);
    }
}

void bd_wait(struct board *b, uint64_t until_ns)
{
    if (b->event_ns != BD_NEVER) {
        return; /* silicon asks on a deadline's behalf: it will find the time come */
    }
    while (b->st.next < until_ns && b->gone == BD_HERE) {
        pass(b, b->st.next);
        serve_until(b, b->st.next);
    }
    if (b->gone == BD_HERE) {
        pass(b, until_ns);
    }
}
