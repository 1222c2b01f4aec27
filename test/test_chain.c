/* test_chain.c - who called whom, asked of a firmware that runs on the bench
 * (test/firmware/chain.c): from one function to start-up, and out of an
 * exception handler.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "board/board.h"
#include "file/symbols.h"

#include "support/cm.h"

#define ELF_PATH ETCH_FIRMWARE_DIR "/chain.elf"

enum { SECOND_NS = 1000000000 };

static struct symbols *s;
static struct file image;
static struct board *b;

static int start(void **state)
{
    const struct board_config config = {.part = silicon_part_find("stm32f446re")};
    char why[FILE_WHY];
    b = board_new(&config);
    s = symbols_open(ELF_PATH, why);
    if (b == NULL || s == NULL || !file_read(&image, ELF_PATH, FILE_NO_ADDRESS, why)) {
        return 1;
    }
    for (size_t i = 0; i < image.n; i++) {
        const struct file_segment *seg = &image.segments[i];
        if (!board_load(b, seg->addr, seg->bytes, seg->len)) {
            return 1;
        }
    }
    board_reset(b, BOARD_RESET_POWER);
    return 0;
}

static int finish(void **state)
{
    board_free(b);
    symbols_close(s);
    file_free(&image);
    return 0;
}

static bool peek(void *ctx, uint32_t addr, void *data, size_t len)
{
    return board_peek(b, addr, data, len) == len;
}

static void run_to(const char *name)
{
    struct symbols_symbol found;
    assert_true(symbols_find(s, name, &found));
    core_break(board_core(b), found.addr, true);
    assert_int_equal(board_run(b, SECOND_NS), BOARD_BREAK);
    assert_int_equal(core_reg(board_core(b), CORE_PC), found.addr);
    core_break(board_core(b), found.addr, false);
}

static size_t unwind(struct symbols_call calls[SYMBOLS_CALLS_MAX])
{
    const struct core *c = board_core(b);
    struct symbols_regs regs = {.xpsr = core_reg(c, CORE_XPSR),
            .msp = core_reg(c, CORE_MSP),
            .psp = core_reg(c, CORE_PSP)};
    for (unsigned i = 0; i < 16; i++) {
        regs.r[i] = core_reg(c, (enum core_reg)i);
    }
    return symbols_unwind(s, &regs, peek, NULL, calls);
}

struct want {
    enum symbols_how how;
    const char *function;
};

/* The innermost frames; and that the last of all is the start-up code. */
static void is_chain(const struct want *want, size_t n)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    struct symbols_place places[4];
    size_t got = unwind(calls);
    assert_int_equal(got, n);
    for (size_t i = 0; i < n; i++) {
        size_t k = symbols_at(s, calls[i].pc, places, 4);
        assert_true(k > 0);
        assert_string_equal(places[k - 1].function, want[i].function);
        assert_int_equal(calls[i].how, want[i].how);
    }
}

static void calls_are_followed_to_the_start(void **state)
{
    static const struct want want[] = {{SYMBOLS_HERE, "leaf"}, {SYMBOLS_CALLED, "middle"},
            {SYMBOLS_CALLED, "outer"}, {SYMBOLS_CALLED, "main"},
            {SYMBOLS_CALLED, "Reset_Handler"}};
    run_to("here_leaf");
    is_chain(want, sizeof want / sizeof *want);
}

static void an_inlined_function_is_part_of_its_caller(void **state)
{
    static const struct want want[] = {{SYMBOLS_HERE, "middle"},
            {SYMBOLS_CALLED, "outer"}, {SYMBOLS_CALLED, "main"},
            {SYMBOLS_CALLED, "Reset_Handler"}};
    run_to("here_inlined");
    is_chain(want, sizeof want / sizeof *want);
}

static void an_exception_is_crossed(void **state)
{
    static const struct want want[] = {{SYMBOLS_HERE, "leaf"},
            {SYMBOLS_CALLED, "PendSV_Handler"}, {SYMBOLS_EXCEPTION, "outer"},
            {SYMBOLS_CALLED, "main"}, {SYMBOLS_CALLED, "Reset_Handler"}};
    run_to("PendSV_Handler");
    run_to("here_leaf");
    is_chain(want, sizeof want / sizeof *want);
}

static void code_in_ram_was_called_from_flash(void **state)
{
    static const struct want want[] = {{SYMBOLS_HERE, "from_ram"},
            {SYMBOLS_CALLED, "main"}, {SYMBOLS_CALLED, "Reset_Handler"}};
    run_to("here_ram");
    is_chain(want, sizeof want / sizeof *want);
}

/* At every instruction of the run, wherever it is in a function, the chain
 * ends in the start-up code. */
static void every_instruction_has_a_whole_chain(void **state)
{
    struct symbols_call calls[SYMBOLS_CALLS_MAX];
    struct symbols_place places[4];
    run_to("main");
    for (int i = 0; i < 80; i++) {
        if (board_step(b) == BOARD_LEFT) {
            break;
        }
        size_t n = unwind(calls);
        size_t k = symbols_at(s, calls[n - 1].pc, places, 4);
        assert_true(k > 0);
        assert_string_equal(places[k - 1].function, "Reset_Handler");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(
                    calls_are_followed_to_the_start, start, finish),
            cmocka_unit_test_setup_teardown(
                    an_inlined_function_is_part_of_its_caller, start, finish),
            cmocka_unit_test_setup_teardown(an_exception_is_crossed, start, finish),
            cmocka_unit_test_setup_teardown(
                    code_in_ram_was_called_from_flash, start, finish),
            cmocka_unit_test_setup_teardown(
                    every_instruction_has_a_whole_chain, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
