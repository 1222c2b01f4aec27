/* test_board_run.c - programs on the bench: how runs end, what the host is
 * asked, what is told of a program that writes its flash.
 *
 * The program is test/firmware/board_probe, which does what its command line
 * says.
 *
 * SPDX-License-Identifier: MIT
 */
#include "support/bench.h"
#include "support/cm.h"

#include <string.h>

enum { MS = 1000000 };
static const uint64_t limit_ns = 10000 * (uint64_t)MS;

static void open_probe(struct bench *t, const char *part, const char *args)
{
    struct board_config config = {.part = silicon_part_find(part), .args = args};
    bench_open_with(t, &config);
    bench_elf(t, "board_probe");
}

static void open_f446(struct bench *t, const char *args)
{
    open_probe(t, "stm32f446re", args);
}

/* It must leave, with this code. */
static void expect_exit(struct bench *t, uint32_t code)
{
    enum board_stop stop = board_run(t->b, limit_ns);
    if (stop != BOARD_LEFT) {
        print_error("stop %d: %s\n", (int)stop, board_why(t->b));
    }
    assert_int_equal(stop, BOARD_LEFT);
    assert_int_equal(board_exit_code(t->b), code);
}

static void expect_why(struct bench *t, enum board_stop stop, const char *why)
{
    assert_int_equal(board_run(t->b, limit_ns), stop);
    if (strstr(board_why(t->b), why) == NULL) {
        print_error("why: %s\n", board_why(t->b));
    }
    assert_non_null(strstr(board_why(t->b), why));
}

/* ---- how runs end ---------------------------------------------------------------- */

static void a_program_leaves_with_its_code(void **state)
{
    struct bench t;
    open_f446(&t, "leaves");
    expect_exit(&t, 7);
    assert_int_equal(t.seen[BOARD_EV_EXIT], 1);
    assert_int_equal(t.last[BOARD_EV_EXIT].value, 7);
    assert_int_equal(board_run(t.b, limit_ns), BOARD_LEFT); /* and is gone */
    board_power_cycle(t.b, (struct silicon_tear){.kind = SILICON_TEAR_NONE});
    assert_int_equal(board_run(t.b, board_ns(t.b) + 1000), BOARD_TIME); /* not now */
    expect_exit(&t, 7);
    bench_close(&t);
}

static void a_run_ends_at_its_limit(void **state)
{
    struct bench t;
    open_f446(&t, "counts_for_ever");
    assert_int_equal(board_run(t.b, 5 * MS), BOARD_TIME);
    assert_in_range(board_ns(t.b), 5 * MS, 5 * MS + 2000);
    assert_int_equal(board_run(t.b, 5 * MS), BOARD_TIME);
    assert_int_equal(board_run(t.b, 7 * MS), BOARD_TIME);
    assert_in_range(board_ns(t.b), 7 * MS, 7 * MS + 2000);
    bench_close(&t);
}

static void a_loop_that_nothing_interrupts_is_stuck(void **state)
{
    struct bench t;
    open_f446(&t, "spins_alone");
    expect_why(&t, BOARD_STUCK, "a loop that nothing can interrupt at 0x0800");
    assert_true(board_ns(t.b) < 10 * MS);
    bench_close(&t);
}

static void a_loop_that_systick_interrupts_is_not_stuck(void **state)
{
    struct bench t;
    open_f446(&t, "spins_with_tick");
    assert_int_equal(board_run(t.b, 20 * MS), BOARD_TIME);
    bench_close(&t);
}

static void a_loop_with_interrupts_masked_is_stuck(void **state)
{
    struct bench t;
    open_f446(&t, "spins_masked");
    expect_why(&t, BOARD_STUCK, "a loop that nothing can interrupt");
    bench_close(&t);
}

static void a_loop_in_a_fault_handler_is_stuck_though_systick_runs(void **state)
{
    struct bench t;
    open_f446(&t, "spins_in_a_fault");
    expect_why(&t, BOARD_STUCK, "in an exception handler");
    assert_int_equal(t.fault.exception, CORE_USAGE_FAULT);
    assert_int_equal(t.fault.taken, CORE_HARD_FAULT);
    bench_close(&t);
}

static void a_loop_under_a_watchdog_ends_in_its_reset(void **state)
{
    struct bench t;
    open_f446(&t, "spins_with_dog");
    expect_exit(&t, 29);
    assert_int_equal(t.last[BOARD_EV_RESET].reset, BOARD_RESET_IWDG);
    assert_in_range(board_ns(t.b), 512 * MS, 514 * MS);
    bench_close(&t);
}

static void sleep_with_nothing_to_wake_it_is_stuck(void **state)
{
    struct bench t;
    open_f446(&t, "sleeps_for_good");
    expect_why(&t, BOARD_STUCK, "asleep with nothing to wake it");
    bench_close(&t);
}

static void stop_mode_is_not_modelled_and_says_so(void **state)
{
    struct bench t;
    open_f446(&t, "sleeps_deeply");
    expect_why(&t, BOARD_UNMODELLED, "SLEEPDEEP");
    bench_close(&t);
}

static void a_timer_wakes_a_sleeper(void **state)
{
    struct bench t;
    open_f446(&t, "sleeps_and_is_woken");
    expect_exit(&t, 10);
    assert_in_range(board_ns(t.b), 10 * MS, 11 * MS);
    assert_int_equal(board_irq_count(t.b, 28), 10);
    assert_int_equal(board_irq_count(t.b, 27), 0);
    assert_int_equal(board_irq_count(t.b, CORE_IRQS), 0);
    bench_close(&t);
}

static void a_sleeper_that_waits_for_input_is_not_stuck_while_more_may_come(void **state)
{
    struct bench t;
    open_f446(&t, "sleeps_until_input");
    assert_int_equal(board_run(t.b, 50 * MS), BOARD_STUCK);
    board_online(t.b, true);
    assert_int_equal(board_run(t.b, 50 * MS), BOARD_TIME);
    assert_true(board_input(t.b, 2, (const uint8_t *)"z", 1, 0));
    expect_exit(&t, 'z');
    bench_close(&t);
}

static void lockup_ends_the_run_unless_a_watchdog_resets(void **state)
{
    struct bench t;
    open_f446(&t, "locks_up");
    expect_why(&t, BOARD_LOCKED_UP, "locked up at 0x");
    bench_close(&t);
    open_f446(&t, "locks_up_with_dog");
    expect_exit(&t, 29);
    bench_close(&t);
}

static void a_reset_by_software_goes_on_from_the_vector(void **state)
{
    struct bench t;
    open_f446(&t, "resets");
    expect_exit(&t, 28);
    assert_int_equal(t.last[BOARD_EV_RESET].reset, BOARD_RESET_SOFTWARE);
    bench_close(&t);
}

static void stop_the_board(void *ctx, const struct board_event *ev)
{
    if (ev->kind == BOARD_EV_CONSOLE) {
        board_stop(ctx);
    }
}

static void a_listener_can_stop_the_run_and_it_goes_on_after(void **state)
{
    struct bench t;
    open_f446(&t, "prints");
    board_listen(t.b, stop_the_board, t.b);
    assert_int_equal(board_run(t.b, limit_ns), BOARD_ASKED);
    assert_string_equal(t.line, "hello");
    assert_int_equal(board_run(t.b, limit_ns), BOARD_ASKED);
    assert_string_equal(t.line, "c");
    bench_close(&t);
}

static void a_step_is_one_instruction(void **state)
{
    struct bench t;
    open_f446(&t, "leaves");
    for (uint64_t i = 1; i <= 5; i++) {
        assert_int_equal(board_step(t.b), BOARD_BREAK);
        assert_int_equal(core_insns(board_core(t.b)), i);
    }
    core_break(board_core(t.b), core_reg(board_core(t.b), CORE_PC) & ~1u, true);
    bench_close(&t);
}

/* ---- semihosting --------------------------------------------------------------------- */

static void the_console_prints(void **state)
{
    struct bench t;
    open_f446(&t, "prints");
    t.port = 0;
    expect_exit(&t, 0);
    assert_int_equal(t.outs, 16);
    assert_memory_equal(t.out, "hello\nc\nwritten\n", 16);
    assert_int_equal(t.seen[BOARD_EV_CONSOLE], 3);
    assert_int_equal(t.last[BOARD_EV_CONSOLE].n, -1);
    bench_close(&t);
}

static void the_console_reads_what_was_given(void **state)
{
    struct bench t;
    open_f446(&t, "reads");
    assert_true(board_input(t.b, 0, (const uint8_t *)"427", 3, 0));
    expect_exit(&t, 427);
    bench_close(&t);
}

static void the_clock_is_the_chips(void **state)
{
    struct bench t;
    open_f446(&t, "tells_time");
    expect_exit(&t, 5);
    bench_close(&t);
}

static void a_call_without_an_answer_is_named(void **state)
{
    struct bench t;
    open_f446(&t, "opens_a_file");
    expect_exit(&t, 0); /* it cannot be opened, and may know */
    bench_close(&t);
    open_f446(&t, "seeks");
    expect_why(&t, BOARD_UNMODELLED, "semihosting call 0x0a (SYS_SEEK) at 0x0800");
    bench_close(&t);
}

/* ---- flash ----------------------------------------------------------------------------- */

static void interrupts_late_by_a_stall_and_lost_ones_are_told(void **state)
{
    struct bench t;
    open_f446(&t, "erases");
    expect_exit(&t, 0);
    assert_int_equal(t.flash[SILICON_EV_STALL], 1);
    assert_int_equal(t.seen[BOARD_EV_LATE], 2);
    assert_int_equal(t.seen[BOARD_EV_LOST_TICK], 2);
    const struct board_event *late = &t.last[BOARD_EV_LATE];
    assert_true(late->duration_ns > 950 * (uint64_t)MS);
    assert_true(late->from_ns < 2 * MS);
    const struct board_event *lost = &t.last[BOARD_EV_LOST_TICK];
    assert_int_equal(lost->n, late->n);
    assert_in_range(lost->value, 1012, 1015); /* of 1014.5 ms */
    bench_close(&t);
}

static void a_store_beside_the_array_between_pg_and_the_first_program_is_a_leak(
        void **state)
{
    struct bench t;
    open_f446(&t, "leaks");
    expect_exit(&t, 0);
    assert_int_equal(t.seen[BOARD_EV_LEAK], 1);
    assert_int_equal(t.last[BOARD_EV_LEAK].value, 0x11223344);
    assert_int_equal(t.last[BOARD_EV_LEAK].width, 4);
    assert_int_equal(t.last[BOARD_EV_LEAK].before, 1);
    assert_string_equal(board_place(t.b, t.last[BOARD_EV_LEAK].addr), "SRAM1");
    assert_int_equal(t.flash[SILICON_EV_PROGRAM], 1);
    bench_close(&t);
}

static void a_poll_is_told_once_for_each_place_and_store_to_cr(void **state)
{
    struct bench t;
    open_f446(&t, "polls");
    expect_exit(&t, 0);
    assert_int_equal(t.seen[BOARD_EV_POLL], 3);
    bench_close(&t);
}

static void the_frameworks_mpu_refuses_the_store_and_the_fetch(void **state)
{
    struct board_config config = {
            .part = silicon_part_find("stm32f446re"), .mpu = BOARD_MPU_MBED};
    struct bench t;
    config.args = "writes_flash";
    bench_open_with(&t, &config);
    bench_elf(&t, "board_probe");
    assert_int_equal(board_run(t.b, limit_ns), BOARD_STUCK);
    assert_int_equal(t.fault.taken, CORE_HARD_FAULT);
    assert_int_equal(t.fault.cfsr, 0x82);
    assert_int_equal(t.fault.addr, 0x08020000);
    assert_int_equal(t.fault.region, 0);
    assert_int_equal(t.flash[SILICON_EV_PROGRAM], 0);
    bench_close(&t);
    config.args = "runs_in_ram";
    bench_open_with(&t, &config);
    bench_elf(&t, "board_probe");
    assert_int_equal(board_run(t.b, limit_ns), BOARD_STUCK);
    assert_int_equal(t.fault.cfsr, 0x01);
    assert_int_equal(t.fault.region, 1);
    bench_close(&t);
}

static void without_it_both_work(void **state)
{
    struct bench t;
    open_f446(&t, "writes_flash");
    expect_exit(&t, 0);
    assert_int_equal(t.seen[BOARD_EV_READ], 1);
    assert_int_equal(t.last[BOARD_EV_READ].value, 0x12345678);
    bench_close(&t);
    open_f446(&t, "runs_in_ram");
    expect_exit(&t, 0);
    bench_close(&t);
}

static void nothing_is_fetched_from_ccm(void **state)
{
    struct bench t;
    open_probe(&t, "stm32f407vg", "runs_in_ccm");
    assert_int_equal(board_run(t.b, limit_ns), BOARD_STUCK);
    assert_int_equal(t.fault.exception, CORE_BUS_FAULT);
    assert_int_equal(t.fault.access, CORE_FETCH);
    bench_close(&t);
    open_probe(&t, "stm32f413zh", "runs_in_ccm"); /* there it is SRAM2 */
    expect_exit(&t, 0);
    bench_close(&t);
}

static void a_move_of_the_vectors_is_told(void **state)
{
    struct bench t;
    open_f446(&t, "moves_vectors");
    expect_exit(&t, 0);
    assert_int_equal(t.last[BOARD_EV_REMAP].addr, 0xE000ED08);
    assert_int_equal(t.last[BOARD_EV_REMAP].value, 0x20000000);
    bench_close(&t);
}

static void loads_that_the_core_makes_by_itself_fill_the_d_cache_too(void **state)
{
    struct bench t;
    open_f446(&t, "reads_stale_data");
    expect_exit(&t, 1);
    assert_int_equal(t.laws[LAW_STALE_READ], 1);
    bench_close(&t);
    open_f446(&t, "reads_past_the_cache"); /* twelve other lines put it out */
    expect_exit(&t, 0);
    assert_int_equal(t.laws[LAW_STALE_READ], 0);
    bench_close(&t);
}

static void code_in_unsettled_flash_still_runs(void **state)
{
    const uint32_t one = 1;
    struct bench t;
    open_f446(&t, "leaves");
    /* Some cell of each page of the program is undecided, none of its bytes. */
    for (uint32_t page = 0x08000000; page < 0x08004000; page += 4096) {
        silicon_unsettle(board_silicon(t.b), page + 0xFFC, &one, 4);
    }
    core_revoke(board_core(t.b), 0, 0);
    expect_exit(&t, 7);
    bench_close(&t);
}

static void exceptions_accesses_and_instructions_are_told_when_asked(void **state)
{
    struct bench t;
    open_f446(&t, "sleeps_and_is_woken");
    expect_exit(&t, 10);
    unsigned quiet = t.seen[BOARD_EV_CORE];
    bench_close(&t);
    open_f446(&t, "sleeps_and_is_woken");
    board_tell(t.b, BOARD_TELL_EXCEPTIONS);
    expect_exit(&t, 10);
    assert_int_equal(t.seen[BOARD_EV_CORE], quiet + 20); /* ten times in and out */
    bench_close(&t);
    open_f446(&t, "leaves");
    board_tell(t.b, BOARD_TELL_INSNS);
    expect_exit(&t, 7);
    assert_in_range(t.seen[BOARD_EV_CORE], core_insns(board_core(t.b)),
            core_insns(board_core(t.b)) + 2);
    bench_close(&t);
}

/* ---- whole programs ------------------------------------------------------------------------ */

static void the_drivers_waits_work_on_the_bench(void **state)
{
    struct bench t;
    bench_open(&t, "stm32f446re");
    bench_elf(&t, "flash_waits");
    expect_exit(&t, 0);
    assert_int_equal(t.flash[SILICON_EV_ERASE], 2);
    bench_close(&t);
}

static void two_runs_are_the_same_to_the_instruction(void **state)
{
    uint64_t insns[2];
    uint64_t ns[2];
    uint64_t hash[2];
    for (unsigned i = 0; i < 2; i++) {
        struct bench t;
        open_f446(&t, "erases");
        expect_exit(&t, 0);
        insns[i] = core_insns(board_core(t.b));
        ns[i] = board_ns(t.b);
        hash[i] = board_hash(t.b);
        bench_close(&t);
    }
    assert_int_equal(insns[0], insns[1]);
    assert_int_equal(ns[0], ns[1]);
    assert_int_equal(hash[0], hash[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_program_leaves_with_its_code),
            cmocka_unit_test(a_run_ends_at_its_limit),
            cmocka_unit_test(a_loop_that_nothing_interrupts_is_stuck),
            cmocka_unit_test(a_loop_that_systick_interrupts_is_not_stuck),
            cmocka_unit_test(a_loop_with_interrupts_masked_is_stuck),
            cmocka_unit_test(a_loop_in_a_fault_handler_is_stuck_though_systick_runs),
            cmocka_unit_test(a_loop_under_a_watchdog_ends_in_its_reset),
            cmocka_unit_test(sleep_with_nothing_to_wake_it_is_stuck),
            cmocka_unit_test(stop_mode_is_not_modelled_and_says_so),
            cmocka_unit_test(a_timer_wakes_a_sleeper),
            cmocka_unit_test(
                    a_sleeper_that_waits_for_input_is_not_stuck_while_more_may_come),
            cmocka_unit_test(lockup_ends_the_run_unless_a_watchdog_resets),
            cmocka_unit_test(a_reset_by_software_goes_on_from_the_vector),
            cmocka_unit_test(a_listener_can_stop_the_run_and_it_goes_on_after),
            cmocka_unit_test(a_step_is_one_instruction),
            cmocka_unit_test(the_console_prints),
            cmocka_unit_test(the_console_reads_what_was_given),
            cmocka_unit_test(the_clock_is_the_chips),
            cmocka_unit_test(a_call_without_an_answer_is_named),
            cmocka_unit_test(interrupts_late_by_a_stall_and_lost_ones_are_told),
            cmocka_unit_test(
                    a_store_beside_the_array_between_pg_and_the_first_program_is_a_leak),
            cmocka_unit_test(a_poll_is_told_once_for_each_place_and_store_to_cr),
            cmocka_unit_test(the_frameworks_mpu_refuses_the_store_and_the_fetch),
            cmocka_unit_test(without_it_both_work),
            cmocka_unit_test(nothing_is_fetched_from_ccm),
            cmocka_unit_test(a_move_of_the_vectors_is_told),
            cmocka_unit_test(loads_that_the_core_makes_by_itself_fill_the_d_cache_too),
            cmocka_unit_test(code_in_unsettled_flash_still_runs),
            cmocka_unit_test(exceptions_accesses_and_instructions_are_told_when_asked),
            cmocka_unit_test(the_drivers_waits_work_on_the_bench),
            cmocka_unit_test(two_runs_are_the_same_to_the_instruction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
