/* test_image_cuts.c - SPEC 5 at its word: a writer that does what it says and no
 * more, on cells that a power cut leaves undecided; and the reader at each start.
 *
 * What a start has shown stays; a change that was cut is there or not; nothing
 * that cuts have left is called damage. This is a test of the text as much as of
 * the reader: the writer here asks the reader what there is and does what SPEC 5
 * then wants. One sector; making room is the store's own matter.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "support/cm.h"
#include "support/maker.h"

enum {
    LEN = 1024,
    IDS = 3,
    LIVES = 5000,
    STARTS = 12,
    ROOM = 176, /* what a put and a start may take */
    WORD = 4,
    CELL = 8,
    PLAIN_B = 20,
    OPEN = 1,
    SIZED = 2,
    ONCE_KEEP = 'K',
    ONCE_DROP = 'x'
};
#define KEEP (~4u)
#define DROP (~8u)
#define VOID (~1u)

enum code { GOOD, UNREADABLE, DOUBTFUL };

static struct {
    bool plain;
    unsigned unit;                      /* bytes programmed at a time */
    uint8_t data[LEN], loose[LEN];      /* bits that read as they like are ones in data */
    enum code code[LEN / CELL];         /* of cells written once */
    uint8_t read[LEN], unreadable[LEN]; /* one reading of them */
    unsigned fuse;                      /* programs until power fails; 0: it does not */
    bool off;                           /* it has: nothing is programmed any more */
    uint32_t end;                       /* of the log: where the next cell goes */
    int now[IDS], next[IDS]; /* values; 0: none. next: when the change is made */
} w;

static uint64_t state_of_random;

static uint32_t any(uint32_t below)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state_of_random >> 32) * below >> 32);
}

/* ---- cells ---------------------------------------------------------------------------- */

enum cut { BEFORE, AFTER, TORN, LOOSE, CUTS, NO_CUT = AFTER };

static void clear_bits(uint32_t at, uint8_t value, enum cut cut)
{
    uint8_t todo = w.data[at] & (uint8_t)~value;
    uint8_t zero = todo;
    uint8_t loose = 0;
    if (cut == TORN) {
        zero = todo & (uint8_t)any(256);
    } else if (cut == LOOSE) {
        zero = todo & (uint8_t)(any(256) & any(256));
        loose = todo & (uint8_t)~zero & (uint8_t)(any(256) | any(256));
    }
    w.data[at] &= (uint8_t)~zero;
    w.loose[at] = (w.loose[at] & (uint8_t)~zero) | loose;
    w.data[at] |= w.loose[at];
}

static bool is_blank(uint32_t off)
{
    uint8_t all = 0xFF;
    for (uint32_t i = 0; i < CELL; i++) {
        all &= w.data[off + i] & (uint8_t)~w.loose[off + i];
    }
    return all == 0xFF && w.code[off / CELL] == GOOD;
}

static void program_unit(uint32_t off, const uint8_t *bytes)
{
    enum cut cut = NO_CUT;
    if (!w.off && w.fuse > 0 && --w.fuse == 0) {
        w.off = true;
        cut = (enum cut)any(CUTS);
    } else if (w.off) {
        return;
    }
    if (cut == BEFORE) {
        return;
    }
    if (!w.plain) {
        bool noticed = cut != AFTER && any(2) == 0;
        w.code[off / CELL] = !is_blank(off) ? UNREADABLE
                             : !noticed     ? GOOD
                             : cut == TORN  ? UNREADABLE
                                            : DOUBTFUL;
    }
    for (uint32_t i = 0; i < w.unit; i++) {
        clear_bits(off + i, bytes[i], cut);
    }
    if (cut == LOOSE && !w.plain && (bytes[0] & 0x10) == 0) {
        /* Cells written once cannot be told from erased ones that come and go:
         * some bit of one that was begun is cleared for good. */
        w.data[off] &= (uint8_t)~0x10;
        w.loose[off] &= (uint8_t)~0x10;
    }
}

static void program(uint32_t off, const uint8_t *bytes, uint32_t len)
{
    assert_true(off + len <= LEN);
    for (uint32_t i = 0; i < len; i += w.unit) {
        program_unit(off + i, bytes + i);
    }
}

static void program_word(uint32_t off, uint32_t word)
{
    const uint8_t bytes[WORD] = {(uint8_t)word, (uint8_t)(word >> 8),
            (uint8_t)(word >> 16), (uint8_t)(word >> 24)};
    program(off, bytes, WORD);
}

static void program_cell(uint32_t off, uint8_t byte)
{
    uint8_t bytes[CELL];
    memset(bytes, byte, CELL);
    program(off, bytes, CELL);
}

static uint32_t word_at(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

/* Undecided bits all as 1, all as 0, or each as it likes. */
static struct image *sense(void)
{
    static const struct image_place place = {0, LEN};
    const struct image_medium m = {.bytes = w.read,
            .size = LEN,
            .unreadable = w.unreadable,
            .sector = &place,
            .sectors = 1};
    uint32_t how = any(4);
    for (uint32_t i = 0; i < LEN; i++) {
        uint32_t fall = how == 0 ? 0 : how == 1 ? 0xFF : any(256);
        w.read[i] = w.data[i] & (uint8_t) ~(w.loose[i] & fall);
    }
    for (uint32_t i = 0; i < LEN / CELL; i++) {
        bool bad = w.code[i] == UNREADABLE || (w.code[i] == DOUBTFUL && any(2) == 0);
        memset(w.unreadable + (size_t)i * CELL, bad, CELL);
    }
    struct image *image = image_read(&m);
    assert_non_null(image);
    return image;
}

/* ---- a writer ------------------------------------------------------------------------- */

/* The end of what the reader says of the log, or of the marks on a draft. */
static uint32_t end_of_log(const struct image_sector *s)
{
    uint32_t end = s->state == IMAGE_OPEN ? s->end : LEN;
    uint32_t cell = w.plain ? WORD : CELL;
    while (s->state != IMAGE_OPEN && end > s->log && !w.unreadable[end - cell] &&
            word_at(w.read + end - cell) == UINT32_MAX &&
            word_at(w.read + end - WORD) == UINT32_MAX) {
        end -= cell;
    }
    return end;
}

static const struct image_record *last_thing(const struct image *image)
{
    const struct image_record *last = NULL;
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        last = r->fate != IMAGE_MARK && !r->member ? r : last;
    }
    return last;
}

static void write_void(void)
{
    if (w.plain) {
        program_word(w.end, VOID);
        w.end += WORD;
    } else {
        program_cell(w.end, MAKER_VOID);
        w.end += CELL;
    }
}

static void write_verdict(bool alive)
{
    if (w.plain) {
        program_word(w.end, alive ? KEEP : DROP);
        w.end += WORD;
    } else {
        program_cell(w.end, alive ? ONCE_KEEP : ONCE_DROP);
        w.end += CELL;
    }
}

static void program_again(uint32_t off)
{
    if (w.plain) {
        program_word(off, word_at(w.read + off));
    }
}

/* SPEC 5.3. Was there something to do? */
static bool settle(const struct image *image)
{
    const struct image_sector *s = &image->sector[0];
    const struct image_record *last = last_thing(image);
    bool open = s->state == IMAGE_OPEN;
    bool alive = open && (last == NULL || last->verdict);
    uint32_t behind = last == NULL ? s->log : last->off + last->len;
    w.end = end_of_log(s);
    if (open ? s->settled : s->decided) {
        return false;
    }
    program_again(last == NULL ? PLAIN_B : last->off);
    if (w.plain && w.end == behind && alive) {
        write_verdict(true);
        return true;
    }
    if (w.end > behind) {
        program_again(w.end - WORD);
    }
    do {
        write_void();
    } while (last != NULL && w.end < last->claims);
    write_verdict(alive);
    write_verdict(alive);
    return true;
}

static void take_change(struct maker *k)
{
    char text[40];
    uint16_t id = (uint16_t)any(IDS);
    int value = any(4) == 0 ? 0 : 1 + (int)any(900);
    w.next[id] = value;
    (void)snprintf(text, sizeof(text), "%d%*s", value, (int)any(12), "");
    if (!w.plain) {
        maker_once(
                k, value == 0 ? 2 : 0, id, text, value == 0 ? 0 : (uint32_t)strlen(text));
    } else if (value == 0) {
        maker_deletion(k, id);
    } else {
        maker_value(k, id, text, false);
    }
}

/* SPEC 5.1. */
static void put(void)
{
    static struct maker k;
    maker_begin(&k, w.plain ? WORD : CELL, false);
    bool batch = any(4) == 0;
    if (batch && w.plain) {
        maker_batch(&k);
    }
    for (unsigned n = batch ? 2 : 1; n > 0; n--) {
        take_change(&k);
    }
    if (batch && w.plain) {
        maker_batched(&k, false);
    }
    if (w.plain) {
        uint32_t first = word_at(k.bytes);
        program_word(w.end, first | OPEN | SIZED);
        program_word(w.end, first | OPEN);
        program(w.end + WORD, k.bytes + WORD, k.at - WORD);
        program_word(w.end, first);
        w.end += k.at;
    } else {
        program(w.end, k.bytes, k.at);
        w.end += k.at;
        write_verdict(true);
        write_verdict(true);
    }
    if (!w.off) {
        memcpy(w.now, w.next, sizeof(w.now));
    }
}

/* ---- what a start finds ----------------------------------------------------------------- */

static int value_of(const struct image *image, uint16_t id)
{
    char text[40] = "";
    const struct image_record *r = image_find(image, id);
    if (r == NULL || r->kind == IMAGE_DELETION) {
        return 0;
    }
    if (r->sum_wrong || r->bytes_len >= sizeof(text)) {
        return -1;
    }
    memcpy(text, r->bytes, r->bytes_len);
    return atoi(text); // NOLINT(cert-err34-c): -1 or 0 if it is none
}

static void judge(const struct image *image, uint64_t life, int found[IDS])
{
    if (image->damaged > 0) {
        fail_msg("life %u: 0x%X: SPEC %s: %s", (unsigned)life,
                (unsigned)image->damage[0].off, image->damage[0].rule,
                image->damage[0].text);
    }
    for (uint16_t id = 0; id < IDS; id++) {
        found[id] = value_of(image, id);
    }
    if (memcmp(found, w.now, sizeof(w.now)) != 0 &&
            memcmp(found, w.next, sizeof(w.next)) != 0) {
        fail_msg("life %u: found %d %d %d, not %d %d %d nor %d %d %d", (unsigned)life,
                found[0], found[1], found[2], w.now[0], w.now[1], w.now[2], w.next[0],
                w.next[1], w.next[2]);
    }
}

/* From now on it has been shown. */
static void show(const int found[IDS])
{
    memcpy(w.now, found, sizeof(w.now));
    memcpy(w.next, found, sizeof(w.next));
}

static void start_with(uint64_t seed, bool plain, unsigned unit)
{
    static struct maker k;
    state_of_random = seed * 77777;
    memset(&w, 0, sizeof(w));
    w.plain = plain;
    w.unit = unit;
    maker_begin(&k, plain ? WORD : CELL, false);
    maker_draft(&k, 0);
    maker_placed(&k, 1, 0);
    memcpy(w.data, k.bytes, LEN);
    w.end = k.at;
}

static void power_on(void)
{
    w.off = false;
    w.fuse = any(3) == 0 ? 0 : 1 + any(14 * (w.plain ? WORD / w.unit : 1));
}

static void open_sector(void)
{
    if (w.plain) {
        program_word(PLAIN_B, ~(uint32_t)(OPEN | SIZED));
    } else {
        write_verdict(true);
        write_verdict(true);
    }
}

/* False: the sector is full, or it was decided that it is not open. */
static bool start(uint64_t life, bool *opened)
{
    power_on();
    struct image *image = sense();
    const struct image_sector *s = &image->sector[0];
    bool open = s->state == IMAGE_OPEN;
    assert_true(open || !*opened);
    bool room = end_of_log(s) + ROOM <= LEN;
    int found[IDS] = {0};
    if (open) {
        judge(image, life, found);
    }
    if (room) {
        bool worked = settle(image);
        if (!w.off) {
            show(found);
        }
        *opened = *opened || (open && !w.off);
        if (!worked && open && any(3) != 0) {
            program_again(w.end - WORD);
            write_void();
        } else if (!worked) {
            w.off = true; /* nothing is written in this session */
        }
    }
    image_drop(image);
    return room && open;
}

/* How many starts there were. */
static unsigned live(uint64_t life, bool plain, unsigned unit)
{
    start_with(life, plain, unit);
    power_on();
    open_sector();
    bool opened = !w.off;
    for (unsigned starts = 1; starts <= STARTS; starts++) {
        for (unsigned puts = any(4); puts > 0 && !w.off && w.end + ROOM <= LEN; puts--) {
            put();
        }
        if (!start(life, &opened)) {
            return starts;
        }
    }
    return STARTS;
}

static void live_often(bool plain, unsigned unit)
{
    unsigned starts = 0;
    for (uint64_t life = 1; life <= LIVES; life++) {
        starts += live(life, plain, unit);
    }
    assert_true(starts > 4 * LIVES);
}

static void cuts_leave_a_plain_log_whole(void **state)
{
    live_often(true, 4);
    live_often(true, 1);
}

static void cuts_leave_a_once_log_whole(void **state)
{
    live_often(false, CELL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(cuts_leave_a_plain_log_whole),
            cmocka_unit_test(cuts_leave_a_once_log_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
