/* rule_clock.c - wait states: the flash is slower than the processor, and how
 * much is for software to say, and depends on
 * the supply (RM0090 3.5.1, tables 11 and 12; RM0383 3.4.1; RM0390 3.4.1).
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum { MHZ = 1000000, LATENCY = 15, DEFAULT_MV = 3300, SLOW_LINES = 100 };

/* Supply from so many mV on, and MHz that each wait state more allows: on lines of up
 * to 100 MHz, on faster ones. */
static const struct {
    uint16_t mv;
    uint8_t slow, fast;
} ranges[] = {{2700, 30, 30}, {2400, 24, 24}, {2100, 18, 22}, {0, 16, 20}};

/* How many a frequency takes. At 2.7 V and more the lines of 100 MHz reach a little
 * further with one. */
static uint32_t needed(const struct verdict *v, uint32_t hz, uint32_t mv)
{
    uint32_t max_mhz = silicon_part(v->s)->max_mhz;
    unsigned i = 0;
    while (mv < ranges[i].mv) {
        i++;
    }
    uint32_t step = (max_mhz <= SLOW_LINES ? ranges[i].slow : ranges[i].fast) * MHZ;
    uint32_t n = hz == 0 ? 0 : (hz - 1) / step;
    return n == 2 && i == 0 && max_mhz == SLOW_LINES && hz <= 64 * MHZ ? 1 : n;
}

static const char *fix(struct verdict *v, uint32_t enough)
{
    unsigned most = (1u << silicon_part(v->s)->latency_bits) - 1;
    if (enough > most) {
        return verdict_say(v,
                "Lower HCLK: at this supply even %u wait states, the most there are, do "
                "not suffice",
                most);
    }
    return verdict_say(v,
            "Set FLASH_ACR.LATENCY to %" PRIu32
            ", and read it back, before HCLK is raised; lower it only after HCLK",
            enough);
}

static void look(struct verdict *v, uint32_t hz, const struct spot *spot)
{
    uint32_t set = silicon_reg(v->s, SILICON_ACR) & LATENCY;
    uint32_t mv = silicon_conditions(v->s)->vdd_mv;
    mv = mv == 0 ? DEFAULT_MV : mv;
    uint32_t enough = needed(v, hz, mv);
    if (set >= enough || verdict_find(v, CODE_WAIT_STATES, 0) != NULL) {
        return;
    }
    bool fresh;
    struct item *it = verdict_sum(v, CODE_WAIT_STATES, 0, spot, &fresh);
    if (it == NULL) {
        return;
    }
    it->f.text = verdict_say(v,
            "HCLK is %.4g MHz and FLASH_ACR.LATENCY says %" PRIu32
            " wait states, where it takes %" PRIu32
            " at %.3g V: what is read or fetched from flash may be garbage (here it is "
            "not)",
            (double)hz / MHZ, set, enough, mv / 1000.0);
    it->f.fix = fix(v, enough);
    verdict_fact(it, "FLASH_ACR",
            verdict_say(v, "0x%08" PRIX32, silicon_reg(v->s, SILICON_ACR)));
}

void rule_clock(struct verdict *v, const struct board_event *ev)
{
    struct spot spot = verdict_spot(v, ev->pc);
    look(v, ev->value, &spot);
}

/* LATENCY may have been lowered since HCLK went up. */
void rule_clock_finish(struct verdict *v)
{
    look(v, board_hclk(v->b), NULL);
}
