/* gdb.h - a debugger for the firmware on the bench: gdb's remote protocol.
 *
 * What it is: a server for one gdb-multiarch (or any client of that protocol)
 * on the loopback interface. It breaks, steps and watches; reads and writes
 * registers, FPU included, and memory; loads into flash; and, by `monitor`,
 * does what a debugger on a board cannot: cut the power in any flash
 * operation. A fault stops the program where it is taken.
 *
 * What it remembers: breakpoints and watches, which the core keeps, and the
 * connection. It waits for its client; nothing else is waited for. It never
 * touches another interface than 127.0.0.1.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GDB_GDB_H
#define ETCH_GDB_GDB_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "board/board.h"

struct gdb;

struct gdb_config {
    struct board *board; /* reset already; the debugger finds it stopped there */
    uint16_t port;       /* 0: any that is free */
    uint64_t until_ns;   /* of chip time: the program is stopped then */
    /* `monitor` with words that are not ours: answer on to, or say false. May
     * be NULL. */
    bool (*monitor)(void *ctx, const char *words, FILE *to);
    /* The power was cycled or the chip reset by the debugger. May be NULL. */
    void (*restarted)(void *ctx);
    const char *monitor_help; /* lines about these words, or NULL */
    void *ctx;
    const volatile sig_atomic_t *give_up; /* not 0: stop serving soon. May be NULL */
};

enum gdb_end {
    GDB_LEFT,     /* the firmware left */
    GDB_DETACHED, /* the debugger lets it go on by itself */
    GDB_KILLED,   /* the debugger does not want it to */
    GDB_LOST,     /* the connection broke */
    GDB_GAVE_UP   /* give_up was set */
};

/* Open the port. NULL: why is one line. config is copied. */
struct gdb *gdb_open(const struct gdb_config *config, char why[200]);
uint16_t gdb_port(const struct gdb *g);
/* Wait for a debugger and serve it to the end. *last is why the program last
 * stopped by itself. */
enum gdb_end gdb_serve(struct gdb *g, enum board_stop *last);
/* When the board does not run any more: it cannot forget a listener. */
void gdb_close(struct gdb *g);

#endif
