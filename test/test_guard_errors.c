/* test_guard_errors.c - released on every error path: whatever a call of the
 * driver or of the guard ends with, the MPU's regions, RNR and the interrupt mask
 * are what they were. Each error there is, made to happen; with interrupts
 * masked before and not; with a window open and without.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "flash/wait.h"
#include "port/cpu.h"
#include "support/cm.h"
#include "support/mpu_rig.h"

enum {
    S1 = 0x08004000,
    S5 = 0x08020000,
    S7 = 0x08060000,
    SR = 0x40023C0C,
    CR = 0x40023C10
};
#define LOCKED 0x80000000u

static struct etch_guard guard;
static struct etch_guard_config how;
static struct etch_flash_wait wait_cfg;
static const uint8_t bytes[16] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
        0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xF0, 0x0F};

/* ---- what goes wrong ------------------------------------------------------------- */

static unsigned happened; /* times that the hardware was tampered with */

static void do_relock(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    if (!store && addr == CR && rig_cr() == 0) {
        silicon_reg_set(rig.chip, SILICON_CR, LOCKED);
        happened++;
    }
}

static void relock(void)
{
    silicon_native_on_access(rig.board, do_relock, NULL);
}

static void do_take_pg(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    if (store && addr == S7 + 8) {
        silicon_reg_set(rig.chip, SILICON_CR, 0x00000200);
        happened++;
    }
}

static void take_pg_away(void)
{
    silicon_strict_all(rig.chip, false);
    silicon_native_on_access(rig.board, do_take_pg, NULL);
}

static void do_lose_a_bit(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    if (!store && width == 1 && addr == S7 + 2 && rig_cell(S7) != ~0u) {
        rig_fill(addr, 0x32, 1);
        happened++;
    }
}

static void lose_a_bit(void)
{
    silicon_native_on_access(rig.board, do_lose_a_bit, NULL);
}

static void do_leave_a_bit(
        void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    if (!store && addr == S7 + 0x100) {
        rig_fill(addr, 0xFE, 1);
        happened++;
    }
}

static void leave_a_bit(void)
{
    silicon_native_on_access(rig.board, do_leave_a_bit, NULL);
}

static void clear_bits(void)
{
    rig_fill(S7, 0, sizeof(bytes));
}

static void protect_s7(void)
{
    silicon_set_options(rig.chip, 0x0FFFAAED & ~(1u << (16 + 7)), 0x0FFF0000);
}

static void run_in_s7(void)
{
    silicon_native_at(rig.board, S7 + 0x40);
}

static void run_out_of_time(void)
{
    rig.config.clock_mhz = 1;
    silicon_conditions(rig.chip)->hclk_hz = 168000000;
    rig_open();
}

/* As if the clock had been said to be slower still. */
static void run_out_of_time_at_once(void)
{
    rig.flash.limit = 1;
}

static void run_a_dog(void)
{
    wait_cfg = (struct etch_flash_wait){
            .how = etch_flash_wait_plain, .dog = {.period_us = 1000000}};
    rig.config.wait = &wait_cfg;
}

static void misplace_vectors(void)
{
    wait_cfg = (struct etch_flash_wait){
            .how = etch_flash_wait_alive, .ram_vectors = 0x20000104};
    rig.config.wait = &wait_cfg;
}

/* Somebody stored to flash without PG, through a NULL pointer perhaps. */
static void leave_pgserr(void)
{
    silicon_reg_set(rig.chip, SILICON_SR, 0xC0);
}

static void do_begin(void *arg)
{
    *(enum etch_err *)arg = etch_flash_erase_begin(&rig.flash, 6);
}

static void begin_an_erase(void)
{
    enum etch_err err;
    rig_run(do_begin, &err);
    assert_int_equal(err, ETCH_OK);
}

static void swap_banks(void)
{
    silicon_native_poke(rig.board, 0x40013800, 1u << 8);
}

/* The module manager's regions, over S5..S7 and all reserved: no plan. */
static void reserve_all(void)
{
    mpu_set_region(6, S5, 0x06070023);
    how.reserved = 0xFF;
    etch_guard_init(&guard, &how);
}

/* One region, and nothing where it ends. */
static void leave_one_region(void)
{
    for (uint32_t n = 1; n < 8; n++) {
        mpu_set_region(n, 0, 0);
    }
    mpu_set_region(0, 0x08000000, 0x06020025);
    silicon_native_poke(rig.board, MPU_CTRL, 1);
}

static void drop_privilege(void)
{
    silicon_native_unprivileged(rig.board, true);
}

static void nothing(void)
{
}

/* ---- what is called ---------------------------------------------------------------- */

static enum etch_err program(void)
{
    return etch_flash_program(&rig.flash, S7, bytes, sizeof(bytes));
}

static enum etch_err program_too_far(void)
{
    return etch_flash_program(&rig.flash, 0x08200000 - 8, bytes, sizeof(bytes));
}

static enum etch_err erase(void)
{
    return etch_flash_erase(&rig.flash, 7);
}

static enum etch_err erase_one_that_is_not(void)
{
    return etch_flash_erase(&rig.flash, 99);
}

static enum etch_err end_no_erase(void)
{
    return etch_flash_erase_end(&rig.flash);
}

static enum etch_err store(void)
{
    return guard.gate.store(&rig.flash, S7, bytes, 4);
}

static enum etch_err open_s7(void)
{
    uint32_t id;
    return etch_guard_open(&guard, S7, 4, ETCH_GUARD_WRITE, &id);
}

static enum etch_err open_half(void)
{
    uint32_t id;
    return etch_guard_open(&guard, 0x08070000, 0x20000, ETCH_GUARD_WRITE, &id);
}

static enum etch_err open_too_many(void)
{
    uint32_t ids[ETCH_GUARD_WINDOWS + 1];
    enum etch_err err = ETCH_OK;
    uint32_t n = 0;
    while (!err && n <= ETCH_GUARD_WINDOWS) {
        err = etch_guard_open(&guard, S1 + 64 * n, 32, ETCH_GUARD_WRITE, &ids[n]);
        n += !err;
    }
    while (n-- > 0) {
        (void)etch_guard_close(&guard, ids[n]);
    }
    return err;
}

static enum etch_err close_a_stale_one(void)
{
    uint32_t id;
    enum etch_err err = etch_guard_open(&guard, S7, 4, ETCH_GUARD_WRITE, &id);
    if (!err) {
        err = etch_guard_close(&guard, id);
    }
    return err ? err : etch_guard_close(&guard, id);
}

static enum etch_err close_one_that_never_was(void)
{
    return etch_guard_close(&guard, 12345);
}

static enum etch_err leave_a_scope_on_error(void)
{
    ETCH_GUARD_SCOPE(window, &guard, S7, sizeof(bytes), ETCH_GUARD_WRITE);
    return window.err ? window.err : program();
}

static enum etch_err look(void)
{
    struct etch_mpu_piece why;
    return etch_guard_would_fault(S7, 4, ETCH_GUARD_WRITE, &why);
}

static const struct trouble {
    const char *name;
    void (*arrange)(void);
    enum etch_err (*call)(void);
    enum etch_err err;
    const char *part; /* NULL: stm32f446re */
    bool tampered;    /* the hardware, while the call lasts */
} troubles[] = {
        {"beyond the array", nothing, program_too_far, ETCH_E_RANGE, NULL, false},
        {"no such sector", nothing, erase_one_that_is_not, ETCH_E_RANGE, NULL, false},
        {"the running code", run_in_s7, program, ETCH_E_SELF, NULL, false},
        {"the running code, erased", run_in_s7, erase, ETCH_E_SELF, NULL, false},
        {"write-protected", protect_s7, program, ETCH_E_PROTECTED, NULL, false},
        {"write-protected, erased", protect_s7, erase, ETCH_E_PROTECTED, NULL, false},
        {"banks swapped", swap_banks, program, ETCH_E_SWAPPED, "stm32f429zi", false},
        {"keys refused", relock, program, ETCH_E_LOCKED, NULL, true},
        {"keys refused, erased", relock, erase, ETCH_E_LOCKED, NULL, true},
        {"0 to 1", clear_bits, program, ETCH_E_BITS, NULL, false},
        {"flag of the hardware", take_pg_away, program, ETCH_E_PROGRAM, NULL, true},
        {"reads back wrong", lose_a_bit, program, ETCH_E_VERIFY, NULL, true},
        {"not erased", leave_a_bit, erase, ETCH_E_VERIFY, NULL, true},
        {"no end", run_out_of_time_at_once, program, ETCH_E_TIMEOUT, NULL, false},
        {"no end, erased", run_out_of_time, erase, ETCH_E_TIMEOUT, NULL, false},
        {"watchdog", run_a_dog, erase, ETCH_E_WATCHDOG, NULL, false},
        {"vectors misplaced", misplace_vectors, erase, ETCH_E_ALIGN, NULL, false},
        {"PGSERR left over", leave_pgserr, program, ETCH_OK, NULL, false},
        {"an erase begun", begin_an_erase, program, ETCH_E_BUSY, NULL, false},
        {"no erase begun", nothing, end_no_erase, ETCH_E_NOENT, NULL, false},
        {"plan refused", reserve_all, program, ETCH_E_MPU, NULL, false},
        {"plan refused, a window", reserve_all, open_s7, ETCH_E_MPU, NULL, false},
        {"half a plan", leave_one_region, open_half, ETCH_E_MPU, NULL, false},
        {"unprivileged, a store", drop_privilege, store, ETCH_E_RIGHTS, NULL, false},
        {"unprivileged, a window", drop_privilege, open_s7, ETCH_E_RIGHTS, NULL, false},
        {"unprivileged, a look", drop_privilege, look, ETCH_E_RIGHTS, NULL, false},
        {"a look", nothing, look, ETCH_E_MPU, NULL, false},
        {"too many windows", nothing, open_too_many, ETCH_E_NOSPACE, NULL, false},
        {"stale token", nothing, close_a_stale_one, ETCH_E_NOENT, NULL, false},
        {"no token", nothing, close_one_that_never_was, ETCH_E_NOENT, NULL, false},
        {"scope left on error", lose_a_bit, leave_a_scope_on_error, ETCH_E_VERIFY, NULL,
                true},
};
enum { TROUBLES = sizeof(troubles) / sizeof(*troubles) };

/* ---- all of them ---------------------------------------------------------------------- */

struct attempt {
    const struct trouble *trouble;
    bool masked;
    enum etch_err err;
    bool masked_after;
};

static void make(void *arg)
{
    struct attempt *a = arg;
    if (a->masked) {
        (void)cpu_irq_save();
    }
    a->masked = silicon_native_masked(rig.board); /* not if unprivileged */
    a->err = a->trouble->call();
    a->masked_after = silicon_native_masked(rig.board);
    cpu_irq_restore(0);
}

static void open_elsewhere(void *arg)
{
    uint32_t id;
    *(enum etch_err *)arg = etch_guard_open(&guard, S5, 32, ETCH_GUARD_WRITE, &id);
}

static void prepare(const struct trouble *t, const char *layout,
        const struct etch_guard_backend *backend, bool window)
{
    rig_new_named(t->part != NULL ? t->part : "stm32f446re");
    memset(&guard, 0, sizeof(guard));
    how = (struct etch_guard_config){.backend = backend};
    etch_guard_init(&guard, &how);
    rig.config.gate = &guard.gate;
    mpu_set_up(pmsa_layout(layout));
    if (window) {
        enum etch_err err;
        rig_run(open_elsewhere, &err);
        assert_int_equal(err, ETCH_OK);
    }
    rig_open();
    happened = 0;
    t->arrange();
}

static void fall_into(
        const struct trouble *t, const char *layout, bool window, bool masked)
{
    prepare(t, layout, &etch_guard_own, window);
    struct pmsa before = mpu_image();
    uint32_t rnr = mpu_rnr();
    struct attempt a = {.trouble = t, .masked = masked};
    rig_run(make, &a);
    struct pmsa after = mpu_image();
    if (a.err != t->err) {
        fail_msg("%s, %s: %s", t->name, layout, etch_err_name(a.err));
    }
    if (memcmp(&before, &after, sizeof(after)) != 0 || mpu_rnr() != rnr) {
        fail_msg("%s, %s: the MPU is not as it was", t->name, layout);
    }
    if (a.masked_after != a.masked) {
        fail_msg("%s, %s: interrupts are not as they were", t->name, layout);
    }
    assert_true(!t->tampered || happened > 0);
    rig_free();
}

static void every_error_leaves_the_mpu_and_the_mask_as_they_were(void **state)
{
    /* Overlays, holes and patches; windows too where there is room for both. */
    static const char *const layouts[] = {"mbed", "freertos", "full"};
    for (unsigned i = 0; i < TROUBLES; i++) {
        /* Where regions are taken from under a window there cannot be one. */
        bool alone = troubles[i].arrange == reserve_all ||
                     troubles[i].arrange == leave_one_region;
        for (unsigned l = 0; l < 3; l++) {
            for (unsigned window = 0; window < (alone ? 1 : 2); window++) {
                fall_into(&troubles[i], layouts[l], window != 0, false);
                fall_into(&troubles[i], layouts[l], window != 0, true);
            }
        }
    }
}

/* Or the table above would be short of one. */
static void every_error_that_there_is_was_made_to_happen(void **state)
{
    static const enum etch_err all[] = {ETCH_E_RANGE, ETCH_E_ALIGN, ETCH_E_LOCKED,
            ETCH_E_PROGRAM, ETCH_E_VERIFY, ETCH_E_NOENT, ETCH_E_PROTECTED, ETCH_E_SELF,
            ETCH_E_BITS, ETCH_E_WATCHDOG, ETCH_E_TIMEOUT, ETCH_E_BUSY, ETCH_E_MPU,
            ETCH_E_NOSPACE, ETCH_E_SWAPPED, ETCH_E_RIGHTS};
    for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
        unsigned times = 0;
        for (unsigned k = 0; k < TROUBLES; k++) {
            times += troubles[k].err == all[i];
        }
        if (times == 0) {
            fail_msg("nothing makes %s", etch_err_name(all[i]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_error_leaves_the_mpu_and_the_mask_as_they_were),
            cmocka_unit_test(every_error_that_there_is_was_made_to_happen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
