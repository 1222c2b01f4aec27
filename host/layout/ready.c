/* ready.c - a layout to start from, for any part.
 *
 * The small sectors are the ones to keep data in: they erase in a quarter of
 * the time and cost an eighth of the room. But they come first, where the chip
 * starts, so the vectors stay in sector 0 and the code goes on behind the
 * store.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "layout/layout.h"

/* Parts that are too small for a hole in their code: 64 KiB are four sectors
 * of 16, 128 KiB these and one of 64. */
static const char *const small[] = {
        [1] = "code   0-1         # vectors and all code\n"
              "store  2-3         # settings, in the last 32 KiB\n",
        [2] = "code   0           # vectors and start-up code: the chip starts here\n"
              "store  1-2         # settings\n"
              "code   3-4    app  # everything else\n",
};

static const char large[] =
        "code   0           # vectors and start-up code: the chip starts here\n"
        "store  1-2         # settings: 16 KiB sectors erase fastest\n"
        "free   3           # spare: a fault record, a third store sector\n"
        "code   4-     app  # everything else\n";

bool layout_ready(const struct silicon_part *part, char *to, size_t size)
{
    const char *lines = part->flash_kib > 128 ? large : small[part->flash_kib / 64];
    char name[sizeof("stm32f446xe")];
    snprintf(name, sizeof(name), "%s", part->name);
    for (char *at = name; *at; at++) {
        *at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
    }
    int n = snprintf(to, size,
            "# Who owns which sectors of the flash (%u KiB: %s).\npart   %s%s\n%s",
            part->flash_kib, part->layout, name,
            part->banks == SILICON_DB1M_ON ? " db1m" : "", lines);
    return n > 0 && (size_t)n < size;
}
