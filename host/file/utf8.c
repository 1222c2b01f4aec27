/* SPDX-License-Identifier: MIT */
#include "file/utf8.h"

#include <stdbool.h>
#include <string.h>

size_t utf8_len(const void *text, size_t left)
{
    static const struct {
        uint8_t first, last, second_min, second_max, len;
    } rows[] = {{0x20, 0x7E, 0, 0, 1}, {0xC2, 0xC2, 0xA0, 0xBF, 2},
            {0xC3, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
            {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
            {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
            {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4}};
    const uint8_t *at = text;
    for (size_t i = 0; left > 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (at[0] < rows[i].first || at[0] > rows[i].last) {
            continue;
        }
        bool good = rows[i].len <= left &&
                    (rows[i].len == 1 ||
                            (at[1] >= rows[i].second_min && at[1] <= rows[i].second_max));
        for (uint32_t k = 2; good && k < rows[i].len; k++) {
            good = (at[k] & 0xC0u) == 0x80;
        }
        return good ? rows[i].len : 0;
    }
    return 0;
}

/* keep: characters that stay as they are; escape: what a byte becomes. */
static void print(FILE *to, const char *text, const char *keep, const char *escape)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t n = strchr(keep, *text) != NULL ? 1 : utf8_len(text, left);
        if (n > 0) {
            (void)fwrite(text, 1, n, to);
        } else {
            (void)fprintf(to, "%s%02x", escape, (unsigned)(unsigned char)*text);
            n = 1;
        }
        text += n;
        left -= n;
    }
}

void utf8_print(FILE *to, const char *text)
{
    print(to, text, "", "\\x");
}

void utf8_print_json(FILE *to, const char *json)
{
    print(to, json, "\n\t", "\\\\x"); /* in a string, where a backslash is two */
}
