/* SPDX-License-Identifier: MIT */
#include "base/crc.h"

uint32_t etch_crc32(const void *data, uint32_t len)
{
    return etch_crc(ETCH_CRC32_POLY, ~0u, data, len);
}
