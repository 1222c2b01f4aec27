/* SPDX-License-Identifier: MIT */
#include "support/kv_canonical.h"

#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "support/maker.h"

enum {
    SECTORS = 8,
    BYTES = 4096,
    A_LEN = 12,
    B_LEN = 16,
    WORD = 4,
    OPEN = 1,
    SIZED = 2,
    KEEP = 4,
    DROP = 8, /* bits of a word */
    CODE_RUNNING = 61,
    ONCE_KEEP = 0x4B
};
#define PLAIN_VOID (~(uint32_t)OPEN)

struct canon {
    struct explore_machine *m;
    /* As if erased were ones (SPEC 1): */
    uint8_t data[BYTES];  /* unstable bits as ones */
    uint8_t zeros[BYTES]; /* and as zeros */
    uint8_t loose[BYTES];
    uint8_t flip; /* what turns these into the machine's bytes, and back */
    struct image_place place[SECTORS];
    unsigned sectors;
    uint32_t size;
    const struct image *image;
    uint32_t known[2 * SECTORS]; /* sequences and ranks, ascending, each once */
    unsigned n;
};

/* ---- bytes ------------------------------------------------------------------------- */

static bool stable(const struct canon *c, uint32_t off, uint32_t len)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < len; i++) {
        any |= c->loose[off + i];
    }
    return any == 0;
}

static void put(struct canon *c, uint32_t off, const uint8_t *bytes, uint32_t len)
{
    if (memcmp(bytes, c->data + off, len) == 0 && stable(c, off, len)) {
        return;
    }
    uint8_t cells[BYTES];
    for (uint32_t i = 0; i < len; i++) {
        cells[i] = bytes[i] ^ c->flip;
    }
    c->m->ops->poke(c->m, off, cells, len);
    memcpy(c->data + off, bytes, len);
    memcpy(c->zeros + off, bytes, len);
    memset(c->loose + off, 0, len);
}

static void fill(struct canon *c, uint32_t off, uint32_t end, uint8_t byte)
{
    uint8_t bytes[BYTES];
    if (off < end) {
        memset(bytes, byte, end - off);
        put(c, off, bytes, end - off);
    }
}

static void wipe(struct canon *c, uint32_t off, uint32_t end)
{
    fill(c, off, end, 0);
}

static void put32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> i * 8);
    }
}

static uint32_t get32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_word(struct canon *c, uint32_t off, uint32_t word)
{
    uint8_t bytes[WORD];
    put32(bytes, word);
    put(c, off, bytes, WORD);
}

/* Of a sector with a valid A: where B begins (SPEC 2). */
static uint32_t b_of(const struct image_sector *s)
{
    return s->off + s->log - (B_LEN + s->cell - 1u) / s->cell * s->cell;
}

/* ---- what follows what --------------------------------------------------------------- */

static const struct image_record *at(const struct canon *c, uint32_t index)
{
    return &c->image->record[index];
}

static bool in_same_log(const struct canon *c, uint32_t a, uint32_t b)
{
    return b < c->image->records && at(c, a)->sector == at(c, b)->sector &&
           at(c, a)->copy == at(c, b)->copy;
}

/* Marks and things: records with one verdict in common. */
static bool in_same_thing(const struct canon *c, uint32_t a, uint32_t b)
{
    return in_same_log(c, a, b) && at(c, a)->fate != IMAGE_MARK &&
           at(c, b)->fate != IMAGE_MARK && at(c, a)->thing == at(c, b)->thing;
}

/* The first entry of its log behind index and what is one thing with it that is
 * no mark; its number of records if there is none. */
static uint32_t next_thing(const struct canon *c, uint32_t index)
{
    uint32_t i = index + 1;
    while (in_same_thing(c, index, i) ||
            (in_same_log(c, index, i) && at(c, i)->fate == IMAGE_MARK)) {
        i++;
    }
    return in_same_log(c, index, i) ? i : c->image->records;
}

static bool is_last(const struct canon *c, uint32_t index)
{
    return next_thing(c, index) == c->image->records;
}

/* ---- is it certain? ------------------------------------------------------------------ */

static bool same_sector(const struct image_sector *a, const struct image_sector *b)
{
    return a->state == b->state && a->known == b->known && a->placed == b->placed &&
           a->sequence == b->sequence && a->age == b->age &&
           a->copies_end == b->copies_end && a->decided == b->decided;
}

static bool same_record(const struct image_record *a, const struct image_record *b)
{
    return a->off == b->off && a->len == b->len && a->kind == b->kind &&
           a->fate == b->fate && a->final == b->final;
}

static struct image *read_as(const struct canon *c, const uint8_t *bytes)
{
    const struct image_medium medium = {
            .bytes = bytes, .size = c->size, .sector = c->place, .sectors = c->sectors};
    struct image *image = image_read(&medium);
    if (image == NULL) {
        abort();
    }
    return image;
}

static bool reads_the_same(const struct canon *c)
{
    struct image *other = read_as(c, c->zeros);
    bool same = c->image->records == other->records;
    for (unsigned i = 0; i < c->sectors && same; i++) {
        same = same_sector(&c->image->sector[i], &other->sector[i]);
    }
    for (uint32_t i = 0; i < c->image->records && same; i++) {
        same = same_record(at(c, i), &other->record[i]);
    }
    image_drop(other);
    return same;
}

/* Bits that a word of this kind has cleared and not cleared, however its other
 * bits read. A stump only where nobody asks what it claims. */
static bool is_sure_mark(const struct canon *c, enum image_kind kind, uint32_t off)
{
    uint32_t ones = get32(c->zeros + off);  /* surely */
    uint32_t zeros = ~get32(c->data + off); /* surely */
    if ((ones & SIZED) == 0) {
        return false;
    }
    if (kind == IMAGE_VOID) {
        return (zeros & OPEN) != 0;
    }
    if (kind == IMAGE_KEEP) {
        return (ones & OPEN) != 0 && (zeros & KEEP) != 0;
    }
    if (kind == IMAGE_DROP) {
        return (ones & OPEN) != 0 && (ones & KEEP) != 0 && (zeros & DROP) != 0;
    }
    return (ones & OPEN) != 0 && (ones & KEEP) != 0 && (ones & DROP) != 0 && zeros != 0;
}

static uint32_t word_of(enum image_kind kind)
{
    return kind == IMAGE_KEEP   ? ~(uint32_t)KEEP
           : kind == IMAGE_DROP ? ~(uint32_t)DROP
                                : PLAIN_VOID;
}

/* Marks lose the unstable bits that they can do without. */
static void firm_marks(struct canon *c)
{
    for (uint32_t i = 0; i < c->image->records; i++) {
        const struct image_record *r = at(c, i);
        const struct image_sector *s = &c->image->sector[r->sector];
        bool word = r->fate == IMAGE_MARK || (r->kind == IMAGE_STUMP && !is_last(c, i));
        if (!word || s->state != IMAGE_OPEN || s->once) {
            continue;
        }
        for (uint32_t off = r->off; off < r->off + r->len; off += WORD) {
            if (!stable(c, off, WORD) && is_sure_mark(c, r->kind, off)) {
                put_word(c, off, word_of(r->kind));
            }
        }
    }
}

/* Nothing that counts in it can read in two ways. */
static bool sure(const struct canon *c, const struct image_sector *s)
{
    if (!s->known) {
        return true;
    }
    return stable(c, s->off, s->placed ? s->len : s->log);
}

static bool all_sure(const struct canon *c)
{
    bool good = c->image->damaged == 0;
    for (unsigned i = 0; i < c->sectors && good; i++) {
        good = sure(c, &c->image->sector[i]);
    }
    return good;
}

/* ---- numbers ------------------------------------------------------------------------- */

/* A draft that has been decided against holds nothing, B included. */
static bool is_placed(const struct image_sector *s)
{
    return s->placed && !(s->state == IMAGE_DRAFT && s->decided);
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
    for (unsigned i = 0; i < c->sectors; i++) {
        const struct image_sector *s = &c->image->sector[i];
        if (s->known && is_placed(s)) {
            learn(c, s->sequence);
            learn(c, s->sequence - s->age);
        }
    }
}

/* Its erase count and, where all are certain, its sequence. */
static void rewrite(struct canon *c, const struct image_sector *s, bool renumber)
{
    uint8_t a[A_LEN];
    uint8_t b[B_LEN];
    memcpy(a, c->data + s->off, A_LEN);
    memcpy(b, c->data + b_of(s), B_LEN);
    put32(a + 4, 1);
    put32(a + 8, maker_sum(UINT32_MAX, a, 8));
    put(c, s->off, a, A_LEN);
    if (!s->placed) {
        return;
    }
    if (renumber && is_placed(s)) {
        uint32_t sequence = place_of(c, s->sequence);
        uint32_t age = sequence - place_of(c, s->sequence - s->age);
        put32(b + 4, sequence); /* there are not so many that an age has 16 bits */
        b[8] = (uint8_t)age;
        b[9] = (uint8_t)(age >> 8);
    }
    put32(b + 12, maker_sum(UINT32_MAX, b + 4, 8));
    put(c, b_of(s), b, B_LEN);
}

/* ---- sectors without data ------------------------------------------------------------- */

/* Opened for good: in its rest there is something else, so nobody looks behind. */
static void wipe_replaced(struct canon *c, const struct image_sector *s)
{
    uint32_t rest = s->off + s->copies_end;
    wipe(c, s->off + s->log, s->off + s->len);
    if (s->once) {
        uint32_t end = rest + 2u * s->cell;
        fill(c, rest, end < s->off + s->len ? end : s->off + s->len, ONCE_KEEP);
    } else {
        put_word(c, b_of(s), ~(uint32_t)(OPEN | SIZED));
    }
}

/* Of what is no header all that matters is whether its last word is 0 or erased. */
static void wipe_no_header(struct canon *c, const struct image_sector *s)
{
    uint32_t last = get32(c->data + s->off + 2 * WORD);
    if (!stable(c, s->off, A_LEN)) {
        wipe(c, s->off + A_LEN, s->off + s->len);
        return;
    }
    wipe(c, s->off, s->off + 2 * WORD);
    put_word(c, s->off + 2 * WORD, last + 1 < 2 ? last : 0x01010101);
    wipe(c, s->off + A_LEN, s->off + s->len);
}

/* B that holds nothing, and is not committed; and all behind it. */
static void wipe_b(struct canon *c, const struct image_sector *s)
{
    uint32_t end = s->off + s->len;
    wipe(c, s->log == 0 ? end : b_of(s), end);
    if (s->log != 0 && !s->once) {
        put_word(c, b_of(s), OPEN);
    }
}

/* All but what says that it holds no data, and what a start does about that. */
static void wipe_sector(struct canon *c, const struct image_sector *s)
{
    if (s->state == IMAGE_DIRTY && s->known) {
        wipe_b(c, s);
    } else if (s->state == IMAGE_DIRTY) {
        wipe_no_header(c, s);
    } else if (s->state == IMAGE_REPLACED && s->decided) {
        wipe_replaced(c, s);
    } else if (s->state == IMAGE_DRAFT && !is_placed(s)) {
        wipe_b(c, s);
    } else if (s->state == IMAGE_DRAFT || s->state == IMAGE_REPLACED) {
        wipe(c, s->off + s->log, s->off + s->copies_end);
    }
}

/* ---- things that are followed by others ------------------------------------------------ */

/* Fill with marks that say nothing. */
static void fill_void(
        struct canon *c, const struct image_sector *s, uint32_t off, uint32_t end)
{
    if (s->once) {
        wipe(c, off, end);
        return;
    }
    for (; off < end; off += WORD) {
        put_word(c, off, PLAIN_VOID);
    }
}

/* The marks from off to end are on what counts, and another thing follows: a word
 * of a plain log says by itself that it is committed, a group by one KEEP. */
static void plain_marks(
        struct canon *c, const struct image_sector *s, uint32_t off, uint32_t end)
{
    fill_void(c, s, off, end);
    if (s->once && off < end) {
        fill(c, off, off + s->cell, ONCE_KEEP);
    }
}

static bool has_current(const struct canon *c, uint32_t index)
{
    for (uint32_t i = index; i == index || in_same_thing(c, index, i); i++) {
        if (at(c, i)->fate == IMAGE_CURRENT && at(c, i)->kind != IMAGE_BATCH) {
            return true;
        }
    }
    return false;
}

/* The end of the thing's own bytes. */
static uint32_t end_of(const struct canon *c, uint32_t index)
{
    uint32_t end = at(c, index)->off + at(c, index)->len;
    for (uint32_t i = index + 1; in_same_thing(c, index, i); i++) {
        uint32_t other = at(c, i)->off + at(c, i)->len;
        end = other > end ? other : end;
    }
    return end;
}

/* Of the rest of an open sector; the next thing begins at `next`. */
static void make_plain_thing(struct canon *c, uint32_t index, uint32_t next)
{
    const struct image_record *r = at(c, index);
    const struct image_sector *s = &c->image->sector[r->sector];
    if (!has_current(c, index)) {
        fill_void(c, s, r->off, next);
        return;
    }
    if (!s->once) {
        put_word(c, r->off, get32(c->data + r->off) & ~(uint32_t)OPEN);
    }
    plain_marks(c, s, end_of(c, index), next);
}

/* The marks on the sector itself, before the first thing of its rest. */
static void make_plain_opening(struct canon *c, uint32_t index, uint32_t next)
{
    const struct image_sector *s = &c->image->sector[at(c, index)->sector];
    if (!s->once) {
        put_word(c, b_of(s), ~(uint32_t)(OPEN | SIZED));
    }
    plain_marks(c, s, s->off + s->copies_end, next);
}

/* Marks that decide nothing yet, from off to end: what counts is whether there are
 * any, the verdict that came last, and whether it was the last mark. */
static void make_open_marks(struct canon *c, const struct image_sector *s, uint32_t off)
{
    uint32_t end = off;
    uint32_t verdict = PLAIN_VOID;
    uint32_t word = 0;
    for (; end < s->off + s->len; end += WORD) {
        uint32_t next = get32(c->data + end);
        bool mark =
                next == PLAIN_VOID || next == ~(uint32_t)KEEP || next == ~(uint32_t)DROP;
        if (!mark) {
            break;
        }
        word = next;
        verdict = word == PLAIN_VOID ? verdict : word;
    }
    if (end - off >= 2 * WORD && verdict != PLAIN_VOID) {
        uint32_t at = word == PLAIN_VOID ? end - 2 * WORD : end - WORD;
        if (at > off) {
            fill_void(c, s, off, end);
            put_word(c, at, verdict);
        }
    }
}

/* Where the marks begin of the last thing before `index` that counts; of the sector
 * if there is none. */
static uint32_t marks_before(struct canon *c, uint32_t index)
{
    const struct image_sector *s = &c->image->sector[at(c, index)->sector];
    for (uint32_t i = index; i > 0 && in_same_log(c, i - 1, index); i--) {
        if (at(c, i - 1)->fate != IMAGE_MARK && has_current(c, i - 1)) {
            return end_of(c, i - 1);
        }
    }
    put_word(c, b_of(s), ~(uint32_t)(OPEN | SIZED));
    return s->off + s->copies_end;
}

/* The last thing of a settled plain log: what is left is the last one that counts,
 * settled by one KEEP, and where the log ends. */
static void make_plain_end(struct canon *c, uint32_t index)
{
    const struct image_record *r = at(c, index);
    const struct image_sector *s = &c->image->sector[r->sector];
    uint32_t marks = end_of(c, index);
    if (has_current(c, index)) {
        put_word(c, r->off, get32(c->data + r->off) & ~(uint32_t)OPEN);
    } else {
        fill_void(c, s, r->off, marks);
        marks = marks_before(c, index);
    }
    fill_void(c, s, marks, s->off + s->end);
    put_word(c, marks, ~(uint32_t)KEEP);
}

/* ---- records that must stay records ----------------------------------------------------- */

static bool replaces(enum image_kind kind)
{
    return kind == IMAGE_VALUE || kind == IMAGE_COUNTER || kind == IMAGE_DELETION;
}

/* SPEC 2.2 */
static bool is_later(const struct image_record *a, const struct image_record *b)
{
    if (a->rank != b->rank) {
        return a->rank > b->rank;
    }
    return a->copy != b->copy ? b->copy : a->off > b->off;
}

/* The lowest id that is still replaced behind this record. */
static uint16_t replaced_id(const struct canon *c, const struct image_record *r)
{
    uint16_t id = r->id;
    for (uint32_t i = 0; i < c->image->records; i++) {
        const struct image_record *o = at(c, i);
        if (o->fate == IMAGE_CURRENT && replaces(o->kind) && is_later(o, r) &&
                o->id < id) {
            id = o->id;
        }
    }
    return id;
}

/* The same record, as long, of zeros and of that id. */
static void make_zeros(struct canon *c, const struct image_record *r)
{
    static const uint8_t zeros[256];
    uint32_t word = get32(c->data + r->off);
    uint32_t code = word >> 14 & 0x3F;
    if (r->fate != IMAGE_SUPERSEDED || code > CODE_RUNNING || !replaces(r->kind)) {
        return; /* long records stay as they are */
    }
    uint32_t id = replaced_id(c, r);
    const uint8_t head[3] = {(uint8_t)id, (uint8_t)(id >> 8 | code << 2), 0};
    uint32_t summed = code == CODE_RUNNING ? WORD : r->len - WORD;
    uint32_t sum = maker_sum10(maker_sum10(0x3FF, head, 3), zeros, summed);
    put_word(c, r->off, sum << 22 | code << 14 | id << 4 | (word & 0xF));
    wipe(c, r->off + WORD, r->off + r->len);
}

static void make_record(struct canon *c, uint32_t index)
{
    const struct image_record *r = at(c, index);
    bool dead = r->fate == IMAGE_TORN || r->fate == IMAGE_DROPPED;
    if (dead && !r->member) {
        wipe(c, r->off + WORD, r->off + r->len);
    } else if (!dead) {
        make_zeros(c, r);
    }
}

/* ---- all --------------------------------------------------------------------------------- */

static void make_open(struct canon *c, uint32_t index)
{
    const struct image_record *r = at(c, index);
    const struct image_sector *s = &c->image->sector[r->sector];
    bool first = index == 0 || !in_same_log(c, index, index - 1);
    if (s->state != IMAGE_OPEN) {
        return;
    }
    uint32_t next = next_thing(c, index);
    uint32_t begin = next < c->image->records ? at(c, next)->off : 0;
    bool thing =
            r->fate != IMAGE_MARK && !(index > 0 && in_same_thing(c, index - 1, index));
    if (!r->copy && first && r->fate == IMAGE_MARK && begin != 0) {
        make_plain_opening(c, index, begin);
    } else if (!r->copy && first && r->fate != IMAGE_MARK) {
        make_plain_opening(c, index, r->off);
    }
    if (!s->once && r->fate != IMAGE_MARK) {
        make_record(c, index);
    }
    if (!r->copy && thing && begin != 0) {
        make_plain_thing(c, index, begin);
    } else if (!r->copy && thing && !s->once && r->final && !r->running) {
        make_plain_end(c, index);
    } else if (!r->copy && thing && !s->once && !r->final) {
        make_open_marks(c, s, end_of(c, index));
    }
}

/* All sectors' contents, and their sequences. */
static void make_equal(struct canon *c)
{
    for (unsigned i = 0; i < c->sectors; i++) {
        const struct image_sector *s = &c->image->sector[i];
        wipe_sector(c, s);
        if (s->placed && !s->decided && !s->once) {
            make_open_marks(c, s, s->off + s->copies_end);
        }
    }
    for (uint32_t i = 0; i < c->image->records; i++) {
        make_open(c, i);
    }
}

static void take_bytes(struct canon *c, const uint32_t *sector)
{
    c->n = 0;
    c->size = 0;
    for (c->sectors = 0; c->sectors < SECTORS && sector[c->sectors] != 0; c->sectors++) {
        c->place[c->sectors] = (struct image_place){c->size, sector[c->sectors]};
        c->size += sector[c->sectors];
    }
    if (c->size > BYTES) {
        abort();
    }
    c->m->ops->peek(c->m, 0, c->data, c->loose, c->size);
    for (uint32_t i = 0; i < c->size; i++) {
        c->data[i] = (c->data[i] ^ c->flip) | c->loose[i];
        c->zeros[i] = c->data[i] & (uint8_t)~c->loose[i];
    }
}

void kv_canonical(struct explore_machine *m, const uint32_t *sector, bool erased_is_zero)
{
    static _Thread_local struct canon c; /* too big for a stack */
    c.m = m;
    c.flip = erased_is_zero ? 0xFF : 0;
    take_bytes(&c, sector);
    struct image *image = read_as(&c, c.data);
    c.image = image;
    bool same = reads_the_same(&c);
    if (same) {
        firm_marks(&c);
    }
    bool renumber = same && all_sure(&c);
    learn_all(&c);
    for (unsigned i = 0; i < c.sectors; i++) {
        const struct image_sector *s = &image->sector[i];
        if (s->known && stable(&c, s->off, s->log)) {
            rewrite(&c, s, renumber);
        }
    }
    if (renumber) {
        make_equal(&c);
    }
    image_drop(image);
}
