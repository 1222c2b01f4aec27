/* run.h - a firmware on the bench, and the verdict on it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SUPPORT_RUN_H
#define ETCH_SUPPORT_RUN_H

#include "board/board.h"
#include "file/file.h"
#include "file/symbols.h"
#include "verdict/verdict.h"

/* What a run begins with. Zero: an STM32F446RE, no arguments, 10 s. */
struct run_setup {
    const char *firmware; /* name without .elf */
    const char *part;
    const char *args;
    struct silicon_conditions conditions;
    enum board_mpu mpu;
    uint32_t optcr; /* option bytes from the start; 0: as delivered */
    size_t serial;  /* bytes that arrive at USART2, as fast as it takes them */
    uint64_t limit_ns;
};

struct run {
    struct file image;
    struct symbols *symbols;
    struct board *board;
    struct verdict *verdict;
    enum board_stop how;
    const struct finding *findings;
    size_t n;
};

/* Load, run to the end, judge. The test fails where that is not possible. */
void run_firmware(struct run *r, const struct run_setup *setup);
/* The same up to the first instruction, and the rest. */
void run_open(struct run *r, const struct run_setup *setup);
void run_go(struct run *r, const struct run_setup *setup);
void run_close(struct run *r);

/* The finding of that code; NULL: none. */
const struct finding *run_find(const struct run *r, const char *code);
/* How many errors and warnings. */
size_t run_complaints(const struct run *r);
/* All of them to stderr, as a failing test should. */
void run_print(const struct run *r);

#endif
