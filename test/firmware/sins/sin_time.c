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
            {"uart-overrun", uart_overrun, uart_overrun_clean}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
