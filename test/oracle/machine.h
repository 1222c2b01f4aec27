/* machine.h - our processor with plain memory around it, and as much semihosting
 * as the test firmware uses.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_MACHINE_H
#define ETCH_ORACLE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"

struct machine;

/* A piece of memory. */
struct machine_place {
    uint32_t addr, len;
    bool same;  /* the bytes of the piece before, under another address */
    bool mixed; /* every other page is executed through the model of the flash
                   cache, which is another way through the processor */
    bool flash; /* all of it is, and loads from it are noted */
};

/* As QEMU's boards have it; the last entry has len 0. */
extern const struct machine_place machine_mps2[];     /* mps2-an386 */
extern const struct machine_place machine_netduino[]; /* netduinoplus2 */

/* With this ELF loaded; NULL: it cannot be read. Not reset yet. */
struct machine *machine_new(const char *elf, const struct machine_place *places);
void machine_free(struct machine *m);
struct core *machine_core(struct machine *m);
/* The bytes at addr, up to the end of the piece; NULL: nothing is there. */
uint8_t *machine_bytes(const struct machine *m, uint32_t addr);
/* Where the last byte that came from the ELF is, counted from addr. */
size_t machine_loaded(const struct machine *m, uint32_t addr);

/* Call each before every instruction between the breakpoints from and to. */
void machine_tell(struct machine *m, uint32_t from, uint32_t to,
        void (*each)(void *ctx, uint32_t pc), void *ctx);
/* From inside each(): flip these bits of a register. */
void machine_change(struct machine *m, unsigned reg, uint32_t bits);

/* Run until the firmware writes, then what it wrote: it stays as it is until
 * the next call. False: it will not write any more, see machine_end. */
bool machine_run(struct machine *m, const void **written, size_t *len);
/* How it ended: NULL if it left in good order. */
const char *machine_end(const struct machine *m);

#endif
