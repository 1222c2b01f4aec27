/* cpu.h - what a driver needs of the processor itself: barriers, the
 * interrupt mask and a clock that runs while interrupts are masked.
 *
 * The chip's version; host/port/cpu.h has the same names and ends in the
 * silicon model. All of it is inlined, unoptimised too, so it may be used in
 * code that runs from RAM.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_PORT_CPU_H
#define ETCH_PORT_CPU_H

#include <stdint.h>

#include "base/bytes.h"

/* Wait until every earlier store has reached its target (ARMv7-M A3.7.3). */
ETCH_ONE_ACCESS void cpu_dsb(void)
{
    __asm volatile("dsb" ::: "memory");
}

/* Refetch: what comes after sees new code, vectors and MPU regions. */
ETCH_ONE_ACCESS void cpu_isb(void)
{
    __asm volatile("isb" ::: "memory");
}

/* Where the program is now. */
ETCH_ONE_ACCESS uint32_t cpu_pc(void)
{
    uint32_t pc;
    __asm volatile("mov %0, pc" : "=r"(pc));
    return pc;
}

/* Mask interrupts (PRIMASK). Returns what cpu_irq_restore needs; nests. */
ETCH_ONE_ACCESS uint32_t cpu_irq_save(void)
{
    uint32_t primask;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(primask)::"memory");
    return primask;
}

/* Are they masked? After cpu_irq_save they are not where the program may not touch the
 * processor's own registers, in thread mode with CONTROL.nPRIV: CPS does nothing there,
 * and PRIMASK reads as 0 (ARMv7-M B5.2.1, B5.2.2). */
ETCH_ONE_ACCESS uint32_t cpu_irq_masked(void)
{
    uint32_t primask;
    __asm volatile("mrs %0, primask" : "=r"(primask));
    return primask;
}

ETCH_ONE_ACCESS void cpu_irq_restore(uint32_t primask)
{
    __asm volatile("msr primask, %0" ::"r"(primask) : "memory");
}

/* Start the cycle counter (DEMCR.TRCENA, DWT_CTRL.CYCCNTENA; ARMv7-M C1.6.5,
 * C1.8.7). Harmless when it already runs; the count is left alone. */
ETCH_ONE_ACCESS void cpu_cycles_start(void)
{
    *(volatile uint32_t *)0xE000EDFCu |= 1u << 24;
    *(volatile uint32_t *)0xE0001000u |= 1u;
}

/* Core clock cycles, modulo 2^32; keeps counting while interrupts are masked
 * and while the bus is stalled by a busy flash. */
ETCH_ONE_ACCESS uint32_t cpu_cycles(void)
{
    return *(volatile uint32_t *)0xE0001004u;
}

#endif
