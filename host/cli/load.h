/* load.h - a firmware, and what was in flash before it, from files into a board's
 * memory, as a programmer leaves it there.
 *
 * All verbs that run firmware begin so: the same files, the same guess of the
 * chip, the same messages.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_LOAD_H
#define ETCH_CLI_LOAD_H

#include "board/board.h"
#include "cli/cli.h"
#include "file/file.h"
#include "file/symbols.h"

struct load {
    /* What was asked for. */
    const char *firmware;
    const char *flash;          /* what is there before it is written; NULL: blank */
    struct board_config config; /* part NULL: to be guessed */
    /* What became of it. */
    char guessed[100];  /* from what the part was guessed; "": it was said */
    struct file before; /* what flash names */
    struct file image;
    struct file program; /* as much of image as surely is the program: all of an ELF,
                            else what hangs together with its vector table. Borrowed */
    struct file_segment program_segment;
    struct symbols *symbols; /* NULL: not an ELF */
    struct board *board;     /* powered, not reset yet */
};

/* Read the files, choose the part, make the board and fill its memory: what was
 * asked for stands in *l, the rest is zero. Messages are on stderr when this
 * returns something else than FINE. load_free in any case. */
enum etch_exit load_board(struct load *l);
void load_free(struct load *l);

#endif
