/* SPDX-License-Identifier: MIT */
#include "flash/part.h"
#include "hw/f4_flash.h"

enum { SMALL = 14, MIDDLE = 16, LARGE = 17 }; /* log2 of a sector's bytes */

enum etch_err etch_part_one_bank(const struct etch_part *part, uint32_t number,
        uint32_t addr, struct etch_sector *sector)
{
    uint32_t off = addr - F4_FLASH_BASE;
    if (number != ETCH_NO_SECTOR) {
        off = number < 4    ? number << SMALL
              : number == 4 ? 1u << MIDDLE
                            : (number - 4) << LARGE;
    }
    uint32_t size = SMALL;
    uint32_t before = 0;
    if (off >> LARGE) {
        size = LARGE;
        before = 4;
    } else if (off >> MIDDLE) {
        size = MIDDLE;
        before = 3;
    }
    uint32_t n = (off >> size) + before;
    sector->addr = F4_FLASH_BASE + (off >> size << size);
    sector->len = 1u << size;
    sector->number = sector->snb = (uint8_t)n;
    sector->wrp_reg = 0;
    /* F413: sectors 14 and 15 share a bit (RM0430 3.8.4). */
    sector->wrp_bit = (uint8_t)(F4_FLASH_OPTCR_NWRP0_POS + (n > 14 ? 14 : n));
    return off < part->kib * 1024u ? ETCH_OK : ETCH_E_RANGE;
}
