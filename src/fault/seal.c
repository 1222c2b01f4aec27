/* SPDX-License-Identifier: MIT */
#include "fault/capture_priv.h"

/* CRC-32 of all words but the last. */
uint32_t fault_crc(const struct etch_fault *f)
{
    const uint32_t *word = &f->magic;
    uint32_t crc = ~0u;
    while (word != &f->crc) {
        crc ^= *word++;
        for (uint32_t bit = 0; bit < 32; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
        }
    }
    return crc;
}

bool etch_fault_is_sealed(const struct etch_fault *f)
{
    return f->magic == ETCH_FAULT_MAGIC && f->crc == fault_crc(f);
}
