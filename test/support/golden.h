/* golden.h - images of released formats, each with a list of what is in it.
 *
 * NAME.bin is the bytes of all sectors in a row; NAME.txt says what flash that
 * was and what a reader finds:
 *
 *     sectors 1024 1024 2048
 *     unit 4
 *     erased FF
 *     once 0
 *     0 value 746865
 *     0 name 6B6579
 *     3 counter 1030
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_GOLDEN_H
#define ETCH_TEST_GOLDEN_H

#include "explore/simnor.h"
#include "image/image.h"
#include "kv/kv.h"

enum { GOLDEN_KEYS = 16, GOLDEN_BYTES = 65536, GOLDEN_LIST = 16384 };

struct golden {
    char name[64];
    struct simnor_shape shape;
    uint32_t size;
    uint8_t bytes[GOLDEN_BYTES];
    char list[GOLDEN_LIST]; /* of what is in it; read only */
};

const struct etch_kv_log *golden_log(const struct golden *g);
/* What the second reader finds, as in the list. */
void golden_list(const struct golden *g, char list[GOLDEN_LIST]);
/* Both files. False: they cannot be read or written. */
bool golden_read(const char *folder, const char *name, struct golden *g);
bool golden_write(const char *folder, const struct golden *g);

#endif
