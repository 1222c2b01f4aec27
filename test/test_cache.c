/* test_cache.c - the ART accelerator: what it keeps, for how long, and when it
 * lies.
 *
 * A word that is changed behind the chip's back (silicon_poke) shows whether a
 * read came from a cache: the cache has the old one.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/chip.h"
#include "support/cm.h"

#include <string.h>

enum { BASE = 0x08000000, SECTOR5 = 0x08020000, ROW = 16 };
enum { OLD = 0x0DDF00D5, NEW = 0x12345678 };

static void fill(struct chip *c, uint32_t addr, uint32_t rows, uint32_t value)
{
    for (uint32_t i = 0; i < rows * ROW; i += 4) {
        silicon_poke(c->s, addr + i, &value, 4);
    }
}

static void flush_data(struct chip *c)
{
    uint32_t acr = chip_get(c, FLASH_ACR);
    chip_put(c, FLASH_ACR, acr & ~ACR_DCEN);
    chip_put(c, FLASH_ACR, (acr & ~ACR_DCEN) | ACR_DCRST);
    chip_put(c, FLASH_ACR, acr & ~ACR_DCEN);
    chip_put(c, FLASH_ACR, acr);
}

/* The first word of the line fetched at addr, and the wait states it cost. */
static uint32_t fetch(struct chip *c, uint32_t addr, unsigned *wait)
{
    uint8_t line[ROW];
    assert_int_equal(silicon_fetch(c->s, addr, line, wait), SILICON_OK);
    uint32_t word;
    memcpy(&word, line, sizeof(word));
    return word;
}

/* ---- data ------------------------------------------------------------------- */

static void eight_lines_are_kept_and_a_ninth_puts_out_the_oldest(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    fill(&c, BASE, 9, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    for (uint32_t i = 0; i < 8; i++) {
        (void)chip_get(&c, BASE + i * ROW);
    }
    fill(&c, BASE, 9, NEW);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(chip_get(&c, BASE + i * ROW + 12), OLD);
    }
    (void)chip_get(&c, BASE + 0 * ROW); /* now line 1 is the oldest */
    assert_int_equal(chip_get(&c, BASE + 8 * ROW), NEW);
    assert_int_equal(chip_get(&c, BASE + 0 * ROW), OLD);
    for (uint32_t i = 2; i < 8; i++) {
        assert_int_equal(chip_get(&c, BASE + i * ROW), OLD);
    }
    assert_int_equal(chip_get(&c, BASE + 1 * ROW), NEW);
    chip_close(&c);
}

static void without_dcen_nothing_is_kept(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    fill(&c, BASE, 1, OLD);
    assert_int_equal(chip_get(&c, BASE), OLD);
    fill(&c, BASE, 1, NEW);
    assert_int_equal(chip_get(&c, BASE), NEW);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    assert_int_equal(chip_get(&c, BASE), NEW);
    chip_close(&c);
}

static void disabling_keeps_lines_that_enabling_revives(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    fill(&c, BASE, 1, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    (void)chip_get(&c, BASE);
    chip_put(&c, FLASH_ACR, 0);
    fill(&c, BASE, 1, NEW);
    assert_int_equal(chip_get(&c, BASE), NEW);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    assert_int_equal(chip_get(&c, BASE), OLD);
    assert_int_equal(c.laws[LAW_STALE_READ], 1);
    chip_close(&c);
}

static void a_program_with_the_cache_off_leaves_its_lines_alone(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    (void)chip_get(&c, SECTOR5);
    chip_put(&c, FLASH_ACR, 0);
    chip_program(&c, SECTOR5, NEW);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    assert_int_equal(chip_get(&c, SECTOR5), 0xFFFFFFFF);
    flush_data(&c);
    assert_int_equal(chip_get(&c, SECTOR5), NEW);
    chip_close(&c);
}

static void a_program_that_is_refused_leaves_the_line_alone(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    (void)chip_get(&c, SECTOR5);
    assert_int_equal(chip_store(&c, CR_X32, SECTOR5, 0), SR_PGSERR);
    assert_int_equal(chip_get(&c, SECTOR5), 0xFFFFFFFF);
    chip_close(&c);
}

static void a_program_changes_just_its_bytes_of_the_line(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    fill(&c, SECTOR5, 1, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    (void)chip_get(&c, SECTOR5);
    (void)chip_store_narrow(&c, CR_PG | CR_X16, SECTOR5 + 6, 2, 0xFFFF);
    assert_int_equal(chip_get(&c, SECTOR5 + 4), 0xFFFF00D5);
    assert_int_equal(chip_cell(&c, SECTOR5 + 4), OLD);
    assert_int_equal(chip_get(&c, SECTOR5), OLD);
    assert_int_equal(chip_get(&c, SECTOR5 + 8), OLD);
    chip_close(&c);
}

static void a_line_not_present_is_not_allocated_by_a_program(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    chip_program(&c, SECTOR5, OLD);
    fill(&c, SECTOR5, 1, NEW);
    assert_int_equal(chip_get(&c, SECTOR5), NEW);
    chip_close(&c);
}

static void the_alias_and_the_array_share_lines(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    fill(&c, BASE, 1, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    (void)chip_get(&c, 0);
    fill(&c, BASE, 1, NEW);
    assert_int_equal(chip_get(&c, BASE), OLD);
    chip_close(&c);
}

static void option_bytes_and_otp_are_not_cached(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    assert_int_equal(chip_get(&c, 0x1FFFC008), 0xFFFF00FF | 0x7F00);
    assert_int_equal(chip_get(&c, 0x1FFF7800), 0xFFFFFFFF);
    silicon_set_options(c.s, 0x0000AAEC, 0);
    fill(&c, 0x1FFF7800, 1, NEW);
    assert_int_equal(chip_get(&c, 0x1FFFC008), 0xFFFF7F00);
    assert_int_equal(chip_get(&c, 0x1FFF7800), NEW);
    chip_close(&c);
}

static void a_reset_bit_of_a_cache_that_is_on_empties_nothing(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unsigned wait;
    fill(&c, BASE, 1, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCEN | ACR_ICEN);
    (void)chip_get(&c, BASE);
    (void)fetch(&c, BASE, &wait);
    fill(&c, BASE, 1, NEW);
    chip_put(&c, FLASH_ACR, ACR_DCEN | ACR_ICEN | ACR_DCRST | ACR_ICRST);
    assert_int_equal(chip_get(&c, FLASH_ACR), ACR_DCEN | ACR_ICEN);
    assert_int_equal(chip_get(&c, BASE), OLD);
    assert_int_equal(fetch(&c, BASE, &wait), OLD);
    chip_close(&c);
}

static void a_held_reset_bit_keeps_the_cache_empty(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    fill(&c, BASE, 1, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCRST);
    chip_put(&c, FLASH_ACR, ACR_DCRST | ACR_DCEN);
    (void)chip_get(&c, BASE);
    fill(&c, BASE, 1, NEW);
    assert_int_equal(chip_get(&c, BASE), NEW);
    assert_int_equal(c.laws[LAW_CACHE_RESET], 0);
    chip_close(&c);
}

static void a_reset_invalidates_both_caches(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unsigned wait;
    fill(&c, BASE, 1, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCEN | ACR_ICEN);
    (void)chip_get(&c, BASE);
    (void)fetch(&c, BASE, &wait);
    silicon_reset(c.s);
    fill(&c, BASE, 1, NEW);
    chip_put(&c, FLASH_ACR, ACR_DCEN | ACR_ICEN);
    assert_int_equal(chip_get(&c, BASE), NEW);
    assert_int_equal(fetch(&c, BASE, &wait), NEW);
    chip_close(&c);
}

static void a_cached_word_of_a_busy_bank_does_not_wait(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    (void)chip_get(&c, BASE);
    chip_put(&c, FLASH_CR, CR_SER | CR_X32 | 5u << CR_SNB | CR_STRT);
    (void)chip_get(&c, BASE + 4);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 0);
    (void)chip_get(&c, BASE + ROW);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 1);
    chip_close(&c);
}

/* The cache holds what a cell read as when the line was taken. */
static void a_cached_unstable_bit_stays_as_it_was_taken(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t bits = 0xFFFFFFFF;
    silicon_unsettle(c.s, BASE, &bits, 4);
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    uint32_t first = chip_get(&c, BASE);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(chip_get(&c, BASE), first);
    }
    assert_int_equal(c.laws[LAW_STALE_READ], 0);
    assert_int_equal(c.laws[LAW_UNSTABLE], 9);
    flush_data(&c);
    assert_int_not_equal(chip_get(&c, BASE), first);
    chip_close(&c);
}

/* ---- instructions ------------------------------------------------------------- */

static void a_fetch_costs_the_wait_states_of_latency_once(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unsigned wait;
    chip_put(&c, FLASH_ACR, ACR_ICEN | 5);
    (void)fetch(&c, BASE, &wait);
    assert_int_equal(wait, 5);
    (void)fetch(&c, BASE, &wait);
    assert_int_equal(wait, 0);
    chip_put(&c, FLASH_ACR, 5);
    (void)fetch(&c, BASE, &wait);
    assert_int_equal(wait, 5);
    chip_close(&c);
}

static void sixty_four_lines_of_code_are_kept(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unsigned wait;
    chip_put(&c, FLASH_ACR, ACR_ICEN | 5);
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < 64; i++) {
            (void)fetch(&c, BASE + i * ROW, &wait);
            assert_int_equal(wait, turn == 0 ? 5 : 0);
        }
    }
    for (uint32_t i = 0; i < 65 * 2; i++) { /* one too many: each puts out the next */
        (void)fetch(&c, BASE + i % 65 * ROW, &wait);
        assert_int_equal(wait, i < 64 ? 0 : 5);
    }
    chip_close(&c);
}

static void prefetch_makes_the_next_line_free_but_not_a_jump(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unsigned wait;
    chip_put(&c, FLASH_ACR, ACR_PRFTEN | 5);
    (void)fetch(&c, BASE, &wait);
    assert_int_equal(wait, 5);
    for (uint32_t i = 1; i < 100; i++) {
        (void)fetch(&c, BASE + i * ROW, &wait);
        assert_int_equal(wait, 0);
    }
    (void)fetch(&c, BASE + 200 * ROW, &wait);
    assert_int_equal(wait, 5);
    chip_close(&c);
}

static void code_in_the_cache_runs_on_while_the_bank_is_busy(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    unsigned wait;
    chip_put(&c, FLASH_ACR, ACR_ICEN);
    (void)fetch(&c, BASE, &wait);
    chip_put(&c, FLASH_CR, CR_SER | CR_X32 | 5u << CR_SNB | CR_STRT);
    (void)fetch(&c, BASE, &wait);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 0);
    (void)fetch(&c, BASE + ROW, &wait);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 1);
    assert_int_equal(c.last[SILICON_EV_STALL].width, 0);
    assert_int_equal(c.now_ns, 1014500000);
    assert_int_equal(c.kinds[SILICON_EV_BREACH], 0); /* how most firmware waits */
    chip_close(&c);
}

static void programmed_code_is_stale_in_the_instruction_cache(void **state)
{
    const struct silicon_conditions follows = {.icache_follows_program = true};
    const struct silicon_conditions *both[] = {NULL, &follows};
    for (int i = 0; i < 2; i++) {
        struct chip c;
        chip_open(&c, "stm32f446re", both[i]);
        chip_unlock(&c);
        unsigned wait;
        chip_put(&c, FLASH_ACR, ACR_ICEN);
        (void)fetch(&c, SECTOR5, &wait);
        chip_program(&c, SECTOR5, NEW);
        assert_int_equal(fetch(&c, SECTOR5, &wait), i == 0 ? 0xFFFFFFFF : NEW);
        assert_int_equal(c.laws[LAW_STALE_READ], i == 0 ? 1 : 0);
        chip_close(&c);
    }
}

static void each_reset_bit_empties_its_own_cache(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    unsigned wait;
    fill(&c, BASE, 1, OLD);
    chip_put(&c, FLASH_ACR, ACR_DCEN | ACR_ICEN);
    (void)chip_get(&c, BASE);
    (void)fetch(&c, BASE, &wait);
    fill(&c, BASE, 1, NEW);
    chip_put(&c, FLASH_ACR, 0);
    chip_put(&c, FLASH_ACR, ACR_ICRST);
    chip_put(&c, FLASH_ACR, ACR_DCEN | ACR_ICEN);
    assert_int_equal(chip_get(&c, BASE), OLD);
    assert_int_equal(fetch(&c, BASE, &wait), NEW);
    chip_close(&c);
}

/* An I-Code fetch that hits a cache never meets the array, so the store stays
 * in its buffer; one that misses does. */
static void a_fetch_that_misses_lets_a_posted_store_arrive(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    unsigned wait;
    chip_put(&c, FLASH_ACR, ACR_ICEN);
    (void)fetch(&c, BASE, &wait);
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, SECTOR5, NEW);
    (void)fetch(&c, BASE, &wait);
    assert_int_equal(silicon_ops(c.s), 0);
    (void)fetch(&c, BASE + ROW, &wait);
    assert_int_equal(silicon_ops(c.s), 1);
    assert_int_equal(chip_get(&c, FLASH_SR), 0); /* it waited for the end as well */
    assert_int_equal(c.laws[LAW_SR_BARRIER], 0);
    chip_close(&c);
}

static void an_array_fetch_passes_the_cache_by(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    fill(&c, BASE, 2, OLD);
    chip_put(&c, FLASH_ACR, ACR_ICEN | ACR_PRFTEN | 5);
    unsigned wait;
    assert_int_equal(fetch(&c, BASE, &wait), OLD);
    fill(&c, BASE, 2, NEW);
    uint8_t line[ROW];
    uint32_t word;
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(
                silicon_fetch_array(c.s, BASE + i * ROW, line, &wait), SILICON_OK);
        memcpy(&word, line, sizeof(word));
        assert_int_equal(word, NEW);
        assert_int_equal(wait, 5);
        assert_int_equal(fetch(&c, BASE + i * ROW, &wait), OLD); /* and takes no line */
    }
    chip_close(&c);
}

static void an_array_fetch_waits_for_a_busy_bank(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    unsigned wait;
    uint8_t line[ROW];
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, SECTOR5, NEW);
    assert_int_equal(silicon_fetch_array(c.s, BASE, line, &wait), SILICON_OK);
    assert_int_equal(c.kinds[SILICON_EV_STALL], 1);
    assert_int_equal(c.kinds[SILICON_EV_DONE], 1);
    chip_close(&c);
}

static bool plain(struct chip *c, uint32_t addr, bool code)
{
    return silicon_plain(c->s, addr, code);
}

static void a_page_is_plain_while_nothing_is_in_the_way(void **state)
{
    const uint32_t bank2 = 0x08100000;
    const uint32_t one = 1;
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    assert_true(plain(&c, BASE, false) && plain(&c, BASE, true) && plain(&c, 0, true));
    assert_false(plain(&c, 0x20000000, false) || plain(&c, 0x1FFF7800, false) ||
                 plain(&c, FLASH_ACR, false));
    silicon_unsettle(c.s, SECTOR5 + 8, &one, 4);
    assert_false(plain(&c, SECTOR5 + 0xFFC, false) || plain(&c, SECTOR5, true));
    assert_true(plain(&c, SECTOR5 + 0x1000, false));

    chip_unlock(&c);
    chip_put(&c, FLASH_CR, CR_PG | CR_X32);
    chip_put(&c, bank2, NEW);
    assert_false(plain(&c, BASE, true)); /* the store is on its way */
    silicon_drain(c.s);
    assert_false(plain(&c, bank2, false) || plain(&c, bank2, true));
    assert_true(plain(&c, BASE, false) && plain(&c, BASE, true));
    chip_put(&c, FLASH_ACR, ACR_DCEN);
    assert_false(plain(&c, BASE, false)); /* a line taken now may be corrupted */
    assert_true(plain(&c, BASE, true));
    chip_wait(&c);
    assert_true(plain(&c, bank2, false));
    silicon_power_off(c.s, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    assert_false(plain(&c, BASE, false));
    chip_close(&c);
}

static void protected_pages_are_not_plain(void **state)
{
    struct silicon_conditions shut = {.untrusted = true};
    struct chip c;
    chip_open(&c, "stm32f446re", &shut);
    silicon_set_options(c.s, 0x00FFAAEC, 0);
    assert_true(plain(&c, BASE, false));
    silicon_set_options(c.s, 0x00FF55EC, 0); /* RDP level 1 */
    assert_false(plain(&c, BASE, false) || plain(&c, BASE, true));
    silicon_set_options(c.s, 0x8020AAEC, 0); /* PCROP of sector 5 */
    assert_false(plain(&c, SECTOR5, false));
    assert_true(plain(&c, SECTOR5, true) && plain(&c, BASE, false));
    chip_close(&c);
}

static void acr_has_the_latency_bits_of_the_part(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_put(&c, FLASH_ACR, 0xFFFFFFFF);
    assert_int_equal(chip_get(&c, FLASH_ACR), 0x170F);
    chip_close(&c);
    chip_open(&c, "stm32f411re", NULL);
    chip_put(&c, FLASH_ACR, 0xFFFFFFFF);
    assert_int_equal(chip_get(&c, FLASH_ACR), 0x1707);
    chip_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(eight_lines_are_kept_and_a_ninth_puts_out_the_oldest),
            cmocka_unit_test(without_dcen_nothing_is_kept),
            cmocka_unit_test(disabling_keeps_lines_that_enabling_revives),
            cmocka_unit_test(a_program_with_the_cache_off_leaves_its_lines_alone),
            cmocka_unit_test(a_program_that_is_refused_leaves_the_line_alone),
            cmocka_unit_test(a_program_changes_just_its_bytes_of_the_line),
            cmocka_unit_test(a_line_not_present_is_not_allocated_by_a_program),
            cmocka_unit_test(the_alias_and_the_array_share_lines),
            cmocka_unit_test(option_bytes_and_otp_are_not_cached),
            cmocka_unit_test(a_reset_bit_of_a_cache_that_is_on_empties_nothing),
            cmocka_unit_test(a_held_reset_bit_keeps_the_cache_empty),
            cmocka_unit_test(a_reset_invalidates_both_caches),
            cmocka_unit_test(a_cached_word_of_a_busy_bank_does_not_wait),
            cmocka_unit_test(a_cached_unstable_bit_stays_as_it_was_taken),
            cmocka_unit_test(a_fetch_costs_the_wait_states_of_latency_once),
            cmocka_unit_test(sixty_four_lines_of_code_are_kept),
            cmocka_unit_test(prefetch_makes_the_next_line_free_but_not_a_jump),
            cmocka_unit_test(code_in_the_cache_runs_on_while_the_bank_is_busy),
            cmocka_unit_test(programmed_code_is_stale_in_the_instruction_cache),
            cmocka_unit_test(each_reset_bit_empties_its_own_cache),
            cmocka_unit_test(a_fetch_that_misses_lets_a_posted_store_arrive),
            cmocka_unit_test(an_array_fetch_passes_the_cache_by),
            cmocka_unit_test(an_array_fetch_waits_for_a_busy_bank),
            cmocka_unit_test(a_page_is_plain_while_nothing_is_in_the_way),
            cmocka_unit_test(protected_pages_are_not_plain),
            cmocka_unit_test(acr_has_the_latency_bits_of_the_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
