/* bench.h - a board as tests want it: registers by a word, time that passes
 * without a program, and a record of what the board told.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_BENCH_H
#define ETCH_TEST_BENCH_H

#include "board/board.h"

struct bench {
    struct board *b;
    unsigned seen[BOARD_EV_EXIT + 1]; /* events so far, of each kind */
    struct board_event last[BOARD_EV_EXIT + 1];
    unsigned flash[SILICON_EV_RESET + 1];
    unsigned laws[LAW_COUNT];
    struct core_fault fault; /* the last */
    uint8_t out[256];        /* what left USART `port`; the last bytes */
    size_t outs;
    int port;
    char line[256]; /* last of the console */
};

void bench_open(struct bench *t, const char *part);
void bench_open_with(struct bench *t, const struct board_config *config);
void bench_close(struct bench *t);
/* Reset, with everything told forgotten. */
void bench_reset(struct bench *t, enum board_reset why);

/* The bus without a program: accesses that must go through. */
uint32_t bench_get(struct bench *t, uint32_t addr);
uint32_t bench_get_narrow(struct bench *t, uint32_t addr, unsigned width);
void bench_put(struct bench *t, uint32_t addr, uint32_t value);
void bench_put_narrow(struct bench *t, uint32_t addr, unsigned width, uint32_t value);
void bench_set(struct bench *t, uint32_t addr, uint32_t bits);
/* And some that must not. */
void bench_fails(struct bench *t, uint32_t addr);
/* Time passes; a reset that falls due is carried out. */
void bench_pass(struct bench *t, uint64_t ns);
bool bench_line(const struct bench *t, unsigned irq); /* is the line up? */

/* Instructions for a small program at the start of flash, with a vector table
 * of 128 entries that all lead to its fault loop but where said. */
void bench_program(struct bench *t, const uint16_t *code, size_t halfwords);
void bench_vector(struct bench *t, unsigned exception, uint32_t addr);
/* Load an ELF's segments and reset. Skips the test if it is not built. */
void bench_elf(struct bench *t, const char *name);

enum { BENCH_CODE = 0x08000200, BENCH_STACK = 0x20004000 };

#endif
