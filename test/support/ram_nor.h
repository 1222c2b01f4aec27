/* ram_nor.h - a flash in memory that counts: for tests of the store that cut no
 * power, and for measurements.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_RAM_NOR_H
#define ETCH_TEST_RAM_NOR_H

#include "nor/nor.h"

enum { RAM_NOR_SECTORS = 16 };

struct ram_nor {
    struct etch_nor nor;
    uint32_t len[RAM_NOR_SECTORS];
    uint8_t *cells;
    uint32_t size;
    /* Since the caller zeroed them: */
    uint64_t programs; /* units */
    uint64_t taken;    /* bytes of units that were erased before */
    uint64_t erases;
    uint64_t reads;
    uint64_t read_bytes;
    uint64_t us; /* typical times of a program step and of an erase at x32 */
    /* The next program or erase of this number, from 1, fails; 0: none. */
    uint64_t fail;
    bool broken; /* a bit was to go back, or a unit was written twice */
};

/* Erased sectors of these lengths, 0 ends the list. */
void ram_nor_open(struct ram_nor *n, const uint32_t *len, uint8_t unit, bool once);
/* It is now one where erased is 0x00 and programming sets bits; erased. */
void ram_nor_invert(struct ram_nor *n);
void ram_nor_close(struct ram_nor *n);
void ram_nor_zero(struct ram_nor *n); /* the counts */

#endif
