/* test_board_pins.c - GPIO, EXTI and the debug unit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include "board/board_priv.h"

#define RCC_AHB1ENR   0x40023830u
#define RCC_APB2ENR   0x40023844u
#define GPIOA         0x40020000u
#define GPIOB         0x40020400u
#define SYSCFG_EXTICR 0x40013808u
#define EXTI          0x40013C00u

enum { MODER = 0x00, PUPDR = 0x0C, IDR = 0x10, ODR = 0x14, BSRR = 0x18, LCKR = 0x1C };
enum { IMR = 0x00, EMR = 0x04, RTSR = 0x08, FTSR = 0x0C, SWIER = 0x10, PR = 0x14 };

static void open_pins(struct bench *t)
{
    bench_open(t, "stm32f446re");
    bench_set(t, RCC_AHB1ENR, 7);
    bench_set(t, RCC_APB2ENR, 1u << 14);
}

static void an_output_drives_its_pin(void **state)
{
    struct bench t;
    open_pins(&t);
    assert_int_equal(bench_get(&t, GPIOA + MODER), 0xA8000000);
    bench_put(&t, GPIOA + MODER, 1u << 10); /* PA5 */
    bench_put(&t, GPIOA + BSRR, 1u << 5);
    assert_true(board_pin_out(t.b, 'A', 5));
    /* PA13 and PA15 are the debug port's, pulled up. */
    assert_int_equal(bench_get(&t, GPIOA + IDR), 0xA000 | 1u << 5);
    bench_put(&t, GPIOA + BSRR, 1u << 21);
    assert_false(board_pin_out(t.b, 'A', 5));
    bench_put(&t, GPIOA + BSRR, 1u << 21 | 1u << 5); /* setting wins */
    assert_true(board_pin_out(t.b, 'A', 5));
    bench_put(&t, GPIOA + ODR, 0);
    assert_false(board_pin_out(t.b, 'A', 5));
    bench_put_narrow(&t, GPIOA + BSRR, 2, 1u << 5);
    assert_int_equal(bench_get(&t, GPIOA + ODR), 1u << 5);
    bench_put_narrow(&t, GPIOA + BSRR + 2, 2, 1u << 5);
    assert_int_equal(bench_get(&t, GPIOA + ODR), 0);
    assert_int_equal(bench_get(&t, GPIOA + BSRR), 0);
    assert_false(board_pin_out(t.b, 'Z', 5));
    assert_false(board_pin_out(t.b, 'A', 16));
    bench_close(&t);
}

static void an_input_reads_the_world_or_its_pull_up(void **state)
{
    struct bench t;
    open_pins(&t);
    assert_int_equal(bench_get(&t, GPIOB + IDR) & 3, 0);
    bench_put(&t, GPIOB + PUPDR, 1);
    assert_int_equal(bench_get(&t, GPIOB + IDR) & 3, 1);
    board_pin(t.b, 'B', 0, false);
    board_pin(t.b, 'B', 1, true);
    assert_int_equal(bench_get(&t, GPIOB + IDR) & 3, 2);
    bench_close(&t);
}

static void an_edge_at_the_chosen_port_raises_its_line(void **state)
{
    enum { EXTI3_IRQ = 9 };
    struct bench t;
    open_pins(&t);
    bench_put(&t, SYSCFG_EXTICR, 1u << 12); /* line 3: port B */
    bench_put(&t, EXTI + IMR, 1u << 3);
    bench_put(&t, EXTI + RTSR, 1u << 3);
    board_pin(t.b, 'A', 3, true);
    assert_false(bench_line(&t, EXTI3_IRQ));
    board_pin(t.b, 'B', 3, true);
    assert_true(bench_line(&t, EXTI3_IRQ));
    assert_int_equal(bench_get(&t, EXTI + PR), 1u << 3);
    bench_put(&t, EXTI + PR, 1u << 3);
    board_pin(t.b, 'B', 3, false);
    assert_false(bench_line(&t, EXTI3_IRQ));
    bench_put(&t, EXTI + FTSR, 1u << 3);
    board_pin(t.b, 'B', 3, true);
    bench_put(&t, EXTI + PR, 1u << 3);
    board_pin(t.b, 'B', 3, false);
    assert_true(bench_line(&t, EXTI3_IRQ));
    bench_close(&t);
}

static void lines_share_interrupts_and_software_can_raise_them(void **state)
{
    enum { EXTI9_5_IRQ = 23, EXTI15_10_IRQ = 40 };
    struct bench t;
    open_pins(&t);
    bench_put(&t, EXTI + IMR, 1u << 5 | 1u << 9 | 1u << 15);
    bench_put(&t, EXTI + SWIER, 1u << 5 | 1u << 9 | 1u << 6);
    assert_int_equal(bench_get(&t, EXTI + PR), 1u << 5 | 1u << 9); /* 6 is masked */
    bench_put(&t, EXTI + PR, 1u << 5);
    assert_true(bench_line(&t, EXTI9_5_IRQ));
    bench_put(&t, EXTI + PR, 1u << 9);
    assert_false(bench_line(&t, EXTI9_5_IRQ));
    bench_put(&t, EXTI + SWIER, 1u << 15);
    assert_true(bench_line(&t, EXTI15_10_IRQ));
    bench_put(&t, EXTI + IMR, 0);
    assert_false(bench_line(&t, EXTI15_10_IRQ));
    bench_close(&t);
}

static void the_device_id_is_the_dies(void **state)
{
    static const struct {
        const char *part;
        uint16_t rev;
        uint32_t id;
    } cases[] = {{"stm32f407vg", 0, 0x100F0413}, {"stm32f407vg", 0x1000, 0x10000411},
            {"stm32f429zi", 0, 0x20030419}, {"stm32f446re", 0, 0x10000421},
            {"stm32f411re", 0x1001, 0x10010431}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct board_config config = {.part = silicon_part_find(cases[i].part),
                .conditions = {.rev_id = cases[i].rev}};
        struct bench t;
        bench_open_with(&t, &config);
        assert_int_equal(bench_get(&t, 0xE0042000), cases[i].id);
        bench_put(&t, 0xE0042000, 0);
        assert_int_equal(bench_get(&t, 0xE0042000), cases[i].id);
        bench_put(&t, 0xE0042004, 7); /* outlives a reset, not the power */
        board_reset(t.b, BOARD_RESET_SOFTWARE);
        assert_int_equal(bench_get(&t, 0xE0042004), 7);
        board_power_cycle(t.b, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
        assert_int_equal(bench_get(&t, 0xE0042004), 0);
        bench_close(&t);
    }
}

static void a_narrow_store_fills_all_lanes_behind_an_apb_bridge(void **state)
{
    const uint32_t tim2_ccr1 = 0x40000034;
    struct bench t;
    open_pins(&t);
    bench_set(&t, 0x40023840, 1);
    bench_put_narrow(&t, tim2_ccr1, 1, 0xAB);
    assert_int_equal(bench_get(&t, tim2_ccr1), 0xABABABAB);
    bench_put_narrow(&t, tim2_ccr1 + 2, 2, 0x1234);
    assert_int_equal(bench_get(&t, tim2_ccr1), 0x12341234);
    bench_put(&t, GPIOA + LCKR, 0x11111111);
    bench_put_narrow(&t, GPIOA + LCKR + 1, 1, 0xAB); /* the AHB takes the byte */
    assert_int_equal(bench_get(&t, GPIOA + LCKR), 0x1111AB11);
    bench_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(an_output_drives_its_pin),
            cmocka_unit_test(an_input_reads_the_world_or_its_pull_up),
            cmocka_unit_test(an_edge_at_the_chosen_port_raises_its_line),
            cmocka_unit_test(lines_share_interrupts_and_software_can_raise_them),
            cmocka_unit_test(the_device_id_is_the_dies),
            cmocka_unit_test(a_narrow_store_fills_all_lanes_behind_an_apb_bridge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
