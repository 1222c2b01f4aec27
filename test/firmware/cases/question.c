/* question.c - settings written to sector 7 of an STM32F446RE under a
 * framework that protects memory: as asked ("naive"), with the routine in RAM
 * ("ram"), and with the lock that the framework offers ("lifted").
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "mpu.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR7 0x08060000u

static HAL_StatusTypeDef erase_sector7(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 7,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    return HAL_FLASHEx_Erase(&erase, &where);
}

static void write_settings(void)
{
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR7, 123);
}

__attribute__((section(".ramfunc"), noinline)) static void write_settings_from_ram(
        uint32_t addr)
{
    FLASH->CR = 2u << 8 | FLASH_CR_PG; /* x32 */
    *word_at(addr) = 123;
    dsb();
    while ((FLASH->SR & FLASH_SR_BSY) != 0) {
    }
    FLASH->CR = 0;
}

int main(void)
{
    HAL_Init();
    if (MPU->CTRL == 0) {
        mpu_protect(); /* as the framework does before main */
    }
    if (erase_sector7() != HAL_OK) {
        return 1;
    }
    if (sh_asked("ram")) {
        void (*volatile write)(uint32_t) = write_settings_from_ram;
        write(SECTOR7);
    } else if (sh_asked("lifted")) {
        mbed_mpu_manager_lock_rom_write();
        write_settings();
        mbed_mpu_manager_unlock_rom_write();
    } else {
        write_settings();
    }
    HAL_FLASH_Lock();
    return *word_at(SECTOR7) == 123 ? 0 : 2;
}
