/* image.c - reading a store as a whole, and looking into what was read.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/image_priv.h"

/* ---- what the other files add --------------------------------------------------------- */

struct image_record *record_add(
        struct image *image, const struct segment *g, uint32_t off)
{
    if (image->records == image->room) {
        uint32_t room = image->room == 0 ? 64 : image->room * 2;
        struct image_record *grown = realloc(image->record, room * sizeof(*grown));
        if (grown == NULL) {
            image->no_memory = true;
            return NULL;
        }
        image->record = grown;
        image->room = room;
    }
    struct image_record *r = &image->record[image->records++];
    memset(r, 0, sizeof(*r));
    r->off = off;
    r->thing = off;
    r->sector = g->sector;
    r->rank = g->rank;
    r->copy = g->copy;
    return r;
}

void mark_add(struct image *image, const struct segment *g, enum image_kind kind,
        uint32_t off, uint32_t len)
{
    if (image->records > g->first) {
        struct image_record *last = &image->record[image->records - 1];
        if (last->kind == kind && last->off + last->len == off) {
            last->len += len;
            last->count++;
            return;
        }
    }
    struct image_record *r = record_add(image, g, off);
    if (r != NULL) {
        r->kind = kind;
        r->fate = IMAGE_MARK;
        r->len = len;
        r->count = 1;
    }
}

uint8_t *bytes_add(struct image *image, uint32_t n)
{
    if (n > image->arena_len - image->used) {
        return NULL;
    }
    uint8_t *at = image->arena + image->used;
    image->used += n;
    return at;
}

void damage_add(
        struct image *image, uint32_t off, const char *rule, const char *format, ...)
{
    image->damaged++;
    if (image->damages == IMAGE_DAMAGES) {
        return;
    }
    struct image_damage *d = &image->damage[image->damages++];
    d->off = off;
    d->rule = rule;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(d->text, sizeof(d->text), format, args);
    va_end(args);
}

/* ---- reading ------------------------------------------------------------------------------ */

static bool has_log(const struct image_sector *s)
{
    return s->state == IMAGE_OPEN || s->state == IMAGE_REPLACED;
}

static void add_segments(const struct image *image, struct segment *to, unsigned *n)
{
    for (unsigned i = 0; i < image->sectors; i++) {
        const struct image_sector *s = &image->sector[i];
        if (!has_log(s)) {
            continue;
        }
        struct segment g = {.sector = i, .counts = s->state == IMAGE_OPEN};
        g.copy = true;
        g.begin = s->off + s->log;
        g.limit = s->off + s->copies_end;
        g.rank = s->sequence - s->age;
        to[(*n)++] = g;
        g.copy = false;
        g.begin = s->off + s->copies_end;
        g.limit = s->off + s->len;
        g.rank = s->sequence;
        to[(*n)++] = g;
    }
}

/* A unit is done before the next one is begun, and what read erased before
 * cannot once something was written behind it: so behind the end of a plain log
 * nothing can be, wherever power failed. (A once log ends behind all there is.) */
static void judge_tail(
        const struct image_medium *m, struct image *image, const struct image_sector *s)
{
    if (s->state == IMAGE_OPEN && !all_erased(m, s->off + s->end, s->len - s->end)) {
        damage_add(image, s->off + s->end, s->once ? "4.1" : "3.4",
                "the log has ended here, and behind it something was written");
    }
}

static void read_all(const struct image_medium *m, struct image *image)
{
    struct segment *segments = calloc(2 * (size_t)m->sectors + 1, sizeof(*segments));
    if (segments == NULL) {
        image->no_memory = true;
        return;
    }
    unsigned n = 0;
    sectors_read(m, image);
    add_segments(image, segments, &n);
    for (unsigned i = 0; i < n; i++) {
        if (image->sector[segments[i].sector].once) {
            once_read(m, image, &segments[i]);
        } else {
            plain_read(m, image, &segments[i]);
        }
    }
    resolve(image, segments, n);
    for (unsigned i = 0; i < image->sectors; i++) {
        judge_tail(m, image, &image->sector[i]);
    }
    free(segments);
}

static void read_complemented(const struct image_medium *m, struct image *image)
{
    struct image_medium ones = *m;
    uint8_t *bytes = malloc((size_t)m->size + 1);
    if (bytes == NULL) {
        image->no_memory = true;
        return;
    }
    complement(bytes, m->bytes, m->size);
    ones.bytes = bytes;
    ones.erased_is_zero = false;
    read_all(&ones, image);
    free(bytes);
}

struct image *image_read(const struct image_medium *m)
{
    struct image *image = calloc(1, sizeof(*image));
    if (image == NULL) {
        return NULL;
    }
    image->sectors = m->sectors;
    image->sector = calloc((size_t)m->sectors + 1, sizeof(*image->sector));
    /* No two records share a byte. */
    image->arena_len = m->size;
    image->arena = malloc(image->arena_len + 1);
    if (image->sector == NULL || image->arena == NULL) {
        image_drop(image);
        return NULL;
    }
    if (m->erased_is_zero) {
        read_complemented(m, image);
    } else {
        read_all(m, image);
    }
    if (image->no_memory) {
        image_drop(image);
        return NULL;
    }
    return image;
}

void image_drop(struct image *image)
{
    if (image != NULL) {
        free(image->sector);
        free(image->record);
        free(image->arena);
        free(image);
    }
}

/* ---- looking in ------------------------------------------------------------------------------ */

static const struct image_record *find(const struct image *image, uint16_t id, bool name)
{
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        bool of_name = r->kind == IMAGE_NAME;
        bool of_value = r->kind == IMAGE_VALUE || r->kind == IMAGE_COUNTER ||
                        r->kind == IMAGE_DELETION;
        if (r->fate == IMAGE_CURRENT && r->id == id && (name ? of_name : of_value)) {
            return r;
        }
    }
    return NULL;
}

const struct image_record *image_find(const struct image *image, uint16_t id)
{
    return find(image, id, false);
}

const struct image_record *image_name(const struct image *image, uint16_t id)
{
    const struct image_record *r = find(image, id, true);
    return r != NULL && r->bytes_len > 0 ? r : NULL;
}
