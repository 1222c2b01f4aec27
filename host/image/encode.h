/* encode.h - the bytes of a store, from what it is to hold.
 *
 * What it is: all that the writers of images know of the format. It was written
 * from SPEC.md alone, like the reader beside it, and shares nothing with the
 * store. Only the plain log is written (SPEC 1): the one of an STM32F4 and of
 * all flash with a write unit of at most 4 bytes, whatever the unit.
 *
 * What it remembers: nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_IMAGE_ENCODE_H
#define ETCH_IMAGE_ENCODE_H

#include "image/image.h"

enum { ENCODE_WHY = 200 };

/* Something that a store is to hold. */
struct encode_item {
    enum image_kind kind; /* IMAGE_VALUE, _COUNTER, _NAME or _DELETION */
    uint16_t id;
    uint32_t count;       /* of a counter */
    const uint8_t *bytes; /* of a value or a name */
    uint32_t len;
};

struct encode_items {
    const struct encode_item *item;
    size_t n;
};

/* The flash it is to lie in. */
struct encode_flash {
    const struct image_place *sector; /* a row: one begins where the last ends */
    unsigned sectors;
    uint32_t size;          /* bytes of all sectors */
    const uint32_t *erases; /* of each sector so far; NULL: none */
    bool erased_is_zero;
};

/* May a store in this flash hold all that? Each record and their sum must leave
 * it room to move them. False: why says what is too much. */
bool encode_fits(const struct encode_flash *flash, struct encode_items items,
        char why[ENCODE_WHY]);

/* A store that holds the items and nothing else, in the order given: flash->size
 * bytes, of sectors as a firmware would leave them that has written all this
 * and erased all else. The sectors' erase counts go up by the erase that
 * flashing them is. False: why says what does not fit, and why it must. */
bool encode_new(const struct encode_flash *flash, struct encode_items items,
        uint8_t *bytes, char why[ENCODE_WHY]);

/* Write the items behind what the newest log holds, as a firmware would; no
 * other byte changes. That the store may then hold all it does is for the caller
 * to see to, with encode_fits. bytes are those of m, as image was read from them. False:
 * it cannot be done, and bytes are as before; why says the reason: "there is no
 * room ...". */
bool encode_more(const struct image_medium *m, const struct image *image,
        struct encode_items items, uint8_t *bytes, char why[ENCODE_WHY]);

#endif
