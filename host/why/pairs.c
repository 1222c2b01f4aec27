/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "why/why_priv.h"

enum { NAME_MAX_CHARS = 32 };

/* Other names than decode.h's; all in lower case, without SCB-> or SCB_. */
static const struct {
    const char *name;
    enum etch_fault_word word;
} aliases[] = {
        {"mmar", ETCH_FAULT_MMFAR},
        {"memmanage_address", ETCH_FAULT_MMFAR},
        {"r13", ETCH_FAULT_SP},
        {"r14", ETCH_FAULT_LR},
        {"r15", ETCH_FAULT_PC},
        {"ip", ETCH_FAULT_R12},
        {"xpsr", ETCH_FAULT_PSR},
        {"ipsr", ETCH_FAULT_VECTOR},
        {"stacked_pc", ETCH_FAULT_PC},
        {"stacked_lr", ETCH_FAULT_LR},
        {"stacked_psr", ETCH_FAULT_PSR},
        {"flash_status", ETCH_FAULT_FLASH_SR},
};

static const char *const parts[PARTS_OF_CFSR][2] = {
        [PART_MMFSR] = {"mmfsr", "mfsr"},
        [PART_BFSR] = {"bfsr", "bfsr"},
        [PART_UFSR] = {"ufsr", "ufsr"},
};

/* RBAR[3], MPU_RBAR3, RBAR3. */
static bool is_region_word(const char *name, enum etch_fault_word *word)
{
    if (strncmp(name, "mpu_", 4) == 0) {
        name += 4;
    }
    bool is_rasr = strncmp(name, "rasr", 4) == 0;
    bool is_rbar = strncmp(name, "rbar", 4) == 0;
    if (!is_rasr && !is_rbar) {
        return false;
    }
    const char *digit = name[4] == '[' ? name + 5 : name + 4;
    const char *tail = digit + 1;
    if (*digit < '0' || *digit > '7' || strcmp(tail, name[4] == '[' ? "]" : "") != 0) {
        return false;
    }
    *word = ETCH_FAULT_RBAR0 + 2u * (unsigned)(*digit - '0') + (is_rasr ? 1u : 0u);
    return true;
}

static bool word_of(const char *name, enum etch_fault_word *word)
{
    for (uint32_t w = 0; w < ETCH_FAULT_WORDS; w++) {
        if (strcasecmp(name, etch_fault_word_name(w)) == 0) {
            *word = w;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++) {
        if (strcmp(name, aliases[i].name) == 0) {
            *word = aliases[i].word;
            return true;
        }
    }
    return is_region_word(name, word);
}

static bool take_part(struct reader *r, const char *name, uint32_t value)
{
    for (unsigned part = 0; part < PARTS_OF_CFSR; part++) {
        if (strcmp(name, parts[part][0]) == 0 || strcmp(name, parts[part][1]) == 0) {
            r->parts |= part == PART_UFSR ? value << 16 : (value & 0xFF) << 8 * part;
            r->has_parts = true;
            return true;
        }
    }
    return false;
}

static bool take(struct reader *r, const char *name, uint32_t value)
{
    enum etch_fault_word word;
    if (take_part(r, name, value)) {
        return true;
    }
    if (!word_of(name, &word)) {
        return false;
    }
    found(r, word, value);
    return true;
}

/* SCB->CFSR, SCB_CFSR and CFSR are one; so are FLASH->SR and FLASH_SR. The second name
 * of lr [r14] comes as r14]. */
static void plain_name(const char *at, size_t len, char name[NAME_MAX_CHARS])
{
    static const char scb[] = "scb_";
    size_t n = 0;
    for (size_t i = 0; i < len && n + 1 < NAME_MAX_CHARS; i++) {
        if (at[i] == '-') {
            continue; /* of an arrow */
        }
        name[n] = at[i];
        if (at[i] == '>' || at[i] == '.') {
            name[n] = '_';
        }
        n++;
    }
    if (n > 0 && name[n - 1] == ']' && memchr(name, '[', n) == NULL) {
        n--;
    }
    name[n] = '\0';
    if (strncmp(name, scb, strlen(scb)) == 0) {
        memmove(name, name + strlen(scb), n + 1 - strlen(scb));
    }
}

static size_t name_len(const char *at)
{
    return strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_->.[]");
}

/* One of r0/a1. */
static bool take_any_name(struct reader *r, const char *at, size_t len, uint32_t value)
{
    char name[NAME_MAX_CHARS];
    plain_name(at, len, name);
    return take(r, name, value);
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
        (void)snprintf(name, sizeof(name), "r%lu", number);
        (void)take(r, name, value);
        at = end;
    }
    return at;
}

/* The pair that begins at at; where to go on. */
static const char *take_pair(struct reader *r, const char *at, bool line_begin)
{
    size_t len = name_len(at);
    const char *end = at + len;
    const char *other = NULL;
    size_t other_len = 0;
    if (*end == '/') {
        other = end + 1;
        other_len = name_len(other);
        end = other + other_len;
    }
    bool columns = line_begin && end[0] == ' ' && end[1] == '0' && end[2] == 'x';
    const char *behind = end + (*end == ')' ? 1 : 0);
    uint32_t value;
    if ((*behind != ':' && *behind != '=' && !columns) ||
            (behind = hex_at(behind + 1, &value)) == NULL) {
        return end;
    }
    if (take_any_name(r, at, len, value) ||
            (other != NULL && take_any_name(r, other, other_len, value))) {
        if (columns && r->w->format == WHY_REGISTERS) {
            r->w->format = WHY_GDB;
        }
        return take_row(r, at, behind);
    }
    return end;
}

void read_pairs(struct reader *r)
{
    const char *line = r->squeezed;
    const char *at = line;
    while (*at != '\0') {
        bool begins = isalpha((unsigned char)*at) != 0 || *at == '_';
        if (!begins) {
            at++;
            continue;
        }
        const char *next = take_pair(r, at, at == line);
        at = next > at ? next : at + 1;
    }
}
