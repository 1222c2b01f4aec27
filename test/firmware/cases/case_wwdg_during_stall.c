/* case_wwdg_during_stall.c - the window watchdog is fed by its early-wakeup
 * interrupt, and an erase keeps that away. The twin does without the watchdog.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"
#include "semihost.h"
#include "startup.h"

enum { FULL = 127 };

void WWDG_IRQHandler(void)
{
    WWDG->SR = 0;
    WWDG->CR = WWDG_CR_WDGA | FULL;
}

static void start_dog(void)
{
    RCC->APB1ENR |= RCC_APB1ENR_WWDGEN;
    WWDG->CFR = WWDG_CFR_EWI | 3u << 7 | FULL; /* prescaler 8, window open */
    WWDG->CR = WWDG_CR_WDGA | FULL;
    irq_enable(WWDG_IRQ);
}

int main(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 11,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    if ((RCC->CSR & RCC_CSR_WWDGRSTF) != 0) {
        sh_puts("reset by the window watchdog\n");
        return 0;
    }
    HAL_Init();
    SystemClock_Config(); /* PCLK1 42 MHz: 49.9 ms */
    if (!sh_asked("clean")) {
        start_dog();
    }
    HAL_Delay(200); /* all is well */
    HAL_FLASH_Unlock();
    (void)HAL_FLASHEx_Erase(&erase, &where);
    HAL_FLASH_Lock();
    return 0;
}
