/* chip.h - native driver code on a simulated chip, as a machine.
 *
 * What the explorer judges here is the real path: the driver, its adaptor to
 * nor.h and the store, against the laws of the flash controller. Laws are
 * strict, a breach ends the run as a fault, except that unstable cells may be
 * read, which is what a store must do after a cut.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_EXPLORE_CHIP_H
#define ETCH_EXPLORE_CHIP_H

#include "explore/machine.h"
#include "silicon/native.h"

struct explore_chip {
    const char *part; /* "stm32f446re" */
    struct silicon_conditions conditions;
    uint32_t addr, size; /* the cells to show in maps */
    /* Once for each new chip: laws, clocks, registers. Or NULL. */
    void (*prepare)(struct silicon_native *n, const void *arg);
    /* At each power-on, inside the run: open the driver in ram, which is zeroed
     * and of ram_len bytes, and hand out the flash. */
    const struct etch_nor *(*boot)(void *ram, const void *arg);
    size_t ram_len;
    const void *arg;
};

/* A factory-fresh chip. config stays in use. NULL: no such part, no memory. */
struct explore_machine *explore_chip_new(const struct explore_chip *config);

#endif
