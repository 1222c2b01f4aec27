/* test_native.c - driver code, compiled for the host, on the model.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/native.h"

#include <string.h>

#include "port/cpu.h"
#include "port/mmio.h"
#include "support/chip.h"
#include "support/cm.h"

enum { SECTOR1 = 0x08004000, SECTOR5 = 0x08020000 };

static volatile void *at(uint32_t addr)
{
    return (volatile void *)(uintptr_t)addr;
}

static uint32_t get(uint32_t addr)
{
    return mmio_read32(at(addr));
}

static void put(uint32_t addr, uint32_t value)
{
    mmio_write32(at(addr), value);
}

static struct silicon_native *board(const char *part)
{
    struct silicon_native *n = silicon_native_new(silicon_part_find(part), NULL);
    assert_non_null(n);
    return n;
}

/* ---- a driver, as small as one can be ---------------------------------------- */

static void unlock(void)
{
    put(FLASH_KEYR, KEY1);
    put(FLASH_KEYR, KEY2);
}

static unsigned wait(void)
{
    unsigned polls = 0;
    while ((get(FLASH_SR) & SR_BSY) != 0) {
        polls++;
    }
    return polls;
}

static void program(uint32_t addr, uint32_t value)
{
    put(FLASH_CR, CR_PG | CR_X32);
    put(addr, value);
    cpu_dsb();
    (void)wait();
    put(FLASH_CR, 0);
}

static void program_body(void *arg)
{
    const uint32_t *values = arg;
    unlock();
    for (uint32_t i = 0; i < 4; i++) {
        program(SECTOR5 + i * 4, values[i]);
    }
}

static void erase_body(void *arg)
{
    unsigned *polls = arg;
    unlock();
    put(FLASH_CR, CR_SER | CR_X32 | 5u << CR_SNB | CR_STRT);
    cpu_dsb();
    *polls = wait();
}

static uint32_t four[4] = {0x11111111, 0x22222222, 0x33333333, 0x44444444};

static void a_driver_programs_and_breaks_no_law(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    silicon_strict_all(silicon_native_chip(n), true);
    assert_int_equal(silicon_native_run(n, program_body, four), SILICON_RETURNED);
    uint32_t back[4];
    silicon_peek(silicon_native_chip(n), SECTOR5, back, NULL, sizeof(back));
    assert_memory_equal(back, four, sizeof(four));
    assert_int_equal(silicon_native_count(n, SILICON_EV_PROGRAM), 4);
    assert_int_equal(silicon_native_count(n, SILICON_EV_BREACH), 0);
    silicon_native_free(n);
}

static void an_erase_lasts_its_time_whatever_the_polls(void **state)
{
    const uint64_t sector_ns = 1014500000;
    struct silicon_native *n = board("stm32f446re");
    unsigned polls = 0;
    assert_int_equal(silicon_native_run(n, erase_body, &polls), SILICON_RETURNED);
    assert_in_range(polls, 250, 260);
    assert_in_range(silicon_native_now(n), sector_ns, sector_ns + 10000);
    silicon_native_free(n);
}

static void every_poll_can_be_had_at_its_true_cost(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    silicon_native_polls(n, 0);
    unsigned polls = 0;
    assert_int_equal(silicon_native_run(n, erase_body, &polls), SILICON_RETURNED);
    assert_in_range(polls, 1014500000 / 250 - 2, 1014500000 / 250 + 2);
    silicon_native_free(n);
}

/* ---- ends of a run ------------------------------------------------------------- */

static void a_planned_cut_ends_the_run_inside_its_operation(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    const struct silicon_tear half = {.kind = SILICON_TEAR_MASK, .mask = 0xFFFF0000};
    silicon_plan_cut(silicon_native_chip(n), 3, half);
    assert_int_equal(silicon_native_run(n, program_body, four), SILICON_LOST_POWER);
    assert_int_equal(silicon_native_why(n)->kind, SILICON_EV_CUT);
    assert_int_equal(silicon_native_why(n)->op, 3);
    uint32_t back[4];
    silicon_peek(silicon_native_chip(n), SECTOR5, back, NULL, sizeof(back));
    const uint32_t torn[4] = {four[0], four[1], 0x3333FFFF, ~0u};
    assert_memory_equal(back, torn, sizeof(torn));
    silicon_native_free(n);
}

static void the_next_run_after_a_cut_finds_the_power_on_and_the_chip_reset(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    const struct silicon_tear none = {.kind = SILICON_TEAR_NONE};
    silicon_plan_cut(silicon_native_chip(n), 1, none);
    assert_int_equal(silicon_native_run(n, program_body, four), SILICON_LOST_POWER);
    assert_int_equal(silicon_native_run(n, program_body, four), SILICON_RETURNED);
    silicon_native_power_cycle(n, none);
    assert_int_equal(silicon_reg(silicon_native_chip(n), SILICON_CR), CR_LOCK);
    silicon_native_free(n);
}

static void wrong_key_body(void *arg)
{
    put(FLASH_KEYR, 0);
    fail_msg("the store came back");
}

static void a_wrong_key_ends_the_run_in_a_fault(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    assert_int_equal(silicon_native_run(n, wrong_key_body, NULL), SILICON_FAULTED);
    const struct silicon_event *why = silicon_native_why(n);
    assert_int_equal(why->kind, SILICON_EV_FAULT);
    assert_int_equal(why->law, LAW_KEY);
    assert_int_equal(why->addr, FLASH_KEYR);
    silicon_native_free(n);
}

static void nowhere_body(void *arg)
{
    const uint32_t *addr = arg;
    (void)get(*addr);
}

static void an_address_with_nothing_behind_it_faults(void **state)
{
    static uint32_t nowhere[] = {0x20020000, 0x30000000, 0x40020000, 0x08080000};
    struct silicon_native *n = board("stm32f446re"); /* 128 KiB of RAM, 512 of flash */
    for (size_t i = 0; i < sizeof(nowhere) / sizeof(*nowhere); i++) {
        assert_int_equal(
                silicon_native_run(n, nowhere_body, &nowhere[i]), SILICON_FAULTED);
        assert_int_equal(silicon_native_why(n)->addr, nowhere[i]);
        assert_int_equal(silicon_native_why(n)->law, LAW_ABSENT);
        assert_int_equal(silicon_native_count(n, SILICON_EV_FAULT), i + 1);
    }
    silicon_native_free(n);
}

static void no_barrier_body(void *arg)
{
    uint32_t *seen = arg;
    unlock();
    put(FLASH_CR, CR_PG | CR_X32);
    put(SECTOR5, 0);
    seen[0] = get(FLASH_SR);
    seen[1] = get(FLASH_SR);
}

static void without_a_barrier_the_first_poll_sees_the_controller_idle(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    uint32_t seen[2];
    assert_int_equal(silicon_native_run(n, no_barrier_body, seen), SILICON_RETURNED);
    assert_int_equal(seen[0], 0);
    assert_int_equal(seen[1], SR_BSY);
    assert_int_equal(silicon_native_breaches(n, LAW_SR_BARRIER), 1);
    silicon_native_free(n);
}

static void a_strict_law_ends_the_run_and_names_the_caller(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    silicon_strict(silicon_native_chip(n), LAW_SR_BARRIER, true);
    uint32_t seen[2];
    assert_int_equal(silicon_native_run(n, no_barrier_body, seen), SILICON_BROKE_LAW);
    const struct silicon_event *why = silicon_native_why(n);
    assert_int_equal(why->law, LAW_SR_BARRIER);
    assert_int_equal(why->addr, FLASH_SR);
    /* The read was made by get(), or by the body where that is inlined. */
    uintptr_t from_get = (uintptr_t)why->caller - (uintptr_t)get;
    uintptr_t from_body = (uintptr_t)why->caller - (uintptr_t)no_barrier_body;
    assert_true(from_get < 1024 || from_body < 1024);
    silicon_native_free(n);
}

static void endless_body(void *arg)
{
    for (;;) {
        (void)get(FLASH_SR);
    }
}

static void a_run_without_end_is_stopped(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    silicon_native_limit(n, 1000);
    assert_int_equal(silicon_native_run(n, endless_body, NULL), SILICON_HUNG);
    assert_int_equal(silicon_native_now(n), 1001 * 250);
    silicon_native_free(n);
}

static void the_watchdog_bites_in_mid_erase_and_tears_it(void **state)
{
    const uint64_t ms = 1000000;
    struct silicon_native *n = board("stm32f446re");
    silicon_strict_all(silicon_native_chip(n), true);
    silicon_native_watchdog(n, 500 * ms);
    unsigned polls = 0;
    assert_int_equal(silicon_native_run(n, erase_body, &polls), SILICON_DOG);
    assert_int_equal(silicon_native_now(n), 500 * ms);
    assert_int_equal(silicon_native_breaches(n, LAW_RESET_BUSY), 1);
    uint8_t data[64];
    uint8_t loose[64];
    uint8_t blank[64];
    memset(blank, 0xFF, sizeof(blank));
    silicon_peek(silicon_native_chip(n), SECTOR5, data, loose, sizeof(data));
    assert_memory_not_equal(data, blank, sizeof(data));
    silicon_native_free(n);
}

static void fed_body(void *arg)
{
    unlock();
    put(FLASH_CR, CR_SER | CR_X32 | 5u << CR_SNB | CR_STRT);
    while ((get(FLASH_SR) & SR_BSY) != 0) {
        put(0x40003000, 0xAAAA);
    }
}

static void a_watchdog_that_is_fed_stays_quiet(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    silicon_native_watchdog(n, 50000000);
    assert_int_equal(silicon_native_run(n, fed_body, NULL), SILICON_RETURNED);
    silicon_native_free(n);
}

static void start_dog_body(void *arg)
{
    put(0x40003000, 0xCCCC);
    endless_body(NULL);
}

static void a_watchdog_the_code_starts_has_its_reset_period(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    assert_int_equal(silicon_native_run(n, start_dog_body, NULL), SILICON_DOG);
    assert_in_range(silicon_native_now(n), 512000000, 512001000);
    silicon_native_free(n);
}

static void restart_body(void *arg)
{
    put(0xE000ED0C, 0x05FA0004);
    fail_msg("the store came back");
}

static void asking_for_a_system_reset_ends_the_run(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    (void)cpu_irq_save();
    assert_int_equal(silicon_native_run(n, restart_body, NULL), SILICON_RESTARTED);
    assert_false(silicon_native_masked(n));
    silicon_native_free(n);
}

/* ---- accesses --------------------------------------------------------------------- */

static void an_unaligned_word_goes_out_in_pieces(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    unlock();
    put(FLASH_CR, CR_PG | CR_X16);
    put(SECTOR5 + 2, 0x12345678);
    cpu_dsb();
    (void)wait();
    assert_int_equal(get(FLASH_SR), 0); /* two halfwords, as PSIZE wants them */
    assert_int_equal(get(SECTOR5 + 2), 0x12345678);
    assert_int_equal(silicon_native_count(n, SILICON_EV_PROGRAM), 2);
    put(FLASH_CR, CR_PG | CR_X8);
    put(SECTOR5 + 0x11, 0x12345678); /* byte, halfword, byte: the middle is lost */
    cpu_dsb();
    (void)wait();
    assert_int_equal(get(SECTOR5 + 0x11), 0x12FFFF78);
    assert_int_equal(get(FLASH_SR), SR_PGPERR);
    silicon_native_free(n);
}

struct seen {
    uint32_t addr[8];
    bool masked[8], store[8];
    unsigned n;
    struct silicon_native *board;
};

static void watch(void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    struct seen *seen = ctx;
    assert_int_equal(width, 4);
    seen->addr[seen->n] = addr;
    seen->store[seen->n] = store;
    seen->masked[seen->n++] = silicon_native_masked(seen->board);
}

static void a_watch_sees_each_access_and_the_interrupt_mask(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    struct seen seen = {.board = n};
    silicon_native_on_access(n, watch, &seen);
    uint32_t outer = cpu_irq_save();
    put(FLASH_KEYR, KEY1);
    uint32_t inner = cpu_irq_save();
    cpu_irq_restore(inner);
    put(FLASH_KEYR, KEY2);
    cpu_irq_restore(outer);
    (void)get(FLASH_CR);
    silicon_native_on_access(n, NULL, NULL);
    (void)get(FLASH_CR);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.addr[1], FLASH_KEYR);
    assert_true(seen.store[1] && !seen.store[2]);
    assert_true(seen.masked[0] && seen.masked[1] && !seen.masked[2]);
    silicon_native_free(n);
}

static void the_chip_tells_what_it_is(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    assert_int_equal(get(0xE0042000) & 0xFFF, 0x421);
    assert_int_equal(get(0xE000ED00), 0x410FC241);
    assert_int_equal(get(0xE000ED90), 0x800);
    assert_int_equal(mmio_read16(at(0x1FFF7A22)), 512);
    silicon_native_free(n);
    const struct silicon_conditions rev_a = {.rev_id = 0x1000};
    n = silicon_native_new(silicon_part_find("stm32f407vg"), &rev_a);
    assert_int_equal(get(0xE0042000), 0x10000411); /* wrong on that revision */
    silicon_native_free(n);
    n = board("stm32f407vg");
    assert_int_equal(get(0xE0042000) & 0xFFF, 0x413);
    silicon_native_free(n);
}

static void ram_is_ram(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    assert_int_equal(get(0x20000000), 0);
    put(0x2001FFFC, 0x12345678);
    mmio_write8(at(0x2001FFFD), 0xAB);
    assert_int_equal(get(0x2001FFFC), 0x1234AB78);
    assert_int_equal(mmio_read16(at(0x2001FFFE)), 0x1234);
    silicon_native_free(n);
    n = board("stm32f413zh");
    put(0x10000010, 7);
    assert_int_equal(get(0x20040010), 7); /* SRAM2 has two addresses there */
    silicon_native_free(n);
}

static void a_poked_word_answers_at_any_address(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    silicon_native_poke(n, 0x40023800, 0x83);
    put(0x40023800, get(0x40023800) | 0x100);
    assert_int_equal(silicon_native_peek(n, 0x40023800), 0x183);
    silicon_native_free(n);
}

static void the_cores_own_registers_hold_what_they_can(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    put(0xE000ED08, 0x20000DFF);
    assert_int_equal(get(0xE000ED08), 0x20000D80); /* tables sit at 128 bytes */
    put(0xE000ED24, 0x00070000);
    assert_int_equal(get(0xE000ED24), 0x00070000);
    put(0xE000ED0C, 0x12340304); /* wrong key: neither group nor reset */
    assert_int_equal(get(0xE000ED0C), 0xFA050000);
    put(0xE000ED0C, 0x05FA0300);
    assert_int_equal(get(0xE000ED0C), 0xFA050300);
    put(0xE0042000, 0);
    put(0xE000ED90, 0);
    assert_int_equal(get(0xE000ED90), 0x800);
    assert_int_equal(get(0xE000ED94), 0); /* the MPU is off */
    put(0xE0001004, 77);
    assert_int_equal(silicon_native_peek(n, 0xE0001004), 77);
    silicon_native_poke(n, 0xE000ED08, 0x08004000);
    assert_int_equal(get(0xE000ED08), 0x08004000);
    silicon_reset(silicon_native_chip(n));
    assert_int_equal(get(0xE000ED08), 0);
    silicon_native_free(n);
}

static void bytes_and_halfwords_go_out_as_they_are(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    silicon_strict_all(silicon_native_chip(n), true);
    unlock();
    put(FLASH_CR, CR_PG | CR_X16);
    mmio_write16(at(SECTOR5 + 2), 0x1234);
    cpu_dsb();
    cpu_isb();
    (void)wait();
    put(FLASH_CR, CR_PG | CR_X8);
    mmio_write8(at(SECTOR5), 0x56);
    cpu_dsb();
    (void)wait();
    assert_int_equal(get(SECTOR5), 0x1234FF56);
    assert_int_equal(mmio_read8(at(SECTOR5 + 3)), 0x12);
    silicon_native_free(n);
}

static void memrmp_drives_alias_and_swap(void **state)
{
    struct silicon_native *n = board("stm32f429zi");
    const uint32_t one = 1;
    const uint32_t two = 2;
    silicon_poke(silicon_native_chip(n), 0x08000000, &one, 4);
    silicon_poke(silicon_native_chip(n), 0x08100000, &two, 4);
    assert_int_equal(get(0), 1);
    put(0x40013800, 0x100);
    assert_int_equal(get(0), 2);
    assert_int_equal(get(0x08000000), 2);
    assert_int_equal(get(0x08100000), 1);
    put(0x40013800, 1);
    assert_false(silicon_answers(silicon_native_chip(n), 0));
    assert_int_equal(get(0x08000000), 1);
    const uint32_t stack = 0x20001000;
    silicon_poke(silicon_native_chip(n), 0x08100000, &stack, 4);
    silicon_set_options(silicon_native_chip(n), 0x0FFFAAFC, 0x0FFF0000); /* BFB2 */
    silicon_reset(silicon_native_chip(n));
    assert_int_equal(get(0x40013800), 0x100); /* the boot ROM has swapped them */
    silicon_native_free(n);
}

/* ---- time -------------------------------------------------------------------------- */

static void the_cycle_counter_follows_the_clock(void **state)
{
    const struct silicon_conditions fast = {.hclk_hz = 168000000};
    struct silicon_native *n =
            silicon_native_new(silicon_part_find("stm32f407vg"), &fast);
    uint32_t before = cpu_cycles();
    silicon_native_advance(n, 1000000);
    assert_int_equal(cpu_cycles(), before); /* not started yet */
    cpu_cycles_start();
    before = cpu_cycles();
    silicon_native_advance(n, 30000000000); /* past 32 bits */
    uint32_t elapsed = cpu_cycles() - before;
    assert_in_range(
            elapsed, (uint32_t)(30u * 168000000ull), (uint32_t)(30u * 168000000ull) + 8);
    silicon_native_freeze_cycles(n, true);
    before = cpu_cycles();
    silicon_native_advance(n, 1000000);
    assert_int_equal(cpu_cycles(), before);
    silicon_native_freeze_cycles(n, false);
    silicon_native_advance(n, 1000);
    assert_in_range(cpu_cycles() - before, 168, 180);
    silicon_native_free(n);
}

static void each_access_takes_four_cycles(void **state)
{
    struct silicon_native *n = board("stm32f446re"); /* 16 MHz */
    (void)get(FLASH_SR);
    (void)get(FLASH_SR);
    assert_int_equal(silicon_native_now(n), 500);
    silicon_conditions(silicon_native_chip(n))->hclk_hz = 100000000;
    (void)get(FLASH_SR);
    assert_int_equal(silicon_native_now(n), 540);
    silicon_native_free(n);
}

static void a_stalled_load_moves_the_clock_to_the_end(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    unlock();
    put(FLASH_CR, CR_SER | CR_X32 | 5u << CR_SNB | CR_STRT);
    uint64_t end = silicon_busy_until(silicon_native_chip(n));
    (void)get(0x08000000);
    assert_true(silicon_native_now(n) == end);
    assert_int_equal(silicon_native_breaches(n, LAW_READ_BUSY), 1);
    silicon_native_free(n);
}

/* ---- copies ------------------------------------------------------------------------- */

static void a_copy_goes_on_as_the_original_would(void **state)
{
    struct silicon_native *a = board("stm32f446re");
    struct silicon_native *b = board("stm32f446re");
    silicon_native_select(a);
    cpu_cycles_start();
    unlock();
    put(0x20000100, 5);
    (void)cpu_irq_save();
    silicon_native_copy(b, a);
    program(SECTOR1, 0x1234);
    uint32_t cycles = cpu_cycles();
    silicon_native_select(b);
    assert_true(silicon_native_masked(b));
    assert_int_equal(get(0x20000100), 5);
    silicon_native_copy(b, a);
    silicon_native_select(b);
    assert_int_equal(silicon_native_now(b), silicon_native_now(a));
    assert_int_equal(cpu_cycles(), cycles + 4);
    assert_true(silicon_same(silicon_native_chip(a), silicon_native_chip(b)));
    silicon_native_free(a);
    assert_int_equal(get(SECTOR1), 0x1234); /* b is still selected */
    silicon_native_free(b);
}

/* ---- the short way ------------------------------------------------------------------- */

struct look {
    uint32_t sum, unstable;
    uint64_t used_ns;
    enum silicon_end end;
};

/* Loads of all widths, of cells that are settled and not, before and after a store,
 * over a page's end and with the cache on. */
static void look_around(void *arg)
{
    struct look *l = arg;
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t addr = SECTOR1 + i * 7;
        l->sum = l->sum * 31 + mmio_read8(at(addr));
        l->sum = l->sum * 31 + mmio_read32(at(addr & ~3u));
        if (i == 1000) {
            unlock();
            program(SECTOR1 + 0x1234, 0x12345678);
        }
        if (i == 2000) {
            put(FLASH_ACR, 0x400);
        }
    }
    l->sum = l->sum * 31 + get(SECTOR1 + 0x1234) + mmio_read16(at(SECTOR1 + 0x1FFF));
}

static struct look look(bool alone, bool loose, uint64_t limit)
{
    static const uint32_t mask = 0xFFFF;
    struct silicon_native *n = board("stm32f446re");
    struct look l = {.sum = 0};
    for (uint32_t i = 0; i < 0x4000; i += 4) {
        uint32_t word = i * 0x9E3779B9u;
        silicon_poke(silicon_native_chip(n), SECTOR1 + i, &word, 4);
    }
    if (loose) {
        silicon_unsettle(silicon_native_chip(n), SECTOR1 + 0x800, &mask, 4);
    }
    silicon_native_alone(n, alone);
    silicon_native_limit(n, limit);
    l.end = silicon_native_run(n, look_around, &l);
    l.used_ns = silicon_native_now(n);
    l.unstable = silicon_native_breaches(n, LAW_UNSTABLE);
    silicon_native_free(n);
    return l;
}

static void a_body_alone_with_the_chip_sees_all_as_before(void **state)
{
    for (unsigned i = 0; i < 4; i++) {
        uint64_t limit = i < 2 ? 100000 : 2500;
        struct look a = look(false, i % 2 == 1, limit);
        struct look b = look(true, i % 2 == 1, limit);
        assert_int_equal(a.sum, b.sum);
        assert_int_equal(a.used_ns, b.used_ns);
        assert_int_equal(a.unstable, b.unstable);
        assert_int_equal(a.end, b.end);
        assert_int_equal(a.end, i < 2 ? SILICON_RETURNED : SILICON_HUNG);
        assert_true(i % 2 == 0 || i > 1 || a.unstable > 0);
    }
}

static unsigned begun;
static uint32_t held;

static void note_begin(void *ctx, const struct silicon_event *ev)
{
    struct silicon *copy = silicon_clone(silicon_native_chip(ctx));
    begun++;
    silicon_peek(copy, ev->addr, &held, NULL, 4);
    silicon_free(copy);
}

static void program_twice(void *arg)
{
    (void)arg;
    unlock();
    program(SECTOR1, 0x11111111);
    program(SECTOR1 + 4, 0x22222222);
}

static void an_operation_that_begins_is_told_before_any_of_it_is_done(void **state)
{
    struct silicon_native *n = board("stm32f446re");
    begun = 0;
    silicon_native_on_begin(n, note_begin, n);
    assert_int_equal(silicon_native_run(n, program_twice, NULL), SILICON_RETURNED);
    assert_int_equal(begun, 2);
    assert_int_equal(held, UINT32_MAX);
    silicon_native_free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_driver_programs_and_breaks_no_law),
            cmocka_unit_test(an_erase_lasts_its_time_whatever_the_polls),
            cmocka_unit_test(every_poll_can_be_had_at_its_true_cost),
            cmocka_unit_test(a_planned_cut_ends_the_run_inside_its_operation),
            cmocka_unit_test(
                    the_next_run_after_a_cut_finds_the_power_on_and_the_chip_reset),
            cmocka_unit_test(a_wrong_key_ends_the_run_in_a_fault),
            cmocka_unit_test(an_address_with_nothing_behind_it_faults),
            cmocka_unit_test(without_a_barrier_the_first_poll_sees_the_controller_idle),
            cmocka_unit_test(a_strict_law_ends_the_run_and_names_the_caller),
            cmocka_unit_test(a_run_without_end_is_stopped),
            cmocka_unit_test(the_watchdog_bites_in_mid_erase_and_tears_it),
            cmocka_unit_test(a_watchdog_that_is_fed_stays_quiet),
            cmocka_unit_test(a_watchdog_the_code_starts_has_its_reset_period),
            cmocka_unit_test(asking_for_a_system_reset_ends_the_run),
            cmocka_unit_test(an_unaligned_word_goes_out_in_pieces),
            cmocka_unit_test(a_watch_sees_each_access_and_the_interrupt_mask),
            cmocka_unit_test(the_chip_tells_what_it_is),
            cmocka_unit_test(ram_is_ram),
            cmocka_unit_test(a_poked_word_answers_at_any_address),
            cmocka_unit_test(the_cores_own_registers_hold_what_they_can),
            cmocka_unit_test(bytes_and_halfwords_go_out_as_they_are),
            cmocka_unit_test(memrmp_drives_alias_and_swap),
            cmocka_unit_test(the_cycle_counter_follows_the_clock),
            cmocka_unit_test(each_access_takes_four_cycles),
            cmocka_unit_test(a_stalled_load_moves_the_clock_to_the_end),
            cmocka_unit_test(a_copy_goes_on_as_the_original_would),
            cmocka_unit_test(a_body_alone_with_the_chip_sees_all_as_before),
            cmocka_unit_test(an_operation_that_begins_is_told_before_any_of_it_is_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
