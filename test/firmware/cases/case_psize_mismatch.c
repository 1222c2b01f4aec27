/* case_psize_mismatch.c - a mask that was inverted twice leaves PSIZE at x32
 * for a byte. The twin has the mask right.
 *
 * SPDX-License-Identifier: MIT
 */
#include "raw.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR5       0x08020000u
#define CR_PSIZE_MASK (~FLASH_CR_PSIZE) /* inverted here already */

__attribute__((noinline)) static void write_byte(uint32_t addr, uint8_t value)
{
    if (sh_asked("clean")) {
        FLASH->CR &= CR_PSIZE_MASK;
    } else {
        FLASH->CR &= ~CR_PSIZE_MASK;
    }
    FLASH->CR |= FLASH_CR_PG;
    *byte_at(addr) = value;
    raw_wait();
    FLASH->CR &= ~FLASH_CR_PG;
}

int main(void)
{
    raw_unlock();
    raw_erase(5); /* at x32 */
    write_byte(SECTOR5, 'A');
    raw_lock();
    return *byte_at(SECTOR5) == 'A' ? 0 : 1;
}
