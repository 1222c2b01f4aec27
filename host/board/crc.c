/* crc.c - the CRC unit (RM0090 chapter 4): what boot loaders and stores check
 * images and records with.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/board_priv.h"

/* 4.4 */
enum { DR = 0x00, IDR = 0x04, CR = 0x08 };

#define POLYNOMIAL 0x04C11DB7u
#define CR_RESET   0x00000001u

/* The word's highest bit goes first; nothing is reflected or inverted (4.3). */
static uint32_t fold(uint32_t crc, uint32_t word)
{
    enum { BITS = 32 };
    crc ^= word;
    for (unsigned i = 0; i < BITS; i++) {
        crc = crc << 1 ^ (crc >> (BITS - 1) != 0 ? POLYNOMIAL : 0);
    }
    return crc;
}

static uint32_t crc_read(struct board *b, unsigned unit, uint32_t off, bool look)
{
    (void)unit;
    (void)look;
    switch (off) {
    case DR: return b->st.crc.dr;
    case IDR: return b->st.crc.idr;
    default: return 0;
    }
}

/* A result is there four cycles after its word; a read before waits (4.3). */
static void crc_write(struct board *b, unsigned unit, uint32_t off, uint32_t value)
{
    (void)unit;
    struct bd_crc_state *c = &b->st.crc;
    switch (off) {
    case DR: c->dr = fold(c->dr, value); break;
    case IDR: c->idr = value & 0xFFu; break;
    case CR: c->dr = (value & CR_RESET) != 0 ? UINT32_MAX : c->dr; break;
    default: break;
    }
}

static void crc_reset(struct board *b, unsigned unit)
{
    (void)unit;
    b->st.crc = (struct bd_crc_state){.dr = UINT32_MAX};
}

const struct bd_kind bd_crc = {.reset = crc_reset, .read = crc_read, .write = crc_write};
