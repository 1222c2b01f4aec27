/* part.h - the STM32F4 parts, as far as a flash driver must know them.
 *
 * What it is: the size of the array, and the rule that turns it into sectors:
 * each bank is 4 sectors of 16 KiB, one of 64 and the rest of 128 (RM0090 3.4,
 * RM0390 3.3, RM0430 3.3). It remembers nothing and waits for nothing; anyone
 * may call; power loss cannot hurt it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_PART_H
#define ETCH_FLASH_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct etch_sector {
    uint32_t addr;   /* of the first byte */
    uint32_t len;    /* bytes: 16, 64 or 128 KiB */
    uint8_t number;  /* the manual's: 12 is the first of bank 2 */
    uint8_t snb;     /* what CR.SNB takes for it: bank in bit 4 (RM0090 3.9.8) */
    uint8_t wrp_reg; /* nWRP is in OPTCR (0) or OPTCR1 (1) ... */
    uint8_t wrp_bit; /* ... at this bit */
};

enum { ETCH_NO_SECTOR = 0xFF };

struct etch_part {
    uint16_t dev_id; /* DBGMCU_IDCODE[11:0] */
    uint16_t kib;    /* of the array */
    /* The sector with this number or, with ETCH_NO_SECTOR, the one that holds
     * addr: etch_part_one_bank or etch_part_two_banks. ETCH_E_RANGE: there is
     * none, and what sector says means nothing. */
    enum etch_err (*sector)(const struct etch_part *part, uint32_t number, uint32_t addr,
            struct etch_sector *sector);
};

/* One bank, whatever OPTCR says. */
enum etch_err etch_part_one_bank(const struct etch_part *part, uint32_t number,
        uint32_t addr, struct etch_sector *sector);

/* Two banks: always with 2 MiB, and with 1 MiB when OPTCR.DB1M is set, which
 * is read at each call; the same address is in another sector then (RM0090
 * 3.7). ETCH_E_SWAPPED: the banks are swapped in the address map (SYSCFG_
 * MEMRMP.FB_MODE), and sector numbers and nWRP do not follow addresses. */
enum etch_err etch_part_two_banks(const struct etch_part *part, uint32_t number,
        uint32_t addr, struct etch_sector *sector);

/* Every part there is, by the name on its package: etch_part_f446xe. The name
 * ends in the size code: 8 64 KiB, b 128, c 256, d 384, e 512, g 1024,
 * h 1536, i 2048. */
extern const struct etch_part etch_part_f401xb, etch_part_f401xc, etch_part_f401xd,
        etch_part_f401xe, etch_part_f405xe, etch_part_f405xg, etch_part_f407xe,
        etch_part_f407xg, etch_part_f410x8, etch_part_f410xb, etch_part_f411xc,
        etch_part_f411xe, etch_part_f412xe, etch_part_f412xg, etch_part_f413xg,
        etch_part_f413xh, etch_part_f415xg, etch_part_f417xe, etch_part_f417xg,
        etch_part_f423xh, etch_part_f427xg, etch_part_f427xi, etch_part_f429xe,
        etch_part_f429xg, etch_part_f429xi, etch_part_f437xg, etch_part_f437xi,
        etch_part_f439xg, etch_part_f439xi, etch_part_f446xc, etch_part_f446xe,
        etch_part_f469xe, etch_part_f469xg, etch_part_f469xi, etch_part_f479xg,
        etch_part_f479xi;

/* Read from the chip which part it is: DBGMCU_IDCODE and the flash size word.
 * Revision A of F405/F407 reports the device id of an F2 (0x411) and is known
 * for what it is.
 *
 * Errors: ETCH_E_PART for a device id that is no STM32F4's or a size word
 * that is none of this line's (blank, or larger than the line has); part is
 * then left alone. Name the part instead.
 */
ETCH_MUST_CHECK enum etch_err etch_part_detect(struct etch_part *part);

#endif
