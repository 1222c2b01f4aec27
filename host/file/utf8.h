/* utf8.h - text that others wrote, fit for a terminal and for JSON.
 *
 * What firmware says on its console, what a file is named and what lies in
 * flash may be any bytes. A terminal obeys some of them, and JSON has no form
 * for those that are not UTF-8.
 *
 * What it remembers: nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FILE_UTF8_H
#define ETCH_FILE_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes of the character at the front; 0: there is none, or it is a control
 * character (RFC 3629). */
size_t utf8_len(const void *text, size_t left);
/* Print it with everything else visible: \x1b. */
void utf8_print(FILE *to, const char *text);
/* Print a text of JSON, whose line ends and blanks stay. */
void utf8_print_json(FILE *to, const char *json);

#endif
