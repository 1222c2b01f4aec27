/* raw.h - flash by its registers, done right: what firmware that sins does
 * around its one sin.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_COMMON_RAW_H
#define ETCH_COMMON_RAW_H

#include <stdint.h>

#include "stm32f4.h"

enum { PSIZE_X8, PSIZE_X16, PSIZE_X32, PSIZE_X64 };

void raw_unlock(void); /* keys only if it is locked; old flags cleared */
void raw_lock(void);
void raw_wait(void);
/* Erase by the value that CR.SNB takes, then reset the caches. */
void raw_erase(uint32_t snb);
/* One aligned word. */
void raw_program(uint32_t addr, uint32_t value);
void raw_flush(void);
/* A loop of about so many microseconds at 16 MHz. */
void raw_pause(uint32_t us);

#endif
