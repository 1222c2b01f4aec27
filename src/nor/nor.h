/* nor.h - what a store needs of a flash.
 *
 * What it is: an interface. A flash, or the part of one that a store may use,
 * is sectors in a row, addressed by offsets from 0; the sizes may differ. Who
 * has a flash fills in struct etch_nor and puts it at the start of a struct of
 * its own; src/flash/nor.h does so for an STM32F4's own. selftest.c finds out
 * on the device whether an implementation keeps these promises.
 *
 * What it remembers: nothing that a caller sees.
 *
 * What it never does: write outside what the call names; change an order: when
 * a call has begun to program a unit, all units before it in the call, and all
 * of earlier calls, are done.
 *
 * Who may call it: one caller at a time, except for read, which may come from
 * an interrupt while another call is under way.
 *
 * What power loss does: "Cut" in each comment. These are the worst that a
 * store has to live with; a flash may be kinder.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_NOR_NOR_H
#define ETCH_NOR_NOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { ETCH_NOR_UNIT_MAX = 32 };

/* Microseconds. */
struct etch_nor_time {
    uint32_t typ_us;
    uint32_t max_us;
};

/* The functions get the struct itself: what they need more lies behind it. */
struct etch_nor {
    /* Copy len bytes from off to data. Any alignment and length, all in the flash:
     * the caller sees to that, here and below.
     *
     * Errors: ETCH_E_VERIFY when a cell cannot be read (of flash with a code
     * over each unit: an error that cannot be corrected, reported here and not
     * as a fault); data then means nothing. Not for flash without such a code.
     *
     * There is no error for a read that fails for another reason, a bus that does not
     * answer: whatever is returned, the cells are taken to be bad. A get then says that a
     * value is lost or that there is none, and open, when all reads fail, ETCH_E_FORMAT;
     * a caller that formats then loses all that is there. So try again in here, and see
     * that the flash answers (by its JEDEC ID, say) before a store is opened. */
    enum etch_err (*read)(
            const struct etch_nor *nor, uint32_t off, void *data, uint32_t len);

    /* Program len bytes at off, both multiples of unit, unit after unit, and
     * see that they read back. data has any alignment; len may be 0. Where `once`
     * is not set, units programmed before may be programmed again with some bits
     * cleared, or with the same value.
     *
     * Where `once` is set, what a store may program though a cut has touched it is a unit
     * that has read erased. It may take it or not, or become unreadable; but it must not
     * read erased thereafter, or open can fail for ever. (A controller that refuses it:
     * program what it does take, zeros perhaps, and return ETCH_E_VERIFY.)
     *
     * Cut: units before some point are programmed; the bits of one unit may be
     * any mix of old and new, and read differently each time (or the unit
     * cannot be read); all others are untouched. Where `once` is not set, bits that are
     * then programmed to what is not `erased` are firm.
     * Errors: the units named may be in any such state after each of them.
     *   ETCH_E_VERIFY: a unit has been programmed and does not read back; or where `once`
     *     is set, the controller refuses it because it is not erased. A store expects
     *     that of units which a cut has touched, and goes on.
     *   ETCH_E_BITS: where `once` is not set, a bit that reads as programmed would have
     *     to be erased, and the unit has been left alone. A store reads it again, and
     *     goes on. Nobody has to look for that; without, it is ETCH_E_VERIFY.
     *   Others, for whatever else stops it: the call of the store fails, as a rule. In
     *     place of the two above they make open fail, now and then, after a cut.
     *   But not ETCH_E_NOSPACE, ETCH_E_TIDY, ETCH_E_RANGE, ETCH_E_NOENT, ETCH_E_FORMAT or
     *     ETCH_E_FOREIGN, which a store says of itself. */
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);

    /* Erase a sector, 0 .. sectors - 1: all its bytes read `erased`. A store looks
     * whether they do.
     *
     * Cut: any bit of the sector may read as anything, and differently each
     * time, until it is erased again; it may even read erased. But where `once` is not
     * set, bits that are programmed meanwhile to what is not `erased` are firm: a store
     * zeroes what a sector's header may still say before it erases it again.
     * Errors: as of program, but that none is expected. */
    enum etch_err (*erase)(const struct etch_nor *nor, uint32_t sector);

    /* How long that erase takes. NULL: not known, a store then says 0. */
    struct etch_nor_time (*erase_time)(const struct etch_nor *nor, uint32_t sector);

    const uint32_t *sector_len; /* bytes of each; multiples of 4 and of unit */
    uint8_t sectors;
    uint8_t unit;   /* bytes programmed at a time: 1, 2, 4, 8, 16 or 32 */
    uint8_t erased; /* 0xFF; or 0x00 where programming sets bits: inverted.h */
    bool once;      /* a unit is programmed once between erases, never again */
};

#endif
