/* cmd_explore.c - etch explore: power cuts, everywhere in a firmware's writing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cJSON.h>
#include <ctype.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/guess.h"
#include "cli/pick.h"
#include "explore/firmware.h"
#include "file/symbols.h"

static const char help[] =
        "usage: etch explore FIRMWARE [--part PART] [--args STR] [OPTION]...\n"
        "\n"
        "Runs the firmware and cuts the power at each of its flash operations, in each\n"
        "way that cells can be left; starts it again and lets it check itself; cuts "
        "that\n"
        "start, too, to a depth.\n"
        "\n"
        "What the firmware must do: as it works, say what is done in lines \"done X\"\n"
        "(semihosting or USART); started with the arguments \"check X\", X being the "
        "last\n"
        "of these, leave with 0 if all that was done is there. examples/settings.c "
        "does.\n"
        "\n"
        "  --part PART    as on its package; else a guess is made\n"
        "  --args STR     what the firmware gets at its first start\n"
        "  --depth D      cuts in a row, 1 (default) to 6: the next ones hit recovery\n"
        "  --tears N      only the first N ways to leave a cell torn; default all\n"
        "  --jobs J       threads; default: one a processor\n"
        "  --shard K/N    only part K (0 to N-1) of N of the cut points\n"
        "  --mpu mbed     the MPU as Mbed OS sets it before main\n"
        "  --vdd V        the supply, 1.7 to 3.6; default 3.3\n"
        "  --limit TIME   of chip time that one run may take; default 60 s\n"
        "  --replay ID    run one path again and tell, as text, what each word held\n"
        "  --json         one JSON document on stdout\n"
        "\n"
        "  etch explore settings.elf --part stm32f446re --args \"change 200\"\n"
        "  etch explore settings.elf --part stm32f446re --args \"change 200\" \\\n"
        "      --replay firmware:g0:c17:t3\n"
        "\n"
        "exit status: 0 nothing was lost; 1 something was, or the firmware faults;\n"
        "             2 command line or file unusable, or nothing to cut: the\n"
        "             firmware wrote no flash; 3 it did not work\n";

enum { JOBS_MAX = 64, DEPTH_MAX = 6 };
enum { OPT_PART = 256, OPT_ARGS, OPT_DEPTH, OPT_TEARS, OPT_JOBS, OPT_SHARD, OPT_MPU };
enum { OPT_VDD = 300, OPT_LIMIT, OPT_REPLAY, OPT_JSON };

static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"part", required_argument, NULL, OPT_PART},
        {"args", required_argument, NULL, OPT_ARGS},
        {"depth", required_argument, NULL, OPT_DEPTH},
        {"tears", required_argument, NULL, OPT_TEARS},
        {"jobs", required_argument, NULL, OPT_JOBS},
        {"shard", required_argument, NULL, OPT_SHARD},
        {"mpu", required_argument, NULL, OPT_MPU},
        {"vdd", required_argument, NULL, OPT_VDD},
        {"limit", required_argument, NULL, OPT_LIMIT},
        {"replay", required_argument, NULL, OPT_REPLAY},
        {"json", no_argument, NULL, OPT_JSON},
        {0},
};

struct exploring {
    struct explore_firmware how;
    atomic_bool said; /* the firmware said "done" */
    struct explore_options o;
    struct file image;
    struct symbols *symbols; /* NULL: not an ELF */
    const char *replay;
    bool json;
};

/* ---- the command line ------------------------------------------------------------ */

static bool take_number(const char *what, uint64_t min, uint64_t max, unsigned *to)
{
    uint64_t value = 0;
    bool good = pick_number(what, optarg, min, max, &value);
    *to = (unsigned)value;
    return good;
}

static bool take_shard(struct exploring *e)
{
    char *end = optarg;
    unsigned long k = isdigit((unsigned char)optarg[0]) ? strtoul(optarg, &end, 10) : 0;
    bool slash = end != optarg && end[0] == '/' && isdigit((unsigned char)end[1]);
    unsigned long n = slash ? strtoul(end + 1, &end, 10) : 0;
    if (*end != '\0' || n > UINT16_MAX || k >= n) {
        (void)cli_refuse("--shard %s: K/N with K from 0 to N-1", optarg);
        return false;
    }
    e->o.shard = (unsigned)k;
    e->o.shards = (unsigned)n;
    return true;
}

static bool take_mpu(struct exploring *e)
{
    if (strcmp(optarg, "mbed") != 0 && strcmp(optarg, "none") != 0) {
        (void)cli_refuse("--mpu %s: mbed or none", optarg);
        return false;
    }
    e->how.config.mpu = optarg[0] == 'm' ? BOARD_MPU_MBED : BOARD_MPU_NONE;
    return true;
}

static bool take_option(int option, struct exploring *e)
{
    switch (option) {
    case OPT_PART: return (e->how.config.part = pick_part(optarg)) != NULL;
    case OPT_ARGS: e->how.args = optarg; return true;
    case OPT_DEPTH: return take_number("depth", 1, DEPTH_MAX, &e->o.depth);
    case OPT_TEARS: return take_number("tears", 1, explore_tears_n, &e->o.tears);
    case OPT_JOBS: return take_number("jobs", 1, JOBS_MAX, &e->o.jobs);
    case OPT_SHARD: return take_shard(e);
    case OPT_MPU: return take_mpu(e);
    case OPT_VDD: return pick_volts(optarg, &e->how.config.conditions.vdd_mv);
    case OPT_LIMIT: return pick_time(optarg, &e->how.limit_ns);
    case OPT_REPLAY: e->replay = optarg; return true;
    case OPT_JSON:
    default: e->json = true; return true;
    }
}

/* Fine: go on. */
static enum etch_exit read_options(int argc, char *argv[], struct exploring *e)
{
    int option;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_refuse_option("explore", argv[optind - 1], option);
        }
        if (!take_option(option, e)) {
            return ETCH_EXIT_USAGE;
        }
    }
    if (optind == argc) {
        return cli_refuse("which firmware? etch explore FIRMWARE --part PART --args STR; "
                          "'etch explore --help' shows more");
    }
    if (argc - optind > 1) {
        return cli_refuse("one firmware at a time: '%s' is too much", argv[optind + 1]);
    }
    if (e->replay && e->json) {
        return cli_refuse("--replay tells a path as text; leave --json away");
    }
    return ETCH_EXIT_FINE;
}

/* The firmware, and the part that it is for. */
static enum etch_exit take_firmware(struct exploring *e, const char *path)
{
    char why[FILE_WHY];
    char from[100];
    if (!file_read(&e->image, path, FILE_NO_ADDRESS, why)) {
        return cli_refuse("%s", why);
    }
    e->how.image = &e->image;
    e->how.said = &e->said;
    if (e->how.config.part) {
        return ETCH_EXIT_FINE;
    }
    if (e->image.format == FILE_ELF && !(e->symbols = symbols_open(path, why))) {
        return cli_refuse("%s", why);
    }
    e->how.config.part = guess_part_aloud(&e->image, e->symbols, from, sizeof(from));
    return e->how.config.part ? ETCH_EXIT_FINE : ETCH_EXIT_USAGE;
}

/* ---- results ----------------------------------------------------------------------- */

/* What to type next: the same firmware in the same world. */
static void print_command(const char *why, const char *verb, const struct exploring *e)
{
    uint32_t mv = e->how.config.conditions.vdd_mv;
    printf("%s: etch %s %s --part %s", why, verb, e->image.path,
            e->how.config.part->name);
    if (e->how.args) {
        printf(" --args \"%s\"", e->how.args);
    }
    if (e->how.config.mpu == BOARD_MPU_MBED) {
        fputs(" --mpu mbed", stdout);
    }
    if (mv != 0) {
        printf(" --vdd %" PRIu32 "mV", mv);
    }
}

static void print_report(const struct exploring *e, const struct explore_report *r)
{
    for (unsigned i = 0; i < r->n; i++) {
        printf("%s  %s\n    %s\n", explore_end_name(r->failure[i].end), r->failure[i].id,
                r->failure[i].text);
    }
    if (r->failed > r->n) {
        printf("and %" PRIu64 " more\n", r->failed - r->n);
    }
    printf("%" PRIu64 " cut points, %" PRIu64 " cuts, %" PRIu64
           " starts after them, %" PRIu64 " states: ",
            r->points, r->cuts, r->boots, r->states);
    if (r->failed == 0) {
        puts(r->points == 0   ? "nothing was cut"
                : r->complete ? "nothing was lost"
                              : "nothing was lost, but not all was done");
        return;
    }
    printf("%" PRIu64 " %s\n", r->failed, r->failed == 1 ? "failure" : "failures");
    if (r->points == 0) {
        print_command("it fails without a cut; see why", "run", e);
        putchar('\n');
    } else {
        print_command("see one", "explore", e);
        printf(" --replay %s\n", r->failure[0].id);
    }
}

static void print_json(const struct exploring *e, const struct explore_report *r)
{
    cJSON *all = cJSON_CreateObject();
    cJSON_AddStringToObject(all, "firmware", e->image.path);
    cJSON_AddStringToObject(all, "part", e->how.config.part->name);
    cJSON_AddNumberToObject(all, "points", (double)r->points);
    cJSON_AddNumberToObject(all, "cuts", (double)r->cuts);
    cJSON_AddNumberToObject(all, "boots", (double)r->boots);
    cJSON_AddNumberToObject(all, "states", (double)r->states);
    cJSON_AddNumberToObject(all, "failed", (double)r->failed);
    cJSON_AddBoolToObject(all, "complete", r->complete);
    cJSON_AddBoolToObject(all, "said_done", atomic_load(&e->said));
    cJSON *failures = cJSON_AddArrayToObject(all, "failures");
    for (unsigned i = 0; i < r->n; i++) {
        cJSON *f = cJSON_CreateObject();
        cJSON_AddStringToObject(f, "id", r->failure[i].id);
        cJSON_AddStringToObject(f, "end", explore_end_name(r->failure[i].end));
        cJSON_AddStringToObject(f, "text", r->failure[i].text);
        cJSON_AddItemToArray(failures, f);
    }
    char *text = cJSON_Print(all);
    puts(text ? text : "{}");
    free(text);
    cJSON_Delete(all);
}

static enum etch_exit replay(const struct explore_case *c, const struct exploring *e)
{
    enum explore_end end;
    if (!explore_replay(c, &e->o, e->replay, stdout, &end)) {
        return cli_refuse("--replay %s: no path of this firmware", e->replay);
    }
    return end == EXPLORE_DONE ? ETCH_EXIT_FINE : ETCH_EXIT_FAULT;
}

/* Nothing was cut, so nothing is shown: no success. Of shards some may be empty. */
static enum etch_exit refuse_idle(const struct exploring *e)
{
    if (e->how.args) {
        return cli_refuse("%s writes no flash with --args \"%s\", so there is nothing "
                          "to cut",
                e->image.path, e->how.args);
    }
    return cli_refuse("%s writes no flash, so there is nothing to cut; does it want "
                      "--args?",
            e->image.path);
}

static enum etch_exit explore(struct exploring *e)
{
    const struct explore_case c = {.scenario = &explore_firmware_scenario,
            .about = e->image.path,
            .machine = explore_firmware_new,
            .param = &e->how};
    if (e->replay) {
        return replay(&c, e);
    }
    struct explore_report *report = calloc(1, sizeof(*report));
    if (!report) {
        (void)cli_refuse("not enough memory");
        return ETCH_EXIT_BROKEN;
    }
    bool worked = explore_campaign(&c, &e->o, report);
    if (worked || report->failed != 0) {
        if (e->json) {
            print_json(e, report);
        } else {
            print_report(e, report);
        }
    } else {
        (void)cli_refuse("%s does not fit into an %s, or memory ran out", e->image.path,
                e->how.config.part->name);
    }
    enum etch_exit status = report->failed != 0 ? ETCH_EXIT_FAULT
                            : worked            ? ETCH_EXIT_FINE
                                                : ETCH_EXIT_BROKEN;
    if (status == ETCH_EXIT_FINE && report->points == 0 && e->o.shards <= 1) {
        status = refuse_idle(e);
    } else if (report->points != 0 && !atomic_load(&e->said)) {
        (void)cli_refuse("%s says no \"done X\", so what is lost shows only if a start "
                         "fails ('etch explore --help')",
                e->image.path);
    }
    free(report);
    return status;
}

static unsigned processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > JOBS_MAX ? JOBS_MAX : (unsigned)n;
}

enum etch_exit cmd_explore(int argc, char *argv[])
{
    struct exploring e = {.o = {.jobs = processors()}};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(help, stdout);
            return ETCH_EXIT_FINE;
        }
    }
    enum etch_exit status = read_options(argc, argv, &e);
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    e.o.progress = isatty(STDERR_FILENO) ? stderr : NULL;
    status = take_firmware(&e, argv[optind]);
    if (status == ETCH_EXIT_FINE) {
        status = explore(&e);
    }
    symbols_close(e.symbols);
    file_free(&e.image);
    return status;
}
