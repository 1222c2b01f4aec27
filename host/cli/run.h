/* run.h - the parts of etch run.
 *
 * cmd_run.c reads the command line and puts the parts together; load.c makes
 * the board and fills its memory; console.c is what the firmware talks to;
 * trace.c tells what happens as it happens; run.c lets it run; run_report.c
 * and run_json.c say at the end what is wrong; run_save.c keeps what is in
 * flash then.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_RUN_H
#define ETCH_CLI_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "board/board.h"
#include "cli/cli.h"
#include "cli/load.h"
#include "verdict/verdict.h"

/* ---- what was asked for ------------------------------------------------------- */

enum run_uart { RUN_UART_OUT, RUN_UART_STDIO, RUN_UART_PTY, RUN_UART_NONE };

enum run_trace {
    RUN_TRACE_FLASH = 1,
    RUN_TRACE_MPU = 2,
    RUN_TRACE_EXC = 4,
    RUN_TRACE_INSN = 8
};

struct run_options {  /* beside what struct load has */
    const char *save; /* NULL: nowhere */
    enum run_uart uart;
    int usart;     /* that input goes to; 0: the one that listens */
    bool gdb;      /* wait for a debugger ... */
    uint16_t port; /* ... here */
    uint64_t limit_ns;
    uint64_t cut; /* flash operation, 0: none */
    struct silicon_tear tear;
    unsigned trace;
    bool strict, json;
};

/* ---- a run ---------------------------------------------------------------------- */

struct run_stats {
    uint64_t programs, erases, stalls, stalled_ns;
    uint64_t longest_ns; /* of the stalls ... */
    uint32_t longest_pc; /* ... and who stood there */
    uint64_t resets, cuts;
};

struct console;
struct trace;
struct gdb;

struct run {
    struct load load;
    struct run_options o;
    struct verdict *verdict;
    struct console *console;
    struct trace *trace;
    struct gdb *gdb;
    struct run_stats stats;
    enum board_stop stop;
    bool interrupted; /* by the user, who does not want to wait */
    bool unsaved;     /* what was to be saved could not be */
};

/* Messages are on stderr when these return something else than FINE. */
enum etch_exit run_go(struct run *r);
enum etch_exit run_save(struct run *r);
void run_free(struct run *r);

/* A cut was asked for, and the firmware never came to that flash operation: what
 * was seen says nothing of it. */
bool run_missed_cut(const struct run *r);
/* What run_go's end means for scripts. */
enum etch_exit run_status(struct run *r);
void run_report(struct run *r, FILE *to);
enum etch_exit run_json(struct run *r, FILE *to);

/* "left", "time", "stuck", "locked up", "unmodelled", "stopped". */
const char *run_end_word(const struct run *r);
/* "2.034 s", "12.5 ms", "16 us", "3 ns". */
const char *run_time_text(uint64_t ns, char *text, size_t size);
/* "32,544,000". */
const char *run_count_text(uint64_t n, char *text, size_t size);

/* ---- console.c -------------------------------------------------------------------- */

/* Between the board's USARTs (and semihosting) and the world. Output goes to
 * out unless RUN_UART_NONE or RUN_UART_PTY. NULL after a message. */
struct console *console_open(struct board *b, enum run_uart kind, int usart, FILE *out);
/* Move input that has come; keep to real time where a person is at the other
 * end. To be called now and then. */
void console_poll(struct console *c);
/* Somebody may still say something. */
bool console_is_live(const struct console *c);
/* What was said so far ends in the middle of a line. */
bool console_in_line(const struct console *c);
bool console_was_used(const struct console *c);
void console_close(struct console *c);

/* ---- trace.c ------------------------------------------------------------------------ */

/* Tell on to what happens, as asked for. NULL: no memory. */
struct trace *trace_open(
        struct board *b, struct symbols *symbols, unsigned what, FILE *to);
void trace_close(struct trace *t); /* when the board does not run any more */

#endif
