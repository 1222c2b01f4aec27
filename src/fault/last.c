/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "fault/capture_priv.h"
#include "hw/cm4_scs.h"
#include "hw/reg.h"
#include "port/mmio.h"

void etch_fault_init(const struct etch_fault_config *config)
{
    fault_keep.config = config;
    fault_keep.config_check = ~(uint32_t)(uintptr_t)config;
    mmio_write32(reg_at(CM4_SCB_SHCSR),
            mmio_read32(reg_at(CM4_SCB_SHCSR)) | CM4_SCB_SHCSR_MEMFAULTENA |
                    CM4_SCB_SHCSR_BUSFAULTENA | CM4_SCB_SHCSR_USGFAULTENA);
}

const struct etch_fault *etch_fault_last(void)
{
    return etch_fault_is_sealed(&fault_keep.record) ? &fault_keep.record : NULL;
}

void etch_fault_forget(void)
{
    fault_keep.record.magic = 0;
}
