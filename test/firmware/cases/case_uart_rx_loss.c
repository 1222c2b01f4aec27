/* case_uart_rx_loss.c - a loader erases when the first block has come, while the
 * sender goes on. The twin erases before it says that it is ready.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "hal.h"
#include "semihost.h"
#include "startup.h"

enum { BLOCK = 128, ROOM = 8192 };
#define SECTOR1 0x08004000u

static uint8_t ring[ROOM];
static volatile uint32_t received;

void USART2_IRQHandler(void)
{
    (void)USART2->SR; /* SR, then DR: that clears an overrun */
    uint8_t byte = (uint8_t)USART2->DR;
    if (received < ROOM) {
        ring[received] = byte;
        received++;
    }
}

static void erase(void)
{
    const FLASH_EraseInitTypeDef init = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 1,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_FLASH_Unlock();
    (void)HAL_FLASHEx_Erase(&init, &where);
    HAL_FLASH_Lock();
}

/* How many bytes were there when nothing came for a while. */
static uint32_t wait_for(uint32_t count)
{
    uint32_t before = received;
    uint32_t since = HAL_GetTick();
    while (received < count && HAL_GetTick() - since < 50) {
        if (received != before) {
            before = received;
            since = HAL_GetTick();
        }
    }
    return received;
}

int main(void)
{
    HAL_Init();
    if (sh_asked("clean")) {
        erase();
    }
    uart_init(115200);
    USART2->CR1 |= USART_CR1_RXNEIE;
    irq_enable(USART2_IRQ);
    uart_put("ready\n");
    uint32_t got = wait_for(BLOCK);
    if (!sh_asked("clean")) {
        erase();
    }
    got = wait_for(ROOM);
    HAL_FLASH_Unlock();
    for (uint32_t i = 0; i < got; i++) {
        (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_BYTE, SECTOR1 + i, ring[i]);
    }
    HAL_FLASH_Lock();
    sh_dec(got);
    return 0;
}
