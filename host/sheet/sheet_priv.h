/* sheet_priv.h - what the files of host/sheet/ share.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SHEET_SHEET_PRIV_H
#define ETCH_SHEET_SHEET_PRIV_H

#include "sheet/sheet.h"

/* Write the message to why, on one line whatever is in it. Returns false. */
bool sheet_refuse(char why[SHEET_WHY], const char *format, ...)
        __attribute__((format(printf, 2, 3)));
/* The same of a field of a row: "a.csv:3:12: motor_limit: ...". */
bool sheet_refuse_at(char why[SHEET_WHY], const struct sheet_row *row,
        enum sheet_field field, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

/* A new row at the end, all "" and nowhere. NULL: no memory. */
struct sheet_row *sheet_add(struct sheet *sheet);

#endif
