/* rule_fault.c - faults: what the processor would not do, and which earlier
 * event made it come to that.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

enum { NULL_SPAN = 0x400, NEAR_CYCLES = 200, GUARD_MAX = 1024 };
#define CCM_BASE      0x10000000u
#define SRAM_BASE     0x20000000u
#define SRAM_SPAN     0x20000000u
#define SYSTEM_BASE   0x1FFF0000u
#define SYSTEM_SPAN   0x8000u
#define NO_VECTOR     0xFFFFFFF0u /* what a vector of 0xFFFFFFFF leads to, and above */
#define CFSR_BUS      0x0000FF00u
#define CFSR_STACKING 0x00003838u /* MSTKERR, MUNSTKERR, MLSPERR; STKERR ... */
#define CFSR_UNDEF    0x00010000u

/* ---- the facts of a fault --------------------------------------------------------- */

static const char *exception_name(struct verdict *v, unsigned n)
{
    static const char *const names[] = {[CORE_NMI] = "NMI",
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

static void facts(struct verdict *v, struct item *it, const struct core_fault *f)
{
    const char *name = exception_name(v, f->exception);
    const char *taken = f->taken != 0 ? exception_name(v, f->taken) : "lockup";
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
        verdict_fact(it, "LR", verdict_at(v, f->lr & ~1u));
    }
    if (!f->privileged) {
        verdict_fact(it, "privilege", "none (CONTROL.nPRIV is set)");
    }
    verdict_fact_flash(v, it);
}

/* A finding of its own, which ended the program. NULL: known already. */
static struct item *add(struct verdict *v, enum code code, const struct core_fault *f)
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

/* An earlier finding explains this fault. */
static void explained(struct verdict *v, struct item *it, const struct core_fault *f)
{
    verdict_fatal(v, it);
    facts(v, it, f);
    verdict_fact(it, "fault at", verdict_at(v, f->pc));
}

/* ---- the MPU ------------------------------------------------------------------------- */

/* "MPU region 0 (0x00000000-0x0FFFFFFF: read-only, executable), set by ...". */
static const char *region_words(
        struct verdict *v, struct item *it, int n, bool privileged)
{
    if (n < 0) {
        return verdict_no_region(v, privileged);
    }
    struct region r = verdict_region(v, n);
    const char *framework = verdict_framework_name(verdict_framework(v));
    const struct spot *writer = &v->mpu_writer[n];
    const char *by = "what ran before the first instruction";
    if (writer->known) {
        by = verdict_at(v, writer->pc);
        by = writer->chain_n < 2 ? by
                                 : verdict_say(v, "%s (from %s)", by, writer->chain[1]);
    }
    verdict_fact(it, "MPU region", verdict_say(v, "%d", n));
    verdict_fact(it, "RBAR", verdict_say(v, "0x%08" PRIX32, r.rbar));
    verdict_fact(it, "RASR", verdict_say(v, "0x%08" PRIX32, r.rasr));
    verdict_fact(it, "region set by", by);
    if (framework != NULL) {
        verdict_fact(it, "framework", framework);
    }
    return verdict_say(v, "MPU region %d (%s: %s), set by %s%s%s,", n,
            verdict_region_span(v, r), verdict_region_rights(v, r), by,
            framework != NULL ? " as in " : "", framework != NULL ? framework : "");
}

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
    struct item *it = add(v,
            null    ? CODE_NULL_POINTER_STORE
            : flash ? CODE_MPU_REFUSED_STORE
                    : CODE_FAULT,
            f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->addr);
    const char *region = region_words(v, it, f->region, f->privileged);
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
    struct item *it = add(v, CODE_MPU_REFUSED_LOAD, f);
    if (it != NULL) {
        verdict_address(v, it, f->addr);
        it->f.text = verdict_say(v, "%s read %s, and %s refused it",
                verdict_func(v, f->pc), verdict_addr(v, f->addr),
                region_words(v, it, f->region, f->privileged));
        it->f.fix = f->addr < NULL_SPAN ? "Initialise the pointer; the MPU did its job"
                                        : "Give this code a region that allows it";
    }
}

/* ---- execution ------------------------------------------------------------------------- */

static bool in_ccm(const struct verdict *v, uint32_t addr)
{
    const struct silicon_part *part = silicon_part(v->s);
    return part->ccm_kib != 0 && addr - CCM_BASE < part->ccm_kib * 1024u;
}

static const char *run_fix(struct verdict *v)
{
    switch (verdict_framework(v)) {
    case FRAMEWORK_MBED:
        return "Hold mbed::ScopedRamExecutionLock (mbed_mpu_manager_lock_ram_execution) "
               "around the call, or leave the routine in flash: on an STM32F4 the flash "
               "stalls the processor, it does not need code in RAM";
    case FRAMEWORK_ZEPHYR:
        return "Mark the function __ramfunc, which gives it a region of its own, or "
               "leave "
               "it in flash";
    case FRAMEWORK_NONE:
    case FRAMEWORK_FREERTOS_MPU:
    case FRAMEWORK_FREERTOS_MPU_10:
    case FRAMEWORK_RIOT:
    case FRAMEWORK_CUBEMX:
    default:
        return "Clear XN for the region of the routine, or leave it in flash: on an "
               "STM32F4 the flash stalls the processor, it does not need code in RAM";
    }
}

static void refused_ram(struct verdict *v, const struct core_fault *f)
{
    struct item *it = add(v, CODE_RAM_NOT_EXECUTABLE, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->pc);
    it->f.text = verdict_say(v,
            "%s called %s in RAM at 0x%08" PRIX32 ", and %s refused to execute it there: "
            "that is not the refusal of a store, and it comes before any",
            verdict_at(v, f->lr & ~1u), verdict_func(v, f->pc), f->pc,
            region_words(v, it, f->region, f->privileged));
    it->f.fix = run_fix(v);
}

static void refused_ccm(struct verdict *v, const struct core_fault *f)
{
    struct item *it = add(v, CODE_CCM_NOT_EXECUTABLE, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->pc);
    it->f.text = verdict_say(v,
            "%s jumped to 0x%08" PRIX32
            " in CCM, which on this part (%s) is data RAM: no "
            "instruction and no vector can be fetched from it",
            verdict_at(v, f->lr & ~1u), f->pc, silicon_part(v->s)->name);
    it->f.fix = "Link the routine (.ramfunc) and the vector table into SRAM, 0x20000000; "
                "the vendor's linker script marks CCMRAM executable, but it is not";
}

static void refused_elsewhere(struct verdict *v, const struct core_fault *f)
{
    struct item *it = add(v, CODE_NOT_EXECUTABLE, f);
    if (it == NULL) {
        return;
    }
    bool loader = f->pc - SYSTEM_BASE < SYSTEM_SPAN;
    verdict_address(v, it, f->pc);
    if (f->region < 0 && !verdict_default_map(v, f->privileged)) {
        it->f.text = verdict_say(v, "%s could not go on at %s: %s refused to execute it",
                verdict_func(v, f->pc), verdict_addr(v, f->pc),
                verdict_no_region(v, f->privileged));
        it->f.fix = "Give this code a region, read-only and executable, before the MPU "
                    "is enabled or CONTROL.nPRIV is set";
        return;
    }
    it->f.text = verdict_say(v, "%s jumped to %s, which %s does not let execute",
            verdict_at(v, f->lr & ~1u), verdict_addr(v, f->pc),
            f->region >= 0 ? region_words(v, it, f->region, f->privileged)
                           : "the default memory map");
    it->f.fix =
            loader ? "Disable the MPU before jumping to the boot loader in system memory"
                   : "Correct the pointer that was called";
}

/* ---- erased code and vectors --------------------------------------------------------- */

static struct item *erased_there(struct verdict *v, uint32_t addr)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    const struct silicon_sector *sector = verdict_sector(v, addr);
    return sector != NULL ? v->sector[sector - sectors].image : NULL;
}

static void no_vector(struct verdict *v, const struct core_fault *f)
{
    uint32_t table = verdict_vectors(v);
    struct item *cause = erased_there(v, table);
    unsigned n = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    const char *which = n == 0 ? "Reset" : exception_name(v, n);
    if (cause != NULL) {
        explained(v, cause, f);
        verdict_fact(cause, "vector that was gone", which);
        return;
    }
    struct item *it = add(v, CODE_VECTOR_ERASED, f);
    if (it != NULL) {
        verdict_address(v, it, table + n * 4);
        it->f.text = verdict_say(v,
                "The vector of %s, at %s, read as 0xFFFFFFFF: there is erased flash "
                "where "
                "the vector table should be",
                which, verdict_addr(v, table + n * 4));
        it->f.fix =
                "Flash the image whose vectors VTOR (or the reset) expects there, and "
                "check that before jumping to it";
    }
}

static bool blank(struct verdict *v, uint32_t pc)
{
    uint16_t half = 0;
    return verdict_sector(v, pc) != NULL && board_peek(v->b, pc & ~1u, &half, 2) == 2 &&
           half == 0xFFFF;
}

static void no_code(struct verdict *v, const struct core_fault *f)
{
    struct item *cause = erased_there(v, f->pc);
    if (cause != NULL) {
        if (cause->code == CODE_IMAGE_IN_ERASED_SECTOR) {
            verdict_recode(cause, CODE_ERASED_RUNNING_CODE);
            cause->f.text = verdict_say(v, "%s; %s, which runs next, was in it",
                    cause->f.text, verdict_at(v, f->pc));
        }
        explained(v, cause, f);
        return;
    }
    struct item *it = add(v, CODE_BLANK_CODE, f);
    if (it != NULL) {
        verdict_address(v, it, f->pc);
        it->f.text = verdict_say(v,
                "%s jumped to %s, where the flash is blank: there is no program",
                verdict_at(v, f->lr & ~1u), verdict_addr(v, f->pc));
        it->f.fix = "Check that an image is there before jumping to it";
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
    struct item *it = add(v, CODE_STACK_OVERFLOW, f);
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

static void other(struct verdict *v, const struct core_fault *f)
{
    if (v->fatal != NULL) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "%s %s", verdict_at(v, f->pc), verdict_did(f->cfsr)));
        return;
    }
    bool dead = f->taken == 0;
    struct item *it = add(v, dead ? CODE_LOCKUP : CODE_FAULT, f);
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

static void fetch(struct verdict *v, const struct core_fault *f)
{
    if (f->pc >= NO_VECTOR) {
        no_vector(v, f);
    } else if (in_ccm(v, f->pc)) {
        refused_ccm(v, f);
    } else if ((f->cfsr & CFSR_BUS) != 0) {
        other(v, f);
    } else if (f->pc - SRAM_BASE < SRAM_SPAN) {
        refused_ram(v, f);
    } else {
        refused_elsewhere(v, f);
    }
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
    if (f->access == CORE_VECTOR) {
        no_vector(v, f);
    } else if ((f->cfsr & CFSR_STACKING) != 0) {
        stacking(v, f);
    } else if ((f->cfsr & CFSR_UNDEF) != 0 && blank(v, f->pc)) {
        no_code(v, f);
    } else if (f->access == CORE_FETCH && f->exception != CORE_USAGE_FAULT) {
        fetch(v, f);
    } else if (f->exception == CORE_MEM_MANAGE && f->access == CORE_STORE) {
        refused_store(v, f);
    } else if (f->exception == CORE_MEM_MANAGE && f->access == CORE_LOAD) {
        refused_load(v, f);
    } else {
        return false;
    }
    return true;
}

void rule_fault(struct verdict *v, const struct core_fault *f)
{
    bool bus = (f->cfsr & CFSR_BUS) != 0;
    if (bus && v->suspect != NULL && v->now->cycle - v->suspect_cycle < NEAR_CYCLES) {
        explained(v, v->suspect, f);
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
