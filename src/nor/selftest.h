/* selftest.h - does an implementation of nor.h keep its promises?
 *
 * What it is: a function that a porter runs once on the device, on sectors that
 * hold nothing of value. It needs no store.
 *
 * What it remembers: nothing. It never allocates or waits. Call it where the
 * flash may be written. What power loss does: the sectors hold test patterns.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_NOR_SELFTEST_H
#define ETCH_NOR_SELFTEST_H

#include "nor/nor.h"

/* What was found wrong. */
enum etch_nor_fault {
    ETCH_NOR_GOOD,
    ETCH_NOR_FACTS,    /* unit, erased value or a sector's length make no sense */
    ETCH_NOR_ERASE,    /* erase failed, or not all reads erased: at */
    ETCH_NOR_PROGRAM,  /* a program failed: at */
    ETCH_NOR_VALUE,    /* what was programmed does not read back: at */
    ETCH_NOR_BEYOND,   /* bytes outside what was named have changed: at */
    ETCH_NOR_ALIGN,    /* a read of odd alignment and length differs: at */
    ETCH_NOR_AGAIN,    /* bits cannot be cleared in a programmed unit: set `once`; at */
    ETCH_NOR_NEIGHBOUR /* an erase changed another sector: at */
};

/* Erase and program every sector and see that all is as nor.h says. *at is the
 * offset of what is wrong.
 *
 * Cost: two erases of each sector; reads each three times.
 */
enum etch_nor_fault etch_nor_selftest(const struct etch_nor *nor, uint32_t *at);

#endif
