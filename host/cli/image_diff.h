/* image_diff.h - keys that differ, as etch image shows them.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_IMAGE_DIFF_H
#define ETCH_CLI_IMAGE_DIFF_H

#include <stdio.h>

#include "cli/image_keys.h"

struct cJSON;

/* A line for each key that is not the same in both. How many. */
size_t image_print_changes(
        const struct keys *a, const struct keys *b, const struct firmware *fw, FILE *to);
/* The same as a list. */
struct cJSON *image_json_changes(
        const struct keys *a, const struct keys *b, const struct firmware *fw);
/* Print a document, and delete it. */

#endif
