/* SPDX-License-Identifier: MIT */
#include "layout/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { CCM_BASE = 0x10000000, KIB = 1024, VECTORS = 8 };

static const char cover_prefix[] = ".etch_layout_";

/* ---- a layout from the file itself ---------------------------------------- */

static enum layout_use use_of_name(const char *name)
{
    if (strncmp(name, "boot", 4) == 0) {
        return LAYOUT_BOOT;
    }
    return strncmp(name, "store", 5) == 0 ? LAYOUT_STORE : LAYOUT_KEEP;
}

/* The sectors that lie in addr..addr+len whole. */
static bool cover_sectors(const struct layout *layout, uint32_t addr, uint32_t len,
        struct layout_area *area)
{
    for (size_t i = 0; i < layout->sectors; i++) {
        const struct silicon_sector *s = &layout->sector[i];
        if (s->addr >= addr && s->addr - addr < len &&
                s->size <= len - (s->addr - addr)) {
            area->first = area->n ? area->first : i;
            area->n++;
            area->len += s->size;
        }
    }
    area->addr = addr;
    return area->n > 0;
}

static void add_area(struct layout *layout, size_t first, size_t end)
{
    if (end > first) {
        struct layout_area *area = &layout->area[layout->areas++];
        *area = (struct layout_area){.first = first, .n = end - first};
        area->addr = layout->sector[first].addr;
        const struct silicon_sector *last = &layout->sector[end - 1];
        area->len = last->addr + last->size - area->addr;
        snprintf(area->name, sizeof(area->name), "free");
    }
}

bool layout_from_file(
        const struct silicon_part *part, const struct file *file, struct layout *layout)
{
    *layout = (struct layout){.part = part};
    layout->sectors = silicon_part_sectors(part, layout->sector);
    size_t next = 0;
    bool found = false;
    for (size_t i = 0; i < file->sections_n; i++) {
        const struct file_section *s = &file->sections[i];
        struct layout_area area = {0};
        if (strncmp(s->name, cover_prefix, sizeof(cover_prefix) - 1) != 0 ||
                !cover_sectors(layout, s->addr, s->len, &area) || area.first < next) {
            continue;
        }
        snprintf(area.name, sizeof(area.name), "%.*s", LAYOUT_NAME_MAX - 1,
                s->name + sizeof(cover_prefix) - 1);
        area.use = use_of_name(area.name);
        add_area(layout, next, area.first);
        layout->area[layout->areas++] = area;
        next = area.first + area.n;
        found = true;
    }
    add_area(layout, next, layout->sectors);
    return found;
}

/* ---- what flashing erases --------------------------------------------------- */

const char *layout_flasher_text(enum layout_flasher flasher)
{
    switch (flasher) {
    case LAYOUT_BY_SECTOR:
        return "sector by sector, as OpenOCD with an ELF or HEX, by report ST's tools "
               "too";
    case LAYOUT_BY_RANGE:
        return "as one range, as st-flash with any file, and every tool with a .bin";
    case LAYOUT_WHOLE_CHIP: return "after an erase of the whole chip";
    case LAYOUT_FLASHERS: break;
    }
    return "";
}

static bool meets(const struct silicon_sector *s, uint64_t from, uint64_t to)
{
    return from < (uint64_t)s->addr + s->size && to > s->addr;
}

static bool in_flash(const struct layout *layout, uint32_t addr)
{
    return layout_area_at(layout, addr) != NULL;
}

void layout_erased_by(const struct layout *layout, const struct file *file,
        enum layout_flasher flasher, bool erased[SILICON_SECTORS_MAX])
{
    uint64_t low = UINT64_MAX;
    uint64_t high = 0;
    memset(erased, flasher == LAYOUT_WHOLE_CHIP, SILICON_SECTORS_MAX * sizeof(*erased));
    for (size_t i = 0; i < file->n; i++) {
        uint64_t from = file->segments[i].addr;
        uint64_t to = from + file->segments[i].len;
        if (!in_flash(layout, file->segments[i].addr)) {
            continue;
        }
        low = from < low ? from : low;
        high = to > high ? to : high;
        for (size_t k = 0; k < layout->sectors; k++) {
            erased[k] = erased[k] || meets(&layout->sector[k], from, to);
        }
    }
    for (size_t k = 0; flasher == LAYOUT_BY_RANGE && k < layout->sectors; k++) {
        erased[k] = meets(&layout->sector[k], low, high);
    }
}

/* ---- what is wrong ------------------------------------------------------------ */

struct checking {
    const struct layout *layout;
    const struct file *file;
    struct layout_fault *faults;
    size_t n;
};

__attribute__((format(printf, 4, 5))) static void find(
        struct checking *c, const char *code, const char *fix, const char *format, ...)
{
    if (c->n < LAYOUT_FAULTS_MAX) {
        struct layout_fault *fault = &c->faults[c->n];
        va_list args;
        va_start(args, format);
        vsnprintf(fault->text, sizeof(fault->text), format, args);
        va_end(args);
        fault->code = code;
        fault->fix = fix;
    }
    c->n++;
}

static const char *name_of(const struct file_segment *s)
{
    return s->name[0] != '\0' ? s->name : "the piece";
}

static void check_area(
        struct checking *c, const struct file_segment *s, const struct layout_area *area)
{
    uint64_t end = (uint64_t)s->addr + s->len;
    uint64_t area_end = (uint64_t)area->addr + area->len;
    bool touches = s->addr < area_end && end > area->addr;
    if (!touches || area->use == LAYOUT_CODE || area->use == LAYOUT_FREE) {
        return;
    }
    uint64_t from = s->addr > area->addr ? s->addr : area->addr;
    uint64_t to = end < area_end ? end : area_end;
    char sectors[32];
    layout_sectors_text(c->layout, area->first, area->n, sectors, sizeof(sectors));
    find(c, "meets-store",
            "link with the layout's fragment, or move the area out of the way",
            "%s, 0x%08" PRIX32 " to 0x%08" PRIX64 ", covers %" PRIu64
            " bytes of %s (%s): flashing it erases them",
            name_of(s), s->addr, end - 1, to - from, area->name, sectors);
}

static void check_place(struct checking *c, const struct file_segment *s)
{
    uint64_t end = (uint64_t)s->addr + s->len;
    const struct layout *layout = c->layout;
    const struct layout_area *first = layout_area_at(layout, s->addr);
    const struct layout_area *last = layout_area_at(layout, (uint32_t)(end - 1));
    if (!first || !last) {
        find(c, "not-in-flash",
                "look at the part and at the linker script's load addresses",
                "%s, 0x%08" PRIX32 " to 0x%08" PRIX64
                ", is not in the %u KiB of flash that %s has",
                name_of(s), s->addr, end - 1, layout->part->flash_kib,
                layout->part->name);
    }
    for (size_t i = 0; i < layout->areas; i++) {
        check_area(c, s, &layout->area[i]);
    }
}

static bool in_ram(const struct silicon_part *part, uint32_t addr)
{
    bool inside =
            part->ccm_kib && addr >= CCM_BASE && addr - CCM_BASE <= part->ccm_kib * KIB;
    for (size_t i = 0; i < 3; i++) {
        /* A stack begins at the end: one past the last byte is fine. */
        inside = inside || (addr >= part->sram[i].base &&
                                   addr - part->sram[i].base <= part->sram[i].kib * KIB);
    }
    return inside;
}

static uint32_t word_at(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

/* Where the firmware's vectors are: the first code area, or the flash's start. */
static void check_vectors(struct checking *c)
{
    const struct layout *layout = c->layout;
    uint32_t addr = layout->area[0].addr;
    for (size_t i = layout->areas; i-- > 0;) {
        addr = layout->area[i].use == LAYOUT_CODE ? layout->area[i].addr : addr;
    }
    if (layout->area[0].use == LAYOUT_BOOT &&
            file_bytes(c->file, addr, &(uint8_t){0}, 1) == 0) {
        return; /* linked for somewhere behind the loader: its own business */
    }
    uint8_t bytes[VECTORS];
    if (file_bytes(c->file, addr, bytes, VECTORS) < VECTORS) {
        find(c, "no-vectors", "place .isr_vector first in the first code area",
                "nothing is loaded at 0x%08" PRIX32
                ", where the chip looks for its vectors",
                addr);
        return;
    }
    uint32_t sp = word_at(bytes);
    uint32_t pc = word_at(bytes + 4);
    uint8_t byte;
    if (!in_ram(layout->part, sp) || !(pc & 1) ||
            file_bytes(c->file, pc & ~UINT32_C(1), &byte, 1) == 0) {
        find(c, "no-vectors", "place .isr_vector first in the first code area",
                "the words at 0x%08" PRIX32 " are no vectors: stack 0x%08" PRIX32
                ", reset 0x%08" PRIX32,
                addr, sp, pc);
    }
}

static void check_ccm(struct checking *c)
{
    const struct silicon_part *part = c->layout->part;
    for (size_t i = 0; part->ccm_kib && i < c->file->sections_n; i++) {
        const struct file_section *s = &c->file->sections[i];
        if (s->code && s->runs_at >= CCM_BASE &&
                s->runs_at - CCM_BASE < part->ccm_kib * KIB) {
            find(c, "code-in-ccm", "place it in RAM (0x20000000)",
                    "%s is code at 0x%08" PRIX32
                    " in CCM, which %s cannot fetch instructions or vectors from",
                    s->name, s->runs_at, part->name);
        }
    }
}

static const char differs[] = "layout-differs";
static const char differs_fix[] = "link with a fragment of this layout (etch layout FILE "
                                  "--ld), or check with the layout it was linked with";

static bool is_reserved(const struct layout_area *area)
{
    return area->use == LAYOUT_STORE || area->use == LAYOUT_KEEP ||
           area->use == LAYOUT_BOOT;
}

static const struct layout_area *area_named(const struct layout *layout, const char *name)
{
    for (size_t i = 0; i < layout->areas; i++) {
        const struct layout_area *area = &layout->area[i];
        if (is_reserved(area) && strcmp(area->name, name) == 0) {
            return area;
        }
    }
    return NULL;
}

static void compare_area(struct checking *c, const struct layout_area *own)
{
    const char *name = own->name;
    const struct layout_area *area = area_named(c->layout, name);
    if (!area) {
        find(c, differs, differs_fix,
                "the file was linked with %s at 0x%08" PRIX32 " (%" PRIu32
                " KiB), which the layout does not have",
                name, own->addr, own->len / KIB);
    } else if (area->addr != own->addr || area->len != own->len) {
        find(c, differs, differs_fix,
                "the file was linked with %s at 0x%08" PRIX32 " (%" PRIu32
                " KiB), and the layout has it at 0x%08" PRIX32 " (%" PRIu32 " KiB)",
                name, own->addr, own->len / KIB, area->addr, area->len / KIB);
    }
}

/* A file that says itself where its store is must mean this layout: it will write
 * there, whatever the layout says. */
static void check_own(struct checking *c)
{
    struct layout own;
    if (!layout_from_file(c->layout->part, c->file, &own)) {
        return;
    }
    for (size_t i = 0; i < own.areas; i++) {
        if (is_reserved(&own.area[i])) {
            compare_area(c, &own.area[i]);
        }
    }
    for (size_t i = 0; i < c->layout->areas; i++) {
        const struct layout_area *area = &c->layout->area[i];
        if (is_reserved(area) && !area_named(&own, area->name)) {
            find(c, differs, differs_fix,
                    "the file was linked with no %s, which the layout has at 0x%08" PRIX32
                    " (%" PRIu32 " KiB)",
                    area->name, area->addr, area->len / KIB);
        }
    }
}

size_t layout_check(const struct layout *layout, const struct file *file,
        struct layout_fault faults[LAYOUT_FAULTS_MAX])
{
    struct checking c = {.layout = layout, .file = file, .faults = faults};
    for (size_t i = 0; i < file->n; i++) {
        check_place(&c, &file->segments[i]);
    }
    check_vectors(&c);
    check_ccm(&c);
    check_own(&c);
    return c.n;
}
