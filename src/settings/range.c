/* range.c - may a setting have this value?
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "settings/settings_priv.h"

static int64_t load_signed(const void *from, unsigned width)
{
    int64_t value = 0;
    memcpy(&value, from, width); /* the chip and the host are little-endian */
    unsigned unused = 64 - 8 * width;
    return (int64_t)((uint64_t)value << unused) >> unused;
}

static uint64_t load_unsigned(const void *from, unsigned width)
{
    uint64_t value = 0;
    memcpy(&value, from, width);
    return value;
}

/* Is a number at most another. A float that is no number is not. */
static bool is_at_most(const struct etch_setting *s, const void *a, const void *b)
{
    if (s->kind == ETCH_SETTING_UNSIGNED) {
        return load_unsigned(a, s->width) <= load_unsigned(b, s->width);
    }
    if (s->kind == ETCH_SETTING_SIGNED) {
        return load_signed(a, s->width) <= load_signed(b, s->width);
    }
    if (s->width == sizeof(double)) {
        double x;
        double y;
        memcpy(&x, a, sizeof(x));
        memcpy(&y, b, sizeof(y));
        return x <= y;
    }
    float x;
    float y;
    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    return x <= y;
}

/* Each element of an array must be in the range. */
static bool is_in_range(const struct etch_setting *s, const void *value)
{
    const uint8_t *at = value;
    for (unsigned off = 0; off < s->len; off += s->width) {
        if ((s->min && !is_at_most(s, s->min, at + off)) ||
                (s->max && !is_at_most(s, at + off, s->max))) {
            return false;
        }
    }
    return true;
}

/* A bool that is neither 0 nor 1 would be undefined behaviour to read. */
static bool is_bool(const struct etch_setting *s, const void *value)
{
    const uint8_t *at = value;
    for (unsigned off = 0; off < s->len; off++) {
        if (at[off] > 1) {
            return false;
        }
    }
    return true;
}

bool is_allowed(const struct etch_setting *s, const void *value)
{
    if ((s->kind == ETCH_SETTING_BOOL && !is_bool(s, value)) ||
            (is_number(s) && !is_in_range(s, value))) {
        return false;
    }
    return !s->valid || s->valid(value);
}
