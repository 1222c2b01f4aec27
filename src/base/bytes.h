/* bytes.h - numbers as little-endian bytes.
 *
 * What is on flash, on a wire or in an image is bytes; these say in which
 * order, whatever the alignment and whatever the machine that reads them.
 *
 * Nothing is remembered, allocated, waited for or locked; any context may
 * call. They touch memory only: what power loss does is the caller's subject.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_BASE_BYTES_H
#define ETCH_BASE_BYTES_H

#include <stdint.h>

/* Each is a load or a store on the chip, or little more. Compilers, which see bytes, would
 * rather call it, and that takes more room; at -O0 they call whatever they may, in flash
 * from code in RAM as well. */
#define ETCH_ONE_ACCESS __attribute__((always_inline)) static inline

/* The 16-bit number in at[0..1]. */
ETCH_ONE_ACCESS uint16_t etch_get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

/* The 32-bit number in at[0..3]. */
ETCH_ONE_ACCESS uint32_t etch_get32(const uint8_t *at)
{
    return etch_get16(at) | (uint32_t)etch_get16(at + 2) << 16;
}

/* Put value into at[0..1]. */
ETCH_ONE_ACCESS void etch_put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

/* Put value into at[0..3]. */
ETCH_ONE_ACCESS void etch_put32(uint8_t *at, uint32_t value)
{
    etch_put16(at, (uint16_t)value);
    etch_put16(at + 2, (uint16_t)(value >> 16));
}

#endif
