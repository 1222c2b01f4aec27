/* hal_flash.c - flash, the way the vendor's layer does it.
 *
 * Its habits, kept on purpose: flags of an earlier operation make the next one
 * fail, once, and are cleared then; the caches are flushed after an erase but
 * not after a program; the timeout is counted in SysTick; CR is changed by
 * read-modify-write; sectors from 12 on are numbered with a gap of four.
 *
 * SPDX-License-Identifier: MIT
 */
#include "hal.h"

enum { TIMEOUT_MS = 50000, SECOND_BANK = 12, SNB_GAP = 4 };
enum { X8, X16, X32, X64 };

static struct {
    uint32_t error;
    uint8_t locked;
} flash;

uint32_t HAL_FLASH_GetError(void)
{
    return flash.error;
}

HAL_StatusTypeDef HAL_FLASH_Unlock(void)
{
    if ((FLASH->CR & FLASH_CR_LOCK) != 0) {
        FLASH->KEYR = FLASH_KEY1;
        FLASH->KEYR = FLASH_KEY2;
    }
    return (FLASH->CR & FLASH_CR_LOCK) != 0 ? HAL_ERROR : HAL_OK;
}

HAL_StatusTypeDef HAL_FLASH_Lock(void)
{
    FLASH->CR |= FLASH_CR_LOCK;
    return HAL_OK;
}

static void take_errors(uint32_t sr)
{
    static const struct {
        uint32_t flag, error;
    } errors[] = {{FLASH_SR_WRPERR, HAL_FLASH_ERROR_WRP},
            {FLASH_SR_PGAERR, HAL_FLASH_ERROR_PGA},
            {FLASH_SR_PGPERR, HAL_FLASH_ERROR_PGP},
            {FLASH_SR_PGSERR, HAL_FLASH_ERROR_PGS}, {FLASH_SR_RDERR, HAL_FLASH_ERROR_RD},
            {FLASH_SR_OPERR, HAL_FLASH_ERROR_OPERATION}};
    for (uint32_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        if ((sr & errors[i].flag) != 0) {
            flash.error |= errors[i].error;
            FLASH->SR = errors[i].flag;
        }
    }
}

HAL_StatusTypeDef FLASH_WaitForLastOperation(uint32_t timeout_ms)
{
    flash.error = HAL_FLASH_ERROR_NONE;
    uint32_t start = HAL_GetTick();
    while ((FLASH->SR & FLASH_SR_BSY) != 0) {
        if (HAL_GetTick() - start > timeout_ms) {
            return HAL_TIMEOUT;
        }
    }
    if ((FLASH->SR & FLASH_SR_EOP) != 0) {
        FLASH->SR = FLASH_SR_EOP;
    }
    uint32_t sr = FLASH->SR & FLASH_SR_ERRORS;
    if (sr != 0) {
        take_errors(sr);
        return HAL_ERROR;
    }
    return HAL_OK;
}

static void set_psize(uint32_t psize)
{
    FLASH->CR &= ~FLASH_CR_PSIZE;
    FLASH->CR |= psize << 8;
}

/* ---- programming ------------------------------------------------------------------ */

static void FLASH_Program_Byte(uint32_t address, uint8_t data)
{
    set_psize(X8);
    FLASH->CR |= FLASH_CR_PG;
    *byte_at(address) = data;
}

static void FLASH_Program_HalfWord(uint32_t address, uint16_t data)
{
    set_psize(X16);
    FLASH->CR |= FLASH_CR_PG;
    *half_at(address) = data;
}

static void FLASH_Program_Word(uint32_t address, uint32_t data)
{
    set_psize(X32);
    FLASH->CR |= FLASH_CR_PG;
    *word_at(address) = data;
}

static void FLASH_Program_DoubleWord(uint32_t address, uint64_t data)
{
    set_psize(X64);
    FLASH->CR |= FLASH_CR_PG;
    *word_at(address) = (uint32_t)data;
    isb();
    *word_at(address + 4) = (uint32_t)(data >> 32);
}

HAL_StatusTypeDef HAL_FLASH_Program(uint32_t type, uint32_t address, uint64_t data)
{
    if (flash.locked) {
        return HAL_BUSY;
    }
    flash.locked = 1;
    HAL_StatusTypeDef status = FLASH_WaitForLastOperation(TIMEOUT_MS);
    if (status == HAL_OK) {
        if (type == FLASH_TYPEPROGRAM_BYTE) {
            FLASH_Program_Byte(address, (uint8_t)data);
        } else if (type == FLASH_TYPEPROGRAM_HALFWORD) {
            FLASH_Program_HalfWord(address, (uint16_t)data);
        } else if (type == FLASH_TYPEPROGRAM_WORD) {
            FLASH_Program_Word(address, (uint32_t)data);
        } else {
            FLASH_Program_DoubleWord(address, data);
        }
        status = FLASH_WaitForLastOperation(TIMEOUT_MS);
        FLASH->CR &= ~FLASH_CR_PG;
    }
    flash.locked = 0;
    return status;
}

/* ---- erasing ------------------------------------------------------------------------ */

void FLASH_Erase_Sector(uint32_t sector, uint8_t voltage_range)
{
    if (sector >= SECOND_BANK) {
        sector += SNB_GAP;
    }
    set_psize(voltage_range);
    FLASH->CR &= ~FLASH_CR_SNB;
    FLASH->CR |= FLASH_CR_SER | sector << 3;
    FLASH->CR |= FLASH_CR_STRT;
}

static void FLASH_MassErase(uint8_t voltage_range)
{
    set_psize(voltage_range);
    FLASH->CR |= FLASH_CR_MER;
    FLASH->CR |= FLASH_CR_STRT;
}

static void FLASH_FlushCaches(void)
{
    if ((FLASH->ACR & FLASH_ACR_ICEN) != 0) {
        FLASH->ACR &= ~FLASH_ACR_ICEN;
        FLASH->ACR |= FLASH_ACR_ICRST;
        FLASH->ACR &= ~FLASH_ACR_ICRST;
        FLASH->ACR |= FLASH_ACR_ICEN;
    }
    if ((FLASH->ACR & FLASH_ACR_DCEN) != 0) {
        FLASH->ACR &= ~FLASH_ACR_DCEN;
        FLASH->ACR |= FLASH_ACR_DCRST;
        FLASH->ACR &= ~FLASH_ACR_DCRST;
        FLASH->ACR |= FLASH_ACR_DCEN;
    }
}

static HAL_StatusTypeDef erase_sectors(
        const FLASH_EraseInitTypeDef *init, uint32_t *sector_error)
{
    HAL_StatusTypeDef status = HAL_OK;
    *sector_error = 0xFFFFFFFFu;
    for (uint32_t i = 0; i < init->NbSectors && status == HAL_OK; i++) {
        FLASH_Erase_Sector(init->Sector + i, (uint8_t)init->VoltageRange);
        status = FLASH_WaitForLastOperation(TIMEOUT_MS);
        FLASH->CR &= ~(FLASH_CR_SER | FLASH_CR_SNB);
        if (status != HAL_OK) {
            *sector_error = init->Sector + i;
        }
    }
    return status;
}

HAL_StatusTypeDef HAL_FLASHEx_Erase(
        const FLASH_EraseInitTypeDef *init, uint32_t *sector_error)
{
    if (flash.locked) {
        return HAL_BUSY;
    }
    flash.locked = 1;
    HAL_StatusTypeDef status = FLASH_WaitForLastOperation(TIMEOUT_MS);
    if (status == HAL_OK) {
        if (init->TypeErase == FLASH_TYPEERASE_MASSERASE) {
            FLASH_MassErase((uint8_t)init->VoltageRange);
            status = FLASH_WaitForLastOperation(TIMEOUT_MS);
            FLASH->CR &= ~FLASH_CR_MER;
        } else {
            status = erase_sectors(init, sector_error);
        }
        FLASH_FlushCaches();
    }
    flash.locked = 0;
    return status;
}
