/* mmio.h - every load from and store to hardware goes through here.
 *
 * This is the chip's version: plain volatile accesses of exactly the named
 * width, no cost, and inlined even where nothing is optimised: code that runs
 * from RAM uses them, and may call nothing in flash. The host build puts host/
 * before src/ on its include path, so it finds host/port/mmio.h, whose calls
 * end in the silicon model. No source file knows which one it has, and only
 * port/ may be shadowed.
 *
 * Stores into the flash array go through the same calls: the controller
 * refuses a store whose width is not the one in CR.PSIZE (RM0090 3.6.4), so
 * the width must never be left to the compiler.
 *
 * Take the base pointer from a handle, never from a literal: GCC folds a
 * literal into each access and the code grows by a quarter.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_PORT_MMIO_H
#define ETCH_PORT_MMIO_H

#include <stdint.h>

#include "base/bytes.h"

/* The registers at addr, as a handle that GCC does not see through: see above. */
ETCH_ONE_ACCESS void *mmio_at(uint32_t addr)
{
    void *base;
    __asm("" : "=r"(base) : "0"(addr));
    return base;
}

ETCH_ONE_ACCESS uint8_t mmio_read8(const volatile void *at)
{
    return *(const volatile uint8_t *)at;
}

ETCH_ONE_ACCESS uint16_t mmio_read16(const volatile void *at)
{
    return *(const volatile uint16_t *)at;
}

ETCH_ONE_ACCESS uint32_t mmio_read32(const volatile void *at)
{
    return *(const volatile uint32_t *)at;
}

ETCH_ONE_ACCESS void mmio_write8(volatile void *at, uint8_t value)
{
    *(volatile uint8_t *)at = value;
}

ETCH_ONE_ACCESS void mmio_write16(volatile void *at, uint16_t value)
{
    *(volatile uint16_t *)at = value;
}

ETCH_ONE_ACCESS void mmio_write32(volatile void *at, uint32_t value)
{
    *(volatile uint32_t *)at = value;
}

#endif
