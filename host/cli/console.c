/* console.c - what firmware says on its USARTs and by semihosting, and what it
 * is told.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/run.h"

enum { SEMIHOSTING = 0 };

struct console {
    struct board *board;
    enum run_uart kind;
    int usart;   /* that was asked for; 0: whichever listens */
    int talking; /* the last that said something */
    FILE *out;   /* NULL: nowhere */
    int in;      /* file; -1: none, or it has ended */
    int pty;     /* -1: none */
    int pty_end; /* the other side, kept open so that it does not hang up */
    bool in_line, used;
    bool paced; /* a person is there: keep to real time */
    struct timespec start;
    uint64_t start_ns;
};

/* ---- out ------------------------------------------------------------------------ */

static void write_all(int to, const uint8_t *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(to, data, len);
        if (n < 0 && errno != EINTR) {
            return; /* nobody reads the pty: as on a cable that is not plugged in */
        }
        data += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
}

static void put_out(void *ctx, int usart, const uint8_t *data, size_t len)
{
    struct console *c = ctx;
    if (usart != SEMIHOSTING) {
        c->talking = usart;
        if (c->pty >= 0 && (c->usart == 0 || c->usart == usart)) {
            write_all(c->pty, data, len);
            return;
        }
        if (c->kind == RUN_UART_NONE || c->kind == RUN_UART_PTY) {
            return;
        }
    }
    if (c->out != NULL && len > 0) {
        (void)fwrite(data, 1, len, c->out);
        (void)fflush(c->out); /* a person may be waiting for it */
        c->in_line = data[len - 1] != '\n';
        c->used = true;
    }
}

/* ---- in --------------------------------------------------------------------------- */

/* Where input belongs: the one asked for, or the one that listens, or
 * semihosting. */
static int receiver(const struct console *c)
{
    if (c->usart != 0) {
        return c->usart;
    }
    return board_receiver(c->board);
}

static void take_input(struct console *c, int from)
{
    uint8_t data[256];
    struct pollfd ready = {.fd = from, .events = POLLIN};
    int usart = receiver(c);
    size_t room = board_input_room(c->board, usart);
    if (room == 0 || poll(&ready, 1, 0) <= 0) {
        return;
    }
    ssize_t n = read(from, data, room < sizeof data ? room : sizeof data);
    if (n > 0) {
        (void)board_input(c->board, usart, data, (size_t)n, board_ns(c->board));
    } else if (from == c->in && (n == 0 || errno != EINTR)) {
        c->in = -1;
        board_online(c->board, c->pty >= 0);
    }
}

/* ---- time ---------------------------------------------------------------------------- */

static uint64_t since(const struct timespec *start)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)((now.tv_sec - start->tv_sec) * 1000000000 +
                      (now.tv_nsec - start->tv_nsec));
}

static void keep_pace(const struct console *c)
{
    uint64_t chip = board_ns(c->board) - c->start_ns;
    uint64_t real = since(&c->start);
    if (chip > real) {
        const struct timespec rest = {.tv_sec = (time_t)((chip - real) / 1000000000),
                .tv_nsec = (long)((chip - real) % 1000000000)};
        (void)nanosleep(&rest, NULL); /* a signal ends it, as it should */
    }
}

void console_poll(struct console *c)
{
    if (c->in >= 0) {
        take_input(c, c->in);
    }
    if (c->pty >= 0) {
        take_input(c, c->pty);
    }
    if (c->paced) {
        keep_pace(c);
    }
}

/* ---- life ------------------------------------------------------------------------------- */

static bool open_pty(struct console *c)
{
    struct termios raw;
    c->pty = posix_openpt(O_RDWR | O_NOCTTY);
    if (c->pty < 0 || grantpt(c->pty) != 0 || unlockpt(c->pty) != 0) {
        return false;
    }
    const char *name = ptsname(c->pty);
    if (name == NULL) {
        return false;
    }
    c->pty_end = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (c->pty_end < 0 || tcgetattr(c->pty_end, &raw) != 0) {
        return false;
    }
    cfmakeraw(&raw);
    if (tcsetattr(c->pty_end, TCSANOW, &raw) != 0 ||
            fcntl(c->pty, F_SETFL, O_NONBLOCK) != 0) {
        return false;
    }
    if (c->usart != 0) {
        (void)fprintf(stderr, "etch: USART%d is %s\n", c->usart, name);
    } else {
        (void)fprintf(stderr, "etch: the USARTs are %s\n", name);
    }
    return true;
}

struct console *console_open(struct board *b, enum run_uart kind, int usart, FILE *out)
{
    struct console *c = calloc(1, sizeof *c);
    if (c == NULL) {
        (void)cli_refuse("not enough memory");
        return NULL;
    }
    *c = (struct console){.board = b,
            .kind = kind,
            .usart = usart,
            .out = out,
            .in = kind == RUN_UART_STDIO ? STDIN_FILENO : -1,
            .pty = -1,
            .pty_end = -1,
            .start_ns = board_ns(b)};
    if (kind == RUN_UART_PTY && !open_pty(c)) {
        (void)cli_refuse("--uart pty: %s", strerror(errno));
        console_close(c);
        return NULL;
    }
    c->paced = c->pty >= 0 || (c->in >= 0 && isatty(c->in));
    (void)clock_gettime(CLOCK_MONOTONIC, &c->start);
    board_on_output(b, put_out, c);
    board_online(b, console_is_live(c));
    return c;
}

bool console_is_live(const struct console *c)
{
    return c->in >= 0 || c->pty >= 0;
}

bool console_in_line(const struct console *c)
{
    return c->in_line;
}

bool console_was_used(const struct console *c)
{
    return c->used;
}

/* Closing throws away what the other side has not read yet: give it time. What
 * was just written takes a moment to be counted. */
static void wait_until_read(const struct console *c)
{
    enum { TRIES = 50 };
    const struct timespec rest = {.tv_nsec = 10000000};
    int left = 0;
    for (int i = 0; i < TRIES; i++) {
        (void)nanosleep(&rest, NULL);
        if (ioctl(c->pty_end, FIONREAD, &left) != 0 || left == 0) {
            return;
        }
    }
}

void console_close(struct console *c)
{
    if (c == NULL) {
        return;
    }
    if (c->pty >= 0) {
        wait_until_read(c);
        (void)close(c->pty);
    }
    if (c->pty_end >= 0) {
        (void)close(c->pty_end);
    }
    board_on_output(c->board, NULL, NULL);
    free(c);
}
