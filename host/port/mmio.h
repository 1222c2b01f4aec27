/* mmio.h - the host's version of src/port/mmio.h: the same names and types,
 * but every access is a bus access of the silicon model that is selected in
 * this thread (silicon/native.h). A pointer here is a chip address and is
 * never dereferenced.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_PORT_MMIO_H
#define ETCH_PORT_MMIO_H

#include <stdint.h>

static inline void *mmio_at(uint32_t addr)
{
    return (void *)(uintptr_t)addr; /* NOLINT(performance-no-int-to-ptr) */
}

uint8_t mmio_read8(const volatile void *at);
uint16_t mmio_read16(const volatile void *at);
uint32_t mmio_read32(const volatile void *at);
void mmio_write8(volatile void *at, uint8_t value);
void mmio_write16(volatile void *at, uint16_t value);
void mmio_write32(volatile void *at, uint32_t value);

#endif
