/* exploring.h - the parts of etch explore.
 *
 * cmd_explore.c reads the command line, loads the board and has it explored;
 * exploring_report.c says what came of it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_EXPLORING_H
#define ETCH_CLI_EXPLORING_H

#include <stdbool.h>

#include "cli/cli.h"
#include "cli/load.h"
#include "explore/firmware.h"

struct exploring {
    struct load load;
    struct board_state *loaded;
    struct explore_firmware how;
    struct explore_noticed noticed;
    struct explore_options o;
    const char *replay;
    bool json;
};

/* Failures and figures, to stdout. */
void exploring_print(const struct exploring *e, const struct explore_report *r);
void exploring_json(const struct exploring *e, const struct explore_report *r);
/* What the result does not cover, to stderr: losses that nobody asked the firmware about. */
void exploring_warn(const struct exploring *e);

#endif
