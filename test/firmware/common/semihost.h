/* semihost.h - firmware talks to the bench, or to a debugger, by Arm semihosting
 * (Arm's "Semihosting for AArch32 and AArch64").
 *
 * Console, command line, exit. On a board without a debugger each of these is
 * a breakpoint that faults.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_COMMON_SEMIHOST_H
#define ETCH_COMMON_SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void sh_puts(const char *text); /* as it is: no newline is added */
void sh_hex(uint32_t value);    /* "0x08060000" */
void sh_dec(uint32_t value);

/* What the firmware was asked to do (--args), "" if nothing. */
const char *sh_args(void);
/* Is that exactly word? */
bool sh_asked(const char *word);

/* Leave with an exit code; 0: fine. */
_Noreturn void sh_exit(uint32_t code);

#endif
