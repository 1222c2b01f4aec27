/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "base/crc.h"
#include "fault/capture_priv.h"

uint32_t fault_crc(const struct etch_fault *f)
{
    return etch_crc(ETCH_CRC32_POLY, ~0u, f, offsetof(struct etch_fault, crc));
}

bool etch_fault_is_sealed(const struct etch_fault *f)
{
    return f->magic == ETCH_FAULT_MAGIC && f->crc == fault_crc(f);
}
