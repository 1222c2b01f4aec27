/* cmd_why.c - etch why: what a fault was, from what people have in hand.
 *
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cJSON.h>

#include "cli/cli.h"
#include "file/symbols.h"
#include "why/why.h"

static const char help[] =
        "usage: etch why [--elf FW.elf] [--json] [DUMP.txt | - | NAME=VALUE...]\n"
        "\n"
        "Explain a fault: what was refused, by what, and what to do. DUMP.txt (or\n"
        "standard input) may be the crash dump of Mbed OS, Zephyr, CmBacktrace or\n"
        "Etch, gdb's 'info registers' and memory (x/8wx $sp, x/6wx 0xE000ED24), or\n"
        "registers by name, with whatever log is around them.\n"
        "\n"
        "  --elf FW.elf   add functions, files and lines, and look at the instruction\n"
        "  --json         one JSON document on stdout\n"
        "\n"
        "What helps most: CFSR, HFSR, MMFAR or BFAR, the stacked PC and LR; then SHCSR,\n"
        "MPU_CTRL and RBAR0 RASR0 ... RBAR7 RASR7, FLASH_SR, FLASH_CR.\n"
        "\n"
        "  etch why CFSR=0x82 HFSR=0x40000000 MMFAR=0x08060000 PC=0x08000298\n"
        "  etch why crash.log --elf build/firmware.elf\n"
        "\n"
        "exit status: 0 the registers show no fault, 1 a fault, 2 not usable\n";

enum { MOST_TEXT = 4 * 1024 * 1024, TEXT_CHARS = 4096, WIDTH = 78, INDENT = 6 };

struct request {
    char *text;
    size_t len;
    const char *from; /* for messages */
    char **words;     /* if registers were given as arguments */
    int words_n;
    const char *elf;
    bool json;
};

/* ---- input ------------------------------------------------------------------- */

static bool read_stream(FILE *in, struct request *q)
{
    size_t room = 0;
    for (;;) {
        if (q->len == room) {
            room = room == 0 ? 65536 : 2 * room;
            char *grown = room > MOST_TEXT ? NULL : realloc(q->text, room);
            if (grown == NULL) {
                (void)cli_refuse("%s is too long for a crash dump", q->from);
                return false;
            }
            q->text = grown;
        }
        size_t n = fread(q->text + q->len, 1, room - q->len, in);
        q->len += n;
        if (n == 0) {
            break;
        }
    }
    if (ferror(in)) {
        (void)cli_refuse("%s: %s", q->from, strerror(errno));
        return false;
    }
    return true;
}

static bool read_file(struct request *q)
{
    FILE *in = fopen(q->from, "rb");
    if (in == NULL) {
        (void)cli_refuse("%s: %s", q->from, strerror(errno));
        return false;
    }
    bool fine = read_stream(in, q);
    (void)fclose(in);
    return fine;
}

/* In a log there is much that is no register; on the command line it may be a slip,
 * and what is left out is said. */
static void tell_unknown(const struct request *q)
{
    struct why *w = malloc(sizeof *w);
    for (int i = 0; i < q->words_n && w != NULL; i++) {
        why_read(w, q->words[i], strlen(q->words[i]));
        if (w->words == 0) {
            (void)cli_refuse("'%s' is left out: no register that tells of a fault, or no "
                             "value",
                    q->words[i]);
        }
    }
    free(w);
}

/* Registers given as arguments are a text of their own. */
static bool join_arguments(struct request *q, int n, char *words[])
{
    q->from = "the command line";
    for (int i = 0; i < n; i++) {
        q->len += strlen(words[i]) + 1;
    }
    q->text = calloc(1, q->len + 1);
    if (q->text == NULL) {
        return false;
    }
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        size_t len = strlen(words[i]);
        memcpy(q->text + at, words[i], len);
        at += len;
        q->text[at++] = ' ';
    }
    return true;
}

static bool take_input(struct request *q, int n, char *words[])
{
    if (n > 0 && strchr(words[0], '=') != NULL) {
        q->words = words;
        q->words_n = n;
        return join_arguments(q, n, words);
    }
    if (n > 1) {
        (void)cli_refuse("one dump at a time: '%s' is too much", words[1]);
        return false;
    }
    if (n == 1 && strcmp(words[0], "-") != 0) {
        q->from = words[0];
        return read_file(q);
    }
    q->from = "standard input";
    if (isatty(STDIN_FILENO)) {
        fputs("etch: paste the dump, then Ctrl-D\n", stderr);
    }
    return read_stream(stdin, q);
}

/* ---- words ------------------------------------------------------------------- */

struct text {
    char at[TEXT_CHARS];
    size_t len;
};

static void put_char(void *ctx, char c)
{
    struct text *t = ctx;
    if (t->len + 1 < sizeof t->at) {
        t->at[t->len++] = c;
        t->at[t->len] = '\0';
    }
}

static const char *part_text(const struct etch_fault *f,
        const struct etch_fault_finding *d, enum etch_fault_part part, struct text *t)
{
    const struct etch_fault_sink sink = {put_char, t};
    t->len = 0;
    t->at[0] = '\0';
    etch_fault_say(f, d, part, &sink);
    while (t->len > 0 && t->at[t->len - 1] == ' ') {
        t->at[--t->len] = '\0';
    }
    return t->at[0] == ' ' ? t->at + 1 : t->at;
}

/* A paragraph behind its label, broken at blanks. */
static void print_wrapped(const char *label, const char *text)
{
    int column = printf("%-*s", INDENT - 1, label);
    while (*text != '\0') {
        int word = (int)strcspn(text, " ");
        if (column + 1 + word > WIDTH && column > INDENT) {
            column = printf("\n%*s", INDENT - 1, "") - 1;
        }
        column += printf(" %.*s", word, text);
        text += word;
        text += strspn(text, " ");
    }
    putchar('\n');
}

/* ---- where -------------------------------------------------------------------- */

static bool memory_of(void *ctx, uint32_t addr, void *data, size_t len)
{
    const struct why *w = ctx;
    uint8_t *out = data;
    for (size_t i = 0; i < len; i++) {
        uint32_t word;
        uint32_t at = addr + (uint32_t)i;
        if (!why_memory(w, at & ~3u, &word)) {
            return false;
        }
        out[i] = (uint8_t)(word >> at % 4 * 8);
    }
    return true;
}

/* Where the interrupted code's stack was: behind the frame, or the first word of
 * it that the dump shows. */
static uint32_t stack_of(const struct why *w)
{
    const struct etch_fault *f = &w->fault;
    bool psp = etch_fault_get(f, ETCH_FAULT_EXC_RETURN) & 4;
    enum etch_fault_word sp = psp ? ETCH_FAULT_PSP : ETCH_FAULT_MSP;
    if (etch_fault_knows(f, ETCH_FAULT_SP)) {
        return etch_fault_get(f, ETCH_FAULT_SP);
    }
    if (etch_fault_knows(f, ETCH_FAULT_EXC_RETURN) && etch_fault_knows(f, sp)) {
        return etch_fault_get(f, sp) + 32;
    }
    return w->memory_n > 0 ? w->memory[0].addr : 0;
}

static size_t find_calls(
        struct symbols *s, struct why *w, struct symbols_call calls[SYMBOLS_CALLS_MAX])
{
    static const enum etch_fault_word words[16] = {ETCH_FAULT_R0, ETCH_FAULT_R1,
            ETCH_FAULT_R2, ETCH_FAULT_R3, ETCH_FAULT_R4, ETCH_FAULT_R5, ETCH_FAULT_R6,
            ETCH_FAULT_R7, ETCH_FAULT_R8, ETCH_FAULT_R9, ETCH_FAULT_R10, ETCH_FAULT_R11,
            ETCH_FAULT_R12, ETCH_FAULT_SP, ETCH_FAULT_LR, ETCH_FAULT_PC};
    struct symbols_regs regs = {.xpsr = etch_fault_get(&w->fault, ETCH_FAULT_PSR)};
    for (int i = 0; i < 16; i++) {
        regs.r[i] = etch_fault_get(&w->fault, words[i]);
    }
    regs.r[13] = regs.msp = regs.psp = stack_of(w);
    return symbols_unwind(s, &regs, memory_of, w, calls);
}

/* What the firmware's file says of the instruction. */
static void look_at_instruction(struct symbols *s, struct etch_fault *f)
{
    uint8_t code[4] = {0};
    uint32_t pc = etch_fault_get(f, ETCH_FAULT_PC) & ~1u;
    if (etch_fault_knows(f, ETCH_FAULT_PC) && !etch_fault_knows(f, ETCH_FAULT_INSN) &&
            symbols_bytes(s, pc, code, sizeof code) >= 2) {
        etch_fault_set(f, ETCH_FAULT_INSN,
                code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 |
                        (uint32_t)code[3] << 24);
    }
}

static const char *how_text(enum symbols_how how)
{
    switch (how) {
    case SYMBOLS_HERE: return "at";
    case SYMBOLS_CALLED:
    case SYMBOLS_LINKED: return "called from";
    case SYMBOLS_EXCEPTION: return "interrupted";
    case SYMBOLS_SCANNED:
    default: return "perhaps from";
    }
}

static void print_calls(struct symbols *s, struct why *w)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    if (!etch_fault_knows(&w->fault, ETCH_FAULT_PC)) {
        return;
    }
    size_t n = find_calls(s, w, calls);
    for (size_t i = 0; i < n; i++) {
        char text[300];
        printf("%-*s%-12s 0x%08" PRIX32 "  %s\n", INDENT, i == 0 ? "where" : "",
                how_text(calls[i].how), calls[i].pc,
                symbols_text(s, calls[i].pc, text, sizeof text));
    }
}

/* ---- the report ----------------------------------------------------------------- */

static const char *const labels[ETCH_FAULT_PARTS] = {
        [ETCH_FAULT_WHAT] = "what",
        [ETCH_FAULT_WHY] = "why",
        [ETCH_FAULT_STATE] = "state",
        [ETCH_FAULT_FIX] = "fix",
        [ETCH_FAULT_MORE] = "more",
};

static const char handler_note[] = "gdb stopped in the fault handler: these are its "
                                   "registers. The frame would tell PC "
                                   "and LR of the fault: x/8wx $msp (or $psp, if LR's "
                                   "bit 2 is set), at the handler's "
                                   "first instruction.";
static const char twice_note[] =
        "There is more than one crash in this text; the first is explained.";

static void print_report(struct why *w, struct symbols *s)
{
    const struct etch_fault_finding d = etch_fault_decode(&w->fault);
    for (int part = 0; part < ETCH_FAULT_PARTS; part++) {
        struct text t = {.len = 0};
        const char *words = part_text(&w->fault, &d, (enum etch_fault_part)part, &t);
        if (words[0] != '\0') {
            print_wrapped(labels[part], words);
        }
        if (part == ETCH_FAULT_WHAT && s != NULL) {
            print_calls(s, w);
        }
    }
    if (w->in_handler) {
        print_wrapped("note", handler_note);
    }
    if (w->two_crashes) {
        print_wrapped("note", twice_note);
    }
}

/* ---- for scripts ------------------------------------------------------------------ */

static void add_hex(cJSON *to, const char *name, uint32_t value)
{
    char text[12];
    (void)snprintf(text, sizeof text, "0x%08" PRIX32, value);
    cJSON_AddStringToObject(to, name, text);
}

static void add_calls(cJSON *to, struct symbols *s, struct why *w)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    cJSON *chain = cJSON_AddArrayToObject(to, "chain");
    size_t n = s != NULL && etch_fault_knows(&w->fault, ETCH_FAULT_PC)
                       ? find_calls(s, w, calls)
                       : 0;
    for (size_t i = 0; i < n; i++) {
        struct symbols_place place = {0};
        cJSON *call = cJSON_CreateObject();
        cJSON_AddItemToArray(chain, call);
        cJSON_AddStringToObject(call, "how", how_text(calls[i].how));
        add_hex(call, "pc", calls[i].pc);
        if (symbols_at(s, calls[i].pc, &place, 1) > 0) {
            cJSON_AddStringToObject(
                    call, "function", place.function ? place.function : "");
            cJSON_AddStringToObject(call, "file", place.file ? place.file : "");
            cJSON_AddNumberToObject(call, "line", place.line);
        }
    }
}

static void add_region(cJSON *to, const struct etch_fault_finding *d)
{
    if (d->region >= 0) {
        cJSON *region = cJSON_AddObjectToObject(to, "region");
        cJSON_AddNumberToObject(region, "number", d->region);
        add_hex(region, "first", d->first);
        add_hex(region, "last", d->last);
        add_hex(region, "rasr", d->rasr);
    }
}

static void add_registers(cJSON *to, const struct etch_fault *f)
{
    cJSON *registers = cJSON_AddObjectToObject(to, "registers");
    for (uint32_t word = 0; word < ETCH_FAULT_WORDS; word++) {
        if (etch_fault_knows(f, word)) {
            add_hex(registers, etch_fault_word_name(word), f->word[word]);
        }
    }
}

static enum etch_exit print_json(struct why *w, struct symbols *s)
{
    const struct etch_fault_finding d = etch_fault_decode(&w->fault);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "cause", etch_fault_cause_name(d.cause));
    cJSON_AddStringToObject(root, "source", why_format_name(w->format));
    for (int part = 0; part < ETCH_FAULT_PARTS; part++) {
        struct text t = {.len = 0};
        cJSON_AddStringToObject(root, labels[part],
                part_text(&w->fault, &d, (enum etch_fault_part)part, &t));
    }
    if (d.has_addr) {
        add_hex(root, "address", d.addr);
    }
    add_region(root, &d);
    add_calls(root, s, w);
    add_registers(root, &w->fault);
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    if (text == NULL) {
        return ETCH_EXIT_BROKEN;
    }
    puts(text);
    cJSON_free(text);
    return ETCH_EXIT_FINE;
}

/* ---- the verb ---------------------------------------------------------------------- */

static enum etch_exit explain(const struct request *q, struct why *w)
{
    why_read(w, q->text, q->len);
    if (w->words == 0) {
        return cli_refuse(
                "%s has no register of a fault in it; wanted is a crash dump of Mbed "
                "OS, Zephyr, CmBacktrace or Etch, gdb's 'info registers', or "
                "CFSR=0x... and what else is known ('etch why --help')",
                q->from);
    }
    tell_unknown(q);
    struct symbols *s = NULL;
    if (q->elf != NULL) {
        char why_not[FILE_WHY];
        s = symbols_open(q->elf, why_not);
        if (s == NULL) {
            return cli_refuse("%s", why_not);
        }
        look_at_instruction(s, &w->fault);
    }
    enum etch_exit status = ETCH_EXIT_FINE;
    if (q->json) {
        status = print_json(w, s);
    } else {
        print_report(w, s);
    }
    bool fault = etch_fault_decode(&w->fault).cause != ETCH_FAULT_NONE;
    symbols_close(s);
    return status == ETCH_EXIT_FINE && fault ? ETCH_EXIT_FAULT : status;
}

enum etch_exit cmd_why(int argc, char *argv[])
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'},
            {"json", no_argument, NULL, 'j'}, {"elf", required_argument, NULL, 'e'}, {0}};
    struct request q = {0};
    int option;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        switch (option) {
        case 'h': fputs(help, stdout); return ETCH_EXIT_FINE;
        case 'j': q.json = true; break;
        case 'e': q.elf = optarg; break;
        default: return cli_refuse_option("why", argv[optind - 1], option);
        }
    }
    if (!take_input(&q, argc - optind, argv + optind)) {
        free(q.text);
        return ETCH_EXIT_USAGE;
    }
    struct why *w = malloc(sizeof *w);
    enum etch_exit status = ETCH_EXIT_BROKEN;
    if (w != NULL) {
        status = explain(&q, w);
    }
    free(w);
    free(q.text);
    return status;
}
