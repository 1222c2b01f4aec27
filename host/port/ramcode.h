/* ramcode.h - the host's version of src/port/ramcode.h: host code is in RAM.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_PORT_RAMCODE_H
#define ETCH_PORT_RAMCODE_H

#define ETCH_RAMCODE __attribute__((noinline))

#endif
