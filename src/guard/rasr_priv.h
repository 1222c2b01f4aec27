/* rasr_priv.h - reading and changing one RASR, for plan.c and cover.c.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_GUARD_RASR_PRIV_H
#define ETCH_GUARD_RASR_PRIV_H

#include "guard/plan.h"

#define SHAPE (CM4_MPU_RASR_SRD | CM4_MPU_RASR_SIZE)

/* The region has 2^(SIZE + 1) bytes. */
static inline uint32_t size_of(uint32_t rasr)
{
    return (rasr & CM4_MPU_RASR_SIZE) >> CM4_MPU_RASR_SIZE_POS;
}

/* A digit of table for the AP in rasr; the last digit is for AP 0. */
static inline uint32_t by_ap(uint32_t table, uint32_t rasr)
{
    return table >> (rasr >> (CM4_MPU_RASR_AP_POS - 2) & 0x1C);
}

/* Unprivileged code keeps what it had: AP 6 and 7 let it read, as 2 does. What
 * shall be executed must be readable: AP 5 for 0. */
static inline uint32_t lift(uint32_t rasr, uint32_t what)
{
    uint32_t ap = by_ap(what & ETCH_GUARD_WRITE ? 0x22113211 : 0x76553215, rasr);
    rasr &= ~CM4_MPU_RASR_AP;
    if (what & ETCH_GUARD_EXEC) {
        rasr &= ~CM4_MPU_RASR_XN;
    }
    return rasr | (ap & 7) << CM4_MPU_RASR_AP_POS;
}

#endif
