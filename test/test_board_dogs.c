/* test_board_dogs.c - watchdogs, and what else lives through a stall of the bus.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include "board/board_priv.h"

#define RCC_CFGR    0x40023808u
#define RCC_APB1ENR 0x40023840u
#define RCC_CSR     0x40023874u
#define IWDG_KR     0x40003000u
#define IWDG_PR     0x40003004u
#define IWDG_RLR    0x40003008u
#define IWDG_SR     0x4000300Cu
#define WWDG_CR     0x40002C00u
#define WWDG_CFR    0x40002C04u
#define WWDG_SR     0x40002C08u
#define FLASH_KEYR  0x40023C04u
#define FLASH_SR    0x40023C0Cu
#define FLASH_CR    0x40023C10u

enum { WWDG_IRQ = 0, FLASH_IRQ = 4, MS = 1000000, US = 1000, CYCLE = 63 };
enum { IWDG = 0, WWDG = 1, STARTED = 0, FED = 1, BIT = 2 };
#define SECTOR7 0x08060000u
#define STRT_7  (1u << 16 | 2u << 8 | 7u << 3 | 2u) /* x32, SER, sector 7 */

static void expect_dog(struct bench *t, int n, uint32_t what)
{
    assert_int_equal(t->last[BOARD_EV_DOG].n, n);
    assert_int_equal(t->last[BOARD_EV_DOG].value, what);
}

static void unlock(struct bench *t)
{
    bench_put(t, FLASH_KEYR, 0x45670123);
    bench_put(t, FLASH_KEYR, 0xCDEF89AB);
}

/* ---- IWDG ------------------------------------------------------------------------ */

static void an_unfed_iwdg_bites_at_its_time(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, IWDG_KR, 0xCCCC); /* 4 * 4096 of 32 kHz: 512 ms */
    expect_dog(&t, IWDG, STARTED);
    assert_int_equal(t.last[BOARD_EV_DOG].duration_ns, 512 * (uint64_t)MS);
    assert_int_equal(bench_get(&t, RCC_CSR) & 1, 0);
    bench_pass(&t, 512 * (uint64_t)MS - CYCLE);
    assert_int_equal(t.seen[BOARD_EV_RESET], 0);
    assert_int_equal(bench_get(&t, RCC_CSR) & 2, 2); /* LSI is on by itself */
    bench_pass(&t, CYCLE);
    expect_dog(&t, IWDG, BIT);
    assert_int_equal(t.last[BOARD_EV_RESET].reset, BOARD_RESET_IWDG);
    assert_int_equal(bench_get(&t, RCC_CSR) >> 29 & 1, 1);
    bench_pass(&t, 2000 * (uint64_t)MS); /* and is off again */
    assert_int_equal(t.seen[BOARD_EV_RESET], 1);
    bench_close(&t);
}

static void feeding_puts_it_off(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, IWDG_KR, 0xAAAA);
    assert_int_equal(t.seen[BOARD_EV_DOG], 0); /* nobody to feed yet */
    bench_put(&t, IWDG_KR, 0xCCCC);
    for (unsigned i = 0; i < 5; i++) {
        bench_pass(&t, 500 * (uint64_t)MS);
        bench_put(&t, IWDG_KR, 0xAAAA);
        expect_dog(&t, IWDG, FED);
    }
    assert_int_equal(t.seen[BOARD_EV_RESET], 0);
    bench_close(&t);
}

static void its_period_follows_prescaler_reload_and_lsi(void **state)
{
    struct board_config config = {
            .part = silicon_part_find("stm32f446re"), .lsi_hz = 47000};
    struct bench t;
    bench_open_with(&t, &config);
    bench_put(&t, IWDG_PR, 1); /* locked */
    assert_int_equal(bench_get(&t, IWDG_PR), 0);
    bench_put(&t, IWDG_KR, 0x5555);
    bench_put(&t, IWDG_PR, 3);
    bench_put(&t, IWDG_RLR, 99);
    assert_int_equal(bench_get(&t, IWDG_SR), 3);
    bench_pass(&t, 200 * US);
    assert_int_equal(bench_get(&t, IWDG_SR), 0);
    bench_put(&t, IWDG_KR, 0xCCCC);
    assert_int_equal(t.last[BOARD_EV_DOG].duration_ns, 68085107); /* 32 * 100 / 47 kHz */
    bench_put(&t, IWDG_RLR, 5); /* locked by the other key */
    assert_int_equal(bench_get(&t, IWDG_RLR), 99);
    bench_close(&t);
}

static void the_option_byte_starts_it_at_reset(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    silicon_set_options(board_silicon(t.b), 0x00FFAACC, 0); /* WDG_SW = 0 */
    board_reset(t.b, BOARD_RESET_POWER);
    expect_dog(&t, IWDG, STARTED);
    bench_pass(&t, 512 * (uint64_t)MS + CYCLE);
    assert_int_equal(t.last[BOARD_EV_RESET].reset, BOARD_RESET_IWDG);
    bench_close(&t);
}

/* ---- WWDG -------------------------------------------------------------------------- */

static void open_wwdg(struct bench *t)
{
    bench_open(t, "stm32f446re");
    bench_set(t, RCC_APB1ENR, 1u << 11);
}

static void an_unfed_wwdg_wakes_then_bites(void **state)
{
    struct bench t;
    open_wwdg(&t);                  /* a count is 4096 / 16 MHz = 256 us */
    bench_put(&t, WWDG_CFR, 0x27F); /* EWI */
    bench_put(&t, WWDG_CR, 0xC5);   /* 0x45: 5 counts to 0x40, 6 to the end */
    expect_dog(&t, WWDG, STARTED);
    assert_int_equal(t.last[BOARD_EV_DOG].duration_ns, 6 * 256 * US);
    bench_pass(&t, 5 * 256 * US - CYCLE);
    assert_false(bench_line(&t, WWDG_IRQ));
    bench_pass(&t, CYCLE);
    assert_true(bench_line(&t, WWDG_IRQ));
    assert_int_equal(bench_get(&t, WWDG_CR), 0xC0);
    bench_put(&t, WWDG_SR, 0);
    assert_false(bench_line(&t, WWDG_IRQ));
    bench_pass(&t, 256 * US - CYCLE);
    assert_int_equal(t.seen[BOARD_EV_RESET], 0);
    bench_pass(&t, CYCLE);
    expect_dog(&t, WWDG, BIT);
    assert_int_equal(t.last[BOARD_EV_RESET].reset, BOARD_RESET_WWDG);
    assert_int_equal(bench_get(&t, RCC_CSR) >> 30 & 1, 1);
    bench_close(&t);
}

static void its_handler_can_feed_it_for_ever(void **state)
{
    struct bench t;
    open_wwdg(&t);
    bench_put(&t, WWDG_CFR, 0x27F | 3u << 7); /* counts of 2.048 ms */
    bench_put(&t, WWDG_CR, 0xFF);
    for (unsigned i = 0; i < 10; i++) {
        bench_pass(&t, 63 * 2048 * (uint64_t)US);
        assert_true(bench_line(&t, WWDG_IRQ));
        bench_put(&t, WWDG_SR, 0);
        bench_put(&t, WWDG_CR, 0xFF);
        expect_dog(&t, WWDG, FED);
    }
    assert_int_equal(t.seen[BOARD_EV_RESET], 0);
    bench_close(&t);
}

static void feeding_it_too_early_bites(void **state)
{
    struct bench t;
    open_wwdg(&t);
    bench_put(&t, WWDG_CFR, 0x50);
    bench_put(&t, WWDG_CR, 0xFF);
    bench_pass(&t, 47 * 256 * US); /* down to 0x50 */
    bench_put(&t, WWDG_CR, 0xFF);
    assert_int_equal(t.seen[BOARD_EV_RESET], 0);
    bench_pass(&t, 46 * 256 * US); /* one short of it */
    bench_put(&t, WWDG_CR, 0xFF);
    assert_int_equal(t.seen[BOARD_EV_RESET], 1);
    bench_close(&t);
}

static void clearing_t6_bites_and_wdga_stays(void **state)
{
    struct bench t;
    open_wwdg(&t);
    bench_put(&t, WWDG_CR, 0xFF);
    bench_put(&t, WWDG_CR, 0x7F); /* cannot be stopped */
    assert_int_equal(bench_get(&t, WWDG_CR), 0xFF);
    bench_put(&t, WWDG_CR, 0x3F);
    assert_int_equal(t.last[BOARD_EV_RESET].reset, BOARD_RESET_WWDG);
    bench_close(&t);
}

/* ---- through a stall ------------------------------------------------------------------ */

static void a_watchdog_bites_inside_a_stall_at_its_exact_time(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    unlock(&t);
    bench_put(&t, IWDG_KR, 0xCCCC);
    uint64_t start = board_ns(t.b);
    bench_put(&t, FLASH_CR, STRT_7);
    uint32_t value;
    assert_int_equal(bd_read(t.b, SECTOR7, 4, &value), CORE_GONE);
    assert_int_equal(t.b->gone, BD_GONE_RESET);
    uint64_t took = board_ns(t.b) - start;
    assert_in_range(took, 512 * (uint64_t)MS, 512 * (uint64_t)MS + CYCLE);
    expect_dog(&t, IWDG, BIT);
    assert_int_equal(t.flash[SILICON_EV_RESET], 1);
    assert_int_equal(t.laws[LAW_RESET_BUSY], 1);
    bd_reset_rest(t.b, t.b->reset);
    assert_int_equal(bench_get(&t, FLASH_CR), 0x80000000);
    bench_close(&t);
}

static void bytes_are_lost_and_timers_pend_once_inside_a_stall(void **state)
{
    enum { USART2_IRQ = 38, TIM2_IRQ = 28 };
    static const uint8_t bytes[256];
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, RCC_APB1ENR, 1u << 17 | 1);
    bench_put(&t, 0x40004408, 160); /* 10 bytes a ms */
    bench_put(&t, 0x4000440C, 0x2024);
    bench_put(&t, 0x4000002C, 15999); /* TIM2: each ms */
    bench_put(&t, 0x4000000C, 1);
    bench_put(&t, 0x40000000, 1);
    unlock(&t);
    board_input(t.b, 2, bytes, sizeof(bytes), 0);
    bench_put(&t, FLASH_CR, STRT_7);
    uint64_t start = board_ns(t.b);
    assert_int_equal(bench_get(&t, SECTOR7), 0xFFFFFFFF);
    uint64_t stalled = board_ns(t.b) - start;
    assert_true(stalled > 900 * (uint64_t)MS);
    assert_int_equal(t.seen[BOARD_EV_OVERRUN], sizeof(bytes) - 1);
    assert_true(bench_line(&t, TIM2_IRQ));
    assert_int_equal(t.b->again[TIM2_IRQ], stalled / MS - 1);
    assert_true(bench_line(&t, USART2_IRQ));
    bench_close(&t);
}

static void lost_interrupts_are_told_once(void **state)
{
    const struct core_says entry = {.kind = CORE_SAYS_ENTRY, .n = CORE_IRQ0 + 28};
    struct bench t;
    bench_open(&t, "stm32f446re");
    bd_again(t.b, 28);
    bd_again(t.b, 28);
    bd_core_says(t.b, &entry);
    assert_int_equal(t.seen[BOARD_EV_LOST_TICK], 1);
    assert_int_equal(t.last[BOARD_EV_LOST_TICK].n, 28);
    assert_int_equal(t.last[BOARD_EV_LOST_TICK].value, 2);
    bd_core_says(t.b, &entry);
    assert_int_equal(t.seen[BOARD_EV_LOST_TICK], 1);
    bench_close(&t);
}

static void the_flash_interrupt_comes_when_the_operation_ends(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    unlock(&t);
    bench_put(&t, FLASH_CR, STRT_7 | 1u << 24); /* EOPIE */
    assert_false(bench_line(&t, FLASH_IRQ));
    bench_pass(&t, 3000 * (uint64_t)MS);
    assert_true(bench_line(&t, FLASH_IRQ));
    bench_put(&t, FLASH_SR, 1);
    assert_false(bench_line(&t, FLASH_IRQ));
    bench_close(&t);
}

static void dma_from_busy_flash_waits_for_it(void **state)
{
    enum { FRAME = 100 * US };
    const uint32_t stream6 = 0x400260A0;
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_put(&t, RCC_APB1ENR, 1u << 17);
    bench_set(&t, 0x40023830, 1u << 21);
    bench_put(&t, 0x40004408, 160);
    bench_put(&t, 0x4000440C, 0x2008);
    assert_true(board_load(t.b, 0x08004000, "abcd", 4));
    unlock(&t);
    bench_put(&t, FLASH_CR, STRT_7);
    bench_put(&t, stream6 + 8, 0x40004404);
    bench_put(&t, stream6 + 12, 0x08004000);
    bench_put(&t, stream6 + 4, 4);
    bench_put(&t, stream6, 4u << 25 | 1024 | 64 | 1);
    bench_put(&t, 0x40004414, 128);
    bench_pass(&t, 100 * FRAME);
    assert_int_equal(t.outs, 0);
    bench_pass(&t, 3000 * (uint64_t)MS);
    assert_int_equal(t.outs, 4);
    assert_memory_equal(t.out, "abcd", 4);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(an_unfed_iwdg_bites_at_its_time),
            cmocka_unit_test(feeding_puts_it_off),
            cmocka_unit_test(its_period_follows_prescaler_reload_and_lsi),
            cmocka_unit_test(the_option_byte_starts_it_at_reset),
            cmocka_unit_test(an_unfed_wwdg_wakes_then_bites),
            cmocka_unit_test(its_handler_can_feed_it_for_ever),
            cmocka_unit_test(feeding_it_too_early_bites),
            cmocka_unit_test(clearing_t6_bites_and_wdga_stays),
            cmocka_unit_test(a_watchdog_bites_inside_a_stall_at_its_exact_time),
            cmocka_unit_test(bytes_are_lost_and_timers_pend_once_inside_a_stall),
            cmocka_unit_test(lost_interrupts_are_told_once),
            cmocka_unit_test(the_flash_interrupt_comes_when_the_operation_ends),
            cmocka_unit_test(dma_from_busy_flash_waits_for_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
