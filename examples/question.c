/* question.c - the question that started it: a word written to sector 7 of an
 * STM32F446RE, under a framework that protects memory with the MPU.
 *
 *   naive   as asked: the vendor's calls, from flash
 *   ram     the routine in RAM
 *   lifted  as asked, with the lock that the framework offers
 *   etch    with Etch: the driver, and the guard as its gate
 *
 * SPDX-License-Identifier: MIT
 */
#include "flash/flash.h"
#include "guard/guard.h"
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

static enum etch_err write_with_etch(void)
{
    static struct etch_guard guard;
    static const struct etch_guard_config how = {.backend = &etch_guard_own_stores};
    static struct etch_flash_config config = {
            .part = &etch_part_f446xe, .supply = ETCH_FLASH_FROM_2V7};
    static const uint32_t value = 123;
    struct etch_flash flash;
    etch_guard_init(&guard, &how);
    config.gate = &guard.gate;
    enum etch_err err = etch_flash_open(&flash, &config);
    if (err == ETCH_OK) {
        err = etch_flash_erase(&flash, 7);
    }
    return err == ETCH_OK ? etch_flash_program(&flash, SECTOR7, &value, 4) : err;
}

static int write_with_vendor(const char *how)
{
    if (erase_sector7() != HAL_OK) {
        return 1;
    }
    if (how[0] == 'r') {
        void (*volatile write)(uint32_t) = write_settings_from_ram;
        write(SECTOR7);
    } else if (how[0] == 'l') {
        mbed_mpu_manager_lock_rom_write();
        write_settings();
        mbed_mpu_manager_unlock_rom_write();
    } else {
        write_settings();
    }
    HAL_FLASH_Lock();
    return 0;
}

int main(void)
{
    HAL_Init();
    if (MPU->CTRL == 0) {
        mpu_protect(); /* as the framework does before main */
    }
    int failed = sh_asked("etch") ? write_with_etch() : write_with_vendor(sh_args());
    return failed ? 1 : *word_at(SECTOR7) == 123 ? 0 : 2;
}
