/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"

/* Typical erase times in 50 ms, by width and size; the maximum is twice that
 * in every case (DS8626 table 40, DS10693 table 48). */
static const uint8_t erase_50ms[3][3] = {
        {8, 24, 40}, /* x8: 16, 64, 128 KiB */
        {6, 14, 26}, /* x16 */
        {5, 11, 20}, /* x32 */
};

enum { UNIT_TYP_US = 16, UNIT_MAX_US = 100 };

struct etch_flash_time etch_flash_erase_time(
        const struct etch_flash *f, uint32_t sector_len)
{
    uint32_t size = sector_len < 0x10000 ? 0 : sector_len == 0x10000 ? 1 : 2;
    uint32_t typ_us = erase_50ms[f->psize][size] * 50000u;
    return (struct etch_flash_time){typ_us, 2 * typ_us};
}

struct etch_flash_time etch_flash_program_time(
        const struct etch_flash *f, uint32_t addr, uint32_t len)
{
    uint32_t cells = len ? ((addr + len - 1) >> f->psize) - (addr >> f->psize) + 1 : 0;
    return (struct etch_flash_time){cells * UNIT_TYP_US, cells * UNIT_MAX_US};
}
