/* case_db1m.c - sector 15 is erased on a part with 1 MiB in one bank; or, with
 * "eight", sector 8 on one whose DB1M is set. The twin reads DB1M.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "hal.h"
#include "semihost.h"
#include "startup.h"

static int rewrite(uint32_t sector, uint32_t addr)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = sector,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_FLASH_Unlock();
    if (HAL_FLASHEx_Erase(&erase, &where) != HAL_OK) {
        sh_puts("the erase failed\n");
    }
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, addr, 42);
    HAL_FLASH_Lock();
    return *word_at(addr) == 42 ? 0 : 1;
}

int main(void)
{
    bool divided = (FLASH->OPTCR & FLASH_OPTCR_DB1M) != 0;
    HAL_Init();
    FLASH->ACR &= ~FLASH_ACR_DCEN; /* two banks and the data cache: ES0206 2.2.12 */
    if (sh_asked("eight")) {
        return rewrite(8, 0x08080000u);
    }
    return rewrite(sh_asked("clean") && !divided ? 8 : 15, 0x0808C000u);
}
