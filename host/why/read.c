/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "why/why_priv.h"

/* ---- what is found --------------------------------------------------------------- */

/* The first value counts. False: there was one. */
static bool learn(
        struct reader *r, struct etch_fault *f, enum etch_fault_word word, uint32_t value)
{
    if (etch_fault_knows(f, word)) {
        return false;
    }
    etch_fault_set(f, word, value);
    r->w->words++;
    return true;
}

/* What a register cannot hold is its address, or a line of code that clears it: of
 * Armv7-M's flags and Armv8-M's STKOF (B3.2.15, B3.2.16). */
bool could_be(uint32_t word, uint32_t value)
{
    const uint32_t cfsr = 0x031FBFBB;
    const uint32_t hfsr = 0xC0000002;
    return !(word == ETCH_FAULT_CFSR && (value & ~cfsr)) &&
           !(word == ETCH_FAULT_HFSR && (value & ~hfsr));
}

/* All ones clear it, in somebody's code, and an address of the processor's own is
 * where it is. */
void found_impossible(struct reader *r, const struct meaning *m, uint32_t value)
{
    bool is_none = value == 0xFFFFFFFFu || value >> 12 == 0xE000E;
    if (m->is_part || is_none || could_be(m->which, value)) {
        return;
    }
    uint32_t *bad = m->which == ETCH_FAULT_CFSR ? &r->w->bad_cfsr : &r->w->bad_hfsr;
    *bad = *bad == 0 ? value : *bad;
}

void found(struct reader *r, enum etch_fault_word word, uint32_t value)
{
    if (!could_be(word, value)) {
        return;
    }
    struct etch_fault *f = &r->w->fault;
    uint32_t old = etch_fault_get(f, word);
    if (learn(r, f, word, value)) {
        return;
    }
    if (word == ETCH_FAULT_LR && is_exc_return(old) && !is_exc_return(value)) {
        (void)learn(r, f, ETCH_FAULT_EXC_RETURN, old); /* the handler's own came first */
        etch_fault_set(f, word, value);
    } else if (word == ETCH_FAULT_CFSR && old != value) {
        r->over = true;
    }
}

void found_part(struct reader *r, enum part_of_cfsr part, uint32_t value)
{
    uint32_t bits = part == PART_UFSR ? value << 16 : (value & 0xFF) << 8 * part;
    bool fits = value <= 0xFFFF && could_be(ETCH_FAULT_CFSR, bits);
    r->parts |= fits ? bits : 0;
    r->has_parts = r->has_parts || fits;
    if (!r->has_part[part]) {
        r->part[part] = value;
        r->has_part[part] = true;
    }
}

void found_meaning(struct reader *r, struct meaning m, uint32_t value)
{
    if (m.is_part) {
        found_part(r, m.which, value);
    } else if (m.stacked && m.which <= ETCH_FAULT_PSR) {
        (void)learn(r, &r->stacked, m.which, value);
    } else {
        found(r, m.which, value);
    }
}

/* ---- lines ----------------------------------------------------------------------- */

static bool is_tight(char c)
{
    return c == ':' || c == '=';
}

/* Control characters, of a terminal's colours for example, are blanks, and so is
 * what a forum marks code and tables with. */
static char plain_char(char c)
{
    static const char blank = ' ';
    if (c >= 'A' && c <= 'Z') {
        return "abcdefghijklmnopqrstuvwxyz"[c - 'A'];
    }
    bool is_mark = c == '`' || c == '"' || c == '\'' || c == '|';
    return isgraph((unsigned char)c) != 0 && !is_mark ? c : blank;
}

/* A line end that came through JSON or a string, \n, is a blank, too. How many
 * characters c is of. */
static size_t next_char(const char *from, size_t left, char *c)
{
    static const char blank = ' ';
    bool escape = left >= 2 && from[0] == '\\' &&
                  (from[1] == 'n' || from[1] == 'r' || from[1] == 't');
    *c = blank;
    if (!escape) {
        *c = plain_char(from[0]);
    }
    return escape ? 2 : 1;
}

/* Blanks taken together, and none around ':' and '='. */
static void squeeze(struct reader *r, const char *from, size_t len)
{
    char *to = r->line;
    size_t n = 0;
    char last = '\0';
    for (size_t i = 0; i < len && n + 1 < LINE_MAX_CHARS;) {
        char c;
        i += next_char(from + i, len - i, &c);
        if (c == ' ' && (n == 0 || last == ' ' || is_tight(last))) {
            continue;
        }
        if (last == ' ' && is_tight(c)) {
            n--;
        }
        to[n++] = c;
        last = c;
    }
    n -= last == ' ' ? 1 : 0;
    to[n] = '\0';
}

/* What follows "(gdb) " is a line of its own. */
static void skip_prompt(struct reader *r)
{
    static const char *const prompts[] = {"(gdb) ", "gdb:"};
    for (size_t i = 0; i < sizeof(prompts) / sizeof(*prompts); i++) {
        size_t len = strlen(prompts[i]);
        if (strncmp(r->line, prompts[i], len) == 0) {
            memmove(r->line, r->line + len, strlen(r->line + len) + 1);
        }
    }
}

static void read_line(struct reader *r)
{
    if (read_question(r) || read_memory(r)) {
        return;
    }
    read_frames(r);
    read_watchdog(r);
    read_phrases(r);
    read_pairs(r);
}

/* ---- crashes ----------------------------------------------------------------------- */

/* How much of a crash has been told: its cause, its place. */
static unsigned wholeness(const struct why *w)
{
    unsigned has_cause = etch_fault_get(&w->fault, ETCH_FAULT_CFSR) != 0;
    unsigned has_place = etch_fault_knows(&w->fault, ETCH_FAULT_PC);
    return has_cause + has_place;
}

/* End the crash that r has read, and keep it if it tells more than the best. */
static void end_crash(struct reader *r, struct why *best, unsigned *crashes)
{
    finish(r);
    unsigned now = wholeness(r->w);
    *crashes += now > 0 ? 1 : 0;
    if (now > wholeness(best) || best->words == 0) {
        r->w->later = *crashes > 1;
        *best = *r->w;
    }
}

static void begin_crash(struct reader *r, struct why *w)
{
    memset(w, 0, sizeof(*w));
    *r = (struct reader){.w = w, .base = r->base};
}

/* How long the next line is. Pages lose line ends: one that is too long is cut
 * between two words. */
static size_t next_line(const char *text, size_t len, size_t *taken)
{
    size_t most = len < LINE_MAX_CHARS ? len : LINE_MAX_CHARS - 1;
    const char *end = memchr(text, '\n', most);
    size_t n = end == NULL ? most : (size_t)(end - text);
    *taken = end == NULL ? n : n + 1;
    if (end == NULL && n < len) {
        while (n > 0 && text[n - 1] != ' ') {
            n--;
        }
        n = n > 0 ? n : most;
        *taken = n;
    }
    return n;
}

/* End the crash so far, and read line as the first one of the next. */
static void read_next_crash(
        struct reader *r, const char *line, struct why *best, unsigned *crashes)
{
    struct why *w = r->w;
    end_crash(r, best, crashes);
    begin_crash(r, w);
    memcpy(r->line, line, strlen(line) + 1);
    read_line(r);
}

/* Where output was cut off by the next crash, the line's begin is still of the last. */
static void read_cut_line(
        struct reader *r, size_t begin, struct why *best, unsigned *crashes)
{
    char rest[LINE_MAX_CHARS];
    memcpy(rest, r->line + begin, strlen(r->line + begin) + 1);
    r->line[begin] = '\0';
    read_line(r);
    read_next_crash(r, rest, best, crashes);
}

/* Read r's line, of another crash if it says so or contradicts what came before. */
static void read_crashes(struct reader *r, struct why *best, unsigned *crashes)
{
    const char *begin = begin_of_crash(r);
    if (begin != NULL) {
        read_cut_line(r, (size_t)(begin - r->line), best, crashes);
        return;
    }
    const struct reader before = *r;
    const struct etch_fault fault = r->w->fault;
    read_line(r);
    if (r->over) {
        *r = before;
        r->w->fault = fault;
        read_next_crash(r, before.line, best, crashes);
    }
}

static void read_text(struct why *w, const char *text, size_t len, struct base *base)
{
    struct why now;
    struct reader r = {.base = base};
    unsigned crashes = 0;
    memset(w, 0, sizeof(*w));
    begin_crash(&r, &now);
    while (len > 0) {
        size_t taken;
        size_t n = next_line(text, len, &taken);
        squeeze(&r, text, n);
        skip_prompt(&r);
        read_crashes(&r, w, &crashes);
        text += taken;
        len -= taken;
    }
    end_crash(&r, w, &crashes);
    w->two_crashes = crashes > 1;
}

/* Only when all has been read it is known that the numbers were decimal. */
void why_read(struct why *w, const char *text, size_t len)
{
    struct base base = {.decimal = false};
    read_text(w, text, len, &base);
    if (base.shows_decimal && !base.shows_hex) {
        base.decimal = true;
        read_text(w, text, len, &base);
    } else if (is_rather_decimal(&base, etch_fault_get(&w->fault, ETCH_FAULT_CFSR))) {
        w->decimal_cfsr = base.cfsr;
    }
}

const char *why_format_name(enum why_format format)
{
    switch (format) {
    case WHY_ETCH: return "Etch's dump";
    case WHY_MBED: return "Mbed OS's dump";
    case WHY_ZEPHYR: return "Zephyr's dump";
    case WHY_CMBACKTRACE: return "CmBacktrace's dump";
    case WHY_RIOT: return "RIOT's dump";
    case WHY_GDB: return "gdb's registers";
    case WHY_DEBUGGER: return "a debugger's registers";
    case WHY_REGISTERS:
    default: return "registers";
    }
}

bool why_impossible(const struct why *w, char *text, size_t size)
{
    bool cfsr = w->bad_cfsr != 0 && !etch_fault_knows(&w->fault, ETCH_FAULT_CFSR);
    bool hfsr = w->bad_hfsr != 0 && !etch_fault_knows(&w->fault, ETCH_FAULT_HFSR);
    static const char why_not[] = "bits are set that it does not have";
    if (cfsr && hfsr) {
        bool swapped = could_be(ETCH_FAULT_CFSR, w->bad_hfsr) &&
                       could_be(ETCH_FAULT_HFSR, w->bad_cfsr);
        (void)snprintf(text, size,
                "CFSR cannot be 0x%08" PRIX32 ", nor HFSR 0x%08" PRIX32
                ": bits are set that they do not have%s.",
                w->bad_cfsr, w->bad_hfsr, swapped ? "; the two look swapped" : "");
    } else if (cfsr || hfsr) {
        (void)snprintf(text, size, "%s cannot be 0x%08" PRIX32 ": %s; it is left out.",
                cfsr ? "CFSR" : "HFSR", cfsr ? w->bad_cfsr : w->bad_hfsr, why_not);
    }
    return cfsr || hfsr;
}
