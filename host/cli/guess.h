/* guess.h - which chip a firmware was built for, when nobody says.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_GUESS_H
#define ETCH_CLI_GUESS_H

#include <stddef.h>

#include "file/file.h"
#include "file/symbols.h"
#include "silicon/part.h"

/* The part, and how we know in words, for "guessed from ...". Looked at, in this
 * order: the part that Etch's own driver was linked for, the file's name, and
 * the names of the sources (startup_stm32f446xx.s; of a line's sizes of flash
 * the largest). NULL: no hint at all. symbols may be NULL. */
const struct silicon_part *guess_part(
        const struct file *image, const struct symbols *symbols, char *how, size_t size);

/* For a message: the lines of parts whose RAM ends where that first stack does, "F405,
 * F407, F411". "" if there is none. */
void guess_lines(uint32_t stack, char *lines, size_t size);

/* The same aloud: stderr tells what it is taken for, or that --part is needed, and
 * then it is NULL. */
const struct silicon_part *guess_part_aloud(
        const struct file *image, const struct symbols *symbols, char *how, size_t size);

#endif
