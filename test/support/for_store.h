/* for_store.h - any flash as one that a store takes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_FOR_STORE_H
#define ETCH_TEST_FOR_STORE_H

#include "nor/inverted.h"

/* nor itself, or turned round in inv if its erased value is 0x00. */
static inline const struct etch_nor *for_store(
        struct etch_nor_inverted *inv, const struct etch_nor *nor)
{
    if (nor->erased == 0xFF) {
        return nor;
    }
    etch_nor_invert(inv, nor);
    return &inv->nor;
}

#endif
