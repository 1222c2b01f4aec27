/* test_flash_wait.c - wait.h and the erase in steps: what goes on meanwhile,
 * how long it may take, and that it ends.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "flash/wait.h"
#include "port/cpu.h"
#include "port/mmio.h"
#include "support/cm.h"
#include "support/flash_rig.h"

enum { S7 = 0x08060000, IWDG_KR = 0x40003000, FEED = 0xAAAA, VECTORS = 0x20000200 };
#define LOCKED   0x80000000u
#define VTOR     0xE000ED08u
#define SYST_CSR 0xE000E010u
#define ISER(n)  (0xE000E100u + 4 * (n))
#define ICER(n)  (0xE000E180u + 4 * (n))
#define FLASH_CR 0x40023C10u
#define BUSY     (silicon_busy_until(rig.chip) > silicon_native_now(rig.board))

static struct etch_flash_wait wait_cfg;

static int f446(void **state)
{
    (void)state;
    rig_new_named("stm32f446re");
    wait_cfg = (struct etch_flash_wait){.how = etch_flash_wait_plain};
    rig.config.wait = &wait_cfg;
    return 0;
}

static int done(void **state)
{
    (void)state;
    rig_free();
    return 0;
}

/* ---- what is seen while the erase lasts ------------------------------------------ */

static struct {
    unsigned accesses, masked, feeds, calls, early_feeds;
    unsigned nvtors;
    uint32_t vtors[2]; /* as stored, in order */
    uint32_t vtor, icer[4], csr;
} seen;

static void on_access(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    (void)ctx;
    (void)width;
    if (store && addr == IWDG_KR && value == FEED) {
        seen.feeds++;
        seen.early_feeds += !BUSY;
    }
    if (store && addr == VTOR) {
        seen.vtors[seen.nvtors++ % 2] = value;
    }
    for (unsigned i = 0; store && i < 4; i++) {
        seen.icer[i] |= addr == ICER(i) ? value : 0;
    }
    if (BUSY) {
        seen.accesses++;
        seen.masked += silicon_native_masked(rig.board);
        seen.vtor = seen.vtors[0];
        seen.csr = silicon_native_peek(rig.board, SYST_CSR);
    }
}

static void look(void)
{
    memset(&seen, 0, sizeof(seen));
    silicon_native_on_access(rig.board, on_access, NULL);
}

static void keep_alive(void *ctx)
{
    assert_ptr_equal(ctx, &seen);
    assert_true(BUSY || seen.accesses > 0);
    seen.calls++;
}

/* ---- plain --------------------------------------------------------------------------- */

static void plain_leaves_interrupts_on_and_feeds_once_before(void **state)
{
    (void)state;
    wait_cfg.dog = (struct etch_flash_dog){IWDG_KR, FEED, 10000000};
    look();
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_true(seen.accesses > 0);
    assert_int_equal(seen.masked, 0);
    assert_int_equal(seen.feeds, 1);
    assert_int_equal(seen.early_feeds, 1);
}

static void plain_is_refused_when_the_watchdog_would_bite(void **state)
{
    (void)state;
    /* 128 KiB at x32: 2 s at most. The period less a tenth must not be less. */
    wait_cfg.dog = (struct etch_flash_dog){IWDG_KR, FEED, 2222221};
    rig_watch();
    assert_int_equal(rig_erase(7), ETCH_E_WATCHDOG);
    assert_int_equal(rig_cr(), LOCKED);
    assert_int_equal(silicon_ops(rig.chip), 0);
    wait_cfg.dog.period_us = 2222230;
    assert_int_equal(rig_erase(7), ETCH_OK);
    wait_cfg.dog.period_us = 600000; /* 16 KiB: 500 ms at most */
    assert_int_equal(rig_erase(1), ETCH_OK);
    wait_cfg.dog.period_us = 0; /* none runs */
    assert_int_equal(rig_erase(7), ETCH_OK);
}

/* A declared watchdog is the one that is there: it bites the other driver. */
static void erase(void *arg)
{
    (void)arg;
    assert_int_equal(etch_flash_erase(&rig.flash, 7), ETCH_OK);
}

static void an_undeclared_watchdog_bites(void **state)
{
    (void)state;
    silicon_strict_all(rig.chip, false);
    silicon_native_watchdog(rig.board, 100000000);
    assert_int_equal(silicon_native_run(rig.board, erase, NULL), SILICON_DOG);
}

/* ---- ram --------------------------------------------------------------------------------- */

static void ram_masks_interrupts_feeds_and_calls(void **state)
{
    (void)state;
    wait_cfg = (struct etch_flash_wait){.how = etch_flash_wait_ram,
            .dog = {IWDG_KR, FEED, 50000},
            .keep_alive = keep_alive,
            .ctx = &seen};
    silicon_native_watchdog(rig.board, 50000000);
    look();
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_true(seen.accesses > 10);
    assert_int_equal(seen.masked, seen.accesses);
    assert_true(seen.feeds > 20);
    assert_true(seen.calls > 20);
    assert_false(silicon_native_masked(rig.board));
    assert_int_equal(rig_cell(S7), 0xFFFFFFFF);
}

static void masked_erase(void *arg)
{
    (void)cpu_irq_save();
    *(enum etch_err *)arg = etch_flash_erase(&rig.flash, 7);
    assert_true(silicon_native_masked(rig.board));
}

static void a_caller_that_masked_interrupts_finds_them_masked(void **state)
{
    (void)state;
    enum etch_err err;
    wait_cfg.how = etch_flash_wait_ram;
    rig_run(masked_erase, &err);
    assert_int_equal(err, ETCH_OK);
    rig_run(masked_erase, &err);
    assert_int_equal(err, ETCH_OK);
}

static void ram_refuses_a_hook_in_flash(void **state)
{
    (void)state;
    const uintptr_t in_flash[] = {0x08000001, 0x0800F001, 0x081FFFFF, 0x00004001};
    wait_cfg.how = etch_flash_wait_ram;
    for (size_t i = 0; i < sizeof(in_flash) / sizeof(in_flash[0]); i++) {
        wait_cfg.keep_alive = (void (*)(void *))in_flash[i];
        assert_int_equal(rig_erase(7), ETCH_E_SELF);
        assert_int_equal(silicon_ops(rig.chip), 0);
        assert_int_equal(rig_cr(), LOCKED);
    }
}

static void ram_refuses_a_watchdog_it_cannot_feed(void **state)
{
    (void)state;
    wait_cfg.how = etch_flash_wait_ram;
    wait_cfg.dog = (struct etch_flash_dog){0, 0, 1000000};
    assert_int_equal(rig_erase(7), ETCH_E_WATCHDOG);
    assert_int_equal(silicon_ops(rig.chip), 0);
    wait_cfg.dog = (struct etch_flash_dog){IWDG_KR, FEED, 1000000};
    assert_int_equal(rig_erase(7), ETCH_OK);
}

/* ---- alive ---------------------------------------------------------------------------------- */

/* Interrupts 1, 28 and 71 are on; 28 and SysTick have their handlers in SRAM. */
static void make_vectors(bool systick_in_ram)
{
    for (uint32_t i = 0; i < 16 + 128; i++) {
        silicon_native_poke(rig.board, VECTORS + 4 * i, 0x08000101);
    }
    silicon_native_poke(rig.board, VECTORS + 4 * (16 + 28), 0x20001001);
    silicon_native_poke(
            rig.board, VECTORS + 4 * 15, systick_in_ram ? 0x20001101 : 0x08000201);
    for (uint32_t i = 0; i < 4; i++) {
        silicon_native_poke(rig.board, ISER(i), 0);
        silicon_native_poke(rig.board, ICER(i), 0);
    }
    silicon_native_poke(rig.board, ISER(0), 1u << 1 | 1u << 28);
    silicon_native_poke(rig.board, ISER(2), 1u << 7);
    silicon_native_poke(rig.board, SYST_CSR, 7);
    silicon_native_poke(rig.board, VTOR, 0x08000000);
    wait_cfg = (struct etch_flash_wait){.how = etch_flash_wait_alive,
            .dog = {IWDG_KR, FEED, 50000},
            .keep_alive = keep_alive,
            .ctx = &seen,
            .ram_vectors = VECTORS};
}

static void alive_serves_what_is_in_ram_and_silences_the_rest(void **state)
{
    (void)state;
    make_vectors(false);
    look();
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_true(seen.accesses > 10);
    assert_int_equal(seen.masked, 0);
    assert_int_equal(seen.vtor, VECTORS);
    assert_int_equal(seen.icer[0], 1u << 1);
    assert_int_equal(seen.icer[1], 0);
    assert_int_equal(seen.icer[2], 1u << 7);
    assert_int_equal(seen.csr, 5); /* no TICKINT */
    assert_true(seen.feeds > 20);
    assert_true(seen.calls > 20);
}

static void alive_restores_vectors_interrupts_and_systick(void **state)
{
    (void)state;
    make_vectors(true);
    look();
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(seen.csr, 7); /* SysTick's handler is in SRAM: kept */
    assert_int_equal(silicon_native_peek(rig.board, SYST_CSR), 7);
    assert_int_equal(seen.nvtors, 2);
    assert_int_equal(seen.vtors[1], 0x08000000);
    /* ISER is a plain word here: what was written last is what is enabled. */
    assert_int_equal(silicon_native_peek(rig.board, ISER(0)), 1u << 1);
    assert_int_equal(silicon_native_peek(rig.board, ISER(2)), 1u << 7);
    assert_false(silicon_native_masked(rig.board));
}

/* As SysTick's own handler does, of a single shot. */
static void stop_systick(void *ctx)
{
    (void)ctx;
    silicon_native_poke(rig.board, SYST_CSR, 0);
}

static void alive_does_not_start_what_was_stopped_meanwhile(void **state)
{
    (void)state;
    make_vectors(true);
    wait_cfg.keep_alive = stop_systick;
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(silicon_native_peek(rig.board, SYST_CSR), 0);
    make_vectors(false); /* its interrupt was silenced, and is given back */
    wait_cfg.keep_alive = stop_systick;
    assert_int_equal(rig_erase(7), ETCH_OK);
    assert_int_equal(silicon_native_peek(rig.board, SYST_CSR), 2);
}

static void alive_refuses_a_table_that_cannot_be_one(void **state)
{
    (void)state;
    make_vectors(false);
    const uint32_t bad[] = {
            0, 0x20000100, 0x20000204, 0x10000000, 0x08000000, 0x20080000};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        wait_cfg.ram_vectors = bad[i];
        assert_int_equal(rig_erase(7), ETCH_E_ALIGN);
        assert_int_equal(silicon_ops(rig.chip), 0);
        assert_int_equal(rig_cr(), LOCKED);
    }
    wait_cfg.ram_vectors = VECTORS;
    wait_cfg.keep_alive = (void (*)(void *))(uintptr_t)0x08000001;
    assert_int_equal(rig_erase(7), ETCH_E_SELF);
}

/* ---- one of the caller's own ------------------------------------------------------------- */

static enum etch_err refuse(const struct etch_flash *f, uint32_t cr)
{
    (void)f;
    assert_int_equal(cr, 0x0001023Au); /* STRT, x32, sector 7, SER */
    return ETCH_E_MPU;
}

static void a_wait_that_refuses_is_heard_and_nothing_is_open(void **state)
{
    (void)state;
    wait_cfg.how = refuse;
    assert_int_equal(rig_erase(7), ETCH_E_MPU);
    assert_int_equal(silicon_ops(rig.chip), 0);
    assert_int_equal(rig_cr(), LOCKED);
}

/* ---- in steps -------------------------------------------------------------------------------- */

static enum etch_err got;

static void begin(void *arg)
{
    got = etch_flash_erase_begin(&rig.flash, *(unsigned *)arg);
}

static void poll(void *arg)
{
    (void)arg;
    got = etch_flash_erase_poll(&rig.flash);
}

static void end(void *arg)
{
    (void)arg;
    got = etch_flash_erase_end(&rig.flash);
}

static enum etch_err step(void (*what)(void *arg))
{
    unsigned sector = 7;
    rig_run(what, &sector);
    return got;
}

static void an_erase_in_steps_is_busy_then_over_then_closed(void **state)
{
    (void)state;
    rig_fill(S7, 0, 4);
    assert_int_equal(step(poll), ETCH_E_NOENT);
    assert_int_equal(step(end), ETCH_E_NOENT);
    assert_int_equal(step(begin), ETCH_OK);
    assert_int_equal(step(poll), ETCH_E_BUSY);
    silicon_native_advance(rig.board, 3000000000u);
    assert_int_equal(step(poll), ETCH_OK);
    assert_int_equal(step(poll), ETCH_OK);
    assert_int_equal(step(end), ETCH_OK);
    assert_int_equal(rig_cr(), LOCKED);
    assert_int_equal(rig_cell(S7), 0xFFFFFFFF);
    assert_int_equal(step(end), ETCH_E_NOENT);
}

static void end_waits_for_what_is_left(void **state)
{
    (void)state;
    uint64_t start = silicon_native_now(rig.board);
    assert_int_equal(step(begin), ETCH_OK);
    assert_int_equal(step(end), ETCH_OK);
    assert_true(silicon_native_now(rig.board) - start >= 1000000000u);
}

static void other_calls_between_begin_and_end_are_refused(void **state)
{
    (void)state;
    assert_int_equal(step(begin), ETCH_OK);
    assert_int_equal(rig_program(0x08004000, "\0", 1), ETCH_E_BUSY);
    assert_int_equal(rig_verify(0x08004000, "\xFF", 1), ETCH_E_BUSY);
    assert_int_equal(rig_erase(1), ETCH_E_BUSY);
    assert_int_equal(rig_erase(8), ETCH_E_RANGE); /* there is none */
    assert_int_equal(step(begin), ETCH_E_BUSY);
    assert_int_equal(step(end), ETCH_OK);
    assert_int_equal(silicon_wear(rig.chip, S7), 1);
    assert_int_equal(silicon_wear(rig.chip, 0x08004000), 0);
}

static void begin_refuses_as_erase_does(void **state)
{
    (void)state;
    unsigned sector = 0;
    rig_run(begin, &sector);
    assert_int_equal(got, ETCH_E_SELF);
    sector = 99;
    rig_run(begin, &sector);
    assert_int_equal(got, ETCH_E_RANGE);
    assert_int_equal(step(poll), ETCH_E_NOENT);
}

static void read_other_bank(void *arg)
{
    *(uint32_t *)arg = mmio_read32((void *)(uintptr_t)0x08004000);
}

/* ES0206 2.2.12: a read of one bank while the other is written may spoil the
 * data cache. */
static void meanwhile_the_other_bank_is_read_without_data_cache(void **state)
{
    (void)state;
    rig_free();
    rig_new_named("stm32f429zi");
    silicon_reg_set(rig.chip, SILICON_ACR, 1u << 10);
    unsigned sector = 13;
    uint32_t value;
    rig_run(begin, &sector);
    assert_int_equal(got, ETCH_OK);
    rig_run(read_other_bank, &value);
    assert_int_equal(value, 0xFFFFFFFF);
    assert_true(BUSY);
    assert_int_equal(silicon_native_breaches(rig.board, LAW_RWW_DCACHE), 0);
    assert_int_equal(step(end), ETCH_OK);
    assert_int_equal(rig_acr(), 1u << 10);
}

/* ---- limits ------------------------------------------------------------------------------------ */

/* A clock said to be slower than it is makes the limit shorter than an erase. */
static void a_wait_ends_at_its_limit_and_leaves_the_controller_alone(void **state)
{
    (void)state;
    rig.config.wait = NULL;
    rig.config.clock_mhz = 1;
    silicon_conditions(rig.chip)->hclk_hz = 168000000;
    rig_open();
    assert_int_equal(rig_erase(7), ETCH_E_TIMEOUT);
    assert_true(BUSY);
    assert_int_equal(rig_cr() & LOCKED, 0);
    assert_int_equal(silicon_native_breaches(rig.board, LAW_CR_BUSY), 0);
    assert_int_equal(rig_acr(), 0);
    /* The next call finds it busy still and gives up as well, then settles it. */
    assert_int_equal(rig_program(0x08004000, "\0", 1), ETCH_E_TIMEOUT);
    rig.config.clock_mhz = 168;
    rig_open();
    assert_int_equal(rig_program(0x08004000, "\0", 1), ETCH_OK);
    assert_int_equal(rig_cr(), LOCKED);
}

/* ES0206 2.2.12, as above: the other bank is busy after the call as well. */
static void a_time_out_leaves_the_data_cache_off_until_a_call_settles_it(void **state)
{
    (void)state;
    uint32_t value;
    rig_free();
    rig_new_named("stm32f429zi");
    memset(&rig.flash, 0xFF, sizeof(rig.flash));
    rig.config.clock_mhz = 1;
    rig_open();
    assert_int_equal(rig_verify(0x08004000, "\xFF", 1), ETCH_OK);
    assert_int_equal(rig_acr(), 0); /* it was off */
    silicon_reg_set(rig.chip, SILICON_ACR, 1u << 10);
    silicon_conditions(rig.chip)->hclk_hz = 168000000;
    assert_int_equal(rig_erase(13), ETCH_E_TIMEOUT);
    assert_true(BUSY);
    assert_int_equal(rig_acr(), 0);
    rig_run(read_other_bank, &value);
    assert_int_equal(silicon_native_breaches(rig.board, LAW_RWW_DCACHE), 0);
    assert_int_equal(rig_verify(0x08004000, "\xFF", 1), ETCH_E_TIMEOUT);
    assert_int_equal(rig_acr(), 0);
    silicon_native_advance(rig.board, 3000000000u);
    assert_int_equal(rig_verify(0x08004000, "\xFF", 1), ETCH_OK);
    assert_int_equal(rig_acr(), 1u << 10);
    silicon_reg_set(rig.chip, SILICON_ACR, 0); /* switched off by its owner */
    assert_int_equal(rig_verify(0x08004000, "\xFF", 1), ETCH_OK);
    assert_int_equal(rig_acr(), 0);
}

static void each_wait_ends_at_its_limit(void **state)
{
    (void)state;
    enum etch_err (*const how[])(const struct etch_flash *, uint32_t) = {
            etch_flash_wait_plain, etch_flash_wait_ram, etch_flash_wait_alive};
    for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
        make_vectors(false);
        silicon_native_on_access(rig.board, NULL, NULL);
        wait_cfg.how = how[i];
        wait_cfg.keep_alive = NULL;
        wait_cfg.dog.period_us = 9000000;
        rig.config.clock_mhz = 1;
        silicon_conditions(rig.chip)->hclk_hz = 168000000;
        rig_open();
        assert_int_equal(rig_erase(7), ETCH_E_TIMEOUT);
        assert_int_equal(silicon_native_peek(rig.board, SYST_CSR), 7);
        assert_false(silicon_native_masked(rig.board));
        silicon_native_advance(rig.board, 5000000000u);
    }
}

static void steps_time_out_too(void **state)
{
    (void)state;
    rig.config.clock_mhz = 1;
    silicon_conditions(rig.chip)->hclk_hz = 168000000;
    rig_open();
    assert_int_equal(step(begin), ETCH_OK);
    silicon_native_advance(rig.board, 40000000);
    assert_int_equal(step(poll), ETCH_E_BUSY);
    silicon_native_advance(rig.board, 20000000);
    assert_int_equal(step(poll), ETCH_E_TIMEOUT);
    assert_int_equal(step(end), ETCH_E_TIMEOUT);
}

static void the_limit_is_longer_than_the_longest_erase(void **state)
{
    (void)state;
    silicon_conditions(rig.chip)->speed = SILICON_MAXIMUM;
    rig.config.width = ETCH_FLASH_X8;
    rig.config.wait = NULL;
    rig.config.clock_mhz = 0; /* not told */
    silicon_conditions(rig.chip)->hclk_hz = 180000000;
    rig_open();
    assert_int_equal(rig_erase(7), ETCH_OK);
}

/* ---- how long it will take ---------------------------------------------------------------------- */

static void times_are_the_model_s(void **state)
{
    (void)state;
    const uint32_t sizes[] = {16, 64, 128};
    for (uint8_t psize = 0; psize < 3; psize++) {
        rig.config.width = (uint8_t)(ETCH_FLASH_X8 + psize);
        rig_open();
        for (unsigned i = 0; i < 3; i++) {
            struct etch_flash_time t = etch_flash_erase_time(&rig.flash, sizes[i] * 1024);
            assert_int_equal(t.typ_us * 1000ull,
                    silicon_erase_ns(SILICON_TYPICAL, psize, sizes[i]));
            assert_int_equal(t.max_us * 1000ull,
                    silicon_erase_ns(SILICON_MAXIMUM, psize, sizes[i]));
        }
        struct etch_flash_time p = etch_flash_program_time(&rig.flash, S7, 4u << psize);
        assert_int_equal(p.typ_us * 1000ull, 4 * silicon_program_ns(SILICON_TYPICAL));
        assert_int_equal(p.max_us * 1000ull, 4 * silicon_program_ns(SILICON_MAXIMUM));
    }
}

/* The time told must cover the steps really made, at every alignment. */
static void the_time_of_a_program_covers_its_steps(void **state)
{
    (void)state;
    static const uint8_t zeroes[32];
    silicon_strict_all(rig.chip, false);
    for (uint8_t width = ETCH_FLASH_X8; width <= ETCH_FLASH_X32; width++) {
        rig.config.width = width;
        rig_open();
        for (uint32_t off = 0; off < 4; off++) {
            for (uint32_t len = 0; len < 14; len++) {
                uint64_t before = silicon_ops(rig.chip);
                assert_int_equal(rig_program(S7 + off, zeroes, len), ETCH_OK);
                uint64_t steps = silicon_ops(rig.chip) - before;
                struct etch_flash_time t =
                        etch_flash_program_time(&rig.flash, S7 + off, len);
                assert_int_equal(t.max_us, steps * 100);
                assert_int_equal(t.typ_us, steps * 16);
            }
        }
    }
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, f446, done)
    const struct CMUnitTest tests[] = {
            T(plain_leaves_interrupts_on_and_feeds_once_before),
            T(plain_is_refused_when_the_watchdog_would_bite),
            T(an_undeclared_watchdog_bites),
            T(ram_masks_interrupts_feeds_and_calls),
            T(a_caller_that_masked_interrupts_finds_them_masked),
            T(ram_refuses_a_hook_in_flash),
            T(ram_refuses_a_watchdog_it_cannot_feed),
            T(alive_serves_what_is_in_ram_and_silences_the_rest),
            T(alive_restores_vectors_interrupts_and_systick),
            T(alive_does_not_start_what_was_stopped_meanwhile),
            T(alive_refuses_a_table_that_cannot_be_one),
            T(a_wait_that_refuses_is_heard_and_nothing_is_open),
            T(an_erase_in_steps_is_busy_then_over_then_closed),
            T(end_waits_for_what_is_left),
            T(other_calls_between_begin_and_end_are_refused),
            T(begin_refuses_as_erase_does),
            T(meanwhile_the_other_bank_is_read_without_data_cache),
            T(a_wait_ends_at_its_limit_and_leaves_the_controller_alone),
            T(a_time_out_leaves_the_data_cache_off_until_a_call_settles_it),
            T(each_wait_ends_at_its_limit),
            T(steps_time_out_too),
            T(the_limit_is_longer_than_the_longest_erase),
            T(times_are_the_model_s),
            T(the_time_of_a_program_covers_its_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
