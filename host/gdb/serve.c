/* serve.c - what a debugger asks for (gdb's manual, appendix E).
 *
 * SPDX-License-Identifier: MIT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gdb/gdb_priv.h"

static void reply_ok(struct gdb *g)
{
    reply_text(g, "OK");
}

static void reply_error(struct gdb *g)
{
    reply_text(g, "E01");
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- registers and memory --------------------------------------------------------- */

static void read_registers(struct gdb *g)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < REGS; i++) {
        register_read(g, i, bytes);
        reply_hex(g, bytes, register_size(i));
    }
}

static void write_registers(struct gdb *g, const char *text)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < REGS; i++) {
        size_t size = register_size(i);
        if (from_hex(text, bytes, size) != size) {
            break;
        }
        register_write(g, i, bytes);
        text += 2 * size;
    }
    reply_ok(g);
}

static void read_register(struct gdb *g, const char *text)
{
    uint8_t bytes[8];
    unsigned number = take_number(&text);
    if (number >= REGS) {
        reply_error(g);
        return;
    }
    register_read(g, number, bytes);
    reply_hex(g, bytes, register_size(number));
}

static void write_register(struct gdb *g, const char *text)
{
    uint8_t bytes[8] = {0};
    unsigned number = take_number(&text);
    if (number >= REGS || !take(&text, '=') ||
            from_hex(text, bytes, register_size(number)) != register_size(number)) {
        reply_error(g);
        return;
    }
    register_write(g, number, bytes);
    reply_ok(g);
}

static void read_memory(struct gdb *g, const char *text)
{
    static uint8_t bytes[PACKET_MAX / 2];
    uint32_t addr = take_number(&text);
    uint32_t len = take(&text, ',') ? take_number(&text) : 0;
    len = len < sizeof bytes ? len : sizeof bytes;
    size_t n = memory_read(g, addr, bytes, len);
    if (n == 0 && len > 0) {
        reply_error(g);
        return;
    }
    reply_hex(g, bytes, n);
}

/* "addr,len:" and then bytes, in hexadecimal digits (M) or as they are (X). */
static void write_memory(struct gdb *g, const char *text, bool binary)
{
    static uint8_t bytes[PACKET_MAX];
    uint32_t addr = take_number(&text);
    uint32_t len = take(&text, ',') ? take_number(&text) : 0;
    size_t there = (size_t)(g->packet + g->packet_len - text);
    if (!take(&text, ':') || len > sizeof bytes) {
        reply_error(g);
        return;
    }
    if (binary) {
        there--;
        memcpy(bytes, text, there < len ? there : len);
    } else {
        there = from_hex(text, bytes, len);
    }
    if (there < len || (len > 0 && memory_write(g, addr, bytes, len) != len)) {
        reply_error(g);
        return;
    }
    reply_ok(g);
}

/* ---- loading into flash --------------------------------------------------------------- */

static bool erase(struct gdb *g, uint32_t addr, uint32_t len)
{
    uint8_t blank[1024];
    memset(blank, 0xFF, sizeof blank);
    while (len > 0) {
        uint32_t piece = len < sizeof blank ? len : sizeof blank;
        if (!board_load(g->board, addr, blank, piece)) {
            return false;
        }
        addr += piece;
        len -= piece;
    }
    return true;
}

static void load_flash(struct gdb *g, const char *text)
{
    bool done = true;
    if (starts(text, "vFlashErase:")) {
        text += strlen("vFlashErase:");
        uint32_t addr = take_number(&text);
        done = take(&text, ',') && erase(g, addr, take_number(&text));
    } else if (starts(text, "vFlashWrite:")) {
        text += strlen("vFlashWrite:");
        uint32_t addr = take_number(&text);
        done = take(&text, ':') && board_load(g->board, addr, text,
                                           (size_t)(g->packet + g->packet_len - text));
    }
    if (done) {
        reply_ok(g);
    } else {
        reply_error(g);
    }
}

/* ---- questions ------------------------------------------------------------------------- */

/* The window "off,len" of a document: m and more follows, or l and the last. */
static void reply_window(struct gdb *g, char *document, const char *window)
{
    if (document == NULL) {
        reply_error(g);
        return;
    }
    size_t len = strlen(document);
    size_t off = take_number(&window);
    size_t max = take(&window, ',') ? take_number(&window) : 0;
    off = off < len ? off : len;
    size_t piece = len - off;
    piece = piece < max ? piece : max;
    piece = piece < PACKET_MAX / 2 ? piece : PACKET_MAX / 2;
    reply_text(g, off + piece < len ? "m" : "l");
    reply_binary(g, document + off, piece);
    free(document);
}

static void answer_query(struct gdb *g, const char *text)
{
    static const char target[] = "qXfer:features:read:target.xml:";
    static const char memory[] = "qXfer:memory-map:read::";
    if (starts(text, "qSupported")) {
        reply_text(g,
                "PacketSize=%x;qXfer:features:read+;qXfer:memory-map:read+;swbreak+;"
                "hwbreak+;QStartNoAckMode+;vContSupported+",
                PACKET_MAX / 2);
    } else if (starts(text, target)) {
        reply_window(g, describe_target(), text + strlen(target));
    } else if (starts(text, memory)) {
        reply_window(g, describe_memory(silicon_part(board_silicon(g->board))),
                text + strlen(memory));
    } else if (starts(text, "qRcmd,")) {
        char words[512];
        size_t n = from_hex(text + strlen("qRcmd,"), words, sizeof words - 1);
        words[n] = '\0';
        monitor(g, words);
    } else if (starts(text, "qfThreadInfo")) {
        reply_text(g, "m1");
    } else if (starts(text, "qsThreadInfo")) {
        reply_text(g, "l");
    } else if (strcmp(text, "qC") == 0) {
        reply_text(g, "QC1");
    } else if (starts(text, "qAttached")) {
        reply_text(g, "1");
    }
}

static void end(struct gdb *g, enum gdb_end how)
{
    g->ended = true;
    g->end = how;
}

/* ---- running ------------------------------------------------------------------------------ */

static void run(struct gdb *g, bool step)
{
    if (step) {
        resume_step(g);
    } else {
        resume_run(g);
    }
    reply_clear(g);
    reply_text(g, "%s", g->stop);
}

static void answer_v(struct gdb *g, const char *text)
{
    if (strcmp(text, "vCont?") == 0) {
        reply_text(g, "vCont;c;C;s;S");
    } else if (starts(text, "vCont;") && strchr("cCsS", text[6]) != NULL &&
               text[6] != '\0') {
        run(g, text[6] == 's' || text[6] == 'S');
    } else if (starts(text, "vFlash")) {
        load_flash(g, text);
    } else if (starts(text, "vKill")) {
        end(g, GDB_KILLED);
        reply_ok(g);
    }
}

/* "Z0,addr,kind": set; z: take back. */
static void change_break(struct gdb *g, const char *text)
{
    bool on = text[0] == 'Z';
    char kind = text[1];
    text += 2;
    uint32_t addr = take(&text, ',') ? take_number(&text) : 0;
    uint32_t len = take(&text, ',') ? take_number(&text) : 0;
    if (kind < '0' || kind > '4') {
        return;
    }
    if (break_change(g, kind, on, addr, len)) {
        reply_ok(g);
    } else {
        reply_error(g);
    }
}

/* The reply is empty for what we do not know, as the protocol wants it. */
static void answer(struct gdb *g)
{
    const char *text = g->packet;
    switch (text[0]) {
    case '?': reply_text(g, "%s", g->stop); break;
    case 'g': read_registers(g); break;
    case 'G': write_registers(g, text + 1); break;
    case 'p': read_register(g, text + 1); break;
    case 'P': write_register(g, text + 1); break;
    case 'm': read_memory(g, text + 1); break;
    case 'M': write_memory(g, text + 1, false); break;
    case 'X': write_memory(g, text + 1, true); break;
    case 'q': answer_query(g, text); break;
    case 'v': answer_v(g, text); break;
    case 'c':
    case 'C': run(g, false); break;
    case 's':
    case 'S': run(g, true); break;
    case 'Z':
    case 'z': change_break(g, text); break;
    case 'H':
    case 'T': reply_ok(g); break;
    case 'D':
        end(g, GDB_DETACHED);
        reply_ok(g);
        break;
    case 'k': end(g, GDB_KILLED); break;
    case 'Q':
        if (strcmp(text, "QStartNoAckMode") == 0) {
            reply_ok(g);
        }
        break;
    default: break;
    }
}

/* ---- the session --------------------------------------------------------------------------- */

static bool open_listener(struct gdb *g)
{
    const struct sockaddr_in here = {.sin_family = AF_INET,
            .sin_port = htons(g->config.port),
            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in bound = {0};
    socklen_t len = sizeof bound;
    int on = 1;
    g->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (g->listener < 0 ||
            setsockopt(g->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
            bind(g->listener, (const struct sockaddr *)&here, sizeof here) != 0 ||
            listen(g->listener, 1) != 0 ||
            getsockname(g->listener, (struct sockaddr *)&bound, &len) != 0) {
        return false;
    }
    g->port = ntohs(bound.sin_port);
    return true;
}

struct gdb *gdb_open(const struct gdb_config *config, char why[200])
{
    struct gdb *g = calloc(1, sizeof *g);
    if (g == NULL) {
        (void)snprintf(why, 200, "not enough memory");
        return NULL;
    }
    g->config = *config;
    g->board = config->board;
    g->listener = g->client = -1;
    g->catch_faults = true;
    g->last = BOARD_TIME;
    (void)snprintf(g->stop, sizeof g->stop, "T05thread:1;");
    if (!open_listener(g)) {
        (void)snprintf(
                why, 200, "port %u for gdb: %s", (unsigned)config->port, strerror(errno));
        gdb_close(g);
        return NULL;
    }
    board_listen(g->board, resume_listen, g);
    return g;
}

uint16_t gdb_port(const struct gdb *g)
{
    return g->port;
}

static bool wait_for_client(struct gdb *g)
{
    struct pollfd ready = {.fd = g->listener, .events = POLLIN};
    int on = 1;
    while (!link_given_up(g)) {
        if (poll(&ready, 1, 200) > 0) {
            g->client = accept4(g->listener, NULL, NULL, SOCK_CLOEXEC);
            if (g->client >= 0) {
                /* Small packets to and fro: do not collect them. */
                (void)setsockopt(g->client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                return true;
            }
        }
    }
    return false;
}

enum gdb_end gdb_serve(struct gdb *g, enum board_stop *last)
{
    if (wait_for_client(g)) {
        while (!g->ended && link_receive(g)) {
            reply_clear(g);
            answer(g);
            if (g->packet[0] != 'k') {
                link_reply(g);
            }
            if (strcmp(g->packet, "QStartNoAckMode") == 0) {
                g->no_acks = true;
            }
        }
        (void)close(g->client);
        g->client = -1;
    }
    *last = g->last;
    if (!g->ended) {
        return link_given_up(g) ? GDB_GAVE_UP : GDB_LOST;
    }
    return g->end;
}

void gdb_close(struct gdb *g)
{
    if (g == NULL) {
        return;
    }
    if (g->client >= 0) {
        (void)close(g->client);
    }
    if (g->listener >= 0) {
        (void)close(g->listener);
    }
    free(g);
}
