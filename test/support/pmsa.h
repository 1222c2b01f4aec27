/* pmsa.h - what an ARMv7-M MPU permits, written down once more from the
 * architecture manual (B3.5, table B3-16): the second opinion on src/guard.
 * And the MPU set-ups that frameworks make, as their sources have them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_PMSA_H
#define ETCH_TEST_PMSA_H

#include <stdbool.h>
#include <stdint.h>

struct pmsa_region {
    uint32_t rbar, rasr;
};

struct pmsa {
    struct pmsa_region region[8];
    uint32_t ctrl;
};

enum pmsa_right {
    PMSA_READ = 1,
    PMSA_WRITE = 2,
    PMSA_EXEC = 4,
    PMSA_USER_READ = 8,
    PMSA_USER_WRITE = 16,
    PMSA_USER_EXEC = 32
};

/* Rights at addr, enum pmsa_right. */
unsigned pmsa_rights(const struct pmsa *m, uint32_t addr);
/* The region that decides, or -1. */
int pmsa_region(const struct pmsa *m, uint32_t addr);

/* Where rights may change: every edge of every eighth, sorted, without
 * repetition; n at most PMSA_EDGES. */
enum { PMSA_EDGES = 2 * 8 * 9 + 8 };
unsigned pmsa_edges(const struct pmsa *m, uint32_t *edges);

struct pmsa_layout {
    const char *name;
    struct pmsa mpu;
    uint8_t reserved; /* regions that the framework rewrites as it runs */
};

enum { PMSA_LAYOUTS = 16 };
extern const struct pmsa_layout pmsa_layouts[PMSA_LAYOUTS];
const struct pmsa_layout *pmsa_layout(const char *name);

#endif
