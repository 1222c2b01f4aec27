/* mpu.h - the MPU set-up that Mbed OS makes before main (its mbed_mpu_v7m.c):
 * flash is read-only, RAM is not executable, and two locks lift that.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_COMMON_MPU_H
#define ETCH_COMMON_MPU_H

/* Four regions, on. MemManage stays disabled, so a refusal is a HardFault. */
void mpu_protect(void);

/* Lift the protection while something holds the lock; calls nest. The names
 * are those of the framework, where "lock" means: hold the permission. */
void mbed_mpu_manager_lock_rom_write(void);
void mbed_mpu_manager_unlock_rom_write(void);
void mbed_mpu_manager_lock_ram_execution(void);
void mbed_mpu_manager_unlock_ram_execution(void);

#endif
