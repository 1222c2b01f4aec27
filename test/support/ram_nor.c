/* SPDX-License-Identifier: MIT */
#include "support/ram_nor.h"

#include <stdlib.h>
#include <string.h>

static struct ram_nor *self(const struct etch_nor *nor)
{
    return (struct ram_nor *)(uintptr_t)nor;
}

static enum etch_err ram_read(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    struct ram_nor *n = self(nor);
    if (off > n->size || len > n->size - off) {
        n->broken = true;
        return ETCH_E_RANGE;
    }
    n->reads++;
    n->read_bytes += len;
    memcpy(data, n->cells + off, len);
    return ETCH_OK;
}

static bool fails(struct ram_nor *n)
{
    return n->fail != 0 && --n->fail == 0;
}

static enum etch_err ram_program(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    struct ram_nor *n = self(nor);
    const uint8_t *from = data;
    if (off > n->size || len > n->size - off || off % nor->unit || len % nor->unit) {
        n->broken = true;
        return ETCH_E_RANGE;
    }
    for (uint32_t i = 0; i < len; i++) {
        uint8_t flip = (uint8_t)~nor->erased;
        uint8_t now = n->cells[off + i] ^ flip;
        uint8_t then = from[i] ^ flip;
        if (i % nor->unit == 0) {
            bool fresh = true;
            for (uint32_t k = 0; k < nor->unit; k++) {
                fresh = fresh && n->cells[off + i + k] == nor->erased;
            }
            n->taken += fresh ? nor->unit : 0;
            n->programs++;
            n->us += 16;
            if (fails(n)) {
                return ETCH_E_PROGRAM;
            }
        }
        n->broken = n->broken || (nor->once ? now != 0xFF : (then & ~now) != 0);
        n->cells[off + i] = (now & then) ^ flip;
    }
    return memcmp(n->cells + off, data, len) == 0 ? ETCH_OK : ETCH_E_VERIFY;
}

static struct etch_nor_time ram_erase_time(const struct etch_nor *nor, uint32_t sector)
{
    uint32_t len = nor->sector_len[sector];
    uint32_t us = len <= 0x4000 ? 250000 : len <= 0x10000 ? 550000 : 1000000;
    return (struct etch_nor_time){us, 2 * us};
}

static enum etch_err ram_erase(const struct etch_nor *nor, uint32_t sector)
{
    struct ram_nor *n = self(nor);
    uint32_t off = 0;
    for (uint32_t i = 0; i < sector; i++) {
        off += n->len[i];
    }
    n->erases++;
    n->us += ram_erase_time(nor, sector).typ_us;
    if (fails(n)) {
        return ETCH_E_PROGRAM;
    }
    memset(n->cells + off, nor->erased, n->len[sector]);
    return ETCH_OK;
}

void ram_nor_open(struct ram_nor *n, const uint32_t *len, uint8_t unit, bool once)
{
    memset(n, 0, sizeof(*n));
    n->nor = (struct etch_nor){.read = ram_read,
            .program = ram_program,
            .erase = ram_erase,
            .erase_time = ram_erase_time,
            .sector_len = n->len,
            .unit = unit,
            .erased = 0xFF,
            .once = once};
    for (uint8_t i = 0; i < RAM_NOR_SECTORS && len[i] != 0; i++) {
        n->len[i] = len[i];
        n->size += len[i];
        n->nor.sectors++;
    }
    n->cells = malloc(n->size);
    if (n->cells == NULL) {
        abort();
    }
    memset(n->cells, 0xFF, n->size);
}

void ram_nor_invert(struct ram_nor *n)
{
    n->nor.erased = 0x00;
    memset(n->cells, 0x00, n->size);
}

void ram_nor_close(struct ram_nor *n)
{
    free(n->cells);
    n->cells = NULL;
}

void ram_nor_zero(struct ram_nor *n)
{
    n->programs = n->taken = n->erases = n->reads = n->read_bytes = n->us = 0;
}
