/* case_x64_without_vpp.c - double words are programmed without 8 to 9 V on
 * Vpp. The twin programs two words.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR7 0x08060000u

int main(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 7,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_Init();
    HAL_FLASH_Unlock();
    (void)HAL_FLASHEx_Erase(&erase, &where);
    if (sh_asked("clean")) {
        (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR7, 0x55667788u);
        (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR7 + 4, 0x11223344u);
    } else {
        (void)HAL_FLASH_Program(
                FLASH_TYPEPROGRAM_DOUBLEWORD, SECTOR7, 0x1122334455667788u);
    }
    sh_hex(HAL_FLASH_GetError());
    HAL_FLASH_Lock();
    return 0;
}
