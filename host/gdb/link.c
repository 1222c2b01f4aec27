/* link.c - packets of gdb's remote protocol over a socket (gdb's manual,
 * appendix E.1): $data#checksum, acknowledged with + or -.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gdb/gdb_priv.h"

enum { INTERRUPT = 3, ESCAPE = 0x7D, ESCAPE_BIT = 0x20, WAIT_MS = 200 };

bool link_given_up(const struct gdb *g)
{
    return g->config.give_up != NULL && *g->config.give_up != 0;
}

/* ---- bytes ------------------------------------------------------------------ */

/* Wait for more input, at most so long. False: nothing came. */
static bool fill(struct gdb *g, int wait_ms)
{
    struct pollfd ready = {.fd = g->client, .events = POLLIN};
    if (g->in_at < g->in_n) {
        return true;
    }
    if (g->broken || poll(&ready, 1, wait_ms) <= 0) {
        return false;
    }
    ssize_t n = recv(g->client, g->in, sizeof g->in, 0);
    if (n <= 0) {
        g->broken = n == 0 || errno != EINTR;
        return false;
    }
    g->in_n = (size_t)n;
    g->in_at = 0;
    return true;
}

/* The next byte, or -1: the connection is gone, or we give up. */
static int get_byte(struct gdb *g)
{
    while (!fill(g, WAIT_MS)) {
        if (g->broken || link_given_up(g)) {
            return -1;
        }
    }
    return g->in[g->in_at++];
}

static void put_bytes(struct gdb *g, const char *bytes, size_t len)
{
    while (len > 0 && !g->broken) {
        ssize_t n = send(g->client, bytes, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR) {
            g->broken = true;
        }
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

bool link_interrupted(struct gdb *g)
{
    if (fill(g, 0) && g->in[g->in_at] == INTERRUPT) {
        g->in_at++;
        return true;
    }
    return g->broken || link_given_up(g);
}

/* ---- numbers ------------------------------------------------------------------- */

enum { NO_DIGIT = 16 };

static unsigned digit(char c)
{
    static const char digits[NO_DIGIT + 1] = "0123456789abcdef";
    const char *at = memchr(digits, tolower((unsigned char)c), NO_DIGIT);
    return at != NULL ? (unsigned)(at - digits) : NO_DIGIT;
}

size_t from_hex(const char *text, void *bytes, size_t max)
{
    size_t n = 0;
    for (; n < max; n++, text += 2) {
        unsigned high = digit(text[0]);
        unsigned low = high < NO_DIGIT ? digit(text[1]) : NO_DIGIT;
        if (low == NO_DIGIT) {
            break;
        }
        ((uint8_t *)bytes)[n] = (uint8_t)(high << 4 | low);
    }
    return n;
}

uint32_t take_number(const char **text)
{
    uint32_t value = 0;
    for (; digit(**text) < NO_DIGIT; (*text)++) {
        value = value << 4 | digit(**text);
    }
    return value;
}

bool take(const char **text, char c)
{
    bool there = **text == c;
    *text += there;
    return there;
}

/* ---- packets from the debugger ----------------------------------------------------- */

/* Up to '#', unescaped; -1: gone. *sum is of the bytes as they came. */
static int receive_data(struct gdb *g, uint8_t *sum)
{
    int c;
    bool escaped = false;
    g->packet_len = 0;
    *sum = 0;
    while ((c = get_byte(g)) >= 0 && c != '#') {
        *sum = (uint8_t)(*sum + c);
        if (c == ESCAPE && !escaped) {
            escaped = true;
        } else if (g->packet_len < PACKET_MAX) {
            g->packet[g->packet_len++] = (char)(escaped ? c ^ ESCAPE_BIT : c);
            escaped = false;
        }
    }
    g->packet[g->packet_len] = '\0';
    return c;
}

/* One packet; false: it is gone, or came wrong. */
static bool receive_packet(struct gdb *g)
{
    uint8_t sum;
    uint8_t sent = 0;
    char digits[3] = {0};
    if (receive_data(g, &sum) < 0) {
        return false;
    }
    digits[0] = (char)get_byte(g);
    digits[1] = (char)get_byte(g);
    return from_hex(digits, &sent, 1) == 1 && sent == sum;
}

bool link_receive(struct gdb *g)
{
    int c;
    while ((c = get_byte(g)) >= 0) {
        if (c != '$') { /* acknowledgements, and an interrupt that came too late */
            continue;
        }
        bool good = receive_packet(g);
        if (!g->no_acks) {
            put_bytes(g, good ? "+" : "-", 1);
        }
        if (good) {
            return true;
        }
    }
    return false;
}

/* ---- packets to the debugger ---------------------------------------------------------- */

void reply_clear(struct gdb *g)
{
    g->reply_len = 0;
    g->reply[0] = '\0';
}

void reply_text(struct gdb *g, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t room = sizeof g->reply - g->reply_len;
    int n = vsnprintf(g->reply + g->reply_len, room, format, args);
    va_end(args);
    if (n > 0) {
        g->reply_len += (size_t)n < room ? (size_t)n : room - 1;
    }
}

void reply_hex(struct gdb *g, const void *bytes, size_t len)
{
    const uint8_t *b = bytes;
    for (size_t i = 0; i < len; i++) {
        reply_text(g, "%02x", b[i]);
    }
}

void reply_binary(struct gdb *g, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len && g->reply_len + 2 < PACKET_MAX; i++) {
        char c = bytes[i];
        if (c == '#' || c == '$' || c == '*' || c == ESCAPE) {
            g->reply[g->reply_len++] = ESCAPE;
            c ^= ESCAPE_BIT;
        }
        g->reply[g->reply_len++] = c;
    }
    g->reply[g->reply_len] = '\0';
}

/* False: it was not understood, and is to be sent again. */
static bool is_acknowledged(struct gdb *g)
{
    if (g->no_acks) {
        return true;
    }
    int c;
    while ((c = get_byte(g)) >= 0 && c != '+' && c != '-') {
        if (c == '$') { /* it goes on without having said so */
            g->in_at--;
            break;
        }
    }
    return c != '-';
}

void link_reply(struct gdb *g)
{
    uint8_t sum = 0;
    char frame[4];
    for (size_t i = 0; i < g->reply_len; i++) {
        sum = (uint8_t)(sum + (uint8_t)g->reply[i]);
    }
    (void)snprintf(frame, sizeof frame, "#%02x", sum);
    do {
        put_bytes(g, "$", 1);
        put_bytes(g, g->reply, g->reply_len);
        put_bytes(g, frame, 3);
    } while (!g->broken && !is_acknowledged(g));
}

void link_console(struct gdb *g, const char *text)
{
    enum { PIECE = PACKET_MAX / 2 - 8 };
    for (size_t len = strlen(text); len > 0;) {
        size_t piece = len < PIECE ? len : PIECE;
        reply_clear(g);
        reply_text(g, "O");
        reply_hex(g, text, piece);
        link_reply(g);
        text += piece;
        len -= piece;
    }
    reply_clear(g);
}
