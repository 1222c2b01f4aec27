/* startup.c - from reset to main, and out again with what main returns.
 *
 * SPDX-License-Identifier: MIT
 */
#include "startup.h"

#include <stdint.h>

#include "semihost.h"
#include "stm32f4.h"

extern uint32_t data_start[], data_end[], data_load[];
extern uint32_t ccm_start[], ccm_end[], ccm_load[];
extern uint32_t bss_start[], bss_end[];

static void copy(uint32_t *to, const uint32_t *end, const uint32_t *from)
{
    while (to < end) {
        *to++ = *from++;
    }
}

void Reset_Handler(void)
{
    copy(data_start, data_end, data_load);
    copy(ccm_start, ccm_end, ccm_load);
    for (uint32_t *p = bss_start; p < bss_end; p++) {
        *p = 0;
    }
    SystemInit();
    sh_exit((uint32_t)main());
}

/* What a board does first; a firmware may have its own. */
__attribute__((weak)) void SystemInit(void)
{
}

_Noreturn void system_reset(void)
{
    dsb();
    SCB->AIRCR = SCB_AIRCR_RESET;
    dsb();
    for (;;) {
    }
}
