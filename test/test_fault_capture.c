/* test_fault_capture.c - fault.h: the handler behind its first instructions, on
 * the model. What entry.S does, test/firmware/ shows.
 *
 * SPDX-License-Identifier: MIT
 */
#include "fault/capture_priv.h"

#include <string.h>

#include "support/cm.h"
#include "support/mpu_rig.h"

#define AIRCR 0xE000ED0Cu
#define CCR   0xE000ED14u
#define SHCSR 0xE000ED24u
#define CFSR  0xE000ED28u
#define HFSR  0xE000ED2Cu
#define DFSR  0xE000ED30u
#define MMFAR 0xE000ED34u
#define BFAR  0xE000ED38u

enum { S7 = 0x08060000, SP = 0x20001000 };

static struct etch_guard guard;
static struct etch_fault_config config;
static struct etch_fault given; /* to then() */
static unsigned calls;

static void poke(uint32_t addr, uint32_t value)
{
    silicon_native_poke(rig.board, addr, value);
}

static void then(const struct etch_fault *f)
{
    given = *f;
    calls++;
}

static int f446_under_mbed(void **state)
{
    rig_new_named("stm32f446re");
    mpu_set_up(pmsa_layout("mbed"));
    for (uint32_t addr = CCR; addr <= BFAR; addr += 4) {
        poke(addr, addr == CCR ? 0x200 : 0);
    }
    poke(CFSR, 0x82);
    poke(HFSR, 0x40000000);
    poke(MMFAR, S7);
    poke(BFAR, 0xDEADBEEF);
    poke(0xE000ED08, 0x08000000);
    for (uint32_t i = 0; i < 8; i++) {
        poke(SP + 4 * i, 0xF0 + i);
    }
    memset(&fault_keep, 0xA5, sizeof(fault_keep)); /* RAM is noise at first */
    memset(&config, 0, sizeof(config));
    memset(&guard, 0, sizeof(guard));
    calls = 0;
    return 0;
}

static int done(void **state)
{
    rig_free();
    return 0;
}

static void do_init(void *arg)
{
    (void)arg;
    etch_fault_init(&config);
}

static void do_capture(void *arg)
{
    (void)arg;
    fault_capture();
}

/* What entry.S leaves in the record. */
static void enter(uint32_t exc_return, uint32_t msp, uint32_t psp)
{
    uint32_t *word = fault_keep.record.word;
    for (uint32_t w = ETCH_FAULT_MPU_CTRL; w <= ETCH_FAULT_R11; w++) {
        word[w] = 0x100 + w;
    }
    word[ETCH_FAULT_MPU_CTRL] = 7;
    word[ETCH_FAULT_MSP] = msp;
    word[ETCH_FAULT_PSP] = psp;
    word[ETCH_FAULT_VECTOR] = 3;
    word[ETCH_FAULT_EXC_RETURN] = exc_return;
    assert_int_equal(silicon_native_run(rig.board, do_capture, NULL), SILICON_RESTARTED);
    assert_int_equal(silicon_native_why(rig.board)->addr, AIRCR);
}

static const struct etch_fault *fault_at_s7(void)
{
    rig_run(do_init, NULL);
    enter(0xFFFFFFF9, SP, 0);
    const struct etch_fault *f = etch_fault_last();
    assert_non_null(f);
    return f;
}

static void the_record_has_what_was_there_and_survives_the_reset(void **state)
{
    const struct etch_fault *f = fault_at_s7();
    for (uint32_t w = ETCH_FAULT_R0; w <= ETCH_FAULT_PSR; w++) {
        assert_true(etch_fault_knows(f, w));
        assert_int_equal(etch_fault_get(f, w), 0xF0 + w);
    }
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_R11), 0x100 + ETCH_FAULT_R11);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_VECTOR), 3);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_CFSR), 0x82);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_HFSR), 0x40000000);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_MMFAR), S7);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_VTOR), 0x08000000);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_FLASH_CR), 0x80000000);
    assert_true(etch_fault_knows(f, ETCH_FAULT_FLASH_SR));
    const struct pmsa *mbed = &pmsa_layout("mbed")->mpu;
    for (uint32_t n = 0; n < 8; n++) {
        assert_int_equal(
                etch_fault_get(f, ETCH_FAULT_RASR0 + 2 * n), mbed->region[n].rasr);
        assert_int_equal(etch_fault_get(f, ETCH_FAULT_RBAR0 + 2 * n) & ~31u,
                mbed->region[n].rbar & ~31u);
    }
    struct etch_fault_finding d = etch_fault_decode(f);
    assert_int_equal(d.cause, ETCH_FAULT_WRITE_REFUSED);
    assert_int_equal(d.framework, ETCH_FAULT_MBED);
}

static void an_address_that_is_not_valid_is_not_known(void **state)
{
    const struct etch_fault *f = fault_at_s7();
    assert_true(etch_fault_knows(f, ETCH_FAULT_MMFAR));
    assert_false(etch_fault_knows(f, ETCH_FAULT_BFAR));
    poke(CFSR, 0x8200);
    enter(0xFFFFFFF9, SP, 0);
    f = etch_fault_last();
    assert_false(etch_fault_knows(f, ETCH_FAULT_MMFAR));
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_BFAR), 0xDEADBEEF);
}

static void what_was_not_given_is_not_known(void **state)
{
    const struct etch_fault *f = fault_at_s7();
    assert_false(etch_fault_knows(f, ETCH_FAULT_OP_ADDR));
    assert_false(etch_fault_knows(f, ETCH_FAULT_WINDOW0));
    assert_false(etch_fault_knows(f, ETCH_FAULT_SP));
    assert_false(etch_fault_knows(f, ETCH_FAULT_INSN));
    assert_false(etch_fault_knows(f, ETCH_FAULT_FRAMEWORK));
}

static void a_frame_that_was_not_stored_is_none(void **state)
{
    static const uint32_t unstored[] = {0x92, 0x10, 0x1000};
    for (unsigned i = 0; i < 3; i++) {
        poke(CFSR, unstored[i]);
        (void)fault_at_s7();
        assert_false(etch_fault_knows(&fault_keep.record, ETCH_FAULT_R0));
        assert_false(etch_fault_knows(&fault_keep.record, ETCH_FAULT_PC));
        assert_true(etch_fault_knows(&fault_keep.record, ETCH_FAULT_R4));
    }
}

static void the_frame_is_on_the_stack_that_was_in_use(void **state)
{
    rig_run(do_init, NULL);
    enter(0xFFFFFFFD, 0x20002000, SP);
    assert_int_equal(etch_fault_get(etch_fault_last(), ETCH_FAULT_R1), 0xF1);
}

static void a_stack_pointer_that_points_nowhere_is_not_followed(void **state)
{
    static const uint32_t nowhere[] = {
            0, 0x08000000, 0x1FFFFFFC, 0x20060000, SP + 2, ~3u};
    for (unsigned i = 0; i < sizeof(nowhere) / sizeof(*nowhere); i++) {
        rig_run(do_init, NULL);
        enter(0xFFFFFFF9, nowhere[i], SP);
        assert_non_null(etch_fault_last());
        assert_false(etch_fault_knows(etch_fault_last(), ETCH_FAULT_PC));
    }
}

static void ccm_may_hold_a_stack(void **state)
{
    rig_free();
    rig_new_named("stm32f407vg");
    for (uint32_t addr = CCR; addr <= BFAR; addr += 4) {
        poke(addr, 0);
    }
    poke(0x10000010 + 24, 0x08001234);
    rig_run(do_init, NULL);
    enter(0xFFFFFFF9, 0x10000010, 0);
    assert_int_equal(etch_fault_get(etch_fault_last(), ETCH_FAULT_PC), 0x08001234);
}

static void the_drivers_last_call_and_the_windows_are_kept(void **state)
{
    config.flash = &rig.flash;
    config.guard = &guard;
    rig.flash.span = (struct etch_flash_span){S7, NULL, 123};
    rig.flash.report = (struct etch_flash_report){1, 2, S7 + 4};
    guard.window[3] = (struct etch_guard_window){{{S7, 32, ETCH_GUARD_WRITE}, 7}, 1};
    const struct etch_fault *f = fault_at_s7();
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_OP_ADDR), S7);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_OP_DATA), 0);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_OP_LEN), 123);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_OP_SR), 1);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_OP_STALE), 2);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_OP_AT), S7 + 4);
    assert_true(etch_fault_knows(f, ETCH_FAULT_WINDOW0));
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_WINDOW0 + 15), S7);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_WINDOW0 + 17), ETCH_GUARD_WRITE);
    assert_int_equal(etch_fault_get(f, ETCH_FAULT_WINDOW0 + 19), 1);
}

static void what_the_configuration_names_gets_the_sealed_record(void **state)
{
    config.then = then;
    const struct etch_fault *f = fault_at_s7();
    assert_int_equal(calls, 1);
    assert_memory_equal(&given, f, sizeof(given));
    assert_true(etch_fault_is_sealed(&given));
}

static void a_fault_before_init_is_recorded_too(void **state)
{
    config.then = then;
    enter(0xFFFFFFF9, SP, 0); /* the configuration's address is noise */
    assert_int_equal(calls, 0);
    assert_non_null(etch_fault_last());
}

static void noise_is_no_record(void **state)
{
    assert_null(etch_fault_last());
    memset(&fault_keep, 0, sizeof(fault_keep));
    assert_null(etch_fault_last());
    memset(&fault_keep, 0xFF, sizeof(fault_keep));
    assert_null(etch_fault_last());
}

static void one_bit_that_fell_over_breaks_the_seal(void **state)
{
    (void)fault_at_s7();
    uint8_t *byte = (uint8_t *)&fault_keep.record;
    for (size_t i = 0; i < sizeof(fault_keep.record); i++) {
        byte[i] ^= 0x10;
        assert_null(etch_fault_last());
        byte[i] ^= 0x10;
    }
    assert_non_null(etch_fault_last());
}

static void forgotten_is_forgotten_and_the_next_is_kept(void **state)
{
    (void)fault_at_s7();
    etch_fault_forget();
    assert_null(etch_fault_last());
    (void)fault_at_s7();
}

static void init_enables_the_three_handlers_and_nothing_else(void **state)
{
    poke(SHCSR, 0x80);
    rig_run(do_init, NULL);
    assert_int_equal(silicon_native_peek(rig.board, SHCSR), 0x70080);
}

static void bus_errors_of_the_handler_are_ignored(void **state)
{
    (void)fault_at_s7();
    assert_int_equal(silicon_native_peek(rig.board, CCR) & 0x100, 0x100);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, f446_under_mbed, done)
    const struct CMUnitTest tests[] = {
            T(the_record_has_what_was_there_and_survives_the_reset),
            T(an_address_that_is_not_valid_is_not_known),
            T(what_was_not_given_is_not_known),
            T(a_frame_that_was_not_stored_is_none),
            T(the_frame_is_on_the_stack_that_was_in_use),
            T(a_stack_pointer_that_points_nowhere_is_not_followed),
            T(ccm_may_hold_a_stack),
            T(the_drivers_last_call_and_the_windows_are_kept),
            T(what_the_configuration_names_gets_the_sealed_record),
            T(a_fault_before_init_is_recorded_too),
            T(noise_is_no_record),
            T(one_bit_that_fell_over_breaks_the_seal),
            T(forgotten_is_forgotten_and_the_next_is_kept),
            T(init_enables_the_three_handlers_and_nothing_else),
            T(bus_errors_of_the_handler_are_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
