/* watchdog.c - ArduPilot's line after a watchdog reset, as it is told to the ground
 * station and as it stands in a log:
 *
 *   WDG: T-2 SL0 FL100 FT3 FA20020000 FTP183 FLR80124d1 FICSR4196355 ...
 *   WDOG {TimeUS : 949568, ..., FT : 3, FA : 537001984, ..., LR : 134358225}
 *
 * FT is the exception, FA the address register, whether it was valid or not, and LR
 * the thread's, 0 if it could not be read.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "why/why_priv.h"

enum { FIRST_FAULT = 3, MEMMANAGE = 4, LAST_FAULT = 6 };

struct kind {
    const char *begin, *type, *address, *lr;
    int base;
};

static bool field(const char *line, const char *name, int base, uint32_t *value)
{
    const char *at = strstr(line, name);
    if (at == NULL || isxdigit((unsigned char)at[strlen(name)]) == 0) {
        return false;
    }
    *value = (uint32_t)strtoul(at + strlen(name), NULL, base);
    return true;
}

void read_watchdog(struct reader *r)
{
    static const struct kind kinds[] = {
            {"wdg:t", " ft", " fa", " flr", 16}, {"wdog {", " ft:", " fa:", " lr:", 10}};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        const struct kind *k = &kinds[i];
        uint32_t type;
        uint32_t value;
        if (strstr(r->line, k->begin) == NULL || !field(r->line, k->type, 10, &type) ||
                type < FIRST_FAULT || type > LAST_FAULT) {
            continue;
        }
        found(r, ETCH_FAULT_VECTOR, type);
        if (field(r->line, k->address, k->base, &value)) {
            found(r, type == MEMMANAGE ? ETCH_FAULT_MMFAR : ETCH_FAULT_BFAR, value);
        }
        if (field(r->line, k->lr, k->base, &value) && value != 0) {
            found(r, ETCH_FAULT_LR, value);
        }
    }
}
