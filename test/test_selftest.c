/* test_selftest.c - a porter's self-test passes flash that keeps the promises of nor.h, and
 * says what is wrong with flash that does not.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "flash/nor.h"
#include "nor/selftest.h"
#include "support/cm.h"
#include "support/flash_rig.h"
#include "support/ram_nor.h"

enum { NOWHERE = 0x7FFFFFFF };

static const uint32_t small[] = {1024, 1024, 0};
static const uint32_t large[] = {8192, 8192, 0};

static struct ram_nor flash;
static struct etch_nor good; /* as the flash was before it was made bad */
static uint8_t taken[0x8000];

/* What is wrong with it. */
static struct {
    uint32_t page, unit, at, n;
    uint8_t bit;
    bool told; /* it sees what does not read back; of reads: the short ones only */
    bool done; /* it has done harm */
} bad;

static void begin(const uint32_t *len, uint8_t unit, bool once)
{
    if (flash.cells != NULL) {
        ram_nor_close(&flash);
    }
    ram_nor_open(&flash, len, unit, once);
    good = flash.nor;
    memset(taken, 0, sizeof(taken));
    memset(&bad, 0, sizeof(bad));
}

static void expect(enum etch_nor_fault want, uint32_t want_at)
{
    uint32_t at = NOWHERE;
    assert_int_equal(etch_nor_selftest(&flash.nor, &at), want);
    if (want_at != NOWHERE) {
        assert_int_equal(at, want_at);
    }
}

static int tear_down(void **state)
{
    ram_nor_close(&flash);
    return 0;
}

/* ---- what is right -------------------------------------------------------------- */

static void flash_of_any_shape_that_nor_h_allows_is_good(void **state)
{
    static const uint32_t shapes[][4] = {{1024, 1024, 4096}, {100, 100}, {264, 264},
            {4, 8, 12}, {32}, {96, 64}, {288, 20000, 512}};
    for (uint8_t unit = 1; unit <= ETCH_NOR_UNIT_MAX; unit *= 2) {
        for (unsigned i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
            bool may = true;
            for (unsigned k = 0; k < 4; k++) {
                may = may && shapes[i][k] % unit == 0;
            }
            for (int kind = 0; may && kind < 4; kind++) {
                begin(shapes[i], unit, kind % 2 != 0);
                if (kind >= 2) {
                    ram_nor_invert(&flash);
                }
                expect(ETCH_NOR_GOOD, NOWHERE);
                assert_false(flash.broken);
            }
        }
    }
}

static void test_the_chip(void *arg)
{
    struct etch_flash_nor nor;
    uint32_t at;
    assert_int_equal(etch_flash_nor(&nor, &rig.flash, 2, 2), ETCH_OK);
    *(enum etch_nor_fault *)arg = etch_nor_selftest(&nor.nor, &at);
}

static void an_f4_is_good(void **state)
{
    enum etch_nor_fault fault = ETCH_NOR_FACTS;
    rig_new_named("stm32f407vg");
    rig_run(test_the_chip, &fault);
    rig_free();
    assert_int_equal(fault, ETCH_NOR_GOOD);
}

static void facts_say_where(void **state)
{
    static const uint8_t units[] = {0, 3, 24, 33, 64};
    for (unsigned i = 0; i < sizeof(units); i++) {
        begin(small, 4, false);
        flash.nor.unit = units[i];
        expect(ETCH_NOR_FACTS, 0);
    }
    begin(small, 4, false);
    flash.nor.erased = 1;
    expect(ETCH_NOR_FACTS, 0);
    begin(small, 4, false);
    flash.nor.sectors = 0;
    expect(ETCH_NOR_FACTS, 0);
    begin(small, 8, false);
    flash.len[1] = 1020;
    expect(ETCH_NOR_FACTS, 1024);
    begin(small, 1, false);
    flash.len[1] = 1022;
    expect(ETCH_NOR_FACTS, 1024);
    flash.len[1] = 0;
    expect(ETCH_NOR_FACTS, 1024);
    assert_int_equal(flash.erases, 0);
}

static void it_costs_what_it_says(void **state)
{
    for (int once = 0; once < 2; once++) {
        uint32_t at;
        uint32_t unit = once ? 8 : 4;
        begin(large, (uint8_t)unit, once);
        assert_int_equal(etch_nor_selftest(&flash.nor, &at), ETCH_NOR_GOOD);
        assert_int_equal(flash.erases, 4);
        uint32_t ticks = once ? 0 : 2 * 2 * 8 * 4;
        assert_int_equal(flash.programs, 2 * flash.size / unit + ticks);
        assert_in_range(flash.read_bytes, 10 * flash.size, 11 * flash.size + 4 * 8000);
        assert_in_range(flash.reads, 4 * 900, 11 * flash.size / 32 + 4 * 1000);
    }
}

/* ---- programs --------------------------------------------------------------------- */

static enum etch_err told(uint32_t off, const void *data, uint32_t len)
{
    bool same = memcmp(flash.cells + off, data, len) == 0;
    return same || !bad.told ? ETCH_OK : ETCH_E_VERIFY;
}

static enum etch_err wrap_pages(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    const uint8_t *from = data;
    (void)nor;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t in = bad.page - 1;
        flash.cells[(off & ~in) | ((off + i) & in)] &= from[i];
    }
    return told(off, data, len);
}

static void a_page_that_wraps_is_found(void **state)
{
    for (bad.page = 64; bad.page <= 4096; bad.page *= 2) {
        for (int kind = 0; kind < 4; kind++) {
            uint32_t page = bad.page;
            begin(large, kind & 1 ? 8 : 1, kind & 1);
            bad.page = page;
            bad.told = kind >= 2;
            flash.nor.program = wrap_pages;
            expect(ETCH_NOR_LENGTH, NOWHERE);
        }
    }
}

static enum etch_err cut_length(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    return good.program(nor, off, data, len < bad.n ? len : len % bad.n);
}

static enum etch_err refuse_nothing(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    return len == 0 ? ETCH_E_RANGE : good.program(nor, off, data, len);
}

static enum etch_err program_one_at_least(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    return good.program(nor, off, data, len == 0 ? nor->unit : len);
}

static void lengths_that_go_wrong_are_found(void **state)
{
    for (uint32_t n = 256; n >= 64; n /= 2) {
        begin(small, 4, false);
        bad.n = n;
        flash.nor.program = cut_length;
        expect(ETCH_NOR_LENGTH, NOWHERE);
    }
    begin(small, 4, false);
    flash.nor.program = refuse_nothing;
    expect(ETCH_NOR_LENGTH, 32);
    begin(small, 8, true);
    flash.nor.program = program_one_at_least;
    expect(ETCH_NOR_LENGTH, 32);
}

/* A unit that is larger than is said, and programmed once. */
static enum etch_err program_larger(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    const uint8_t *from = data;
    (void)nor;
    for (uint32_t at = off & ~(bad.unit - 1); at < off + len; at += bad.unit) {
        if (taken[at / bad.unit]++ != 0) {
            return bad.told ? ETCH_E_PROGRAM : ETCH_OK;
        }
        for (uint32_t i = 0; i < bad.unit; i++) {
            bool ours = at + i - off < len;
            flash.cells[at + i] = ours ? from[at + i - off] : 0xFF;
        }
    }
    return ETCH_OK;
}

static enum etch_err erase_larger(const struct etch_nor *nor, uint32_t sector)
{
    uint32_t n = flash.len[sector] / bad.unit;
    memset(taken + sector * n, 0, n);
    return good.erase(nor, sector);
}

static enum etch_err pad_larger(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    uint32_t end = off + len;
    memset(flash.cells + end, 0, -end & (bad.unit - 1));
    memset(flash.cells + (off & ~(bad.unit - 1)), 0, off & (bad.unit - 1));
    (void)nor;
    memcpy(flash.cells + off, data, len);
    return ETCH_OK;
}

static enum etch_err refuse_smaller(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    return (off | len) & (bad.unit - 1) ? ETCH_E_ALIGN
                                        : good.program(nor, off, data, len);
}

static void a_unit_that_is_too_small_is_found(void **state)
{
    for (uint8_t unit = 1; unit < ETCH_NOR_UNIT_MAX; unit *= 2) {
        for (uint32_t larger = 2u * unit; larger <= ETCH_NOR_UNIT_MAX; larger *= 2) {
            for (int kind = 0; kind < 4; kind++) {
                begin(large, unit, true);
                bad.unit = larger;
                bad.told = kind == 1;
                flash.nor.program = kind < 2    ? program_larger
                                    : kind == 2 ? pad_larger
                                                : refuse_smaller;
                flash.nor.erase = kind < 2 ? erase_larger : good.erase;
                expect(ETCH_NOR_UNIT, NOWHERE);
            }
        }
    }
}

static enum etch_err align_data(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    return good.program(
            nor, off, (const uint8_t *)data - ((uintptr_t)data & (bad.n - 1)), len);
}

static enum etch_err refuse_odd_data(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    bool odd = ((uintptr_t)data & (bad.n - 1)) != 0;
    return odd ? ETCH_E_ALIGN : good.program(nor, off, data, len);
}

static void data_that_must_be_aligned_is_found(void **state)
{
    for (uint32_t n = 2; n <= 8; n *= 2) {
        for (int refuse = 0; refuse < 2; refuse++) {
            begin(small, 8, true);
            bad.n = n;
            flash.nor.program = refuse ? refuse_odd_data : align_data;
            expect(ETCH_NOR_POINTER, NOWHERE);
        }
    }
}

/* ---- cells ------------------------------------------------------------------------ */

static enum etch_err leave_one(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    const uint8_t *from = data;
    (void)nor;
    for (uint32_t i = 0; i < len; i++) {
        flash.cells[off + i] &= from[i] | (off + i == bad.at ? bad.bit : 0);
    }
    return ETCH_OK;
}

/* A port that goes to a sector's last unit, but not to its end. */
static enum etch_err leave_last(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    const uint8_t *from = data;
    for (uint32_t i = 0; i < len; i++) {
        if ((off + i) % 1024 < 1024u - nor->unit) {
            flash.cells[off + i] &= from[i];
        }
    }
    return ETCH_OK;
}

static void a_last_unit_that_is_never_programmed_is_no_question_of_once(void **state)
{
    for (uint8_t unit = 1; unit <= ETCH_NOR_UNIT_MAX; unit *= 2) {
        begin(small, unit, false);
        flash.nor.program = leave_last;
        expect(ETCH_NOR_VALUE, 1024 - (unit < 4 ? 4 : unit));
    }
}

/* Also where units are programmed alone, and of odd data: it is not their fault. */
static void a_bit_that_cannot_be_programmed_is_found_anywhere(void **state)
{
    for (uint32_t at = 0; at < 2048; at += 3) {
        begin(small, 4, false);
        bad.at = at;
        bad.bit = (uint8_t)(1u << at % 8);
        flash.nor.program = leave_one;
        bool ticked = at % 1024 >= 1020;
        /* A unit's first bit is the first that is ever programmed in it. */
        bool again = ticked && at % 8 != 0;
        expect(again ? ETCH_NOR_AGAIN : ETCH_NOR_VALUE, ticked ? at & ~3u : at);
    }
}

static enum etch_err keep_one(const struct etch_nor *nor, uint32_t sector)
{
    uint8_t was = flash.cells[bad.at];
    enum etch_err err = good.erase(nor, sector);
    bad.done = bad.done || was < flash.cells[bad.at];
    flash.cells[bad.at] &= was;
    return err;
}

static enum etch_err spoil_one(const struct etch_nor *nor, uint32_t sector)
{
    enum etch_err err = good.erase(nor, sector);
    if (sector == bad.n) {
        bad.done = bad.done || flash.cells[bad.at] < 0xFF;
        flash.cells[bad.at] = 0xFF;
    }
    return err;
}

/* But for one byte in 256: the pattern there is as erased. */
static void an_erase_of_too_little_or_too_much_is_found_anywhere(void **state)
{
    static const uint32_t three[] = {1024, 512, 1024, 0};
    unsigned harm = 0;
    for (uint32_t i = 0; i < 2 * 2560; i += 3) {
        uint32_t at = i / 2;
        bool less = i % 2 == 0;
        begin(three, 8, true);
        bad.at = at;
        bad.n = at < 1024 ? at % 2 + 1 : at < 1536 ? at % 2 * 2 : at % 2;
        flash.nor.erase = less ? keep_one : spoil_one;
        uint32_t fault_at;
        enum etch_nor_fault fault = etch_nor_selftest(&flash.nor, &fault_at);
        if (bad.done) {
            assert_int_equal(fault, less ? ETCH_NOR_ERASE : ETCH_NOR_NEIGHBOUR);
            assert_int_equal(fault_at, at);
            harm++;
        } else {
            assert_int_equal(fault, ETCH_NOR_GOOD);
        }
    }
    assert_in_range(harm, 1690, 1706);
}

static enum etch_err program_elsewhere(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    if (off <= bad.n && bad.n < off + len) {
        flash.cells[bad.at] ^= bad.bit;
    }
    return good.program(nor, off, data, len);
}

static void a_program_that_changes_what_is_elsewhere_is_found(void **state)
{
    static const uint32_t two[] = {0, 1024};
    for (unsigned i = 0; i < 2; i++) {
        for (uint32_t at = 33; at < 2048; at += 96) {
            begin(small, 1, true);
            bad.at = at;
            bad.bit = 4;
            bad.n = two[i];
            if (at - two[i] < 32) {
                continue; /* it is in what was to be programmed */
            }
            flash.nor.program = program_elsewhere;
            expect(ETCH_NOR_BEYOND, at);
        }
    }
}

static enum etch_err read_half(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    return good.read(nor, off % (flash.size / 2), data, len);
}

static enum etch_err program_half(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    return good.program(nor, off % (flash.size / 2), data, len);
}

static void flash_that_is_there_twice_is_found(void **state)
{
    begin(large, 4, false);
    flash.nor.read = read_half;
    flash.nor.program = program_half;
    expect(ETCH_NOR_BEYOND, 8192);
}

/* ---- bits again ---------------------------------------------------------------------- */

/* Only so often may a byte change. */
static enum etch_err change_seldom(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    const uint8_t *from = data;
    (void)nor;
    for (uint32_t i = 0; i < len; i++) {
        uint8_t now = flash.cells[off + i] & from[i];
        if (now != flash.cells[off + i] && ++taken[off + i] > bad.n) {
            return bad.told ? ETCH_E_PROGRAM : ETCH_OK;
        }
        flash.cells[off + i] = now;
    }
    return ETCH_OK;
}

static enum etch_err erase_seldom(const struct etch_nor *nor, uint32_t sector)
{
    memset(taken + (size_t)sector * 1024, 0, 1024);
    return good.erase(nor, sector);
}

static enum etch_err refuse_the_same(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    bool same = len > 0 && memcmp(flash.cells + off, data, len) == 0;
    return same ? ETCH_E_PROGRAM : good.program(nor, off, data, len);
}

static void bits_that_cannot_be_cleared_one_by_one_are_found(void **state)
{
    for (uint32_t n = 1; n <= 8; n++) {
        for (uint8_t unit = 1; unit <= ETCH_NOR_UNIT_MAX; unit *= 2) {
            begin(small, unit, false);
            bad.n = n;
            bad.told = n % 2;
            flash.nor.program = change_seldom;
            flash.nor.erase = erase_seldom;
            uint32_t cell = unit < 4 ? 4 : unit;
            expect(n < 8 ? ETCH_NOR_AGAIN : ETCH_NOR_GOOD, n < 8 ? 1024 - cell : NOWHERE);
        }
    }
    begin(small, 4, false);
    flash.nor.program = refuse_the_same;
    expect(ETCH_NOR_AGAIN, 1020);
}

/* ---- reads ----------------------------------------------------------------------------- */

static enum etch_err read_less(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    return good.read(nor, off, data, len < bad.n ? len : len % bad.n);
}

static enum etch_err read_words(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    uint32_t more = off + len < flash.size - 4 ? -len & (bad.n - 1) : 0;
    return good.read(nor, off, data, len + more);
}

static enum etch_err read_from_words(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    bool odd = !bad.told || (len > 4 && len < 16);
    return good.read(nor, odd ? off & ~(bad.n - 1) : off, data, len);
}

static enum etch_err read_to_words(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    bool odd = !bad.told || (len > 4 && len < 16);
    uintptr_t less = odd ? (uintptr_t)data & (bad.n - 1) : 0;
    return good.read(nor, off, (uint8_t *)data - less, len);
}

static enum etch_err read_some(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    return len == 0 ? ETCH_E_RANGE : good.read(nor, off, data, len);
}

static enum etch_err read_in_one_sector(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    uint32_t left = 1024 - off % 1024;
    return good.read(nor, off, data, len < left ? len : left);
}

static enum etch_err read_wrapped(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    uint8_t *to = data;
    (void)nor;
    for (uint32_t i = 0; i < len; i++) {
        uint32_t in = bad.page - 1;
        to[i] = flash.cells[(off & ~in) | ((off + i) & in)];
    }
    return ETCH_OK;
}

static void a_page_that_wraps_in_a_read_is_found(void **state)
{
    for (uint32_t page = 32; page <= 8192; page *= 2) {
        begin(large, 8, true);
        bad.page = page;
        flash.nor.read = read_wrapped;
        expect(ETCH_NOR_ALIGN, NOWHERE);
    }
}

static void reads_that_are_not_of_any_kind_are_found(void **state)
{
    static enum etch_err (*const odd[])(const struct etch_nor *nor, uint32_t off,
            void *data, uint32_t len) = {read_words, read_from_words, read_to_words};
    for (bad.n = 33; bad.n <= 256; bad.n++) {
        uint32_t n = bad.n;
        begin(small, 4, false);
        bad.n = n;
        flash.nor.read = read_less;
        expect(ETCH_NOR_ALIGN, NOWHERE);
    }
    for (unsigned i = 0; i < 6; i++) {
        for (uint32_t n = 2; n <= 8; n *= 2) {
            begin(small, 8, true);
            bad.n = n;
            bad.told = i >= 3; /* of few bytes only */
            flash.nor.read = odd[i % 3];
            expect(ETCH_NOR_ALIGN, NOWHERE);
        }
    }
    begin(small, 4, false);
    flash.nor.read = read_some;
    expect(ETCH_NOR_ALIGN, 0);
    begin(small, 4, false);
    flash.nor.read = read_in_one_sector;
    expect(ETCH_NOR_ALIGN, 1022);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(flash_of_any_shape_that_nor_h_allows_is_good),
            cmocka_unit_test(an_f4_is_good),
            cmocka_unit_test(facts_say_where),
            cmocka_unit_test(it_costs_what_it_says),
            cmocka_unit_test(a_page_that_wraps_is_found),
            cmocka_unit_test(lengths_that_go_wrong_are_found),
            cmocka_unit_test(a_unit_that_is_too_small_is_found),
            cmocka_unit_test(data_that_must_be_aligned_is_found),
            cmocka_unit_test(a_bit_that_cannot_be_programmed_is_found_anywhere),
            cmocka_unit_test(a_last_unit_that_is_never_programmed_is_no_question_of_once),
            cmocka_unit_test(an_erase_of_too_little_or_too_much_is_found_anywhere),
            cmocka_unit_test(a_program_that_changes_what_is_elsewhere_is_found),
            cmocka_unit_test(flash_that_is_there_twice_is_found),
            cmocka_unit_test(bits_that_cannot_be_cleared_one_by_one_are_found),
            cmocka_unit_test(a_page_that_wraps_in_a_read_is_found),
            cmocka_unit_test(reads_that_are_not_of_any_kind_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
