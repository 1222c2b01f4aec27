/* sector.c - SPEC 2: sector headers, and which sectors hold data.
 *
 *     A | CLEAN | USED | B | log ... copies end: marks ...
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "image/image_priv.h"

enum {
    MAGIC = 0x7E45,
    A_LEN = HEADER_LEN,
    B_SUM = 12,
    PLAIN_CELL = 4,
    ONCE_CELL_MIN = 8,
    ONCE_CELL_MAX = 32,
    ONCE = 8,
    RESERVED = 0xF0, /* of the shape */
    SEQUENCE_MAX = 0xFFFFFF
};

struct rows header_rows(const struct image_sector *s)
{
    uint32_t cell = s->cell;
    struct rows r;
    r.clean = (A_LEN + cell - 1) / cell * cell;
    r.used = r.clean + cell;
    r.b = r.used + cell;
    r.log = r.b + (B_LEN + cell - 1) / cell * cell;
    return r;
}

uint32_t header_word(const struct image_medium *m, const struct image_sector *s)
{
    return get_word(m, s->off + header_rows(s).b);
}

/* What A of such a sector begins with, and B, if it is one of a once log. */
static uint32_t stamp_of(const struct image_sector *s)
{
    uint32_t shape = s->once ? ONCE : 0;
    for (unsigned cell = s->cell; cell > 1; cell /= 2) {
        shape++;
    }
    return MAGIC | (uint32_t)IMAGE_VERSION << 16 | shape << 24;
}

static enum header read_a(
        const struct image_medium *m, uint32_t off, struct image_sector *s)
{
    const uint8_t *a = m->bytes + off;
    if (m->size - off < A_LEN || !all_readable(m, off, A_LEN)) {
        return HEADER_NONE;
    }
    if (little16(a) != MAGIC || little32(a + 8) != sum32(SUM32_START, a, 8)) {
        return HEADER_NONE;
    }
    s->version = a[2];
    if (s->version != IMAGE_VERSION) {
        return HEADER_FOREIGN;
    }
    uint8_t shape = a[3];
    s->once = (shape & ONCE) != 0;
    s->cell = (uint8_t)(1u << (shape & 7u));
    s->erases = little32(a + 4);
    bool fits = s->once ? s->cell >= ONCE_CELL_MIN && s->cell <= ONCE_CELL_MAX
                        : s->cell == PLAIN_CELL;
    return (shape & RESERVED) == 0 && fits ? HEADER_GOOD : HEADER_NONE;
}

/* B of a once log says itself what it is of, for what has been opened. */
static bool speaks_for_itself(
        const struct image_medium *m, uint32_t off, struct image_sector *s)
{
    s->off = off;
    s->once = true;
    s->version = IMAGE_VERSION;
    for (s->cell = ONCE_CELL_MIN; s->cell <= ONCE_CELL_MAX; s->cell *= 2) {
        header_place(m, s);
        if (s->placed && header_word(m, s) == stamp_of(s)) {
            return true;
        }
    }
    s->once = s->placed = false;
    s->cell = s->version = 0;
    return false;
}

enum header header_read(
        const struct image_medium *m, uint32_t off, struct image_sector *s)
{
    enum header header = read_a(m, off, s);
    return header == HEADER_NONE && speaks_for_itself(m, off, s) ? HEADER_B : header;
}

bool header_b(struct image_sector *s, const uint8_t *b)
{
    uint32_t sum = sum32(SUM32_START, b + B_FIELDS, B_SUM - B_FIELDS);
    if (little32(b + B_SUM) != sum) {
        return false;
    }
    s->sequence = little32(b + B_FIELDS) & SEQUENCE_MAX;
    s->age = little16(b + B_FIELDS + 4) | (uint32_t)b[B_FIELDS + 3] << 16;
    s->copies_end = (uint32_t)little16(b + B_FIELDS + 6) * s->cell;
    return true;
}

void header_place(const struct image_medium *m, struct image_sector *s)
{
    struct rows r = header_rows(s);
    s->log = r.log;
    s->placed = false;
    if (m->size - s->off < r.log || !all_readable(m, s->off + r.b, B_LEN)) {
        return;
    }
    s->placed = header_b(s, m->bytes + s->off + r.b);
}

struct verdict sector_verdict(const struct image_medium *m, const struct image_sector *s)
{
    if (s->once) {
        return once_verdict(m, s, s->off + s->copies_end);
    }
    bool own_say = (header_word(m, s) & B_OPEN) == 0;
    return plain_verdict(m, s->off + s->copies_end, s->off + s->len, own_say);
}

enum image_state sector_state(const struct image_medium *m, struct image_sector *s)
{
    struct rows r = header_rows(s);
    if (s->len <= r.log) {
        return IMAGE_DIRTY;
    }
    s->log = r.log;
    if (all_erased(m, s->off + r.used, s->cell)) {
        bool clean = !all_erased(m, s->off + r.clean, s->cell) &&
                     (!s->once || all_erased(m, s->off + r.used, s->len - r.used));
        return clean ? IMAGE_READY : IMAGE_DIRTY;
    }
    header_place(m, s);
    s->placed = s->placed && s->copies_end >= s->log && s->copies_end < s->len;
    if (!s->placed) {
        return IMAGE_DRAFT;
    }
    struct verdict v = sector_verdict(m, s);
    s->decided = v.final;
    return v.alive ? IMAGE_OPEN : IMAGE_DRAFT;
}

static bool replaces(const struct image_sector *newer, const struct image_sector *s)
{
    return newer != s && newer->age != 0 &&
           (newer->state == IMAGE_OPEN || newer->state == IMAGE_REPLACED) &&
           newer->sequence - newer->age == s->sequence;
}

static bool is_replaced(const struct image *image, const struct image_sector *s)
{
    bool replaced = false;
    for (unsigned i = 0; i < image->sectors; i++) {
        replaced = replaced || replaces(&image->sector[i], s);
    }
    return replaced;
}

static void find_replaced(struct image *image)
{
    for (unsigned i = 0; i < image->sectors; i++) {
        struct image_sector *s = &image->sector[i];
        if (s->state == IMAGE_OPEN && is_replaced(image, s)) {
            s->state = IMAGE_REPLACED;
        }
        image->open += s->state == IMAGE_OPEN;
    }
}

/* Sectors that have been open, and that a firmware does not know as such any more. */
static void find_lost(const struct image_medium *m, struct image *image)
{
    for (unsigned i = 0; i < image->sectors; i++) {
        struct image_sector *s = &image->sector[i];
        struct image_sector was = *s;
        uint32_t off;
        const char *text;
        if (!sector_lost(m, image, &was, &off, &text) || is_replaced(image, &was)) {
            continue;
        }
        damage_add(image, off, "2", "%s: what this sector holds is lost to a firmware",
                text);
        if (m->rescue && was.placed) {
            was.state = IMAGE_OPEN;
            *s = was;
        }
        s->lost = true;
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

/* What no open sector's header says. */
static void judge_open(
        const struct image_medium *m, struct image *image, const struct image_sector *s)
{
    uint32_t word = header_word(m, s) | (s->once ? 0 : B_OPEN | B_SIZED);
    bool good = word == UINT32_MAX || (s->once && word == stamp_of(s));
    if (s->sequence == 0 || s->age >= s->sequence) {
        damage_add(image, s->off, "2", "sequence %u with age %u cannot be",
                (unsigned)s->sequence, (unsigned)s->age);
    }
    if (!good) {
        damage_add(image, s->off + header_rows(s).b, "2",
                "the word of B has bits cleared that nobody clears");
    }
    if (s->age == 0 && s->copies_end != s->log) {
        damage_add(image, s->off, "2.2", "copies in a sector that replaces none");
    }
}

/* In a once log a cut erase may leave such a sector; in a plain log A is zeroed
 * before, so that nobody takes it for ready. */
static void judge_ready(
        const struct image_medium *m, struct image *image, const struct image_sector *s)
{
    struct rows r = header_rows(s);
    if (!s->once && !all_erased(m, s->off + r.b, s->len - r.b)) {
        damage_add(image, s->off, "5.4", "a ready sector that is not blank");
    }
}

static void judge_sectors(const struct image_medium *m, struct image *image)
{
    for (unsigned i = 0; i < image->sectors; i++) {
        const struct image_sector *s = &image->sector[i];
        if (s->state == IMAGE_FOREIGN) {
            damage_add(image, s->off, "2",
                    "a sector of format version %u; this reader knows version %d only",
                    s->version, IMAGE_VERSION);
        } else if (s->state == IMAGE_OPEN) {
            judge_open(m, image, s);
        } else if (s->state == IMAGE_READY) {
            judge_ready(m, image, s);
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
            s->state = sector_state(m, s);
            break;
        case HEADER_B:
            s->known = sector_state(m, s) == IMAGE_OPEN;
            s->state = s->known ? IMAGE_OPEN : IMAGE_DIRTY;
            break;
        case HEADER_FOREIGN: s->state = IMAGE_FOREIGN; break;
        case HEADER_NONE:
        default: break;
        }
    }
    find_lost(m, image);
    find_replaced(image);
    judge_sectors(m, image);
}
