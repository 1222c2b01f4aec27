/* crc.h - checksums of what is on flash.
 *
 * One function for all of them: reflected (least significant bit first), to be
 * started with all ones, not inverted at the end. Without a table: 8 steps a
 * byte, some 40 cycles on a Cortex-M4.
 *
 * Nothing is remembered, allocated, waited for or locked; any context may
 * call; power loss has nothing to spoil.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_BASE_CRC_H
#define ETCH_BASE_CRC_H

#include <stdint.h>

#define ETCH_CRC32_POLY 0xEDB88320u /* Ethernet's */
#define ETCH_CRC10_POLY 0x331u      /* 0x233 reflected, ATM's */

/* Go on with crc over len bytes. For a whole: crc is 0xFFFFFFFF, or 0x3FF. */
uint32_t etch_crc(uint32_t poly, uint32_t crc, const void *data, uint32_t len);

/* A CRC-32 of all of it, or the first part. */
uint32_t etch_crc32(const void *data, uint32_t len);

#endif
