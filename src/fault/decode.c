/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"
#include "hw/cm4_scs.h"
#include "hw/f4_flash.h"

#define MEM   0x000000FFu
#define BUS   0x0000FF00u
#define USAGE 0xFFFF0000u

enum { RETURN_THREAD = 1 << 3, RETURN_PSP = 1 << 2, EXCEPTION = 0x1FF, RESET = 1 };

/* EPSR.T of a stacked PSR: clear only behind a jump to an even address. */
#define PSR_T (1u << 24)

/* What is a HardFault from the beginning. */
#define ITS_OWN (CM4_HFSR_VECTTBL | CM4_HFSR_DEBUGEVT)

/* Armv8-M has a limit for each stack, and this flag of CFSR (B3.15). */
#define STKOF (1u << 20)

/* LR has these bits set in a handler that has called nothing yet (B1.5.8). */
#define EXC_RETURN 0xFFFFFFE0u

/* The address of a store to erased flash as vector: 0xFFFFFFFF less its bit 0. */
#define ERASED 0xFFFFFFFEu

static uint32_t get(const struct etch_fault *f, enum etch_fault_word word)
{
    return etch_fault_get(f, word);
}

static void set_addr(struct etch_fault_finding *d, uint32_t addr)
{
    d->addr = addr;
    d->has_addr = true;
}

/* PC is where it happened, if there is a frame to tell. */
static bool has_pc(const struct etch_fault *f, const struct etch_fault_finding *d)
{
    return !d->no_frame && etch_fault_knows(f, ETCH_FAULT_PC);
}

/* ---- loads and stores ---------------------------------------------------------- */

/* Of a Thumb instruction that accesses memory (ARMv7-M A5.2.4, A5.3). */
static bool is_load(uint32_t insn)
{
    uint32_t half = insn & 0xFFFF;
    if (half >= 0xE800) {
        return half >> 4 & 1;
    }
    return half >> 12 == 5 ? (half >> 9 & 7) >= 3 : half >> 11 & 1;
}

/* A refused access to what may be read was a write. And flash may be read as
 * long as no region is known to say otherwise: programs run from there, which
 * takes the right to read. Not so where it is seen at 0: nobody runs there, and
 * many an MPU set-up closes it against NULL pointers. */
static void find_direction(const struct etch_fault *f, struct etch_fault_finding *d)
{
    if (etch_fault_knows(f, ETCH_FAULT_INSN) && !d->no_frame) {
        d->is_read = is_load(get(f, ETCH_FAULT_INSN));
        d->is_write = !d->is_read;
    } else if (d->region >= 0) {
        d->is_write = rights_of(d->rasr, d->unprivileged) == 1;
    } else if (d->region == ETCH_FAULT_REGION_UNKNOWN) {
        d->is_write = area_of(d->addr) == AREA_FLASH;
    }
    if (!d->is_read && !d->is_write && has_pc(f, d)) {
        d->need |= ETCH_FAULT_NEED_INSN;
    }
}

/* ---- the stack ---------------------------------------------------------------------- */

bool find_stack(const struct etch_fault *f, uint32_t *sp)
{
    bool psp = get(f, ETCH_FAULT_EXC_RETURN) & RETURN_PSP;
    enum etch_fault_word word = psp ? ETCH_FAULT_PSP : ETCH_FAULT_MSP;
    if (!etch_fault_knows(f, ETCH_FAULT_EXC_RETURN) || !etch_fault_knows(f, word)) {
        word = ETCH_FAULT_SP;
    }
    *sp = get(f, word);
    return etch_fault_knows(f, word);
}

/* PUSH and POP, or of a Thumb instruction that accesses memory its base (A5.2.4,
 * A5.3). */
static bool is_by_sp(uint32_t insn)
{
    uint32_t half = insn & 0xFFFF;
    return half >= 0xE800 ? (half & 15) == 13 : half >> 12 == 9 || half >> 12 == 11;
}

/* Is it where a function has its own data, or pushes? The frame is up to 108 bytes
 * below. */
static bool is_at_stack(const struct etch_fault *f, uint32_t addr)
{
    enum { BELOW = 256, ABOVE = 512 };
    uint32_t sp;
    bool close = find_stack(f, &sp) && addr - (sp - BELOW) < BELOW + ABOVE;
    return close ||
           (etch_fault_knows(f, ETCH_FAULT_INSN) && is_by_sp(get(f, ETCH_FAULT_INSN)));
}

/* ---- refused by the MPU ----------------------------------------------------------- */

static void refused_access(const struct etch_fault *f, struct etch_fault_finding *d)
{
    d->cause = ETCH_FAULT_ACCESS_REFUSED;
    if (!etch_fault_knows(f, ETCH_FAULT_MMFAR)) {
        d->need |= ETCH_FAULT_NEED_MMFAR;
        return;
    }
    set_addr(d, get(f, ETCH_FAULT_MMFAR));
    find_region(f, d);
    find_direction(f, d);
    if (d->addr < NEAR_NULL) {
        d->cause = ETCH_FAULT_NULL_POINTER;
    } else if (is_at_stack(f, d->addr)) {
        d->cause = ETCH_FAULT_STACK_OVERFLOW;
    } else if (d->is_write) {
        d->cause = ETCH_FAULT_WRITE_REFUSED;
    }
}

/* ---- each status register -------------------------------------------------------- */

/* CONTROL.nPRIV holds in thread mode only, and no exception has been entered there. */
static bool is_thread(const struct etch_fault *f)
{
    if (etch_fault_knows(f, ETCH_FAULT_EXC_RETURN)) {
        return get(f, ETCH_FAULT_EXC_RETURN) & RETURN_THREAD;
    }
    return etch_fault_knows(f, ETCH_FAULT_PSR) && !(get(f, ETCH_FAULT_PSR) & EXCEPTION);
}

/* An exception's entry leaves an EXC_RETURN in LR (B1.5.6), a call does not. */
static bool is_called(const struct etch_fault *f)
{
    return is_thread(f) ||
           (etch_fault_knows(f, ETCH_FAULT_LR) && get(f, ETCH_FAULT_LR) < EXC_RETURN);
}

static void overflow(const struct etch_fault *f, struct etch_fault_finding *d)
{
    uint32_t sp;
    d->cause = ETCH_FAULT_STACK_OVERFLOW;
    if (etch_fault_knows(f, ETCH_FAULT_MMFAR)) {
        set_addr(d, get(f, ETCH_FAULT_MMFAR));
    } else if (etch_fault_knows(f, ETCH_FAULT_BFAR)) {
        set_addr(d, get(f, ETCH_FAULT_BFAR));
    } else if (find_stack(f, &sp)) {
        set_addr(d, sp);
    }
}

static void refused_fetch(const struct etch_fault *f, struct etch_fault_finding *d)
{
    d->cause = ETCH_FAULT_EXEC_REFUSED;
    if (d->no_frame && find_stack(f, &d->addr)) {
        find_region(f, d); /* there is no right to anything, the stack included */
        return;
    }
    if (!has_pc(f, d)) {
        return;
    }
    set_addr(d, get(f, ETCH_FAULT_PC));
    find_region(f, d);
    if (d->addr >= ERASED) {
        d->cause = is_called(f) ? ETCH_FAULT_ERASED_CALL : ETCH_FAULT_ERASED_VECTOR;
    } else if (d->addr < NEAR_NULL) {
        d->cause = ETCH_FAULT_NULL_CALL;
    }
}

/* No new frame is stored for the fault (B1.5.8): what is there now is not known. */
static void unstacking(const struct etch_fault *f, struct etch_fault_finding *d)
{
    d->cause = ETCH_FAULT_UNSTACK_REFUSED;
    d->no_frame = true;
    d->has_addr = find_stack(f, &d->addr);
}

static void find_region_of_stack(const struct etch_fault *f, struct etch_fault_finding *d)
{
    if (d->has_addr) {
        find_region(f, d);
    }
}

static void mem_fault(
        const struct etch_fault *f, uint32_t mmfsr, struct etch_fault_finding *d)
{
    /* A fetch that may not be comes before the frame that could not be stacked. */
    if (mmfsr & CM4_CFSR_IACCVIOL) {
        refused_fetch(f, d);
    } else if (mmfsr & CM4_CFSR_MSTKERR) {
        overflow(f, d);
        find_region_of_stack(f, d);
    } else if (mmfsr & CM4_CFSR_DACCVIOL) {
        refused_access(f, d);
    } else if (mmfsr & CM4_CFSR_MLSPERR) {
        d->cause = ETCH_FAULT_LAZY_FP;
    } else {
        unstacking(f, d);
        find_region_of_stack(f, d);
    }
}

static void precise(const struct etch_fault *f, struct etch_fault_finding *d)
{
    d->cause = ETCH_FAULT_BUS_ABSENT;
    if (!etch_fault_knows(f, ETCH_FAULT_BFAR)) {
        d->need |= ETCH_FAULT_NEED_BFAR;
        return;
    }
    set_addr(d, get(f, ETCH_FAULT_BFAR));
    uint32_t reg = d->addr - F4_FLASH_REGS;
    if (d->addr < NEAR_NULL) {
        d->cause = ETCH_FAULT_NULL_POINTER;
    } else if (reg == 4 || reg == 8) { /* KEYR, OPTKEYR */
        d->cause = ETCH_FAULT_WRONG_KEY;
    } else if (area_of(d->addr) == AREA_PPB) {
        d->cause = ETCH_FAULT_PPB_UNPRIVILEGED;
    } else if (is_below_ram(d->addr) && is_at_stack(f, d->addr)) {
        d->cause = ETCH_FAULT_STACK_OVERFLOW;
    }
}

static void bus_fault(
        const struct etch_fault *f, uint32_t bfsr, struct etch_fault_finding *d)
{
    if (bfsr & CM4_CFSR_STKERR) {
        overflow(f, d);
    } else if (bfsr & CM4_CFSR_IBUSERR) {
        d->cause = ETCH_FAULT_BUS_FETCH;
        if (!has_pc(f, d)) {
            return;
        }
        set_addr(d, get(f, ETCH_FAULT_PC));
        if (area_of(d->addr) == AREA_CCM) {
            d->cause = ETCH_FAULT_CCM_FETCH;
        } else if (d->addr < NEAR_NULL) {
            d->cause = ETCH_FAULT_NULL_CALL;
        }
    } else if (bfsr & CM4_CFSR_PRECISERR) {
        precise(f, d);
    } else if (bfsr & CM4_CFSR_IMPRECISERR) {
        d->cause = ETCH_FAULT_BUS_IMPRECISE;
        d->need |= ETCH_FAULT_NEED_PRECISE;
    } else if (bfsr & CM4_CFSR_LSPERR) {
        d->cause = ETCH_FAULT_LAZY_FP;
    } else {
        unstacking(f, d);
    }
}

static bool is_erased_code(const struct etch_fault *f)
{
    return etch_fault_knows(f, ETCH_FAULT_INSN) &&
           (get(f, ETCH_FAULT_INSN) & 0xFFFF) == 0xFFFF;
}

static void jumped_to_even(struct etch_fault_finding *d)
{
    bool null = d->has_addr && d->addr < NEAR_NULL;
    d->cause = null ? ETCH_FAULT_NULL_CALL : ETCH_FAULT_NOT_THUMB;
}

static void usage_fault(
        const struct etch_fault *f, uint32_t ufsr, struct etch_fault_finding *d)
{
    if (has_pc(f, d)) {
        set_addr(d, get(f, ETCH_FAULT_PC));
    }
    if (ufsr & STKOF) {
        d->has_addr = false;
        overflow(f, d);
    } else if (ufsr & CM4_CFSR_UNALIGNED) {
        d->cause = ETCH_FAULT_UNALIGNED;
    } else if (ufsr & CM4_CFSR_INVPC) {
        d->cause = ETCH_FAULT_BAD_RETURN;
        d->has_addr = false; /* PC is of where the return was to go (B1.5.8) */
    } else if (ufsr & CM4_CFSR_INVSTATE) {
        jumped_to_even(d);
    } else if (ufsr & (CM4_CFSR_NOCP | CM4_CFSR_UNDEFINSTR)) {
        /* Erased flash is a coprocessor instruction, too: 0xFFFF 0xFFFF. */
        d->cause = (ufsr & CM4_CFSR_NOCP) ? ETCH_FAULT_NO_FPU : ETCH_FAULT_UNDEFINED;
        if (is_erased_code(f)) {
            d->cause = ETCH_FAULT_ERASED_CODE;
        } else if (!etch_fault_knows(f, ETCH_FAULT_INSN)) {
            d->need |= ETCH_FAULT_NEED_INSN;
        }
    } else {
        d->cause = ETCH_FAULT_DIVIDE;
    }
}

/* Is it a frame of behind a jump to an even address, and a frame at all? Reset is an
 * exception that nothing interrupts: a debugger shows it of a chip that it holds. */
static bool shows_even_jump(const struct etch_fault *f)
{
    uint32_t psr = get(f, ETCH_FAULT_PSR);
    uint32_t exception = psr & EXCEPTION;
    return etch_fault_knows(f, ETCH_FAULT_PSR) && !(psr & PSR_T) && exception != RESET &&
           exception < IRQ_END && !(get(f, ETCH_FAULT_PC) & 1);
}

/* Without CFSR, as a Cortex-M0 is, the frame alone may decide. */
static void no_status(const struct etch_fault *f, struct etch_fault_finding *d)
{
    if (shows_even_jump(f) && has_pc(f, d)) {
        set_addr(d, get(f, ETCH_FAULT_PC));
        jumped_to_even(d);
    } else {
        d->need |= ETCH_FAULT_NEED_CFSR;
    }
}

/* ---- the frame -------------------------------------------------------------------- */

#define ONE(cause) (1u << (cause))

/* An instruction was executed, and so it was where code can run. */
#define OF_INSTRUCTION                                                      \
    (ONE(ETCH_FAULT_WRITE_REFUSED) | ONE(ETCH_FAULT_ACCESS_REFUSED) |       \
            ONE(ETCH_FAULT_NULL_POINTER) | ONE(ETCH_FAULT_WRONG_KEY) |      \
            ONE(ETCH_FAULT_PPB_UNPRIVILEGED) | ONE(ETCH_FAULT_BUS_ABSENT) | \
            ONE(ETCH_FAULT_UNDEFINED) | ONE(ETCH_FAULT_NO_FPU) |            \
            ONE(ETCH_FAULT_UNALIGNED) | ONE(ETCH_FAULT_DIVIDE) |            \
            ONE(ETCH_FAULT_STACK_OVERFLOW))

static void find_misplaced(const struct etch_fault *f, struct etch_fault_finding *d)
{
    uint32_t pc = get(f, ETCH_FAULT_PC);
    bool executed = OF_INSTRUCTION & ONE(d->cause);
    d->misplaced = executed && has_pc(f, d) && !could_run(pc);
    if (d->misplaced) {
        d->has_addr = d->has_addr && d->addr != pc;
        d->need &= ~(uint32_t)ETCH_FAULT_NEED_INSN;
        d->need |= ETCH_FAULT_NEED_PC;
    }
}

/* A jump to nowhere with LR still as the exception's entry has left it was made by
 * the vector itself, or by the end of a handler that called nothing. */
static void find_entered(const struct etch_fault *f, struct etch_fault_finding *d)
{
    if (is_jump(d->cause) && !d->no_frame && get(f, ETCH_FAULT_LR) >= EXC_RETURN) {
        d->entered = (uint16_t)(get(f, ETCH_FAULT_PSR) & EXCEPTION);
    }
}

/* ---- the whole ------------------------------------------------------------------ */

/* A fault with a handler of its own, and it was taken. */
static bool is_own(uint32_t vector)
{
    return vector >= MEMMANAGE && vector <= USAGEFAULT;
}

/* The flags accumulate until somebody clears them; if the fault's own handler
 * was taken, those of the others are old. So are all of them if HardFault had a
 * cause of its own and was not FORCED by another (B3.2.16). */
static uint32_t own_flags(const struct etch_fault *f, uint32_t vector)
{
    static const uint32_t own[] = {MEM, BUS, USAGE};
    uint32_t cfsr = get(f, ETCH_FAULT_CFSR);
    uint32_t hfsr = get(f, ETCH_FAULT_HFSR);
    if (is_own(vector) && (cfsr & own[vector - MEMMANAGE])) {
        cfsr &= own[vector - MEMMANAGE];
    } else if (vector == HARDFAULT && (hfsr & ITS_OWN) && !(hfsr & CM4_HFSR_FORCED)) {
        cfsr = 0;
    }
    return cfsr & ~(CM4_CFSR_MMARVALID | CM4_CFSR_BFARVALID);
}

/* BKPT sets DEBUGEVT, SVC is escalated like any other exception (C1.6.3, B1.5.4).
 * QEMU has FORCED for both. */
static bool is_breakpoint(const struct etch_fault *f)
{
    return (get(f, ETCH_FAULT_HFSR) & CM4_HFSR_DEBUGEVT) ||
           (get(f, ETCH_FAULT_INSN) & 0xFF00) == 0xBE00;
}

static void find_cause(const struct etch_fault *f, struct etch_fault_finding *d)
{
    uint32_t hfsr = get(f, ETCH_FAULT_HFSR);
    uint32_t cfsr = own_flags(f, d->vector);
    d->no_frame = cfsr & (CM4_CFSR_MSTKERR | CM4_CFSR_STKERR);
    if ((hfsr & CM4_HFSR_VECTTBL) && !is_own(d->vector)) {
        d->cause = ETCH_FAULT_VECTOR_READ;
    } else if (cfsr & MEM) {
        mem_fault(f, cfsr & MEM, d);
    } else if (cfsr & BUS) {
        bus_fault(f, cfsr & BUS, d);
    } else if (cfsr & USAGE) {
        usage_fault(f, cfsr & USAGE, d);
    } else if (!etch_fault_knows(f, ETCH_FAULT_CFSR) && !(hfsr & CM4_HFSR_DEBUGEVT)) {
        no_status(f, d);
    } else if (hfsr & (CM4_HFSR_DEBUGEVT | CM4_HFSR_FORCED)) {
        d->cause = is_breakpoint(f) ? ETCH_FAULT_BREAKPOINT : ETCH_FAULT_SVC_REFUSED;
    } else {
        d->cause = ETCH_FAULT_NONE;
    }
}

/* SHCSR has the enabling bits of the three in the order of CFSR's parts. */
static void find_escalation(const struct etch_fault *f, struct etch_fault_finding *d)
{
    uint32_t cfsr = own_flags(f, d->vector);
    if (is_own(d->vector) || !(get(f, ETCH_FAULT_HFSR) & CM4_HFSR_FORCED) || !cfsr) {
        return;
    }
    uint32_t enabled = cfsr & MEM   ? CM4_SCB_SHCSR_MEMFAULTENA
                       : cfsr & BUS ? CM4_SCB_SHCSR_BUSFAULTENA
                                    : CM4_SCB_SHCSR_USGFAULTENA;
    if (!etch_fault_knows(f, ETCH_FAULT_SHCSR)) {
        d->escalation = ETCH_FAULT_ESCALATED;
        d->need |= ETCH_FAULT_NEED_SHCSR;
    } else if (get(f, ETCH_FAULT_SHCSR) & enabled) {
        d->escalation = ETCH_FAULT_MASKED;
    } else {
        d->escalation = ETCH_FAULT_DISABLED;
    }
}

/* What the MPU refused, where its registers would tell why and whose they are. Where
 * the default map has no code, no region is needed for it. */
static bool wants_regions(const struct etch_fault *f, const struct etch_fault_finding *d)
{
    bool refused =
            d->cause == ETCH_FAULT_WRITE_REFUSED || d->cause == ETCH_FAULT_ACCESS_REFUSED;
    bool fetch = d->cause == ETCH_FAULT_EXEC_REFUSED;
    return (refused || (fetch && !(d->has_addr && !could_run(d->addr)))) &&
           !knows_regions(f);
}

struct etch_fault_finding etch_fault_decode(const struct etch_fault *f)
{
    struct etch_fault_finding d = {.region = ETCH_FAULT_REGION_UNKNOWN,
            .unprivileged = is_thread(f) && (get(f, ETCH_FAULT_CONTROL) & 1)};
    uint32_t vector = get(f, ETCH_FAULT_VECTOR) & EXCEPTION;
    if (vector == 0 && get(f, ETCH_FAULT_HFSR)) {
        vector = HARDFAULT;
    }
    d.vector = (uint8_t)vector;
    d.framework = find_framework(f);
    find_cause(f, &d);
    find_misplaced(f, &d);
    find_entered(f, &d);
    find_escalation(f, &d);
    if (d.cause != ETCH_FAULT_NONE && !d.no_frame &&
            !etch_fault_knows(f, ETCH_FAULT_PC)) {
        d.need |= ETCH_FAULT_NEED_PC;
    }
    if (wants_regions(f, &d)) {
        d.need |= ETCH_FAULT_NEED_MPU;
    }
    return d;
}

bool is_deliberate(const struct etch_fault *f, uint32_t addr)
{
    bool driver = get(f, ETCH_FAULT_OP_DATA) &&
                  addr - get(f, ETCH_FAULT_OP_ADDR) < get(f, ETCH_FAULT_OP_LEN);
    return driver || (get(f, ETCH_FAULT_FLASH_CR) & F4_FLASH_CR_PG);
}

bool is_stray(const struct etch_fault *f, uint32_t addr)
{
    return etch_fault_knows(f, ETCH_FAULT_FLASH_CR) && !is_deliberate(f, addr);
}
