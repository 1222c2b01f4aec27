/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "why/why_priv.h"

/* Registers that somebody looked at with a debugger: x/6wx 0xE000ED24. */
static const struct {
    uint32_t addr;
    enum etch_fault_word word;
} registers[] = {
        {0xE000ED08, ETCH_FAULT_VTOR},
        {0xE000ED24, ETCH_FAULT_SHCSR},
        {0xE000ED28, ETCH_FAULT_CFSR},
        {0xE000ED2C, ETCH_FAULT_HFSR},
        {0xE000ED30, ETCH_FAULT_DFSR},
        {0xE000ED34, ETCH_FAULT_MMFAR},
        {0xE000ED38, ETCH_FAULT_BFAR},
        {0xE000ED94, ETCH_FAULT_MPU_CTRL},
        {0x40023C0C, ETCH_FAULT_FLASH_SR},
        {0x40023C10, ETCH_FAULT_FLASH_CR},
};

static void found_at(struct reader *r, uint32_t addr, uint32_t value)
{
    struct why *w = r->w;
    for (size_t i = 0; i < sizeof(registers) / sizeof(*registers); i++) {
        if (registers[i].addr == addr) {
            found(r, registers[i].word, value);
            return;
        }
    }
    uint32_t old;
    if (w->memory_n < WHY_MEMORY && !why_memory(w, addr, &old)) {
        w->memory[w->memory_n].addr = addr;
        w->memory[w->memory_n++].value = value;
    }
}

bool why_memory(const struct why *w, uint32_t addr, uint32_t *value)
{
    for (size_t i = 0; i < w->memory_n; i++) {
        if (w->memory[i].addr == addr) {
            *value = w->memory[i].value;
            return true;
        }
    }
    return false;
}

/* addr: 200005d0    data: 0800269c */
static bool read_cmbacktrace(struct reader *r)
{
    static const char name[] = "addr:";
    static const char data[] = "data:";
    const char *at = strstr(r->squeezed, name);
    const char *behind = at == NULL ? NULL : strstr(at, data);
    uint32_t addr;
    uint32_t value;
    if (behind == NULL || hex_at(at + strlen(name), &addr) == NULL ||
            hex_at(behind + strlen(data), &value) == NULL) {
        return false;
    }
    found_at(r, addr, value);
    return true;
}

/* 0x20000fd8 <stack+24>:  0x00000001  0x20000100 ... */
static bool read_gdb(struct reader *r)
{
    uint32_t addr;
    const char *at = strstr(r->squeezed, "0x");
    if (at != r->squeezed || (at = hex_at(at, &addr)) == NULL) {
        return false;
    }
    at += strspn(at, " ");
    if (*at == '<') {
        at = strchr(at, '>');
        at = at == NULL ? "" : at + 1;
    }
    if (*at != ':') {
        return false;
    }
    uint32_t value;
    while ((at = hex_at(at + 1, &value)) != NULL) {
        found_at(r, addr, value);
        addr += 4;
        if (*at != ' ') {
            break;
        }
    }
    return true;
}

bool read_memory(struct reader *r)
{
    return read_cmbacktrace(r) || read_gdb(r);
}

static const char hex[] = "0123456789abcdef";

/* Of what is in lower case; -1: it is no digit. */
static int digit_at(const char *at)
{
    const char *digit = *at == '\0' ? NULL : strchr(hex, *at);
    return digit == NULL ? -1 : (int)(digit - hex);
}

static bool ends_a_number(const char *at)
{
    bool point = *at == '.' && isdigit((unsigned char)at[1]);
    return !isalnum((unsigned char)*at) && !point;
}

/* 0x4000_0000, and 0x4000 0000 as people write it. */
static bool parts_digits(const char *at, bool is_marked, unsigned n)
{
    enum { HALF = 4 };
    return (*at == '_' && n > 0) ||
           (*at == ' ' && is_marked && n == HALF && strspn(at + 1, hex) == HALF &&
                   ends_a_number(at + 1 + HALF));
}

const char *hex_at(const char *at, uint32_t *value)
{
    at += strspn(at, " ");
    bool is_marked = strncmp(at, "0x", 2) == 0;
    at += is_marked ? 2 : 0;
    uint32_t sum = 0;
    unsigned digits = 0;
    int digit;
    while ((digit = digit_at(at)) >= 0 || parts_digits(at, is_marked, digits)) {
        if (digit >= 0) {
            sum = sum << 4 | (uint32_t)digit;
            digits++;
        }
        at++;
    }
    if (digits == 0 || digits > 8 || !ends_a_number(at)) {
        return NULL;
    }
    *value = sum;
    return at;
}
