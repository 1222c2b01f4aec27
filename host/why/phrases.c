/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "why/why_priv.h"

enum { MEMMANAGE = 4, BUSFAULT = 5 };

static void tell_cfsr(struct reader *r, uint32_t bits)
{
    r->parts |= bits;
    r->has_parts = true;
}

/* MemManage's bit is eight places below BusFault's. */
static void tell_by_section(struct reader *r, uint32_t mem_bit)
{
    tell_cfsr(r, r->section == BUSFAULT ? mem_bit << 8 : mem_bit);
}

/* A value behind the phrase, behind what may be in brackets: (r15/pc). */
static void tell_word(struct reader *r, const char *behind, enum etch_fault_word word)
{
    behind += strspn(behind, " ");
    if (*behind == '(') {
        behind = strchr(behind, ')');
        behind = behind == NULL ? "" : behind + 1;
    }
    behind += strspn(behind, " :=");
    uint32_t value;
    if (hex_at(behind, &value) != NULL) {
        found(r, word, value);
    }
}

static void tell(struct reader *r, const struct phrase *p, const char *behind)
{
    switch (p->tells) {
    case TELLS_WORD: tell_word(r, behind, p->value); break;
    case TELLS_CFSR: tell_cfsr(r, p->value); break;
    case TELLS_HFSR:
        found(r, ETCH_FAULT_HFSR,
                p->value | etch_fault_get(&r->w->fault, ETCH_FAULT_HFSR));
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
    case TELLS_FORMAT:
    default:
        if (r->w->format == WHY_REGISTERS || r->w->format == WHY_GDB) {
            r->w->format = (enum why_format)p->value;
        }
        break;
    }
}

/* CmBacktrace names the fault and then the access with the words that Zephyr
 * has for MemManage alone; of a bus fault they mean something else. */
static bool is_misread(const struct reader *r, const struct phrase *p)
{
    bool of_bus = strstr(r->squeezed, "bus fault is caused by") != NULL;
    return of_bus && strstr(p->text, "bus fault is caused by") == NULL;
}

void read_phrases(struct reader *r)
{
    const char *line = r->squeezed;
    const char *taken = NULL; /* where a longer phrase has begun already */
    for (size_t i = 0; i < phrases_n; i++) {
        const struct phrase *p = &phrases[i];
        const char *at = strstr(line, p->text);
        if (at == NULL || is_misread(r, p)) {
            continue;
        }
        const char *end = at + strlen(p->text);
        if (p->tells != TELLS_FORMAT && p->tells != TELLS_VECTOR) {
            if (taken == end) {
                continue; /* "imprecise data bus error" holds "precise ..." */
            }
            taken = end;
        }
        tell(r, p, end);
    }
}
