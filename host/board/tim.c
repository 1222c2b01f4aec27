/* tim.c - timers as counters (RM0090 chapters 17 to 20): update and compare
 * flags, their interrupts, preload, one pulse, repetition.
 *
 * A timer goes round a cycle of places, one each tick of its prescaler:
 *
 *     up       CNT = place                       ARR + 1 places
 *     down     CNT = ARR - place                 ARR + 1 places
 *     centred  CNT = place, or 2 ARR - place     2 ARR places
 *
 * Nothing counts. From when it was last set (from_ns) and how many ticks have
 * been lived through since (seen) follow the flags that passed meanwhile and,
 * if an interrupt wants to know, when the next will. Outputs go nowhere; no
 * edge ever comes in, so external clocks and encoders stand still.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

/* 18.4.1 to 18.4.21 */
enum {
    CR1 = 0x00,
    SMCR = 0x08,
    DIER = 0x0C,
    SR = 0x10,
    EGR = 0x14,
    CCMR1 = 0x18,
    CCER = 0x20,
    CNT = 0x24,
    PSC = 0x28,
    ARR = 0x2C,
    RCR = 0x30,
    CCR1 = 0x34,
    END = 0x54
};

#define CR1_CEN  0x00000001u
#define CR1_UDIS 0x00000002u
#define CR1_URS  0x00000004u
#define CR1_OPM  0x00000008u
#define CR1_DIR  0x00000010u
#define CR1_CMS  0x00000060u
#define CR1_ARPE 0x00000080u
#define SR_UIF   0x00000001u
#define EGR_UG   0x00000001u
#define DIER_DMA 0x00007F00u
#define CC_FLAGS 0x0000001Eu
#define NO_TICK  UINT64_MAX

/* What differs from timer to timer (RM0090 table 4 of the datasheets). */
static const struct make {
    uint8_t irq, cc_irq, channels;
    bool apb2, wide;
} makes[BD_TIMS] = {
        {25, 27, 4, true, false},
        {28, 28, 4, false, true},
        {29, 29, 4, false, false},
        {30, 30, 4, false, false},
        {50, 50, 4, false, true},
        {54, 54, 0, false, false},
        {55, 55, 0, false, false},
        {44, 46, 4, true, false},
        {24, 24, 2, true, false},
        {25, 25, 1, true, false},
        {26, 26, 1, true, false},
        {43, 43, 2, false, false},
        {44, 44, 1, false, false},
        {45, 45, 1, false, false},
};

static struct bd_tim_state *state(struct board *b, unsigned unit)
{
    return &b->st.tim[unit];
}

static uint32_t get(const struct bd_tim_state *t, uint32_t off)
{
    return t->reg[off / 4];
}

static uint32_t widest(unsigned unit)
{
    return makes[unit].wide ? 0xFFFFFFFFu : 0xFFFFu;
}

static void update_lines(struct board *b, unsigned unit)
{
    enum { SOURCES = 8 };
    const struct make *make = &makes[unit];
    const struct bd_tim_state *t = state(b, unit);
    uint32_t up = get(t, SR) & get(t, DIER);
    bool update = (up & SR_UIF) != 0;
    bool compare = (up & CC_FLAGS) != 0;
    if (make->irq == make->cc_irq) {
        bd_line_set(b, make->irq, unit % SOURCES, update || compare);
    } else {
        bd_line_set(b, make->irq, unit % SOURCES, update);
        bd_line_set(b, make->cc_irq, unit % SOURCES, compare);
    }
}

static void raise(struct board *b, unsigned unit, uint32_t flag)
{
    struct bd_tim_state *t = state(b, unit);
    const struct make *make = &makes[unit];
    if ((get(t, SR) & get(t, DIER) & flag) != 0) {
        bd_again(b, flag == SR_UIF ? make->irq : make->cc_irq);
    }
    t->reg[SR / 4] |= flag;
}

/* ---- the cycle -------------------------------------------------------------------- */

static bool centred(const struct bd_tim_state *t)
{
    return (get(t, CR1) & CR1_CMS) != 0;
}

static uint64_t places(const struct bd_tim_state *t)
{
    return centred(t) ? 2 * (uint64_t)t->arr : (uint64_t)t->arr + 1;
}

/* 18.4.3: encoders and external clocks get no edge. */
static bool counts(const struct bd_tim_state *t)
{
    enum { ENCODERS = 3, EXTERNAL = 7 };
    uint32_t sms = get(t, SMCR) & 7u;
    bool inside = sms == 0 || (sms > ENCODERS && sms < EXTERNAL);
    return (get(t, CR1) & CR1_CEN) != 0 && inside && t->arr != 0;
}

static uint32_t clock_hz(const struct board *b, unsigned unit)
{
    return makes[unit].apb2 ? b->st.rcc.hz.tim2 : b->st.rcc.hz.tim1;
}

static uint64_t ticks_now(const struct board *b, unsigned unit)
{
    const struct bd_tim_state *t = &b->st.tim[unit];
    uint64_t now = bd_now(b);
    if (!counts(t) || now < t->from_ns) {
        return 0;
    }
    return bd_ticks(now - t->from_ns, clock_hz(b, unit)) / ((uint64_t)t->psc + 1);
}

static uint64_t tick_ns(const struct board *b, unsigned unit, uint64_t tick)
{
    const struct bd_tim_state *t = &b->st.tim[unit];
    return t->from_ns + bd_ticks_ns(tick * ((uint64_t)t->psc + 1), clock_hz(b, unit));
}

/* The first tick after those seen at which the timer is at this place. */
static uint64_t next_at(const struct bd_tim_state *t, uint64_t place)
{
    uint64_t n = places(t);
    if (n == 0 || place >= n) {
        return NO_TICK;
    }
    uint64_t here = (t->from + t->seen + 1) % n;
    return t->seen + 1 + (place + n - here) % n;
}

/* Where a round ends: at 0, and centred at ARR too. */
static uint64_t next_round(const struct bd_tim_state *t)
{
    uint64_t bottom = next_at(t, 0);
    uint64_t top = centred(t) ? next_at(t, t->arr) : NO_TICK;
    return top < bottom ? top : bottom;
}

static uint64_t rounds_until(const struct bd_tim_state *t, uint64_t tick)
{
    uint64_t first = next_round(t);
    uint64_t each = centred(t) ? t->arr : places(t);
    return tick < first ? 0 : 1 + (tick - first) / each;
}

/* 18.4.1, CMS: which way it must be going for a compare flag. */
static uint64_t next_compare(const struct bd_tim_state *t, unsigned channel)
{
    uint32_t ccmr = get(t, CCMR1 + channel / 2 * 4) >> channel % 2 * 8;
    uint32_t ccr = get(t, CCR1 + channel * 4);
    if ((ccmr & 3u) != 0 || ccr > t->arr) {
        return NO_TICK; /* an input, or never reached */
    }
    if (!centred(t)) {
        return next_at(t, (get(t, CR1) & CR1_DIR) != 0 ? t->arr - ccr : ccr);
    }
    uint32_t cms = get(t, CR1) >> 5 & 3u;
    uint64_t going_up = (cms & 2u) != 0 ? next_at(t, ccr) : NO_TICK;
    uint64_t going_down =
            (cms & 1u) != 0 ? next_at(t, (places(t) - ccr) % places(t)) : NO_TICK;
    return going_up < going_down ? going_up : going_down;
}

static uint32_t count(const struct bd_tim_state *t)
{
    uint64_t n = places(t);
    uint32_t place = n == 0 ? 0 : (uint32_t)((t->from + t->seen) % n);
    if (centred(t)) {
        return place <= t->arr ? place : 2 * t->arr - place;
    }
    return (get(t, CR1) & CR1_DIR) != 0 ? t->arr - place : place;
}

/* ---- time passes ---------------------------------------------------------------------- */

/* Start anew from here: the place is the same, the ticks begin at 0. */
static void anchor(struct bd_tim_state *t, uint64_t ns)
{
    uint64_t n = places(t);
    t->from = n == 0 ? 0 : (uint32_t)((t->from + t->seen) % n);
    t->from_ns = ns;
    t->seen = 0;
}

static bool preloads(const struct bd_tim_state *t)
{
    bool arr = (get(t, CR1) & CR1_ARPE) != 0 && t->arr != get(t, ARR);
    return arr || t->psc != get(t, PSC);
}

static void load(struct bd_tim_state *t)
{
    t->psc = get(t, PSC);
    t->arr = get(t, ARR);
    t->rep = get(t, RCR) & 0xFFu;
}

static void pass_compares(struct board *b, unsigned unit, uint64_t tick)
{
    struct bd_tim_state *t = state(b, unit);
    for (unsigned i = 0; i < makes[unit].channels; i++) {
        if (next_compare(t, i) <= tick) {
            raise(b, unit, 2u << i);
        }
    }
}

/* Some rounds ended; an update comes after every RCR + 1 of them. */
static bool pass_rounds(struct board *b, unsigned unit, uint64_t rounds)
{
    struct bd_tim_state *t = state(b, unit);
    if (rounds <= t->rep) {
        t->rep -= (uint32_t)rounds;
        return false;
    }
    uint64_t each = (get(t, RCR) & 0xFFu) + 1u;
    uint64_t over = (rounds - t->rep - 1) % each;
    t->rep = (uint32_t)(each - 1 - over);
    if ((get(t, CR1) & CR1_UDIS) != 0) {
        return false;
    }
    raise(b, unit, SR_UIF);
    return true;
}

/* Live up to this tick, in which at most the last may be an update that
 * changes how it goes on. */
static void live(struct board *b, unsigned unit, uint64_t tick)
{
    struct bd_tim_state *t = state(b, unit);
    uint64_t rounds = rounds_until(t, tick);
    pass_compares(b, unit, tick);
    uint64_t end_ns = tick_ns(b, unit, tick);
    t->seen = tick;
    if (rounds == 0 || !pass_rounds(b, unit, rounds)) {
        return;
    }
    if (preloads(t)) {
        anchor(t, end_ns);
        load(t);
    }
    if ((get(t, CR1) & CR1_OPM) != 0) {
        t->reg[CR1 / 4] &= ~CR1_CEN;
        anchor(t, end_ns);
    }
}

static void catch_up(struct board *b, unsigned unit)
{
    struct bd_tim_state *t = state(b, unit);
    uint64_t now = ticks_now(b, unit);
    while (counts(t) && t->seen < now) {
        bool changes = preloads(t) || (get(t, CR1) & CR1_OPM) != 0;
        uint64_t round = next_round(t);
        live(b, unit, changes && round < now ? round : now);
        now = ticks_now(b, unit);
    }
    update_lines(b, unit);
}

static void plan(struct board *b, unsigned unit)
{
    struct bd_tim_state *t = state(b, unit);
    uint64_t tick = NO_TICK;
    if (counts(t)) {
        bool update = (get(t, DIER) & SR_UIF) != 0 || preloads(t) ||
                      (get(t, CR1) & CR1_OPM) != 0;
        tick = update ? next_round(t) : NO_TICK;
        for (unsigned i = 0; i < makes[unit].channels; i++) {
            if ((get(t, DIER) >> (i + 1) & 1u) != 0) {
                uint64_t at = next_compare(t, i);
                tick = at < tick ? at : tick;
            }
        }
    }
    bd_due(b, BD_SLOT_TIM + unit, tick == NO_TICK ? BD_NEVER : tick_ns(b, unit, tick));
}

void bd_tim_due(struct board *b, unsigned unit)
{
    catch_up(b, unit);
    plan(b, unit);
}

static void settle(struct board *b, unsigned unit)
{
    struct bd_tim_state *t = state(b, unit);
    catch_up(b, unit);
    /* From the last whole tick on: the prescaler keeps its count. */
    anchor(t, counts(t) ? tick_ns(b, unit, t->seen) : bd_now(b));
}

/* ---- registers --------------------------------------------------------------------------- */

static uint32_t tim_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    struct bd_tim_state *t = state(b, unit);
    if (off >= END || off == EGR) {
        return 0;
    }
    if (!look) {
        catch_up(b, unit);
    }
    return off == CNT ? count(t) : get(t, off);
}

static void set_count(struct bd_tim_state *t, uint32_t value)
{
    uint32_t at = value > t->arr ? t->arr : value;
    t->from = !centred(t) && (get(t, CR1) & CR1_DIR) != 0 ? t->arr - at : at;
    t->seen = 0;
}

/* 18.3.2: an update by software starts the cycle over. */
static void generate(struct board *b, unsigned unit, uint32_t value)
{
    struct bd_tim_state *t = state(b, unit);
    if ((value & EGR_UG) != 0) {
        t->from = 0;
        t->seen = 0;
        t->from_ns = bd_now(b);
        if ((get(t, CR1) & CR1_UDIS) == 0) {
            load(t);
            if ((get(t, CR1) & CR1_URS) == 0) {
                raise(b, unit, SR_UIF);
            }
        }
    }
    for (unsigned i = 0; i < makes[unit].channels; i++) {
        if ((value >> (i + 1) & 1u) != 0) {
            raise(b, unit, 2u << i);
        }
    }
}

static void write_arr(struct bd_tim_state *t, uint32_t value)
{
    t->reg[ARR / 4] = value;
    if ((get(t, CR1) & CR1_ARPE) == 0) {
        uint32_t at = count(t);
        t->arr = value;
        set_count(t, at);
    }
}

/* Who sets one of these waits for what will not come. */
static void look_for_gaps(struct board *b, unsigned unit)
{
    enum { SELECT = 3, SLAVE_MODE = 7, CCER_STEP = 4, ENABLE = 1 };
    const struct bd_tim_state *t = state(b, unit);
    if ((get(t, DIER) & DIER_DMA) != 0) {
        bd_gap(b, BD_GAP_TIMER_DMA);
    }
    bool waits = (get(t, SMCR) & SLAVE_MODE) != 0;
    for (unsigned i = 0; i < makes[unit].channels; i++) {
        uint32_t mode = get(t, CCMR1 + i / 2 * 4) >> i % 2 * 8 & SELECT;
        bool enabled = (get(t, CCER) >> i * CCER_STEP & ENABLE) != 0;
        waits = waits || (mode != 0 && enabled);
    }
    if (waits) {
        bd_gap(b, BD_GAP_EDGES);
    }
}

static void tim_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    struct bd_tim_state *t = state(b, unit);
    if (off >= END) {
        return;
    }
    catch_up(b, unit);
    value &= off == CNT || off == ARR || off >= CCR1 ? widest(unit) : 0xFFFFu;
    switch (off) {
    case SR: t->reg[SR / 4] &= value; break;
    case EGR: generate(b, unit, value); break;
    case CNT:
        settle(b, unit);
        set_count(t, value);
        break;
    case ARR:
        settle(b, unit);
        write_arr(t, value);
        break;
    case CR1:
    case SMCR: {
        settle(b, unit);
        uint32_t at = count(t);
        t->reg[off / 4] = value;
        set_count(t, at);
        break;
    }
    default: t->reg[off / 4] = value; break;
    }
    look_for_gaps(b, unit);
    plan(b, unit);
    update_lines(b, unit);
}

static void tim_reset(struct board *b, unsigned unit)
{
    struct bd_tim_state *t = state(b, unit);
    memset(t, 0, sizeof(*t));
    t->reg[ARR / 4] = widest(unit);
    t->arr = widest(unit);
    plan(b, unit);
    update_lines(b, unit);
}

const struct bd_kind bd_tim = {.reset = tim_reset,
        .read = tim_read,
        .write = tim_write,
        .settle = settle,
        .plan = plan};
