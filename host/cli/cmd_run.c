/* cmd_run.c - etch run: a firmware on the bench, and what is wrong with it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/pick.h"
#include "cli/run.h"

static const char help[] =
        "usage: etch run FIRMWARE [--part PART] [OPTION]...\n"
        "\n"
        "Runs the firmware that you would flash onto the board on a simulated STM32F4\n"
        "and says what is wrong with its flash writing: what, where, why, and the fix.\n"
        "\n"
        "FIRMWARE is an ELF, Intel HEX, S-record or UF2 file, or raw bytes with their\n"
        "address: fw.bin@0x08000000. Only an ELF has names; build it with -g for lines.\n"
        "\n"
        "the chip\n"
        "  --part PART       as on its package: stm32f446re. Without it a guess is made\n"
        "                    from the names in the firmware; 'etch part' lists them\n"
        "  --vdd V           the supply, 1.7 to 3.6; default 3.3\n"
        "  --times WHICH     how long flash takes: measured (default), or the data\n"
        "                    sheet's typical or longest\n"
        "  --flash IMG       what is in flash before the firmware is written over it\n"
        "  --save IMG        write flash to this file at the end; .hex, .srec, .uf2 or\n"
        "                    .bin (all of it)\n"
        "  --mpu mbed|none   the MPU as Mbed OS sets it before main, or off (default)\n"
        "\n"
        "the world around it\n"
        "  --uart MODE       stdio: the USARTs are this terminal; pty: a terminal of\n"
        "                    their own; none: silent. Default: what they say is shown.\n"
        "                    MODE:N sends input to USART N, not to the one that listens\n"
        "  --args STR        what the firmware gets by semihosting (SYS_GET_CMDLINE)\n"
        "  --cut N[:TEAR]    cut the power in flash operation N, then switch it on "
        "again;\n"
        "                    TEAR: none done random unstable zeroed prefix marginal "
        "mask,\n"
        "                    with a seed or a share: 12:random=7, 12:prefix=128\n"
        "  --limit TIME      of the chip's own time: 500ms, 10s (default), 2min\n"
        "\n"
        "looking on\n"
        "  --trace LIST      flash, mpu, exc, insn: tell on stderr as it happens\n"
        "  --gdb PORT        wait for gdb-multiarch there; 0: any free port. No time\n"
        "                    limit then, unless --limit sets one\n"
        "  --strict          warnings make the exit status 1, too\n"
        "  --json            one JSON document on stdout; what the firmware says goes\n"
        "                    to stderr\n"
        "\n"
        "  etch run fw.elf --part stm32f446re\n"
        "  etch run fw.elf --part f407vg --mpu mbed --trace flash\n"
        "  etch run app.elf --flash boot.hex --save after.hex\n"
        "  etch run fw.elf --cut 12 --json | jq '.findings[].text'\n"
        "\n"
        "exit status: 0 fine; 1 the firmware is at fault: an error was found, or it "
        "left\n"
        "             with a code of its own; 2 command line or file unusable, or the\n"
        "             --cut never came; 3 etch's own fault, as where the model ends\n";

static const uint64_t default_limit_ns = 10000000000u;

enum { OPT_PART = 256, OPT_VDD, OPT_FLASH, OPT_SAVE, OPT_MPU, OPT_ARGS, OPT_UART };
enum { OPT_GDB = 300, OPT_LIMIT, OPT_CUT, OPT_TRACE, OPT_STRICT, OPT_JSON, OPT_TIMES };

static const struct option options[] = {
        {"help", no_argument, NULL, 'h'},
        {"part", required_argument, NULL, OPT_PART},
        {"vdd", required_argument, NULL, OPT_VDD},
        {"times", required_argument, NULL, OPT_TIMES},
        {"flash", required_argument, NULL, OPT_FLASH},
        {"save", required_argument, NULL, OPT_SAVE},
        {"mpu", required_argument, NULL, OPT_MPU},
        {"args", required_argument, NULL, OPT_ARGS},
        {"uart", required_argument, NULL, OPT_UART},
        {"gdb", required_argument, NULL, OPT_GDB},
        {"limit", required_argument, NULL, OPT_LIMIT},
        {"cut", required_argument, NULL, OPT_CUT},
        {"trace", required_argument, NULL, OPT_TRACE},
        {"strict", no_argument, NULL, OPT_STRICT},
        {"json", no_argument, NULL, OPT_JSON},
        {0},
};

/* ---- values ---------------------------------------------------------------------- */

static bool pick_uart(const char *text, struct run_options *o)
{
    static const struct {
        const char *name;
        enum run_uart kind;
    } modes[] = {
            {"stdio", RUN_UART_STDIO}, {"pty", RUN_UART_PTY}, {"none", RUN_UART_NONE}};
    size_t len = strcspn(text, ":");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        if (strlen(modes[i].name) == len && strncmp(modes[i].name, text, len) == 0) {
            uint64_t number = 0;
            o->uart = modes[i].kind;
            bool good = text[len] == '\0' ||
                        pick_number("USART", text + len + 1, 1, 6, &number);
            o->usart = (int)number;
            return good;
        }
    }
    (void)cli_refuse("--uart %s: stdio, pty or none, and :N for USART N", text);
    return false;
}

static bool pick_trace(const char *text, unsigned *what)
{
    static const char *const names[] = {"flash", "mpu", "exc", "insn"};
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        unsigned bit = 0;
        for (unsigned i = 0; i < 4; i++) {
            if (strlen(names[i]) == len && strncmp(names[i], text, len) == 0) {
                bit = 1u << i;
            }
        }
        if (bit == 0) {
            (void)cli_refuse("--trace %.*s: flash, mpu, exc, insn, with commas between",
                    (int)len, text);
            return false;
        }
        *what |= bit;
        text += len + (text[len] == ',');
    }
    return true;
}

static bool pick_port(const char *text, struct run_options *o)
{
    uint64_t port;
    if (!pick_number("port for --gdb", text, 0, UINT16_MAX, &port)) {
        return false;
    }
    o->gdb = true;
    o->port = (uint16_t)port;
    return true;
}

static bool pick_option(int option, struct run *r)
{
    struct run_options *o = &r->o;
    struct load *l = &r->load;
    switch (option) {
    case OPT_PART: return (l->config.part = pick_part(optarg)) != NULL;
    case OPT_VDD: return pick_volts(optarg, &l->config.conditions.vdd_mv);
    case OPT_TIMES: return pick_times(optarg, &l->config.conditions.speed);
    case OPT_FLASH: l->flash = optarg; return true;
    case OPT_SAVE: o->save = optarg; return true;
    case OPT_MPU: return pick_mpu(optarg, &l->config.mpu);
    case OPT_ARGS: l->config.args = optarg; return true;
    case OPT_UART: return pick_uart(optarg, o);
    case OPT_GDB: return pick_port(optarg, o);
    case OPT_LIMIT: return pick_time(optarg, &o->limit_ns);
    case OPT_CUT: return pick_cut(optarg, &o->cut, &o->tear);
    case OPT_TRACE: return pick_trace(optarg, &o->trace);
    case OPT_STRICT: o->strict = true; return true;
    case OPT_JSON:
    default: o->json = true; return true;
    }
}

/* ---- the verb ---------------------------------------------------------------------- */

static enum etch_exit read_options(int argc, char *argv[], struct run *r)
{
    struct run_options *o = &r->o;
    int option;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        if (option == '?' || option == ':') {
            return cli_refuse_option("run", argv[optind - 1], option);
        }
        if (!pick_option(option, r)) {
            return ETCH_EXIT_USAGE;
        }
    }
    if (optind == argc) {
        return cli_refuse("which firmware? etch run FIRMWARE --part PART; 'etch run "
                          "--help' shows more");
    }
    if (argc - optind > 1) {
        return cli_refuse("one firmware at a time: '%s' is too much", argv[optind + 1]);
    }
    r->load.firmware = argv[optind];
    if (o->limit_ns == 0) {
        o->limit_ns = o->gdb ? UINT64_MAX : default_limit_ns;
    }
    return ETCH_EXIT_FINE;
}

static enum etch_exit run(struct run *r)
{
    char why[FILE_WHY];
    if (r->o.save != NULL && !file_writable(r->o.save, why)) {
        return cli_refuse("%s", why);
    }
    enum etch_exit status = load_board(&r->load);
    if (status == ETCH_EXIT_FINE) {
        status = run_go(r);
    }
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    enum etch_exit saved = run_save(r); /* before the report, which says the status */
    if (r->o.json) {
        status = run_json(r, stdout);
    } else {
        run_report(r, stdout);
    }
    if (run_missed_cut(r)) {
        (void)cli_refuse("--cut %llu never came: flash operations that the firmware "
                         "began: %llu",
                (unsigned long long)r->o.cut,
                (unsigned long long)silicon_ops(board_silicon(r->load.board)));
    }
    if (status == ETCH_EXIT_FINE) {
        status = saved;
    }
    return status != ETCH_EXIT_FINE ? status : run_status(r);
}

enum etch_exit cmd_run(int argc, char *argv[])
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            (void)fputs(help, stdout);
            return ETCH_EXIT_FINE;
        }
    }
    struct run r = {.o = {.uart = RUN_UART_OUT}};
    enum etch_exit status = read_options(argc, argv, &r);
    if (status == ETCH_EXIT_FINE) {
        status = run(&r);
    }
    run_free(&r);
    return status;
}
