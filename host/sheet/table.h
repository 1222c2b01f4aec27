/* table.h - a table of devices: the first line names keys, each other line is a
 * device with its own values.
 *
 *     serial,mac:hex2bin,label
 *     1001,02ca00000001,A
 *     1002,02ca00000002,A
 *
 * What it remembers: nothing; a struct table owns all it points to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_TABLE_H
#define ETCH_SHEET_TABLE_H

#include "sheet/firmware.h"
#include "sheet/sheet.h"

struct table {
    struct csv csv;
    size_t n; /* devices */
};

/* Read len bytes of a file of that name: CSV, all lines as long as the first. False:
 * *table is empty, and why one line. */
bool table_parse(struct table *table, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY]);
void table_free(struct table *table);

/* Does each column mean something? It names a key of the base, a setting of fw (or
 * NULL), says its encoding ("mac:hex2bin"), or occurs in the pattern of file names. */
bool table_check(const struct table *table, const struct sheet *base,
        const struct firmware *fw, const char *pattern, char why[SHEET_WHY]);
/* The rows of device i: those of the base, with its own values. They point into
 * the table and the base. False: no memory. */
bool table_rows(const struct table *table, size_t i, const struct sheet *base,
        const struct firmware *fw, struct sheet *rows);

/* The pattern with {COLUMN} replaced by device i's value; for the caller to free.
 * NULL: why says what of it can be no file name. */
char *table_path(
        const struct table *table, size_t i, const char *pattern, char why[SHEET_WHY]);

#endif
