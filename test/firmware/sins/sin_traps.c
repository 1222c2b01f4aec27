/* sin_traps.c - calls, vectors, exceptions and returns that lead nowhere, each in
 * one way, and its twin.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stddef.h>

#include "mpu.h"
#include "raw.h"
#include "sin.h"
#include "startup.h"
#include "stm32f4.h"

#define NOWHERE 0x18040000u /* between system memory and CCM: no part has it */
#define MPU_RAM 0x20010000u

typedef void routine(void);

static volatile bool svc_in_pendsv;
static volatile uint32_t return_to; /* PSP as SVC's handler leaves it; 0: as it was */

void PendSV_Handler(void)
{
    if (svc_in_pendsv) {
        __asm volatile("svc 0");
    }
}

void SVC_Handler(void)
{
    if (return_to != 0) {
        __asm volatile("msr psp, %0" ::"r"(return_to));
    }
}

static void pend(void)
{
    SCB->ICSR = 1u << 28; /* PendSV */
    dsb();
    isb();
}

static void svc(void)
{
    __asm volatile("svc 0" ::: "memory");
}

/* ---- BKPT and SVC ------------------------------------------------------------------ */

static void bkpt(void)
{
    __asm volatile("bkpt 1");
}

static void svc_masked(void)
{
    irq_off();
    svc();
}

static void svc_by_basepri(void)
{
    SCB->SHPR[7] = 0x80; /* SVCall */
    __asm volatile("msr basepri, %0" ::"r"(0x40));
    svc();
}

static void svc_below_basepri(void)
{
    SCB->SHPR[7] = 0x20;
    __asm volatile("msr basepri, %0" ::"r"(0x40));
    svc();
    __asm volatile("msr basepri, %0" ::"r"(0));
}

static void svc_in_handler(void)
{
    svc_in_pendsv = true;
    pend(); /* all priorities are 0 */
}

static void svc_in_lower_handler(void)
{
    SCB->SHPR[10] = 0x80; /* PendSV */
    svc_in_handler();
}

/* ---- calls and vectors ----------------------------------------------------------------- */

__attribute__((noinline)) static void call(uint32_t target)
{
    routine *volatile hidden = (routine *)(uintptr_t)target;
    hidden();
    __asm volatile(""); /* so that it is a call, which LR tells, and no jump */
}

static void call_ones(void)
{
    call(0xFFFFFFFFu);
}

static void call_return(void)
{
    call(0xFFFFFFF9u); /* as a handler would return */
}

static void call_right(void)
{
    call((uint32_t)(uintptr_t)raw_flush);
}

static _Alignas(512) uint32_t table[VECTORS];

static void copy_table(void)
{
    for (uint32_t i = 0; i < VECTORS; i++) {
        table[i] = flash_vectors[i];
    }
    SCB->VTOR = (uint32_t)(uintptr_t)table;
    dsb();
}

static void vector_of_ones(void)
{
    copy_table();
    table[14] = 0xFFFFFFFFu;
    pend();
}

static void no_handler(void)
{
    copy_table();
    table[14] = 0;
    pend();
}

static void handler_in_ram_table(void)
{
    copy_table();
    pend();
}

static void vector_unread(void)
{
    SCB->VTOR = NOWHERE;
    dsb();
    svc();
}

/* ---- returns ---------------------------------------------------------------------------- */

static _Alignas(8) uint32_t stack[64];

static void on_psp(void)
{
    uint32_t top = (uint32_t)(uintptr_t)&stack[64];
    __asm volatile("msr psp, %0\n\t"
                   "msr control, %1\n\t"
                   "isb\n\t"
                   "svc 0\n\t"
                   "msr control, %2\n\t"
                   "isb" ::"r"(top),
                   "r"(2), "r"(0)
                   : "memory");
}

static void unstacked(void)
{
    return_to = 0x30000000u;
    on_psp();
}

static void unstacked_by_mpu(void)
{
    MPU->RNR = 6;
    MPU->RBAR = MPU_RAM;
    MPU->RASR = 1u << 28 | 9u << 1 | 1u; /* 1 KiB, no access */
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
    return_to = MPU_RAM;
    on_psp();
}

int main(void)
{
    static const struct sin sins[] = {{"bkpt", bkpt, svc},
            {"svc-masked", svc_masked, svc},
            {"svc-basepri", svc_by_basepri, svc_below_basepri},
            {"svc-in-handler", svc_in_handler, svc_in_lower_handler},
            {"call-ones", call_ones, call_right},
            {"call-return", call_return, call_right},
            {"vector-of-ones", vector_of_ones, handler_in_ram_table},
            {"no-handler", no_handler, handler_in_ram_table},
            {"vector-unread", vector_unread, svc}, {"unstacked", unstacked, on_psp},
            {"unstacked-by-mpu", unstacked_by_mpu, on_psp}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
