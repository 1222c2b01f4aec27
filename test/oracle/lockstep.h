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

/* The ELF of test/firmware/mix, this many rounds of it. A difference is told to
 * report in words. */
void lockstep_run(
        const char *elf, uint32_t rounds, FILE *report, struct lockstep_result *result);

#endif
