/* image_input.c - from a file to the stores in it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli/image_input.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file/file.h"
#include "silicon/part.h"

#define FLASH   0x08000000u
#define LARGEST "stm32f429zi" /* others have its sectors, as far as they go */

enum {
    KIB = 1024,
    NEAR = 256 * KIB, /* pieces of a file this close may be one flash */
    ENDS = 64
};

/* ---- arguments --------------------------------------------------------------------- */

bool image_pick_address(const char *text, struct image_where *where)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 16);
    if (!isxdigit((unsigned char)*text) || *end != '\0' || value > UINT32_MAX) {
        (void)cli_refuse("'%s' is no address; one is 0x08004000", text);
        return false;
    }
    where->at = (uint32_t)value;
    where->at_given = true;
    return true;
}

/* One size, with or without K. Where it ends; NULL: it is none. */
static const char *read_size(const char *text, uint32_t *size)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);
    if (!isdigit((unsigned char)*text) || value == 0 || value > FILE_MAX) {
        return NULL;
    }
    if (*end == 'K' || *end == 'k') {
        value *= KIB;
        end++;
    }
    *size = (uint32_t)value;
    return value <= FILE_MAX && (*end == ',' || *end == '\0') ? end : NULL;
}

bool image_pick_sectors(const char *text, struct image_where *where)
{
    uint32_t off = 0;
    const char *at = text;
    while (where->sectors < IMAGE_SECTORS) {
        uint32_t size = 0;
        at = read_size(at, &size);
        if (at == NULL || size > FILE_MAX - off) {
            break;
        }
        where->sector[where->sectors++] = (struct image_place){off, size};
        off += size;
        if (*at++ == '\0') {
            return true;
        }
    }
    (void)cli_refuse("'%s' are no sizes of sectors; some are 16K,16K,64K", text);
    return false;
}

/* ---- spans: bytes of a file that may be one flash ---------------------------------------- */

struct span {
    uint32_t addr, len;
    uint8_t *bytes; /* gaps are 0xFF */
};

static uint32_t end_of(const struct file_segment *s)
{
    return s->addr + s->len - 1; /* the last byte: the sum may not fit */
}

/* The span that begins with segment *next. False: no memory. */
static bool take_span(const struct file *f, size_t *next, struct span *span)
{
    const struct file_segment *first = &f->segments[*next];
    uint32_t last = end_of(first);
    size_t i = *next + 1;
    while (i < f->n && f->segments[i].addr - last <= NEAR &&
            end_of(&f->segments[i]) - first->addr < FILE_MAX) {
        last = end_of(&f->segments[i++]);
    }
    *next = i;
    span->addr = first->addr;
    span->len = last - first->addr + 1;
    span->bytes = malloc(span->len);
    if (span->bytes == NULL) {
        return false;
    }
    memset(span->bytes, 0xFF, span->len);
    (void)file_bytes(f, span->addr, span->bytes, span->len);
    return true;
}

/* ---- where sectors end ---------------------------------------------------------------------- */

/* Those of the part, or of the largest there is. */
static unsigned known_ends(const struct image_where *where, const struct span *span,
        bool offsets, uint32_t ends[ENDS])
{
    const struct silicon_part *part = where->part;
    if (part == NULL) {
        part = silicon_part_find(LARGEST);
    }
    if (part == NULL || (offsets && where->part == NULL)) {
        return 0;
    }
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    size_t all = silicon_part_sectors(part, sectors);
    uint32_t base = offsets ? FLASH : span->addr;
    unsigned n = 0;
    for (size_t i = 0; i < all; i++) {
        uint32_t end = sectors[i].addr + sectors[i].size;
        if (base >= FLASH && end > base && end - base <= span->len) {
            ends[n++] = end - base;
        }
    }
    return n;
}

bool image_sector_ends(const struct image_where *where, uint32_t addr, uint32_t *end)
{
    const struct silicon_part *part = where->part;
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    if (part == NULL) {
        part = silicon_part_find(LARGEST);
    }
    size_t all = part != NULL ? silicon_part_sectors(part, sectors) : 0;
    for (size_t i = 0; i < all; i++) {
        *end = sectors[i].addr + sectors[i].size;
        if (addr > sectors[i].addr && addr <= *end) {
            return true;
        }
    }
    return false;
}

/* A file that leaves out what is blank may end amid a sector. */
static bool extend(
        struct span *span, const struct image_where *where, const struct file *f)
{
    uint32_t end;
    if (f->format == FILE_RAW ||
            !image_sector_ends(where, span->addr + span->len, &end)) {
        return true;
    }
    uint32_t len = end - span->addr;
    uint8_t *more = realloc(span->bytes, len);
    if (more == NULL) {
        return false;
    }
    memset(more + span->len, 0xFF, len - span->len);
    span->bytes = more;
    span->len = len;
    return true;
}

/* ---- stores ------------------------------------------------------------------------------------ */

static bool add_store(struct image_input *in, uint32_t addr, const struct image_medium *m)
{
    struct image_found *found = &in->store[in->n];
    uint8_t *bytes = malloc((size_t)m->size + 1);
    if (bytes == NULL) {
        return false;
    }
    memcpy(bytes, m->bytes, m->size);
    memcpy(found->sector, m->sector, m->sectors * sizeof(*m->sector));
    found->medium = *m;
    found->medium.bytes = bytes;
    found->medium.sector = found->sector;
    found->image = image_read(&found->medium);
    found->bytes = bytes;
    found->addr = addr;
    if (found->image == NULL) {
        free(bytes);
        return false;
    }
    in->n++;
    return true;
}

static bool search_span(struct image_input *in, const struct image_where *where,
        const struct span *span, bool offsets)
{
    static struct image_store stores[IMAGE_STORES];
    uint32_t ends[ENDS];
    unsigned ends_n = known_ends(where, span, offsets, ends);
    unsigned n = image_search(span->bytes, span->len, ends, ends_n, stores);
    bool good = true;
    for (unsigned i = 0; i < n && good && in->n < IMAGE_STORES; i++) {
        const struct image_store *s = &stores[i];
        if (where->at_given && span->addr + s->off != where->at) {
            continue;
        }
        const struct image_medium m = {.bytes = span->bytes + s->off,
                .size = s->len,
                .sector = s->sector,
                .sectors = s->sectors,
                .erased_is_zero = s->erased_is_zero,
                .rescue = where->rescue};
        good = add_store(in, span->addr + s->off, &m);
    }
    return good;
}

static bool search_all(
        struct image_input *in, const struct image_where *where, const struct file *f)
{
    bool offsets = f->format == FILE_RAW && f->n > 0 && f->segments[0].addr == 0;
    bool good = true;
    for (size_t next = 0; next < f->n && good;) {
        struct span span;
        good = take_span(f, &next, &span);
        if (good) {
            good = extend(&span, where, f) && search_span(in, where, &span, offsets);
            free(span.bytes);
        }
    }
    return good;
}

/* The version of a store of which nothing can be read; 0: it is of ours. */
static unsigned foreign_version(const struct image *image)
{
    for (unsigned i = 0; i < image->sectors && image->open == 0; i++) {
        if (image->sector[i].state == IMAGE_FOREIGN) {
            return image->sector[i].version;
        }
    }
    return 0;
}

/* Sectors as told: no searching, but which value is erased shows by trying. */
static bool read_told(
        struct image_input *in, const struct image_where *where, const struct file *f)
{
    const struct image_place *last = &where->sector[where->sectors - 1];
    uint32_t size = last->off + last->len;
    uint8_t *bytes = malloc(size);
    if (bytes == NULL) {
        return false;
    }
    memset(bytes, 0xFF, size);
    bool good = true;
    if (file_bytes(f, where->at, bytes, size) > 0) {
        struct image_medium m = {.bytes = bytes,
                .size = size,
                .sector = where->sector,
                .sectors = where->sectors,
                .rescue = where->rescue};
        good = add_store(in, where->at, &m);
        const struct image *image = good ? in->store[0].image : NULL;
        if (good && image->open == 0 && image->damaged == 0 &&
                foreign_version(image) == 0) {
            image_input_close(in);
            m.erased_is_zero = true;
            good = add_store(in, where->at, &m);
        }
    }
    free(bytes);
    return good;
}

static enum etch_exit refuse_empty(const struct image_where *where)
{
    if (where->sectors > 0) {
        return cli_refuse("%s has nothing at 0x%08" PRIX32, where->path, where->at);
    }
    if (where->at_given) {
        return cli_refuse("%s: no store begins at 0x%08" PRIX32
                          "; without --at all that there are are shown",
                where->path, where->at);
    }
    return cli_refuse(
            "%s: no store in it: no sector begins with a header of one", where->path);
}

/* Other versions of the format are said and left out. */
static enum etch_exit keep_own(struct image_input *in, const struct image_where *where)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < in->n; i++) {
        unsigned version = foreign_version(in->store[i].image);
        if (version == 0) {
            in->store[kept++] = in->store[i];
            continue;
        }
        (void)cli_refuse("%s: the store at 0x%08" PRIX32
                         " is of format version %u; this etch reads version %d only",
                where->path, in->store[i].addr, version, IMAGE_VERSION);
        image_drop(in->store[i].image);
        free(in->store[i].bytes);
    }
    in->n = kept;
    return kept > 0 ? ETCH_EXIT_FINE : ETCH_EXIT_USAGE;
}

enum etch_exit image_input_open(struct image_input *in, const struct image_where *where)
{
    struct file f;
    char why[FILE_WHY];
    memset(in, 0, sizeof(*in));
    /* Raw bytes without an address: offsets are as good as addresses here. */
    if (!file_read(&f, where->path, 0, why)) {
        return cli_refuse("%s", why);
    }
    bool good = where->sectors > 0 ? read_told(in, where, &f) : search_all(in, where, &f);
    file_free(&f);
    if (!good) {
        image_input_close(in);
        (void)cli_refuse("%s: out of memory", where->path);
        return ETCH_EXIT_BROKEN;
    }
    return in->n > 0 ? keep_own(in, where) : refuse_empty(where);
}

enum etch_exit image_input_one(struct image_input *in, const struct image_where *where)
{
    enum etch_exit status = image_input_open(in, where);
    if (status == ETCH_EXIT_FINE && in->n > 1) {
        status = cli_refuse("%s: it has several stores; choose with --at 0x%08" PRIX32
                            " or 0x%08" PRIX32,
                where->path, in->store[0].addr, in->store[1].addr);
        image_input_close(in);
    }
    return status;
}

bool image_warn_lost(const char *path, const struct image_found *store)
{
    bool any = false;
    for (unsigned i = 0; i < store->image->sectors; i++) {
        const struct image_sector *s = &store->image->sector[i];
        if (s->lost && s->state != IMAGE_OPEN) {
            (void)cli_refuse("%s: what the sector at 0x%08" PRIX32
                             " holds is left out, as its header has rotted; %s",
                    path, store->addr + s->off,
                    store->medium.rescue ? "too much of it for --rescue"
                                         : "--rescue reads it");
            any = true;
        }
    }
    return any;
}

void image_input_close(struct image_input *in)
{
    for (unsigned i = 0; i < in->n; i++) {
        image_drop(in->store[i].image);
        free(in->store[i].bytes);
    }
    in->n = 0;
}
