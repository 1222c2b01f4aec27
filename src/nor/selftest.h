/* selftest.h - does an implementation of nor.h keep its promises?
 *
 * What it is: a function that a porter runs once on the device, on sectors that
 * hold nothing of value. It needs no store.
 *
 * It cannot find:
 *   - what power loss leaves; in which order units are programmed;
 *   - that an error is the wrong one, or that a unit which does not read back is called
 *     programmed: here all units do;
 *   - what happens now and then, or to worn cells; cells that lose what they hold later;
 *   - a read in an interrupt while another call is under way; a wrong erase_time;
 *   - programs of more than 288 bytes alone, or from one sector into the next (a store
 *     makes none); in sectors shorter than 600 bytes not all of what the others are tried
 *     with;
 *   - bytes changed in flash that is not in `sectors`; sectors that are longer than they
 *     are said to be, when the flash behind them is not in `sectors`;
 *   - a unit that is larger than need be, or `once` where bits could be cleared.
 *
 * What it remembers: nothing; 304 bytes of RAM are for it alone, where it is linked. It
 * never allocates or waits. Call it where the flash may be written, one call at a time.
 * What power loss does: the sectors hold test patterns.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_NOR_SELFTEST_H
#define ETCH_NOR_SELFTEST_H

#include "nor/nor.h"

/* What was found wrong. */
enum etch_nor_fault {
    ETCH_NOR_GOOD,
    ETCH_NOR_FACTS,     /* at 0: unit, erased value or count of sectors; or a length */
    ETCH_NOR_ERASE,     /* erase failed, or not all reads erased: at */
    ETCH_NOR_PROGRAM,   /* a program failed: at */
    ETCH_NOR_VALUE,     /* what was programmed does not read back: at */
    ETCH_NOR_BEYOND,    /* bytes outside what was named have changed: at */
    ETCH_NOR_ALIGN,     /* reads are right, but not from each offset, of each length (0;
                           more than 32, than 255; into the next sector) and to each
                           address, or they write more than they should: at */
    ETCH_NOR_AGAIN,     /* bits cannot be cleared, one after the other, in a programmed
                           unit, or it cannot be programmed as it is: set `once`; at */
    ETCH_NOR_NEIGHBOUR, /* an erase changed another sector: at */
    ETCH_NOR_UNIT,      /* one unit alone cannot be programmed, or not the next one to it
                           thereafter: is the true unit larger? at */
    ETCH_NOR_POINTER,   /* programs are right, but not from data at odd addresses: at */
    ETCH_NOR_LENGTH     /* short programs are right, but not one of 0 bytes, or of more
                           than 32 or 255, or across a page (does it wrap?): at */
};

/* Erase and program every sector and see that all is as nor.h says. *at is the
 * offset of what is wrong.
 *
 * Cost: two erases of each sector. Each byte is programmed twice, to a pattern and to its
 * complement, and read eleven times; for each sector there are 2,000 short reads besides,
 * and where `once` is not set, a unit at its end (4 bytes at least) is cleared twice bit
 * by bit, one program each. A fault may cost one erase more. 280 bytes of stack on a
 * Cortex-M4, and what the flash needs.
 */
enum etch_nor_fault etch_nor_selftest(const struct etch_nor *nor, uint32_t *at);

#endif
