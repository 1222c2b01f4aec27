/* plain.c - SPEC 3: the log of words whose bits may be cleared one by one.
 *
 *     31 ... crc ... 22 | spare 20 | 19 code 14 | 13 ... id ... 4 | DROP KEEP SIZED OPEN
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "image/image_priv.h"

enum {
    WORD = 4,
    OPEN = 1,
    SIZED = 2,
    KEEP = 4,
    DROP = 8,
    CODE_COUNTER = 59,
    CODE_DELETION = 60,
    CODE_RUNNING = 61,
    CODE_BATCH = 62,
    CODE_LONG = 63,
    LONG_VALUE = 0,
    LONG_NAME = 1,
    LONG_DELETION = 2,
    LONG_HEAD = 2 * WORD, /* id, kind, spare; CRC-32 */
    SHORT_IDS = 1023,
    LONG_IDS = 65535,
    TICKS = 24 /* bytes */
};

/* ---- words --------------------------------------------------------------------------- */

struct first {
    uint32_t word;
    uint16_t id, sum;
    uint8_t code, spare;
};

static struct first first_of(uint32_t word)
{
    return (struct first){.word = word,
            .id = (uint16_t)(word >> 4 & 0x3FF),
            .code = (uint8_t)(word >> 14 & 0x3F),
            .spare = (uint8_t)(word >> 20 & 3),
            .sum = (uint16_t)(word >> 22)};
}

enum what { ERASED, RECORD, TORN, MARK };

/* A word at the place of an item (SPEC 3.1); which mark, if it is one. */
static enum what look(const struct image_medium *m, uint32_t off, enum image_kind *mark)
{
    uint32_t word = get_word(m, off);
    *mark = IMAGE_VOID;
    if (!all_readable(m, off, WORD)) {
        return MARK;
    }
    if (word == UINT32_MAX) {
        return ERASED;
    }
    if ((word & SIZED) == 0) {
        return RECORD;
    }
    if ((word & OPEN) == 0) {
        return MARK;
    }
    if ((word & KEEP) != 0 && (word & DROP) != 0) {
        return TORN;
    }
    *mark = (word & KEEP) == 0 ? IMAGE_KEEP : IMAGE_DROP;
    return MARK;
}

/* Words behind a batch's or a long record's first. */
static uint32_t words_of(struct first f)
{
    return f.id + 1024u * f.spare;
}

/* Bytes behind the first word. */
static uint32_t tail_of(struct first f)
{
    switch (f.code) {
    case CODE_COUNTER: return WORD;
    case CODE_DELETION: return 0;
    case CODE_RUNNING: return WORD + TICKS;
    case CODE_BATCH:
    case CODE_LONG: return words_of(f) * WORD;
    default: return (uint32_t)f.code * WORD;
    }
}

struct verdict plain_verdict(
        const struct image_medium *m, uint32_t off, uint32_t end, bool own_say)
{
    struct verdict v = verdict_begin(own_say);
    enum image_kind mark;
    enum what what = MARK;
    for (; off < end && end - off >= WORD && what == MARK; off += WORD) {
        what = look(m, off, &mark);
        if (what == MARK) {
            verdict_mark(&v, mark);
        } else if (what != ERASED) {
            verdict_close(&v);
        }
    }
    return v;
}

/* ---- what a record says -------------------------------------------------------------- */

static uint16_t sum_first(struct first f)
{
    const uint8_t bytes[3] = {(uint8_t)(f.word >> 4), (uint8_t)(f.word >> 12), f.spare};
    return sum10(SUM10_START, bytes, sizeof(bytes));
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
    uint32_t len = f.code == 0 ? 0 : (uint32_t)f.code * WORD - f.spare;
    const uint8_t *value = take_bytes(m, image, r, r->off + WORD, len);
    r->sum_wrong = value == NULL || f.sum != sum10(sum_first(f), value, len);
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
    r->sum_wrong = f.sum != sum10(sum_first(f), base, WORD);
    if (f.code == CODE_RUNNING) {
        r->running = true;
        r->count += count_ticks(base + WORD);
    }
}

static enum image_kind kind_of_long(uint8_t kind)
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
    uint32_t room = words_of(f) * WORD;
    const uint8_t *head = m->bytes + r->off + WORD;
    r->sum_wrong = true;
    r->kind = IMAGE_STRANGE;
    if (room < LONG_HEAD) {
        return; /* it does not even say of which id it is */
    }
    r->id = little16(head);
    r->kind = kind_of_long(head[2]);
    uint32_t spare = head[3];
    room -= LONG_HEAD;
    if (spare > room) {
        return;
    }
    uint32_t at = r->off + WORD + LONG_HEAD;
    const uint8_t *bytes = take_bytes(m, image, r, at, room - spare);
    r->sum_wrong = bytes == NULL || f.sum != sum_first(f) ||
                   sum32(sum32(SUM32_START, head, WORD), bytes, r->bytes_len) !=
                           little32(head + WORD);
}

static void read_fields(const struct image_medium *m, struct image *image,
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
        r->sum_wrong = f.sum != sum_first(f);
        break;
    case CODE_LONG: read_long(m, image, r, f); break;
    default: read_value(m, image, r, f);
    }
}

/* ---- what no record says ------------------------------------------------------------- */

/* NULL: nothing is wrong with its form. */
static const char *fault_of_long(
        const struct image_medium *m, const struct image_record *r, uint32_t words)
{
    if (words * WORD < LONG_HEAD) {
        return "a long record without its two words";
    }
    uint8_t spare = (uint8_t)(get_word(m, r->off + WORD) >> 24);
    if (spare >= WORD || spare > words * WORD - LONG_HEAD) {
        return "a long record with more spare bytes than its last word has";
    }
    if (r->id == LONG_IDS) {
        return "id 65535 is none";
    }
    if (r->kind == IMAGE_DELETION && r->bytes_len > 0) {
        return "a deletion with bytes";
    }
    return NULL;
}

static const char *fault_of(
        const struct image_medium *m, const struct image_record *r, struct first f)
{
    if (f.code == CODE_LONG) {
        return fault_of_long(m, r, words_of(f));
    }
    if (f.code == CODE_BATCH) {
        return NULL;
    }
    if (f.id == SHORT_IDS) {
        return "id 1023 in a short record";
    }
    return (f.code == 0 || f.code >= CODE_COUNTER) && f.spare != 0
                   ? "spare bytes where there are none"
                   : NULL;
}

/* Of a record that counts. */
static void judge_form(const struct image_medium *m, struct image *image,
        const struct segment *g, const struct image_record *r)
{
    const char *fault = fault_of(m, r, first_of(get_word(m, r->off)));
    if (g->counts && fault != NULL) {
        damage_add(image, r->off, "3.2", "%s", fault);
    }
}

/* ---- the log ------------------------------------------------------------------------- */

static void settle_fate(struct image_record *r, struct verdict v)
{
    r->alive = v.alive;
    r->verdict = v.alive;
    r->final = v.final;
    r->fate = v.alive ? IMAGE_CURRENT : v.dropped ? IMAGE_DROPPED : IMAGE_TORN;
}

/* A record at off with its verdict; its length is known to fit. NULL: no memory. */
static struct image_record *read_record(const struct image_medium *m, struct image *image,
        const struct segment *g, uint32_t off, struct verdict v)
{
    struct image_record *r = record_add(image, g, off);
    if (r != NULL) {
        struct first f = first_of(get_word(m, off));
        r->len = WORD + tail_of(f);
        r->committed = (f.word & OPEN) == 0;
        read_fields(m, image, r, f);
        settle_fate(r, v);
        if (r->alive) {
            judge_form(m, image, g, r);
        }
    }
    return r;
}

/* The member at off of the batch at index, which ends at end. Its length; 0: there
 * is none. */
static uint32_t read_member(const struct image_medium *m, struct image *image,
        const struct segment *g, uint32_t index, uint32_t off)
{
    const struct image_record *batch = &image->record[index];
    uint32_t left = batch->off + batch->len - off;
    struct first f = first_of(get_word(m, off));
    uint32_t tail = tail_of(f);
    enum image_kind mark;
    if (look(m, off, &mark) != RECORD || f.code == CODE_BATCH || tail > left - WORD) {
        return 0;
    }
    struct verdict v = {.alive = batch->alive && (f.word & OPEN) == 0,
            .final = batch->final,
            .dropped = batch->fate == IMAGE_DROPPED};
    uint32_t thing = batch->off;
    bool batch_alive = batch->alive;
    struct image_record *r = read_record(m, image, g, off, v);
    if (r == NULL) {
        return 0;
    }
    if (g->counts && batch_alive && (f.word & OPEN) != 0) {
        damage_add(image, off, "5.1", "a member that was not committed");
    }
    r->member = true;
    r->thing = thing;
    image->record[index].count++;
    return WORD + tail;
}

/* Power may have failed anywhere in a batch that is dead, so only of one that is
 * alive anything is wrong when it is not full. */
static void read_members(const struct image_medium *m, struct image *image,
        const struct segment *g, uint32_t index)
{
    uint32_t off = image->record[index].off + WORD;
    uint32_t end = image->record[index].off + image->record[index].len;
    uint32_t len = 1;
    while (off < end && len != 0) {
        len = read_member(m, image, g, index, off);
        off += len;
    }
    if (off < end && image->record[index].alive && g->counts) {
        damage_add(image, off, "3.2", "what is here is no member of the batch at 0x%X",
                (unsigned)image->record[index].off);
    }
}

/* A first word that says more than there is room for. */
static uint32_t read_overlong(
        struct image *image, const struct segment *g, uint32_t off, struct verdict v)
{
    struct image_record *r = record_add(image, g, off);
    if (r != NULL) {
        r->len = WORD;
        r->kind = IMAGE_STRANGE;
        r->sum_wrong = true;
        v.alive = false;
        settle_fate(r, v);
    }
    if (g->counts) {
        damage_add(image, off, "3.1", "a record does not fit between here and the end");
    }
    return WORD;
}

/* What writers do not do and power cuts cannot undo. */
static void judge_place(
        struct image *image, const struct segment *g, const struct image_record *r)
{
    const struct image_sector *s = &image->sector[r->sector];
    if (!g->counts) {
        return;
    }
    if (r->off + r->len > s->off + s->len - FREE_CELLS * WORD) {
        damage_add(image, r->off, "5.4", "a record in the last %d words of the sector",
                FREE_CELLS);
    }
    if (g->copy && !r->committed) {
        damage_add(image, r->off, "5.1", "a copy that was not committed");
    }
}

/* A start leaves nothing undecided behind which something is written, and a writer nothing
 * that is not committed. */
static void judge_verdict(struct image *image, const struct segment *g, uint32_t off,
        bool committed, struct verdict v)
{
    if (g->counts && v.closed && v.marks == 0 && !committed) {
        damage_add(image, off, "5.3", "neither committed nor decided on, nor the last");
    }
}

/* The record at off; how long it is. */
static uint32_t read_item(const struct image_medium *m, struct image *image,
        const struct segment *g, uint32_t off)
{
    struct first f = first_of(get_word(m, off));
    uint32_t left = g->limit - off;
    uint32_t tail = tail_of(f);
    bool committed = (f.word & OPEN) == 0;
    if (tail > left - WORD) {
        struct verdict v = plain_verdict(m, off + WORD, g->limit, false);
        return read_overlong(image, g, off, v);
    }
    struct verdict v = {.alive = committed, .final = true}; /* a copy */
    if (!g->copy) {
        v = plain_verdict(m, off + WORD + tail, g->limit, committed);
        judge_verdict(image, g, off, committed, v);
    }
    uint32_t index = image->records;
    const struct image_record *r = read_record(m, image, g, off, v);
    if (r == NULL) {
        return left;
    }
    judge_place(image, g, r);
    if (r->kind == IMAGE_BATCH) {
        read_members(m, image, g, index);
    }
    return WORD + tail;
}

/* Where what a torn word claims ends: no record reaches into the last words; and what
 * says by its crc that more than SIZED is missing is none. */
static uint32_t claims_of(const struct image_medium *m, const struct image *image,
        const struct segment *g, uint32_t off)
{
    const struct image_sector *s = &image->sector[g->sector];
    uint32_t limit = s->off + s->len - FREE_CELLS * WORD;
    uint32_t begin = off + WORD;
    struct first f = first_of(get_word(m, off));
    uint32_t tail = tail_of(f);
    bool many = f.code == CODE_BATCH || f.code == CODE_LONG;
    bool none = begin > limit || tail > limit - begin || (many && f.sum != sum_first(f));
    return none ? begin : begin + tail;
}

static void read_torn(const struct image_medium *m, struct image *image,
        const struct segment *g, uint32_t off)
{
    struct verdict v = plain_verdict(m, off + WORD, g->limit, false);
    struct image_record *r = record_add(image, g, off);
    if (r != NULL) {
        v.alive = false;
        r->len = WORD;
        r->kind = IMAGE_STUMP;
        r->sum_wrong = true;
        r->id = first_of(get_word(m, off)).id;
        r->claims = claims_of(m, image, g, off);
        settle_fate(r, v);
    }
    if (g->copy && g->counts) {
        damage_add(image, off, "5.1", "a copy that was not committed");
    } else {
        judge_verdict(image, g, off, false, v);
    }
}

static void read_mark(
        struct image *image, const struct segment *g, enum image_kind mark, uint32_t off)
{
    mark_add(image, g, mark, off, WORD);
    if (g->copy && g->counts) {
        damage_add(image, off, "5.1", "no copy, but a mark of %s", image_kind_name(mark));
    }
}

static bool is_settled(
        const struct image *image, const struct segment *g, const struct image_sector *s)
{
    for (uint32_t i = image->records; i > g->first; i--) {
        const struct image_record *r = &image->record[i - 1];
        if (r->fate != IMAGE_MARK && !r->member) {
            return r->final;
        }
    }
    return s->decided;
}

void plain_read(const struct image_medium *m, struct image *image, struct segment *g)
{
    struct image_sector *s = &image->sector[g->sector];
    uint32_t off = g->begin;
    enum what what = MARK;
    g->first = image->records;
    while (off < g->limit && g->limit - off >= WORD && what != ERASED) {
        enum image_kind mark;
        what = look(m, off, &mark);
        if (what == RECORD) {
            off += read_item(m, image, g, off);
        } else if (what != ERASED) {
            if (what == TORN) {
                read_torn(m, image, g, off);
            } else {
                read_mark(image, g, mark, off);
            }
            off += WORD;
        }
    }
    g->n = image->records - g->first;
    if (!g->copy) {
        s->end = off - s->off;
        s->settled = is_settled(image, g, s);
    } else if (g->counts && off < g->limit) {
        damage_add(image, off, "2.2", "the copies end here and not where B says");
    }
}
