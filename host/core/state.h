/* state.h - what the processor remembers: a plain value.
 *
 * Copying it is a snapshot, comparing it (time apart) is equality. Nothing in
 * it points anywhere.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CORE_STATE_H
#define ETCH_CORE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/core.h"

enum {
    EXC_COUNT = 16 + CORE_IRQS,
    EXC_WORDS = EXC_COUNT / 32,
    ART_LINES = 64,
    ART_CHAINS = 128,
    NOTED_LINES = 16
};

/* The I-cache of the ART: which lines, their bytes when they were fetched, and
 * chains by hash, so that a look-up costs the same however many there are. */
struct art {
    uint32_t tag[ART_LINES];
    uint32_t live[ART_LINES]; /* tag + 1 where it is valid, not stale, and the cache is
                                 on; else 0 */
    uint8_t head[ART_CHAINS]; /* slot + 1 of the first line of a chain; 0: none */
    uint8_t next[ART_LINES];  /* slot + 1 */
    uint64_t valid, stale;
    uint64_t used; /* since the hand came past */
    uint8_t hand;  /* of the clock that looks for a victim */
    uint8_t bytes[ART_LINES][CORE_LINE];
    struct core_art mode;
};

/* Lines of flash that were loaded from directly, the last one first. */
struct noted {
    uint32_t count;
    uint32_t line[NOTED_LINES];
};

struct mpu {
    uint32_t ctrl, rnr;
    uint32_t rbar[CORE_REGIONS], rasr[CORE_REGIONS];
};

struct systick {
    uint32_t ctrl, load;
    uint32_t left;   /* ticks to zero while it is off */
    uint32_t period; /* ticks from the last zero to the next */
    uint64_t zero;   /* while it counts: the cycle when it comes to zero next */
};

struct dwt {
    uint32_t ctrl;
    uint32_t frozen; /* CYCCNT while it stands */
    uint64_t since;  /* the cycle that CYCCNT counts from while it runs */
    uint32_t comp[4], mask[4];
    uint32_t itm_tcr, itm_ter, itm_tpr;
};

struct scb {
    uint32_t vtor, aircr, scr, ccr, shcsr;
    uint32_t cfsr, hfsr, dfsr, far, afsr;
    uint32_t cpacr, actlr, demcr;
    uint32_t fpccr, fpcar, fpdscr;
};

struct core_state {
    uint32_t r[16];    /* r[13] is the stack pointer in use; r[15] means nothing */
    uint32_t sp_other; /* the one not in use */
    int64_t nz;        /* N: below 0; Z: its lower half is 0 */
    uint8_t cf, vf;    /* C and V, 0 or 1 */
    uint32_t ge;
    uint32_t pc, it; /* of the next instruction */
    uint32_t line;   /* the line of code in use, where lines are looked at */
    uint32_t ipsr, control, basepri;
    uint32_t s[32], fpscr;
    uint32_t exclusive; /* address of LDREX's */
    bool q, thumb, primask, faultmask;
    bool monitor; /* the exclusive monitor is set */
    bool event, asleep, locked, for_event;
    bool starting;  /* SP and PC are still to be read from the vector table */
    bool bkpt_told; /* pc is at a BKPT that the owner knows of */
    /* exceptions, by number */
    uint32_t pend[EXC_WORDS + 1], enable[EXC_WORDS + 1], active[EXC_WORDS + 1];
    uint32_t level[EXC_WORDS + 1];
    uint8_t priority[EXC_COUNT];
    uint64_t since[EXC_COUNT]; /* the cycle when it was pended */
    struct scb scb;
    struct mpu mpu;
    struct systick tick;
    struct dwt dwt;
    struct art art;
    struct noted noted;
    uint64_t end;   /* cycles, core_priv.h */
    uint64_t insns; /* executed */
};

#endif
