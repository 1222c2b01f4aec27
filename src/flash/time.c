/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"

/* Typical erase times in 50 ms, by width and size; the maximum is twice that, so in
 * 100 ms, in every case (DS8626 table 40, DS10693 table 48). */
static const uint8_t erase_50ms[3][3] = {
        {8, 24, 40}, /* x8: 16, 64, 128 KiB */
        {6, 14, 26}, /* x16 */
        {5, 11, 20}, /* x32 */
};

enum { UNIT_TYP_US = 16, UNIT_MAX_US = 100 };

struct etch_flash_time etch_flash_erase_time(const struct etch_flash *f, uint32_t len)
{
    uint32_t size = len >> 16 < 2 ? len >> 16 : 2;
    uint32_t max_us = erase_50ms[f->psize][size] * 100000u;
    return (struct etch_flash_time){max_us / 2, max_us};
}

struct etch_flash_time etch_flash_program_time(
        const struct etch_flash *f, uint32_t addr, uint32_t len)
{
    uint32_t steps = 0;
    for (uint32_t done = 0; done < len; steps++) {
        done += program_step(f, addr + done, len - done);
    }
    return (struct etch_flash_time){steps * UNIT_TYP_US, steps * UNIT_MAX_US};
}
