/* sin_control.c - keys, locks, erase modes, option bytes and caches: each used
 * wrongly in one way, and its twin.
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

/* ---- keys ------------------------------------------------------------------------ */

static void wrong_key(void)
{
    FLASH->KEYR = FLASH_KEY2; /* the wrong way round */
    FLASH->KEYR = FLASH_KEY1;
    dsb();
}

static void right_keys(void)
{
    FLASH->KEYR = FLASH_KEY1;
    FLASH->KEYR = FLASH_KEY2;
    raw_lock();
}

static void key_when_open(void)
{
    raw_unlock();
    FLASH->KEYR = FLASH_KEY1;
    FLASH->KEYR = FLASH_KEY2;
    dsb();
}

static void key_when_open_clean(void)
{
    raw_unlock();
    raw_unlock(); /* looks at LOCK first */
    raw_lock();
}

static void locked_cr(void)
{
    raw_erase(7); /* without unlocking */
}

static void erase_right(void)
{
    raw_unlock();
    raw_erase(7);
    raw_lock();
}

static void left_unlocked(void)
{
    raw_unlock();
}

/* ---- erases ----------------------------------------------------------------------- */

static void erase_snb(uint32_t snb)
{
    raw_unlock();
    raw_erase(snb);
    raw_lock();
}

static void snb_invalid(void)
{
    erase_snb(12); /* an STM32F446 ends at sector 7 */
}

static void bank_mode(void)
{
    erase_snb(19); /* sector 15, on a part with one bank */
}

static void bank_mode_clean(void)
{
    bool two_banks = (FLASH->OPTCR & FLASH_OPTCR_DB1M) != 0;
    erase_snb(two_banks ? 19 : 8);
}

static void erase_ored(uint32_t n)
{
    FLASH->CR |= n << 3;
    FLASH->CR |= FLASH_CR_SER;
    FLASH->CR |= FLASH_CR_STRT;
    raw_wait();
}

static void snb_not_cleared(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8;
    erase_ored(5);
    erase_ored(6); /* 5 | 6 = 7 */
    raw_lock();
}

static void snb_not_cleared_clean(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8;
    erase_ored(5);
    FLASH->CR &= ~FLASH_CR_SNB;
    erase_ored(6);
    raw_lock();
}

/* As libraries do for two-bank parts: 4 more from sector 12 on. */
static void erase_numbered(uint32_t number)
{
    uint32_t snb = number < 12 ? number : number + 4;
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER;
    FLASH->CR |= snb << 3;
    FLASH->CR |= FLASH_CR_STRT;
    raw_wait();
    raw_lock();
}

static void snb_cut_off(void)
{
    erase_numbered(15); /* 19 is 3 in four bits */
}

static void snb_cut_off_clean(void)
{
    erase_numbered(3);
}

static void strt_empty(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | 7u << 3 | FLASH_CR_STRT;
    raw_wait();
    raw_lock();
}

static void erase_modes(void)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG; /* left from programming */
    FLASH->CR |= FLASH_CR_SER | 7u << 3;
    FLASH->CR |= FLASH_CR_STRT;
    raw_wait();
    raw_lock();
}

/* From RAM: in flash the next instruction would wait for the erase. */
__attribute__((section(".ramfunc"), noinline)) static void start_and_reset(
        reg32 *cr, reg32 *aircr)
{
    *cr |= FLASH_CR_STRT;
    *aircr = SCB_AIRCR_RESET;
    for (;;) {
    }
}

static void reset_in_operation(void)
{
    if ((RCC->CSR & RCC_CSR_SFTRSTF) == 0) {
        raw_unlock();
        FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER | 7u << 3;
        start_and_reset(&FLASH->CR, &SCB->AIRCR);
    }
}

static void reset_in_operation_clean(void)
{
    if ((RCC->CSR & RCC_CSR_SFTRSTF) == 0) {
        erase_right();
        system_reset();
    }
}

/* ---- protection -------------------------------------------------------------------- */

static void set_options(uint32_t clear, uint32_t set)
{
    FLASH->OPTKEYR = FLASH_OPTKEY1;
    FLASH->OPTKEYR = FLASH_OPTKEY2;
    FLASH->OPTCR = (FLASH->OPTCR & ~clear) | set;
    FLASH->OPTCR |= FLASH_OPTCR_OPTSTRT;
    raw_wait();
    FLASH->OPTCR |= FLASH_OPTCR_OPTLOCK;
}

static void write_protected(void)
{
    set_options(1u << (16 + 6), 0);
    erase_snb(6);
}

static void write_protected_clean(void)
{
    erase_snb(6);
}

static void pcrop(void)
{
    set_options(FLASH_OPTCR_NWRP, 1u << 31 | 1u << (16 + 6));
    (void)*word_at(0x08040000);
}

static void pcrop_clean(void)
{
    (void)*word_at(0x08040000);
}

static void options_touched(void)
{
    set_options(3u << 2, 1u << 2); /* the brown-out level, at each start */
}

static void options_touched_clean(void)
{
    uint32_t want = 3u << 2; /* as delivered */
    if ((FLASH->OPTCR & 3u << 2) != want) {
        set_options(3u << 2, want);
    }
}

static void lock_options(bool start)
{
    FLASH->OPTKEYR = FLASH_OPTKEY1;
    FLASH->OPTKEYR = FLASH_OPTKEY2;
    if (start) {
        FLASH->OPTCR |= FLASH_OPTCR_OPTLOCK; /* nothing to change */
        return;
    }
    FLASH->OPTCR &= ~(1u << (16 + 5));
    FLASH->OPTCR |= FLASH_OPTCR_OPTLOCK;
}

static void options_not_started(void)
{
    lock_options(false);
}

static void options_not_started_clean(void)
{
    lock_options(true);
}

/* ---- the end of operations ---------------------------------------------------------- */

static void erase_until_eop(uint32_t eopie)
{
    raw_unlock();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER | 7u << 3 | eopie;
    FLASH->CR |= FLASH_CR_STRT;
    while ((FLASH->SR & FLASH_SR_EOP) == 0) {
    }
    FLASH->SR = FLASH_SR_EOP;
    FLASH->CR = 0;
    raw_lock();
}

static void eop_without_eopie(void)
{
    erase_until_eop(0);
}

static void eop_without_eopie_clean(void)
{
    erase_until_eop(FLASH_CR_EOPIE);
}

static void copy_by_dma(uint32_t to)
{
    static uint32_t from[4] = {1, 2, 3, 4};
    RCC->AHB1ENR |= RCC_AHB1ENR_DMA2EN;
    DMA2->S[0].PAR = (uint32_t)(uintptr_t)from;
    DMA2->S[0].M0AR = to;
    DMA2->S[0].NDTR = 4;
    DMA2->S[0].FCR = 4;                                                      /* DMDIS */
    DMA2->S[0].CR = 2u << 13 | 2u << 11 | 1u << 10 | 1u << 9 | 2u << 6 | 1u; /* words */
    while ((DMA2->LISR & (1u << 5 | 1u << 3)) == 0) { /* TCIF, TEIF */
    }
}

static void dma_error(void)
{
    copy_by_dma(0x10000000u); /* nothing here; CCM on others, as far for the DMA */
}

static void dma_error_clean(void)
{
    static uint32_t to[4];
    copy_by_dma((uint32_t)(uintptr_t)to);
}

/* ---- caches ------------------------------------------------------------------------- */

static uint32_t first_blank(void)
{
    uint32_t n = 0;
    while (n < 4 && *word_at(SECTOR7 + 4 * n) != 0xFFFFFFFFu) {
        n++;
    }
    return n;
}

static void scan_after_erase(bool flush)
{
    FLASH->ACR |= FLASH_ACR_DCEN;
    raw_unlock();
    raw_program(SECTOR7, 1);
    (void)first_blank();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER | 7u << 3 | FLASH_CR_STRT;
    raw_wait();
    if (flush) {
        raw_flush();
    }
    (void)first_blank();
    raw_lock();
}

static void stale_cache(void)
{
    scan_after_erase(false);
}

static void stale_cache_clean(void)
{
    scan_after_erase(true);
}

static void cache_reset_ignored(void)
{
    FLASH->ACR |= FLASH_ACR_DCEN;
    FLASH->ACR |= FLASH_ACR_DCRST; /* it is on */
    FLASH->ACR &= ~FLASH_ACR_DCRST;
}

static void cache_reset_ignored_clean(void)
{
    FLASH->ACR |= FLASH_ACR_DCEN;
    raw_flush();
}

/* ---- two banks: an erase of the other while this one is read ---------------------------- */

static void read_beside(bool cached)
{
    raw_unlock();
    if (cached) {
        FLASH->ACR |= FLASH_ACR_DCEN;
    }
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER | 16u << 3 | FLASH_CR_STRT; /* bank 2 */
    for (uint32_t i = 0; i < 64; i++) {
        (void)*word_at(0x08020000 + 16 * i);
    }
    raw_wait();
    raw_lock();
}

static void rww_dcache(void)
{
    read_beside(true);
}

static void rww_dcache_clean(void)
{
    read_beside(false);
}

/* ---- wait-states ---------------------------------------------------------------------- */

/* HSI / 16 * 192 / 2: 96 MHz. */
static void run_fast(uint32_t wait_states)
{
    FLASH->ACR = wait_states;
    RCC->PLLCFGR = 16u | 192u << 6 | 4u << 24;
    RCC->CR |= 1u << 24;
    while ((RCC->CR >> 25 & 1u) == 0) {
    }
    RCC->CFGR = 2;
    while ((RCC->CFGR >> 2 & 3u) != 2) {
    }
}

static void wait_states(void)
{
    run_fast(2);
}

static void wait_states_clean(void)
{
    run_fast(3);
}

int main(void)
{
    static const struct sin sins[] = {{"wrong-key", wrong_key, right_keys},
            {"key-when-open", key_when_open, key_when_open_clean},
            {"locked-cr", locked_cr, erase_right},
            {"left-unlocked", left_unlocked, erase_right},
            {"snb-invalid", snb_invalid, erase_right},
            {"bank-mode", bank_mode, bank_mode_clean},
            {"wait-states", wait_states, wait_states_clean},
            {"snb-cut-off", snb_cut_off, snb_cut_off_clean},
            {"snb-not-cleared", snb_not_cleared, snb_not_cleared_clean},
            {"strt-empty", strt_empty, erase_right},
            {"erase-modes", erase_modes, erase_right},
            {"reset-in-operation", reset_in_operation, reset_in_operation_clean},
            {"write-protected", write_protected, write_protected_clean},
            {"pcrop", pcrop, pcrop_clean},
            {"options-touched", options_touched, options_touched_clean},
            {"options-not-started", options_not_started, options_not_started_clean},
            {"eop-without-eopie", eop_without_eopie, eop_without_eopie_clean},
            {"dma-error", dma_error, dma_error_clean},
            {"stale-cache", stale_cache, stale_cache_clean},
            {"cache-reset-ignored", cache_reset_ignored, cache_reset_ignored_clean},
            {"rww-dcache", rww_dcache, rww_dcache_clean}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
