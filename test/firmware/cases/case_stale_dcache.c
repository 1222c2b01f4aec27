/* case_stale_dcache.c - a page is scanned, erased by registers, and scanned
 * again: the data cache still says it is full. The twin resets the cache.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "raw.h"
#include "semihost.h"
#include "startup.h"

enum { SLOTS = 8 };
#define PAGE  0x08004000u /* sector 1 */
#define OTHER 0x08008000u /* sector 2: what is still wanted goes there first */

static bool clean;

__attribute__((noinline)) static uint32_t find_slot(void)
{
    uint32_t i = 0;
    while (i < SLOTS && *word_at(PAGE + 4 * i) != 0xFFFFFFFFu) {
        i++;
    }
    return i;
}

static bool put(uint32_t value)
{
    uint32_t slot = find_slot();
    if (slot == SLOTS) {
        return false; /* PAGE_FULL, which the caller does not look at */
    }
    raw_program(PAGE + 4 * slot, value);
    return true;
}

/* Carry what is live to the other page, then erase this one. */
static void format_page(void)
{
    for (uint32_t i = 0; i < SLOTS; i++) {
        raw_program(OTHER + 4 * i, *word_at(PAGE + 4 * i));
    }
    (void)find_slot();
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_SER | 1u << 3;
    FLASH->CR |= FLASH_CR_STRT;
    raw_wait();
    FLASH->CR = 0;
    if (clean) {
        raw_flush();
    }
}

int main(void)
{
    clean = sh_asked("clean");
    FLASH->ACR |= FLASH_ACR_ICEN | FLASH_ACR_DCEN;
    raw_unlock();
    for (uint32_t i = 0; i < SLOTS; i++) {
        (void)put(0xA0 + i);
    }
    format_page();
    bool stored = put(0x55);
    raw_lock();
    sh_puts(stored ? "stored\n" : "saved, says the screen\n");
    return 0;
}
