/* case_wrp_sector.c - the first stage write-protects sector 6, and the
 * application cannot erase it. The twin leaves the option bytes alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "hal.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR6 0x08040000u

__attribute__((noinline)) static void boot_stage(void)
{
    FLASH->OPTKEYR = FLASH_OPTKEY1;
    FLASH->OPTKEYR = FLASH_OPTKEY2;
    FLASH->OPTCR &= ~(1u << (16 + 6));
    FLASH->OPTCR |= FLASH_OPTCR_OPTSTRT;
    dsb();
    while ((FLASH->SR & FLASH_SR_BSY) != 0) {
    }
    FLASH->OPTCR |= FLASH_OPTCR_OPTLOCK;
}

static bool save(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 6,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    bool erased = HAL_FLASHEx_Erase(&erase, &where) == HAL_OK;
    if (erased) {
        (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR6, 7);
    }
    HAL_FLASH_Lock();
    return erased;
}

int main(void)
{
    HAL_Init();
    if (!sh_asked("clean")) {
        boot_stage();
    }
    return save() ? 0 : 5; /* -EIO */
}
