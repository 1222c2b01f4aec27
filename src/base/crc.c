/* SPDX-License-Identifier: MIT */
#include "base/crc.h"

uint32_t etch_crc(uint32_t poly, uint32_t crc, const void *data, uint32_t len)
{
    const uint8_t *byte = data;
    for (uint32_t i = 0; i < len; i++) {
        crc ^= byte[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? poly : 0);
        }
    }
    return crc;
}
