/* oracle.h - is the simulated processor right? It and QEMU run the same random
 * blocks on the same inputs, and must leave the same behind.
 *
 * What it remembers: nothing between calls. Equal seeds give equal runs, and
 * what it finds it makes small: the report names one instruction, what it
 * began with, and what each side made of it.
 *
 * What is not compared, because QEMU is wrong or the manual leaves it open,
 * docs/oracle.md lists by name.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_ORACLE_ORACLE_H
#define ETCH_ORACLE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct oracle_config {
    const char *harness; /* the ELF of test/firmware/oracle */
    uint64_t seed;
    size_t blocks; /* at most 40,000 fit */
    uint32_t runs; /* inputs for each block */
    FILE *report;  /* differences, in words; NULL: nowhere */
    /* To see that a defect is found: after each instruction of this row the
     * lowest bit of its Rd is changed on our side. NULL: no defect. */
    const char *spoiled;
};

struct oracle_result {
    uint64_t cases;
    uint64_t instructions; /* executed in blocks, on both sides */
    uint64_t differences;  /* cases that ended differently */
    uint64_t *times;       /* for each row of rows.h; oracle_free */
    const char *failed;    /* why it could not be run to the end, or NULL */
};

void oracle_run(const struct oracle_config *config, struct oracle_result *result);
void oracle_free(struct oracle_result *result);

#endif
