/* encode.c - SPEC 2 and 3, the writing side.
 *
 *     A | CLEAN | USED | B | record record ... KEEP | erased
 *
 * SPDX-License-Identifier: MIT
 */
#include "image/encode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "image/image_priv.h"

enum {
    WORD = 4,
    ID_SHORT_MAX = 1022,
    ID_MAX = 65534,
    SECTOR_MIN = 256,
    CELLS_MAX = 65536, /* that the store is made for */
    SHORT_MAX = 232,   /* bytes of a value */
    LONG_WORDS = 4094, /* behind the first; one more may look erased */
    KEEP = 4,          /* these two bits are 1 in a record; OPEN and SIZED are 0 */
    DROP = 8,
    CODE_COUNTER = 59,
    CODE_DELETION = 60,
    CODE_LONG = 63,
    LONG_VALUE = 0,
    LONG_NAME = 1,
    LONG_DELETION = 2,
    LONG_HEAD = 3 * WORD,
    LONG_MAX = (LONG_WORDS - 2) * WORD,
    RESERVE = 6 * WORD /* SPEC 5.4: the end of a sector is for marks */
};

/* Marks (SPEC 5.2): an erased word, but for a bit. */
#define MARK_VOID 0xFFFFFFFEu
#define MARK_KEEP 0xFFFFFFFBu

/* Where in a sector its header's rows are, and what they say. */
enum {
    AT_USED = 16,
    AT_B = 20,
    AT_LOG = 36,
    MAGIC = 0x7E45,
    VERSION = IMAGE_VERSION,
    SHAPE = 2 /* cells of 4 bytes, a plain log */
};

/* B's word: OPEN and SIZED are 0. */
#define COMMITTED 0xFFFFFFFCu

/* A place where bytes are put. */
struct pen {
    uint8_t *bytes;
    uint32_t at, limit;
};

__attribute__((format(printf, 2, 3))) static bool refuse(
        char why[ENCODE_WHY], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, ENCODE_WHY, format, args);
    va_end(args);
    return false;
}

/* SPEC 1: bytes on their way in or out of a flash whose erased value is 0x00. */
static void turn(uint8_t *bytes, uint32_t len, bool erased_is_zero)
{
    if (erased_is_zero) {
        complement(bytes, bytes, len);
    }
}

static void put_little(uint8_t *to, uint32_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        to[i] = (uint8_t)(value >> 8 * i);
    }
}

static void put_word(struct pen *p, uint32_t word)
{
    put_little(p->bytes + p->at, word, WORD);
    p->at += WORD;
}

/* What is left of the last word stays erased. */
static void put_bytes(struct pen *p, const uint8_t *from, uint32_t n)
{
    if (n > 0) {
        memcpy(p->bytes + p->at, from, n);
    }
    p->at += (n + WORD - 1) / WORD * WORD;
}

/* ---- records ---------------------------------------------------------------- */

static bool is_short(const struct encode_item *item)
{
    return item->id <= ID_SHORT_MAX && item->kind != IMAGE_NAME &&
           (item->kind != IMAGE_VALUE || item->len <= SHORT_MAX);
}

static uint32_t size_of(const struct encode_item *item)
{
    bool bytes = item->kind == IMAGE_VALUE || item->kind == IMAGE_NAME;
    uint32_t len = bytes ? (item->len + WORD - 1) / WORD * WORD : 0;
    uint32_t head = is_short(item) ? WORD : LONG_HEAD;
    return head + len + (item->kind == IMAGE_COUNTER ? WORD : 0);
}

static uint32_t first_word(
        uint32_t id, uint32_t code, uint32_t spare, const uint8_t *covered, uint32_t len)
{
    uint32_t word = id << 4 | code << 14 | spare << 20;
    const uint8_t ids[3] = {(uint8_t)(word >> 4), (uint8_t)(word >> 12), (uint8_t)spare};
    uint32_t sum = sum10(sum10(SUM10_START, ids, sizeof(ids)), covered, len);
    return word | sum << 22 | KEEP | DROP;
}

static void put_short(struct pen *p, const struct encode_item *item)
{
    uint32_t words = (item->len + WORD - 1) / WORD;
    if (item->kind == IMAGE_COUNTER) {
        uint8_t count[WORD];
        put_little(count, item->count, WORD);
        put_word(p, first_word(item->id, CODE_COUNTER, 0, count, WORD));
        put_bytes(p, count, WORD);
    } else if (item->kind == IMAGE_DELETION) {
        put_word(p, first_word(item->id, CODE_DELETION, 0, NULL, 0));
    } else {
        uint32_t spare = words * WORD - item->len;
        put_word(p, first_word(item->id, words, spare, item->bytes, item->len));
        put_bytes(p, item->bytes, item->len);
    }
}

static void put_long(struct pen *p, const struct encode_item *item)
{
    uint8_t head[2 * WORD];
    uint8_t kind = item->kind == IMAGE_NAME    ? LONG_NAME
                   : item->kind == IMAGE_VALUE ? LONG_VALUE
                                               : LONG_DELETION;
    uint32_t len = kind == LONG_DELETION ? 0 : item->len;
    uint32_t words = (len + WORD - 1) / WORD;
    uint32_t n = 2 + words;
    put_little(head, item->id, 2);
    head[2] = kind;
    head[3] = (uint8_t)(words * WORD - len);
    uint32_t sum = sum32(sum32(SUM32_START, head, WORD), item->bytes, len);
    put_little(head + WORD, sum, WORD);
    put_word(p, first_word(n % 1024, CODE_LONG, n / 1024, NULL, 0));
    put_bytes(p, head, sizeof(head));
    put_bytes(p, item->bytes, len);
}

static void put_item(struct pen *p, const struct encode_item *item)
{
    if (is_short(item)) {
        put_short(p, item);
    } else {
        put_long(p, item);
    }
}

static bool has_room(const struct pen *p, uint32_t size)
{
    return p->limit - p->at >= size;
}

/* What no sector of any flash could hold. */
static bool check_items(struct encode_items items, char why[ENCODE_WHY])
{
    for (size_t i = 0; i < items.n; i++) {
        const struct encode_item *item = &items.item[i];
        if (item->id > ID_MAX) {
            return refuse(why, "ids end at %d", ID_MAX);
        }
        if (item->kind == IMAGE_COUNTER && item->id > ID_SHORT_MAX) {
            return refuse(why, "counters have ids up to %d, and one has %u", ID_SHORT_MAX,
                    item->id);
        }
        if (item->len > LONG_MAX) {
            return refuse(why, "%u bytes for id %u are more than the %d a value may have",
                    (unsigned)item->len, item->id, LONG_MAX);
        }
    }
    return true;
}

/* ---- a new store -------------------------------------------------------------- */

static uint32_t erases_of(const struct encode_flash *flash, unsigned sector)
{
    uint32_t before = flash->erases != NULL ? flash->erases[sector] : 0;
    return before == UINT32_MAX ? before : before + 1;
}

static struct pen pen_at(
        const struct encode_flash *flash, unsigned sector, uint8_t *bytes)
{
    const struct image_place *place = &flash->sector[sector];
    return (struct pen){
            .bytes = bytes, .at = place->off, .limit = place->off + place->len - RESERVE};
}

/* A and CLEAN: erased, found blank, waiting. */
static void make_ready(const struct encode_flash *flash, unsigned sector, uint8_t *bytes)
{
    struct pen p = pen_at(flash, sector, bytes);
    uint8_t a[12];
    put_little(a, MAGIC, 2);
    a[2] = VERSION;
    a[3] = SHAPE;
    put_little(a + 4, erases_of(flash, sector), 4);
    put_little(a + 8, sum32(SUM32_START, a, 8), 4);
    put_bytes(&p, a, sizeof(a));
    put_word(&p, 0);
}

/* USED, and B of a sector without copies, committed: the log begins. */
static struct pen open_log(const struct encode_flash *flash, unsigned sector,
        uint32_t sequence, uint8_t *bytes)
{
    struct pen p = pen_at(flash, sector, bytes);
    uint32_t begin = p.at;
    uint8_t b[16];
    put_little(b, COMMITTED, 4);
    put_little(b + 4, sequence, 4);
    put_little(b + 8, 0, 2); /* age: it replaces none */
    put_little(b + 10, AT_LOG / WORD, 2);
    put_little(b + 12, sum32(SUM32_START, b + 4, 8), 4);
    p.at = begin + AT_USED;
    put_word(&p, 0);
    put_bytes(&p, b, sizeof(b));
    return p;
}

/* Bytes of records that the smallest sector can hold. */
static bool find_room(
        const struct encode_flash *flash, uint32_t *room, char why[ENCODE_WHY])
{
    *room = UINT32_MAX;
    for (unsigned i = 0; i < flash->sectors; i++) {
        uint32_t len = flash->sector[i].len;
        if (len % WORD != 0 || len < SECTOR_MIN || len / WORD > UINT16_MAX) {
            return refuse(why,
                    "a sector of %u bytes holds no store: %d to 256K, whole words",
                    (unsigned)len, SECTOR_MIN);
        }
        len -= AT_LOG + RESERVE;
        *room = len < *room ? len : *room;
    }
    if (flash->size / WORD > CELLS_MAX) {
        return refuse(why, "a store has at most %u bytes", CELLS_MAX * WORD);
    }
    return flash->sectors >= 2 ||
           refuse(why,
                   "a store has two sectors or more: one is erased while the other holds "
                   "the data");
}

/* Of a value or name under this id, whose record may have so many bytes. */
static uint32_t most_bytes(const struct encode_item *item, uint32_t record)
{
    struct encode_item most = *item;
    for (most.len = record - WORD; size_of(&most) > record; most.len--) {
    }
    return most.len;
}

/* DESIGN 4: all sectors but one hold data, each at most three quarters of what
 * the smallest can, so that a quarter is free wherever records are moved to; and
 * any record must fit that. */
static bool check_capacity(
        const struct encode_flash *flash, struct encode_items items, char why[ENCODE_WHY])
{
    uint32_t room;
    uint64_t sum = 0;
    if (!find_room(flash, &room, why)) {
        return false;
    }
    for (size_t i = 0; i < items.n; i++) {
        const struct encode_item *item = &items.item[i];
        if (size_of(item) > room / 4) {
            return refuse(why,
                    "the %u bytes of id %u%s are more than the %u of a %s here",
                    (unsigned)item->len, item->id,
                    item->kind == IMAGE_NAME ? "'s name" : "",
                    (unsigned)most_bytes(item, room / 4),
                    item->kind == IMAGE_NAME ? "name" : "value");
        }
        sum += size_of(item);
    }
    uint64_t capacity = (flash->sectors - 1) * (uint64_t)(room / 4 * 3);
    return sum <= capacity ||
           refuse(why,
                   "%llu bytes of records are more than the %llu that these sectors may "
                   "hold",
                   (unsigned long long)sum, (unsigned long long)capacity);
}

bool encode_fits(
        const struct encode_flash *flash, struct encode_items items, char why[ENCODE_WHY])
{
    /* The flash's own limit first: it is the lower one. */
    return check_capacity(flash, items, why) && check_items(items, why);
}

static bool write_new(const struct encode_flash *flash, struct encode_items items,
        uint8_t *bytes, char why[ENCODE_WHY])
{
    memset(bytes, 0xFF, flash->size);
    for (unsigned i = 0; i < flash->sectors; i++) {
        make_ready(flash, i, bytes);
    }
    unsigned sector = 0;
    struct pen p = open_log(flash, sector, 1, bytes);
    for (size_t i = 0; i < items.n; i++) {
        while (!has_room(&p, size_of(&items.item[i]))) {
            put_word(&p, MARK_KEEP);
            if (++sector == flash->sectors - 1) {
                return refuse(why, "no room for the %u bytes of id %u",
                        (unsigned)items.item[i].len, items.item[i].id);
            }
            p = open_log(flash, sector, sector + 1, bytes);
        }
        put_item(&p, &items.item[i]);
    }
    put_word(&p, MARK_KEEP);
    return true;
}

bool encode_new(const struct encode_flash *flash, struct encode_items items,
        uint8_t *bytes, char why[ENCODE_WHY])
{
    bool good = encode_fits(flash, items, why) && write_new(flash, items, bytes, why);
    if (good) {
        turn(bytes, flash->size, flash->erased_is_zero);
    }
    return good;
}

/* ---- more in a store -------------------------------------------------------------- */

/* The open sector that was opened last; NULL: there is none. */
static const struct image_sector *newest(const struct image *image)
{
    const struct image_sector *last = NULL;
    for (unsigned i = 0; i < image->sectors; i++) {
        const struct image_sector *s = &image->sector[i];
        bool later = last == NULL || s->sequence > last->sequence;
        last = s->state == IMAGE_OPEN && later ? s : last;
    }
    return last;
}

/* What a boot would do at the end of the log before it writes there. */
enum ending {
    SETTLED, /* nothing: only the mark that sessions begin with */
    IN_USE,  /* a KEEP: what was written last counts, and nothing stands behind it */
    TORN     /* to make something harmless */
};

static enum ending ending_of(const struct image *image, const struct image_sector *s)
{
    const struct image_record *last = NULL;
    const struct image_record *thing = NULL;
    if (s->settled) {
        return SETTLED;
    }
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        if (&image->sector[r->sector] == s && !r->copy &&
                (last == NULL || r->off > last->off)) {
            last = r;
        }
    }
    for (uint32_t i = 0; last != NULL && i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        thing = r->off == last->thing && r->fate != IMAGE_MARK ? r : thing;
    }
    bool counts = last == NULL ||
                  (last->fate != IMAGE_MARK && thing != NULL && thing->committed);
    return counts ? IN_USE : TORN;
}

static bool is_changed(struct encode_items items, uint16_t id)
{
    bool changed = false;
    for (size_t i = 0; i < items.n; i++) {
        changed = changed || (items.item[i].id == id && items.item[i].kind != IMAGE_NAME);
    }
    return changed;
}

/* What the next start will write: a record of each counter that counts in place, and
 * marks. Without the room it would have to erase. */
static uint32_t kept_for_counters(const struct image *image, struct encode_items items)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        if (r->running && r->fate == IMAGE_CURRENT && !is_changed(items, r->id)) {
            kept += (kept == 0 ? RESERVE : 0u) + 2u * WORD;
        }
    }
    return kept;
}

static bool write_more(const struct image_medium *m, const struct image *image,
        struct encode_items items,
        uint8_t *bytes, /* NOLINT(readability-non-const-parameter): written to */
        char why[ENCODE_WHY])
{
    const struct image_sector *s = newest(image);
    if (s == NULL || s->once) {
        return refuse(why, s == NULL ? "no sector of it holds data"
                                     : "its log is the one for flash whose cells are "
                                       "written once, which this command does not write");
    }
    enum ending ending = ending_of(image, s);
    if (ending == TORN || !all_erased(m, s->off + s->end, s->len - s->end)) {
        return refuse(why, "its log ends in what a power cut left half written");
    }
    if (!check_items(items, why)) {
        return false;
    }
    struct pen p = {
            .bytes = bytes, .at = s->off + s->end, .limit = s->off + s->len - RESERVE};
    uint64_t size = WORD + kept_for_counters(image, items);
    for (size_t i = 0; i < items.n; i++) {
        size += size_of(&items.item[i]);
    }
    if (p.at > p.limit || size > p.limit - p.at) {
        return refuse(why, "there is no room behind its log");
    }
    put_word(&p, ending == SETTLED ? MARK_VOID : MARK_KEEP);
    for (size_t i = 0; i < items.n; i++) {
        put_item(&p, &items.item[i]);
    }
    put_word(&p, MARK_KEEP);
    return true;
}

bool encode_more(const struct image_medium *m, const struct image *image,
        struct encode_items items, uint8_t *bytes, char why[ENCODE_WHY])
{
    struct image_medium ones = *m;
    ones.bytes = bytes;
    ones.erased_is_zero = false;
    turn(bytes, m->size, m->erased_is_zero);
    bool good = write_more(&ones, image, items, bytes, why);
    turn(bytes, m->size, m->erased_is_zero);
    return good;
}
