/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"
#include "guard/plan.h"
#include "hw/cm4_mpu.h"
#include "hw/cm4_scs.h"
#include "hw/f4_flash.h"

static uint32_t get(const struct etch_fault *f, enum etch_fault_word word)
{
    return etch_fault_get(f, word);
}

/* ---- what ------------------------------------------------------------------ */

static const char *vector_name(uint32_t vector)
{
    static const char *const names[] = {
            "NMI", "HardFault", "MemManage", "BusFault", "UsageFault"};
    return vector >= NMI && vector <= USAGEFAULT ? names[vector - NMI] : "Fault";
}

/* Which of the three the flags belong to. */
static const char *origin(const struct etch_fault *f)
{
    uint32_t cfsr = get(f, ETCH_FAULT_CFSR);
    return vector_name(cfsr & 0xFF ? MEMMANAGE : cfsr & 0xFF00 ? BUSFAULT : USAGEFAULT);
}

static void say_vector(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    say(to, "%s", vector_name(d->vector));
    switch (d->escalation) {
    case ETCH_FAULT_DISABLED:
        say(to, ", forced from %s, which is not enabled in SHCSR", origin(f));
        break;
    case ETCH_FAULT_MASKED:
        say(to,
                ", forced from %s, which is enabled but could not interrupt what was "
                "running",
                origin(f));
        break;
    case ETCH_FAULT_ESCALATED: say(to, ", forced from %s", origin(f)); break;
    case ETCH_FAULT_DIRECT:
    default: break;
    }
    say(to, ": ");
}

static const char *access_word(const struct etch_fault_finding *d)
{
    return d->is_write ? "a write to" : d->is_read ? "a read of" : "an access to";
}

static void say_overflow(
        const struct etch_fault_finding *d, const struct etch_fault_sink *to)
{
    say(to, "the stack has overflowed%s",
            d->no_frame ? ": the frame of an exception could not be stored" : "");
    if (d->has_addr) {
        say(to, ", near %a", d->addr);
    }
}

/* Armv7-M has six of them (B1.5.8), Armv8-M more, with bits 5 and 6 not both set. */
static void say_return(uint32_t value, const struct etch_fault_sink *to)
{
    uint32_t basic = value | 0x10;
    bool good = basic == 0xFFFFFFF1u || basic == 0xFFFFFFF9u || basic == 0xFFFFFFFDu ||
                (value >= 0xFFFFFF80u && value < 0xFFFFFFE0u);
    say(to, "an exception returned with %x, %s", value,
            good ? "to a state that is gone" : "which is no EXC_RETURN");
}

static void say_cause(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    const char *clause = cause_clauses[d->cause];
    if (d->cause == ETCH_FAULT_STACK_OVERFLOW) {
        say_overflow(d, to);
    } else if (d->cause == ETCH_FAULT_BAD_RETURN &&
               etch_fault_knows(f, ETCH_FAULT_EXC_RETURN)) {
        say_return(get(f, ETCH_FAULT_EXC_RETURN), to);
    } else if (!clause || !d->has_addr) {
        say(to, "%s", cause_clauses_blind[d->cause]);
    } else if (d->cause == ETCH_FAULT_ACCESS_REFUSED ||
               d->cause == ETCH_FAULT_NULL_POINTER) {
        say(to, clause, access_word(d), d->addr);
    } else {
        say(to, clause, d->addr);
    }
}

/* In whose handler, as PSR says: many a fault belongs to one interrupt alone. */
static void say_handler(const struct etch_fault *f, const struct etch_fault_sink *to)
{
    static const char *const names[] = {
            [SVCALL] = "SVCall", [PENDSV] = "PendSV", [SYSTICK] = "SysTick"};
    uint32_t exception = get(f, ETCH_FAULT_PSR) & 0x1FF;
    if (exception >= IRQ0 && exception < IRQ_END) {
        say(to, ", in the handler of IRQ %u", exception - IRQ0);
    } else if (exception <= SYSTICK && names[exception]) {
        say(to, ", in %s", names[exception]);
    }
}

/* Who called what is not code, if LR can be that. */
static void say_lr(
        const struct etch_fault *f, bool there, const struct etch_fault_sink *to)
{
    uint32_t lr = get(f, ETCH_FAULT_LR);
    bool called = could_run(lr) && !is_fill(lr);
    const char *how = called ? ", called from LR %x" : ", with LR %x";
    if (etch_fault_knows(f, ETCH_FAULT_LR) && lr < 0xF0000000u) {
        say(to, there ? how : " (LR %x)", lr);
    }
}

static void say_place(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    if (d->no_frame) {
        say(to, ". The frame %s, so PC, LR and R0 to R3 are not known",
                d->cause == ETCH_FAULT_UNSTACK_REFUSED ? "may be none"
                                                       : "was not stored");
        return;
    }
    uint32_t pc = get(f, ETCH_FAULT_PC);
    if (d->misplaced) {
        say(to,
                ". No code runs at %x, the PC that is told: the frame was read from a "
                "wrong place, or overwritten",
                pc);
        return;
    }
    bool there = d->has_addr && d->addr == pc;
    if (etch_fault_knows(f, ETCH_FAULT_PC) && !there) {
        say(to, "%s%scode at PC %x",
                d->cause == ETCH_FAULT_BAD_RETURN ? ". It was to return to " : ", by ",
                d->unprivileged ? "unprivileged " : "", pc);
    }
    say_lr(f, there, to);
    if (!d->entered) {
        say_handler(f, to);
    }
}

static void say_what(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    say_vector(f, d, to);
    say_cause(f, d, to);
    say_place(f, d, to);
    say(to, ".");
}

/* ---- state ----------------------------------------------------------------- */

static const struct {
    uint32_t flag;
    const char *name;
} cfsr_flags[] = {
        {CM4_CFSR_IACCVIOL, " IACCVIOL"},
        {CM4_CFSR_DACCVIOL, " DACCVIOL"},
        {CM4_CFSR_MUNSTKERR, " MUNSTKERR"},
        {CM4_CFSR_MSTKERR, " MSTKERR"},
        {CM4_CFSR_MLSPERR, " MLSPERR"},
        {CM4_CFSR_IBUSERR, " IBUSERR"},
        {CM4_CFSR_PRECISERR, " PRECISERR"},
        {CM4_CFSR_IMPRECISERR, " IMPRECISERR"},
        {CM4_CFSR_UNSTKERR, " UNSTKERR"},
        {CM4_CFSR_STKERR, " STKERR"},
        {CM4_CFSR_LSPERR, " LSPERR"},
        {CM4_CFSR_UNDEFINSTR, " UNDEFINSTR"},
        {CM4_CFSR_INVSTATE, " INVSTATE"},
        {CM4_CFSR_INVPC, " INVPC"},
        {CM4_CFSR_NOCP, " NOCP"},
        {CM4_CFSR_UNALIGNED, " UNALIGNED"},
        {CM4_CFSR_DIVBYZERO, " DIVBYZERO"},
};

/* HardFault had a cause of its own, and CFSR shows another's. */
static bool are_old(const struct etch_fault *f, const struct etch_fault_finding *d)
{
    bool its_own =
            d->cause == ETCH_FAULT_BREAKPOINT || d->cause == ETCH_FAULT_VECTOR_READ;
    return its_own && get(f, ETCH_FAULT_CFSR) &&
           !(get(f, ETCH_FAULT_HFSR) & CM4_HFSR_FORCED);
}

/* Flags of more than one kind of fault: whoever explains one must name the others. */
static void say_flags(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    uint32_t cfsr = get(f, ETCH_FAULT_CFSR);
    bool old = are_old(f, d);
    bool mem = cfsr & 0x3B;
    bool bus = cfsr & 0x3F00;
    bool usage = cfsr >> 16;
    bool fetch = cfsr == (CM4_CFSR_IACCVIOL | CM4_CFSR_IBUSERR); /* one, with both */
    if (!old && (fetch || !((mem && bus) || (usage && (mem || bus))))) {
        return;
    }
    say(to, "CFSR shows");
    for (uint32_t i = 0; i < sizeof(cfsr_flags) / sizeof(cfsr_flags[0]); i++) {
        say(to, "%s", (cfsr & cfsr_flags[i].flag) ? cfsr_flags[i].name : "");
    }
    say(to, ": flags stay until they are cleared, %s of an earlier fault. ",
            old ? "and without HFSR.FORCED they are" : "so some may be");
}

static const struct {
    uint32_t flag;
    const char *name;
} sr_flags[] = {
        {F4_FLASH_SR_OPERR, " OPERR"},
        {F4_FLASH_SR_WRPERR, " WRPERR"},
        {F4_FLASH_SR_PGAERR, " PGAERR"},
        {F4_FLASH_SR_PGPERR, " PGPERR"},
        {F4_FLASH_SR_PGSERR, " PGSERR"},
        {F4_FLASH_SR_RDERR, " RDERR"},
        {F4_FLASH_SR_BSY, " BSY"},
};

static void say_controller(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    uint32_t sr = get(f, ETCH_FAULT_FLASH_SR);
    uint32_t cr = get(f, ETCH_FAULT_FLASH_CR);
    if (etch_fault_knows(f, ETCH_FAULT_FLASH_SR)) {
        if (sr & (F4_FLASH_SR_ERRORS | F4_FLASH_SR_BSY)) {
            say(to, "FLASH_SR shows");
            for (uint32_t i = 0; i < sizeof(sr_flags) / sizeof(sr_flags[0]); i++) {
                say(to, "%s", (sr & sr_flags[i].flag) ? sr_flags[i].name : "");
            }
            say(to, ". ");
        } else if (locks_flash(d)) {
            say(to, "FLASH_SR is clear: the controller never saw the store. ");
        }
    }
    if (etch_fault_knows(f, ETCH_FAULT_FLASH_CR) && !(cr & F4_FLASH_CR_LOCK)) {
        say(to, cr & F4_FLASH_CR_PG
                        ? "FLASH_CR is open with PG set: clear it before anything else. "
                        : "FLASH_CR is open. ");
    }
}

/* ETCH_GUARD_WRITE, and the bit that guards before this one had for it. */
enum { FOR_WRITING = ETCH_GUARD_WRITE | 1 };

static void say_windows(const struct etch_fault *f, const struct etch_fault_sink *to)
{
    bool any = false;
    for (uint32_t w = ETCH_FAULT_WINDOW0; w < ETCH_FAULT_WINDOW_END; w += 5) {
        uint32_t len = get(f, w + 1);
        uint32_t kind = get(f, w + 2);
        if (len && kind) {
            say(to, "The guard has a window of %u bytes open at %x, for %s. ", len,
                    get(f, w), kind & FOR_WRITING ? "writing" : "executing");
            any = true;
        }
    }
    if (etch_fault_knows(f, ETCH_FAULT_WINDOW0 + 2) && !any) {
        say(to, "The guard has no window open. ");
    }
}

static void say_state(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    say_flags(f, d, to);
    say_controller(f, d, to);
    say_windows(f, to);
    if (get(f, ETCH_FAULT_OP_LEN)) {
        const char *what = get(f, ETCH_FAULT_OP_DATA) ? "programming or comparing"
                                                      : "erasing or looking for blank";
        say(to, "The driver's last call was about %s %u bytes from %x, and came to %x. ",
                what, get(f, ETCH_FAULT_OP_LEN), get(f, ETCH_FAULT_OP_ADDR),
                get(f, ETCH_FAULT_OP_AT));
    }
}

/* ---- more ------------------------------------------------------------------ */

static const struct {
    uint32_t need;
    const char *text;
} needs[] = {
        {ETCH_FAULT_NEED_CFSR, "CFSR (0xE000ED28) would tell the cause. "},
        {ETCH_FAULT_NEED_MMFAR,
                "MMFAR (0xE000ED34), if CFSR bit 7 is set, would tell the "
                "address. "},
        {ETCH_FAULT_NEED_BFAR, "BFAR (0xE000ED38), if CFSR bit 15 is set, would tell the "
                               "address. "},
        {ETCH_FAULT_NEED_PC, "The stacked PC and LR would tell where. "},
        {ETCH_FAULT_NEED_MPU,
                "MPU_CTRL (0xE000ED94) and RBAR and RASR of all regions would "
                "tell which one decided, and whose it is. "},
        {ETCH_FAULT_NEED_SHCSR, "SHCSR (0xE000ED24) would tell whether the fault's own "
                                "handler is disabled or was masked. "},
        {ETCH_FAULT_NEED_PRECISE,
                "Set ACTLR.DISDEFWBUF (0xE000E008, bit 1) and run again: "
                "the fault will be precise, with BFAR and the right PC. "},
        {ETCH_FAULT_NEED_INSN,
                "The instruction at PC, from the firmware's ELF, would tell "
                "what it was about. "},
};

/* An address register without CFSR, which would say whether it holds an address; at
 * rest it reads as one of the processor's own registers. */
static void say_perhaps(const struct etch_fault *f, enum etch_fault_word word,
        uint32_t bit, const struct etch_fault_sink *to)
{
    uint32_t addr = get(f, word);
    if (etch_fault_knows(f, word) && addr >> 12 != 0xE000E) {
        say(to, "If its bit %u is set, the access was to %a. ", bit, addr);
    }
}

static void say_more(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    for (uint32_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        if (d->need & needs[i].need) {
            say(to, "%s", needs[i].text);
        }
        if (d->need & needs[i].need & ETCH_FAULT_NEED_CFSR) {
            say_perhaps(f, ETCH_FAULT_MMFAR, 7, to);
            say_perhaps(f, ETCH_FAULT_BFAR, 15, to);
        }
    }
}

/* ---- the whole --------------------------------------------------------------- */

void etch_fault_say(const struct etch_fault *f, const struct etch_fault_finding *d,
        enum etch_fault_part part, const struct etch_fault_sink *to)
{
    switch (part) {
    case ETCH_FAULT_WHAT: say_what(f, d, to); break;
    case ETCH_FAULT_WHY: say_why(f, d, to); break;
    case ETCH_FAULT_STATE: say_state(f, d, to); break;
    case ETCH_FAULT_FIX: say_fix(f, d, to); break;
    case ETCH_FAULT_MORE: say_more(f, d, to); break;
    case ETCH_FAULT_PARTS:
    default: break;
    }
}

/* A sink that lets the blank out which a part may end in, and knows whether
 * anything came. */
struct line {
    const struct etch_fault_sink *to;
    bool blank, any;
};

static void put_in_line(void *ctx, char c)
{
    struct line *line = ctx;
    if (line->blank && line->any) {
        line->to->emit(line->to->ctx, ' ');
    }
    line->blank = c == ' ';
    if (!line->blank) {
        line->to->emit(line->to->ctx, c);
        line->any = true;
    }
}

void etch_fault_explain(const struct etch_fault *f, const struct etch_fault_sink *to)
{
    const struct etch_fault_finding d = etch_fault_decode(f);
    for (int part = 0; part < ETCH_FAULT_PARTS; part++) {
        struct line line = {.to = to};
        const struct etch_fault_sink in = {put_in_line, &line};
        etch_fault_say(f, &d, (enum etch_fault_part)part, &in);
        if (line.any) {
            to->emit(to->ctx, '\n');
        }
    }
}

const char *etch_fault_cause_name(enum etch_fault_cause cause)
{
    return cause < ETCH_FAULT_CAUSES ? cause_names[cause] : cause_names[0];
}
