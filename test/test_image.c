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

static bool rescue;

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
            .erased_is_zero = k.zero,
            .rescue = rescue};
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
        maker_draft(&k, 4);
        maker_placed(&k, 7, 0); /* but not committed */
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_READY);
        assert_int_equal(image->sector[0].erases, 7);
        assert_int_equal(image->sector[1].state, IMAGE_DRAFT);
        assert_false(image->sector[1].placed);
        assert_int_equal(image->sector[2].state, IMAGE_REPLACED);
        assert_int_equal(image->sector[3].state, IMAGE_OPEN);
        assert_int_equal(image->sector[4].state, IMAGE_DRAFT);
        assert_true(image->sector[4].placed);
        assert_int_equal(image->sector[5].state, IMAGE_DIRTY);
        assert_int_equal(image->open, 1);
        assert_int_equal(image->damaged, 0);
    }
}

/* SPEC 2: sequence and age have 24 bits. */
static void a_sector_may_be_replaced_after_any_time(void **state)
{
    for (unsigned i = 0; i < MEDIA; i++) {
        maker_begin(&k, media[i].cell, media[i].zero);
        maker_open(&k, 0, 5, 0);
        maker_open(&k, 1, 0x654326, 0x654321);
        maker_open(&k, 2, 0x10005, 0);
        maker_open(&k, 3, 0x10006, 0x10000);
        maker_open(&k, 4, 6, 0);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_REPLACED);
        assert_int_equal(image->sector[1].state, IMAGE_OPEN);
        assert_int_equal(image->sector[1].sequence, 0x654326);
        assert_int_equal(image->sector[1].age, 0x654321);
        assert_int_equal(image->sector[2].state, IMAGE_OPEN);
        assert_int_equal(image->sector[3].state, IMAGE_OPEN);
        assert_int_equal(image->sector[4].state, IMAGE_REPLACED);
        assert_int_equal(image->damaged, 0);
    }
}

/* Bytes of a row of sector n, as if they had not been written. */
static void unwrite(unsigned n, uint32_t off, uint32_t len)
{
    memset(k.bytes + n * MAKER_SECTOR + off, k.zero ? 0 : 0xFF, len);
}

static void flags_decide_between_dirty_ready_and_draft(void **state)
{
    for (unsigned i = 0; i < MEDIA; i++) {
        uint32_t cell = media[i].cell;
        uint32_t clean = (12 + cell - 1) / cell * cell;
        maker_begin(&k, media[i].cell, media[i].zero);
        maker_ready(&k, 0, 1);
        unwrite(0, clean, cell);
        maker_open(&k, 1, 1, 0);
        unwrite(1, clean + cell, cell);
        maker_open(&k, 2, 2, 0);
        unwrite(2, clean, cell);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_DIRTY);
        /* One that could not be zeroed before an erase must be blank. */
        assert_int_equal(image->sector[1].state, cell == 4 ? IMAGE_READY : IMAGE_DIRTY);
        assert_false(image->sector[1].placed);
        assert_int_equal(image->sector[2].state, IMAGE_OPEN);
        /* No cut leaves a ready sector with something in it, where A is zeroed
         * before an erase. */
        assert_int_equal(image->damaged, cell == 4 ? 1 : 0);
        if (cell == 4) {
            expect_damage(MAKER_SECTOR, "5.4");
        }
    }
}

static void a_sector_is_opened_by_the_verdict_at_the_end_of_its_copies(void **state)
{
    for (int zero = 0; zero < 2; zero++) {
        maker_begin(&k, 4, zero == 1);
        maker_draft(&k, 0);
        maker_placed(&k, 1, 0);
        maker_keep(&k);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_OPEN);
        assert_false(image->sector[0].decided);
        maker_drop(&k);
        maker_drop(&k);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_DRAFT);
        assert_true(image->sector[0].decided);
        maker_begin(&k, 4, zero == 1);
        maker_open(&k, 0, 1, 0);
        maker_void(&k);
        maker_drop(&k);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_DRAFT);
        maker_value(&k, 1, "what follows ends the marks", false);
        read_image();
        assert_true(image->sector[0].decided);
        assert_int_equal(image->records, 0);
    }
    maker_begin(&k, 8, false);
    maker_draft(&k, 0);
    maker_placed(&k, 1, 0);
    maker_cells(&k, 'K', 1);
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_OPEN);
    assert_false(image->sector[0].settled);
    maker_cells(&k, 'x', 1);
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_DRAFT);
    maker_cells(&k, 'K', 2);
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_OPEN);
    assert_true(image->sector[0].settled);
}

static void the_log_begins_where_the_header_ends(void **state)
{
    const struct {
        uint8_t cell;
        uint32_t log;
    } known[] = {{4, 36}, {8, 48}, {16, 64}, {32, 128}};
    for (unsigned i = 0; i < 4; i++) {
        maker_begin(&k, known[i].cell, false);
        maker_open(&k, 0, 1, 0);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_OPEN);
        assert_int_equal(image->sector[0].log, known[i].log);
        assert_int_equal(image->sector[0].copies_end, known[i].log);
    }
}

/* Bytes 0 to 11 are A, 20 to 35 are B, whose first word no sum covers. */
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
    for (unsigned byte = 0; byte < 4; byte++) {
        maker_begin(&k, 4, false);
        maker_open(&k, 0, 1, 0);
        k.bytes[20 + byte] ^= 0x10;
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_OPEN);
        expect_damage(20, "2");
    }
}

/* A's sum is not the maker's but worked out here. */
static void write_version(uint8_t version)
{
    const uint8_t a[12] = {0x45, 0x7E, version, 2, 1, 0, 0, 0, 0, 0, 0, 0};
    memcpy(k.bytes, a, sizeof(a));
    uint32_t sum = UINT32_MAX;
    for (unsigned i = 0; i < 8; i++) {
        sum ^= a[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            sum = sum >> 1 ^ (sum & 1) * 0xEDB88320u;
        }
    }
    memcpy(k.bytes + 8, &sum, 4);
}

static void another_version_is_not_read(void **state)
{
    const uint8_t versions[] = {1, 3};
    for (unsigned i = 0; i < 2; i++) {
        maker_begin(&k, 4, false);
        maker_open(&k, 0, 1, 0);
        maker_value(&k, 1, "x", false);
        write_version(versions[i]);
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_FOREIGN);
        assert_int_equal(image->sector[0].version, versions[i]);
        assert_int_equal(image->records, 0);
        expect_damage(0, "2");
        assert_non_null(strstr(
                image->damage[0].text, versions[i] == 1 ? "version 1;" : "version 3;"));
    }
}

static void headers_that_cannot_be_are_damage(void **state)
{
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 0, 0);
    maker_open(&k, 1, 2, 7);
    maker_draft(&k, 2);
    maker_value(&k, 1, "a copy of nothing", false);
    maker_copied(&k, 3, 0);
    read_image();
    expect_damage(0, "2");
    expect_damage(MAKER_SECTOR, "2");
    expect_damage(2 * MAKER_SECTOR, "2.2");
    assert_int_equal(image->damaged, 3);
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

static void a_value_may_be_as_long_as_its_sector(void **state)
{
    static char text[5001];
    const struct image_place whole = {0, MAKER_SIZE};
    const struct image_medium m = {
            .bytes = k.bytes, .size = MAKER_SIZE, .sector = &whole, .sectors = 1};
    memset(text, 'y', 5000);
    begin_plain(false);
    maker_long(&k, 0, 3, text);
    maker_value(&k, 4, "behind", false);
    image_drop(image);
    image = image_read(&m);
    assert_non_null(image);
    holds_value(3, text);
    holds_value(4, "behind");
    assert_int_equal(image->damaged, 0);
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

/* Marks as letters, behind a record whose own say is that: what SPEC 2.3 makes of
 * them, in both logs. v: VOID, |: another record. */
static const struct {
    bool own_say;
    const char *marks;
    bool alive, final;
} verdicts[] = {
        {true, "", true, false},
        {false, "", false, false},
        {true, "|", true, true},
        {false, "|", false, true},
        {true, "K", true, true},
        {false, "K", true, false},
        {false, "K|", true, true},
        {false, "KK", true, true},
        {true, "vK", true, false},
        {true, "vKK", true, true},
        {true, "x", false, false},
        {true, "x|", false, true},
        {true, "xx", false, true},
        {false, "x", false, false},
        {true, "xK", true, false},
        {true, "xKK", true, true},
        {false, "Kx", false, false},
        {false, "KxK", true, false},
        {false, "KvK", true, false},
        {false, "KvKK", true, true},
        {true, "xvx", false, false},
        {true, "xxKK", false, true},
        {true, "Kxx", true, true},
        {false, "KKxx", true, true},
        {false, "vvv", false, false},
        {true, "v", true, false},
        {true, "vx|", false, true},
};
enum { VERDICTS = sizeof(verdicts) / sizeof(verdicts[0]) };

static void put_marks(const char *marks)
{
    for (; *marks != '\0'; marks++) {
        if (k.cell == 4) {
            switch (*marks) {
            case 'K': maker_keep(&k); break;
            case 'x': maker_drop(&k); break;
            case '|': maker_value(&k, 9, "another", false); break;
            default: maker_void(&k);
            }
        } else if (*marks == '|') {
            maker_once(&k, 0, 9, "another", 7);
        } else {
            maker_cells(&k, (uint8_t)*marks, 1);
        }
    }
}

static const struct image_record *record_at(uint32_t off)
{
    static const struct image_record none;
    for (uint32_t i = 0; i < image->records; i++) {
        if (image->record[i].off == off) {
            return &image->record[i];
        }
    }
    fail_msg("no record at 0x%X", (unsigned)off);
    return &none;
}

static void expect_verdict(unsigned i, uint32_t at)
{
    const struct image_record *r = record_at(at);
    bool closed = strchr(verdicts[i].marks, '|') != NULL;
    if (r->alive != verdicts[i].alive || r->final != verdicts[i].final ||
            (!closed && image->sector[0].settled != r->final)) {
        fail_msg("behind own say %d, \"%s\": alive %d, final %d", verdicts[i].own_say,
                verdicts[i].marks, r->alive, r->final);
    }
    bool dropped = strchr(verdicts[i].marks, 'x') != NULL;
    assert_int_equal(r->fate, r->alive  ? IMAGE_CURRENT
                              : dropped ? IMAGE_DROPPED
                                        : IMAGE_TORN);
    bool left = k.cell == 4 && !verdicts[i].own_say && verdicts[i].marks[0] == '|';
    assert_int_equal(image->damaged, left);
    if (left) {
        expect_damage(at, "5.3");
    }
}

static void the_marks_behind_a_record_decide_on_it(void **state)
{
    for (unsigned i = 0; i < VERDICTS; i++) {
        for (int zero = 0; zero < 2; zero++) {
            begin_plain(zero == 1);
            maker_value(&k, 1, "decided", !verdicts[i].own_say);
            uint32_t at = k.last;
            put_marks(verdicts[i].marks);
            read_image();
            expect_verdict(i, at);
        }
    }
}

static void marks_of_a_batch_are_behind_its_last_member(void **state)
{
    for (unsigned i = 0; i < VERDICTS; i++) {
        begin_plain(false);
        maker_batch(&k);
        maker_value(&k, 1, "decided", false);
        uint32_t member = k.last;
        maker_value(&k, 2, "this, too", false);
        maker_batched(&k, !verdicts[i].own_say);
        uint32_t at = k.last;
        put_marks(verdicts[i].marks);
        read_image();
        expect_verdict(i, at);
        assert_int_equal(record_at(at)->count, 2);
        assert_int_equal(record_at(member)->thing, at);
        assert_int_equal(record_at(member)->alive, verdicts[i].alive);
        assert_int_equal(record_at(member)->final, verdicts[i].final);
    }
}

static void what_is_no_mark_is_void(void **state)
{
    const uint32_t words[] = {0xFFFFFFFE, 0x0000000E, 0x00000002, 0xABCDEFF2};
    for (unsigned i = 0; i < 4; i++) {
        begin_plain(false);
        maker_value(&k, 1, "alive", false);
        maker_word(&k, words[i]);
        read_image();
        holds_value(1, "alive");
        assert_int_equal(image->record[1].kind, IMAGE_VOID);
        assert_false(image->sector[0].settled);
    }
}

static void a_torn_word_is_a_thing_that_never_counts(void **state)
{
    const char *const marks[] = {"", "v", "K", "KK", "vKK", "vxx", "x"};
    for (unsigned i = 0; i < 7; i++) {
        begin_plain(false);
        maker_value(&k, 1, "before", true);
        maker_keep(&k);
        maker_stump(&k, 1, 5);
        uint32_t at = k.last;
        put_marks(marks[i]);
        read_image();
        holds_value(1, "before"); /* whatever is said of the torn word */
        assert_int_equal(record_at(at)->kind, IMAGE_STUMP);
        assert_false(record_at(at)->alive);
        assert_int_equal(record_at(at)->fate,
                strchr(marks[i], 'x') != NULL ? IMAGE_DROPPED : IMAGE_TORN);
        assert_int_equal(image->sector[0].settled, strlen(marks[i]) > 1);
        assert_int_equal(image->damaged, 0);
    }
}

/* Its SIZED bit may not have settled: both ways the same must count. */
static void a_torn_word_may_be_a_record_the_next_time(void **state)
{
    for (unsigned code = 0; code <= 60; code += 60) {
        begin_plain(false);
        maker_value(&k, 1, "before", false);
        maker_stump(&k, 1, (uint8_t)code);
        uint32_t at = k.last;
        maker_void(&k);
        maker_drop(&k);
        maker_drop(&k);
        read_image();
        holds_value(1, "before");
        assert_true(image->sector[0].settled);
        k.bytes[at] ^= 2;
        read_image();
        holds_value(1, "before");
        assert_true(image->sector[0].settled);
        assert_int_equal(image->damaged, 0);
    }
}

static void a_torn_word_claims_what_its_code_says_if_it_may_be_there(void **state)
{
    begin_plain(false);
    maker_stump(&k, 2, 5);
    maker_stump(&k, 2, 0);
    uint32_t at = k.last;
    read_image();
    assert_int_equal(record_at(at - 4)->claims, at + 20);
    assert_int_equal(record_at(at)->claims, at + 4);
    uint16_t room = (uint16_t)((MAKER_SECTOR - 24 - at - 4) / 4);
    for (uint16_t more = 0; more < 2; more++) {
        k.at = at;
        maker_stump(&k, room + more, 63); /* long, of so many words */
        read_image();
        assert_int_equal(record_at(at)->claims, more == 0 ? MAKER_SECTOR - 24 : at + 4);
        k.bytes[at + 3] ^= 1; /* its crc */
        read_image();
        assert_int_equal(record_at(at)->claims, at + 4);
    }
    assert_int_equal(image->damaged, 1);
    expect_damage(at - 4, "5.3"); /* no start has decided on the first */
}

static void a_settled_log_ends_where_it_says(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "one", false);
    read_image();
    assert_false(image->sector[0].settled);
    maker_keep(&k);
    maker_void(&k);
    maker_void(&k);
    read_image();
    assert_true(image->sector[0].settled);
    assert_int_equal(image->sector[0].end, k.at);
    k.bytes[k.at + 40] = 0;
    read_image();
    expect_damage(k.at, "3.4");
    begin_plain(false);
    read_image();
    assert_false(image->sector[0].settled); /* it might have been cut as it was opened */
    maker_keep(&k);
    read_image();
    assert_true(image->sector[0].settled);
}

static void a_batch_makes_its_members_count_together(void **state)
{
    for (int open = 1; open >= 0; open--) {
        begin_plain(false);
        maker_value(&k, 1, "old one", false);
        maker_value(&k, 2, "old two", false);
        maker_batch(&k);
        maker_value(&k, 1, "new one", false);
        maker_value(&k, 2, "new two", false);
        maker_value(&k, 3, "not committed", true);
        uint32_t third = k.last;
        maker_batched(&k, open == 1);
        read_image();
        holds_value(1, open == 1 ? "old one" : "new one");
        holds_value(2, open == 1 ? "old two" : "new two");
        assert_null(image_find(image, 3));
        assert_int_equal(image->damaged, open == 1 ? 0 : 1);
        if (open == 0) {
            expect_damage(third, "5.1");
        }
    }
}

static void a_batch_is_filled_by_records_exactly(void **state)
{
    const uint32_t none[] = {0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFB,
            62 << 14 | 0xC, /* a batch of no words */
            1 << 14 | 0xC}; /* a record that reaches beyond it */
    for (unsigned i = 0; i < 5; i++) {
        for (int open = 0; open < 2; open++) {
            begin_plain(false);
            maker_batch(&k);
            maker_value(&k, 1, "member", false);
            maker_word(&k, none[i]);
            uint32_t at = k.last;
            maker_batched(&k, open == 1);
            if (open == 1) {
                maker_void(&k);
                maker_drop(&k);
                maker_drop(&k);
            }
            maker_value(&k, 2, "behind", false);
            read_image();
            holds_value(2, "behind");
            assert_int_equal(image->damaged, open == 1 ? 0 : 1);
            if (open == 0) {
                holds_value(1, "member");
                expect_damage(at, "3.2");
            }
        }
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

static void what_was_purged_is_no_damage(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "a secret", false);
    uint32_t at = k.last;
    maker_deletion(&k, 1);
    memset(k.bytes + at + 4, 0, 8);
    read_image();
    expect_fate(at, IMAGE_SUPERSEDED);
    assert_int_equal(image->damaged, 0);
    memset(k.bytes + at + 4, 'x', 4); /* power failed in the purge */
    read_image();
    assert_int_equal(image->damaged, 0);
}

/* Byte 1 and 2 of the first word decide what it is at all; of the fields behind
 * it, all bytes are covered. */
static void both_sums_of_a_long_record_are_looked_at(void **state)
{
    for (unsigned byte = 3; byte < 16; byte++) {
        begin_plain(false);
        maker_long(&k, 0, 2000, "????");
        uint32_t at = k.last;
        k.bytes[at + byte] ^= byte == 3 ? 0x80 : 1;
        read_image();
        assert_true(record_at(at)->sum_wrong);
        expect_damage(at, "3.3");
    }
}

static void a_record_that_does_not_fit_is_damage_unless_not_sized(void **state)
{
    begin_plain(false);
    maker_value(&k, 1, "fine", false);
    maker_word(&k, 58 << 14 | 0xC);
    uint32_t at = k.last;
    while (k.at < MAKER_SECTOR - 4) {
        maker_void(&k);
    }
    k.at = at;
    maker_word(&k, 0x3FFu << 4 | 63 << 14 | 0xC);
    maker_value(&k, 2, "behind", false);
    read_image();
    holds_value(1, "fine");
    holds_value(2, "behind"); /* it is one word long */
    expect_damage(at, "3.1");
    assert_int_equal(record_at(at)->fate, IMAGE_TORN);
    assert_int_equal(image->damaged, 1);
    k.bytes[at] |= 2;
    k.bytes[at] |= 1;
    read_image();
    assert_int_equal(image->damaged, 1); /* but nobody has decided on it */
    expect_damage(at, "5.3");
}

static void the_last_six_words_are_for_marks(void **state)
{
    for (unsigned more = 0; more < 2; more++) {
        begin_plain(false);
        while (k.at < MAKER_SECTOR - 24 - 12 + 4 * more) {
            maker_void(&k);
        }
        maker_value(&k, 1, "12345678", false);
        uint32_t at = k.last;
        while (k.at < MAKER_SECTOR) {
            maker_void(&k);
        }
        read_image();
        holds_value(1, "12345678");
        assert_int_equal(image->sector[0].end, MAKER_SECTOR);
        assert_int_equal(image->damaged, more);
        if (more == 1) {
            expect_damage(at, "5.4");
        }
    }
}

static void a_long_record_may_be_a_deletion(void **state)
{
    begin_plain(false);
    maker_long(&k, 0, 60000, "there");
    maker_long(&k, 2, 60000, "");
    read_image();
    assert_int_equal(image_find(image, 60000)->kind, IMAGE_DELETION);
    assert_int_equal(image->damaged, 0);
}

static void write_malformed(unsigned i)
{
    /* A deletion with spare bytes, and right otherwise. */
    const uint8_t head[3] = {1, 60 << 2, 1};
    uint32_t sum = maker_sum10(0x3FF, head, 3);
    /* A value of no bytes, but a spare one. */
    const uint8_t none[3] = {1, 0, 1};
    uint32_t none_sum = maker_sum10(0x3FF, none, 3);
    switch (i) {
    case 0: maker_long(&k, 0, 7, "could be short"); break;
    case 1: maker_long(&k, 2, 60000, "a deletion with bytes"); break;
    case 2: maker_long(&k, 3, 60000, "of a kind to come"); break;
    case 3: maker_long(&k, 0, 65535, "x"); break;
    case 4: maker_value(&k, 1023, "x", false); break;
    case 5: maker_deletion(&k, 1023); break;
    case 6: maker_word(&k, sum << 22 | 1 << 20 | 60 << 14 | 1 << 4 | 0xC); break;
    default: maker_word(&k, none_sum << 22 | 1 << 20 | 1 << 4 | 0xC);
    }
}

/* Each is damage, and there is no other. */
static void records_that_must_not_be_written_are_damage(void **state)
{
    for (unsigned i = 0; i < 8; i++) {
        begin_plain(false);
        write_malformed(i);
        uint32_t at = k.last;
        read_image();
        expect_damage(at, "3.2");
        assert_int_equal(image->damaged, 1);
    }
}

static void copies_are_committed_records_and_nothing_else(void **state)
{
    for (unsigned i = 0; i < 4; i++) {
        maker_begin(&k, 4, false);
        maker_draft(&k, 0);
        maker_value(&k, 1, "a copy", false);
        if (i == 1) {
            maker_value(&k, 2, "not committed", true);
        } else if (i == 2) {
            maker_void(&k);
        } else if (i == 3) {
            k.last = k.at;
            k.at += 4;
        }
        uint32_t at = k.last;
        maker_copied(&k, 2, 1);
        read_image();
        holds_value(1, "a copy");
        assert_int_equal(image->damaged, i == 0 ? 0 : 1);
        if (i > 0) {
            expect_damage(at, i == 3 ? "2.2" : "5.1");
        }
    }
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
        maker_cells(&k, 'K', 2);
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

static void the_marks_behind_a_group_decide_on_it(void **state)
{
    for (unsigned i = 0; i < VERDICTS; i++) {
        if (verdicts[i].own_say || verdicts[i].marks[0] == '|') {
            continue; /* a group has none, and without marks between it goes on */
        }
        begin_once(8, false);
        maker_once(&k, 0, 1, "decided", 7);
        uint32_t at = k.last;
        maker_once(&k, 0, 2, "this, too", 9);
        uint32_t second = k.last;
        put_marks(verdicts[i].marks);
        read_image();
        expect_verdict(i, at);
        assert_int_equal(record_at(second)->alive, verdicts[i].alive);
        assert_int_equal(record_at(second)->thing, at);
    }
}

static void a_group_that_was_dropped_leaves_the_one_before(void **state)
{
    begin_once(8, false);
    maker_once(&k, 0, 1, "kept", 4);
    maker_cells(&k, 'K', 1);
    maker_once(&k, 0, 1, "dropped", 7);
    maker_cells(&k, 'z', 1);
    maker_cells(&k, 'x', 2);
    maker_once(&k, 0, 1, "undecided", 9);
    uint32_t last = k.last;
    read_image();
    holds_value(1, "kept");
    expect_fate(last, IMAGE_TORN);
    assert_false(image->sector[0].settled);
    assert_int_equal(image->damaged, 0);
}

static void erased_cells_before_the_end_are_void(void **state)
{
    for (unsigned i = 2; i < MEDIA; i++) {
        begin_once(media[i].cell, media[i].zero);
        maker_once(&k, 0, 1, "one", 3);
        maker_cells(&k, 'K', 1);
        k.at += 9u * k.cell;
        maker_cells(&k, 'x', 1);
        read_image();
        assert_null(image_find(image, 1));
        assert_int_equal(image->sector[0].end, k.at);
        maker_cells(&k, 'K', 1);
        k.at += k.cell;
        maker_cells(&k, 'K', 1);
        read_image();
        holds_value(1, "one");
        assert_false(image->sector[0].settled); /* parted, the two are not final */
        assert_int_equal(image->damaged, 0);
    }
}

static void a_keep_with_one_other_byte_is_void(void **state)
{
    for (unsigned byte = 0; byte < 8; byte++) {
        begin_once(8, false);
        maker_once(&k, 0, 1, "one", 3);
        maker_cells(&k, 'K', 1);
        k.bytes[k.last + byte] = 'b';
        read_image();
        assert_null(image_find(image, 1));
        assert_int_equal(image->damaged, 0);
    }
}

static void read_with(const uint8_t *unreadable)
{
    const struct image_place place = {0, MAKER_SECTOR};
    const struct image_medium m = {.bytes = k.bytes,
            .size = MAKER_SECTOR,
            .unreadable = unreadable,
            .sector = &place,
            .sectors = 1};
    image_drop(image);
    image = image_read(&m);
    assert_non_null(image);
}

static void an_unreadable_cell_holds_nothing(void **state)
{
    static uint8_t unreadable[MAKER_SECTOR];
    begin_once(8, false);
    maker_once(&k, 0, 1, "old", 3);
    maker_cells(&k, 'K', 2);
    maker_once(&k, 0, 1, "new", 3);
    uint32_t data = k.last;
    maker_cells(&k, 'K', 2);
    memset(unreadable, 0, sizeof(unreadable));
    unreadable[data + 8] = 1; /* its trailer */
    read_with(unreadable);
    holds_value(1, "old");
    unreadable[data + 8] = 0;
    unreadable[data] = 1; /* its data: then the trailer's sum is wrong, and the record
                             begins behind the cell that cannot be read */
    read_with(unreadable);
    holds_value(1, "old");
    expect_fate(data + 8, IMAGE_LOST);
    expect_damage(data + 8, "4.3"); /* it had been kept */
    unreadable[data] = 0;
    unreadable[k.at + 80] = 1; /* it is not erased: the log reaches so far */
    read_with(unreadable);
    holds_value(1, "new");
    assert_int_equal(image->sector[0].end, k.at + 88);
    unreadable[k.at + 80] = 0;
    unreadable[k.last] = 1; /* one KEEP of two */
    read_with(unreadable);
    holds_value(1, "new");
    assert_false(image->sector[0].settled);
    unreadable[k.last] = 0;
}

static void a_rotten_value_of_cells_is_lost_and_said_so(void **state)
{
    begin_once(8, false);
    maker_once(&k, 0, 1, "old", 3);
    maker_cells(&k, 'K', 2);
    maker_once(&k, 0, 1, "new", 3);
    uint32_t at = k.last;
    maker_cells(&k, 'K', 2);
    k.bytes[at + 2] ^= 4;
    read_image();
    const struct image_record *r = image_find(image, 1);
    assert_non_null(r);
    assert_int_equal(r->off, at);
    assert_true(r->sum_wrong);
    expect_damage(at, "4.3");
}

static void data_without_a_trailer_is_damage_where_a_cut_did_not_leave_it(void **state)
{
    for (unsigned cells = 1; cells < 3; cells++) {
        begin_once(8, false);
        maker_once(&k, 0, 1, "one", 3);
        maker_cells(&k, 'K', 1);
        uint32_t at = k.at;
        for (unsigned i = 0; i < cells; i++) {
            maker_cells(&k, 0x65, 1);
        }
        maker_cells(&k, 'z', 1);
        read_image();
        assert_int_equal(image->damaged, 0);
        maker_cells(&k, 'K', 2);
        read_image();
        holds_value(1, "one");
        assert_int_equal(record_at(at)->kind, IMAGE_PART);
        assert_int_equal(image->damaged, cells - 1);
        if (cells == 2) {
            expect_damage(at, "4.2");
        }
    }
}

static void the_last_six_cells_are_for_marks(void **state)
{
    for (unsigned more = 0; more < 2; more++) {
        begin_once(8, false);
        k.at = MAKER_SECTOR - 8 * 8 + 8 * more;
        maker_once(&k, 0, 1, "one", 3);
        uint32_t at = k.last;
        maker_cells(&k, 'K', 1);
        read_image();
        holds_value(1, "one");
        assert_int_equal(image->damaged, more);
        if (more == 1) {
            expect_damage(at, "5.4");
        }
    }
}

static void copies_of_a_once_log_count_without_keep(void **state)
{
    for (unsigned marks = 0; marks < 2; marks++) {
        maker_begin(&k, 8, false);
        maker_draft(&k, 0);
        maker_once(&k, 0, 1, "copied", 6);
        uint32_t at = k.at;
        maker_cells(&k, 'x', marks);
        maker_copied(&k, 2, 1);
        read_image();
        holds_value(1, "copied");
        assert_int_equal(image->damaged, marks);
        if (marks == 1) {
            expect_damage(at, "4.3");
        }
    }
}

static void no_a(unsigned sector)
{
    memset(k.bytes + sector * MAKER_SECTOR, k.zero ? 0 : 0xFF, 12);
}

/* SPEC 2: a cut erase may leave an A that is valid now and then. */
static void what_is_open_needs_no_a_in_a_once_log(void **state)
{
    static struct image_store at[IMAGE_STORES];
    for (unsigned i = 0; i < MEDIA; i++) {
        bool once = media[i].cell != 4;
        maker_begin(&k, media[i].cell, media[i].zero);
        maker_ready(&k, 0, 7);
        maker_draft(&k, 1);
        maker_placed(&k, 5, 0); /* but not committed */
        maker_open(&k, 2, 6, 0);
        for (unsigned n = 0; n < 3; n++) {
            no_a(n);
        }
        read_image();
        assert_int_equal(image->sector[0].state, IMAGE_DIRTY);
        assert_int_equal(image->sector[1].state, IMAGE_DIRTY);
        assert_false(image->sector[1].known);
        assert_int_equal(image->sector[2].state, once ? IMAGE_OPEN : IMAGE_DIRTY);
        assert_int_equal(image->sector[2].known, once);
        assert_int_equal(image->sector[2].cell, once ? media[i].cell : 0);
        assert_int_equal(image->sector[2].erases, 0);
        assert_int_equal(image->damaged, 0);
        assert_int_equal(image_search(k.bytes, MAKER_SIZE, NULL, 0, at), 1);
        /* B must say what it is of, and nobody can read on without USED. */
        k.bytes[2 * MAKER_SECTOR + (media[i].cell == 32 ? 96 : 48) -
                (media[i].cell == 8 ? 16 : 0)] ^= 1;
        read_image();
        assert_int_equal(image->sector[2].state, IMAGE_DIRTY);
    }
}

/* Earlier writers left it erased: then A is needed. */
static void the_word_of_b_may_be_erased_in_a_once_log(void **state)
{
    maker_begin(&k, 8, false);
    maker_open(&k, 0, 1, 0);
    memset(k.bytes + 32, 0xFF, 4);
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_OPEN);
    assert_int_equal(image->damaged, 0);
    k.bytes[32] = 0x45;
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_OPEN);
    expect_damage(32, "2");
    memset(k.bytes + 32, 0xFF, 4);
    no_a(0);
    read_image();
    assert_int_equal(image->sector[0].state, IMAGE_DIRTY);
}

/* ---- headers that rot ------------------------------------------------------------------- */

static void begin_copied(bool zero)
{
    maker_begin(&k, 4, zero);
    maker_ready(&k, 0, 3);
    maker_draft(&k, 1);
    maker_value(&k, 1, "copied", false);
    maker_copied(&k, 6, 2);
    maker_keep(&k);
}

/* With one bit of its header the other way round: a sector is as it was, or it is said to
 * be lost and can be rescued. */
static void each_bit_of_a_header_is_missed(uint32_t header)
{
    for (uint32_t bit = 0; bit < header * 8; bit++) {
        k.bytes[MAKER_SECTOR + bit / 8] ^= (uint8_t)(1u << bit % 8);
        rescue = false;
        read_image();
        bool lost = image->open == 0;
        assert_int_equal(image->sector[1].lost, lost);
        assert_true(!lost || image->damaged == 1);
        assert_true(lost || image_find(image, 1) != NULL);
        rescue = true;
        read_image();
        assert_int_equal(image->open, 1);
        assert_int_equal(image->sector[1].lost, lost);
        holds_value(1, "copied");
        k.bytes[MAKER_SECTOR + bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    rescue = false;
}

static void no_bit_of_a_header_rots_without_a_word(void **state)
{
    for (unsigned zero = 0; zero < 2; zero++) {
        begin_copied(zero);
        each_bit_of_a_header_is_missed(36);
        maker_value(&k, 2, "behind", false);
        each_bit_of_a_header_is_missed(36);
    }
    for (unsigned i = 2; i < MEDIA; i++) {
        maker_begin(&k, media[i].cell, media[i].zero);
        maker_draft(&k, 1);
        maker_once(&k, 0, 1, "copied", 6);
        maker_copied(&k, 6, 2);
        each_bit_of_a_header_is_missed(media[i].cell == 8 ? 48 : 4u * media[i].cell);
    }
}

/* Its commit has rotted, or it would be settled, or what it is of be there. */
static void without_what_it_is_of_it_is_no_draft(void **state)
{
    maker_begin(&k, 4, false);
    maker_draft(&k, 1);
    maker_value(&k, 1, "copied", false);
    maker_placed(&k, 6, 2);
    read_image();
    assert_true(image->sector[1].lost);
    expect_damage(MAKER_SECTOR + 20, "2");
    maker_open(&k, 2, 4, 0);
    read_image();
    assert_false(image->sector[1].lost);
    assert_int_equal(image->damaged, 0);
}

static void with_records_behind_it_it_is_no_draft(void **state)
{
    maker_begin(&k, 4, false);
    maker_open(&k, 1, 5, 0);
    k.bytes[MAKER_SECTOR + 20] ^= 1;
    read_image(); /* nothing in it, nothing lost */
    assert_int_equal(image->damaged, 0);
    k.bytes[MAKER_SECTOR + 20] ^= 1;
    maker_value(&k, 1, "one", false);
    k.bytes[MAKER_SECTOR + 20] ^= 1;
    read_image();
    assert_true(image->sector[1].lost);
    expect_damage(MAKER_SECTOR + 20, "2");
}

static void what_has_been_replaced_is_not_lost(void **state)
{
    begin_copied(false);
    maker_open(&k, 2, 7, 1);
    memset(k.bytes + MAKER_SECTOR, 0, 12); /* as before an erase */
    read_image();
    assert_int_equal(image->sector[1].state, IMAGE_DIRTY);
    assert_false(image->sector[1].lost);
    assert_int_equal(image->damaged, 0);
    rescue = true;
    read_image();
    rescue = false;
    assert_int_equal(image->sector[1].state, IMAGE_DIRTY);
    assert_int_equal(image->open, 1);
}

/* A draft that was not committed, of a sector that is there; and what a boot makes of it. */
static void a_draft_is_not_lost(void **state)
{
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 5, 0);
    maker_value(&k, 1, "kept", false);
    maker_draft(&k, 1);
    maker_value(&k, 1, "kept", false);
    maker_placed(&k, 6, 1);
    read_image();
    assert_int_equal(image->sector[1].state, IMAGE_DRAFT);
    assert_int_equal(image->damaged, 0);
    maker_void(&k);
    maker_drop(&k);
    maker_drop(&k);
    memset(k.bytes, 0, 12); /* and the other has gone */
    maker_open(&k, 2, 6, 1);
    read_image();
    assert_int_equal(image->sector[1].state, IMAGE_DRAFT);
    assert_false(image->sector[1].lost);
    assert_int_equal(image->damaged, 0);
}

/* It was decided against, and an erase that was cut has left its B, but not its marks. */
static void what_an_erase_leaves_of_a_draft_is_not_lost(void **state)
{
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 5, 0);
    maker_draft(&k, 1);
    maker_value(&k, 1, "old", false);
    maker_copied(&k, 6, 1);
    memset(k.bytes, 0xFF, MAKER_SECTOR);
    maker_open(&k, 2, 7, 2);
    memset(k.bytes + MAKER_SECTOR, 0, 12);
    read_image();
    assert_int_equal(image->sector[1].state, IMAGE_DIRTY);
    assert_false(image->sector[1].lost);
    assert_int_equal(image->damaged, 0);
}

/* More bits than one in B: what it has said cannot be known. */
static void a_committed_b_that_cannot_be_mended_is_lost(void **state)
{
    begin_copied(false);
    k.bytes[MAKER_SECTOR + 24] ^= 0x11;
    rescue = true;
    read_image();
    rescue = false;
    assert_true(image->sector[1].lost);
    assert_int_equal(image->open, 0);
    expect_damage(MAKER_SECTOR + 20, "2");
}

static void a_rotten_header_is_found_in_a_whole_chip(void **state)
{
    static struct image_store at[IMAGE_STORES];
    begin_copied(false);
    memset(k.bytes, 0xFF, MAKER_SECTOR);
    k.bytes[MAKER_SECTOR + 5] ^= 0x20;
    assert_int_equal(image_search(k.bytes, MAKER_SIZE, NULL, 0, at), 1);
    assert_int_equal(at[0].off, MAKER_SECTOR);
    k.bytes[MAKER_SECTOR + 25] ^= 0x20; /* of B as well */
    assert_int_equal(image_search(k.bytes, MAKER_SIZE, NULL, 0, at), 0);
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
    for (unsigned i = 0; i < MEDIA; i++) {
        maker_begin(&k, media[i].cell, media[i].zero);
        maker_open(&k, 0, 1, 0);
        maker_open(&k, 1, 2, 0);
        memcpy(chip, k.bytes, MAKER_SIZE);
        memcpy(chip + MAKER_SIZE, k.bytes, MAKER_SIZE);
        assert_int_equal(image_search(chip, sizeof(chip), NULL, 0, found), 2);
        assert_int_equal(found[1].off, MAKER_SIZE);
        /* By their cells; and by what is erased. */
        maker_begin(&k, media[i].cell == 8 ? 16 : 8, media[i].zero);
        maker_open(&k, 0, 9, 0);
        memcpy(chip + MAKER_SIZE, k.bytes, MAKER_SIZE);
        assert_int_equal(image_search(chip, sizeof(chip), NULL, 0, found), 2);
        maker_begin(&k, media[i].cell, !media[i].zero);
        maker_open(&k, 0, 9, 0);
        memcpy(chip + MAKER_SIZE, k.bytes, MAKER_SIZE);
        assert_int_equal(image_search(chip, sizeof(chip), NULL, 0, found), 2);
        assert_int_equal(found[1].erased_is_zero, !media[i].zero);
    }
}

static void a_store_of_another_version_is_found(void **state)
{
    maker_begin(&k, 4, false);
    maker_open(&k, 0, 1, 0);
    write_version(1);
    assert_int_equal(image_search(k.bytes, MAKER_SIZE, NULL, 0, found), 1);
    assert_int_equal(found[0].off, 0);
    assert_int_equal(found[0].sectors, 1);
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
            cmocka_unit_test(a_sector_may_be_replaced_after_any_time),
            cmocka_unit_test(flags_decide_between_dirty_ready_and_draft),
            cmocka_unit_test(a_sector_is_opened_by_the_verdict_at_the_end_of_its_copies),
            cmocka_unit_test(the_log_begins_where_the_header_ends),
            cmocka_unit_test(a_header_with_a_wrong_sum_is_none),
            cmocka_unit_test(another_version_is_not_read),
            cmocka_unit_test(headers_that_cannot_be_are_damage),
            cmocka_unit_test(two_sectors_of_one_sequence_are_damage),
            cmocka_unit_test(values_of_every_length_read_back),
            cmocka_unit_test(a_value_may_be_as_long_as_its_sector),
            cmocka_unit_test(a_later_record_replaces_an_earlier_one),
            cmocka_unit_test(counters_count_the_ticks_before_the_first_bit),
            cmocka_unit_test(names_replace_names_only),
            cmocka_unit_test(what_is_not_committed_does_not_count),
            cmocka_unit_test(the_marks_behind_a_record_decide_on_it),
            cmocka_unit_test(marks_of_a_batch_are_behind_its_last_member),
            cmocka_unit_test(what_is_no_mark_is_void),
            cmocka_unit_test(a_torn_word_is_a_thing_that_never_counts),
            cmocka_unit_test(a_torn_word_may_be_a_record_the_next_time),
            cmocka_unit_test(a_torn_word_claims_what_its_code_says_if_it_may_be_there),
            cmocka_unit_test(a_settled_log_ends_where_it_says),
            cmocka_unit_test(a_batch_makes_its_members_count_together),
            cmocka_unit_test(a_batch_is_filled_by_records_exactly),
            cmocka_unit_test(a_value_with_a_wrong_sum_is_lost_and_said_so),
            cmocka_unit_test(what_was_purged_is_no_damage),
            cmocka_unit_test(both_sums_of_a_long_record_are_looked_at),
            cmocka_unit_test(a_record_that_does_not_fit_is_damage_unless_not_sized),
            cmocka_unit_test(the_last_six_words_are_for_marks),
            cmocka_unit_test(a_long_record_may_be_a_deletion),
            cmocka_unit_test(records_that_must_not_be_written_are_damage),
            cmocka_unit_test(copies_are_committed_records_and_nothing_else),
            cmocka_unit_test(segments_count_in_order_of_rank),
            cmocka_unit_test(once_values_of_every_length_read_back),
            cmocka_unit_test(the_marks_behind_a_group_decide_on_it),
            cmocka_unit_test(a_group_that_was_dropped_leaves_the_one_before),
            cmocka_unit_test(erased_cells_before_the_end_are_void),
            cmocka_unit_test(a_keep_with_one_other_byte_is_void),
            cmocka_unit_test(an_unreadable_cell_holds_nothing),
            cmocka_unit_test(a_rotten_value_of_cells_is_lost_and_said_so),
            cmocka_unit_test(
                    data_without_a_trailer_is_damage_where_a_cut_did_not_leave_it),
            cmocka_unit_test(the_last_six_cells_are_for_marks),
            cmocka_unit_test(copies_of_a_once_log_count_without_keep),
            cmocka_unit_test(what_is_open_needs_no_a_in_a_once_log),
            cmocka_unit_test(the_word_of_b_may_be_erased_in_a_once_log),
            cmocka_unit_test(no_bit_of_a_header_rots_without_a_word),
            cmocka_unit_test(without_what_it_is_of_it_is_no_draft),
            cmocka_unit_test(with_records_behind_it_it_is_no_draft),
            cmocka_unit_test(what_has_been_replaced_is_not_lost),
            cmocka_unit_test(a_draft_is_not_lost),
            cmocka_unit_test(what_an_erase_leaves_of_a_draft_is_not_lost),
            cmocka_unit_test(a_committed_b_that_cannot_be_mended_is_lost),
            cmocka_unit_test(a_rotten_header_is_found_in_a_whole_chip),
            cmocka_unit_test(a_store_is_found_in_a_whole_chip),
            cmocka_unit_test(two_stores_are_told_apart),
            cmocka_unit_test(a_store_of_another_version_is_found),
            cmocka_unit_test(where_there_is_none_none_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
