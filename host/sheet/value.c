/* value.c - values of a type, from text and to text.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sheet/type.h"

static const char hex_prefix[] = "hex:";

__attribute__((format(printf, 2, 3))) static bool refuse(
        char why[TYPE_WHY], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, TYPE_WHY, format, args);
    va_end(args);
    return false;
}

static uint64_t load(const uint8_t *bytes, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = width; i > 0; i--) {
        value = value << 8 | bytes[i - 1];
    }
    return value;
}

/* Of so many bytes, all ones. */
static uint64_t largest(unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++) {
        value = value << 8 | 0xFF;
    }
    return value;
}

static int64_t load_signed(const uint8_t *bytes, unsigned width)
{
    uint64_t value = load(bytes, width);
    uint64_t sign = largest(width) / 2 + 1;
    return (int64_t)((value ^ sign) - sign);
}

static double load_float(const uint8_t *bytes, unsigned width)
{
    if (width == sizeof(float)) {
        float value;
        memcpy(&value, bytes, sizeof(value));
        return (double)value;
    }
    double value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

static void store(uint8_t *bytes, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
}

/* ---- reading: one element ------------------------------------------------------ */

static bool read_unsigned(
        const struct type *type, const char *text, uint8_t *to, char why[TYPE_WHY])
{
    uint64_t max = largest(type->width);
    char *end = NULL;
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    errno = 0;
    uint64_t value =
            isdigit((unsigned char)text[0]) ? strtoull(text, &end, hex ? 16 : 10) : 0;
    if (end == NULL || *end != '\0') {
        return refuse(why, "'%.40s' is no whole number from 0 to %" PRIu64, text, max);
    }
    if (errno != 0 || value > max) {
        return refuse(why, "%.40s does not fit: from 0 to %" PRIu64, text, max);
    }
    store(to, value, type->width);
    return true;
}

static bool read_signed(
        const struct type *type, const char *text, uint8_t *to, char why[TYPE_WHY])
{
    int64_t max = (int64_t)(largest(type->width) / 2);
    bool minus = text[0] == '-';
    const char *digits = text + (minus || text[0] == '+');
    bool hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    char *end = NULL;
    errno = 0;
    uint64_t value =
            isdigit((unsigned char)digits[0]) ? strtoull(digits, &end, hex ? 16 : 10) : 0;
    if (end == NULL || *end != '\0') {
        return refuse(why, "'%.40s' is no whole number from %" PRId64 " to %" PRId64,
                text, -max - 1, max);
    }
    if (errno != 0 || value > (uint64_t)max + minus) {
        return refuse(why, "%.40s does not fit: from %" PRId64 " to %" PRId64, text,
                -max - 1, max);
    }
    store(to, minus ? 0 - value : value, type->width);
    return true;
}

static bool read_float(
        const struct type *type, const char *text, uint8_t *to, char why[TYPE_WHY])
{
    char *end = NULL;
    bool begins = text[0] != '\0' && !isspace((unsigned char)text[0]);
    double wide = begins ? strtod(text, &end) : 0;
    if (end == NULL || *end != '\0') {
        return refuse(why, "'%.40s' is no number such as 1.5", text);
    }
    float narrow = type->width == sizeof(float) ? strtof(text, NULL) : 0;
    if (isfinite(wide) ? !isfinite(narrow) : strpbrk(text, "0123456789") != NULL) {
        return refuse(why, "%.40s is too large for %s", text,
                type->width == sizeof(float) ? "f32" : "f64");
    }
    if (type->width == sizeof(float)) {
        memcpy(to, &narrow, sizeof(narrow));
    } else {
        memcpy(to, &wide, sizeof(wide));
    }
    return true;
}

static bool read_bool(const char *text, uint8_t *to, char why[TYPE_WHY])
{
    bool yes = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    bool no = strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0;
    to[0] = yes;
    return yes || no || refuse(why, "'%.40s' is neither true nor false", text);
}

static bool read_element(
        const struct type *type, const char *text, uint8_t *to, char why[TYPE_WHY])
{
    switch (type->kind) {
    case TYPE_BOOL: return read_bool(text, to, why);
    case TYPE_SIGNED: return read_signed(type, text, to, why);
    case TYPE_FLOAT: return read_float(type, text, to, why);
    case TYPE_UNSIGNED:
    case TYPE_BYTES:
    case TYPE_CHAR:
    case TYPE_KINDS:
    default: return read_unsigned(type, text, to, why);
    }
}

/* ---- reading: all of it ----------------------------------------------------------- */

static bool read_text(
        const struct type *type, const char *text, uint8_t *bytes, char why[TYPE_WHY])
{
    size_t len = strlen(text);
    if (len > type->count) {
        return refuse(
                why, "%zu bytes of text are too many: it holds %u", len, type->count);
    }
    memset(bytes, 0, type->count);
    memcpy(bytes, text, len); /* NOLINT(bugprone-not-null-terminated-result) */
    return true;
}

static bool read_digits(
        const struct type *type, const char *digits, uint8_t *bytes, char why[TYPE_WHY])
{
    uint32_t len = type_len(type);
    return hex_read(digits, bytes, (long)len) == (long)len ||
           refuse(why, "'%.40s' are not %u hexadecimal digits, for %u bytes", digits,
                   2 * len, len);
}

static bool read_elements(
        const struct type *type, const char *text, uint8_t *bytes, char why[TYPE_WHY])
{
    static const char between[] = " \t,";
    uint32_t n = 0;
    for (const char *at = text + strspn(text, between); *at != '\0'; n++) {
        char element[64];
        size_t len = strcspn(at, between);
        if (n == type->count || len >= sizeof(element)) {
            break;
        }
        memcpy(element, at, len);
        element[len] = '\0';
        if (!read_element(type, element, bytes + (size_t)n * type->width, why)) {
            return false;
        }
        at += len;
        at += strspn(at, between);
        if (*at == '\0' && n + 1 == type->count) {
            return true;
        }
    }
    return refuse(
            why, "'%.40s' are not %u numbers with blanks between", text, type->count);
}

bool type_value(
        const struct type *type, const char *text, uint8_t *bytes, char why[TYPE_WHY])
{
    size_t prefix = strlen(hex_prefix);
    /* As text it would be too long for any char[N] of so many bytes. */
    if (strncmp(text, hex_prefix, prefix) == 0 &&
            (type->kind != TYPE_CHAR ||
                    strlen(text) == prefix + 2 * (size_t)type->count)) {
        return read_digits(type, text + prefix, bytes, why);
    }
    if (type->kind == TYPE_CHAR) {
        return read_text(type, text, bytes, why);
    }
    if (type->kind == TYPE_BYTES) {
        return read_digits(type, text, bytes, why);
    }
    return type->count == 1 ? read_element(type, text, bytes, why)
                            : read_elements(type, text, bytes, why);
}

/* ---- writing ------------------------------------------------------------------------ */

/* Text up to the zeros at its end; false: it is none. */
static bool as_text(const struct type *type, const uint8_t *bytes, uint32_t *len)
{
    *len = type->count;
    while (*len > 0 && bytes[*len - 1] == 0) {
        (*len)--;
    }
    return text_is_plain(bytes, *len);
}

/* The fewest digits that read back as the same bytes. */
static void print_float(const struct type *type, const uint8_t *bytes, FILE *to)
{
    char text[40];
    char why[TYPE_WHY];
    uint8_t again[8];
    double value = load_float(bytes, type->width);
    for (int digits = 6; digits <= 17; digits++) {
        (void)snprintf(text, sizeof(text), "%.*g", digits, value);
        if (read_float(type, text, again, why) &&
                memcmp(again, bytes, type->width) == 0) {
            break;
        }
    }
    (void)fputs(text, to);
}

static void print_element(const struct type *type, const uint8_t *bytes, FILE *to)
{
    switch (type->kind) {
    case TYPE_BOOL: (void)fputs(bytes[0] != 0 ? "true" : "false", to); break;
    case TYPE_SIGNED:
        (void)fprintf(to, "%" PRId64, load_signed(bytes, type->width));
        break;
    case TYPE_FLOAT: print_float(type, bytes, to); break;
    case TYPE_UNSIGNED:
    case TYPE_BYTES:
    case TYPE_CHAR:
    case TYPE_KINDS:
    default: (void)fprintf(to, "%" PRIu64, load(bytes, type->width));
    }
}

static void print_digits(const uint8_t *bytes, uint32_t len, FILE *to)
{
    for (uint32_t i = 0; i < len; i++) {
        (void)fprintf(to, "%02x", bytes[i]);
    }
}

/* Has each element a text that reads back as it is? */
static bool has_text(const struct type *type, const uint8_t *bytes)
{
    for (uint32_t i = 0; i < type->count; i++) {
        const uint8_t *at = bytes + (size_t)i * type->width;
        if ((type->kind == TYPE_BOOL && at[0] > 1) ||
                (type->kind == TYPE_FLOAT && isnan(load_float(at, type->width)))) {
            return false;
        }
    }
    return true;
}

void type_print(const struct type *type, const uint8_t *bytes, FILE *to)
{
    uint32_t len;
    if (type->kind == TYPE_CHAR && as_text(type, bytes, &len)) {
        (void)fwrite(bytes, 1, len, to);
        return;
    }
    if (type->kind == TYPE_BYTES) {
        print_digits(bytes, type->count, to);
        return;
    }
    if (type->kind == TYPE_CHAR || !has_text(type, bytes)) {
        (void)fputs(hex_prefix, to);
        print_digits(bytes, type_len(type), to);
        return;
    }
    for (uint32_t i = 0; i < type->count; i++) {
        (void)fputs(i > 0 ? " " : "", to);
        print_element(type, bytes + (size_t)i * type->width, to);
    }
}

static bool is_bare(const struct type *type, const uint8_t *bytes)
{
    static const int64_t exact = INT64_C(1) << 53; /* what all readers of JSON take */
    switch (type->kind) {
    case TYPE_BOOL: return true;
    case TYPE_UNSIGNED: return load(bytes, type->width) <= (uint64_t)exact;
    case TYPE_SIGNED: {
        int64_t value = load_signed(bytes, type->width);
        return value <= exact && value >= -exact;
    }
    case TYPE_FLOAT: return isfinite(load_float(bytes, type->width)) != 0;
    case TYPE_BYTES:
    case TYPE_CHAR:
    case TYPE_KINDS:
    default: return false;
    }
}

bool type_is_bare(const struct type *type, const uint8_t *bytes)
{
    bool bare = has_text(type, bytes);
    for (uint32_t i = 0; i < type->count && bare; i++) {
        bare = is_bare(type, bytes + (size_t)i * type->width);
    }
    return bare;
}

/* ---- limits ---------------------------------------------------------------------------- */

/* Is a at most b? A float that is no number is not. */
static bool at_most(const struct type *type, const uint8_t *a, const uint8_t *b)
{
    switch (type->kind) {
    case TYPE_SIGNED: return load_signed(a, type->width) <= load_signed(b, type->width);
    case TYPE_FLOAT: return load_float(a, type->width) <= load_float(b, type->width);
    case TYPE_UNSIGNED:
    case TYPE_BYTES:
    case TYPE_BOOL:
    case TYPE_CHAR:
    case TYPE_KINDS:
    default: return load(a, type->width) <= load(b, type->width);
    }
}

bool type_within(const struct type *type, const uint8_t *bytes, const uint8_t *min,
        const uint8_t *max)
{
    bool number = type->kind == TYPE_UNSIGNED || type->kind == TYPE_SIGNED ||
                  type->kind == TYPE_FLOAT;
    for (uint32_t i = 0; i < type->count; i++) {
        const uint8_t *at = bytes + (size_t)i * type->width;
        if ((type->kind == TYPE_BOOL && at[0] > 1) ||
                (number && min != NULL && !at_most(type, min, at)) ||
                (number && max != NULL && !at_most(type, at, max))) {
            return false;
        }
    }
    return true;
}
