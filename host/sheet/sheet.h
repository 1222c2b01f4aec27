/* sheet.h - what a store should hold, as people write it down: rows of key and
 * value, from CSV, JSON or the command line.
 *
 * What it is: readers that turn each of these into the same rows of text, and
 * remember where each field stood, for messages. What the texts mean is
 * decided by keys.h.
 *
 * CSV has the columns of ESP-IDF's nvs_partition_gen, by the names in its first
 * line: key,type,encoding,value, and one of our own, id. JSON is a list of
 * objects with the same names, or an object of keys and values:
 *
 *     [{"key": "motor_limit", "encoding": "u32", "value": 1500, "id": 2}]
 *     {"motor_limit": 1500, "host": "etch"}
 *
 * What it remembers: nothing; a struct sheet owns all it points to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_SHEET_H
#define ETCH_SHEET_SHEET_H

#include "sheet/csv.h"
#include "sheet/pool.h"

enum sheet_field {
    SHEET_KEY,
    SHEET_TYPE,
    SHEET_ENCODING,
    SHEET_VALUE,
    SHEET_ID,
    SHEET_FIELDS
};

struct sheet_place {
    const char *path;           /* NULL: the command line */
    unsigned long line, column; /* from 1; 0: not known */
};

struct sheet_row {
    const char *text[SHEET_FIELDS]; /* never NULL; "" if it was not given */
    struct sheet_place place[SHEET_FIELDS];
    unsigned long number; /* of a list in JSON, from 1; else 0 */
};

struct sheet {
    struct sheet_row *row;
    size_t n, room;
    struct csv csv; /* that rows point into */
    struct pool pool;
};

/* "key", "type", ...: the names of the columns. */
const char *sheet_field_name(enum sheet_field field);

/* A file's bytes, or those of the standard input if path is "-"; for the caller to
 * free. NULL: why is one line. */
char *sheet_load(const char *path, size_t *len, char why[SHEET_WHY]);

/* Read len bytes of a file of that name: JSON if they begin like it, else CSV. path
 * must live as long as *sheet. False: *sheet is empty, and why one line. */
bool sheet_parse(struct sheet *sheet, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY]);
bool sheet_parse_csv(struct sheet *sheet, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY]);
bool sheet_parse_json(struct sheet *sheet, const char *path, const char *bytes,
        size_t len, char why[SHEET_WHY]);
/* A row from the command line: "KEY=VALUE" or "KEY:ENCODING=VALUE". */
bool sheet_add_word(struct sheet *sheet, const char *word, char why[SHEET_WHY]);
void sheet_free(struct sheet *sheet);

#endif
