/* firmware.h - a whole firmware on the bench, as a machine to explore.
 *
 * The firmware judges itself. Its body is a run with the arguments given; a
 * line "done X" that it says on the console is the memory of what it has done.
 * After a cut it is started with the arguments "check X", X being what stood
 * behind the last "done ", or "check" if there was none: it then leaves with 0
 * if all that was done is there and what was under way is there or not, and
 * with anything else if not. It says on the console what is wrong.
 *
 *     etch explore settings.elf --args "change 200"
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
#include "file/file.h"

/* All of it is used in place and must stay. */
struct explore_firmware {
    const struct file *image;
    struct board_config config; /* but for args */
    const char *args;           /* of the body; NULL: none */
    uint64_t limit_ns;          /* chip time of one run, then it hangs; 0: 60 s */
    atomic_bool *said;          /* set when it says "done"; NULL: nobody asks */
};

/* A powered-off board with the image loaded; param is a struct
 * explore_firmware. NULL: no memory, or a piece of the image that the part has
 * no memory for. */
struct explore_machine *explore_firmware_new(const void *param);

/* Body and check as the machine knows them, for a struct explore_case. */
extern const struct explore_scenario explore_firmware_scenario;

#endif
