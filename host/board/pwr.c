/* pwr.c - the power controller (RM0090 chapter 5): voltage scaling, over-drive,
 * the backup domain's lock and the supply's detector.
 *
 * Voltage scaling and over-drive change nothing but their ready flags here. Stop
 * and Standby are not modelled: run.c stops a program that enters them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

enum { CR = 0x00, CSR = 0x04 };

#define CR_CWUF     0x00000004u
#define CR_CSBF     0x00000008u
#define CR_PVDE     0x00000010u
#define CR_DBP      0x00000100u
#define CR_ODEN     0x00010000u
#define CR_ODSWEN   0x00020000u
#define CSR_PVDO    0x00000004u
#define CSR_BRR     0x00000008u
#define CSR_BRE     0x00000200u
#define CSR_VOSRDY  0x00004000u
#define CSR_ODRDY   0x00010000u
#define CSR_ODSWRDY 0x00020000u

enum { PVD_LINE = 16, DEFAULT_MV = 3300 };

bool bd_pwr_backup_open(const struct board *b)
{
    return (b->st.pwr.cr & CR_DBP) != 0;
}

/* 5.3.3 and DS8626, table 23: PVDO is set while VDD is below the threshold. */
static bool below_threshold(const struct bd_pwr_state *pwr)
{
    static const uint16_t mv[] = {2000, 2100, 2300, 2500, 2600, 2700, 2800, 2900};
    return (pwr->cr & CR_PVDE) != 0 && pwr->vdd_mv < mv[pwr->cr >> 5 & 7u];
}

static void watch_supply(struct board *b)
{
    struct bd_pwr_state *pwr = &b->st.pwr;
    bool was = (pwr->csr & CSR_PVDO) != 0;
    bool is = below_threshold(pwr);
    pwr->csr = is ? pwr->csr | CSR_PVDO : pwr->csr & ~CSR_PVDO;
    if (was != is) {
        bd_exti_edge(b, PVD_LINE, is);
    }
}

void bd_pwr_vdd(struct board *b, uint32_t mv)
{
    b->st.pwr.vdd_mv = mv;
    silicon_conditions(b->silicon)->vdd_mv = mv;
    watch_supply(b);
}

static uint32_t pwr_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    const struct bd_pwr_state *pwr = &b->st.pwr;
    if (off == CR) {
        return pwr->cr;
    }
    if (off != CSR) {
        return 0;
    }
    uint32_t value = pwr->csr | CSR_VOSRDY;
    value |= (pwr->cr & CR_ODEN) != 0 ? CSR_ODRDY : 0;
    value |= (pwr->cr & CR_ODSWEN) != 0 ? CSR_ODSWRDY : 0;
    return value | ((pwr->csr & CSR_BRE) != 0 ? CSR_BRR : 0);
}

static void pwr_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    const uint32_t kept = 0x00000300u; /* EWUP, BRE */
    struct bd_pwr_state *pwr = &b->st.pwr;
    if (off == CR) {
        pwr->cr = value & ~(CR_CWUF | CR_CSBF);
    } else if (off == CSR) {
        pwr->csr = (pwr->csr & CSR_PVDO) | (value & kept);
    }
    watch_supply(b);
}

static void pwr_reset(struct board *b, unsigned unit)
{
    (void)unit;
    uint32_t mv = b->st.pwr.vdd_mv;
    if (mv == 0) {
        mv = b->config.conditions.vdd_mv == 0 ? DEFAULT_MV : b->config.conditions.vdd_mv;
    }
    b->st.pwr = (struct bd_pwr_state){.cr = b->line->pwr_cr, .vdd_mv = mv};
}

const struct bd_kind bd_pwr = {.reset = pwr_reset, .read = pwr_read, .write = pwr_write};
