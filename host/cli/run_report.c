/* run_report.c - what a run has shown, for people.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/run.h"

/* ---- words ------------------------------------------------------------------------- */

const char *run_time_text(uint64_t ns, char *text, size_t size)
{
    if (ns >= 1000000000) {
        (void)snprintf(text, size, "%" PRIu64 ".%03" PRIu64 " s", ns / 1000000000,
                ns / 1000000 % 1000);
    } else if (ns >= 1000000) {
        (void)snprintf(
                text, size, "%" PRIu64 ".%" PRIu64 " ms", ns / 1000000, ns / 100000 % 10);
    } else if (ns >= 1000) {
        (void)snprintf(
                text, size, "%" PRIu64 ".%" PRIu64 " us", ns / 1000, ns / 100 % 10);
    } else {
        (void)snprintf(text, size, "%" PRIu64 " ns", ns);
    }
    return text;
}

const char *run_count_text(uint64_t n, char *text, size_t size)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    size_t at = 0;
    for (int i = 0; i < len && at + 2 < size; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

const char *run_end_word(const struct run *r)
{
    if (r->interrupted) {
        return "stopped";
    }
    switch (r->stop) {
    case BOARD_LEFT: return "left";
    case BOARD_TIME: return "time";
    case BOARD_STUCK: return "stuck";
    case BOARD_LOCKED_UP: return "locked up";
    case BOARD_UNMODELLED: return "unmodelled";
    case BOARD_CUT: return "cut";
    case BOARD_BREAK:
    case BOARD_ASKED:
    default: return "stopped";
    }
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* ---- lines that fit the terminal ----------------------------------------------------- */

/* Lines are broken for a terminal only; a file can be searched. */
static size_t columns(FILE *to)
{
    enum { NARROW = 40, WIDE = 100 };
    struct winsize size;
    int fd = fileno(to);
    if (fd < 0 || isatty(fd) == 0) {
        return SIZE_MAX;
    }
    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col < NARROW) {
        return 80;
    }
    return size.ws_col < WIDE ? size.ws_col : WIDE;
}

/* Text from column at on, continued at column indent. */
static void put_words(FILE *to, const char *text, size_t at, size_t indent)
{
    size_t room = columns(to);
    bool first = true;
    while (*text != '\0') {
        size_t word = strcspn(text, " ");
        if (!first && at + 1 + word > room) {
            (void)fprintf(to, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            (void)fputc(' ', to);
            at++;
        }
        (void)fwrite(text, 1, word, to);
        at += word;
        text += word + (text[word] == ' ');
        first = false;
    }
    (void)fputc('\n', to);
}

/* label, then text, continued below its start. */
static void put_labelled(FILE *to, const char *label, const char *text)
{
    enum { INDENT = 10 };
    (void)fprintf(to, "%-*s", INDENT, label);
    put_words(to, text, INDENT, INDENT);
}

/* ---- findings ---------------------------------------------------------------------------- */

static const char *colour(FILE *to, enum finding_severity severity)
{
    static const char *const colours[] = {
            [FINDING_ERROR] = "\033[1;31m",
            [FINDING_WARNING] = "\033[1;33m",
            [FINDING_NOTE] = "\033[1;36m",
    };
    int fd = fileno(to);
    return fd >= 0 && isatty(fd) != 0 && getenv("NO_COLOR") == NULL ? colours[severity]
                                                                    : "";
}

/* As a terminal or an editor opens it: below here, if it is. */
static const char *short_path(const char *path)
{
    char here[1024];
    if (getcwd(here, sizeof here) == NULL) {
        return path;
    }
    size_t len = strlen(here);
    bool below = strncmp(path, here, len) == 0 && path[len] == '/';
    return below ? path + len + 1 : path;
}

static void put_place(FILE *to, const struct finding *f)
{
    char text[400];
    if (!f->has_pc) {
        return;
    }
    if (f->function == NULL) {
        (void)snprintf(text, sizeof text, "0x%08" PRIX32, f->pc);
    } else if (f->file == NULL) {
        (void)snprintf(text, sizeof text, "%s (0x%08" PRIX32 ")", f->function, f->pc);
    } else {
        (void)snprintf(text, sizeof text, "%s, %s:%u (0x%08" PRIX32 ")", f->function,
                short_path(f->file), f->line, f->pc);
    }
    put_labelled(to, "    at", text);
}

static void put_chain(FILE *to, const struct finding *f)
{
    /* The first of the chain is the place itself. */
    for (size_t i = 1; i < f->chain_n; i++) {
        put_labelled(to, i == 1 ? "    from" : "", f->chain[i]);
    }
}

static void put_evidence(FILE *to, const struct finding *f)
{
    char text[400];
    for (size_t i = 0; i < f->evidence_n; i++) {
        (void)snprintf(
                text, sizeof text, "%s %s", f->evidence[i].name, f->evidence[i].value);
        put_labelled(to, i == 0 ? "    seen" : "", text);
    }
    if (f->times > 1) {
        (void)snprintf(
                text, sizeof text, "%" PRIu64 " times; this is the first", f->times);
        put_labelled(to, "    again", text);
    }
}

/* What is only worth knowing is said in few lines; --json has the rest. */
static void put_finding(FILE *to, const struct finding *f)
{
    const char *on = colour(to, f->severity);
    char label[32];
    char text[1200];
    (void)snprintf(label, sizeof label, "%s:", finding_severity_name(f->severity));
    (void)snprintf(text, sizeof text, "%s [%s]", f->text, f->code);
    (void)fputs(on, to);
    put_labelled(to, label, text);
    (void)fputs(on[0] != '\0' ? "\033[0m" : "", to);
    put_place(to, f);
    if (f->severity != FINDING_NOTE) {
        put_chain(to, f);
    }
    put_labelled(to, "    fix", f->fix);
    if (f->severity != FINDING_NOTE) {
        put_evidence(to, f);
    }
    (void)fputc('\n', to);
}

/* ---- the end ------------------------------------------------------------------------------- */

static void put_end(const struct run *r, FILE *to)
{
    char time[32];
    char place[100];
    uint32_t pc = core_reg(board_core(r->load.board), CORE_PC);
    (void)run_time_text(board_ns(r->load.board), time, sizeof time);
    (void)symbols_text(r->load.symbols, pc, place, sizeof place);
    if (r->interrupted) {
        (void)fprintf(to, "stopped after %s, at %s", time, place);
        return;
    }
    switch (r->stop) {
    case BOARD_LEFT:
        (void)fprintf(to, "the firmware left with %" PRIu32 " after %s",
                board_exit_code(r->load.board), time);
        break;
    case BOARD_STUCK:
        (void)fprintf(to, "nothing can happen any more after %s, at %s: %s", time, place,
                board_why(r->load.board));
        break;
    case BOARD_LOCKED_UP:
        (void)fprintf(to, "the processor locked up after %s: %s", time,
                board_why(r->load.board));
        break;
    case BOARD_UNMODELLED:
        (void)fprintf(to, "the model ends here, after %s, at %s: %s", time, place,
                board_why(r->load.board));
        break;
    case BOARD_TIME:
        (void)fprintf(to, "still running after %s (--limit), at %s", time, place);
        break;
    case BOARD_CUT:
    case BOARD_BREAK:
    case BOARD_ASKED:
    default: (void)fprintf(to, "stopped after %s, at %s", time, place); break;
    }
}

static void put_effort(const struct run *r, FILE *to)
{
    enum { KHZ = 1000, MHZ = 1000000 };
    char count[32];
    uint32_t hz = board_hclk(r->load.board);
    (void)fprintf(to, "%s instructions on an %s at %" PRIu32 " %s\n",
            run_count_text(core_insns(board_core(r->load.board)), count, sizeof count),
            r->load.config.part->name, hz / (hz < MHZ ? KHZ : MHZ),
            hz < MHZ ? "kHz" : "MHz");
}

/* "2 erases", in a list. */
static void put_number(FILE *to, const char **before, uint64_t n, const char *what)
{
    if (n > 0) {
        char count[32];
        (void)fprintf(to, "%s%s %s%s", *before, run_count_text(n, count, sizeof count),
                what, plural(n));
        *before = ", ";
    }
}

static void put_stats(const struct run *r, FILE *to)
{
    const struct run_stats *s = &r->stats;
    const char *before = "flash: ";
    put_number(to, &before, s->erases, "erase");
    put_number(to, &before, s->programs, "write");
    put_number(to, &before, s->resets, "reset");
    put_number(to, &before, s->cuts, "power cut");
    if (s->stalls > 0) {
        char text[100];
        put_number(to, &before, s->stalls, "stall");
        (void)fprintf(
                to, " of at most %s", run_time_text(s->longest_ns, text, sizeof text));
        (void)fprintf(to, " (%s)",
                symbols_text(r->load.symbols, s->longest_pc, text, sizeof text));
    }
    if (before[0] == ',') {
        (void)fputc('\n', to);
    }
}

/* A peripheral is named once, by the first address that was used. */
static bool named_before(const struct run *r, size_t i)
{
    uint32_t addr;
    uint32_t pc;
    (void)board_unknown(r->load.board, i, &addr, &pc);
    const char *name = board_place(r->load.board, addr);
    for (size_t k = 0; k < i; k++) {
        (void)board_unknown(r->load.board, k, &addr, &pc);
        if (board_place(r->load.board, addr) == name) {
            return true;
        }
    }
    return false;
}

static void put_unknown(const struct run *r, FILE *to)
{
    enum { ENOUGH = 8 };
    uint32_t addr;
    uint32_t pc;
    char place[100];
    size_t n = board_unknown(r->load.board, 0, &addr, &pc);
    size_t names = 0;
    for (size_t i = 0; i < n; i++) {
        if (named_before(r, i) || names++ >= ENOUGH) {
            continue;
        }
        (void)board_unknown(r->load.board, i, &addr, &pc);
        (void)fprintf(to, "%s %s (0x%08" PRIX32 ", %s)",
                names == 1 ? "not modelled, reads 0 and keeps what is written:" : ",",
                board_place(r->load.board, addr), addr,
                symbols_text(r->load.symbols, pc, place, sizeof place));
    }
    if (names > ENOUGH) {
        (void)fprintf(to, " and %zu more", names - ENOUGH);
    }
    if (names > 0) {
        (void)fputc('\n', to);
    }
    const char *gap;
    for (size_t i = 0; (gap = board_gap(r->load.board, i, &pc)) != NULL; i++) {
        (void)fprintf(to, "not modelled, never comes: %s (asked for by %s)\n", gap,
                symbols_text(r->load.symbols, pc, place, sizeof place));
    }
}

static void put_counts(const struct finding *findings, size_t n, FILE *to)
{
    size_t counts[3] = {0};
    for (size_t i = 0; i < n; i++) {
        counts[findings[i].severity]++;
    }
    if (n == 0) {
        (void)fputs("nothing wrong found\n", to);
        return;
    }
    const char *comma = "";
    for (int i = FINDING_ERROR; i <= FINDING_NOTE; i++) {
        if (counts[i] > 0) {
            (void)fprintf(to, "%s%zu %s%s", comma, counts[i],
                    finding_severity_name((enum finding_severity)i), plural(counts[i]));
            comma = ", ";
        }
    }
    (void)fputc('\n', to);
}

/* What happened, apart from the findings: lines, unbroken. */
static void put_summary(const struct run *r, FILE *to)
{
    put_unknown(r, to);
    put_end(r, to);
    (void)fputs("; ", to);
    put_effort(r, to);
    put_stats(r, to);
}

void run_report(struct run *r, FILE *to)
{
    size_t n;
    char *text = NULL;
    size_t len;
    const struct finding *findings = verdict_findings(r->verdict, r->stop, &n);
    if (n > 0 && to == stdout && console_was_used(r->console)) {
        (void)fputc('\n', to);
    }
    for (size_t i = 0; i < n; i++) {
        put_finding(to, &findings[i]);
    }
    FILE *memory = open_memstream(&text, &len);
    if (memory != NULL) {
        put_summary(r, memory);
        (void)fclose(memory); /* what is missing then is missing */
    }
    char *rest = text;
    for (char *line; rest != NULL && (line = strsep(&rest, "\n"))[0] != '\0';) {
        put_words(to, line, 0, 2);
    }
    free(text);
    put_counts(findings, n, to);
}

bool run_missed_cut(const struct run *r)
{
    return r->o.cut != 0 && r->stats.cuts == 0 && !r->interrupted;
}

enum etch_exit run_status(struct run *r)
{
    size_t n;
    const struct finding *findings = verdict_findings(r->verdict, r->stop, &n);
    if (!r->interrupted && r->stop == BOARD_UNMODELLED) {
        return ETCH_EXIT_BROKEN;
    }
    if (r->unsaved) {
        return ETCH_EXIT_USAGE;
    }
    for (size_t i = 0; i < n; i++) {
        if (findings[i].severity == FINDING_ERROR ||
                (findings[i].severity == FINDING_WARNING && r->o.strict)) {
            return ETCH_EXIT_FAULT;
        }
    }
    bool failed = r->stop == BOARD_LOCKED_UP ||
                  (r->stop == BOARD_LEFT && board_exit_code(r->load.board) != 0);
    if (failed && !r->interrupted) {
        return ETCH_EXIT_FAULT;
    }
    return run_missed_cut(r) ? ETCH_EXIT_USAGE : ETCH_EXIT_FINE;
}
