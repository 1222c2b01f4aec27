/* case_const_folded.c - a const structure in flash is programmed, and the
 * program goes on with the zero it was compiled with. The twin is volatile.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "hal.h"
#include "semihost.h"
#include "startup.h"

struct config {
    uint32_t version;
    uint32_t baud;
};

static const struct config config __attribute__((section(".user_noload"), used));

static void set_version(uint32_t version)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 7,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    (void)HAL_FLASHEx_Erase(&erase, &where);
    (void)HAL_FLASH_Program(
            FLASH_TYPEPROGRAM_WORD, (uint32_t)(uintptr_t)&config.version, version);
    HAL_FLASH_Lock();
}

int main(void)
{
    HAL_Init();
    set_version(12);
    uint32_t version = sh_asked("clean")
                               ? ((const volatile struct config *)&config)->version
                               : config.version;
    sh_dec(version);
    return version == 12 ? 0 : 1;
}
