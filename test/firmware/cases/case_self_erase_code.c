/* case_self_erase_code.c - the image is larger than 16 KiB, and it erases
 * sector 1, where its own code lies. The twin takes a sector behind it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

/* The image begins with a large table so its code lies in sector 1. */
__attribute__((section(".head"), used)) static const uint32_t model[4096] = {1, 2, 3};

static int save(uint32_t sector, uint32_t addr)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = sector,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_2};
    uint32_t where;
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    if (HAL_FLASHEx_Erase(&erase, &where) != HAL_OK) {
        return 1;
    }
    HAL_StatusTypeDef status = HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, addr, 300);
    HAL_FLASH_Lock();
    return status == HAL_OK ? 0 : 2;
}

int main(void)
{
    HAL_Init();
    if (*(const volatile uint32_t *)model != 1) {
        return 3;
    }
    return sh_asked("clean") ? save(11, 0x080E0000u) : save(1, 0x08004000u);
}
