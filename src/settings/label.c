/* label.c - what a setting is, as text beside its value.
 *
 * SPDX-License-Identifier: MIT
 */
#include "settings/settings_priv.h"

static const char kinds[][6] = {
        [ETCH_SETTING_BYTES] = "bytes",
        [ETCH_SETTING_BOOL] = "bool",
        [ETCH_SETTING_UNSIGNED] = "u",
        [ETCH_SETTING_SIGNED] = "i",
        [ETCH_SETTING_FLOAT] = "f",
        [ETCH_SETTING_CHAR] = "char",
};

static char *put_text(char *to, const char *text)
{
    while (*text != '\0') {
        *to++ = *text++;
    }
    return to;
}

static char *put_number(char *to, unsigned n)
{
    char digits[5];
    unsigned i = 0;
    do {
        digits[i++] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0);
    while (i > 0) {
        *to++ = digits[--i];
    }
    return to;
}

/* NAME:KIND[COUNT].VERSION; a count of 1 and a version of 0 go without saying.
 * 28 characters of name, 1, 5, 7 and 4 fit into a name of the store. */
uint16_t etch_setting_label(const struct etch_setting *setting, char *label)
{
    unsigned width = setting->kind == ETCH_SETTING_BYTES ? 1u : setting->width;
    unsigned count = setting->len / width;
    char *to = put_text(label, setting->name);
    *to++ = ':';
    to = put_text(to, kinds[setting->kind]);
    if (is_number(setting)) {
        to = put_number(to, setting->width * 8u);
    }
    if (count != 1 || setting->kind == ETCH_SETTING_BYTES) {
        *to++ = '[';
        to = put_number(to, count);
        *to++ = ']';
    }
    if (setting->version != 0) {
        *to++ = '.';
        to = put_number(to, setting->version);
    }
    *to = '\0';
    return (uint16_t)(to - label);
}

const char *label_type(const char *label)
{
    const char *at = label;
    while (*at != '\0' && *at != ':') {
        at++;
    }
    return *at == ':' ? at + 1 : label;
}

bool is_same_text(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}
