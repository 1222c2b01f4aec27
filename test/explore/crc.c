/* crc.c - etch_crc from tables, in place of src/base/crc.c, which is made to be small:
 * three quarters of a boot on a full chip went there. The tests have the chip's own.
 *
 * SPDX-License-Identifier: MIT
 */
#include "explore/crc.h"

#include "base/crc.h"

enum { POLYS = 2, AHEAD = 4 };

static const uint32_t polys[POLYS] = {ETCH_CRC32_POLY, ETCH_CRC10_POLY};
/* What a byte that is so many bytes ahead of the end makes of a crc of 0. */
static uint32_t table[POLYS][AHEAD][256];

static uint32_t shift(uint32_t poly, uint32_t crc, unsigned bits)
{
    for (unsigned i = 0; i < bits; i++) {
        crc = crc >> 1 ^ (crc & 1 ? poly : 0);
    }
    return crc;
}

bool crc_begin(void)
{
    static const char digits[] = "123456789";
    for (unsigned p = 0; p < POLYS; p++) {
        for (unsigned i = 0; i < AHEAD * 256; i++) {
            table[p][i / 256][i % 256] = shift(polys[p], i % 256, 8 + i / 256 * 8);
        }
    }
    uint32_t ten = 0x3FF;
    for (unsigned i = 0; i < 9; i++) {
        ten = shift(ETCH_CRC10_POLY, ten ^ (uint8_t)digits[i], 8);
    }
    return etch_crc(ETCH_CRC32_POLY, ~0u, digits, 9) == ~0xCBF43926u &&
           etch_crc(ETCH_CRC10_POLY, 0x3FF, digits, 9) == ten;
}

uint32_t etch_crc(uint32_t poly, uint32_t crc, const void *data, uint32_t len)
{
    const uint8_t *byte = data;
    uint32_t(*t)[256] = table[poly == polys[1]];
    for (; len >= AHEAD; len -= AHEAD, byte += AHEAD) {
        crc ^= byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 |
               (uint32_t)byte[3] << 24;
        crc = t[3][crc & 255] ^ t[2][crc >> 8 & 255] ^ t[1][crc >> 16 & 255] ^
              t[0][crc >> 24];
    }
    for (; len > 0; len--, byte++) {
        crc = crc >> 8 ^ t[0][(crc ^ *byte) & 255];
    }
    return crc;
}
