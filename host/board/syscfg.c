/* syscfg.c - the system configuration controller (RM0090 chapter 9): what is
 * at address 0, which pins EXTI listens to; and the debug unit's registers
 * (38.16, DBGMCU).
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

/* 9.2, 9.3 */
enum { MEMRMP = 0x00, PMC = 0x04, EXTICR1 = 0x08, EXTICR4 = 0x14, CMPCR = 0x20 };

#define MEMRMP_ADDR 0x40013800u
#define MEM_MODE    0x00000007u
#define FB_MODE     0x00000100u
#define CMP_PD      0x00000001u
#define CMP_READY   0x00000100u

enum { MODE_ARRAY = 0 };

unsigned bd_syscfg_port(const struct board *b, unsigned pin)
{
    return b->st.syscfg.exticr[pin / 4] >> pin % 4 * 4 & 15u;
}

static uint32_t syscfg_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    const struct bd_syscfg_state *s = &b->st.syscfg;
    switch (off) {
    case MEMRMP: return s->memrmp | (silicon_swapped(b->silicon) ? FB_MODE : 0);
    case PMC: return s->pmc;
    case CMPCR: return s->cmpcr | ((s->cmpcr & CMP_PD) != 0 ? CMP_READY : 0);
    default: return off >= EXTICR1 && off <= EXTICR4 ? s->exticr[(off - EXTICR1) / 4] : 0;
    }
}

static void remap(struct board *b, uint32_t value)
{
    uint32_t before = syscfg_read(b, 0, MEMRMP, true);
    b->st.syscfg.memrmp = value & MEM_MODE;
    silicon_alias(b->silicon, (value & MEM_MODE) == MODE_ARRAY);
    silicon_swap(b->silicon, (value & FB_MODE) != 0);
    uint32_t after = syscfg_read(b, 0, MEMRMP, true);
    if (before == after) {
        return;
    }
    core_revoke(b->core, 0, 0);
    core_art_reset(b->core); /* its lines are named by address */
    bd_say(b, (struct board_event){
                      .kind = BOARD_EV_REMAP, .addr = MEMRMP_ADDR, .value = after});
}

static void syscfg_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    struct bd_syscfg_state *s = &b->st.syscfg;
    switch (off) {
    case MEMRMP: remap(b, value); break;
    case PMC: s->pmc = value; break;
    case CMPCR: s->cmpcr = value & CMP_PD; break;
    default:
        if (off >= EXTICR1 && off <= EXTICR4) {
            s->exticr[(off - EXTICR1) / 4] = value & 0xFFFFu;
        }
        break;
    }
}

static void syscfg_reset(struct board *b, unsigned unit)
{
    (void)unit;
    bool flash = (b->st.syscfg.memrmp & MEM_MODE) == MODE_ARRAY;
    memset(&b->st.syscfg, 0, sizeof(b->st.syscfg));
    if (!flash) {
        silicon_alias(b->silicon, true);
        core_revoke(b->core, 0, 0);
    }
}

const struct bd_kind bd_syscfg = {
        .reset = syscfg_reset, .read = syscfg_read, .write = syscfg_write};

/* ---- DBGMCU ---------------------------------------------------------------------- */

/* 38.6.1. Revisions where silicon's conditions name none: late ones; before
 * 0x2001 the F42x corrupts reads (PA12, ES0206). Revision A of the F405 line
 * gives the F2's device number (ES0182). */
static uint32_t idcode(struct board *b)
{
    enum { F405 = 0x413, F427 = 0x419, F2 = 0x411, REV_A = 0x1000 };
    uint32_t dev = b->config.part->dev_id;
    uint32_t rev = silicon_conditions(b->silicon)->rev_id;
    if (dev == F405 && rev == REV_A) {
        dev = F2;
    }
    if (rev == 0) {
        const uint32_t f405_late = 0x100F;
        const uint32_t f427_late = 0x2003;
        rev = dev == F405 ? f405_late : REV_A;
        rev = dev == F427 ? f427_late : rev;
    }
    return rev << 16 | dev;
}

static uint32_t dbgmcu_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    uint32_t i = off / 4;
    return i == 0 ? idcode(b) : i < 4 ? b->st.dbgmcu[i] : 0;
}

static void dbgmcu_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    if (off != 0 && off / 4 < 4) {
        b->st.dbgmcu[off / 4] =
                value; /* no debugger halts this chip: they act on nothing */
    }
}

static void dbgmcu_reset(struct board *b, unsigned unit)
{
    (void)b; /* 38.16.3: a power-on reset only, see board_power_cycle */
    (void)unit;
}

const struct bd_kind bd_dbgmcu = {
        .reset = dbgmcu_reset, .read = dbgmcu_read, .write = dbgmcu_write};
