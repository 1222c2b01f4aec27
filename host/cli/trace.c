/* trace.c - what happens, as it happens: one line each.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"

struct trace {
    struct board *board;
    struct symbols *symbols;
    unsigned what;
    FILE *to;
    char function[64]; /* that the last instruction was in */
};

/* ---- lines ------------------------------------------------------------------------ */

/* "    12.345678 ms  write_word main.c:42           flash  " */
static void begin(const struct trace *t, const struct board_event *ev, const char *kind)
{
    char place[64];
    /* A store may arrive later than the instruction that made it. */
    uint64_t caller = ev->kind == BOARD_EV_FLASH ? ev->flash->caller : 0;
    uint32_t pc = caller != 0 ? (uint32_t)caller : ev->pc;
    (void)symbols_text(t->symbols, pc, place, sizeof place);
    (void)fprintf(t->to, "%8" PRIu64 ".%06" PRIu64 " ms  %-34s  %-5s  ", ev->ns / 1000000,
            ev->ns % 1000000, place, kind);
}

/* ---- flash -------------------------------------------------------------------------- */

static void tell_breach(const struct trace *t, const struct silicon_event *f)
{
    const struct silicon_law_text *law = silicon_law_text(f->law);
    (void)fprintf(t->to, "law %s broken at 0x%08" PRIX32 ": %s (%s)\n", law->name,
            f->addr, law->rule, law->reference);
}

static void tell_flash_event(const struct trace *t, const struct silicon_event *f)
{
    char time[32];
    switch (f->kind) {
    case SILICON_EV_PROGRAM:
        (void)fprintf(t->to,
                "program 0x%08" PRIX32 ", %u bytes: 0x%0*" PRIX32 " over 0x%0*" PRIX32
                "\n",
                f->addr, f->width, 2 * f->width, f->value, 2 * f->width, f->before);
        break;
    case SILICON_EV_ERASE:
        (void)fprintf(t->to, "erase sector %d, 0x%08" PRIX32 ", %" PRIu32 " KiB\n",
                f->sector, f->addr, f->size / 1024);
        break;
    case SILICON_EV_MASS:
        (void)fprintf(t->to, "mass erase of 0x%08" PRIX32 ", %" PRIu32 " KiB\n", f->addr,
                f->size / 1024);
        break;
    case SILICON_EV_OPTIONS:
        (void)fprintf(t->to, "option bytes: OPTCR 0x%08" PRIX32 " over 0x%08" PRIX32 "\n",
                f->value, f->before);
        break;
    case SILICON_EV_FLAGS:
    case SILICON_EV_CLEARED:
        (void)fprintf(t->to, "flags %s: SR 0x%08" PRIX32 ", was 0x%08" PRIX32 "\n",
                f->kind == SILICON_EV_FLAGS ? "raised" : "cleared", f->value, f->before);
        break;
    case SILICON_EV_STALL:
        (void)fprintf(t->to, "%s of 0x%08" PRIX32 " waited %s\n",
                f->width == 0 ? "fetch" : "access", f->addr,
                run_time_text(f->ns, time, sizeof time));
        break;
    case SILICON_EV_FAULT:
        (void)fprintf(t->to, "bus error at 0x%08" PRIX32 "\n", f->addr);
        break;
    case SILICON_EV_CUT:
        (void)fprintf(t->to, "the power is cut in operation %" PRIu64 "\n", f->op);
        break;
    case SILICON_EV_CR:
        (void)fprintf(t->to, "CR = 0x%08" PRIX32 ", was 0x%08" PRIX32 "\n", f->value,
                f->before);
        break;
    case SILICON_EV_BREACH: tell_breach(t, f); break;
    case SILICON_EV_UNLOCK: (void)fputs("unlocked\n", t->to); break;
    case SILICON_EV_LOCK: (void)fputs("locked\n", t->to); break;
    case SILICON_EV_DONE: (void)fputs("done\n", t->to); break;
    case SILICON_EV_RESET: (void)fputs("reset\n", t->to); break;
    default: (void)fprintf(t->to, "event %d\n", (int)f->kind); break;
    }
}

/* ---- MPU and exceptions ------------------------------------------------------------------ */

static const char *exception_name(unsigned n, char *text, size_t size)
{
    static const char *const names[] = {"thread", "Reset", "NMI", "HardFault",
            "MemManage", "BusFault", "UsageFault", NULL, NULL, NULL, NULL, "SVCall",
            "DebugMonitor", NULL, "PendSV", "SysTick"};
    if (n < sizeof names / sizeof *names && names[n] != NULL) {
        return names[n];
    }
    (void)snprintf(text, size, "IRQ %d", (int)n - CORE_IRQ0);
    return text;
}

/* DDI 0403E B3.5: the MPU's registers that can be written. */
static const char *mpu_register(uint32_t addr)
{
    switch (addr) {
    case 0xE000ED94: return "CTRL";
    case 0xE000ED98: return "RNR";
    case 0xE000ED9C: return "RBAR";
    case 0xE000EDA0: return "RASR";
    case 0xE000EDA4: return "RBAR_A1";
    case 0xE000EDA8: return "RASR_A1";
    case 0xE000EDAC: return "RBAR_A2";
    case 0xE000EDB0: return "RASR_A2";
    case 0xE000EDB4: return "RBAR_A3";
    case 0xE000EDB8: return "RASR_A3";
    default: return NULL;
    }
}

static void tell_fault(
        const struct trace *t, const struct board_event *ev, const char *kind)
{
    const struct core_fault *f = ev->core->fault;
    char name[16];
    begin(t, ev, kind);
    (void)fprintf(t->to, "%s, CFSR 0x%08" PRIX32, exception_name(f->exception, name, 16),
            f->cfsr);
    if (f->addr_valid) {
        (void)fprintf(t->to, ", address 0x%08" PRIX32, f->addr);
    }
    if (f->region >= 0) {
        (void)fprintf(t->to, ", MPU region %d", f->region);
    }
    if (f->taken == 0) {
        (void)fputs(", lockup", t->to);
    } else if (f->taken != f->exception) {
        (void)fprintf(t->to, ", taken as %s", exception_name(f->taken, name, 16));
    }
    (void)fputc('\n', t->to);
}

static void tell_change(const struct trace *t, const struct board_event *ev)
{
    const struct core_says *c = ev->core;
    char name[16];
    begin(t, ev, "exc");
    if (c->kind == CORE_SAYS_ENTRY) {
        (void)fprintf(t->to, "enter %s\n", exception_name(c->n, name, sizeof name));
    } else {
        (void)fprintf(t->to, "leave %s\n", exception_name(c->n, name, sizeof name));
    }
}

/* ---- instructions -------------------------------------------------------------------------- */

static void tell_instruction(struct trace *t, uint32_t pc)
{
    struct symbols_symbol symbol;
    uint8_t bytes[4] = {0};
    char text[80];
    if (t->symbols != NULL && symbols_holding(t->symbols, pc, &symbol) &&
            strncmp(symbol.name, t->function, sizeof t->function - 1) != 0) {
        (void)snprintf(t->function, sizeof t->function, "%s", symbol.name);
        (void)fprintf(t->to, "%s:\n", symbol.name);
    }
    (void)board_peek(t->board, pc, bytes, sizeof bytes);
    size_t len = core_disassemble(pc, bytes, text, sizeof text);
    (void)fprintf(t->to, "  0x%08" PRIX32 "  %02x%02x", pc, bytes[1], bytes[0]);
    if (len == 4) {
        (void)fprintf(t->to, " %02x%02x", bytes[3], bytes[2]);
    } else {
        (void)fputs("     ", t->to);
    }
    (void)fprintf(t->to, "  %s\n", text);
}

/* ---- events ------------------------------------------------------------------------------------ */

static void tell_core(struct trace *t, const struct board_event *ev)
{
    const struct core_says *c = ev->core;
    const char *name;
    switch (c->kind) {
    case CORE_SAYS_FAULT:
    case CORE_SAYS_LOCKUP:
        if ((t->what & RUN_TRACE_EXC) != 0) {
            tell_fault(t, ev, "exc");
        } else if ((t->what & RUN_TRACE_MPU) != 0 &&
                   c->fault->exception == CORE_MEM_MANAGE) {
            tell_fault(t, ev, "mpu");
        }
        break;
    case CORE_SAYS_ENTRY:
    case CORE_SAYS_RETURN:
        if ((t->what & RUN_TRACE_EXC) != 0) {
            tell_change(t, ev);
        }
        break;
    case CORE_SAYS_PPB:
        name = mpu_register(c->addr);
        if (name != NULL && (t->what & RUN_TRACE_MPU) != 0) {
            begin(t, ev, "mpu");
            (void)fprintf(t->to, "%s = 0x%08" PRIX32 "\n", name, c->value);
        }
        break;
    case CORE_SAYS_INSN:
        if ((t->what & RUN_TRACE_INSN) != 0) {
            tell_instruction(t, c->pc);
        }
        break;
    case CORE_SAYS_ACCESS:
    case CORE_SAYS_STALE_CODE:
    default: break;
    }
}

static void tell_reset(const struct trace *t, const struct board_event *ev)
{
    static const char *const causes[] = {
            [BOARD_RESET_POWER] = "power",
            [BOARD_RESET_PIN] = "pin",
            [BOARD_RESET_SOFTWARE] = "software",
            [BOARD_RESET_IWDG] = "independent watchdog",
            [BOARD_RESET_WWDG] = "window watchdog",
            [BOARD_RESET_LOW_POWER] = "low power",
    };
    begin(t, ev, "exc");
    (void)fprintf(t->to, "reset: %s\n", causes[ev->reset]);
}

static void listen_to(void *ctx, const struct board_event *ev)
{
    struct trace *t = ctx;
    if (ev->kind == BOARD_EV_CORE) {
        tell_core(t, ev);
    } else if (ev->kind == BOARD_EV_FLASH && ev->flash->kind == SILICON_EV_CUT &&
               ev->flash->op == 0) {
        return; /* a reset by power says it all */
    } else if (ev->kind == BOARD_EV_FLASH && (t->what & RUN_TRACE_FLASH) != 0) {
        begin(t, ev, "flash");
        tell_flash_event(t, ev->flash);
    } else if (ev->kind == BOARD_EV_RESET && (t->what & RUN_TRACE_EXC) != 0) {
        tell_reset(t, ev);
    }
}

struct trace *trace_open(
        struct board *b, struct symbols *symbols, unsigned what, FILE *to)
{
    struct trace *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    *t = (struct trace){.board = b, .symbols = symbols, .what = what, .to = to};
    board_listen(b, listen_to, t);
    board_tell(b, ((what & RUN_TRACE_EXC) != 0 ? BOARD_TELL_EXCEPTIONS : 0u) |
                          ((what & RUN_TRACE_INSN) != 0 ? BOARD_TELL_INSNS : 0u));
    return t;
}

void trace_close(struct trace *t)
{
    free(t);
}
