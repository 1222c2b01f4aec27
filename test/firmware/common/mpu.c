/* mpu.c - see mpu.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "mpu.h"

#include "stm32f4.h"

enum { ROM, RAM, EXTERNAL, CODE_RAM, REGIONS = 8 };
#define RASR_ENABLE 1u

static uint16_t rom_writers, ram_runners;

static void set_region(uint32_t region, uint32_t base, uint32_t attributes)
{
    MPU->RNR = region;
    MPU->RBAR = base;
    MPU->RASR = attributes;
}

void mpu_protect(void)
{
    MPU->CTRL = 0;
    for (uint32_t i = 0; i < REGIONS; i++) {
        set_region(i, 0, 0);
    }
    set_region(ROM, 0x00000000, 0x0602F039);      /* 0 - 0x0FFFFFFF: read-only */
    set_region(CODE_RAM, 0x00000000, 0x13020F39); /* 0x1xxxxxxx: not executable */
    set_region(RAM, 0x00000000, 0x130BF53F);      /* 0x2, 0x3, 0x6, 0x7: the same */
    set_region(EXTERNAL, 0x80000000, 0x13020039); /* 0x8, 0x9: the same */
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_HFNMIENA | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
}

static void switch_regions(uint32_t first, uint32_t last, uint32_t enable)
{
    __asm volatile("dmb" ::: "memory");
    for (uint32_t i = first; i <= last; i++) {
        MPU->RNR = i;
        MPU->RASR = (MPU->RASR & ~RASR_ENABLE) | enable;
    }
    dsb();
    isb();
}

void mbed_mpu_manager_lock_rom_write(void)
{
    if (rom_writers++ == 0) {
        switch_regions(ROM, ROM, 0);
    }
}

void mbed_mpu_manager_unlock_rom_write(void)
{
    if (--rom_writers == 0) {
        switch_regions(ROM, ROM, RASR_ENABLE);
    }
}

void mbed_mpu_manager_lock_ram_execution(void)
{
    if (ram_runners++ == 0) {
        switch_regions(RAM, CODE_RAM, 0);
    }
}

void mbed_mpu_manager_unlock_ram_execution(void)
{
    if (--ram_runners == 0) {
        switch_regions(RAM, CODE_RAM, RASR_ENABLE);
    }
}
