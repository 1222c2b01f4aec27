/* sin_jumps.c - calls and returns to what is no code, stacks that end, handlers
 * that do not, each in one way, and its twin.
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

#define SRAM_BASE 0x20000000u

typedef void routine(void);

static volatile bool hangs;

/* EXC_RETURN of PendSV; 0: LR as it was. The handler finds it by its name. */
__attribute__((used)) volatile uint32_t leave_by;

/* Leaves as it is told; a wrong one shows here, and not in what called. */
__attribute__((naked)) void PendSV_Handler(void)
{
    __asm volatile("ldr r0, =leave_by\n\t"
                   "ldr r0, [r0]\n\t"
                   "cbz r0, 1f\n\t"
                   "bx r0\n"
                   "1:\n\t"
                   "bx lr");
}

void SysTick_Handler(void)
{
    if (hangs) {
        for (;;) {
        }
    }
}

static void pend(void)
{
    SCB->ICSR = 1u << 28; /* PendSV */
    dsb();
    isb();
}

/* ---- calls and jumps ----------------------------------------------------------------- */

__attribute__((noinline)) static void call(uint32_t target)
{
    routine *volatile hidden = (routine *)(uintptr_t)target;
    hidden();
    __asm volatile(""); /* so that it is a call, and no jump */
}

static void null_call(void)
{
    call(0);
}

static void even_call(void)
{
    call((uint32_t)(uintptr_t)raw_flush & ~1u);
}

static void right_call(void)
{
    call((uint32_t)(uintptr_t)raw_flush);
}

static void absent_call(void)
{
    call(0x08100001u);
}

/* LR is what the last call left: it has nothing to do with the jump. */
static void jump(uint32_t target)
{
    raw_flush();
    __asm volatile("bx %0" ::"r"(target));
}

static void jump_away(void)
{
    jump(0xFFFFFFFFu);
}

/* ---- returns ---------------------------------------------------------------------------- */

static void return_to(uint32_t target)
{
    __asm volatile("push {%0}\n\t"
                   "pop {pc}" ::"r"(target));
}

static void smashed_return(void)
{
    return_to(0x41414141u);
}

static void right_return(void)
{
    __asm volatile("adr r0, 1f\n\t"
                   "adds r0, #1\n\t"
                   "push {r0}\n\t"
                   "pop {pc}\n\t"
                   ".align 2\n"
                   "1:" ::
                           : "r0", "memory");
}

static void psp_unset(void)
{
    leave_by = 0xFFFFFFFDu;
    pend();
}

static void psp_set(void)
{
    leave_by = 0;
    pend();
}

/* ---- stacks ----------------------------------------------------------------------------- */

/* So many frames from the address on. */
static void deep(uint32_t sp, uint32_t frames)
{
    __asm volatile("mov r4, sp\n\t"
                   "mov sp, %0\n"
                   "1:\n\t"
                   "push {r0-r3, r5-r8}\n\t"
                   "subs %1, #1\n\t"
                   "bne 1b\n\t"
                   "mov sp, r4"
                   : "+r"(sp), "+r"(frames)
                   :
                   : "r4", "memory", "cc");
}

static _Alignas(256) uint32_t stack[64];

static void guard(void)
{
    MPU->RNR = 6;
    MPU->RBAR = (uint32_t)(uintptr_t)stack;
    MPU->RASR = 1u << 28 | 4u << 1 | 1u; /* 32 bytes, no access */
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
}

static void into_guard(void)
{
    guard();
    deep((uint32_t)(uintptr_t)&stack[64], 9);
}

static void above_guard(void)
{
    guard();
    deep((uint32_t)(uintptr_t)&stack[64], 7);
}

/* A variable that the function has closed by itself is no overflow. */
static void closed_variable(void)
{
    _Alignas(32) volatile uint32_t closed[8] = {0};
    MPU->RNR = 6;
    MPU->RBAR = (uint32_t)(uintptr_t)closed;
    MPU->RASR = 1u << 28 | 4u << 1 | 1u;
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA;
    dsb();
    isb();
    closed[1] = 1;
}

static void out_of_ram(void)
{
    deep(SRAM_BASE, 1);
}

static void within_ram(void)
{
    deep((uint32_t)(uintptr_t)&stack[64], 8);
}

/* A pointer that is wrong is no stack. */
static void beyond_ram(void)
{
    *(volatile uint32_t *)(SRAM_BASE + 128u * 1024) = 1;
}

/* ---- rights ----------------------------------------------------------------------------- */

static void unprivileged(void)
{
    __asm volatile("msr control, %0\n\t"
                   "isb" ::"r"(1)
                   : "memory");
    SCB->VTOR = 0;
}

static void privileged(void)
{
    uint32_t vtor = SCB->VTOR;
    SCB->VTOR = vtor;
    dsb();
}

static uint32_t read_nowhere(bool masked)
{
    if (masked) {
        __asm volatile("cpsid f");
    }
    return *(volatile uint32_t *)0x30000000u;
}

static void faultmask(void)
{
    (void)read_nowhere(true);
}

static void handler_hangs(void)
{
    hangs = true;
    SCB->ICSR = 1u << 26; /* SysTick */
    dsb();
    isb();
}

static void handler_returns(void)
{
    SCB->ICSR = 1u << 26;
    dsb();
    isb();
}

int main(void)
{
    static const struct sin sins[] = {{"null-call", null_call, right_call},
            {"even-call", even_call, right_call},
            {"absent-call", absent_call, right_call},
            {"jump-away", jump_away, right_call},
            {"smashed-return", smashed_return, right_return},
            {"psp-unset", psp_unset, psp_set}, {"into-guard", into_guard, above_guard},
            {"closed-variable", closed_variable, above_guard},
            {"out-of-ram", out_of_ram, within_ram},
            {"beyond-ram", beyond_ram, within_ram},
            {"unprivileged", unprivileged, privileged},
            {"faultmask", faultmask, privileged},
            {"handler-hangs", handler_hangs, handler_returns}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
