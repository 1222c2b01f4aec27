/* test_kv_room.c - what is moved, when and how much of it, on flashes of several shapes;
 * and what is said of the room that is left. Power is not cut here.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "support/cm.h"
#include "support/kv_bed.h"
#include "support/two_readers.h"

static const uint32_t two[] = {1024, 1024, 0};
static const uint32_t equal[] = {1024, 1024, 1024, 0};
static const uint32_t unequal[] = {1024, 1024, 4096, 0};
static const uint32_t five[] = {1536, 1024, 2048, 1024, 1600, 0};

static void keep(uint16_t first, uint16_t n)
{
    for (uint16_t i = 0; i < n; i++) {
        put(first + i, "stays: twenty bytes.");
    }
}

static void kept(uint16_t first, uint16_t n)
{
    for (uint16_t i = 0; i < n; i++) {
        holds(first + i, "stays: twenty bytes.");
    }
}

/* Units programmed by each put of 8 bytes: its own, four times as many copied, and a
 * header. */
static void puts_cost_little(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        ram_nor_zero(&bed.flash);
        put(1, i % 2 ? "odd" : "even");
        assert_in_range(bed.flash.programs, 3, 4 + 4 * 2 + 7 + 7 + 4);
    }
}

static void no_put_copies_much(void **state)
{
    static const uint32_t *const shapes[] = {two, equal, unequal};
    for (unsigned i = 0; i < 3; i++) {
        begin_on(shapes[i], 4, false);
        puts_cost_little(1000);
        keep(2, 12);
        puts_cost_little(1000);
        reopen();
        puts_cost_little(300);
        kept(2, 12);
    }
}

/* What never changes is moved, too, so that its sector is worn like the others. */
static void sectors_wear_alike(void **state)
{
    static const uint32_t four[] = {1024, 1024, 1024, 1024, 0};
    static const uint32_t *const shapes[] = {two, equal, four};
    for (unsigned i = 0; i < 3; i++) {
        uint32_t least = UINT32_MAX;
        uint32_t most = 0;
        begin_on(shapes[i], 4, false);
        keep(2, (uint16_t)(8 + 6 * i));
        for (unsigned k = 0; k < 4000; k++) {
            put(1, k % 2 ? "odd" : "even");
        }
        for (uint32_t k = 0; k < bed.flash.nor.sectors; k++) {
            uint32_t erases = etch_get32(bed.flash.cells + 1024 * k + 4);
            least = erases < least ? erases : least;
            most = erases > most ? erases : most;
        }
        assert_true(least > 5);
        assert_in_range(most - least, 0, 1);
        kept(2, (uint16_t)(8 + 6 * i));
    }
}

/* A larger index. */
enum { MANY = 1000 };
static uint16_t many[MANY];

static void index_many(void)
{
    bed.config.index = many;
    bed.config.keys = MANY;
    bed.config.names = 0;
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_OK);
}

static uint64_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 32) * below >> 32);
}

/* Values of up to this length until no more is taken. */
static uint16_t fill(uint16_t len)
{
    static const char text[200];
    uint16_t id = 0;
    enum etch_err err = ETCH_OK;
    while (!err && id < KEYS) {
        err = etch_kv_put(&bed.kv, id++, text, len);
    }
    return err ? id - 1 : id;
}

static void full_stores_take_updates(const uint32_t *len, uint8_t unit, uint16_t size)
{
    uint8_t value[KEYS] = {0};
    char text[200] = "";
    begin_on(len, unit, unit > 4);
    uint16_t n = fill(size);
    for (unsigned i = 0; i < 1500; i++) {
        /* In a row, at random, or one for long. */
        uint32_t id = i % 500 < 200 ? i % n : i % 500 < 350 ? any(n) : i / 500;
        text[0] = (char)++value[id];
        assert_int_equal(etch_kv_put(&bed.kv, (uint16_t)id, text, size), ETCH_OK);
        if (i % 100 == 99) {
            reopen();
        }
    }
    for (uint16_t id = 0; id < n; id++) {
        uint16_t got = 0;
        assert_int_equal(etch_kv_get(&bed.kv, id, text, size, &got), ETCH_OK);
        assert_int_equal(got, size);
        assert_int_equal((uint8_t)text[0], value[id]);
        assert_int_equal(etch_kv_delete(&bed.kv, id), ETCH_OK);
    }
    assert_false(bed.flash.broken);
}

static void an_update_fits_on_every_shape(void **state)
{
    static const uint32_t cells[] = {2048, 2048, 2048, 0};
    full_stores_take_updates(two, 4, 32);
    full_stores_take_updates(two, 2, 197);
    full_stores_take_updates(equal, 4, 33);
    full_stores_take_updates(unequal, 4, 32);
    full_stores_take_updates(five, 1, 108);
    full_stores_take_updates(cells, 8, 35);
}

/* All that is kept may be in one sector, and be too much for the one that is ready, when
 * a cut has left a third that is not. */
static void an_update_fits_whatever_is_dirty(void **state)
{
    static const uint32_t shapes[][4] = {{384, 864, 928, 0}, {384, 928, 864, 0},
            {400, 928, 384, 0}, {928, 384, 864, 0}, {864, 928, 384, 0}};
    for (unsigned turn = 0; turn < 10; turn++) {
        char text[28] = "";
        const uint32_t *len = shapes[turn / 2];
        begin_on(len, 4, false);
        memset(bed.flash.cells + len[0] + (turn % 2 ? len[1] : 0), 0, 12);
        reopen();
        uint16_t n = fill(sizeof(text));
        for (unsigned i = 0; i < 400; i++) {
            text[0] = (char)i;
            assert_int_equal(
                    etch_kv_put(&bed.kv, (uint16_t)(i % n), text, sizeof(text)), ETCH_OK);
        }
    }
}

/* What is in doubt in a sector without a cell left to decide in is copied to where it
 * fits, not to the last that is ready. */
static void what_has_no_cell_for_marks_goes_where_it_fits(void **state)
{
    static const uint32_t len[] = {864, 928, 384, 0};
    char text[28] = "";
    begin_on(len, 4, false);
    uint16_t n = fill(sizeof(text));
    assert_int_equal(bed.kv.head, 0);
    memset(bed.flash.cells + bed.kv.end, 0xFE, len[0] - bed.kv.end); /* VOIDs */
    reopen();
    assert_int_equal(bed.kv.head, 1);
    for (uint16_t id = 0; id < n; id++) {
        uint16_t got = 0;
        assert_int_equal(etch_kv_get(&bed.kv, id, text, sizeof(text), &got), ETCH_OK);
        assert_int_equal(got, sizeof(text));
    }
}

/* A few big values, all of which are put again while they are copied. */
static void a_draft_that_is_full_is_begun_again(void **state)
{
    static const uint32_t cells[] = {2864, 7136, 0};
    for (uint16_t size = 20; size < 199; size += 12) {
        full_stores_take_updates(cells, 8, size);
    }
}

static void what_is_used_is_the_sum_of_all_sectors(void **state)
{
    struct etch_kv_stat stat;
    begin_on(equal, 4, false);
    for (uint16_t n = 1; n <= KEYS; n++) {
        put(n - 1, "stays: twenty bytes.");
        etch_kv_stat(&bed.kv, &stat);
        assert_int_equal(stat.used, n * 24);
    }
    assert_int_equal(etch_kv_delete(&bed.kv, 3), ETCH_OK);
    etch_kv_stat(&bed.kv, &stat);
    assert_in_range(stat.used, (KEYS - 1) * 24, (KEYS - 1) * 24 + 4);
}

/* The last id's name has no place in the index: it is found by reading. */
static void so_are_names_with_a_place_and_without(void **state)
{
    struct etch_kv_stat stat;
    begin_on(equal, 4, false);
    for (uint16_t n = 0; n <= NAMES; n++) {
        assert_int_equal(etch_kv_put_name(&bed.kv, n, "a name"), ETCH_OK);
        etch_kv_stat(&bed.kv, &stat);
        assert_int_equal(stat.used, (n + 1) * 20);
    }
    reopen();
    etch_kv_stat(&bed.kv, &stat);
    assert_int_equal(stat.used, (NAMES + 1) * 20);
}

/* Puts of 28 bytes, none of which may be refused or erase. */
static void use_room(void)
{
    struct etch_kv_stat stat;
    etch_kv_stat(&bed.kv, &stat);
    ram_nor_zero(&bed.flash);
    for (uint32_t sum = 0; sum + 28 <= stat.room; sum += 28) {
        put(1, sum / 28 % 2 ? "a value of 24 bytes, one" : "a value of 24 bytes, two");
    }
    assert_int_equal(bed.flash.erases, 0);
}

static void as_many_bytes_as_stat_says_need_no_erase(void **state)
{
    static const uint32_t *const shapes[] = {two, equal, unequal};
    for (unsigned turn = 0; turn < 360; turn++) {
        begin_on(shapes[turn % 3], 4, false);
        keep(2, (uint16_t)(turn % 11));
        for (unsigned i = 0; i < turn / 3; i++) {
            put(1, i % 2 ? "a value of some length" : "another");
        }
        if (turn % 2) {
            reopen();
        }
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        use_room();
    }
}

/* Behind some long values, so many changes of a short one, and some of the long ones
 * gone again: all of the room can be used by values of len bytes. How much that was. */
static uint32_t room_of(const uint32_t *sectors, uint16_t values, unsigned changes,
        uint16_t gone, uint16_t len)
{
    static const char text[180] = "";
    struct etch_kv_stat stat;
    begin_on(sectors, 4, false);
    for (uint16_t id = 2; id < 2 + values; id++) {
        assert_int_equal(etch_kv_put(&bed.kv, id, text, sizeof(text)), ETCH_OK);
    }
    for (unsigned i = 0; i < changes; i++) {
        put(1, i % 2 ? "a value of some length" : "another");
    }
    for (uint16_t id = 2; id < 2 + gone; id++) {
        assert_int_equal(etch_kv_delete(&bed.kv, id), ETCH_OK);
    }
    assert_int_equal(etch_kv_put(&bed.kv, 1, text, len), ETCH_OK);
    bed.config.policy = ETCH_KV_NEVER_ERASE;
    etch_kv_stat(&bed.kv, &stat);
    uint32_t size = 4u + (len + 3u) / 4 * 4;
    uint32_t odd = 1;
    for (uint32_t sum = size; sum <= stat.room; sum += size, odd ^= 1) {
        uint16_t now = (uint16_t)(len - odd);
        assert_int_equal(etch_kv_put(&bed.kv, 1, text + odd, now), ETCH_OK);
    }
    return stat.room;
}

static void room_is_there_on_every_shape(void **state)
{
    /* Of the longest records, 56 bytes more than fifteen fit. */
    static const uint32_t nine[] = {
            1016, 1016, 1016, 1016, 1016, 1016, 1016, 1016, 1016, 0};
    static const uint32_t *const shapes[] = {two, equal, unequal, nine};
    uint32_t sum = room_of(two, 3, 117, 3, 19); /* a draft has begun */
    for (unsigned turn = 0; turn < 1600; turn++) {
        sum += room_of(shapes[turn % 4], (uint16_t)(turn / 4 % 4), turn / 16,
                (uint16_t)(turn / 16 % 5), (uint16_t)(1 + turn % 56));
    }
    assert_true(sum > 1600u * 1024); /* and it is some */
}

/* One of the values of a nearly full store is put anew. NEVER_ERASE asks to be tidied. */
static enum etch_err put_any(uint32_t n)
{
    char text[28] = "";
    etch_put32((uint8_t *)text, any(1u << 30));
    return etch_kv_put(&bed.kv, (uint16_t)any(n), text, sizeof(text));
}

static void room_is_used_without_an_erase(uint32_t n)
{
    struct etch_kv_stat stat;
    for (uint32_t before = any(3 * n); before > 0; before--) {
        if (put_any(n) == ETCH_E_TIDY) {
            assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
        }
    }
    if (any(2)) {
        assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
    }
    etch_kv_stat(&bed.kv, &stat);
    bed.flash.erases = 0;
    for (uint32_t sum = 32; sum <= stat.room; sum += 32) {
        assert_int_equal(put_any(n), ETCH_OK);
    }
    assert_int_equal(bed.flash.erases, 0);
}

/* The newest sector may be the next to be moved, and be much fuller then than it is now;
 * and a store that may erase does as soon as copying should begin. */
static void room_is_there_in_nearly_full_stores(void **state)
{
    static const uint32_t small[] = {512, 512, 512, 512, 0};
    static const uint32_t large[] = {4096, 4096, 16384, 0};
    static const uint32_t *const shapes[] = {two, equal, unequal, small, large};
    for (unsigned turn = 0; turn < 20; turn++) {
        struct etch_kv_stat stat;
        begin_on(shapes[turn % 5], 4, false);
        bed.config.policy =
                turn / 5 % 2 ? ETCH_KV_NEVER_ERASE : ETCH_KV_ERASE_WHEN_FORCED;
        index_many();
        etch_kv_stat(&bed.kv, &stat);
        uint32_t n = stat.capacity * (turn < 10 ? 94 : 60) / 100 / 32;
        for (uint16_t id = 0; id < n; id++) {
            put(id, "a value of twenty-eight byte");
        }
        for (unsigned i = 0; i < 150; i++) {
            room_is_used_without_an_erase(n);
        }
    }
}

/* In cells written once what is neither open nor ready is erased before others are used. */
static void no_room_is_told_behind_what_must_be_erased(void **state)
{
    static const uint32_t four[] = {1024, 1024, 1024, 1024, 0};
    for (unsigned turn = 0; turn < 40; turn++) {
        struct etch_kv_stat stat;
        begin_on(four, 8, true);
        for (unsigned i = 0; i < 20 + turn; i++) {
            put((uint16_t)(i % 4), i % 8 < 4 ? "a value of some length" : "another");
        }
        /* USED is set of one that is ready, as if a draft had been given up. */
        unsigned ready = 0;
        while (ready < 4 && bed.kv.sector[ready] != 4) {
            ready++;
        }
        if (ready < 4) {
            memset(bed.flash.cells + ready * 1024 + 24, 0, 8);
        }
        reopen();
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        etch_kv_stat(&bed.kv, &stat);
        for (uint32_t sum = 48; sum <= stat.room; sum += 48) {
            put((uint16_t)(sum / 48 % 4),
                    sum / 48 % 8 < 4 ? "of so many bytes, odd" : "of so many bytes, eve");
        }
    }
}

/* A batch is admitted by what is kept behind it. */
static void what_a_batch_takes_away_makes_room_for_what_it_puts(void **state)
{
    static const char text[200] = "";
    begin_on(two, 4, false);
    uint16_t n = fill(200);
    while (etch_kv_put(&bed.kv, n, text, 1) == ETCH_OK) {
        n++;
    }
    const struct etch_kv_change change[] = {{.id = 0, .kind = ETCH_KV_DELETION},
            {.data = "8 bytes.", .id = n, .len = 8},
            {.id = KEYS - 1, .kind = ETCH_KV_DELETION}};
    assert_int_equal(etch_kv_put_batch(&bed.kv, change + 1, 1), ETCH_E_NOSPACE);
    assert_int_equal(etch_kv_put_batch(&bed.kv, change, 3), ETCH_OK);
    reopen();
    holds(n, "8 bytes.");
    holds_none(0);
}

/* Done, and if it asks for that, after tidying, twice at most. */
static void delete_tidied(uint16_t id)
{
    enum etch_err err = etch_kv_delete(&bed.kv, id);
    for (unsigned n = 0; err == ETCH_E_TIDY && n < 2; n++) {
        assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
        err = etch_kv_delete(&bed.kv, id);
    }
    assert_int_equal(err, ETCH_OK);
}

/* The same, as one change. */
static void delete_both_tidied(uint16_t id, uint16_t other)
{
    const struct etch_kv_change both[] = {{.id = id, .kind = ETCH_KV_DELETION},
            {.id = other, .kind = ETCH_KV_DELETION}};
    enum etch_err err = etch_kv_put_batch(&bed.kv, both, 2);
    for (unsigned n = 0; err == ETCH_E_TIDY && n < 2; n++) {
        assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
        err = etch_kv_put_batch(&bed.kv, both, 2);
    }
    assert_int_equal(err, ETCH_OK);
}

static bool put_tidied(uint16_t id, const char *text, uint16_t size)
{
    enum etch_err err = etch_kv_put(&bed.kv, id, text, size);
    for (unsigned n = 0; err == ETCH_E_TIDY && n < 2; n++) {
        assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
        err = etch_kv_put(&bed.kv, id, text, size);
    }
    assert_true(err == ETCH_OK || err == ETCH_E_NOSPACE);
    return err == ETCH_OK;
}

/* Deletions are kept as long as there is something that they hide. Where they leave too
 * little for what is new, that asks to be tidied, and then there is as much as ever; but
 * that a sector whose values fit in no other keeps its deletions. */
static void what_is_deleted_leaves_room(
        const uint32_t *len, uint8_t unit, uint16_t size, enum etch_kv_policy policy)
{
    static const char text[32] = "";
    uint16_t n = 0;
    begin_on(len, unit, unit > 4);
    bed.config.policy = (uint8_t)policy;
    index_many();
    for (enum etch_err err = ETCH_OK; !err && n < MANY;) {
        err = etch_kv_put(&bed.kv, n, text, size);
        if (err == ETCH_OK) {
            n++;
        } else if (err == ETCH_E_TIDY) {
            err = etch_kv_tidy(&bed.kv);
        }
    }
    assert_in_range(n, 10, MANY - 1);
    for (unsigned again = 0; again < 6; again++) {
        uint16_t taken = 0;
        for (uint16_t id = 0; id < n; id++) {
            uint16_t gone = again % 2 ? MANY - 1 - id : id;
            if (again < 3 || id + 1 == n) {
                delete_tidied(gone);
            } else {
                id++;
                delete_both_tidied(gone, again % 2 ? gone - 1 : gone + 1);
            }
        }
        for (uint16_t id = 0; id < n; id++) {
            taken += put_tidied(again % 2 ? id : MANY - 1 - id, text, size);
        }
        assert_in_range(taken, len == unequal ? n / 2 : n, n);
    }
}

/* One move is enough where there are two sectors. */
static void no_more_is_moved_than_must_be(void **state)
{
    enum etch_err err = ETCH_OK;
    uint16_t n = 0;
    begin_on(two, 4, false);
    index_many();
    for (; !err; n++) {
        err = etch_kv_put(&bed.kv, n, "1", 1);
    }
    for (uint16_t id = 0; id < n; id++) {
        assert_int_equal(etch_kv_delete(&bed.kv, id), ETCH_OK);
    }
    for (err = ETCH_OK; !err; n++) {
        err = etch_kv_put(&bed.kv, n, "1", 1);
    }
    assert_int_equal(err, ETCH_E_TIDY);
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
    assert_in_range(bed.flash.erases, 1, 2); /* what had been replaced before, too */
    ram_nor_zero(&bed.flash);
    put(n, "1");
    assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
    assert_int_equal(bed.flash.erases, 0);
}

static void a_store_whose_values_are_deleted_can_be_filled_again(void **state)
{
    static const uint32_t eight[] = {512, 512, 512, 512, 512, 512, 512, 512, 0};
    static const uint32_t *const shapes[] = {two, equal, unequal, eight};
    static const uint16_t sizes[] = {0, 1, 10, 25};
    for (unsigned i = 0; i < 4 * 2 * 4; i++) {
        uint16_t size = sizes[i / 8];
        enum etch_kv_policy policy =
                i / 4 % 2 ? ETCH_KV_NEVER_ERASE : ETCH_KV_ERASE_WHEN_FORCED;
        what_is_deleted_leaves_room(shapes[i % 4], 4, size, policy);
        what_is_deleted_leaves_room(shapes[i % 4], 8, size, policy);
    }
}

/* A sector that says nothing is left to be tidied as long as another is ready. */
static void what_need_not_be_erased_is_not(void **state)
{
    begin_on(equal, 4, false);
    memset(bed.flash.cells + 2048, 0, 12);
    reopen();
    ram_nor_zero(&bed.flash);
    for (unsigned i = 0; i < 130; i++) { /* more than a sector takes */
        put(1, i % 2 ? "odd" : "even");
    }
    assert_int_equal(bed.flash.erases, 0);
}

/* Also while something is moved, but for a record that has been copied. */
static void the_second_tick_is_one_program_operation(void **state)
{
    static const uint32_t *const shapes[] = {two, equal, unequal};
    for (unsigned i = 0; i < 3; i++) {
        begin_on(shapes[i], 4, false);
        keep(2, 6);
        for (uint32_t n = 0; n < 600; n++) {
            put(1, n % 2 ? "odd" : "even");
            assert_int_equal(etch_kv_put_counter(&bed.kv, 9, n), ETCH_OK);
            assert_int_equal(etch_kv_put_tick(&bed.kv, 9), ETCH_OK);
            ram_nor_zero(&bed.flash);
            assert_int_equal(etch_kv_put_tick(&bed.kv, 9), ETCH_OK);
            assert_int_equal(bed.flash.programs, 1);
            counts(9, n + 2);
        }
        kept(2, 6);
    }
}

static void counters_that_rest_take_no_room(void **state)
{
    begin_on(two, 4, false);
    for (uint32_t n = 0; n < 8000; n++) {
        assert_int_equal(etch_kv_put_tick(&bed.kv, (uint16_t)(n % 8)), ETCH_OK);
        put(9, n % 2 ? "odd" : "even");
    }
    for (uint16_t id = 0; id < 8; id++) {
        counts(id, 1000);
    }
}

/* In so little that a single sector more is all there is to move to. */
static void the_smallest_stores_count(void **state)
{
    for (uint32_t len = 112; len < 200; len += 4) {
        const uint32_t small[] = {len, len, 0};
        uint32_t n = 0;
        begin_on(small, 4, false);
        for (unsigned i = 0; i < 200; i++) {
            enum etch_err err = etch_kv_put_tick(&bed.kv, 0);
            assert_true(err == ETCH_OK || err == ETCH_E_NOSPACE);
            n += err == ETCH_OK;
            if (i % 7 == 6) {
                reopen();
            }
            put(1, i % 2 ? "odd" : "even");
            if (n) {
                counts(0, n);
            }
        }
        assert_false(bed.flash.broken);
        reopen();
        holds(1, "odd");
    }
}

/* Asked to be tidied for a long value, it takes a short one, and where it belongs. */
static void what_found_no_room_leaves_none_unused(void **state)
{
    static const char text[120] = "";
    unsigned taken = 0;
    for (uint16_t len = 20; len < 120; len += 4) {
        begin_on(two, 4, false);
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        enum etch_err err = ETCH_OK;
        for (unsigned i = 0; i < 200 && !err; i++) {
            err = etch_kv_put(&bed.kv, 1, text + i % 2, len - i % 2);
        }
        const struct etch_kv_change both[] = {
                {.data = text, .id = 1, .len = len}, {.data = text, .id = 2, .len = 4}};
        assert_int_equal(err, ETCH_E_TIDY);
        assert_int_equal(etch_kv_put_batch(&bed.kv, both, 2), ETCH_E_TIDY);
        ram_nor_zero(&bed.flash);
        for (unsigned i = 0; i < 20 && bed.flash.programs == 0; i++) {
            err = etch_kv_put(&bed.kv, 2, "four", 4);
            assert_true(err == ETCH_OK || err == ETCH_E_TIDY);
        }
        reopen();
        if (err == ETCH_OK) {
            taken++;
            holds(2, "four");
        }
        assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
        put(2, "five");
        reopen();
        holds(2, "five");
    }
    assert_true(taken > 5);
}

/* All but the six words for marks. */
static void a_store_asks_to_be_tidied_when_nothing_is_left(void **state)
{
    for (uint16_t n = 0; n < 20; n++) {
        begin_on(two, 4, false);
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        keep(2, n);
        enum etch_err err = ETCH_OK;
        for (unsigned i = 0; i < 300 && !err; i++) {
            err = etch_kv_put(&bed.kv, 1, i % 2 ? "odd" : "eve", 3);
        }
        assert_int_equal(err, ETCH_E_TIDY);
        assert_in_range((bed.kv.head + 1u) * 1024 - bed.kv.end, 24, 24 + 4);
    }
}

/* ---- without a spare sector ------------------------------------------------------- */

/* A configuration that leaves out the sector that stood ready: nothing can be moved. */
static void a_store_without_a_spare_sector_refuses_and_keeps(void **state)
{
    begin_on(equal, 4, false);
    keep(2, 12);
    while (bed.kv.head == 0) {
        put(1, "again");
        put(1, "and again");
    }
    assert_int_equal(bed.kv.head, 2);
    memcpy(bed.flash.cells + 1024, bed.flash.cells + 2048, 1024);
    bed.flash.nor.sectors = 2;
    reopen();
    ram_nor_zero(&bed.flash);
    enum etch_err err = ETCH_OK;
    for (uint32_t n = 0; n < 500 && !err; n++) {
        err = etch_kv_put(&bed.kv, 1, &n, sizeof(n));
    }
    assert_int_equal(err, ETCH_E_NOSPACE);
    assert_int_equal(bed.flash.erases, 0);
    kept(2, 12);
    reopen();
    kept(2, 12);
}

/* ---- the end of a header ------------------------------------------------------- */

enum { HEADER_A = 12, HEADER_USED = 16 };

static struct {
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    uint32_t last; /* where the call before programmed */
    unsigned zeroed;
} watch;

/* That USED is set may be in doubt, so it is programmed again before A is zeroed: both
 * in doubt, the sector would be ready now and dirty then. */
static enum etch_err program_watched(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    static const uint8_t zeros[HEADER_A];
    uint32_t base = off / 1024 * 1024;
    if (off == base && memcmp(data, zeros, len < HEADER_A ? len : HEADER_A) == 0) {
        assert_int_equal(watch.last, base + HEADER_USED);
        watch.zeroed++;
    }
    watch.last = off;
    return watch.program(nor, off, data, len);
}

static void begin_watched(void)
{
    begin_on(two, 4, false);
    keep(2, 12);
    watch.program = bed.flash.nor.program;
    watch.zeroed = 0;
    bed.flash.nor.program = program_watched;
}

static void a_header_is_zeroed_only_when_used_is_firm(void **state)
{
    begin_watched();
    for (unsigned i = 0; i < 1000; i++) {
        put(1, i % 2 ? "odd" : "even");
    }
    assert_in_range(watch.zeroed, 4, 1000);

    begin_watched();
    while (bed.kv.draft == 0xFF) {
        put(1, "again");
        put(1, "and again");
    }
    reopen(); /* the draft is given up, so what is there is wiped */
    watch.zeroed = 0;
    assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, NULL), ETCH_OK);
    assert_in_range(watch.zeroed, 1, 2);
    kept(2, 12);
}

static void name(uint16_t id, unsigned i)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "setting.%u.%u", id, i);
    assert_int_equal(etch_kv_put_name(&bed.kv, id, text), ETCH_OK);
}

/* Reads of the put that reads most, and of the start that does. */
static uint64_t most_reads(const uint32_t *len, uint16_t names, uint64_t *start)
{
    uint64_t most = 0;
    *start = 0;
    begin_on(len, 4, false);
    for (uint16_t id = 0; id < 32; id++) {
        put(id, "1234");
        if (id < names) {
            name(id, 0);
        }
    }
    for (unsigned i = 0; i < 6000; i++) {
        ram_nor_zero(&bed.flash);
        put((uint16_t)(i % 32), i / 32 % 2 ? "even" : "longer, so that it grows");
        if (bed.flash.erases == 0) { /* it looks whether all is erased */
            most = bed.flash.reads > most ? bed.flash.reads : most;
        }
        if (i % 500 == 499) {
            ram_nor_zero(&bed.flash);
            reopen();
            *start = bed.flash.reads > *start ? bed.flash.reads : *start;
        }
    }
    return most;
}

/* They have no place in the index. */
static void a_put_does_not_read_through_the_log_for_each_name(void **state)
{
    static const uint32_t few[] = {4096, 4096, 0};
    static const uint32_t more[] = {4096, 4096, 4096, 4096, 0};
    uint64_t start;
    uint64_t most = most_reads(few, 32, &start);
    assert_in_range(most, 1, 32 / 2 * start);
    most = most_reads(more, 32, &start);
    assert_in_range(most, 1, 32 / 2 * start);
}

/* If all have their places, to know what is kept takes a look at each of them; and the
 * sector that is moved is gone through bit by bit. */
static void a_put_does_not_read_through_the_log(void **state)
{
    static const uint32_t few[] = {0x4000, 0x4000, 0};
    static const uint32_t more[] = {0x4000, 0x4000, 0x10000, 0};
    uint64_t start;
    uint64_t most = most_reads(few, 0, &start);
    assert_in_range(3 * most, 1, start);
    most = most_reads(more, 0, &start);
    assert_in_range(3 * most, 1, start);
}

/* Those that do not count any more make a sector seem fuller than it is: a full store
 * takes updates all the same. */
static void names_written_again_and_again_leave_room_for_updates(void **state)
{
    static const char value[] = "a value that is changed now and then";
    for (unsigned shape = 0; shape < 2; shape++) {
        uint16_t n = 2;
        begin_on(shape ? five : equal, 4, false);
        name(1, 0);
        while (n < KEYS && etch_kv_put(&bed.kv, n, value, sizeof(value)) == ETCH_OK) {
            n++;
        }
        for (unsigned i = 0; i < 50; i++) {
            for (unsigned k = 0; k < i * 7 % 60; k++) {
                name(1, 10 + k);
            }
            for (unsigned k = 0; k < i * 11 % 40; k++) {
                uint16_t id = (uint16_t)(2 + (i + k) % (n - 2u));
                put(id, k % 2 ? "short" : value);
            }
        }
    }
}

static void names_that_are_taken_away_take_no_room(void **state)
{
    struct etch_kv_stat stat;
    begin_on(two, 4, false);
    put(20, ""); /* is a value, and stays */
    for (uint16_t id = 0; id < 300; id++) {
        assert_int_equal(etch_kv_put_name(&bed.kv, id, "a name"), ETCH_OK);
        assert_int_equal(etch_kv_put_name(&bed.kv, id, ""), ETCH_OK);
    }
    /* One whose name lies elsewhere keeps what hides it. */
    char name[8];
    for (uint16_t id = 0; id < 300; id++) {
        assert_int_equal(etch_kv_name(&bed.kv, id, name, sizeof(name)), ETCH_E_NOENT);
    }
    etch_kv_stat(&bed.kv, &stat);
    assert_true(stat.used < stat.capacity / 2);
    holds(20, "");
    keep(1, 10);
    reopen();
    kept(1, 10);
    holds(20, "");
}

static const uint8_t *pattern(uint32_t first, uint32_t len)
{
    static uint8_t bytes[70000];
    for (uint32_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 251 + first);
    }
    return bytes;
}

static enum etch_err put_pattern(uint16_t id, uint32_t len)
{
    return etch_kv_put(&bed.kv, id, pattern(id + len, len), (uint16_t)len);
}

static void holds_pattern(uint16_t id, uint32_t len)
{
    static uint8_t bytes[70000];
    uint16_t found;
    assert_int_equal(etch_kv_get(&bed.kv, id, bytes, UINT16_MAX, &found), ETCH_OK);
    assert_int_equal(found, len);
    assert_memory_equal(bytes, pattern(id + len, len), len);
}

static void both_readers_agree(void)
{
    char text[TWO_READERS_TEXT];
    if (!two_readers_compare(&bed.kv, false, text)) {
        fail_msg("%s", text);
    }
}

/* Sectors of 128 KB have room for more than a first word can count. */
static void the_largest_value_comes_back_and_a_larger_one_is_refused(void **state)
{
    static const uint32_t big[] = {131072, 131072, 0};
    static const uint32_t small[] = {8192, 8192, 0};
    static const struct {
        const uint32_t *len;
        uint8_t unit;
        bool once;
        uint32_t largest, size; /* of the record */
    } on[] = {
            {big, 4, false, 16368, 12 + 16368},
            {small, 4, false, 2020, 12 + 2020},
            {big, 8, true, 14322, 16376},
            {big, 32, true, 15810, 16352},
    };
    for (unsigned i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
        begin_on(on[i].len, on[i].unit, on[i].once);
        struct etch_kv_stat stat;
        etch_kv_stat(&bed.kv, &stat);
        assert_int_equal(stat.largest, on[i].largest);
        put(2, "before");
        assert_int_equal(put_pattern(1, stat.largest), ETCH_OK);
        put(3, "behind");
        for (uint32_t more = 1; stat.largest + more <= UINT16_MAX; more *= 3) {
            assert_int_equal(put_pattern(1, stat.largest + more), ETCH_E_RANGE);
        }
        assert_int_equal(put_pattern(4, stat.largest - 1), ETCH_OK);
        for (unsigned twice = 0; twice < 2; twice++) {
            holds_pattern(1, stat.largest);
            holds_pattern(4, stat.largest - 1);
            holds(2, "before");
            holds(3, "behind");
            both_readers_agree();
            reopen();
        }
        etch_kv_stat(&bed.kv, &stat);
        assert_int_equal(
                stat.used, on[i].size * 2 + 2 * (on[i].once ? 2u * on[i].unit : 12u));
    }
}

static void ids_beyond_the_short_ones_take_eight_bytes_more(void **state)
{
    struct etch_kv_stat stat;
    begin_on((const uint32_t[]){256, 256, 0}, 4, false);
    etch_kv_stat(&bed.kv, &stat);
    assert_in_range(stat.largest, 12, 232);
    assert_int_equal(put_pattern(1022, stat.largest - 8), ETCH_OK);
    assert_int_equal(put_pattern(1023, stat.largest - 8), ETCH_OK);
    assert_int_equal(put_pattern(1022, stat.largest), ETCH_OK);
    assert_int_equal(put_pattern(1023, stat.largest - 7), ETCH_E_RANGE);
}

/* Two records of together 16,380 bytes, which are 4095 words. */
static void so_is_a_batch_that_is_larger(void **state)
{
    static const uint32_t big[] = {131072, 131072, 0};
    enum { FIRST = 8000, SECOND = 16380 - 12 - FIRST - 12 };
    begin_on(big, 4, false);
    struct etch_kv_change both[] = {{.id = 1, .len = FIRST}, {.id = 2, .len = SECOND}};
    static uint8_t first[FIRST];
    memcpy(first, pattern(1 + FIRST, FIRST), FIRST);
    both[0].data = first;
    both[1].data = pattern(2 + SECOND, SECOND + 1);
    put(3, "before");
    assert_int_equal(etch_kv_put_batch(&bed.kv, both, 2), ETCH_OK);
    put(4, "behind");
    both[1].len++;
    for (unsigned twice = 0; twice < 2; twice++) {
        assert_int_equal(etch_kv_put_batch(&bed.kv, both, 2), ETCH_E_RANGE);
        holds_pattern(1, FIRST);
        holds_pattern(2, SECOND);
        holds(3, "before");
        holds(4, "behind");
        both_readers_agree();
        reopen();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(no_put_copies_much),
            cmocka_unit_test(sectors_wear_alike),
            cmocka_unit_test(an_update_fits_on_every_shape),
            cmocka_unit_test(an_update_fits_whatever_is_dirty),
            cmocka_unit_test(what_has_no_cell_for_marks_goes_where_it_fits),
            cmocka_unit_test(a_draft_that_is_full_is_begun_again),
            cmocka_unit_test(what_is_used_is_the_sum_of_all_sectors),
            cmocka_unit_test(so_are_names_with_a_place_and_without),
            cmocka_unit_test(as_many_bytes_as_stat_says_need_no_erase),
            cmocka_unit_test(room_is_there_on_every_shape),
            cmocka_unit_test(room_is_there_in_nearly_full_stores),
            cmocka_unit_test(no_room_is_told_behind_what_must_be_erased),
            cmocka_unit_test(what_a_batch_takes_away_makes_room_for_what_it_puts),
            cmocka_unit_test(no_more_is_moved_than_must_be),
            cmocka_unit_test(a_store_whose_values_are_deleted_can_be_filled_again),
            cmocka_unit_test(what_need_not_be_erased_is_not),
            cmocka_unit_test(the_second_tick_is_one_program_operation),
            cmocka_unit_test(counters_that_rest_take_no_room),
            cmocka_unit_test(the_smallest_stores_count),
            cmocka_unit_test(what_found_no_room_leaves_none_unused),
            cmocka_unit_test(a_store_asks_to_be_tidied_when_nothing_is_left),
            cmocka_unit_test(a_store_without_a_spare_sector_refuses_and_keeps),
            cmocka_unit_test(a_header_is_zeroed_only_when_used_is_firm),
            cmocka_unit_test(names_that_are_taken_away_take_no_room),
            cmocka_unit_test(a_put_does_not_read_through_the_log_for_each_name),
            cmocka_unit_test(a_put_does_not_read_through_the_log),
            cmocka_unit_test(names_written_again_and_again_leave_room_for_updates),
            cmocka_unit_test(the_largest_value_comes_back_and_a_larger_one_is_refused),
            cmocka_unit_test(so_is_a_batch_that_is_larger),
            cmocka_unit_test(ids_beyond_the_short_ones_take_eight_bytes_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
