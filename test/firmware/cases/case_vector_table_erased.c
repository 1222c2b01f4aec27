/* case_vector_table_erased.c - a counter is kept in sector 0, where the
 * vector table and the program are. The twin uses the last sector.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

static int store(uint32_t sector, uint32_t addr)
{
    FLASH_EraseInitTypeDef erase;
    uint32_t where;
    erase.TypeErase = FLASH_TYPEERASE_SECTORS;
    erase.Sector = sector;
    erase.VoltageRange = FLASH_VOLTAGE_RANGE_3;
    erase.NbSectors = 1; /* not set in the field: then it is what the stack had */
    HAL_FLASH_Unlock();
    (void)HAL_FLASHEx_Erase(&erase, &where);
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, addr, 1);
    HAL_FLASH_Lock();
    return *word_at(addr) == 1 ? 0 : 1;
}

int main(void)
{
    HAL_Init();
    return sh_asked("clean") ? store(7, 0x08060000u) : store(0, 0x08000000u);
}
