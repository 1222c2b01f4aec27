/* SPDX-License-Identifier: MIT */
#include "nor/selftest.h"

#include <string.h>

enum { PIECE = ETCH_NOR_UNIT_MAX };

static uint32_t offset_of(const struct etch_nor *nor, uint32_t sector)
{
    uint32_t off = 0;
    for (uint32_t i = 0; i < sector; i++) {
        off += nor->sector_len[i];
    }
    return off;
}

static bool makes_sense(const struct etch_nor *nor, uint32_t *at)
{
    uint32_t unit = nor->unit;
    bool good = unit != 0 && unit <= ETCH_NOR_UNIT_MAX && (unit & (unit - 1)) == 0 &&
                (nor->erased == 0xFF || nor->erased == 0) && nor->sectors != 0;
    for (uint32_t i = 0; good && i < nor->sectors; i++) {
        *at = offset_of(nor, i);
        good = nor->sector_len[i] >= 4 * PIECE && nor->sector_len[i] % PIECE == 0;
    }
    return good;
}

/* The first byte from `from` to `to` that is not `byte`; to: all are. */
static uint32_t first_other(
        const struct etch_nor *nor, uint32_t from, uint32_t to, uint8_t byte)
{
    for (; from < to; from++) {
        uint8_t got;
        if (nor->read(nor, from, &got, 1) != ETCH_OK || got != byte) {
            break;
        }
    }
    return from;
}

static enum etch_nor_fault erase(
        const struct etch_nor *nor, uint32_t sector, uint32_t *at)
{
    uint32_t off = offset_of(nor, sector);
    uint32_t end = off + nor->sector_len[sector];
    *at = off;
    if (nor->erase(nor, sector) != ETCH_OK) {
        return ETCH_NOR_ERASE;
    }
    *at = first_other(nor, off, end, nor->erased);
    return *at == end ? ETCH_NOR_GOOD : ETCH_NOR_ERASE;
}

static void pattern(uint32_t off, uint8_t data[PIECE])
{
    for (uint32_t i = 0; i < PIECE; i++) {
        data[i] = (uint8_t)(off + 37 * i + 11);
    }
}

static bool holds(const struct etch_nor *nor, uint32_t off)
{
    uint8_t data[PIECE];
    uint8_t back[PIECE];
    pattern(off, data);
    return nor->read(nor, off, back, PIECE) == ETCH_OK && memcmp(back, data, PIECE) == 0;
}

/* One piece programmed at off: it reads back, at any alignment. */
static enum etch_nor_fault piece(const struct etch_nor *nor, uint32_t off, uint32_t *at)
{
    uint8_t data[PIECE];
    uint8_t back[PIECE];
    pattern(off, data);
    *at = off;
    if (nor->program(nor, off, data, PIECE) != ETCH_OK) {
        return ETCH_NOR_PROGRAM;
    }
    if (!holds(nor, off)) {
        return ETCH_NOR_VALUE;
    }
    for (uint32_t i = 1; i < 8; i++) {
        uint32_t len = PIECE - i - (i & 3);
        if (nor->read(nor, off + i, back, len) != ETCH_OK ||
                memcmp(back, data + i, len) != 0) {
            return ETCH_NOR_ALIGN;
        }
    }
    return ETCH_NOR_GOOD;
}

/* Programmed twice, the second time with fewer bits; then once more the same. */
static enum etch_nor_fault twice(const struct etch_nor *nor, uint32_t off, uint32_t *at)
{
    uint8_t data[PIECE];
    uint8_t back[PIECE];
    *at = off;
    for (uint32_t turn = 0; turn < 3 && !nor->once; turn++) {
        memset(data, nor->erased ^ (turn == 0 ? 0x0F : 0x3F), nor->unit);
        if (nor->program(nor, off, data, nor->unit) != ETCH_OK ||
                nor->read(nor, off, back, nor->unit) != ETCH_OK ||
                memcmp(back, data, nor->unit) != 0) {
            return ETCH_NOR_AGAIN;
        }
    }
    return ETCH_NOR_GOOD;
}

static enum etch_nor_fault sector(const struct etch_nor *nor, uint32_t i, uint32_t *at)
{
    uint32_t off = offset_of(nor, i);
    uint32_t end = off + nor->sector_len[i];
    enum etch_nor_fault fault = piece(nor, off, at);
    if (fault == ETCH_NOR_GOOD) {
        *at = first_other(nor, off + PIECE, end, nor->erased);
        fault = *at == end ? ETCH_NOR_GOOD : ETCH_NOR_BEYOND;
    }
    fault = fault ? fault : twice(nor, off + 2 * PIECE, at);
    return fault ? fault : piece(nor, end - PIECE, at);
}

/* A sector erased alone: the edges of the others hold what they did. */
static enum etch_nor_fault alone(const struct etch_nor *nor, uint32_t i, uint32_t *at)
{
    enum etch_nor_fault fault = erase(nor, i, at);
    for (uint32_t k = 0; k < nor->sectors && !fault; k++) {
        uint32_t off = offset_of(nor, k);
        uint32_t last = off + nor->sector_len[k] - PIECE;
        if (k != i && !(holds(nor, off) && holds(nor, last))) {
            *at = holds(nor, off) ? last : off;
            fault = ETCH_NOR_NEIGHBOUR;
        }
    }
    uint32_t off = offset_of(nor, i);
    fault = fault ? fault : piece(nor, off, at);
    return fault ? fault : piece(nor, off + nor->sector_len[i] - PIECE, at);
}

enum etch_nor_fault etch_nor_selftest(const struct etch_nor *nor, uint32_t *at)
{
    enum etch_nor_fault fault = makes_sense(nor, at) ? ETCH_NOR_GOOD : ETCH_NOR_FACTS;
    for (uint32_t i = 0; !fault && i < nor->sectors; i++) {
        fault = erase(nor, i, at);
    }
    for (uint32_t i = 0; !fault && i < nor->sectors; i++) {
        fault = sector(nor, i, at);
    }
    for (uint32_t i = 0; !fault && i < nor->sectors; i++) {
        fault = alone(nor, i, at);
    }
    return fault;
}
