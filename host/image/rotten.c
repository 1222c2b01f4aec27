/* rotten.c - SPEC 2: sectors that were open, and whose header does not say so any more.
 *
 * A firmware takes such a sector for dirty or for a draft, and erases it some day without
 * a word. But no cut leaves such a header: A is zeroed before a sector is erased, and one
 * that was open is erased while what has replaced it is there.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "image/image_priv.h"

enum { PLAIN_CELL = 4, B_BITS = 8 * (B_LEN - B_FIELDS) };

/* In a plain log: B, whatever A is. */
static bool read_b(const struct image_medium *m, struct image_sector *s)
{
    s->once = false;
    s->cell = PLAIN_CELL;
    s->version = IMAGE_VERSION;
    if (m->size - s->off < header_rows(s).log ||
            (header_word(m, s) | B_OPEN | B_SIZED) != UINT32_MAX) {
        return false;
    }
    header_place(m, s);
    return s->placed;
}

bool header_lost(const struct image_medium *m, uint32_t off, struct image_sector *s)
{
    s->off = off;
    return read_b(m, s) && (header_word(m, s) & B_OPEN) == 0;
}

static bool lies_in_sector(const struct image_sector *s)
{
    return s->copies_end >= s->log && s->copies_end < s->len;
}

/* B with one bit the other way round: would the sector be open? */
static bool mend_b(const struct image_medium *m, struct image_sector *s, uint32_t *off)
{
    uint8_t b[B_LEN];
    uint32_t at = s->off + header_rows(s).b;
    memcpy(b, m->bytes + at, B_LEN);
    for (unsigned bit = 0; bit < B_BITS; bit++) {
        uint8_t *byte = &b[B_FIELDS + bit / 8];
        *byte ^= (uint8_t)(1u << bit % 8);
        if (header_b(s, b) && lies_in_sector(s) && sector_verdict(m, s).alive) {
            *off = at + B_FIELDS + bit / 8;
            return true;
        }
        *byte ^= (uint8_t)(1u << bit % 8);
    }
    return false;
}

/* Is the sector there that this one replaces? */
static bool has_victim(const struct image *image, const struct image_sector *s)
{
    bool found = false;
    for (unsigned i = 0; i < image->sectors; i++) {
        const struct image_sector *other = &image->sector[i];
        found = found ||
                (other->state == IMAGE_OPEN && other->sequence == s->sequence - s->age);
    }
    return found;
}

/* A draft is of a sector that is there, nothing is written behind its copies but marks, and
 * those are the first a boot writes. */
static bool lost_by_word(const struct image_medium *m, const struct image *image,
        const struct image_sector *s)
{
    struct verdict v = sector_verdict(m, s);
    bool alone = v.marks == 0 && s->age != 0 && !has_victim(image, s);
    return !s->once && (v.closed || alone);
}

/* B is committed when all of it is there. */
static bool lost_by_fields(
        const struct image_medium *m, struct image_sector *s, uint32_t *off)
{
    if (!all_readable(m, *off, B_LEN)) {
        return false;
    }
    s->placed = mend_b(m, s, off);
    return s->placed || (!s->once && (header_word(m, s) & B_OPEN) == 0);
}

bool sector_lost(const struct image_medium *m, const struct image *image,
        struct image_sector *s, uint32_t *off, const char **text)
{
    *off = s->off;
    if (s->state == IMAGE_DIRTY && !s->known) {
        *text = "A is not valid, but B is, and no sector has replaced this one";
        /* Of a draft that was decided against an erase may leave B, and no marks. */
        s->known = read_b(m, s) && sector_state(m, s) == IMAGE_OPEN && s->decided;
        return s->known;
    }
    if (s->state != IMAGE_DRAFT) {
        return false;
    }
    *off += header_rows(s).b;
    if (s->placed) {
        *text = "the word of B does not commit the copies, but this is no draft";
        return lost_by_word(m, image, s);
    }
    *text = "B has rotted";
    return lost_by_fields(m, s, off);
}
