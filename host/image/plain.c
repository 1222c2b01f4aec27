/* plain.c - SPEC 3: the log of words whose bits may be cleared one by one.
 *
 *     31 ... crc ... 21 | spare 19 | 18 code 13 | 12 ... id ... 3 | ITEM | KEEP | OPEN
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "image/image_priv.h"

enum {
    WORD = 4,
    OPEN = 1,
    KEEP = 2,
    ITEM = 4,
    CODE_COUNTER = 59,
    CODE_DELETION = 60,
    CODE_RUNNING = 61,
    CODE_BATCH = 62,
    CODE_LONG = 63,
    LONG_VALUE = 0,
    LONG_NAME = 1,
    LONG_DELETION = 2,
    TICKS = 24 /* bytes */
};

struct first {
    uint32_t word;
    uint16_t id, sum;
    uint8_t code, spare;
};

static struct first first_of(uint32_t word)
{
    return (struct first){.word = word,
            .id = (uint16_t)(word >> 3 & 0x3FF),
            .code = (uint8_t)(word >> 13 & 0x3F),
            .spare = (uint8_t)(word >> 19 & 3),
            .sum = (uint16_t)(word >> 21)};
}

static uint32_t padded(uint32_t len)
{
    return (len + WORD - 1) / WORD * WORD;
}

/* Bytes behind the first word; UINT32_MAX: more than there are. */
static uint32_t tail_of(
        const struct image_medium *m, struct first f, uint32_t off, uint32_t left)
{
    switch (f.code) {
    case CODE_COUNTER: return WORD;
    case CODE_DELETION:
    case CODE_BATCH: return 0;
    case CODE_RUNNING: return WORD + TICKS;
    case CODE_LONG:
        if (left < 3 * WORD) {
            return UINT32_MAX;
        }
        return 2 * WORD + padded(get_word(m, off + WORD) >> 16);
    default: return f.code == 0 && f.spare ? UINT32_MAX : (uint32_t)f.code * WORD;
    }
}

/* ---- what a record says -------------------------------------------------------------- */

static uint16_t sum_first(struct first f)
{
    const uint8_t bytes[3] = {(uint8_t)(f.word >> 3), (uint8_t)(f.word >> 11), f.spare};
    return sum11(SUM11_START, bytes, sizeof(bytes));
}

static uint8_t *take_bytes(const struct image_medium *m, struct image *image,
        struct image_record *r, uint32_t off, uint32_t len)
{
    uint8_t *to = bytes_add(image, len);
    if (to != NULL && len > 0) {
        memcpy(to, m->bytes + off, len);
    }
    r->bytes = to;
    r->bytes_len = to == NULL ? 0 : len;
    return to;
}

static void read_value(const struct image_medium *m, struct image *image,
        struct image_record *r, struct first f)
{
    r->kind = IMAGE_VALUE;
    uint32_t len = (uint32_t)f.code * WORD - f.spare;
    const uint8_t *value = take_bytes(m, image, r, r->off + WORD, len);
    r->sum_wrong = value == NULL || f.sum != sum11(sum_first(f), value, len);
}

/* Zero bits before the first one, from bit 0 of the first byte. */
static uint32_t count_ticks(const uint8_t ticks[TICKS])
{
    uint32_t n = 0;
    while (n < TICKS * 8 && ((uint32_t)ticks[n / 8] >> n % 8 & 1u) == 0) {
        n++;
    }
    return n;
}

static void read_counter(
        const struct image_medium *m, struct image_record *r, struct first f)
{
    const uint8_t *base = m->bytes + r->off + WORD;
    r->kind = IMAGE_COUNTER;
    r->count = little32(base);
    r->sum_wrong = f.sum != sum11(sum_first(f), base, WORD);
    if (f.code == CODE_RUNNING) {
        uint8_t ticks[TICKS];
        get_plain(m, r->off + 2 * WORD, ticks, TICKS);
        r->running = true;
        r->count += count_ticks(ticks);
    }
}

static enum image_kind kind_of_long(uint16_t kind)
{
    switch (kind) {
    case LONG_VALUE: return IMAGE_VALUE;
    case LONG_NAME: return IMAGE_NAME;
    case LONG_DELETION: return IMAGE_DELETION;
    default: return IMAGE_STRANGE;
    }
}

static void read_long(const struct image_medium *m, struct image *image,
        struct image_record *r, struct first f)
{
    uint8_t words[2 * WORD];
    get_plain(m, r->off + WORD, words, sizeof(words));
    uint16_t len = little16(words + 2);
    r->id = little16(words);
    r->kind = kind_of_long(f.id);
    const uint8_t *bytes = take_bytes(m, image, r, r->off + 3 * WORD, len);
    const uint8_t head[5] = {(uint8_t)f.id, words[0], words[1], words[2], words[3]};
    uint32_t sum = sum32(SUM32_START, head, sizeof(head));
    r->sum_wrong = bytes == NULL || f.sum != sum11(sum_first(f), words, sizeof(words)) ||
                   sum32(sum, bytes, len) != little32(words + WORD);
}

static void read_record(const struct image_medium *m, struct image *image,
        struct image_record *r, struct first f)
{
    r->id = f.id;
    switch (f.code) {
    case CODE_COUNTER:
    case CODE_RUNNING: read_counter(m, r, f); break;
    case CODE_DELETION:
        r->kind = IMAGE_DELETION;
        r->sum_wrong = f.sum != sum_first(f);
        break;
    case CODE_BATCH:
        r->kind = IMAGE_BATCH;
        r->count = f.id;
        r->sum_wrong = f.sum != sum_first(f);
        break;
    case CODE_LONG: read_long(m, image, r, f); break;
    default: read_value(m, image, r, f);
    }
}

/* ---- the log ------------------------------------------------------------------------------ */

/* The item before this one, if it is a record: items follow each other without
 * a gap. */
static struct image_record *record_before(struct image *image, const struct segment *g)
{
    if (image->records == g->first) {
        return NULL;
    }
    struct image_record *r = &image->record[image->records - 1];
    return r->fate != IMAGE_MARK ? r : NULL;
}

static void read_kill(struct image *image, const struct segment *g, uint32_t off)
{
    struct image_record *r = record_before(image, g);
    if (r != NULL) {
        r->fate = IMAGE_VOID;
        r->alive = false;
    }
    mark_add(image, g, IMAGE_KILL, off, WORD);
}

/* A word that begins a record which is not there: it does not fit. */
static uint32_t read_stump(
        struct image *image, const struct segment *g, struct first f, uint32_t off)
{
    /* What lies behind a torn long record's first word is torn, too. */
    bool longer = f.code == CODE_LONG && g->limit - off > 3 * WORD;
    uint32_t len = longer ? 3 * WORD : WORD;
    struct image_record *r = record_add(image, g, off);
    if (r != NULL) {
        r->len = len;
        r->kind = IMAGE_STRANGE;
        r->fate = IMAGE_TORN;
        r->sum_wrong = true;
        r->id = f.id;
    }
    if ((f.word & OPEN) == 0 && g->counts) {
        damage_add(image, off, "3.2", "a record reaches beyond the end of its segment");
    }
    return len;
}

/* Bytes of the item at off. */
static uint32_t read_item(const struct image_medium *m, struct image *image,
        const struct segment *g, uint32_t off)
{
    struct first f = first_of(get_word(m, off));
    if ((f.word & ITEM) == 0 || !all_readable(m, off, WORD)) {
        mark_add(image, g, IMAGE_PAD, off, WORD);
        return WORD;
    }
    if ((f.word & KEEP) == 0) {
        read_kill(image, g, off);
        return WORD;
    }
    uint32_t left = g->limit - off;
    uint32_t tail = tail_of(m, f, off, left);
    if (tail > left - WORD) {
        return read_stump(image, g, f, off);
    }
    struct image_record *r = record_add(image, g, off);
    if (r == NULL) {
        return left;
    }
    r->len = WORD + tail;
    r->alive = (f.word & OPEN) == 0;
    r->fate = r->alive ? IMAGE_CURRENT : IMAGE_TORN;
    read_record(m, image, r, f);
    return r->len;
}

/* ---- batches --------------------------------------------------------------------------------- */

static bool is_member(const struct image_record *r, const struct image_record *next)
{
    return r->fate == IMAGE_TORN && r->off + r->len == next->off;
}

/* The batch at index makes alive what it has of members directly before it. */
static void apply_batch(struct image *image, const struct segment *g, uint32_t index)
{
    struct image_record *at = image->record;
    uint32_t n = 0;
    while (n < at[index].count && index - n > g->first &&
            is_member(&at[index - n - 1], &at[index - n])) {
        n++;
    }
    if (g->counts && (n < at[index].count || at[index].sum_wrong)) {
        damage_add(image, at[index].off, "3.3", "a batch of %u with %u members",
                (unsigned)at[index].count, (unsigned)n);
    }
    for (uint32_t i = index - n; i < index; i++) {
        at[i].alive = true;
        at[i].fate = IMAGE_CURRENT;
    }
}

static bool is_settled(const struct image *image, const struct segment *g)
{
    for (uint32_t i = g->first; i < g->first + g->n; i++) {
        if (image->record[i].fate == IMAGE_TORN || image->record[i].fate == IMAGE_VOID) {
            return false;
        }
    }
    return g->n > 0 && image->record[g->first + g->n - 1].kind == IMAGE_PAD;
}

void plain_read(const struct image_medium *m, struct image *image, struct segment *g)
{
    struct image_sector *s = &image->sector[g->sector];
    uint32_t off = g->begin;
    g->first = image->records;
    while (off < g->limit && g->limit - off >= WORD && !all_erased(m, off, WORD)) {
        off += read_item(m, image, g, off);
    }
    g->n = image->records - g->first;
    for (uint32_t i = g->first; i < g->first + g->n; i++) {
        if (image->record[i].kind == IMAGE_BATCH && image->record[i].alive) {
            apply_batch(image, g, i);
        }
    }
    if (!g->copy) {
        s->end = off - s->off;
        s->settled = is_settled(image, g);
    }
}
