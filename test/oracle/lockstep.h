/* lockstep.h - a firmware on QEMU and on our processor, compared instruction by
 * instruction: registers and flags before each one.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_LOCKSTEP_H
#define ETCH_ORACLE_LOCKSTEP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct lockstep_result {
    uint64_t instructions; /* that were equal */
    const char *failed;    /* the first difference, or why there was none to see */
};

struct lockstep_config {
    const char *elf; /* of test/firmware/mix, or made like it */
    uint32_t rounds; /* of it */
    bool unit;       /* the registers of the floating-point unit as well: slower */
    FILE *report;    /* takes a difference in words */
    /* To see that one is found: after so many instructions a bit of r0 is
     * changed on our side. 0: never. */
    uint64_t spoiled;
};

void lockstep_run(const struct lockstep_config *config, struct lockstep_result *result);

#endif
