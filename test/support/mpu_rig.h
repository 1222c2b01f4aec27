/* mpu_rig.h - the rig of flash_rig.h under a framework's MPU set-up.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_MPU_RIG_H
#define ETCH_TEST_MPU_RIG_H

#include "guard/guard.h"
#include "support/flash_rig.h"
#include "support/pmsa.h"

#define MPU_CTRL 0xE000ED94u
#define MPU_RNR  0xE000ED98u
#define MPU_RBAR 0xE000ED9Cu
#define MPU_RASR 0xE000EDA0u

/* Set the MPU of rig.board up like this framework does. RNR is 3 afterwards. */
void mpu_set_up(const struct pmsa_layout *layout);
/* One region, from outside. RNR stays. */
void mpu_set_region(uint32_t n, uint32_t rbar, uint32_t rasr);
/* What is in the registers. */
struct pmsa mpu_image(void);
uint32_t mpu_rnr(void);

/* Every store into the array since mpu_watch, as the MPU and the interrupt mask
 * stood; and moves of a region that was enabled, of which there may be none. */
struct mpu_seen {
    unsigned stores, unmasked, moved;
    unsigned nowhere;        /* regions selected that there are not */
    unsigned changed;        /* stores while any region was not as at rest */
    unsigned open_elsewhere; /* writable bytes outside the 32 around a store */
    unsigned lost; /* places that had a right at rest and lacked it in between */
};
extern struct mpu_seen mpu_seen;
void mpu_watch(void);
/* The same, and count lost, which takes its time. */
void mpu_watch_rights(void);

#endif
