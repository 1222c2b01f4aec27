/* SPDX-License-Identifier: MIT */
#include "cli/image_target.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/pick.h"
#include "layout/check.h"

#define FLASH 0x08000000u

enum { UNIT_MAX = 4 }; /* the most bytes that a write of such a store has */

/* ---- where a store is to be --------------------------------------------------------- */

static bool add_sector(struct image_target *t, const struct silicon_sector *s)
{
    if (t->sectors == IMAGE_SECTORS) {
        (void)cli_refuse("a store has at most %d sectors", IMAGE_SECTORS);
        return false;
    }
    if (t->sectors == 0) {
        t->addr = s->addr;
    }
    t->sector[t->sectors++] = (struct image_place){s->addr - t->addr, s->size};
    t->size = s->addr + s->size - t->addr;
    return true;
}

static bool from_area(const struct layout *layout, const struct layout_area *area,
        struct image_target *t)
{
    char sectors[40];
    bool good = true;
    for (size_t i = area->first; i < area->first + area->n && good; i++) {
        good = add_sector(t, &layout->sector[i]);
    }
    layout_sectors_text(layout, area->first, area->n, sectors, sizeof(sectors));
    (void)snprintf(
            t->text, sizeof(t->text), "%.30s of %.24s", sectors, layout->part->name);
    return good;
}

/* The store of that name; or the only one. */
static bool from_layout(const struct layout *layout, const char *path, const char *name,
        struct image_target *t)
{
    const struct layout_area *found = NULL;
    for (size_t i = 0; i < layout->areas; i++) {
        const struct layout_area *area = &layout->area[i];
        bool wanted =
                name != NULL ? strcmp(area->name, name) == 0 : area->use == LAYOUT_STORE;
        if (wanted && found != NULL) {
            (void)cli_refuse(
                    "%s has several stores; choose with --store %s or --store %s", path,
                    found->name, area->name);
            return false;
        }
        found = wanted ? area : found;
    }
    if (found == NULL) {
        (void)cli_refuse(
                "%s gives no sectors to %s", path, name != NULL ? name : "a store");
        return false;
    }
    return from_area(layout, found, t);
}

/* "1-2": first and last, by the manual's numbers. */
static bool from_numbers(
        const struct silicon_part *part, const char *text, struct image_target *t)
{
    struct silicon_sector sector[SILICON_SECTORS_MAX];
    struct layout layout = {.part = part};
    char *end = NULL;
    unsigned long first = isdigit((unsigned char)text[0]) ? strtoul(text, &end, 10) : 0;
    unsigned long last = first;
    if (end != NULL && *end == '-' && isdigit((unsigned char)end[1])) {
        last = strtoul(end + 1, &end, 10);
    }
    if (end == NULL || *end != '\0' || last < first) {
        (void)cli_refuse(
                "--store %s: sectors by the manual's numbers, such as 1-2", text);
        return false;
    }
    size_t all = silicon_part_sectors(part, sector);
    memcpy(layout.sector, sector, sizeof(sector));
    layout.sectors = all;
    struct layout_area area = {.n = 0};
    for (size_t i = 0; i < all; i++) {
        if (sector[i].number >= first && sector[i].number <= last) {
            area.first = area.n == 0 ? i : area.first;
            area.n++;
        }
    }
    if (area.n != last - first + 1) {
        (void)cli_refuse("--store %s: %s has the sectors %u to %u", text, part->name,
                sector[0].number, sector[all - 1].number);
        return false;
    }
    if (sector[area.first].addr == FLASH) {
        (void)cli_refuse(
                "--store %s: the chip starts in sector %u, where its vectors are", text,
                sector[area.first].number);
        return false;
    }
    return from_area(&layout, &area, t);
}

static bool from_elf(const struct image_args *args, struct image_target *t)
{
    struct layout layout;
    struct file file;
    char why[FILE_WHY];
    if (!file_read(&file, args->elf, 0, why)) {
        (void)cli_refuse("%s", why);
        return false;
    }
    bool told = layout_from_file(args->where.part, &file, &layout);
    file_free(&file);
    if (!told) {
        (void)cli_refuse(
                "%s does not say where its store is; --store 1-2 or --layout FILE "
                "would",
                args->elf);
        return false;
    }
    return from_layout(&layout, args->elf, args->store, t);
}

/* Are they sectors of the part, if one is named? */
static bool check_part(const struct silicon_part *part, const struct image_target *t)
{
    struct silicon_sector real[SILICON_SECTORS_MAX];
    size_t n = part != NULL ? silicon_part_sectors(part, real) : 0;
    for (unsigned i = 0; n > 0 && i < t->sectors; i++) {
        uint32_t addr = t->addr + t->sector[i].off;
        size_t k = n - 1;
        while (k > 0 && real[k].addr > addr) {
            k--;
        }
        if (real[k].addr != addr || real[k].size != t->sector[i].len) {
            (void)cli_refuse("--at, --sectors: %s has no sector of %" PRIu32
                             " bytes at 0x%08" PRIX32 "; its sector %u is 0x%08" PRIX32
                             "-0x%08" PRIX32,
                    part->name, t->sector[i].len, addr, real[k].number, real[k].addr,
                    real[k].addr + real[k].size - 1);
            return false;
        }
    }
    return true;
}

static bool from_sizes(const struct image_where *where, struct image_target *t)
{
    memcpy(t->sector, where->sector, sizeof(t->sector));
    t->sectors = where->sectors;
    t->addr = where->at;
    t->size = where->sector[t->sectors - 1].off + where->sector[t->sectors - 1].len;
    (void)snprintf(t->text, sizeof(t->text), "%u sectors", t->sectors);
    if (t->size - 1 > UINT32_MAX - t->addr) {
        (void)cli_refuse("--sectors: they end beyond the address 0xFFFFFFFF");
        return false;
    }
    if (t->addr % UNIT_MAX != 0) {
        (void)cli_refuse("--at 0x%08" PRIX32 ": a sector begins at a whole word, such as "
                         "0x%08" PRIX32,
                t->addr, t->addr - t->addr % UNIT_MAX);
        return false;
    }
    return check_part(where->part, t);
}

/* Two ways at once might mean two places. */
static bool check_ways(const struct image_args *args)
{
    bool sizes = args->where.sectors > 0;
    bool at = args->where.at_given;
    const char *other = args->layout != NULL  ? "--layout"
                        : args->store != NULL ? "--store"
                                              : NULL;
    if (other != NULL && (sizes || at)) {
        (void)cli_refuse("%s and %s both say where the store is; leave one away", other,
                at ? "--at" : "--sectors");
        return false;
    }
    if (sizes != at) {
        (void)cli_refuse(at ? "--at says where the store begins; --sectors 16K,16K must "
                              "say how long its sectors are"
                            : "--sectors says how long sectors are; --at must say where");
        return false;
    }
    return true;
}

bool image_target_find(const struct image_args *args, struct image_target *target)
{
    struct layout layout;
    memset(target, 0, sizeof(*target));
    if (!check_ways(args)) {
        return false;
    }
    if (args->layout != NULL) {
        return pick_layout(args->layout, &layout) &&
               pick_same_part(args->layout, &layout, args->where.part) &&
               from_layout(&layout, args->layout, args->store, target);
    }
    if (args->where.sectors > 0) {
        return from_sizes(&args->where, target);
    }
    if (args->where.part != NULL && args->store != NULL) {
        bool number = isdigit((unsigned char)args->store[0]) != 0;
        return !number && args->elf != NULL
                       ? from_elf(args, target)
                       : from_numbers(args->where.part, args->store, target);
    }
    if (args->where.part != NULL && args->elf != NULL) {
        return from_elf(args, target);
    }
    (void)cli_refuse(
            "where is the store to be? --layout etch.layout, or --part stm32f446re "
            "--store 1-2, or --at 0x08004000 --sectors 16K,16K");
    return false;
}

/* ---- files ------------------------------------------------------------------------------ */

bool image_format(const char *path, const char *format, enum file_format *result)
{
    static const struct {
        const char *name;
        enum file_format format;
    } names[] = {
            {"bin", FILE_RAW}, {"hex", FILE_HEX}, {"srec", FILE_SREC}, {"uf2", FILE_UF2}};
    *result = file_format_of(path);
    if (format == NULL) {
        return true;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].name, format) == 0) {
            *result = names[i].format;
            return true;
        }
    }
    (void)cli_refuse("--format %s: bin, hex, srec or uf2", format);
    return false;
}

static enum etch_exit write_segments(const struct image_args *args, const char *path,
        const struct file_segment *segments, size_t n)
{
    enum file_format format;
    char why[FILE_WHY];
    if (!image_format(path, args->format, &format)) {
        return ETCH_EXIT_USAGE;
    }
    if (!file_write(path, format, segments, n, why)) {
        return cli_refuse("%s", why);
    }
    return ETCH_EXIT_FINE;
}

enum etch_exit image_write(const struct image_args *args, const char *path, uint32_t addr,
        const uint8_t *bytes, uint32_t len)
{
    uint8_t *own = malloc((size_t)len + 1);
    if (own == NULL) {
        (void)cli_refuse("not enough memory");
        return ETCH_EXIT_BROKEN;
    }
    memcpy(own, bytes, len);
    const struct file_segment piece = {
            .addr = addr, .runs_at = addr, .len = len, .bytes = own};
    enum etch_exit status = write_segments(args, path, &piece, 1);
    free(own);
    return status;
}

/* What of a segment lies before or behind the piece. */
static size_t cut(const struct file_segment *segment, const struct file_segment *piece,
        struct file_segment to[2])
{
    size_t n = 0;
    uint64_t end = (uint64_t)segment->addr + segment->len;
    uint64_t piece_end = (uint64_t)piece->addr + piece->len;
    if (segment->addr < piece->addr) {
        to[n] = *segment;
        uint32_t before = piece->addr - segment->addr;
        to[n].len = before < segment->len ? before : segment->len;
        n++;
    }
    if (end > piece_end) {
        to[n] = *segment;
        if (piece_end > segment->addr) {
            uint32_t off = (uint32_t)(piece_end - segment->addr);
            to[n].addr += off;
            to[n].bytes += off;
            to[n].len -= off;
        }
        n++;
    }
    return n;
}

static int by_address(const void *left, const void *right)
{
    const struct file_segment *a = left;
    const struct file_segment *b = right;
    return (a->addr > b->addr) - (a->addr < b->addr);
}

enum etch_exit image_write_into(const struct image_args *args, const char *path,
        const struct file *file, const struct file_segment *piece)
{
    struct file_segment *all = calloc(2 * file->n + 1, sizeof(*all));
    if (all == NULL) {
        (void)cli_refuse("not enough memory");
        return ETCH_EXIT_BROKEN;
    }
    size_t n = 0;
    for (size_t i = 0; i < file->n; i++) {
        n += cut(&file->segments[i], piece, all + n);
    }
    all[n++] = *piece;
    qsort(all, n, sizeof(*all), by_address);
    enum etch_exit status = write_segments(args, path, all, n);
    free(all);
    return status;
}
