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

/* Each geometry and each degree of fullness (of what etch_kv_stat calls the capacity)
 * twice, because what has to be cut is of two kinds. In both seven keys change, and what
 * fills the store is written once and from then on only moved, and read at every boot.
 *
 * g100..: long values and long bodies, five changes of any kind in a row. Soaks, and one
 * such body after each kind of change cut in every operation: thousands of cut points,
 * nearly all of them words in the middle of a value.
 *
 * g200..: short values, so a put is a dozen operations, and every start on the way round
 * the whole store is looked at: with an empty head, when copying begins, while it goes
 * on, when all is copied at once, when a sector is opened, when one must be erased. Two
 * changes in one body, because the first of a session does more than those that follow.
 * What leads from start to start is a put and a deletion, or where strides do nothing
 * new one of those, so erases are forced; tidy, which erases before that, is tried from
 * each start. Of operations that are alike one is cut (explore_options.novel): alike
 * are those with the same six before them, in bodies of the same change that make the
 * same rows of operations, however long these are. So every change is cut in every
 * operation wherever it begins a row, goes over from one row to another or ends; left
 * out are words in the middle of rows, of which each 61st is cut, and what another
 * start on the way does just the same. Rows differ by what the store does: with and
 * without marks, with an erase, with copying, with opening.
 *
 * On most sectors of 64 and 128 KB, and on 4 x 16 KB 30 % full, strides lead past the
 * move of a whole sector: kv_moves.h has that. Purging is left to g100, g101, g116 and g117: it may wipe a sector
 * word by word. */

/* Sectors of an STM32F446: 0 to 3 of 16 KB, 4 of 64, 5 to 7 of 128. */
#define CHIP(chip_, first_, n, width_)                                         \
    .part = "stm32f446re", .chip = (chip_), .first = (first_), .sectors = (n), \
    .width = (width_), .log = &etch_kv_plain
#define ONCE_8                                                          \
    .shape = {.sector = {16384, 16384}, .unit = 8, .write_once = true}, \
    .log = &etch_kv_once
#define LONG(ops_, ballast_, len_)                                                    \
    .keys = 7, .versions = 150, .len = 24, .last_len = (len_), .ballast = (ballast_), \
    .ballast_len = (len_), .ops = (ops_), .steps = 5
#define SHORT(ballast_, len_)                                                            \
    .keys = 7, .versions = 150, .len = 10, .ballast = (ballast_), .ballast_len = (len_), \
    .ops = NO_PURGE, .steps = 2
enum { X8 = 1, X32 = 3, NO_PURGE = 255 & ~WORLD_PURGE };

static const struct world_param real[] = {
        {CHIP(0, 2, 2, X32), LONG(ALL, 29, 110)},
        {CHIP(1, 2, 2, X32), LONG(ALL, 39, 220)},
        {CHIP(2, 2, 2, X8), LONG(NO_PURGE, 29, 110)},
        {CHIP(3, 2, 2, X8), LONG(NO_PURGE, 39, 220)},
        {CHIP(4, 0, 4, X32), LONG(NO_PURGE, 45, 224)},
        {CHIP(5, 0, 4, X32), LONG(NO_PURGE, 48, 556)},
        {CHIP(6, 0, 4, X8), LONG(NO_PURGE, 45, 224)},
        {CHIP(7, 0, 4, X8), LONG(NO_PURGE, 48, 556)},
        {CHIP(8, 6, 2, X32), LONG(NO_PURGE, 45, 600)},
        {CHIP(9, 6, 2, X32), LONG(NO_PURGE, 48, 1516)},
        {CHIP(10, 6, 2, X8), LONG(NO_PURGE, 45, 600)},
        {CHIP(11, 6, 2, X8), LONG(NO_PURGE, 48, 1516)},
        {CHIP(12, 2, 3, X32), LONG(NO_PURGE, 45, 148)},
        {CHIP(13, 2, 3, X32), LONG(NO_PURGE, 48, 364)},
        {CHIP(14, 2, 3, X8), LONG(NO_PURGE, 45, 148)},
        {CHIP(15, 2, 3, X8), LONG(NO_PURGE, 48, 364)},
        {ONCE_8, LONG(ALL, 29, 88)},
        {ONCE_8, LONG(ALL, 33, 230)},
};

static const struct world_param rounds[] = {
        {CHIP(16, 2, 2, X32), SHORT(33, 100)},
        {CHIP(17, 2, 2, X32), SHORT(86, 100)},
        {CHIP(18, 2, 2, X8), SHORT(33, 100)},
        {CHIP(19, 2, 2, X8), SHORT(86, 100)},
        {CHIP(20, 0, 4, X32), SHORT(104, 100), .stride = 2},
        {CHIP(21, 0, 4, X32), SHORT(263, 100), .stride = 2},
        {CHIP(22, 0, 4, X8), SHORT(104, 100), .stride = 2},
        {CHIP(23, 0, 4, X8), SHORT(263, 100), .stride = 2},
        {CHIP(24, 6, 2, X32), SHORT(126, 228), .stride = 2},
        {CHIP(25, 6, 2, X32), SHORT(316, 228), .stride = 2},
        {CHIP(26, 6, 2, X8), SHORT(126, 228), .stride = 2},
        {CHIP(27, 6, 2, X8), SHORT(316, 228), .stride = 2},
        {CHIP(28, 2, 3, X32), SHORT(69, 100), .stride = 3},
        {CHIP(29, 2, 3, X32), SHORT(175, 100), .stride = 3},
        {CHIP(30, 2, 3, X8), SHORT(69, 100), .stride = 3},
        {CHIP(31, 2, 3, X8), SHORT(175, 100), .stride = 3},
        {ONCE_8, SHORT(27, 100)},
        {ONCE_8, SHORT(70, 100)},
};

#define REAL(n, ops_, what)                                                  \
    {                                                                        \
        .scenario = &world_scenario, .geometry = 100 + (n), .about = (what), \
        .machine = world_machine, .param = &real[n], .ops = (ops_)           \
    }
#define ROUND(n, what)                                                       \
    {                                                                        \
        .scenario = &world_scenario, .geometry = 200 + (n), .about = (what), \
        .machine = world_machine, .param = &rounds[n], .ops = 7, .lead = 1,  \
        .stride = WORLD_STRIDE + 1                                           \
    }

const struct explore_case world_real[] = {
        REAL(0, 8, "2 x 16 KB, x32, 30 % full"),
        REAL(1, 8, "2 x 16 KB, x32, 75 % full"),
        REAL(2, 7, "2 x 16 KB, x8, 30 % full"),
        REAL(3, 7, "2 x 16 KB, x8, 75 % full"),
        REAL(4, 7, "4 x 16 KB, x32, 30 % full"),
        REAL(5, 7, "4 x 16 KB, x32, 75 % full"),
        REAL(6, 7, "4 x 16 KB, x8, 30 % full"),
        REAL(7, 7, "4 x 16 KB, x8, 75 % full"),
        REAL(8, 7, "2 x 128 KB, x32, 30 % full"),
        REAL(9, 7, "2 x 128 KB, x32, 75 % full"),
        REAL(10, 7, "2 x 128 KB, x8, 30 % full"),
        REAL(11, 7, "2 x 128 KB, x8, 75 % full"),
        REAL(12, 7, "16 + 16 + 64 KB, x32, 30 % full"),
        REAL(13, 7, "16 + 16 + 64 KB, x32, 75 % full"),
        REAL(14, 7, "16 + 16 + 64 KB, x8, 30 % full"),
        REAL(15, 7, "16 + 16 + 64 KB, x8, 75 % full"),
        REAL(16, 8, "2 x 16 KB, write-once cells of 8, 30 % full"),
        REAL(17, 8, "2 x 16 KB, write-once cells of 8, 75 % full"),
};
const unsigned world_real_n = sizeof(world_real) / sizeof(world_real[0]);

const struct explore_case world_rounds[] = {
        ROUND(0, "2 x 16 KB, x32, 30 % full"),
        ROUND(1, "2 x 16 KB, x32, 75 % full"),
        ROUND(2, "2 x 16 KB, x8, 30 % full"),
        ROUND(3, "2 x 16 KB, x8, 75 % full"),
        ROUND(4, "4 x 16 KB, x32, 30 % full"),
        ROUND(5, "4 x 16 KB, x32, 75 % full"),
        ROUND(6, "4 x 16 KB, x8, 30 % full"),
        ROUND(7, "4 x 16 KB, x8, 75 % full"),
        ROUND(8, "2 x 128 KB, x32, 30 % full"),
        ROUND(9, "2 x 128 KB, x32, 75 % full"),
        ROUND(10, "2 x 128 KB, x8, 30 % full"),
        ROUND(11, "2 x 128 KB, x8, 75 % full"),
        ROUND(12, "16 + 16 + 64 KB, x32, 30 % full"),
        ROUND(13, "16 + 16 + 64 KB, x32, 75 % full"),
        ROUND(14, "16 + 16 + 64 KB, x8, 30 % full"),
        ROUND(15, "16 + 16 + 64 KB, x8, 75 % full"),
        ROUND(16, "2 x 16 KB, write-once cells of 8, 30 % full"),
        ROUND(17, "2 x 16 KB, write-once cells of 8, 75 % full"),
};
const unsigned world_rounds_n = sizeof(world_rounds) / sizeof(world_rounds[0]);
