/* why.h - from what people have in hand after a crash to a fault record.
 *
 * What it is: a reader of crash dumps. It knows registers by their names, as
 * pasted by hand, in Etch's own dumps, Mbed OS's, Zephyr's and CmBacktrace's,
 * gdb's `info registers` and its memory (x/8wx), and the sentences with which
 * Zephyr and CmBacktrace tell the status registers. Everything else in the
 * text is passed over: time stamps, prompts, the log around it.
 *
 * What it remembers: nothing. It trusts no byte of the text.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_WHY_WHY_H
#define ETCH_WHY_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault/decode.h"

enum why_format {
    WHY_REGISTERS, /* names and values, by hand or of any handler */
    WHY_ETCH,
    WHY_MBED,
    WHY_ZEPHYR,
    WHY_CMBACKTRACE,
    WHY_GDB
};

enum { WHY_MEMORY = 1024 };

/* What a text says of a fault. */
struct why {
    struct etch_fault fault;
    enum why_format format;
    unsigned words;   /* registers that were found; 0: it is no crash dump */
    bool in_handler;  /* gdb stopped in the handler: PC and LR are not known */
    bool two_crashes; /* a register has two values: the first ones are used */
    struct {
        uint32_t addr, value;
    } memory[WHY_MEMORY]; /* words of the stack */
    size_t memory_n;
};

/* Read len bytes of text. */
void why_read(struct why *w, const char *text, size_t len);

/* "Mbed OS's dump": for messages. */
const char *why_format_name(enum why_format format);

/* The word at addr, if the text has it. */
bool why_memory(const struct why *w, uint32_t addr, uint32_t *value);

#endif
