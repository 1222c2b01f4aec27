/* SPDX-License-Identifier: MIT */
#include "support/kv_canonical.h"

#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "support/maker.h"

enum { SECTORS = 8, BYTES = 4096, ROW = 12 };

struct canon {
    struct explore_machine *m;
    uint8_t data[BYTES];  /* unstable bits as ones */
    uint8_t zeros[BYTES]; /* and as zeros */
    uint8_t loose[BYTES];
    uint8_t flip;
    struct image_place place[SECTORS];
    uint32_t size;
    const struct image *image;
    uint32_t known[2 * SECTORS]; /* sequences and ranks, ascending, each once */
    unsigned n;
};

/* Of a sector with a valid A: where B begins (SPEC 2). */
static uint32_t b_of(const struct image_sector *s)
{
    return s->off + s->log - (ROW + s->cell - 1u) / s->cell * s->cell;
}

static bool stable(const struct canon *c, uint32_t off, uint32_t len)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < len; i++) {
        any |= c->loose[off + i];
    }
    return any == 0;
}

/* ---- is it certain? ---------------------------------------------------------------- */

static bool same_sector(const struct image_sector *a, const struct image_sector *b)
{
    return a->state == b->state && a->known == b->known && a->placed == b->placed &&
           a->sequence == b->sequence && a->age == b->age &&
           a->copies_end == b->copies_end;
}

/* Nothing that counts in it can read in two ways. */
static bool sure(const struct canon *c, const struct image_sector *s)
{
    if (!s->known) {
        return true;
    }
    if (s->state == IMAGE_OPEN) {
        return stable(c, s->off, s->len);
    }
    uint32_t marks = s->placed ? s->copies_end + 2u * s->cell : s->log;
    return stable(c, s->off, marks < s->len ? marks : s->len);
}

static struct image *read_as(
        const struct canon *c, const uint8_t *bytes, unsigned sectors)
{
    const struct image_medium medium = {.bytes = bytes,
            .size = c->size,
            .sector = c->place,
            .sectors = sectors,
            .erased_is_zero = c->flip != 0};
    struct image *image = image_read(&medium);
    if (image == NULL) {
        abort();
    }
    return image;
}

static bool certain(const struct canon *c, unsigned sectors)
{
    struct image *other = read_as(c, c->zeros, sectors);
    bool same = true;
    for (unsigned i = 0; i < sectors && same; i++) {
        const struct image_sector *s = &c->image->sector[i];
        same = same_sector(s, &other->sector[i]) && sure(c, s);
    }
    image_drop(other);
    return same;
}

/* ---- numbers ------------------------------------------------------------------------- */

static void learn(struct canon *c, uint32_t number)
{
    unsigned i = 0;
    while (i < c->n && c->known[i] < number) {
        i++;
    }
    if (i < c->n && c->known[i] == number) {
        return;
    }
    memmove(&c->known[i + 1], &c->known[i], (c->n - i) * sizeof(c->known[0]));
    c->known[i] = number;
    c->n++;
}

/* 1 for the lowest. */
static uint32_t place_of(const struct canon *c, uint32_t number)
{
    unsigned i = 0;
    while (i < c->n && c->known[i] < number) {
        i++;
    }
    return i + 1;
}

static void learn_all(struct canon *c)
{
    for (unsigned i = 0; i < c->image->sectors; i++) {
        const struct image_sector *s = &c->image->sector[i];
        if (s->known && s->placed) {
            learn(c, s->sequence);
            learn(c, s->sequence - s->age);
        }
    }
}

static void put_bytes(struct canon *c, uint32_t off, const uint8_t *bytes)
{
    uint8_t raw[ROW];
    for (uint32_t i = 0; i < ROW; i++) {
        raw[i] = bytes[i] ^ c->flip;
    }
    if (memcmp(raw, c->data + off, ROW) != 0) {
        c->m->ops->poke(c->m, off, raw, ROW);
    }
}

static void put32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> i * 8);
    }
}

/* Its erase count and, where all are certain, its sequence. */
static void rewrite(struct canon *c, const struct image_sector *s, bool renumber)
{
    uint8_t a[ROW];
    uint8_t b[ROW];
    for (uint32_t i = 0; i < ROW; i++) {
        a[i] = c->data[s->off + i] ^ c->flip;
        b[i] = c->data[b_of(s) + i] ^ c->flip;
    }
    put32(a + 4, 1);
    put32(a + 8, maker_sum(UINT32_MAX, a, 8));
    put_bytes(c, s->off, a);
    if (!s->placed) {
        return;
    }
    if (renumber) {
        uint32_t sequence = place_of(c, s->sequence);
        uint32_t age = sequence - place_of(c, s->sequence - s->age);
        put32(b, sequence);
        b[4] = (uint8_t)age;
        b[5] = (uint8_t)(age >> 8);
    }
    put32(b + 8, maker_sum(maker_sum(UINT32_MAX, a, 8), b, 8));
    put_bytes(c, b_of(s), b);
}

/* ---- contents -------------------------------------------------------------------------- */

static void wipe(struct canon *c, uint32_t off, uint32_t end)
{
    static const uint8_t zeros[BYTES];
    if (off < end && (memcmp(c->data + off, zeros, end - off) != 0 ||
                             !stable(c, off, end - off))) {
        c->m->ops->poke(c->m, off, zeros, end - off);
    }
}

static bool in_same_log(const struct image *image, uint32_t a, uint32_t b)
{
    const struct image_record *r = image->record;
    return r[a].sector == r[b].sector && r[a].copy == r[b].copy;
}

/* Members come directly before their batch; it needs all of them. */
static bool in_batch(const struct image *image, uint32_t index)
{
    for (uint32_t i = index + 1; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        if (r->fate == IMAGE_MARK || !in_same_log(image, index, i)) {
            return false;
        }
        if (r->kind == IMAGE_BATCH) {
            return true;
        }
    }
    return false;
}

static bool decides(enum image_kind kind)
{
    return kind == IMAGE_KILL || kind == IMAGE_KEEP || kind == IMAGE_DROP;
}

/* What nobody will ask for again, but for marks that decide. */
static bool gone(const struct image *image, uint32_t index)
{
    const struct image_record *r = &image->record[index];
    if (r->fate == IMAGE_SUPERSEDED) {
        return !in_batch(image, index);
    }
    return r->kind == IMAGE_PAD || r->kind == IMAGE_NOTHING;
}

/* A mark that decides about nothing that is left. The last of a log says that
 * it is settled. */
static bool idle(const struct image *image, uint32_t index)
{
    if (!decides(image->record[index].kind) || index + 1 == image->records ||
            !in_same_log(image, index, index + 1)) {
        return false;
    }
    for (uint32_t i = index; i > 0 && in_same_log(image, i - 1, index); i--) {
        if (decides(image->record[i - 1].kind)) {
            return true;
        }
        if (!gone(image, i - 1)) {
            return false;
        }
    }
    return true;
}

static void wipe_records(struct canon *c)
{
    for (uint32_t i = 0; i < c->image->records; i++) {
        const struct image_record *r = &c->image->record[i];
        if (c->image->sector[r->sector].state == IMAGE_OPEN &&
                (gone(c->image, i) || idle(c->image, i))) {
            wipe(c, r->off, r->off + r->len);
        }
    }
}

/* Of a sector that holds no data: all but what says so. */
static void wipe_sector(struct canon *c, const struct image_sector *s)
{
    uint32_t end = s->off + s->len;
    if (s->state == IMAGE_DIRTY) {
        wipe(c, stable(c, s->off, ROW) ? s->off : s->off + ROW, end);
    } else if (s->state == IMAGE_REPLACED) {
        uint32_t marks = s->off + s->copies_end;
        wipe(c, s->off + s->log, marks);
        wipe(c, marks + 2u * s->cell, end);
    } else if (s->state == IMAGE_DRAFT && !s->placed) {
        wipe(c, b_of(s), end);
    }
}

/* All sectors' contents, and their sequences. */
static void make_equal(struct canon *c)
{
    for (unsigned i = 0; i < c->image->sectors; i++) {
        wipe_sector(c, &c->image->sector[i]);
    }
    wipe_records(c);
}

void kv_canonical(struct explore_machine *m, const uint32_t *sector, bool erased_is_zero)
{
    static _Thread_local struct canon c; /* too big for a stack */
    unsigned n = 0;
    c.m = m;
    c.flip = erased_is_zero ? 0xFF : 0;
    c.n = 0;
    c.size = 0;
    for (; n < SECTORS && sector[n] != 0; n++) {
        c.place[n] = (struct image_place){c.size, sector[n]};
        c.size += sector[n];
    }
    if (c.size > BYTES) {
        abort();
    }
    m->ops->peek(m, 0, c.data, c.loose, c.size);
    for (uint32_t i = 0; i < c.size; i++) {
        c.zeros[i] = c.data[i] & (uint8_t)~c.loose[i];
    }
    struct image *image = read_as(&c, c.data, n);
    c.image = image;
    bool renumber = certain(&c, n);
    learn_all(&c);
    for (unsigned i = 0; i < n; i++) {
        const struct image_sector *s = &image->sector[i];
        if (s->known && stable(&c, s->off, s->log)) {
            rewrite(&c, s, renumber);
        }
    }
    if (renumber && !erased_is_zero) {
        make_equal(&c);
    }
    image_drop(image);
}
