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

/* 08060000h, as assemblers and Keil write it. */
static bool ends_in_h(const char *at)
{
    return *at == 'h' && ends_a_number(at + 1);
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
    if (ends_in_h(at) && !n->is_marked) {
        n->is_marked = n->digits > 0;
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
    bool is_hex = strncmp(at, "0x", 2) == 0 || ends_in_h(at + strspn(at, hex));
    if (is_hex || isdigit((unsigned char)*at) == 0) {
        const char *end = number_at(at, &n);
        *value = n.value;
        return end;
    }
    size_t digits = strspn(at, "0123456789");
    *value = (uint32_t)strtoul(at, NULL, 10);
    return ends_a_number(at + digits) ? at + digits : NULL;
}

/* ---- decimal or not ------------------------------------------------------------------- */

/* Without a zero in front, and not more than 32 bits hold. */
static bool is_plain_decimal(const char *at, size_t digits)
{
    return *at != '0' && strspn(at, "0123456789") == digits &&
           strtoull(at, NULL, 10) <= UINT32_MAX;
}

const char *long_decimal_at(const char *at, uint32_t *value)
{
    at += strspn(at, " ");
    size_t digits = strspn(at, "0123456789");
    bool is_long = digits > MOST_DIGITS && is_plain_decimal(at, digits);
    if (!is_long || !ends_a_number(at + digits)) {
        return NULL;
    }
    *value = (uint32_t)strtoul(at, NULL, 10);
    return at + digits;
}

/* 00000082, 8f and 8000412 are hexadecimal, and so is what makes no sense otherwise. */
static bool is_surely_hex(const struct meaning *m, const char *at, size_t digits)
{
    if (is_plain_decimal(at, digits)) {
        return !m->is_part && !could_be(m->which, (uint32_t)strtoul(at, NULL, 10));
    }
    bool is_number = strcspn(at, "0123456789") < digits || digits == MOST_DIGITS;
    return is_number && digits <= MOST_DIGITS && !(digits == 1 && *at == '0');
}

void weigh_base(struct base *base, const struct meaning *m, const char *at)
{
    at += strspn(at, ":= ");
    size_t digits = strspn(at, hex);
    base->shows_hex = base->shows_hex || (digits > 0 && ends_in_h(at + digits));
    if (digits == 0 || strncmp(at, "0x", 2) == 0 || !ends_a_number(at + digits)) {
        return;
    }
    bool is_plain = is_plain_decimal(at, digits);
    base->shows_decimal = base->shows_decimal || (is_plain && digits > MOST_DIGITS);
    base->shows_hex = base->shows_hex || is_surely_hex(m, at, digits);
    if (is_plain && !m->is_part && m->which == ETCH_FAULT_CFSR) {
        base->cfsr = (uint32_t)strtoul(at, NULL, 10);
    }
}

/* Of how many of the three kinds of faults are the flags? */
static unsigned kinds(uint32_t cfsr)
{
    unsigned mem = (cfsr & 0x3B) != 0;
    unsigned bus = (cfsr & 0x3F00) != 0;
    unsigned usage = cfsr >> 16 != 0;
    return mem + bus + usage;
}

bool is_rather_decimal(const struct base *base, uint32_t cfsr)
{
    return !base->shows_hex && could_be(ETCH_FAULT_CFSR, base->cfsr) && kinds(cfsr) > 1 &&
           kinds(base->cfsr) == 1;
}
