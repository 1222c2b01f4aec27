/* test_guard_instant.c - the question's firmware under Mbed's MPU set-up, looked
 * at in the very instant in which a store reaches the array: which sectors could
 * be written just then, by whoever may. And an interrupt that nothing masks, in
 * that instant.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/pmsa.h"
#include "support/run.h"

enum { S7 = 0x08060000, FLASH_END = 0x08080000, LINE = 32 };

static const uint32_t sectors[] = {0x08000000, 0x08004000, 0x08008000, 0x0800C000,
        0x08010000, 0x08020000, 0x08040000, S7, FLASH_END};
enum { SECTORS = 8 };

static struct run r;

/* What the listener has seen. */
static struct {
    unsigned stores, masked;
    unsigned refused;       /* the line itself */
    unsigned other_sectors; /* that were writable, summed over all stores */
    unsigned other_lines;   /* intervals of the same sector that were */
    unsigned between;       /* events with any of flash writable and others let in */
} seen;

static struct pmsa mpu_of(struct core *core)
{
    struct pmsa m = {.ctrl = core_ppb(core, 0xE000ED94)};
    uint32_t rnr = core_ppb(core, 0xE000ED98);
    for (uint32_t n = 0; n < 8; n++) {
        core_ppb_set(core, 0xE000ED98, n);
        m.region[n].rbar = core_ppb(core, 0xE000ED9C);
        m.region[n].rasr = core_ppb(core, 0xE000EDA0);
    }
    core_ppb_set(core, 0xE000ED98, rnr);
    return m;
}

/* Between two edges rights are the same: bytes of [from, to) that stand for all. */
static unsigned writable_in(
        const struct pmsa *m, uint32_t from, uint32_t to, uint32_t line)
{
    uint32_t at[PMSA_EDGES + 2];
    unsigned n = pmsa_edges(m, at);
    at[n++] = from;
    at[n++] = to - 1;
    unsigned writable = 0;
    for (unsigned i = 0; i < n; i++) {
        bool in = at[i] >= from && at[i] < to && at[i] - line >= LINE;
        writable += in && (pmsa_rights(m, at[i]) & PMSA_WRITE) != 0;
    }
    return writable;
}

static void look_at_store(const struct pmsa *m, uint32_t addr)
{
    uint32_t line = addr & ~(LINE - 1u);
    seen.stores++;
    seen.masked += core_reg(board_core(r.board), CORE_PRIMASK) == 1;
    seen.refused += (pmsa_rights(m, addr) & PMSA_WRITE) == 0;
    for (unsigned i = 0; i < SECTORS; i++) {
        unsigned writable = writable_in(m, sectors[i], sectors[i + 1], line);
        if (addr >= sectors[i] && addr < sectors[i + 1]) {
            seen.other_lines += writable;
        } else {
            seen.other_sectors += writable != 0;
        }
    }
}

static void look(void *ctx, const struct board_event *ev)
{
    if (ev->kind != BOARD_EV_FLASH) {
        return;
    }
    struct pmsa m = mpu_of(board_core(r.board));
    if (ev->flash->kind == SILICON_EV_PROGRAM) {
        look_at_store(&m, ev->flash->addr);
    } else {
        bool others = core_reg(board_core(r.board), CORE_PRIMASK) == 0;
        seen.between += others && (m.ctrl & 1) != 0 &&
                        writable_in(&m, sectors[0], FLASH_END, FLASH_END) != 0;
    }
}

static void run_looking(const char *firmware, const char *args)
{
    const struct run_setup setup = {
            .firmware = firmware, .args = args, .mpu = BOARD_MPU_MBED};
    memset(&seen, 0, sizeof(seen));
    run_open(&r, &setup);
    board_listen(r.board, look, NULL);
    run_go(&r, &setup);
    if (r.how != BOARD_LEFT || board_exit_code(r.board) != 0) {
        run_print(&r);
        fail_msg("%s %s", firmware, args);
    }
    run_close(&r);
}

static void nothing_but_32_bytes_is_open_at_the_instant_of_a_store(void **state)
{
    static const struct {
        const char *firmware, *args;
        unsigned stores;
    } runs[] = {{"question", "etch", 1}, {"guard", "", 64}};
    for (unsigned i = 0; i < 2; i++) {
        run_looking(runs[i].firmware, runs[i].args);
        assert_int_equal(seen.stores, runs[i].stores);
        assert_int_equal(seen.masked, runs[i].stores);
        assert_int_equal(seen.refused, 0);
        assert_int_equal(seen.other_sectors, 0);
        assert_int_equal(seen.other_lines, 0);
        assert_int_equal(seen.between, 0);
    }
}

static void with_the_frameworks_lock_every_sector_is(void **state)
{
    run_looking("question", "lifted");
    assert_int_equal(seen.stores, 1);
    assert_int_equal(seen.masked, 0);
    assert_int_equal(seen.other_sectors, SECTORS - 1);
    assert_true(seen.other_lines > 0);
}

/* ---- an interrupt in that instant ------------------------------------------------- */

/* Run to the instruction behind the store, raise NMI, go on. The handler stores
 * to the given sector; the MPU is on there as well (HFNMIENA). */
static void raise_nmi_at_the_store(const struct run_setup *setup)
{
    run_open(&r, setup);
    struct core *core = board_core(r.board);
    core_watch(core, S7, 4, false, true);
    run_go(&r, setup);
    assert_int_equal(r.how, BOARD_BREAK);
    assert_int_equal(core_reg(core, CORE_PRIMASK), 1); /* the window is open */
    core_watch(core, 0, 0, false, false);
    core_nmi(core);
    run_go(&r, setup);
}

static void even_nmi_is_refused_every_other_sector(void **state)
{
    for (unsigned i = 0; i < SECTORS - 1; i++) {
        char args[8];
        (void)snprintf(args, sizeof(args), "nmi%u", i);
        const struct run_setup setup = {.firmware = "guard", .args = args};
        raise_nmi_at_the_store(&setup);
        /* A fault in NMI leaves no level to take it at. */
        assert_int_equal(r.how, BOARD_LOCKED_UP);
        const struct finding *f = run_find(&r, "mpu-refused-store");
        assert_non_null(f);
        assert_int_equal(f->address, sectors[i] + 0x20);
        run_close(&r);
    }
}

/* The line is what NMI finds open; so it is with any window, and NMI is not for
 * writing flash. */
static void only_the_line_is_open_to_nmi(void **state)
{
    const struct run_setup line = {.firmware = "guard", .args = "nmi7"};
    raise_nmi_at_the_store(&line);
    assert_int_equal(r.how, BOARD_LOCKED_UP); /* the next line of the same sector */
    assert_non_null(run_find(&r, "mpu-refused-store"));
    run_close(&r);
    const struct run_setup none = {.firmware = "guard", .args = "nmi"};
    raise_nmi_at_the_store(&none);
    assert_int_equal(r.how, BOARD_LEFT);
    assert_int_equal(board_exit_code(r.board), 0);
    run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(nothing_but_32_bytes_is_open_at_the_instant_of_a_store),
            cmocka_unit_test(with_the_frameworks_lock_every_sector_is),
            cmocka_unit_test(even_nmi_is_refused_every_other_sector),
            cmocka_unit_test(only_the_line_is_open_to_nmi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
