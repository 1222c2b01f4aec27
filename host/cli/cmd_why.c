/* cmd_why.c - etch why: what a fault was, from what people have in hand.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/why_report.h"
#include "file/symbols.h"
#include "why/why.h"

static const char help[] =
        "usage: etch why [--elf FW.elf] [--json] [DUMP.txt | - | NAME=VALUE...]\n"
        "\n"
        "Explain a fault: what was refused, by what, and what to do. DUMP.txt (or\n"
        "standard input) may be a crash dump (Etch, Mbed OS, Zephyr, NuttX, PX4, RIOT,\n"
        "RT-Thread, CmBacktrace, Tock, nRF5 SDK, Teensy, Mynewt, TF-M, a handler of\n"
        "one's own), a backtrace of gdb or probe-rs, ArduPilot's WDG line, what\n"
        "gdb, OpenOCD, pyOCD or J-Link Commander show of registers and memory (x/8wx "
        "$sp,\n"
        "x/6wx 0xE000ED24, mdw, mem32), or registers by name, with whatever log, prose "
        "or\n"
        "Markdown is around them.\n"
        "\n"
        "  --elf FW.elf   add functions, files and lines, and look at the instruction "
        "at\n"
        "                 PC: udf (abort, a failed assertion), bkpt, svc, floating "
        "point\n"
        "  --json         one JSON document on stdout\n"
        "\n"
        "What helps most: CFSR, HFSR, MMFAR or BFAR, the stacked PC and LR; then SHCSR,\n"
        "MPU_CTRL and RBAR0 RASR0 ... RBAR7 RASR7, FLASH_SR, FLASH_CR.\n"
        "\n"
        "  etch why CFSR=0x82 HFSR=0x40000000 MMFAR=0x08060000 PC=0x08000298\n"
        "  etch why crash.log --elf build/firmware.elf\n"
        "\n"
        "exit status: 0 the registers show no fault, 1 a fault, 2 not usable\n";

enum { MOST_TEXT = 4 * 1024 * 1024 };

struct request {
    char *text;
    size_t len;
    const char *from; /* for messages */
    char **words;     /* if registers were given as arguments */
    int words_n;
    const char *elf;
    bool json;
};

static enum etch_exit out_of_memory(void)
{
    (void)cli_refuse("not enough memory");
    return ETCH_EXIT_BROKEN;
}

/* ---- input ------------------------------------------------------------------- */

static enum etch_exit grow(struct request *q, size_t *room)
{
    *room = *room == 0 ? 65536 : 2 * *room;
    if (*room > MOST_TEXT) {
        return cli_refuse("%s is too long for a crash dump", q->from);
    }
    char *grown = realloc(q->text, *room);
    if (grown == NULL) {
        return out_of_memory();
    }
    q->text = grown;
    return ETCH_EXIT_FINE;
}

static enum etch_exit read_stream(FILE *in, struct request *q)
{
    size_t room = 0;
    for (;;) {
        if (q->len == room) {
            enum etch_exit status = grow(q, &room);
            if (status != ETCH_EXIT_FINE) {
                return status;
            }
        }
        size_t n = fread(q->text + q->len, 1, room - q->len, in);
        q->len += n;
        if (n == 0) {
            break;
        }
    }
    if (ferror(in)) {
        return cli_refuse("%s: %s", q->from, strerror(errno));
    }
    return ETCH_EXIT_FINE;
}

static enum etch_exit read_file(struct request *q)
{
    FILE *in = fopen(q->from, "rb");
    if (in == NULL) {
        return cli_refuse("%s: %s", q->from, strerror(errno));
    }
    enum etch_exit status = read_stream(in, q);
    (void)fclose(in);
    return status;
}

/* In a log there is much that is no register; on the command line it may be a slip,
 * and what is left out is said. */
static enum etch_exit tell_unknown(const struct request *q)
{
    struct why *w = malloc(sizeof *w);
    if (w == NULL) {
        return out_of_memory();
    }
    for (int i = 0; i < q->words_n; i++) {
        why_read(w, q->words[i], strlen(q->words[i]));
        if (w->words == 0) {
            (void)cli_refuse("'%s' is left out: no register that tells of a fault, or no "
                             "value",
                    q->words[i]);
        }
    }
    free(w);
    return ETCH_EXIT_FINE;
}

/* Registers given as arguments are a text of their own. */
static enum etch_exit join_arguments(struct request *q, int n, char *words[])
{
    q->from = "the command line";
    for (int i = 0; i < n; i++) {
        q->len += strlen(words[i]) + 1;
    }
    q->text = calloc(1, q->len + 1);
    if (q->text == NULL) {
        return out_of_memory();
    }
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        size_t len = strlen(words[i]);
        memcpy(q->text + at, words[i], len);
        at += len;
        q->text[at++] = ' ';
    }
    return ETCH_EXIT_FINE;
}

static enum etch_exit take_input(struct request *q, int n, char *words[])
{
    if (n > 0 && strchr(words[0], '=') != NULL) {
        q->words = words;
        q->words_n = n;
        return join_arguments(q, n, words);
    }
    if (n > 1) {
        return cli_refuse("one dump at a time: '%s' is too much", words[1]);
    }
    if (n == 1 && strcmp(words[0], "-") != 0) {
        q->from = words[0];
        return read_file(q);
    }
    q->from = "standard input";
    if (isatty(STDIN_FILENO)) {
        fputs("etch: paste the dump, then Ctrl-D\n", stderr);
    }
    return read_stream(stdin, q);
}

/* ---- the verb ---------------------------------------------------------------------- */

static enum etch_exit print(const struct request *q, struct why *w, struct symbols *s)
{
    struct why_case c = why_look(w, s);
    enum etch_exit status = ETCH_EXIT_FINE;
    if (q->json) {
        status = why_print_json(&c);
    } else {
        why_print(&c);
    }
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    return c.finding.cause == ETCH_FAULT_NONE ? ETCH_EXIT_FINE : ETCH_EXIT_FAULT;
}

/* Nothing that could be explained, and why. */
static enum etch_exit refuse(const struct request *q, const struct why *w)
{
    char text[300];
    if (w->other_core != NULL) {
        return cli_refuse("%s tells of a crash of %s, and 'etch why' knows faults of a "
                          "Cortex-M",
                q->from, w->other_core);
    }
    if (why_impossible(w, text, sizeof text)) {
        return cli_refuse(
                "%s has no register of a fault in it that can be: %s", q->from, text);
    }
    if (q->words_n > 0) {
        return cli_refuse("%s: '%s' is no register that tells of a fault with its value; "
                          "one is CFSR=0x8200 ('etch why --help')",
                q->from, q->words[0]);
    }
    return cli_refuse("%s has no register of a fault in it; wanted is a crash dump, what "
                      "a debugger shows ('info registers', x/6wx 0xE000ED24), or "
                      "CFSR=0x... and what else is known ('etch why --help')",
            q->from);
}

/* A core that is none of Arm's has a PC as well, but none of these. */
static bool is_other_core(const struct why *w)
{
    return w->other_core != NULL && !etch_fault_knows(&w->fault, ETCH_FAULT_CFSR) &&
           !etch_fault_knows(&w->fault, ETCH_FAULT_HFSR);
}

static enum etch_exit explain(const struct request *q, struct why *w)
{
    why_read(w, q->text, q->len);
    if (w->words == 0 || is_other_core(w)) {
        return refuse(q, w);
    }
    enum etch_exit status = tell_unknown(q);
    if (status != ETCH_EXIT_FINE) {
        return status;
    }
    struct symbols *s = NULL;
    if (q->elf != NULL) {
        char why_not[FILE_WHY];
        s = symbols_open(q->elf, why_not);
        if (s == NULL) {
            return cli_refuse("%s", why_not);
        }
    }
    status = print(q, w, s);
    symbols_close(s);
    return status;
}

enum etch_exit cmd_why(int argc, char *argv[])
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
            {"json", no_argument, NULL, 'j'}, {"elf", required_argument, NULL, 'e'}, {0}};
    struct request q = {0};
    int option;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (option) {
        case 'h': fputs(help, stdout); return ETCH_EXIT_FINE;
        case 'j': q.json = true; break;
        case 'e': q.elf = optarg; break;
        default: return cli_refuse_option("why", argv[optind - 1], option);
        }
    }
    enum etch_exit status = take_input(&q, argc - optind, argv + optind);
    struct why *w = NULL;
    if (status == ETCH_EXIT_FINE) {
        w = malloc(sizeof *w);
        status = w != NULL ? explain(&q, w) : out_of_memory();
    }
    free(w);
    free(q.text);
    return status;
}
