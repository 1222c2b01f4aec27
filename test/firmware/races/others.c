/* SPDX-License-Identifier: MIT */
#include "races.h"

#include "flash/flash.h"

/* ---- privilege ------------------------------------------------------------------- */

/* K13: errors, and no fault. */
static uint32_t unprivileged_calls(void)
{
    struct etch_mpu_piece why;
    uint32_t id;
    enable_faults();
    mpu_protect();
    drop_privilege();
    enum etch_err opened = etch_guard_open(&guard, S7, 4, ETCH_GUARD_WRITE, &id);
    enum etch_err would = etch_guard_would_fault(S7, 4, ETCH_GUARD_WRITE, &why);
    enum etch_err refreshed = etch_guard_refresh(&guard);
    bool errors = opened == ETCH_E_RIGHTS && would == ETCH_E_RIGHTS &&
                  refreshed == ETCH_E_RIGHTS;
    static const struct etch_flash_config config = {.gate = &guard.gate};
    static const struct etch_flash flash = {.config = &config};
    enum etch_err stored = guard.gate.store(&flash, S7, (const uint8_t *)&config, 4);
    regain_privilege();
    return errors && stored == ETCH_E_RIGHTS ? 0 : 1;
}

/* K13-: the MPU's registers are a bus fault. */
static uint32_t unprivileged_registers(void)
{
    enable_faults();
    mpu_protect();
    drop_privilege();
    MPU->RNR = 7;
    regain_privilege();
    return 0;
}

/* K14: a window helps privileged code alone. */
static uint32_t unprivileged_store(void)
{
    uint32_t id;
    mpu_protect();
    if (etch_guard_open(&guard, S7, 0x20000, ETCH_GUARD_WRITE, &id)) {
        return 1;
    }
    drop_privilege();
    store_to(S7);
    regain_privilege();
    if (faults != 1) {
        return 2;
    }
    store_to(S7);
    return etch_guard_close(&guard, id) ? 3 : 0;
}

/* ---- regions that move --------------------------------------------------------------- */

enum { RAM_XN = 0x130B0013, CODE_RX = 0x06020025 };

static void set_up_to_move(void)
{
    enable_faults();
    mpu_protect();
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA; /* HardFault needs no region */
    set_region(7, 0x20010000, RAM_XN);
    dsb();
    isb();
}

/* K15-: a region is moved over the running code while it is on: until RASR is
 * written it forbids to run there. K18- with a barrier in between. */
static uint32_t moved_while_on(void)
{
    set_up_to_move();
    MPU->RBAR = S0;
    MPU->RASR = CODE_RX;
    dsb();
    isb();
    return 0;
}

static uint32_t moved_while_on_and_seen(void)
{
    set_up_to_move();
    MPU->RASR = RAM_XN | 19 << 1; /* 1 MB, where it is */
    MPU->RBAR = S0;
    dsb();
    isb();
    MPU->RASR = CODE_RX;
    return 0;
}

/* K16: switched off first. */
static uint32_t moved_while_off(void)
{
    set_up_to_move();
    MPU->RASR = 0;
    MPU->RBAR = S0;
    MPU->RASR = CODE_RX;
    dsb();
    isb();
    return 0;
}

/* K15, K18: windows that come and go, so that regions are moved again and again.
 * The bench looks at each store to RBAR. */
static uint32_t never_moved_while_on(void)
{
    static const uint32_t ranges[][2] = {
            {S7, 0x20000}, {S1, 0xC000}, {S5, 0x60000}, {S4 + 32, 96}};
    struct regions before;
    uint32_t ids[4];
    enable_faults();
    mpu_protect();
    take_regions(&before);
    for (uint32_t round = 0; round < 24; round++) {
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t k = (i + round) % 4;
            if (etch_guard_open(
                        &guard, ranges[k][0], ranges[k][1], ETCH_GUARD_WRITE, &ids[k])) {
                return 1;
            }
        }
        for (uint32_t i = 0; i < 4; i++) {
            if (etch_guard_close(&guard, ids[(i * 3 + round / 4) % 4])) {
                return 2;
            }
        }
    }
    if (!regions_are(&before)) {
        return 3;
    }
    return write_words(S7);
}

/* ---- a framework's counter -------------------------------------------------------------- */

static const struct etch_guard_locks locks = {mbed_mpu_manager_lock_rom_write,
        mbed_mpu_manager_unlock_rom_write, mbed_mpu_manager_lock_ram_execution,
        mbed_mpu_manager_unlock_ram_execution};

/* K17-: one unlock too many, in a build without assertions: the next lock, held as
 * it should be, lifts nothing. */
static uint32_t counter_wrapped(void)
{
    mpu_protect();
    mbed_mpu_manager_unlock_rom_write();
    mbed_mpu_manager_lock_rom_write();
    store_to(S7);
    return 0;
}

/* K17: by that lock an error and no fault; by regions of one's own it is written. */
static uint32_t counter_wrapped_and_seen(void)
{
    struct etch_mpu_piece why;
    uint32_t id;
    mpu_protect();
    mbed_mpu_manager_unlock_rom_write();
    how.backend = &etch_guard_framework;
    how.locks = &locks;
    etch_guard_init(&guard, &how);
    if (etch_guard_open(&guard, S7, 4, ETCH_GUARD_WRITE, &id) != ETCH_E_MPU) {
        return 1;
    }
    if (!etch_guard_would_fault(S7, 4, ETCH_GUARD_WRITE, &why) || why.region != 0) {
        return 2;
    }
    how.backend = &etch_guard_own;
    etch_guard_init(&guard, &how);
    return write_words(S7) * 10;
}

const struct race others[] = {{"K13", unprivileged_calls},
        {"K13-", unprivileged_registers}, {"K14", unprivileged_store},
        {"K15", never_moved_while_on}, {"K15-", moved_while_on}, {"K16", moved_while_off},
        {"K17", counter_wrapped_and_seen}, {"K17-", counter_wrapped},
        {"K18", never_moved_while_on}, {"K18-", moved_while_on_and_seen}, {NULL, NULL}};
