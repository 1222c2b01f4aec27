/* image_keys.h - between what is read of a store, keys, and what is written to
 * one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_IMAGE_KEYS_H
#define ETCH_CLI_IMAGE_KEYS_H

#include "cli/image_input.h"
#include "image/encode.h"
#include "sheet/keys.h"

/* Things to be written. */
struct image_items {
    struct encode_item *item;
    size_t n, room;
};

/* The keys of a store. False: no memory, which was said. */
bool image_keys_of(const struct image *image, struct keys *keys);
/* And behind them the ids that have no value but a name, which a key keeps when it is
 * removed, as keys whose value is lost. */
bool image_known_of(const struct image *image, struct keys *keys);
/* An item more; false: no memory. Its bytes stay the key's. */
bool image_items_add(struct image_items *items, const struct encode_item *item);
/* Name and value of a key. */
bool image_items_key(struct image_items *items, const struct key *key, bool name);
struct encode_items image_items_all(const struct image_items *items);
void image_items_free(struct image_items *items);

/* Does a store in these bytes hold just these keys, whole? What was written is read
 * once more by the other reader before anybody gets it. */
bool image_holds(const struct image_medium *m, const struct keys *keys);

#endif
