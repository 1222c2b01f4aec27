/* rtc.c - of the real-time clock (RM0090 chapter 26) the registers and their
 * locks, and the backup words. The calendar stands still.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

/* 26.6 */
enum {
    TR = 0x00,
    DR = 0x04,
    CR = 0x08,
    ISR = 0x0C,
    PRER = 0x10,
    WPR = 0x24,
    SSR = 0x28,
    TAFCR = 0x40,
    BKP0R = 0x50,
    END = 0xA0
};

#define CR_RINGS  0x00000700u /* ALRAE, ALRBE, WUTE */
#define ISR_READY 0x00000007u /* ALRAWF, ALRBWF, WUTWF: the alarms may be written */
#define ISR_RSF   0x00000020u
#define ISR_INITF 0x00000040u
#define ISR_INIT  0x00000080u

enum { KEY1 = 0xCA, KEY2 = 0x53 };
enum { LOCKED = 0, HALF = 1, OPEN = 2 }; /* kept where WPR, which reads 0, would be */

static uint32_t *reg(struct board *b, uint32_t off)
{
    return &b->st.rtc.reg[off / 4];
}

static uint32_t rtc_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    if (off >= END || off == WPR) {
        return 0;
    }
    if ((off == TR || off == SSR) && !look) {
        bd_gap(b, BD_GAP_CALENDAR);
    }
    uint32_t value = *reg(b, off);
    if (off == ISR) {
        value |= ISR_READY | ISR_RSF;
        value |= (value & ISR_INIT) != 0 ? ISR_INITF : 0;
    }
    return value;
}

static void write_key(struct board *b, uint32_t key)
{
    uint32_t *lock = reg(b, WPR);
    if (key == KEY2 && *lock == HALF) {
        *lock = OPEN;
    } else {
        *lock = key == KEY1 ? HALF : LOCKED;
    }
}

/* 26.3.5: DBP guards all; the keys guard all but a few, of which only the
 * tamper register and the backup words hold anything here. */
static void rtc_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    if (off >= END || !bd_pwr_backup_open(b)) {
        return;
    }
    if (off == WPR) {
        write_key(b, value & 0xFFu);
    } else if (off >= TAFCR || *reg(b, WPR) == OPEN) {
        *reg(b, off) = off == ISR ? value & ISR_INIT : value;
        if (off == CR && (value & CR_RINGS) != 0) {
            bd_gap(b, BD_GAP_CALENDAR);
        }
    }
}

static void rtc_reset(struct board *b, unsigned unit)
{
    (void)unit; /* the backup domain: a system reset leaves it alone, 7.1.3 */
    *reg(b, WPR) = LOCKED;
}

void bd_rtc_power(struct board *b)
{
    b->st.rtc = (struct bd_rtc_state){{0}};
    *reg(b, DR) = 0x00002101u;
    *reg(b, PRER) = 0x007F00FFu;
}

const struct bd_kind bd_rtc = {.reset = rtc_reset, .read = rtc_read, .write = rtc_write};
