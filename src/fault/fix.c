/* SPDX-License-Identifier: MIT */
#include "fault/decode_priv.h"

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

static void fix_write(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    if (!is_flash(d->addr)) {
        say(to, "Find the pointer: this memory is not to be written. If it is, its "
                "region must "
                "say so.");
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

static void fix_exec(const struct etch_fault_finding *d, const struct etch_fault_sink *to)
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
    case AREA_FLASH:
    case AREA_OTP:
    case AREA_OPTIONS:
    case AREA_PERIPHERAL:
    case AREA_PPB:
    case AREA_NOTHING:
    default:
        say(to, "Find the pointer that was called, or the return address that was "
                "overwritten.");
        break;
    }
}

void say_fix(const struct etch_fault *f, const struct etch_fault_finding *d,
        const struct etch_fault_sink *to)
{
    if (d->cause == ETCH_FAULT_WRITE_REFUSED) {
        fix_write(f, d, to);
    } else if (d->cause == ETCH_FAULT_ACCESS_REFUSED) {
        say(to, "Find the pointer: this memory is not for this code. If it is, its "
                "region must "
                "say so.");
    } else if (d->cause == ETCH_FAULT_EXEC_REFUSED && d->has_addr) {
        fix_exec(d, to);
    } else if (cause_fixes[d->cause]) {
        say(to, "%s", cause_fixes[d->cause]);
    }
}
