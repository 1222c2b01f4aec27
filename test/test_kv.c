/* test_kv.c - what the store's headers say, without power cuts.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/crc.h"
#include "nor/selftest.h"
#include "support/cm.h"
#include "support/kv_bed.h"

static const uint32_t three[] = {1024, 1024, 4096, 0};

/* ---- values ---------------------------------------------------------------- */

static void a_value_is_what_was_put_last(void **state)
{
    for (int once = 0; once < 2; once++) {
        begin_on(three, once ? 8 : 4, once == 1);
        holds_none(0);
        put(0, "first");
        put(1, "");
        put(0, "second");
        holds(0, "second");
        holds(1, "");
        reopen();
        holds(0, "second");
        holds(1, "");
        put(0, "third");
        reopen();
        holds(0, "third");
    }
}

static void values_of_every_length_read_back(void **state)
{
    for (int once = 0; once < 2; once++) {
        static const uint32_t big[] = {8192, 8192, 0};
        begin_on(big, once ? 16 : 2, once == 1);
        for (uint16_t len = 0; len < 260; len++) {
            char text[300];
            memset(text, 'a' + len % 26, len);
            text[len] = '\0';
            put(len % 8, text);
            holds(len % 8, text);
            if (len % 7 == 0) {
                reopen();
                holds(len % 8, text);
            }
        }
    }
}

static void a_short_buffer_gets_the_beginning_and_the_length(void **state)
{
    char got[5] = "";
    uint16_t len = 0;
    begin();
    put(3, "abcdefgh");
    assert_int_equal(etch_kv_get(&bed.kv, 3, got, 4, &len), ETCH_OK);
    assert_string_equal(got, "abcd");
    assert_int_equal(len, 8);
}

static void what_is_there_already_is_not_written_again(void **state)
{
    begin();
    put(3, "the same");
    ram_nor_zero(&bed.flash);
    put(3, "the same");
    assert_int_equal(bed.flash.programs, 0);
    put(3, "the samE");
    assert_true(bed.flash.programs > 0);
    assert_int_equal(etch_kv_put(&bed.kv, 3, "the samE", 7), ETCH_OK);
    holds(3, "the sam");
}

static void nor_is_a_name_or_a_counter(void **state)
{
    uint32_t n = 0;
    begin();
    for (unsigned turn = 0; turn < 3; turn++) {
        ram_nor_zero(&bed.flash);
        assert_int_equal(etch_kv_put_name(&bed.kv, 5, "gain"), ETCH_OK);
        assert_int_equal(etch_kv_put_counter(&bed.kv, 6, 77), ETCH_OK);
        assert_int_equal(bed.flash.programs > 0, turn == 0);
    }
    /* A counter is no value of these bytes, and the other way round; nor is a name. */
    assert_int_equal(etch_kv_put(&bed.kv, 6, "M\0\0", 4), ETCH_OK);
    assert_int_equal(etch_kv_put_name(&bed.kv, 6, "gain"), ETCH_OK);
    assert_int_equal(etch_kv_count(&bed.kv, 6, &n), ETCH_E_NOENT);
    assert_int_equal(etch_kv_put_counter(&bed.kv, 6, 77), ETCH_OK);
    assert_int_equal(etch_kv_count(&bed.kv, 6, &n), ETCH_OK);
    assert_int_equal(n, 77);
    put(5, "gain");
    holds(5, "gain");
    assert_int_equal(etch_kv_put_name(&bed.kv, 5, "loss"), ETCH_OK);
    holds(5, "gain");
    /* One that counts in place comes to rest at what it is set to. */
    assert_int_equal(etch_kv_put_tick(&bed.kv, 6), ETCH_OK);
    assert_int_equal(etch_kv_put_counter(&bed.kv, 6, 78), ETCH_OK);
    reopen();
    assert_int_equal(etch_kv_count(&bed.kv, 6, &n), ETCH_OK);
    assert_int_equal(n, 78);
}

/* What kv.h says of a put's and of an open's cost, in units. */
static void a_put_takes_as_many_steps_as_it_says(void **state)
{
    static const struct {
        uint8_t unit;
        unsigned more, open; /* units */
    } shapes[] = {{4, 3, 2}, {2, 4, 3}, {1, 6, 5}};
    static const uint32_t small[] = {1024, 1024, 0};
    for (unsigned i = 0; i < 3; i++) {
        unsigned unit = shapes[i].unit;
        begin_on(small, (uint8_t)unit, false);
        put(1, "a session");
        ram_nor_zero(&bed.flash);
        put(2, "filled");
        assert_int_equal(bed.flash.programs, 8 / unit + shapes[i].more);
        ram_nor_zero(&bed.flash);
        reopen();
        assert_int_equal(bed.flash.programs, shapes[i].open);
    }
}

static void a_deleted_value_is_gone_and_stays_gone(void **state)
{
    for (int once = 0; once < 2; once++) {
        begin_on(three, once ? 8 : 4, once == 1);
        put(0, "gone");
        put(1, "stays");
        assert_int_equal(etch_kv_delete(&bed.kv, 0), ETCH_OK);
        assert_int_equal(etch_kv_delete(&bed.kv, 2), ETCH_OK);
        holds_none(0);
        for (int i = 0; i < 600; i++) {
            put(3, i % 2 ? "odd" : "even");
            if (i % 100 == 99) {
                reopen();
                holds_none(0);
                holds(1, "stays");
            }
        }
    }
}

static void ids_beyond_the_index_work_and_survive(void **state)
{
    begin_on(three, 4, false);
    put(1022, "last short one");
    put(1023, "first long one");
    put(ETCH_KV_ID_MAX, "the last");
    assert_int_equal(etch_kv_put(&bed.kv, 65535, "x", 1), ETCH_E_RANGE);
    assert_int_equal(etch_kv_put_name(&bed.kv, 0, "zero"), ETCH_OK);
    put(0, "value");
    for (int i = 0; i < 600; i++) {
        put(3, i % 2 ? "odd" : "even");
    }
    reopen();
    holds(1022, "last short one");
    holds(1023, "first long one");
    holds(ETCH_KV_ID_MAX, "the last");
    holds(0, "value");
    assert_int_equal(etch_kv_delete(&bed.kv, 1023), ETCH_OK);
    reopen();
    holds_none(1023);
}

static void iteration_gives_each_indexed_id_once(void **state)
{
    uint16_t id = 0;
    uint16_t len = 0;
    begin();
    put(2, "two");
    put(7, "seven");
    put(5, "gone");
    assert_int_equal(etch_kv_delete(&bed.kv, 5), ETCH_OK);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 39), ETCH_OK);
    const struct {
        uint16_t id, len;
    } want[] = {{2, 3}, {7, 5}, {39, 4}};
    for (int i = 0; i < 3; i++, id++) {
        assert_int_equal(etch_kv_next(&bed.kv, &id, &len), ETCH_OK);
        assert_int_equal(id, want[i].id);
        assert_int_equal(len, want[i].len);
    }
    assert_int_equal(etch_kv_next(&bed.kv, &id, &len), ETCH_E_NOENT);
}

/* ---- several at once, counters, names ------------------------------------------ */

static void a_batch_changes_all_of_its_keys(void **state)
{
    begin();
    put(0, "old");
    const struct etch_kv_change change[] = {{.id = 0, .kind = ETCH_KV_DELETION},
            {.id = 1, .data = "one", .len = 3}, {.id = 2},
            {.id = 3, .data = "three", .len = 5},
            {.id = 4, .data = "\7\0\0\0", .len = 4, .kind = ETCH_KV_COUNTER},
            {.id = 4, .data = "four", .len = 4, .kind = ETCH_KV_NAME}};
    assert_int_equal(etch_kv_put_batch(&bed.kv, change, 6), ETCH_OK);
    for (int i = 0; i < 2; i++) {
        char name[8];
        counts(4, 7);
        assert_int_equal(etch_kv_name(&bed.kv, 4, name, sizeof(name)), ETCH_OK);
        assert_string_equal(name, "four");
        holds_none(0);
        holds(1, "one");
        holds(2, "");
        holds(3, "three");
        reopen();
    }
    assert_int_equal(etch_kv_put_batch(&bed.kv, change, 0), ETCH_E_RANGE);
}

static void a_counter_counts_over_boots_and_sectors(void **state)
{
    for (int once = 0; once < 2; once++) {
        begin_on(three, once ? 8 : 4, once == 1);
        for (uint32_t n = 1; n <= 1000; n++) {
            assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_OK);
            counts(4, n);
            if (n % 90 == 0) {
                reopen();
                counts(4, n);
            }
        }
        assert_int_equal(etch_kv_put_counter(&bed.kv, 4, 0xFFFFFFFF), ETCH_OK);
        assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_OK);
        counts(4, 0);
    }
}

static void the_last_of_several_of_one_id_counts(void **state)
{
    static const struct etch_kv_change changes[] = {
            {.data = "one", .id = 1, .len = 3, .kind = ETCH_KV_VALUE},
            {.id = 1, .kind = ETCH_KV_DELETION},
            {.data = "two", .id = 1, .len = 3, .kind = ETCH_KV_VALUE}};
    for (int once = 0; once < 2; once++) {
        static const uint32_t small[] = {2048, 2048, 0};
        begin_on(small, once ? 8 : 4, once);
        assert_int_equal(etch_kv_put_batch(&bed.kv, changes, 3), ETCH_OK);
        holds(1, "two");
        reopen();
        holds(1, "two");
        assert_int_equal(etch_kv_put_batch(&bed.kv, changes, 2), ETCH_OK);
        reopen();
        holds_none(1);
    }
}

/* 19 cells in a plain log, 25 in a once log; of larger cells fewer would do. */
static void the_smallest_sectors_are_those_of_the_header(void **state)
{
    for (uint8_t unit = 1; unit <= 32; unit *= 2) {
        uint32_t cell = unit < 4 ? 4 : unit;
        uint32_t len = (unit <= 4 ? 19 : 25) * cell;
        const uint32_t least[] = {len, len, len, 0};
        begin_on(least, unit, unit > 4);
        put(1, "");
        reopen();
        holds(1, "");
        if (unit <= 8) {
            uint32_t one_less[] = {len, len - cell, len};
            bed.flash.nor.sector_len = one_less;
            assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
        }
    }
}

static void a_tick_is_one_program_operation(void **state)
{
    begin();
    assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_OK);
    ram_nor_zero(&bed.flash);
    for (int i = 0; i < 192; i++) {
        assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_OK);
    }
    assert_int_equal(bed.flash.programs, 192);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_OK);
    counts(4, 194);
    assert_int_equal(bed.flash.programs, 192 + 4);
    assert_int_equal(etch_kv_put_tick(&bed.kv, KEYS), ETCH_E_RANGE);
}

static void counters_have_ids_up_to_1022(void **state)
{
    static uint16_t index[1030];
    static const struct etch_kv_change set = {
            .id = 1023, .data = "\7\0\0\0", .len = 4, .kind = ETCH_KV_COUNTER};
    begin();
    bed.config.index = index;
    bed.config.keys = 1030;
    bed.config.names = 0;
    reopen();
    assert_int_equal(etch_kv_put_tick(&bed.kv, 1022), ETCH_OK);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 1023), ETCH_E_RANGE);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 5), ETCH_OK);
    bed.config.keys = 5;
    reopen();
    assert_int_equal(etch_kv_put_tick(&bed.kv, 5), ETCH_E_RANGE);
    bed.config.keys = KEYS;
    reopen();
    counts(5, 1);
    assert_int_equal(etch_kv_put_counter(&bed.kv, 1023, 7), ETCH_E_RANGE);
    assert_int_equal(etch_kv_put_batch(&bed.kv, &set, 1), ETCH_E_RANGE);
    reopen();
    counts(1022, 1);
    holds_none(1023);
}

static void a_value_is_no_counter_but_a_counter_is_a_value(void **state)
{
    uint32_t n;
    uint8_t bytes[4];
    uint16_t len;
    begin();
    put(1, "text");
    assert_int_equal(etch_kv_count(&bed.kv, 1, &n), ETCH_E_NOENT);
    assert_int_equal(etch_kv_count(&bed.kv, 2, &n), ETCH_E_NOENT);
    assert_int_equal(etch_kv_put_counter(&bed.kv, 2, 0x01020304), ETCH_OK);
    assert_int_equal(etch_kv_get(&bed.kv, 2, bytes, 4, &len), ETCH_OK);
    assert_memory_equal(bytes, "\x04\x03\x02\x01", 4);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 1), ETCH_OK);
    counts(1, 1);
    put(2, "\4\3\2\1");
    assert_int_equal(etch_kv_count(&bed.kv, 2, &n), ETCH_E_NOENT);
}

static void names_are_kept_apart_from_values(void **state)
{
    char name[ETCH_KV_NAME_MAX + 1];
    uint16_t id = 0;
    begin();
    assert_int_equal(etch_kv_put_name(&bed.kv, 1, "volume"), ETCH_OK);
    assert_int_equal(etch_kv_put_name(&bed.kv, 2, "vol"), ETCH_OK);
    put(1, "11");
    holds(1, "11");
    assert_int_equal(etch_kv_name(&bed.kv, 1, name, sizeof(name)), ETCH_OK);
    assert_string_equal(name, "volume");
    assert_int_equal(etch_kv_name(&bed.kv, 1, name, 4), ETCH_OK);
    assert_string_equal(name, "vol");
    assert_int_equal(etch_kv_name(&bed.kv, 1, name, 0), ETCH_E_NOENT);
    assert_string_equal(name, "vol");
    assert_int_equal(etch_kv_find(&bed.kv, "vol", &id), ETCH_OK);
    assert_int_equal(id, 2);
    assert_int_equal(etch_kv_find(&bed.kv, "volum", &id), ETCH_E_NOENT);
    assert_int_equal(etch_kv_put_name(&bed.kv, 1, ""), ETCH_OK);
    assert_int_equal(etch_kv_name(&bed.kv, 1, name, sizeof(name)), ETCH_E_NOENT);
    char big[ETCH_KV_NAME_MAX + 2];
    memset(big, 'n', sizeof(big));
    big[sizeof(big) - 1] = '\0';
    assert_int_equal(etch_kv_put_name(&bed.kv, 1, big), ETCH_E_RANGE);
}

/* ---- limits and housekeeping ----------------------------------------------------- */

static void an_update_always_fits_and_what_would_not_is_refused(void **state)
{
    struct etch_kv_stat stat;
    char text[33] = "";
    uint16_t id = 0;
    begin();
    memset(text, 'x', 32);
    enum etch_err err = ETCH_OK;
    for (; !err && id < KEYS; id++) {
        err = etch_kv_put(&bed.kv, id, text, 32);
    }
    assert_int_equal(err, ETCH_E_NOSPACE);
    holds_none(--id);
    etch_kv_stat(&bed.kv, &stat);
    assert_in_range(stat.used, stat.capacity - 36, stat.capacity);
    for (int i = 0; i < 500; i++) {
        text[0] = (char)('a' + i % 26);
        assert_int_equal(etch_kv_put(&bed.kv, (uint16_t)(i % id), text, 32), ETCH_OK);
    }
    assert_int_equal(etch_kv_put(&bed.kv, id, text, 32), ETCH_E_NOSPACE);
    reopen();
    for (uint16_t k = 0; k < id; k++) {
        char got[33] = "";
        uint16_t len;
        assert_int_equal(etch_kv_get(&bed.kv, k, got, 32, &len), ETCH_OK);
        assert_int_equal(got[31], 'x');
    }
}

static void a_value_that_is_too_long_is_refused(void **state)
{
    struct etch_kv_stat stat;
    static char text[1024];
    begin();
    etch_kv_stat(&bed.kv, &stat);
    uint16_t longest = (uint16_t)stat.largest;
    assert_int_equal(etch_kv_put(&bed.kv, 0, text, longest), ETCH_OK);
    assert_int_equal(
            etch_kv_put(&bed.kv, 1, text, (uint16_t)(longest + 4)), ETCH_E_RANGE);
}

static void a_put_never_erases_when_tidied_in_time(void **state)
{
    begin();
    for (int i = 0; i < 2000; i++) {
        struct etch_kv_stat stat;
        etch_kv_stat(&bed.kv, &stat);
        if (stat.tidy.typ_us) {
            assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
            etch_kv_stat(&bed.kv, &stat);
            assert_int_equal(stat.tidy.typ_us, 0);
        }
        assert_true(stat.room > 40);
        ram_nor_zero(&bed.flash);
        put((uint16_t)(i % 5), i % 2 ? "a value of some length" : "another");
        assert_int_equal(bed.flash.erases, 0);
    }
}

static void as_many_bytes_as_stat_says_need_no_erase(void **state)
{
    for (int turn = 0; turn < 30; turn++) {
        struct etch_kv_stat stat;
        begin();
        for (int i = 0; i < turn * 3; i++) {
            put((uint16_t)(i % 5), i % 2 ? "a value of some length" : "another");
        }
        etch_kv_stat(&bed.kv, &stat);
        ram_nor_zero(&bed.flash);
        for (uint32_t sum = 0; sum + 28 <= stat.room; sum += 28) {
            put(1, sum / 28 % 2 ? "a value of 24 bytes, one"
                                : "a value of 24 bytes, two");
        }
        assert_int_equal(bed.flash.erases, 0);
    }
}

static void a_store_that_must_not_erase_asks_to_be_tidied(void **state)
{
    begin();
    bed.config.policy = ETCH_KV_NEVER_ERASE;
    unsigned asked = 0;
    for (int i = 0; i < 500; i++) {
        const char *text = i % 2 ? "a value of some length" : "another";
        ram_nor_zero(&bed.flash);
        enum etch_err err = etch_kv_put(&bed.kv, 1, text, (uint16_t)strlen(text));
        assert_int_equal(bed.flash.erases, 0);
        if (err == ETCH_E_TIDY) {
            asked++;
            holds(1, i % 2 ? "another" : "a value of some length");
            assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
            put(1, text);
        } else {
            assert_int_equal(err, ETCH_OK);
        }
        holds(1, text);
    }
    assert_true(asked > 2);
}

static void purging_leaves_nothing_to_be_read(void **state)
{
    static const char secret[] = "correct horse battery staple";
    uint32_t left = 1;
    begin_on(three, 4, false);
    for (int i = 0; i < 30; i++) {
        put(1, secret);
        put(1, "something else");
        put(2, "kept");
    }
    put(1, secret);
    assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, &left), ETCH_OK);
    assert_int_equal(left, 0);
    for (uint32_t at = 0; at + 8 < bed.flash.size; at++) {
        assert_memory_not_equal(bed.flash.cells + at, secret, 8);
        assert_memory_not_equal(bed.flash.cells + at, "something", 8);
    }
    reopen();
    holds_none(1);
    holds(2, "kept");
}

static void purging_a_counter_leaves_nothing_to_be_read(void **state)
{
    begin_on(three, 4, false);
    put(2, "kept");
    for (uint32_t n = 0; n < 3; n++) {
        assert_int_equal(etch_kv_put_counter(&bed.kv, 1, 0x44434241 + n), ETCH_OK);
        assert_int_equal(etch_kv_put_tick(&bed.kv, 1), ETCH_OK);
    }
    const struct etch_kv_change two[] = {{.id = 2}, {.id = 3, .data = "x", .len = 1}};
    const struct etch_kv_change as_long[] = {
            {.id = 2, .data = "kept", .len = 4}, {.id = 3, .data = "here", .len = 4}};
    assert_int_equal(etch_kv_put_batch(&bed.kv, two, 2), ETCH_OK);
    assert_int_equal(etch_kv_put_batch(&bed.kv, as_long, 2), ETCH_OK);
    assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, NULL), ETCH_OK);
    for (uint32_t at = 0; at + 4 <= bed.flash.size; at++) {
        assert_memory_not_equal(bed.flash.cells + at + 1, "BCD", 3);
    }
    /* A batch of as many words as the id that is purged. */
    put(4, "gone");
    assert_int_equal(etch_kv_delete_purge(&bed.kv, 4, NULL), ETCH_OK);
    reopen();
    holds_none(1);
    holds(2, "kept");
    holds(3, "here");
}

static void what_cannot_be_purged_is_told(void **state)
{
    uint32_t left = 0;
    begin_on(three, 8, true);
    put(1, "12345678");
    assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, &left), ETCH_OK);
    assert_int_equal(left, 8);
    holds_none(1);
}

/* ---- opening --------------------------------------------------------------------- */

static void no_store_is_told(void **state)
{
    begin();
    for (unsigned i = 0; i < 2; i++) {
        memset(bed.flash.cells, i ? 0 : 0xFF, bed.flash.size);
        assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_FORMAT);
        assert_int_equal(etch_kv_view(&bed.kv, &bed.config), ETCH_E_FORMAT);
    }
}

static void another_version_or_log_is_left_alone(void **state)
{
    begin();
    uint8_t *a = bed.flash.cells;
    a[2]++;
    uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, a, 8);
    memcpy(a + 8, &crc, 4);
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_FOREIGN);
    begin();
    bed.config.log = &etch_kv_once;
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_FOREIGN);
    assert_int_equal(bed.flash.programs + bed.flash.erases, 0);
}

static void what_cannot_hold_a_store_is_refused(void **state)
{
    static const uint32_t one[] = {1024, 0};
    static const uint32_t tiny[] = {64, 64, 0};
    static const uint32_t huge[] = {0x40000, 0x40000, 0};
    static const uint32_t *const bad[] = {one, tiny, huge};
    for (int i = 0; i < 3; i++) {
        begin();
        ram_nor_close(&bed.flash);
        ram_nor_open(&bed.flash, bad[i], 4, false);
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
    }
    /* More of them than before: no index could say where something is in the last. */
    static const uint32_t some[] = {0x20000, 0x20000, 0x20000, 0};
    begin_on(some + 1, 4, false);
    put(1, "one");
    bed.flash.nor.sectors = 1;
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_RANGE);
    bed.flash.nor.sectors = 2;
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_OK);
    bed.flash.nor.sector_len = some;
    bed.flash.nor.sectors = 3;
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_RANGE);
    assert_int_equal(etch_kv_view(&bed.kv, &bed.config), ETCH_E_RANGE);
    begin();
    bed.flash.nor.unit = 8;
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
    static const uint8_t no_unit[] = {12, 24, 64, 128};
    static const uint32_t of_all[] = {3072, 3072, 0};
    begin_on(of_all, 8, true);
    ram_nor_zero(&bed.flash);
    for (int i = 0; i < 4; i++) {
        bed.flash.nor.unit = no_unit[i];
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
    }
    assert_int_equal(bed.flash.programs + bed.flash.erases, 0);
}

static void opening_programs_two_units_and_then_none(void **state)
{
    begin();
    put(1, "one");
    ram_nor_zero(&bed.flash);
    reopen();
    assert_int_equal(bed.flash.programs, 2);
    reopen();
    assert_int_equal(bed.flash.programs, 2);
    assert_int_equal(bed.flash.erases, 0);
}

static void an_open_behind_an_open_programs_nothing(void **state)
{
    for (int once = 0; once < 2; once++) {
        begin_on(three, once ? 8 : 4, once == 1);
        for (int i = 0; i < 300; i++) {
            put(1, i % 2 ? "odd" : "even");
            reopen();
            ram_nor_zero(&bed.flash);
            reopen();
            assert_int_equal(bed.flash.programs, 0);
        }
    }
}

static void a_session_begins_with_a_void_if_nothing_was_to_be_done(void **state)
{
    for (unsigned more = 0; more < 2; more++) {
        begin();
        put(1, "one");
        for (unsigned i = 0; i <= more; i++) {
            reopen();
        }
        ram_nor_zero(&bed.flash);
        put(1, "two");
        assert_int_equal(bed.flash.programs, 4 + 2 * more); /* the last mark, too */
        holds(1, "two");
    }
}

static void what_was_looked_at_can_be_written_to(void **state)
{
    begin();
    put(1, "one");
    memset(&bed.kv, 0x01, sizeof(bed.kv));
    assert_int_equal(etch_kv_view(&bed.kv, &bed.config), ETCH_OK);
    put(2, "two");
    reopen();
    holds(1, "one");
    holds(2, "two");
}

static void a_view_reads_and_does_not_write(void **state)
{
    begin();
    put(1, "one");
    assert_int_equal(etch_kv_put_tick(&bed.kv, 2), ETCH_OK);
    bed.config.log = &etch_kv_plain_view;
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_view(&bed.kv, &bed.config), ETCH_OK);
    holds(1, "one");
    counts(2, 1);
    assert_int_equal(etch_kv_put(&bed.kv, 1, "two", 3), ETCH_E_PROTECTED);
    assert_int_equal(bed.flash.programs, 0);
}

/* As any call that writes: ETCH_E_PROTECTED. */
static void a_log_that_is_only_read_cannot_be_opened(void **state)
{
    begin();
    put(1, "one");
    bed.config.log = &etch_kv_plain_view;
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_PROTECTED);
}

static void rot_is_told_and_an_older_value_not_shown(void **state)
{
    char got[8];
    uint16_t len;
    begin();
    put(1, "old one");
    put(1, "new one");
    for (uint32_t at = 0; at + 7 < bed.flash.size; at++) {
        if (memcmp(bed.flash.cells + at, "new one", 7) == 0) {
            bed.flash.cells[at] ^= 4;
        }
    }
    assert_int_equal(etch_kv_get(&bed.kv, 1, got, 8, &len), ETCH_E_VERIFY);
    assert_int_equal(len, 7);
    reopen();
    assert_int_equal(etch_kv_get(&bed.kv, 1, got, 8, &len), ETCH_E_VERIFY);
}

static void a_flash_that_fails_is_settled_by_the_next_call(void **state)
{
    for (uint64_t fail = 1; fail < 60; fail++) {
        begin();
        for (int i = 0; i < 20; i++) {
            put((uint16_t)(i % 4), "before, and of some length");
        }
        bed.flash.fail = fail;
        enum etch_err err = ETCH_OK;
        for (int i = 0; i < 10 && !err; i++) {
            err = etch_kv_put(&bed.kv, 9, i % 2 ? "during" : "as it fails", 6);
        }
        bed.flash.fail = 0;
        put(9, "after");
        holds(9, "after");
        reopen();
        holds(9, "after");
        for (uint16_t k = 0; k < 4; k++) {
            holds(k, "before, and of some length");
        }
    }
}

static void calls_that_write_lock_once(void **state)
{
    begin();
    bed.locks = 0;
    put(1, "one");
    assert_int_equal(bed.locks, 1);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 2), ETCH_OK);
    assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
    assert_int_equal(bed.locks, 3);
    /* What others put between a deletion and the wiping would be wiped. */
    assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, NULL), ETCH_OK);
    assert_int_equal(bed.locks, 4);
    holds_none(1);
    counts(2, 1);
    assert_int_equal(bed.locks, 4);
}

/* ---- the porter's self-test ---------------------------------------------------------- */

static void the_selftest_passes_what_is_right(void **state)
{
    uint32_t at;
    begin_on(three, 4, false);
    assert_int_equal(etch_nor_selftest(&bed.flash.nor, &at), ETCH_NOR_GOOD);
    begin_on(three, 8, true);
    assert_int_equal(etch_nor_selftest(&bed.flash.nor, &at), ETCH_NOR_GOOD);
    assert_false(bed.flash.broken);
}

static enum etch_err program_less(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    (void)nor;
    memcpy(bed.flash.cells + off, data, len - 1);
    return ETCH_OK;
}

static enum etch_err program_more(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    (void)nor;
    memcpy(bed.flash.cells + off, data, len);
    bed.flash.cells[off + len + 9] = 0;
    return ETCH_OK;
}

static enum etch_err erase_wrong(const struct etch_nor *nor, uint32_t sector)
{
    (void)nor;
    memset(bed.flash.cells, 0xFF, sector ? bed.flash.size : 1024);
    return ETCH_OK;
}

static void the_selftest_names_what_is_wrong(void **state)
{
    uint32_t at = 0;
    begin_on(three, 4, false);
    bed.flash.nor.unit = 3;
    assert_int_equal(etch_nor_selftest(&bed.flash.nor, &at), ETCH_NOR_FACTS);
    begin_on(three, 4, false);
    bed.flash.fail = 2;
    assert_int_equal(etch_nor_selftest(&bed.flash.nor, &at), ETCH_NOR_ERASE);
    assert_int_equal(at, 1024);
    begin_on(three, 4, false);
    bed.flash.nor.program = program_less;
    assert_int_equal(etch_nor_selftest(&bed.flash.nor, &at), ETCH_NOR_VALUE);
    begin_on(three, 4, false);
    bed.flash.nor.program = program_more;
    assert_int_equal(etch_nor_selftest(&bed.flash.nor, &at), ETCH_NOR_BEYOND);
    begin_on(three, 4, false);
    bed.flash.nor.erase = erase_wrong;
    assert_int_equal(etch_nor_selftest(&bed.flash.nor, &at), ETCH_NOR_NEIGHBOUR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_value_is_what_was_put_last),
            cmocka_unit_test(values_of_every_length_read_back),
            cmocka_unit_test(a_short_buffer_gets_the_beginning_and_the_length),
            cmocka_unit_test(what_is_there_already_is_not_written_again),
            cmocka_unit_test(nor_is_a_name_or_a_counter),
            cmocka_unit_test(a_put_takes_as_many_steps_as_it_says),
            cmocka_unit_test(the_last_of_several_of_one_id_counts),
            cmocka_unit_test(the_smallest_sectors_are_those_of_the_header),
            cmocka_unit_test(a_deleted_value_is_gone_and_stays_gone),
            cmocka_unit_test(ids_beyond_the_index_work_and_survive),
            cmocka_unit_test(iteration_gives_each_indexed_id_once),
            cmocka_unit_test(a_batch_changes_all_of_its_keys),
            cmocka_unit_test(a_counter_counts_over_boots_and_sectors),
            cmocka_unit_test(a_tick_is_one_program_operation),
            cmocka_unit_test(counters_have_ids_up_to_1022),
            cmocka_unit_test(a_value_is_no_counter_but_a_counter_is_a_value),
            cmocka_unit_test(names_are_kept_apart_from_values),
            cmocka_unit_test(an_update_always_fits_and_what_would_not_is_refused),
            cmocka_unit_test(a_value_that_is_too_long_is_refused),
            cmocka_unit_test(a_put_never_erases_when_tidied_in_time),
            cmocka_unit_test(as_many_bytes_as_stat_says_need_no_erase),
            cmocka_unit_test(a_store_that_must_not_erase_asks_to_be_tidied),
            cmocka_unit_test(purging_leaves_nothing_to_be_read),
            cmocka_unit_test(purging_a_counter_leaves_nothing_to_be_read),
            cmocka_unit_test(what_cannot_be_purged_is_told),
            cmocka_unit_test(no_store_is_told),
            cmocka_unit_test(another_version_or_log_is_left_alone),
            cmocka_unit_test(what_cannot_hold_a_store_is_refused),
            cmocka_unit_test(opening_programs_two_units_and_then_none),
            cmocka_unit_test(an_open_behind_an_open_programs_nothing),
            cmocka_unit_test(a_session_begins_with_a_void_if_nothing_was_to_be_done),
            cmocka_unit_test(what_was_looked_at_can_be_written_to),
            cmocka_unit_test(a_view_reads_and_does_not_write),
            cmocka_unit_test(a_log_that_is_only_read_cannot_be_opened),
            cmocka_unit_test(rot_is_told_and_an_older_value_not_shown),
            cmocka_unit_test(a_flash_that_fails_is_settled_by_the_next_call),
            cmocka_unit_test(calls_that_write_lock_once),
            cmocka_unit_test(the_selftest_passes_what_is_right),
            cmocka_unit_test(the_selftest_names_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
