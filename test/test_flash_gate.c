/* test_flash_gate.c - etch_flash_gate_alive of gate.h: programs that are stored and
 * waited for in SRAM, with interrupts on; and that what was silenced for them
 * speaks again, however they end.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "flash/gate.h"
#include "flash/wait.h"
#include "support/cm.h"
#include "support/flash_rig.h"

enum { S7 = 0x08060000, IWDG_KR = 0x40003000, FEED = 0xAAAA, VECTORS = 0x20000200 };
#define LOCKED   0x80000000u
#define VTOR     0xE000ED08u
#define SYST_CSR 0xE000E010u
#define ISER(n)  (0xE000E100u + 4 * (n))
#define ICER(n)  (0xE000E180u + 4 * (n))
#define BUSY     (silicon_busy_until(rig.chip) > silicon_native_now(rig.board))

static struct etch_flash_wait wait_cfg;
static const uint8_t bytes[16] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
        0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xF0, 0x0F};

/* Interrupts 1 and 28 are on; 28 has its handler in SRAM, SysTick has not. */
static int f446(void **state)
{
    rig_new_named("stm32f446re");
    for (uint32_t i = 0; i < 16 + 128; i++) {
        silicon_native_poke(rig.board, VECTORS + 4 * i, 0x08000101);
    }
    silicon_native_poke(rig.board, VECTORS + 4 * (16 + 28), 0x20001001);
    for (uint32_t i = 0; i < 4; i++) {
        silicon_native_poke(rig.board, ISER(i), 0);
        silicon_native_poke(rig.board, ICER(i), 0);
    }
    silicon_native_poke(rig.board, ISER(0), 1u << 1 | 1u << 28);
    silicon_native_poke(rig.board, SYST_CSR, 7);
    silicon_native_poke(rig.board, VTOR, 0x08000000);
    wait_cfg = (struct etch_flash_wait){.ram_vectors = VECTORS};
    rig.config.wait = &wait_cfg;
    rig.config.gate = &etch_flash_gate_alive;
    return 0;
}

static int done(void **state)
{
    rig_free();
    return 0;
}

/* ---- what is seen while a step lasts ------------------------------------------------ */

static struct {
    unsigned stores, busy, masked, calls, feeds;
    unsigned other_vectors, ticking; /* accesses while busy */
    uint32_t silenced;
} seen;

static void on_access(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    seen.stores += store && addr - 0x08000000u < 0x80000;
    seen.silenced |= store && addr == ICER(0) ? value : 0;
    seen.feeds += store && addr == IWDG_KR && value == FEED;
    if (BUSY) {
        seen.busy++;
        seen.masked += silicon_native_masked(rig.board);
        seen.other_vectors += silicon_native_peek(rig.board, VTOR) != VECTORS;
        seen.ticking += (silicon_native_peek(rig.board, SYST_CSR) & 2) != 0;
    }
}

static void look(void)
{
    memset(&seen, 0, sizeof(seen));
    silicon_native_on_access(rig.board, on_access, NULL);
}

/* ISER is a plain word here: what was written last is what is enabled. */
static void assert_all_speaks_again(void)
{
    assert_int_equal(silicon_native_peek(rig.board, VTOR), 0x08000000);
    assert_int_equal(silicon_native_peek(rig.board, SYST_CSR), 7);
    assert_int_equal(silicon_native_peek(rig.board, ISER(0)), 1u << 1);
    assert_false(silicon_native_masked(rig.board));
}

static void bytes_are_programmed_with_interrupts_on_and_all_in_sram(void **state)
{
    for (uint32_t off = 0; off < 64; off += 21) {
        uint8_t got[sizeof(bytes)];
        silicon_native_poke(rig.board, ISER(0), 1u << 1 | 1u << 28);
        look();
        assert_int_equal(rig_program(S7 + off, bytes, sizeof(bytes)), ETCH_OK);
        silicon_peek(rig.chip, S7 + off, got, NULL, sizeof(got));
        assert_memory_equal(got, bytes, sizeof(got));
        assert_true(seen.stores >= 4 && seen.busy > seen.stores);
        assert_int_equal(seen.masked + seen.other_vectors + seen.ticking, 0);
        assert_int_equal(seen.silenced, 1u << 1);
        assert_all_speaks_again();
    }
}

static void narrow_cells_take_narrow_steps(void **state)
{
    rig.config.width = ETCH_FLASH_X8;
    rig_open();
    look();
    assert_int_equal(rig_program(S7, bytes, sizeof(bytes)), ETCH_OK);
    assert_int_equal(seen.stores, sizeof(bytes));
    rig.config.width = ETCH_FLASH_X16;
    rig_open();
    look();
    assert_int_equal(rig_program(S7 + 32, bytes, sizeof(bytes)), ETCH_OK);
    assert_int_equal(seen.stores, sizeof(bytes) / 2);
    assert_all_speaks_again();
}

static void call(void *ctx)
{
    assert_ptr_equal(ctx, &seen);
    seen.calls++;
}

static void the_dog_is_fed_and_the_hook_called(void **state)
{
    wait_cfg.dog = (struct etch_flash_dog){IWDG_KR, FEED, 50000};
    wait_cfg.keep_alive = call;
    wait_cfg.ctx = &seen;
    look();
    assert_int_equal(rig_program(S7, bytes, sizeof(bytes)), ETCH_OK);
    assert_true(seen.feeds > 4 && seen.calls > 4);
}

/* ---- errors ------------------------------------------------------------------------------ */

static void what_could_not_be_served_is_refused_and_nothing_stored(void **state)
{
    look();
    wait_cfg.ram_vectors = VECTORS + 4;
    assert_int_equal(rig_program(S7, bytes, 4), ETCH_E_ALIGN);
    wait_cfg.ram_vectors = VECTORS;
    wait_cfg.keep_alive = (void (*)(void *))(uintptr_t)0x08000001;
    assert_int_equal(rig_program(S7, bytes, 4), ETCH_E_SELF);
    assert_int_equal(seen.stores, 0);
    assert_int_equal(seen.silenced, 0);
    assert_int_equal(rig_cr(), LOCKED);
}

static void do_take_pg(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    if (store && addr == S7 + 8) {
        silicon_reg_set(rig.chip, SILICON_CR, 0x00000200);
    }
}

static void a_flag_in_the_middle_is_the_last_step(void **state)
{
    silicon_strict_all(rig.chip, false);
    silicon_native_on_access(rig.board, do_take_pg, NULL);
    assert_int_equal(rig_program(S7, bytes, sizeof(bytes)), ETCH_E_PROGRAM);
    assert_int_equal(rig.flash.report.addr, S7 + 8);
    assert_all_speaks_again();
}

static void a_step_that_does_not_end_is_the_last(void **state)
{
    rig.flash.limit = 1;
    assert_int_equal(rig_program(S7, bytes, sizeof(bytes)), ETCH_E_TIMEOUT);
    assert_all_speaks_again();
}

/* What was silenced by a call is what the next one finds, and silences. */
static void calls_follow_each_other(void **state)
{
    for (uint32_t i = 0; i < 8; i++) {
        silicon_native_poke(rig.board, ISER(0), 1u << 1 | 1u << 28);
        look();
        assert_int_equal(rig_program(S7 + 16 * i, bytes, i), ETCH_OK);
        assert_int_equal(seen.silenced, i > 0 ? 1u << 1 : 0);
    }
    assert_all_speaks_again();
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, f446, done)
    const struct CMUnitTest tests[] = {
            T(bytes_are_programmed_with_interrupts_on_and_all_in_sram),
            T(narrow_cells_take_narrow_steps),
            T(the_dog_is_fed_and_the_hook_called),
            T(what_could_not_be_served_is_refused_and_nothing_stored),
            T(a_flag_in_the_middle_is_the_last_step),
            T(a_step_that_does_not_end_is_the_last),
            T(calls_follow_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
