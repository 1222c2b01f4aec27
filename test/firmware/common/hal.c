/* hal.c - time, clocks, watchdog and USART of the small hardware layer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"

#include "startup.h"

enum { TICK_HZ = 1000, HSI_HZ = 16000000, PLL_HZ = 168000000 };

uint32_t SystemCoreClock = HSI_HZ;
volatile uint32_t uwTick;

/* A firmware that needs the tick elsewhere has its own handler. */
__attribute__((weak)) void SysTick_Handler(void)
{
    HAL_IncTick();
}

void HAL_IncTick(void)
{
    uwTick++;
}

uint32_t HAL_GetTick(void)
{
    return uwTick;
}

void HAL_Delay(uint32_t ms)
{
    uint32_t start = HAL_GetTick();
    while (HAL_GetTick() - start < ms + 1) { /* one more: at least so long */
    }
}

static void start_tick(void)
{
    SysTick->LOAD = SystemCoreClock / TICK_HZ - 1;
    SysTick->VAL = 0;
    SCB->SHPR[11] = 0xF0; /* SysTick: the lowest priority */
    SysTick->CTRL = SysTick_CTRL_ENABLE | SysTick_CTRL_TICKINT | SysTick_CTRL_CLKSOURCE;
}

HAL_StatusTypeDef HAL_Init(void)
{
    FLASH->ACR |= FLASH_ACR_ICEN | FLASH_ACR_DCEN | FLASH_ACR_PRFTEN;
    start_tick();
    return HAL_OK;
}

void SystemClock_Config(void)
{
    RCC->APB1ENR |= RCC_APB1ENR_PWREN;
    RCC->CR |= RCC_CR_HSION;
    while ((RCC->CR & RCC_CR_HSIRDY) == 0) {
    }
    /* HSI / 16 * 336 / 2; PLLQ 7. */
    RCC->PLLCFGR = 16u | 336u << 6 | 0u << 16 | 7u << 24;
    RCC->CR |= RCC_CR_PLLON;
    while ((RCC->CR & RCC_CR_PLLRDY) == 0) {
    }
    FLASH->ACR = (FLASH->ACR & ~FLASH_ACR_LATENCY) | 5u;
    RCC->CFGR = RCC_CFGR_PPRE1_DIV4 | RCC_CFGR_PPRE2_DIV2 | RCC_CFGR_SW_PLL;
    while ((RCC->CFGR & RCC_CFGR_SWS) != RCC_CFGR_SWS_PLL) {
    }
    SystemCoreClock = PLL_HZ;
    start_tick();
}

/* ---- watchdog ------------------------------------------------------------------ */

HAL_StatusTypeDef HAL_IWDG_Init(IWDG_HandleTypeDef *handle)
{
    enum { UPDATE_MS = 100 };
    struct iwdg_regs *dog = handle->Instance;
    dog->KR = IWDG_KR_START;
    dog->KR = IWDG_KR_ACCESS;
    dog->PR = handle->Prescaler;
    dog->RLR = handle->Reload;
    uint32_t start = HAL_GetTick();
    while (dog->SR != 0) { /* the new values cross to the LSI's side */
        if (HAL_GetTick() - start > UPDATE_MS) {
            return HAL_TIMEOUT;
        }
    }
    dog->KR = IWDG_KR_RELOAD;
    return HAL_OK;
}

HAL_StatusTypeDef HAL_IWDG_Refresh(IWDG_HandleTypeDef *handle)
{
    handle->Instance->KR = IWDG_KR_RELOAD;
    return HAL_OK;
}

/* ---- USART2 -------------------------------------------------------------------- */

void uart_init(uint32_t baud)
{
    uint32_t pclk1 = SystemCoreClock == PLL_HZ ? PLL_HZ / 4 : SystemCoreClock;
    RCC->AHB1ENR |= RCC_AHB1ENR_GPIOAEN;
    RCC->APB1ENR |= RCC_APB1ENR_USART2EN;
    GPIOA->MODER = (GPIOA->MODER & ~(0xFu << 4)) | 0xAu << 4;
    GPIOA->AFR[0] = (GPIOA->AFR[0] & ~(0xFFu << 8)) | 0x77u << 8;
    USART2->BRR = (pclk1 + baud / 2) / baud;
    USART2->CR1 = USART_CR1_UE | USART_CR1_TE | USART_CR1_RE;
}

void uart_put(const char *text)
{
    for (; *text != '\0'; text++) {
        while ((USART2->SR & USART_SR_TXE) == 0) {
        }
        USART2->DR = (uint8_t)*text;
    }
    while ((USART2->SR & USART_SR_TC) == 0) {
    }
}

int uart_get(uint32_t timeout_ms)
{
    uint32_t start = HAL_GetTick();
    while ((USART2->SR & (USART_SR_RXNE | USART_SR_ORE)) == 0) {
        if (HAL_GetTick() - start > timeout_ms) {
            return -1;
        }
    }
    return (int)(USART2->DR & 0xFFu);
}
