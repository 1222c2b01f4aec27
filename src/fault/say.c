/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "fault/decode_priv.h"

/* Up to here every part with this sector has it at the same address. */
#define SAME_SECTORS 0x08080000u

static void put_text(const struct etch_fault_sink *to, const char *text)
{
    while (*text) {
        to->emit(to->ctx, *text++);
    }
}

static void put_hex(const struct etch_fault_sink *to, uint32_t value)
{
    put_text(to, "0x");
    for (int shift = 28; shift >= 0; shift -= 4) {
        to->emit(to->ctx, "0123456789ABCDEF"[value >> shift & 15]);
    }
}

static void put_number(const struct etch_fault_sink *to, uint32_t value)
{
    char digits[10];
    uint32_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (n > 0) {
        to->emit(to->ctx, digits[--n]);
    }
}

/* 0x08060000 (flash, sector 7) */
static void put_place(const struct etch_fault_sink *to, uint32_t addr)
{
    enum area area = area_of(addr);
    put_hex(to, addr);
    put_text(to, " (");
    put_text(to, is_fill(addr) ? "a fill pattern" : area_names[area]);
    if (area == AREA_FLASH && addr < SAME_SECTORS) {
        uint32_t off = addr & 0xFFFFF;
        put_text(to, ", sector ");
        put_number(to, off >> 17 ? 4 + (off >> 17) : off >> 16 ? 4 : off >> 14);
    }
    put_text(to, ")");
}

void say(const struct etch_fault_sink *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    for (; *format; format++) {
        if (*format != '%') {
            to->emit(to->ctx, *format);
            continue;
        }
        switch (*++format) {
        case 'x': put_hex(to, va_arg(args, uint32_t)); break;
        case 'u': put_number(to, va_arg(args, uint32_t)); break;
        case 'a': put_place(to, va_arg(args, uint32_t)); break;
        case 's': put_text(to, va_arg(args, const char *)); break;
        default: to->emit(to->ctx, *format); break;
        }
    }
    va_end(args);
}
