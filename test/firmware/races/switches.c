/* SPDX-License-Identifier: MIT */
#include "races.h"

static volatile uint32_t strays, failed;

/* ---- context switches ------------------------------------------------------------- */

/* A switch that reloads an upper region, and puts RNR back. */
static void switch_context(void)
{
    uint32_t rnr = MPU->RNR;
    set_region(4 + interrupts % 4, 0x2000E000 + interrupts % 3 * 0x1000,
            interrupts % 2 ? 0x130B0017 : 0);
    MPU->RNR = rnr;
}

/* One that clears what the guard has put there. */
static void clear_region_7(void)
{
    set_region(7, 0, 0);
}

/* K08: in any instant of a store; and a window that a switch has closed. */
static uint32_t context_switches(void)
{
    mpu_protect();
    on_interrupt = switch_context;
    interrupt_every(197); /* no divisor of anything, and time for something else */
    for (uint32_t round = 0; round < 8; round++) {
        if (write_words(S7 + round * 256)) {
            return 1 + round;
        }
    }
    interrupt_every(0);
    if (interrupts < 1000 || faults) {
        return 20;
    }
    struct regions last; /* what the last switch left is still there */
    take_regions(&last);
    switch_context();
    if (!regions_are(&last)) {
        return 21;
    }

    uint32_t id;
    mpu_protect();
    on_interrupt = clear_region_7;
    if (etch_guard_open(&guard, S7, 0x20000, ETCH_GUARD_WRITE, &id)) {
        return 22;
    }
    interrupt_now();
    store_to(S7); /* the one fault: nobody has seen to the window */
    if (faults != 1 || etch_guard_refresh(&guard)) {
        return 23;
    }
    store_to(S7);
    return faults == 1 && !etch_guard_close(&guard, id) ? 0 : 24;
}

/* ---- the register that selects ------------------------------------------------------ */

static void open_and_close(void)
{
    uint32_t id;
    if (etch_guard_open(&guard, S7, 64, ETCH_GUARD_WRITE, &id) ||
            etch_guard_close(&guard, id)) {
        failed++;
    }
}

static void open_and_close_once(void)
{
    interrupt_every(0);
    open_and_close();
}

/* Windows of our own come and go while those of the interrupt do, in every instant:
 * each is where it was asked for. */
static bool windows_of_both(void)
{
    struct etch_mpu_piece why;
    on_interrupt = open_and_close_once;
    for (uint32_t i = 0; i < 800; i++) {
        uint32_t id;
        uint32_t at = i % 2 ? S5 : S6;
        interrupt_every(20 + i * 7);
        if (etch_guard_open(&guard, at, 256, ETCH_GUARD_WRITE, &id) ||
                etch_guard_would_fault(at, 256, ETCH_GUARD_WRITE, &why) ||
                !etch_guard_would_fault(at + 256, 4, ETCH_GUARD_WRITE, &why) ||
                etch_guard_close(&guard, id)) {
            return false;
        }
    }
    interrupt_every(0);
    return !failed;
}

/* K09: somebody selects a region, is interrupted, and writes it: windows that were
 * opened and closed meanwhile have not moved his selection. */
static uint32_t between_rnr_and_rasr(void)
{
    struct regions m;
    mpu_protect();
    on_interrupt = open_and_close;
    interrupt_every(5003);
    for (uint32_t i = 0; i < 20000; i++) {
        MPU->RNR = 6;
        MPU->RASR = i % 2 ? 0x130B0016 : 0x16000008; /* both are off */
    }
    interrupt_every(0);
    take_regions(&m);
    bool six = m.rasr[6] == 0x130B0016;
    bool rest = m.rasr[0] == 0x0602F039 && m.rasr[7] == 0 && m.rasr[5] == 0;
    if (interrupts < 50 || failed || !six || !rest) {
        return 1;
    }
    return windows_of_both() ? 0 : 2;
}

static void select_region_0(void)
{
    MPU->RNR = 0;
}

/* K09-: an interrupt that leaves another selection: the framework's region over
 * flash is gone. */
static uint32_t selection_lost(void)
{
    struct regions m;
    mpu_protect();
    on_interrupt = select_region_0;
    MPU->RNR = 6;
    interrupt_now();
    MPU->RASR = 0x16000008;
    take_regions(&m);
    return m.rasr[0] == 0x16000008 && m.rasr[6] == 0 ? 0 : 1;
}

/* As FreeRTOS-MPU loads regions: RBAR with VALID selects, and RNR stays there. */
static void load_by_valid(void)
{
    MPU->RBAR = 0x20010000 | 0x10 | (1 + interrupts % 3);
    MPU->RASR = interrupts % 2 ? 0x130B0013 : 0;
}

/* K10: he selects in one store what the guard selects in another; each finds his
 * own region selected. */
static uint32_t selection_by_valid(void)
{
    struct regions m;
    mpu_protect();
    set_region(3, 0, 0);
    on_interrupt = load_by_valid;
    interrupt_every(211);
    uint32_t step = write_words(S7);
    interrupt_every(0);
    if (step || faults || interrupts < 100) {
        return step ? step : 10;
    }
    /* The last load is whole, and still selected. */
    take_regions(&m);
    uint32_t n = 1 + interrupts % 3;
    bool whole = m.rbar[n] == (0x20010000 | n) &&
                 m.rasr[n] == (interrupts % 2 ? 0x130B0013 : 0u);
    return whole && MPU->RNR == n && m.rasr[0] == 0x0602F039 ? 0 : 11;
}

/* ---- strays -------------------------------------------------------------------------- */

static void stray_everywhere(void)
{
    strays += 2;
    store_to(S6);
    store_to(S7 + interrupts % 64 * 4);
}

static void stray_into_7(void)
{
    store_to(S7 + 16);
}

static void stray_into_5(void)
{
    store_to(S5 + 16);
}

/* K11: in store mode no interrupt ever finds flash open; in the opened sector of a
 * window it does: that is what store mode is for. */
static uint32_t stray_inside(void)
{
    mpu_protect();
    on_interrupt = stray_everywhere;
    interrupt_every(1009);
    uint32_t step = write_words(S7);
    interrupt_every(0);
    if (step || interrupts < 20 || faults != strays) {
        return step ? step : 10;
    }
    uint32_t id;
    faults = 0;
    on_interrupt = stray_into_7;
    if (etch_guard_open(&guard, S7, 0x20000, ETCH_GUARD_WRITE, &id)) {
        return 11;
    }
    interrupt_now();
    return etch_guard_close(&guard, id) ? 12 : 0;
}

/* K12: beside a window it does not. */
static uint32_t stray_outside(void)
{
    uint32_t id;
    mpu_protect();
    on_interrupt = stray_into_5;
    if (etch_guard_open(&guard, S7, 0x20000, ETCH_GUARD_WRITE, &id)) {
        return 1;
    }
    interrupt_now();
    return etch_guard_close(&guard, id) ? 2 : 0;
}

const struct race switches[] = {{"K08", context_switches}, {"K09", between_rnr_and_rasr},
        {"K09-", selection_lost}, {"K10", selection_by_valid}, {"K11", stray_inside},
        {"K12", stray_outside}, {NULL, NULL}};
