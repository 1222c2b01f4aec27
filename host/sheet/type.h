/* type.h - the types of values, as text and as bytes.
 *
 * What it is: a setting's type as its label in the store says it ("u32",
 * "char[4]", "f32[3].2"), and values of such types read from text and written
 * as text. What is written is read back to the same bytes, always: what has no
 * text of its own (a NaN, a char[4] that is no text) is written as "hex:" and
 * all its bytes.
 *
 * What it remembers: nothing. Bytes are little-endian, as on the chip.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_TYPE_H
#define ETCH_SHEET_TYPE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { TYPE_TEXT = 32, TYPE_WHY = 200 };

/* As src/settings numbers them. */
enum type_kind {
    TYPE_BYTES,
    TYPE_BOOL,
    TYPE_UNSIGNED,
    TYPE_SIGNED,
    TYPE_FLOAT,
    TYPE_CHAR,
    TYPE_KINDS
};

struct type {
    enum type_kind kind;
    uint8_t width; /* bytes of an element */
    uint8_t version;
    uint32_t count; /* elements: from 1 */
};

/* "u8" "i64" "f32" "bool" "char" "bytes[12]", with [COUNT] and .VERSION where
 * wanted. False: text is no type. */
bool type_read(const char *text, struct type *type);
/* The same text; returns it. */
const char *type_text(const struct type *type, char text[TYPE_TEXT]);
uint32_t type_len(const struct type *type); /* bytes of a value */

/* A value from text, into type_len bytes:
 *   numbers    1500, -3, 0x5DC, 1.5e3; no octal: 007 is 7
 *   bool       true, false, 1, 0
 *   arrays     the elements, with blanks or commas between
 *   char[N]    the text itself, up to N bytes; the rest becomes 0
 *   bytes[N]   2 N hexadecimal digits
 *   any        hex: and 2 hexadecimal digits for each byte
 * False: why says what is wrong and what would be right, in a phrase. */
bool type_value(
        const struct type *type, const char *text, uint8_t *bytes, char why[TYPE_WHY]);
/* Print a value's text. */
void type_print(const struct type *type, const uint8_t *bytes, FILE *to);
/* Is that text what JSON has without quotes: exact numbers, or true and false,
 * of which several make a list? */
bool type_is_bare(const struct type *type, const uint8_t *bytes);

/* Is a number's every element from min to max (one element each, or NULL), and
 * a bool's 0 or 1? Other types have no limits. */
bool type_within(const struct type *type, const uint8_t *bytes, const uint8_t *min,
        const uint8_t *max);

/* Hexadecimal digits, blanks between pairs allowed. How many bytes; -1: they are none,
 * or more than max. */
long hex_read(const char *text, uint8_t *bytes, long max);
/* Is it text that a person could have typed: UTF-8 without control characters? */
bool text_is_plain(const uint8_t *bytes, uint32_t len);

#endif
