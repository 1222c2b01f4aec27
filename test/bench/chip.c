/* chip.c - what the parts for the chip cost there: bytes, cycles, and the beats
 * that a control loop misses.
 *
 * Bytes are what tools/budget.py links and counts; the rest is what firmware
 * says on the bench.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

enum { LINE = 256 };

/* Names and bytes from the budget's table: "flash.text_bytes  896 of 900 ok". */
static void add_sizes(struct bench *b)
{
    char line[LINE];
    FILE *from = popen("python3 " ETCH_SOURCE_DIR "/tools/budget.py " ETCH_SOURCE_DIR
                       "/build/cortex-m4/libetch.a",
            "r");
    while (from && fgets(line, sizeof(line), from)) {
        char name[64];
        char bytes[16];
        if (sscanf(line, "%63s %15s of", name, bytes) == 2) {
            char *end;
            double value = strtod(bytes, &end);
            if (*end == '\0') {
                bench_add(b, name, value);
                (void)printf("chip: %-24s %6.0f\n", name, value);
            }
        }
    }
    if (from) {
        (void)pclose(from);
    }
}

/* The number behind a word that firmware says at the start of a line. */
static void add_said(
        struct bench *b, const char *figure, const char *command, const char *word)
{
    char line[LINE];
    size_t len = strlen(word);
    FILE *from = popen(command, "r");
    while (from && fgets(line, sizeof(line), from)) {
        if (strncmp(line, word, len) == 0 && line[len] == ' ') {
            double value = strtod(line + len, NULL);
            bench_add(b, figure, value);
            (void)printf("chip: %-24s %6.0f\n", figure, value);
        }
    }
    if (from) {
        (void)pclose(from);
    }
}

#define RUN ETCH_SOURCE_DIR "/build/etch run " ETCH_FIRMWARE_DIR

void bench_chip(struct bench *b)
{
    add_sizes(b);
    add_said(b, "motor.missed_periods", RUN "/motor.elf --part stm32f446re 2>/dev/null",
            "missed");
    add_said(b, "motor.naive_missed_periods",
            RUN "/motor.elf --part stm32f446re --args naive 2>/dev/null", "missed");
    add_said(b, "guard.store_cycles",
            RUN "/guard.elf --part stm32f446re --args cycles 2>/dev/null",
            "guard.store_cycles");
}
