/* say.c - what the board tells: events, and the bytes that leave it.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stdio.h>

#include "board/board_priv.h"

uint32_t bd_pc(const struct board *b)
{
    return core_reg(b->core, CORE_PC);
}

void bd_say(struct board *b, struct board_event ev)
{
    if (b->listeners == 0) {
        return;
    }
    ev.ns = bd_now(b);
    ev.cycle = core_cycles(b->core);
    ev.insns = core_insns(b->core);
    ev.pc = ev.core != NULL ? ev.core->pc : bd_pc(b);
    for (size_t i = 0; i < b->listeners; i++) {
        b->listener[i].call(b->listener[i].ctx, &ev);
    }
}

void board_listen(struct board *b, board_listener *listener, void *ctx)
{
    if (b->listeners < BD_LISTENERS) {
        b->listener[b->listeners].call = listener;
        b->listener[b->listeners].ctx = ctx;
        b->listeners++;
    }
}

void board_tell(struct board *b, unsigned what)
{
    b->tell = what;
    core_tell_accesses(b->core, (what & BOARD_TELL_ACCESSES) != 0 || b->leaking);
    core_tell_insns(b->core, (what & BOARD_TELL_INSNS) != 0);
}

void bd_unmodelled(struct board *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(b->why, sizeof(b->why), format, args);
    va_end(args);
    b->unmodelled = true;
    core_stop(b->core);
}

void bd_gap(struct board *b, enum bd_gap gap)
{
    if (b->gap[gap] == 0) {
        b->gap[gap] = bd_pc(b) | 1u; /* so that it is never 0 */
    }
}

/* ---- the console ------------------------------------------------------------------ */

static void flush(struct board *b, unsigned usart)
{
    struct bd_console *c = &b->console[usart];
    c->text[c->len] = '\0';
    c->len = 0;
    bd_say(b, (struct board_event){.kind = BOARD_EV_CONSOLE,
                      .n = usart == 0 ? -1 : (int)usart,
                      .text = c->text});
}

void board_on_output(struct board *b, board_output *output, void *ctx)
{
    b->output = output;
    b->output_ctx = ctx;
}

void bd_output(struct board *b, unsigned usart, uint8_t byte)
{
    struct bd_console *c = &b->console[usart];
    if (b->output != NULL) {
        b->output(b->output_ctx, (int)usart, &byte, 1);
    }
    if (byte == '\n' || c->len == BD_LINE) {
        flush(b, usart);
    }
    if (byte != '\n' && byte != '\r') {
        c->text[c->len++] = (char)byte;
    }
}
