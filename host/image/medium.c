/* medium.c - bytes of the medium, and sums over them.
 *
 * SPDX-License-Identifier: MIT
 */
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
    for (uint32_t i = 0; i < n; i++) {
        if (m->bytes[off + i] != 0xFF) {
            return false;
        }
    }
    return all_readable(m, off, n);
}

uint32_t sum32(uint32_t sum, const uint8_t *bytes, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ ((sum & 1u) != 0 ? 0xEDB88320u : 0);
        }
    }
    return sum;
}

uint16_t sum10(uint16_t sum, const uint8_t *bytes, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = (uint16_t)(sum >> 1 ^ ((sum & 1u) != 0 ? 0x331u : 0));
        }
    }
    return sum;
}
