/* sin_stores.c - stores into the array, each wrong in one way, and its twin.
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
#define OTP     0x1FFF7800u

/* ---- null-pointer-store ----------------------------------------------------------- */

static IWDG_HandleTypeDef never_set, dog = {.Instance = IWDG};

static void null_pointer_store(void)
{
    HAL_IWDG_Refresh(&never_set);
}

static void null_pointer_store_clean(void)
{
    HAL_IWDG_Refresh(&dog); /* the watchdog is not running: nothing happens */
}

/* ---- store-without-pg ---------------------------------------------------------------- */

static void store_without_pg(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8;
    *word_at(SECTOR7) = 123;
    raw_wait();
    raw_lock();
}

static void program_right(void)
{
    raw_unlock();
    raw_program(SECTOR7, 123);
    raw_lock();
}

/* A copying routine as C libraries have them: unrolled. */
__attribute__((noinline)) static void memcpy_words(reg32 *to, const uint32_t *from)
{
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = from[3];
}

static const uint32_t config[4] = {1, 2, 3, 4};

static void copied_without_pg(void)
{
    memcpy_words(word_at(SECTOR7), config);
}

static void copied_right(void)
{
    raw_unlock();
    for (uint32_t i = 0; i < 4; i++) {
        raw_program(SECTOR7 + 4 * i, config[i]);
    }
    raw_lock();
}

/* ---- store-outside-flash ------------------------------------------------------------- */

static volatile uint32_t mirror;

static void store_outside_flash(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    mirror = 123; /* the pointer went to the copy in RAM */
    raw_wait();
    FLASH->CR = PSIZE_X32 << 8;
    raw_lock();
}

/* The store is in a function of its own, and is given the address of the variable. */
static volatile uint32_t target = SECTOR7;

__attribute__((noinline)) static void put(reg32 *to, uint32_t value)
{
    *to = value;
}

static void program_pointer(reg32 *to)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    put(to, 123);
    raw_wait();
    FLASH->CR = PSIZE_X32 << 8;
    raw_lock();
}

static void address_of_target(void)
{
    program_pointer(&target);
}

static void target_itself(void)
{
    program_pointer(word_at(target));
}

/* PG is set and cleared by helpers: their caller stores. */
__attribute__((noinline)) static void set_pg(uint32_t pg)
{
    FLASH->CR = PSIZE_X32 << 8 | pg;
}

static void pg_by_helper(void)
{
    raw_unlock();
    set_pg(FLASH_CR_PG);
    mirror = 123;
    raw_wait();
    set_pg(0);
    raw_lock();
}

/* What gives up before the store keeps its books, and looks at the flags as always. */
static volatile struct {
    uint32_t addr, left, refused;
} books = {.addr = SECTOR7};

__attribute__((noinline)) static bool gate(uint32_t addr)
{
    books.addr = addr + 4;
    books.left = 32;
    books.refused++;
    books.addr = 0;
    return false;
}

static void gives_up(void)
{
    raw_unlock();
    set_pg(FLASH_CR_PG);
    if (gate(SECTOR7)) {
        *word_at(SECTOR7) = 123;
    }
    raw_wait();
    set_pg(0);
    raw_lock();
}

/* ---- width-not-psize --------------------------------------------------------------------- */

static void width_not_psize(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    *byte_at(SECTOR7) = 'A';
    raw_wait();
    raw_lock();
}

static void width_not_psize_clean(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X8 << 8 | FLASH_CR_PG;
    *byte_at(SECTOR7) = 'A';
    raw_wait();
    raw_lock();
}

/* ---- unaligned-store ------------------------------------------------------------------------ */

static void program_two(uint32_t step)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    for (uint32_t i = 0; i < 2; i++) {
        *word_at(SECTOR7 + i * step) = 0x12345678;
        raw_wait();
        FLASH->SR = FLASH_SR_ERRORS;
    }
    raw_lock();
}

static void unaligned_store(void)
{
    program_two(1);
}

static void unaligned_store_clean(void)
{
    program_two(4);
}

/* ---- crosses-row: only eight bytes at a time can ---------------------------------------------- */

static void program_double(uint32_t addr)
{
    raw_unlock();
    FLASH->CR = PSIZE_X64 << 8 | FLASH_CR_PG;
    __asm volatile("strd %0, %1, [%2]" ::"r"(1), "r"(2), "r"(addr) : "memory");
    raw_wait();
    raw_lock();
}

static void crosses_row(void)
{
    program_double(SECTOR7 + 12);
}

static void crosses_row_clean(void)
{
    program_double(SECTOR7 + 8);
}

/* ---- x64-without-vpp ------------------------------------------------------------------------------ */

static void x64_without_vpp(void)
{
    HAL_FLASH_Unlock();
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_DOUBLEWORD, SECTOR7, 0x1122334455667788u);
    HAL_FLASH_Lock();
}

static void x64_without_vpp_clean(void)
{
    HAL_FLASH_Unlock();
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR7, 0x55667788u);
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR7 + 4, 0x11223344u);
    HAL_FLASH_Lock();
}

static void x64_erase(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X64 << 8 | 7u << 3 | FLASH_CR_SER;
    FLASH->CR |= FLASH_CR_STRT;
    raw_wait();
    raw_lock();
}

static void x64_erase_clean(void)
{
    raw_unlock();
    raw_erase(7);
    raw_lock();
}

/* ---- otp-locked ------------------------------------------------------------------------------------- */

static void program_otp(bool lock_first)
{
    raw_unlock();
    FLASH->CR = PSIZE_X8 << 8 | FLASH_CR_PG;
    if (lock_first) {
        *byte_at(OTP + 0x200) = 0;
        raw_wait();
    }
    *byte_at(OTP) = 1;
    raw_wait();
    raw_lock();
}

static void otp_locked(void)
{
    program_otp(true);
}

static void otp_locked_clean(void)
{
    program_otp(false);
}

/* ---- supply-width, under a supply of 2.2 V ---------------------------------------------------------- */

static void supply_width_clean(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X16 << 8 | FLASH_CR_PG;
    *half_at(SECTOR7) = 123;
    raw_wait();
    raw_lock();
}

/* ---- slow-clock ---- */

static void slow_clock(void)
{
    RCC->CFGR = 0xFu << 4; /* HCLK = 16 MHz / 512 */
    program_right();
    RCC->CFGR = 0;
}

/* ---- bits-lost ------------------------------------------------------------------------------------------ */

static void bits_lost(void)
{
    raw_unlock();
    raw_program(SECTOR7, 0x78563412);
    raw_program(SECTOR7, 0x11111111);
    raw_lock();
}

static void bits_lost_clean(void)
{
    raw_unlock();
    raw_program(SECTOR7, 0x78563412);
    raw_program(SECTOR7, 0x10561412); /* clears bits and asks for no other */
    raw_lock();
}

/* ---- stale-flags ---------------------------------------------------------------------------------------- */

static void erase_once(void)
{
    const FLASH_EraseInitTypeDef erase = {.TypeErase = FLASH_TYPEERASE_SECTORS,
            .Sector = 7,
            .NbSectors = 1,
            .VoltageRange = FLASH_VOLTAGE_RANGE_3};
    uint32_t where;
    (void)HAL_FLASHEx_Erase(&erase, &where);
    HAL_FLASH_Lock();
}

static void stale_flags(void)
{
    HAL_Init();
    *word_at(SECTOR7) = 0; /* a stray store, while it is locked */
    HAL_FLASH_Unlock();
    erase_once();
}

static void stale_flags_clean(void)
{
    HAL_Init();
    HAL_FLASH_Unlock();
    __HAL_FLASH_CLEAR_FLAG(FLASH_FLAG_ALL_ERRORS);
    erase_once();
}

/* ---- absent-flash ---------------------------------------------------------------------------------------- */

static void absent_flash(void)
{
    raw_unlock();
    raw_program(0x08080000, 1); /* behind the 512 KiB of this part */
    raw_lock();
}

/* ---- programmed-code ------------------------------------------------------------------------------------- */

static void programmed_code(void)
{
    raw_unlock();
    raw_program((uint32_t)(uintptr_t)flash_vectors + 15 * 4, 0);
    raw_lock();
}

/* ---- store-while-busy, no-barrier: notes ------------------------------------------------------------------- */

/* Twice: the second time the instructions are in the cache, and do not wait for
 * the flash by themselves. */
static void store_while_busy(void)
{
    FLASH->ACR |= FLASH_ACR_ICEN;
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    for (uint32_t i = 0; i < 2; i++) {
        *word_at(SECTOR7 + 16 * i) = 1;
        *word_at(SECTOR7 + 16 * i + 4) = 2;
        raw_wait();
    }
    raw_lock();
}

__attribute__((noinline)) static void store_and_poll(reg32 *cell, reg32 *sr)
{
    *cell = 1;
    while ((*sr & FLASH_SR_BSY) != 0) {
    }
}

static void no_barrier(void)
{
    FLASH->ACR |= FLASH_ACR_ICEN;
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    for (uint32_t i = 0; i < 2; i++) {
        store_and_poll(word_at(SECTOR7 + 4 * i), &FLASH->SR);
    }
    raw_lock();
}

int main(void)
{
    static const struct sin sins[] = {
            {"null-pointer-store", null_pointer_store, null_pointer_store_clean},
            {"store-without-pg", store_without_pg, program_right},
            {"copied", copied_without_pg, copied_right},
            {"x64-erase", x64_erase, x64_erase_clean},
            {"store-outside-flash", store_outside_flash, program_right},
            {"address-of-target", address_of_target, target_itself},
            {"pg-by-helper", pg_by_helper, gives_up},
            {"width-not-psize", width_not_psize, width_not_psize_clean},
            {"unaligned-store", unaligned_store, unaligned_store_clean},
            {"crosses-row", crosses_row, crosses_row_clean},
            {"x64-without-vpp", x64_without_vpp, x64_without_vpp_clean},
            {"otp-locked", otp_locked, otp_locked_clean},
            {"supply-width", program_right, supply_width_clean},
            {"slow-clock", slow_clock, program_right},
            {"bits-lost", bits_lost, bits_lost_clean},
            {"stale-flags", stale_flags, stale_flags_clean},
            {"absent-flash", absent_flash, program_right},
            {"programmed-code", programmed_code, program_right},
            {"store-while-busy", store_while_busy, program_right},
            {"no-barrier", no_barrier, program_right}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
