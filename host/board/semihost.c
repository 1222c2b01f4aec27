/* semihost.c - Arm semihosting: what a program asks of its host by BKPT 0xAB
 * (Arm IHI 0103), as much of it as needs no file system.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board_priv.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READC = 0x07,
    SYS_ISTTY = 0x09,
    SYS_CLOCK = 0x10,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20
};

#define FAILED      0xFFFFFFFFu
#define APPLICATION 0x20026u /* ADP_Stopped_ApplicationExit */

enum { CONSOLE = 0, TEXT_MAX = 1 << 16, CENTISECOND = 10000000 };

static uint32_t word(struct board *b, uint32_t addr)
{
    uint32_t value = 0;
    (void)board_peek(b, addr, &value, sizeof(value));
    return value;
}

/* len bytes, or up to a zero. */
static uint32_t print(struct board *b, uint32_t addr, uint32_t len, bool text)
{
    uint32_t i = 0;
    uint8_t byte;
    while (i < len && board_peek(b, addr + i, &byte, 1) == 1 && !(text && byte == 0)) {
        bd_output(b, CONSOLE, byte);
        i++;
    }
    return i;
}

static uint32_t read_char(struct board *b)
{
    uint64_t ns;
    struct bd_queue *q = &b->st.queue[CONSOLE];
    return bd_queue_next(q, &ns) ? bd_queue_get(q) : FAILED;
}

/* The field is where to put it and how long that is; then how long it is. */
static uint32_t command_line(struct board *b, uint32_t field)
{
    const char *args = b->config.args == NULL ? "" : b->config.args;
    uint32_t len = (uint32_t)strlen(args);
    if (word(b, field + 4) <= len) {
        return FAILED;
    }
    (void)board_poke(b, word(b, field), args, len + 1);
    (void)board_poke(b, field + 4, &len, sizeof(len));
    return 0;
}

static uint32_t leave(struct board *b, uint32_t reason, uint32_t code)
{
    b->exit_code = reason == APPLICATION ? code : 1;
    b->left = true;
    bd_say(b, (struct board_event){.kind = BOARD_EV_EXIT, .value = b->exit_code});
    return 0;
}

/* ":tt" is the console, for reading and writing. */
static uint32_t open_console(struct board *b, uint32_t field)
{
    char name[4] = {0};
    (void)board_peek(b, word(b, field), name, sizeof(name) - 1);
    return strcmp(name, ":tt") == 0 ? word(b, field + 4) / 4 + 1 : FAILED;
}

static const char *name_of(uint32_t op)
{
    static const char *const names[] = {[0x06] = "SYS_READ",
            [0x08] = "SYS_ISERROR",
            [0x0A] = "SYS_SEEK",
            [0x0C] = "SYS_FLEN",
            [0x0D] = "SYS_TMPNAM",
            [0x0E] = "SYS_REMOVE",
            [0x0F] = "SYS_RENAME",
            [0x11] = "SYS_TIME",
            [0x12] = "SYS_SYSTEM",
            [0x16] = "SYS_HEAPINFO",
            [0x30] = "SYS_ELAPSED",
            [0x31] = "SYS_TICKFREQ"};
    const char *name = op < sizeof(names) / sizeof(*names) ? names[op] : NULL;
    return name == NULL ? "unknown" : name;
}

static uint32_t serve(struct board *b, uint32_t op, uint32_t arg)
{
    switch (op) {
    case SYS_WRITEC: return print(b, arg, 1, false);
    case SYS_WRITE0: return print(b, arg, TEXT_MAX, true);
    case SYS_WRITE: {
        uint32_t len = word(b, arg + 8);
        return len - print(b, word(b, arg + 4), len, false);
    }
    case SYS_READC: return read_char(b);
    case SYS_CLOCK: return (uint32_t)(bd_now(b) / CENTISECOND);
    case SYS_GET_CMDLINE: return command_line(b, arg);
    case SYS_EXIT: return leave(b, arg, 0);
    case SYS_EXIT_EXTENDED: return leave(b, word(b, arg), word(b, arg + 4));
    case SYS_OPEN: return open_console(b, arg);
    case SYS_ISTTY: return 1;
    case SYS_CLOSE:
    case SYS_ERRNO: return 0;
    default:
        bd_unmodelled(b, "semihosting call 0x%02x (%s) at 0x%08x", (unsigned)op,
                name_of(op), (unsigned)bd_pc(b));
        return FAILED;
    }
}

void bd_semihost(struct board *b)
{
    uint32_t op = core_reg(b->core, CORE_R0);
    uint32_t result = serve(b, op, core_reg(b->core, CORE_R0 + 1));
    if (b->unmodelled) {
        return; /* the program stays at its call */
    }
    core_reg_set(b->core, CORE_R0, result);
    core_skip(b->core);
}
