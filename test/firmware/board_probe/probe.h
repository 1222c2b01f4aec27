/* probe.h - what startup.c and main.c know of each other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_PROBE_H
#define ETCH_PROBE_H

#include <stdint.h>

uint32_t host(uint32_t op, const void *arg); /* semihosting */
void leave(uint32_t code);
void spin(void);
void tick(void);
void tim2(void);

#endif
