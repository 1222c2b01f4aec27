/* test_snapshot.c - copies, comparison and determinism.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/chip.h"
#include "support/cm.h"

enum { BASE = 0x08000000, SECTOR1 = 0x08004000, SECTOR5 = 0x08020000, OTP = 0x1FFF7800 };

/* Some life: programs, an erase, a torn one, reads of what it left, options. */
static void live(struct chip *c, uint32_t seed)
{
    chip_unlock(c);
    chip_put(c, FLASH_ACR, ACR_DCEN | ACR_ICEN | ACR_PRFTEN | 3);
    for (uint32_t i = 0; i < 40; i++) {
        (void)chip_store(c, CR_PG | CR_X32, SECTOR1 + i * 4, (seed + i) * 2654435761u);
        (void)chip_get(c, SECTOR1 + i * 4);
    }
    (void)chip_start(c, CR_SER | CR_X32 | 5u << CR_SNB);
    silicon_plan_cut(c->s, silicon_ops(c->s) + 1,
            (struct silicon_tear){SILICON_TEAR_UNSTABLE, seed, 0});
    (void)silicon_write(c->s, FLASH_CR, 4, CR_SER | CR_X32 | 1u << CR_SNB | CR_STRT, 0);
    silicon_power_on(c->s);
    for (uint32_t i = 0; i < 100; i++) {
        (void)chip_get(c, SECTOR1 + i * 4);
    }
}

static uint64_t read_sum(struct chip *c)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 500; i++) {
        sum = sum * 31 + chip_get(c, SECTOR1 + i * 4);
    }
    return sum;
}

static void the_same_calls_give_the_same_results_bit_for_bit(void **state)
{
    struct chip a;
    struct chip b;
    chip_open(&a, "stm32f446re", NULL);
    chip_open(&b, "stm32f446re", NULL);
    live(&a, 5);
    live(&b, 5);
    assert_true(silicon_hash(a.s) == silicon_hash(b.s));
    assert_true(silicon_same(a.s, b.s));
    assert_true(read_sum(&a) == read_sum(&b)); /* undecided bits and all */
    assert_memory_equal(a.kinds, b.kinds, sizeof(a.kinds));
    assert_memory_equal(a.laws, b.laws, sizeof(a.laws));
    chip_close(&a);
    chip_close(&b);
}

static void another_seed_gives_other_chances(void **state)
{
    const struct silicon_conditions other = {.seed = 1};
    struct chip a;
    struct chip b;
    chip_open(&a, "stm32f446re", NULL);
    chip_open(&b, "stm32f446re", &other);
    const uint32_t bits = 0xFFFFFFFF;
    silicon_unsettle(a.s, BASE, &bits, 4);
    silicon_unsettle(b.s, BASE, &bits, 4);
    assert_int_not_equal(chip_get(&a, BASE), chip_get(&b, BASE));
    chip_close(&a);
    chip_close(&b);
}

static void a_copy_is_the_chip_in_every_respect(void **state)
{
    struct chip a;
    struct chip b;
    chip_open(&a, "stm32f446re", NULL);
    chip_open(&b, "stm32f446re", NULL);
    live(&a, 9);
    chip_unlock(&a);
    chip_put(&a, FLASH_CR, CR_PG | CR_X32); /* and stop with a store in the buffer */
    chip_put(&a, SECTOR5, 0x12345678);
    silicon_copy(b.s, a.s);
    b.now_ns = a.now_ns;
    for (int reg = SILICON_ACR; reg <= SILICON_OPTCR1; reg++) {
        assert_int_equal(silicon_reg(a.s, (enum silicon_reg)reg),
                silicon_reg(b.s, (enum silicon_reg)reg));
    }
    assert_int_equal(silicon_ops(a.s), silicon_ops(b.s));
    assert_int_equal(silicon_wear(b.s, SECTOR1), 1);
    chip_wait(&a);
    chip_wait(&b);
    assert_int_equal(chip_cell(&b, SECTOR5), 0x12345678);
    assert_true(read_sum(&a) == read_sum(&b));
    assert_true(silicon_same(a.s, b.s));
    chip_close(&a);
    assert_int_equal(chip_cell(&b, SECTOR5), 0x12345678); /* pages outlive a */
    chip_close(&b);
}

static void a_copy_and_its_original_part_ways(void **state)
{
    struct chip a;
    chip_open(&a, "stm32f446re", NULL);
    live(&a, 3);
    struct silicon *twin = silicon_clone(a.s);
    assert_non_null(twin);
    assert_true(silicon_same(a.s, twin));
    uint64_t before = silicon_hash(twin);
    chip_unlock(&a);
    chip_program(&a, SECTOR5, 1);
    assert_false(silicon_same(a.s, twin));
    assert_true(silicon_hash(twin) == before);
    assert_true(silicon_hash(a.s) != before);
    silicon_copy(a.s, twin); /* and back */
    assert_int_equal(chip_cell(&a, SECTOR5), 0xFFFFFFFF);
    assert_true(silicon_same(a.s, twin));
    silicon_free(twin);
    chip_close(&a);
}

static void a_clone_keeps_hooks_clock_and_strictness(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    silicon_strict(c.s, LAW_KEY, true);
    struct silicon *twin = silicon_clone(c.s);
    struct silicon *mine = c.s;
    c.s = twin;
    chip_put_fails(&c, FLASH_KEYR, 0);
    assert_int_equal(c.stopped, 1);
    c.s = mine;
    assert_int_equal(c.laws[LAW_KEY], 1);
    silicon_free(twin);
    chip_close(&c);
}

/* A copy takes neither of these from the other chip: they are the owner's. */
static void a_copy_keeps_its_own_strictness(void **state)
{
    struct chip a;
    struct chip b;
    chip_open(&a, "stm32f446re", NULL);
    chip_open(&b, "stm32f446re", NULL);
    silicon_strict_all(a.s, true);
    silicon_copy(b.s, a.s);
    chip_put_fails(&b, FLASH_KEYR, 0);
    assert_int_equal(b.laws[LAW_KEY], 1);
    assert_int_equal(b.stopped, 0);
    chip_close(&a);
    chip_close(&b);
}

/* ---- the hash -------------------------------------------------------------------- */

static void the_hash_is_of_contents_and_not_of_the_way_there(void **state)
{
    struct chip a;
    struct chip b;
    chip_open(&a, "stm32f446re", NULL);
    chip_open(&b, "stm32f446re", NULL);
    uint64_t blank = silicon_hash(a.s);
    const uint32_t word = 0x12345678;
    silicon_poke(b.s, SECTOR5, &word, 4);
    assert_true(silicon_hash(b.s) != blank);
    chip_unlock(&a);
    chip_program(&a, SECTOR5, 0xFFFF5678);
    chip_program(&a, SECTOR5, 0x1234FFFF);
    assert_true(silicon_hash(a.s) == silicon_hash(b.s));
    assert_true(silicon_same(a.s, b.s));
    assert_int_equal(chip_start(&a, CR_SER | CR_X32 | 5u << CR_SNB), 0);
    assert_true(silicon_hash(a.s) == blank); /* wear and registers do not count */
    chip_close(&a);
    chip_close(&b);
}

static void zeros_by_word_and_zeros_by_the_page_hash_alike(void **state)
{
    struct chip a;
    struct chip b;
    chip_open(&a, "stm32f446re", NULL);
    chip_open(&b, "stm32f446re", NULL);
    chip_unlock(&a);
    silicon_plan_cut(a.s, 1, (struct silicon_tear){.kind = SILICON_TEAR_ZEROED});
    (void)silicon_write(a.s, FLASH_CR, 4, CR_SER | CR_X32 | 1u << CR_SNB | CR_STRT, 0);
    const uint32_t zero = 0;
    for (uint32_t i = 0; i < 0x4000; i += 4) {
        silicon_poke(b.s, SECTOR1 + i, &zero, 4);
    }
    assert_true(silicon_same(a.s, b.s));
    assert_true(silicon_hash(a.s) == silicon_hash(b.s));
    silicon_power_on(a.s);
    chip_unlock(&a);
    chip_unlock(&b);
    assert_int_equal(chip_start(&a, CR_SER | CR_X32 | 1u << CR_SNB), 0);
    assert_int_equal(chip_start(&b, CR_SER | CR_X32 | 1u << CR_SNB), 0);
    assert_true(silicon_hash(a.s) == silicon_hash(b.s));
    chip_close(&a);
    chip_close(&b);
}

static void each_thing_a_boot_can_see_changes_the_hash(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    uint64_t seen[6];
    const uint32_t one_zero = 0xFFFFFFFE;
    const uint32_t bit = 2;
    seen[0] = silicon_hash(c.s);
    silicon_poke(c.s, BASE, &one_zero, 4);
    seen[1] = silicon_hash(c.s);
    silicon_poke(c.s, BASE + 4, &one_zero, 4);
    seen[2] = silicon_hash(c.s);
    silicon_unsettle(c.s, BASE, &bit, 4);
    seen[3] = silicon_hash(c.s);
    silicon_poke(c.s, OTP, &one_zero, 4);
    seen[4] = silicon_hash(c.s);
    silicon_set_options(c.s, 0x00DFAAEC, 0);
    seen[5] = silicon_hash(c.s);
    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < i; k++) {
            assert_true(seen[i] != seen[k]);
        }
    }
    chip_close(&c);
}

static void the_same_word_elsewhere_is_another_hash(void **state)
{
    struct chip a;
    struct chip b;
    const uint32_t word = 0;
    chip_open(&a, "stm32f446re", NULL);
    chip_open(&b, "stm32f446re", NULL);
    silicon_poke(a.s, BASE, &word, 4);
    silicon_poke(b.s, BASE + 4096, &word, 4);
    assert_true(silicon_hash(a.s) != silicon_hash(b.s));
    assert_false(silicon_same(a.s, b.s));
    chip_close(&a);
    chip_close(&b);
}

/* ---- pages ---------------------------------------------------------------------------- */

static void copies_share_a_page_until_one_changes_it(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint32_t word = 0x12345678;
    silicon_poke(c.s, SECTOR5, &word, 4);
    struct silicon *twin = silicon_clone(c.s);
    uint64_t id;
    uint64_t twin_id;
    const uint8_t *page = silicon_page(c.s, SECTOR5 + 100, &id);
    assert_ptr_equal(silicon_page(twin, SECTOR5, &twin_id), page);
    assert_true(id == twin_id);
    chip_unlock(&c);
    chip_program(&c, SECTOR5 + 4, 0);
    assert_ptr_not_equal(silicon_page(c.s, SECTOR5, &id), page);
    assert_true(id != twin_id);
    uint64_t same_id;
    assert_ptr_equal(silicon_page(twin, SECTOR5, &same_id), page);
    assert_true(same_id == twin_id);
    silicon_free(twin);
    chip_close(&c);
}

static void a_page_id_is_never_used_for_other_bytes(void **state)
{
    struct chip a;
    chip_open(&a, "stm32f446re", NULL);
    struct silicon *b = silicon_clone(a.s);
    uint64_t ids[4];
    const uint32_t x = 1;
    const uint32_t y = 2;
    (void)silicon_page(a.s, BASE, &ids[0]);
    silicon_poke(a.s, BASE, &x, 4);
    (void)silicon_page(a.s, BASE, &ids[1]);
    silicon_poke(b, BASE, &y, 4);
    (void)silicon_page(b, BASE, &ids[2]);
    silicon_poke(a.s, BASE, &y, 4);
    (void)silicon_page(a.s, BASE, &ids[3]);
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < i; k++) {
            assert_true(ids[i] != ids[k]);
        }
    }
    silicon_poke(a.s, BASE, &y, 4); /* no change: no new id either */
    uint64_t again;
    (void)silicon_page(a.s, BASE, &again);
    assert_true(again == ids[3]);
    assert_null(silicon_page(a.s, 0x1FFF0000, &again));
    silicon_free(b);
    chip_close(&a);
}

static void erased_sectors_take_no_memory_of_their_own(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f429zi", NULL);
    const uint32_t word = 0;
    uint64_t blank;
    uint64_t id;
    const uint8_t *page = silicon_page(c.s, BASE, &blank);
    silicon_poke(c.s, SECTOR5, &word, 4);
    chip_unlock(&c);
    assert_int_equal(chip_start(&c, CR_SER | CR_X32 | 5u << CR_SNB), 0);
    assert_ptr_equal(silicon_page(c.s, SECTOR5, &id), page);
    assert_true(id == blank);
    chip_close(&c);
}

/* ---- the view from outside --------------------------------------------------------------- */

static void peek_and_poke_agree_at_any_alignment_and_length(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    uint8_t image[3 * SILICON_PAGE];
    uint8_t back[sizeof(image)];
    for (uint32_t i = 0; i < sizeof(image); i++) {
        image[i] = (uint8_t)(i * 7 + i / 256);
    }
    for (uint32_t shift = 0; shift < 5; shift++) {
        size_t len = sizeof(image) - 2 * shift;
        silicon_poke(c.s, SECTOR5 + shift, image + shift, len);
        silicon_peek(c.s, SECTOR5 + shift, back, NULL, len);
        assert_memory_equal(back, image + shift, len);
    }
    assert_int_equal(chip_get(&c, SECTOR5 + 8), 0x4D463F38); /* 56, 63, 70, 77 */
    chip_close(&c);
}

static void poke_settles_and_peek_shows_what_is_unsettled(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    const uint8_t mask[3] = {0x81, 0x00, 0xFF};
    silicon_unsettle(c.s, SECTOR5 + 2, mask, 3);
    uint8_t data[3];
    uint8_t loose[3];
    silicon_peek(c.s, SECTOR5 + 2, data, loose, 3);
    assert_memory_equal(loose, mask, 3);
    const uint8_t image[3] = {0x00, 0x11, 0x22};
    silicon_poke(c.s, SECTOR5 + 2, image, 3);
    silicon_peek(c.s, SECTOR5 + 2, data, loose, 3);
    assert_memory_equal(data, image, 3);
    const uint8_t none[3] = {0, 0, 0};
    assert_memory_equal(loose, none, 3);
    assert_int_equal(silicon_wear(c.s, SECTOR5), 0);
    assert_int_equal(c.kinds[SILICON_EV_BREACH], 0);
    chip_close(&c);
}

static void wear_is_counted_by_the_sector(void **state)
{
    struct chip c;
    chip_open(&c, "stm32f446re", NULL);
    chip_unlock(&c);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(chip_start(&c, CR_SER | CR_X32 | 5u << CR_SNB), 0);
    }
    assert_int_equal(chip_start(&c, CR_MER | CR_X32), 0);
    assert_int_equal(silicon_wear(c.s, SECTOR5), 4);
    assert_int_equal(silicon_wear(c.s, SECTOR5 + 0x1FFFF), 4);
    assert_int_equal(silicon_wear(c.s, SECTOR5 + 0x20000), 1);
    assert_int_equal(silicon_wear(c.s, SECTOR5 - 1), 1);
    chip_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_same_calls_give_the_same_results_bit_for_bit),
            cmocka_unit_test(another_seed_gives_other_chances),
            cmocka_unit_test(a_copy_is_the_chip_in_every_respect),
            cmocka_unit_test(a_copy_and_its_original_part_ways),
            cmocka_unit_test(a_clone_keeps_hooks_clock_and_strictness),
            cmocka_unit_test(a_copy_keeps_its_own_strictness),
            cmocka_unit_test(the_hash_is_of_contents_and_not_of_the_way_there),
            cmocka_unit_test(zeros_by_word_and_zeros_by_the_page_hash_alike),
            cmocka_unit_test(each_thing_a_boot_can_see_changes_the_hash),
            cmocka_unit_test(the_same_word_elsewhere_is_another_hash),
            cmocka_unit_test(copies_share_a_page_until_one_changes_it),
            cmocka_unit_test(a_page_id_is_never_used_for_other_bytes),
            cmocka_unit_test(erased_sectors_take_no_memory_of_their_own),
            cmocka_unit_test(peek_and_poke_agree_at_any_alignment_and_length),
            cmocka_unit_test(poke_settles_and_peek_shows_what_is_unsettled),
            cmocka_unit_test(wear_is_counted_by_the_sector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
