/* races.h - what may come between the guard and the MPU: cases K01 to K18, each
 * with its number as the firmware's argument; with a minus behind it, the same
 * as it goes wrong where nobody guards.
 *
 *   main.c      which, and what is printed
 *   tools.c     faults that are noted and skipped, regions, interrupts
 *   windows.c   K01 - K07: windows of every plan, and what stays shut
 *   switches.c  K08 - K12: others at the registers, interrupts in between
 *   others.c    K13 - K18: privilege, regions that move, a framework's counter
 *
 * A case leaves with 0, or the number of the step that went otherwise than it
 * should. test_guard_races_heavy.c has the table of the faults that each must
 * print:
 *
 *     faults COUNT EXCEPTION CFSR HFSR ADDRESS EXC_RETURN   (of the first one)
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_RACES_H
#define ETCH_RACES_H

#include <stdbool.h>
#include <stdint.h>

#include "guard/guard.h"
#include "mpu.h"
#include "stm32f4.h"

enum {
    S0 = 0x08000000,
    S1 = 0x08004000,
    S4 = 0x08010000,
    S5 = 0x08020000,
    S6 = 0x08040000,
    S7 = 0x08060000,
    REGIONS = 8
};

struct race {
    const char *name;
    uint32_t (*run)(void);
};
extern const struct race windows[], switches[], others[]; /* the last has no name */

extern struct etch_guard guard;
extern struct etch_guard_config how;

/* ---- tools ------------------------------------------------------------------ */

/* A store that nothing may take away; the controller is shut, so it writes
 * nothing where the MPU lets it through. */
void store_to(uint32_t addr);

/* Faults so far, and the first of them. */
struct fault {
    uint32_t exception, cfsr, hfsr, addr, exc_return;
};
extern volatile uint32_t faults;
extern struct fault first_fault;
void enable_faults(void); /* or they are HardFaults */

struct regions {
    uint32_t ctrl, rbar[REGIONS], rasr[REGIONS];
};
void take_regions(struct regions *m);
bool regions_are(const struct regions *m);
void set_region(uint32_t n, uint32_t base, uint32_t rasr);
void set_regions(const uint32_t regions[REGIONS][2]); /* with the background */

/* What runs in the next interrupt: now, or every so many cycles; 0: no more. */
extern void (*volatile on_interrupt)(void);
extern volatile uint32_t interrupts;
void interrupt_now(void);
void interrupt_every(uint32_t cycles);

void drop_privilege(void);
void regain_privilege(void);

/* 64 words through the driver and the guard, and read back: 0, or the step. */
uint32_t write_words(uint32_t addr);

#endif
