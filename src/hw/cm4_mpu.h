/* cm4_mpu.h - the Cortex-M4 memory protection unit (ARMv7-M B3.5).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_HW_CM4_MPU_H
#define ETCH_HW_CM4_MPU_H

#include <stdint.h>

struct cm4_mpu_regs {
    uint32_t type;
    uint32_t ctrl;
    uint32_t rnr; /* the region that rbar and rasr show */
    uint32_t rbar;
    uint32_t rasr;
};

#define CM4_MPU_REGS 0xE000ED90u

#define CM4_MPU_CTRL_ENABLE     (1u << 0)
#define CM4_MPU_CTRL_PRIVDEFENA (1u << 2)

/* RBAR reads as the base and the region's number; a number written without
 * VALID is ignored (B3.5.8). */
#define CM4_MPU_RBAR_ADDR 0xFFFFFFE0u

#define CM4_MPU_RASR_ENABLE   (1u << 0)
#define CM4_MPU_RASR_SIZE_POS 1 /* bytes are 2^(SIZE + 1), SIZE at least 4 */
#define CM4_MPU_RASR_SIZE     (31u << CM4_MPU_RASR_SIZE_POS)
#define CM4_MPU_RASR_SRD_POS  8 /* a bit switches an eighth off */
#define CM4_MPU_RASR_SRD      (0xFFu << CM4_MPU_RASR_SRD_POS)
#define CM4_MPU_RASR_AP_POS   24
#define CM4_MPU_RASR_AP       (7u << CM4_MPU_RASR_AP_POS)
#define CM4_MPU_RASR_XN       (1u << 28)

/* The fields of RASR, as AAPCS lays them out: GCC inserts one with a single
 * instruction, where a mask takes four. */
union cm4_mpu_rasr {
    uint32_t word;
    struct {
        uint32_t enable : 1, size : 5, : 2, srd : 8, memory : 6, : 2, ap : 3, : 1, xn : 1;
    } bits;
};

#endif
