/* capture_priv.h - between entry.S and the rest.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_FAULT_CAPTURE_PRIV_H
#define ETCH_FAULT_CAPTURE_PRIV_H

#include "fault/fault.h"

#define ETCH_FAULT_MAGIC 0x31464645u /* "EFF1" */

/* What lies in .noinit. */
struct fault_keep {
    struct etch_fault record;
    const struct etch_fault_config *config;
    uint32_t config_check; /* its address, inverted: RAM is noise at first */
};

extern struct fault_keep fault_keep;

uint32_t fault_crc(const struct etch_fault *f);

/* Complete and seal the record, and go on. entry.S has filled in the words from
 * ETCH_FAULT_MPU_CTRL to ETCH_FAULT_R11. */
_Noreturn void fault_capture(void);

#endif
