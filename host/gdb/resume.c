/* resume.c - let the program run, and say why it stopped.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gdb/gdb_priv.h"

/* Chip time between two looks at the connection. */
static const uint64_t slice_ns = 2000000;

/* gdb's own numbers of signals (include/gdb/signals.def). */
enum {
    SIG_INT = 2,
    SIG_ILL = 4,
    SIG_TRAP = 5,
    SIG_BUS = 10,
    SIG_SEGV = 11,
    SIG_PWR = 32
};

/* ---- breakpoints and watches ---------------------------------------------------- */

static bool is_break(const struct gdb *g, uint32_t addr)
{
    for (size_t i = 0; i < g->breaks_n; i++) {
        if (g->breaks[i] == addr) {
            return true;
        }
    }
    return false;
}

static bool change_break(struct gdb *g, bool on, uint32_t addr)
{
    size_t i = 0;
    while (i < g->breaks_n && g->breaks[i] != addr) {
        i++;
    }
    if (on && i == g->breaks_n) {
        if (g->breaks_n == BREAKS_MAX) {
            return false;
        }
        g->breaks[g->breaks_n++] = addr;
    } else if (!on && i < g->breaks_n) {
        g->breaks[i] = g->breaks[--g->breaks_n];
    }
    core_break(board_core(g->board), addr, on);
    return true;
}

/* The core can only forget all of them. */
static void set_watches(struct gdb *g)
{
    struct core *core = board_core(g->board);
    core_watch(core, 0, 0, false, false);
    for (size_t i = 0; i < g->watches_n; i++) {
        const struct watch *w = &g->watches[i];
        core_watch(core, w->addr, w->len, w->loads, w->stores);
    }
}

static bool is_same(const struct watch *a, const struct watch *b)
{
    return a->addr == b->addr && a->len == b->len && a->loads == b->loads &&
           a->stores == b->stores;
}

static bool change_watch(struct gdb *g, bool on, const struct watch *watch)
{
    size_t i = 0;
    while (i < g->watches_n && !is_same(&g->watches[i], watch)) {
        i++;
    }
    if (on && i == g->watches_n) {
        if (g->watches_n == WATCHES_MAX) {
            return false;
        }
        g->watches[g->watches_n++] = *watch;
    } else if (!on && i < g->watches_n) {
        g->watches[i] = g->watches[--g->watches_n];
    }
    set_watches(g);
    return true;
}

bool break_change(struct gdb *g, char kind, bool on, uint32_t addr, uint32_t len)
{
    const struct watch watch = {.addr = addr,
            .len = len,
            .loads = kind == '3' || kind == '4',
            .stores = kind == '2' || kind == '4'};
    switch (kind) {
    case '0':
    case '1': return change_break(g, on, addr & ~1u);
    case '2':
    case '3':
    case '4': return change_watch(g, on, &watch);
    default: return false;
    }
}

/* ---- stops --------------------------------------------------------------------------- */

static const char *exception_name(unsigned exception)
{
    switch (exception) {
    case CORE_HARD_FAULT: return "HardFault";
    case CORE_MEM_MANAGE: return "MemManage";
    case CORE_BUS_FAULT: return "BusFault";
    case CORE_USAGE_FAULT: return "UsageFault";
    default: return "fault";
    }
}

void resume_listen(void *ctx, const struct board_event *ev)
{
    struct gdb *g = ctx;
    if (ev->kind != BOARD_EV_CORE || ev->core->kind != CORE_SAYS_FAULT ||
            !g->catch_faults || g->client < 0) {
        return;
    }
    const struct core_fault *fault = ev->core->fault;
    char text[160];
    int n = snprintf(text, sizeof text, "etch: %s at 0x%08" PRIx32,
            exception_name(fault->exception), fault->pc);
    if (fault->addr_valid && n > 0 && (size_t)n < sizeof text) {
        (void)snprintf(
                text + n, sizeof text - (size_t)n, ", address 0x%08" PRIx32, fault->addr);
    }
    link_console(g, text);
    link_console(g, fault->taken == 0 ? ": lockup\n" : "\n");
    g->fault = fault->exception;
    board_stop(g->board);
}

static void set_stop(struct gdb *g, int signal, const char *more)
{
    (void)snprintf(g->stop, sizeof g->stop, "T%02xthread:1;%s", signal, more);
}

static void tell(struct gdb *g, const char *what)
{
    char text[300];
    (void)snprintf(text, sizeof text, "etch: %s\n", what);
    link_console(g, text);
}

/* The core says that it stopped for us; find out which wish it was. */
static void explain_break(struct gdb *g)
{
    const struct core *core = board_core(g->board);
    char more[40] = "";
    uint32_t pc = core_reg(core, CORE_PC);
    if (is_break(g, pc)) {
        set_stop(g, SIG_TRAP, "swbreak:;");
        return;
    }
    uint32_t touched = core_watched(core);
    for (size_t i = 0; i < g->watches_n; i++) {
        const struct watch *w = &g->watches[i];
        if (touched - w->addr < w->len) {
            (void)snprintf(more, sizeof more, "%s:%" PRIx32 ";",
                    !w->loads   ? "watch"
                    : w->stores ? "awatch"
                                : "rwatch",
                    touched);
            break;
        }
    }
    set_stop(g, SIG_TRAP, more);
}

static int fault_signal(unsigned exception)
{
    switch (exception) {
    case 0: return SIG_INT; /* somebody else asked for the stop */
    case CORE_BUS_FAULT: return SIG_BUS;
    case CORE_USAGE_FAULT: return SIG_ILL;
    default: return SIG_SEGV;
    }
}

/* Power came back at once; the debugger sees the first instruction. */
static void explain_cut(struct gdb *g)
{
    char text[100];
    (void)snprintf(text, sizeof text,
            "the power was cut in flash operation %" PRIu64 ", and is on again", g->cut);
    g->cut = 0;
    board_power_cycle(g->board, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    if (g->config.restarted != NULL) {
        g->config.restarted(g->config.ctx);
    }
    tell(g, text);
    set_stop(g, SIG_PWR, "");
}

static void explain(struct gdb *g, enum board_stop why)
{
    g->last = why;
    switch (why) {
    case BOARD_LEFT:
        (void)snprintf(
                g->stop, sizeof g->stop, "W%02x", board_exit_code(g->board) & 0xFFu);
        g->ended = true;
        g->end = GDB_LEFT;
        break;
    case BOARD_STUCK:
        tell(g, board_why(g->board));
        set_stop(g, SIG_INT, "");
        break;
    case BOARD_LOCKED_UP:
        tell(g, board_why(g->board));
        set_stop(g, SIG_SEGV, "");
        break;
    case BOARD_UNMODELLED:
        tell(g, board_why(g->board));
        set_stop(g, SIG_ILL, "");
        break;
    case BOARD_CUT: explain_cut(g); break;
    case BOARD_ASKED: set_stop(g, fault_signal(g->fault), ""); break;
    case BOARD_TIME: set_stop(g, SIG_INT, ""); break;
    case BOARD_BREAK:
    default: explain_break(g); break;
    }
}

void resume_run(struct gdb *g)
{
    enum board_stop why = BOARD_TIME;
    g->fault = 0;
    for (;;) {
        uint64_t now = board_ns(g->board);
        if (now >= g->config.until_ns) {
            tell(g, "the time limit (--limit) has come");
            break;
        }
        uint64_t left = g->config.until_ns - now;
        why = board_run(g->board, now + (left < slice_ns ? left : slice_ns));
        if (why != BOARD_TIME || link_interrupted(g)) {
            break;
        }
    }
    explain(g, why);
}

void resume_step(struct gdb *g)
{
    g->fault = 0;
    explain(g, board_step(g->board));
}
