/* sin.c - see sin.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sin.h"

#include <stddef.h>
#include <string.h>

#include "semihost.h"

int sin_run(const struct sin *table)
{
    const char *args = sh_args();
    for (; table->name != NULL; table++) {
        size_t len = strlen(table->name);
        if (strncmp(args, table->name, len) != 0) {
            continue;
        }
        if (args[len] == '\0') {
            table->commit();
            return 0;
        }
        if (strcmp(args + len, " clean") == 0) {
            table->avoid();
            return 0;
        }
    }
    return 90;
}
