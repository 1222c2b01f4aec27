/* json.h - the one document that --json puts out.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef ETCH_CLI_JSON_H
#define ETCH_CLI_JSON_H

#include <stdio.h>

#include "cli/cli.h"

struct cJSON;

/* Print the document, and delete it. It is JSON whatever bytes are in its texts: cJSON
 * copies them as they are, so those that are no UTF-8 become \xE4. */
enum etch_exit json_print(struct cJSON *root, FILE *to);

#endif
