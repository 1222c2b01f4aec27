/* test_flash.c - flash.h, sentence by sentence: what the calls do.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/cm.h"
#include "support/flash_rig.h"

enum { S1 = 0x08004000, S2 = 0x08008000, S5 = 0x08020000, S7 = 0x08060000 };
enum { DCEN = 1 << 10, ICEN = 1 << 9, PRFTEN = 1 << 8 };
#define LOCKED 0x80000000u

static const uint8_t pattern[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
        0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xF0, 0x0F, 0x1E, 0x2D, 0x3C, 0x4B, 0x5A, 0x69,
        0x78, 0x87, 0x96, 0xA5};

static int f446(void **state)
{
    (void)state;
    rig_new_named("stm32f446re");
    return 0;
}

static int done(void **state)
{
    (void)state;
    rig_free();
    return 0;
}

/* ---- program ------------------------------------------------------------------ */

static void any_alignment_and_length_can_be_programmed(void **state)
{
    (void)state;
    for (uint8_t width = ETCH_FLASH_X8; width <= ETCH_FLASH_X32; width++) {
        rig.config.width = width;
        rig_open();
        for (uint32_t off = 0; off < 8; off++) {
            for (uint32_t len = 0; len <= 17; len++) {
                uint8_t want[32];
                uint8_t got[32];
                memset(want, 0xFF, sizeof(want));
                memcpy(want + off, pattern, len);
                rig_fill(S7, 0xFF, sizeof(got));
                rig_watch();
                assert_int_equal(rig_program(S7 + off, pattern, len), ETCH_OK);
                silicon_peek(rig.chip, S7, got, NULL, sizeof(got));
                assert_memory_equal(got, want, sizeof(got));
                assert_true(len == 0 || rig_seen.first == S7 + off);
                assert_int_equal(rig_seen.last, len ? S7 + off + len : 0);
            }
        }
    }
}

static void stores_are_as_wide_as_the_width_allows(void **state)
{
    (void)state;
    const unsigned stores[] = {0, 16, 8, 4};
    for (uint8_t width = ETCH_FLASH_X8; width <= ETCH_FLASH_X32; width++) {
        rig.config.width = width;
        rig_open();
        rig_watch();
        assert_int_equal(rig_program(S7 + 16u * width, pattern, 16), ETCH_OK);
        assert_int_equal(rig_seen.array, stores[width]);
    }
}

static void width_zero_is_the_widest_the_supply_allows(void **state)
{
    (void)state;
    const unsigned stores[] = {16, 8, 4};
    for (uint8_t supply = ETCH_FLASH_FROM_1V8; supply <= ETCH_FLASH_FROM_2V7; supply++) {
        rig.config.supply = supply;
        rig.config.width = ETCH_FLASH_WIDEST;
        rig_open();
        rig_watch();
        assert_int_equal(rig_program(S7 + 16u * supply, pattern, 16), ETCH_OK);
        assert_int_equal(rig_seen.array, stores[supply]);
    }
}

static void partly_covered_cells_keep_their_other_bytes(void **state)
{
    (void)state;
    const uint8_t before[] = {0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80};
    silicon_poke(rig.chip, S7, before, sizeof(before));
    assert_int_equal(rig_program(S7 + 3, "\x00\x00", 2), ETCH_OK);
    uint8_t after[8];
    silicon_peek(rig.chip, S7, after, NULL, sizeof(after));
    assert_memory_equal(after, "\x10\x20\x30\x00\x00\x60\x70\x80", 8);
}

static void programming_again_may_only_clear_bits(void **state)
{
    (void)state;
    assert_int_equal(rig_program(S7, "\xF0\xF0\xF0\xF0", 4), ETCH_OK);
    assert_int_equal(rig_program(S7, "\xF0\x30\xF0\x00", 4), ETCH_OK);
    uint64_t ops = silicon_ops(rig.chip);
    rig_watch();
    assert_int_equal(
            rig_program(S7 - 4, "\x00\x00\x00\x00\x00\x00\x00\x0F", 8), ETCH_E_BITS);
    assert_int_equal(rig.flash.report.addr, S7 + 3);
    assert_int_equal(silicon_ops(rig.chip), ops);
    assert_int_equal(rig_seen.array + rig_seen.control, 0);
    assert_int_equal(rig_cell(S7), 0x00F030F0);
}

static void asked_not_to_look_it_programs_and_says_what_became_of_it(void **state)
{
    (void)state;
    silicon_strict(rig.chip, LAW_BITS, false);
    rig.config.allow = ETCH_FLASH_ALLOW_BITS;
    rig_open();
    assert_int_equal(rig_program(S7, "\x0F\x00\x00\x00", 4), ETCH_OK);
    assert_int_equal(rig_program(S7, "\xFC\x00\x00\x00", 4), ETCH_E_VERIFY);
    assert_int_equal(rig.flash.report.addr, S7);
    assert_int_equal(rig_cell(S7), 0x0000000C);
}

/* ---- verify and blank ---------------------------------------------------------- */

static void blank(void *arg)
{
    *(enum etch_err *)arg = etch_flash_blank(&rig.flash, S7, 0x20000);
}

static void verify_names_the_first_difference(void **state)
{
    (void)state;
    assert_int_equal(rig_program(S7, pattern, 16), ETCH_OK);
    assert_int_equal(rig_verify(S7, pattern, 16), ETCH_OK);
    uint8_t other[16];
    memcpy(other, pattern, 16);
    other[9] ^= 1;
    other[12] ^= 1;
    assert_int_equal(rig_verify(S7, other, 16), ETCH_E_VERIFY);
    assert_int_equal(rig.flash.report.addr, S7 + 9);
    assert_int_equal(rig_verify(S7 + 0x20000 - 1, pattern, 2), ETCH_E_RANGE);
    assert_int_equal(rig_verify(S7, other, 0), ETCH_OK);
}

static void blank_finds_the_one_bit_that_is_not_erased(void **state)
{
    (void)state;
    enum etch_err err;
    rig_run(blank, &err);
    assert_int_equal(err, ETCH_OK);
    rig_fill(S7 + 0x1FFFF, 0x7F, 1);
    rig_run(blank, &err);
    assert_int_equal(err, ETCH_E_VERIFY);
    assert_int_equal(rig.flash.report.addr, S7 + 0x1FFFF);
}

static void blank_sees_a_cell_that_does_not_hold(void **state)
{
    (void)state;
    const uint8_t weak = 0x01;
    silicon_strict(rig.chip, LAW_UNSTABLE, false);
    silicon_unsettle(rig.chip, S7 + 5, &weak, 1);
    unsigned bad = 0;
    for (int i = 0; i < 64; i++) {
        enum etch_err err;
        rig_run(blank, &err);
        bad += err == ETCH_E_VERIFY && rig.flash.report.addr == S7 + 5;
    }
    assert_in_range(bad, 1, 63); /* it reads 0 or 1 anew each time */
}

static void leave_a_bit(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    (void)ctx;
    (void)width;
    (void)value;
    if (!store && addr == S7 + 0x100) {
        rig_fill(addr, 0xFE, 1);
    }
}

static void an_erase_that_left_a_bit_is_no_success(void **state)
{
    (void)state;
    silicon_native_on_access(rig.board, leave_a_bit, NULL);
    assert_int_equal(rig_erase(7), ETCH_E_VERIFY);
    assert_int_equal(rig.flash.report.addr, S7 + 0x100);
    assert_int_equal(rig_cr(), LOCKED);
}

static void lose_a_bit(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    (void)ctx;
    (void)value;
    if (!store && width == 1 && addr == S7 + 2 && rig_cell(S7) != 0xFFFFFFFF) {
        rig_fill(addr, 0x33 & 0xFE, 1);
    }
}

static void a_program_that_reads_back_wrong_is_no_success(void **state)
{
    (void)state;
    silicon_native_on_access(rig.board, lose_a_bit, NULL);
    assert_int_equal(rig_program(S7, pattern, 8), ETCH_E_VERIFY);
    assert_int_equal(rig.flash.report.addr, S7 + 2);
    assert_int_equal(rig_cr(), LOCKED);
}

/* ---- caches ------------------------------------------------------------------------ */

static uint32_t read_cached(uint32_t addr)
{
    uint32_t value = 0;
    assert_int_equal(silicon_read(rig.chip, addr, 4, &value), SILICON_OK);
    return value;
}

static void caches_come_back_as_they_were(void **state)
{
    (void)state;
    const uint32_t acrs[] = {
            0, DCEN, ICEN, DCEN | ICEN, DCEN | ICEN | PRFTEN | 5, PRFTEN};
    for (size_t i = 0; i < sizeof(acrs) / sizeof(acrs[0]); i++) {
        silicon_reg_set(rig.chip, SILICON_ACR, acrs[i]);
        assert_int_equal(rig_program(S7 + 4 * (uint32_t)i, "\0", 1), ETCH_OK);
        assert_int_equal(rig_acr(), acrs[i]);
        assert_int_equal(rig_program(S7 + 4 * (uint32_t)i, "\1", 1), ETCH_E_BITS);
        assert_int_equal(rig_acr(), acrs[i]);
        assert_int_equal(rig_verify(S7, "\0", 1), ETCH_OK);
        assert_int_equal(rig_acr(), acrs[i]);
    }
    silicon_reg_set(rig.chip, SILICON_ACR, acrs[4]);
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(rig_acr(), acrs[4]);
}

static void what_was_cached_before_is_read_anew_after(void **state)
{
    (void)state;
    silicon_reg_set(rig.chip, SILICON_ACR, DCEN);
    rig_fill(S7, 0x00, 16);
    assert_int_equal(read_cached(S7), 0);
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(read_cached(S7), 0xFFFFFFFF);
    assert_int_equal(rig_program(S7, "\x01\x02\x03\x04", 4), ETCH_OK);
    assert_int_equal(read_cached(S7), 0x04030201);
}

/* The line holds what an erase behind the driver's back took away. */
static void verify_and_the_look_at_bits_see_the_array_not_the_cache(void **state)
{
    (void)state;
    silicon_strict(rig.chip, LAW_STALE_READ, false);
    silicon_reg_set(rig.chip, SILICON_ACR, DCEN);
    rig_fill(S7, 0x00, 16);
    assert_int_equal(read_cached(S7), 0);
    rig_fill(S7, 0xFF, 16);
    assert_int_equal(rig_verify(S7, "\xFF\xFF\xFF\xFF", 4), ETCH_OK);
    silicon_reg_set(rig.chip, SILICON_ACR, DCEN);
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    assert_int_equal(silicon_native_breaches(rig.board, LAW_STALE_READ), 0);
}

static void fetch_line(uint32_t addr, uint8_t line[16])
{
    unsigned wait;
    assert_int_equal(silicon_fetch(rig.chip, addr, line, &wait), SILICON_OK);
}

static void the_instruction_cache_holds_no_old_code(void **state)
{
    (void)state;
    uint8_t line[16];
    silicon_strict(rig.chip, LAW_STALE_READ, false);
    silicon_reg_set(rig.chip, SILICON_ACR, ICEN);
    rig_fill(S7, 0x00, 16);
    fetch_line(S7, line);
    assert_int_equal(rig_erase(7), ETCH_OK);
    fetch_line(S7, line);
    assert_int_equal(line[0], 0xFF);
}

/* ---- how it leaves the controller ----------------------------------------------- */

static void every_call_leaves_the_controller_locked_and_its_flags_clear(void **state)
{
    (void)state;
    assert_int_equal(rig_program(S7, pattern, 5), ETCH_OK);
    assert_int_equal(rig_cr(), LOCKED);
    assert_int_equal(rig_sr(), 0);
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(rig_cr(), LOCKED);
    assert_int_equal(rig_sr(), 0);
    assert_int_equal(rig_verify(S7, pattern, 5), ETCH_E_VERIFY);
    assert_int_equal(rig_cr(), LOCKED);
}

static void a_controller_left_open_is_used_without_keys_and_closed(void **state)
{
    (void)state;
    /* SNB 15, SER, MER and PSIZE of somebody else must not leak either. */
    silicon_reg_set(rig.chip, SILICON_CR, 0x0000037E);
    rig_watch();
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    assert_int_equal(rig_cr(), LOCKED);
    silicon_reg_set(rig.chip, SILICON_CR, 0x0000037F);
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(rig_cr(), LOCKED);
    assert_int_equal(rig_cell(S7), 0xFFFFFFFF);
}

static void stale_flags_are_cleared_and_reported(void **state)
{
    (void)state;
    silicon_reg_set(rig.chip, SILICON_SR, 0xC0);
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    assert_int_equal(rig.flash.report.stale, 0xC0);
    assert_int_equal(rig.flash.report.sr, 0);
    assert_int_equal(rig_program(S7 + 4, pattern, 4), ETCH_OK);
    assert_int_equal(rig.flash.report.stale, 0);
    silicon_reg_set(rig.chip, SILICON_SR, 0xF2);
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(rig.flash.report.stale, 0xF2);
    assert_int_equal(rig_sr(), 0);
}

static void put_key(void *arg)
{
    assert_int_equal(etch_flash_program(&rig.flash, S7, arg, 4), ETCH_OK);
}

static void after_a_wrong_key_the_bus_refuses_until_reset(void **state)
{
    (void)state;
    uint32_t wrong = 0;
    silicon_strict_all(rig.chip, false);
    (void)silicon_write(rig.chip, 0x40023C04, 4, wrong, 0);
    uint8_t data[4] = {0};
    assert_int_equal(silicon_native_run(rig.board, put_key, data), SILICON_FAULTED);
    silicon_reset(rig.chip);
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
}

static void relock(void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    (void)ctx;
    (void)width;
    (void)value;
    if (!store && addr == 0x40023C10u && rig_cr() == 0) {
        silicon_reg_set(rig.chip, SILICON_CR, LOCKED);
    }
}

static void a_controller_that_does_not_open_is_an_error(void **state)
{
    (void)state;
    silicon_native_on_access(rig.board, relock, NULL);
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_E_LOCKED);
    assert_int_equal(rig_cell(S7), 0xFFFFFFFF);
}

static unsigned sabotage_at;

static void sabotage(void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    (void)ctx;
    (void)width;
    (void)value;
    if (store && addr == S7 + 8) {
        silicon_reg_set(rig.chip, SILICON_CR, 0x00000200); /* PG is gone */
        sabotage_at++;
    }
}

static void a_flag_of_the_hardware_stops_the_work_and_is_told(void **state)
{
    (void)state;
    sabotage_at = 0;
    silicon_strict_all(rig.chip, false);
    silicon_native_on_access(rig.board, sabotage, NULL);
    assert_int_equal(rig_program(S7, pattern, 16), ETCH_E_PROGRAM);
    assert_int_equal(sabotage_at, 1);
    assert_int_equal(rig.flash.report.sr, 0x80);
    assert_int_equal(rig.flash.report.addr, S7 + 8);
    assert_int_equal(rig_cell(S7 + 4), 0x88776655);
    assert_int_equal(rig_cell(S7 + 8), 0xFFFFFFFF);
    assert_int_equal(rig_cell(S7 + 12), 0xFFFFFFFF);
    assert_int_equal(rig_cr(), LOCKED);
    assert_int_equal(rig_sr(), 0);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, f446, done)
    const struct CMUnitTest tests[] = {
            T(any_alignment_and_length_can_be_programmed),
            T(stores_are_as_wide_as_the_width_allows),
            T(width_zero_is_the_widest_the_supply_allows),
            T(partly_covered_cells_keep_their_other_bytes),
            T(programming_again_may_only_clear_bits),
            T(asked_not_to_look_it_programs_and_says_what_became_of_it),
            T(verify_names_the_first_difference),
            T(blank_finds_the_one_bit_that_is_not_erased),
            T(blank_sees_a_cell_that_does_not_hold),
            T(an_erase_that_left_a_bit_is_no_success),
            T(a_program_that_reads_back_wrong_is_no_success),
            T(caches_come_back_as_they_were),
            T(what_was_cached_before_is_read_anew_after),
            T(verify_and_the_look_at_bits_see_the_array_not_the_cache),
            T(the_instruction_cache_holds_no_old_code),
            T(every_call_leaves_the_controller_locked_and_its_flags_clear),
            T(a_controller_left_open_is_used_without_keys_and_closed),
            T(stale_flags_are_cleared_and_reported),
            T(after_a_wrong_key_the_bus_refuses_until_reset),
            T(a_controller_that_does_not_open_is_an_error),
            T(a_flag_of_the_hardware_stops_the_work_and_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
