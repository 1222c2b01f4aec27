/* test_silicon_vectors.c - what is known of the controller's answers: rows
 * measured on an STM32F411 and sentences of RM0090 chapter 3.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/chip.h"
#include "support/cm.h"

enum { SECTOR7 = 0x08060000 };

static void reset_locks_cr_and_clears_the_rest(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    assert_int_equal(chip_get(&c, FLASH_CR), 0x80000000);
    assert_int_equal(chip_get(&c, FLASH_SR), 0);
    assert_int_equal(chip_get(&c, FLASH_ACR), 0);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x00FFAAED); /* measured */
    chip_close(&c);
}

static void both_keys_clear_lock(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_put(&c, FLASH_KEYR, KEY1);
    assert_int_equal(chip_get(&c, FLASH_CR), 0x80000000);
    chip_put(&c, FLASH_KEYR, KEY2);
    assert_int_equal(chip_get(&c, FLASH_CR), 0);
    chip_close(&c);
}

static void a_wrong_key_faults_and_only_reset_helps(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_put_fails(&c, FLASH_KEYR, ~KEY1);
    chip_put_fails(&c, FLASH_KEYR, KEY1);
    chip_put_fails(&c, FLASH_KEYR, KEY2);
    assert_int_equal(chip_get(&c, FLASH_CR), 0x80000000);
    silicon_reset(c.s);
    chip_unlock(&c);
    assert_int_equal(chip_get(&c, FLASH_CR), 0);
    chip_close(&c);
}

static void a_wrong_second_key_faults_too(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_put(&c, FLASH_KEYR, KEY1);
    chip_put_fails(&c, FLASH_KEYR, KEY1);
    chip_put_fails(&c, FLASH_KEYR, KEY1);
    chip_close(&c);
}

static void a_key_while_unlocked_faults_and_locks(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    chip_put_fails(&c, FLASH_KEYR, KEY1);
    assert_int_equal(chip_get(&c, FLASH_CR), 0x80000000);
    chip_put_fails(&c, FLASH_KEYR, KEY1); /* until reset */
    chip_close(&c);
}

static void a_word_store_without_pg_sets_c0(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    assert_int_equal(chip_store(&c, 0, SECTOR7, 0), 0xC0);
    assert_int_equal(chip_cell(&c, SECTOR7), 0xFFFFFFFF);
    assert_false(c.irq);
    chip_close(&c);
}

static void with_errie_it_sets_c2_and_interrupts(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    assert_int_equal(chip_store(&c, CR_ERRIE, SECTOR7, 0), 0xC2);
    assert_true(c.irq);
    chip_put(&c, FLASH_SR, 0xF2);
    assert_int_equal(chip_get(&c, FLASH_SR), 0);
    assert_false(c.irq);
    chip_close(&c);
}

static void a_byte_store_without_pg_at_x8_sets_only_pgserr(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    assert_int_equal(chip_store_narrow(&c, CR_X8, SECTOR7, 1, 0), 0x80);
    chip_close(&c);
}

static void a_byte_store_at_x32_sets_pgperr(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    assert_int_equal(chip_store_narrow(&c, CR_PG | CR_X32, SECTOR7, 1, 0), 0x40);
    assert_int_equal(chip_cell(&c, SECTOR7), 0xFFFFFFFF);
    chip_close(&c);
}

/* The core sends a word at addr % 4 == 2 as two halfwords. */
static void an_unaligned_word_at_x32_sets_pgperr_not_pgaerr(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put_narrow(&c, SECTOR7 + 2, 2, 0);
    chip_put_narrow(&c, SECTOR7 + 4, 2, 0);
    chip_wait(&c);
    assert_int_equal(chip_get(&c, FLASH_SR), 0x40);
    chip_close(&c);
}

static void a_store_to_system_memory_sets_wrperr(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    uint32_t before = chip_get(&c, 0x1FFF0000);
    assert_int_equal(chip_store(&c, CR_PG | CR_X32, 0x1FFF0000, 0), 0x10);
    assert_int_equal(chip_get(&c, 0x1FFF0000), before);
    chip_close(&c);
}

/* first, second, what the array holds, what the data cache says */
static const uint32_t rewrites[][4] = {
        {0xA5A5A5A5, 0x5A5A5A5A, 0x00000000, 0x5A5A5A5A},
        {0xFFFF0000, 0x0000FFFF, 0x00000000, 0x0000FFFF},
        {0x12345678, 0xFFFFFFFF, 0x12345678, 0xFFFFFFFF},
        {0x0F0F0F0F, 0x0F0F0F0F, 0x0F0F0F0F, 0x0F0F0F0F},
};

static void a_rewrite_ands_the_array_while_the_cache_lies(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t addr = SECTOR7 + i * 4; /* one line holds all four */
        (void)chip_get(&c, addr);
        chip_program(&c, addr, rewrites[i][0]);
        chip_program(&c, addr, rewrites[i][1]);
        assert_int_equal(chip_get(&c, addr), rewrites[i][3]);
        assert_int_equal(chip_cell(&c, addr), rewrites[i][2]);
    }
    assert_int_equal(c.laws[LAW_STALE_READ], 3);
    chip_put(&c, FLASH_ACR, 0);
    chip_put(&c, FLASH_ACR, ACR_DCRST);
    chip_put(&c, FLASH_ACR, 0);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(chip_get(&c, SECTOR7 + i * 4), rewrites[i][2]);
    }
    chip_close(&c);
}

static void without_the_cache_a_rewrite_reads_as_the_array(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    chip_program(&c, SECTOR7, 0xCCCC0F0F);
    chip_program(&c, SECTOR7, 0x0F0FCCCC);
    assert_int_equal(chip_get(&c, SECTOR7), 0x0C0C0C0C);
    chip_close(&c);
}

static void a_protected_sector_takes_neither_program_nor_erase(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    const uint32_t zero = 0;
    silicon_poke(c.s, SECTOR7 + 4, &zero, 4);
    silicon_poke(c.s, 0x08000000, &zero, 4);
    silicon_set_options(c.s, 0x00FFAAED & ~(1u << 23), 0);
    chip_unlock(&c);
    uint64_t before = silicon_hash(c.s);
    assert_int_equal(chip_store(&c, CR_PG | CR_X32, SECTOR7, 0), 0x10);
    chip_put(&c, FLASH_SR, SR_ALL);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32 | 7u << CR_SNB), 0x10);
    chip_put(&c, FLASH_SR, SR_ALL);
    assert_int_equal(chip_start(&c, CR_MER | CR_X32), 0x10);
    assert_true(silicon_hash(c.s) == before);
    chip_close(&c);
}

static void eop_is_set_only_with_eopie(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32), 0);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32 | CR_EOPIE), 1);
    assert_true(c.irq);
    chip_close(&c);
}

static void a_store_to_cr_during_an_erase_takes_until_its_end(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_SER | CR_X32 | CR_STRT);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_BSY);
    assert_int_equal(c.now_ns, 0);
    chip_put(&c, FLASH_CR, CR_X32);
    assert_int_equal(c.now_ns, 189200000); /* measured, 16 KiB in words */
    assert_int_equal(chip_get(&c, FLASH_SR), 0);
    assert_int_equal(chip_get(&c, FLASH_CR), CR_X32);
    chip_close(&c);
}

static uint32_t erase_of(const char *part, unsigned snb, uint32_t optcr, uint32_t *size)
{
    struct chip c;
    chip_open(&c, part, NULL);
    if (optcr != 0) {
        silicon_set_options(c.s, optcr, 0x0FFF0000);
    }
    chip_unlock(&c);
    uint32_t sr = chip_start(&c, CR_SER | CR_X32 | snb << CR_SNB);
    uint32_t addr = c.last[SILICON_EV_ERASE].addr;
    *size = c.last[SILICON_EV_ERASE].size;
    if (c.kinds[SILICON_EV_ERASE] == 0) {
        assert_int_equal(sr, SR_WRPERR);
        assert_int_equal(c.laws[LAW_SNB], 1);
    }
    chip_close(&c);
    return addr;
}

static void on_2_mib_parts_the_second_bank_starts_at_snb_16(void **state)
{
    uint32_t size;
    static const unsigned missing[] = {12, 13, 14, 15, 28, 29, 30, 31};
    for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
        assert_int_equal(erase_of("stm32f429zi", missing[i], 0, &size), 0);
    }
    assert_int_equal(erase_of("stm32f429zi", 16, 0, &size), 0x08100000);
    assert_int_equal(size, 0x4000);
    assert_int_equal(erase_of("stm32f429zi", 27, 0, &size), 0x081E0000);
    assert_int_equal(size, 0x20000);
}

static void db1m_moves_the_sectors_of_1_mib_parts(void **state)
{
    const uint32_t split = 0x4FFFAAEC;
    uint32_t size;
    assert_int_equal(erase_of("stm32f429zg", 16, split, &size), 0x08080000);
    assert_int_equal(size, 0x4000);
    assert_int_equal(erase_of("stm32f429zg", 8, split, &size), 0);
    assert_int_equal(erase_of("stm32f429zg", 8, 0, &size), 0x08080000);
    assert_int_equal(size, 0x20000);
    assert_int_equal(erase_of("stm32f429zg", 16, 0, &size), 0);
}

static void on_f413_snb_12_is_sector_12(void **state)
{
    uint32_t size;
    assert_int_equal(erase_of("stm32f413zh", 12, 0, &size), 0x08100000);
    assert_int_equal(size, 0x20000);
    assert_int_equal(erase_of("stm32f413zh", 15, 0, &size), 0x08160000);
}

/* 10 | 1 is 11: the classic loss of a driver that ORs SNB into CR. */
static void an_uncleared_snb_erases_another_sector(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f407vg", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_SER | CR_X32 | 10u << CR_SNB);
    uint32_t cr = chip_get(&c, FLASH_CR);
    assert_int_equal(chip_start(&c, cr | 1u << CR_SNB), 0);
    assert_int_equal(c.last[SILICON_EV_ERASE].sector, 11);
    chip_close(&c);
}

static void an_erase_leaves_the_cache_as_it_was(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    const uint32_t old = 0x12345678;
    silicon_poke(c.s, SECTOR7, &old, 4);
    chip_unlock(&c);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    assert_int_equal(chip_get(&c, SECTOR7), old);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32 | 7u << CR_SNB), 0);
    assert_int_equal(chip_get(&c, SECTOR7), old);
    assert_int_equal(c.laws[LAW_STALE_READ], 1);
    chip_put(&c, FLASH_ACR, 0);
    chip_put(&c, FLASH_ACR, ACR_DCRST);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    assert_int_equal(chip_get(&c, SECTOR7), 0xFFFFFFFF);
    chip_close(&c);
}

/* A WWDG period is at most 49.9 ms, an IWDG's 22.3 s for certain: an x8 erase
 * of 128 KiB, seen through a load that waits for it, passes the one and may
 * pass the other. */
static void a_stall_lasts_as_long_as_the_sheets_allow(void **state)
{
    const struct silicon_conditions slow = {.speed = SILICON_MAXIMUM};
    struct chip c;
    chip_open(&c, "stm32f411re", &slow);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_SER | CR_X8 | 7u << CR_SNB | CR_STRT);
    (void)chip_get(&c, 0x08000000);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 1);
    assert_true(c.last[SILICON_EV_STALL].ns == 4000000000u);
    assert_true(c.now_ns == 4000000000u);
    chip_close(&c);
}

/* Several posters program with SER and SNB left set, and it works. */
static void leftover_ser_and_snb_do_not_stop_a_program(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f407vg", NULL);
    chip_unlock(&c);
    uint32_t cr = CR_PG | CR_X8 | CR_SER | 11u << CR_SNB;
    assert_int_equal(chip_store_narrow(&c, cr, 0x080E0000, 1, 'A'), 0);
    assert_int_equal(chip_cell(&c, 0x080E0000), 0xFFFFFF41);
    chip_close(&c);
}

/* Three reports from the field: two words of a DOUBLEWORD program without Vpp
 * end with PGAERR and PGSERR; one says PGPERR. */
static void x64_without_vpp_ends_as_reported(void **state)
{
    const struct silicon_conditions other = {.x64_flags_pgp = true};
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    assert_int_equal(chip_store(&c, CR_PG | CR_X64, SECTOR7, 0), SR_PGAERR | SR_PGSERR);
    chip_close(&c);
    chip_open(&c, "stm32f411re", &other);
    chip_unlock(&c);
    assert_int_equal(chip_store(&c, CR_PG | CR_X64, SECTOR7, 0), SR_PGPERR);
    chip_close(&c);
}

/* SR = SR ^ flags writes zeros where flags are set: nothing is cleared. */
static void flags_are_cleared_by_writing_ones_alone(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_unlock(&c);
    assert_int_equal(chip_store(&c, 0, SECTOR7, 0), 0xC0);
    chip_put(&c, FLASH_SR, 0);
    assert_int_equal(chip_get(&c, FLASH_SR), 0xC0);
    chip_put(&c, FLASH_SR, SR_PGPERR);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_PGSERR);
    chip_close(&c);
}

/* Null-pointer stores at start-up leave 0xC0 behind, locked or not. */
static void a_stray_store_at_0_flags_the_locked_controller(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_put(&c, 0, 1);
    chip_wait(&c);
    assert_int_equal(chip_get(&c, FLASH_SR), 0xC0);
    assert_true(chip_blank(&c, 0x08000000, 16));
    chip_close(&c);
}

static void a_store_to_the_open_cr_is_told_with_what_was_there(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f411re", NULL);
    chip_put(&c, FLASH_CR, CR_LOCK);
    assert_int_equal(c.kinds[SILICON_EV_CR], 0); /* it is locked */
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, FLASH_CR, CR_SER | 5u << CR_SNB | CR_STRT);
    assert_int_equal(c.kinds[SILICON_EV_CR], 2);
    assert_int_equal(c.last[SILICON_EV_CR].before, CR_PG | CR_X32);
    assert_int_equal(c.last[SILICON_EV_CR].value, CR_SER | 5u << CR_SNB | CR_STRT);
    chip_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(reset_locks_cr_and_clears_the_rest),
            cmocka_unit_test(both_keys_clear_lock),
            cmocka_unit_test(a_wrong_key_faults_and_only_reset_helps),
            cmocka_unit_test(a_wrong_second_key_faults_too),
            cmocka_unit_test(a_key_while_unlocked_faults_and_locks),
            cmocka_unit_test(a_word_store_without_pg_sets_c0),
            cmocka_unit_test(with_errie_it_sets_c2_and_interrupts),
            cmocka_unit_test(a_byte_store_without_pg_at_x8_sets_only_pgserr),
            cmocka_unit_test(a_byte_store_at_x32_sets_pgperr),
            cmocka_unit_test(an_unaligned_word_at_x32_sets_pgperr_not_pgaerr),
            cmocka_unit_test(a_store_to_system_memory_sets_wrperr),
            cmocka_unit_test(a_rewrite_ands_the_array_while_the_cache_lies),
            cmocka_unit_test(without_the_cache_a_rewrite_reads_as_the_array),
            cmocka_unit_test(a_protected_sector_takes_neither_program_nor_erase),
            cmocka_unit_test(eop_is_set_only_with_eopie),
            cmocka_unit_test(a_store_to_cr_during_an_erase_takes_until_its_end),
            cmocka_unit_test(on_2_mib_parts_the_second_bank_starts_at_snb_16),
            cmocka_unit_test(db1m_moves_the_sectors_of_1_mib_parts),
            cmocka_unit_test(on_f413_snb_12_is_sector_12),
            cmocka_unit_test(an_uncleared_snb_erases_another_sector),
            cmocka_unit_test(an_erase_leaves_the_cache_as_it_was),
            cmocka_unit_test(a_stall_lasts_as_long_as_the_sheets_allow),
            cmocka_unit_test(leftover_ser_and_snb_do_not_stop_a_program),
            cmocka_unit_test(x64_without_vpp_ends_as_reported),
            cmocka_unit_test(flags_are_cleared_by_writing_ones_alone),
            cmocka_unit_test(a_stray_store_at_0_flags_the_locked_controller),
            cmocka_unit_test(a_store_to_the_open_cr_is_told_with_what_was_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
