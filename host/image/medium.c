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

void get_plain(const struct image_medium *m, uint32_t off, uint8_t *to, uint32_t n)
{
    uint8_t flip = m->erased_is_zero ? 0xFF : 0;
    for (uint32_t i = 0; i < n; i++) {
        to[i] = m->bytes[off + i] ^ flip;
    }
}

uint32_t get_word(const struct image_medium *m, uint32_t off)
{
    uint8_t bytes[4];
    get_plain(m, off, bytes, 4);
    return little32(bytes);
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
    uint8_t erased = m->erased_is_zero ? 0 : 0xFF;
    for (uint32_t i = 0; i < n; i++) {
        if (m->bytes[off + i] != erased) {
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
