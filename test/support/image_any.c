/* SPDX-License-Identifier: MIT */
#include "support/image_any.h"

#include <stdlib.h>

#include "image/image.h"

enum { EQUAL_SECTORS = 4 };

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void look_at_record(const struct image *image, const struct image_medium *m,
        const struct image_record *r)
{
    insist(r->sector < image->sectors);
    const struct image_sector *s = &image->sector[r->sector];
    insist(r->off >= s->off && r->len <= s->len && r->off - s->off <= s->len - r->len);
    insist(r->bytes_len <= m->size);
    volatile uint8_t sink = 0;
    for (uint32_t i = 0; i < r->bytes_len; i++) {
        sink ^= r->bytes[i];
    }
    (void)sink; /* read at all is what counts */
    if (r->fate == IMAGE_CURRENT && r->kind == IMAGE_VALUE) {
        insist(image_find(image, r->id) == r);
    }
}

static void read_as_it_is(const struct image_medium *m)
{
    struct image *image = image_read(m);
    insist(image != NULL);
    for (uint32_t i = 0; i < image->records; i++) {
        look_at_record(image, m, &image->record[i]);
    }
    for (unsigned i = 0; i < image->damages; i++) {
        insist(image->damage[i].off < m->size);
    }
    image_drop(image);
}

static void read_any(const struct image_medium *m)
{
    struct image_medium rescued = *m;
    rescued.rescue = true;
    read_as_it_is(m);
    read_as_it_is(&rescued);
}

static void read_found(const uint8_t *bytes, const struct image_store *found)
{
    const struct image_medium m = {.bytes = bytes + found->off,
            .size = found->len,
            .sector = found->sector,
            .sectors = found->sectors,
            .erased_is_zero = found->erased_is_zero};
    read_any(&m);
}

void image_any(const uint8_t *bytes, size_t len)
{
    static struct image_store found[IMAGE_STORES];
    unsigned n = image_search(bytes, (uint32_t)len, NULL, 0, found);
    for (unsigned i = 0; i < n; i++) {
        insist(found[i].off <= len && found[i].len <= len - found[i].off);
        read_found(bytes, &found[i]);
    }
    struct image_place places[EQUAL_SECTORS];
    uint32_t each = (uint32_t)(len / EQUAL_SECTORS);
    for (uint32_t i = 0; i < EQUAL_SECTORS; i++) {
        places[i] = (struct image_place){i * each, each};
    }
    struct image_medium m = {.bytes = bytes,
            .size = (uint32_t)len,
            .sector = places,
            .sectors = EQUAL_SECTORS};
    read_any(&m);
    m.erased_is_zero = true;
    read_any(&m);
}
