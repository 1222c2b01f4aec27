/* fault.h - catch a fault, and keep what happened through the reset.
 *
 * What it is: one handler for HardFault, MemManage, BusFault and UsageFault. Put
 * etch_fault_entry in their four places in the vector table. It switches the
 * MPU off (its registers are kept in the record), moves to a stack of its own,
 * because the one that was in use may be the cause, fills the record, seals it
 * with a CRC, calls what the configuration names, and resets the chip. After
 * the reset etch_fault_last gives the record, decode.h its meaning:
 *
 *     const struct etch_fault *last = etch_fault_last();
 *     if (last) {
 *         etch_fault_explain(last, &console);
 *         etch_fault_forget();
 *     }
 *     etch_fault_init(&config);
 *
 * What it remembers: the record and the configuration's address, in a section
 * .noinit that the linker script must have (NOLOAD, not cleared at start-up);
 * 512 bytes of stack.
 *
 * What it never does: allocate, wait, touch the stack that was in use, or lock
 * up because an address is bad: bus faults of its own loads are ignored
 * (CCR.BFHFNMIGN). A record that was not forgotten is replaced by the next.
 *
 * Who may call: the start-up and the main program; etch_fault_entry is for the
 * vector table.
 *
 * What power loss does: the record is in RAM and lost with it.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FAULT_FAULT_H
#define ETCH_FAULT_FAULT_H

#include "fault/decode.h"
#include "flash/flash.h"
#include "guard/guard.h"

/* What the record shall have besides the registers. Zero in a field: not that. */
struct etch_fault_config {
    const struct etch_flash *flash; /* the driver, for its last call */
    const struct etch_guard *guard; /* for its windows */

    /* Called with the sealed record before the reset, on 400 bytes of stack,
     * with every interrupt masked (FAULTMASK) and the MPU off: a fault in here
     * locks the processor up. It may print or write flash: the record is
     * sizeof(struct etch_fault) bytes that mean the same after any reset. */
    void (*then)(const struct etch_fault *f);
};

/* Enable the three handlers that are off after reset, so that faults arrive as
 * what they are. config stays in use and must not be in a stack. */
void etch_fault_init(const struct etch_fault_config *config);

/* The record of a fault before the last reset, or NULL: there was none, or power
 * was lost since. Cost: a CRC of some 350 bytes. */
const struct etch_fault *etch_fault_last(void);

/* Is this a whole record: from flash, or of another chip? */
bool etch_fault_is_sealed(const struct etch_fault *f);

/* Let the next etch_fault_last return NULL. */
void etch_fault_forget(void);

/* The handler, for the four places in the vector table. It does not return. */
void etch_fault_entry(void);

#endif
