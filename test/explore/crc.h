/* crc.h - the store's checksum, for a program that computes it all day.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_EXPLORE_CRC_H
#define ETCH_TEST_EXPLORE_CRC_H

#include <stdbool.h>

/* Make the tables; before there are threads. False: what they give is not what the
 * polynomials' check values are. */
bool crc_begin(void);

#endif
