/* words.c - addresses, functions, times and flags in the words of a report.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/verdict_priv.h"

struct text {
    struct text *next;
    char chars[];
};

static _Noreturn void out_of_memory(void)
{
    (void)fputs("verdict: out of memory\n", stderr);
    abort();
}

/* FNV-1a. */
static unsigned bucket_of(const char *chars)
{
    uint32_t hash = 2166136261u;
    for (; *chars != '\0'; chars++) {
        hash = (hash ^ (uint8_t)*chars) * 16777619u;
    }
    return (hash ^ hash >> 16) % TEXT_BUCKETS;
}

/* The same words are kept once: a program that does a thing a million times
 * takes no more room than one that does it twice. */
const char *verdict_say(struct verdict *v, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char line[1024] = "";
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    struct text **bucket = &v->texts[bucket_of(line)];
    for (struct text *old = *bucket; old != NULL; old = old->next) {
        if (strcmp(old->chars, line) == 0) {
            return old->chars;
        }
    }
    size_t size = strlen(line) + 1;
    struct text *text = malloc(sizeof(*text) + size);
    if (text == NULL) {
        out_of_memory();
    }
    memcpy(text->chars, line, size);
    text->next = *bucket;
    *bucket = text;
    return text->chars;
}

void verdict_append(char *list, size_t size, const char *text)
{
    size_t used = strlen(list);
    (void)snprintf(list + used, size - used, "%s", text);
}

size_t verdict_text_count(const struct verdict *v)
{
    size_t n = 0;
    for (size_t i = 0; i < TEXT_BUCKETS; i++) {
        for (const struct text *text = v->texts[i]; text != NULL; text = text->next) {
            n++;
        }
    }
    return n;
}

void verdict_forget_texts(struct verdict *v)
{
    for (size_t i = 0; i < TEXT_BUCKETS; i++) {
        while (v->texts[i] != NULL) {
            struct text *next = v->texts[i]->next;
            free(v->texts[i]);
            v->texts[i] = next;
        }
    }
}

const char *verdict_addr(struct verdict *v, uint32_t addr)
{
    const struct silicon_sector *sector = verdict_sector(v, addr);
    const char *place = sector == NULL ? board_place(v->b, addr) : NULL;
    if (sector != NULL && verdict_die(v, addr) != addr) {
        return verdict_say(v, "0x%08" PRIX32 " (an alias of flash, sector %u)", addr,
                sector->number);
    }
    if (sector != NULL) {
        return verdict_say(v, "0x%08" PRIX32 " (sector %u)", addr, sector->number);
    }
    if (place != NULL) {
        return verdict_say(v, "0x%08" PRIX32 " (%s)", addr, place);
    }
    return verdict_say(v, "0x%08" PRIX32, addr);
}

const char *verdict_func(struct verdict *v, uint32_t pc)
{
    struct symbols_place place;
    if (verdict_locate(v, pc, &place) && place.function != NULL) {
        return place.function;
    }
    return verdict_say(v, "code at 0x%08" PRIX32, pc);
}

const char *verdict_place(struct verdict *v, const struct symbols_place *place)
{
    const char *function = place->function != NULL ? place->function : "?";
    if (place->file == NULL) {
        return function;
    }
    const char *slash = strrchr(place->file, '/');
    return verdict_say(v, "%s %s:%u", function, slash != NULL ? slash + 1 : place->file,
            place->line);
}

const char *verdict_at(struct verdict *v, uint32_t addr)
{
    struct symbols_place place;
    struct symbols_symbol symbol;
    if (verdict_locate(v, addr, &place)) {
        return verdict_place(v, &place);
    }
    if (v->symbols != NULL && symbols_holding(v->symbols, addr, &symbol)) {
        return verdict_say(v, "%s", symbol.name);
    }
    return verdict_say(v, "0x%08" PRIX32, addr);
}

const char *verdict_time(struct verdict *v, uint64_t ns)
{
    static const struct {
        double ns;
        const char *unit;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1, "ns"}};
    size_t i = 0;
    while (i < 3 && (double)ns < units[i].ns) {
        i++;
    }
    return verdict_say(v, "%.3g %s", (double)ns / units[i].ns, units[i].unit);
}

const char *verdict_flags(struct verdict *v, uint32_t sr)
{
    static const char *const names[FLAGS] = {
            "EOP", "OPERR", NULL, NULL, "WRPERR", "PGAERR", "PGPERR", "PGSERR", "RDERR"};
    char list[80] = "";
    for (int i = FLAGS - 1; i >= 0; i--) {
        if ((sr >> i & 1u) != 0 && names[i] != NULL) {
            verdict_append(list, sizeof(list), list[0] != '\0' ? "|" : "");
            verdict_append(list, sizeof(list), names[i]);
        }
    }
    return verdict_say(v, "0x%02" PRIX32 "%s%s%s", sr & 0x1FFu, list[0] ? " (" : "", list,
            list[0] ? ")" : "");
}

const char *verdict_irq(struct verdict *v, int n)
{
    static const struct {
        int n;
        const char *name;
    } known[] = {{-1, "SysTick"}, {0, "WWDG"}, {1, "PVD"}, {4, "FLASH"},
            {16, "DMA1_Stream5"}, {28, "TIM2"}, {29, "TIM3"}, {30, "TIM4"},
            {37, "USART1"}, {38, "USART2"}, {39, "USART3"}, {50, "TIM5"}, {52, "UART4"},
            {53, "UART5"}, {71, "USART6"}};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].n == n) {
            return known[i].name;
        }
    }
    return verdict_say(v, "interrupt %d", n);
}

const char *verdict_exception(struct verdict *v, unsigned n)
{
    static const char *const names[] = {[CORE_RESET] = "Reset",
            [CORE_NMI] = "NMI",
            [CORE_HARD_FAULT] = "HardFault",
            [CORE_MEM_MANAGE] = "MemManage",
            [CORE_BUS_FAULT] = "BusFault",
            [CORE_USAGE_FAULT] = "UsageFault",
            [CORE_SVCALL] = "SVCall",
            [CORE_DEBUG_MONITOR] = "DebugMonitor",
            [CORE_PENDSV] = "PendSV",
            [CORE_SYSTICK] = "SysTick"};
    if (n >= 16) {
        return verdict_irq(v, (int)n - 16);
    }
    return names[n] != NULL ? names[n] : "no exception";
}

const char *verdict_bank(struct verdict *v, uint32_t addr, uint32_t size)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    const struct silicon_sector *last = &sectors[n - 1];
    if (size >= last->addr + last->size - sectors->addr) {
        return "the whole flash";
    }
    return addr == sectors->addr ? "bank 1" : "bank 2";
}

const char *verdict_psize(unsigned psize)
{
    static const char *const names[] = {"x8", "x16", "x32", "x64"};
    return names[psize & 3u];
}

const char *finding_severity_name(enum finding_severity severity)
{
    switch (severity) {
    case FINDING_ERROR: return "error";
    case FINDING_WARNING: return "warning";
    case FINDING_NOTE:
    default: return "note";
    }
}
