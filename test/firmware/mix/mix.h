/* mix.h - a mixture of what firmware does, for comparing processors and their
 * speed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef MIX_H
#define MIX_H

#include <stdint.h>

/* How many rounds: the host changes it in the image. */
extern const volatile uint32_t mix_rounds;
/* A checksum of all that was computed, for the host to read. */
extern volatile uint32_t mix_result;

uint32_t mix_run(uint32_t rounds);
void mix_svc(void);
void mix_pendsv(void);

#endif
