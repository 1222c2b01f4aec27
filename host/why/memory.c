/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "why/why_priv.h"

#define PERIPHERALS 0x40000000u

enum { WORD_DIGITS = 8, LEAST_DIGITS = 5 };

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

/* CFSR's bytes and its upper half are registers of their own (B3.2.15). */
static bool found_part_at(struct reader *r, uint32_t addr, unsigned len, uint32_t value)
{
    static const struct {
        uint32_t addr;
        unsigned len;
        enum part_of_cfsr part;
    } parts[] = {{0xE000ED28, 1, PART_MMFSR}, {0xE000ED29, 1, PART_BFSR},
            {0xE000ED2A, 2, PART_UFSR}};
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        if (parts[i].addr == addr && parts[i].len == len) {
            found_part(r, parts[i].part, value);
            return true;
        }
    }
    return false;
}

void found_at(struct reader *r, uint32_t addr, unsigned len, uint32_t value)
{
    struct why *w = r->w;
    if (found_part_at(r, addr, len, value) || len != 4 || addr % 4 != 0) {
        return;
    }
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
    const char *at = strstr(r->line, name);
    const char *behind = at == NULL ? NULL : strstr(at, data);
    uint32_t addr;
    uint32_t value;
    if (behind == NULL || hex_at(at + strlen(name), &addr) == NULL ||
            hex_at(behind + strlen(data), &value) == NULL) {
        return false;
    }
    found_at(r, addr, 4, value);
    return true;
}

/* An address with its ':' or '=', 0x20000fd8 <stack+24>: for example; where the
 * values begin, or NULL. */
static const char *skip_address(const char *at, struct number *addr)
{
    at = number_at(at, addr);
    if (at == NULL || addr->digits < (addr->is_marked ? LEAST_DIGITS : WORD_DIGITS)) {
        return NULL;
    }
    if (at[0] == ' ' && at[1] == '<') {
        at = strchr(at, '>');
        at = at == NULL ? "" : at + 1;
    }
    return *at == ':' || *at == '=' ? at + 1 : NULL;
}

/* Whole words; of bytes and halfwords nobody could say what they belong to. A
 * single value may be short: 0xE000ED28 = 0x82. */
static bool take_words(struct reader *r, uint32_t addr, const char *at)
{
    struct number n;
    bool any = false;
    while ((at = number_at(at, &n)) != NULL &&
            (n.digits == WORD_DIGITS || (!any && *at == '\0' && addr >= PERIPHERALS))) {
        found_at(r, addr, 4, n.value);
        addr += 4;
        any = true;
    }
    return any;
}

/* gdb's x, OpenOCD's mdw, J-Link's mem32, pyOCD's rw, and stacks in a log: the first
 * address in the line that words follow. */
static bool read_words(struct reader *r)
{
    char last = ' ';
    for (const char *at = r->line; *at != '\0'; last = *at++) {
        if (isalnum((unsigned char)last) != 0 || isxdigit((unsigned char)*at) == 0) {
            continue;
        }
        struct number addr;
        const char *values = skip_address(at, &addr);
        if (values == NULL || !take_words(r, addr.value, values)) {
            continue;
        }
        struct meaning m; /* x/8wx $sp says where SP points to */
        if (name_means(r->asked.name, strlen(r->asked.name), &m)) {
            found_meaning(r, m, addr.value);
        }
        return at == r->line;
    }
    return false;
}

bool read_memory(struct reader *r)
{
    return read_cmbacktrace(r) || read_words(r);
}
