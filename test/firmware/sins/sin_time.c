/* sin_time.c - what does not bear the flash's stalls, each in one way, and its twin.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stddef.h>

#include "hal.h"
#include "raw.h"
#include "sin.h"
#include "startup.h"

#define SECTOR7 0x08060000u

static void erase(void)
{
    raw_unlock();
    raw_erase(7);
    raw_lock();
}

static void program_only(void)
{
    raw_unlock();
    raw_program(SECTOR7, 1);
    raw_lock();
}

static bool dog_bit(void)
{
    return (RCC->CSR & (RCC_CSR_IWDGRSTF | RCC_CSR_WWDGRSTF)) != 0;
}

/* The IWDG counts LSI / 4 << prescaler. */
static void start_iwdg(uint32_t prescaler, uint32_t reload)
{
    IWDG_HandleTypeDef dog = {IWDG, prescaler, reload};
    (void)HAL_IWDG_Init(&dog);
}

/* ---- stall, irq-late: notes ----------------------------------------------------------- */

static void irq_late(void)
{
    HAL_Init();
    erase();
}

/* ---- watchdog-in-stall, -margin, -reset ------------------------------------------------- */

static void watchdog_in_stall(void)
{
    if (!dog_bit()) {
        start_iwdg(0, 800); /* 100 ms */
        erase();
    }
}

static void watchdog_margin(void)
{
    start_iwdg(2, 3000); /* 1.5 s: the erase takes 1 s here, 2 s at worst */
    erase();
}

static void watchdog_clean(void)
{
    start_iwdg(6, 4095); /* 32 s */
    erase();
}

static void watchdog_reset(void)
{
    if (!dog_bit()) {
        start_iwdg(0, 800);
        for (;;) {
        }
    }
}

static void watchdog_reset_clean(void)
{
    start_iwdg(0, 800);
    for (uint32_t i = 0; i < 20; i++) {
        raw_pause(10000);
        IWDG->KR = IWDG_KR_RELOAD;
    }
}

/* ---- timeout-cannot-fire ------------------------------------------------------------------- */

static void erase_by_hal(void)
{
    const FLASH_EraseInitTypeDef init = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 7,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    HAL_FLASH_Unlock();
    (void)HAL_FLASHEx_Erase(&init, &where);
    HAL_FLASH_Lock();
}

static void timeout_cannot_fire(void)
{
    HAL_Init();
    irq_off();
    erase_by_hal();
    irq_on();
}

static void timeout_cannot_fire_clean(void)
{
    HAL_Init();
    erase_by_hal();
}

/* The flag is read in a function of its own, the tick in a loop that calls it. */
__attribute__((noinline)) static uint32_t busy(void)
{
    return FLASH->SR & FLASH_SR_BSY;
}

static void start_erase(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER | 7u << 3;
    FLASH->CR |= FLASH_CR_STRT;
    dsb();
}

static void wait_by_call(void)
{
    HAL_Init();
    uint32_t from = HAL_GetTick();
    irq_off();
    start_erase();
    while (busy() != 0 && HAL_GetTick() - from < 5000) {
    }
    raw_lock();
    irq_on();
}

static volatile uint32_t stopped; /* the tick, by us */

void SysTick_Handler(void)
{
    if (stopped == 0) {
        HAL_IncTick();
    }
}

__attribute__((noinline)) static void take_errors(void)
{
    uint32_t sr = FLASH->SR;
    FLASH->SR = sr;
}

/* The tick is read around the wait, and after it, and where the flags are taken; the
 * wait itself looks at what stops the tick, and counts nothing. */
static void tick_around(void)
{
    uint32_t took = 0;
    HAL_Init();
    irq_off();
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t from = HAL_GetTick();
        start_erase();
        while ((FLASH->SR & FLASH_SR_BSY) != 0 && stopped == 0) {
        }
        if ((FLASH->SR & FLASH_SR_ERRORS) != 0) {
            took += 1000;
        }
        took += HAL_GetTick() - from;
        raw_lock();
    }
    volatile uint32_t times = 2;           /* a loop, and not two copies */
    for (; times > 0; times = times - 1) { /* the stall is wait enough for some */
        uint32_t from = HAL_GetTick();
        start_erase();
        take_errors();
        took += HAL_GetTick() - from;
        raw_lock();
    }
    irq_on();
    raw_pause(took);
}

/* As compilers lay out a loop whose body they think unlikely. Whether the tick is
 * read in it or behind it is what differs. */
#define OUT_OF_LINE(in_loop, behind)                                         \
    __asm volatile("1: ldr r3, [%0, #12]\n\t" in_loop "lsls r3, r3, #15\n\t" \
                   "bmi 2f\n\t" behind "b 3f\n\t"                            \
                   "2: nop\n\t"                                              \
                   "b 1b\n\t"                                                \
                   "3:" ::"r"(FLASH),                                        \
                   "r"(&uwTick)                                              \
                   : "r2", "r3", "cc", "memory")

static void wait_out_of_line(void)
{
    HAL_Init();
    irq_off();
    start_erase();
    OUT_OF_LINE("ldr r2, [%1]\n\t", "");
    raw_lock();
    irq_on();
}

static void tick_behind_the_loop(void)
{
    HAL_Init();
    irq_off();
    start_erase();
    OUT_OF_LINE("", "ldr r2, [%1]\n\t");
    raw_lock();
    irq_on();
}

/* ---- uart-overrun ------------------------------------------------------------------------------ */

static void receive(void)
{
    while (uart_get(20) >= 0) {
    }
}

static void uart_overrun(void)
{
    HAL_Init();
    uart_init(115200);
    (void)uart_get(100);
    erase();
    receive();
}

static void uart_overrun_clean(void)
{
    HAL_Init();
    erase();
    uart_init(115200);
    receive();
}

int main(void)
{
    static const struct sin sins[] = {{"stall", erase, program_only},
            {"irq-late", irq_late, erase},
            {"watchdog-in-stall", watchdog_in_stall, watchdog_clean},
            {"watchdog-margin", watchdog_margin, watchdog_clean},
            {"watchdog-reset", watchdog_reset, watchdog_reset_clean},
            {"timeout-cannot-fire", timeout_cannot_fire, timeout_cannot_fire_clean},
            {"wait-by-call", wait_by_call, tick_around},
            {"wait-out-of-line", wait_out_of_line, tick_behind_the_loop},
            {"uart-overrun", uart_overrun, uart_overrun_clean}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
