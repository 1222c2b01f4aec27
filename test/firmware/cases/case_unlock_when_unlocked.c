/* case_unlock_when_unlocked.c - a first stage leaves the controller unlocked,
 * and the application writes the keys again. The twin looks at LOCK first.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>

#include "raw.h"
#include "semihost.h"
#include "startup.h"

/* The loader of the board: updates the application, then jumps to it. */
__attribute__((noinline)) static void boot_stage(void)
{
    raw_unlock();
    raw_erase(7);
}

__attribute__((noinline)) static void driver_unlock(bool look)
{
    if (!look || (FLASH->CR & FLASH_CR_LOCK) != 0) {
        FLASH->KEYR = FLASH_KEY1;
        FLASH->KEYR = FLASH_KEY2;
    }
}

int main(void)
{
    boot_stage();
    driver_unlock(sh_asked("clean"));
    raw_erase(5);
    FLASH->CR = PSIZE_X16 << 8 | FLASH_CR_PG;
    *half_at(0x08020000) = 0x1234;
    raw_wait();
    raw_lock();
    return *half_at(0x08020000) == 0x1234 ? 0 : 1;
}
