/* test_guard.c - guard.h, sentence by sentence, on the model's MPU.
 *
 * SPDX-License-Identifier: MIT
 */
#include "guard/guard.h"

#include <string.h>

#include "support/cm.h"
#include "support/mpu_rig.h"

enum {
    S2 = 0x08008000,
    S4 = 0x08010000,
    S5 = 0x08020000,
    S6 = 0x08040000,
    S7 = 0x08060000
};

static struct etch_guard guard;
static struct etch_guard_config how;
static const uint8_t pattern[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
        0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xF0, 0x0F, 0x1E};

static void under(const char *layout, const struct etch_guard_backend *backend)
{
    const struct pmsa_layout *l = pmsa_layout(layout);
    memset(&guard, 0, sizeof(guard));
    how = (struct etch_guard_config){.backend = backend, .reserved = l->reserved};
    etch_guard_init(&guard, &how);
    rig.config.gate = &guard.gate;
    mpu_set_up(l);
}

static int f446_under_mbed(void **state)
{
    rig_new_named("stm32f446re");
    under("mbed", &etch_guard_own);
    return 0;
}

static int done(void **state)
{
    rig_free();
    return 0;
}

static void assert_mpu_is(const struct pmsa *before)
{
    struct pmsa now = mpu_image();
    assert_memory_equal(&now, before, sizeof(now));
    assert_int_equal(mpu_rnr(), 3);
}

/* ---- calls, each run on the board -------------------------------------------------- */

struct call {
    uint32_t addr, len, what, id;
    enum etch_err err;
    enum etch_err would;
    struct etch_mpu_piece why;
};

static void do_open(void *arg)
{
    struct call *c = arg;
    c->err = etch_guard_open(&guard, c->addr, c->len, c->what, &c->id);
}

static void do_close(void *arg)
{
    struct call *c = arg;
    c->err = etch_guard_close(&guard, c->id);
}

static void do_refresh(void *arg)
{
    struct call *c = arg;
    c->err = etch_guard_refresh(&guard);
}

static void do_look(void *arg)
{
    struct call *c = arg;
    c->would = etch_guard_would_fault(c->addr, c->len, c->what, &c->why);
}

static enum etch_err open_window(uint32_t addr, uint32_t len, uint32_t *id)
{
    struct call c = {.addr = addr, .len = len, .what = ETCH_GUARD_WRITE};
    rig_run(do_open, &c);
    *id = c.id;
    return c.err;
}

static enum etch_err close_window(uint32_t id)
{
    struct call c = {.id = id};
    rig_run(do_close, &c);
    return c.err;
}

static enum etch_err refresh(void)
{
    struct call c = {0};
    rig_run(do_refresh, &c);
    return c.err;
}

/* How the window is open. */
static int32_t plan_of(uint32_t id)
{
    for (unsigned i = 0; i < ETCH_GUARD_WINDOWS; i++) {
        if (guard.window[i].want.id == id) {
            return guard.window[i].plan;
        }
    }
    fail_msg("no window %u", (unsigned)id);
    return 0;
}

static bool writable(uint32_t addr)
{
    struct pmsa m = mpu_image();
    return (pmsa_rights(&m, addr) & PMSA_WRITE) != 0;
}

/* ---- store mode --------------------------------------------------------------- */

static void program_s7(void *arg)
{
    *(enum etch_err *)arg = etch_flash_program(&rig.flash, S7, pattern, 4);
}

static void without_a_gate_the_store_faults_as_in_the_field(void **state)
{
    rig.config.gate = NULL;
    enum etch_err err = ETCH_OK;
    assert_int_equal(silicon_native_run(rig.board, program_s7, &err), SILICON_REFUSED);
    assert_int_equal(silicon_native_why(rig.board)->addr, S7);
    assert_int_equal(rig_sr(), 0); /* the controller saw nothing of it */
    assert_int_equal(rig_cr() & 1, 1);
}

static void with_the_gate_bytes_are_programmed_and_the_mpu_is_as_before(void **state)
{
    struct pmsa before = mpu_image();
    mpu_watch();
    for (uint32_t off = 0; off < 64; off += 21) {
        uint8_t got[sizeof(pattern)];
        assert_int_equal(rig_program(S7 + off, pattern, sizeof(pattern)), ETCH_OK);
        silicon_peek(rig.chip, S7 + off, got, NULL, sizeof(got));
        assert_memory_equal(got, pattern, sizeof(got));
        assert_mpu_is(&before);
    }
    assert_true(mpu_seen.stores > 4 * 4);
    assert_int_equal(mpu_seen.unmasked, 0);
    assert_int_equal(mpu_seen.open_elsewhere, 0);
    assert_int_equal(mpu_seen.moved, 0);
    assert_int_equal(mpu_seen.nowhere, 0);
    assert_false(silicon_native_masked(rig.board));
}

static void no_other_sector_is_open_while_a_store_is_made(void **state)
{
    uint8_t data[600];
    memset(data, 0x5A, sizeof(data));
    mpu_watch();
    assert_int_equal(rig_program(S6 - 300, data, sizeof(data)), ETCH_OK);
    assert_int_equal(mpu_seen.stores, 150);
    assert_int_equal(mpu_seen.open_elsewhere, 0);
    assert_int_equal(mpu_seen.unmasked, 0);
}

static void every_layout_lets_the_gate_through(void **state)
{
    for (unsigned i = 0; i < PMSA_LAYOUTS; i++) {
        if (strcmp(pmsa_layouts[i].name, "no-access") == 0) {
            continue; /* the driver reads what it writes */
        }
        under(pmsa_layouts[i].name, &etch_guard_own);
        struct pmsa before = mpu_image();
        mpu_watch();
        rig_fill(S5, 0xFF, 0x60000);
        enum etch_err err = rig_program(S6 - 8, pattern, sizeof(pattern));
        bool module = strcmp(pmsa_layouts[i].name, "threadx-module") == 0;
        assert_int_equal(err, module ? ETCH_E_MPU : ETCH_OK);
        assert_int_equal(mpu_seen.stores, module ? 2 : 5);
        assert_int_equal(mpu_seen.unmasked, 0);
        assert_int_equal(mpu_seen.moved, 0);
        assert_int_equal(mpu_seen.nowhere, 0);
        assert_mpu_is(&before);
        silicon_native_poke(rig.board, MPU_CTRL, 0);
    }
}

static void where_nothing_refuses_nothing_is_changed(void **state)
{
    static const char *const names[] = {
            "off", "riot", "cubemx", "threadx-kernel", "zephyr-allow-write"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
        under(names[i], &etch_guard_own);
        mpu_watch();
        rig_fill(S6, 0xFF, 64);
        assert_int_equal(rig_program(S6, pattern, sizeof(pattern)), ETCH_OK);
        assert_int_equal(mpu_seen.stores, 5);
        assert_int_equal(mpu_seen.changed, 0);
        silicon_native_poke(rig.board, MPU_CTRL, 0);
    }
}

static void a_refused_store_is_an_error_and_leaves_the_controller_locked(void **state)
{
    under("threadx-module", &etch_guard_own); /* all regions are the manager's */
    struct pmsa before = mpu_image();
    assert_int_equal(rig_program(S6 - 4, pattern, 8), ETCH_E_MPU);
    assert_int_equal(rig.flash.report.addr, S6);
    assert_int_equal(rig_cell(S6 - 4), 0x44332211);
    assert_int_equal(rig_cell(S6), ~0u);
    assert_int_equal(guard.why.region, 0);
    assert_int_equal(rig_cr(), 0x80000000u);
    assert_mpu_is(&before);
}

static void an_error_of_the_hardware_leaves_the_mpu_as_before(void **state)
{
    struct pmsa before = mpu_image();
    silicon_strict_all(rig.chip, false);
    rig.config.allow = ETCH_FLASH_ALLOW_BITS;
    rig_fill(S7, 0, 8);
    assert_int_equal(rig_program(S7, pattern, 8), ETCH_E_VERIFY);
    assert_mpu_is(&before);
}

/* Somebody else's code at work between two stores. */
static void (*meanwhile)(unsigned poll);
static unsigned polls;
enum { A_STORE = 8 }; /* polls that a store lasts here */

static void on_poll(void *ctx, uint32_t addr, unsigned width, bool store, uint32_t value)
{
    if (!store && addr == 0x40023C0C && meanwhile && !silicon_native_masked(rig.board)) {
        meanwhile(polls++);
    }
}

static void program_with(void (*action)(unsigned poll))
{
    polls = 0;
    meanwhile = action;
    silicon_native_polls(rig.board, A_STORE);
    silicon_native_on_access(rig.board, on_poll, NULL);
    uint8_t data[64];
    memset(data, 0xA5, sizeof(data));
    assert_int_equal(rig_program(S7, data, sizeof(data)), ETCH_OK);
    assert_int_equal(rig_cell(S7 + 60), 0xA5A5A5A5);
    assert_true(polls > 16 * A_STORE);
    silicon_native_on_access(rig.board, NULL, NULL);
}

static void take_the_slots(unsigned poll)
{
    mpu_set_region(7, 0x20000000 + poll % 2 * 0x1000, 0x110B0017);
    mpu_set_region(6, 0x20010000, poll % 3 ? 0 : 0x110B0017);
}

static void a_region_that_another_takes_between_stores_stays_his(void **state)
{
    program_with(take_the_slots);
    struct pmsa now = mpu_image();
    take_the_slots(polls - 1);
    assert_mpu_is(&now);
}

/* Where the free one lies already: RBAR does not change. */
static uint32_t left_in_7;

static void switch_the_free_one_on(unsigned poll)
{
    assert_int_equal(mpu_image().region[7].rasr, left_in_7);
    assert_int_equal(mpu_image().region[7].rasr, left_in_7);
    left_in_7 = poll / (A_STORE + 3) % 2 ? 0x03000009 : 0; /* now so, now so at a store */
    mpu_set_region(7, 0, left_in_7);
}

static void a_region_that_another_switches_on_where_it_is_stays_his(void **state)
{
    left_in_7 = 0;
    program_with(switch_the_free_one_on);
    assert_int_equal(mpu_image().region[7].rasr, left_in_7);
}

static void move_the_free_one(unsigned poll)
{
    if (poll == 3 * A_STORE) {
        mpu_set_region(7, 0x20000300, 0);
    }
}

static void what_another_leaves_in_a_region_that_is_off_stays_his(void **state)
{
    program_with(move_the_free_one);
    struct pmsa now = mpu_image();
    assert_int_equal(now.region[7].rbar & ~31u, 0x20000300);
}

static void toggle(unsigned poll)
{
    silicon_native_poke(rig.board, MPU_CTRL, poll / (3 * A_STORE) % 2 ? 7 : 0);
}

static void an_mpu_that_is_switched_off_and_on_between_stores_is_no_matter(void **state)
{
    program_with(toggle);
}

static void change_the_denier(unsigned poll)
{
    mpu_set_region(0, 0, poll / (A_STORE + 3) % 2 ? 0x0602F039 : 0x0502F039);
    silicon_native_poke(rig.board, MPU_RNR, poll % 8);
}

static void a_region_that_changes_below_ours_is_no_matter(void **state)
{
    program_with(change_the_denier);
    assert_int_equal(mpu_rnr(), (polls - 1) % 8);
}

static void fill_all(unsigned poll)
{
    for (uint32_t n = 4; n < 8; n++) {
        mpu_set_region(n, 0x20000000, poll / (A_STORE + 3) % 2 ? 0x110B0017 : 0);
    }
}

static void a_hole_follows_when_the_last_free_region_is_gone(void **state)
{
    program_with(fill_all);
}

static void a_region_that_refused_and_is_switched_off_is_not_touched(void **state)
{
    under("freertos", &etch_guard_own);
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK); /* through a hole */
    mpu_set_region(5, 0x08000000, 0);
    mpu_watch();
    assert_int_equal(rig_program(S7 + 4, pattern, 4), ETCH_OK);
    assert_int_equal(mpu_seen.stores, 1);
    assert_int_equal(mpu_seen.changed, 0);
}

static void a_region_that_comes_to_refuse_where_there_was_none_is_seen(void **state)
{
    for (uint32_t n = 0; n < 8; n++) {
        mpu_set_region(n, 0, 0);
    }
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK); /* needs nothing */
    mpu_set_region(3, S7, 0x06020021);
    assert_int_equal(rig_program(S7 + 4, pattern, 4), ETCH_OK);
}

static void show_one_below(unsigned poll)
{
    mpu_set_region(2, S7, poll / (A_STORE + 3) % 2 ? 0x06070021 : 0);
}

static void a_task_whose_region_lies_under_a_hole_is_no_matter(void **state)
{
    under("freertos", &etch_guard_own);
    program_with(show_one_below);
}

static void lock_s7_above(unsigned poll)
{
    if (poll == 3 * A_STORE) {
        mpu_set_region(4, S7, 0x06020021);
    }
}

static void refused_when_reserved(const char *layout, uint8_t reserved)
{
    under(layout, &etch_guard_own);
    how.reserved = reserved;
    etch_guard_init(&guard, &how);
    rig_fill(S7, 0xFF, 16);
    meanwhile = lock_s7_above;
    polls = 0;
    silicon_native_polls(rig.board, A_STORE);
    silicon_native_on_access(rig.board, on_poll, NULL);
    assert_int_equal(rig_program(S7, pattern, 16), ETCH_E_MPU);
    assert_int_equal(guard.why.region, 4);
    assert_int_equal(rig_cell(S7), 0x44332211);
    silicon_native_on_access(rig.board, NULL, NULL);
    silicon_native_poke(rig.board, MPU_CTRL, 0);
}

static void a_reserved_region_that_comes_to_refuse_is_an_error_and_no_fault(void **state)
{
    refused_when_reserved("zephyr-threads", 0xFC); /* over a hole */
    refused_when_reserved("zephyr", 0xF0);         /* over an overlay */
}

static void the_gate_alone_has_no_windows(void **state)
{
    under("mbed", &etch_guard_own_stores);
    uint32_t id;
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    assert_int_equal(open_window(S7, 4, &id), ETCH_E_MPU);
}

/* ---- a look before the leap ----------------------------------------------------- */

static void look_says_what_refuses_and_where(void **state)
{
    struct call c = {.addr = S7 + 4, .len = 8, .what = ETCH_GUARD_WRITE};
    struct pmsa before = mpu_image();
    rig_run(do_look, &c);
    assert_int_equal(c.would, ETCH_E_MPU);
    assert_int_equal(c.why.range.addr, S7 + 4);
    assert_int_equal(c.why.region, 0);
    assert_int_equal(c.why.rasr, 0x0602F039);
    assert_mpu_is(&before);

    c = (struct call){.addr = S7, .len = 0x20000, .what = ETCH_GUARD_EXEC};
    rig_run(do_look, &c);
    assert_int_equal(c.would, ETCH_OK);
    c = (struct call){.addr = 0x20000000, .len = 32, .what = ETCH_GUARD_EXEC};
    rig_run(do_look, &c);
    assert_int_equal(c.would, ETCH_E_MPU);
    assert_int_equal(c.why.region, 1);
    c = (struct call){.addr = 0x0FFFFFF0, .len = 32, .what = ETCH_GUARD_EXEC};
    rig_run(do_look, &c);
    assert_int_equal(c.would, ETCH_E_MPU);
    assert_int_equal(c.why.range.addr, 0x10000000);
    c.len = 0;
    rig_run(do_look, &c);
    assert_int_equal(c.would, ETCH_OK);
    c = (struct call){.addr = S7, .len = 0, .what = ETCH_GUARD_WRITE};
    rig_run(do_look, &c);
    assert_int_equal(c.would, ETCH_OK);
}

static void no_back_end_at_all_makes_an_error_of_the_fault(void **state)
{
    under("mbed", &etch_guard_none);
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_E_MPU);
    assert_int_equal(guard.why.range.addr, S7);
    assert_int_equal(guard.why.region, 0);
    assert_int_equal(rig_cell(S7), ~0u);
    assert_int_equal(rig_cr(), 0x80000000u);
    under("threadx-module", &etch_guard_none);
    assert_int_equal(rig_program(S5, pattern, 4), ETCH_OK);
    /* The first store asks for all: nothing is written of what would be cut off. */
    assert_int_equal(rig_program(S6 - 4, pattern, 8), ETCH_E_MPU);
    assert_int_equal(rig_cell(S6 - 4), ~0u);
}

/* ---- windows -------------------------------------------------------------------- */

static void a_window_opens_its_range_and_nothing_else_until_it_is_closed(void **state)
{
    struct pmsa before = mpu_image();
    uint32_t id;
    mpu_watch();
    assert_int_equal(open_window(S7, 0x20000, &id), ETCH_OK);
    assert_true(writable(S7) && writable(S7 + 0x1FFFC));
    assert_false(writable(S7 - 4) || writable(S7 + 0x20000));
    assert_int_equal(plan_of(id), ETCH_GUARD_OVERLAY);
    assert_int_equal(mpu_rnr(), 3);
    assert_int_equal(close_window(id), ETCH_OK);
    assert_mpu_is(&before);
    assert_int_equal(mpu_seen.moved, 0);
    assert_int_equal(mpu_seen.nowhere, 0);
}

static void windows_close_in_any_order(void **state)
{
    static const struct {
        uint32_t addr, len;
    } ranges[4] = {{S7, 0x20000}, {S4, 0x30000}, {S7 + 64, 32}, {S2 + 8, 100}};
    static const char orders[][5] = {"0123", "3210", "1302", "2031", "0312", "1230"};
    static const char *const layouts[] = {"mbed", "freertos", "zephyr-threads", "mixed"};
    for (unsigned k = 0; k < 4; k++) {
        under(layouts[k], &etch_guard_own);
        struct pmsa before = mpu_image();
        for (unsigned i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
            uint32_t ids[4];
            bool is_open[4];
            for (unsigned w = 0; w < 4; w++) {
                assert_int_equal(
                        open_window(ranges[w].addr, ranges[w].len, &ids[w]), ETCH_OK);
                is_open[w] = true;
            }
            for (unsigned w = 0; w < 4; w++) {
                unsigned closing = (unsigned)(orders[i][w] - '0');
                assert_int_equal(close_window(ids[closing]), ETCH_OK);
                is_open[closing] = false;
                for (unsigned o = 0; o < 4; o++) {
                    assert_true(!is_open[o] || writable(ranges[o].addr));
                    assert_true(
                            !is_open[o] || writable(ranges[o].addr + ranges[o].len - 1));
                }
            }
            assert_mpu_is(&before);
        }
    }
}

static void closing_twice_is_an_error_and_never_an_underflow(void **state)
{
    struct pmsa before = mpu_image();
    uint32_t id;
    uint32_t other;
    assert_int_equal(open_window(S7, 4, &id), ETCH_OK);
    assert_int_equal(close_window(id), ETCH_OK);
    assert_int_equal(close_window(id), ETCH_E_NOENT);
    assert_int_equal(close_window(0), ETCH_OK); /* none, and that is none of these */
    assert_int_equal(close_window(~0u), ETCH_E_NOENT);
    assert_int_equal(close_window(id + 1), ETCH_E_NOENT);
    assert_int_equal(open_window(S7, 4, &other), ETCH_OK);
    assert_int_not_equal(other, id);
    assert_int_equal(close_window(id), ETCH_E_NOENT); /* not somebody else's */
    assert_true(writable(S7));
    assert_int_equal(close_window(other), ETCH_OK);
    assert_mpu_is(&before);
}

static void the_same_range_twice_stays_open_until_both_are_closed(void **state)
{
    uint32_t a;
    uint32_t b;
    assert_int_equal(open_window(S7, 0x20000, &a), ETCH_OK);
    assert_int_equal(open_window(S7, 0x20000, &b), ETCH_OK);
    assert_int_equal(close_window(a), ETCH_OK);
    assert_true(writable(S7));
    assert_int_equal(close_window(b), ETCH_OK);
    assert_false(writable(S7));
}

static void there_are_so_many_windows_and_no_more(void **state)
{
    uint32_t ids[ETCH_GUARD_WINDOWS];
    uint32_t more = 0;
    for (unsigned i = 0; i < ETCH_GUARD_WINDOWS; i++) {
        assert_int_equal(open_window(S7 + i * 64, 32, &ids[i]), ETCH_OK);
    }
    assert_int_equal(open_window(S2, 32, &more), ETCH_E_NOSPACE);
    assert_false(writable(S2));
    assert_int_equal(close_window(ids[2]), ETCH_OK);
    assert_int_equal(open_window(S2, 32, &more), ETCH_OK);
    assert_true(writable(S2) && writable(S7 + 192));
}

static void what_cannot_be_opened_changes_nothing(void **state)
{
    under("strict", &etch_guard_own);
    uint32_t first;
    uint32_t id;
    assert_int_equal(open_window(S5, 64, &first), ETCH_OK);
    struct pmsa before = mpu_image();
    assert_int_equal(open_window(S7, 0x40000, &id), ETCH_E_MPU);
    assert_int_equal(guard.why.range.addr, 0x08080000);
    assert_int_equal(guard.why.region, ETCH_MPU_BACKGROUND);
    assert_mpu_is(&before);
    assert_int_equal(close_window(id), ETCH_E_NOENT);
    assert_int_equal(close_window(first), ETCH_OK);
}

static void a_region_rewritten_while_a_window_is_open_is_left_to_its_owner(void **state)
{
    uint32_t id;
    assert_int_equal(open_window(S7, 0x20000, &id), ETCH_OK);
    mpu_set_region(7, 0x20000000, 0x110B0017); /* where the overlay is */
    struct pmsa his = mpu_image();
    assert_int_equal(close_window(id), ETCH_OK);
    assert_mpu_is(&his);
}

static void what_others_have_only_moved_is_theirs(void **state)
{
    uint32_t id;
    assert_int_equal(open_window(S7, 32, &id), ETCH_OK);
    mpu_set_region(7, S6, mpu_image().region[7].rasr);
    struct pmsa his = mpu_image();
    assert_int_equal(close_window(id), ETCH_OK);
    assert_mpu_is(&his);
}

static void refresh_opens_again_what_others_have_closed(void **state)
{
    uint32_t id;
    struct pmsa before = mpu_image();
    assert_int_equal(open_window(S7, 0x20000, &id), ETCH_OK);
    mpu_set_region(7, 0, 0); /* a context switch clears what it does not know */
    assert_false(writable(S7));
    assert_int_equal(refresh(), ETCH_OK);
    assert_true(writable(S7));
    assert_int_equal(close_window(id), ETCH_OK);
    before.region[7] = (struct pmsa_region){7, 0};
    assert_mpu_is(&before);
}

static void closing_one_closes_another_that_has_become_impossible_and_tells(void **state)
{
    under("strict", &etch_guard_own);
    uint32_t a;
    uint32_t b;
    assert_int_equal(open_window(S5, 32, &a), ETCH_OK);
    assert_int_equal(open_window(S7, 32, &b), ETCH_OK);
    mpu_set_region(0, 0x08000000, 0x06020023); /* 256 KB: S7 is nobody's now */
    mpu_set_region(6, 0, 0);
    assert_int_equal(close_window(a), ETCH_E_MPU);
    assert_int_equal(guard.why.range.addr, S7);
    assert_false(writable(S5));
    assert_int_equal(close_window(b), ETCH_E_NOENT);
}

static void a_window_that_became_impossible_is_closed_whole(void **state)
{
    under("strict", &etch_guard_own);
    uint32_t id;
    assert_int_equal(open_window(S7 - 64, 128, &id), ETCH_OK);
    mpu_set_region(0, 0x08000000, 0x0602C025); /* its eighths from S7 on are off */
    mpu_set_region(7, 0, 0);
    mpu_set_region(6, 0, 0);
    assert_int_equal(refresh(), ETCH_E_MPU);
    assert_int_equal(guard.why.range.addr, S7);
    assert_false(writable(S7 - 64));
    assert_int_equal(close_window(id), ETCH_E_NOENT);
}

static void all_that_became_impossible_are_closed_and_no_other(void **state)
{
    under("strict", &etch_guard_own);
    uint32_t a;
    uint32_t b;
    uint32_t c;
    assert_int_equal(open_window(S5, 32, &a), ETCH_OK);
    assert_int_equal(open_window(S7, 32, &b), ETCH_OK);
    assert_int_equal(open_window(S7 + 64, 32, &c), ETCH_OK);
    mpu_set_region(0, 0x08000000, 0x06020023); /* 256 KB: S7 is nobody's now */
    for (uint32_t i = 5; i < 8; i++) {
        mpu_set_region(i, 0, 0);
    }
    assert_int_equal(refresh(), ETCH_E_MPU);
    assert_int_equal(guard.why.range.addr, S7);
    assert_true(writable(S5));
    assert_int_equal(close_window(b), ETCH_E_NOENT);
    assert_int_equal(close_window(c), ETCH_E_NOENT);
    assert_int_equal(close_window(a), ETCH_OK);
    assert_false(writable(S5));
}

static void a_window_of_nothing_is_none(void **state)
{
    struct pmsa before = mpu_image();
    uint32_t id = 1;
    assert_int_equal(open_window(S7 + 4, 0, &id), ETCH_OK);
    assert_int_equal(id, 0);
    assert_mpu_is(&before);
}

/* ENABLE of the region that is put over it. */
static void what_is_no_right_is_not_asked_for(void **state)
{
    struct pmsa before = mpu_image();
    struct call c = {.addr = S7, .len = 32, .what = ETCH_GUARD_WRITE + 1};
    rig_run(do_open, &c);
    assert_int_equal(c.err, ETCH_OK);
    assert_true(writable(S7));
    assert_int_equal(close_window(c.id), ETCH_OK);
    assert_mpu_is(&before);
}

static void a_new_window_never_closes_an_older_one(void **state)
{
    under("zephyr", &etch_guard_own);
    how.reserved = 0x7F; /* one region for all */
    etch_guard_init(&guard, &how);
    uint32_t a;
    uint32_t b;
    uint32_t c;
    assert_int_equal(open_window(0x20000000, 32, &a), ETCH_OK); /* needs none */
    assert_int_equal(open_window(S7, 32, &b), ETCH_OK);
    assert_int_equal(close_window(a), ETCH_OK);
    struct pmsa before = mpu_image();
    assert_int_equal(open_window(S6, 32, &c), ETCH_E_MPU); /* in a's place */
    assert_mpu_is(&before);
    assert_true(writable(S7));
    assert_int_equal(close_window(b), ETCH_OK);
}

/* Nor when the others are seen to, after one was refused. */
static void what_is_reserved_stays_so_when_a_window_is_refused(void **state)
{
    under("zephyr", &etch_guard_own);
    how.reserved = 0xBF; /* not the highest */
    etch_guard_init(&guard, &how);
    uint32_t a;
    uint32_t b;
    assert_int_equal(open_window(S7, 32, &a), ETCH_OK);
    struct pmsa before = mpu_image();
    assert_int_equal(open_window(S6, 32, &b), ETCH_E_MPU);
    assert_mpu_is(&before);
    assert_int_equal(close_window(a), ETCH_OK);
}

static void reserved_regions_are_never_written(void **state)
{
    under("zephyr-threads", &etch_guard_own);
    struct pmsa before = mpu_image();
    uint32_t id;
    assert_int_equal(open_window(S7, 0x20000, &id), ETCH_OK);
    assert_int_equal(plan_of(id), ETCH_GUARD_HOLE);
    struct pmsa open = mpu_image();
    assert_memory_equal(&open.region[2], &before.region[2], 6 * sizeof(open.region[0]));
    assert_int_equal(close_window(id), ETCH_OK);
    assert_mpu_is(&before);
}

static void a_store_after_a_window_was_closed_does_not_rely_on_it(void **state)
{
    under("freertos", &etch_guard_own); /* a hole: no region decides meanwhile */
    uint32_t id;
    assert_int_equal(open_window(S7, 0x20000, &id), ETCH_OK);
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    assert_int_equal(close_window(id), ETCH_OK);
    assert_int_equal(rig_program(S7 + 4, pattern, 4), ETCH_OK);
}

static void a_store_after_a_window_opens_its_line_alone(void **state)
{
    static const uint32_t stores[] = {S5 + 0x1000, S6 + 0x1000}; /* in it, behind it */
    for (unsigned i = 0; i < 2; i++) {
        uint32_t id;
        assert_int_equal(rig_program(S7 + 4 * i, pattern, 4), ETCH_OK);
        assert_int_equal(open_window(S5, 0x20000, &id), ETCH_OK);
        assert_int_equal(close_window(id), ETCH_OK);
        mpu_watch();
        assert_int_equal(rig_program(stores[i], pattern, 4), ETCH_OK);
        assert_int_equal(mpu_seen.stores, 1);
        assert_int_equal(mpu_seen.open_elsewhere, 0);
    }
}

/* The last window is in the background, which is no region and has no end. */
static void a_store_after_a_window_in_the_background_is_looked_at_anew(void **state)
{
    for (uint32_t i = 0; i < ETCH_MPU_REGIONS; i++) {
        mpu_set_region(i, 0, 0);
    }
    uint32_t ids[ETCH_GUARD_WINDOWS];
    for (unsigned i = 0; i < ETCH_GUARD_WINDOWS; i++) {
        assert_int_equal(open_window(S5 + 32 * i, 32, &ids[i]), ETCH_OK);
    }
    mpu_watch();
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    assert_int_equal(mpu_seen.stores, 1);
    assert_int_equal(mpu_seen.nowhere, 0);
}

static void a_window_while_the_mpu_is_off_leaves_no_region_that_there_is_not(void **state)
{
    uint32_t id;
    mpu_set_region(3, 0, 0);
    mpu_set_region(0, 0, 0x06020039); /* as far behind S7 as S7 is from 0 */
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    silicon_native_poke(rig.board, MPU_CTRL, 0);
    mpu_watch();
    assert_int_equal(open_window(S7, 32, &id), ETCH_OK);
    assert_int_equal(close_window(id), ETCH_OK);
    assert_int_equal(rig_program(S7 + 4, pattern, 4), ETCH_OK);
    assert_int_equal(mpu_seen.stores, 1);
    assert_int_equal(mpu_seen.nowhere, 0);
}

static void ram_opened_for_executing_is_closed_again(void **state)
{
    struct pmsa before = mpu_image();
    struct call c = {.addr = 0x20000100, .len = 200, .what = ETCH_GUARD_EXEC};
    rig_run(do_open, &c);
    assert_int_equal(c.err, ETCH_OK);
    struct pmsa m = mpu_image();
    assert_int_equal(pmsa_rights(&m, 0x20000100) & 7, PMSA_READ | PMSA_WRITE | PMSA_EXEC);
    assert_int_equal(pmsa_rights(&m, 0x200000FC) & PMSA_EXEC, 0);
    assert_int_equal(pmsa_rights(&m, 0x200001E0) & PMSA_EXEC, 0);
    assert_int_equal(close_window(c.id), ETCH_OK);
    assert_mpu_is(&before);
}

/* Two holes, one in the region that shows through the other: what lies under the
 * guard's own stack is never refused on the way. */
static void a_hole_is_closed_before_one_in_a_region_below(void **state)
{
    enum { RW = 3u << 24, RO = 6u << 24, XN = 1u << 28, ON = 1 };
    static const struct pmsa_region below[] = {
            {0x00000000, RO | XN | 29 << 1 | ON}, /* all up to 0x3FFFFFFF */
            {0x20000000, RW | XN | 15 << 1 | ON}, /* RAM, 64 KB */
            {0x08000000, RO | 18 << 1 | ON},      /* flash */
    };
    for (uint32_t n = 0; n < 8; n++) {
        struct pmsa_region far = {0x60000000 + (n << 24), RW | 20 << 1 | ON};
        const struct pmsa_region *r = n < 3 ? &below[n] : &far;
        mpu_set_region(n, r->rbar, r->rasr);
    }
    silicon_native_poke(rig.board, MPU_CTRL, 5);
    struct pmsa before = mpu_image();
    mpu_watch_rights();
    struct call low = {.addr = 0x22000000, .len = 32, .what = ETCH_GUARD_WRITE};
    struct call high = {.addr = 0x20000100, .len = 32, .what = ETCH_GUARD_EXEC};
    rig_run(do_open, &low);
    rig_run(do_open, &high);
    assert_int_equal(plan_of(low.id), ETCH_GUARD_HOLE);
    assert_int_equal(plan_of(high.id), ETCH_GUARD_HOLE);
    assert_int_equal(close_window(low.id), ETCH_OK);
    assert_int_equal(close_window(high.id), ETCH_OK);
    assert_mpu_is(&before);
    assert_int_equal(mpu_seen.lost, 0);
}

static void store_mode_works_with_windows_open_and_after(void **state)
{
    struct pmsa before = mpu_image();
    uint32_t id;
    assert_int_equal(open_window(S7, 0x20000, &id), ETCH_OK);
    struct pmsa with = mpu_image();
    assert_int_equal(rig_program(S7, pattern, 8), ETCH_OK);
    assert_int_equal(rig_program(S6, pattern, 8), ETCH_OK);
    assert_mpu_is(&with);
    assert_int_equal(close_window(id), ETCH_OK);
    assert_int_equal(rig_program(S7 + 8, pattern, 8), ETCH_OK);
    assert_mpu_is(&before);
}

static void windows_on_every_layout_restore_everything(void **state)
{
    for (unsigned i = 0; i < PMSA_LAYOUTS; i++) {
        under(pmsa_layouts[i].name, &etch_guard_own);
        struct pmsa before = mpu_image();
        mpu_watch_rights();
        for (uint32_t first = 0; first < 8; first++) {
            for (uint32_t last = first; last < 8; last++) {
                uint32_t id;
                uint32_t addr = S5 + first * 0xC000;
                uint32_t len = (last - first + 1) * 0xC000;
                enum etch_err err = open_window(addr, len, &id);
                if (!err) {
                    assert_true(writable(addr) && writable(addr + len - 1));
                    err = close_window(id);
                    assert_int_equal(err, ETCH_OK);
                }
                assert_mpu_is(&before);
            }
        }
        assert_int_equal(mpu_seen.moved, 0);
        assert_int_equal(mpu_seen.lost, 0);
        assert_int_equal(mpu_seen.nowhere, 0);
        silicon_native_poke(rig.board, MPU_CTRL, 0);
    }
}

/* ---- scopes ------------------------------------------------------------------------ */

static enum etch_err leave_early(bool early)
{
    ETCH_GUARD_SCOPE(window, &guard, S7, 4, ETCH_GUARD_WRITE);
    if (window.err || early) {
        return window.err;
    }
    return ETCH_E_VERIFY;
}

static void scopes(void *arg)
{
    enum etch_err *err = arg;
    err[0] = leave_early(true);
    err[1] = leave_early(false);
    {
        ETCH_GUARD_SCOPE(outer, &guard, S7, 4, ETCH_GUARD_WRITE);
        err[2] = outer.err;
        err[3] = leave_early(true);
        err[4] = etch_flash_program(&rig.flash, S7, pattern, 4);
        err[5] = etch_guard_close(&guard, outer.id); /* by hand, too soon */
    }
}

static void a_scope_closes_however_it_is_left(void **state)
{
    struct pmsa before = mpu_image();
    enum etch_err err[6];
    rig_run(scopes, err);
    static const enum etch_err want[6] = {
            ETCH_OK, ETCH_E_VERIFY, ETCH_OK, ETCH_OK, ETCH_OK, ETCH_OK};
    assert_memory_equal(err, want, sizeof(err));
    assert_mpu_is(&before);
    under("strict", &etch_guard_own_stores); /* a scope that never opened */
    before = mpu_image();
    rig_run(scopes, err);
    assert_int_equal(err[0], ETCH_E_MPU);
    assert_mpu_is(&before);
}

/* ---- who may call ------------------------------------------------------------------- */

static void unprivileged_callers_get_an_error_and_no_fault(void **state)
{
    uint32_t mine;
    assert_int_equal(open_window(S6, 32, &mine), ETCH_OK);
    struct pmsa before = mpu_image();
    silicon_native_unprivileged(rig.board, true);
    uint32_t id;
    assert_int_equal(open_window(S7, 4, &id), ETCH_E_RIGHTS);
    assert_int_equal(refresh(), ETCH_E_RIGHTS);
    struct call c = {.addr = S7, .len = 4, .what = ETCH_GUARD_EXEC};
    rig_run(do_look, &c);
    assert_int_equal(c.would, ETCH_E_RIGHTS);
    assert_int_equal(guard.gate.store(&rig.flash, S7, pattern, 4), ETCH_E_RIGHTS);
    silicon_native_unprivileged(rig.board, false);
    assert_mpu_is(&before);
    assert_int_equal(close_window(mine), ETCH_OK);
}

static void an_unprivileged_store_leaves_what_was_worked_out(void **state)
{
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_OK);
    struct pmsa before = mpu_image();
    silicon_native_unprivileged(rig.board, true);
    assert_int_equal(guard.gate.store(&rig.flash, S7 + 4, pattern, 4), ETCH_E_RIGHTS);
    silicon_native_unprivileged(rig.board, false);
    mpu_watch();
    assert_int_equal(rig_program(S7 + 4, pattern, 4), ETCH_OK);
    assert_int_equal(mpu_seen.nowhere, 0);
    assert_mpu_is(&before);
}

static void an_unprivileged_close_leaves_the_window_to_be_closed(void **state)
{
    struct pmsa before = mpu_image();
    uint32_t id;
    assert_int_equal(open_window(S7, 4, &id), ETCH_OK);
    silicon_native_unprivileged(rig.board, true);
    assert_int_equal(close_window(id), ETCH_E_RIGHTS);
    silicon_native_unprivileged(rig.board, false);
    assert_true(writable(S7));
    assert_int_equal(close_window(id), ETCH_OK);
    assert_mpu_is(&before);
}

/* ---- a framework's own lock ----------------------------------------------------------- */

/* As Mbed's manager does it: a counter, and one bit of region 0 or of 1..3. */
static struct {
    uint16_t rom, ram;
    unsigned calls;
} manager;

static void enable(uint32_t n, bool on)
{
    uint32_t rnr = silicon_native_peek(rig.board, MPU_RNR);
    silicon_native_poke(rig.board, MPU_RNR, n);
    uint32_t rasr = silicon_native_peek(rig.board, MPU_RASR);
    silicon_native_poke(rig.board, MPU_RASR, on ? rasr | 1u : rasr & ~1u);
    silicon_native_poke(rig.board, MPU_RNR, rnr);
}

static void lift_rom(void)
{
    manager.calls++;
    if (manager.rom++ == 0) {
        enable(0, false);
    }
}

static void restore_rom(void)
{
    if (--manager.rom == 0) {
        enable(0, true);
    }
}

static void lift_ram(void)
{
    if (manager.ram++ == 0) {
        enable(1, false);
        enable(2, false);
        enable(3, false);
    }
}

static void restore_ram(void)
{
    if (--manager.ram == 0) {
        enable(1, true);
        enable(2, true);
        enable(3, true);
    }
}

static const struct etch_guard_locks locks = {
        lift_rom, restore_rom, lift_ram, restore_ram};

static void under_manager(void)
{
    memset(&manager, 0, sizeof(manager));
    under("mbed", &etch_guard_framework);
    how.locks = &locks;
}

static void a_frameworks_lock_is_lifted_for_each_store_and_put_back(void **state)
{
    under_manager();
    struct pmsa before = mpu_image();
    assert_int_equal(rig_program(S7, pattern, 16), ETCH_OK);
    assert_int_equal(manager.calls, 4);
    assert_int_equal(manager.rom, 0);
    assert_mpu_is(&before);
}

static void a_frameworks_lock_is_taken_once_for_all_windows(void **state)
{
    under_manager();
    struct pmsa before = mpu_image();
    uint32_t a;
    uint32_t b;
    struct call x = {.addr = 0x20000000, .len = 32, .what = ETCH_GUARD_EXEC};
    assert_int_equal(open_window(S7, 4, &a), ETCH_OK);
    assert_int_equal(open_window(S6, 4, &b), ETCH_OK);
    rig_run(do_open, &x);
    assert_int_equal(x.err, ETCH_OK);
    assert_int_equal(manager.rom, 1);
    assert_int_equal(manager.ram, 1);
    assert_int_equal(plan_of(b), ETCH_GUARD_PATCH);
    assert_int_equal(close_window(a), ETCH_OK);
    assert_int_equal(manager.rom, 1);
    assert_int_equal(close_window(b), ETCH_OK);
    assert_int_equal(manager.rom, 0);
    assert_int_equal(close_window(b), ETCH_E_NOENT);
    assert_int_equal(manager.rom, 0);
    assert_int_equal(close_window(x.id), ETCH_OK);
    assert_int_equal(manager.ram, 0);
    assert_mpu_is(&before);
}

static void a_range_that_nobody_wants_any_more_may_be_locked_for_good(void **state)
{
    static const struct etch_guard_backend *const backends[] = {
            &etch_guard_own, &etch_guard_none, &etch_guard_framework};
    for (unsigned i = 0; i < 3; i++) {
        under_manager();
        how.backend = backends[i];
        uint32_t id;
        mpu_set_region(0, 0, 0x0202F039); /* it may be written */
        assert_int_equal(open_window(S7, 4, &id), ETCH_OK);
        assert_int_equal(close_window(id), ETCH_OK);
        mpu_set_region(0, 0, 0x0002F039); /* not even read */
        struct pmsa before = mpu_image();
        assert_int_equal(refresh(), ETCH_OK);
        assert_mpu_is(&before);
    }
}

static void a_lock_that_does_not_lift_is_an_error(void **state)
{
    under_manager();
    manager.rom = 65535; /* an unlock too many, in a build without assertions */
    assert_int_equal(rig_program(S7, pattern, 4), ETCH_E_MPU);
    assert_int_equal(manager.rom, 65535);
    assert_int_equal(guard.why.region, 0);
    assert_int_equal(rig_cell(S7), ~0u);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, f446_under_mbed, done)
    const struct CMUnitTest tests[] = {
            T(without_a_gate_the_store_faults_as_in_the_field),
            T(with_the_gate_bytes_are_programmed_and_the_mpu_is_as_before),
            T(no_other_sector_is_open_while_a_store_is_made),
            T(every_layout_lets_the_gate_through),
            T(where_nothing_refuses_nothing_is_changed),
            T(a_refused_store_is_an_error_and_leaves_the_controller_locked),
            T(an_error_of_the_hardware_leaves_the_mpu_as_before),
            T(a_region_that_another_takes_between_stores_stays_his),
            T(a_region_that_another_switches_on_where_it_is_stays_his),
            T(what_another_leaves_in_a_region_that_is_off_stays_his),
            T(an_mpu_that_is_switched_off_and_on_between_stores_is_no_matter),
            T(a_region_that_changes_below_ours_is_no_matter),
            T(a_hole_follows_when_the_last_free_region_is_gone),
            T(a_region_that_refused_and_is_switched_off_is_not_touched),
            T(a_region_that_comes_to_refuse_where_there_was_none_is_seen),
            T(a_task_whose_region_lies_under_a_hole_is_no_matter),
            T(a_reserved_region_that_comes_to_refuse_is_an_error_and_no_fault),
            T(the_gate_alone_has_no_windows),
            T(look_says_what_refuses_and_where),
            T(no_back_end_at_all_makes_an_error_of_the_fault),
            T(a_window_opens_its_range_and_nothing_else_until_it_is_closed),
            T(windows_close_in_any_order),
            T(closing_twice_is_an_error_and_never_an_underflow),
            T(the_same_range_twice_stays_open_until_both_are_closed),
            T(there_are_so_many_windows_and_no_more),
            T(what_cannot_be_opened_changes_nothing),
            T(a_region_rewritten_while_a_window_is_open_is_left_to_its_owner),
            T(what_others_have_only_moved_is_theirs),
            T(refresh_opens_again_what_others_have_closed),
            T(closing_one_closes_another_that_has_become_impossible_and_tells),
            T(a_window_that_became_impossible_is_closed_whole),
            T(all_that_became_impossible_are_closed_and_no_other),
            T(a_window_of_nothing_is_none),
            T(what_is_no_right_is_not_asked_for),
            T(a_new_window_never_closes_an_older_one),
            T(reserved_regions_are_never_written),
            T(what_is_reserved_stays_so_when_a_window_is_refused),
            T(a_store_after_a_window_in_the_background_is_looked_at_anew),
            T(a_store_after_a_window_was_closed_does_not_rely_on_it),
            T(a_store_after_a_window_opens_its_line_alone),
            T(a_window_while_the_mpu_is_off_leaves_no_region_that_there_is_not),
            T(ram_opened_for_executing_is_closed_again),
            T(a_hole_is_closed_before_one_in_a_region_below),
            T(store_mode_works_with_windows_open_and_after),
            T(windows_on_every_layout_restore_everything),
            T(a_scope_closes_however_it_is_left),
            T(unprivileged_callers_get_an_error_and_no_fault),
            T(an_unprivileged_store_leaves_what_was_worked_out),
            T(an_unprivileged_close_leaves_the_window_to_be_closed),
            T(a_frameworks_lock_is_lifted_for_each_store_and_put_back),
            T(a_frameworks_lock_is_taken_once_for_all_windows),
            T(a_range_that_nobody_wants_any_more_may_be_locked_for_good),
            T(a_lock_that_does_not_lift_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
