/* cmd_explore.c - etch explore: power cuts, everywhere in a firmware's writing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exploring.h"
#include "cli/pick.h"

static const char help[] =
        "usage: etch explore FIRMWARE [--part PART] [--args STR] [OPTION]...\n"
        "\n"
        "Runs the firmware and cuts the power at each of its flash operations, from its\n"
        "very first start on, in each way that cells can be left; starts it again and\n"
        "lets it check itself; cuts that start, too, to a depth.\n"
        "\n"
        "What the firmware must do: as it works, say what is done in lines \"done X\"\n"
        "(semihosting or USART); started with the arguments \"check X\", X being the "
        "last\n"
        "of these, leave with 0 if all that was done is there. Before the first of them\n"
        "it gets \"check\" alone: is what is there whole? examples/settings.c does.\n"
        "\n"
        "the chip\n"
        "  --part PART    as on its package; else a guess is made\n"
        "  --vdd V        the supply, 1.7 to 3.6; default 3.3\n"
        "  --times WHICH  how long flash takes: measured (default), typical or longest\n"
        "  --mpu mbed     the MPU as Mbed OS sets it before main\n"
        "  --flash IMG    what is in flash before the firmware is written over it: the\n"
        "                 dump of a device, or what 'etch run --save' and 'etch image\n"
        "                 create' make; raw bytes elsewhere than at 0x08000000 with\n"
        "                 their address: dump.bin@0800C000\n"
        "  --done X       what is done in IMG: \"check X\" must find it from the first\n"
        "                 start on. Not said, a firmware that loses it passes\n"
        "\n"
        "what to try\n"
        "  --args STR     what the firmware gets at its first start\n"
        "  --depth D      cuts in a row, 1 (default) to 6: the next ones hit recovery\n"
        "  --tears N      only the first N ways to leave a cell torn; default all\n"
        "  --limit TIME   of chip time that one run may take; default 60 s\n"
        "  --jobs J       threads; default: one a processor\n"
        "  --shard K/N    only part K (0 to N-1) of N of the cut points\n"
        "  --replay ID    run one path again and tell what the firmware says and "
        "erases,\n"
        "                 and what each word held; with the other options as they were\n"
        "  --json         one JSON document on stdout\n"
        "\n"
        "  etch explore settings.elf --part stm32f446re --args \"change 200\"\n"
        "  etch explore settings.elf --part stm32f446re --args \"change 200\" \\\n"
        "      --replay firmware:g0:c17:t3\n"
        "\n"
        "An update, before it is shipped: what the old version leaves, the new one "
        "finds.\n"
        "  etch run old.elf --part stm32f446re --args \"change 200\" --save field.hex\n"
        "  etch explore new.elf --part stm32f446re --flash field.hex --done 200 \\\n"
        "      --args \"change 5\"\n"
        "\n"
        "exit status: 0 nothing was lost; 1 something was, or the firmware faults;\n"
        "             2 command line or file unusable, or nothing to cut: the\n"
        "             firmware wrote no flash, or a cut of --replay never came;\n"
        "             3 it did not work\n";

enum { JOBS_MAX = 64, DEPTH_MAX = 6 };
enum { OPT_PART = 256, OPT_ARGS, OPT_DEPTH, OPT_TEARS, OPT_JOBS, OPT_SHARD, OPT_MPU };
enum { OPT_VDD = 300, OPT_LIMIT, OPT_REPLAY, OPT_JSON, OPT_FLASH, OPT_DONE, OPT_TIMES };

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
        {"times", required_argument, NULL, OPT_TIMES},
        {"flash", required_argument, NULL, OPT_FLASH},
        {"done", required_argument, NULL, OPT_DONE},
        {"limit", required_argument, NULL, OPT_LIMIT},
        {"replay", required_argument, NULL, OPT_REPLAY},
        {"json", no_argument, NULL, OPT_JSON},
        {0},
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
        (void)cli_refuse("--shard %s: K/N with K from 0 to N-1, and N up to %d", optarg,
                UINT16_MAX);
        return false;
    }
    e->o.shard = (unsigned)k;
    e->o.shards = (unsigned)n;
    return true;
}

/* It stands behind "check ", and is compared as a line's end. */
static bool take_done(struct exploring *e)
{
    if (strlen(optarg) > EXPLORE_DONE_MAX || strpbrk(optarg, "\r\n") != NULL) {
        (void)cli_refuse(
                "--done: up to %d characters of one line, as behind a \"done \"; "
                "this has %zu",
                EXPLORE_DONE_MAX, strlen(optarg));
        return false;
    }
    e->how.done = optarg;
    return true;
}

static bool take_option(int option, struct exploring *e)
{
    struct board_config *config = &e->load.config;
    switch (option) {
    case OPT_PART: return (config->part = pick_part(optarg)) != NULL;
    case OPT_VDD: return pick_volts(optarg, &config->conditions.vdd_mv);
    case OPT_TIMES: return pick_times(optarg, &config->conditions.speed);
    case OPT_MPU: return pick_mpu(optarg, &config->mpu);
    case OPT_FLASH: e->load.flash = optarg; return true;
    case OPT_DONE: return take_done(e);
    case OPT_ARGS: config->args = optarg; return true;
    case OPT_DEPTH: return take_number("depth", 1, DEPTH_MAX, &e->o.depth);
    case OPT_TEARS: return take_number("tears", 1, explore_tears_n, &e->o.tears);
    case OPT_JOBS: return take_number("jobs", 1, JOBS_MAX, &e->o.jobs);
    case OPT_SHARD: return take_shard(e);
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
    e->load.firmware = argv[optind];
    return ETCH_EXIT_FINE;
}

/* The board that each run starts from, and how to run it. */
static enum etch_exit load(struct exploring *e)
{
    enum etch_exit status = load_board(&e->load);
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    e->loaded = board_save(e->load.board);
    e->how.config = e->load.config;
    e->how.loaded = e->loaded;
    e->how.noticed = &e->noticed;
    return e->loaded ? ETCH_EXIT_FINE : cli_no_memory();
}

/* ---- exploring ----------------------------------------------------------------------- */

static enum etch_exit replay(const struct explore_case *c, const struct exploring *e)
{
    enum explore_end end;
    if (!explore_replay(c, &e->o, e->replay, stdout, &end)) {
        return cli_refuse("--replay %s: no path of this firmware", e->replay);
    }
    if (end == EXPLORE_MISSED) {
        return cli_refuse("--replay %s: a cut of it never came, as told above; are "
                          "firmware and options those of the id?",
                e->replay);
    }
    return end == EXPLORE_DONE ? ETCH_EXIT_FINE : ETCH_EXIT_FAULT;
}

/* Nothing was cut, so nothing is shown: no success. Of shards some may be empty. */
static enum etch_exit refuse_idle(const struct exploring *e)
{
    if (e->load.config.args) {
        return cli_refuse("%s writes no flash with --args \"%s\", so there is nothing "
                          "to cut",
                e->load.firmware, e->load.config.args);
    }
    return cli_refuse("%s writes no flash, so there is nothing to cut; does it want "
                      "--args?",
            e->load.firmware);
}

static enum etch_exit explore(struct exploring *e)
{
    const struct explore_case c = {.scenario = &explore_firmware_scenario,
            .about = e->load.firmware,
            .machine = explore_firmware_new,
            .param = &e->how};
    if (e->replay) {
        return replay(&c, e);
    }
    struct explore_report *report = calloc(1, sizeof(*report));
    if (!report) {
        return cli_no_memory();
    }
    bool worked = explore_campaign(&c, &e->o, report);
    if (worked || report->failed != 0) {
        (e->json ? exploring_json : exploring_print)(e, report);
    } else {
        (void)cli_no_memory();
    }
    enum etch_exit status = report->failed != 0 ? ETCH_EXIT_FAULT
                            : worked            ? ETCH_EXIT_FINE
                                                : ETCH_EXIT_BROKEN;
    if (status == ETCH_EXIT_FINE && report->points == 0 && e->o.shards <= 1) {
        status = refuse_idle(e);
    } else if (report->points != 0) {
        exploring_warn(e);
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
    status = load(&e);
    if (status == ETCH_EXIT_FINE) {
        status = explore(&e);
    }
    board_state_free(e.loaded);
    load_free(&e.load);
    return status;
}
