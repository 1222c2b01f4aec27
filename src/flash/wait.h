/* wait.h - how to spend the time of an erase.
 *
 * A wait starts the operation and returns when it is over or has lasted too
 * long. Which one is a value in the configuration; only the one named there is
 * linked.
 *
 *   plain  polls from wherever the driver is linked. In flash the first
 *          fetch that misses the instruction cache stalls until the erase is
 *          over, with it every interrupt: 0.25 to 4 s.
 *   ram    masks interrupts and polls from SRAM, feeding the watchdog and
 *          calling keep_alive. Interrupts are late by the whole erase, but
 *          the chip is not dead.
 *   alive  polls from SRAM with interrupts on, through a vector table in
 *          SRAM. Every interrupt whose vector there points into SRAM is
 *          served as usual; the others, SysTick among them, are off meanwhile.
 *
 * ram and alive need their section, .ramfunc, in SRAM: the linker script must name
 * it in .data, which start-up copies - `*(.ramfunc*)`, in small letters, beside the
 * *(.RamFunc*) of ST's scripts. Where no line names it the linker puts it into flash
 * without a word, and they refuse.
 *
 * All of them write registers only and return with interrupts as they were. A
 * step of a program lasts 16 us as a rule, 100 at most; who cannot be late by that
 * has etch_flash_gate_alive (gate.h).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FLASH_WAIT_H
#define ETCH_FLASH_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* A watchdog and how to feed it: IWDG is {0x40003000, 0xAAAA, period}. Storing
 * to one register is all a wait can do for it; period_us is the shortest it
 * may be (LSI may be 47 kHz where 32 are typical).
 *
 * What is fed is the erase, and ETCH_E_WATCHDOG is about that alone. Not fed:
 *  - the reading back that follows each erase, some 30 cycles a byte (60 where
 *    nothing is optimised): for 128 KiB 0.2 s at 16 MHz, 23 ms at 168. period_us
 *    must be longer than that; with plain, by that longer than the erase.
 *  - etch_flash_program, all of it, but for each step with etch_flash_gate_alive
 *    (gate.h): etch_flash_program_time, and each byte is read before and after.
 *    Who programs much at once calls it for pieces, and feeds between. */
struct etch_flash_dog {
    uint32_t feed_addr; /* register; 0: it cannot be fed like this */
    uint32_t feed_value;
    uint32_t period_us; /* 0: no watchdog runs */
};

struct etch_flash;

/* What to do while an erase lasts. how is one of the functions below or one of
 * your own, and must be there. */
struct etch_flash_wait {
    /* Start the erase by writing cr to f->regs->cr and wait for its end, f->limit
     * cycles at most. ETCH_E_TIMEOUT: still busy. Any other error: refused, and
     * not started. */
    enum etch_err (*how)(const struct etch_flash *f, uint32_t cr);

    struct etch_flash_dog dog;

    /* Called again and again while waiting; for ram and alive it must be in
     * SRAM, with all it calls and reads. NULL: none. */
    void (*keep_alive)(void *ctx);
    void *ctx;

    uint32_t ram_vectors; /* for alive: address of a vector table in SRAM */
};

/* From flash: interrupts stay as they are and stall. The dog is fed once,
 * before the start.
 * Errors: ETCH_E_WATCHDOG (the erase may last longer than the dog's period
 * less a tenth), ETCH_E_TIMEOUT. */
enum etch_err etch_flash_wait_plain(const struct etch_flash *f, uint32_t cr);

/* Interrupts are masked (PRIMASK) from before the start until the end. NMI and
 * faults are not; their handlers stall if they lie in flash.
 * Errors: ETCH_E_WATCHDOG (as above, and the dog cannot be fed), ETCH_E_SELF
 * (keep_alive or .ramfunc lies in flash), ETCH_E_TIMEOUT. */
enum etch_err etch_flash_wait_ram(const struct etch_flash *f, uint32_t cr);

/* The table at ram_vectors must have an entry for every interrupt of the
 * part, lie in SRAM (not CCM: vectors are not fetched from it) on 512 bytes,
 * and its live handlers must be in SRAM with all they call and read. What a
 * handler pends that is served in flash (PendSV, say) stalls. Reading SysTick
 * clears its COUNTFLAG. No handler may write the cycle counter (flash.h).
 * Errors: as etch_flash_wait_ram; ETCH_E_ALIGN (not such a table). */
enum etch_err etch_flash_wait_alive(const struct etch_flash *f, uint32_t cr);

#endif
