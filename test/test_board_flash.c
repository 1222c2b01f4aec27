/* test_board_flash.c - silicon as the board's flash: when it is lent to the
 * core, what a listener hears, power.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include <string.h>

#include "board/board_priv.h"

#define ACR   0x40023C00u
#define KEYR  0x40023C04u
#define SR    0x40023C0Cu
#define CR    0x40023C10u
#define CODE  0x08000000u
#define DATA  0x08020000u
#define BANK2 0x08100000u

enum { DCEN = 1 << 10, DCRST = 1 << 12, PG_X32 = 0x201, SER = 2, STRT = 1 << 16 };

static void unlock(struct bench *t)
{
    bench_put(t, KEYR, 0x45670123);
    bench_put(t, KEYR, 0xCDEF89AB);
}

static bool lent(struct bench *t, uint32_t addr)
{
    struct core_page page;
    bd_bus.page(t->b, addr, false, &page);
    return page.read;
}

static bool runs(struct bench *t, uint32_t addr)
{
    struct core_page page;
    bd_bus.page(t->b, addr, false, &page);
    return page.fetch;
}

static void program(struct bench *t, uint32_t addr, uint32_t value)
{
    bench_put(t, CR, PG_X32);
    bench_put(t, addr, value);
    assert_int_equal(bd_bus.barrier(t->b), CORE_OK);
    bench_pass(t, 200000);
    bench_put(t, CR, 0);
}

/* ---- the loan -------------------------------------------------------------------- */

static void flash_is_called_in_while_anything_is_on_its_way(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    unlock(&t);
    assert_true(lent(&t, CODE) && runs(&t, CODE) && lent(&t, 0));
    bench_put(&t, CR, PG_X32);
    assert_true(lent(&t, CODE));
    bench_put(&t, DATA, 5);
    assert_false(lent(&t, CODE) || runs(&t, CODE)); /* in the store buffer */
    assert_int_equal(bd_bus.barrier(t.b), CORE_OK);
    assert_false(lent(&t, CODE) || runs(&t, CODE)); /* the bank is busy */
    assert_false(runs(&t, 0));
    bench_pass(&t, 200000);
    assert_true(lent(&t, CODE) && runs(&t, CODE));
    bench_close(&t);
}

static void the_other_bank_goes_on_running(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f429zi");
    unlock(&t);
    bench_put(&t, CR, PG_X32);
    bench_put(&t, BANK2, 5);
    assert_int_equal(bd_bus.barrier(t.b), CORE_OK);
    assert_true(runs(&t, CODE) && lent(&t, CODE));
    assert_false(runs(&t, BANK2) || lent(&t, BANK2));
    bench_close(&t);
}

static void pages_that_a_cache_line_may_lie_about_are_not_lent(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    unlock(&t);
    bench_put(&t, ACR, DCEN);
    assert_int_equal(bench_get(&t, DATA), 0xFFFFFFFF); /* the line is cached */
    bench_put(&t, CR, SER | 5u << 3 | STRT | 2u << 8);
    bench_pass(&t, 3000000000);
    (void)bench_get(&t, DATA);
    assert_false(lent(&t, DATA));
    assert_true(lent(&t, CODE));
    bench_put(&t, ACR, 0);
    bench_put(&t, ACR, DCRST);
    bench_put(&t, ACR, 0);
    bench_put(&t, ACR, DCEN);
    for (uint32_t i = 0; i < 4096; i += 4) {
        (void)bench_get(&t, DATA + i); /* each for the first time since */
    }
    assert_true(lent(&t, DATA));
    bench_close(&t);
}

static void nor_are_they_when_nobody_listens(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    t.b->listeners = 0;
    unlock(&t);
    bench_put(&t, ACR, DCEN);
    assert_int_equal(bench_get(&t, DATA), 0xFFFFFFFF);
    program(&t, DATA, 1);
    assert_false(lent(&t, DATA));
    bench_put(&t, ACR, 0);
    assert_true(lent(&t, DATA)); /* the cache is not asked */
    bench_put(&t, ACR, DCEN);
    assert_false(lent(&t, DATA));
    bench_put(&t, ACR, 0);
    bench_put(&t, ACR, DCRST);
    bench_put(&t, ACR, DCEN);
    assert_true(lent(&t, DATA));
    bench_close(&t);
}

static void unstable_and_protected_pages_are_not_lent(void **state)
{
    const uint32_t one = 1;
    struct bench t;
    bench_open(&t, "stm32f446re");
    silicon_unsettle(board_silicon(t.b), DATA, &one, 4);
    assert_false(lent(&t, DATA) || runs(&t, DATA));
    silicon_set_options(board_silicon(t.b), 0x8001AAEC, 0); /* PCROP of sector 0 */
    assert_false(lent(&t, CODE));
    assert_true(runs(&t, CODE));
    bench_close(&t);
}

static void a_stale_line_is_read_as_on_the_chip(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    unlock(&t);
    bench_put(&t, ACR, DCEN);
    program(&t, DATA, 0x0F0F0F0F);
    assert_int_equal(bench_get(&t, DATA), 0x0F0F0F0F);
    program(&t, DATA, 0xF0F0FFFF);
    assert_int_equal(bench_get(&t, DATA), 0xF0F0FFFF); /* the D-cache's lie */
    assert_int_equal(t.laws[LAW_STALE_READ], 1);
    uint32_t word;
    assert_int_equal(board_peek(t.b, DATA, &word, 4), 4);
    assert_int_equal(word, 0x00000F0F);
    bench_close(&t);
}

/* ---- what is told ------------------------------------------------------------------ */

static void the_first_read_of_each_changed_word_is_told(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    unlock(&t);
    assert_int_equal(bench_get(&t, DATA), 0xFFFFFFFF);
    assert_int_equal(t.seen[BOARD_EV_READ], 0);
    program(&t, DATA, 0x11223344);
    program(&t, DATA + 4, 0x55667788);
    assert_int_equal(bench_get_narrow(&t, DATA + 1, 1), 0x33);
    assert_int_equal(t.seen[BOARD_EV_READ], 1);
    assert_int_equal(t.last[BOARD_EV_READ].addr, DATA + 1);
    assert_int_equal(t.last[BOARD_EV_READ].width, 1);
    assert_int_equal(t.last[BOARD_EV_READ].value, 0x33);
    (void)bench_get(&t, DATA);
    (void)bench_get(&t, DATA + 8);
    assert_int_equal(t.seen[BOARD_EV_READ], 1);
    assert_false(lent(&t, DATA));
    (void)bench_get(&t, DATA + 4);
    assert_int_equal(t.seen[BOARD_EV_READ], 2);
    assert_true(lent(&t, DATA)); /* all were read */
    program(&t, DATA, 0);
    (void)bench_get(&t, DATA);
    assert_int_equal(t.seen[BOARD_EV_READ], 3);
    bench_close(&t);
}

static void silicon_is_heard_with_the_cycle_and_the_program_counter(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    core_reg_set(board_core(t.b), CORE_PC, 0x08000122);
    bench_pass(&t, 1000);
    unlock(&t);
    assert_int_equal(t.flash[SILICON_EV_UNLOCK], 1);
    assert_int_equal(t.last[BOARD_EV_FLASH].pc, 0x08000122);
    assert_int_equal(t.last[BOARD_EV_FLASH].cycle, core_cycles(board_core(t.b)));
    assert_int_equal(t.last[BOARD_EV_FLASH].ns, board_ns(t.b));
    bench_close(&t);
}

static void a_wrong_key_is_a_bus_error(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    assert_int_equal(bd_write(t.b, KEYR, 4, 1, 0), CORE_ERROR);
    assert_int_equal(t.laws[LAW_KEY], 1);
    bench_close(&t);
}

/* ---- code ---------------------------------------------------------------------------- */

static void a_line_of_code_costs_latency_and_waits_for_the_bank(void **state)
{
    const uint8_t code[CORE_LINE] = {1, 2, 3, 4};
    uint8_t line[CORE_LINE];
    unsigned wait;
    struct bench t;
    bench_open(&t, "stm32f446re");
    assert_true(board_load(t.b, CODE + 16, code, sizeof(code)));
    bench_put(&t, ACR, 5);
    assert_int_equal(bd_bus.line(t.b, CODE + 16, line, &wait), CORE_OK);
    assert_int_equal(wait, 5);
    assert_memory_equal(line, code, sizeof(line));
    unlock(&t);
    bench_put(&t, CR, PG_X32);
    bench_put(&t, DATA, 5);
    uint64_t before = board_ns(t.b);
    assert_int_equal(bd_bus.line(t.b, CODE, line, &wait), CORE_OK);
    assert_true(board_ns(t.b) > before + 10000);
    assert_int_equal(t.flash[SILICON_EV_STALL], 1);
    bench_close(&t);
}

static void the_boot_loader_is_not_modelled_and_says_so(void **state)
{
    uint8_t line[CORE_LINE];
    unsigned wait;
    struct bench t;
    bench_open(&t, "stm32f446re");
    assert_int_equal(bd_bus.line(t.b, 0x1FFF0550, line, &wait), CORE_GONE);
    assert_true(t.b->unmodelled);
    assert_non_null(strstr(board_why(t.b), "boot loader"));
    assert_int_equal(bd_bus.line(t.b, 0x1FFF7800, line, &wait), CORE_OK); /* OTP */
    bench_close(&t);
}

/* ---- power --------------------------------------------------------------------------- */

static void a_planned_cut_ends_the_access(void **state)
{
    const struct silicon_tear none = {.kind = SILICON_TEAR_NONE};
    struct bench t;
    bench_open(&t, "stm32f446re");
    board_plan_cut(t.b, 2, none);
    unlock(&t);
    program(&t, DATA, 1);
    bench_put(&t, CR, PG_X32);
    bench_put(&t, DATA + 4, 2);
    assert_int_equal(bd_bus.barrier(t.b), CORE_GONE);
    assert_int_equal(board_run(t.b, UINT64_MAX), BOARD_CUT);
    board_power_cycle(t.b, none);
    assert_int_equal(bench_get(&t, DATA), 1);
    assert_int_equal(bench_get(&t, DATA + 4), 0xFFFFFFFF);
    assert_int_equal(bench_get(&t, CR), 0x80000000);
    assert_int_equal(t.last[BOARD_EV_RESET].reset, BOARD_RESET_POWER);
    bench_close(&t);
}

static void without_power_ram_is_lost_and_only_then(void **state)
{
    const struct silicon_tear none = {.kind = SILICON_TEAR_NONE};
    struct bench t;
    bench_open(&t, "stm32f446re");
    uint32_t at_first = bench_get(&t, 0x20000100);
    bench_put(&t, 0x20000100, at_first + 1);
    board_reset(t.b, BOARD_RESET_POWER);
    board_reset(t.b, BOARD_RESET_IWDG);
    assert_int_equal(bench_get(&t, 0x20000100), at_first + 1);
    board_power_cycle(t.b, none);
    assert_int_equal(bench_get(&t, 0x20000100), at_first); /* the same rubbish */
    bench_close(&t);
    struct board_config config = {
            .part = silicon_part_find("stm32f446re"), .conditions = {.seed = 5}};
    bench_open_with(&t, &config);
    assert_int_not_equal(bench_get(&t, 0x20000100), at_first);
    bench_close(&t);
}

static void a_battery_keeps_the_backup_sram(void **state)
{
    const struct silicon_tear none = {.kind = SILICON_TEAR_NONE};
    for (int battery = 0; battery < 2; battery++) {
        struct board_config config = {
                .part = silicon_part_find("stm32f446re"), .battery = battery == 1};
        struct bench t;
        bench_open_with(&t, &config);
        uint32_t word;
        (void)board_peek(t.b, 0x40024000, &word, 4);
        const uint32_t mine = word + 1;
        (void)board_poke(t.b, 0x40024000, &mine, 4);
        board_power_cycle(t.b, none);
        (void)board_peek(t.b, 0x40024000, &word, 4);
        assert_int_equal(word, mine - (battery == 0 ? 1 : 0));
        bench_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(flash_is_called_in_while_anything_is_on_its_way),
            cmocka_unit_test(the_other_bank_goes_on_running),
            cmocka_unit_test(pages_that_a_cache_line_may_lie_about_are_not_lent),
            cmocka_unit_test(nor_are_they_when_nobody_listens),
            cmocka_unit_test(unstable_and_protected_pages_are_not_lent),
            cmocka_unit_test(a_stale_line_is_read_as_on_the_chip),
            cmocka_unit_test(the_first_read_of_each_changed_word_is_told),
            cmocka_unit_test(silicon_is_heard_with_the_cycle_and_the_program_counter),
            cmocka_unit_test(a_wrong_key_is_a_bus_error),
            cmocka_unit_test(a_line_of_code_costs_latency_and_waits_for_the_bank),
            cmocka_unit_test(the_boot_loader_is_not_modelled_and_says_so),
            cmocka_unit_test(a_planned_cut_ends_the_access),
            cmocka_unit_test(without_power_ram_is_lost_and_only_then),
            cmocka_unit_test(a_battery_keeps_the_backup_sram),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
