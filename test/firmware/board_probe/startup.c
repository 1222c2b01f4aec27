/* startup.c - from reset to main, with a vector table of which main.c fills in
 * what it wants.
 *
 * SPDX-License-Identifier: MIT
 */
#include "probe.h"

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[],
        stack_top[];

int main(void);

uint32_t host(uint32_t op, const void *arg)
{
    register uint32_t r0 __asm("r0") = op;
    register const void *r1 __asm("r1") = arg;
    __asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void leave(uint32_t code)
{
    const uint32_t block[2] = {0x20026, code}; /* ADP_Stopped_ApplicationExit */
    (void)host(0x20, block);
    for (;;) {
    }
}

void reset(void);

void reset(void)
{
    for (uint32_t i = 0; &data_start[i] < data_end; i++) {
        data_start[i] = data_load[i];
    }
    for (uint32_t *p = bss_start; p < bss_end; p++) {
        *p = 0;
    }
    leave((uint32_t)main());
}

#define FOUR(x) x, x, x, x

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16 + 97] = {
        (uintptr_t)stack_top,
        (uintptr_t)reset,
        FOUR((uintptr_t)spin),
        (uintptr_t)spin,
        [11] = (uintptr_t)spin,
        [14] = (uintptr_t)spin,
        [15] = (uintptr_t)tick,
        [16 + 28] = (uintptr_t)tim2,
};
