/* simnor.h - a small NOR flash of any shape, as a machine that offers nor.h.
 *
 * Sectors of any size from 64 bytes, any write unit, cells that may be cleared
 * bit by bit or written once (with a code that can make them unreadable), and
 * bits that do not settle. A state is a few hundred bytes, a run a few
 * microseconds: made for exhaustion.
 *
 * The laws it holds the code to end a run as a fault: a read or write outside
 * or off the unit, a bit that would have to go back, a write-once unit that is
 * written again though it plainly holds something.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_SIMNOR_H
#define ETCH_EXPLORE_SIMNOR_H

#include "explore/machine.h"

enum { SIMNOR_SECTORS = 8 };

struct simnor_shape {
    uint32_t sector[SIMNOR_SECTORS]; /* bytes of each, multiples of the unit; 0 ends */
    uint8_t unit;                    /* 1, 2, 4 .. 32 bytes are written at a time */
    bool erased_is_zero;             /* erased cells read 0x00; programming sets bits */
    bool write_once;                 /* a unit is written once between erases */
};

/* An erased one. NULL: no memory. */
struct explore_machine *simnor_new(const struct simnor_shape *shape);

#endif
