/* case_null_store_sticky.c - a watchdog handle that was never initialised is
 * refreshed, and the next erase fails with error 6. The twin initialises it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

static IWDG_HandleTypeDef hiwdg;

int main(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 2,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_Init();
    if (sh_asked("clean")) {
        hiwdg = (IWDG_HandleTypeDef){IWDG, 6, 4095};
        (void)HAL_IWDG_Init(&hiwdg);
    }
    HAL_IWDG_Refresh(&hiwdg);
    HAL_FLASH_Unlock();
    if (HAL_FLASHEx_Erase(&erase, &where) != HAL_OK) {
        sh_hex(HAL_FLASH_GetError());
        (void)HAL_FLASHEx_Erase(&erase, &where); /* this one works */
    }
    HAL_FLASH_Lock();
    return 0;
}
