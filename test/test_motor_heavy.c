/* test_motor_heavy.c - examples/motor.c on the bench at the times of the data
 * sheet, the longest above all: 100 us for a step of a program, 2 s for a sector.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/run.h"

#define SECOND UINT64_C(1000000000)

static struct run r;
static char said[400];
static size_t said_len;
static unsigned programs, erases;
static uint64_t longest_stall_ns;

static void hear(void *ctx, int usart, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; usart == 0 && i < len && said_len + 1 < sizeof(said); i++) {
        said[said_len++] = (char)bytes[i];
        said[said_len] = '\0';
    }
}

static void watch(void *ctx, const struct board_event *ev)
{
    if (ev->kind != BOARD_EV_FLASH) {
        return;
    }
    programs += ev->flash->kind == SILICON_EV_PROGRAM;
    erases += ev->flash->kind == SILICON_EV_ERASE;
    if (ev->flash->kind == SILICON_EV_STALL && ev->flash->ns > longest_stall_ns) {
        longest_stall_ns = ev->flash->ns;
    }
}

static unsigned long figure(const char *name)
{
    const char *at = strstr(said, name);
    assert_non_null(at);
    return strtoul(at + strlen(name), NULL, 10);
}

/* Returns the periods that the loop missed. */
static unsigned long run_motor(const char *args, enum silicon_speed speed)
{
    const struct run_setup setup = {.firmware = "motor",
            .args = args,
            .conditions = {.speed = speed},
            .limit_ns = 60 * SECOND};
    said_len = 0;
    said[0] = '\0';
    programs = erases = 0;
    longest_stall_ns = 0;
    run_open(&r, &setup);
    board_on_output(r.board, hear, NULL);
    board_listen(r.board, watch, NULL);
    run_go(&r, &setup);
    if (r.how != BOARD_LEFT || board_exit_code(r.board) != 0) {
        run_print(&r);
        fail_msg("motor %s: stopped by %d", args, (int)r.how);
    }
    unsigned long missed = figure("missed ");
    print_message(
            "motor %s: speed %d, %u programs, %u erases, missed %lu of %lu, longest "
            "stall %.1f us\n",
            args, (int)speed, programs, erases, missed, figure("periods "),
            (double)longest_stall_ns / 1000);
    assert_true(programs > 2000 && erases >= 2);
    run_close(&r);
    return missed;
}

static void no_period_is_missed_however_long_flash_takes(void **state)
{
    assert_int_equal(run_motor("", SILICON_MEASURED), 0);
    assert_int_equal(run_motor("", SILICON_TYPICAL), 0);
    assert_int_equal(run_motor("", SILICON_MAXIMUM), 0);
}

/* What the gate is for: the steps of programs alone. */
static void where_only_erases_wait_in_ram_the_longest_steps_cost_periods(void **state)
{
    assert_int_equal(run_motor("erases", SILICON_MEASURED), 0);
    assert_true(run_motor("erases", SILICON_MAXIMUM) > 1000);
}

static void naive_firmware_misses_thousands(void **state)
{
    assert_true(run_motor("naive", SILICON_MEASURED) > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(no_period_is_missed_however_long_flash_takes),
            cmocka_unit_test(
                    where_only_erases_wait_in_ram_the_longest_steps_cost_periods),
            cmocka_unit_test(naive_firmware_misses_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
