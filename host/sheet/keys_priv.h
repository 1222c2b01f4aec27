/* keys_priv.h - what the makers of keys share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_KEYS_PRIV_H
#define ETCH_SHEET_KEYS_PRIV_H

#include "sheet/keys.h"
#include "sheet/sheet_priv.h"

enum encoding {
    ENCODING_NONE, /* as the type of the key is known */
    ENCODING_TYPE,
    ENCODING_COUNTER,
    ENCODING_STRING,
    ENCODING_BINARY,
    ENCODING_HEX2BIN,
    ENCODING_BASE64,
    ENCODING_WRONG
};

/* Which one a text names; the type is set for ENCODING_TYPE. */
enum encoding encoding_read(const char *text, struct type *type);

struct decoded {
    struct pool *pool; /* where bytes are taken */
    uint8_t *bytes;
    size_t len;
    char why[SHEET_WHY];
};

/* The bytes that a text means in an encoding from ENCODING_STRING on; the text
 * has a 0 behind its len bytes, and perhaps more before. False: why is said. */
bool decode_text(
        enum encoding encoding, const char *text, size_t len, struct decoded *to);

/* ---- values: value_of.c ----------------------------------------------------------- */

/* What is known of a key before its value is looked at. */
struct target {
    const struct sheet_row *row;
    const struct setting *setting; /* NULL: it is none */
    bool typed;
    struct type type; /* as known from elsewhere than the row */
    const struct key *known;
};

/* Kind, bytes and length of a key from its row. */
bool value_of(
        const struct target *t, struct pool *pool, struct key *key, char why[SHEET_WHY]);

#endif
