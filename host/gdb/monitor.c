/* monitor.c - the words of `monitor`: what no debugger of a real board can do.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gdb/gdb_priv.h"

struct word {
    const char *name;
    void (*say)(struct gdb *g, const char *argument, FILE *to);
    const char *help;
};

static void say_help(struct gdb *g, const char *argument, FILE *to);

static void restart(struct gdb *g)
{
    g->cut = 0;
    board_plan_cut(g->board, 0, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    if (g->config.restarted != NULL) {
        g->config.restarted(g->config.ctx);
    }
}

static void say_cut(struct gdb *g, const char *argument, FILE *to)
{
    static const struct silicon_tear torn = {.kind = SILICON_TEAR_UNSTABLE, .seed = 1};
    uint64_t done = silicon_ops(board_silicon(g->board));
    char *end = NULL;
    uint64_t op = strtoull(argument, &end, 0);
    if (argument[0] == '\0') {
        board_power_cycle(g->board, torn);
        restart(g);
        (void)fprintf(to,
                "The power was off and is on again. Flash is as it was; RAM is lost.\n"
                "'maintenance flush register-cache' shows the new registers.\n");
    } else if (*end != '\0' || argument[0] == '-') {
        (void)fprintf(to, "cut: '%s' is no number of a flash operation\n", argument);
    } else if (op <= done) {
        (void)fprintf(to,
                "cut: operation %" PRIu64 " is over; %" PRIu64 " were begun so far\n", op,
                done);
    } else {
        g->cut = op;
        board_plan_cut(g->board, op, torn);
        (void)fprintf(to,
                "The power will fail in flash operation %" PRIu64 " (%" PRIu64
                " were begun so far).\n",
                op, done);
    }
}

static void say_reset(struct gdb *g, const char *argument, FILE *to)
{
    (void)argument;
    board_reset(g->board, BOARD_RESET_PIN);
    restart(g);
    (void)fprintf(to, "Reset by the pin: at the vector's first instruction.\n"
                      "'maintenance flush register-cache' shows the new registers.\n");
}

static void say_flash(struct gdb *g, const char *argument, FILE *to)
{
    const struct silicon *s = board_silicon(g->board);
    (void)argument;
    (void)fprintf(to,
            "%" PRIu64 " operations begun; SR 0x%08" PRIX32 ", CR 0x%08" PRIX32
            ", ACR 0x%08" PRIX32 ", OPTCR 0x%08" PRIX32 "\n",
            silicon_ops(s), silicon_reg(s, SILICON_SR), silicon_reg(s, SILICON_CR),
            silicon_reg(s, SILICON_ACR), silicon_reg(s, SILICON_OPTCR));
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(s, &n);
    for (size_t i = 0; i < n; i++) {
        uint32_t wear = silicon_wear(s, sectors[i].addr);
        if (wear > 0) {
            (void)fprintf(to, "sector %u at 0x%08" PRIX32 ": erased %" PRIu32 " times\n",
                    sectors[i].number, sectors[i].addr, wear);
        }
    }
}

static void say_time(struct gdb *g, const char *argument, FILE *to)
{
    (void)argument;
    uint64_t ns = board_ns(g->board);
    (void)fprintf(to,
            "%" PRIu64 ".%06" PRIu64 " ms, %" PRIu64 " instructions, HCLK %" PRIu32
            " Hz\n",
            ns / 1000000, ns % 1000000, core_insns(board_core(g->board)),
            board_hclk(g->board));
}

static void say_catch(struct gdb *g, const char *argument, FILE *to)
{
    if (strcmp(argument, "on") == 0 || strcmp(argument, "off") == 0) {
        g->catch_faults = argument[1] == 'n';
    } else if (argument[0] != '\0') {
        (void)fprintf(to, "catch: on or off, not '%s'\n", argument);
    }
    (void)fprintf(
            to, "Faults %s the program.\n", g->catch_faults ? "stop" : "do not stop");
}

static const struct word words[] = {
        {"help", say_help, "this list"},
        {"cut", say_cut, "[N]: cut the power now, or in flash operation N"},
        {"reset", say_reset, "reset by the pin; RAM and flash stay"},
        {"flash", say_flash, "the flash controller and the wear of the sectors"},
        {"time", say_time, "chip time and instructions so far"},
        {"catch", say_catch, "[on|off]: whether a fault stops the program"},
};

static void say_help(struct gdb *g, const char *argument, FILE *to)
{
    (void)argument;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        (void)fprintf(to, "monitor %-8s %s\n", words[i].name, words[i].help);
    }
    if (g->config.monitor_help != NULL) {
        (void)fputs(g->config.monitor_help, to);
    }
}

static void answer(struct gdb *g, const char *line, FILE *to)
{
    size_t len = strcspn(line, " ");
    const char *argument = line + len + strspn(line + len, " ");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i].name) == len && strncmp(words[i].name, line, len) == 0) {
            words[i].say(g, argument, to);
            return;
        }
    }
    if (g->config.monitor == NULL || !g->config.monitor(g->config.ctx, line, to)) {
        (void)fprintf(to, "no word '%s'; 'monitor help' lists them\n", line);
    }
}

void monitor(struct gdb *g, const char *line)
{
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);
    if (to != NULL) {
        answer(g, line, to);
        if (fclose(to) == 0) {
            link_console(g, text);
        }
    }
    free(text);
    reply_clear(g);
    reply_text(g, "OK");
}
