/* decode.c - the encodings of nvs_partition_gen that are bytes in disguise.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <string.h>

#include "sheet/keys_priv.h"

static int sextet(char c)
{
    static const char digits[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at != NULL ? (int)(at - digits) : -1;
}

/* RFC 4648 section 4; blanks and line ends between are skipped. -1: it is none. */
static long base64_read(const char *text, uint8_t *bytes)
{
    uint32_t bits = 0;
    unsigned have = 0;
    unsigned digits = 0;
    unsigned padding = 0;
    long n = 0;
    for (; *text != '\0'; text++) {
        if (isspace((unsigned char)*text)) {
            continue;
        }
        int value = sextet(*text);
        if (*text == '=') {
            padding++;
        } else if (value < 0 || padding > 0) {
            return -1;
        } else {
            digits++;
            bits = bits << 6 | (uint32_t)value;
            have += 6;
        }
        if (have >= 8) {
            have -= 8;
            bytes[n++] = (uint8_t)(bits >> have);
        }
    }
    bool whole = (digits + padding) % 4 == 0 && padding <= 2;
    return whole && (bits & ((1u << have) - 1)) == 0 ? n : -1;
}

bool decode_text(enum encoding encoding, const char *text, size_t len, struct decoded *to)
{
    to->bytes = (uint8_t *)pool_copy(to->pool, text, len);
    to->len = len;
    if (to->bytes == NULL) {
        return sheet_refuse(to->why, "not enough memory");
    }
    if (encoding == ENCODING_STRING) {
        to->len = len + 1; /* the copy has that 0 */
        return strlen(text) == len ||
               sheet_refuse(to->why, "a string has no 0 in it; binary may");
    }
    if (encoding == ENCODING_BINARY) {
        return true;
    }
    bool hex = encoding == ENCODING_HEX2BIN;
    long n = strlen(text) != len ? -1
             : hex               ? hex_read(text, to->bytes, (long)len)
                                 : base64_read(text, to->bytes);
    to->len = (size_t)n;
    return n >= 0 || sheet_refuse(to->why,
                             hex ? "'%.40s' are no hexadecimal digits, two for a byte"
                                 : "'%.40s' is no base64",
                             text);
}
