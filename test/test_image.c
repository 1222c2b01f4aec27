/* test_image.c - each sentence of SPEC.md that a reader can be held to.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "image/image.h"
#include "support/cm.h"
#include "support/maker.h"

static struct maker k;
static struct image *image;

static void read_image(void)
{
    static struct image_place places[MAKER_SIZE / MAKER_SECTOR];
    for (unsigned i = 0; i < MAKER_SIZE / MAKER_SECTOR; i++) {
        places[i] = (struct image_place){i * MAKER_SECTOR, MAKER_SECTOR};
    }
    const struct image_medium m = {.bytes = k.bytes,
            .size = MAKER_SIZE,
            .sector = places,
            .sectors = MAKER_SIZE / MAKER_SECTOR,
            .erased_is_zero = k.zero};
    image_drop(image);
    image = image_read(&m);
    assert_non_null(image);
}

static void holds_value(uint16_t id, const char *text)
{
    const struct image_record *r = image_find(image, id);
    assert_non_null(r);
    assert_int_equal(r->kind, IMAGE_VALUE);
    assert_false(r->sum_wrong);
    assert_int_equal(r->bytes_len, strlen(text));
    assert_memory_equal(r->bytes, text, strlen(text));
}

static void holds_count(uint16_t id, uint32_t count)
{
    const struct image_record *r = image_find(image, id);
    assert_non_null(r);
    assert_int_equal(r->kind, IMAGE_COUNTER);
    assert_int_equal(r->count, count);
    assert_false(r->sum_wrong);
}

static void expect_fate(uint32_t off, enum image_fate fate)
{
    for (uint32_t i = 0; i < image->records; i++) {
        if (image->record[i].off == off) {
            assert_int_equal(image->record[i].fate, fate);
            return;
        }
    }
    fail_msg("no record at 0x%X", (unsigned)off);
}

static void expect_damage(uint32_t off, const char *rule)
{
    for (unsigned i = 0; i < image->damages; i++) {
        if (image->damage[i].off == off && strcmp(image->damage[i].rule, rule) == 0) {
            return;
        }
    }
    fail_msg("no damage by rule %s at 0x%X", rule, (unsigned)off);
}

static int tear_down(void **state)
{
    image_drop(image);
    image = NULL;
    return 0;
}

/* Both polarities of a plain log, and each cell of a once log. */
static const struct {
    uint8_t cell;
    bool zero;
} media[] = {{4, false}, {4, true}, {8, false}, {8, true}, {16, false}, {32, false}};
enum { MEDIA = sizeof(media) / sizeof(media[0]) };

/* ---- sectors ---------------------------------------------------------------------------- */

static void erased_flash_is_no_store(void **state)
{
    maker_begin(&k, 4, false);
    read_image();
    assert_int_equal(image->open, 0);
    assert_int_equal(image->records, 0);
    assert_int_equal(image->damaged, 0);
    assert_int_equal(image->sector[0].state, IMAGE_DIRTY);
}

static void each_state_of_a_sector_is_known(void **state)
{
    for (unsigned i = 0; i < MEDIA; i++) {
        maker_begin(&k, media[i].cell, media[i].zero);
        maker_ready(&k, 0, 7);
        maker_draft(&k, 1);
        maker_open(&k, 2, 5, 0);
        maker_open(&k, 3, 6, 1); /* replaces the one before */
        maker_open(&k, 4, 9, 0);
        maker_dropped(&k, 4);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_READY);
        assert_int_equal(image->sector[0].erases, 7);
        assert_int_equal(image->sector[1].state, IMAGE_DRAFT);
        assert_int_equal(image->sector[2].state, IMAGE_REPLACED);
        assert_int_equal(image->sector[3].state, IMAGE_OPEN);
        assert_int_equal(image->sector[4].state, IMAGE_DRAFT); /* one mark only */
        assert_int_equal(image->sector[5].state, IMAGE_DIRTY);
        assert_int_equal(image->open, 1);
        assert_int_equal(image->damaged, 0);
        memset(k.bytes + k.at - k.cell, media[i].zero ? 0 : 0xFF, k.cell);
        memset(k.bytes + 3 * MAKER_SECTOR + image->sector[3].copies_end,
                media[i].zero ? 0 : 0xFF, k.cell); /* without its only mark */
        read_image();
        assert_int_equal(image->sector[3].state, IMAGE_DRAFT);
        assert_int_equal(image->sector[2].state, IMAGE_OPEN);
        k.sector = 4 * MAKER_SECTOR;
        memset(k.bytes + k.at - k.cell, 0x55, 2u * k.cell); /* both marks */
        read_image();
        assert_int_equal(image->sector[4].state, IMAGE_OPEN);
    }
}

static void the_log_begins_where_the_header_ends(void **state)
{
    const struct {
        uint8_t cell;
        uint32_t log;
    } known[] = {{4, 36}, {8, 80}, {16, 128}, {32, 256}};
    for (unsigned i = 0; i < 4; i++) {
        maker_begin(&k, known[i].cell, false);
        maker_open(&k, 0, 1, 0);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_OPEN);
        assert_int_equal(image->sector[0].log, known[i].log);
        assert_int_equal(image->sector[0].copies_end, known[i].log);
    }
}

static void a_header_with_a_wrong_sum_is_none(void **state)
{
    for (unsigned byte = 0; byte < 12; byte++) {
        maker_begin(&k, 4, false);
        maker_open(&k, 0, 1, 0);
        k.bytes[byte] ^= 0x10;
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_DIRTY);
        maker_begin(&k, 4, false);
        maker_open(&k, 0, 1, 0);
        k.bytes[24 + byte] ^= 0x10;
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_DRAFT);
    }
}

static void another_version_is_not_read(void **state)
{
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 1, 0);
    maker_value(&k, 1, "x", false);
    /* The sum of A as version 2 has it, worked out by hand and by crc32. */
    const uint8_t a[12] = {0x45, 0x7E, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0};
    memcpy(k.bytes, a, sizeof(a));
    uint32_t sum = UINT32_MAX;
    for (unsigned i = 0; i < 8; i++) {
        sum ^= a[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (sum & 1) * 0xEDB88320u;
        }
    }
    memcpy(k.bytes + 8, &sum, 4);
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_FOREIGN);
    assert_int_equal(image->sector[0].version, 2);
    assert_int_equal(image->records, 0);
    expect_damage(0, "2");
}

static void two_sectors_of_one_sequence_are_damage(void **state)
{
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 3, 0);
    maker_open(&k, 2, 3, 0);
    read_image();
    expect_damage(2 * MAKER_SECTOR, "2");
}

/* ---- the plain log ------------------------------------------------------------------------ */

static void begin_plain(bool zero)
{
    maker_begin(&k, 4, zero);
    maker_open(&k, 0, 1, 0);
}

static void values_of_every_length_read_back(void **state)
{
    for (int zero = 0; zero < 2; zero++) {
        begin_plain(zero == 1);
        const char *const texts[] = {"", "a", "ab", "abc", "abcd", "abcde",
                "0123456789012345678901234567890123456789012345678901234567"};
        for (uint16_t id = 0; id < 7; id++) {
            maker_value(&k, (uint16_t)(id * 170), texts[id], false);
        }
        char text[234] = "";
        memset(text, 'x', 233);
        maker_long(&k, 0, 9, text);
        maker_long(&k, 0, 65534, "short, but its id is not");
        read_image();
        for (uint16_t id = 0; id < 7; id++) {
            holds_value((uint16_t)(id * 170), texts[id]);
        }
        holds_value(9, text);
        holds_value(65534, "short, but its id is not");
        assert_int_equal(image->damaged, 0);
        assert_null(image_find(image, 5));
    }
}

static void a_later_record_replaces_an_earlier_one(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "old", false);
    uint32_t old = k.last;
    maker_value(&k, 2, "gone", false);
    maker_value(&k, 1, "new", false);
    uint32_t new = k.last;
    maker_deletion(&k, 2);
    maker_counter(&k, 3, 77);
    maker_value(&k, 3, "was a counter", false);
    read_image();
    holds_value(1, "new");
    expect_fate(old, IMAGE_SUPERSEDED);
    expect_fate(new, IMAGE_CURRENT);
    assert_int_equal(image_find(image, 2)->kind, IMAGE_DELETION);
    holds_value(3, "was a counter");
}

static void counters_count_the_ticks_before_the_first_bit(void **state)
{
    for (int zero = 0; zero < 2; zero++) {
        begin_plain(zero == 1);
        maker_counter(&k, 1, 123456789);
        maker_running(&k, 2, 100, 0);
        maker_running(&k, 3, 100, 13);
        maker_running(&k, 4, 0xFFFFFFFF, 192);
        read_image();
        holds_count(1, 123456789);
        holds_count(2, 100);
        holds_count(3, 113);
        holds_count(4, 191);
        assert_int_equal(image->damaged, 0);
    }
}

static void names_replace_names_only(void **state)
{
    begin_plain(false);
    maker_value(&k, 4, "value", false);
    maker_long(&k, 1, 4, "first name");
    maker_long(&k, 1, 4, "second name");
    maker_long(&k, 1, 5, "");
    read_image();
    holds_value(4, "value");
    assert_int_equal(image_name(image, 4)->bytes_len, 11);
    assert_null(image_name(image, 5));
    assert_null(image_name(image, 6));
}

static void what_is_not_committed_does_not_count(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "committed", false);
    maker_value(&k, 1, "torn", true);
    uint32_t torn = k.last;
    read_image();
    holds_value(1, "committed");
    expect_fate(torn, IMAGE_TORN);
    assert_false(image->sector[0].settled);
    assert_int_equal(image->damaged, 0);
}

static void a_kill_takes_back_the_record_just_before(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "stays", false);
    maker_value(&k, 1, "killed", false);
    uint32_t killed = k.last;
    maker_kill(&k);
    maker_value(&k, 2, "not touched", false);
    maker_pad(&k);
    maker_kill(&k);
    read_image();
    holds_value(1, "stays");
    expect_fate(killed, IMAGE_VOID);
    holds_value(2, "not touched");
}

static void pads_are_skipped_and_end_a_settled_log(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "one", false);
    maker_pad(&k);
    maker_pad(&k);
    maker_value(&k, 2, "two", false);
    read_image();
    holds_value(2, "two");
    assert_false(image->sector[0].settled);
    maker_pad(&k);
    read_image();
    assert_true(image->sector[0].settled);
    assert_int_equal(image->sector[0].end, k.at);
    k.bytes[k.at + 40] = 0;
    read_image();
    expect_damage(k.at, "3.4");
}

static void a_batch_makes_its_members_count_together(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "old one", false);
    maker_value(&k, 2, "old two", false);
    maker_value(&k, 1, "new one", true);
    maker_value(&k, 2, "new two", true);
    read_image();
    holds_value(1, "old one");
    holds_value(2, "old two");
    maker_batch(&k, 2);
    read_image();
    holds_value(1, "new one");
    holds_value(2, "new two");
    assert_int_equal(image->damaged, 0);
}

static void a_batch_without_all_its_members_is_damage(void **state)
{
    const unsigned ways = 4;
    for (unsigned way = 0; way < ways; way++) {
        begin_plain(false);
        maker_value(&k, 1, "old", false);
        maker_value(&k, 1, "new", true);
        if (way == 0) {
            maker_pad(&k);
        } else if (way == 1) {
            maker_kill(&k);
        } else if (way == 2) {
            maker_value(&k, 2, "committed", false);
        }
        maker_batch(&k, way == 3 ? 3 : 1);
        uint32_t batch = k.last;
        read_image();
        holds_value(1, way == 3 ? "new" : "old");
        expect_damage(batch, "3.3");
    }
}

static void a_value_with_a_wrong_sum_is_lost_and_said_so(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "old", false);
    maker_value(&k, 1, "new value", false);
    uint32_t at = k.last;
    k.bytes[at + 6] ^= 4;
    read_image();
    const struct image_record *r = image_find(image, 1);
    assert_non_null(r);
    assert_int_equal(r->off, at);
    assert_true(r->sum_wrong);
    expect_damage(at, "3.3");
    k.bytes[at] |= 1; /* not committed: then it does not matter */
    read_image();
    holds_value(1, "old");
    assert_int_equal(image->damaged, 0);
}

static void both_sums_of_a_long_record_are_looked_at(void **state)
{
    for (unsigned byte = 1; byte < 16; byte++) {
        begin_plain(false);
        maker_long(&k, 0, 2000, "????");
        uint32_t at = k.last;
        if (byte == 1 || byte == 2 || byte == 6 || byte == 7) {
            continue; /* kind, code and length decide what it is at all */
        }
        k.bytes[at + byte] ^= 0x20;
        read_image();
        assert_int_equal(image->damaged, 1);
        expect_damage(at, "3.3");
    }
}

static void a_record_beyond_its_sector_is_damage_unless_torn(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "fine", false);
    k.at = MAKER_SECTOR - 8;
    memset(k.bytes + 48, 0, MAKER_SECTOR - 48 - 8);
    maker_value(&k, 2, "does not fit here", false);
    uint32_t at = k.last;
    memset(k.bytes + MAKER_SECTOR, 0xFF, 32);
    read_image();
    holds_value(1, "fine");
    expect_damage(at, "3.2");
    k.bytes[at] |= 1;
    read_image();
    assert_int_equal(image->damaged, 0);
}

static void a_long_record_may_be_a_deletion(void **state)
{
    begin_plain(false);
    maker_long(&k, 0, 60000, "there");
    maker_long(&k, 2, 60000, "");
    maker_long(&k, 3, 60000, "of a kind to come");
    read_image();
    assert_int_equal(image_find(image, 60000)->kind, IMAGE_DELETION);
}

static void a_first_word_of_no_value_with_spare_bytes_is_a_stump(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "before", false);
    maker_word(&k, 1u << 19 | 1u << 3 | 7);
    uint32_t at = k.last;
    maker_value(&k, 2, "behind", false);
    read_image();
    holds_value(1, "before");
    holds_value(2, "behind");
    expect_fate(at, IMAGE_TORN);
    assert_int_equal(image->damaged, 0);
    k.bytes[at] ^= 1; /* committed: it cannot have been */
    read_image();
    holds_value(1, "before");
    expect_damage(at, "3.2");
}

static void a_short_value_in_a_long_record_is_damage(void **state)
{
    begin_plain(false);
    maker_long(&k, 0, 7, "could be short");
    uint32_t at = k.last;
    read_image();
    expect_damage(at, "3.2");
}

/* ---- order ---------------------------------------------------------------------------------- */

static void segments_count_in_order_of_rank(void **state)
{
    maker_begin(&k, 4, false);
    /* Sector 2 replaces sector 0 (sequence 1): its copies come before what
     * sector 1 holds, and its rest after. */
    maker_open(&k, 0, 1, 0);
    maker_value(&k, 1, "replaced", false);
    uint32_t stale = k.last;
    maker_open(&k, 1, 2, 0);
    maker_value(&k, 2, "in the middle", false);
    maker_value(&k, 3, "in the middle", false);
    maker_draft(&k, 2);
    maker_value(&k, 1, "copied", false);
    maker_value(&k, 2, "copied", false);
    maker_copied(&k, 3, 2);
    maker_value(&k, 3, "last", false);
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_REPLACED);
    holds_value(1, "copied");
    holds_value(2, "in the middle");
    holds_value(3, "last");
    expect_fate(stale, IMAGE_STALE);
    assert_int_equal(image->damaged, 0);
}

/* ---- the once log ------------------------------------------------------------------------------ */

static void begin_once(uint8_t cell, bool zero)
{
    maker_begin(&k, cell, zero);
    maker_open(&k, 0, 1, 0);
}

static void once_values_of_every_length_read_back(void **state)
{
    for (unsigned i = 2; i < MEDIA; i++) {
        begin_once(media[i].cell, media[i].zero);
        maker_once(&k, 0, 0, "", 0);
        maker_once(&k, 0, 1, "seven b", 7);
        maker_once(&k, 0, 2, "8 bytes.", 8);
        maker_once(&k, 3, 3, "\x10\x20\x30\x40", 4);
        maker_once(&k, 1, 3, "name", 4);
        maker_once(&k, 2, 65535, "", 0);
        maker_cells(&k, 'a', 2);
        read_image();
        holds_value(0, "");
        holds_value(1, "seven b");
        holds_value(2, "8 bytes.");
        holds_count(3, 0x40302010);
        assert_int_equal(image_name(image, 3)->bytes_len, 4);
        assert_int_equal(image_find(image, 65535)->kind, IMAGE_DELETION);
        assert_true(image->sector[0].settled);
        assert_int_equal(image->damaged, 0);
    }
}

static void the_last_keep_or_drop_decides_a_group(void **state)
{
    begin_once(8, false);
    maker_once(&k, 0, 1, "kept", 4);
    maker_cells(&k, 'a', 1);
    maker_once(&k, 0, 1, "dropped", 7);
    maker_cells(&k, 'a', 1);
    maker_cells(&k, 'x', 1);
    maker_once(&k, 0, 2, "drop, then keep", 15);
    maker_once(&k, 0, 3, "both", 4);
    maker_cells(&k, 'x', 1);
    maker_cells(&k, 'a', 1);
    maker_once(&k, 0, 1, "undecided", 9);
    uint32_t last = k.last;
    read_image();
    holds_value(1, "kept");
    holds_value(2, "drop, then keep");
    holds_value(3, "both");
    expect_fate(last, IMAGE_TORN);
    assert_false(image->sector[0].settled);
}

static void other_cells_are_nothing_and_three_erased_ones_the_end(void **state)
{
    begin_once(8, false);
    maker_once(&k, 0, 1, "one", 3);
    k.at += 16; /* two erased cells */
    maker_cells(&k, 'z', 1);
    maker_cells(&k, 'a', 2);
    read_image();
    holds_value(1, "one");
    maker_once(&k, 0, 1, "two", 3);
    k.at += 24;
    maker_cells(&k, 'a', 2);
    read_image();
    holds_value(1, "one");
    assert_int_equal(image->sector[0].end, k.at - 16 - 24);
}

static void a_keep_with_one_other_byte_is_nothing(void **state)
{
    begin_once(8, false);
    maker_once(&k, 0, 1, "one", 3);
    maker_cells(&k, 'a', 1);
    k.bytes[k.at - 3] = 'b';
    read_image();
    assert_null(image_find(image, 1));
}

static void an_unreadable_cell_holds_nothing(void **state)
{
    static uint8_t unreadable[MAKER_SECTOR];
    begin_once(8, false);
    maker_once(&k, 0, 1, "old", 3);
    maker_cells(&k, 'a', 2);
    maker_once(&k, 0, 1, "new", 3);
    uint32_t data = k.last;
    maker_cells(&k, 'a', 2);
    const struct image_place place = {0, MAKER_SECTOR};
    const struct image_medium m = {.bytes = k.bytes,
            .size = MAKER_SECTOR,
            .unreadable = unreadable,
            .sector = &place,
            .sectors = 1};
    memset(unreadable, 0, sizeof(unreadable));
    unreadable[data + 8] = 1; /* its trailer */
    image_drop(image);
    image = image_read(&m);
    holds_value(1, "old");
    unreadable[data + 8] = 0;
    unreadable[data] = 1; /* its data: then the trailer's sum is wrong, and the record
                             begins behind the cell that cannot be read */
    image_drop(image);
    image = image_read(&m);
    holds_value(1, "old");
    expect_damage(data + 8, "4.3"); /* it had been kept */
    /* Of three cells that look erased one cannot be read: not the end. */
    begin_once(8, false);
    maker_once(&k, 0, 1, "far", 3);
    unreadable[data] = 0;
    unreadable[k.at + 8] = 1;
    k.at += 24;
    maker_cells(&k, 'a', 2);
    image_drop(image);
    image = image_read(&m);
    assert_non_null(image_find(image, 1));
}

static void copies_of_a_once_log_count_without_keep(void **state)
{
    maker_begin(&k, 8, false);
    maker_draft(&k, 0);
    maker_once(&k, 0, 1, "copied", 6);
    maker_copied(&k, 2, 1);
    read_image();
    holds_value(1, "copied");
}

/* ---- finding ----------------------------------------------------------------------------------- */

static struct image_store found[IMAGE_STORES];

static void a_store_is_found_in_a_whole_chip(void **state)
{
    static uint8_t chip[65536];
    for (unsigned i = 0; i < MEDIA; i++) {
        maker_begin(&k, media[i].cell, media[i].zero);
        maker_open(&k, 0, 3, 0);
        maker_open(&k, 3, 4, 0);
        for (unsigned b = 0; b < sizeof(chip); b++) {
            chip[b] = (uint8_t)(b * 7 + b / 251);
        }
        memcpy(chip + 0x4000, k.bytes, MAKER_SIZE);
        const uint32_t ends[] = {0x4000, 0x4000 + 4 * MAKER_SECTOR, 0x8000};
        assert_int_equal(image_search(chip, sizeof(chip), ends, 3, found), 1);
        assert_int_equal(found[0].off, 0x4000);
        assert_int_equal(found[0].len, 4 * MAKER_SECTOR);
        assert_int_equal(found[0].sectors, 2);
        assert_int_equal(found[0].sector[0].len, 3 * MAKER_SECTOR); /* to the next */
        assert_int_equal(found[0].sector[1].off, 3 * MAKER_SECTOR);
        assert_int_equal(found[0].erased_is_zero, media[i].zero);
    }
}

static void two_stores_are_told_apart(void **state)
{
    static uint8_t chip[2 * MAKER_SIZE];
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 1, 0);
    maker_open(&k, 1, 2, 0);
    memcpy(chip, k.bytes, MAKER_SIZE);
    memcpy(chip + MAKER_SIZE, k.bytes, MAKER_SIZE);
    assert_int_equal(image_search(chip, sizeof(chip), NULL, 0, found), 2);
    assert_int_equal(found[1].off, MAKER_SIZE);
    maker_begin(&k, 8, false);
    maker_open(&k, 0, 9, 0);
    memcpy(chip + MAKER_SIZE, k.bytes, MAKER_SIZE);
    assert_int_equal(image_search(chip, sizeof(chip), NULL, 0, found), 2);
}

static void where_there_is_none_none_is_found(void **state)
{
    static uint8_t chip[MAKER_SIZE];
    assert_int_equal(image_search(chip, sizeof(chip), NULL, 0, found), 0);
    memset(chip, 0xFF, sizeof(chip));
    assert_int_equal(image_search(chip, sizeof(chip), NULL, 0, found), 0);
    assert_int_equal(image_search(chip, 0, NULL, 0, found), 0);
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 1, 0);
    assert_int_equal(image_search(k.bytes, 11, NULL, 0, found), 0);
    assert_int_equal(image_search(k.bytes, 12, NULL, 0, found), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(erased_flash_is_no_store),
            cmocka_unit_test(each_state_of_a_sector_is_known),
            cmocka_unit_test(the_log_begins_where_the_header_ends),
            cmocka_unit_test(a_header_with_a_wrong_sum_is_none),
            cmocka_unit_test(another_version_is_not_read),
            cmocka_unit_test(two_sectors_of_one_sequence_are_damage),
            cmocka_unit_test(values_of_every_length_read_back),
            cmocka_unit_test(a_later_record_replaces_an_earlier_one),
            cmocka_unit_test(counters_count_the_ticks_before_the_first_bit),
            cmocka_unit_test(names_replace_names_only),
            cmocka_unit_test(what_is_not_committed_does_not_count),
            cmocka_unit_test(a_kill_takes_back_the_record_just_before),
            cmocka_unit_test(pads_are_skipped_and_end_a_settled_log),
            cmocka_unit_test(a_batch_makes_its_members_count_together),
            cmocka_unit_test(a_batch_without_all_its_members_is_damage),
            cmocka_unit_test(a_value_with_a_wrong_sum_is_lost_and_said_so),
            cmocka_unit_test(both_sums_of_a_long_record_are_looked_at),
            cmocka_unit_test(a_record_beyond_its_sector_is_damage_unless_torn),
            cmocka_unit_test(a_long_record_may_be_a_deletion),
            cmocka_unit_test(a_first_word_of_no_value_with_spare_bytes_is_a_stump),
            cmocka_unit_test(a_short_value_in_a_long_record_is_damage),
            cmocka_unit_test(segments_count_in_order_of_rank),
            cmocka_unit_test(once_values_of_every_length_read_back),
            cmocka_unit_test(the_last_keep_or_drop_decides_a_group),
            cmocka_unit_test(other_cells_are_nothing_and_three_erased_ones_the_end),
            cmocka_unit_test(a_keep_with_one_other_byte_is_nothing),
            cmocka_unit_test(an_unreadable_cell_holds_nothing),
            cmocka_unit_test(copies_of_a_once_log_count_without_keep),
            cmocka_unit_test(a_store_is_found_in_a_whole_chip),
            cmocka_unit_test(two_stores_are_told_apart),
            cmocka_unit_test(where_there_is_none_none_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
