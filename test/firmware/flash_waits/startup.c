/* startup.c - from reset to main, on an STM32F446RE.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[],
        stack_top[];

int main(void);
void reset(void);
void fault(void);
void leave(uint32_t code);

/* SYS_EXIT_EXTENDED with an exit code, for the bench and for debuggers. */
void leave(uint32_t code)
{
    const uint32_t block[2] = {0x20026, code}; /* ADP_Stopped_ApplicationExit */
    register uint32_t op __asm("r0") = 0x20;
    register const uint32_t *arg __asm("r1") = block;
    __asm volatile("bkpt 0xAB" : : "r"(op), "r"(arg) : "memory");
    for (;;) {
    }
}

void fault(void)
{
    leave(99);
}

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
