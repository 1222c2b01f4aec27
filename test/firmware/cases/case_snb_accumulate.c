/* case_snb_accumulate.c - the sector number is ORed into CR and never
 * cleared: 10 after 11 erases 11 again. The twin clears it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "raw.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR10 0x080C0000u
#define SECTOR11 0x080E0000u
#define MARK     0x5EC70A11u

static void erase(uint32_t n)
{
    raw_unlock();
    if (sh_asked("clean")) {
        FLASH->CR &= ~FLASH_CR_SNB;
    }
    FLASH->CR |= PSIZE_X32 << 8;
    FLASH->CR |= n << 3;
    FLASH->CR |= FLASH_CR_SER;
    FLASH->CR |= FLASH_CR_STRT;
    raw_wait();
}

static void fill(uint32_t sector)
{
    FLASH->CR &= ~FLASH_CR_SER;
    FLASH->CR |= FLASH_CR_PG;
    for (uint32_t i = 0; i < 16; i++) {
        *word_at(sector + 4 * i) = MARK;
        raw_wait();
    }
    FLASH->CR &= ~FLASH_CR_PG;
}

int main(void)
{
    erase(10);
    fill(SECTOR10);
    erase(11);
    fill(SECTOR11);
    erase(10); /* done with it */
    raw_lock();
    return *word_at(SECTOR10) == 0xFFFFFFFFu && *word_at(SECTOR11) == MARK ? 0 : 1;
}
