/* gate.h - the way of a store to the array, where something stands in it.
 *
 * A framework may lock flash against stores with the MPU; erasing and the
 * controller's registers are not its business. A gate, named in the
 * configuration, is asked to make each store; guard/ has gates that open the
 * way for just that instruction. Without a gate the driver stores directly,
 * and what the MPU says to that is a fault.
 *
 * A gate remembers what it likes; it must not allocate or wait. The driver
 * calls it from etch_flash_program, whoever calls that. Power loss does to a
 * store through a gate what it does to any other.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_GATE_H
#define ETCH_FLASH_GATE_H

#include <stdint.h>

#include "base/err.h"

struct etch_flash;

struct etch_flash_gate {
    /* Make one store of n bytes (1, 2 or 4, addr a multiple of it) from data
     * to addr, and let it arrive: etch_flash_store between open and close. The
     * gate is f->config->gate. At the first store of a call, addr is
     * f->span.addr: the time to see what will be refused of the span.
     *
     * Cut: as etch_flash_program.
     * Errors: any, with this store not made; etch_flash_program ends and returns
     * it. */
    enum etch_err (*store)(
            const struct etch_flash *f, uint32_t addr, const uint8_t *data, uint32_t n);

    void *ctx; /* the gate's own */
};

/* The store itself: n bytes (1, 2 or 4, addr a multiple of it) from data to
 * addr in one access, and a barrier behind it. The controller must be ready.
 *
 * Cut: as etch_flash_program. */
void etch_flash_store(uint32_t addr, const uint8_t *data, uint32_t n);

/* A gate for programs while interrupts go on, as the alive wait is for erases
 * (wait.h): it stores and polls from SRAM, with vectors from config->wait, which
 * must be there. A step lasts 16 us as a rule and 100 at most, and without it
 * every interrupt that comes meanwhile is that late. Interrupts with vectors in
 * flash are off from the first step of a call to the last. Where the MPU refuses
 * stores, or execution in SRAM, it is of no use: guard/ masks interrupts while it
 * stores.
 *
 * Cut: as etch_flash_program.
 * Errors: ETCH_E_SELF, ETCH_E_ALIGN, ETCH_E_TIMEOUT, as etch_flash_wait_alive. */
extern const struct etch_flash_gate etch_flash_gate_alive;

#endif
