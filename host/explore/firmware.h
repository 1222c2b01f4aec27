/* firmware.h - a whole firmware on the bench, as a machine to explore.
 *
 * The firmware judges itself. Its body is a run with the arguments given; a
 * line "done X" that it says on the console is the memory of what it has done.
 * After a cut it is started with the arguments "check X", X being what stood
 * behind the last "done ": it then leaves with 0 if all that was done is there
 * and what was under way is there or not, and with anything else if not. It says
 * on the console what is wrong.
 *
 * Before the first "done" X is what was done by whoever left what is in flash,
 * if that is told (`done`). Else the arguments are "check" alone: nothing is
 * known, and the firmware can only see that what is there is whole.
 *
 *     etch explore settings.elf --args "change 200"
 *     etch explore update.elf --flash field.hex --done 200 --args "change 5"
 *
 * Nothing has run before the body: its first start is cut as the rest of it.
 *
 * Arguments and exit code go by semihosting (SYS_GET_CMDLINE, SYS_EXIT). The
 * body is run once; each cut starts from a copy of the machine made shortly
 * before it, so a cut costs the boot that follows.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_FIRMWARE_H
#define ETCH_EXPLORE_FIRMWARE_H

#include <stdatomic.h>

#include "board/board.h"
#include "explore/explore.h"

enum { EXPLORE_DONE_MAX = 63 }; /* characters of an X */

/* What was noticed in any run. */
struct explore_noticed {
    atomic_bool done; /* it said "done" */
    /* Bit n: sector n, by the manual's number, was erased while nobody had told what
     * was done: whatever it held, no check was asked for it. */
    atomic_uint erased;
};

/* All of it is used in place and must stay. */
struct explore_firmware {
    struct board_config config;       /* args: of the body */
    const struct board_state *loaded; /* such a board with all in its memory */
    const char *done;                 /* up to EXPLORE_DONE_MAX; NULL or "": not told */
    uint64_t limit_ns;                /* chip time of one run, then it hangs; 0: 60 s */
    struct explore_noticed *noticed;  /* or NULL */
};

/* A powered-off board as it was loaded; param is a struct explore_firmware.
 * NULL: no memory. */
struct explore_machine *explore_firmware_new(const void *param);

/* Body and check as the machine knows them, for a struct explore_case. */
extern const struct explore_scenario explore_firmware_scenario;

#endif
