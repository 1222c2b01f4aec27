/* chain.c - calls worth telling apart: functions in functions, one inlined, one
 * from RAM, and an exception in the middle.
 *
 * Tests look up the labels here_* and the marks in the comments.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>

#include "semihost.h"
#include "startup.h"
#include "stm32f4.h"

void leaf(uint32_t value);
void from_ram(uint32_t value);
void outer(uint32_t value);
void middle(uint32_t value);

volatile uint32_t sink[4];
const volatile uint32_t table[3] = {1, 2, 3};
static uint32_t hidden = 5; /* initialised: in flash, copied to RAM */

static inline __attribute__((always_inline)) void inlined(uint32_t value)
{
    __asm volatile(".global here_inlined\nhere_inlined:");
    sink[0] = value; /* mark: inlined */
}

__attribute__((noinline)) void leaf(uint32_t value)
{
    __asm volatile(".global here_leaf\nhere_leaf:");
    sink[1] = value; /* mark: leaf */
}

__attribute__((noinline, section(".ramfunc"))) void from_ram(uint32_t value)
{
    sink[2] = value;
    __asm volatile(".global here_ram\nhere_ram:");
}

__attribute__((noinline)) void middle(uint32_t value)
{
    volatile uint32_t local[4] = {value, value + 1};
    inlined(local[0] + hidden); /* mark: calls inlined */
    leaf(local[1]);             /* mark: calls leaf */
    hidden = local[0];
}

/* The exception comes between two instructions of this function. */
__attribute__((noinline)) void outer(uint32_t value)
{
    middle(value); /* mark: calls middle */
    SCB->ICSR = 1u << 28;
    dsb(); /* mark: interrupted */
    isb();
    sink[3] = value;
}

void PendSV_Handler(void)
{
    leaf(sink[3]); /* mark: handler calls leaf */
    sink[3]++;
}

int main(void)
{
    outer(table[1]); /* mark: calls outer */
    void (*volatile in_ram)(uint32_t) = from_ram;
    in_ram(sink[3]);
    return (int)sink[2];
}
