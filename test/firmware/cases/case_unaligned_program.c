/* case_unaligned_program.c - words are programmed at an address that grows by
 * one. The twin adds four; "bytes" programs bytes, and may.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR3 0x0800C000u

int main(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 3,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t type = sh_asked("bytes") ? FLASH_TYPEPROGRAM_BYTE : FLASH_TYPEPROGRAM_WORD;
    uint32_t step = sh_asked("clean") ? 4 : 1;
    uint32_t address = SECTOR3;
    uint32_t where;
    HAL_Init();
    HAL_FLASH_Unlock();
    (void)HAL_FLASHEx_Erase(&erase, &where);
    for (uint32_t i = 0; i < 4; i++) {
        if (HAL_FLASH_Program(type, address, 0x41414141u) != HAL_OK) {
            sh_hex(HAL_FLASH_GetError());
        }
        address += step;
    }
    HAL_FLASH_Lock();
    return 0;
}
