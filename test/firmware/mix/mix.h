/* mix.h - a mixture of what firmware does, for comparing processors and their
 * speed.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef MIX_H
#define MIX_H

#include <stdint.h>

/* All of it, so often; a checksum of what was computed. */
uint32_t mix_run(uint32_t rounds);
void mix_svc(void);
void mix_pendsv(void);

#endif
