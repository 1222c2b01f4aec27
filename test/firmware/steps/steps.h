/* steps.h - firmware to be compared instruction by instruction: the library's own
 * code, arithmetic, tasks that preempt each other. Nothing in it asks what time it
 * is, so it does the same everywhere.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STEPS_H
#define STEPS_H

#include <stddef.h>
#include <stdint.h>

/* Each does its work with other numbers in each round and gives a checksum. */
uint32_t store_run(uint32_t round);
uint32_t words_run(uint32_t round);
uint32_t waves_run(uint32_t round);
uint32_t tasks_run(uint32_t round);

/* Handlers, for the vector table. */
void tasks_svc(void);
void tasks_pendsv(void);
void tasks_systick(void);

/* What cannot be: the run ends, and not well. */
void steps_give_up(void);

uint32_t steps_random(uint32_t *state);
uint32_t steps_fold(uint32_t sum, const void *data, size_t len);

static inline volatile uint32_t *steps_reg(uint32_t addr)
{
    return (volatile uint32_t *)addr;
}

#endif
