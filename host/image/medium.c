/* medium.c - bytes of the medium, and sums over them.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "image/image_priv.h"

uint16_t little16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t little32(const uint8_t *at)
{
    return little16(at) | (uint32_t)little16(at + 2) << 16;
}

void complement(uint8_t *to, const uint8_t *from, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        to[i] = (uint8_t)~from[i];
    }
}

uint32_t get_word(const struct image_medium *m, uint32_t off)
{
    return little32(m->bytes + off);
}

bool all_readable(const struct image_medium *m, uint32_t off, uint32_t n)
{
    for (uint32_t i = 0; m->unreadable != NULL && i < n; i++) {
        if (m->unreadable[off + i] != 0) {
            return false;
        }
    }
    return true;
}

bool all_erased(const struct image_medium *m, uint32_t off, uint32_t n)
{
    const uint8_t *at = m->bytes + off;
    /* Each byte like the one before it, and the first erased. */
    bool alike = n == 0 || (at[0] == 0xFF && memcmp(at, at + 1, n - 1) == 0);
    return alike && all_readable(m, off, n);
}

uint32_t sum32(uint32_t sum, const uint8_t *bytes, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        sum = sum32_of[(sum ^ bytes[i]) & 0xFFu] ^ sum >> 8;
    }
    return sum;
}

uint16_t sum10(uint16_t sum, const uint8_t *bytes, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        sum = (uint16_t)(sum10_of[(sum ^ bytes[i]) & 0xFFu] ^ sum >> 8);
    }
    return sum;
}
