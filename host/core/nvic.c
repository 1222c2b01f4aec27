/* nvic.c - which exceptions wait, which is next, and what priority runs.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core_priv.h"

enum { NOBODY = 256 };

int core_priority(const struct core *c, unsigned exception)
{
    switch (exception) {
    case CORE_RESET: return -3;
    case CORE_NMI: return -2;
    case CORE_HARD_FAULT: return -1;
    default: return c->st.priority[exception];
    }
}

/* The part of a priority that decides who preempts (B1.5.4): AIRCR.PRIGROUP
 * says where it ends. */
int core_group(const struct core *c, int priority)
{
    unsigned split = c->st.scb.aircr >> 8 & 7;
    int mask = ~((2 << split) - 1);
    return priority < 0 ? priority : priority & mask;
}

bool core_exc_enabled(const struct core *c, unsigned exception)
{
    uint32_t shcsr = c->st.scb.shcsr;
    switch (exception) {
    case CORE_MEM_MANAGE: return (shcsr & SHCSR_MEMENA) != 0;
    case CORE_BUS_FAULT: return (shcsr & SHCSR_BUSENA) != 0;
    case CORE_USAGE_FAULT: return (shcsr & SHCSR_USGENA) != 0;
    default: return exception < CORE_IRQ0 || bit_get(c->st.enable, exception);
    }
}

/* The priority of what runs, without and with the masks (ExecutionPriority). */
static int active_priority(const struct core *c)
{
    int lowest = NOBODY;
    for (unsigned w = 0; w < EXC_WORDS; w++) {
        for (uint32_t rest = c->st.active[w]; rest != 0; rest &= rest - 1) {
            unsigned n = 32 * w + (unsigned)__builtin_ctz(rest);
            int priority = core_group(c, core_priority(c, n));
            lowest = priority < lowest ? priority : lowest;
        }
    }
    return lowest;
}

static int running_priority(const struct core *c)
{
    int priority = active_priority(c);
    if (c->st.basepri != 0) {
        int base = core_group(c, (int)c->st.basepri);
        priority = base < priority ? base : priority;
    }
    if (c->st.primask && priority > 0) {
        priority = 0;
    }
    if (c->st.faultmask && priority > -1) {
        priority = -1;
    }
    return priority;
}

/* Of those that wait and are enabled: the highest priority, sub-priority
 * included; among equals the lowest number. */
static int best_pending(const struct core *c, int *best)
{
    int lowest = NOBODY;
    *best = 0;
    for (unsigned w = 0; w < EXC_WORDS; w++) {
        for (uint32_t rest = c->st.pend[w]; rest != 0; rest &= rest - 1) {
            unsigned n = 32 * w + (unsigned)__builtin_ctz(rest);
            int priority = core_priority(c, n);
            if (priority < lowest && core_exc_enabled(c, n)) {
                lowest = priority;
                *best = (int)n;
            }
        }
    }
    return lowest;
}

void core_nvic_update(struct core *c)
{
    int best = 0;
    int priority = core_group(c, best_pending(c, &best));
    c->running = running_priority(c);
    c->pending = priority < c->running ? best : 0;
    if (c->pending != 0) {
        core_end_slice(c);
    }
}

/* WFI wakes for what would preempt if PRIMASK were clear (B1.5.19). */
static bool would_wake(const struct core *c)
{
    int best = 0;
    int base = active_priority(c);
    int priority = core_group(c, best_pending(c, &best));
    if (c->st.basepri != 0) {
        int limit = core_group(c, (int)c->st.basepri);
        base = limit < base ? limit : base;
    }
    if (c->st.faultmask && base > -1) {
        base = -1;
    }
    return priority < base;
}

void core_wake(struct core *c)
{
    if (c->st.asleep && (would_wake(c) || (c->st.for_event && c->st.event))) {
        c->st.event = c->st.event && !c->st.for_event;
        c->st.asleep = false;
    }
}

void core_pend(struct core *c, unsigned exception)
{
    if (!bit_get(c->st.pend, exception)) {
        bit_put(c->st.pend, exception, true);
        c->st.since[exception] = now(c);
        if ((c->st.scb.scr & SCR_SEVONPEND) != 0) {
            c->st.event = true;
        }
    }
    core_nvic_update(c);
}

void core_unpend(struct core *c, unsigned exception)
{
    bool held = exception >= CORE_IRQ0 && bit_get(c->st.level, exception);
    bit_put(c->st.pend, exception, held && !bit_get(c->st.active, exception));
    core_nvic_update(c);
}

/* ---- from outside --------------------------------------------------------------------- */

void core_irq(struct core *c, unsigned irq, bool level)
{
    unsigned n = CORE_IRQ0 + irq;
    if (irq >= c->config.irqs || bit_get(c->st.level, n) == level) {
        return;
    }
    bit_put(c->st.level, n, level);
    if (level) {
        core_pend(c, n);
    }
}

void core_nmi(struct core *c)
{
    core_pend(c, CORE_NMI);
}

void core_event(struct core *c)
{
    c->st.event = true;
    core_end_slice(c);
}

/* ---- registers (B3.4): one bit for an interrupt, the arrays begin 16 lower ---------------- */

#define NVIC_ISER 0xE000E100u
#define NVIC_ICER 0xE000E180u
#define NVIC_ISPR 0xE000E200u
#define NVIC_ICPR 0xE000E280u
#define NVIC_IABR 0xE000E300u
#define NVIC_IPR  0xE000E400u
#define NVIC_END  0xE000E4F0u

static uint32_t irq_bits(const uint32_t *words, unsigned n)
{
    return n < EXC_WORDS ? words[n] >> 16 | words[n + 1] << 16 : 0;
}

static uint32_t priority_word(const struct core *c, uint32_t addr)
{
    uint32_t first = CORE_IRQ0 + (addr - NVIC_IPR);
    uint32_t value = 0;
    for (unsigned k = 0; k < 4 && first + k < EXC_COUNT; k++) {
        value |= (uint32_t)c->st.priority[first + k] << 8 * k;
    }
    return value;
}

bool nvic_read(const struct core *c, uint32_t addr, uint32_t *value)
{
    unsigned n = addr % 0x80 / 4;
    if (addr < NVIC_ISER || addr >= NVIC_END) {
        return false;
    }
    switch (addr & ~0x7Fu) {
    case NVIC_ISER:
    case NVIC_ICER: *value = irq_bits(c->st.enable, n); break;
    case NVIC_ISPR:
    case NVIC_ICPR: *value = irq_bits(c->st.pend, n); break;
    case NVIC_IABR: *value = irq_bits(c->st.active, n); break;
    default: *value = addr >= NVIC_IPR ? priority_word(c, addr) : 0; break;
    }
    return true;
}

static void for_each_irq(
        struct core *c, unsigned n, uint32_t bits, void (*work)(struct core *, unsigned))
{
    for (; bits != 0; bits &= bits - 1) {
        unsigned irq = 32 * n + (unsigned)__builtin_ctz(bits);
        if (irq < c->config.irqs) {
            work(c, CORE_IRQ0 + irq);
        }
    }
}

static void enable(struct core *c, unsigned exception)
{
    bit_put(c->st.enable, exception, true);
}

static void disable(struct core *c, unsigned exception)
{
    bit_put(c->st.enable, exception, false);
}

static void set_priorities(struct core *c, uint32_t addr, uint32_t value, uint32_t lanes)
{
    uint32_t first = CORE_IRQ0 + (addr - NVIC_IPR);
    for (unsigned k = 0; k < 4; k++) {
        if ((lanes >> 8 * k & 0xFF) != 0 && first + k < CORE_IRQ0 + c->config.irqs) {
            c->st.priority[first + k] = (uint8_t)(value >> 8 * k & 0xF0);
        }
    }
}

bool nvic_write(struct core *c, uint32_t addr, uint32_t value, uint32_t lanes)
{
    unsigned n = addr % 0x80 / 4;
    if (addr < NVIC_ISER || addr >= NVIC_END) {
        return false;
    }
    switch (addr & ~0x7Fu) {
    case NVIC_ISER: for_each_irq(c, n, value & lanes, enable); break;
    case NVIC_ICER: for_each_irq(c, n, value & lanes, disable); break;
    case NVIC_ISPR: for_each_irq(c, n, value & lanes, core_pend); break;
    case NVIC_ICPR: for_each_irq(c, n, value & lanes, core_unpend); break;
    default:
        if (addr >= NVIC_IPR) {
            set_priorities(c, addr, value, lanes);
        }
        break;
    }
    core_nvic_update(c);
    return true;
}
