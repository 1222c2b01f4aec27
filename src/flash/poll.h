/* poll.h - the loop that waits in SRAM.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_POLL_H
#define ETCH_FLASH_POLL_H

#include "flash/flash.h"

/* Start the erase and poll, from SRAM, until it is over or has lasted limit
 * cycles. wait is on the stack: the configuration may be in flash. */
enum etch_err poll_run(const struct etch_flash_wait *wait, struct f4_flash_regs *regs,
        uint32_t cr, uint32_t limit);

/* ETCH_E_SELF: keep_alive lies in flash; ETCH_E_WATCHDOG: the dog cannot be fed
 * and would not live through it. */
enum etch_err poll_refuses(const struct etch_flash *f);

/* ETCH_E_WATCHDOG: the erase may take longer than the dog's period. The margin
 * is a tenth: watchdog oscillators are not crystals. */
enum etch_err outlasts_dog(const struct etch_flash *f);

#endif
