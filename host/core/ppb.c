/* ppb.c - the private peripheral bus: which register, and how wide.
 *
 * SPDX-License-Identifier: MIT
 */
#include "core/core_priv.h"

#define SYST_CSR       0xE000E010u
#define TICK_COUNTFLAG 0x00010000u

static bool register_read(const struct core *c, uint32_t addr, uint32_t *value)
{
    return mpu_read(c, addr, value) || nvic_read(c, addr, value) ||
           scb_read(c, addr, value) || timing_read(c, addr, value);
}

/* Registers whose bytes can be stored apart: priorities, CFSR, and RASR as ARM's
 * own example does (B3.5.9); and what is traced. */
static bool takes_bytes(uint32_t addr)
{
    bool priorities = (addr >= 0xE000E400u && addr < 0xE000E4F0u) ||
                      (addr >= 0xE000ED18u && addr < 0xE000ED24u);
    bool rasr = addr >= 0xE000EDA0u && addr < 0xE000EDBCu && (addr & 4) == 0;
    return priorities || rasr || addr == 0xE000ED28u || addr < 0xE0001000u;
}

bool core_ppb_read(struct core *c, uint32_t addr, unsigned width, uint32_t *value)
{
    uint32_t word = 0;
    systick_catch_up(c);
    if (!register_read(c, addr & ~3u, &word)) {
        return false;
    }
    *value = word >> addr % 4 * 8;
    if (width < 4) {
        *value &= (1u << 8 * width) - 1;
    }
    if ((addr & ~3u) == SYST_CSR) {
        c->st.tick.ctrl &= ~TICK_COUNTFLAG; /* by the read, B3.3.3 */
    }
    return true;
}

static bool register_write(struct core *c, uint32_t addr, uint32_t value, uint32_t lanes)
{
    uint32_t old = 0;
    if (mpu_read(c, addr, &old)) {
        return mpu_write(c, addr, (old & ~lanes) | (value & lanes));
    }
    return nvic_write(c, addr, value, lanes) || scb_write(c, addr, value, lanes) ||
           timing_write(c, addr, value);
}

bool core_ppb_write(struct core *c, uint32_t addr, unsigned width, uint32_t value)
{
    uint32_t word = addr & ~3u;
    uint32_t old = 0;
    unsigned shift = addr % 4 * 8;
    uint32_t lanes = width == 4 ? 0xFFFFFFFFu : ((1u << 8 * width) - 1) << shift;
    if (!register_read(c, word, &old)) {
        return false;
    }
    if (width != 4 && !takes_bytes(word)) {
        core_unmodelled_stop(c, "a store of %u bytes to 0x%08X, a register of words",
                width, (unsigned)addr);
        return true;
    }
    struct core_says says = {.kind = CORE_SAYS_PPB,
            .addr = addr,
            .value = value,
            .width = width,
            .access = CORE_STORE};
    core_tell(c, &says);
    register_write(c, word, value << shift, lanes);
    return true;
}

uint32_t core_ppb(const struct core *c, uint32_t addr)
{
    uint32_t value = 0;
    register_read(c, addr & ~3u, &value);
    return value;
}

void core_ppb_set(struct core *c, uint32_t addr, uint32_t value)
{
    register_write(c, addr & ~3u, value, 0xFFFFFFFFu);
}
