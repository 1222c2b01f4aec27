/* test_options.c - option bytes, the protections they command, the banks they
 * arrange, and OTP.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/chip.h"
#include "support/cm.h"

enum {
    BASE = 0x08000000,
    BANK2 = 0x08100000,
    SECTOR5 = 0x08020000,
    SECTOR6 = 0x08040000
};
enum { OTP = 0x1FFF7800, OTP_LOCKS = 0x1FFF7A00 };
enum { USER_BYTES = 0x1FFFC000, WRP_BYTES = 0x1FFFC008, WRP2_BYTES = 0x1FFEC008 };

#define OPTSTRT   2u
#define OPTLOCK   1u
#define DELIVERED 0x00FFAAECu /* F446xE, without OPTLOCK */
#define SPRMOD    0x80000000u
#define DB1M      0x40000000u
#define BFB2      0x00000010u

static void unlock_options(struct chip *c)
{
    chip_put(c, FLASH_OPTKEYR, OPTKEY1);
    chip_put(c, FLASH_OPTKEYR, OPTKEY2);
}

/* Write OPTCR, start, wait; the flags. */
static uint32_t store_options(struct chip *c, uint32_t optcr)
{
    chip_put(c, FLASH_OPTCR, optcr | OPTSTRT);
    chip_wait(c);
    return chip_get(c, FLASH_SR);
}

static bool is_protected(struct chip *c, uint32_t addr)
{
    return silicon_protected(c->s, silicon_sector_at(c->s, addr));
}

static void cycle_power(struct chip *c)
{
    silicon_power_off(c->s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    silicon_power_on(c->s);
}

/* ---- the register ---------------------------------------------------------------- */

static void parts_are_delivered_open(void **state)
{
    static const struct {
        const char *part;
        uint32_t optcr, optcr1;
    } rows[] = {
            {"stm32f411re", 0x00FFAAED, 0}, /* measured */
            {"stm32f407vg", 0x0FFFAAED, 0},
            {"stm32f413zh", 0x7FFFAAED, 0},
            {"stm32f401cb", 0x001FAAED, 0},
            {"stm32f429zi", 0x0FFFAAED, 0x0FFF0000},
            {"stm32f429zg", 0x0FFFAAED, 0x0FFF0000},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct chip c;
        chip_open(&c, rows[i].part, NULL);
        assert_int_equal(chip_get(&c, FLASH_OPTCR), rows[i].optcr);
        assert_int_equal(chip_get(&c, FLASH_OPTCR1), rows[i].optcr1);
        size_t n;
        const struct silicon_sector *sector = silicon_sectors(c.s, &n);
        for (size_t k = 0; k < n; k++) {
            assert_false(silicon_protected(c.s, &sector[k]));
        }
        chip_close(&c);
    }
}

static void a_locked_optcr_takes_nothing(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_put(&c, FLASH_OPTCR, 0);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), DELIVERED | OPTLOCK);
    chip_put(&c, FLASH_OPTCR, DELIVERED | OPTLOCK | OPTSTRT);
    assert_int_equal(silicon_ops(c.s), 0);
    unlock_options(&c);
    chip_put(&c, FLASH_OPTCR, DELIVERED | OPTLOCK);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), DELIVERED | OPTLOCK);
    unlock_options(&c); /* locking is not for ever */
    assert_int_equal(chip_get(&c, FLASH_OPTCR), DELIVERED);
    chip_close(&c);
}

static void what_is_written_is_shown_and_not_in_force_until_stored(void **state)
{
    const uint32_t no_sector_5 = DELIVERED & ~(1u << 21);
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unlock_options(&c);
    chip_put(&c, FLASH_OPTCR, no_sector_5);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), no_sector_5);
    assert_int_equal(chip_get_narrow(&c, WRP_BYTES, 2), 0x7FFF);
    assert_false(is_protected(&c, SECTOR5));
    chip_put(&c, FLASH_OPTCR, no_sector_5 | OPTSTRT);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_BSY);
    assert_false(is_protected(&c, SECTOR5));
    chip_wait(&c);
    assert_int_equal(c.now_ns, 350000000);  /* measured */
    assert_true(is_protected(&c, SECTOR5)); /* at once, no reset needed: measured */
    assert_false(is_protected(&c, SECTOR6));
    assert_int_equal(chip_get_narrow(&c, WRP_BYTES, 2), 0x7FDF);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), no_sector_5);
    cycle_power(&c);
    assert_true(is_protected(&c, SECTOR5));
    chip_close(&c);
}

static void what_was_not_stored_is_gone_after_reset(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unlock_options(&c);
    chip_put(&c, FLASH_OPTCR, 0x0000AAEC);
    silicon_reset(c.s);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), DELIVERED | OPTLOCK);
    chip_close(&c);
}

/* The way that keeps RDP out of the data path: nWRP by a halfword, the start
 * bit by a byte. */
static void halfword_and_byte_stores_touch_only_their_lanes(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unlock_options(&c);
    chip_put_narrow(&c, FLASH_OPTCR + 2, 2, 0x00DF);
    uint32_t low = chip_get_narrow(&c, FLASH_OPTCR, 1);
    chip_put_narrow(&c, FLASH_OPTCR, 1, low | OPTSTRT);
    chip_wait(&c);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x00DFAAEC);
    assert_true(is_protected(&c, SECTOR5));
    chip_close(&c);
}

static void a_store_to_optcr_while_busy_waits(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    unlock_options(&c);
    chip_put(&c, FLASH_CR, CR_SER | CR_X32 | CR_STRT);
    chip_put(&c, FLASH_OPTCR, DELIVERED);
    assert_int_equal(c.laws[LAW_CR_BUSY], 1);
    assert_int_equal(c.now_ns, 189200000);
    chip_close(&c);
}

/* ---- write protection --------------------------------------------------------------- */

static void one_bit_protects_sectors_14_and_15_of_f413(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f413zh", NULL);
    silicon_set_options(c.s, 0x7FFFAAEC & ~(1u << 30), 0);
    assert_false(is_protected(&c, 0x08120000));
    assert_true(is_protected(&c, 0x08140000));
    assert_true(is_protected(&c, 0x08160000));
    chip_unlock(&c);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32 | 15u << CR_SNB), SR_WRPERR);
    chip_close(&c);
}

static void optcr1_protects_the_second_bank(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    unlock_options(&c);
    chip_put(&c, FLASH_OPTCR1, 0x0FFE0000);
    (void)store_options(&c, 0x0FFFAAEC); /* one start bit stores both */
    assert_true(is_protected(&c, BANK2));
    assert_false(is_protected(&c, BASE));
    assert_int_equal(chip_get_narrow(&c, WRP2_BYTES, 2), 0xFFFE);
    chip_unlock(&c);
    assert_int_equal(chip_start(&c, CR_MER1 | CR_X32), SR_WRPERR);
    chip_put(&c, FLASH_SR, SR_ALL);
    assert_int_equal(chip_start(&c, CR_MER | CR_X32), 0);
    assert_int_equal(chip_start(&c, CR_MER | CR_MER1 | CR_X32), SR_WRPERR);
    chip_close(&c);
}

/* ---- PCROP ------------------------------------------------------------------------------ */

static void sprmod_turns_the_meaning_of_nwrp_over(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t secret = 0x12345678;
    silicon_poke(c.s, SECTOR5, &secret, 4);
    silicon_set_options(c.s, SPRMOD | 1u << 21 | 0xAAEC, 0);
    assert_true(is_protected(&c, SECTOR5));
    assert_false(is_protected(&c, SECTOR6));
    assert_int_equal(chip_get(&c, SECTOR5), 0);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_RDERR);
    uint8_t line[16];
    unsigned wait;
    assert_int_equal(silicon_fetch(c.s, SECTOR5, line, &wait), SILICON_OK);
    assert_memory_equal(line, &secret, 4); /* code still runs there */
    chip_put(&c, FLASH_SR, SR_ALL);
    chip_unlock(&c);
    assert_int_equal(chip_store(&c, CR_PG | CR_X32, SECTOR5 + 4, 0), SR_WRPERR);
    chip_close(&c);
}

static void pcrop_grows_but_does_not_shrink(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    silicon_set_options(c.s, SPRMOD | 1u << 21 | 0xAAEC, 0);
    unlock_options(&c);
    assert_int_equal(store_options(&c, SPRMOD | 3u << 21 | 0xAAEC), 0);
    assert_true(is_protected(&c, SECTOR6));
    assert_int_equal(store_options(&c, SPRMOD | 1u << 21 | 0xAAEC), SR_WRPERR);
    chip_put(&c, FLASH_SR, SR_ALL);
    assert_int_equal(store_options(&c, DELIVERED), SR_WRPERR);
    assert_true(is_protected(&c, SECTOR6));
    chip_close(&c);
}

static void parts_without_pcrop_have_no_sprmod(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f407vg", NULL);
    unlock_options(&c);
    assert_int_equal(store_options(&c, SPRMOD | DB1M | BFB2 | 0x0FFFAAEC), 0);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x0FFFAAEC);
    assert_false(is_protected(&c, BASE));
    chip_close(&c);
}

/* ---- read protection --------------------------------------------------------------------- */

static void leaving_level_1_erases_the_array_and_not_otp(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t word = 0x12345678;
    silicon_poke(c.s, SECTOR5, &word, 4);
    silicon_poke(c.s, OTP, &word, 4);
    unlock_options(&c);
    assert_int_equal(store_options(&c, 0x00FF00EC), 0);
    assert_int_equal(chip_cell(&c, SECTOR5), word);
    assert_int_equal(chip_get(&c, SECTOR5), word); /* code of its own reads on */
    assert_int_equal(store_options(&c, DELIVERED), 0);
    assert_int_equal(chip_cell(&c, SECTOR5), 0xFFFFFFFF);
    assert_int_equal(chip_cell(&c, OTP), word);
    assert_int_equal(silicon_wear(c.s, BASE), 1);
    chip_close(&c);
}

static void a_cut_while_leaving_level_1_does_not_open_the_part(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    silicon_set_options(c.s, 0x00FF00EC, 0);
    unlock_options(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){SILICON_TEAR_PREFIX, 0, 128});
    (void)silicon_write(c.s, FLASH_OPTCR, 4, DELIVERED | OPTSTRT, 0);
    silicon_power_on(c.s);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x00FF00ED);
    assert_int_equal(chip_cell(&c, BASE), 0xFFFFFFFF);
    assert_int_equal(chip_cell(&c, 0x0807FFFC), 0);
    chip_close(&c);
}

static void level_2_is_for_ever(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unlock_options(&c);
    assert_int_equal(store_options(&c, 0x00FFCCEC), 0);
    assert_int_equal(store_options(&c, DELIVERED), SR_WRPERR);
    cycle_power(&c);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x00FFCCED);
    chip_close(&c);
}

static void a_debugger_gets_nothing_at_level_1(void **state)
{
    const struct silicon_conditions attached = {.untrusted = true};
    struct chip c;
    chip_open(&c, "stm32f446re", &attached);
    assert_int_equal(chip_get(&c, BASE), 0xFFFFFFFF);
    silicon_set_options(c.s, 0x00FF00EC, 0);
    chip_get_fails(&c, BASE);
    uint8_t line[16];
    unsigned wait;
    assert_int_equal(silicon_fetch(c.s, BASE, line, &wait), SILICON_BUS_ERROR);
    chip_unlock(&c);
    assert_int_equal(chip_store(&c, CR_PG | CR_X32, SECTOR5, 0), SR_WRPERR);
    chip_close(&c);
}

/* ---- a torn option write -------------------------------------------------------------------- */

/* Parts came back from the field with OPTCR = 0xCFFFFFFD: all of it erased, so
 * level 1 and everything under PCROP. */
static void an_option_write_cut_after_its_erase_bricks_as_reported(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    unlock_options(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){SILICON_TEAR_MASK, 0, 0});
    (void)silicon_write(c.s, FLASH_OPTCR, 4, 0x0FFEAAEC | OPTSTRT, 0);
    silicon_power_on(c.s);
    assert_int_equal(chip_get(&c, FLASH_OPTCR) & ~BFB2, 0xCFFFFFED);
    assert_true(is_protected(&c, BASE));
    assert_int_equal(chip_get(&c, BASE), 0);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_RDERR);
    chip_close(&c);
}

static void an_option_write_cut_before_or_after_is_old_or_new(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unlock_options(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    (void)silicon_write(c.s, FLASH_OPTCR, 4, 0x00DFAAEC | OPTSTRT, 0);
    silicon_power_on(c.s);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x00FFAAED);
    unlock_options(&c);
    silicon_plan_cut(c.s, 2, (struct silicon_tear){.kind = SILICON_TEAR_DONE});
    (void)silicon_write(c.s, FLASH_OPTCR, 4, 0x00DFAAEC | OPTSTRT, 0);
    silicon_power_on(c.s);
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x00DFAAED);
    chip_close(&c);
}

static void an_undecided_option_bit_may_load_either_way(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unlock_options(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){.kind = SILICON_TEAR_MARGINAL});
    (void)silicon_write(c.s, FLASH_OPTCR, 4, 0x00DFAAEC | OPTSTRT, 0);
    unsigned as_written = 0;
    for (int i = 0; i < 100; i++) {
        silicon_power_on(c.s);
        uint32_t optcr = chip_get(&c, FLASH_OPTCR);
        assert_int_equal(optcr & 0x00DFAAED, 0x00DFAAED); /* the zeros are in doubt */
        as_written += optcr == 0x00DFAAED;
    }
    assert_in_range(as_written, 50, 95);
    chip_close(&c);
}

/* ---- banks ------------------------------------------------------------------------------------ */

static void db1m_acts_at_the_next_reset(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zg", NULL);
    unlock_options(&c);
    assert_int_equal(store_options(&c, DB1M | 0x0FFFAAEC), 0);
    assert_int_equal(silicon_part(c.s)->banks, SILICON_DB1M_OFF);
    assert_int_equal(silicon_sector_at(c.s, 0x08080000)->number, 8);
    silicon_reset(c.s);
    assert_int_equal(silicon_part(c.s)->banks, SILICON_DB1M_ON);
    assert_int_equal(silicon_sector_at(c.s, 0x08080000)->number, 12);
    size_t n;
    (void)silicon_sectors(c.s, &n);
    assert_int_equal(n, 16);
    chip_close(&c);
}

static void a_row_that_is_split_is_delivered_split(void **state)
{
    const struct silicon_part *row =
            silicon_part_db1m(silicon_part_find("stm32f469ig"), true);
    struct silicon *s = silicon_new(row, NULL);
    assert_ptr_equal(silicon_part(s), row);
    assert_int_equal(silicon_reg(s, SILICON_OPTCR), DB1M | 0x0FFFAAED);
    silicon_set_options(s, 0x0FFFAAEC, 0x0FFF0000);
    silicon_reset(s);
    assert_int_equal(silicon_part(s)->banks, SILICON_DB1M_OFF);
    silicon_free(s);
}

static void db1m_means_nothing_to_2_mib_parts(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    const struct silicon_part *row = silicon_part(c.s);
    silicon_set_options(c.s, DB1M | 0x0FFFAAEC, 0x0FFF0000);
    silicon_reset(c.s);
    assert_ptr_equal(silicon_part(c.s), row);
    chip_close(&c);
}

static void a_bank_is_erased_by_its_own_bit(void **state)
{
    const uint32_t word = 0;
    for (unsigned bits = 1; bits <= 3; bits++) {
        struct chip c;
        chip_open(&c, "stm32f429zi", NULL);
        silicon_poke(c.s, BASE, &word, 4);
        silicon_poke(c.s, BANK2, &word, 4);
        chip_unlock(&c);
        uint32_t cr = CR_X32 | ((bits & 1u) != 0 ? CR_MER : 0) |
                      ((bits & 2u) != 0 ? CR_MER1 : 0);
        assert_int_equal(chip_start(&c, cr), 0);
        assert_int_equal(chip_cell(&c, BASE), (bits & 1u) != 0 ? 0xFFFFFFFF : 0);
        assert_int_equal(chip_cell(&c, BANK2), (bits & 2u) != 0 ? 0xFFFFFFFF : 0);
        assert_true(c.now_ns == 8000000000u);
        chip_close(&c);
    }
}

static void one_bank_is_read_while_the_other_is_erased(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_SER | CR_X32 | 16u << CR_SNB | CR_STRT);
    (void)chip_get(&c, BASE);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 0);
    (void)chip_get(&c, 0x081FFFFC);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 1);
    chip_close(&c);
    chip_open(&c, "stm32f429zg", NULL); /* not split: no such luck */
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_SER | CR_X32 | 8u << CR_SNB | CR_STRT);
    (void)chip_get(&c, BASE);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 1);
    chip_close(&c);
}

static void a_swap_exchanges_addresses_not_sectors(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    const uint32_t one = 1;
    const uint32_t two = 2;
    silicon_poke(c.s, BASE, &one, 4);
    silicon_poke(c.s, BANK2, &two, 4);
    silicon_swap(c.s, true);
    assert_int_equal(chip_get(&c, BASE), 2);
    assert_int_equal(chip_get(&c, 0), 2);
    assert_int_equal(chip_get(&c, BANK2), 1);
    assert_int_equal(chip_cell(&c, BASE), 1); /* the view from outside is the die's */
    uint64_t id;
    const uint8_t *page = silicon_page(c.s, BASE, &id);
    assert_int_equal(page[0], 2); /* code is followed as the core sees it */
    chip_unlock(&c);
    chip_program(&c, BASE + 4, 0);
    assert_int_equal(chip_cell(&c, BANK2 + 4), 0);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32 | 16u << CR_SNB), 0);
    assert_int_equal(chip_get(&c, BASE), 0xFFFFFFFF);
    assert_int_equal(chip_get(&c, BANK2), 1);
    chip_close(&c);
}

static void snb_and_nwrp_follow_the_swap_if_so_asked(void **state)
{
    const struct silicon_conditions follows = {.snb_follows_swap = true};
    struct chip c;
    chip_open(&c, "stm32f429zi", &follows);
    silicon_set_options(c.s, 0x0FFEAAEC, 0x0FFF0000);
    assert_true(is_protected(&c, BASE));
    silicon_swap(c.s, true);
    assert_false(is_protected(&c, BASE));
    assert_true(is_protected(&c, BANK2));
    chip_unlock(&c);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32), SR_WRPERR);
    chip_put(&c, FLASH_SR, SR_ALL);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32 | 16u << CR_SNB), 0);
    assert_int_equal(c.last[SILICON_EV_ERASE].addr, BASE);
    chip_close(&c);
}

static void bfb2_boots_bank_2_if_there_is_something_to_boot(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    const uint32_t one = 1;
    const uint32_t stack = 0x20030000;
    silicon_poke(c.s, BASE, &one, 4);
    unlock_options(&c);
    assert_int_equal(store_options(&c, BFB2 | 0x0FFFAAEC), 0);
    assert_int_equal(chip_get(&c, BASE), 1);
    silicon_reset(c.s);
    assert_int_equal(chip_get(&c, BASE), 1); /* bank 2 is blank */
    silicon_poke(c.s, BANK2, &stack, 4);
    silicon_reset(c.s);
    assert_int_equal(chip_get(&c, BASE), stack);
    assert_int_equal(chip_get(&c, BANK2), 1);
    chip_close(&c);
}

/* ---- OTP ------------------------------------------------------------------------------------------ */

static void otp_is_programmed_like_the_array_and_erased_by_nothing(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    chip_program(&c, OTP + 508, 0xFFFF0000);
    chip_program(&c, OTP + 508, 0xFF000000);
    assert_int_equal(chip_get(&c, OTP + 508), 0xFF000000);
    assert_int_equal(chip_start(&c, CR_MER | CR_X32), 0);
    assert_int_equal(chip_get(&c, OTP + 508), 0xFF000000);
    chip_close(&c);
}

static void only_a_lock_byte_of_0_locks_its_block(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    const uint32_t cr = CR_PG | CR_X8;
    assert_int_equal(chip_store_narrow(&c, cr, OTP_LOCKS + 15, 1, 0x5A), 0);
    assert_int_equal(chip_store_narrow(&c, cr, OTP + 511, 1, 0xF0), 0);
    assert_int_equal(chip_store_narrow(&c, cr, OTP_LOCKS + 15, 1, 0x00), 0);
    assert_int_equal(chip_store_narrow(&c, cr, OTP + 511, 1, 0x00), SR_WRPERR);
    chip_put(&c, FLASH_SR, SR_ALL);
    assert_int_equal(chip_store_narrow(&c, cr, OTP + 479, 1, 0x00), 0); /* block 14 */
    assert_int_equal(chip_get_narrow(&c, OTP + 511, 1), 0xF0);
    chip_close(&c);
}

static void an_image_may_bring_option_bytes_and_otp(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    const uint8_t nwrp[2] = {0xDF, 0x0F};
    const uint8_t nwrp2[2] = {0xFE, 0x0F};
    const uint8_t nothing[2] = {0, 0};
    silicon_poke(c.s, WRP_BYTES, nwrp, 2);
    silicon_poke(c.s, WRP2_BYTES, nwrp2, 2);
    silicon_poke(c.s, WRP_BYTES + 2, nothing, 2); /* no such bytes */
    assert_true(is_protected(&c, SECTOR5));
    assert_true(is_protected(&c, BANK2));
    assert_false(is_protected(&c, SECTOR6));
    assert_int_equal(chip_get(&c, FLASH_OPTCR), 0x0FDFAAED);
    assert_int_equal(chip_get(&c, FLASH_OPTCR1), 0x0FFE0000);
    chip_close(&c);
}

static void the_signature_tells_size_and_identity(void **state)
{
    const struct silicon_conditions other = {.seed = 77};
    struct chip a;
    struct chip b;
    chip_open(&a, "stm32f413zh", NULL);
    chip_open(&b, "stm32f413zh", &other);
    assert_int_equal(chip_get_narrow(&a, 0x1FFF7A22, 2), 1536);
    assert_int_not_equal(chip_get(&a, 0x1FFF7A10), chip_get(&b, 0x1FFF7A10));
    assert_int_equal(chip_get(&a, 0x1FFF7A14), chip_get(&b, 0x1FFF7A14));
    assert_int_equal(chip_get(&a, 0x1FFF0000) >> 28, 2); /* a stack in RAM */
    chip_close(&a);
    chip_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(parts_are_delivered_open),
            cmocka_unit_test(a_locked_optcr_takes_nothing),
            cmocka_unit_test(what_is_written_is_shown_and_not_in_force_until_stored),
            cmocka_unit_test(what_was_not_stored_is_gone_after_reset),
            cmocka_unit_test(halfword_and_byte_stores_touch_only_their_lanes),
            cmocka_unit_test(a_store_to_optcr_while_busy_waits),
            cmocka_unit_test(one_bit_protects_sectors_14_and_15_of_f413),
            cmocka_unit_test(optcr1_protects_the_second_bank),
            cmocka_unit_test(sprmod_turns_the_meaning_of_nwrp_over),
            cmocka_unit_test(pcrop_grows_but_does_not_shrink),
            cmocka_unit_test(parts_without_pcrop_have_no_sprmod),
            cmocka_unit_test(leaving_level_1_erases_the_array_and_not_otp),
            cmocka_unit_test(a_cut_while_leaving_level_1_does_not_open_the_part),
            cmocka_unit_test(level_2_is_for_ever),
            cmocka_unit_test(a_debugger_gets_nothing_at_level_1),
            cmocka_unit_test(an_option_write_cut_after_its_erase_bricks_as_reported),
            cmocka_unit_test(an_option_write_cut_before_or_after_is_old_or_new),
            cmocka_unit_test(an_undecided_option_bit_may_load_either_way),
            cmocka_unit_test(db1m_acts_at_the_next_reset),
            cmocka_unit_test(a_row_that_is_split_is_delivered_split),
            cmocka_unit_test(db1m_means_nothing_to_2_mib_parts),
            cmocka_unit_test(a_bank_is_erased_by_its_own_bit),
            cmocka_unit_test(one_bank_is_read_while_the_other_is_erased),
            cmocka_unit_test(a_swap_exchanges_addresses_not_sectors),
            cmocka_unit_test(snb_and_nwrp_follow_the_swap_if_so_asked),
            cmocka_unit_test(bfb2_boots_bank_2_if_there_is_something_to_boot),
            cmocka_unit_test(otp_is_programmed_like_the_array_and_erased_by_nothing),
            cmocka_unit_test(only_a_lock_byte_of_0_locks_its_block),
            cmocka_unit_test(an_image_may_bring_option_bytes_and_otp),
            cmocka_unit_test(the_signature_tells_size_and_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
