/* why_report.c - a fault in words, or as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli/why_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cJSON.h>

#include "cli/json.h"
#include "core/core.h"

enum { TEXT_CHARS = 4096, WIDTH = 78, INDENT = 6 };

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

static const char nxp_mpu_fix[] =
        "Find the pointer. If this code shall have that memory, its region must say so.";

/* What the instruction says of the fix counts more than the status registers do; but
 * of an SVC they know what has masked it. */
static const char *part_text(
        const struct why_case *c, enum etch_fault_part part, struct text *t)
{
    const struct etch_fault_sink sink = {put_char, t};
    t->len = 0;
    t->at[0] = '\0';
    bool masked = c->finding.cause == ETCH_FAULT_SVC_REFUSED;
    if (part == ETCH_FAULT_FIX && c->insn != NULL && !masked) {
        return c->insn->fix;
    }
    if (part == ETCH_FAULT_FIX && c->w->nxp_mpu &&
            c->finding.cause != ETCH_FAULT_STACK_OVERFLOW) {
        return nxp_mpu_fix;
    }
    etch_fault_say(&c->w->fault, &c->finding, part, &sink);
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

static size_t find_calls(struct why_case *c, struct symbols_call calls[SYMBOLS_CALLS_MAX])
{
    static const enum etch_fault_word words[16] = {ETCH_FAULT_R0, ETCH_FAULT_R1,
            ETCH_FAULT_R2, ETCH_FAULT_R3, ETCH_FAULT_R4, ETCH_FAULT_R5, ETCH_FAULT_R6,
            ETCH_FAULT_R7, ETCH_FAULT_R8, ETCH_FAULT_R9, ETCH_FAULT_R10, ETCH_FAULT_R11,
            ETCH_FAULT_R12, ETCH_FAULT_SP, ETCH_FAULT_LR, ETCH_FAULT_PC};
    const struct etch_fault *f = &c->w->fault;
    if (c->symbols == NULL || !etch_fault_knows(f, ETCH_FAULT_PC) ||
            c->finding.no_frame) {
        return 0;
    }
    struct symbols_regs regs = {.xpsr = etch_fault_get(f, ETCH_FAULT_PSR)};
    for (int i = 0; i < 16; i++) {
        regs.r[i] = etch_fault_get(f, words[i]);
    }
    regs.r[13] = regs.msp = regs.psp = stack_of(c->w);
    return symbols_unwind(c->symbols, &regs, memory_of, c->w, calls);
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

static void print_calls(struct why_case *c)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    size_t n = find_calls(c, calls);
    for (size_t i = 0; i < n; i++) {
        char text[300];
        char addr[16];
        (void)snprintf(addr, sizeof addr, "0x%08" PRIX32, calls[i].pc);
        (void)symbols_text(c->symbols, calls[i].pc, text, sizeof text);
        bool named = strcmp(text, addr) != 0; /* else it is the address once more */
        printf("%-*s%-12s %s%s%s\n", INDENT, i == 0 ? "where" : "",
                how_text(calls[i].how), addr, named ? "  " : "", named ? text : "");
    }
}

/* ---- the instruction -------------------------------------------------------------- */

static const char undecoded[] = ".inst";

static bool disassemble(const struct etch_fault *f, char *text, size_t size)
{
    uint32_t insn = etch_fault_get(f, ETCH_FAULT_INSN);
    const uint8_t bytes[4] = {(uint8_t)insn, (uint8_t)(insn >> 8), (uint8_t)(insn >> 16),
            (uint8_t)(insn >> 24)};
    (void)core_disassemble(etch_fault_get(f, ETCH_FAULT_PC) & ~1u, bytes, text, size);
    return strncmp(text, undecoded, strlen(undecoded)) != 0;
}

/* What the firmware's file says of the instruction. */
static void look_in_file(struct why_case *c)
{
    struct etch_fault *f = &c->w->fault;
    uint8_t code[4] = {0};
    uint32_t pc = etch_fault_get(f, ETCH_FAULT_PC) & ~1u;
    if (c->symbols == NULL || !etch_fault_knows(f, ETCH_FAULT_PC)) {
        return;
    }
    c->not_in_file = symbols_bytes(c->symbols, pc, code, sizeof code) < 2;
    if (!c->not_in_file && !etch_fault_knows(f, ETCH_FAULT_INSN)) {
        etch_fault_set(f, ETCH_FAULT_INSN,
                code[0] | (uint32_t)code[1] << 8 | (uint32_t)code[2] << 16 |
                        (uint32_t)code[3] << 24);
    }
    if (symbols_bytes(c->symbols, pc - 2, code, 2) == 2) {
        c->code.before_known = true;
        c->code.before = (uint16_t)(code[0] | code[1] << 8);
    }
}

/* ACTLR of the Cortex-M3 and M4 has that bit, and of no other. */
static bool lacks_disdefwbuf(const struct why *w)
{
    return w->core != NULL && strcmp(w->core, "Cortex-M3") != 0 &&
           strcmp(w->core, "Cortex-M4") != 0;
}

struct why_case why_look(struct why *w, struct symbols *symbols)
{
    struct why_case c = {.w = w, .symbols = symbols};
    char text[100];
    look_in_file(&c);
    c.finding = etch_fault_decode(&w->fault);
    c.code.known = etch_fault_knows(&w->fault, ETCH_FAULT_INSN) && !c.finding.no_frame;
    c.code.decodes = c.code.known && disassemble(&w->fault, text, sizeof text);
    c.insn = why_instruction(&w->fault, c.finding.cause, c.code);
    if (w->no_cfsr) {
        c.finding.need &= ~(uint32_t)(ETCH_FAULT_NEED_CFSR | ETCH_FAULT_NEED_SHCSR);
    }
    if (w->panicked || w->nmi) {
        c.finding.need &= ~(uint32_t)ETCH_FAULT_NEED_CFSR;
    }
    if (lacks_disdefwbuf(w)) {
        c.finding.need &= ~(uint32_t)ETCH_FAULT_NEED_PRECISE;
    }
    if (c.not_in_file) {
        c.finding.need &= ~(uint32_t)ETCH_FAULT_NEED_INSN;
    }
    return c;
}

/* "udf #0xff. It is undefined on purpose ..." */
static bool insn_text(const struct why_case *c, char *text, size_t size)
{
    char line[100];
    if (!c->code.known) {
        return false;
    }
    (void)disassemble(&c->w->fault, line, sizeof line);
    (void)snprintf(text, size, c->insn != NULL ? "%s. %s" : "%s", line,
            c->insn != NULL ? c->insn->what : "");
    return true;
}

/* ---- notes ------------------------------------------------------------------------- */

static const char handler_note[] =
        "The debugger stopped in the fault handler: these are its registers. The frame "
        "would tell PC and LR of the fault: in gdb x/8wx $msp (or $psp, if LR's bit 2 is "
        "set), in OpenOCD mdw, in J-Link Commander mem32, at the handler's first "
        "instruction.";
static const char locked_note[] = "The core is locked up (PC 0xFFFFFFFE, of Armv8-M "
                                  "0xEFFFFFFE): the HardFault "
                                  "handler has faulted itself, or "
                                  "its vector leads nowhere, as in erased flash. CFSR "
                                  "and HFSR still hold the first "
                                  "fault, too.";
static const char no_cfsr_note[] = "This core has no CFSR, and no fault but HardFault: "
                                   "the instruction at PC and R0 to "
                                   "R3 are all there is to tell (--elf shows it).";
static const char perhaps_no_cfsr_note[] = "If it is a Cortex-M0, it has no CFSR: look "
                                           "at the instruction at PC (--elf shows it) "
                                           "and at R0 to R3.";
static const char overflown_note[] = "The text says that a stack has overflowed, or is "
                                     "used up. That "
                                     "may well be the cause of what the "
                                     "registers show: give it more room first.";
static const char panic_note[] =
        "The text tells of a panic: the software has stopped itself (a failed assertion, "
        "k_panic(), k_oops(), unwrap()), and no status register says why. The line "
        "logged "
        "before it does, or the caller of PC.";
static const char nmi_note[] =
        "The text tells of an NMI, which is no fault: on an STM32F4 the clock security "
        "system raises it when HSE has failed (RCC_CIR.CSSF).";
static const char nxp_mpu_note[] =
        "NXP's own MPU has refused it, which arrives as a bus error: the address exists, "
        "but no region of that MPU lets this code have it.";
static const char not_in_file_note[] =
        "The file has no code at PC: execution went astray, or it is the file of another "
        "build.";
static const char function_note[] =
        "The backtrace has no address there, but says where the exception came: in %s.";
static const char decimal_note[] =
        "CFSR was read as hexadecimal, as numbers without 0x are, and shows flags of "
        "several faults. If it was decimal, give it as 0x%08" PRIX32 ".";
static const char mixed_note[] =
        "A number of more than eight digits was read as decimal, the others as "
        "hexadecimal, as numbers without 0x are.";
static const char twice_note[] =
        "There is more than one crash in this text; the first is explained.";
static const char later_note[] =
        "There is more than one crash in this text; the first that is told to its end is "
        "explained.";

/* Of a core that no STM32F4 has. */
static bool is_foreign(const struct why *w)
{
    return w->core != NULL && strcmp(w->core, "Cortex-M4") != 0;
}

/* CFSR is asked for, and it could be a core that has none: nothing else that such a
 * core lacks is known. */
static bool may_lack_cfsr(const struct why_case *c)
{
    const struct etch_fault *f = &c->w->fault;
    return (c->finding.need & ETCH_FAULT_NEED_CFSR) && c->w->core == NULL &&
           !etch_fault_knows(f, ETCH_FAULT_HFSR) &&
           !etch_fault_knows(f, ETCH_FAULT_BASEPRI) && etch_fault_knows(f, ETCH_FAULT_PC);
}

static const char *foreign_note(const struct why *w, char *text, size_t size)
{
    (void)snprintf(text, size,
            "It comes from a %s. The status registers mean the same there, but what is "
            "said of addresses, of the MPU and of remedies is meant for an STM32F4, a "
            "Cortex-M4.",
            w->core);
    return text;
}

enum { NOTES_MAX = 8, NOTE_CHARS = 300 };

struct notes {
    const char *at[NOTES_MAX];
    size_t n;
    char foreign[NOTE_CHARS];
    char decimal[NOTE_CHARS];
    char impossible[NOTE_CHARS];
    char function[NOTE_CHARS];
};

/* Tock, too, calls it a panic when the registers tell of a fault. */
static bool may_be_panic(enum etch_fault_cause cause)
{
    return cause == ETCH_FAULT_UNDECIDED || cause == ETCH_FAULT_UNDEFINED ||
           cause == ETCH_FAULT_BREAKPOINT;
}

static void add_note(struct notes *notes, bool holds, const char *text)
{
    if (holds && notes->n < NOTES_MAX) {
        notes->at[notes->n++] = text;
    }
}

static void collect_notes(const struct why_case *c, struct notes *notes)
{
    const struct why *w = c->w;
    notes->n = 0;
    add_note(notes, w->locked_up, locked_note);
    add_note(notes, w->in_handler && !w->locked_up && !c->finding.no_frame, handler_note);
    add_note(notes, w->overflown, overflown_note);
    add_note(notes, w->panicked && may_be_panic(c->finding.cause), panic_note);
    add_note(notes, w->nmi, nmi_note);
    add_note(notes, w->nxp_mpu, nxp_mpu_note);
    (void)snprintf(notes->function, sizeof notes->function, function_note, w->function);
    add_note(notes, w->function[0] != '\0', notes->function);
    (void)snprintf(notes->decimal, sizeof notes->decimal, decimal_note, w->decimal_cfsr);
    add_note(notes, w->decimal_cfsr != 0, notes->decimal);
    add_note(notes, why_impossible(w, notes->impossible, sizeof notes->impossible),
            notes->impossible);
    add_note(notes, w->mixed, mixed_note);
    add_note(notes, c->not_in_file && !c->finding.no_frame, not_in_file_note);
    add_note(notes, is_foreign(w),
            w->no_cfsr ? no_cfsr_note
                       : foreign_note(w, notes->foreign, sizeof notes->foreign));
    add_note(notes, may_lack_cfsr(c), perhaps_no_cfsr_note);
    add_note(notes, w->two_crashes, w->later ? later_note : twice_note);
}

/* ---- the report ----------------------------------------------------------------- */

static const char *const labels[ETCH_FAULT_PARTS] = {
        [ETCH_FAULT_WHAT] = "what",
        [ETCH_FAULT_WHY] = "why",
        [ETCH_FAULT_STATE] = "state",
        [ETCH_FAULT_FIX] = "fix",
        [ETCH_FAULT_MORE] = "more",
};

static void print_insn(const struct why_case *c)
{
    char text[TEXT_CHARS];
    if (insn_text(c, text, sizeof text)) {
        print_wrapped("insn", text);
    } else if (c->insn != NULL) {
        print_wrapped("insn", c->insn->what);
    }
}

void why_print(struct why_case *c)
{
    for (int part = 0; part < ETCH_FAULT_PARTS; part++) {
        struct text t = {.len = 0};
        const char *words = part_text(c, (enum etch_fault_part)part, &t);
        if (words[0] != '\0') {
            print_wrapped(labels[part], words);
        }
        if (part == ETCH_FAULT_WHAT) {
            print_calls(c);
            print_insn(c);
        }
    }
    struct notes notes;
    collect_notes(c, &notes);
    for (size_t i = 0; i < notes.n; i++) {
        print_wrapped("note", notes.at[i]);
    }
}

/* ---- for scripts ------------------------------------------------------------------ */

static void add_hex(cJSON *to, const char *name, uint32_t value)
{
    char text[12];
    (void)snprintf(text, sizeof text, "0x%08" PRIX32, value);
    cJSON_AddStringToObject(to, name, text);
}

static void add_calls(cJSON *to, struct why_case *c)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    cJSON *chain = cJSON_AddArrayToObject(to, "chain");
    size_t n = find_calls(c, calls);
    for (size_t i = 0; i < n; i++) {
        struct symbols_place place = {0};
        cJSON *call = cJSON_CreateObject();
        cJSON_AddItemToArray(chain, call);
        cJSON_AddStringToObject(call, "how", how_text(calls[i].how));
        add_hex(call, "pc", calls[i].pc);
        if (symbols_at(c->symbols, calls[i].pc, &place, 1) > 0) {
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

static void add_notes(cJSON *to, const struct why_case *c)
{
    struct notes notes;
    collect_notes(c, &notes);
    cJSON *array = cJSON_AddArrayToObject(to, "notes");
    for (size_t i = 0; i < notes.n; i++) {
        cJSON_AddItemToArray(array, cJSON_CreateString(notes.at[i]));
    }
}

enum etch_exit why_print_json(struct why_case *c)
{
    cJSON *root = cJSON_CreateObject();
    char insn[TEXT_CHARS];
    cJSON_AddStringToObject(root, "cause", etch_fault_cause_name(c->finding.cause));
    cJSON_AddStringToObject(root, "source", why_format_name(c->w->format));
    for (int part = 0; part < ETCH_FAULT_PARTS; part++) {
        struct text t = {.len = 0};
        cJSON_AddStringToObject(
                root, labels[part], part_text(c, (enum etch_fault_part)part, &t));
    }
    if (c->finding.has_addr) {
        add_hex(root, "address", c->finding.addr);
    }
    if (insn_text(c, insn, sizeof insn)) {
        cJSON_AddStringToObject(root, "instruction", insn);
    }
    add_region(root, &c->finding);
    add_calls(root, c);
    add_registers(root, &c->w->fault);
    add_notes(root, c);
    return json_print(root, stdout);
}
