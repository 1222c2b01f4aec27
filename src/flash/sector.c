/* SPDX-License-Identifier: MIT */
#include "flash/flash_priv.h"

enum etch_err etch_flash_sector(
        const struct etch_flash *f, unsigned number, struct etch_sector *sector)
{
    return number < ETCH_NO_SECTOR ? find_sector(f, number, 0, sector) : ETCH_E_RANGE;
}

enum etch_err etch_flash_sector_at(
        const struct etch_flash *f, uint32_t addr, struct etch_sector *sector)
{
    return find_sector(f, ETCH_NO_SECTOR, addr, sector);
}
