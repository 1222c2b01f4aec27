/* sin_folded.c - a const object that is programmed, and then not read: the compiler
 * knows its value. The twin is volatile.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdbool.h>
#include <stddef.h>

#include "raw.h"
#include "semihost.h"
#include "sin.h"
#include "startup.h"

static const uint32_t folded __attribute__((section(".user_noload.folded"), used)) = 0;
static const volatile uint32_t read_each_time
        __attribute__((section(".user_noload.read"), used)) = 0;

/* Only written: nobody needs to read it here. */
static const volatile uint32_t logged
        __attribute__((section(".user_noload.logged"), used)) = 0;
static const char *label __attribute__((used)) = "version "; /* not const itself */

static void program(uint32_t addr)
{
    raw_unlock();
    raw_program(addr, 12);
    raw_lock();
}

static void const_folded(void)
{
    program((uint32_t)(uintptr_t)&folded);
    sh_dec(folded);
}

static void const_folded_clean(void)
{
    program((uint32_t)(uintptr_t)&read_each_time);
    program((uint32_t)(uintptr_t)&logged);
    sh_puts(label);
    sh_dec(read_each_time);
}

int main(void)
{
    static const struct sin sins[] = {
            {"const-folded", const_folded, const_folded_clean}, {NULL, NULL, NULL}};
    return sin_run(sins);
}
