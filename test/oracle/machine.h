/* machine.h - our processor on the memory of QEMU's mps2-an386, with as much
 * semihosting as the harness uses.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_MACHINE_H
#define ETCH_ORACLE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "oracle/batch.h"

struct machine;

/* NULL: the harness cannot be read. each: called before every instruction of a
 * block with its address, or NULL. */
struct machine *machine_new(const char *harness, const struct batch *b,
        void (*each)(void *ctx, uint32_t pc), void *ctx);
void machine_free(struct machine *m);

/* Run until records are written, or no more are: false, and machine_end. The
 * records stay as they are until the next call. */
bool machine_records(struct machine *m, const uint32_t **records, size_t *len);
/* How it ended: NULL if the harness left in good order. */
const char *machine_end(const struct machine *m);
/* From inside each(): flip these bits of a register. */
void machine_change(struct machine *m, unsigned reg, uint32_t bits);

#endif
