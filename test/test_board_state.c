/* test_board_state.c - copies of whole boards: what they hold, that they stay
 * what they were, and when two are alike.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include <string.h>

#include "board/board_priv.h"

enum { MS = 1000000 };
#define RAM 0x20000000u

static const struct silicon_tear no_tear = {.kind = SILICON_TEAR_NONE};
static const uint64_t limit_ns = 10000 * (uint64_t)MS;

static void open_probe(struct bench *t, const char *args)
{
    struct board_config config = {.part = silicon_part_find("stm32f446re"), .args = args};
    bench_open_with(t, &config);
    bench_elf(t, "board_probe");
}

static void a_restored_board_runs_on_as_the_first_did(void **state)
{
    struct bench t;
    open_probe(&t, "erases");
    assert_int_equal(board_run(t.b, 500 * MS), BOARD_TIME); /* inside the erase */
    struct board_state *saved = board_save(t.b);
    uint64_t insns[2];
    uint64_t ns[2];
    uint64_t hash[2];
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(board_run(t.b, limit_ns), BOARD_LEFT);
        insns[i] = core_insns(board_core(t.b));
        ns[i] = board_ns(t.b);
        hash[i] = board_hash(t.b);
        board_restore(t.b, saved);
    }
    assert_int_equal(insns[0], insns[1]);
    assert_int_equal(ns[0], ns[1]);
    assert_int_equal(hash[0], hash[1]);
    board_state_free(saved);
    bench_close(&t);
}

static void memories_registers_and_queues_come_back(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_set(&t, 0x40023840, 1u << 17 | 1);
    bench_put(&t, 0x40004408, 160);
    bench_put(&t, 0x4000440C, 0x2004);
    bench_put(&t, 0x4000002C, 999);
    bench_put(&t, RAM + 0x100, 1);
    bench_put(&t, 0x40005404, 2); /* not modelled */
    assert_true(board_input(t.b, 2, (const uint8_t *)"ab", 2, 0));
    core_reg_set(board_core(t.b), CORE_R0, 77);
    struct board_state *saved = board_save(t.b);

    bench_pass(&t, MS);
    bench_put(&t, RAM + 0x100, 10);
    bench_put(&t, RAM + 0x2100, 10);
    bench_put(&t, 0x4000002C, 5);
    bench_put(&t, 0x40005404, 20);
    const uint32_t word = 0x55;
    assert_true(board_load(t.b, 0x08010000, &word, 4));
    core_reg_set(board_core(t.b), CORE_R0, 0);
    assert_true(board_input(t.b, 2, (const uint8_t *)"c", 1, 0));

    board_restore(t.b, saved);
    assert_int_equal(bench_get(&t, RAM + 0x100), 1);
    assert_int_equal(bench_get(&t, 0x4000002C), 999);
    assert_int_equal(bench_get(&t, 0x40005404), 2);
    assert_int_equal(bench_get(&t, 0x08010000), 0xFFFFFFFF);
    assert_int_equal(core_reg(board_core(t.b), CORE_R0), 77);
    assert_int_equal(bench_get(&t, 0x40004400) & 0x20, 0); /* nothing received yet */
    bench_pass(&t, 100000);
    assert_int_equal(bench_get(&t, 0x40004404), 'a');
    assert_int_equal(board_input_room(t.b, 2), BD_QUEUE_BYTES - 1);
    board_state_free(saved);
    bench_close(&t);
}

static void a_copy_stays_what_it_was(void **state)
{
    struct core_page page;
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, RAM, 1);
    struct board_state *saved = board_save(t.b);
    /* A direct store by the core, and one by a debugger. */
    bd_bus.page(t.b, RAM, true, &page);
    page.bytes[0] = 9;
    (void)board_poke(t.b, RAM + 4096, "zz", 2);
    for (unsigned i = 0; i < 3; i++) {
        board_restore(t.b, saved);
        assert_int_equal(bench_get(&t, RAM), 1);
        bench_put(&t, RAM, 100 + i);
    }
    board_state_free(saved);
    assert_int_equal(bench_get(&t, RAM), 102);
    bench_close(&t);
}

static void an_unchanged_page_is_shared(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, RAM, 1);
    struct bd_page *touched = t.b->st.ram[0];
    struct board_state *saved = board_save(t.b);
    assert_int_equal(atomic_load(&touched->refs), 2);
    bench_put(&t, RAM + 4096, 1); /* another page */
    assert_ptr_equal(t.b->st.ram[0], touched);
    bench_put(&t, RAM, 2);
    assert_ptr_not_equal(t.b->st.ram[0], touched);
    assert_int_equal(atomic_load(&touched->refs), 1);
    board_restore(t.b, saved);
    assert_ptr_equal(t.b->st.ram[0], touched);
    board_state_free(saved);
    assert_int_equal(atomic_load(&touched->refs), 1);
    bench_close(&t);
}

static void code_in_ram_is_decoded_anew_after_a_restore(void **state)
{
    /* movs r0, #n ; b . - run from RAM. */
    struct bench t;
    open_probe(&t, "spins_alone");
    const uint16_t one[] = {0x2001, 0xE7FE};
    const uint16_t two[] = {0x2002, 0xE7FE};
    struct core *core = board_core(t.b);
    (void)board_step(t.b);
    (void)board_poke(t.b, RAM + 0x800, one, sizeof(one));
    core_reg_set(core, CORE_PC, RAM + 0x800);
    struct board_state *saved = board_save(t.b);
    for (unsigned i = 0; i < 3; i++) {
        (void)board_step(t.b);
        assert_int_equal(core_reg(core, CORE_R0), 1);
        (void)board_poke(t.b, RAM + 0x800, two, sizeof(two));
        core_reg_set(core, CORE_PC, RAM + 0x800);
        (void)board_step(t.b);
        assert_int_equal(core_reg(core, CORE_R0), 2);
        board_restore(t.b, saved);
    }
    board_state_free(saved);
    bench_close(&t);
}

static void a_clone_is_a_second_board(void **state)
{
    struct bench t;
    open_probe(&t, "erases");
    assert_int_equal(board_run(t.b, 100 * MS), BOARD_TIME);
    struct board *twin = board_clone(t.b);
    assert_non_null(twin);
    assert_int_equal(board_hash(twin), board_hash(t.b));
    assert_int_equal(board_ns(twin), board_ns(t.b));
    unsigned told = t.seen[BOARD_EV_FLASH];
    assert_int_equal(board_run(twin, limit_ns), BOARD_LEFT);
    assert_int_equal(t.seen[BOARD_EV_FLASH], told); /* it has no listeners */
    uint64_t insns = core_insns(board_core(twin));
    uint64_t hash = board_hash(twin);
    board_free(twin);
    assert_int_equal(board_run(t.b, limit_ns), BOARD_LEFT);
    assert_int_equal(core_insns(board_core(t.b)), insns);
    assert_int_equal(board_hash(t.b), hash);
    bench_close(&t);
}

static void a_state_can_be_restored_into_a_clone(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    struct board *twin = board_clone(t.b);
    bench_put(&t, RAM, 4711);
    struct board_state *saved = board_save(t.b);
    board_restore(twin, saved);
    uint32_t word;
    assert_int_equal(board_peek(twin, RAM, &word, 4), 4);
    assert_int_equal(word, 4711);
    bench_close(&t);
    board_state_free(saved);
    board_free(twin);
}

static void a_hash_sees_what_matters_and_not_the_time(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_set(&t, 0x40023840, 1u << 17 | 1);
    uint64_t before = board_hash(t.b);
    bench_pass(&t, 123456);
    assert_int_equal(board_hash(t.b), before);
    uint32_t was = bench_get(&t, RAM);
    bench_put(&t, RAM, was + 1);
    assert_int_not_equal(board_hash(t.b), before);
    bench_put(&t, RAM, was);
    assert_int_equal(board_hash(t.b), before);
    bench_put(&t, 0x4000002C, 5);
    assert_int_not_equal(board_hash(t.b), before);
    bench_put(&t, 0x4000002C, 0xFFFFFFFF);
    assert_int_equal(board_hash(t.b), before);
    assert_true(board_input(t.b, 2, (const uint8_t *)"x", 1, 0));
    assert_int_not_equal(board_hash(t.b), before);
    bench_close(&t);
}

static void it_does_not_matter_when_something_was_done(void **state)
{
    uint64_t hash[2];
    for (unsigned i = 0; i < 2; i++) {
        struct bench t;
        bench_open(&t, "stm32f446re");
        bench_pass(&t, i * 12345625);
        bench_put(&t, 0x40023874, 1); /* LSI on */
        bench_set(&t, 0x40023840, 1u << 17 | 1);
        bench_put(&t, 0x40004408, 160);
        bench_put(&t, 0x4000440C, 0x200C); /* USART2 */
        bench_put(&t, 0x40004404, 'x');
        bench_put(&t, 0x4000000C, 1); /* TIM2 */
        bench_put(&t, 0x40000000, 1);
        bench_put(&t, 0x40003000, 0xCCCC);
        bench_pass(&t, 50000);
        hash[i] = board_hash(t.b);
        bench_close(&t);
    }
    assert_int_equal(hash[0], hash[1]);
}

static void a_running_watchdogs_age_is_part_of_the_hash(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, 0x40003000, 0xCCCC);
    uint64_t young = board_hash(t.b);
    bench_pass(&t, 10 * MS);
    assert_int_not_equal(board_hash(t.b), young);
    bench_put(&t, 0x40003000, 0xAAAA);
    /* LSI has been ready for longer now, which makes no difference. */
    bench_pass(&t, 10 * MS);
    uint64_t aged = board_hash(t.b);
    bench_put(&t, 0x40003000, 0xAAAA);
    bench_pass(&t, 10 * MS);
    assert_int_equal(board_hash(t.b), aged);
    bench_close(&t);
}

static void a_cut_a_reboot_and_the_same_again(void **state)
{
    struct bench t;
    open_probe(&t, "writes_flash");
    struct board_state *fresh = board_save(t.b);
    uint64_t hash = 0;
    for (unsigned i = 0; i < 5; i++) {
        board_restore(t.b, fresh);
        board_plan_cut(
                t.b, 1, (struct silicon_tear){.kind = SILICON_TEAR_MASK, .mask = 0xFFFF});
        assert_int_equal(board_run(t.b, limit_ns), BOARD_CUT);
        assert_int_equal(board_run(t.b, limit_ns), BOARD_CUT); /* no power yet */
        board_power_cycle(t.b, no_tear);
        uint32_t word;
        assert_int_equal(board_peek(t.b, 0x08020000, &word, 4), 4);
        assert_int_equal(word, 0xFFFF5678);
        assert_true(i == 0 || hash == board_hash(t.b));
        hash = board_hash(t.b);
        assert_int_equal(board_run(t.b, limit_ns), BOARD_LEFT);
    }
    board_state_free(fresh);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_restored_board_runs_on_as_the_first_did),
            cmocka_unit_test(memories_registers_and_queues_come_back),
            cmocka_unit_test(a_copy_stays_what_it_was),
            cmocka_unit_test(an_unchanged_page_is_shared),
            cmocka_unit_test(code_in_ram_is_decoded_anew_after_a_restore),
            cmocka_unit_test(a_clone_is_a_second_board),
            cmocka_unit_test(a_state_can_be_restored_into_a_clone),
            cmocka_unit_test(a_hash_sees_what_matters_and_not_the_time),
            cmocka_unit_test(it_does_not_matter_when_something_was_done),
            cmocka_unit_test(a_running_watchdogs_age_is_part_of_the_hash),
            cmocka_unit_test(a_cut_a_reboot_and_the_same_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
