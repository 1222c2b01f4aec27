/* test_board_clocks.c - RCC and PWR: what firmware waits for when it sets up
 * its clocks, and what time is then.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include <string.h>

#include "board/board_priv.h"

#define RCC_CR       0x40023800u
#define RCC_PLLCFGR  0x40023804u
#define RCC_CFGR     0x40023808u
#define RCC_APB1RSTR 0x40023820u
#define RCC_APB1ENR  0x40023840u
#define RCC_BDCR     0x40023870u
#define RCC_CSR      0x40023874u
#define RCC_DCKCFGR  0x4002388Cu
#define PWR_CR       0x40007000u
#define PWR_CSR      0x40007004u
#define EXTI_IMR     0x40013C00u
#define EXTI_RTSR    0x40013C08u
#define EXTI_FTSR    0x40013C0Cu
#define EXTI_PR      0x40013C14u

#define HSERDY (1u << 17)
#define PLLRDY (1u << 25)

static const struct silicon_tear no_tear = {.kind = SILICON_TEAR_NONE};

static void open_f446(struct bench *t)
{
    bench_open(t, "stm32f446re");
    bench_set(t, RCC_APB1ENR, 1u << 28); /* PWR */
}

static void registers_have_their_reset_values(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f407vg");
    assert_int_equal(bench_get(&t, RCC_CR) & 0xFFFF00FF, 0x83);
    assert_int_equal(bench_get(&t, RCC_PLLCFGR), 0x24003010);
    assert_int_equal(bench_get(&t, RCC_CFGR), 0);
    assert_int_equal(bench_get(&t, 0x40023830), 0x00100000); /* CCM has its clock */
    assert_int_equal(bench_get(&t, RCC_CSR), 0x0E000000);
    assert_int_equal(board_hclk(t.b), 16000000);
    bench_close(&t);
}

static void an_oscillator_takes_its_time(void **state)
{
    struct bench t;
    open_f446(&t);
    bench_set(&t, RCC_CR, 1u << 16);
    assert_int_equal(bench_get(&t, RCC_CR) & HSERDY, 0);
    bench_pass(&t, 1900000);
    assert_int_equal(bench_get(&t, RCC_CR) & HSERDY, 0);
    bench_pass(&t, 100000);
    assert_int_equal(bench_get(&t, RCC_CR) & HSERDY, HSERDY);
    bench_put(&t, RCC_CR, bench_get(&t, RCC_CR) & ~(1u << 16));
    assert_int_equal(bench_get(&t, RCC_CR) & HSERDY, 0);
    bench_set(&t, RCC_CSR, 1);
    assert_int_equal(bench_get(&t, RCC_CSR) & 3, 1);
    bench_pass(&t, 15000);
    assert_int_equal(bench_get(&t, RCC_CSR) & 3, 3);
    bench_close(&t);
}

static void hsi_cannot_be_turned_off_under_the_system(void **state)
{
    struct bench t;
    open_f446(&t);
    bench_put(&t, RCC_CR, 0);
    assert_int_equal(bench_get(&t, RCC_CR) & 2, 2);
    bench_close(&t);
}

/* HSE 8 MHz, PLL with these factors, as SYSCLK with these prescalers. */
static void run_from_pll(struct bench *t, uint32_t m, uint32_t n, uint32_t cfgr)
{
    bench_set(t, RCC_CR, 1u << 16);
    bench_pass(t, 2000000);
    bench_put(t, RCC_PLLCFGR, 0x20400000 | n << 6 | m);
    bench_set(t, RCC_CR, 1u << 24);
    bench_put(t, RCC_CFGR, cfgr);
}

static void a_switch_of_the_system_clock_waits_for_the_pll(void **state)
{
    struct bench t;
    open_f446(&t);
    run_from_pll(&t, 4, 180, 0x9402); /* APB1 / 4, APB2 / 2 */
    assert_int_equal(bench_get(&t, RCC_CFGR) & 0xC, 0);
    assert_int_equal(board_hclk(t.b), 16000000);
    bench_pass(&t, 200000);
    assert_int_equal(bench_get(&t, RCC_CR) & PLLRDY, PLLRDY);
    assert_int_equal(bench_get(&t, RCC_CFGR) & 0xC, 8);
    assert_int_equal(board_hclk(t.b), 180000000);
    assert_int_equal(t.last[BOARD_EV_CLOCK].value, 180000000);
    assert_int_equal(silicon_conditions(board_silicon(t.b))->hclk_hz, 180000000);
    const struct bd_clocks *hz = &t.b->st.rcc.hz;
    assert_int_equal(hz->pclk1, 45000000);
    assert_int_equal(hz->pclk2, 90000000);
    assert_int_equal(hz->tim1, 90000000);
    assert_int_equal(hz->tim2, 180000000);
    bench_set(&t, RCC_DCKCFGR, 1u << 24); /* TIMPRE */
    assert_int_equal(hz->tim1, 180000000);
    board_reset(t.b, BOARD_RESET_PIN);
    assert_int_equal(board_hclk(t.b), 16000000);
    bench_close(&t);
}

static void prescalers_divide_as_the_manual_says(void **state)
{
    static const unsigned ahb[] = {2, 4, 8, 16, 64, 128, 256, 512};
    struct bench t;
    open_f446(&t);
    for (uint32_t i = 0; i < 8; i++) {
        bench_put(&t, RCC_CFGR, (8 + i) << 4);
        assert_int_equal(board_hclk(t.b), 16000000 / ahb[i]);
    }
    for (uint32_t i = 0; i < 8; i++) {
        bench_put(&t, RCC_CFGR, i << 10);
        assert_int_equal(t.b->st.rcc.hz.pclk1, 16000000 / (i < 4 ? 1 : 1 << (i - 3)));
        bench_put(&t, RCC_CFGR, i << 13);
        assert_int_equal(t.b->st.rcc.hz.pclk2, 16000000 / (i < 4 ? 1 : 1 << (i - 3)));
    }
    bench_close(&t);
}

static void the_crystal_is_the_boards(void **state)
{
    struct board_config config = {
            .part = silicon_part_find("stm32f407vg"), .hse_hz = 25000000};
    struct bench t;
    bench_open_with(&t, &config);
    run_from_pll(&t, 25, 336, 2);
    bench_pass(&t, 200000);
    assert_int_equal(board_hclk(t.b), 168000000);
    bench_close(&t);
}

static void f446_can_run_from_plls_r_output_and_f407_cannot(void **state)
{
    struct bench t;
    open_f446(&t);
    run_from_pll(&t, 4, 180, 3); /* R = 2 */
    bench_pass(&t, 200000);
    assert_int_equal(bench_get(&t, RCC_CFGR) & 0xC, 0xC);
    assert_int_equal(board_hclk(t.b), 180000000);
    bench_close(&t);
    bench_open(&t, "stm32f407vg");
    run_from_pll(&t, 4, 168, 3);
    bench_pass(&t, 10000000);
    assert_int_equal(bench_get(&t, RCC_CFGR) & 0xC, 0);
    bench_close(&t);
}

static void time_goes_on_evenly_through_a_change_of_clock(void **state)
{
    struct bench t;
    open_f446(&t);
    bench_pass(&t, 1000);
    uint64_t cycles = core_cycles(board_core(t.b));
    bench_put(&t, RCC_CFGR, 0x90); /* HCLK 4 MHz */
    uint64_t before = board_ns(t.b);
    bench_pass(&t, 1000);
    assert_int_equal(board_ns(t.b), before + 1000);
    assert_int_equal(core_cycles(board_core(t.b)), cycles + 4);
    bench_close(&t);
}

static void reset_flags_tell_the_cause_and_add_up(void **state)
{
    static const uint32_t flags[] = {[BOARD_RESET_POWER] = 0x0E000000,
            [BOARD_RESET_PIN] = 0x04000000,
            [BOARD_RESET_SOFTWARE] = 0x14000000,
            [BOARD_RESET_IWDG] = 0x24000000,
            [BOARD_RESET_WWDG] = 0x44000000,
            [BOARD_RESET_LOW_POWER] = 0x84000000};
    struct bench t;
    open_f446(&t);
    for (int why = BOARD_RESET_POWER; why <= BOARD_RESET_LOW_POWER; why++) {
        bench_set(&t, RCC_CSR, 1u << 24); /* RMVF */
        assert_int_equal(bench_get(&t, RCC_CSR) >> 25, 0);
        board_reset(t.b, (enum board_reset)why);
        assert_int_equal(bench_get(&t, RCC_CSR) & 0xFE000000, flags[why]);
        assert_int_equal(t.last[BOARD_EV_RESET].reset, why);
    }
    board_reset(t.b, BOARD_RESET_SOFTWARE);
    assert_int_equal(bench_get(&t, RCC_CSR) & 0xFE000000, 0x94000000);
    bench_close(&t);
}

static void a_reset_bit_resets_its_peripheral(void **state)
{
    const uint32_t tim2_psc = 0x40000028;
    struct bench t;
    open_f446(&t);
    bench_set(&t, RCC_APB1ENR, 1);
    bench_put(&t, tim2_psc, 7);
    bench_put(&t, RCC_APB1RSTR, 1);
    assert_int_equal(bench_get(&t, tim2_psc), 0);
    bench_close(&t);
}

static void the_backup_domain_is_locked_and_outlives_resets(void **state)
{
    struct board_config config = {
            .part = silicon_part_find("stm32f446re"), .battery = true};
    const uint32_t rtc_bkp0r = 0x40002850;
    struct bench t;
    bench_open_with(&t, &config);
    bench_set(&t, RCC_APB1ENR, 1u << 28);
    bench_put(&t, RCC_BDCR, 1);
    bench_put(&t, rtc_bkp0r, 42);
    assert_int_equal(bench_get(&t, RCC_BDCR), 0);
    assert_int_equal(bench_get(&t, rtc_bkp0r), 0);
    bench_set(&t, PWR_CR, 1u << 8);
    bench_put(&t, RCC_BDCR, 1);
    bench_put(&t, rtc_bkp0r, 42);
    bench_pass(&t, 2000000000);
    assert_int_equal(bench_get(&t, RCC_BDCR), 3); /* LSE is ready */
    board_reset(t.b, BOARD_RESET_SOFTWARE);
    assert_int_equal(bench_get(&t, RCC_BDCR), 3);
    board_power_cycle(t.b, no_tear);
    assert_int_equal(bench_get(&t, rtc_bkp0r), 42);
    assert_int_equal(bench_get(&t, RCC_BDCR), 3);
    bench_close(&t);

    config.battery = false;
    bench_open_with(&t, &config);
    bench_set(&t, RCC_APB1ENR, 1u << 28);
    bench_set(&t, PWR_CR, 1u << 8);
    bench_put(&t, RCC_BDCR, 1);
    bench_put(&t, rtc_bkp0r, 42);
    board_power_cycle(t.b, no_tear);
    assert_int_equal(bench_get(&t, rtc_bkp0r), 0);
    assert_int_equal(bench_get(&t, RCC_BDCR), 0);
    bench_close(&t);
}

static void the_rtc_answers_its_keys_and_waits(void **state)
{
    const uint32_t rtc = 0x40002800;
    struct bench t;
    open_f446(&t);
    bench_set(&t, PWR_CR, 1u << 8);
    bench_put(&t, rtc + 0x0C, 0x80);
    assert_int_equal(bench_get(&t, rtc + 0x0C) & 0x40, 0); /* locked */
    bench_put(&t, rtc + 0x24, 0xCA);
    bench_put(&t, rtc + 0x24, 0x53);
    bench_put(&t, rtc + 0x0C, 0x80);
    assert_int_equal(bench_get(&t, rtc + 0x0C) & 0x40, 0x40); /* INITF */
    bench_put(&t, rtc, 0x00123456);
    uint32_t pc;
    assert_null(board_gap(t.b, 0, &pc));
    assert_int_equal(bench_get(&t, rtc), 0x00123456);
    assert_non_null(board_gap(t.b, 0, &pc)); /* that it stands still is named */
    bench_put(&t, rtc + 0x24, 0xFF);
    bench_put(&t, rtc, 0);
    assert_int_equal(bench_get(&t, rtc), 0x00123456);
    bench_close(&t);
}

static void overdrive_and_scaling_become_ready(void **state)
{
    struct bench t;
    open_f446(&t);
    assert_int_equal(bench_get(&t, PWR_CR), 0xC000);
    assert_int_equal(bench_get(&t, PWR_CSR), 1u << 14); /* VOSRDY */
    bench_set(&t, PWR_CR, 1u << 16);
    assert_int_equal(bench_get(&t, PWR_CSR) >> 16 & 3, 1);
    bench_set(&t, PWR_CR, 1u << 17);
    assert_int_equal(bench_get(&t, PWR_CSR) >> 16 & 3, 3);
    bench_set(&t, PWR_CSR, 1u << 9); /* BRE */
    assert_int_equal(bench_get(&t, PWR_CSR) & 8, 8);
    bench_close(&t);
}

static void the_detector_sees_the_supply_fall_and_rise(void **state)
{
    enum { PVD_IRQ = 1 };
    struct bench t;
    open_f446(&t);
    bench_put(&t, EXTI_IMR, 1u << 16);
    bench_put(&t, EXTI_RTSR, 1u << 16);
    bench_set(&t, PWR_CR, 1u << 4 | 7u << 5); /* 2.9 V */
    assert_int_equal(bench_get(&t, PWR_CSR) & 4, 0);
    board_vdd(t.b, 2850);
    assert_int_equal(bench_get(&t, PWR_CSR) & 4, 4);
    assert_true(bench_line(&t, PVD_IRQ));
    bench_put(&t, EXTI_PR, 1u << 16);
    assert_false(bench_line(&t, PVD_IRQ));
    board_vdd(t.b, 3300);
    assert_false(bench_line(&t, PVD_IRQ)); /* only the rise of PVDO was asked for */
    bench_put(&t, EXTI_FTSR, 1u << 16);
    board_vdd(t.b, 2850);
    bench_put(&t, EXTI_PR, 1u << 16);
    board_vdd(t.b, 3300);
    assert_true(bench_line(&t, PVD_IRQ));
    assert_int_equal(silicon_conditions(board_silicon(t.b))->vdd_mv, 3300);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(registers_have_their_reset_values),
            cmocka_unit_test(an_oscillator_takes_its_time),
            cmocka_unit_test(hsi_cannot_be_turned_off_under_the_system),
            cmocka_unit_test(a_switch_of_the_system_clock_waits_for_the_pll),
            cmocka_unit_test(prescalers_divide_as_the_manual_says),
            cmocka_unit_test(the_crystal_is_the_boards),
            cmocka_unit_test(f446_can_run_from_plls_r_output_and_f407_cannot),
            cmocka_unit_test(time_goes_on_evenly_through_a_change_of_clock),
            cmocka_unit_test(reset_flags_tell_the_cause_and_add_up),
            cmocka_unit_test(a_reset_bit_resets_its_peripheral),
            cmocka_unit_test(the_backup_domain_is_locked_and_outlives_resets),
            cmocka_unit_test(the_rtc_answers_its_keys_and_waits),
            cmocka_unit_test(overdrive_and_scaling_become_ready),
            cmocka_unit_test(the_detector_sees_the_supply_fall_and_rise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
