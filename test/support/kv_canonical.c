/* SPDX-License-Identifier: MIT */
#include "support/kv_canonical.h"

#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "support/maker.h"

enum { SECTORS = 8, BYTES = 4096, ROW = 12, KEPT = 4 };

struct canon {
    struct explore_machine *m;
    uint8_t data[BYTES];
    uint8_t loose[BYTES];
    uint8_t flip;
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

static bool blank(const struct canon *c, uint32_t off)
{
    for (uint32_t i = 0; i < ROW; i++) {
        if ((c->data[off + i] ^ c->flip) != 0xFF) {
            return false;
        }
    }
    return true;
}

/* Nothing in its header can read in two ways, and B is whole or not there. */
static bool sure(const struct canon *c, const struct image_sector *s)
{
    return s->known && stable(c, s->off, s->log) && (s->placed || blank(c, b_of(s)));
}

/* A sector whose header may one day read as valid, or not. */
static bool doubtful(const struct canon *c, const struct image_sector *s)
{
    return !sure(c, s) && (s->known || !stable(c, s->off, ROW));
}

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

void kv_canonical(struct explore_machine *m, const uint32_t *sector, bool erased_is_zero)
{
    struct canon c = {.m = m, .flip = erased_is_zero ? 0xFF : 0};
    struct image_place place[SECTORS];
    uint32_t size = 0;
    unsigned n = 0;
    for (; n < SECTORS && sector[n] != 0; n++) {
        place[n] = (struct image_place){size, sector[n]};
        size += sector[n];
    }
    if (size > BYTES) {
        abort();
    }
    m->ops->peek(m, 0, c.data, c.loose, size);
    const struct image_medium medium = {.bytes = c.data,
            .size = size,
            .sector = place,
            .sectors = n,
            .erased_is_zero = erased_is_zero};
    struct image *image = image_read(&medium);
    if (image == NULL) {
        abort();
    }
    c.image = image;
    bool renumber = true;
    for (unsigned i = 0; i < n; i++) {
        renumber = renumber && !doubtful(&c, &image->sector[i]);
    }
    learn_all(&c);
    for (unsigned i = 0; i < n; i++) {
        if (sure(&c, &image->sector[i])) {
            rewrite(&c, &image->sector[i], renumber);
        }
    }
    image_drop(image);
}
