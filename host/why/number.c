/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "why/why_priv.h"

enum { MOST_DIGITS = 8, HALF = 4 };

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

/* 0x4000_0000, and 0x4000 0000 or 0x4000.0000 as people write it. But gdb has the
 * same number in decimal behind it: 0x1893 6291. */
static bool parts_digits(const char *at, const struct number *n)
{
    bool is_half = n->is_marked && n->digits == HALF && (*at == ' ' || *at == '.') &&
                   strspn(at + 1, hex) == HALF && ends_a_number(at + 1 + HALF);
    bool again = is_half && *at == ' ' && strtoul(at + 1, NULL, 10) == n->value;
    return (*at == '_' && n->digits > 0) || (is_half && !again);
}

/* Where lines were run together a name follows at once: 0x20001F40LR = ..., and
 * 0x00000000CFSR. */
static bool begins_a_name(const char *at)
{
    return isalpha((unsigned char)*at) != 0 &&
           isalpha((unsigned char)at[strspn(at, hex)]) != 0;
}

/* The same with fewer digits, if it is a register's name: SCB->CFSR: 400MSP: ... */
static bool begins_a_register(const char *at)
{
    struct meaning m;
    size_t len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return isalpha((unsigned char)*at) != 0 && (at[len] == ':' || at[len] == '=') &&
           name_means(at, len, &m);
}

static bool begins_the_next(const char *at, unsigned digits)
{
    return digits == MOST_DIGITS ? begins_a_name(at)
                                 : digits > 0 && begins_a_register(at);
}

const char *number_at(const char *at, struct number *n)
{
    at += strspn(at, " ");
    *n = (struct number){.is_marked = strncmp(at, "0x", 2) == 0};
    at += n->is_marked ? 2 : 0;
    int digit;
    while (((digit = digit_at(at)) >= 0 || parts_digits(at, n)) &&
            !begins_the_next(at, n->digits)) {
        if (digit >= 0) {
            n->value = n->value << 4 | (uint32_t)digit;
            n->digits++;
        }
        at++;
    }
    bool ends = ends_a_number(at) || begins_the_next(at, n->digits);
    return n->digits == 0 || n->digits > MOST_DIGITS || !ends ? NULL : at;
}

const char *hex_at(const char *at, uint32_t *value)
{
    struct number n;
    const char *end = number_at(at, &n);
    if (end != NULL) {
        *value = n.value;
    }
    return end;
}

const char *decimal_at(const char *at, uint32_t *value)
{
    struct number n;
    if (strncmp(at, "0x", 2) == 0 || isdigit((unsigned char)*at) == 0) {
        const char *end = number_at(at, &n);
        *value = n.value;
        return end;
    }
    size_t digits = strspn(at, "0123456789");
    *value = (uint32_t)strtoul(at, NULL, 10);
    return ends_a_number(at + digits) ? at + digits : NULL;
}
