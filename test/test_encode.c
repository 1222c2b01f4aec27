/* test_encode.c - what the writer of images makes, the second reader and the
 * store read alike; what it adds to a log, the store would have written so.
 *
 * SPDX-License-Identifier: MIT
 */
#include "image/encode.h"

#include <string.h>

#include "kv/kv.h"
#include "nor/inverted.h"
#include "support/cm.h"
#include "support/ram_nor.h"
#include "support/two_readers.h"

enum {
    KEYS = 40,
    IDS = 12,
    ITEMS = 3 * IDS,
    LEN = 700,
    ROUNDS = 120,
    TURNS = 4,
    MORE = 40
};

static const uint32_t even[] = {4096, 4096, 0};
static const uint32_t four[] = {2048, 2048, 2048, 2048, 0};
static const uint32_t uneven[] = {2048, 2048, 8192, 0};
static const uint32_t *const shapes[] = {even, four, uneven};

/* ---- a store in memory ----------------------------------------------------------- */

static struct bed {
    struct ram_nor flash;
    struct etch_nor_inverted inverted;
    struct etch_kv_config config;
    struct etch_kv kv;
    uint16_t index[KEYS];
    struct image_place place[RAM_NOR_SECTORS];
    struct encode_flash shape;
    struct image_medium medium;
    char why[ENCODE_WHY];
} bed;

static uint64_t state_of_chance;

static uint32_t chance(uint32_t below)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state_of_chance >> 32) * below >> 32);
}

static void begin(const uint32_t *len, uint8_t unit)
{
    if (bed.flash.cells != NULL) {
        ram_nor_close(&bed.flash);
    }
    memset(&bed, 0, sizeof(bed));
    ram_nor_open(&bed.flash, len, unit, false);
    bed.config = (struct etch_kv_config){.nor = &bed.flash.nor,
            .log = &etch_kv_plain,
            .index = bed.index,
            .keys = KEYS};
    for (unsigned i = 0; len[i] != 0; i++) {
        bed.place[i] = (struct image_place){bed.shape.size, len[i]};
        bed.shape.size += len[i];
        bed.shape.sectors++;
    }
    bed.shape.sector = bed.place;
    bed.medium = (struct image_medium){.bytes = bed.flash.cells,
            .size = bed.shape.size,
            .sector = bed.place,
            .sectors = bed.shape.sectors};
}

/* The same, and its erased value is 0x00. */
static void begin_zero(const uint32_t *len, uint8_t unit)
{
    begin(len, unit);
    ram_nor_invert(&bed.flash);
    etch_nor_invert(&bed.inverted, &bed.flash.nor);
    bed.config.nor = &bed.inverted.nor;
    bed.shape.erased_is_zero = true;
    bed.medium.erased_is_zero = true;
}

/* The store takes them for its own, and so does the second reader. */
static void open_store(void)
{
    char text[TWO_READERS_TEXT];
    enum etch_err err = etch_kv_open(&bed.kv, &bed.config);
    if (err != ETCH_OK || bed.flash.broken) {
        fail_msg("open: %s", etch_err_name(err));
    }
    if (!two_readers_compare(&bed.kv, true, text)) {
        fail_msg("%s", text);
    }
}

/* ---- what is to be in it ------------------------------------------------------------ */

static struct wish {
    uint16_t id;
    bool counter, deleted;
    uint32_t count, len;
    uint8_t value[LEN];
    char name[ETCH_KV_NAME_MAX + 1];
} wishes[IDS];

static void wish(struct wish *w, uint16_t id)
{
    *w = (struct wish){.id = id};
    w->counter = id <= 1022 && chance(4) == 0;
    w->count = chance(UINT32_MAX);
    w->len = chance(8) == 0 ? chance(LEN) : chance(30);
    for (uint32_t i = 0; i < w->len; i++) {
        w->value[i] = (uint8_t)(chance(4) == 0 ? 0xFF : chance(256));
    }
    uint32_t name_len = chance(2) * chance(ETCH_KV_NAME_MAX + 1);
    memset(w->name, 'a' + (int)chance(20), name_len);
}

static void wish_all(void)
{
    static const uint16_t ids[IDS] = {
            0, 1, 2, 7, 39, 40, 700, 1022, 1023, 1024, 40000, 65534};
    for (unsigned i = 0; i < IDS; i++) {
        wish(&wishes[i], ids[i]);
    }
}

static size_t make_items(const struct wish *from, unsigned n, struct encode_item *items)
{
    size_t made = 0;
    for (const struct wish *w = from; w < from + n; w++) {
        if (w->name[0] != '\0') {
            items[made++] = (struct encode_item){.kind = IMAGE_NAME,
                    .id = w->id,
                    .bytes = (const uint8_t *)w->name,
                    .len = (uint32_t)strlen(w->name)};
        }
        items[made++] = (struct encode_item){.kind = w->deleted   ? IMAGE_DELETION
                                                     : w->counter ? IMAGE_COUNTER
                                                                  : IMAGE_VALUE,
                .id = w->id,
                .count = w->count,
                .bytes = w->value,
                .len = w->counter || w->deleted ? 0 : w->len};
    }
    return made;
}

static void expect(const struct wish *w)
{
    static uint8_t value[LEN];
    char name[ETCH_KV_NAME_MAX + 1] = "";
    uint16_t len = 0;
    uint32_t count = 0;
    enum etch_err err = etch_kv_get(&bed.kv, w->id, value, LEN, &len);
    if (w->deleted) {
        assert_int_equal(err, ETCH_E_NOENT);
        return;
    }
    assert_int_equal(err, ETCH_OK);
    if (w->counter) {
        assert_int_equal(etch_kv_count(&bed.kv, w->id, &count), ETCH_OK);
        assert_int_equal(count, w->count);
    } else {
        assert_int_equal(len, w->len);
        assert_memory_equal(value, w->value, w->len);
    }
    err = etch_kv_name(&bed.kv, w->id, name, sizeof(name));
    assert_int_equal(err, w->name[0] != '\0' ? ETCH_OK : ETCH_E_NOENT);
    assert_string_equal(name, w->name);
}

static bool make(void)
{
    static struct encode_item items[ITEMS];
    const struct encode_items all = {items, make_items(wishes, IDS, items)};
    return encode_new(&bed.shape, all, bed.flash.cells, bed.why);
}

/* ---- new stores ------------------------------------------------------------------------ */

static void store_reads_what_was_made(void **state)
{
    unsigned made = 0;
    state_of_chance = 1;
    for (unsigned round = 0; round < ROUNDS; round++) {
        (round % 4 == 3 ? begin_zero : begin)(
                shapes[round % 3], (uint8_t)(1u << round % 3));
        wish_all();
        if (!make()) {
            assert_non_null(strstr(bed.why, "bytes"));
            continue;
        }
        made++;
        open_store();
        for (unsigned i = 0; i < IDS; i++) {
            expect(&wishes[i]);
        }
    }
    assert_true(made > ROUNDS / 2);
}

static void store_finds_nothing_to_settle(void **state)
{
    begin(even, 4);
    wish_all();
    assert_true(make());
    ram_nor_zero(&bed.flash);
    open_store();
    assert_int_equal(bed.flash.programs, 0);
    assert_int_equal(bed.flash.erases, 0);
}

/* A store goes on from there: through many sectors, until all was moved. */
static void store_goes_on_from_what_was_made(void **state)
{
    for (unsigned round = 0; round < 3; round++) {
        state_of_chance = round;
        begin(shapes[round], 4);
        wish_all();
        while (!make()) {
            wish_all();
        }
        open_store();
        for (unsigned put = 0; put < 1800; put++) {
            struct wish *w = &wishes[chance(4)];
            w->counter = false;
            w->len = 4 + chance(20);
            w->value[0]++;
            assert_int_equal(
                    etch_kv_put(&bed.kv, w->id, w->value, (uint16_t)w->len), ETCH_OK);
        }
        open_store();
        assert_true(bed.flash.erases > 4);
        for (unsigned i = 0; i < IDS; i++) {
            expect(&wishes[i]);
        }
    }
}

static void nothing_makes_an_empty_store(void **state)
{
    begin(even, 4);
    assert_true(encode_new(
            &bed.shape, (struct encode_items){NULL, 0}, bed.flash.cells, bed.why));
    open_store();
    uint16_t id = 0;
    uint16_t len;
    assert_int_equal(etch_kv_next(&bed.kv, &id, &len), ETCH_E_NOENT);
}

/* What is made may be as long and as much as what the store itself takes. */
static void limits_are_those_of_the_store(void **state)
{
    static uint8_t value[2048];
    struct etch_kv_stat stat;
    struct encode_item items[8] = {{.kind = IMAGE_VALUE, .bytes = value}};
    for (unsigned shape = 0; shape < 3; shape++) {
        begin(shapes[shape], 4);
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
        etch_kv_stat(&bed.kv, &stat);
        for (items[0].len = stat.largest - 4; items[0].len < stat.largest + 4;
                items[0].len++) {
            bool made = encode_new(&bed.shape, (struct encode_items){items, 1},
                    bed.flash.cells, bed.why);
            assert_int_equal(made, items[0].len <= stat.largest);
        }
        assert_non_null(strstr(bed.why, "of a value here"));
    }
}

/* Of sectors of any length, also where a quarter of one is no whole number of words
 * or no more than a short record. */
static void each_record_that_the_store_takes_is_made_and_no_other(void **state)
{
    static const uint32_t pairs[][3] = {
            {256, 256}, {260, 260}, {264, 264}, {268, 268}, {1000, 1024}, {1008, 1004}};
    static const uint16_t ids[] = {0, 1022, 1023, 65534};
    static uint8_t value[300];
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]) * 4 * 300; i++) {
        const struct encode_item item = {.kind = IMAGE_VALUE,
                .id = ids[i / 300 % 4],
                .bytes = value,
                .len = (uint32_t)(i % 300)};
        begin(pairs[i / 1200], 4);
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
        enum etch_err err = etch_kv_put(&bed.kv, item.id, value, (uint16_t)item.len);
        bool made = encode_new(
                &bed.shape, (struct encode_items){&item, 1}, bed.flash.cells, bed.why);
        assert_int_equal(made, err == ETCH_OK);
    }
}

static void every_byte_up_to_the_capacity_may_be_used(void **state)
{
    static uint8_t value[1024];
    struct etch_kv_stat stat;
    struct encode_item items[4];
    memset(value, 0x5A, sizeof(value));
    for (unsigned i = 0; i < 4; i++) {
        items[i] = (struct encode_item){
                .kind = IMAGE_VALUE, .id = (uint16_t)i, .bytes = value, .len = 900};
    }
    begin(even, 4);
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
    etch_kv_stat(&bed.kv, &stat);
    uint32_t capacity = stat.capacity;
    for (items[3].len = 240; items[3].len < 400; items[3].len += 4) {
        uint32_t sum = 3 * 912 + 12 + items[3].len;
        begin(even, 4);
        bool made = encode_new(
                &bed.shape, (struct encode_items){items, 4}, bed.flash.cells, bed.why);
        assert_int_equal(made, sum <= capacity);
        if (!made) {
            assert_non_null(strstr(bed.why, "of records are more than the"));
            continue;
        }
        open_store();
        etch_kv_stat(&bed.kv, &stat);
        assert_int_equal(stat.used, sum);
        /* An update is never refused. */
        for (unsigned put = 0; put < 20; put++) {
            assert_int_equal(etch_kv_put(&bed.kv, 1, value, 900), ETCH_OK);
        }
        open_store();
    }
}

static void erase_counts_go_on(void **state)
{
    const uint32_t before[] = {7, UINT32_MAX};
    begin(even, 4);
    bed.shape.erases = before;
    assert_true(encode_new(
            &bed.shape, (struct encode_items){NULL, 0}, bed.flash.cells, bed.why));
    struct image *image = image_read(&bed.medium);
    assert_non_null(image);
    assert_int_equal(image->sector[0].erases, 8);
    assert_int_equal(image->sector[1].erases, UINT32_MAX);
    image_drop(image);
}

static void each_length_has_its_kind_of_record(void **state)
{
    static const uint16_t ids[] = {0, 1022, 1023};
    static uint8_t value[300];
    memset(value, 0xA5, sizeof(value));
    for (uint32_t i = 0; i < 3 * 300; i++) {
        const struct encode_item item = {
                .kind = IMAGE_VALUE, .id = ids[i % 3], .bytes = value, .len = i / 3};
        begin(even, 4);
        assert_true(encode_new(
                &bed.shape, (struct encode_items){&item, 1}, bed.flash.cells, bed.why));
        struct image *image = image_read(&bed.medium);
        assert_non_null(image);
        assert_int_equal(image->damaged, 0);
        assert_int_equal(image_find(image, item.id)->bytes_len, item.len);
        image_drop(image);
    }
}

/* What is not needed waits erased; values that fit by their sum may not fit one
 * by one. */
static void one_sector_always_stays_free(void **state)
{
    static const uint32_t three[] = {4096, 4096, 4096, 0};
    static uint8_t value[980];
    struct encode_item items[7];
    for (unsigned i = 0; i < 7; i++) {
        items[i] = (struct encode_item){.kind = IMAGE_VALUE,
                .id = (uint16_t)i,
                .bytes = value,
                .len = i == 3 ? 700 : sizeof(value)};
    }
    begin(three, 4);
    /* 3 x 992 and not 992 more, but 712 more, of 4044; then 2 x 992, of 4044. */
    for (unsigned n = 0; n < 7; n++) {
        if (!encode_new(&bed.shape, (struct encode_items){items, n}, bed.flash.cells,
                    bed.why)) {
            fail_msg("%u: %s", n, bed.why);
        }
        struct image *image = image_read(&bed.medium);
        assert_non_null(image);
        assert_int_equal(image->sector[0].state, IMAGE_OPEN);
        assert_int_equal(image->sector[1].state, n > 4 ? IMAGE_OPEN : IMAGE_READY);
        assert_int_equal(image->sector[2].state, IMAGE_READY);
        image_drop(image);
        open_store();
    }
}

static void what_no_store_holds_is_refused(void **state)
{
    static const uint32_t one[] = {4096, 0};
    static const uint32_t tiny[] = {4096, 128, 0};
    static uint8_t value[70000];
    const struct encode_item wrong[] = {
            {.kind = IMAGE_VALUE, .id = 65535, .bytes = value, .len = 1},
            {.kind = IMAGE_COUNTER, .id = 1023},
            {.kind = IMAGE_VALUE, .id = 1, .bytes = value, .len = 65536},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        begin(even, 4);
        const struct encode_items items = {&wrong[i], 1};
        assert_false(encode_new(&bed.shape, items, bed.flash.cells, bed.why));
    }
    const struct encode_items none = {NULL, 0};
    begin(one, 4);
    assert_false(encode_new(&bed.shape, none, bed.flash.cells, bed.why));
    begin(tiny, 4);
    assert_false(encode_new(&bed.shape, none, bed.flash.cells, bed.why));
}

/* ---- more in a store -------------------------------------------------------------------- */

/* Add the wishes to the bytes. False: it refused, and nothing changed. */
static bool add(struct wish *from, unsigned n)
{
    static struct encode_item items[ITEMS];
    const struct encode_items all = {items, make_items(from, n, items)};
    struct image *image = image_read(&bed.medium);
    uint8_t *before = malloc(bed.shape.size);
    assert_non_null(image);
    assert_non_null(before);
    memcpy(before, bed.flash.cells, bed.shape.size);
    bool added = encode_more(&bed.medium, image, all, bed.flash.cells, bed.why);
    for (uint32_t i = 0; i < bed.shape.size; i++) {
        /* Only erased bytes have changed, if any. */
        assert_true(bed.flash.cells[i] == before[i] ||
                    (added && before[i] == bed.flash.nor.erased));
    }
    free(before);
    image_drop(image);
    return added;
}

static void put_some(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct wish *w = &wishes[chance(IDS)];
        if (w->counter && !w->deleted && w->id < KEYS && chance(2) == 0) {
            assert_int_equal(etch_kv_put_tick(&bed.kv, w->id), ETCH_OK);
            w->count++;
        } else {
            w->counter = false;
            w->deleted = false;
            w->len = chance(12);
            assert_int_equal(
                    etch_kv_put(&bed.kv, w->id, w->value, (uint16_t)w->len), ETCH_OK);
        }
    }
}

/* SPEC 1: all bytes, whatever they are. */
static void where_erased_is_zero_each_byte_is_complemented(void **state)
{
    static uint8_t ones[8192];
    struct wish w = {.id = 5, .len = 9, .name = "name"};
    for (unsigned zero = 0; zero < 2; zero++) {
        state_of_chance = 9;
        (zero == 1 ? begin_zero : begin)(four, 4);
        do {
            wish_all();
        } while (!make());
        assert_true(add(&w, 1));
        for (uint32_t i = 0; zero == 1 && i < bed.shape.size; i++) {
            assert_int_equal(bed.flash.cells[i] ^ ones[i], 0xFF);
        }
        memcpy(ones, bed.flash.cells, bed.shape.size);
        open_store();
        expect(&w);
    }
}

/* The store writes, the writer adds, the store goes on: again and again. */
static void more_is_read_as_if_the_store_had_written_it(void **state)
{
    unsigned added = 0;
    unsigned refused = 0;
    for (unsigned round = 0; round < MORE; round++) {
        state_of_chance = round;
        (round % 4 == 3 ? begin_zero : begin)(shapes[round % 3], 4);
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
        wish_all();
        for (unsigned i = 0; i < IDS; i++) {
            wishes[i].deleted = true;
            wishes[i].counter = false;
            wishes[i].name[0] = '\0';
        }
        for (unsigned turn = 0; turn < TURNS; turn++) {
            put_some(1 + chance(70));
            struct wish fresh[2];
            unsigned first = chance(IDS - 1);
            for (unsigned i = 0; i < 2; i++) {
                wish(&fresh[i], wishes[first + i].id);
                fresh[i].len %= 40;
                fresh[i].deleted = chance(4) == 0;
                if (fresh[i].name[0] == '\0' || fresh[i].deleted) {
                    memcpy(fresh[i].name, wishes[first + i].name, sizeof(fresh[i].name));
                }
            }
            if (add(fresh, 2)) {
                added++;
                memcpy(&wishes[first], fresh, sizeof(fresh));
            } else {
                assert_non_null(strstr(bed.why, "no room"));
                refused++;
            }
            open_store();
            for (unsigned i = 0; i < IDS; i++) {
                expect(&wishes[i]);
            }
        }
    }
    assert_true(added > (TURNS - 1) * MORE);
    assert_true(refused > 0);
}

/* The last two words of a sector are for marks (SPEC 5). */
static void check_reserve(void)
{
    struct image *image = image_read(&bed.medium);
    assert_non_null(image);
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        const struct image_sector *s = &image->sector[r->sector];
        assert_true(r->fate == IMAGE_MARK || r->off + r->len <= s->off + s->len - 8);
    }
    image_drop(image);
}

static void a_log_is_filled_to_its_end_and_no_further(void **state)
{
    for (uint32_t len = 4; len <= 60; len += 4) {
        begin(even, 4);
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
        struct wish w = {.id = 5, .len = len};
        unsigned n = 0;
        while (add(&w, 1)) {
            n++;
            w.value[0]++;
        }
        /* The header has 36 bytes, and each adding two marks. */
        assert_in_range(n * (len + 12), 4096 - 36 - 2 * (len + 12), 4096 - 36);
        assert_string_equal(bed.why, "there is no room behind its log");
        check_reserve();
        open_store();
        w.value[0]--;
        expect(&w);
        assert_int_equal(etch_kv_put(&bed.kv, 6, "and on", 6), ETCH_OK);
        open_store();
        expect(&w);
    }
}

/* What counts in place comes to rest at the next start, which must not have to erase
 * for that: it would even where the policy forbids it. */
static void room_is_left_for_counters_to_come_to_rest(void **state)
{
    for (uint32_t len = 4; len <= 60; len += 4) {
        begin(even, 4);
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
        uint8_t value[500] = {0};
        while (bed.kv.head == 0) { /* so that no sector is ready */
            value[0]++;
            assert_int_equal(etch_kv_put(&bed.kv, 9, value, sizeof(value)), ETCH_OK);
        }
        for (uint16_t id = 10; id < 16; id++) {
            assert_int_equal(etch_kv_put_tick(&bed.kv, id), ETCH_OK);
        }
        struct wish w = {.id = 5, .len = len};
        while (add(&w, 1)) {
            w.value[0]++;
        }
        assert_string_equal(bed.why, "there is no room behind its log");
        w.value[0]--;
        ram_nor_zero(&bed.flash);
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        open_store();
        expect(&w);
        assert_int_equal(bed.flash.erases, 0);
    }
}

static void the_newest_of_several_logs_goes_on(void **state)
{
    struct wish w = {.id = 5, .len = 4};
    begin(four, 4);
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
    /* Room is left in the first log for what is small, but it is not the newest. */
    for (uint16_t id = 10; id < 16; id++) {
        uint8_t value[480] = {1};
        assert_int_equal(etch_kv_put(&bed.kv, id, value, sizeof(value)), ETCH_OK);
    }
    assert_int_equal(etch_kv_put(&bed.kv, 5, "old", 3), ETCH_OK);
    assert_true(add(&w, 1));
    open_store();
    expect(&w);
}

/* Power failed in a put: its record is there and does not count. */
static void a_torn_log_is_refused(void **state)
{
    begin(even, 4);
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
    bed.flash.programs = 0;
    bed.flash.fail = 5;
    assert_int_not_equal(etch_kv_put(&bed.kv, 5, "0123456789", 10), ETCH_OK);
    struct wish w = {.id = 6, .len = 4};
    assert_false(add(&w, 1));
    assert_non_null(strstr(bed.why, "half written"));
}

static void bytes_without_a_store_are_refused(void **state)
{
    begin(even, 4);
    struct wish w = {.id = 6, .len = 4};
    assert_false(add(&w, 1));
    assert_non_null(strstr(bed.why, "no sector"));
}

static int end(void **state)
{
    ram_nor_close(&bed.flash);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(store_reads_what_was_made),
            cmocka_unit_test(store_finds_nothing_to_settle),
            cmocka_unit_test(store_goes_on_from_what_was_made),
            cmocka_unit_test(nothing_makes_an_empty_store),
            cmocka_unit_test(limits_are_those_of_the_store),
            cmocka_unit_test(each_record_that_the_store_takes_is_made_and_no_other),
            cmocka_unit_test(every_byte_up_to_the_capacity_may_be_used),
            cmocka_unit_test(erase_counts_go_on),
            cmocka_unit_test(each_length_has_its_kind_of_record),
            cmocka_unit_test(one_sector_always_stays_free),
            cmocka_unit_test(where_erased_is_zero_each_byte_is_complemented),
            cmocka_unit_test(what_no_store_holds_is_refused),
            cmocka_unit_test(more_is_read_as_if_the_store_had_written_it),
            cmocka_unit_test(a_log_is_filled_to_its_end_and_no_further),
            cmocka_unit_test(room_is_left_for_counters_to_come_to_rest),
            cmocka_unit_test(the_newest_of_several_logs_goes_on),
            cmocka_unit_test(a_torn_log_is_refused),
            cmocka_unit_test(bytes_without_a_store_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, end);
}
