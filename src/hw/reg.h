/* reg.h - from the address in the manual to what port/mmio.h takes.
 *
 * The one place where a number becomes a pointer.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_HW_REG_H
#define ETCH_HW_REG_H

#include <stdint.h>

#include "base/bytes.h"

/* The register or memory cell at addr. */
ETCH_ONE_ACCESS volatile void *reg_at(uint32_t addr)
{
    return (volatile void *)(uintptr_t)addr; /* NOLINT(performance-no-int-to-ptr) */
}

#endif
