/* once.c - SPEC 4: the log of cells that are written once.
 *
 *     data data trailer data trailer KEEP | data trailer VOID KEEP KEEP | ...
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "image/image_priv.h"

enum { TAG_DATA = 0x65, TAG_TRAILER = 0x74, TAG_KEEP = 0x4B, TAG_DROP = 0x78 };

enum form { FORM_VALUE, FORM_NAME, FORM_DELETION, FORM_COUNTER };

enum what { DATA, TRAILER, MARK };

struct log {
    const struct image_medium *m;
    struct image *image;
    struct segment *g;
    uint32_t cell, end;
    uint32_t data; /* cells of data directly before this one */
};

/* ---- cells ---------------------------------------------------------------------------- */

static bool is_all(const struct image_medium *m, uint32_t off, uint32_t cell)
{
    for (uint32_t i = 1; i < cell; i++) {
        if (m->bytes[off + i] != m->bytes[off]) {
            return false;
        }
    }
    return true;
}

/* A cell before the log's end (SPEC 4.1); which mark, if it is one. */
static enum what look(
        const struct image_medium *m, uint32_t off, uint32_t cell, enum image_kind *mark)
{
    *mark = IMAGE_VOID;
    if (!all_readable(m, off, cell)) {
        return MARK;
    }
    switch (m->bytes[off]) {
    case TAG_DATA: return DATA;
    case TAG_TRAILER: return TRAILER;
    case TAG_KEEP: *mark = is_all(m, off, cell) ? IMAGE_KEEP : IMAGE_VOID; return MARK;
    case TAG_DROP: *mark = is_all(m, off, cell) ? IMAGE_DROP : IMAGE_VOID; return MARK;
    default: return MARK;
    }
}

uint32_t once_end(const struct image_medium *m, const struct image_sector *s)
{
    uint32_t off = s->len / s->cell * s->cell;
    while (off > s->copies_end && all_erased(m, s->off + off - s->cell, s->cell)) {
        off -= s->cell;
    }
    return s->off + off;
}

static struct verdict find_verdict(
        const struct image_medium *m, uint32_t off, uint32_t end, uint32_t cell)
{
    struct verdict v = verdict_begin(false);
    enum image_kind mark;
    for (; off < end; off += cell) {
        if (look(m, off, cell, &mark) != MARK) {
            verdict_close(&v);
            break;
        }
        verdict_mark(&v, mark);
    }
    return v;
}

struct verdict once_verdict(
        const struct image_medium *m, const struct image_sector *s, uint32_t off)
{
    return find_verdict(m, off, once_end(m, s), s->cell);
}

/* ---- records -------------------------------------------------------------------------- */

static enum image_kind kind_of(uint8_t form)
{
    switch (form & 7u) {
    case FORM_VALUE: return IMAGE_VALUE;
    case FORM_NAME: return IMAGE_NAME;
    case FORM_DELETION: return IMAGE_DELETION;
    case FORM_COUNTER: return IMAGE_COUNTER;
    default: return IMAGE_STRANGE;
    }
}

/* The bytes of the data cells before the trailer. */
static void gather(const struct log *l, struct image_record *r, uint32_t cut)
{
    uint32_t each = l->cell - 1;
    uint32_t all = l->data * each;
    uint8_t *to = bytes_add(l->image, all);
    if (to == NULL || cut > all || l->data == 0) {
        r->sum_wrong = true;
        return;
    }
    for (uint32_t i = 0; i < l->data; i++) {
        memcpy(to + (size_t)i * each, &l->m->bytes[r->off + i * l->cell + 1], each);
    }
    r->bytes = to;
    r->bytes_len = all - cut;
}

/* Of a record or part: from the trailer or the data before off to off. */
static struct image_record *add_cells(
        const struct log *l, uint32_t begin, uint32_t len, uint32_t group)
{
    struct image_record *r = record_add(l->image, l->g, begin);
    if (r != NULL) {
        r->len = len;
        r->thing = group;
    }
    return r;
}

static void read_trailer(const struct log *l, uint32_t off, uint32_t group)
{
    uint32_t begin = off - l->data * l->cell;
    struct image_record *r = add_cells(l, begin, (l->data + 1) * l->cell, group);
    if (r == NULL) {
        return;
    }
    const uint8_t *head = l->m->bytes + off + 1; /* form, id, CRC-32 */
    r->kind = kind_of(head[0]);
    r->id = little16(head + 1);
    gather(l, r, head[0] >> 3);
    uint32_t sum = sum32(SUM32_START, head, 3);
    r->sum_wrong =
            r->sum_wrong || sum32(sum, r->bytes, r->bytes_len) != little32(head + 3);
    if (r->kind == IMAGE_COUNTER) {
        r->sum_wrong = r->sum_wrong || r->bytes_len != 4;
        r->count = r->bytes_len == 4 ? little32(r->bytes) : 0;
    }
}

static void read_part(const struct log *l, uint32_t off, uint32_t group)
{
    uint32_t len = l->data * l->cell;
    struct image_record *r = l->data > 0 ? add_cells(l, off - len, len, group) : NULL;
    if (r != NULL) {
        r->kind = IMAGE_PART;
        r->sum_wrong = true;
    }
}

/* ---- groups ---------------------------------------------------------------------------- */

/* What counts had been read back before: since then it has been lost. One cell of
 * data alone is what a cut may leave of a change; the verdict behind it was meant
 * for the group before. */
static void judge_cells(const struct log *l, const struct image_record *r, bool counts)
{
    const struct image_sector *s = &l->image->sector[r->sector];
    if (!l->g->counts) {
        return;
    }
    if (r->fate == IMAGE_LOST) {
        damage_add(l->image, r->off, "4.3",
                "a %s of id %u is lost: its checksum is wrong", image_kind_name(r->kind),
                r->id);
    } else if (counts && r->kind == IMAGE_PART && (r->len > l->cell || r->copy)) {
        damage_add(l->image, r->off, "4.2", "data without a trailer in what counts");
    }
    if (r->off + r->len > s->off + s->len - FREE_CELLS * l->cell) {
        damage_add(l->image, r->off, "5.4", "a record in the last %d cells of the sector",
                FREE_CELLS);
    }
}

static void settle_group(const struct log *l, uint32_t first, struct verdict v)
{
    for (uint32_t i = first; i < l->image->records; i++) {
        struct image_record *r = &l->image->record[i];
        r->verdict = v.alive;
        r->final = v.final;
        r->alive = v.alive && r->kind != IMAGE_PART && r->bytes != NULL;
        bool lost = v.alive && r->kind != IMAGE_PART;
        r->fate = r->alive    ? IMAGE_CURRENT
                  : lost      ? IMAGE_LOST
                  : v.dropped ? IMAGE_DROPPED
                              : IMAGE_TORN;
        judge_cells(l, r, v.alive);
    }
}

/* The group that begins at off. Where it ends. */
static uint32_t read_group(struct log *l, uint32_t off)
{
    uint32_t group = off;
    uint32_t first = l->image->records;
    enum image_kind mark;
    l->data = 0;
    for (; off < l->end; off += l->cell) {
        enum what what = look(l->m, off, l->cell, &mark);
        if (what == MARK) {
            break;
        }
        if (what == TRAILER) {
            read_trailer(l, off, group);
            l->data = 0;
        } else {
            l->data++;
        }
    }
    read_part(l, off, group);
    struct verdict v = {.alive = true, .final = true}; /* a copy */
    if (!l->g->copy) {
        v = find_verdict(l->m, off, l->end, l->cell);
    }
    settle_group(l, first, v);
    return off;
}

static void read_mark(const struct log *l, enum image_kind mark, uint32_t off)
{
    mark_add(l->image, l->g, mark, off, l->cell);
    if (l->g->copy && l->g->counts) {
        damage_add(
                l->image, off, "4.3", "no copy, but a mark of %s", image_kind_name(mark));
    }
}

static bool is_settled(
        const struct image *image, const struct segment *g, const struct image_sector *s)
{
    for (uint32_t i = image->records; i > g->first; i--) {
        const struct image_record *r = &image->record[i - 1];
        if (r->fate != IMAGE_MARK) {
            return r->final;
        }
    }
    return s->decided;
}

void once_read(const struct image_medium *m, struct image *image, struct segment *g)
{
    struct image_sector *s = &image->sector[g->sector];
    uint32_t end = g->copy ? g->limit : once_end(m, s);
    struct log l = {.m = m, .image = image, .g = g, .cell = s->cell, .end = end};
    uint32_t off = g->begin;
    g->first = image->records;
    while (off < end) {
        enum image_kind mark;
        if (look(m, off, l.cell, &mark) == MARK) {
            read_mark(&l, mark, off);
            off += l.cell;
        } else {
            off = read_group(&l, off);
        }
    }
    g->n = image->records - g->first;
    if (!g->copy) {
        s->end = off - s->off;
        s->settled = is_settled(image, g, s);
    }
}
