/* kv_cases_table.c - on which flash, and how full, the store is tried.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/kv_world.h"

enum { ALL = 255, NO_TIDY = 255 & ~WORLD_TIDY };

/* ---- small ------------------------------------------------------------------- */

static const struct world_param small[] = {
        {.shape = {.sector = {1024, 1024}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 6,
                .versions = 20,
                .len = 8,
                .ops = ALL},
        {.shape = {.sector = {256, 256}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 3,
                .versions = 6,
                .len = 4,
                .ops = WORLD_PUT},
        {.shape = {.sector = {1024, 1024}, .unit = 1},
                .log = &etch_kv_plain,
                .keys = 6,
                .versions = 20,
                .len = 8,
                .ops = ALL},
        {.shape = {.sector = {512, 512, 512, 512}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 20,
                .versions = 20,
                .len = 12,
                .ops = NO_TIDY,
                .steps = 2},
        {.shape = {.sector = {512, 512, 1024}, .unit = 2},
                .log = &etch_kv_plain,
                .keys = 12,
                .versions = 20,
                .len = 12,
                .ops = ALL,
                .policy = ETCH_KV_NEVER_ERASE,
                .steps = 2},
        {.shape = {.sector = {1024, 1024}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 12,
                .versions = 20,
                .len = 40,
                .same_len = true,
                .ops = WORLD_PUT | WORLD_DELETE | WORLD_TICK,
                .steps = 3},
        {.shape = {.sector = {2048, 2048}, .unit = 8, .write_once = true},
                .log = &etch_kv_once,
                .keys = 6,
                .versions = 20,
                .len = 8,
                .ops = ALL},
        {.shape = {.sector = {4096, 4096, 4096}, .unit = 32, .write_once = true},
                .log = &etch_kv_once,
                .keys = 6,
                .versions = 20,
                .len = 30,
                .ops = NO_TIDY,
                .steps = 3},
        {.shape = {.sector = {1024, 1024}, .unit = 4, .erased_is_zero = true},
                .log = &etch_kv_plain,
                .keys = 6,
                .versions = 20,
                .len = 8,
                .ops = ALL,
                .steps = 2},
        {.shape = {.sector = {1024, 1024}, .unit = 4},
                .log = &etch_kv_plain,
                .keys = 4,
                .versions = 20,
                .len = 8,
                .unindexed = true,
                .ops = WORLD_PUT | WORLD_DELETE | WORLD_NAME},
};

#define SMALL(n, what)                                                 \
    {                                                                  \
        .scenario = &world_scenario, .geometry = (n), .about = (what), \
        .machine = world_machine, .param = &small[n]                   \
    }

const struct explore_case world_small[] = {
        SMALL(0, "2 x 1024, all operations"),
        SMALL(1, "2 x 256, puts"),
        SMALL(2, "2 x 1024, unit 1"),
        SMALL(3, "4 x 512"),
        SMALL(4, "512 + 512 + 1024, unit 2, never erases by itself"),
        SMALL(5, "2 x 1024, full"),
        SMALL(6, "2 x 2048, write-once cells of 8"),
        SMALL(7, "3 x 4096, write-once cells of 32"),
        SMALL(8, "2 x 1024, erased is 0"),
        SMALL(9, "2 x 1024, no index"),
};
const unsigned world_small_n = sizeof(world_small) / sizeof(world_small[0]);

/* ---- real --------------------------------------------------------------------- */

/* Sectors of an STM32F446: 0 to 3 of 16 KB, 4 of 64, 5 to 7 of 128. */
#define CHIP(chip_, first_, n, width_, keys_, len_)                                 \
    {                                                                               \
        .part = "stm32f446re", .chip = (chip_), .first = (first_), .sectors = (n),  \
        .width = (width_), .log = &etch_kv_plain, .keys = (keys_), .versions = 150, \
        .len = (len_), .same_len = true, .ops = ALL, .steps = 5                     \
    }
enum { X8 = 1, X32 = 3 };

static const struct world_param real[] = {
        CHIP(0, 2, 2, X32, 32, 110),
        CHIP(1, 2, 2, X32, 40, 220),
        CHIP(2, 2, 2, X8, 32, 110),
        CHIP(3, 2, 2, X8, 40, 220),
        CHIP(4, 0, 4, X32, 48, 224),
        CHIP(5, 0, 4, X32, 48, 556),
        CHIP(6, 0, 4, X8, 48, 224),
        CHIP(7, 0, 4, X8, 48, 556),
        CHIP(8, 6, 2, X32, 48, 600),
        CHIP(9, 6, 2, X32, 48, 1516),
        CHIP(10, 6, 2, X8, 48, 600),
        CHIP(11, 6, 2, X8, 48, 1516),
        CHIP(12, 2, 3, X32, 48, 148),
        CHIP(13, 2, 3, X32, 48, 364),
        CHIP(14, 2, 3, X8, 48, 148),
        CHIP(15, 2, 3, X8, 48, 364),
        {.shape = {.sector = {16384, 16384}, .unit = 8, .write_once = true},
                .log = &etch_kv_once,
                .keys = 32,
                .versions = 150,
                .len = 88,
                .ops = ALL,
                .steps = 5},
        {.shape = {.sector = {16384, 16384}, .unit = 8, .write_once = true},
                .log = &etch_kv_once,
                .keys = 32,
                .versions = 150,
                .len = 230,
                .ops = ALL,
                .steps = 5},
};

#define REAL(n, what)                                                        \
    {                                                                        \
        .scenario = &world_scenario, .geometry = 100 + (n), .about = (what), \
        .machine = world_machine, .param = &real[n]                          \
    }

const struct explore_case world_real[] = {
        REAL(0, "2 x 16 KB, x32, 30 % full"),
        REAL(1, "2 x 16 KB, x32, 75 % full"),
        REAL(2, "2 x 16 KB, x8, 30 % full"),
        REAL(3, "2 x 16 KB, x8, 75 % full"),
        REAL(4, "4 x 16 KB, x32, 30 % full"),
        REAL(5, "4 x 16 KB, x32, 75 % full"),
        REAL(6, "4 x 16 KB, x8, 30 % full"),
        REAL(7, "4 x 16 KB, x8, 75 % full"),
        REAL(8, "2 x 128 KB, x32, 30 % full"),
        REAL(9, "2 x 128 KB, x32, 75 % full"),
        REAL(10, "2 x 128 KB, x8, 30 % full"),
        REAL(11, "2 x 128 KB, x8, 75 % full"),
        REAL(12, "16 + 16 + 64 KB, x32, 30 % full"),
        REAL(13, "16 + 16 + 64 KB, x32, 75 % full"),
        REAL(14, "16 + 16 + 64 KB, x8, 30 % full"),
        REAL(15, "16 + 16 + 64 KB, x8, 75 % full"),
        REAL(16, "2 x 16 KB, write-once cells of 8, 30 % full"),
        REAL(17, "2 x 16 KB, write-once cells of 8, 75 % full"),
};
const unsigned world_real_n = sizeof(world_real) / sizeof(world_real[0]);
