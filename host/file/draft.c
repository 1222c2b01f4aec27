/* draft.c - pieces of memory, in the order a file gives them, become segments.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "file/file_priv.h"

/* Make room for one more of size bytes in *array of *room. */
static bool grow(void **array, size_t *room, size_t need, size_t size)
{
    if (need <= *room) {
        return true;
    }
    size_t more = *room == 0 ? 64 : *room * 2;
    more = more < need ? need : more;
    void *bigger = realloc(*array, more * size);
    if (bigger == NULL) {
        return false;
    }
    *array = bigger;
    *room = more;
    return true;
}

static bool keep_bytes(struct draft *d, const void *bytes, size_t len)
{
    void *array = d->bytes;
    bool room = grow(&array, &d->bytes_room, d->len + len, 1);
    d->bytes = array;
    if (room) {
        memcpy(d->bytes + d->len, bytes, len);
        d->len += len;
    }
    return room;
}

static struct draft_piece *new_piece(struct draft *d)
{
    void *array = d->pieces;
    bool room = grow(&array, &d->room, d->n + 1, sizeof *d->pieces);
    d->pieces = array;
    return room ? &d->pieces[d->n++] : NULL;
}

bool draft_add(struct draft *d, uint32_t addr, const void *bytes, uint32_t len,
        unsigned long where)
{
    if (len == 0) {
        return true;
    }
    if ((uint64_t)addr + len > UINT64_C(1) << 32) {
        return refuse(
                d->src, "%s %lu: bytes beyond the address 0xFFFFFFFF", d->unit, where);
    }
    struct draft_piece *last = d->n > 0 ? &d->pieces[d->n - 1] : NULL;
    bool goes_on = last != NULL && !d->apart && addr - last->addr == last->len;
    size_t off = d->len;
    if (!keep_bytes(d, bytes, len)) {
        return refuse_memory(d->src);
    }
    if (goes_on) {
        last->len += len;
        return true;
    }
    struct draft_piece *piece = new_piece(d);
    if (piece == NULL) {
        return refuse_memory(d->src);
    }
    *piece = (struct draft_piece){.addr = addr,
            .runs_at = addr,
            .len = len,
            .off = off,
            .where = where,
            .name = ""};
    return true;
}

void draft_free(struct draft *d)
{
    free(d->pieces);
    free(d->bytes);
    *d = (struct draft){.src = d->src};
}

static int by_address(const void *a, const void *b)
{
    const struct draft_piece *x = a;
    const struct draft_piece *y = b;
    if (x->addr != y->addr) {
        return x->addr < y->addr ? -1 : 1;
    }
    return x->where < y->where ? -1 : x->where > y->where;
}

static bool check_overlaps(const struct draft *d)
{
    for (size_t i = 1; i < d->n; i++) {
        const struct draft_piece *a = &d->pieces[i - 1];
        const struct draft_piece *b = &d->pieces[i];
        if (b->addr - a->addr < a->len) {
            const struct draft_piece *first = a->where < b->where ? a : b;
            const struct draft_piece *second = first == a ? b : a;
            return refuse(d->src,
                    "overlap: 0x%08" PRIX32 " is given twice, from %s %lu and "
                    "from %s %lu on",
                    b->addr, d->unit, first->where, d->unit, second->where);
        }
    }
    return true;
}

/* Append a piece to the last segment if they touch, or as one of its own. */
static bool make_segment(
        const struct draft *d, const struct draft_piece *p, struct file *f)
{
    struct file_segment *last = f->n > 0 ? &f->segments[f->n - 1] : NULL;
    bool joined = last != NULL && !d->apart && p->addr - last->addr == last->len;
    uint32_t old = joined ? last->len : 0;
    uint8_t *bytes = realloc(joined ? last->bytes : NULL, (size_t)old + p->len);
    if (bytes == NULL) {
        return refuse_memory(d->src);
    }
    memcpy(bytes + old, d->bytes + p->off, p->len);
    if (joined) {
        last->bytes = bytes;
        last->len += p->len;
        return true;
    }
    f->segments[f->n++] = (struct file_segment){.addr = p->addr,
            .runs_at = p->runs_at,
            .len = p->len,
            .bytes = bytes,
            .name = strdup(p->name)};
    return f->segments[f->n - 1].name != NULL || refuse_memory(d->src);
}

static bool make_segments(struct draft *d, struct file *f)
{
    if (d->n == 0) {
        return refuse(d->src, "nothing in it to be loaded");
    }
    qsort(d->pieces, d->n, sizeof *d->pieces, by_address);
    if (!check_overlaps(d)) {
        return false;
    }
    f->segments = calloc(d->n, sizeof *f->segments);
    if (f->segments == NULL) {
        return refuse_memory(d->src);
    }
    for (size_t i = 0; i < d->n; i++) {
        if (!make_segment(d, &d->pieces[i], f)) {
            return false;
        }
    }
    return true;
}

bool draft_finish(struct draft *d, struct file *f)
{
    bool made = make_segments(d, f);
    draft_free(d);
    return made;
}
