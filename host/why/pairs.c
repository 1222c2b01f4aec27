/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "why/why_priv.h"

enum { SYSTEM_CONTROL_SPACE = 0xE000E, WORD_DIGITS = 8 };

static size_t name_len(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_->.[]");
}

/* "Stacked faulting PC = ...": the word stands before the name. */
static bool is_called_stacked(const char *line, const char *at)
{
    static const char word[] = "stacked ";
    enum { MOST_BETWEEN = 12 };
    const char *from = at - line > MOST_BETWEEN + (int)sizeof(word)
                               ? at - MOST_BETWEEN - sizeof(word)
                               : line;
    const char *begin = strstr(from, word);
    if (begin == NULL || begin >= at) {
        return false;
    }
    begin += strlen(word);
    return begin + strspn(begin, "abcdefghijklmnopqrstuvwxyz ") >= at;
}

/* What may stand in brackets between a name and its value: SP(R13)=, r0 (/32):,
 * CFSR (UFSR:BFSR:MMFSR) =. */
static const char *skip_brackets(const char *at)
{
    const char *open = at + (*at == ' ' ? 1 : 0);
    if (*open != '(' && *open != '[') {
        return at;
    }
    const char *close = strchr(open, *open == '(' ? ')' : ']');
    return close == NULL ? at : close + 1;
}

/* "CFSR value is 0x00020000": people write sentences. And the windows of an IDE have
 * the type between: CFSR volatile uint32_t 0x20000 (Hex). */
static const char *skip_words(const char *at)
{
    static const char *const words[] = {"value", "register", "is", "was", "reads",
            "shows", "contains", "holds", "equals", "as", "of", "the", "from", "hardware",
            "-", "->", "const", "volatile", "uint32_t", "unsigned", "long", "int"};
    bool again = true;
    while (again && *at == ' ') {
        again = false;
        size_t len = strcspn(at + 1, " :=");
        for (size_t i = 0; i < sizeof(words) / sizeof(*words) && !again; i++) {
            again = strlen(words[i]) == len && strncmp(at + 1, words[i], len) == 0;
        }
        at += again ? 1 + len : 0;
    }
    return at;
}

static bool is_status(const struct meaning *m)
{
    return m->is_part || (m->which >= ETCH_FAULT_SHCSR && m->which <= ETCH_FAULT_BFAR);
}

/* The number that ends at behind was decimal by its length, where others are not. */
static void note_mixed(struct reader *r, const char *behind)
{
    enum { MOST_HEX_DIGITS = 8 };
    const char *from = behind;
    while (from > r->line && isdigit((unsigned char)from[-1]) != 0) {
        from--;
    }
    bool is_long = behind - from > MOST_HEX_DIGITS && !r->decimal && !r->base->decimal;
    r->w->mixed = r->w->mixed || is_long;
}

/* A value with a sign before it, which is no comparison in somebody's code. */
static const char *value_behind_sign(
        const struct reader *r, const char *at, uint32_t *value)
{
    if (strncmp(at, "==", 2) == 0) {
        return NULL;
    }
    at += strspn(at, ":=");
    struct meaning second; /* BFAR=MMFAR=0x20020000: go on with MMFAR */
    const char *next = at + name_len(at);
    if (*next == '=' && name_means(at, name_len(at), &second)) {
        return hex_at(next + 1, value) != NULL ? at : NULL;
    }
    bool is_decimal = r->decimal || r->base->decimal;
    const char *behind = is_decimal ? decimal_at(at, value) : hex_at(at, value);
    return behind != NULL ? behind : long_decimal_at(at, value);
}

/* r12 0x00000000 lr 0x08000431: is the next one such a pair, too? Without 0x it has all
 * its digits. */
static bool goes_on_in_columns(const char *at)
{
    struct meaning m;
    struct number n;
    at += strspn(at, " ,;");
    size_t len = name_len(at);
    return name_means(at, len, &m) && at[len] == ' ' && number_at(at + len, &n) != NULL &&
           (n.is_marked || n.digits == WORD_DIGITS);
}

static const char *number_behind_blank(
        const struct base *base, const char *at, struct number *n)
{
    if (*at != ' ') {
        return NULL;
    }
    const char *behind = number_at(at, n);
    if (behind == NULL || (base->decimal && !n->is_marked)) {
        behind = base->decimal ? decimal_at(at + 1, &n->value)
                               : long_decimal_at(at, &n->value);
    }
    return behind;
}

/* Is it a value behind a blank? Without 0x it could be anything, but HFSR 40000000; and
 * it could be where the register is. said: in a sentence. */
static bool is_value(const struct meaning *m, const struct number *n, const char *behind,
        bool in_column, bool said)
{
    if (behind == NULL || n->value >> 12 == SYSTEM_CONTROL_SPACE) {
        return false;
    }
    bool goes_on = goes_on_in_columns(behind);
    bool is_row = n->digits == WORD_DIGITS && goes_on;
    bool is_line = in_column && (is_row || (is_status(m) && *behind == '\0'));
    bool is_pair = in_column || said || is_status(m) || goes_on;
    return is_line || (n->is_marked && is_pair);
}

/* The value of a name that ends at end; where it ends, or NULL. in_column: the line
 * has had names and values only. */
static const char *value_of(const struct reader *r, const struct meaning *m,
        const char *end, bool in_column, uint32_t *value)
{
    const char *at = skip_brackets(skip_words(skip_brackets(end)));
    bool is_sign = *at == ':' || *at == '=';
    if (!r->decimal && (is_sign || in_column)) {
        weigh_base(r->base, m, at);
    }
    if (is_sign) {
        return value_behind_sign(r, at, value);
    }
    struct number n = {0};
    const char *behind = number_behind_blank(r->base, at, &n);
    bool ends_row = in_column && r->in_row && n.digits == WORD_DIGITS;
    if (!(ends_row && behind != NULL && *behind == '\0') &&
            !is_value(m, &n, behind, in_column, at != end)) {
        return NULL;
    }
    *value = n.value;
    return behind;
}

/* RIOT: CFSR (UFSR:BFSR:MMFSR) = 0x0002:0x00:0x00. */
static const char *take_triple(const struct meaning *m, const char *at, uint32_t *value)
{
    uint32_t part;
    const char *behind;
    while (!m->is_part && m->which == ETCH_FAULT_CFSR && *at == ':' &&
            (behind = hex_at(at + 1, &part)) != NULL) {
        *value = *value << 8 | part;
        at = behind;
    }
    return at;
}

/* NuttX prints registers in rows, R0: 00000000 00000001 ..., named by the first:
 * those behind the one that was taken. Where to go on. */
static const char *take_row(struct reader *r, const char *first, const char *at)
{
    enum { WORD_CHARS = sizeof " 00000000" - 1, REGISTERS = 16 };
    bool is_register = *first == 'r' && isdigit((unsigned char)first[1]) != 0;
    unsigned long number = is_register ? strtoul(first + 1, NULL, 10) : REGISTERS;
    uint32_t value;
    const char *end;
    while (++number < REGISTERS && *at == ' ' && (end = hex_at(at, &value)) != NULL &&
            end - at == WORD_CHARS && (*end == ' ' || *end == '\0')) {
        char name[NAME_MAX_CHARS];
        struct meaning m;
        int len = snprintf(name, sizeof(name), "r%lu", number);
        if (name_means(name, (size_t)len, &m)) {
            found_meaning(r, m, value);
        }
        at = end;
    }
    return at;
}

/* gdb's third column is the number in decimal, or as an address again. */
static bool is_third_column(const char *at)
{
    return *at == ' ' && (isdigit((unsigned char)at[1]) != 0 || at[1] == '-');
}

/* The name that begins at at, or the second one of r14/lr and LR/EXC_RETURN, which
 * says more; where it ends. */
static const char *read_name(const char *at, struct meaning *m, bool *known)
{
    size_t len = name_len(at);
    *known = name_means(at, len, m);
    if (at[len] != '/') {
        return at + len;
    }
    const char *other = at + len + 1;
    struct meaning second;
    len = name_len(other);
    if (name_means(other, len, &second)) {
        *m = second;
        *known = true;
    }
    return other + len;
}

/* The pair that begins at at; where to go on, and whether it was one. */
static const char *take_pair(
        struct reader *r, const char *at, bool in_column, bool *taken)
{
    struct meaning m;
    bool known;
    const char *end = read_name(at, &m, &known);
    const char *close = end + (*end == ')' ? 1 : 0); /* Fault Status (CFSR): */
    uint32_t value;
    const char *behind = known ? value_of(r, &m, close, in_column, &value) : NULL;
    *taken = behind != NULL;
    if (behind == NULL) {
        return end;
    }
    note_mixed(r, behind);
    behind = take_triple(&m, behind, &value);
    m.stacked = m.stacked || (!m.is_part && is_called_stacked(r->line, at));
    found_impossible(r, &m, value);
    found_meaning(r, m, value);
    if (at == r->line && *close == ' ' && is_third_column(behind) &&
            r->w->format == WHY_REGISTERS) {
        r->w->format = WHY_GDB;
    }
    return take_row(r, at, behind);
}

void read_pairs(struct reader *r)
{
    const char *at = r->line;
    r->in_row = false;
    const char *column = at; /* where a name has no need of a ':' or '=' */
    while (*at != '\0') {
        bool begins = isalpha((unsigned char)*at) != 0 || *at == '_';
        if (!begins) {
            at++;
            continue;
        }
        bool taken;
        const char *next = take_pair(r, at, at == column, &taken);
        at = next > at ? next : at + 1;
        r->in_row = r->in_row || taken;
        column = taken ? at + strspn(at, " ,;") : column;
    }
}
