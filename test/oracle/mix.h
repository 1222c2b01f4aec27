/* mix.h - the firmware test/firmware/mix on QEMU's netduinoplus2 and on ours.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_MIX_H
#define ETCH_ORACLE_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "oracle/machine.h"

#define MIX_AT 0x08000000u

/* Our machine with the firmware, that many rounds, reset; NULL: no such file. */
struct machine *mix_machine(const char *elf, uint32_t rounds);
/* The length of its image, which begins at MIX_AT. */
size_t mix_len(const struct machine *m);

/* How long it takes, in seconds of processor time. */
struct mix_speed {
    uint64_t instructions;
    double ours, qemu;
    const char *failed; /* or NULL */
};

/* The same firmware on both, in turns; the quickest of seven runs each, without
 * what they need to start. */
void mix_measure(const char *elf, uint32_t rounds, struct mix_speed *speed);

#endif
