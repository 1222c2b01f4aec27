/* rcc.c - reset and clock control (RM0090 chapters 6 and 7, RM0390 chapter 6).
 *
 * Oscillators take their time to be ready, a change of SYSCLK waits for the
 * one it goes to, and everything that is timed by a clock is settled before it
 * changes and planned anew after. What the clocks of I2S, SAI, USB and the RTC
 * would be is not worked out: their registers keep what is written.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

/* Offsets of the registers, 7.3.1 to 7.3.24. */
enum {
    CR = 0x00,
    PLLCFGR = 0x04,
    CFGR = 0x08,
    AHB1RSTR = 0x10,
    APB2RSTR = 0x24,
    AHB1ENR = 0x30,
    BDCR = 0x70,
    CSR = 0x74,
    PLLI2SCFGR = 0x84,
    PLLSAICFGR = 0x88,
    DCKCFGR = 0x8C,
    END = 0x98
};

#define CFGR_SW     0x00000003u
#define CFGR_SWS    0x0000000Cu
#define BDCR_BDRST  0x00010000u
#define CSR_RMVF    0x01000000u
#define CSR_CAUSES  0xFE000000u
#define CSR_BOR     0x02000000u
#define CSR_PIN     0x04000000u
#define CSR_POR     0x08000000u
#define CSR_SFT     0x10000000u
#define CSR_IWDG    0x20000000u
#define CSR_WWDG    0x40000000u
#define CSR_LPWR    0x80000000u
#define PLL_SRC_HSE 0x00400000u
#define TIMPRE      0x01000000u

#define HSI_HZ         16000000u
#define HSE_DEFAULT_HZ 8000000u
#define LSI_DEFAULT_HZ 32000u

enum { FROM_HSI, FROM_HSE, FROM_PLL, FROM_PLLR };

/* Where an oscillator is turned on and shows that it is ready, and how long
 * that takes: typical times of DS8626, tables 31 to 38. */
static const struct osc {
    uint8_t reg, on, ready;
    uint32_t ns;
} oscs[BD_OSCS] = {
        [BD_HSI] = {CR, 0, 1, 2200},
        [BD_HSE] = {CR, 16, 17, 2000000},
        [BD_PLL] = {CR, 24, 25, 200000},
        [BD_PLLI2S] = {CR, 26, 27, 200000},
        [BD_PLLSAI] = {CR, 28, 29, 200000},
        [BD_LSE] = {BDCR, 0, 1, 2000000000},
        [BD_LSI] = {CSR, 0, 1, 15000},
};

static uint32_t *reg(struct board *b, uint32_t off)
{
    return &b->st.rcc.reg[off / 4];
}

static uint32_t get(const struct board *b, uint32_t off)
{
    return b->st.rcc.reg[off / 4];
}

bool bd_rcc_gate(const struct board *b, struct bd_gate gate)
{
    return (get(b, gate.reg) >> gate.bit & 1u) != 0;
}

uint32_t bd_rcc_lsi_hz(const struct board *b)
{
    return b->config.lsi_hz == 0 ? LSI_DEFAULT_HZ : b->config.lsi_hz;
}

void bd_rcc_lsi_on(struct board *b)
{
    uint64_t *ready = &b->st.rcc.ready[BD_LSI];
    *ready = *ready == BD_NEVER ? bd_now(b) + oscs[BD_LSI].ns : *ready;
}

/* ---- the clock tree, 7.2 ------------------------------------------------------------ */

static uint32_t hse_hz(const struct board *b)
{
    return b->config.hse_hz == 0 ? HSE_DEFAULT_HZ : b->config.hse_hz;
}

/* 7.3.2: VCO = input * N / M; SYSCLK = VCO / P, or R where there is one. */
static uint32_t pll_hz(const struct board *b, bool r_output)
{
    uint32_t cfg = get(b, PLLCFGR);
    uint32_t m = cfg & 0x3Fu;
    uint32_t n = cfg >> 6 & 0x1FFu;
    uint32_t p = ((cfg >> 16 & 3u) + 1) * 2;
    uint32_t r = cfg >> 28 & 7u;
    uint64_t source = (cfg & PLL_SRC_HSE) != 0 ? hse_hz(b) : HSI_HZ;
    uint32_t div = r_output ? r : p;
    return m == 0 || div == 0 ? 0 : (uint32_t)(source * n / m / div);
}

static uint32_t sys_hz(const struct board *b)
{
    uint32_t hz = HSI_HZ;
    switch (b->st.rcc.sws) {
    case FROM_HSE: hz = hse_hz(b); break;
    case FROM_PLL: hz = pll_hz(b, false); break;
    case FROM_PLLR: hz = pll_hz(b, true); break;
    case FROM_HSI:
    default: break;
    }
    return hz == 0 ? HSI_HZ : hz;
}

static unsigned apb_shift(uint32_t code)
{
    return code < 4 ? 0 : code - 3; /* 0xx: 1, 100: 2 .. 111: 16 */
}

static uint32_t timer_hz(const struct board *b, uint32_t hclk, unsigned shift)
{
    /* 7.2, clocks of timers: PCLK, or twice that where APB is divided; with
     * TIMPRE up to HCLK for a division by 4. */
    bool timpre = (get(b, DCKCFGR) & TIMPRE) != 0;
    unsigned most = timpre ? 2 : 1;
    return shift <= most ? hclk : hclk >> (shift - most);
}

static struct bd_clocks clocks(const struct board *b)
{
    static const uint8_t ahb_shift[] = {1, 2, 3, 4, 6, 7, 8, 9};
    uint32_t cfgr = get(b, CFGR);
    struct bd_clocks hz = {.sys = sys_hz(b)};
    uint32_t hpre = cfgr >> 4 & 15u;
    unsigned ppre1 = apb_shift(cfgr >> 10 & 7u);
    unsigned ppre2 = apb_shift(cfgr >> 13 & 7u);
    hz.hclk = hpre < 8 ? hz.sys : hz.sys >> ahb_shift[hpre - 8];
    hz.pclk1 = hz.hclk >> ppre1;
    hz.pclk2 = hz.hclk >> ppre2;
    hz.tim1 = timer_hz(b, hz.hclk, ppre1);
    hz.tim2 = timer_hz(b, hz.hclk, ppre2);
    return hz;
}

static void apply(struct board *b)
{
    struct bd_clocks hz = clocks(b);
    struct bd_clocks *now = &b->st.rcc.hz;
    if (memcmp(&hz, now, sizeof(hz)) == 0) {
        return;
    }
    bool other = hz.hclk != now->hclk;
    bd_devices_settle(b);
    if (other) {
        bd_rebase(b, hz.hclk);
        silicon_conditions(b->silicon)->hclk_hz = hz.hclk;
    }
    *now = hz;
    bd_devices_plan(b);
    if (other) {
        core_shorten(b->core, b->st.next_cycle);
        bd_say(b, (struct board_event){.kind = BOARD_EV_CLOCK, .value = hz.hclk});
    }
}

/* Is SYSCLK's next source ready, or when will it be? */
static uint64_t source_ready(const struct board *b, uint32_t sw)
{
    static const enum bd_osc sources[] = {BD_HSI, BD_HSE, BD_PLL, BD_PLL};
    return sw == FROM_PLLR && !b->line->pllr ? BD_NEVER : b->st.rcc.ready[sources[sw]];
}

static void follow_switch(struct board *b)
{
    struct bd_rcc_state *rcc = &b->st.rcc;
    uint32_t sw = get(b, CFGR) & CFGR_SW;
    uint64_t ready = source_ready(b, sw);
    bd_due(b, BD_SLOT_RCC, BD_NEVER);
    if (ready <= bd_now(b)) {
        rcc->sws = sw;
    } else {
        bd_due(b, BD_SLOT_RCC, ready);
    }
    apply(b);
}

void bd_rcc_due(struct board *b, unsigned unit)
{
    (void)unit;
    follow_switch(b);
}

/* ---- registers -------------------------------------------------------------------------- */

static void start_oscs(struct board *b)
{
    struct bd_rcc_state *rcc = &b->st.rcc;
    uint64_t now = bd_now(b);
    for (unsigned i = 0; i < BD_OSCS; i++) {
        bool on = (get(b, oscs[i].reg) >> oscs[i].on & 1u) != 0;
        bool forced =
                (i == BD_LSI && b->st.iwdg.on) || (i == BD_HSI && rcc->sws == FROM_HSI);
        if (!on && !forced) {
            rcc->ready[i] = BD_NEVER;
        } else if (rcc->ready[i] == BD_NEVER) {
            rcc->ready[i] = now + oscs[i].ns;
        }
    }
}

static uint32_t ready_bits(const struct board *b, uint32_t off)
{
    uint32_t bits = 0;
    uint64_t now = bd_now(b);
    for (unsigned i = 0; i < BD_OSCS; i++) {
        bool ready = oscs[i].reg == off && b->st.rcc.ready[i] <= now;
        bits |= ready ? 1u << oscs[i].ready : 0;
    }
    return bits;
}

static uint32_t rcc_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    if (off >= END) {
        return 0;
    }
    uint32_t value = get(b, off);
    switch (off) {
    case CR:
    case BDCR: return value | ready_bits(b, off);
    case CSR: return value | ready_bits(b, off) | b->st.rcc.causes;
    case CFGR: return (value & ~CFGR_SWS) | b->st.rcc.sws << 2;
    default: return value;
    }
}

/* A bit of a reset register resets whatever its twin in the enable register
 * clocks (7.3.5 and on). */
static void reset_devices(struct board *b, uint32_t off, uint32_t rising)
{
    for (size_t i = 0; i < bd_device_count; i++) {
        const struct bd_device *d = &bd_devices[i];
        bool named = d->gate.reg != 0 && d->gate.reg == off + AHB1ENR - AHB1RSTR &&
                     (rising >> d->gate.bit & 1u) != 0;
        if (named) {
            d->kind->reset(b, d->unit);
        }
    }
}

static void write_bdcr(struct board *b, uint32_t value)
{
    const uint32_t ready = 1u << oscs[BD_LSE].ready;
    if (!bd_pwr_backup_open(b)) {
        return; /* 7.3.20: under DBP's lock */
    }
    *reg(b, BDCR) = (value & BDCR_BDRST) != 0 ? BDCR_BDRST : value & ~ready;
    start_oscs(b);
}

static void write_csr(struct board *b, uint32_t value)
{
    *reg(b, CSR) = value & 1u;
    if ((value & CSR_RMVF) != 0) {
        b->st.rcc.causes = 0;
    }
    start_oscs(b);
}

static uint32_t read_only(uint32_t off)
{
    uint32_t bits = off == CFGR ? CFGR_SWS : 0;
    for (unsigned i = 0; i < BD_OSCS; i++) {
        bits |= oscs[i].reg == off ? 1u << oscs[i].ready : 0;
    }
    return bits;
}

static void rcc_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    if (off == BDCR) {
        write_bdcr(b, value);
    } else if (off == CSR) {
        write_csr(b, value);
    } else if (off < END) {
        uint32_t before = get(b, off);
        *reg(b, off) = value & ~read_only(off);
        if (off == CR) {
            start_oscs(b);
        }
        if (off >= AHB1RSTR && off <= APB2RSTR) {
            reset_devices(b, off, value & ~before);
        }
        follow_switch(b);
    }
}

static void rcc_reset(struct board *b, unsigned unit)
{
    (void)unit;
    struct bd_rcc_state *rcc = &b->st.rcc;
    uint32_t bdcr = get(b, BDCR); /* the backup domain's own, 7.1.3 */
    uint64_t lse = rcc->ready[BD_LSE];
    memset(rcc->reg, 0, sizeof(rcc->reg));
    *reg(b, CR) = 0x00000083u | 0x7A00u; /* with a factory's HSICAL */
    *reg(b, PLLCFGR) = 0x24003010u;
    *reg(b, AHB1ENR) = b->config.part->ccm_kib != 0 ? 0x00100000u : 0;
    *reg(b, PLLI2SCFGR) = 0x20003000u;
    *reg(b, PLLSAICFGR) = 0x24003000u;
    *reg(b, BDCR) = bdcr;
    rcc->sws = FROM_HSI;
    for (unsigned i = 0; i < BD_OSCS; i++) {
        rcc->ready[i] = BD_NEVER;
    }
    rcc->ready[BD_HSI] = 0;
    rcc->ready[BD_LSE] = lse;
    apply(b);
}

const struct bd_kind bd_rcc = {.reset = rcc_reset, .read = rcc_read, .write = rcc_write};

void bd_rcc_start(struct board *b)
{
    b->st.rcc.hz = (struct bd_clocks){HSI_HZ, HSI_HZ, HSI_HZ, HSI_HZ, HSI_HZ, HSI_HZ};
    b->st.rcc.ready[BD_LSE] = BD_NEVER;
}

/* 7.3.21. Whatever resets the chip from inside pulls NRST too. */
void bd_rcc_cause(struct board *b, enum board_reset why)
{
    static const uint32_t flags[] = {[BOARD_RESET_POWER] = CSR_POR | CSR_BOR,
            [BOARD_RESET_PIN] = 0,
            [BOARD_RESET_SOFTWARE] = CSR_SFT,
            [BOARD_RESET_IWDG] = CSR_IWDG,
            [BOARD_RESET_WWDG] = CSR_WWDG,
            [BOARD_RESET_LOW_POWER] = CSR_LPWR};
    struct bd_rcc_state *rcc = &b->st.rcc;
    if (why == BOARD_RESET_POWER) {
        rcc->causes = 0;
        if (!b->config.battery) {
            *reg(b, BDCR) = 0;
            rcc->ready[BD_LSE] = BD_NEVER;
        }
    }
    rcc->causes = (rcc->causes | flags[why] | CSR_PIN) & CSR_CAUSES;
}
