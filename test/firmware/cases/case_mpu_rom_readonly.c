/* case_mpu_rom_readonly.c - erase works, and the program call after it is a
 * hard fault: the framework has made flash read-only. The twin holds its lock.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "mpu.h"
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
    mpu_protect();
    HAL_Init();
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    if (HAL_FLASHEx_Erase(&erase, &where) != HAL_OK) {
        return 1;
    }
    if (sh_asked("clean")) {
        mbed_mpu_manager_lock_rom_write();
    }
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR7, 123);
    HAL_FLASH_Lock();
    return *word_at(SECTOR7) == 123 ? 0 : 2;
}
