/* rule_clock.c - wait states: the flash is slower than the processor, and how
 * much is for software to say (RM0090 3.5.1, table 10; RM0383 3.4.1).
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum { MHZ = 1000000, LATENCY = 15 };

/* How many a frequency takes at 2.7 V and more, which is the fewest; with less
 * supply it may be more. The slower lines reach a little further with one. */
static uint32_t needed(const struct verdict *v, uint32_t hz)
{
    enum { SLOW_LINES = 100, LIMITS = 5 };
    static const uint8_t limits[2][LIMITS] = {
            {30, 60, 90, 120, 150}, {30, 64, 90, 120, 150}};
    const uint8_t *limit = limits[silicon_part(v->s)->max_mhz == SLOW_LINES];
    uint32_t n = 0;
    while (n < LIMITS && hz > (uint32_t)limit[n] * MHZ) {
        n++;
    }
    return n;
}

static void look(struct verdict *v, uint32_t hz, const struct spot *spot)
{
    uint32_t set = silicon_reg(v->s, SILICON_ACR) & LATENCY;
    uint32_t enough = needed(v, hz);
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
            ": what is read or fetched from flash may be garbage (here it is not)",
            (double)hz / MHZ, set, enough);
    it->f.fix = verdict_say(v,
            "Set FLASH_ACR.LATENCY to %" PRIu32
            ", and read it back, before HCLK is raised; lower it only after HCLK",
            enough);
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
