/* native.h - run driver code, compiled for the host, on a silicon model.
 *
 * host/port/ ends here. This plays the few parts outside the flash block that
 * a driver touches: the processor's interrupt mask, barriers, MPU and cycle
 * counter, DBGMCU_IDCODE, SCB, SYSCFG_MEMRMP and a watchdog, and a clock that
 * each access moves on by a few cycles. Pointers given to port/ are chip
 * addresses: 0x40023C00 is the flash controller here as it is there.
 *
 * One chip per thread at a time: silicon_native_select.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_SILICON_NATIVE_H
#define ETCH_SILICON_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "silicon/silicon.h"

struct silicon_native;

/* A chip with its surroundings, reset and selected in this thread. */
struct silicon_native *silicon_native_new(
        const struct silicon_part *part, const struct silicon_conditions *conditions);
void silicon_native_free(struct silicon_native *n);
void silicon_native_select(struct silicon_native *n);
struct silicon *silicon_native_chip(struct silicon_native *n);

/* Copy everything: chip, clock, processor, registers. */
void silicon_native_copy(struct silicon_native *to, const struct silicon_native *from);

enum silicon_end {
    SILICON_RETURNED,   /* body returned */
    SILICON_LOST_POWER, /* the planned cut */
    SILICON_FAULTED,    /* a bus error */
    SILICON_BROKE_LAW,  /* a strict law */
    SILICON_HUNG,       /* more accesses than the limit: it waits for ever */
    SILICON_DOG,        /* the watchdog expired, and has reset the chip */
    SILICON_RESTARTED,  /* the body asked for a system reset: AIRCR.SYSRESETREQ */
    SILICON_REFUSED     /* the MPU refused an access: why.addr is MMFAR */
};

/* Run body(arg) on the selected chip until it returns or is stopped. After
 * anything but SILICON_RETURNED the body is gone (longjmp): it must not hold
 * what would leak. */
enum silicon_end silicon_native_run(
        struct silicon_native *n, void (*body)(void *arg), void *arg);
/* What stopped the last run: the breach, the fault (with the law it broke),
 * the cut, the reset; of a run that hung, who made the last access. */
const struct silicon_event *silicon_native_why(const struct silicon_native *n);
/* Accesses a run may make; default 200 million. */
void silicon_native_limit(struct silicon_native *n, uint64_t accesses);

/* How many polls of FLASH_SR an operation lasts, however long it takes: each
 * poll that sees BSY lets that part of it pass. Default 256; 0: every poll at
 * its true cost, millions of them for an erase. */
void silicon_native_polls(struct silicon_native *n, unsigned polls);

/* Off, tear, on: what a cut between two runs does. */
void silicon_native_power_cycle(struct silicon_native *n, struct silicon_tear tear);

/* The world outside the chip. */
uint64_t silicon_native_now(const struct silicon_native *n); /* ns */
void silicon_native_advance(struct silicon_native *n, uint64_t ns);
bool silicon_native_masked(const struct silicon_native *n); /* interrupts masked now */
/* Watch every access, before it happens; e.g. to see that interrupts are
 * masked, or what is written where. NULL: none. */
typedef void silicon_native_watch(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value);
void silicon_native_on_access(
        struct silicon_native *n, silicon_native_watch *watch, void *ctx);
/* Called when an operation begins, before any of it is done, with its event. A
 * copy of the chip is then one with the operation in flight. NULL: none. */
typedef void silicon_native_begins(void *ctx, const struct silicon_event *ev);
void silicon_native_on_begin(
        struct silicon_native *n, silicon_native_begins *begins, void *ctx);
/* The body does all it does to the chip through host/port/, and nobody else does
 * anything while it runs. Loads of settled cells then take a shorter way: same
 * values, same time, same count of accesses. */
void silicon_native_alone(struct silicon_native *n, bool alone);
/* A register or RAM word outside the flash block: one that the board knows is
 * written as by the processor, any other is created with value if new. */
void silicon_native_poke(struct silicon_native *n, uint32_t addr, uint32_t value);
uint32_t silicon_native_peek(const struct silicon_native *n, uint32_t addr);
/* An IWDG that bites after period_ns without KR = 0xAAAA. 0: off. */
void silicon_native_watchdog(struct silicon_native *n, uint64_t period_ns);
/* Where the running code is said to be (cpu_pc); 0x20000000 at first: RAM. */
void silicon_native_at(struct silicon_native *n, uint32_t pc);
/* Run as unprivileged thread code: the MPU asks, and the processor's own
 * registers are out of reach. */
void silicon_native_unprivileged(struct silicon_native *n, bool unprivileged);
/* Stop the cycle counter, as a debugger may have. */
void silicon_native_freeze_cycles(struct silicon_native *n, bool frozen);
/* Every event so far of a kind; and of a law's breach. */
unsigned silicon_native_count(
        const struct silicon_native *n, enum silicon_event_kind kind);
unsigned silicon_native_breaches(const struct silicon_native *n, enum silicon_law law);

#endif
