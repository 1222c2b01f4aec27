/* SPDX-License-Identifier: MIT */
#include "layout/layout.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* One line of the text while it is read. */
struct line {
    unsigned number;
    const char *word[4]; /* at most: owner, sectors, name, one too many */
    size_t words;
};

/* What each sector was given to, before areas are made of it. */
struct claim {
    enum layout_use use;
    char name[LAYOUT_NAME_MAX];
    unsigned line; /* 0: nobody asked for it */
};

struct reading {
    struct layout *layout;
    struct layout_problem *problem;
    struct claim claim[SILICON_SECTORS_MAX];
};

static const char *const use_names[] = {
        [LAYOUT_FREE] = "free",
        [LAYOUT_BOOT] = "boot",
        [LAYOUT_CODE] = "code",
        [LAYOUT_STORE] = "store",
        [LAYOUT_KEEP] = "keep",
};

enum { USES = sizeof(use_names) / sizeof(*use_names), TEXT_MAX = 16384 };

const char *layout_use_name(enum layout_use use)
{
    return use_names[use];
}

void layout_print_capitals(FILE *to, const char *name)
{
    for (; *name != '\0'; name++) {
        bool small = *name >= 'a' && *name <= 'z';
        putc(small ? *name - 'a' + 'A' : *name, to);
    }
}

const struct layout_area *layout_area_at(const struct layout *layout, uint32_t addr)
{
    for (size_t i = 0; i < layout->areas; i++) {
        const struct layout_area *area = &layout->area[i];
        if (addr >= area->addr && addr - area->addr < area->len) {
            return area;
        }
    }
    return NULL;
}

void layout_sectors_text(
        const struct layout *layout, size_t first, size_t n, char *to, size_t size)
{
    unsigned low = layout->sector[first].number;
    unsigned high = layout->sector[first + n - 1].number;
    if (n == 1) {
        snprintf(to, size, "sector %u", low);
    } else {
        snprintf(to, size, "sectors %u to %u", low, high);
    }
}

__attribute__((format(printf, 3, 4))) static bool refuse(
        struct reading *r, unsigned line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    r->problem->line = line;
    vsnprintf(r->problem->text, sizeof(r->problem->text), format, args);
    va_end(args);
    return false;
}

/* The index of the sector with the manual's number; the count: there is none. */
static size_t find_number(const struct layout *layout, unsigned long number)
{
    size_t i = 0;
    while (i < layout->sectors && layout->sector[i].number != number) {
        i++;
    }
    return i;
}

static bool read_part(struct reading *r, const struct line *line)
{
    struct layout *layout = r->layout;
    bool db1m = line->words == 3 && strcmp(line->word[2], "db1m") == 0;
    if (layout->part) {
        return refuse(r, line->number, "the part was named before; one layout, one part");
    }
    if (line->words < 2 || (line->words > 2 && !db1m)) {
        return refuse(
                r, line->number, "say the part as on its package: part stm32f446re");
    }
    const struct silicon_part *part = silicon_part_find(line->word[1]);
    if (!part) {
        return refuse(r, line->number, "no STM32F4 part '%s'; 'etch part' lists them",
                line->word[1]);
    }
    layout->part = silicon_part_db1m(part, db1m);
    if (db1m && layout->part->banks != SILICON_DB1M_ON) {
        return refuse(r, line->number,
                "%s has no DB1M option: only 1 MiB parts of the F42x, F43x, F469 and "
                "F479 lines do",
                part->name);
    }
    layout->sectors = silicon_part_sectors(layout->part, layout->sector);
    return true;
}

static bool give_sector(
        struct reading *r, const struct line *line, enum layout_use use, size_t index)
{
    struct claim *claim = &r->claim[index];
    if (claim->line != 0) {
        return refuse(r, line->number, "sector %u was given to %s in line %u",
                r->layout->sector[index].number, use_names[claim->use], claim->line);
    }
    claim->use = use;
    claim->line = line->number;
    if (line->words > 2) {
        snprintf(claim->name, sizeof(claim->name), "%s", line->word[2]);
    }
    return true;
}

/* One piece of a list, "4", "4-7" or "4-"; moves *at behind it. */
static bool read_piece(
        struct reading *r, const struct line *line, enum layout_use use, const char **at)
{
    const struct layout *layout = r->layout;
    char *end;
    if (!isdigit((unsigned char)**at)) {
        return refuse(r, line->number,
                "'%s' is no list of sectors; write 4-7, 0,4-7 or 4-", line->word[1]);
    }
    unsigned long low = strtoul(*at, &end, 10);
    unsigned long high = low;
    if (*end == '-') {
        end++;
        high = isdigit((unsigned char)*end) ? strtoul(end, &end, 10)
                                            : layout->sector[layout->sectors - 1].number;
    }
    size_t first = find_number(layout, low);
    size_t last = find_number(layout, high);
    if (first == layout->sectors || last == layout->sectors) {
        return refuse(r, line->number, "%s has no sector %lu; its sectors are %u to %u",
                layout->part->name, first == layout->sectors ? low : high,
                layout->sector[0].number, layout->sector[layout->sectors - 1].number);
    }
    if (last < first) {
        return refuse(r, line->number, "%lu-%lu runs backwards", low, high);
    }
    *at = end;
    for (size_t i = first; i <= last; i++) {
        if (!give_sector(r, line, use, i)) {
            return false;
        }
    }
    return true;
}

static bool read_sectors(struct reading *r, const struct line *line, enum layout_use use)
{
    const char *at = line->word[1];
    for (;;) {
        if (!read_piece(r, line, use, &at)) {
            return false;
        }
        if (*at == '\0') {
            return true;
        }
        if (*at++ != ',') {
            return refuse(r, line->number,
                    "'%s' is no list of sectors; write 4-7, 0,4-7 or 4-", line->word[1]);
        }
    }
}

static bool is_identifier(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return name[n] == '\0' && n > 0 && n < LAYOUT_NAME_MAX - 3 &&
           isalpha((unsigned char)name[0]);
}

/* A name becomes that of a region, in capitals. What GNU ld takes for a word of its
 * own where a region is due (ldgram.y, tried one by one), and what the fragment
 * calls RAM, would not link. */
static bool is_taken(const char *name)
{
    static const char *const taken[] = {"sram", "ccm", "absolute", "addr", "after",
            "align", "align_with_input", "alignof", "assert", "at", "before", "bind",
            "block", "constant", "copy", "data_segment_align", "data_segment_end",
            "defined", "dsect", "entry", "extern", "float", "group", "hidden", "hll",
            "include", "info", "input", "insert", "length", "loadaddr", "log2ceil", "map",
            "max", "memory", "min", "next", "nocrossrefs", "nocrossrefs_to", "nofloat",
            "noload", "only_if_ro", "only_if_rw", "origin", "output", "output_arch",
            "output_format", "overlay", "phdrs", "provide", "provide_hidden", "readonly",
            "region_alias", "search_dir", "sections", "segment_start", "sizeof",
            "sizeof_headers", "special", "startup", "subalign", "syslib", "target",
            "type", "version"};
    for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
        if (strcmp(taken[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_name(struct reading *r, const struct line *line)
{
    const char *name = line->word[2];
    if (!is_identifier(name)) {
        return refuse(r, line->number,
                "'%s' is no name: up to %d small letters, digits and _, a letter first",
                name, LAYOUT_NAME_MAX - 4);
    }
    return !is_taken(name) ||
           refuse(r, line->number,
                   "'%s' in capitals is a word of the linker's, or a RAM "
                   "of the fragment; write my_%s or the like",
                   name, name);
}

static bool read_owner(struct reading *r, const struct line *line)
{
    size_t use = 0;
    while (use < USES && strcmp(line->word[0], use_names[use]) != 0) {
        use++;
    }
    if (use == USES) {
        return refuse(r, line->number,
                "no owner '%s'; a line begins with part, boot, code, store, keep or free",
                line->word[0]);
    }
    if (!r->layout->part) {
        return refuse(r, line->number, "the part comes first: part stm32f446re");
    }
    if (line->words < 2 || line->words > 3) {
        return refuse(r, line->number, "write %s SECTORS [NAME], such as: %s 4-7",
                use_names[use], use_names[use]);
    }
    if (line->words == 3 && !read_name(r, line)) {
        return false;
    }
    return read_sectors(r, line, (enum layout_use)use);
}

static bool read_line(struct reading *r, char *text, unsigned number)
{
    struct line line = {.number = number};
    char *rest = NULL;
    text[strcspn(text, "#")] = '\0';
    for (char *word = strtok_r(text, " \t\r", &rest); word && line.words < 4;
            word = strtok_r(NULL, " \t\r", &rest)) {
        line.word[line.words++] = word;
    }
    if (line.words == 0) {
        return true;
    }
    return strcmp(line.word[0], "part") == 0 ? read_part(r, &line) : read_owner(r, &line);
}

/* The name that an area bears: the one given, or its owner's; with a number
 * behind it if an area before has that one. */
static void name_area(struct layout *layout, struct layout_area *area, const char *given)
{
    const char *stem = given[0] != '\0' ? given : use_names[area->use];
    unsigned same = 1;
    bool taken = true;
    snprintf(area->name, sizeof(area->name), "%s", stem);
    while (taken) {
        taken = false;
        for (size_t i = 0; i < layout->areas; i++) {
            taken = taken || strcmp(layout->area[i].name, area->name) == 0;
        }
        if (taken) {
            snprintf(area->name, sizeof(area->name), "%.*s%u", LAYOUT_NAME_MAX - 4, stem,
                    ++same);
        }
    }
}

static void make_areas(struct reading *r)
{
    struct layout *layout = r->layout;
    for (size_t i = 0; i < layout->sectors;) {
        struct layout_area area = {.use = r->claim[i].use, .first = i};
        area.addr = layout->sector[i].addr;
        unsigned line = r->claim[i].line;
        const char *given = r->claim[i].name;
        for (; i < layout->sectors && r->claim[i].line == line; i++) {
            area.n++;
            area.len += layout->sector[i].size;
        }
        name_area(layout, &area, given);
        layout->area[layout->areas++] = area;
    }
}

static bool is_sound(struct reading *r)
{
    const struct layout *layout = r->layout;
    bool code = false;
    if (!layout->part) {
        return refuse(r, 0, "no part is named; begin with: part stm32f446re");
    }
    for (size_t i = 0; i < layout->areas; i++) {
        const struct layout_area *area = &layout->area[i];
        code = code || area->use == LAYOUT_CODE;
        if (area->use == LAYOUT_STORE && area->n < 2) {
            return refuse(r, r->claim[area->first].line,
                    "a store needs two neighbouring sectors or more: one is erased while "
                    "the other holds the data");
        }
    }
    if (layout->area[0].use != LAYOUT_BOOT && layout->area[0].use != LAYOUT_CODE) {
        return refuse(r, r->claim[0].line,
                "sector 0 is where the chip starts: it must be code or boot");
    }
    return code || refuse(r, 0, "no sector is given to code; add: code 4-");
}

bool layout_read(const char *text, struct layout *layout, struct layout_problem *problem)
{
    struct reading r = {.layout = layout, .problem = problem};
    size_t len = strlen(text);
    *layout = (struct layout){0};
    *problem = (struct layout_problem){0};
    if (len > TEXT_MAX) {
        return refuse(
                &r, 0, "%zu bytes is no layout, which is a page of text at most", len);
    }
    char *copy = strdup(text);
    if (!copy) {
        return refuse(&r, 0, "out of memory");
    }
    bool fine = true;
    unsigned number = 1;
    for (char *at = copy; at && fine; number++) {
        char *end = strchr(at, '\n');
        if (end) {
            *end++ = '\0';
        }
        fine = read_line(&r, at, number);
        at = end;
    }
    free(copy);
    if (fine && layout->part) {
        make_areas(&r);
    }
    return fine && is_sound(&r);
}
