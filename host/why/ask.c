/* ask.c - a debugger's question, and its answer on the next line:
 *
 *   (gdb) p/x *(uint32_t *)0xE000ED28
 *   $1 = 0x82
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "why/why_priv.h"

/* The last thing in the line that begins with what, or NULL. */
static const char *last_of(const char *line, const char *what)
{
    const char *last = NULL;
    for (const char *at = line; (at = strstr(at, what)) != NULL; at++) {
        last = at;
    }
    return last;
}

static bool is_command(const char *line)
{
    static const char *const commands[] = {"p", "print", "x", "output"};
    size_t len = strcspn(line, " /");
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
        if (strlen(commands[i]) == len && strncmp(line, commands[i], len) == 0) {
            return line[len] != '\0';
        }
    }
    return false;
}

/* Of what type: *(uint8_t *)0xE000ED28 is a part of the word. */
static unsigned type_len(const char *line)
{
    bool is_byte = strstr(line, "int8") != NULL || strstr(line, "char") != NULL;
    bool is_half = strstr(line, "int16") != NULL || strstr(line, "short") != NULL;
    return is_byte ? 1 : is_half ? 2 : 4;
}

static void keep_question(struct reader *r)
{
    struct question *asked = &r->asked;
    *asked = (struct question){0};
    const char *addr = last_of(r->line, "0x");
    const char *name = last_of(r->line, "$");
    if (addr != NULL && hex_at(addr, &asked->addr) != NULL) {
        asked->len = type_len(r->line);
        return;
    }
    name = name == NULL ? last_of(r->line, " ") : name;
    size_t len = name == NULL
                         ? 0
                         : strspn(name + 1, "abcdefghijklmnopqrstuvwxyz0123456789_->");
    if (len > 0 && len < sizeof(asked->name)) {
        memcpy(asked->name, name + 1, len);
    }
}

/* Behind "$1 = ", or behind the arrow with which people tell an answer. */
static const char *skip_answer(const char *at)
{
    static const char arrow[] = "-> ";
    if (*at == '$' && isdigit((unsigned char)at[1]) != 0 && strchr(at, '=') != NULL) {
        return strchr(at, '=') + 1;
    }
    return strncmp(at, arrow, strlen(arrow)) == 0 ? at + strlen(arrow) : NULL;
}

static int count(const char *line, char c)
{
    int n = 0;
    for (; (line = strchr(line, c)) != NULL; line++) {
        n++;
    }
    return n;
}

/* $1 = {CFSR = 33280, ...}, in one line or in many: what is not marked is decimal. */
static void follow_struct(struct reader *r)
{
    r->decimal = r->braces > 0 || skip_answer(r->line) != NULL;
    if (r->decimal) {
        r->braces += count(r->line, '{') - count(r->line, '}');
    }
}

/* $1 = 0x82; without /x it is decimal. */
static bool read_answer(struct reader *r)
{
    const char *at = skip_answer(r->line);
    if (at == NULL || isdigit((unsigned char)*at) == 0) {
        return false; /* a struct: its members have names of their own */
    }
    uint32_t value = (uint32_t)strtoul(at, NULL, strncmp(at, "0x", 2) == 0 ? 16 : 10);
    struct meaning m;
    if (r->asked.len > 0) {
        found_at(r, r->asked.addr, r->asked.len, value);
    } else if (name_means(r->asked.name, strlen(r->asked.name), &m)) {
        found_meaning(r, m, value);
    }
    return true;
}

bool read_question(struct reader *r)
{
    follow_struct(r);
    if (is_command(r->line)) {
        keep_question(r);
        return false;
    }
    if (!read_answer(r)) {
        return false;
    }
    r->w->format = r->w->format == WHY_REGISTERS ? WHY_GDB : r->w->format;
    return true;
}
