/* cuts.c - how many power cuts a second: run to the cut, lose the power, start
 * again, recover.
 *
 * Processor time of this thread is measured, not the wall's: the machine may
 * have other things to do.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "bench/bench.h"
#include "board/board.h"
#include "file/file.h"

enum { ROUNDS = 4 };
static const uint64_t limit_ns = 10000000000u;

struct cutting {
    struct board *board;
    char args[8];
    uint64_t stop_at;
};

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void watch(void *ctx, const struct board_event *ev)
{
    struct cutting *c = ctx;
    if (c->stop_at != 0 && ev->kind == BOARD_EV_FLASH &&
            ev->flash->kind == SILICON_EV_PROGRAM && ev->flash->op == c->stop_at) {
        board_stop(c->board);
    }
}

static bool load(struct cutting *c, const char *path)
{
    struct file f;
    char why[FILE_WHY];
    const struct board_config config = {
            .part = silicon_part_find("stm32f446re"), .args = c->args};
    if (!file_read(&f, path, FILE_NO_ADDRESS, why)) {
        (void)printf("sim: no cuts: %s\n", why);
        return false;
    }
    c->board = board_new(&config);
    bool good = c->board != NULL;
    for (size_t i = 0; i < f.n && good; i++) {
        good = board_load(
                c->board, f.segments[i].addr, f.segments[i].bytes, f.segments[i].len);
    }
    file_free(&f);
    if (good) {
        board_listen(c->board, watch, c);
        board_reset(c->board, BOARD_RESET_POWER);
    }
    return good;
}

/* Cut in operation op, from a copy made when the one before had begun; recover.
 * Leaves the machine as the copy. False: the firmware says that it is wrong. */
static bool cut_once(struct cutting *c, uint64_t op)
{
    struct board_state *mark = board_save(c->board);
    board_plan_cut(c->board, op,
            (struct silicon_tear){.kind = SILICON_TEAR_RANDOM, .seed = (uint32_t)op});
    bool good = board_run(c->board, limit_ns) == BOARD_CUT;
    board_power_cycle(c->board, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    (void)snprintf(c->args, sizeof(c->args), "check");
    good = good && board_run(c->board, board_ns(c->board) + limit_ns) == BOARD_LEFT &&
           board_exit_code(c->board) == 0;
    c->args[0] = '\0';
    board_restore(c->board, mark);
    board_state_free(mark);
    return good;
}

/* All cuts of one run. How many; 0: something was wrong. */
static uint64_t cut_all(struct cutting *c, uint64_t *insns)
{
    uint64_t cuts = 0;
    uint64_t first = silicon_ops(board_silicon(c->board)) + 1;
    for (uint64_t op = first;; op++) {
        if (!cut_once(c, op)) {
            return 0;
        }
        cuts++;
        c->stop_at = op;
        enum board_stop stop = board_run(c->board, limit_ns);
        c->stop_at = 0;
        if (stop == BOARD_ASKED && op + 1 < first + 500) {
            continue;
        }
        stop = stop == BOARD_ASKED ? board_run(c->board, limit_ns) : stop;
        *insns = core_insns(board_core(c->board));
        return stop == BOARD_LEFT && board_exit_code(c->board) == 0 ? cuts : 0;
    }
}

void bench_cuts(struct bench *b)
{
    struct cutting c = {0};
    if (!load(&c, ETCH_FIRMWARE_DIR "/cuts.elf")) {
        return;
    }
    uint64_t cuts = 0;
    uint64_t insns = 0;
    struct board_state *start = board_save(c.board);
    double begin = seconds();
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t n = cut_all(&c, &insns);
        if (n == 0) {
            (void)printf("sim: no cuts: the firmware says that it is wrong\n");
            break;
        }
        cuts += n;
        board_restore(c.board, start);
    }
    double took = seconds() - begin;
    board_state_free(start);
    board_free(c.board);
    (void)printf(
            "sim: %" PRIu64 " cuts of a firmware of %" PRIu64
            " instructions and 500 operations, each with a start and recovery: %.0f a "
            "second and core\n",
            cuts, insns, (double)cuts / took);
    bench_add(b, "sim.cuts_per_s", (double)cuts / took);
}
