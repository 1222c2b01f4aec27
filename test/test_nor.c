/* test_nor.c - a flash whose erased value is 0x00, turned round: the same flash in
 * all but its bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "explore/simnor.h"
#include "nor/inverted.h"
#include "nor/selftest.h"
#include "support/cm.h"
#include "support/ram_nor.h"

enum { CALLS = 8, LEN = 80 };

static const uint32_t three[] = {1024, 1024, 0x8000, 0};

static struct ram_nor flash;
static struct etch_nor_inverted inv;

/* What was called below, and how. */
static struct {
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    uint32_t off[CALLS], len[CALLS];
    unsigned n;
} calls;

static enum etch_err note_program(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    assert_in_range(calls.n, 0, CALLS - 1);
    calls.off[calls.n] = off;
    calls.len[calls.n++] = len;
    return calls.program(nor, off, data, len);
}

static void begin(uint8_t unit, bool once)
{
    if (flash.cells != NULL) {
        ram_nor_close(&flash);
    }
    ram_nor_open(&flash, three, unit, once);
    ram_nor_invert(&flash);
    calls.n = 0;
    calls.program = flash.nor.program;
    etch_nor_invert(&inv, &flash.nor);
}

static void make_bytes(uint8_t bytes[LEN])
{
    for (unsigned i = 0; i < LEN; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
}

static void expect_complement(uint32_t off, const uint8_t *bytes, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        assert_int_equal(flash.cells[off + i], (uint8_t)~bytes[i]);
    }
}

static int tear_down(void **state)
{
    ram_nor_close(&flash);
    return 0;
}

/* ---- tests ----------------------------------------------------------------------- */

static void its_facts_are_those_below_but_for_what_is_erased(void **state)
{
    begin(8, true);
    assert_int_equal(inv.nor.erased, 0xFF);
    assert_int_equal(inv.nor.unit, 8);
    assert_true(inv.nor.once);
    assert_int_equal(inv.nor.sectors, 3);
    assert_ptr_equal(inv.nor.sector_len, flash.nor.sector_len);
    struct etch_nor_time time = inv.nor.erase_time(&inv.nor, 2);
    assert_int_equal(time.typ_us, flash.nor.erase_time(&flash.nor, 2).typ_us);
    assert_int_equal(time.max_us, flash.nor.erase_time(&flash.nor, 2).max_us);
    flash.nor.erase_time = NULL;
    etch_nor_invert(&inv, &flash.nor);
    assert_null(inv.nor.erase_time);
}

static void it_keeps_the_promises_of_any_flash(void **state)
{
    for (uint8_t unit = 1; unit <= ETCH_NOR_UNIT_MAX; unit *= 2) {
        for (int once = 0; once < 2; once++) {
            uint32_t at;
            begin(unit, once == 1);
            assert_int_equal(etch_nor_selftest(&inv.nor, &at), ETCH_NOR_GOOD);
            assert_false(flash.broken);
        }
    }
}

static void bytes_are_complements_of_those_below(void **state)
{
    uint8_t bytes[LEN];
    uint8_t back[LEN + 2];
    make_bytes(bytes);
    begin(4, false);
    assert_int_equal(inv.nor.program(&inv.nor, 1020, bytes, LEN), ETCH_OK);
    expect_complement(1020, bytes, LEN);
    assert_int_equal(inv.nor.read(&inv.nor, 1019, back, LEN + 2), ETCH_OK);
    assert_memory_equal(back + 1, bytes, LEN);
    assert_int_equal(back[0], 0xFF);
    assert_int_equal(back[LEN + 1], 0xFF);
    assert_int_equal(inv.nor.erase(&inv.nor, 1), ETCH_OK);
    expect_complement(1020, bytes, 4);
    assert_int_equal(inv.nor.read(&inv.nor, 1024, back, 1), ETCH_OK);
    assert_int_equal(back[0], 0xFF);
}

/* As nor.h wants it: when a unit is begun, all before it are done. */
static void whole_units_are_programmed_in_order(void **state)
{
    uint8_t bytes[LEN];
    make_bytes(bytes);
    begin(16, false);
    flash.nor.program = note_program;
    assert_int_equal(inv.nor.program(&inv.nor, 48, bytes, LEN), ETCH_OK);
    uint32_t next = 48;
    for (unsigned i = 0; i < calls.n; i++) {
        assert_int_equal(calls.off[i], next);
        assert_int_equal(calls.len[i] % 16, 0);
        next += calls.len[i];
    }
    assert_int_equal(next, 48 + LEN);
    calls.n = 0;
    assert_int_equal(inv.nor.program(&inv.nor, 0, bytes, 0), ETCH_OK);
    assert_int_equal(calls.n, 0);
}

static void what_fails_below_fails_and_stops(void **state)
{
    uint8_t bytes[LEN];
    make_bytes(bytes);
    for (uint64_t fail = 1; fail <= LEN / 4; fail++) {
        begin(4, false);
        flash.fail = fail;
        assert_int_equal(inv.nor.program(&inv.nor, 0, bytes, LEN), ETCH_E_PROGRAM);
        uint32_t done = (uint32_t)(fail - 1) * 4;
        expect_complement(0, bytes, done);
        for (uint32_t i = done; i < LEN; i++) {
            assert_int_equal(flash.cells[i], 0x00);
        }
    }
    flash.fail = 1;
    assert_int_equal(inv.nor.erase(&inv.nor, 0), ETCH_E_PROGRAM);
    assert_int_equal(inv.nor.read(&inv.nor, flash.size, bytes, 1), ETCH_E_RANGE);
}

static void program_inverted(void *arg, const struct etch_nor *nor)
{
    etch_nor_invert(&inv, nor);
    (void)inv.nor.program(&inv.nor, 0, arg, LEN);
}

static void a_cut_leaves_whole_units_and_nothing_behind_the_one_it_hit(void **state)
{
    static const struct simnor_shape shape = {
            .sector = {128}, .unit = 8, .erased_is_zero = true};
    uint8_t bytes[LEN];
    uint8_t cells[LEN];
    make_bytes(bytes);
    for (uint64_t cut = 1; cut <= LEN / 8; cut++) {
        struct explore_machine *m = simnor_new(&shape);
        assert_non_null(m);
        const struct explore_run run = {.limit = 10000,
                .code = program_inverted,
                .arg = bytes,
                .cut = cut,
                .tear = {.kind = SILICON_TEAR_RANDOM, .seed = (uint32_t)cut}};
        assert_int_equal(m->ops->run(m, &run).end, EXPLORE_CUT);
        m->ops->peek(m, 0, cells, NULL, LEN);
        m->ops->drop(m);
        uint32_t done = (uint32_t)(cut - 1) * 8;
        for (uint32_t i = 0; i < LEN; i++) {
            if (i < done || i >= done + 8) {
                assert_int_equal(cells[i], i < done ? (uint8_t)~bytes[i] : 0x00);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(its_facts_are_those_below_but_for_what_is_erased),
            cmocka_unit_test(it_keeps_the_promises_of_any_flash),
            cmocka_unit_test(bytes_are_complements_of_those_below),
            cmocka_unit_test(whole_units_are_programmed_in_order),
            cmocka_unit_test(what_fails_below_fails_and_stops),
            cmocka_unit_test(a_cut_leaves_whole_units_and_nothing_behind_the_one_it_hit),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
