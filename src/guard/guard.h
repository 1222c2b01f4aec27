/* guard.h - windows in the MPU: write flash, or run code in RAM, where a
 * framework has locked it, and lock it again.
 *
 * What it is: two modes. In store mode the guard is the gate of the flash
 * driver (flash/gate.h): interrupts masked, 32 bytes opened, the store made,
 * closed again; no other code ever runs with flash open. In window mode a
 * range stays open from etch_guard_open to etch_guard_close, for vendor calls
 * that cannot be split and for code in RAM.
 *
 *     static struct etch_guard guard;
 *     static const struct etch_guard_config how = {.backend = &etch_guard_own};
 *     etch_guard_init(&guard, &how);
 *     config.gate = &guard.gate;              // of the flash driver
 *
 *     ETCH_GUARD_SCOPE(window, &guard, 0x08060000, 4, ETCH_GUARD_WRITE);
 *     if (!window.err) {
 *         HAL_FLASH_Program(...);
 *     }                                       // closed where the block ends
 *
 * What it remembers: struct etch_guard, given by the caller, one for the chip:
 * the windows that are open, what the regions held before and what it put
 * there. What is open is worked out anew from the set of windows each time, so
 * they may be closed in any order, and a region that somebody else has
 * rewritten meanwhile is taken as it is then.
 *
 * What it never does: allocate, wait, switch the MPU off, change a reserved
 * region, move a region that is enabled (while the MPU is off, a store may write the
 * one that RNR selects, and puts it back), or let unprivileged code write what it
 * could not. A hole or a patch (plan.h) opens more than was asked for, where there is
 * no better way; the window's plan tells.
 *
 * What it does not look at: what the memory map itself never lets execute
 * (peripherals, 0xA0000000 and up: ARMv7-M table B3-1); and MPU_CTRL.HFNMIENA: in a
 * HardFault handler where the MPU is off, it says what holds outside.
 *
 * Who may call it: privileged code, interrupt handlers and fault handlers too, but
 * not that of NMI, which nothing masks; others get ETCH_E_RIGHTS. Interrupts are
 * masked meanwhile: in store mode for 150 cycles; for 600 at the first store to a
 * region, and at each where there is no free region to put over the one that
 * refuses, or others rewrite one above it. A window takes 1,400 to open and 700 to
 * close, and 800 more for each that is open besides.
 *
 * What power loss does: the MPU is reset with the chip.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GUARD_GUARD_H
#define ETCH_GUARD_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "flash/gate.h"
#include "guard/plan.h"

enum { ETCH_GUARD_WINDOWS = 4 };

struct etch_guard;
struct etch_guard_window;

/* Where windows are made: one of those below, or one of your own. */
struct etch_guard_backend {
    /* Bring the hardware in line with g->window and fill in each window's plan. Returns
     * the first that is wanted and cannot be open, why saying what refuses it (it is
     * called again, with one window less); or one without length: all are open. g->window
     * ends in one that never has any. Interrupts are masked, RNR may be left anywhere. */
    struct etch_guard_window *(*apply)(struct etch_guard *g, struct etch_mpu_piece *why);

    /* The gate of the flash driver. Cut: as etch_flash_program. */
    enum etch_err (*store)(
            const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);
};

/* The regions of the MPU itself, whoever set it up. */
extern const struct etch_guard_backend etch_guard_own;

/* The same, with store mode alone: firmware that opens no windows of its own
 * links a quarter less. etch_guard_open returns ETCH_E_MPU. */
extern const struct etch_guard_backend etch_guard_own_stores;

/* No windows: what the MPU refuses is an error instead of a fault. */
extern const struct etch_guard_backend etch_guard_none;

/* A framework's own lock: struct etch_guard_locks. It opens all of flash or
 * all of RAM, for every thread, until the window is closed. */
extern const struct etch_guard_backend etch_guard_framework;

/* Under Mbed: {mbed_mpu_manager_lock_rom_write, mbed_mpu_manager_unlock_rom_write,
 * mbed_mpu_manager_lock_ram_execution, mbed_mpu_manager_unlock_ram_execution};
 * Mbed says "lock" for lifting the protection. */
struct etch_guard_locks {
    /* Let flash be written. */
    void (*write_begin)(void);
    /* Let it not be written again, as often as it was let. */
    void (*write_end)(void);
    /* Let code run in RAM. */
    void (*exec_begin)(void);
    /* Let it not run there again. */
    void (*exec_end)(void);
};

/* To be there, as it is, for as long as the guard. */
struct etch_guard_config {
    const struct etch_guard_backend *backend; /* must be there */
    const struct etch_guard_locks *locks;     /* for etch_guard_framework */

    /* Bit n: region n is rewritten by others, an RTOS at a context switch say.
     * FreeRTOS-MPU: 0x0F. 0: none. They are not changed, nor is it relied upon
     * from one store to the next what they are. Read by etch_guard_init: where it
     * changes, call that again, and etch_guard_refresh. */
    uint8_t reserved;
};

/* What etch_guard_change is asked for. */
struct etch_guard_want {
    struct etch_mpu_range range; /* of whole lines of 32 bytes; without length: nothing */
    uint32_t id;                 /* its token; 0: none */
};

/* Fields are the guard's; for reading. */
struct etch_guard_window {
    struct etch_guard_want want;
    int32_t plan; /* enum etch_guard_plan, or-ed: how it is open */
};

/* A region without our windows, and as we left it last. */
struct etch_guard_region {
    struct etch_mpu_region was, now;
};

/* Fields are the guard's; why is for reading. */
struct etch_guard {
    struct etch_mpu_piece why; /* after ETCH_E_MPU: what refuses, and where */
    const struct etch_guard_config *config;
    uint32_t ids;
    struct etch_guard_region region[ETCH_MPU_REGIONS];
    struct etch_guard_window window[ETCH_GUARD_WINDOWS + 1]; /* the last is never one */
    struct etch_flash_gate gate; /* for etch_flash_config.gate */
    uint32_t lifted;             /* framework's locks: enum etch_guard_what */
};

/* Get ready. g must be zero, as a static object is. The MPU is looked at when
 * something is asked for. */
void etch_guard_init(struct etch_guard *g, const struct etch_guard_config *config);

/* Would privileged code fault that does what is in why->range, as the MPU is now, windows
 * that are open included? why->reserved shall be ETCH_MPU_ALL.
 *
 * Errors: ETCH_E_MPU: yes. why->range.addr is where first, and why->region decides:
 * ETCH_MPU_BACKGROUND is none. ETCH_E_RIGHTS: the caller may not even look.
 * Cost: 8 regions for each piece of the range that they treat alike. */
enum etch_err etch_guard_look(struct etch_mpu_piece *why);

/* The same, for len bytes at addr. */
static inline enum etch_err etch_guard_would_fault(
        uint32_t addr, uint32_t len, uint32_t what, struct etch_mpu_piece *why)
{
    why->range.addr = addr;
    why->range.len = len;
    why->range.what = what & (ETCH_GUARD_WRITE | ETCH_GUARD_EXEC);
    why->reserved = ETCH_MPU_ALL;
    return etch_guard_look(why);
}

/* What open and close do. With a range that has length and id 0: open it as a window,
 * and id becomes its token. Without length: close the window with that token.
 *
 * Errors: theirs. */
enum etch_err etch_guard_change(struct etch_guard *g, struct etch_guard_want *w);

/* Open a window: until etch_guard_close(g, *id) the range may be written or
 * executed (enum etch_guard_what, or both) by privileged code. It is rounded out to 32
 * bytes. One of no bytes is none: its id is 0.
 *
 * Errors, nothing being opened: ETCH_E_MPU (it cannot be, see g->why; or not
 * with those that are open), ETCH_E_NOSPACE (ETCH_GUARD_WINDOWS are open),
 * ETCH_E_RIGHTS. */
ETCH_MUST_CHECK static inline enum etch_err etch_guard_open(
        struct etch_guard *g, uint32_t addr, uint32_t len, uint32_t what, uint32_t *id)
{
    uint32_t before = addr & 31u;
    struct etch_guard_want w;
    w.range.addr = addr - before;
    w.range.len = len ? (len + before + 31) & ~31u : 0;
    w.range.what = what & (ETCH_GUARD_WRITE | ETCH_GUARD_EXEC);
    w.id = 0;
    enum etch_err err = etch_guard_change(g, &w);
    *id = w.id;
    return err;
}

/* Close a window; id 0: none, but see to the others all the same.
 *
 * Errors: ETCH_E_NOENT (it is not open: closed before, or never opened);
 * ETCH_E_MPU (it is closed, and so is another that cannot be open any more, see
 * g->why: others have rewritten regions; or it lay within this one, and there are
 * too few regions for it alone); ETCH_E_RIGHTS. */
static inline enum etch_err etch_guard_close(struct etch_guard *g, uint32_t id)
{
    struct etch_guard_want w = {{0, 0, 0}, 0};
    w.id = id;
    return etch_guard_change(g, &w);
}

/* Open the windows again after somebody may have rewritten regions, a context
 * switch for instance; and work store mode out anew, after regions were changed
 * that are not reserved.
 *
 * Errors: ETCH_E_MPU, as etch_guard_close. */
ETCH_MUST_CHECK static inline enum etch_err etch_guard_refresh(struct etch_guard *g)
{
    return etch_guard_close(g, 0);
}

/* A window that is closed where its block ends, however that is left. */
struct etch_guard_scope {
    struct etch_guard *g;
    uint32_t id;
    enum etch_err err; /* of etch_guard_open; if there is one, nothing is open */
};

/* Close the scope's window, if it is open. */
static inline void etch_guard_leave(const struct etch_guard_scope *scope)
{
    if (!scope->err) {
        (void)etch_guard_close(scope->g, scope->id);
    }
}

/* etch_guard_open into a scope; use ETCH_GUARD_SCOPE. */
static inline struct etch_guard_scope etch_guard_enter(
        struct etch_guard *g, uint32_t addr, uint32_t len, uint32_t what)
{
    struct etch_guard_scope scope;
    scope.g = g;
    scope.id = 0;
    scope.err = etch_guard_open(g, addr, len, what, &scope.id);
    return scope;
}

#define ETCH_GUARD_SCOPE(name, g, addr, len, what)                            \
    struct etch_guard_scope name __attribute__((cleanup(etch_guard_leave))) = \
            etch_guard_enter(g, addr, len, what)

#endif
