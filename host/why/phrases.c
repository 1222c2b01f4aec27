/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "why/why_priv.h"

#define MMFAR_ADDR 0xE000ED34u
#define BFAR_ADDR  0xE000ED38u

enum { BUSFAULT = 5 };

/* ---- which core -------------------------------------------------------------------- */

static const struct {
    const char *name, *suffix;
    uint32_t part; /* CPUID.PARTNO */
    bool no_cfsr;
} cores[] = {
        {"Cortex-M0", "0", 0xC20, true},
        {"Cortex-M0+", "0+", 0xC60, true},
        {"Cortex-M1", "1", 0xC21, true},
        {"Cortex-M3", "3", 0xC23, false},
        {"Cortex-M4", "4", 0xC24, false},
        {"Cortex-M7", "7", 0xC27, false},
        {"Cortex-M23", "23", 0xD20, true},
        {"Cortex-M33", "33", 0xD21, false},
        {"Cortex-M55", "55", 0xD22, false},
        {"Cortex-M85", "85", 0xD23, false},
};

void tell_core(struct reader *r, const char *name, bool no_cfsr)
{
    if (r->w->core == NULL) {
        r->w->core = name;
        r->w->no_cfsr = no_cfsr;
    }
}

static void tell_cpuid(struct reader *r, const char *behind)
{
    uint32_t value;
    if (hex_at(behind + strspn(behind, ":= "), &value) == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof(cores) / sizeof(*cores); i++) {
        if (cores[i].part == (value >> 4 & 0xFFF)) {
            tell_core(r, cores[i].name, cores[i].no_cfsr);
        }
    }
}

/* "Cortex-M7 identified", "Found Cortex-M4 r0p1": a debugger says so. What people
 * write of cores may be about any. */
static void tell_core_name(struct reader *r, const char *behind)
{
    size_t len = strspn(behind, "0123456789+");
    const char *next = behind + len;
    bool is_found = strncmp(next, " identified", strlen(" identified")) == 0 ||
                    (strncmp(next, " r", 2) == 0 && isdigit((unsigned char)next[2]) != 0);
    for (size_t i = 0; i < sizeof(cores) / sizeof(*cores) && is_found; i++) {
        if (strlen(cores[i].suffix) == len &&
                strncmp(cores[i].suffix, behind, len) == 0) {
            tell_core(r, cores[i].name, cores[i].no_cfsr);
        }
    }
}

/* ---- what a phrase tells ------------------------------------------------------------- */

static void tell_cfsr(struct reader *r, uint32_t bits)
{
    r->said |= bits;
    r->has_said = true;
}

/* MemManage's bit is eight places below BusFault's. */
static void tell_by_section(struct reader *r, uint32_t mem_bit)
{
    tell_cfsr(r, r->section == BUSFAULT ? mem_bit << 8 : mem_bit);
}

static const char *behind_brackets(const char *at)
{
    if (*at != '(') {
        return at;
    }
    at = strchr(at, ')');
    return at == NULL ? "" : at + 1;
}

/* A value behind the phrase, behind what may be in brackets, (r15/pc), or in brackets
 * behind a name: = store [0x08001316]. */
static bool value_behind(const char *behind, uint32_t *value)
{
    behind = behind_brackets(behind + strspn(behind, " "));
    behind += strspn(behind, " ");
    static const char of_register[] = "register";
    bool skips = strncmp(behind, of_register, strlen(of_register)) == 0;
    behind += skips ? strlen(of_register) : 0;
    behind = behind_brackets(behind + strspn(behind, " "));
    behind += strspn(behind, " :=");
    const char *named = strstr(behind, " [0x");
    bool is_named = named != NULL && named == behind + strcspn(behind, " ") &&
                    strncmp(behind, "0x", 2) != 0;
    return hex_at(is_named ? named + 2 : behind, value) != NULL;
}

static void tell_value(struct reader *r, const struct phrase *p, const char *behind)
{
    uint32_t value;
    if (!value_behind(behind, &value)) {
        return;
    }
    if (value == MMFAR_ADDR || value == BFAR_ADDR) {
        return; /* where the register is, not what it holds */
    }
    if (p->tells == TELLS_WORD) {
        found(r, p->value, value);
    } else if (!r->has_address) {
        r->address = value;
        r->has_address = true;
    }
}

/* NuttX tells the size of a stack and then how much of it has been used. */
static void tell_stack(struct reader *r, enum what_it_tells tells, const char *behind)
{
    uint32_t value;
    bool is_told = hex_at(behind, &value) != NULL;
    if (tells == TELLS_STACK_SIZE) {
        r->stack_size = is_told ? value : 0;
    } else {
        bool is_full = is_told && r->stack_size > 0 && value >= r->stack_size;
        r->w->overflown = r->w->overflown || is_full;
        r->stack_size = 0;
    }
}

static void tell_format(struct reader *r, enum why_format format)
{
    bool is_weak = r->w->format == WHY_REGISTERS || r->w->format == WHY_GDB;
    if (is_weak) {
        r->w->format = format;
    }
}

static void tell(struct reader *r, const struct phrase *p, const char *behind)
{
    switch (p->tells) {
    case TELLS_WORD:
    case TELLS_ADDRESS: tell_value(r, p, behind); break;
    case TELLS_CPUID: tell_cpuid(r, behind); break;
    case TELLS_CORE: tell_core_name(r, behind); break;
    case TELLS_ARCH:
        tell_core(
                r, p->value == 6 ? "core of Armv6-M" : "core of Armv8-M", p->value == 6);
        break;
    case TELLS_OTHER: r->w->other_core = p->value == 0 ? "an ESP32" : "a RISC-V"; break;
    case TELLS_CFSR:
    case TELLS_CFSR_WORD: tell_cfsr(r, p->value); break;
    case TELLS_HFSR:
        r->hfsr |= p->value;
        r->has_hfsr = true;
        break;
    case TELLS_VECTOR:
        r->section = p->value;
        found(r, ETCH_FAULT_VECTOR, p->value);
        break;
    case TELLS_STACKING: tell_by_section(r, 0x10); break;
    case TELLS_UNSTACKING: tell_by_section(r, 0x08); break;
    case TELLS_LAZY: tell_by_section(r, 0x20); break;
    case TELLS_MODE_THREAD: r->thread = true; break;
    case TELLS_MODE_HANDLER: r->handler = true; break;
    case TELLS_STACK_PSP:
    case TELLS_STACK_MSP:
        r->on_psp = p->tells == TELLS_STACK_PSP;
        r->has_stack = true;
        break;
    case TELLS_USER: r->user = true; break;
    case TELLS_OVERFLOW: r->w->overflown = true; break;
    case TELLS_STACK_SIZE:
    case TELLS_STACK_USED: tell_stack(r, p->tells, behind); break;
    case TELLS_PANIC: r->w->panicked = true; break;
    case TELLS_NMI: r->w->nmi = true; break;
    case TELLS_NXP_MPU: r->w->nxp_mpu = true; break;
    case TELLS_FORMAT: tell_format(r, (enum why_format)p->value); break;
    case TELLS_CRASH:
    case TELLS_RESTART:
    default: break;
    }
}

/* ---- where it stands ------------------------------------------------------------------- */

const char *find_phrase(const char *line, const char *text)
{
    size_t len = strlen(text);
    if (*text == '^') {
        return strncmp(line, text + 1, len - 1) == 0 ? line + len - 1 : NULL;
    }
    bool is_open = text[len - 1] == '*' && --len > 0;
    for (const char *at = line; (at = strchr(at, *text)) != NULL; at++) {
        if (strncmp(at, text, len) != 0) {
            continue;
        }
        bool begins = at == line || !is_word_char(text[0]) || !is_word_char(at[-1]);
        bool ends = is_open || !is_word_char(text[len - 1]) || !is_word_char(at[len]);
        if (begins && ends) {
            return at + len;
        }
    }
    return NULL;
}

/* CmBacktrace names the fault and then the access with the words that Zephyr
 * has for MemManage alone; of a bus fault they mean something else. */
static bool is_misread(const struct reader *r, const struct phrase *p)
{
    bool of_bus = strstr(r->line, "bus fault is caused by") != NULL;
    return of_bus && strstr(p->text, "bus fault is caused by") == NULL;
}

void read_phrases(struct reader *r)
{
    for (size_t i = 0; i < phrases_n; i++) {
        const struct phrase *p = &phrases[i];
        const char *end =
                is_flag(p) ? find_flag(r->line, p) : find_phrase(r->line, p->text);
        if (end != NULL && !is_misread(r, p)) {
            tell(r, p, end);
        }
    }
}

/* Flags alone may be those of a title, which means the dump that follows. */
static bool is_a_dump(const struct etch_fault *f)
{
    static const enum etch_fault_word words[] = {ETCH_FAULT_VECTOR, ETCH_FAULT_PC,
            ETCH_FAULT_CFSR, ETCH_FAULT_R0, ETCH_FAULT_SP, ETCH_FAULT_MSP};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (etch_fault_knows(f, words[i])) {
            return true;
        }
    }
    return false;
}

const char *begin_of_crash(const struct reader *r)
{
    bool has_place = etch_fault_knows(&r->w->fault, ETCH_FAULT_PC);
    bool has_any = is_a_dump(&r->w->fault);
    for (size_t i = 0; i < phrases_n && has_any; i++) {
        const struct phrase *p = &phrases[i];
        bool counts = p->tells == TELLS_RESTART || (p->tells == TELLS_CRASH && has_place);
        const char *end = counts ? find_phrase(r->line, p->text) : NULL;
        if (end != NULL) {
            return end - strlen(p->text);
        }
    }
    return NULL;
}
