/* suite.c - the command line around a list of things to explore.
 *
 * SPDX-License-Identifier: MIT
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "explore/suite_priv.h"

enum { FINE, FAULT, USAGE, BROKEN };
enum { ONLY = 4 };

struct command {
    const struct explore_plan *plan;
    unsigned n;
    const char *only[ONLY]; /* all that are not NULL must be in what is looked at */
    const char *replay;
    unsigned jobs, shard, shards, depth;
    bool json, list, merge, help;
};

static const char usage[] =
        "usage: explore [--only TEXT]... [--jobs J] [--shard K/N] [--depth D] [--json]\n"
        "       explore --list\n"
        "       explore --replay ID\n"
        "       explore --merge A.json B.json ...\n"
        "\n"
        "  --only TEXT    what has it in its name, way or description; several: all\n"
        "  --jobs J       threads; equal results with any number\n"
        "  --shard K/N    only part K (0 to N-1) of N of the cut points\n"
        "  --depth D      cuts in a row, instead of what the list says\n"
        "  --json         one JSON document on stdout\n"
        "  --replay ID    run one path again and show what each word held\n"
        "\n"
        "exit status: 0 nothing is wrong, 1 something is, 2 command line or input\n"
        "             unusable, 3 it did not work\n";

static const char *const way_names[] = {"campaign", "soak", "exhaust"};

/* ---- command line ------------------------------------------------------------------ */

static bool read_number(const char *text, unsigned *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *number = (unsigned)value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= 10000;
}

static bool read_shard(const char *text, struct command *cmd)
{
    char head[16];
    const char *slash = strchr(text, '/');
    if (slash == NULL || (size_t)(slash - text) >= sizeof(head)) {
        return false;
    }
    memcpy(head, text, (size_t)(slash - text));
    head[slash - text] = '\0';
    return read_number(head, &cmd->shard) && read_number(slash + 1, &cmd->shards) &&
           cmd->shards > 0 && cmd->shard < cmd->shards;
}

static bool take_only(const char *value, struct command *cmd)
{
    unsigned i = 0;
    while (i < ONLY && cmd->only[i] != NULL) {
        i++;
    }
    if (i < ONLY) {
        cmd->only[i] = value;
    }
    return i < ONLY;
}

static bool take_option(int option, const char *value, struct command *cmd)
{
    switch (option) {
    case 'o': return take_only(value, cmd);
    case 'j': return read_number(value, &cmd->jobs);
    case 's': return read_shard(value, cmd);
    case 'd': return read_number(value, &cmd->depth);
    case 'J': cmd->json = true; return true;
    case 'l': cmd->list = true; return true;
    case 'r': cmd->replay = value; return true;
    case 'm': cmd->merge = true; return true;
    case 'h': cmd->help = true; return true;
    default: return false;
    }
}

static bool read_command(int argc, char *argv[], struct command *cmd)
{
    static const struct option options[] = {{"only", required_argument, NULL, 'o'},
            {"jobs", required_argument, NULL, 'j'},
            {"shard", required_argument, NULL, 's'},
            {"depth", required_argument, NULL, 'd'}, {"json", no_argument, NULL, 'J'},
            {"list", no_argument, NULL, 'l'}, {"replay", required_argument, NULL, 'r'},
            {"merge", no_argument, NULL, 'm'}, {"help", no_argument, NULL, 'h'},
            {NULL, 0, NULL, 0}};
    optind = 1;
    int option;
    int which = 0;
    while ((option = getopt_long(argc, argv, "h", options, &which)) != -1) {
        if (option == '?') {
            return false;
        }
        if (!take_option(option, optarg, cmd)) {
            (void)fprintf(stderr, "explore: '%s' is no value for --%s\n", optarg,
                    options[which].name);
            return false;
        }
    }
    if (optind < argc && !cmd->merge) {
        (void)fprintf(stderr, "explore: what is '%s'?\n", argv[optind]);
        return false;
    }
    return true;
}

/* ---- results ------------------------------------------------------------------------ */

struct suite_result *suite_add(struct suite_results *all)
{
    if (all->n == all->room) {
        unsigned room = all->room == 0 ? 16 : all->room * 2;
        struct suite_result *at = realloc(all->at, room * sizeof(*at));
        if (at == NULL) {
            return NULL;
        }
        all->at = at;
        all->room = room;
    }
    memset(&all->at[all->n], 0, sizeof(all->at[0]));
    return &all->at[all->n++];
}

static const char *verdict(const struct suite_result *r)
{
    if (r->report.failed != 0) {
        return "FAILED";
    }
    if (!r->report.complete) {
        return "not finished";
    }
    return strcmp(r->way, "exhaust") == 0 ? "fixed point" : "all right";
}

static void print_line(const struct suite_result *r)
{
    const struct explore_report *p = &r->report;
    (void)printf("%-16s %-10s ", r->name, r->way);
    if (strcmp(r->way, "exhaust") == 0) {
        (void)printf("%9" PRIu64 " states %11" PRIu64 " edges", p->states, p->edges);
    } else {
        (void)printf("%7" PRIu64 " points %9" PRIu64 " states %10" PRIu64
                     " cuts %10" PRIu64 " boots",
                p->points, p->states, p->cuts, p->boots);
    }
    (void)printf("  %s  (%s)", verdict(r), r->about);
    if (r->seconds > 0) {
        (void)printf("  %.1f s", r->seconds);
    }
    (void)putchar('\n');
    if (p->alike != 0 || p->thinned != 0) {
        (void)printf("    %" PRIu64 " bodies cut, %" PRIu64
                     " more were like one of them; %" PRIu64
                     " operations in them not cut\n",
                p->bodies, p->alike, p->thinned);
    }
    if (p->spared != 0) {
        (void)printf("    %" PRIu64 " operations of boots not cut\n", p->spared);
    }
    for (unsigned i = 0; i < p->n; i++) {
        (void)printf("    %s\n        %s: %s\n", p->failure[i].id,
                explore_end_name(p->failure[i].end), p->failure[i].text);
    }
    if (p->failed > p->n) {
        (void)printf("    and %" PRIu64 " more\n", p->failed - p->n);
    }
    (void)fflush(stdout);
}

static int print_all(const struct suite_results *all, bool json)
{
    uint64_t failed = 0;
    uint64_t states = 0;
    uint64_t runs = 0;
    bool complete = true;
    for (unsigned i = 0; i < all->n; i++) {
        const struct explore_report *p = &all->at[i].report;
        failed += p->failed;
        states += p->states;
        runs += p->cuts + p->boots;
        complete = complete && (p->complete || p->failed != 0);
    }
    if (json) {
        if (!suite_print_json(all, stdout)) {
            return BROKEN;
        }
    } else {
        (void)printf("explore: %u results, %" PRIu64 " states, %" PRIu64 " runs, %" PRIu64
                     " failed\n",
                all->n, states, runs, failed);
    }
    return failed != 0 ? FAULT : complete ? FINE : BROKEN;
}

/* ---- what the commands do -------------------------------------------------------------- */

bool explore_run_plan(const struct explore_plan *p, struct explore_report *report)
{
    switch (p->way) {
    case EXPLORE_SOAK: return explore_soak(p->c, &p->o, report);
    case EXPLORE_EXHAUST: return explore_exhaust(p->c, &p->o, report);
    case EXPLORE_CAMPAIGN:
    default: return explore_campaign(p->c, &p->o, report);
    }
}

static void name_result(struct suite_result *r, const struct explore_plan *p)
{
    (void)snprintf(
            r->name, sizeof(r->name), "%s:g%u", p->c->scenario->name, p->c->geometry);
    if (p->way == EXPLORE_CAMPAIGN) {
        (void)snprintf(
                r->way, sizeof(r->way), "campaign %u", p->o.depth == 0 ? 1 : p->o.depth);
    } else {
        (void)snprintf(r->way, sizeof(r->way), "%s", way_names[p->way]);
    }
    (void)snprintf(r->about, sizeof(r->about), "%s", p->c->about ? p->c->about : "");
}

static bool wanted(const struct command *cmd, const struct suite_result *r)
{
    bool wanted = true;
    for (unsigned i = 0; i < ONLY && cmd->only[i] != NULL; i++) {
        const char *only = cmd->only[i];
        wanted = wanted &&
                 (strstr(r->name, only) != NULL || strstr(r->way, only) != NULL ||
                         strstr(r->about, only) != NULL);
    }
    return wanted;
}

/* An exhaustion is a whole; the first shard does it. */
static bool ours(const struct command *cmd, const struct explore_plan *p)
{
    return p->way != EXPLORE_EXHAUST || cmd->shard == 0;
}

/* The plan as the command line wants it. */
static struct explore_plan adapt(
        const struct command *cmd, const struct explore_plan *plan)
{
    struct explore_plan p = *plan;
    bool whole = p.way == EXPLORE_EXHAUST;
    p.o.jobs = cmd->jobs;
    p.o.shard = whole ? 0 : cmd->shard;
    p.o.shards = whole ? 0 : cmd->shards;
    p.o.depth = cmd->depth != 0 ? cmd->depth : p.o.depth;
    p.o.progress = isatty(STDERR_FILENO) ? stderr : NULL;
    return p;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* One plan, if it is wanted. False: it cannot be done. */
static bool look_at(const struct command *cmd, const struct explore_plan *plan,
        struct suite_results *all)
{
    struct explore_plan p = adapt(cmd, plan);
    struct suite_result *r = suite_add(all);
    if (r == NULL) {
        return false;
    }
    name_result(r, &p);
    if (!wanted(cmd, r) || !ours(cmd, &p)) {
        all->n--;
        return true;
    }
    double begin = seconds();
    bool worked = explore_run_plan(&p, &r->report);
    r->seconds = seconds() - begin;
    if (!worked) {
        (void)fprintf(stderr, "explore: %s cannot be explored: no memory\n", r->name);
        return false;
    }
    if (!cmd->json) {
        print_line(r);
    }
    return true;
}

static int look(const struct command *cmd)
{
    struct suite_results all = {NULL, 0, 0};
    bool good = true;
    for (unsigned i = 0; i < cmd->n && good; i++) {
        good = look_at(cmd, &cmd->plan[i], &all);
    }
    int status = BROKEN;
    if (good && all.n == 0 && cmd->only[0] != NULL) {
        (void)fprintf(
                stderr, "explore: nothing is called '%s'; see --list\n", cmd->only[0]);
        status = USAGE;
    } else if (good) {
        status = print_all(&all, cmd->json);
    }
    free(all.at);
    return status;
}

static int list(const struct command *cmd)
{
    for (unsigned i = 0; i < cmd->n; i++) {
        struct suite_result r = {.name = ""};
        name_result(&r, &cmd->plan[i]);
        if (wanted(cmd, &r)) {
            (void)printf("%-22s %-8s %s\n", r.name, r.way, r.about);
        }
    }
    return FINE;
}

static int replay(const struct command *cmd)
{
    for (unsigned i = 0; i < cmd->n; i++) {
        enum explore_end end;
        if (explore_replay(cmd->plan[i].c, &cmd->plan[i].o, cmd->replay, stdout, &end)) {
            return end == EXPLORE_DONE ? FINE : FAULT;
        }
    }
    (void)fprintf(
            stderr, "explore: '%s' is the id of nothing here; see --list\n", cmd->replay);
    return USAGE;
}

static int merge(const struct command *cmd, int n, char *paths[])
{
    struct suite_results all = {NULL, 0, 0};
    bool good = n > 0;
    if (!good) {
        (void)fputs("explore: --merge wants files that `explore --json` wrote\n", stderr);
    }
    for (int i = 0; i < n && good; i++) {
        good = suite_read_json(&all, paths[i]);
    }
    for (unsigned i = 0; i < all.n && good && !cmd->json; i++) {
        print_line(&all.at[i]);
    }
    int status = good ? print_all(&all, cmd->json) : USAGE;
    free(all.at);
    return status;
}

int explore_main(int argc, char *argv[], const struct explore_plan *plan, unsigned n)
{
    struct command cmd = {.plan = plan, .n = n, .jobs = 1};
    if (!read_command(argc, argv, &cmd)) {
        (void)fputs(usage, stderr);
        return USAGE;
    }
    if (cmd.help) {
        (void)fputs(usage, stdout);
        return FINE;
    }
    if (cmd.merge) {
        return merge(&cmd, argc - optind, argv + optind);
    }
    if (cmd.replay != NULL) {
        return replay(&cmd);
    }
    return cmd.list ? list(&cmd) : look(&cmd);
}
