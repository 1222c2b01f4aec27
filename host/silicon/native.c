/* native.c - the board around the chip for code that runs on the host: its
 * life, its clock, its watchdog, and the run that a fault or a cut ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "silicon/native_priv.h"

enum { DEFAULT_HZ = 16000000, DEFAULT_LIMIT = 200000000, DEFAULT_POLLS = 256 };

/* ---- the clock --------------------------------------------------------------- */

static uint64_t hclk(const struct silicon_native *n)
{
    uint32_t hz = silicon_conditions(n->chip)->hclk_hz;
    return hz == 0 ? DEFAULT_HZ : hz;
}

static uint64_t clock_now(void *ctx)
{
    const struct silicon_native *n = ctx;
    return n->st.now_ns;
}

static void bite(struct silicon_native *n)
{
    n->st.now_ns = n->st.dog_ns;
    n->st.dog_ns = 0;
    struct silicon_event ev = {
            .kind = SILICON_EV_RESET, .at_ns = n->st.now_ns, .sector = -1};
    n->biting = true; /* what this reset tears is told by the end of the run */
    silicon_reset(n->chip);
    n->biting = false;
    n->why = ev;
    if (n->running) {
        native_stop(n, SILICON_DOG);
    }
}

void native_wait(struct silicon_native *n, uint64_t until_ns)
{
    if (n->st.dog_ns != 0 && until_ns >= n->st.dog_ns) {
        bite(n);
    }
    if (until_ns > n->st.now_ns) {
        n->st.now_ns = until_ns;
    }
}

static void clock_wait(void *ctx, uint64_t until_ns)
{
    native_wait(ctx, until_ns);
}

/* Seconds and the rest apart: the product fits in 64 bits that way. */
static uint64_t to_cycles(uint64_t ns, uint64_t hz)
{
    const uint64_t second = 1000000000;
    return ns / second * hz + ns % second * hz / second;
}

uint32_t native_cycles(const struct silicon_native *n)
{
    bool counts = (n->st.demcr >> 24 & 1u) != 0 && (n->st.dwt_ctrl & 1u) != 0;
    if (!counts || n->st.frozen) {
        return n->st.cycles;
    }
    uint64_t hz = hclk(n);
    uint64_t elapsed = to_cycles(n->st.now_ns, hz) - to_cycles(n->st.cycles_at_ns, hz);
    return n->st.cycles + (uint32_t)elapsed;
}

void native_cycles_set(struct silicon_native *n, uint32_t cycles)
{
    n->st.cycles = cycles;
    n->st.cycles_at_ns = n->st.now_ns;
}

/* ---- what the chip reports ------------------------------------------------------ */

static void on_event(void *ctx, const struct silicon_event *ev)
{
    struct silicon_native *n = ctx;
    n->st.kinds[ev->kind]++;
    switch (ev->kind) {
    case SILICON_EV_BREACH:
        n->st.laws[ev->law]++;
        n->st.law = ev->law;
        break;
    case SILICON_EV_FAULT:
        n->fault = *ev;
        n->fault.law = n->st.law;
        n->told = true;
        break;
    case SILICON_EV_CUT:
        n->cut = *ev;
        n->st.demcr = 0; /* the debug block's reset is the power's, ARMv7-M C1.6 */
        n->st.dwt_ctrl = 0;
        n->st.cycles = 0;
        break;
    case SILICON_EV_RESET: native_reset_cpu(n); break;
    case SILICON_EV_PROGRAM:
    case SILICON_EV_ERASE:
    case SILICON_EV_MASS:
    case SILICON_EV_OPTIONS:
        if (n->begins != NULL) {
            n->begins(n->begins_ctx, ev);
        }
        break;
    case SILICON_EV_UNLOCK:
    case SILICON_EV_LOCK:
    case SILICON_EV_CR:
    case SILICON_EV_DONE:
    case SILICON_EV_FLAGS:
    case SILICON_EV_CLEARED:
    case SILICON_EV_STALL:
    default: break;
    }
}

static void on_strict(void *ctx, const struct silicon_event *ev)
{
    struct silicon_native *n = ctx;
    if (n->biting) {
        return;
    }
    if (!n->running) {
        si_stop(ev);
    }
    n->why = *ev;
    native_stop(n, SILICON_BROKE_LAW);
}

static void on_power_lost(void *ctx)
{
    struct silicon_native *n = ctx;
    n->why = n->cut;
    if (n->running) {
        native_stop(n, SILICON_LOST_POWER);
    }
}

static uint64_t on_caller(void *ctx)
{
    const struct silicon_native *n = ctx;
    return n->st.caller;
}

/* ---- life ------------------------------------------------------------------------ */

void native_reset_cpu(struct silicon_native *n)
{
    n->st.primask = 0;
    n->st.vtor = 0;
    n->st.shcsr = 0;
    n->st.prigroup = 0;
    n->st.memrmp = silicon_swapped(n->chip) ? NATIVE_FB_MODE : 0;
    n->st.poll_until = 0;
    n->st.mpu.ctrl = 0;
    n->st.mpu.unprivileged = false;
}

struct silicon_native *silicon_native_new(
        const struct silicon_part *part, const struct silicon_conditions *conditions)
{
    struct silicon_native *n = calloc(1, sizeof(*n));
    if (n == NULL) {
        return NULL;
    }
    n->chip = silicon_new(part, conditions);
    if (n->chip == NULL) {
        free(n);
        return NULL;
    }
    const struct silicon_clock clock = {clock_now, clock_wait, n};
    const struct silicon_hooks hooks = {.event = on_event,
            .strict = on_strict,
            .power_lost = on_power_lost,
            .caller = on_caller,
            .ctx = n};
    silicon_attach(n->chip, &clock, &hooks);
    n->st.pc = 0x20000000;
    n->limit = DEFAULT_LIMIT;
    n->polls = DEFAULT_POLLS;
    silicon_native_select(n);
    return n;
}

struct silicon *silicon_native_chip(struct silicon_native *n)
{
    return n->chip;
}

void silicon_native_copy(struct silicon_native *to, const struct silicon_native *from)
{
    silicon_copy(to->chip, from->chip);
    to->st = from->st;
    if (to->words.room < from->words.n) {
        struct native_word *grown = realloc(to->words.at, from->words.n * sizeof(*grown));
        if (grown == NULL) {
            si_out_of_memory();
        }
        to->words.at = grown;
        to->words.room = from->words.n;
    }
    to->words.n = from->words.n;
    if (from->words.n > 0) {
        memcpy(to->words.at, from->words.at, from->words.n * sizeof(*from->words.at));
    }
}

/* ---- runs -------------------------------------------------------------------------- */

static const char *const end_names[] = {
        [SILICON_RETURNED] = "it returned",
        [SILICON_LOST_POWER] = "power was lost",
        [SILICON_FAULTED] = "bus error",
        [SILICON_BROKE_LAW] = "a law was broken",
        [SILICON_HUNG] = "too many accesses",
        [SILICON_DOG] = "the watchdog bit",
        [SILICON_RESTARTED] = "it asked for a system reset",
        [SILICON_REFUSED] = "the MPU refused an access",
};

_Noreturn void native_stop(struct silicon_native *n, enum silicon_end end)
{
    if (n->running) {
        n->running = false;
        n->end = end;
        longjmp(n->home, 1);
    }
    (void)fprintf(stderr, "silicon: %s at 0x%08" PRIx32 ", outside silicon_native_run\n",
            end_names[end], n->why.addr);
    abort();
}

enum silicon_end silicon_native_run(
        struct silicon_native *n, void (*body)(void *arg), void *arg)
{
    silicon_native_select(n);
    if (!n->chip->st.on) {
        silicon_power_on(n->chip);
    }
    n->used = 0;
    n->page_len = 0;
    n->why = (struct silicon_event){.sector = -1};
    n->running = true;
    if (setjmp(n->home) != 0) {
        return n->end;
    }
    body(arg);
    /* What the body's last store started shows here, not in the next run. */
    silicon_drain(n->chip);
    n->running = false;
    return SILICON_RETURNED;
}

const struct silicon_event *silicon_native_why(const struct silicon_native *n)
{
    return &n->why;
}

void silicon_native_limit(struct silicon_native *n, uint64_t accesses)
{
    n->limit = accesses;
}

void silicon_native_polls(struct silicon_native *n, unsigned polls)
{
    n->polls = polls;
}

void silicon_native_power_cycle(struct silicon_native *n, struct silicon_tear tear)
{
    silicon_power_off(n->chip, tear);
    silicon_power_on(n->chip);
}

/* ---- the world outside --------------------------------------------------------------- */

uint64_t silicon_native_now(const struct silicon_native *n)
{
    return n->st.now_ns;
}

void silicon_native_advance(struct silicon_native *n, uint64_t ns)
{
    native_wait(n, n->st.now_ns + ns);
    silicon_settle(n->chip);
}

bool silicon_native_masked(const struct silicon_native *n)
{
    return n->st.primask != 0;
}

void silicon_native_on_access(
        struct silicon_native *n, silicon_native_watch *watch, void *ctx)
{
    n->watch = watch;
    n->watch_ctx = ctx;
}

void silicon_native_on_begin(
        struct silicon_native *n, silicon_native_begins *begins, void *ctx)
{
    n->begins = begins;
    n->begins_ctx = ctx;
}

void silicon_native_alone(struct silicon_native *n, bool alone)
{
    n->alone = alone;
}

void silicon_native_watchdog(struct silicon_native *n, uint64_t period_ns)
{
    n->st.dog_period_ns = period_ns;
    n->st.dog_ns = period_ns == 0 ? 0 : n->st.now_ns + period_ns;
}

void silicon_native_freeze_cycles(struct silicon_native *n, bool frozen)
{
    native_cycles_set(n, native_cycles(n));
    n->st.frozen = frozen;
}

unsigned silicon_native_count(
        const struct silicon_native *n, enum silicon_event_kind kind)
{
    return n->st.kinds[kind];
}

unsigned silicon_native_breaches(const struct silicon_native *n, enum silicon_law law)
{
    return n->st.laws[law];
}

void silicon_native_at(struct silicon_native *n, uint32_t pc)
{
    n->st.pc = pc;
}
