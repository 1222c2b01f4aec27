/* test_kv_cells.c - the store in cells that are written once, some of which do not take
 * what is written to them: earlier cuts may have touched them. Power is not cut here.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>
#include <unistd.h>

#include "support/cm.h"
#include "support/kv_bed.h"

enum { CELL = 8, USED = 24, KEEP = 0x4B };

static const uint32_t three[] = {1024, 1024, 4096, 0};

/* What is called to program. */
static struct {
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    uint32_t at;    /* the cell there is bad, once; 0: none is */
    unsigned after; /* or the one of this call from now on; 0: none is */
    unsigned every; /* and of so many calls behind it; 0: no other */
    bool blank;     /* it stays erased */
    bool told;
} bad;

static enum etch_err program_bad(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    bool there = bad.at != 0 && bad.at == off;
    bool now = bad.after != 0 && --bad.after == 0;
    if (!there && !now) {
        return bad.program(nor, off, data, len);
    }
    bad.at = 0;
    bad.after = bad.every;
    if (!bad.blank) {
        memset(bed.flash.cells + off, 0, CELL);
    }
    return ETCH_E_VERIFY;
}

/* Settled, so that a session begins with the next write. */
static void begin_bad(unsigned after, unsigned every, bool blank)
{
    begin_on(three, CELL, true);
    put(1, "old");
    put(2, "to be deleted");
    put(4, "kept");
    reopen();
    reopen();
    bad.program = bed.flash.nor.program;
    bad.at = 0;
    bad.after = after;
    bad.every = every;
    bad.blank = blank;
    bed.flash.nor.program = program_bad;
}

static void opening_programs_nothing(void)
{
    ram_nor_zero(&bed.flash);
    reopen();
    assert_int_equal(bed.flash.programs, 0);
}

static enum etch_err try_put(uint16_t id, const char *text)
{
    return etch_kv_put(&bed.kv, id, text, (uint16_t)strlen(text));
}

static enum etch_err change(unsigned i)
{
    static const struct etch_kv_change both[] = {
            {.id = 5, .data = "one of two", .len = 10},
            {.id = 6, .data = "both", .len = 4}};
    switch (i) {
    case 0: return try_put(1, "new, of some cells");
    case 1: return etch_kv_delete(&bed.kv, 2);
    case 2: return etch_kv_put_tick(&bed.kv, 3);
    default: return etch_kv_put_batch(&bed.kv, both, 2);
    }
}

static void all_is_changed(void)
{
    holds(1, "new, of some cells");
    holds_none(2);
    counts(3, 1);
    holds(4, "kept");
    holds(5, "one of two");
    holds(6, "both");
}

static void a_change_is_written_again_behind_a_bad_cell(void **state)
{
    for (unsigned n = 1; n < 50; n++) {
        bool blank = n % 2;
        begin_bad((n + 1) / 2, 0, blank);
        for (unsigned i = 0; i < 4; i++) {
            enum etch_err err = change(i);
            if (n == 1 && i == 0) { /* the session's VOID: what follows is in doubt */
                assert_int_equal(err, ETCH_E_VERIFY);
                err = change(i);
            }
            assert_int_equal(err, ETCH_OK);
        }
        all_is_changed();
        reopen();
        all_is_changed();
        opening_programs_nothing();
    }
}

/* Each cell but one in so many is good: some changes can be written, some cannot. */
static void what_is_said_to_be_written_has_two_keeps(void **state)
{
    for (unsigned n = 0; n < 60; n++) {
        begin_bad(2 + n / 6, 2 + n % 6, n % 2);
        enum etch_err err = try_put(1, "new");
        bed.flash.nor.program = bad.program;
        assert_true(err == ETCH_OK || err == ETCH_E_VERIFY);
        if (err == ETCH_OK) {
            for (uint32_t at = bed.kv.end - 2 * CELL; at < bed.kv.end; at++) {
                assert_int_equal(bed.flash.cells[at], KEEP);
            }
            holds(1, "new");
            opening_programs_nothing();
            holds(1, "new");
        } else {
            put(1, "newer");
            reopen();
            holds(1, "newer");
        }
        holds(4, "kept");
    }
}

/* A put that fails is settled, however many cells in a row are bad then. */
static void a_verdict_is_written_again_behind_a_bad_cell(void **state)
{
    for (unsigned n = 0; n < 24; n++) {
        begin_bad(0, 0, false);
        bed.flash.fail = 5 + n / 12; /* behind what begins a session */
        assert_int_equal(try_put(1, "new, of some cells"), ETCH_E_PROGRAM);
        bed.flash.fail = 0;
        bad.after = 1 + n / 2 % 6;
        bad.every = n % 2 ? 0 : 4;
        assert_int_equal(etch_kv_delete(&bed.kv, 9), ETCH_OK);
        bed.flash.nor.program = bad.program;
        opening_programs_nothing();
        holds(1, "old");
        put(1, "newer");
        reopen();
        holds(1, "newer");
        holds(4, "kept");
    }
}

static void a_flag_in_a_bad_cell_is_set_if_it_is_not_erased(void **state)
{
    for (unsigned blank = 0; blank < 2; blank++) {
        unsigned failed = 0;
        begin_bad(0, 0, blank);
        bad.at = 2048 + USED;
        for (unsigned i = 0; i < 60; i++) {
            enum etch_err err = try_put(1, i % 2 ? "odd" : "even");
            if (err != ETCH_OK) {
                assert_int_equal(err, ETCH_E_VERIFY);
                failed++;
                put(1, i % 2 ? "odd" : "even");
            }
            holds(1, i % 2 ? "odd" : "even");
        }
        assert_int_equal(failed, blank);
        assert_int_equal(bad.at, 0);
        put(1, "last");
        reopen();
        holds(1, "last");
        holds(4, "kept");
    }
}

static void a_flash_that_fails_is_settled_by_the_next_call(void **state)
{
    for (uint64_t fail = 1; fail < 300; fail += fail < 40 ? 1 : 5) {
        begin_bad(0, 0, false);
        bed.flash.fail = fail;
        enum etch_err err = ETCH_OK;
        for (int i = 0; i < 60 && !err; i++) {
            err = try_put(1, i % 2 ? "during" : "as it fails");
            if (!err) {
                holds(1, i % 2 ? "during" : "as it fails");
            }
        }
        assert_true(err == ETCH_OK || err == ETCH_E_PROGRAM);
        assert_true(fail > 4 || err == ETCH_E_PROGRAM); /* data: not tried again */
        bed.flash.fail = 0;
        put(1, "after");
        holds(1, "after");
        reopen();
        holds(1, "after");
        holds(4, "kept");
    }
}

static void a_keep_with_another_byte_is_none(void **state)
{
    begin_on(three, CELL, true);
    put(1, "old");
    put(1, "new");
    bed.flash.cells[bed.kv.end - 1] ^= 1;
    bed.flash.cells[bed.kv.end - CELL - 1] ^= 1;
    reopen();
    holds(1, "old");
}

/* What an erase that was cut may have left: the header could not be zeroed before. */
static void a_sector_with_anything_in_it_is_not_ready(void **state)
{
    struct etch_kv_stat stat;
    begin_on(three, CELL, true);
    bed.flash.cells[2048 + 512] = 0;
    reopen();
    etch_kv_stat(&bed.kv, &stat);
    assert_true(stat.tidy.typ_us > 0);
}

/* What a cut has left of a KEEP and of the next record, and what the start after that has
 * decided, when both read as nothing at a later one. */
static void marks_on_what_is_gone_are_not_those_of_the_thing_before(void **state)
{
    static const uint8_t torn[CELL] = {0x65, 't'};
    static const uint8_t drop[CELL] = {'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'};
    begin_on(three, CELL, true);
    put(1, "old");
    uint32_t second_keep = bed.kv.end - CELL;
    reopen();
    put(2, "next");
    uint8_t *next =
            bed.flash.cells + bed.kv.end - 4 * CELL; /* data, trailer, KEEP, KEEP */
    memcpy(next, torn, CELL);
    memset(next + CELL, 0xFF, 3 * CELL);
    reopen();
    assert_memory_equal(next + 2 * CELL, drop, CELL);
    assert_memory_equal(next + 3 * CELL, drop, CELL);
    holds(1, "old");
    memset(bed.flash.cells + second_keep, 0x0B, CELL);
    next[0] = 0;
    reopen();
    holds(1, "old");
    holds_none(2);
}

/* The same verdict, if it is that nothing counts. */
static void a_session_says_again_what_was_dropped(void **state)
{
    begin_on(three, CELL, true);
    put(1, "old");
    put(1, "cut");
    memset(bed.flash.cells + bed.kv.end - 2 * CELL, 0xFF, 2 * CELL);
    reopen();
    holds(1, "old");
    uint8_t *verdict = bed.flash.cells + bed.kv.end - CELL;
    reopen();
    put(2, "next");
    assert_int_equal(verdict[0], 'x');
    assert_int_equal(verdict[2 * CELL], 'x');
    assert_int_equal(verdict[3 * CELL], 'x');
    memset(verdict, 0, CELL);
    reopen();
    holds(1, "old");
    holds(2, "next");
}

/* A that was valid when the sector was taken, and is not any more. */
static void a_sector_that_is_open_needs_no_a(void **state)
{
    struct etch_kv_stat stat;
    for (unsigned cell = 8; cell <= 32; cell *= 2) {
        begin_on(three, (uint8_t)cell, true);
        put(1, "here");
        memset(bed.flash.cells, 0xFF, 12);
        reopen();
        holds(1, "here");
        put(1, "and changed");
        reopen();
        holds(1, "and changed");
        memset(bed.flash.cells + 1024, 0xFF, 12); /* it is not open */
        memset(bed.flash.cells + 2048, 0xFF, 12);
        reopen();
        etch_kv_stat(&bed.kv, &stat);
        assert_true(stat.tidy.typ_us > 0);
    }
}

static void without_a_b_must_say_what_it_is_of(void **state)
{
    for (unsigned byte = 0; byte < 4; byte++) {
        begin_on(three, CELL, true);
        bed.flash.cells[USED + CELL + byte] ^= 0x80;
        reopen(); /* nobody asks while there is A */
        memset(bed.flash.cells, 0xFF, 12);
        assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_FORMAT);
    }
}

/* What the sectors are when the first is erased. */
static struct {
    enum etch_err (*erase)(const struct etch_nor *nor, uint32_t sector);
    uint32_t first; /* it, UINT32_MAX: none was */
    unsigned replaced;
} erased;

enum { REPLACED = 2 }; /* SECTOR_REPLACED of kv_priv.h */

static enum etch_err erase_and_tell(const struct etch_nor *nor, uint32_t sector)
{
    for (unsigned i = 0; i < nor->sectors && erased.first == UINT32_MAX; i++) {
        erased.replaced += bed.kv.sector[i] == REPLACED;
    }
    erased.first = erased.first == UINT32_MAX ? sector : erased.first;
    return erased.erase(nor, sector);
}

/* A cut erase may leave a sector that is dirty now and open at a later start. While what
 * has replaced it is there, that does no harm. */
static void what_an_erase_has_left_goes_before_the_next_is_replaced(void **state)
{
    static const uint32_t four[] = {1024, 1024, 1024, 1024, 0};
    begin_on(four, CELL, true);
    memset(bed.flash.cells + 3 * 1024, 0xFF, 12); /* dirty; two are ready */
    reopen();
    erased.first = UINT32_MAX;
    erased.replaced = 0;
    erased.erase = bed.flash.nor.erase;
    bed.flash.nor.erase = erase_and_tell;
    while (erased.first == UINT32_MAX) {
        put(1, "one");
        put(1, "another");
    }
    assert_int_equal(erased.first, 3);
    assert_int_equal(erased.replaced, 0);
}

/* Not of 4, of which a trailer would need two. */
static void cells_have_at_least_eight_bytes(void **state)
{
    begin_on(three, 4, true);
    put(1, "value");
    assert_int_equal(etch_kv_put_tick(&bed.kv, 3), ETCH_OK);
    reopen();
    holds(1, "value");
    counts(3, 1);
    assert_int_equal(bed.flash.cells[3], 8 + 3); /* shape: once, 2^3 bytes */
}

static uint64_t bytes_read_for_the_first_of(uint16_t n)
{
    struct etch_kv_change all[12];
    begin_on(three, CELL, true);
    for (uint16_t i = 0; i < n; i++) {
        all[i] = (struct etch_kv_change){.id = i, .data = "value", .len = 5};
    }
    assert_int_equal(etch_kv_put_batch(&bed.kv, all, n), ETCH_OK);
    ram_nor_zero(&bed.flash);
    holds(0, "value");
    return bed.flash.read_bytes;
}

static void a_read_costs_the_same_in_a_batch_of_many(void **state)
{
    assert_int_equal(bytes_read_for_the_first_of(12), bytes_read_for_the_first_of(2));
}

/* A deletion is two cells. */
static void deletions_of_many_fit(void **state)
{
    static const uint32_t equal[] = {2048, 2048, 2048, 0};
    struct etch_kv_change gone[20];
    begin_on(equal, CELL, true);
    put(1, "stays");
    for (uint16_t i = 0; i < 20; i++) {
        gone[i] = (struct etch_kv_change){.id = 10 + i, .kind = ETCH_KV_DELETION};
    }
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(
                etch_kv_put_batch(&bed.kv, gone, (uint16_t)(1 + i % 20)), ETCH_OK);
        reopen();
        holds(1, "stays");
    }
}

/* Where text is on flash. */
static uint32_t place_of(const char *text)
{
    uint32_t at = 0;
    while (memcmp(bed.flash.cells + at, text, strlen(text)) != 0) {
        at++;
    }
    return at;
}

/* The only data cell of a value has rotted, its trailer and KEEPs have not: SPEC.md 4.2
 * says that this is no record. */
static void a_trailer_without_data_is_no_record(void **state)
{
    begin_on(three, CELL, true);
    put(1, "old");
    put(1, "seven B");
    bed.flash.cells[place_of("seven B") - 1] ^= 0x40;
    (void)alarm(5); /* or there is no end */
    reopen();
    holds(1, "old");
    (void)alarm(0);
}

/* Neither is what is older shown. */
static void a_value_that_rots_is_told(void **state)
{
    uint16_t len;
    char got[8];
    begin_on(three, CELL, true);
    put(1, "old");
    put(1, "seven B");
    bed.flash.cells[place_of("seven B")] ^= 1;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(etch_kv_get(&bed.kv, 1, got, sizeof(got), &len), ETCH_E_VERIFY);
        reopen();
    }
}

/* A trailer that does not read back as written: of another id. */
static enum etch_err program_other(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    enum etch_err err = bad.program(nor, off, data, len);
    if (((const uint8_t *)data)[0] == 0x74 && !bad.told) {
        bad.told = true;
        bed.flash.cells[off + 2] ^= 2;
        err = ETCH_E_VERIFY;
    }
    return err;
}

/* SPEC.md 4.3: those count whose CRC is right; 5.1: again behind a VOID. */
static void a_bad_trailer_hides_nothing(void **state)
{
    begin_on(three, CELL, true);
    put(1, "old");
    put(3, "three");
    bad.program = bed.flash.nor.program;
    bad.told = false;
    bed.flash.nor.program = program_other;
    put(1, "new");
    bed.flash.nor.program = bad.program;
    holds(1, "new");
    holds(3, "three");
    reopen();
    holds(1, "new");
    holds(3, "three");
}

static unsigned find(const char *text)
{
    unsigned n = 0;
    uint32_t len = (uint32_t)strlen(text);
    for (uint32_t at = 0; at + len <= bed.flash.size; at++) {
        n += memcmp(bed.flash.cells + at, text, len) == 0;
    }
    return n;
}

/* In cells of 32 bytes: a value that can be found in one piece. */
static void what_cannot_be_purged_is_counted(void **state)
{
    static const uint32_t equal[] = {4096, 4096, 4096, 0};
    for (unsigned n = 0; n < 120; n++) {
        uint32_t left = 0;
        begin_on(equal, 32, true);
        put(1, "correct horse battery");
        put(2, "something else");
        for (unsigned i = 0; i < n; i++) {
            put(3, i % 2 ? "odd" : "even");
            if (i % 40 == 7) {
                put(1, "correct horse staples");
            }
        }
        assert_int_equal(etch_kv_delete(&bed.kv, 1), ETCH_OK);
        assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, NULL), ETCH_OK);
        assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, &left), ETCH_OK);
        assert_int_equal(left, find("correct horse") * 21);
        holds(2, "something else");
    }
}

static void fill_to_the_capacity(uint16_t *keys, uint16_t *len)
{
    static const uint8_t bytes[4000];
    struct etch_kv_stat stat;
    etch_kv_stat(&bed.kv, &stat);
    *len = (uint16_t)stat.largest;
    for (*keys = 0; etch_kv_put(&bed.kv, *keys, bytes, *len) == ETCH_OK;) {
        ++*keys;
    }
    assert_true(*keys >= 3);
}

/* What commits the copies and what commits the change must fit as well. */
static void a_full_store_takes_updates_for_ever(void **state)
{
    static const uint32_t pair[] = {2048, 2048, 0};
    static const uint32_t uneven[] = {2048, 2048, 2304, 0};
    for (unsigned i = 0; i < 6; i++) {
        begin_on(i % 2 ? uneven : pair, (uint8_t)(8 << i / 2), true);
        uint16_t keys;
        uint16_t len;
        fill_to_the_capacity(&keys, &len);
        for (uint32_t n = 0; n < 100; n++) {
            uint8_t bytes[4000] = {(uint8_t)(n + 1)};
            uint16_t id = (uint16_t)(n * 7 % keys);
            assert_int_equal(etch_kv_put(&bed.kv, id, bytes, len), ETCH_OK);
            if (n % 10 == 0) {
                reopen();
            }
        }
        assert_int_equal(etch_kv_delete(&bed.kv, 0), ETCH_OK);
        assert_false(bed.flash.broken);
    }
}

static void the_smallest_store_takes_a_record(void **state)
{
    for (uint8_t cell = 8; cell <= 32; cell *= 2) {
        uint32_t len[] = {cell, cell, 0};
        begin_on((const uint32_t[]){2048, 2048, 0}, cell, true);
        enum etch_err err;
        do {
            len[0] = len[1] += cell;
            assert_in_range(len[0], 0, 1024);
            ram_nor_close(&bed.flash);
            ram_nor_open(&bed.flash, len, cell, true);
            err = etch_kv_format(&bed.kv, &bed.config);
            assert_true(err == ETCH_OK || err == ETCH_E_RANGE);
        } while (err);
        struct etch_kv_stat stat;
        etch_kv_stat(&bed.kv, &stat);
        assert_int_equal(stat.largest, cell - 1);
        for (unsigned n = 0; n < 200; n++) {
            put(1, n % 2 ? "" : "y");
            holds(1, n % 2 ? "" : "y");
            if (n % 20 == 0) {
                reopen();
            }
        }
    }
}

static void a_view_reads_and_does_not_write(void **state)
{
    static const uint32_t two[] = {2048, 2048, 0};
    begin_on(two, 8, true);
    const struct etch_kv_change both[] = {{.data = "one", .id = 1, .len = 3},
            {.data = "its name", .id = 1, .len = 8, .kind = ETCH_KV_NAME}};
    assert_int_equal(etch_kv_put_batch(&bed.kv, both, 2), ETCH_OK);
    put(2, "a value of several cells");
    put(30, "");
    assert_int_equal(etch_kv_put_tick(&bed.kv, 3), ETCH_OK);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 3), ETCH_OK);
    bed.config.log = &etch_kv_once_view;
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_view(&bed.kv, &bed.config), ETCH_OK);
    holds(1, "one");
    holds(2, "a value of several cells");
    holds(30, "");
    holds_none(4);
    counts(3, 2);
    char name[20];
    assert_int_equal(etch_kv_name(&bed.kv, 1, name, sizeof(name)), ETCH_OK);
    assert_string_equal(name, "its name");
    uint16_t id;
    assert_int_equal(etch_kv_find(&bed.kv, "its name", &id), ETCH_OK);
    assert_int_equal(id, 1);
    assert_int_equal(etch_kv_put(&bed.kv, 1, "two", 3), ETCH_E_PROTECTED);
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_PROTECTED);
    assert_int_equal(bed.flash.programs + bed.flash.erases, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_change_is_written_again_behind_a_bad_cell),
            cmocka_unit_test(what_is_said_to_be_written_has_two_keeps),
            cmocka_unit_test(a_verdict_is_written_again_behind_a_bad_cell),
            cmocka_unit_test(a_flag_in_a_bad_cell_is_set_if_it_is_not_erased),
            cmocka_unit_test(a_flash_that_fails_is_settled_by_the_next_call),
            cmocka_unit_test(a_keep_with_another_byte_is_none),
            cmocka_unit_test(a_sector_with_anything_in_it_is_not_ready),
            cmocka_unit_test(marks_on_what_is_gone_are_not_those_of_the_thing_before),
            cmocka_unit_test(a_session_says_again_what_was_dropped),
            cmocka_unit_test(a_sector_that_is_open_needs_no_a),
            cmocka_unit_test(without_a_b_must_say_what_it_is_of),
            cmocka_unit_test(what_an_erase_has_left_goes_before_the_next_is_replaced),
            cmocka_unit_test(cells_have_at_least_eight_bytes),
            cmocka_unit_test(a_read_costs_the_same_in_a_batch_of_many),
            cmocka_unit_test(deletions_of_many_fit),
            cmocka_unit_test(a_trailer_without_data_is_no_record),
            cmocka_unit_test(a_value_that_rots_is_told),
            cmocka_unit_test(a_bad_trailer_hides_nothing),
            cmocka_unit_test(a_full_store_takes_updates_for_ever),
            cmocka_unit_test(the_smallest_store_takes_a_record),
            cmocka_unit_test(a_view_reads_and_does_not_write),
            cmocka_unit_test(what_cannot_be_purged_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
