/* raw.c - see raw.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "raw.h"

void raw_wait(void)
{
    dsb();
    while ((FLASH->SR & FLASH_SR_BSY) != 0) {
    }
}

void raw_unlock(void)
{
    raw_wait();
    if ((FLASH->CR & FLASH_CR_LOCK) != 0) {
        FLASH->KEYR = FLASH_KEY1;
        FLASH->KEYR = FLASH_KEY2;
    }
    FLASH->SR = FLASH_SR_ERRORS;
}

void raw_lock(void)
{
    FLASH->CR = FLASH_CR_LOCK;
}

void raw_flush(void)
{
    uint32_t acr = FLASH->ACR;
    FLASH->ACR = acr & ~(FLASH_ACR_ICEN | FLASH_ACR_DCEN);
    FLASH->ACR |= FLASH_ACR_ICRST | FLASH_ACR_DCRST;
    FLASH->ACR &= ~(FLASH_ACR_ICRST | FLASH_ACR_DCRST);
    FLASH->ACR = acr;
}

void raw_erase(uint32_t snb)
{
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER | snb << 3;
    FLASH->CR |= FLASH_CR_STRT;
    raw_wait();
    FLASH->CR = PSIZE_X32 << 8;
    raw_flush();
}

void raw_program(uint32_t addr, uint32_t value)
{
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    *word_at(addr) = value;
    raw_wait();
    FLASH->CR = PSIZE_X32 << 8;
}

void raw_pause(uint32_t us)
{
    for (volatile uint32_t i = us * 2; i != 0; i--) {
    }
}
