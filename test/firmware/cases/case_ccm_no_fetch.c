/* case_ccm_no_fetch.c - a second-stage loader is copied to CCM, VTOR moved
 * there, and started. The twin does the same in SRAM.
 *
 * SPDX-License-Identifier: MIT
 */
#include "raw.h"
#include "semihost.h"
#include "startup.h"

enum { ROOM = 64 };

/* Needs nothing but its registers, so it runs wherever it is put. */
__attribute__((noinline)) static uint32_t loader(void)
{
    return FLASH->CR;
}

static _Alignas(512) uint8_t sram[ROOM];

int main(void)
{
    uint32_t to = sh_asked("clean") ? (uint32_t)(uintptr_t)sram : 0x10000000u;
    uint32_t from = (uint32_t)(uintptr_t)loader & ~1u;
    irq_off();
    for (uint32_t i = 0; i < ROOM; i += 4) {
        *word_at(to + i) = *word_at(from + i);
    }
    if (!sh_asked("clean")) {
        SCB->VTOR = to;
    }
    dsb();
    isb();
    uint32_t (*volatile run)(void) = (uint32_t(*)(void))(uintptr_t)(to | 1u);
    return run() == FLASH_CR_LOCK ? 0 : 1;
}
