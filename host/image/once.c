/* once.c - SPEC 4: the log of cells that are written once.
 *
 *     data data data trailer | data trailer | keep keep | ...
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "image/image_priv.h"

enum {
    TAG_DATA = 0x64,
    TAG_TRAILER = 0x74,
    TAG_KEEP = 0x61,
    TAG_DROP = 0x78,
    CELLS_AT_END = 3, /* erased ones in a row */
    DECIDERS = 2      /* keep or drop cells that end a settled log */
};

enum form { FORM_VALUE, FORM_NAME, FORM_DELETION, FORM_COUNTER };

enum what { ERASED, DATA, TRAILER, KEEP, DROP, NOTHING };

struct log {
    const struct image_medium *m;
    struct image *image;
    struct segment *g;
    uint32_t cell;
    uint32_t data; /* cells of data directly before this one */
};

/* The first three bytes, over and over. */
static bool is_verdict(const struct log *l, uint32_t off)
{
    for (uint32_t i = 3; i < l->cell; i++) {
        if (l->m->bytes[off + i] != l->m->bytes[off + i % 3]) {
            return false;
        }
    }
    return true;
}

static enum what look(const struct log *l, uint32_t off)
{
    if (all_erased(l->m, off, l->cell)) {
        return ERASED;
    }
    if (!all_readable(l->m, off, l->cell)) {
        return NOTHING;
    }
    switch (l->m->bytes[off]) {
    case TAG_DATA: return DATA;
    case TAG_TRAILER: return TRAILER;
    case TAG_KEEP: return is_verdict(l, off) ? KEEP : NOTHING;
    case TAG_DROP: return is_verdict(l, off) ? DROP : NOTHING;
    default: return NOTHING;
    }
}

/* The log ends where three cells in a row are erased. */
static bool ends(const struct log *l, uint32_t off)
{
    for (uint32_t i = 0; i < CELLS_AT_END; i++, off += l->cell) {
        if (off >= l->g->limit || l->g->limit - off < l->cell) {
            return i > 0;
        }
        if (look(l, off) != ERASED) {
            return false;
        }
    }
    return true;
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
    if (to == NULL || cut > all) {
        r->sum_wrong = true;
        return;
    }
    for (uint32_t i = 0; i < l->data; i++) {
        memcpy(to + (size_t)i * each, &l->m->bytes[r->off + i * l->cell + 1], each);
    }
    r->bytes = to;
    r->bytes_len = all - cut;
}

static void read_trailer(const struct log *l, uint32_t off)
{
    struct image_record *r = record_add(l->image, l->g, off - l->data * l->cell);
    if (r == NULL) {
        return;
    }
    const uint8_t *head = l->m->bytes + off + 1; /* form, id, CRC-32 */
    r->len = (l->data + 1) * l->cell;
    r->kind = kind_of(head[0]);
    r->id = little16(head + 1);
    r->kept = l->g->copy;
    gather(l, r, head[0] >> 3);
    uint32_t sum = sum32(SUM32_START, head, 3);
    r->sum_wrong =
            r->sum_wrong || sum32(sum, r->bytes, r->bytes_len) != little32(head + 3);
    if (r->kind == IMAGE_COUNTER) {
        r->sum_wrong = r->sum_wrong || r->bytes_len != 4;
        r->count = r->bytes_len == 4 ? little32(r->bytes) : 0;
    }
    r->alive = r->kept && !r->sum_wrong;
    r->fate = r->alive ? IMAGE_CURRENT : r->kept ? IMAGE_VOID : IMAGE_TORN;
}

/* A keep or drop cell: all records from cell `from` on. The last such counts. */
static void decide(struct log *l, uint32_t off, bool keep)
{
    const struct image_sector *s = &l->image->sector[l->g->sector];
    uint32_t from = s->off + (uint32_t)little16(l->m->bytes + off + 1) * l->cell;
    for (uint32_t i = l->g->first; i < l->image->records; i++) {
        struct image_record *r = &l->image->record[i];
        if (r->fate != IMAGE_MARK && !l->g->copy && r->off >= from) {
            r->kept = keep;
            r->alive = keep && !r->sum_wrong;
            r->fate = r->alive ? IMAGE_CURRENT : IMAGE_VOID;
        }
    }
}

static void read_cell(struct log *l, uint32_t off)
{
    enum what what = look(l, off);
    if (what == DATA) {
        l->data++;
        return;
    }
    if (what == TRAILER) {
        read_trailer(l, off);
    } else if (what == KEEP || what == DROP) {
        decide(l, off, what == KEEP);
        mark_add(l->image, l->g, what == KEEP ? IMAGE_KEEP : IMAGE_DROP, off, l->cell);
    } else {
        mark_add(l->image, l->g, IMAGE_NOTHING, off, l->cell);
    }
    l->data = 0;
}

static bool is_settled(const struct image *image, const struct segment *g)
{
    if (g->n == 0) {
        return false;
    }
    const struct image_record *last = &image->record[g->first + g->n - 1];
    return (last->kind == IMAGE_KEEP || last->kind == IMAGE_DROP) &&
           last->count >= DECIDERS;
}

/* What was kept had been read back first: since then it has been lost. */
static void judge_kept(struct image *image, const struct segment *g)
{
    for (uint32_t i = g->first; i < g->first + g->n && g->counts; i++) {
        const struct image_record *r = &image->record[i];
        if (r->kept && r->sum_wrong) {
            damage_add(image, r->off, "4.3",
                    "a %s of id %u is lost: its checksum is wrong",
                    image_kind_name(r->kind), r->id);
        }
    }
}

void once_read(const struct image_medium *m, struct image *image, struct segment *g)
{
    struct image_sector *s = &image->sector[g->sector];
    struct log l = {.m = m, .image = image, .g = g, .cell = s->cell};
    uint32_t off = g->begin;
    g->first = image->records;
    while (off < g->limit && g->limit - off >= l.cell && !ends(&l, off)) {
        read_cell(&l, off);
        off += l.cell;
    }
    g->n = image->records - g->first;
    judge_kept(image, g);
    if (!g->copy) {
        s->end = off - s->off;
        s->settled = is_settled(image, g);
    }
}
