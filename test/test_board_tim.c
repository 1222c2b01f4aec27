/* test_board_tim.c - timers as counters.
 *
 * The bus clock is 16 MHz throughout, so with PSC = 15 a tick is 1 us.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include "board/board_priv.h"

#define RCC_CFGR    0x40023808u
#define RCC_APB1ENR 0x40023840u
#define RCC_APB2ENR 0x40023844u
#define TIM1        0x40010000u
#define TIM2        0x40000000u
#define TIM3        0x40000400u
#define TIM10       0x40014400u

enum { CR1 = 0x00, SMCR = 0x08, DIER = 0x0C, SR = 0x10, EGR = 0x14, CCMR1 = 0x18 };
enum { CNT = 0x24, PSC = 0x28, ARR = 0x2C, RCR = 0x30, CCR1 = 0x34, CCR2 = 0x38 };
enum { CEN = 1, UDIS = 2, URS = 4, OPM = 8, DIR = 16, ARPE = 128 };
enum { TIM1_UP_IRQ = 25, TIM1_CC_IRQ = 27, TIM2_IRQ = 28, US = 1000, CYCLE = 63 };

/* A timer with a tick of 1 us and this reload value, not running. */
static void open_timer(struct bench *t, uint32_t timer, uint32_t arr)
{
    bench_open(t, "stm32f446re");
    bench_put(t, RCC_APB1ENR, 7);
    bench_put(t, RCC_APB2ENR, 1 | 1u << 17);
    bench_put(t, timer + PSC, 15);
    bench_put(t, timer + ARR, arr);
    bench_put(t, timer + EGR, 1);
    bench_put(t, timer + SR, 0);
}

static void a_counter_counts_up_to_arr_and_over(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 9);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 3 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 3);
    bench_pass(&t, 6 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 9);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 0);
    bench_pass(&t, US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 1);
    bench_put(&t, TIM2 + SR, 0);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 0);
    bench_close(&t);
}

static void a_stopped_counter_keeps_its_value(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 99);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 5 * US);
    bench_put(&t, TIM2 + CR1, 0);
    bench_pass(&t, 50 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 5);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 2 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 7);
    bench_put(&t, TIM2 + CNT, 50);
    bench_pass(&t, US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 51);
    bench_close(&t);
}

static void the_update_interrupt_comes_at_its_time(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 999);
    bench_put(&t, TIM2 + DIER, 1);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 1000 * US - CYCLE);
    assert_false(bench_line(&t, TIM2_IRQ));
    bench_pass(&t, CYCLE);
    assert_true(bench_line(&t, TIM2_IRQ));
    bench_put(&t, TIM2 + SR, 0);
    assert_false(bench_line(&t, TIM2_IRQ));
    bench_close(&t);
}

static void serving_interrupts_late_does_not_shift_the_next(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 999);
    bench_put(&t, TIM2 + DIER, 1);
    uint64_t start = board_ns(t.b);
    bench_put(&t, TIM2 + CR1, CEN);
    for (unsigned i = 0; i < 1000; i++) {
        bench_pass(&t, 1000 * US + 37);
        bench_put(&t, TIM2 + SR, 0);
        (void)bench_get(&t, TIM2 + CNT);
    }
    uint64_t us = (board_ns(t.b) - start) / US;
    assert_int_equal(bench_get(&t, TIM2 + CNT), us % 1000);
    bench_close(&t);
}

static void writing_registers_keeps_the_prescalers_count(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 999);
    bench_put(&t, TIM2 + CR1, CEN);
    for (unsigned i = 0; i < 100; i++) {
        bench_pass(&t, 625); /* ten cycles, of sixteen a tick */
        bench_put(&t, TIM2 + ARR, 999 - i % 2);
        bench_put(&t, TIM2 + CR1, CEN);
    }
    assert_int_equal(bench_get(&t, TIM2 + CNT), 62);
    bench_close(&t);
}

static void an_update_that_finds_the_last_one_waiting_is_a_lost_one(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 999);
    bench_put(&t, TIM2 + DIER, 1);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 3500 * US);
    assert_int_equal(t.b->again[TIM2_IRQ], 2);
    bench_close(&t);
}

static void counting_down_and_up_again(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 9);
    bench_put(&t, TIM2 + CR1, DIR);
    bench_put(&t, TIM2 + EGR, 1);
    bench_put(&t, TIM2 + SR, 0);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 9);
    bench_put(&t, TIM2 + CR1, DIR | CEN);
    bench_pass(&t, 9 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 0);
    bench_pass(&t, US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 9);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 1);
    bench_put(&t, TIM2 + CR1, CEN);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 9); /* turns where it is */
    bench_close(&t);
}

static void a_centred_counter_goes_to_and_fro(void **state)
{
    static const uint8_t counts[] = {0, 1, 2, 3, 4, 3, 2, 1, 0, 1};
    struct bench t;
    open_timer(&t, TIM3, 4);
    bench_put(&t, TIM3 + CR1, 3u << 5 | CEN);
    for (size_t i = 0; i < sizeof(counts); i++) {
        assert_int_equal(bench_get(&t, TIM3 + CNT), counts[i]);
        uint32_t ends = i % 4 == 0 && i > 0 ? 1 : 0; /* at ARR and at 0 */
        assert_int_equal(bench_get(&t, TIM3 + SR) & 1, ends);
        bench_put(&t, TIM3 + SR, 0);
        bench_pass(&t, US);
    }
    bench_close(&t);
}

static void a_compare_channel_tells_its_place(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 99);
    bench_put(&t, TIM2 + CCR1, 40);
    bench_put(&t, TIM2 + CCR2, 100); /* never reached */
    bench_put(&t, TIM2 + DIER, 2);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 40 * US - CYCLE);
    assert_false(bench_line(&t, TIM2_IRQ));
    bench_pass(&t, CYCLE);
    assert_true(bench_line(&t, TIM2_IRQ));
    bench_pass(&t, 200 * US);
    assert_int_equal(bench_get(&t, TIM2 + SR), 1 | 2 | 8 | 16); /* CCR3 and 4 are 0 */
    bench_put(&t, TIM2 + SR, 0);
    bench_put(&t, TIM2 + CCMR1, 1); /* an input now: no edge comes */
    bench_pass(&t, 200 * US);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 2, 0);
    bench_close(&t);
}

static void preloaded_values_take_effect_at_the_update(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 9);
    bench_put(&t, TIM2 + CR1, ARPE | CEN);
    bench_put(&t, TIM2 + ARR, 4);
    bench_put(&t, TIM2 + PSC, 31);
    bench_pass(&t, 9 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 9);
    bench_pass(&t, US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    bench_pass(&t, 8 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 4);
    bench_pass(&t, 2 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    bench_close(&t);
}

static void without_preload_arr_acts_at_once(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 9);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 2 * US);
    bench_put(&t, TIM2 + ARR, 3);
    bench_pass(&t, 2 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    bench_close(&t);
}

static void one_pulse_stops_at_the_update(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 9);
    bench_put(&t, TIM2 + CR1, OPM | CEN);
    bench_pass(&t, 30 * US);
    assert_int_equal(bench_get(&t, TIM2 + CR1), OPM);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 1);
    bench_close(&t);
}

static void ug_starts_over_and_urs_and_udis_mute_it(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 99);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 5 * US);
    bench_put(&t, TIM2 + EGR, 1);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 1);
    bench_put(&t, TIM2 + SR, 0);
    bench_put(&t, TIM2 + CR1, CEN | URS);
    bench_put(&t, TIM2 + EGR, 1);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 0);
    bench_pass(&t, 100 * US);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 1); /* an overflow still tells */
    bench_put(&t, TIM2 + SR, 0);
    bench_put(&t, TIM2 + CR1, CEN | UDIS);
    bench_pass(&t, 300 * US);
    assert_int_equal(bench_get(&t, TIM2 + SR) & 1, 0);
    bench_put(&t, TIM2 + EGR, 4); /* CC2G */
    assert_int_equal(bench_get(&t, TIM2 + SR) & 4, 4);
    bench_close(&t);
}

static void repetition_counts_rounds(void **state)
{
    struct bench t;
    open_timer(&t, TIM1, 9);
    bench_put(&t, TIM1 + RCR, 2);
    bench_put(&t, TIM1 + EGR, 1);
    bench_put(&t, TIM1 + SR, 0);
    bench_put(&t, TIM1 + DIER, 1);
    bench_put(&t, TIM1 + CR1, CEN);
    bench_pass(&t, 29 * US);
    assert_false(bench_line(&t, TIM1_UP_IRQ));
    bench_pass(&t, US);
    assert_true(bench_line(&t, TIM1_UP_IRQ));
    bench_put(&t, TIM1 + SR, 0);
    bench_put(&t, TIM1 + DIER, 0); /* and when nobody wants to know */
    bench_pass(&t, 59 * US);
    assert_int_equal(bench_get(&t, TIM1 + SR) & 1, 1);
    bench_put(&t, TIM1 + SR, 0);
    bench_pass(&t, US);
    assert_int_equal(bench_get(&t, TIM1 + SR) & 1, 1);
    bench_close(&t);
}

static void two_timers_share_a_line(void **state)
{
    struct bench t;
    open_timer(&t, TIM1, 9);
    bench_put(&t, TIM10 + ARR, 9);
    bench_put(&t, TIM10 + EGR, 1);
    bench_put(&t, TIM10 + DIER, 1);
    bench_put(&t, TIM1 + EGR, 1 | 2);
    bench_put(&t, TIM1 + DIER, 1);
    assert_true(bench_line(&t, TIM1_UP_IRQ));
    assert_false(bench_line(&t, TIM1_CC_IRQ));
    bench_put(&t, TIM1 + DIER, 1 | 2);
    assert_true(bench_line(&t, TIM1_CC_IRQ));
    bench_put(&t, TIM1 + SR, 0);
    assert_true(bench_line(&t, TIM1_UP_IRQ));
    bench_put(&t, TIM10 + SR, 0);
    assert_false(bench_line(&t, TIM1_UP_IRQ));
    bench_close(&t);
}

static void tim2_is_32_bits_wide_and_tim3_16(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 0xFFFFFFFF);
    bench_put(&t, TIM2 + CNT, 0x12345678);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0x12345678);
    bench_put(&t, TIM3 + CNT, 0x12345678);
    assert_int_equal(bench_get(&t, TIM3 + CNT), 0x5678);
    bench_put(&t, TIM3 + ARR, 0x12345678);
    assert_int_equal(bench_get(&t, TIM3 + ARR), 0x5678);
    bench_close(&t);
}

static void an_encoder_that_nobody_turns_stands_still(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 99);
    bench_put(&t, TIM2 + SMCR, 3);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 50 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 0);
    bench_put(&t, TIM2 + SMCR, 0);
    bench_pass(&t, 5 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 5);
    bench_close(&t);
}

static void what_a_timer_waits_for_in_vain_is_named(void **state)
{
    enum { CCER = 0x20, UDE = 0x100, INPUT = 1, CC1E = 1 };
    struct bench t;
    uint32_t pc;
    open_timer(&t, TIM2, 99);
    bench_put(&t, TIM2 + CCER, CC1E); /* an output: nobody waits */
    bench_put(&t, TIM2 + DIER, 3);
    assert_null(board_gap(t.b, 0, &pc));
    bench_put(&t, TIM2 + CCER, 0);
    bench_put(&t, TIM2 + CCMR1, INPUT);
    assert_null(board_gap(t.b, 0, &pc));
    bench_put(&t, TIM2 + CCER, CC1E);
    assert_non_null(board_gap(t.b, 0, &pc));
    assert_null(board_gap(t.b, 1, &pc));
    bench_put(&t, TIM3 + DIER, UDE);
    assert_string_equal(board_gap(t.b, 1, &pc), "DMA requests of timers");
    bench_close(&t);

    open_timer(&t, TIM2, 99);
    bench_put(&t, TIM2 + SMCR, 3); /* an encoder */
    assert_string_equal(
            board_gap(t.b, 0, &pc), "edges and triggers at the inputs of timers");
    bench_close(&t);
}

static void a_change_of_clock_changes_the_pace(void **state)
{
    struct bench t;
    open_timer(&t, TIM2, 9999);
    bench_put(&t, TIM2 + DIER, 1);
    bench_put(&t, TIM2 + CR1, CEN);
    bench_pass(&t, 100 * US);
    bench_put(&t, RCC_CFGR, 0x80); /* HCLK 8 MHz: a tick is 2 us */
    bench_pass(&t, 100 * US);
    assert_int_equal(bench_get(&t, TIM2 + CNT), 150);
    bench_pass(&t, 2 * 9850 * US - 200);
    assert_false(bench_line(&t, TIM2_IRQ));
    bench_pass(&t, 200);
    assert_true(bench_line(&t, TIM2_IRQ));
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_counter_counts_up_to_arr_and_over),
            cmocka_unit_test(a_stopped_counter_keeps_its_value),
            cmocka_unit_test(the_update_interrupt_comes_at_its_time),
            cmocka_unit_test(serving_interrupts_late_does_not_shift_the_next),
            cmocka_unit_test(writing_registers_keeps_the_prescalers_count),
            cmocka_unit_test(an_update_that_finds_the_last_one_waiting_is_a_lost_one),
            cmocka_unit_test(counting_down_and_up_again),
            cmocka_unit_test(a_centred_counter_goes_to_and_fro),
            cmocka_unit_test(a_compare_channel_tells_its_place),
            cmocka_unit_test(preloaded_values_take_effect_at_the_update),
            cmocka_unit_test(without_preload_arr_acts_at_once),
            cmocka_unit_test(one_pulse_stops_at_the_update),
            cmocka_unit_test(ug_starts_over_and_urs_and_udis_mute_it),
            cmocka_unit_test(repetition_counts_rounds),
            cmocka_unit_test(two_timers_share_a_line),
            cmocka_unit_test(tim2_is_32_bits_wide_and_tim3_16),
            cmocka_unit_test(an_encoder_that_nobody_turns_stands_still),
            cmocka_unit_test(what_a_timer_waits_for_in_vain_is_named),
            cmocka_unit_test(a_change_of_clock_changes_the_pace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
