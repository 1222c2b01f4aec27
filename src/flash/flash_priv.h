/* flash_priv.h - the inside of the driver.
 *
 *   open.c      what the part and the supply allow
 *   session.c   from the refusals to the open controller, and back
 *   program.c   erase.c  split.c  verify.c  sector.c  time.c: the public calls
 *   wait_*.c    poll.c  dog.c: how to spend an erase
 *   part*.c     detect.c: the sector maps
 *
 * A call that writes reads: session_begin, the work, session_end.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_FLASH_PRIV_H
#define ETCH_FLASH_FLASH_PRIV_H

#include <stddef.h>

#include "flash/flash.h"

/* Make f->span what the call is about, and wait for whatever the controller is
 * doing. ETCH_E_BUSY: an erase was begun; ETCH_E_RANGE: not in the array. */
enum etch_err take_span(
        struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t len);

/* take_span; may the span be written; then caches aside, controller open, and
 * flags that somebody left noted and cleared. After an error nothing has
 * changed and nothing is open. */
enum etch_err session_begin(
        struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t len);

/* What the hardware says, then lock, compare the span, caches back. err is how
 * the work went. After ETCH_E_TIMEOUT the controller is left alone: a store to
 * CR would stall; and the data cache off, as long as a bank is busy. */
enum etch_err session_end(struct etch_flash *f, enum etch_err err);

/* session_begin for a sector; f->erase_cr is the value that starts the erase. */
enum etch_err erase_begin(struct etch_flash *f, unsigned number);

/* Both caches emptied and the data cache off until caches_back: neither erase
 * nor program brings them up to date (RM0090 3.5.2), and on two-bank parts a
 * read-while-write spoils a data cache that is on (ES0206 2.2.12). */
void caches_aside(struct etch_flash *f);
void caches_back(struct etch_flash *f);

/* ETCH_E_VERIFY: a bit of the span is not what it shall be; rising: ETCH_E_BITS,
 * one would have to become 1. Caches are aside. */
enum etch_err differs(struct etch_flash *f, bool rising);

/* The bytes that the next step of a program takes, 1, 2 or 4, with len bytes
 * left from addr on. */
uint32_t program_step(const struct etch_flash *f, uint32_t addr, uint32_t len);

/* Wait for BSY to fall; ETCH_E_TIMEOUT: it did not within f->limit. */
enum etch_err ready(const struct etch_flash *f);

static inline enum etch_err find_sector(const struct etch_flash *f, uint32_t number,
        uint32_t addr, struct etch_sector *sector)
{
    const struct etch_part *part = f->config->part;
    return part->sector(part, number, addr, sector);
}

#endif
