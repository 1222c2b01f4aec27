/* gdb_priv.h - what the parts of the debugger's server share.
 *
 * link.c moves packets, serve.c knows what they ask for, resume.c lets the
 * program run, describe.c tells gdb what chip this is, monitor.c has the words
 * of our own.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GDB_GDB_PRIV_H
#define ETCH_GDB_GDB_PRIV_H

#include <stddef.h>

#include "gdb/gdb.h"

enum { PACKET_MAX = 16384, BREAKS_MAX = 64, WATCHES_MAX = 16 };

struct watch {
    uint32_t addr, len;
    bool loads, stores;
};

struct gdb {
    struct gdb_config config;
    struct board *board;
    int listener, client; /* sockets; -1: none */
    uint16_t port;

    /* Received bytes that are not used yet. */
    uint8_t in[4096];
    size_t in_n, in_at;
    bool no_acks;
    bool broken; /* the connection is gone */

    char packet[PACKET_MAX + 1]; /* as received, without frame; binary is decoded */
    size_t packet_len;
    char reply[PACKET_MAX + 1];
    size_t reply_len;

    uint32_t breaks[BREAKS_MAX];
    size_t breaks_n;
    struct watch watches[WATCHES_MAX];
    size_t watches_n;

    bool catch_faults;
    unsigned fault;       /* exception number that made us stop; 0: none */
    char stop[80];        /* the last stop reply, for '?' */
    enum board_stop last; /* why the program last stopped by itself */
    bool ended;           /* the session is over, as end says */
    enum gdb_end end;
    uint64_t cut; /* operation that a cut is planned for; 0: none */
};

/* ---- link.c -------------------------------------------------------------- */

/* The next packet into g->packet. False: there is none any more. */
bool link_receive(struct gdb *g);
/* Send g->reply. */
void link_reply(struct gdb *g);
/* Text for the user's console, while the program runs or by `monitor`. */
void link_console(struct gdb *g, const char *text);
/* Has the debugger asked to interrupt the program? Does not wait. */
bool link_interrupted(struct gdb *g);
bool link_given_up(const struct gdb *g);

/* Build the reply. */
void reply_clear(struct gdb *g);
void reply_text(struct gdb *g, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
void reply_hex(struct gdb *g, const void *bytes, size_t len);
/* Bytes as in the packets that are not hexadecimal, escaped. */
void reply_binary(struct gdb *g, const char *bytes, size_t len);

/* Decode pairs of digits; how many bytes. */
size_t from_hex(const char *text, void *bytes, size_t max);
/* A hexadecimal number at *text, which moves behind it. */
uint32_t take_number(const char **text);
/* Moves *text behind c if it is there. */
bool take(const char **text, char c);

/* ---- the parts -------------------------------------------------------------- */

/* target.xml and the memory map. NULL: no memory. For free(). */
char *describe_target(void);
char *describe_memory(const struct silicon_part *part);

/* Registers in the order of target.xml. */
enum { REG_XPSR = 16, REG_MSP, REG_PSP, REG_PRIMASK, REG_BASEPRI, REG_FAULTMASK };
enum { REG_CONTROL = 22, REG_D0, REG_FPSCR = REG_D0 + 16, REGS };
size_t register_size(unsigned number);
void register_read(struct gdb *g, unsigned number, uint8_t bytes[8]);
void register_write(struct gdb *g, unsigned number, const uint8_t bytes[8]);

size_t memory_read(struct gdb *g, uint32_t addr, void *bytes, size_t len);
size_t memory_write(struct gdb *g, uint32_t addr, const void *bytes, size_t len);

/* Z and z packets. False: there is no room, or no such kind. */
bool break_change(struct gdb *g, char kind, bool on, uint32_t addr, uint32_t len);

/* Run or step, and put why it stopped into g->stop. */
void resume_run(struct gdb *g);
void resume_step(struct gdb *g);
void resume_listen(void *ctx, const struct board_event *ev);

/* `monitor line`: what it says is sent, and the reply is made. */
void monitor(struct gdb *g, const char *line);

#endif
