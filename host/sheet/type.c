/* SPDX-License-Identifier: MIT */
#include "sheet/type.h"

#include <ctype.h>
#include <string.h>

#include "file/utf8.h"

/* ---- types ------------------------------------------------------------------ */

static const struct {
    const char *text;
    enum type_kind kind;
    uint8_t width;
} kinds[] = {
        {"bytes", TYPE_BYTES, 1},
        {"bool", TYPE_BOOL, 1},
        {"u8", TYPE_UNSIGNED, 1},
        {"u16", TYPE_UNSIGNED, 2},
        {"u32", TYPE_UNSIGNED, 4},
        {"u64", TYPE_UNSIGNED, 8},
        {"i8", TYPE_SIGNED, 1},
        {"i16", TYPE_SIGNED, 2},
        {"i32", TYPE_SIGNED, 4},
        {"i64", TYPE_SIGNED, 8},
        {"f32", TYPE_FLOAT, 4},
        {"f64", TYPE_FLOAT, 8},
        {"char", TYPE_CHAR, 1},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), COUNT_MAX = 65535 };

/* A number without sign or leading zeros, from 1 to max, at *at; moves behind. */
static uint32_t read_count(const char **at, uint32_t max)
{
    uint32_t n = 0;
    if (**at == '0') {
        return 0;
    }
    while (isdigit((unsigned char)**at) && n <= max) {
        n = n * 10 + (uint32_t)(*(*at)++ - '0');
    }
    return n <= max ? n : 0;
}

bool type_read(const char *text, struct type *type)
{
    size_t len = strcspn(text, "[.");
    size_t k = 0;
    while (k < KINDS &&
            (strlen(kinds[k].text) != len || strncmp(kinds[k].text, text, len) != 0)) {
        k++;
    }
    if (k == KINDS) {
        return false;
    }
    *type = (struct type){.kind = kinds[k].kind, .width = kinds[k].width, .count = 1};
    const char *at = text + len;
    if (*at == '[') {
        at++;
        type->count = read_count(&at, COUNT_MAX / (uint32_t)type->width);
        if (type->count == 0 || *at++ != ']') {
            return false;
        }
    } else if (type->kind == TYPE_BYTES) {
        return false;
    }
    if (*at == '.') {
        at++;
        type->version = (uint8_t)read_count(&at, UINT8_MAX);
        return type->version != 0 && *at == '\0';
    }
    return *at == '\0';
}

const char *type_text(const struct type *type, char text[TYPE_TEXT])
{
    size_t k = 0;
    while (kinds[k].kind != type->kind || kinds[k].width != type->width) {
        k++;
    }
    int len = snprintf(text, TYPE_TEXT, "%s", kinds[k].text);
    if (type->count != 1 || type->kind == TYPE_BYTES) {
        len += snprintf(text + len, TYPE_TEXT - (size_t)len, "[%u]", type->count);
    }
    if (type->version != 0) {
        (void)snprintf(text + len, TYPE_TEXT - (size_t)len, ".%u", type->version);
    }
    return text;
}

uint32_t type_len(const struct type *type)
{
    return type->width * type->count;
}

/* ---- bytes and text ------------------------------------------------------------ */

static int digit(char c)
{
    if (isdigit((unsigned char)c)) {
        return c - '0';
    }
    int low = tolower((unsigned char)c);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

long hex_read(const char *text, uint8_t *bytes, long max)
{
    long n = 0;
    while (*text != '\0') {
        if (isspace((unsigned char)*text)) {
            text++;
            continue;
        }
        int high = digit(text[0]);
        int low = high < 0 ? -1 : digit(text[1]);
        if (low < 0 || n == max) {
            return -1;
        }
        bytes[n++] = (uint8_t)(high * 16 + low);
        text += 2;
    }
    return n;
}

bool text_is_plain(const uint8_t *bytes, uint32_t len)
{
    for (uint32_t i = 0; i < len;) {
        size_t n = utf8_len(bytes + i, len - i);
        if (n == 0) {
            return false;
        }
        i += (uint32_t)n;
    }
    return true;
}
