/* SPDX-License-Identifier: MIT */
#include "flash/nor.h"

#include "base/bytes.h"
#include "hw/reg.h"
#include "port/mmio.h"

static const struct etch_flash_nor *self(const struct etch_nor *nor)
{
    return (const struct etch_flash_nor *)(const void *)nor;
}

static enum etch_err read(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    uint32_t at = self(nor)->addr + off;
    uint8_t *to = data;
    for (; len > 0 && (at % 4 != 0 || len < 4); len--) {
        *to++ = mmio_read8(reg_at(at++));
    }
    for (; len >= 4; len -= 4, at += 4, to += 4) {
        etch_put32(to, mmio_read32(reg_at(at)));
    }
    for (; len > 0; len--) {
        *to++ = mmio_read8(reg_at(at++));
    }
    return ETCH_OK;
}

static enum etch_err program(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    const struct etch_flash_nor *n = self(nor);
    return etch_flash_program(n->flash, n->addr + off, data, len);
}

static enum etch_err erase(const struct etch_nor *nor, uint32_t sector)
{
    const struct etch_flash_nor *n = self(nor);
    return etch_flash_erase(n->flash, n->first + sector);
}

static struct etch_nor_time erase_time(const struct etch_nor *nor, uint32_t sector)
{
    const struct etch_flash_nor *n = self(nor);
    struct etch_flash_time t = etch_flash_erase_time(n->flash, n->len[sector]);
    return (struct etch_nor_time){t.typ_us, t.max_us};
}

enum etch_err etch_flash_nor(struct etch_flash_nor *n, struct etch_flash *flash,
        unsigned first, unsigned count)
{
    struct etch_sector s = {0};
    uint32_t end = 0;
    if (count == 0 || count > ETCH_FLASH_NOR_SECTORS) {
        return ETCH_E_RANGE;
    }
    for (unsigned i = 0; i < count; i++) {
        enum etch_err err = etch_flash_sector(flash, first + i, &s);
        if (err) {
            return err;
        }
        if (i == 0) {
            n->addr = s.addr;
        } else if (s.addr != end) {
            return ETCH_E_RANGE;
        }
        n->len[i] = s.len;
        end = s.addr + s.len;
    }
    n->nor = (struct etch_nor){.read = read,
            .program = program,
            .erase = erase,
            .erase_time = erase_time,
            .sector_len = n->len,
            .sectors = (uint8_t)count,
            .unit = (uint8_t)(1u << flash->psize),
            .erased = 0xFF};
    n->flash = flash;
    n->first = (uint8_t)first;
    return ETCH_OK;
}
