/* nor.h - sectors of the chip's own flash, as a store wants them.
 *
 * What it is: nor.h of src/nor over this driver: reads from the array, programs
 * and erases by the driver, with all it refuses and all it reports.
 *
 * What it remembers: which sectors, in a struct given by the caller.
 *
 * What it never does: allocate; read other than from the array itself.
 *
 * Who may call it: as the driver; a read may also come from an interrupt. If it
 * comes amid a program step it stalls for the rest of that step.
 *
 * What power loss does: what nor/nor.h says.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_NOR_H
#define ETCH_FLASH_NOR_H

#include "flash/flash.h"
#include "nor/nor.h"

enum { ETCH_FLASH_NOR_SECTORS = 16 };

/* Fields are the adaptor's; nor is for the store. */
struct etch_flash_nor {
    struct etch_nor nor;
    struct etch_flash *flash;
    uint32_t addr;
    uint32_t len[ETCH_FLASH_NOR_SECTORS];
    uint8_t first;
};

/* Make the n sectors from number `first` on a flash of their own. flash is open
 * and stays in use. Writes nothing.
 *
 * Errors: ETCH_E_RANGE: no such sectors, more than ETCH_FLASH_NOR_SECTORS, or
 * not one behind the other; ETCH_E_SWAPPED.
 */
ETCH_MUST_CHECK enum etch_err etch_flash_nor(struct etch_flash_nor *n,
        struct etch_flash *flash, unsigned first, unsigned count);

#endif
