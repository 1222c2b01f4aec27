/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <string.h>

#include "why/why_priv.h"

void found(struct reader *r, enum etch_fault_word word, uint32_t value)
{
    struct etch_fault *f = &r->w->fault;
    if (!etch_fault_knows(f, word)) {
        etch_fault_set(f, word, value);
        r->w->words++;
    } else if (f->word[word] != value && word == ETCH_FAULT_CFSR) {
        r->w->two_crashes = true;
    }
}

static bool is_tight(char c)
{
    return c == ':' || c == '=';
}

/* Control characters, of a terminal's colours for example, are blanks. */
static char plain_char(char c)
{
    static const char blank = ' ';
    if (c >= 'A' && c <= 'Z') {
        return "abcdefghijklmnopqrstuvwxyz"[c - 'A'];
    }
    return isgraph((unsigned char)c) != 0 ? c : blank;
}

/* Blanks taken together, and none around ':' and '='. */
static void squeeze(struct reader *r, const char *from, size_t len)
{
    char *to = r->squeezed;
    size_t n = 0;
    for (size_t i = 0; i < len && n + 1 < LINE_MAX_CHARS; i++) {
        char c = plain_char(from[i]);
        char last = ' ';
        if (n > 0) {
            last = to[n - 1];
        }
        if (c == ' ' && (last == ' ' || is_tight(last))) {
            continue;
        }
        if (is_tight(c) && last == ' ' && n > 0) {
            n--;
        }
        to[n++] = c;
    }
    to[n] = '\0';
}

/* "$1 = 0x82" and "(gdb) " are gdb's; what follows is a line of its own. */
static void skip_prompt(struct reader *r)
{
    static const char prompt[] = "(gdb) ";
    if (strncmp(r->squeezed, prompt, strlen(prompt)) == 0) {
        memmove(r->squeezed, r->squeezed + strlen(prompt),
                strlen(r->squeezed + strlen(prompt)) + 1);
    }
}

static void read_line(struct reader *r, const char *from, size_t len)
{
    squeeze(r, from, len);
    skip_prompt(r);
    if (read_memory(r)) {
        return;
    }
    read_phrases(r);
    read_pairs(r);
}

void why_read(struct why *w, const char *text, size_t len)
{
    struct reader r = {.w = w};
    memset(w, 0, sizeof(*w));
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t n = end == NULL ? len : (size_t)(end - text);
        read_line(&r, text, n);
        size_t taken = end == NULL ? n : n + 1;
        text += taken;
        len -= taken;
    }
    finish(&r);
}

const char *why_format_name(enum why_format format)
{
    switch (format) {
    case WHY_ETCH: return "Etch's dump";
    case WHY_MBED: return "Mbed OS's dump";
    case WHY_ZEPHYR: return "Zephyr's dump";
    case WHY_CMBACKTRACE: return "CmBacktrace's dump";
    case WHY_GDB: return "gdb's registers";
    case WHY_REGISTERS:
    default: return "registers";
    }
}
