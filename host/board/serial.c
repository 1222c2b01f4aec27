/* serial.c - a board's serial ports on this machine.
 *
 * SPDX-License-Identifier: MIT
 */
#include "board/serial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { OUT_BYTES = 4096, IN_BYTES = 4096, PATH_BYTES = 64 };

struct out {
    int fd; /* -1: nowhere */
    size_t len;
    uint8_t bytes[OUT_BYTES];
};

struct board_serial {
    struct board *board;
    struct out usarts, console;
    int in;      /* -1: none, or it has ended */
    int far_end; /* of the pseudo-terminal, kept open so that it never hangs up */
    size_t held; /* came in before a receiver was on */
    uint8_t bytes[IN_BYTES];
    char path[PATH_BYTES];
};

/* ---- out ---------------------------------------------------------------------- */

/* A terminal that nobody reads fills up: then the rest is lost, as on a wire. */
static void flush(struct out *o)
{
    size_t done = 0;
    while (o->fd >= 0 && done < o->len) {
        ssize_t n = write(o->fd, o->bytes + done, o->len - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        done += (size_t)n;
    }
    o->len = 0;
}

static void put(struct out *o, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (o->len == OUT_BYTES) {
            flush(o);
        }
        o->bytes[o->len++] = data[i];
    }
}

static void output(void *ctx, int usart, const uint8_t *data, size_t len)
{
    struct board_serial *s = ctx;
    put(usart == 0 ? &s->console : &s->usarts, data, len);
}

/* ---- in ------------------------------------------------------------------------- */

static void hand_over(struct board_serial *s)
{
    int usart = board_receiver(s->board);
    if (s->held == 0 || usart == 0 || board_input_room(s->board, usart) < s->held) {
        return;
    }
    if (board_input(s->board, usart, s->bytes, s->held, 0)) {
        s->held = 0;
    }
}

static void take(struct board_serial *s)
{
    ssize_t n = read(s->in, s->bytes + s->held, IN_BYTES - s->held);
    if (n > 0) {
        /* A program that never asks semihosting for input leaves these. */
        (void)board_input(s->board, 0, s->bytes + s->held, (size_t)n, 0);
        s->held += (size_t)n;
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        s->in = -1;
    }
}

bool board_serial_pump(struct board_serial *s, unsigned timeout_ms)
{
    flush(&s->usarts);
    flush(&s->console);
    hand_over(s);
    bool room = s->in >= 0 && s->held < IN_BYTES;
    struct pollfd fd = {.fd = room ? s->in : -1, .events = POLLIN};
    if (poll(&fd, 1, (int)timeout_ms) > 0 && fd.revents != 0) {
        take(s);
        hand_over(s);
    }
    return s->in >= 0 || s->held > 0;
}

/* ---- opening ---------------------------------------------------------------------- */

static bool make_raw(int fd)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0) {
        return false;
    }
    cfmakeraw(&t);
    return tcsetattr(fd, TCSANOW, &t) == 0;
}

static bool open_pty(struct board_serial *s)
{
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    s->usarts.fd = fd;
    s->in = fd;
    if (grantpt(fd) != 0 || unlockpt(fd) != 0 ||
            ptsname_r(fd, s->path, sizeof(s->path)) != 0 ||
            fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
        return false;
    }
    s->far_end = open(s->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    return s->far_end >= 0 && make_raw(s->far_end);
}

struct board_serial *board_serial_open(struct board *b, enum board_serial_kind kind)
{
    struct board_serial *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    s->board = b;
    s->usarts.fd = kind == BOARD_SERIAL_STDIO ? STDOUT_FILENO : -1;
    s->console.fd = STDOUT_FILENO;
    s->in = kind == BOARD_SERIAL_NONE ? -1 : STDIN_FILENO;
    s->far_end = -1;
    if (kind == BOARD_SERIAL_PTY && !open_pty(s)) {
        int why = errno;
        board_serial_close(s);
        errno = why;
        return NULL;
    }
    board_on_output(b, output, s);
    return s;
}

const char *board_serial_path(const struct board_serial *s)
{
    return s->path[0] == '\0' ? NULL : s->path;
}

void board_serial_close(struct board_serial *s)
{
    if (s == NULL) {
        return;
    }
    flush(&s->usarts);
    flush(&s->console);
    board_on_output(s->board, NULL, NULL);
    if (s->far_end >= 0) {
        (void)close(s->far_end);
    }
    if (s->usarts.fd > STDERR_FILENO) {
        (void)close(s->usarts.fd);
    }
    free(s);
}
