/* sin_faults.c - what the processor refuses, each in one way, and its twin.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stddef.h>

#include "hal.h"
#include "mpu.h"
#include "raw.h"
#include "semihost.h"
#include "sin.h"
#include "startup.h"

#define SECTOR7 0x08060000u
#define BLANK   0x08020000u /* sector 5: nothing is there */

typedef void routine(void);

/* Also where the answer to all these faults begins: a loop, unless it is the
 * handler's turn to sin. */
static volatile bool fault_in_handler;

void HardFault_Handler(void)
{
    if (fault_in_handler) {
        __asm volatile("udf #0");
    }
    for (;;) {
    }
}

/* ---- mpu-refused-store ------------------------------------------------------------- */

static void program_word(void)
{
    HAL_FLASH_Unlock();
    (void)HAL_FLASH_Program(FLASH_TYPEPROGRAM_WORD, SECTOR7, 123);
    HAL_FLASH_Lock();
}

static void mpu_refused_store(void)
{
    mpu_protect();
    program_word();
}

static void mpu_refused_store_clean(void)
{
    mpu_protect();
    mbed_mpu_manager_lock_rom_write();
    program_word();
    mbed_mpu_manager_unlock_rom_write();
}

/* ---- mpu-refused-load ---------------------------------------------------------------- */

static _Alignas(32) uint32_t secret[8];

static uint32_t peep(uint32_t rights)
{
    MPU->RNR = 0;
    MPU->RBAR = (uint32_t)(uintptr_t)secret;
    MPU->RASR = 1u << 28 | rights << 24 | 4u << 1 | 1u; /* 32 bytes */
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
    return *(volatile uint32_t *)secret;
}

static void mpu_refused_load(void)
{
    (void)peep(0);
}

static void mpu_refused_load_clean(void)
{
    (void)peep(6);
}

/* ---- ram-not-executable ------------------------------------------------------------------ */

__attribute__((section(".ramfunc"), noinline)) static void in_ram(void)
{
    __asm volatile("nop");
}

static void call(routine *target)
{
    routine *volatile hidden = target; /* no direct call, no inlining */
    hidden();
}

static void ram_not_executable(void)
{
    mpu_protect();
    call(in_ram);
}

static void ram_not_executable_clean(void)
{
    mpu_protect();
    mbed_mpu_manager_lock_ram_execution();
    call(in_ram);
    mbed_mpu_manager_unlock_ram_execution();
}

/* ---- not-executable ------------------------------------------------------------------------- */

static routine *at(uint32_t addr)
{
    return (routine *)(uintptr_t)(addr | 1u); /* Thumb */
}

static void not_executable(void)
{
    mpu_protect();
    call(at(0x1FFF0000)); /* the boot loader of the chip */
}

/* With the default map for privileged code alone, and no region for the others. */
static void drop_privilege(void)
{
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    __asm volatile("msr control, %0\n\t"
                   "isb"
                   :
                   : "r"(1u)
                   : "memory");
}

static void nothing_wrong(void)
{
    mpu_protect();
    call(raw_flush);
}

/* ---- vector-erased, blank-code ------------------------------------------------------------------ */

static void vector_erased(void)
{
    SCB->VTOR = BLANK;
    dsb();
    SCB->ICSR = 1u << 28; /* pend PendSV */
    dsb();
    isb();
}

static void blank_code(void)
{
    call(at(BLANK));
}

/* ---- stack-overflow, fault, lockup ---------------------------------------------------------------- */

static void stack_overflow(void)
{
    __asm volatile("msr msp, %0\n\t"
                   "svc 0"
                   :
                   : "r"(0x20000000u)
                   : "memory");
}

static void fault(void)
{
    __asm volatile("udf #1");
}

static void nowhere(void)
{
    *(reg32 *)0xC0000000u = 1; /* SDRAM, on a board that has it and set it up */
    dsb();
}

static void lockup(void)
{
    fault_in_handler = true;
    __asm volatile("cpsid f\n\t"
                   "udf #1");
}

int main(void)
{
    static const struct sin sins[] = {
            {"mpu-refused-store", mpu_refused_store, mpu_refused_store_clean},
            {"mpu-refused-load", mpu_refused_load, mpu_refused_load_clean},
            {"ram-not-executable", ram_not_executable, ram_not_executable_clean},
            {"not-executable", not_executable, nothing_wrong},
            {"unprivileged", drop_privilege, nothing_wrong},
            {"nowhere", nowhere, nothing_wrong},
            {"vector-erased", vector_erased, nothing_wrong},
            {"blank-code", blank_code, nothing_wrong},
            {"stack-overflow", stack_overflow, nothing_wrong},
            {"fault", fault, nothing_wrong}, {"lockup", lockup, nothing_wrong},
            {NULL, NULL, NULL}};
    return sin_run(sins);
}
