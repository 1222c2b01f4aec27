/* rule_fetch.c - faults of execution: where nothing may be executed, or nothing
 * is, and which call or vector led there.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "verdict/verdict_priv.h"

#define CCM_BASE    0x10000000u
#define SRAM_BASE   0x20000000u
#define SRAM_SPAN   0x20000000u
#define SYSTEM_BASE 0x1FFF0000u
#define SYSTEM_SPAN 0x8000u
#define ERASED      0xFFFFFFFFu
#define CFSR_BUS    0x0000FF00u
#define CFSR_UNDEF  0x00010000u
#define CFSR_STATE  0x00020000u /* INVSTATE */

/* ---- who led there --------------------------------------------------------------- */

/* The exception whose vector led to this fetch, before its handler began (the
 * reset is one); 0: a jump did. LR is then as the entry left it (B1.5.6). */
static unsigned by_vector(struct verdict *v, const struct core_fault *f)
{
    unsigned n = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    bool entered = n == 0 ? f->lr == ERASED : f->lr >= EXC_RETURN;
    uint32_t vector = 0;
    n = n == 0 ? CORE_RESET : n;
    (void)board_peek(v->b, verdict_vectors(v) + n * 4, &vector, 4);
    return entered && (vector | 1u) == (f->pc | 1u) ? n : 0;
}

static const char *vector_words(struct verdict *v, unsigned n)
{
    return verdict_say(v, "The vector of %s, at %s,", verdict_exception(v, n),
            verdict_addr(v, verdict_vectors(v) + n * 4));
}

/* Who jumps while LR is as an entry left it. */
static const char *outermost(struct verdict *v, const struct core_fault *f)
{
    unsigned active = core_reg(board_core(v->b), CORE_XPSR) & 0x1FFu;
    if (active != 0) {
        return verdict_say(v, "The handler of %s", verdict_exception(v, active));
    }
    return f->lr == ERASED ? "The reset handler" : "Code outside of handlers";
}

/* "main main.c:12 jumped to", "The vector of SysTick, at 0x0800003C (sector 0), led
 * to". */
static const char *led(struct verdict *v, const struct core_fault *f, const char *verb)
{
    unsigned n = by_vector(v, f);
    if (n != 0) {
        return verdict_say(v, "%s led to", vector_words(v, n));
    }
    return verdict_say(v, "%s %s",
            f->lr >= EXC_RETURN ? outermost(v, f) : verdict_at(v, f->lr & ~1u), verb);
}

static const char *target_fix(struct verdict *v, const struct core_fault *f)
{
    return by_vector(v, f) != 0 ? "Correct that vector (an interrupt without a handler?) "
                                  "or VTOR, which says where the table is"
                                : "Correct the pointer that was called";
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
    struct item *it = rule_fault_add(v, CODE_RAM_NOT_EXECUTABLE, f);
    if (it == NULL) {
        return;
    }
    verdict_address(v, it, f->pc);
    it->f.text = verdict_say(v,
            "%s %s in RAM at 0x%08" PRIX32 ", and %s refused to execute it there: "
            "that is not the refusal of a store, and it comes before any",
            led(v, f, "called"), verdict_func(v, f->pc), f->pc,
            verdict_refuser(v, it, f->region, f->privileged));
    it->f.fix = run_fix(v);
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
            led(v, f, "jumped to"), f->pc, silicon_part(v->s)->name);
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
    it->f.text = verdict_say(v, "%s %s, which %s does not let execute",
            led(v, f, "jumped to"), verdict_addr(v, f->pc),
            f->region >= 0 ? verdict_refuser(v, it, f->region, f->privileged)
                           : "the default memory map");
    it->f.fix =
            loader ? "Disable the MPU before jumping to the boot loader in system memory"
                   : target_fix(v, f);
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
    it->f.text = verdict_say(v, "%s 0x%08" PRIX32 ", which is %s", led(v, f, "jumped to"),
            target,
            target == ERASED
                    ? "no function but what erased flash holds, and memory set to ones"
                    : "no address but an EXC_RETURN, and only a handler can return by "
                      "one");
    it->f.fix =
            target == ERASED
                    ? "Check the pointer before the call: was it read from a table or "
                      "an application that is not there, or never set?"
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
                vector_words(v, n));
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

/* An interrupt that nobody handles, say: its vector is 0. */
static void even_vector(struct verdict *v, const struct core_fault *f)
{
    struct item *it = rule_fault_add(v, CODE_FAULT, f);
    if (it != NULL) {
        verdict_address(v, it, f->pc);
        it->f.text = verdict_say(v,
                "%s %s, which is no handler: bit 0 is clear, and Thumb code has it set",
                led(v, f, "jumped to"), verdict_addr(v, f->pc));
        it->f.fix = target_fix(v, f);
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
        rule_fault_explained(v, cause, f);
        return;
    }
    struct item *it = rule_fault_add(v, CODE_BLANK_CODE, f);
    if (it != NULL) {
        verdict_address(v, it, f->pc);
        it->f.text =
                verdict_say(v, "%s %s, where the flash is blank: there is no program",
                        led(v, f, "jumped to"), verdict_addr(v, f->pc));
        it->f.fix = "Check that an image is there before jumping to it";
    }
}

/* ---- which of these --------------------------------------------------------------- */

static bool refused(struct verdict *v, const struct core_fault *f)
{
    unsigned n = by_vector(v, f);
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
    } else if ((f->cfsr & CFSR_UNDEF) != 0 && blank(v, f->pc)) {
        no_code(v, f);
    } else if ((f->cfsr & CFSR_STATE) != 0 && by_vector(v, f) != 0) {
        even_vector(v, f);
    } else {
        return f->access == CORE_FETCH && memory && refused(v, f);
    }
    return true;
}
