/* write_ld.c - a layout as a linker script fragment.
 *
 * Two things keep an image out of the store. The regions that code may use end
 * where it begins, so a script that uses them overflows. And a section lies
 * over each store and keep area, so that a script with a FLASH region of its
 * own, from the days before the layout, meets "overlaps section" instead of
 * the settings. What the linker does not compare with a section that is not
 * loaded is where the initial values of .data are; hence the assertions, which
 * see symbols only of scripts named before.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "layout/layout.h"

enum { KIB = 1024, CCM_BASE = 0x10000000 };

static bool is_reserved(const struct layout_area *area)
{
    return area->use == LAYOUT_STORE || area->use == LAYOUT_KEEP ||
           area->use == LAYOUT_BOOT;
}

static void write_region(
        const struct layout *layout, const struct layout_area *area, FILE *to)
{
    char sectors[32];
    layout_sectors_text(layout, area->first, area->n, sectors, sizeof(sectors));
    fputs("    ", to);
    layout_print_capitals(to, area->name);
    fprintf(to, " (%s) : ORIGIN = 0x%08" PRIX32 ", LENGTH = %" PRIu32 "K  /* %s */\n",
            area->use == LAYOUT_CODE ? "rx" : "r", area->addr, area->len / KIB, sectors);
}

/* SRAM banks that follow each other are one region to a linker. */
static void write_rams(const struct silicon_part *part, FILE *to)
{
    uint32_t kib = 0;
    for (size_t i = 0; i < 3 && part->sram[i].kib; i++) {
        kib += part->sram[i].kib;
    }
    fprintf(to, "    SRAM (rwx) : ORIGIN = 0x%08" PRIX32 ", LENGTH = %" PRIu32 "K\n",
            part->sram[0].base, kib);
    if (part->ccm_kib) {
        fprintf(to,
                "    CCM (rw) : ORIGIN = 0x%08X, LENGTH = %" PRIu32
                "K  /* data only: no code, no DMA */\n",
                CCM_BASE, part->ccm_kib);
    }
}

static void write_symbols(const struct layout_area *area, FILE *to)
{
    fprintf(to, "etch_layout_%s_addr = 0x%08" PRIX32 ";\n", area->name, area->addr);
    fprintf(to, "etch_layout_%s_len = 0x%08" PRIX32 ";\n", area->name, area->len);
}

static void write_cover(const struct layout_area *area, FILE *to)
{
    fprintf(to,
            "    .etch_layout_%s 0x%08" PRIX32 " (NOLOAD) : { . += 0x%" PRIX32 "; } > ",
            area->name, area->addr, area->len);
    layout_print_capitals(to, area->name);
    fputc('\n', to);
}

/* Where .data is loaded, as the two usual start-up conventions call it. A
 * symbol that nobody defines may not even be mentioned, but in this form. */
static void write_data_symbols(FILE *to)
{
    fputs("HIDDEN(etch_layout_data = DEFINED(_sidata) ? _sidata : DEFINED(__etext) ? "
          "__etext "
          ": 0);\n"
          "HIDDEN(etch_layout_data_from = DEFINED(_sdata) ? _sdata : "
          "DEFINED(__data_start__) ? "
          "__data_start__ : 0);\n"
          "HIDDEN(etch_layout_data_to = DEFINED(_edata) ? _edata : DEFINED(__data_end__) "
          "? "
          "__data_end__ : 0);\n",
            to);
}

static void write_assertion(const struct layout_area *area, FILE *to)
{
    fprintf(to,
            "ASSERT(etch_layout_data >= 0x%08" PRIX32
            " || etch_layout_data + (etch_layout_data_to - etch_layout_data_from) <= "
            "0x%08" PRIX32
            ",\n       \"etch layout: the initial values of .data reach into %s\")\n",
            area->addr + area->len, area->addr, area->name);
}

void layout_write_ld(const struct layout *layout, FILE *to)
{
    fprintf(to,
            "/* Made by `etch layout` for %s: change the layout, not this file.\n"
            " *\n"
            " * Name it before a script that places code in these regions:\n"
            " *     -T etch_layout.ld -T yours.ld\n"
            " * and behind one that has a region of its own for all of the flash:\n"
            " *     -T yours.ld -T etch_layout.ld\n"
            " */\n"
            "MEMORY\n{\n",
            layout->part->name);
    for (size_t i = 0; i < layout->areas; i++) {
        if (layout->area[i].use != LAYOUT_FREE) {
            write_region(layout, &layout->area[i], to);
        }
    }
    write_rams(layout->part, to);
    fputs("}\n\n", to);
    for (size_t i = 0; i < layout->areas; i++) {
        write_symbols(&layout->area[i], to);
    }
    fputs("\n/* Not to be placed in, and not to be loaded. */\nSECTIONS\n{\n", to);
    for (size_t i = 0; i < layout->areas; i++) {
        if (is_reserved(&layout->area[i])) {
            write_cover(&layout->area[i], to);
        }
    }
    fputs("}\n\n", to);
    write_data_symbols(to);
    for (size_t i = 0; i < layout->areas; i++) {
        if (is_reserved(&layout->area[i])) {
            write_assertion(&layout->area[i], to);
        }
    }
}
