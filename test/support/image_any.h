/* image_any.h - the reader on bytes that mean nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_IMAGE_ANY_H
#define ETCH_TEST_IMAGE_ANY_H

#include <stddef.h>
#include <stdint.h>

/* Look for stores in the bytes and read each, and read the bytes as a store.
 * Aborts when an answer is not within what was asked about. */
void image_any(const uint8_t *bytes, size_t len);

#endif
