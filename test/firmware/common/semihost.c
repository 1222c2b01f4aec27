/* semihost.c - see semihost.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "semihost.h"

#include <string.h>

enum { SYS_WRITE0 = 0x04, SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20 };
#define ADP_STOPPED_APPLICATION_EXIT 0x20026u

static uint32_t call(uint32_t number, const void *argument)
{
    register uint32_t op __asm("r0") = number;
    register const void *arg __asm("r1") = argument;
    __asm volatile("bkpt 0xAB" : "+r"(op) : "r"(arg) : "memory");
    return op;
}

void sh_puts(const char *text)
{
    (void)call(SYS_WRITE0, text);
}

void sh_hex(uint32_t value)
{
    char text[11] = "0x";
    for (unsigned i = 0; i < 8; i++) {
        text[2 + i] = "0123456789ABCDEF"[value >> (28 - 4 * i) & 15u];
    }
    text[10] = '\0';
    sh_puts(text);
}

void sh_dec(uint32_t value)
{
    char text[11];
    char *at = text + sizeof(text) - 1;
    *at = '\0';
    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    sh_puts(at);
}

const char *sh_args(void)
{
    static char line[80];
    struct {
        char *buffer;
        uint32_t size;
    } block = {line, sizeof(line)};
    if (call(SYS_GET_CMDLINE, &block) != 0) {
        line[0] = '\0';
    }
    return line;
}

bool sh_asked(const char *word)
{
    return strcmp(sh_args(), word) == 0;
}

_Noreturn void sh_exit(uint32_t code)
{
    const uint32_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, code};
    (void)call(SYS_EXIT_EXTENDED, block);
    for (;;) {
    }
}
