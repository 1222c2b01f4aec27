/* ramcode.h - mark a function that must run while flash cannot be read.
 *
 * The linker script must put .ramfunc into SRAM with the initialised data. Such a
 * function may call nothing outside .ramfunc and read no constant in flash;
 * tools/ramcode.py checks the linked image for that.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_PORT_RAMCODE_H
#define ETCH_PORT_RAMCODE_H

#define ETCH_RAMCODE __attribute__((section(".ramfunc"), noinline))

#endif
