/* write_header.c - a layout as C constants.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "layout/layout.h"

static void write_constant(
        FILE *to, const struct layout_area *area, const char *what, uint32_t value)
{
    fputs("#define LAYOUT_", to);
    layout_print_capitals(to, area->name);
    fprintf(to, "_%s 0x%08" PRIX32 "u\n", what, value);
}

/* Sector numbers as an initialiser, for the store's configuration. */
static void write_numbers(
        FILE *to, const struct layout *layout, const struct layout_area *area)
{
    fputs("#define LAYOUT_", to);
    layout_print_capitals(to, area->name);
    fputs("_SECTORS", to);
    for (size_t i = 0; i < area->n; i++) {
        fprintf(to, "%s%u", i ? ", " : " ", layout->sector[area->first + i].number);
    }
    fputc('\n', to);
}

void layout_write_header(const struct layout *layout, FILE *to)
{
    fprintf(to,
            "/* Made by `etch layout` for %s: change the layout, not this file. */\n"
            "/* clang-format off */\n"
            "#ifndef ETCH_LAYOUT_H\n"
            "#define ETCH_LAYOUT_H\n",
            layout->part->name);
    for (size_t i = 0; i < layout->areas; i++) {
        const struct layout_area *area = &layout->area[i];
        char sectors[32];
        if (area->use == LAYOUT_FREE) {
            continue;
        }
        layout_sectors_text(layout, area->first, area->n, sectors, sizeof(sectors));
        fprintf(to, "\n/* %s: %s */\n", layout_use_name(area->use), sectors);
        write_constant(to, area, "ADDR", area->addr);
        write_constant(to, area, "LEN", area->len);
        if (area->use == LAYOUT_STORE || area->use == LAYOUT_KEEP) {
            write_numbers(to, layout, area);
        }
    }
    fputs("\n#endif\n", to);
}
