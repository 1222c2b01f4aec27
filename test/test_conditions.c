/* test_conditions.c - what the manuals leave open: each condition changes what
 * its comment says, and the default is the likelier answer.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/chip.h"
#include "support/cm.h"

enum { BASE = 0x08000000, SECTOR5 = 0x08020000 };

static void open_with(struct chip *c, struct silicon_conditions cond)
{
    chip_open(c, "stm32f446re", &cond);
    chip_unlock(c);
}

static void stale_flags_may_block_program_and_erase(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.stale_flags_block = true});
    silicon_reg_set(c.s, SILICON_SR, SR_PGPERR);
    (void)chip_store(&c, CR_PG | CR_X32, SECTOR5, 0);
    (void)chip_start(&c, CR_SER | CR_X32);
    (void)chip_start(&c, CR_MER | CR_X32);
    assert_int_equal(silicon_ops(c.s), 0);
    assert_int_equal(c.laws[LAW_STALE_FLAGS], 3);
    chip_put(&c, FLASH_SR, SR_ALL);
    (void)chip_store(&c, CR_PG | CR_X32, SECTOR5, 0);
    assert_int_equal(silicon_ops(c.s), 1);
    chip_close(&c);
}

static void a_key_while_open_may_only_relock(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.key_open_relocks = true});
    chip_put_fails(&c, FLASH_KEYR, KEY1);
    assert_int_equal(chip_get(&c, FLASH_CR), CR_LOCK);
    chip_unlock(&c);
    assert_int_equal(chip_get(&c, FLASH_CR), 0);
    chip_close(&c);
}

static void ser_with_mer_has_three_answers(void **state)
{
    static const struct {
        enum silicon_both both;
        unsigned mass;
        uint32_t sr;
    } rows[] = {{SILICON_BOTH_MASS, 1, 0}, {SILICON_BOTH_NONE, 0, 0},
            {SILICON_BOTH_WRPERR, 0, SR_WRPERR}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct chip c;
        open_with(&c, (struct silicon_conditions){.ser_mer = rows[i].both});
        assert_int_equal(chip_start(&c, CR_SER | CR_MER | CR_X32), rows[i].sr);
        assert_int_equal(c.kinds[SILICON_EV_MASS], rows[i].mass);
        assert_int_equal(c.kinds[SILICON_EV_ERASE], 0);
        chip_close(&c);
    }
}

static void beyond_the_array_may_read_as_erased_die(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.absent_reads_erased = true});
    assert_int_equal(chip_get(&c, 0x08080000), 0xFFFFFFFF);
    assert_int_equal(chip_get_narrow(&c, 0x081FFFFF, 1), 0xFF);
    chip_put(&c, 0x08080000, 0);
    assert_int_equal(chip_get(&c, 0x08080000), 0xFFFFFFFF);
    chip_get_fails(&c, 0x08200000);
    chip_close(&c);
}

static void two_words_of_an_strd_are_no_x64_store_by_default(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.vpp = true});
    chip_put(&c, FLASH_CR, CR_PG | CR_X64);
    (void)silicon_write(c.s, SECTOR5, 4, 0, 0);
    (void)silicon_write(c.s, SECTOR5 + 4, 4, 0, 1);
    chip_wait(&c);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_PGPERR);
    assert_true(chip_blank(&c, SECTOR5, 8));
    chip_close(&c);
}

static void a_first_word_without_its_second_is_refused(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.vpp = true, .strd_is_x64 = true});
    chip_put(&c, FLASH_CR, CR_PG | CR_X64);
    (void)silicon_write(c.s, SECTOR5, 4, 0, 0);
    (void)silicon_write(c.s, SECTOR5 + 16, 4, 0, 1);
    chip_wait(&c);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_PGPERR);
    assert_true(chip_blank(&c, SECTOR5, 32));
    chip_close(&c);
}

static void a_store_to_a_locked_register_may_fault(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re",
            &(const struct silicon_conditions){.cr_locked_faults = true});
    chip_put(&c, FLASH_CR, CR_LOCK);
    chip_put_fails(&c, FLASH_CR, CR_PG);
    chip_put_fails(&c, FLASH_OPTCR, 2);
    chip_close(&c);
}

static void a_byte_store_without_pg_may_flag_pgperr_too(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.no_pg_flags_pgp = true});
    assert_int_equal(chip_store_narrow(&c, CR_X8, SECTOR5, 1, 0), SR_PGSERR | SR_PGPERR);
    chip_close(&c);
}

static void stores_at_the_alias_may_be_refused(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.alias_read_only = true});
    assert_int_equal(chip_store(&c, CR_PG | CR_X32, 0x20000, 0), SR_WRPERR);
    assert_int_equal(chip_cell(&c, SECTOR5), 0xFFFFFFFF);
    chip_put(&c, FLASH_SR, SR_ALL);
    silicon_conditions(c.s)->alias_read_only = false;
    assert_int_equal(chip_store(&c, CR_PG | CR_X32, 0x20000, 0), 0);
    assert_int_equal(chip_cell(&c, SECTOR5), 0);
    chip_close(&c);
}

static void mer1_with_one_bank_may_erase_it_or_nothing(void **state)
{
    for (int erases = 0; erases < 2; erases++) {
        const struct silicon_conditions cond = {.mer1_undivided_erases = erases != 0};
        struct chip c;
        chip_open(&c, "stm32f429zg", &cond);
        chip_unlock(&c);
        (void)chip_start(&c, CR_MER1 | CR_X32);
        assert_int_equal(c.kinds[SILICON_EV_MASS], erases);
        assert_int_equal(c.laws[LAW_STRT_EMPTY], 1 - erases);
        chip_close(&c);
    }
}

static void without_a_store_buffer_no_barrier_is_needed(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.no_store_buffer = true});
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, SECTOR5, 0);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_BSY);
    assert_int_equal(c.laws[LAW_SR_BARRIER], 0);
    chip_close(&c);
}

static void a_posted_store_leaves_the_buffer_in_time(void **state)
{
    for (uint32_t cycles = 0; cycles < 200; cycles += 100) {
        struct chip c;
        open_with(&c, (struct silicon_conditions){
                              .store_buffer_cycles = cycles, .hclk_hz = 16000000});
        uint64_t hold_ns = (cycles == 0 ? 16 : cycles) * 1000u / 16;
        chip_put(&c, FLASH_CR, CR_PG | CR_X32);
        chip_put(&c, SECTOR5, 0);
        assert_true(silicon_busy_until(c.s) == hold_ns);
        c.now_ns = hold_ns - 1;
        silicon_settle(c.s);
        assert_int_equal(silicon_ops(c.s), 0);
        c.now_ns = hold_ns;
        assert_int_equal(chip_get(&c, FLASH_SR), SR_BSY);
        assert_int_equal(c.laws[LAW_SR_BARRIER], 0);
        assert_true(silicon_busy_until(c.s) == silicon_program_ns(SILICON_MEASURED));
        chip_close(&c);
    }
}

/* It cannot overtake what it waits for: SR shows BSY of the store before. */
static void a_store_behind_a_busy_array_waits_in_the_buffer(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){.speed = SILICON_TYPICAL});
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, SECTOR5, 0);
    silicon_drain(c.s);
    chip_put(&c, SECTOR5 + 4, 1);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_BSY);
    assert_int_equal(c.laws[LAW_SR_BARRIER], 0);
    assert_int_equal(silicon_ops(c.s), 1);
    c.now_ns = 16000;
    assert_int_equal(chip_get(&c, FLASH_SR), SR_BSY); /* the second one's */
    assert_int_equal(silicon_ops(c.s), 2);
    c.now_ns = 32000;
    assert_int_equal(chip_get(&c, FLASH_SR), 0);
    assert_int_equal(chip_cell(&c, SECTOR5 + 4), 1);
    assert_int_equal(c.laws[LAW_WRITE_BUSY], 1);
    chip_close(&c);
}

static void registers_keep_only_what_the_part_has(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){0});
    chip_put(&c, FLASH_CR, 0x7FFEFFFF);
    assert_int_equal(chip_get(&c, FLASH_CR), 0x0300037F);
    chip_close(&c);
    chip_open(&c, "stm32f429zi", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, 0x7FFEFFFF);
    assert_int_equal(chip_get(&c, FLASH_CR), 0x030083FF);
    chip_close(&c);
    chip_open(&c, "stm32f407vg", NULL);
    silicon_reg_set(c.s, SILICON_SR, 0xFFFFFFFF);
    assert_int_equal(chip_get(&c, FLASH_SR), 0xF3); /* no RDERR */
    chip_close(&c);
}

static void registers_take_bytes_and_halfwords_but_keys_do_not(void **state)
{
    struct chip c;
    open_with(&c, (struct silicon_conditions){0});
    chip_put_narrow(&c, FLASH_CR + 1, 1, 2);
    chip_put_narrow(&c, FLASH_CR, 1, 1);
    assert_int_equal(chip_get(&c, FLASH_CR), CR_PG | CR_X32);
    assert_int_equal(chip_get_narrow(&c, FLASH_CR + 1, 1), 2);
    assert_int_equal(chip_get_narrow(&c, FLASH_CR, 2), 0x201);
    chip_put(&c, FLASH_CR, CR_LOCK);
    assert_int_equal(
            silicon_write(c.s, FLASH_KEYR, 2, KEY1 & 0xFFFF, 0), SILICON_BUS_ERROR);
    chip_close(&c);
}

static void a_register_can_be_left_as_a_loader_leaves_it(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    silicon_reg_set(c.s, SILICON_CR, 0);
    chip_program(&c, SECTOR5, 0);
    silicon_reg_set(c.s, SILICON_CR, CR_LOCK | CR_PG);
    assert_int_equal(chip_get(&c, FLASH_CR), CR_LOCK | CR_PG);
    chip_unlock(&c);
    assert_int_equal(chip_get(&c, FLASH_CR), CR_PG);
    chip_close(&c);
}

/* DS10314 table 45 and its siblings, and one measured F411. */
static void times_are_those_of_the_sheets(void **state)
{
    const uint64_t ms = 1000000;
    assert_true(silicon_program_ns(SILICON_TYPICAL) == 16000);
    assert_true(silicon_program_ns(SILICON_MAXIMUM) == 100000);
    assert_true(silicon_erase_ns(SILICON_TYPICAL, 2, 16) == 250 * ms);
    assert_true(silicon_erase_ns(SILICON_TYPICAL, 1, 64) == 700 * ms);
    assert_true(silicon_erase_ns(SILICON_MAXIMUM, 0, 128) == 4000 * ms);
    assert_true(silicon_erase_ns(SILICON_MEASURED, 2, 64) == 528800000);
    assert_true(silicon_erase_ns(SILICON_MEASURED, 0, 128) == 2029 * ms);
    assert_true(silicon_mass_ns(SILICON_MAXIMUM, 0, 512) == 16000 * ms);
    assert_true(silicon_mass_ns(SILICON_TYPICAL, 2, 1024) == 8000 * ms);
    assert_true(silicon_mass_ns(SILICON_TYPICAL, 0, 1536) == 24800 * ms);
    assert_true(silicon_options_ns(SILICON_MEASURED) == 350 * ms);
}

/* Faster pumps do not erase slower, in any preset. */
static void wider_is_never_slower_nor_larger_faster(void **state)
{
    static const unsigned kibs[] = {16, 64, 128};
    for (int speed = SILICON_MEASURED; speed <= SILICON_MAXIMUM; speed++) {
        enum silicon_speed preset = (enum silicon_speed)speed;
        for (unsigned psize = 0; psize < 4; psize++) {
            for (unsigned k = 0; k < 3; k++) {
                uint64_t ns = silicon_erase_ns(preset, psize, kibs[k]);
                assert_true(
                        psize == 3 || silicon_erase_ns(preset, psize + 1, kibs[k]) < ns);
                assert_true(k == 2 || silicon_erase_ns(preset, psize, kibs[k + 1]) > ns);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(stale_flags_may_block_program_and_erase),
            cmocka_unit_test(a_key_while_open_may_only_relock),
            cmocka_unit_test(ser_with_mer_has_three_answers),
            cmocka_unit_test(beyond_the_array_may_read_as_erased_die),
            cmocka_unit_test(two_words_of_an_strd_are_no_x64_store_by_default),
            cmocka_unit_test(a_first_word_without_its_second_is_refused),
            cmocka_unit_test(a_store_to_a_locked_register_may_fault),
            cmocka_unit_test(a_byte_store_without_pg_may_flag_pgperr_too),
            cmocka_unit_test(stores_at_the_alias_may_be_refused),
            cmocka_unit_test(mer1_with_one_bank_may_erase_it_or_nothing),
            cmocka_unit_test(without_a_store_buffer_no_barrier_is_needed),
            cmocka_unit_test(a_posted_store_leaves_the_buffer_in_time),
            cmocka_unit_test(a_store_behind_a_busy_array_waits_in_the_buffer),
            cmocka_unit_test(registers_keep_only_what_the_part_has),
            cmocka_unit_test(registers_take_bytes_and_halfwords_but_keys_do_not),
            cmocka_unit_test(a_register_can_be_left_as_a_loader_leaves_it),
            cmocka_unit_test(times_are_those_of_the_sheets),
            cmocka_unit_test(wider_is_never_slower_nor_larger_faster),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
