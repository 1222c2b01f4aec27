/* wwdg.c - the window watchdog (RM0090 chapter 22): bites when it is fed too
 * late and when it is fed too early.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

/* 22.6.1 to 22.6.3 */
enum { CR = 0x00, CFR = 0x04, SR = 0x08 };

#define CR_WDGA 0x00000080u
#define CR_T    0x0000007Fu
#define CFR_W   0x0000007Fu
#define CFR_EWI 0x00000200u
#define SR_EWIF 0x00000001u

enum { WWDG = 1, STARTED = 0, FED = 1, BIT = 2 };
enum { IRQ = 0, STEP = 4096, LAST = 0x40 }; /* below LAST, T6 is clear */

/* PCLK1 cycles of one count, 22.4. */
static uint64_t count_cycles(const struct board *b)
{
    return (uint64_t)STEP << (b->st.wwdg.cfr >> 7 & 3u);
}

static uint64_t counts_ns(const struct board *b, uint64_t counts)
{
    return bd_ticks_ns(counts * count_cycles(b), b->st.rcc.hz.pclk1);
}

static uint32_t counter(const struct board *b)
{
    const struct bd_wwdg_state *w = &b->st.wwdg;
    uint64_t ticks = bd_ticks(bd_now(b) - w->from_ns, b->st.rcc.hz.pclk1);
    return (uint32_t)((w->cr - ticks / count_cycles(b)) & CR_T);
}

static void update(struct board *b)
{
    const struct bd_wwdg_state *w = &b->st.wwdg;
    bd_line_set(b, IRQ, 0, (w->cfr & CFR_EWI) != 0 && (w->sr & SR_EWIF) != 0);
}

/* The next of: the counter reaches LAST (early wakeup), goes below it. */
static void plan(struct board *b)
{
    const struct bd_wwdg_state *w = &b->st.wwdg;
    uint64_t due = BD_NEVER;
    if ((w->cr & CR_WDGA) != 0) {
        uint32_t start = w->cr & CR_T;
        uint64_t wake = w->from_ns + counts_ns(b, start - LAST);
        uint64_t end = w->from_ns + counts_ns(b, start - LAST + 1u);
        due = wake >= bd_now(b) && (w->sr & SR_EWIF) == 0 ? wake : end;
    }
    bd_due(b, BD_SLOT_WWDG, due);
}

static void settle(struct board *b, unsigned unit)
{
    (void)unit;
    struct bd_wwdg_state *w = &b->st.wwdg;
    w->cr = (w->cr & ~CR_T) | counter(b); /* part of a count is forgotten */
    w->from_ns = bd_now(b);
}

static void bite(struct board *b)
{
    bd_say(b, (struct board_event){.kind = BOARD_EV_DOG, .n = WWDG, .value = BIT});
    bd_reset_now(b, BOARD_RESET_WWDG);
}

void bd_wwdg_due(struct board *b, unsigned unit)
{
    (void)unit;
    if (counter(b) < LAST) {
        bite(b);
        return;
    }
    b->st.wwdg.sr |= SR_EWIF;
    update(b);
    plan(b);
}

static uint32_t wwdg_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    const struct bd_wwdg_state *w = &b->st.wwdg;
    switch (off) {
    case CR: return (w->cr & CR_WDGA) | counter(b);
    case CFR: return w->cfr;
    case SR: return w->sr;
    default: return 0;
    }
}

/* 22.3: WDGA cannot be cleared; a counter written below LAST, or above the
 * window, is a reset. */
static void write_cr(struct board *b, uint32_t value)
{
    struct bd_wwdg_state *w = &b->st.wwdg;
    bool was_on = (w->cr & CR_WDGA) != 0;
    bool early = was_on && counter(b) > (w->cfr & CFR_W);
    w->cr = (value & (CR_WDGA | CR_T)) | (w->cr & CR_WDGA);
    w->from_ns = bd_now(b);
    if ((w->cr & CR_WDGA) == 0) {
        return;
    }
    if (early || (w->cr & CR_T) < LAST) {
        bite(b);
        return;
    }
    plan(b);
    bd_say(b, (struct board_event){.kind = BOARD_EV_DOG,
                      .n = WWDG,
                      .value = was_on ? FED : STARTED,
                      .duration_ns = counts_ns(b, (w->cr & CR_T) - LAST + 1u)});
}

static void wwdg_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    struct bd_wwdg_state *w = &b->st.wwdg;
    if (off == CR) {
        write_cr(b, value);
    } else if (off == CFR) {
        settle(b, unit);
        w->cfr = (value & 0x3FFu) | (w->cfr & CFR_EWI); /* EWI is set only, 22.6.2 */
        plan(b);
    } else if (off == SR) {
        w->sr &= value;
    }
    update(b);
}

static void replan(struct board *b, unsigned unit)
{
    (void)unit;
    plan(b);
}

static void wwdg_reset(struct board *b, unsigned unit)
{
    (void)unit;
    b->st.wwdg = (struct bd_wwdg_state){.cr = CR_T, .cfr = CFR_W, .from_ns = bd_now(b)};
    plan(b);
    update(b);
}

const struct bd_kind bd_wwdg = {.reset = wwdg_reset,
        .read = wwdg_read,
        .write = wwdg_write,
        .settle = settle,
        .plan = replan};

bool bd_dog_on(const struct board *b)
{
    return b->st.iwdg.on || (b->st.wwdg.cr & CR_WDGA) != 0;
}
