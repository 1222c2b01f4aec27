/* rule_fault.c - faults: what the processor would not do, and which earlier
 * event made it come to that.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "verdict/jump.h"

enum { NULL_SPAN = 0x400, NEAR_CYCLES = 200, NEAR_STACK = 512 };
#define CFSR_BUS 0x0000FF00u

/* ---- the facts of a fault --------------------------------------------------------- */

/* Why no fault could be taken (B1.5.15). */
static const char *nowhere(const struct verdict *v)
{
    const struct core *core = board_core(v->b);
    unsigned active = core_reg(core, CORE_XPSR) & 0x1FFu;
    if (active == CORE_HARD_FAULT || active == CORE_NMI) {
        return active == CORE_NMI ? "in the handler of NMI"
                                  : "in the handler of HardFault";
    }
    return (core_reg(core, CORE_FAULTMASK) & 1u) != 0
                   ? "with FAULTMASK set"
                   : "in a fault handler, or with FAULTMASK set";
}

static void facts(struct verdict *v, struct item *it, const struct core_fault *f)
{
    const char *name = verdict_exception(v, f->exception);
    if (f->taken == 0) {
        name = verdict_say(v, "%s, not taken: lockup %s", name, nowhere(v));
    } else if (f->taken != f->exception) {
        name = verdict_say(v, "%s, taken as %s: %s", name, verdict_exception(v, f->taken),
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

/* Where execution came to is told in the source if it is any, else who led there.
 * A frame that was none leaves no registers by which to find callers. */
static struct spot place_of(struct verdict *v, const struct core_fault *f)
{
    struct symbols_place place;
    if (f->by == 0 || (f->back == 0 && verdict_locate(v, f->pc, &place) &&
                              place.function != NULL)) {
        return verdict_spot(v, f->pc);
    }
    enum way way = verdict_way(v, f);
    const struct board_event *now = v->now;
    struct board_event there = *now;
    there.pc = way == WAY_JUMP ? f->by : now->pc; /* a call has left its mark in LR */
    v->now = &there;
    struct spot spot = verdict_spot(v, f->by);
    v->now = now;
    bool callers = way == WAY_CALL || way == WAY_JUMP;
    spot.chain_n = !callers && spot.chain_n != 0 ? 1 : spot.chain_n;
    return spot;
}

struct item *rule_fault_add(struct verdict *v, enum code code, const struct core_fault *f)
{
    bool fresh;
    struct item *it = verdict_find(v, code, f->pc);
    struct spot spot = it == NULL ? place_of(v, f) : (struct spot){.known = false};
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
        uint32_t sp = core_reg(board_core(v->b), CORE_SP);
        bool near = f->addr - (sp - NEAR_STACK) < 2u * NEAR_STACK;
        it->f.text = verdict_say(v, "%s stored to 0x%08" PRIX32 "%s, and %s refused it",
                who, f->addr, null ? " through a NULL pointer" : "", region);
        it->f.fix = null   ? "Initialise the pointer; the MPU did its job"
                    : near ? verdict_say(v,
                                     "SP (0x%08" PRIX32
                                     ") is close: has the stack overflowed, the region "
                                     "being its guard? If not, correct the address",
                                     sp)
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
    if (!dead) {
        it->f.text = verdict_deed(v, f);
        it->f.fix = verdict_deed_fix(v, f);
        return;
    }
    bool masked = (core_reg(board_core(v->b), CORE_FAULTMASK) & 1u) != 0;
    it->f.text =
            verdict_say(v, "%s where no fault can be taken, %s: the processor locked up",
                    verdict_deed(v, f), nowhere(v));
    it->f.fix =
            masked ? "Do nothing while FAULTMASK is set (CPSID f) that can fault, and "
                     "mend that fault itself; PRIMASK (CPSID i) masks interrupts and "
                     "lets faults through"
                   : "Do nothing in a fault handler that can fault: no flash, no deep "
                     "stack";
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
    if (rule_stack(v, f)) {
        return true;
    }
    if (f->exception == CORE_MEM_MANAGE && f->access == CORE_STORE) {
        refused_store(v, f);
    } else if (f->exception == CORE_MEM_MANAGE && f->access == CORE_LOAD) {
        refused_load(v, f);
    } else {
        return rule_fetch(v, f);
    }
    return true;
}

/* That was found at the fetch, when nobody knew yet who led there. */
static void absent_code(struct verdict *v, struct item *it, const struct core_fault *f)
{
    if (it->code != CODE_ABSENT_FLASH || f->access != CORE_FETCH || f->by == 0 ||
            it->f.times != 1) {
        return;
    }
    struct spot spot = place_of(v, f);
    it->f.pc = spot.pc;
    it->f.chain_n = spot.chain_n;
    memcpy(it->f.chain, spot.chain, sizeof(it->f.chain));
    verdict_source(v, it, spot.pc);
    it->f.text = verdict_say(v,
            "%s 0x%08" PRIX32 ", where this part has no memory: bus error%s",
            verdict_led(v, f, "jumped to"), f->pc, verdict_returned(v, f));
    it->f.fix = verdict_way_fix(v, f, it->f.fix);
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
        absent_code(v, v->suspect, f);
        rule_fault_explained(v, v->suspect, f);
        v->suspect = NULL;
    } else if (follows(v, f) || !by_kind(v, f)) {
        other(v, f);
    }
    v->fault_ns = v->now->ns;
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
