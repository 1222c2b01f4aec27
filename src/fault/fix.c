/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"
#include "hw/cm4_scs.h"
#include "hw/f4_flash.h"

/* How each framework opens what it has locked. */
static const char *const unlock_flash[] = {
        [ETCH_FAULT_ANY] =
                "Open the sector for the store: etch_guard as the driver's gate, or "
                "under Mbed OS mbed::ScopedRomWriteLock, under Zephyr "
                "CONFIG_MPU_ALLOW_FLASH_WRITE.",
        [ETCH_FAULT_MBED] =
                "Hold mbed::ScopedRomWriteLock (mbed_mpu_manager_lock_rom_write()) "
                "around the store, use FlashIAP, which does, or give the driver "
                "etch_guard as its gate, which opens 32 bytes instead of all flash.",
        [ETCH_FAULT_ZEPHYR] =
                "Set CONFIG_MPU_ALLOW_FLASH_WRITE=y, or give the driver etch_guard "
                "as its gate; Zephyr has no call for it.",
        [ETCH_FAULT_FREERTOS] =
                "Give the driver etch_guard as its gate, with regions 0 to 3 "
                "reserved, or keep the storage sectors out of the power of two "
                "around __FLASH_segment_start__ to __FLASH_segment_end__.",
        [ETCH_FAULT_RIOT] =
                "Open the sector for the store: etch_guard as the driver's gate.",
        [ETCH_FAULT_CUBEMX] =
                "Open the sector for the store: etch_guard as the driver's gate.",
};

static const char *const unlock_ram[] = {
        [ETCH_FAULT_ANY] =
                "Keep the code in flash, where writing flash stalls it but does no "
                "harm, or open its 32 bytes and more with etch_guard "
                "(ETCH_GUARD_EXEC).",
        [ETCH_FAULT_MBED] =
                "Hold mbed::ScopedRamExecutionLock "
                "(mbed_mpu_manager_lock_ram_execution()) around the call, as well "
                "as the lock for writing, or keep the code in flash: writing flash "
                "stalls it but does no harm.",
        [ETCH_FAULT_ZEPHYR] =
                "Mark the function __ramfunc, so that Zephyr makes a region for "
                "it, or keep it in flash.",
        [ETCH_FAULT_FREERTOS] = "Keep the code in flash, or open it with etch_guard "
                                "(ETCH_GUARD_EXEC) from privileged code.",
        [ETCH_FAULT_RIOT] =
                "Leave the module mpu_noexec_ram out, or keep the code in flash.",
        [ETCH_FAULT_CUBEMX] =
                "Keep the code in flash, or give its RAM a region without XN.",
};

/* What is neither RAM nor just below is no stack. */
static bool is_no_stack(uint32_t addr)
{
    enum area area = area_of(addr);
    return area != AREA_SRAM && area != AREA_CCM && area != AREA_EXTERNAL &&
           !is_below_ram(addr);
}

static void fix_access(const struct etch_fault *f, const struct etch_fault_finding *d,
        const char *right, const struct etch_fault_sink *to)
{
    uint32_t sp;
    say(to, "Find the pointer: this memory is not %s. If it is, its region must say so.",
            right);
    if (d->has_addr && !is_no_stack(d->addr) && !find_stack(f, &sp)) {
        say(to, " Is SP close to it? Then the stack has overflowed.");
    }
}

static void fix_write(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    if (!is_flash(d->addr)) {
        fix_access(f, d, "to be written", to);
    } else if (is_stray(f, d->addr)) {
        say(to, "Nobody was programming flash (CR.PG is clear): a wild pointer, and the "
                "lock "
                "did its job. Find the pointer.");
    } else {
        say(to, "%s%s",
                is_deliberate(f, d->addr) ? "" : "If this store shall program flash: ",
                unlock_flash[d->framework]);
    }
}

/* Flash is where code is. */
static void fix_exec_of_flash(const struct etch_fault *f,
        const struct etch_fault_finding *d, const struct etch_fault_sink *to)
{
    bool none = d->region == ETCH_FAULT_NO_REGION;
    if (none && !background_allows(f)) {
        say(to, "Give %s that this code may use%s.",
                d->has_addr ? "flash a region" : "flash and the stack regions",
                d->unprivileged ? ""
                                : ", or set MPU_CTRL.PRIVDEFENA for privileged code");
        return;
    }
    if (none || d->region == ETCH_FAULT_REGION_UNKNOWN) {
        say(to, "Flash may be executed unless an MPU region forbids it. If none does, "
                "this PC is the handler's, and not the fault's. ");
    }
    say(to, "%s", cause_fixes[ETCH_FAULT_EXEC_REFUSED]);
}

static void fix_exec(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    switch (area_of(d->addr)) {
    case AREA_SRAM:
    case AREA_CCM: say(to, "%s", unlock_ram[d->framework]); break;
    case AREA_SYSTEM:
        say(to, "Switch the MPU off before the jump to ST's boot loader%s.",
                d->framework == ETCH_FAULT_MBED ? " (mbed_mpu_manager_deinit())" : "");
        break;
    case AREA_EXTERNAL: say(to, "Give that memory a region without XN."); break;
    case AREA_ALIAS:
    case AREA_FLASH: fix_exec_of_flash(f, d, to); break;
    case AREA_OTP:
    case AREA_OPTIONS:
    case AREA_PERIPHERAL:
    case AREA_PPB:
    case AREA_NOTHING:
    default: say(to, "%s", cause_fixes[ETCH_FAULT_EXEC_REFUSED]); break;
    }
}

/* Where RAM ends in one part or another, in KB (datasheets, "Memory mapping"). */
static uint32_t ram_that_ends(uint32_t addr)
{
    static const uint16_t sizes[] = {32, 64, 96, 112, 128, 192, 256, 320};
    enum { NEAR = 64 };
    for (uint32_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        if (addr - (0x20000000u + sizes[i] * 1024u) < NEAR) {
            return sizes[i];
        }
    }
    return 0;
}

static void fix_absent(
        const struct etch_fault_finding *d, const struct etch_fault_sink *to)
{
    uint32_t kb = d->has_addr ? ram_that_ends(d->addr) : 0;
    if (kb) {
        say(to,
                "RAM of %u KB ends there: on a part with that much, something went over "
                "its top (a loop, a copy, a stack popped empty). ",
                kb);
    }
    if (d->has_addr && is_flash(d->addr)) {
        say(to, "Has this part so much flash? If it has, read protection answers so "
                "while "
                "a debugger is connected (RDP level 1, RM0090 3.7.3). ");
    }
    if (d->has_addr && area_of(d->addr) == AREA_PERIPHERAL) {
        say(to, "Check the address: a peripheral that this part does not have, or a wild "
                "pointer. On other chips than an STM32F4 it may be one without its "
                "clock.");
    } else {
        say(to, cause_fixes[ETCH_FAULT_BUS_ABSENT],
                d->has_addr ? "" : " or a peripheral");
    }
}

static void fix_overflow(
        const struct etch_fault_finding *d, const struct etch_fault_sink *to)
{
    if (d->has_addr && is_no_stack(d->addr)) {
        say(to, "No RAM is there, so SP was wrong before: look for what sets it (the "
                "first word of the vector table, MSR, a context switch), or has "
                "overwritten where it was saved.");
    } else {
        say(to, "%s", cause_fixes[ETCH_FAULT_STACK_OVERFLOW]);
    }
}

static void fix_null(const struct etch_fault *f, const struct etch_fault_sink *to)
{
    say(to, "%s", cause_fixes[ETCH_FAULT_NULL_POINTER]);
    if (etch_fault_get(f, ETCH_FAULT_CFSR) & CM4_CFSR_DACCVIOL) {
        say(to, " Do not lift the lock, it did its job.");
    }
}

/* The register that holds where the jump went: it was a call, and no return. */
static const char *pointer_to(const struct etch_fault *f, uint32_t addr)
{
    for (uint32_t word = ETCH_FAULT_R0; word <= ETCH_FAULT_R11; word++) {
        bool general = word <= ETCH_FAULT_R12 || word >= ETCH_FAULT_R4;
        uint32_t bits = etch_fault_get(f, word) ^ addr;
        if (general && etch_fault_knows(f, word) && bits <= 1) {
            return word_names[word];
        }
    }
    return 0;
}

/* LR tells who called. A fill pattern may have come from a stack, with PC and other
 * registers; and where LR has the address, too, it was returned to. */
static void say_pointer(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    uint32_t lr = etch_fault_get(f, ETCH_FAULT_LR);
    bool popped = is_fill(lr) || is_fill(d->addr) || (lr ^ d->addr) <= 1;
    bool anywhere = !d->has_addr || d->addr < NEAR_NULL;
    const char *name = anywhere || popped ? 0 : pointer_to(f, d->addr);
    if (name) {
        say(to, "%s holds that address: a pointer was called, by the code before LR. ",
                name);
    }
}

static void fix_entered(
        const struct etch_fault_finding *d, const struct etch_fault_sink *to)
{
    say(to, "LR is an EXC_RETURN, so exception %u", (uint32_t)d->entered);
    if (d->entered >= IRQ0) {
        say(to, " (IRQ %u)", (uint32_t)d->entered - IRQ0);
    }
    say(to,
            " had just been entered: its vector leads there, or its handler ended in "
            "the call. Look at entry %u of the vector table, and whether VTOR points "
            "to that table and is aligned as it must be.",
            (uint32_t)d->entered);
}

/* A jump to what is no code. */
static void fix_jump(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    if (d->entered) {
        fix_entered(d, to);
        return;
    }
    say_pointer(f, d, to);
    bool fill = d->has_addr && is_fill(d->addr);
    if (fill) {
        say(to, "With that, memory is filled before it is used (an RTOS's stacks, a "
                "heap), "
                "or once it is freed: what was there may have been used too early or too "
                "late. ");
    }
    bool data = d->cause == ETCH_FAULT_NOT_THUMB && d->has_addr && !is_flash(d->addr);
    if (fill || data) {
        say(to, "That is no code: a pointer to a function or a return address was "
                "overwritten. Look for a stack that is too small, or a buffer written "
                "past its end.");
    } else if (d->cause == ETCH_FAULT_EXEC_REFUSED && d->has_addr) {
        fix_exec(f, d, to);
    } else if (d->region == ETCH_FAULT_NO_REGION && d->no_frame) {
        fix_exec_of_flash(f, d, to);
    } else {
        say(to, "%s", cause_fixes[d->cause]);
    }
}

/* KEYR opens CR, the register behind it OPTCR (RM0090 3.9.3, 3.9.4). */
static void fix_key(const struct etch_fault_finding *d, const struct etch_fault_sink *to)
{
    bool option = d->addr == F4_FLASH_REGS + 8;
    const char *key = option ? "OPTKEY" : "KEY";
    say(to, cause_fixes[ETCH_FAULT_WRONG_KEY], key, key,
            option ? "OPTCR.OPTLOCK" : "CR.LOCK");
}

static void fix_svc(const struct etch_fault *f, const struct etch_fault_sink *to)
{
    bool primask = etch_fault_get(f, ETCH_FAULT_PRIMASK) & 1;
    if (primask || etch_fault_get(f, ETCH_FAULT_BASEPRI)) {
        say(to, "%s is set. ",
                word_names[primask ? ETCH_FAULT_PRIMASK : ETCH_FAULT_BASEPRI]);
    }
    say(to, "%s", cause_fixes[ETCH_FAULT_SVC_REFUSED]);
}

static void fix_cause(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    if (d->cause == ETCH_FAULT_WRITE_REFUSED) {
        fix_write(f, d, to);
    } else if (d->cause == ETCH_FAULT_ACCESS_REFUSED) {
        fix_access(f, d, "for this code", to);
    } else if (d->cause == ETCH_FAULT_NULL_POINTER) {
        fix_null(f, to);
    } else if (d->cause == ETCH_FAULT_BUS_ABSENT) {
        fix_absent(d, to);
    } else if (d->cause == ETCH_FAULT_STACK_OVERFLOW) {
        fix_overflow(d, to);
    } else if (d->cause == ETCH_FAULT_WRONG_KEY) {
        fix_key(d, to);
    } else if (d->cause == ETCH_FAULT_SVC_REFUSED) {
        fix_svc(f, to);
    } else if (is_jump(d->cause)) {
        fix_jump(f, d, to);
    } else if (cause_fixes[d->cause]) {
        say(to, "%s", cause_fixes[d->cause]);
    }
}

void say_fix(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    fix_cause(f, d, to);
    if (d->misplaced) {
        say(to, " For PC and LR, take PSP if EXC_RETURN has bit 2 set, else MSP, at the "
                "handler's first instruction (a naked function), before anything is "
                "pushed.");
    }
}
