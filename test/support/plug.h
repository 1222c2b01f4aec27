/* plug.h - a processor for code that masks interrupts, where a test has no chip.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_PLUG_H
#define ETCH_TEST_PLUG_H

/* Set-up and tear-down of a group of tests. */
int plug_in(void **state);
int unplug(void **state);

#endif
