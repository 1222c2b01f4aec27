/* cpu.h - the host's version of src/port/cpu.h: the same names, ending in the
 * processor that silicon/native.h plays for code running natively.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_PORT_CPU_H
#define ETCH_PORT_CPU_H

#include <stdint.h>

void cpu_dsb(void);
void cpu_isb(void);
uint32_t cpu_pc(void);       /* silicon_native_at says where natively */
uint32_t cpu_irq_save(void); /* not unprivileged: silicon_native_unprivileged says */
uint32_t cpu_irq_masked(void);
void cpu_irq_restore(uint32_t primask);
void cpu_cycles_start(void);
uint32_t cpu_cycles(void);

#endif
