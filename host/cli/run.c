/* run.c - let the firmware run to its end, or the debugger's, or the user's.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/run.h"
#include "gdb/gdb.h"

/* Chip time between two looks at the world. */
static const uint64_t slice_ns = 10000000;

static volatile sig_atomic_t asked_to_stop;

static void ask_to_stop(int signal)
{
    (void)signal;
    asked_to_stop = 1;
}

/* ---- counting ------------------------------------------------------------------- */

static void count_flash(struct run_stats *s, const struct board_event *ev)
{
    switch (ev->flash->kind) {
    case SILICON_EV_PROGRAM: s->programs++; break;
    case SILICON_EV_ERASE:
    case SILICON_EV_MASS: s->erases++; break;
    case SILICON_EV_CUT: s->cuts += ev->flash->op != 0; break; /* 0: switched on */
    case SILICON_EV_STALL:
        s->stalls++;
        s->stalled_ns += ev->flash->ns;
        if (ev->flash->ns > s->longest_ns) {
            s->longest_ns = ev->flash->ns;
            s->longest_pc = ev->flash->caller != 0 ? (uint32_t)ev->flash->caller : ev->pc;
        }
        break;
    case SILICON_EV_BREACH:
    case SILICON_EV_UNLOCK:
    case SILICON_EV_LOCK:
    case SILICON_EV_OPTIONS:
    case SILICON_EV_DONE:
    case SILICON_EV_FLAGS:
    case SILICON_EV_CLEARED:
    case SILICON_EV_FAULT:
    case SILICON_EV_CR:
    case SILICON_EV_RESET:
    default: break;
    }
}

static void count(void *ctx, const struct board_event *ev)
{
    struct run *r = ctx;
    if (ev->kind == BOARD_EV_FLASH) {
        count_flash(&r->stats, ev);
    } else if (ev->kind == BOARD_EV_RESET && ev->reset != BOARD_RESET_POWER) {
        r->stats.resets++;
    }
}

/* ---- progress ---------------------------------------------------------------------- */

struct progress {
    bool wanted, shown;
    struct timespec next;
};

static void show_progress(const struct run *r, struct progress *p)
{
    struct timespec now;
    char done[32];
    char all[32];
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (!p->wanted || console_was_used(r->console) || now.tv_sec < p->next.tv_sec) {
        return;
    }
    p->next.tv_sec = now.tv_sec + 1;
    p->shown = true;
    (void)fprintf(stderr, "\r%s of %s of chip time \033[K",
            run_time_text(board_ns(r->load.board), done, sizeof done),
            run_time_text(r->o.limit_ns, all, sizeof all));
}

static void hide_progress(const struct progress *p)
{
    if (p->shown) {
        (void)fputs("\r\033[K", stderr);
    }
}

/* ---- running ------------------------------------------------------------------------- */

static void run_alone(struct run *r)
{
    struct progress progress = {.wanted = isatty(STDERR_FILENO) != 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &progress.next);
    progress.next.tv_sec++;
    r->stop = BOARD_TIME;
    while (r->stop == BOARD_TIME && asked_to_stop == 0) {
        uint64_t now = board_ns(r->load.board);
        if (now >= r->o.limit_ns) {
            break;
        }
        uint64_t left = r->o.limit_ns - now;
        r->stop = board_run(r->load.board, now + (left < slice_ns ? left : slice_ns));
        console_poll(r->console);
        show_progress(r, &progress);
        if (r->stop == BOARD_CUT) {
            (void)fprintf(stderr,
                    "etch: the power is cut in flash operation %" PRIu64 ", and comes "
                    "back\n",
                    r->o.cut);
            board_power_cycle(r->load.board, r->o.tear);
            r->stop = BOARD_TIME;
        }
    }
    hide_progress(&progress);
    r->interrupted = asked_to_stop != 0;
}

static bool say_findings(void *ctx, const char *words, FILE *to)
{
    struct run *r = ctx;
    if (strcmp(words, "why") != 0) {
        return false;
    }
    run_report(r, to);
    return true;
}

static enum etch_exit run_debugged(struct run *r)
{
    const struct gdb_config config = {.board = r->load.board,
            .port = r->o.port,
            .until_ns = r->o.limit_ns,
            .monitor = say_findings,
            .monitor_help = "monitor why      what is wrong so far\n",
            .ctx = r,
            .give_up = &asked_to_stop};
    char why[200];
    r->gdb = gdb_open(&config, why);
    if (r->gdb == NULL) {
        return cli_refuse("%s", why);
    }
    (void)fprintf(stderr,
            "etch: waiting for a debugger: gdb-multiarch %s -ex 'target remote :%u'\n",
            r->load.firmware, gdb_port(r->gdb));
    enum gdb_end end = gdb_serve(r->gdb, &r->stop);
    switch (end) {
    case GDB_DETACHED: run_alone(r); break;
    case GDB_LEFT: r->stop = BOARD_LEFT; break;
    case GDB_LOST:
        (void)fputs("etch: the debugger went away\n", stderr);
        r->interrupted = true;
        break;
    case GDB_KILLED:
    case GDB_GAVE_UP:
    default: r->interrupted = true; break;
    }
    return ETCH_EXIT_FINE;
}

/* Everybody who listens, before the first instruction. */
static enum etch_exit attach(struct run *r)
{
    FILE *out = r->o.json ? stderr : stdout;
    r->verdict = verdict_new(r->load.board, &r->load.program, r->load.symbols);
    if (r->verdict == NULL) {
        return cli_no_memory();
    }
    board_listen(r->load.board, count, r);
    if (r->o.trace != 0) {
        r->trace = trace_open(r->load.board, r->load.symbols, r->o.trace, stderr);
        if (r->trace == NULL) {
            return cli_no_memory();
        }
    }
    if (r->o.usart != 0 && !board_has_usart(r->load.board, r->o.usart)) {
        return cli_refuse(
                "--uart: an %s has no USART%d", r->load.config.part->name, r->o.usart);
    }
    r->console = console_open(r->load.board, r->o.uart, r->o.usart, out);
    return r->console != NULL ? ETCH_EXIT_FINE : ETCH_EXIT_BROKEN;
}

enum etch_exit run_go(struct run *r)
{
    enum etch_exit status = attach(r);
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    struct sigaction stop = {.sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND};
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGTERM, &stop, NULL);
    board_reset(r->load.board, BOARD_RESET_POWER);
    if (r->o.cut != 0) {
        board_plan_cut(r->load.board, r->o.cut, r->o.tear);
    }
    if (r->o.gdb) {
        status = run_debugged(r);
    } else {
        run_alone(r);
    }
    if (console_in_line(r->console)) {
        (void)fputc('\n', r->o.json ? stderr : stdout);
    }
    return status;
}

void run_free(struct run *r)
{
    console_close(r->console);
    verdict_free(r->verdict);
    trace_close(r->trace);
    gdb_close(r->gdb);
    load_free(&r->load);
}
