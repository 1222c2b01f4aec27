/* rule_fault.c - faults: what the processor would not do, and which earlier
 * event made it come to that.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum { NULL_SPAN = 0x400, NEAR_CYCLES = 200 };
#define CFSR_BUS      0x0000FF00u
#define CFSR_STACKING 0x00003838u /* MSTKERR, MUNSTKERR, MLSPERR; STKERR ... */

/* ---- the facts of a fault --------------------------------------------------------- */

static void facts(struct verdict *v, struct item *it, const struct core_fault *f)
{
    const char *name = verdict_exception(v, f->exception);
    const char *taken = f->taken != 0 ? verdict_exception(v, f->taken) : "lockup";
    if (f->taken != f->exception) {
        name = verdict_say(v, "%s, taken as %s: %s", name, taken,
                f->disabled ? "it is not enabled in SHCSR" : "it could not preempt");
    }
    verdict_fact(it, "exception", name);
    verdict_fact(it, "CFSR", verdict_say(v, "0x%08" PRIX32, f->cfsr));
    verdict_fact(it, "HFSR", verdict_say(v, "0x%08" PRIX32, f->hfsr));
    if (f->addr_valid) {
        verdict_fact(it, (f->cfsr & 0xFFu) != 0 ? "MMFAR" : "BFAR",
                verdict_say(v, "0x%08" PRIX32, f->addr));
    }
    if (f->access == CORE_FETCH) {
        verdict_fact(it, "LR",
                f->lr >= EXC_RETURN ? verdict_say(v, "0x%08" PRIX32, f->lr)
                                    : verdict_at(v, f->lr & ~1u));
    }
    if (!f->privileged) {
        verdict_fact(it, "privilege", "none (CONTROL.nPRIV is set)");
    }
    verdict_fact_flash(v, it);
}

struct item *rule_fault_add(struct verdict *v, enum code code, const struct core_fault *f)
{
    bool fresh;
    struct item *it = verdict_find(v, code, f->pc);
    struct spot spot =
            it == NULL ? verdict_spot(v, f->pc) : (struct spot){.known = false};
    it = verdict_add(v, code, f->pc, &spot, &fresh);
    verdict_fatal(v, it);
    if (it == NULL || !fresh) {
        return NULL;
    }
    facts(v, it, f);
    return it;
}

void rule_fault_explained(struct verdict *v, struct item *it, const struct core_fault *f)
{
    verdict_fatal(v, it);
    facts(v, it, f);
    verdict_fact(it, "fault at", verdict_at(v, f->pc));
}

/* ---- the MPU ------------------------------------------------------------------------- */

static const char *store_fix(struct verdict *v, const struct core_fault *f)
{
    const struct silicon_sector *sector = verdict_sector(v, f->addr);
    const char *overlay = verdict_say(v,
            "put a read-write region with a higher number over sector %u alone while "
            "storing (Etch's guard does)",
            sector->number);
    switch (verdict_framework(v)) {
    case FRAMEWORK_MBED:
        return verdict_say(v,
                "Hold mbed::ScopedRomWriteLock (mbed_mpu_manager_lock_rom_write) around "
                "the program call, write through FlashIAP, or %s",
                overlay);
    case FRAMEWORK_ZEPHYR:
        return verdict_say(
                v, "Build with CONFIG_MPU_ALLOW_FLASH_WRITE=y, or %s", overlay);
    case FRAMEWORK_FREERTOS_MPU:
        return "Keep the data outside __FLASH_segment_start__ to __FLASH_segment_end__, "
               "rounded up to a power of two, or open a hole in that region from "
               "privileged code";
    case FRAMEWORK_FREERTOS_MPU_10: /* a task's regions come behind the kernel's */
        return verdict_say(v,
                "Give the task a region over sector %u, portMPU_REGION_READ_WRITE, in "
                "its TaskParameters_t (or by vTaskAllocateMPURegions)",
                sector->number);
    case FRAMEWORK_NONE:
    case FRAMEWORK_RIOT:
    case FRAMEWORK_CUBEMX:
    default:
        return verdict_say(v,
                "Make that region writable (or disable it) around the store, or %s",
                overlay);
    }
}

/* Without PG nobody was programming: then the MPU did its job. */
static const char *stray_fix(void)
{
    return "FLASH_CR.PG is clear, so this was not meant to program: find the stray "
           "pointer, and leave the MPU as it is";
}

static void refused_store(struct verdict *v, const struct core_fault *f)
{
    bool null = f->addr < NULL_SPAN;
    bool flash = verdict_sector(v, f->addr) != NULL;
    struct item *it = rule_fault_add(v,
            null    ? CODE_NULL_POINTER_STORE
            : flash ? CODE_MPU_REFUSED_STORE
                    : CODE_FAULT,
            f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->addr);
    const char *region = verdict_refuser(v, it, f->region, f->privileged);
    const char *who = verdict_func(v, f->pc);
    if (null || !flash) {
        it->f.text = verdict_say(v, "%s stored to 0x%08" PRIX32 "%s, and %s refused it",
                who, f->addr, null ? " through a NULL pointer" : "", region);
        it->f.fix = null ? "Initialise the pointer; the MPU did its job"
                         : "Correct the address, or give this code a region there";
        return;
    }
    it->f.text = verdict_say(v,
            "%s stored 0x%0*" PRIX32
            " to %s, and %s refused it before it reached the flash "
            "controller (an erase only writes registers, so it works)",
            who, (int)f->width * 2, f->value, verdict_addr(v, f->addr), region);
    bool programming = (silicon_reg(v->s, SILICON_CR) & 1u) != 0;
    it->f.fix = programming ? store_fix(v, f) : stray_fix();
}

static void refused_load(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_MPU_REFUSED_LOAD, f);
    if (it != NULL) {
        verdict_address(v, it, f->addr);
        it->f.text = verdict_say(v, "%s read %s, and %s refused it",
                verdict_func(v, f->pc), verdict_addr(v, f->addr),
                verdict_refuser(v, it, f->region, f->privileged));
        it->f.fix = f->addr < NULL_SPAN ? "Initialise the pointer; the MPU did its job"
                                        : "Give this code a region that allows it";
    }
}

/* ---- the rest -------------------------------------------------------------------------- */

/* The frame of the exception that a fault has just raised. */
static bool is_its_frame(const struct verdict *v)
{
    enum { JUST_NOW = 1000 };
    return v->fatal != NULL && v->now->ns - v->fatal->f.ns < JUST_NOW;
}

static void stacking(struct verdict *v, const struct core_fault *f)
{
    if (is_its_frame(v)) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "its frame could not be stored at %s",
                        verdict_addr(v, f->addr)));
        return;
    }
    struct item *it = rule_fault_add(v, CODE_STACK_OVERFLOW, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->addr);
    bool mpu = f->exception == CORE_MEM_MANAGE;
    if (mpu && f->region < 0 && !verdict_default_map(v, f->privileged)) {
        it->f.text = verdict_say(v,
                "The frame of an exception could not be stored at %s while %s ran: %s "
                "refused it",
                verdict_addr(v, f->addr), verdict_func(v, f->pc),
                verdict_no_region(v, f->privileged));
        it->f.fix = "Give this stack a region: the frame is stored with the rights of "
                    "the code that runs";
    } else {
        it->f.text = verdict_say(v,
                "The frame of an exception could not be stored at %s while %s ran: the "
                "stack "
                "has run into what it may not use",
                verdict_addr(v, f->addr), verdict_func(v, f->pc));
        it->f.fix = "Give this stack more room, or find what uses it up";
    }
}

/* A frame is taken from the stack that EXC_RETURN names, and grows upwards. */
static const char *stack_of(const struct verdict *v, uint32_t addr)
{
    const struct core *core = board_core(v->b);
    uint32_t from_psp = addr - core_reg(core, CORE_PSP);
    return from_psp < addr - core_reg(core, CORE_MSP) ? "PSP" : "MSP";
}

static void unstacking(struct verdict *v, const struct core_fault *f)
{
    if (v->fatal != NULL) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "a frame could not be read back from %s",
                        verdict_addr(v, f->addr)));
        return;
    }
    struct item *it = rule_fault_add(v, CODE_FAULT, f);
    if (it == NULL) {
        return;
    }
    unsigned n = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    const char *sp = stack_of(v, f->addr);
    bool mpu = f->exception == CORE_MEM_MANAGE;
    verdict_address(v, it, f->addr);
    it->f.text = verdict_say(v,
            "%s returned from %s, and the frame of the code that was to go on could not "
            "be read back at %s, where %s points: %s%s",
            verdict_func(v, f->pc), verdict_exception(v, n), verdict_addr(v, f->addr), sp,
            mpu ? verdict_refuser(v, it, f->region, f->privileged) : "nothing answers",
            mpu ? " refused it" : "");
    it->f.fix = verdict_say(v,
            "Look for what gave %s that value, or overwrote the place where it was kept "
            "(a context switch?)%s",
            sp,
            mpu ? "; if it is right, open the MPU for that stack before the return" : "");
}

/* The frame has room for the registers of the unit, which are stored when the
 * handler first uses it (B1.5.7). */
static void lazy_stacking(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_STACK_OVERFLOW, f);
    if (it == NULL) {
        return;
    }
    bool mpu = f->exception == CORE_MEM_MANAGE;
    verdict_address(v, it, f->addr);
    it->f.text = verdict_say(v,
            "%s used the floating-point unit, and the registers of the code that it had "
            "interrupted could not be stored at %s, in the frame kept for them: %s%s",
            verdict_func(v, f->pc), verdict_addr(v, f->addr),
            mpu ? verdict_refuser(v, it, f->region, f->privileged) : "nothing answers",
            mpu ? " refused it" : "");
    it->f.fix = "Do not close the MPU over a stack, nor exchange it (FPCAR), before the "
                "handler's first floating-point instruction; or give the stack more room";
}

static void frame(struct verdict *v, const struct core_fault *f)
{
    if (f->access == CORE_UNSTACK) {
        unstacking(v, f);
    } else if (f->access == CORE_LAZY_FP) {
        lazy_stacking(v, f);
    } else {
        stacking(v, f);
    }
}

static void other(struct verdict *v, const struct core_fault *f)
{
    if (v->fatal != NULL) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "%s %s", verdict_at(v, f->pc), verdict_did(f)));
        return;
    }
    bool dead = f->taken == 0;
    struct item *it = rule_fault_add(v, dead ? CODE_LOCKUP : CODE_FAULT, f);
    if (it == NULL) {
        return;
    }
    if (f->addr_valid) {
        verdict_address(v, it, f->addr);
    }
    it->f.text = verdict_say(v, "%s%s", verdict_deed(v, f),
            dead ? " where no fault can be taken, in a fault handler or with FAULTMASK "
                   "set: "
                   "the processor locked up"
                 : "");
    it->f.fix =
            dead ? "Do nothing in a fault handler that can fault: no flash, no deep stack"
                 : verdict_deed_fix(v, f);
}

/* The program was dead already: a fault in the handler of one, or instead. */
static bool follows(const struct verdict *v, const struct core_fault *f)
{
    uint32_t active = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    return v->fatal != NULL && (f->taken == 0 || active == CORE_HARD_FAULT);
}

/* What has a rule of its own; false: it has none. */
static bool by_kind(struct verdict *v, const struct core_fault *f)
{
    if ((f->cfsr & CFSR_STACKING) != 0) {
        frame(v, f);
    } else if (f->exception == CORE_MEM_MANAGE && f->access == CORE_STORE) {
        refused_store(v, f);
    } else if (f->exception == CORE_MEM_MANAGE && f->access == CORE_LOAD) {
        refused_load(v, f);
    } else {
        return rule_fetch(v, f);
    }
    return true;
}

/* An SVC that cannot be taken is told at the instruction after it. */
static struct core_fault at_its_own(const struct core_fault *f)
{
    enum { SVC_LEN = 2 };
    struct core_fault own = *f;
    own.pc -= f->exception == CORE_SVCALL ? SVC_LEN : 0;
    return own;
}

void rule_fault(struct verdict *v, const struct core_fault *fault)
{
    const struct core_fault own = at_its_own(fault);
    const struct core_fault *f = &own;
    bool bus = (f->cfsr & CFSR_BUS) != 0;
    rule_leak_fault(v);
    if (bus && v->suspect != NULL && v->now->cycle - v->suspect_cycle < NEAR_CYCLES) {
        rule_fault_explained(v, v->suspect, f);
        v->suspect = NULL;
    } else if (follows(v, f) || !by_kind(v, f)) {
        other(v, f);
    }
}

void rule_fault_lockup(struct verdict *v, const struct core_fault *f)
{
    if (f != NULL && v->fatal == NULL) {
        rule_fault(v, f);
    }
    if (v->fatal != NULL && v->fatal->code != CODE_LOCKUP) {
        verdict_fact(v->fatal, "then", "the processor locked up");
    }
}
