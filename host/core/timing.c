/* timing.c - SysTick (B3.3), the cycle counter of the DWT (C1.8), and what there
 * is of tracing: nothing listens, so what is written to be traced is gone.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core_priv.h"

#define TICK_ENABLE    0x00000001u
#define TICK_INT       0x00000002u
#define TICK_CLKSOURCE 0x00000004u
#define TICK_COUNTFLAG 0x00010000u
#define TICK_MAX       0x00FFFFFFu
#define NEVER          UINT64_MAX

enum { SLOW_UNIT = 8 }; /* cycles of STM32's other clock, HCLK/8 (RM0090 6.2) */

/* ---- SysTick ------------------------------------------------------------------- */

static uint64_t unit(const struct systick *t)
{
    return (t->ctrl & TICK_CLKSOURCE) != 0 ? 1 : SLOW_UNIT;
}

static bool counts(const struct systick *t)
{
    return (t->ctrl & TICK_ENABLE) != 0 && t->zero != NEVER;
}

/* It stands at zero for one tick, and then at the reload value. */
static uint32_t tick_value(const struct core *c)
{
    const struct systick *t = &c->st.tick;
    if (!counts(t)) {
        return (t->ctrl & TICK_ENABLE) != 0 ? 0 : t->left;
    }
    uint64_t ticks = t->zero <= now(c) ? 0 : (t->zero - now(c) + unit(t) - 1) / unit(t);
    return ticks >= t->period ? 0 : (uint32_t)ticks;
}

static void reload(struct core *c, uint64_t from)
{
    struct systick *t = &c->st.tick;
    t->period = t->load + 1;
    t->zero = t->load == 0 ? NEVER : from + t->period * unit(t);
}

static void start(struct core *c)
{
    struct systick *t = &c->st.tick;
    if (t->left == 0) {
        reload(c, now(c));
    } else {
        t->period = TICK_MAX + 1;
        t->zero = now(c) + t->left * unit(t);
    }
    core_end_slice(c);
}

void systick_catch_up(struct core *c)
{
    struct systick *t = &c->st.tick;
    if (!counts(t) || now(c) < t->zero) {
        return;
    }
    uint64_t first = t->zero;
    uint64_t period = (t->load + (uint64_t)1) * unit(t);
    reload(c, first + (now(c) - first) / period * period);
    t->ctrl |= TICK_COUNTFLAG;
    if ((t->ctrl & TICK_INT) != 0 && !bit_get(c->st.pend, CORE_SYSTICK)) {
        core_pend(c, CORE_SYSTICK);
        c->st.since[CORE_SYSTICK] = first;
    }
}

bool systick_next(const struct core *c, uint64_t *cycle)
{
    *cycle = c->st.tick.zero;
    return counts(&c->st.tick);
}

static void write_ctrl(struct core *c, uint32_t value)
{
    struct systick *t = &c->st.tick;
    systick_catch_up(c);
    t->left = tick_value(c);
    t->ctrl = value & 7;
    if ((value & TICK_ENABLE) != 0) {
        start(c);
    }
}

/* Any value clears it, and the flag. */
static void write_value(struct core *c)
{
    struct systick *t = &c->st.tick;
    systick_catch_up(c);
    t->ctrl &= ~TICK_COUNTFLAG;
    t->left = 0;
    if ((t->ctrl & TICK_ENABLE) != 0) {
        start(c);
    }
}

/* A counter that stood because its reload value was 0 begins with the new one. */
static void write_load(struct core *c, uint32_t value)
{
    struct systick *t = &c->st.tick;
    systick_catch_up(c);
    t->load = value & TICK_MAX;
    if ((t->ctrl & TICK_ENABLE) != 0 && t->zero == NEVER) {
        start(c);
    }
}

/* ---- the cycle counter --------------------------------------------------------------- */

#define DWT_CYCCNTENA 0x00000001u
#define DWT_EVENTS    0x003F0000u /* counters that would be traced */
#define DWT_CTRL_RO   0x40000000u /* four comparators */

static bool cycles_counted(const struct core *c)
{
    return (c->st.scb.demcr & DEMCR_TRCENA) != 0 && (c->st.dwt.ctrl & DWT_CYCCNTENA) != 0;
}

static uint32_t cyccnt(const struct core *c)
{
    const struct dwt *d = &c->st.dwt;
    return cycles_counted(c) ? (uint32_t)(now(c) - d->since) : d->frozen;
}

static void set_cyccnt(struct core *c, uint32_t value)
{
    c->st.dwt.frozen = value;
    c->st.dwt.since = now(c) - value;
}

void timing_demcr(struct core *c, uint32_t value)
{
    uint32_t count = cyccnt(c);
    c->st.scb.demcr = value;
    set_cyccnt(c, count);
}

static void write_dwt_ctrl(struct core *c, uint32_t value)
{
    uint32_t count = cyccnt(c);
    c->st.dwt.ctrl = value & ~(DWT_EVENTS | 0xFF800000u);
    set_cyccnt(c, count);
    if ((value & DWT_EVENTS) != 0) {
        core_unmodelled_stop(
                c, "DWT_CTRL 0x%08X: only CYCCNT is modelled", (unsigned)value);
    }
}

/* ---- registers -------------------------------------------------------------------------- */

#define ITM_TER     0xE0000E00u
#define ITM_TPR     0xE0000E40u
#define ITM_TCR     0xE0000E80u
#define ITM_END     0xE0001000u
#define DWT_CTRL    0xE0001000u
#define DWT_CYCCNT  0xE0001004u
#define DWT_COMP0   0xE0001020u
#define DWT_END     0xE0002000u
#define FP_CTRL     0xE0002000u
#define FP_END      0xE0003000u
#define SYST_CSR    0xE000E010u
#define SYST_RVR    0xE000E014u
#define SYST_CVR    0xE000E018u
#define SYST_CALIB  0xE000E01Cu
#define TPIU_FIRST  0xE0040000u
#define TPIU_END    0xE0041000u
#define FP_CTRL_RO  0x00000260u /* six comparators for code, two for literals */
#define COMPARE_END 0xE0001060u

static uint32_t itm_value(const struct dwt *d, uint32_t addr)
{
    switch (addr) {
    case ITM_TER: return d->itm_ter;
    case ITM_TPR: return d->itm_tpr;
    case ITM_TCR: return d->itm_tcr;
    default: return addr < ITM_TER; /* a stimulus port has room */
    }
}

static uint32_t dwt_value(const struct core *c, uint32_t addr)
{
    const struct dwt *d = &c->st.dwt;
    if (addr == DWT_CTRL) {
        return d->ctrl | DWT_CTRL_RO;
    }
    if (addr == DWT_CYCCNT) {
        return cyccnt(c);
    }
    if (addr >= DWT_COMP0 && addr < COMPARE_END) {
        unsigned n = (addr - DWT_COMP0) / 0x10;
        return addr % 0x10 == 0 ? d->comp[n] : addr % 0x10 == 4 ? d->mask[n] : 0;
    }
    return 0;
}

bool timing_read(const struct core *c, uint32_t addr, uint32_t *value)
{
    switch (addr) {
    case SYST_CSR: *value = c->st.tick.ctrl; return true;
    case SYST_RVR: *value = c->st.tick.load; return true;
    case SYST_CVR: *value = tick_value(c); return true;
    case SYST_CALIB: *value = c->config.systick_calib; return true;
    case FP_CTRL: *value = FP_CTRL_RO; return true;
    default: break;
    }
    if (addr < ITM_END) {
        *value = itm_value(&c->st.dwt, addr);
    } else if (addr < DWT_END) {
        *value = dwt_value(c, addr);
    } else {
        *value = 0;
        return addr < FP_END || (addr >= TPIU_FIRST && addr < TPIU_END);
    }
    return true;
}

static void write_itm(struct dwt *d, uint32_t addr, uint32_t value)
{
    if (addr == ITM_TER) {
        d->itm_ter = value;
    } else if (addr == ITM_TPR) {
        d->itm_tpr = value & 15;
    } else if (addr == ITM_TCR) {
        d->itm_tcr = value & 0x007F0F1F;
    }
}

static void write_comparator(struct core *c, uint32_t addr, uint32_t value)
{
    unsigned n = (addr - DWT_COMP0) / 0x10;
    if (addr % 0x10 == 0) {
        c->st.dwt.comp[n] = value;
    } else if (addr % 0x10 == 4) {
        c->st.dwt.mask[n] = value & 31;
    } else if (value != 0) {
        core_unmodelled_stop(c, "DWT_FUNCTION%u 0x%08X: comparators are not modelled", n,
                (unsigned)value);
    }
}

static void write_dwt(struct core *c, uint32_t addr, uint32_t value)
{
    if (addr == DWT_CTRL) {
        write_dwt_ctrl(c, value);
    } else if (addr == DWT_CYCCNT) {
        set_cyccnt(c, value);
    } else if (addr >= DWT_COMP0 && addr < COMPARE_END) {
        write_comparator(c, addr, value);
    }
}

bool timing_write(struct core *c, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case SYST_CSR: write_ctrl(c, value); return true;
    case SYST_RVR: write_load(c, value); return true;
    case SYST_CVR: write_value(c); return true;
    case SYST_CALIB: return true;
    default: break;
    }
    if (addr < ITM_END) {
        write_itm(&c->st.dwt, addr, value);
    } else if (addr < DWT_END) {
        write_dwt(c, addr, value);
    } else if (addr == FP_CTRL && (value & 3) == 3) {
        core_unmodelled_stop(c, "FP_CTRL: breakpoints by the chip are not modelled");
    } else {
        return addr < FP_END || (addr >= TPIU_FIRST && addr < TPIU_END);
    }
    return true;
}
