/* SPDX-License-Identifier: MIT */
#include "explore/firmware.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explore/machine.h"
#include "file/utf8.h"

enum { DONE = EXPLORE_DONE_MAX + 1, LINE = 256, ARRAY = 0x08000000, KIB = 1024 };
static const uint64_t default_limit_ns = 60000000000u;
static const char done_word[] = "done ";

/* What a cut leaves: cells, and what the firmware has said that it did. */
struct state {
    struct silicon *cells;
    char done[DONE];
};

/* The body, stopped just after it began an operation: where the next cut can
 * start from. */
struct mark {
    struct board_state *board;
    uint64_t start; /* hash of the state that the body started from */
    uint64_t op;    /* operations of the body begun */
    char done[DONE];
    char line[LINE];
};

struct bench {
    struct explore_machine machine;
    const struct explore_firmware *how;
    struct board *board;
    char done[DONE];
    bool too_long;   /* it said more behind "done " than that holds */
    char line[LINE]; /* the console's last, so far */
    size_t line_n;
    uint64_t stop_at; /* the operation to stop after; 0: none */
    struct mark mark;
    FILE *tell; /* what happens, for people; NULL: nobody listens */
    size_t args_size;
    char args[];
};

static const struct explore_machine_ops bench_ops;

static struct bench *bench_of(struct explore_machine *m)
{
    return (struct bench *)m;
}

static const struct bench *const_bench_of(const struct explore_machine *m)
{
    return (const struct bench *)m;
}

static struct silicon *cells_of(const struct bench *b)
{
    return board_silicon(b->board);
}

/* ---- what the firmware says ------------------------------------------------------ */

static void end_line(struct bench *b)
{
    b->line[b->line_n] = '\0';
    if (strncmp(b->line, done_word, sizeof(done_word) - 1) == 0) {
        const char *done = b->line + sizeof(done_word) - 1;
        b->too_long = b->too_long || strlen(done) >= sizeof(b->done);
        snprintf(b->done, sizeof(b->done), "%s", done);
        if (b->how->noticed) {
            atomic_store(&b->how->noticed->done, true);
        }
    } else if (b->tell && b->line_n != 0) {
        (void)fputs("    says: ", b->tell);
        utf8_print(b->tell, b->line);
        (void)fputc('\n', b->tell);
    }
    b->line_n = 0;
}

static void hear(void *ctx, int usart, const uint8_t *data, size_t len)
{
    struct bench *b = ctx;
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n') {
            end_line(b);
        } else if (b->line_n < LINE - 1) {
            b->line[b->line_n++] = (char)data[i];
        }
    }
    (void)usart;
}

/* ---- what it erases ---------------------------------------------------------------- */

static uint32_t count_written(const struct bench *b, uint32_t addr, uint32_t size)
{
    uint8_t data[SILICON_PAGE];
    uint32_t n = 0;
    for (uint32_t off = 0; off < size; off += SILICON_PAGE) {
        silicon_peek(cells_of(b), addr + off, data, NULL, SILICON_PAGE);
        for (uint32_t i = 0; i < SILICON_PAGE; i++) {
            n += data[i] != 0xFF;
        }
    }
    return n;
}

static void tell_erase(const struct bench *b, const struct silicon_sector *sector)
{
    (void)fprintf(b->tell,
            "    erases sector %u (0x%08" PRIX32 ", %" PRIu32 " KiB), where %" PRIu32
            " bytes were written\n",
            sector->number, sector->addr, sector->size / KIB,
            count_written(b, sector->addr, sector->size));
}

static void watch_erase(struct bench *b, const struct silicon_event *ev)
{
    size_t n;
    const struct silicon_sector *sector = silicon_sectors(cells_of(b), &n);
    for (; n > 0; n--, sector++) {
        if (sector->addr - ev->addr >= ev->size) {
            continue;
        }
        if (b->how->noticed && b->done[0] == '\0') {
            atomic_fetch_or(&b->how->noticed->erased, 1u << sector->number);
        }
        if (b->tell) {
            tell_erase(b, sector);
        }
    }
}

static void watch(void *ctx, const struct board_event *ev)
{
    struct bench *b = ctx;
    if (ev->kind != BOARD_EV_FLASH) {
        return;
    }
    if (ev->flash->kind == SILICON_EV_ERASE || ev->flash->kind == SILICON_EV_MASS) {
        watch_erase(b, ev->flash);
    }
    if (b->stop_at == 0 || ev->flash->op != b->stop_at) {
        return;
    }
    if (ev->flash->kind == SILICON_EV_PROGRAM || ev->flash->kind == SILICON_EV_ERASE ||
            ev->flash->kind == SILICON_EV_MASS || ev->flash->kind == SILICON_EV_OPTIONS) {
        board_stop(b->board);
    }
}

/* ---- life and states ---------------------------------------------------------------- */

static void drop_mark(struct bench *b)
{
    board_state_free(b->mark.board);
    b->mark.board = NULL;
}

static void drop(struct explore_machine *m)
{
    struct bench *b = bench_of(m);
    drop_mark(b);
    board_free(b->board);
    free(b);
}

struct explore_machine *explore_firmware_new(const void *param)
{
    const struct explore_firmware *how = param;
    struct board_config config = how->config;
    size_t args_size = sizeof("check ") + DONE + (config.args ? strlen(config.args) : 0);
    struct bench *b = calloc(1, sizeof(*b) + args_size);
    if (!b) {
        return NULL;
    }
    b->machine.ops = &bench_ops;
    b->how = how;
    b->args_size = args_size;
    config.args = b->args;
    b->board = board_new(&config);
    if (!b->board) {
        free(b);
        return NULL;
    }
    board_restore(b->board, how->loaded);
    board_on_output(b->board, hear, b);
    board_listen(b->board, watch, b);
    snprintf(b->done, sizeof(b->done), "%s", how->done ? how->done : "");
    return &b->machine;
}

static struct explore_machine *twin(const struct explore_machine *m)
{
    return explore_firmware_new(const_bench_of(m)->how);
}

static void *save(const struct explore_machine *m)
{
    const struct bench *b = const_bench_of(m);
    struct state *s = calloc(1, sizeof(*s));
    if (s) {
        s->cells = silicon_clone(cells_of(b));
        memcpy(s->done, b->done, sizeof(s->done));
    }
    if (s && !s->cells) {
        free(s);
        s = NULL;
    }
    return s;
}

static void load(struct explore_machine *m, const void *state)
{
    struct bench *b = bench_of(m);
    const struct state *s = state;
    board_restore(b->board, b->how->loaded);
    silicon_copy(cells_of(b), s->cells);
    memcpy(b->done, s->done, sizeof(b->done));
}

static void forget(void *state)
{
    struct state *s = state;
    silicon_free(s->cells);
    free(s);
}

static uint64_t hash(const struct explore_machine *m)
{
    const struct bench *b = const_bench_of(m);
    uint64_t h = silicon_hash(cells_of(b));
    for (const char *at = b->done; *at; at++) {
        h = (h ^ (uint8_t)*at) * 0x100000001B3u;
    }
    return h;
}

static bool same(const struct explore_machine *m, const void *state)
{
    const struct bench *b = const_bench_of(m);
    const struct state *s = state;
    return strcmp(b->done, s->done) == 0 && silicon_same(cells_of(b), s->cells);
}

static uint32_t size(const struct explore_machine *m)
{
    return silicon_part(cells_of(const_bench_of(m)))->flash_kib * (uint32_t)KIB;
}

static uint32_t address(const struct explore_machine *m)
{
    (void)m;
    return ARRAY;
}

static void peek(const struct explore_machine *m, uint32_t off, void *data,
        void *unstable, size_t len)
{
    silicon_peek(cells_of(const_bench_of(m)), ARRAY + off, data, unstable, len);
}

static void poke(struct explore_machine *m, uint32_t off, const void *data, size_t len)
{
    silicon_poke(cells_of(bench_of(m)), ARRAY + off, data, len);
}

static bool loose(const struct explore_machine *m)
{
    uint8_t data[SILICON_PAGE];
    uint8_t mask[SILICON_PAGE];
    for (uint32_t off = 0; off < size(m); off += SILICON_PAGE) {
        peek(m, off, data, mask, SILICON_PAGE);
        for (uint32_t i = 0; i < SILICON_PAGE; i++) {
            if (mask[i] != 0) {
                return true;
            }
        }
    }
    return false;
}

/* ---- runs ------------------------------------------------------------------------------- */

static void power_up(struct bench *b, const struct explore_run *r)
{
    b->line_n = 0;
    b->line[0] = '\0';
    b->too_long = false;
    if (r->phase == EXPLORE_BODY) {
        const char *args = b->how->config.args;
        snprintf(b->args, b->args_size, "%s", args ? args : "");
    } else {
        snprintf(b->args, b->args_size, "check%s%s", b->done[0] ? " " : "", b->done);
    }
    if (b->tell) {
        (void)fputs(b->args[0] ? "    started with \"" : "    started without arguments",
                b->tell);
        utf8_print(b->tell, b->args);
        (void)fputs(b->args[0] ? "\"\n" : "\n", b->tell);
    }
    silicon_reseed(cells_of(b), r->reads);
    board_power_cycle(b->board, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
}

static uint64_t limit_of(const struct bench *b)
{
    return b->how->limit_ns ? b->how->limit_ns : default_limit_ns;
}

/* Keep the body as it is now, with op of its operations begun. */
static void keep_mark(struct bench *b, uint64_t start, uint64_t op)
{
    drop_mark(b);
    b->mark.board = board_save(b->board);
    b->mark.start = start;
    b->mark.op = op;
    b->line[b->line_n] = '\0';
    memcpy(b->mark.done, b->done, sizeof(b->done));
    memcpy(b->mark.line, b->line, sizeof(b->line));
}

static void use_mark(struct bench *b)
{
    board_restore(b->board, b->mark.board);
    memcpy(b->done, b->mark.done, sizeof(b->done));
    memcpy(b->line, b->mark.line, sizeof(b->line));
    b->line_n = strlen(b->line);
}

/* Bring the body to where its operation before the cut has begun, from the
 * nearest copy before it, and keep one there. before: operations of the chip
 * when the body started. */
static void approach(
        struct bench *b, const struct explore_run *r, uint64_t start, uint64_t before)
{
    uint64_t wanted = r->cut - 1;
    if (b->mark.board && b->mark.start == start && b->mark.op <= wanted) {
        use_mark(b);
        if (b->mark.op == wanted) {
            return;
        }
    } else {
        power_up(b, r);
    }
    if (wanted > 0) {
        b->stop_at = before + wanted;
        if (board_run(b->board, limit_of(b)) == BOARD_ASKED) {
            keep_mark(b, start, wanted);
        }
        b->stop_at = 0;
    }
}

static struct explore_outcome outcome_of(struct bench *b, enum board_stop stop)
{
    struct explore_outcome out = {.end = EXPLORE_DONE};
    if (b->line_n != 0) {
        end_line(b);
    }
    switch (stop) {
    case BOARD_LEFT:
        if (board_exit_code(b->board) != 0) {
            out.end = EXPLORE_WRONG;
            snprintf(out.text, sizeof(out.text), "left with %u: %.200s",
                    (unsigned)board_exit_code(b->board), b->line);
        } else if (b->too_long) {
            out.end = EXPLORE_WRONG;
            snprintf(out.text, sizeof(out.text),
                    "said more than %d characters behind \"done \": %.*s...",
                    EXPLORE_DONE_MAX, EXPLORE_DONE_MAX, b->done);
        }
        break;
    case BOARD_CUT: out.end = EXPLORE_CUT; break;
    case BOARD_TIME:
        out.end = EXPLORE_HANG;
        snprintf(out.text, sizeof(out.text), "still running at the limit");
        break;
    case BOARD_STUCK:
    case BOARD_LOCKED_UP:
    case BOARD_BREAK:
    case BOARD_UNMODELLED:
    case BOARD_ASKED:
    default:
        out.end = EXPLORE_FAULT;
        snprintf(out.text, sizeof(out.text), "%.230s", board_why(b->board));
        break;
    }
    return out;
}

static struct explore_outcome run(struct explore_machine *m, const struct explore_run *r)
{
    struct bench *b = bench_of(m);
    uint64_t before = silicon_ops(cells_of(b));
    if (r->phase == EXPLORE_BODY && r->cut != 0) {
        approach(b, r, hash(m) ^ r->reads, before);
    } else {
        power_up(b, r);
    }
    if (r->cut != 0) {
        board_plan_cut(b->board, before + r->cut, r->tear);
    }
    struct explore_outcome out = outcome_of(b, board_run(b->board, limit_of(b)));
    out.ops = silicon_ops(cells_of(b)) - before;
    silicon_plan_cut(cells_of(b), 0, r->tear);
    silicon_power_off(cells_of(b), (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    return out;
}

static void tell(struct explore_machine *m, FILE *to)
{
    struct bench *b = bench_of(m);
    drop_mark(b); /* it knows nothing of what was told on the way to it */
    b->tell = to;
}

static const struct explore_machine_ops bench_ops = {
        .twin = twin,
        .drop = drop,
        .save = save,
        .load = load,
        .forget = forget,
        .hash = hash,
        .same = same,
        .loose = loose,
        .run = run,
        .size = size,
        .peek = peek,
        .poke = poke,
        .address = address,
        .tell = tell,
};

/* The machine goes by the phase alone. */
static void go_by_phase(struct explore_ctx *c)
{
    (void)c;
}

const struct explore_scenario explore_firmware_scenario = {
        .name = "firmware", .body = go_by_phase, .check = go_by_phase, .first = true};
