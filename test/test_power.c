/* test_power.c - what a loss of power or a reset leaves: exactly what each
 * kind of tear may, and nothing else anywhere.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "support/chip.h"
#include "support/cm.h"

enum { SECTOR1 = 0x08004000, SECTOR2 = 0x08008000, SECTOR3 = 0x0800C000 };
enum { SIZE = 0x4000, WORDS = SIZE / 4, OTP = 0x1FFF7800 };

#define ERASE(n) (CR_SER | CR_X32 | (uint32_t)(n) << CR_SNB)

/* A word of no pattern for each place. */
static uint32_t scrambled(uint32_t i)
{
    uint32_t x = (i + 1) * 2654435761u;
    return x ^ (x >> 15);
}

static void fill(struct chip *c, uint32_t addr)
{
    for (uint32_t i = 0; i < WORDS; i++) {
        uint32_t word = scrambled(i);
        silicon_poke(c->s, addr + i * 4, &word, 4);
    }
}

static void on_again(struct chip *c)
{
    assert_int_equal(c->lost, 1);
    silicon_power_on(c->s);
}

/* Program `value` over `before`, torn. The chip is on again after. */
static void torn_program(
        struct chip *c, uint32_t before, uint32_t value, struct silicon_tear tear)
{
    chip_open(c, "stm32f446re", NULL);
    silicon_poke(c->s, SECTOR1, &before, 4);
    chip_unlock(c);
    silicon_plan_cut(c->s, 1, tear);
    chip_put(c, FLASH_CR, CR_PG | CR_X32);
    chip_put(c, SECTOR1, value);
    silicon_drain(c->s);
    on_again(c);
}

/* Erase sector 2, full of scrambled words, torn; its neighbours are full too. */
static void torn_erase(struct chip *c, struct silicon_tear tear)
{
    chip_open(c, "stm32f446re", NULL);
    fill(c, SECTOR1);
    fill(c, SECTOR2);
    fill(c, SECTOR3);
    chip_unlock(c);
    silicon_plan_cut(c->s, 1, tear);
    assert_int_equal(
            silicon_write(c->s, FLASH_CR, 4, ERASE(2) | CR_STRT, 0), SILICON_POWER_LOST);
    on_again(c);
    for (uint32_t i = 0; i < WORDS; i++) {
        assert_int_equal(chip_cell(c, SECTOR1 + i * 4), scrambled(i));
        assert_int_equal(chip_cell(c, SECTOR3 + i * 4), scrambled(i));
    }
}

/* ---- off ---------------------------------------------------------------------- */

static void without_power_every_access_is_a_bus_error(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    silicon_power_off(c.s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    chip_get_fails(&c, SECTOR1);
    chip_get_fails(&c, FLASH_SR);
    chip_put_fails(&c, FLASH_KEYR, KEY1);
    uint8_t line[16];
    unsigned wait;
    assert_int_equal(silicon_fetch(c.s, SECTOR1, line, &wait), SILICON_BUS_ERROR);
    silicon_power_on(c.s);
    chip_unlock(&c);
    assert_int_equal(c.lost, 0); /* the owner cut it and knows */
    chip_close(&c);
}

static void power_lost_at_rest_changes_no_cell(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    fill(&c, SECTOR1);
    uint64_t before = silicon_hash(c.s);
    silicon_power_off(c.s, (struct silicon_tear){.kind = SILICON_TEAR_RANDOM});
    silicon_power_on(c.s);
    assert_true(silicon_hash(c.s) == before);
    assert_int_equal(c.last[SILICON_EV_CUT].op, 0);
    chip_close(&c);
}

static void a_store_still_in_the_buffer_is_lost_with_the_power(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, SECTOR1, 0);
    silicon_power_off(c.s, (struct silicon_tear){.kind = SILICON_TEAR_DONE});
    silicon_power_on(c.s);
    assert_int_equal(chip_cell(&c, SECTOR1), 0xFFFFFFFF);
    assert_int_equal(silicon_ops(c.s), 0);
    chip_close(&c);
}

/* ---- a torn program --------------------------------------------------------------- */

static const uint32_t pairs[][2] = {
        {0xFFFFFFFF, 0x00000000},
        {0xFFFFFFFF, 0x12345678},
        {0xFFFF0000, 0x00FFFF00},
        {0x0F0F0F0F, 0x0F0F0F0F},
};
enum { PAIRS = 4, SEEDS = 50 };

static void none_leaves_the_old_word_and_done_the_new(void **state)
{
    for (int i = 0; i < PAIRS; i++) {
        struct chip c;
        torn_program(&c, pairs[i][0], pairs[i][1],
                (struct silicon_tear){.kind = SILICON_TEAR_NONE});
        assert_int_equal(chip_cell(&c, SECTOR1), pairs[i][0]);
        chip_close(&c);
        torn_program(&c, pairs[i][0], pairs[i][1],
                (struct silicon_tear){.kind = SILICON_TEAR_DONE});
        assert_int_equal(chip_cell(&c, SECTOR1), pairs[i][0] & pairs[i][1]);
        assert_int_equal(chip_loose(&c, SECTOR1), 0);
        chip_close(&c);
    }
}

static void mask_clears_just_its_bits_of_those_intended(void **state)
{
    const uint32_t mask = 0x0FF000F0;
    for (int i = 0; i < PAIRS; i++) {
        struct chip c;
        torn_program(&c, pairs[i][0], pairs[i][1],
                (struct silicon_tear){.kind = SILICON_TEAR_MASK, .mask = mask});
        uint32_t todo = pairs[i][0] & ~pairs[i][1];
        assert_int_equal(chip_cell(&c, SECTOR1), pairs[i][0] & ~(todo & mask));
        assert_int_equal(chip_loose(&c, SECTOR1), 0);
        chip_close(&c);
    }
}

static void a_mask_counts_from_the_units_own_first_bit(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){SILICON_TEAR_MASK, 0, 0x0F});
    chip_put(&c, FLASH_CR, CR_PG | CR_X8);
    chip_put_narrow(&c, SECTOR1 + 2, 1, 0);
    silicon_drain(c.s);
    on_again(&c);
    assert_int_equal(chip_cell(&c, SECTOR1), 0xFFF0FFFF);
    chip_close(&c);
}

static void random_clears_some_of_the_intended_bits_and_no_other(void **state)
{
    uint32_t sometimes = 0;
    uint32_t always = ~0u;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        struct chip c;
        torn_program(&c, 0xFFFF00FF, 0x0000FFFF,
                (struct silicon_tear){SILICON_TEAR_RANDOM, seed, 0});
        uint32_t cleared = 0xFFFF00FF & ~chip_cell(&c, SECTOR1);
        assert_int_equal(cleared & ~0xFFFF0000u, 0);
        assert_int_equal(chip_loose(&c, SECTOR1), 0);
        sometimes |= cleared;
        always &= cleared;
        chip_close(&c);
    }
    assert_int_equal(sometimes, 0xFFFF0000);
    assert_int_equal(always, 0);
}

static void unstable_leaves_at_least_one_intended_bit_undecided(void **state)
{
    uint32_t ever = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        struct chip c;
        torn_program(&c, 0xFFFFFFFF, 0x000000FF,
                (struct silicon_tear){SILICON_TEAR_UNSTABLE, seed, 0xFFFF0000});
        uint32_t loose = chip_loose(&c, SECTOR1);
        assert_int_not_equal(loose, 0);
        assert_int_equal(loose & ~0xFFFF0000u, 0); /* mask limits it */
        assert_int_equal(~chip_cell(&c, SECTOR1) & 0xFF, 0);
        ever |= loose;
        chip_close(&c);
    }
    assert_int_equal(ever, 0xFFFF0000);
}

static void an_identical_rewrite_has_nothing_to_tear(void **state)
{
    for (int kind = SILICON_TEAR_NONE; kind <= SILICON_TEAR_MARGINAL; kind++) {
        struct chip c;
        torn_program(&c, 0x0F0F0F0F, 0x0F0F0F0F,
                (struct silicon_tear){(enum silicon_tear_kind)kind, 1, 0xFFFFFFFF});
        assert_int_equal(chip_cell(&c, SECTOR1), 0x0F0F0F0F);
        assert_int_equal(chip_loose(&c, SECTOR1), 0);
        chip_close(&c);
    }
}

static void marginal_mostly_reads_as_done_and_not_always(void **state)
{
    struct chip c;
    torn_program(&c, 0xFFFFFFFF, 0x0000FFFF,
            (struct silicon_tear){.kind = SILICON_TEAR_MARGINAL});
    assert_int_equal(chip_loose(&c, SECTOR1), 0xFFFF0000);
    unsigned done = 0;
    for (int i = 0; i < 400; i++) {
        uint32_t word = chip_get(&c, SECTOR1);
        assert_int_equal(word & 0xFFFF, 0xFFFF);
        done += word == 0x0000FFFF;
    }
    assert_in_range(done, 250, 350); /* three of four */
    chip_close(&c);
}

static void prefix_and_zeroed_of_a_program_count_its_bits(void **state)
{
    struct chip c;
    torn_program(&c, 0xFFFFFFFF, 0, (struct silicon_tear){SILICON_TEAR_PREFIX, 0, 64});
    assert_int_equal(chip_cell(&c, SECTOR1), 0xFFFFFF00);
    chip_close(&c);
    torn_program(&c, 0xFFFFFFFF, 0, (struct silicon_tear){SILICON_TEAR_PREFIX, 0, 256});
    assert_int_equal(chip_cell(&c, SECTOR1), 0);
    chip_close(&c);
    torn_program(&c, 0xFFFFFFFF, 7, (struct silicon_tear){.kind = SILICON_TEAR_ZEROED});
    assert_int_equal(chip_cell(&c, SECTOR1), 7);
    chip_close(&c);
}

/* ---- a torn erase -------------------------------------------------------------------- */

static void an_erase_cut_before_it_began_changes_nothing(void **state)
{
    struct chip c;
    torn_erase(&c, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    for (uint32_t i = 0; i < WORDS; i++) {
        assert_int_equal(chip_cell(&c, SECTOR2 + i * 4), scrambled(i));
    }
    assert_int_equal(silicon_wear(c.s, SECTOR2), 0);
    chip_close(&c);
}

static void an_erase_cut_just_after_is_done(void **state)
{
    struct chip c;
    torn_erase(&c, (struct silicon_tear){.kind = SILICON_TEAR_DONE});
    assert_true(chip_blank(&c, SECTOR2, SIZE));
    assert_int_equal(silicon_wear(c.s, SECTOR2), 1);
    chip_close(&c);
}

static void zeroed_leaves_only_zeros_and_wear(void **state)
{
    struct chip c;
    torn_erase(&c, (struct silicon_tear){.kind = SILICON_TEAR_ZEROED});
    for (uint32_t i = 0; i < WORDS; i++) {
        assert_int_equal(chip_cell(&c, SECTOR2 + i * 4), 0);
    }
    assert_int_equal(silicon_wear(c.s, SECTOR2), 1);
    chip_close(&c);
}

static void prefix_leaves_ones_before_and_zeros_behind(void **state)
{
    static const uint32_t eighths[] = {0, 1, 5, 8};
    for (size_t k = 0; k < sizeof(eighths) / sizeof(*eighths); k++) {
        struct chip c;
        torn_erase(&c, (struct silicon_tear){SILICON_TEAR_PREFIX, 0, eighths[k] * 32});
        for (uint32_t i = 0; i < WORDS; i++) {
            uint32_t want = i < WORDS / 8 * eighths[k] ? 0xFFFFFFFF : 0;
            assert_int_equal(chip_cell(&c, SECTOR2 + i * 4), want);
        }
        chip_close(&c);
    }
}

/* Codes 0, 1, 2, 3 from byte 0 on: before, zero, ones, ones. */
static void mask_of_an_erase_names_the_fate_of_each_byte(void **state)
{
    struct chip c;
    torn_erase(&c, (struct silicon_tear){SILICON_TEAR_MASK, 0, 0x000000E4});
    for (uint32_t i = 0; i < WORDS; i++) {
        uint32_t want = scrambled(i);
        if (i % 4 == 0) {
            want = 0xFFFF0000 | (want & 0xFF);
        }
        assert_int_equal(chip_cell(&c, SECTOR2 + i * 4), want);
    }
    chip_close(&c);
}

static void random_leaves_any_mixture_and_no_undecided_bit(void **state)
{
    struct chip c;
    torn_erase(&c, (struct silicon_tear){SILICON_TEAR_RANDOM, 7, 0});
    unsigned old = 0;
    unsigned ones = 0;
    unsigned zeros = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        uint32_t cell = chip_cell(&c, SECTOR2 + i * 4);
        assert_int_equal(chip_loose(&c, SECTOR2 + i * 4), 0);
        uint32_t bit = 1u << i % 32;
        old += (cell & bit) == (scrambled(i) & bit);
        ones += (cell & bit) != 0;
        zeros += (cell & bit) == 0;
    }
    assert_in_range(old, WORDS * 6 / 10, WORDS * 9 / 10);
    assert_in_range(ones, WORDS / 3, WORDS * 2 / 3);
    assert_in_range(zeros, WORDS / 3, WORDS * 2 / 3);
    chip_close(&c);
}

static void unstable_leaves_undecided_bits_within_its_mask(void **state)
{
    struct chip c;
    torn_erase(&c, (struct silicon_tear){SILICON_TEAR_UNSTABLE, 7, 0x0000FFFF});
    unsigned loose = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        uint32_t bits = chip_loose(&c, SECTOR2 + i * 4);
        assert_int_equal(bits & 0xFFFF0000, 0);
        loose += bits != 0;
    }
    assert_in_range(loose, WORDS * 9 / 10, WORDS);
    chip_close(&c);
}

static void marginal_looks_blank_and_was_not_settled_where_it_changed(void **state)
{
    struct chip c;
    torn_erase(&c, (struct silicon_tear){.kind = SILICON_TEAR_MARGINAL});
    unsigned blank = 0;
    for (uint32_t i = 0; i < WORDS; i++) {
        assert_int_equal(chip_loose(&c, SECTOR2 + i * 4), ~scrambled(i));
        blank += chip_get(&c, SECTOR2 + i * 4) == 0xFFFFFFFF;
    }
    assert_in_range(blank, WORDS * 7 / 10, WORDS * 8 / 10);
    chip_close(&c);
}

static void a_torn_mass_erase_spares_only_otp(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t kept = 0x12345678;
    silicon_poke(c.s, OTP, &kept, 4);
    chip_unlock(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){.kind = SILICON_TEAR_ZEROED});
    assert_int_equal(silicon_write(c.s, FLASH_CR, 4, CR_MER | CR_X32 | CR_STRT, 0),
            SILICON_POWER_LOST);
    on_again(&c);
    assert_int_equal(chip_cell(&c, 0x08000000), 0);
    assert_int_equal(chip_cell(&c, 0x0807FFFC), 0);
    assert_int_equal(chip_cell(&c, OTP), kept);
    chip_close(&c);
}

/* ---- which operation, and when --------------------------------------------------------- */

static void a_cut_strikes_the_operation_it_was_planned_for(void **state)
{
    for (uint32_t at = 1; at <= 6; at++) {
        struct chip c;
        chip_open(&c, "stm32f446re", NULL);
        chip_unlock(&c);
        silicon_plan_cut(c.s, at, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
        uint32_t done = 0;
        for (uint32_t i = 0; i < 6 && c.lost == 0; i++) {
            (void)silicon_write(c.s, FLASH_CR, 4, CR_PG | CR_X32, 0);
            (void)silicon_write(c.s, SECTOR1 + i * 4, 4, 0, 0);
            silicon_drain(c.s);
            done += c.lost == 0;
            chip_wait(&c);
        }
        assert_int_equal(done, at - 1);
        assert_int_equal(c.lost, 1);
        assert_int_equal(c.last[SILICON_EV_CUT].op, at);
        assert_int_equal(silicon_ops(c.s), at);
        silicon_power_on(c.s);
        for (uint32_t i = 0; i < 6; i++) {
            uint32_t want = i + 1 < at ? 0 : 0xFFFFFFFF;
            assert_int_equal(chip_cell(&c, SECTOR1 + i * 4), want);
        }
        chip_close(&c);
    }
}

static void a_plan_taken_back_does_nothing(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    silicon_plan_cut(c.s, 0, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    chip_program(&c, SECTOR1, 0);
    assert_int_equal(c.lost, 0);
    chip_close(&c);
}

/* The store left its buffer long ago by the clock, and was cut then. */
static void a_planned_cut_strikes_even_if_noticed_late(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    silicon_plan_cut(c.s, 1, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, SECTOR1, 0);
    c.now_ns += 1000000;
    uint32_t value;
    assert_int_equal(silicon_read(c.s, SECTOR1, 4, &value), SILICON_POWER_LOST);
    assert_int_equal(c.kinds[SILICON_EV_CUT], 1);
    on_again(&c);
    assert_int_equal(chip_cell(&c, SECTOR1), 0xFFFFFFFF);
    chip_close(&c);
}

static void the_owner_may_cut_by_the_clock(void **state)
{
    for (int late = 0; late < 2; late++) {
        struct chip c;
        chip_open(&c, "stm32f446re", NULL);
        chip_unlock(&c);
        chip_put(&c, FLASH_CR, CR_PG | CR_X32);
        chip_put(&c, SECTOR1, 0);
        silicon_drain(c.s);
        c.now_ns = silicon_busy_until(c.s) - (late != 0 ? 0 : 1);
        silicon_power_off(c.s, (struct silicon_tear){SILICON_TEAR_MASK, 0, 1});
        silicon_power_on(c.s);
        assert_int_equal(chip_cell(&c, SECTOR1), late != 0 ? 0 : 0xFFFFFFFE);
        assert_int_equal(c.last[SILICON_EV_CUT].op, late != 0 ? 0 : 1);
        chip_close(&c);
    }
}

/* ---- resets -------------------------------------------------------------------------------- */

static void a_reset_inside_a_program_tears_just_its_bits(void **state)
{
    unsigned undecided = 0;
    for (uint32_t seed = 0; seed < 20; seed++) {
        const struct silicon_conditions cond = {.seed = seed};
        struct chip c;
        chip_open(&c, "stm32f446re", &cond);
        chip_unlock(&c);
        chip_put(&c, FLASH_CR, CR_PG | CR_X32);
        chip_put(&c, SECTOR1, 0xFFFF0000);
        silicon_drain(c.s);
        silicon_reset(c.s);
        assert_int_equal(chip_get(&c, FLASH_SR), 0);
        assert_int_equal(chip_get(&c, FLASH_CR), CR_LOCK);
        assert_int_equal(chip_cell(&c, SECTOR1) | 0xFFFF, 0xFFFFFFFF);
        undecided += chip_loose(&c, SECTOR1) != 0;
        assert_int_equal(chip_cell(&c, SECTOR1 + 4), 0xFFFFFFFF);
        chip_close(&c);
    }
    assert_int_equal(undecided, 20);
}

static void a_reset_inside_an_option_write_may_close_the_part(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_put(&c, FLASH_OPTKEYR, OPTKEY1);
    chip_put(&c, FLASH_OPTKEYR, OPTKEY2);
    chip_put(&c, FLASH_OPTCR, 0x00FE00EC | 0xAA00 | 2);
    silicon_reset(c.s);
    assert_int_equal(c.laws[LAW_RESET_BUSY], 1);
    assert_int_not_equal(chip_get(&c, FLASH_OPTCR) | 1, 0x00FFAAED);
    chip_close(&c);
}

static void an_operation_may_survive_a_reset_if_so_asked(void **state)
{
    const struct silicon_conditions cond = {.busy_survives_reset = true};
    struct chip c;
    chip_open(&c, "stm32f446re", &cond);
    fill(&c, SECTOR2);
    chip_unlock(&c);
    chip_put(&c, FLASH_CR, ERASE(2) | CR_STRT);
    silicon_reset(c.s);
    assert_int_equal(chip_get(&c, FLASH_SR), SR_BSY);
    assert_int_equal(chip_get(&c, FLASH_CR), CR_LOCK);
    chip_wait(&c);
    assert_int_equal(chip_get(&c, FLASH_SR), 0);
    assert_true(chip_blank(&c, SECTOR2, SIZE));
    chip_close(&c);
}

/* ---- undecided cells --------------------------------------------------------------------------- */

static void an_undecided_bit_reads_anew_each_time_and_survives_power(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t bits = 0x80000001;
    silicon_unsettle(c.s, SECTOR1, &bits, 4);
    silicon_power_off(c.s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    silicon_power_on(c.s);
    unsigned seen[4] = {0, 0, 0, 0};
    for (int i = 0; i < 100; i++) {
        uint32_t word = chip_get(&c, SECTOR1);
        assert_int_equal(word & 0x7FFFFFFE, 0x7FFFFFFE);
        seen[(word >> 31) * 2 + (word & 1u)]++;
    }
    for (int i = 0; i < 4; i++) {
        assert_in_range(seen[i], 10, 45);
    }
    chip_close(&c);
}

static void a_new_seed_decides_how_undecided_bits_read(void **state)
{
    struct chip c;
    torn_program(&c, 0xFFFFFFFF, 0,
            (struct silicon_tear){.kind = SILICON_TEAR_UNSTABLE, .seed = 1});
    uint32_t first[2][4];
    for (unsigned seed = 0; seed < 2; seed++) {
        for (unsigned again = 0; again < 2; again++) {
            silicon_reseed(c.s, seed);
            for (unsigned i = 0; i < 4; i++) {
                uint32_t word = chip_get(&c, SECTOR1);
                first[seed][i] = again == 0 ? word : first[seed][i];
                assert_int_equal(word, first[seed][i]);
            }
        }
    }
    assert_memory_not_equal(first[0], first[1], sizeof(first[0]));
    chip_close(&c);
}

static void programming_it_to_0_settles_it_and_to_1_does_not(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t bits = 0x000000FF;
    silicon_unsettle(c.s, SECTOR1, &bits, 4);
    chip_unlock(&c);
    chip_program(&c, SECTOR1, 0xFFFFFFF0);
    assert_int_equal(chip_loose(&c, SECTOR1), 0x000000F0);
    assert_int_equal(chip_cell(&c, SECTOR1), 0xFFFFFFF0);
    assert_int_equal(c.laws[LAW_BITS], 0); /* a 1 over it asks for nothing lost */
    chip_close(&c);
}

static void an_erase_settles_it(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t bits = 0x000000FF;
    silicon_unsettle(c.s, SECTOR2, &bits, 4);
    chip_unlock(&c);
    assert_int_equal(chip_start(&c, ERASE(2)), 0);
    assert_int_equal(chip_loose(&c, SECTOR2), 0);
    chip_close(&c);
}

/* ---- cells written out of specification ------------------------------------------------------------ */

static void a_weak_erase_fades_where_it_had_to_release_cells(void **state)
{
    const struct silicon_conditions cond = {.vdd_mv = 2699};
    struct chip c;
    chip_open(&c, "stm32f446re", &cond);
    fill(&c, SECTOR2);
    chip_unlock(&c);
    assert_int_equal(chip_start(&c, ERASE(2)), 0);
    for (uint32_t i = 0; i < WORDS; i++) {
        assert_int_equal(chip_get(&c, SECTOR2 + i * 4), 0xFFFFFFFF);
    }
    silicon_reset(c.s); /* the power stays on */
    assert_int_equal(chip_loose(&c, SECTOR2), 0);
    silicon_power_off(c.s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    silicon_power_on(c.s);
    for (uint32_t i = 0; i < WORDS; i++) {
        assert_int_equal(chip_loose(&c, SECTOR2 + i * 4), ~scrambled(i));
    }
    chip_close(&c);
}

static void a_proper_rewrite_mends_a_weak_cell(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    silicon_conditions(c.s)->vdd_mv = 2000;
    chip_program(&c, SECTOR1, 0xFFFF0000);
    silicon_conditions(c.s)->vdd_mv = 3300;
    chip_program(&c, SECTOR1, 0xFFFFFF00);
    silicon_power_off(c.s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    silicon_power_on(c.s);
    assert_int_equal(chip_loose(&c, SECTOR1), 0x0000FF00);
    chip_close(&c);
}

static void each_width_has_its_least_supply(void **state)
{
    static const struct {
        uint32_t psize, mv;
        bool ok;
    } rows[] = {{CR_X8, 1700, true}, {CR_X8, 1699, false}, {CR_X16, 2100, true},
            {CR_X16, 2099, false}, {CR_X32, 2700, true}, {CR_X32, 2699, false}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const struct silicon_conditions cond = {.vdd_mv = rows[i].mv};
        struct chip c;
        chip_open(&c, "stm32f446re", &cond);
        chip_unlock(&c);
        (void)chip_start(&c, CR_SER | rows[i].psize);
        assert_int_equal(c.laws[LAW_SUPPLY], rows[i].ok ? 0 : 1);
        chip_close(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(without_power_every_access_is_a_bus_error),
            cmocka_unit_test(power_lost_at_rest_changes_no_cell),
            cmocka_unit_test(a_store_still_in_the_buffer_is_lost_with_the_power),
            cmocka_unit_test(none_leaves_the_old_word_and_done_the_new),
            cmocka_unit_test(mask_clears_just_its_bits_of_those_intended),
            cmocka_unit_test(a_mask_counts_from_the_units_own_first_bit),
            cmocka_unit_test(random_clears_some_of_the_intended_bits_and_no_other),
            cmocka_unit_test(unstable_leaves_at_least_one_intended_bit_undecided),
            cmocka_unit_test(an_identical_rewrite_has_nothing_to_tear),
            cmocka_unit_test(marginal_mostly_reads_as_done_and_not_always),
            cmocka_unit_test(prefix_and_zeroed_of_a_program_count_its_bits),
            cmocka_unit_test(an_erase_cut_before_it_began_changes_nothing),
            cmocka_unit_test(an_erase_cut_just_after_is_done),
            cmocka_unit_test(zeroed_leaves_only_zeros_and_wear),
            cmocka_unit_test(prefix_leaves_ones_before_and_zeros_behind),
            cmocka_unit_test(mask_of_an_erase_names_the_fate_of_each_byte),
            cmocka_unit_test(random_leaves_any_mixture_and_no_undecided_bit),
            cmocka_unit_test(unstable_leaves_undecided_bits_within_its_mask),
            cmocka_unit_test(marginal_looks_blank_and_was_not_settled_where_it_changed),
            cmocka_unit_test(a_torn_mass_erase_spares_only_otp),
            cmocka_unit_test(a_cut_strikes_the_operation_it_was_planned_for),
            cmocka_unit_test(a_plan_taken_back_does_nothing),
            cmocka_unit_test(a_planned_cut_strikes_even_if_noticed_late),
            cmocka_unit_test(the_owner_may_cut_by_the_clock),
            cmocka_unit_test(a_reset_inside_a_program_tears_just_its_bits),
            cmocka_unit_test(a_reset_inside_an_option_write_may_close_the_part),
            cmocka_unit_test(an_operation_may_survive_a_reset_if_so_asked),
            cmocka_unit_test(an_undecided_bit_reads_anew_each_time_and_survives_power),
            cmocka_unit_test(a_new_seed_decides_how_undecided_bits_read),
            cmocka_unit_test(programming_it_to_0_settles_it_and_to_1_does_not),
            cmocka_unit_test(an_erase_settles_it),
            cmocka_unit_test(a_weak_erase_fades_where_it_had_to_release_cells),
            cmocka_unit_test(a_proper_rewrite_mends_a_weak_cell),
            cmocka_unit_test(each_width_has_its_least_supply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
