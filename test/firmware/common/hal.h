/* hal.h - a small hardware layer in the shape of the vendor's: the same calls,
 * the same order of register accesses, the same habits, good and bad.
 *
 * Firmware in the field talks to flash through such a layer, so the bench must
 * see what it does: an operation refused because of old flags, a timeout that
 * counts SysTick, a flush after an erase and none after a program. The code is
 * our own; what it keeps from the original is its behaviour.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_COMMON_HAL_H
#define ETCH_COMMON_HAL_H

#include <stdint.h>

#include "stm32f4.h"

typedef enum { HAL_OK, HAL_ERROR, HAL_BUSY, HAL_TIMEOUT } HAL_StatusTypeDef;

/* ---- time ---------------------------------------------------------------------- */

/* Caches on, SysTick each millisecond at the lowest priority. */
HAL_StatusTypeDef HAL_Init(void);
/* HCLK: 16 MHz after reset; SysTick follows. PLL: 168 MHz from the HSI, APB1
 * a quarter of it. */
void SystemClock_Config(void);
extern uint32_t SystemCoreClock;

extern volatile uint32_t uwTick;
uint32_t HAL_GetTick(void);
void HAL_IncTick(void);
void HAL_Delay(uint32_t ms);

/* ---- flash ----------------------------------------------------------------------- */

enum {
    FLASH_TYPEPROGRAM_BYTE,
    FLASH_TYPEPROGRAM_HALFWORD,
    FLASH_TYPEPROGRAM_WORD,
    FLASH_TYPEPROGRAM_DOUBLEWORD
};
enum { FLASH_TYPEERASE_SECTORS, FLASH_TYPEERASE_MASSERASE };
/* The supply decides how many bits at a time may be programmed or erased. */
enum {
    FLASH_VOLTAGE_RANGE_1,
    FLASH_VOLTAGE_RANGE_2,
    FLASH_VOLTAGE_RANGE_3,
    FLASH_VOLTAGE_RANGE_4
};

#define HAL_FLASH_ERROR_NONE      0u
#define HAL_FLASH_ERROR_RD        1u
#define HAL_FLASH_ERROR_PGS       2u
#define HAL_FLASH_ERROR_PGP       4u
#define HAL_FLASH_ERROR_PGA       8u
#define HAL_FLASH_ERROR_WRP       16u
#define HAL_FLASH_ERROR_OPERATION 32u

typedef struct {
    uint32_t TypeErase;
    uint32_t Banks;
    uint32_t Sector; /* the manual's number */
    uint32_t NbSectors;
    uint32_t VoltageRange;
} FLASH_EraseInitTypeDef;

HAL_StatusTypeDef HAL_FLASH_Unlock(void);
HAL_StatusTypeDef HAL_FLASH_Lock(void);
HAL_StatusTypeDef HAL_FLASH_Program(uint32_t type, uint32_t address, uint64_t data);
HAL_StatusTypeDef HAL_FLASHEx_Erase(
        const FLASH_EraseInitTypeDef *init, uint32_t *sector_error);
uint32_t HAL_FLASH_GetError(void);

/* Used directly by some firmware: neither waits nor tidies up. */
void FLASH_Erase_Sector(uint32_t sector, uint8_t voltage_range);
HAL_StatusTypeDef FLASH_WaitForLastOperation(uint32_t timeout_ms);

#define __HAL_FLASH_CLEAR_FLAG(flags) (FLASH->SR = (flags))
#define FLASH_FLAG_ALL_ERRORS                                               \
    (FLASH_SR_OPERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_PGPERR | \
            FLASH_SR_PGSERR)

/* ---- watchdogs and a USART ----------------------------------------------------------- */

typedef struct {
    struct iwdg_regs *Instance;
    uint32_t Prescaler; /* IWDG_PR: 0 is LSI/4, 6 is LSI/256 */
    uint32_t Reload;
} IWDG_HandleTypeDef;

HAL_StatusTypeDef HAL_IWDG_Init(IWDG_HandleTypeDef *handle);
HAL_StatusTypeDef HAL_IWDG_Refresh(IWDG_HandleTypeDef *handle);

/* USART2 at PA2 and PA3, eight bits without parity. */
void uart_init(uint32_t baud);
void uart_put(const char *text);
/* Wait for a byte at most so long; -1: none came. */
int uart_get(uint32_t timeout_ms);

#endif
