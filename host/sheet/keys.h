/* keys.h - what a store holds, key by key: made of rows, printed as rows,
 * compared.
 *
 * What it is: the meaning of a sheet. Each key has its id, its name as it lies
 * in the store and its bytes. Names end in their type where it is known,
 * "motor_limit:u32", as settings write them, so that a store explains itself.
 *
 * What it remembers: nothing; a struct keys owns all it points to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_KEYS_H
#define ETCH_SHEET_KEYS_H

#include "sheet/firmware.h"
#include "sheet/sheet.h"

enum {
    KEYS_ID_MAX = 65534,
    KEYS_COUNTER_MAX = 1022, /* the largest id of a counter */
    KEYS_NAME_MAX = 48,      /* bytes of a name that a firmware reads */
    KEYS_LEN_MAX = 65535     /* bytes of a value */
};

struct key {
    uint16_t id;
    bool counter;
    bool lost; /* there was a value, and its checksum is wrong */
    uint32_t count;
    const char *name; /* "": none */
    const uint8_t *bytes;
    uint32_t len;
};

struct keys {
    struct key *key; /* by id, each once */
    size_t n, room;
    struct pool pool;
};

/* ---- from rows ---------------------------------------------------------------- */

struct keys_config {
    const struct firmware
            *fw;              /* whose settings give numbers, types and limits; or NULL */
    const struct keys *known; /* keys that are there already, for the same; or NULL */
    bool numbered;            /* count keys without an id from first on */
    uint16_t first;
};

/* What the rows mean:
 *   key        a setting, a known key, a name, or an id if no known key has that
 *              name; behind a row of type
 *              namespace NAME_KEY if that is a setting, else NAME.KEY
 *   type       data, file (value is a path, from the sheet's folder on), namespace
 *   encoding   u8 ... i64, string (a 0 behind), binary (none), hex2bin, base64; and
 *              any type of type.h, and counter; empty where the type is known
 *   id         0 to 65534; empty where it is known
 * False: *keys is empty, and why says which row and field, and what would be right. */
bool keys_read(struct keys *keys, const struct sheet *sheet,
        const struct keys_config *config, char why[SHEET_WHY]);
/* Is it an encoding, as the column has them? */
bool keys_is_encoding(const char *text);

/* A copy of a key, name and bytes too, behind all others. False: no memory. */
bool keys_add(struct keys *keys, const struct key *key);
void keys_sort(struct keys *keys);
void keys_free(struct keys *keys); /* all zero is fine */

/* ---- looking in ------------------------------------------------------------------ */

/* By name, or by name without its type. NULL: there is none. */
const struct key *keys_named(const struct keys *keys, const char *text);
/* The same, and by id if none has that name. */
const struct key *keys_find(const struct keys *keys, const char *text);
const struct key *keys_id(const struct keys *keys, uint16_t id);
/* The type of a key: of the setting if it is one of fw (may be NULL), else as its
 * name says it and its length fits. False: not known. */
bool keys_type(const struct key *key, const struct firmware *fw, struct type *type);
/* Bytes of its name without the type. */
size_t keys_name_len(const struct key *key);
/* A 0 alone, under a name that says no type: a number's would. */
bool keys_is_empty_string(const struct key *key);
bool keys_same(const struct key *a, const struct key *b);

/* ---- to rows ----------------------------------------------------------------------- */

/* What keys_read makes the same keys of, if it is given the same fw or none. Lost
 * ones are left out; so are names that are no text, of which it says how many. */
size_t keys_print_csv(const struct keys *keys, const struct firmware *fw, FILE *to);
size_t keys_print_json(const struct keys *keys, const struct firmware *fw, FILE *to);
/* A value for people: 1500, "etch", 01 02 03. */
void keys_print_value(const struct key *key, const struct firmware *fw, FILE *to);

#endif
