/* iwdg.c - the independent watchdog (RM0090 chapter 21): once started only a
 * reset stops it, and no stall of the bus.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

/* 21.4.1 to 21.4.4 */
enum { KR = 0x00, PR = 0x04, RLR = 0x08, SR = 0x0C };
enum { KEY_OPEN = 0x5555, KEY_RELOAD = 0xAAAA, KEY_START = 0xCCCC };
enum { IWDG = 0, STARTED = 0, FED = 1, BIT = 2 };

#define RLR_MASK 0x00000FFFu
#define SR_BUSY  0x00000003u /* PVU, RVU: five LSI cycles at most (21.4.4) */

enum { BUSY_CYCLES = 5 };

/* Table 107: (RLR + 1) steps of LSI / 4 .. LSI / 256. */
static uint64_t period_ns(const struct board *b)
{
    const struct bd_iwdg_state *w = &b->st.iwdg;
    unsigned shift = 2 + (w->pr > 6 ? 6 : w->pr);
    return bd_ticks_ns((uint64_t)(w->rlr + 1) << shift, bd_rcc_lsi_hz(b));
}

static void tell(struct board *b, uint32_t what)
{
    bd_say(b, (struct board_event){.kind = BOARD_EV_DOG,
                      .n = IWDG,
                      .value = what,
                      .duration_ns = what == BIT ? 0 : period_ns(b)});
}

static void reload(struct board *b)
{
    struct bd_iwdg_state *w = &b->st.iwdg;
    w->from_ns = bd_now(b);
    if (w->on) {
        bd_due(b, BD_SLOT_IWDG, w->from_ns + period_ns(b));
    }
}

static void start(struct board *b)
{
    if (b->st.iwdg.on) {
        return;
    }
    b->st.iwdg.on = true;
    bd_rcc_lsi_on(b); /* 21.3 */
    reload(b);
    tell(b, STARTED);
}

void bd_iwdg_due(struct board *b, unsigned unit)
{
    (void)unit;
    tell(b, BIT);
    bd_reset_now(b, BOARD_RESET_IWDG);
}

static uint32_t iwdg_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    const struct bd_iwdg_state *w = &b->st.iwdg;
    switch (off) {
    case PR: return w->pr;
    case RLR: return w->rlr;
    case SR: return bd_now(b) < w->busy_ns ? SR_BUSY : 0;
    case KR:
    default: return 0;
    }
}

static void write_key(struct board *b, uint32_t key)
{
    struct bd_iwdg_state *w = &b->st.iwdg;
    w->open = key == KEY_OPEN; /* any other key locks PR and RLR, 21.3.2 */
    if (key == KEY_START) {
        start(b);
    } else if (key == KEY_RELOAD) {
        reload(b);
        if (w->on) {
            tell(b, FED);
        }
    }
}

static void iwdg_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    struct bd_iwdg_state *w = &b->st.iwdg;
    if (off == KR) {
        write_key(b, value & 0xFFFFu);
    } else if (w->open && (off == PR || off == RLR)) {
        if (off == PR) {
            w->pr = value & 7u;
        } else {
            w->rlr = value & RLR_MASK;
        }
        w->busy_ns = bd_now(b) + bd_ticks_ns(BUSY_CYCLES, bd_rcc_lsi_hz(b));
    }
}

static void iwdg_reset(struct board *b, unsigned unit)
{
    (void)unit;
    b->st.iwdg = (struct bd_iwdg_state){.rlr = RLR_MASK};
    bd_due(b, BD_SLOT_IWDG, BD_NEVER);
    if (bd_flash_starts_dog(b)) {
        start(b);
    }
}

const struct bd_kind bd_iwdg = {
        .reset = iwdg_reset, .read = iwdg_read, .write = iwdg_write};
