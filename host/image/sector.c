/* sector.c - SPEC 2: sector headers, and which sectors hold data.
 *
 *     A | CLEAN | USED | DROPPED | B | log ... copies end: first, second mark ...
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "image/image_priv.h"

enum { MAGIC = 0x7E45, VERSION = 1, ROW = HEADER_LEN, ONCE = 8, RESERVED = 0xF0 };

/* Where the rows of a header are: offsets in the sector. */
struct rows {
    uint32_t clean, used, dropped, b, log;
    uint32_t flag_len;
};

static struct rows rows_of(const struct image_sector *s)
{
    uint32_t cell = s->cell;
    uint32_t row = (ROW + cell - 1) / cell * cell;
    struct rows r;
    r.flag_len = s->once ? 2 * cell : cell;
    r.clean = row;
    r.used = r.clean + r.flag_len;
    r.dropped = r.used + r.flag_len;
    r.b = r.dropped + r.flag_len;
    r.log = r.b + row;
    return r;
}

enum header header_read(
        const struct image_medium *m, uint32_t off, struct image_sector *s)
{
    uint8_t a[ROW];
    if (m->size - off < ROW || !all_readable(m, off, ROW)) {
        return HEADER_NONE;
    }
    get_plain(m, off, a, ROW);
    if (little16(a) != MAGIC || little32(a + 8) != sum32(SUM32_START, a, 8)) {
        return HEADER_NONE;
    }
    s->version = a[2];
    if (s->version != VERSION) {
        return HEADER_FOREIGN;
    }
    uint8_t shape = a[3];
    s->once = (shape & ONCE) != 0;
    s->cell = (uint8_t)(1u << (shape & 7u));
    s->erases = little32(a + 4);
    bool fits = s->once ? s->cell >= 8 && s->cell <= 32 : s->cell == 4;
    return (shape & RESERVED) == 0 && fits ? HEADER_GOOD : HEADER_NONE;
}

void header_place(const struct image_medium *m, struct image_sector *s)
{
    uint8_t a[8];
    uint8_t b[ROW];
    struct rows r = rows_of(s);
    s->log = r.log;
    s->placed = false;
    if (m->size - s->off < r.log || !all_readable(m, s->off + r.b, ROW)) {
        return;
    }
    get_plain(m, s->off, a, 8);
    get_plain(m, s->off + r.b, b, ROW);
    if (little32(b + 8) == sum32(sum32(SUM32_START, a, 8), b, 8)) {
        s->sequence = little32(b);
        s->age = little16(b + 4);
        s->copies_end = (uint32_t)little16(b + 6) * s->cell;
        s->placed = true;
    }
}

/* The mark n cells behind the copies. Behind the sector's end there is none. */
static bool marked(const struct image_medium *m, const struct image_sector *s, uint32_t n)
{
    uint32_t at = s->copies_end + n * s->cell;
    return s->len - at >= s->cell && at < s->len && !all_erased(m, s->off + at, s->cell);
}

/* All but "replaced", for which the other sectors must be known. */
static enum image_state state_of(const struct image_medium *m, struct image_sector *s)
{
    struct rows r = rows_of(s);
    if (s->len < r.log + 2u * s->cell) {
        return IMAGE_DIRTY;
    }
    bool clean = !all_erased(m, s->off + r.clean, r.flag_len);
    bool used = !all_erased(m, s->off + r.used, r.flag_len);
    bool dropped = !all_erased(m, s->off + r.dropped, r.flag_len);
    header_place(m, s);
    s->placed = s->placed && s->copies_end >= s->log && s->copies_end < s->len;
    if (s->placed && (marked(m, s, 1) || (marked(m, s, 0) && !dropped))) {
        return IMAGE_OPEN;
    }
    if (used) {
        return IMAGE_DRAFT;
    }
    bool blank = all_erased(m, s->off + r.b, r.log - r.b);
    return clean && blank ? IMAGE_READY : IMAGE_DIRTY;
}

static bool replaces(const struct image_sector *newer, const struct image_sector *s)
{
    return newer != s && newer->age != 0 &&
           (newer->state == IMAGE_OPEN || newer->state == IMAGE_REPLACED) &&
           newer->sequence - newer->age == s->sequence;
}

static void find_replaced(struct image *image)
{
    for (unsigned i = 0; i < image->sectors; i++) {
        struct image_sector *s = &image->sector[i];
        for (unsigned k = 0; k < image->sectors && s->state == IMAGE_OPEN; k++) {
            if (replaces(&image->sector[k], s)) {
                s->state = IMAGE_REPLACED;
            }
        }
        image->open += s->state == IMAGE_OPEN;
    }
}

/* Two that claim the same place, or speak of different logs. */
static void compare_sectors(struct image *image, const struct image_sector *s,
        const struct image_sector *other)
{
    if (s->once != other->once || s->cell != other->cell) {
        damage_add(image, other->off, "1",
                "another kind of log than in the sector at 0x%X", (unsigned)s->off);
    }
    if (s->state == IMAGE_OPEN && other->state == IMAGE_OPEN &&
            s->sequence == other->sequence) {
        damage_add(image, other->off, "2", "the same sequence as the sector at 0x%X",
                (unsigned)s->off);
    }
}

static void judge_sectors(struct image *image)
{
    for (unsigned i = 0; i < image->sectors; i++) {
        const struct image_sector *s = &image->sector[i];
        if (s->state == IMAGE_FOREIGN) {
            damage_add(
                    image, s->off, "2", "format version %u, not %d", s->version, VERSION);
        }
        if (s->state == IMAGE_OPEN && (s->sequence == 0 || s->age > s->sequence)) {
            damage_add(image, s->off, "2", "sequence %u with age %u cannot be",
                    (unsigned)s->sequence, (unsigned)s->age);
        }
        for (unsigned k = i + 1; s->known && k < image->sectors; k++) {
            if (image->sector[k].known) {
                compare_sectors(image, s, &image->sector[k]);
            }
        }
    }
}

void sectors_read(const struct image_medium *m, struct image *image)
{
    for (unsigned i = 0; i < image->sectors; i++) {
        struct image_sector *s = &image->sector[i];
        s->off = m->sector[i].off;
        s->len = m->sector[i].len;
        s->state = IMAGE_DIRTY;
        switch (header_read(m, s->off, s)) {
        case HEADER_GOOD:
            s->known = true;
            s->state = state_of(m, s);
            break;
        case HEADER_FOREIGN: s->state = IMAGE_FOREIGN; break;
        case HEADER_NONE:
        default: break;
        }
    }
    find_replaced(image);
    judge_sectors(image);
}
