/* poll.h - the loop that waits in SRAM; and what must be quiet meanwhile.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_POLL_H
#define ETCH_FLASH_POLL_H

#include "flash/flash.h"

/* Take a copy of the configuration's wait: it may be in flash, where the loops
 * cannot read. ETCH_E_SELF: its keep_alive is, or the loops are. */
enum etch_err poll_prepare(const struct etch_flash *f);

/* The same for an erase; or ETCH_E_WATCHDOG: the dog cannot be fed and would not
 * live through it. */
enum etch_err poll_refuses(const struct etch_flash *f);

/* Poll, from SRAM, until what is under way is over or has lasted f->limit cycles. */
enum etch_err poll_end(const struct etch_flash *f);

/* The same, starting the erase. */
enum etch_err poll_run(const struct etch_flash *f, uint32_t cr);

/* What was switched off, to switch on again. */
struct quiet {
    uint32_t vtor;
    uint32_t irqs[4]; /* 102 interrupts at most */
    uint32_t systick; /* bits of its CSR */
};

/* Take vectors from SRAM, and switch off what they find in flash. ETCH_E_ALIGN:
 * there can be no vectors. */
enum etch_err quieten(uint32_t vectors, struct quiet *q);

/* As it was before. */
void awaken(const struct quiet *q);

/* ETCH_E_WATCHDOG: the erase may take longer than the dog's period. The margin
 * is a tenth: watchdog oscillators are not crystals. */
enum etch_err outlasts_dog(const struct etch_flash *f);

#endif
