/* rule_fetch.c - faults of execution: where nothing may be executed, or nothing
 * is, and which call or vector led there.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/jump.h"

#define CCM_BASE    0x10000000u
#define SRAM_BASE   0x20000000u
#define SRAM_SPAN   0x20000000u
#define SYSTEM_BASE 0x1FFF0000u
#define SYSTEM_SPAN 0x8000u
#define ERASED      0xFFFFFFFFu
#define CFSR_BUS    0x0000FF00u
#define CFSR_UNDEF  0x00010000u
#define CFSR_STATE  0x00020000u /* INVSTATE */
#define CFSR_INVPC  0x00040000u

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
    struct item *it = rule_fault_add(v, CODE_RAM_NOT_EXECUTABLE, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->pc);
    it->f.text = verdict_say(v,
            "%s %s in RAM at 0x%08" PRIX32 ", and %s refused to execute it there: "
            "that is not the refusal of a store, and it comes before any%s",
            verdict_led(v, f, "called"), verdict_func(v, f->pc), f->pc,
            verdict_refuser(v, it, f->region, f->privileged), verdict_returned(v, f));
    it->f.fix = verdict_way_fix(v, f, run_fix(v));
}

static void refused_ccm(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_CCM_NOT_EXECUTABLE, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->pc);
    it->f.text = verdict_say(v,
            "%s 0x%08" PRIX32 " in CCM, which on this part (%s) is data RAM: no "
            "instruction and no vector can be fetched from it",
            verdict_led(v, f, "jumped to"), f->pc, silicon_part(v->s)->name);
    it->f.fix = "Link the routine (.ramfunc) and the vector table into SRAM, 0x20000000; "
                "the vendor's linker script marks CCMRAM executable, but it is not";
}

static void refused_elsewhere(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_NOT_EXECUTABLE, f);
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
    it->f.text = verdict_say(v, "%s %s, which %s does not let execute%s",
            verdict_led(v, f, "jumped to"), verdict_addr(v, f->pc),
            f->region >= 0 ? verdict_refuser(v, it, f->region, f->privileged)
                           : "the default memory map",
            verdict_returned(v, f));
    it->f.fix =
            loader ? "Disable the MPU before jumping to the boot loader in system memory"
                   : verdict_way_fix(v, f, "Correct the pointer that was called");
}

/* At the top of the address space is what was never an address. */
static void refused_top(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_NOT_EXECUTABLE, f);
    uint32_t target = f->pc | 1u;
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->pc);
    it->f.text = verdict_say(v, "%s 0x%08" PRIX32 ", which is %s%s",
            verdict_led(v, f, "jumped to"), target,
            target == ERASED
                    ? "no function but what erased flash holds, and memory set to ones"
                    : "no address but an EXC_RETURN, and only a handler can return by "
                      "one",
            verdict_returned(v, f));
    it->f.fix =
            target == ERASED
                    ? verdict_way_fix(v, f,
                              "Check the pointer before the call: was it read from a "
                              "table or an application that is not there, or never set?")
                    : "Call no handler as a function, and start no task with an "
                      "EXC_RETURN in LR";
}

/* ---- erased code and vectors --------------------------------------------------------- */

static struct item *erased_there(struct verdict *v, uint32_t addr)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    const struct silicon_sector *sector = verdict_sector(v, addr);
    return sector != NULL ? v->sector[sector - sectors].image : NULL;
}

static void erased_vector(struct verdict *v, const struct core_fault *f, unsigned n)
{
    uint32_t table = verdict_vectors(v);
    struct item *cause = erased_there(v, table);
    if (cause != NULL) {
        rule_fault_explained(v, cause, f);
        verdict_fact(cause, "vector that was gone", verdict_exception(v, n));
        return;
    }
    struct item *it = rule_fault_add(v, CODE_VECTOR_ERASED, f);
    if (it != NULL) {
        verdict_address(v, it, table + n * 4);
        it->f.text = verdict_say(v,
                "%s read as 0xFFFFFFFF: there is erased flash where the vector table "
                "should be",
                verdict_vector_words(v, n));
        it->f.fix =
                "Flash the image whose vectors VTOR (or the reset) expects there, and "
                "check that before jumping to it";
    }
}

/* The bus answered the read of a vector with an error; the fault that this is may
 * find its own vector as little. */
static void unread_vector(struct verdict *v, const struct core_fault *f)
{
    uint32_t vtor = verdict_ppb(v, SCB_VTOR);
    const char *which = verdict_exception(v, (f->addr - vtor) / 4);
    if (v->fatal != NULL) {
        verdict_fact(v->fatal, "then",
                verdict_say(v, "the vector of %s could not be read either", which));
        return;
    }
    struct item *it = rule_fault_add(v, CODE_FAULT, f);
    if (it != NULL) {
        verdict_address(v, it, f->addr);
        it->f.text = verdict_say(v,
                "The vector of %s could not be read at %s, %s: VTOR is 0x%08" PRIX32
                "%s%s",
                which, verdict_addr(v, f->addr),
                in_ccm(v, f->addr) ? "from which neither code nor vectors are fetched"
                                   : "where nothing answers",
                vtor, v->vtor_pc != 0 ? ", set by " : "",
                v->vtor_pc != 0 ? verdict_at(v, v->vtor_pc) : "");
        it->f.fix = "Set VTOR to where the vector table is, in flash or SRAM, before the "
                    "first exception";
    }
}

/* The reset's vector led to no code at all, and the sector that holds it was not
 * written since its erase: what a cut left in it is rubbish. */
static bool torn_vector(struct verdict *v, const struct core_fault *f)
{
    size_t n;
    const struct silicon_sector *sectors = silicon_sectors(v->s, &n);
    const struct silicon_sector *sector = verdict_sector(v, verdict_vectors(v));
    const struct sector_life *life = sector != NULL ? &v->sector[sector - sectors] : NULL;
    bool unwritten = life != NULL && life->image != NULL && life->erased.known &&
                     life->programmed_ns < life->erased.ns;
    if (!unwritten || f->access != CORE_FETCH || f->pc >= EXC_RETURN ||
            verdict_by_vector(v, f) != CORE_RESET) {
        return false;
    }
    rule_fault_explained(v, life->image, f);
    verdict_fact(life->image, "vector that was gone", verdict_exception(v, CORE_RESET));
    return true;
}

/* The frame's xPSR has no Thumb bit, or is of the other mode: it was no frame, or is
 * none any more. */
static void bad_frame(struct verdict *v, struct item *it, const struct core_fault *f)
{
    enum { XPSR_AT = 28 };
    uint32_t xpsr = 0;
    (void)board_peek(v->b, f->frame + XPSR_AT, &xpsr, 4);
    verdict_address(v, it, f->frame);
    verdict_fact(it, "EXC_RETURN", verdict_say(v, "0x%08" PRIX32, f->back));
    verdict_fact(it, verdict_frame_stack(f), verdict_say(v, "0x%08" PRIX32, f->frame));
    it->f.text = verdict_say(v,
            "%s returned from an exception by EXC_RETURN 0x%08" PRIX32
            ", but %s, where %s pointed, is no frame of code that could go on: its xPSR, "
            "0x%08" PRIX32 ", %s",
            verdict_at(v, f->by), f->back, verdict_addr(v, f->frame),
            verdict_frame_stack(f), xpsr,
            (f->cfsr & CFSR_STATE) != 0 ? "has no Thumb bit"
            : (xpsr & 0x1FFu) != 0      ? "is of a handler"
                                        : "is of no handler");
    it->f.fix = verdict_way_fix(v, f, "");
}

static void wrong_mode(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_FAULT, f);
    if (it != NULL) {
        bad_frame(v, it, f);
    }
}

/* "0x080003C8 (main)", or with the name of the memory. */
static const char *target_words(struct verdict *v, uint32_t pc)
{
    struct symbols_place place;
    bool known = verdict_locate(v, pc, &place) && place.function != NULL;
    return known ? verdict_say(v, "0x%08" PRIX32 " (%s)", pc, place.function)
                 : verdict_addr(v, pc);
}

static const char *not_thumb_fix(struct verdict *v, const struct core_fault *f)
{
    const char *place = board_place(v->b, f->pc);
    if (f->pc == 0) {
        return verdict_way_fix(v, f,
                "Set the pointer before the call (a callback that was never "
                "registered?), or check it");
    }
    return verdict_way_fix(v, f,
            verdict_sector(v, f->pc) != NULL
                    ? "Set bit 0 of an address that is made by hand (address | 1); a "
                      "function's name in C has it set"
            : place != NULL
                    ? "Find out what wrote over the pointer, or what was taken for one"
                    : "Find out what wrote over the pointer: that is no address of this "
                      "part");
}

/* An interrupt that nobody handles has a vector of 0; pointers come to this as
 * well. */
static void not_thumb(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_FAULT, f);
    enum way way = verdict_way(v, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->pc);
    if (way == WAY_FRAME) {
        bad_frame(v, it, f);
        return;
    }
    const char *led = verdict_led(v, f, "jumped to");
    if (f->pc == 0 && (way == WAY_CALL || way == WAY_JUMP)) {
        it->f.text = verdict_say(v, "%s address 0: a NULL function pointer", led);
    } else {
        it->f.text = verdict_say(v, "%s %s without bit 0, which is set for Thumb code%s",
                led, target_words(v, f->pc), verdict_returned(v, f));
    }
    it->f.fix = not_thumb_fix(v, f);
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
        rule_fault_explained(v, cause, f);
        return;
    }
    struct item *it = rule_fault_add(v, CODE_BLANK_CODE, f);
    if (it != NULL) {
        verdict_address(v, it, f->pc);
        it->f.text =
                verdict_say(v, "%s %s, where the flash is blank: there is no program%s",
                        verdict_led(v, f, "jumped to"), verdict_addr(v, f->pc),
                        verdict_returned(v, f));
        it->f.fix = verdict_way_fix(
                v, f, "Check that an image is there before jumping to it");
    }
}

/* ---- which of these --------------------------------------------------------------- */

static bool refused(struct verdict *v, const struct core_fault *f)
{
    unsigned n = verdict_by_vector(v, f);
    bool top = f->pc >= EXC_RETURN;
    if (top && n != 0 && verdict_sector(v, verdict_vectors(v)) != NULL) {
        erased_vector(v, f, n);
    } else if (top) {
        refused_top(v, f);
    } else if (in_ccm(v, f->pc)) {
        refused_ccm(v, f);
    } else if ((f->cfsr & CFSR_BUS) != 0) {
        return false;
    } else if (f->pc - SRAM_BASE < SRAM_SPAN) {
        refused_ram(v, f);
    } else {
        refused_elsewhere(v, f);
    }
    return true;
}

bool rule_fetch(struct verdict *v, const struct core_fault *f)
{
    bool memory = f->exception == CORE_MEM_MANAGE || f->exception == CORE_BUS_FAULT;
    if (f->access == CORE_VECTOR) {
        unread_vector(v, f);
    } else if (torn_vector(v, f)) {
        return true;
    } else if ((f->cfsr & CFSR_UNDEF) != 0 && blank(v, f->pc)) {
        no_code(v, f);
    } else if ((f->cfsr & CFSR_STATE) != 0 && v->fatal == NULL) {
        not_thumb(v, f);
    } else if ((f->cfsr & CFSR_INVPC) != 0 && f->back != 0 && v->fatal == NULL) {
        wrong_mode(v, f);
    } else {
        return f->access == CORE_FETCH && memory && refused(v, f);
    }
    return true;
}
