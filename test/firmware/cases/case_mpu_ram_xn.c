/* case_mpu_ram_xn.c - the flash routine was moved to RAM, and it "makes no
 * difference": RAM is not executable. With "rom-lifted" the other lock is held,
 * which does not help; the twin holds the right one too.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mpu.h"
#include "raw.h"
#include "semihost.h"
#include "startup.h"

#define SECTOR7 0x08060000u

__attribute__((section(".ramfunc"), noinline)) static void program_from_ram(
        uint32_t addr, uint32_t value)
{
    FLASH->CR = PSIZE_X32 << 8 | FLASH_CR_PG;
    *word_at(addr) = value;
    dsb();
    while ((FLASH->SR & FLASH_SR_BSY) != 0) {
    }
    FLASH->CR = 0;
}

int main(void)
{
    void (*volatile program)(uint32_t, uint32_t) = program_from_ram;
    mpu_protect();
    raw_unlock();
    if (sh_asked("rom-lifted") || sh_asked("clean")) {
        mbed_mpu_manager_lock_rom_write();
    }
    if (sh_asked("clean")) {
        mbed_mpu_manager_lock_ram_execution();
    }
    program(SECTOR7, 123);
    raw_lock();
    return *word_at(SECTOR7) == 123 ? 0 : 2;
}
