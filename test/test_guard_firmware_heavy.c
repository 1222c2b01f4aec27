/* test_guard_firmware_heavy.c - src/guard and src/fault as firmware on the bench
 * (firmware/guard.c): set-ups of frameworks, what a store costs, faults that are
 * taken, and a record that is there after the reset.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/run.h"

enum { S7 = 0x08060000, WORD_0 = (int)0xA5000000, MOST_CYCLES = 150, MOST_TO_AIM = 600 };
enum { MOST_TO_OPEN = 1400, MOST_TO_CLOSE = 700, MOST_MORE = 800 };

static struct run r;
static char said[2000];
static size_t said_len;

static void listen(void *ctx, int usart, const uint8_t *bytes, size_t len)
{
    (void)ctx;
    for (size_t i = 0; usart == 0 && i < len && said_len + 1 < sizeof(said); i++) {
        said[said_len++] = (char)bytes[i];
        said[said_len] = '\0';
    }
}

/* The firmware judges itself: it leaves with the number of the step that went
 * wrong, or 0. */
static void leaves_with_0(const char *args)
{
    const struct run_setup setup = {.firmware = "guard", .args = args};
    said_len = 0;
    said[0] = '\0';
    run_open(&r, &setup);
    board_on_output(r.board, listen, NULL);
    run_go(&r, &setup);
    if (r.how != BOARD_LEFT || board_exit_code(r.board) != 0) {
        run_print(&r);
        fail_msg("%s: stopped by %d, code %u", args, (int)r.how,
                (unsigned)board_exit_code(r.board));
    }
}

static uint32_t cell(uint32_t addr)
{
    uint32_t word = 0;
    assert_int_equal(board_peek(r.board, addr, &word, sizeof(word)), sizeof(word));
    return word;
}

static void no_complaint_about(const char *args)
{
    leaves_with_0(args);
    if (run_complaints(&r) != 0) {
        run_print(&r);
        fail_msg("%s: not clean", args);
    }
    run_close(&r);
}

static void the_questions_firmware_writes_under_mbeds_mpu(void **state)
{
    leaves_with_0("");
    assert_int_equal(run_complaints(&r), 0);
    assert_int_equal((int)cell(S7), WORD_0);
    run_close(&r);
}

static void holes_and_patches_work_where_no_region_is_free_above(void **state)
{
    no_complaint_about("freertos");
    no_complaint_about("zephyr");
}

static void a_fault_handler_may_write_flash_with_the_mpu_on(void **state)
{
    leaves_with_0("crashlog");
    assert_int_equal((int)cell(S7), WORD_0);
    run_close(&r);
}

static void code_in_ram_runs_in_a_window(void **state)
{
    no_complaint_about("ram");
}

static unsigned long figure(const char *name)
{
    const char *at = strstr(said, name);
    assert_non_null(at);
    unsigned long cycles = strtoul(at + strlen(name), NULL, 10);
    print_message("%s%lu\n", name, cycles);
    assert_true(cycles > 0);
    return cycles;
}

/* And the first one to a region, which works out how, or one in a hole, which
 * does so every time: some hundred. */
static void a_store_costs_so_many_cycles_at_most(void **state)
{
    leaves_with_0("cycles");
    unsigned long cycles = figure("guard.store_cycles ");
    assert_true(cycles <= MOST_CYCLES);
    unsigned long first = figure("guard.first_store_cycles ");
    assert_true(first > cycles && first <= MOST_TO_AIM);
    assert_true(figure("guard.hole_store_cycles ") <= MOST_TO_AIM);
    unsigned long open = figure("guard.open_cycles ");
    assert_true(open <= MOST_TO_OPEN);
    assert_true(figure("guard.open_fourth_cycles ") <= open + 3 * MOST_MORE);
    assert_true(figure("guard.close_cycles ") <= MOST_TO_CLOSE);
    run_close(&r);
}

static void a_fault_is_there_after_the_reset(void **state)
{
    leaves_with_0("bare");
    assert_non_null(run_find(&r, "mpu-refused-store"));
    run_close(&r);
}

static void the_handler_may_write_the_record_to_flash(void **state)
{
    leaves_with_0("written");
    assert_int_equal(cell(S7), 0x31464645);
    run_close(&r);
}

static void an_overflown_stack_is_no_obstacle(void **state)
{
    leaves_with_0("overflow");
    run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_questions_firmware_writes_under_mbeds_mpu),
            cmocka_unit_test(holes_and_patches_work_where_no_region_is_free_above),
            cmocka_unit_test(a_fault_handler_may_write_flash_with_the_mpu_on),
            cmocka_unit_test(code_in_ram_runs_in_a_window),
            cmocka_unit_test(a_store_costs_so_many_cycles_at_most),
            cmocka_unit_test(a_fault_is_there_after_the_reset),
            cmocka_unit_test(the_handler_may_write_the_record_to_flash),
            cmocka_unit_test(an_overflown_stack_is_no_obstacle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
