/* inverted.h - a flash whose erased value is 0x00, for what wants 0xFF.
 *
 * What it is: an etch_nor over another one: the same flash, with each byte
 * complemented on its way. Where erased is 0x00 and programming sets bits
 * (STM32L0, L1 and others), it shows the flash that the store and nor.h speak
 * of: erased is 0xFF and programming clears bits.
 *
 *     static struct etch_nor_inverted flash;
 *     etch_nor_invert(&flash, &my_flash);
 *     config.nor = &flash.nor;
 *
 * What it remembers: the flash below, which must outlive it. Its facts - unit,
 * sectors, once - are taken over when it is made.
 *
 * What it never does: allocate, wait, lock; change the order in which units
 * are programmed, or which.
 *
 * Who may call it: who may call the flash below, and when. What power loss
 * does: what it does to the flash below.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_NOR_INVERTED_H
#define ETCH_NOR_INVERTED_H

#include "nor/nor.h"

struct etch_nor_inverted {
    struct etch_nor nor; /* the complemented flash */
    const struct etch_nor *under;
};

/* Make inv->nor the flash `under`, complemented. Nothing is written.
 *
 * Its functions are those of nor.h and say the same errors as the ones below.
 *
 * Cost of program: a call below, and a copy of 32 bytes at most on the stack,
 * for each 32 bytes. */
void etch_nor_invert(struct etch_nor_inverted *inv, const struct etch_nor *under);

#endif
