/* sin_ccm.c - a routine that the linker put into CCM, where nothing can be
 * executed. The twin is in SRAM.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stddef.h>

#include "sin.h"
#include "startup.h"

__attribute__((section(".ccmfunc"), noinline)) static void in_ccm(void)
{
    __asm volatile("nop");
}

__attribute__((section(".ramfunc"), noinline)) static void in_ram(void)
{
    __asm volatile("nop");
}

static void ccm_not_executable(void)
{
    void (*volatile run)(void) = in_ccm;
    run();
}

static void ccm_not_executable_clean(void)
{
    void (*volatile run)(void) = in_ram;
    run();
}

int main(void)
{
    static const struct sin sins[] = {
            {"ccm-not-executable", ccm_not_executable, ccm_not_executable_clean},
            {NULL, NULL, NULL}};
    return sin_run(sins);
}
