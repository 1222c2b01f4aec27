/* cm.h - cmocka with the headers that it wants included first.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_TEST_CM_H
#define ETCH_TEST_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#endif
