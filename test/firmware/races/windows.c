/* SPDX-License-Identifier: MIT */
#include "races.h"

static uint32_t id;

static bool open_for(uint32_t addr, uint32_t len, enum etch_guard_plan plan)
{
    return !etch_guard_open(&guard, addr, len, ETCH_GUARD_WRITE, &id) &&
           guard.window[0].plan == plan;
}

static bool close_it(const struct regions *before)
{
    return !etch_guard_close(&guard, id) && regions_are(before);
}

/* Nothing but the window, and nobody stores beside it. */
static uint32_t clean(void)
{
    mpu_protect();
    struct regions before;
    take_regions(&before);
    if (!open_for(S7, 0x20000, ETCH_GUARD_OVERLAY)) {
        return 1;
    }
    return close_it(&before) ? 0 : 2;
}

/* K01: a window over sector 7; sector 5 is as shut as before. */
static uint32_t sector_7(void)
{
    mpu_protect();
    if (!open_for(S7, 0x20000, ETCH_GUARD_OVERLAY)) {
        return 1;
    }
    store_to(S7);
    store_to(S7 + 0x1FFFC);
    if (faults) {
        return 2;
    }
    store_to(S5);
    return 0;
}

/* K02: closed, it is shut again. */
static uint32_t sector_7_closed(void)
{
    struct regions before;
    mpu_protect();
    take_regions(&before);
    if (!open_for(S7, 0x20000, ETCH_GUARD_OVERLAY) || !close_it(&before)) {
        return 1;
    }
    store_to(S7);
    return 0;
}

/* K03: no region to put over the one that refuses: its eighth is switched off. */
static uint32_t hole_in_a_megabyte(void)
{
    static const uint32_t regions[REGIONS][2] = {{S0, 0x06020027}};
    struct regions before;
    enable_faults();
    how.reserved = 0xFE;
    etch_guard_init(&guard, &how);
    set_regions(regions);
    take_regions(&before);
    if (!open_for(S7, 0x20000, ETCH_GUARD_HOLE)) {
        return 1;
    }
    store_to(S7);
    store_to(S7 + 0x1FFFC);
    if (faults) {
        return 2;
    }
    store_to(0x08080000); /* the next eighth */
    return close_it(&before) ? 0 : 3;
}

/* K04: sectors 1 to 3 are no power of two, and take one region all the same. */
static uint32_t sectors_1_to_3(void)
{
    mpu_protect();
    if (!open_for(S1, 0xC000, ETCH_GUARD_OVERLAY)) {
        return 1;
    }
    store_to(S1);
    store_to(S4 - 4);
    if (faults) {
        return 2;
    }
    store_to(S1 - 4);
    return 0;
}

/* FreeRTOS-MPU's: a task's region 2 would let sector 7 be written, but 5 refuses
 * and is above; none is free above that. */
static const uint32_t freertos[REGIONS][2] = {{0, 0}, {0x2000C000, 0x130B0013},
        {S7, 0x03070021}, {0x2000D000, 0x130B0015}, {0x40000000, 0x13050039},
        {S0, 0x06070025}, {S0, 0x0507001D}, {0x20000000, 0x1107001B}};

/* K05-: a lower region lifts nothing. */
static uint32_t from_below(void)
{
    enable_faults();
    set_regions(freertos);
    store_to(S7);
    return 0;
}

/* K05: nor may it show through a hole, for it is a task's: the region itself gives
 * way. */
static uint32_t from_above(void)
{
    struct regions before;
    enable_faults();
    how.reserved = 0x0F;
    etch_guard_init(&guard, &how);
    set_regions(freertos);
    take_regions(&before);
    if (!open_for(S7, 0x20000, ETCH_GUARD_PATCH)) {
        return 1;
    }
    store_to(S7);
    if (faults || !close_it(&before)) {
        return 2;
    }
    return write_words(S7) * 10;
}

/* K06: the whole region is open meanwhile, and the plan says so. */
static uint32_t patched_in_place(void)
{
    struct regions before;
    enable_faults();
    how.reserved = 0xDF;
    etch_guard_init(&guard, &how);
    set_regions(freertos);
    take_regions(&before);
    if (!open_for(S7, 4, ETCH_GUARD_PATCH)) {
        return 1;
    }
    store_to(S7);
    store_to(S6);
    if (faults || !close_it(&before)) {
        return 2;
    }
    store_to(S7);
    return 0;
}

/* K07-: a region over the running code that forgets to let it run. */
static uint32_t without_execution(void)
{
    enable_faults();
    mpu_protect();
    MPU->CTRL = MPU_CTRL_ENABLE | MPU_CTRL_PRIVDEFENA; /* HardFault needs no region */
    set_region(7, S0, 0x12020025);
    dsb();
    isb();
    return 0;
}

/* K07: a window over the running code. */
static uint32_t over_the_running_code(void)
{
    struct regions before;
    enable_faults();
    mpu_protect();
    take_regions(&before);
    if (!open_for(S0, 0x10000, ETCH_GUARD_OVERLAY)) {
        return 1;
    }
    dsb();
    isb();
    return close_it(&before) ? 0 : 2;
}

const struct race windows[] = {{"", clean}, {"K01", sector_7}, {"K02", sector_7_closed},
        {"K03", hole_in_a_megabyte}, {"K04", sectors_1_to_3}, {"K05", from_above},
        {"K05-", from_below}, {"K06", patched_in_place}, {"K07", over_the_running_code},
        {"K07-", without_execution}, {NULL, NULL}};
