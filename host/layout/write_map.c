/* write_map.c - a layout to look at: as text and as a picture.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>

#include "layout/layout.h"
#include "silicon/silicon.h"

enum { KIB = 1024, NS_PER_MS = 1000000, X32 = 2 };

static unsigned erase_ms(enum silicon_speed speed, uint32_t size)
{
    return (unsigned)(silicon_erase_ns(speed, X32, size / KIB) / NS_PER_MS);
}

void layout_write_map(const struct layout *layout, FILE *to)
{
    fprintf(to, "%s, %u KiB of flash (%s)\n\n", layout->part->name,
            layout->part->flash_kib, layout->part->layout);
    fputs("sector  address     KiB  erase at x32, ms  owner\n", to);
    for (size_t a = 0; a < layout->areas; a++) {
        const struct layout_area *area = &layout->area[a];
        for (size_t i = area->first; i < area->first + area->n; i++) {
            const struct silicon_sector *s = &layout->sector[i];
            char times[32];
            snprintf(times, sizeof(times), "%u, at most %u",
                    erase_ms(SILICON_TYPICAL, s->size),
                    erase_ms(SILICON_MAXIMUM, s->size));
            fprintf(to, "%6u  0x%08" PRIX32 "  %3" PRIu32 "  %16s  %s", s->number,
                    s->addr, s->size / KIB, times, layout_use_name(area->use));
            fprintf(to, i == area->first && area->use != LAYOUT_FREE ? " %s\n" : "\n",
                    area->name);
        }
    }
}

/* ---- the picture ------------------------------------------------------------ */

/* Heights are to scale, but a 16 KiB sector must still hold its line of text. */
enum { LEFT = 110, WIDTH = 320, TOP = 40, PER_16K = 18, MARGIN = 30 };

static unsigned height_of(const struct silicon_sector *s)
{
    return PER_16K * s->size / (16 * KIB);
}

static const char *colour_of(enum layout_use use)
{
    switch (use) {
    case LAYOUT_BOOT: return "#c9b8e8";
    case LAYOUT_CODE: return "#b8d4f0";
    case LAYOUT_STORE: return "#f7d08a";
    case LAYOUT_KEEP: return "#e8b4b4";
    case LAYOUT_FREE: break;
    }
    return "#f4f4f4";
}

static void draw_sector(FILE *to, const struct silicon_sector *s,
        const struct layout_area *area, unsigned y)
{
    unsigned h = height_of(s);
    fprintf(to,
            "<rect x=\"%d\" y=\"%u\" width=\"%d\" height=\"%u\" fill=\"%s\" "
            "stroke=\"#444\"/>\n",
            LEFT, y, WIDTH, h, colour_of(area->use));
    fprintf(to, "<text x=\"%d\" y=\"%u\">0x%08" PRIX32 "</text>\n", LEFT - 100, y + 13,
            s->addr);
    fprintf(to, "<text x=\"%d\" y=\"%u\">sector %u, %" PRIu32 " KiB</text>\n", LEFT + 8,
            y + 13, s->number, s->size / KIB);
    fprintf(to, "<text x=\"%d\" y=\"%u\" text-anchor=\"end\">%s</text>\n",
            LEFT + WIDTH - 8, y + 13, area->name);
}

void layout_write_svg(const struct layout *layout, FILE *to)
{
    unsigned total = TOP + MARGIN;
    for (size_t i = 0; i < layout->sectors; i++) {
        total += height_of(&layout->sector[i]);
    }
    fprintf(to,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
            "font-family=\"monospace\" font-size=\"12\">\n"
            "<text x=\"%d\" y=\"24\" font-size=\"15\">%s, %u KiB of flash</text>\n",
            LEFT + WIDTH + MARGIN, total, LEFT, layout->part->name,
            layout->part->flash_kib);
    unsigned y = TOP;
    for (size_t a = 0; a < layout->areas; a++) {
        const struct layout_area *area = &layout->area[a];
        for (size_t i = area->first; i < area->first + area->n; i++) {
            draw_sector(to, &layout->sector[i], area, y);
            y += height_of(&layout->sector[i]);
        }
    }
    fputs("</svg>\n", to);
}
