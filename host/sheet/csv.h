/* csv.h - comma-separated values, and where each stood.
 *
 * What it is: RFC 4180 as spreadsheets write it: fields with commas between,
 * quotes around a field that has commas, quotes ("" for one) or line ends in
 * it, lines that end in LF or CRLF, a byte order mark in front. A line that is
 * empty or begins with # is skipped. What is damaged is refused by line and
 * column, never guessed at.
 *
 * What it remembers: nothing; a struct csv owns all it points to.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_CSV_H
#define ETCH_SHEET_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "sheet/pool.h"

enum { SHEET_WHY = 400, CSV_FIELDS_MAX = 1024 };

/* A field, without its quotes. */
struct csv_cell {
    const char *text;
    unsigned long line, column; /* of its first character, from 1, in bytes */
};

struct csv_line {
    const struct csv_cell *cell;
    size_t n; /* from 1 */
};

struct csv {
    const char *path; /* for messages: the caller's */
    struct csv_line *line;
    size_t n, room;
    struct pool pool;
};

/* Read len bytes of a file of that name. False: *csv is empty, and why one line:
 * "a.csv:3:7: ...". */
bool csv_parse(struct csv *csv, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY]);
void csv_free(struct csv *csv);
/* Print a field, in quotes if it needs them. */
void csv_print(const char *text, size_t len, FILE *to);

#endif
