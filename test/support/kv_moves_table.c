/* kv_moves_table.c - on which flash, and how full, sectors are moved.
 *
 * The chips are those whose move as a whole world_rounds does not come to: there strides
 * lead past it. Values of 100 or 228 bytes fill the store; seven keys change, the last
 * one's value is long, so that a move takes hundreds of changes and not thousands.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/kv_moves.h"

enum { X8 = 1, X32 = 3, CHANGES = 255 & ~(WORLD_TIDY | WORLD_PURGE) };

#define KEYS(len_, ballast_, ballast_len_)                                            \
    .keys = 7, .versions = 150, .len = 10, .last_len = (len_), .ballast = (ballast_), \
    .ballast_len = (ballast_len_), .ops = CHANGES

static const struct world_param small[] = {
        {.shape = {.sector = {1024, 1024}, .unit = 4},
                .log = &etch_kv_plain,
                KEYS(60, 8, 40)},
        {.shape = {.sector = {1024, 1024}, .unit = 4},
                .log = &etch_kv_plain,
                KEYS(60, 8, 40),
                .policy = ETCH_KV_NEVER_ERASE},
        {.shape = {.sector = {512, 512, 1024}, .unit = 1},
                .log = &etch_kv_plain,
                KEYS(40, 8, 24)},
        {.shape = {.sector = {2048, 2048}, .unit = 8, .write_once = true},
                .log = &etch_kv_once,
                KEYS(60, 8, 40)},
};

/* Of an STM32F446, as in kv_cases_table.c; its chips are those up to 31. */
#define CHIP(chip_, first_, n, width_)                                         \
    .part = "stm32f446re", .chip = (chip_), .first = (first_), .sectors = (n), \
    .width = (width_), .log = &etch_kv_plain

static const struct world_param real[] = {
        {CHIP(32, 0, 4, X32), KEYS(364, 101, 100)},
        {CHIP(33, 0, 4, X8), KEYS(364, 101, 100)},
        {CHIP(34, 6, 2, X32), KEYS(1516, 120, 228)},
        {CHIP(35, 6, 2, X32), KEYS(1516, 310, 228)},
        {CHIP(36, 6, 2, X8), KEYS(1516, 120, 228)},
        {CHIP(37, 6, 2, X8), KEYS(1516, 310, 228)},
        {CHIP(38, 2, 3, X32), KEYS(364, 66, 100)},
        {CHIP(39, 2, 3, X32), KEYS(364, 171, 100)},
        {CHIP(40, 2, 3, X8), KEYS(364, 66, 100)},
        {CHIP(41, 2, 3, X8), KEYS(364, 171, 100)},
};

#define CASE(scenario_, n, what, param_)                                      \
    {                                                                         \
        .scenario = &(scenario_), .geometry = (n), .about = (what),           \
        .machine = world_machine, .param = &(param_), .lead = MOVES_AHEAD + 1 \
    }
#define SMALL(scenario_)                                                          \
    {                                                                             \
        CASE(scenario_, 0, "2 x 1024", small[0]),                                 \
                CASE(scenario_, 1, "2 x 1024, never erases by itself", small[1]), \
                CASE(scenario_, 2, "512 + 512 + 1024, unit 1", small[2]),         \
                CASE(scenario_, 3, "2 x 2048, write-once cells of 8", small[3]),  \
    }
#define REAL(scenario_)                                                           \
    {                                                                             \
        CASE(scenario_, 304, "4 x 16 KB, x32, 30 % full", real[0]),               \
                CASE(scenario_, 306, "4 x 16 KB, x8, 30 % full", real[1]),        \
                CASE(scenario_, 308, "2 x 128 KB, x32, 30 % full", real[2]),      \
                CASE(scenario_, 309, "2 x 128 KB, x32, 75 % full", real[3]),      \
                CASE(scenario_, 310, "2 x 128 KB, x8, 30 % full", real[4]),       \
                CASE(scenario_, 311, "2 x 128 KB, x8, 75 % full", real[5]),       \
                CASE(scenario_, 312, "16 + 16 + 64 KB, x32, 30 % full", real[6]), \
                CASE(scenario_, 313, "16 + 16 + 64 KB, x32, 75 % full", real[7]), \
                CASE(scenario_, 314, "16 + 16 + 64 KB, x8, 30 % full", real[8]),  \
                CASE(scenario_, 315, "16 + 16 + 64 KB, x8, 75 % full", real[9]),  \
    }

const struct explore_case moves_small[] = SMALL(moves_scenario);
const struct explore_case moves_small_on[] = SMALL(moves_on_scenario);
const unsigned moves_small_n = sizeof(moves_small) / sizeof(moves_small[0]);

const struct explore_case moves_real[] = REAL(moves_scenario);
const struct explore_case moves_real_on[] = REAL(moves_on_scenario);
const unsigned moves_real_n = sizeof(moves_real) / sizeof(moves_real[0]);
