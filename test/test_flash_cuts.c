/* test_flash_cuts.c - the Cut sentences of flash.h: power fails inside every
 * operation of a call, in every way the model knows.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/cm.h"
#include "support/flash_rig.h"

enum { S6 = 0x08040000, S7 = 0x08060000, WINDOW = 48 };

static const uint8_t before[WINDOW] = {0xFF, 0xF1, 0x7F, 0xFE, 0xFF, 0xFF, 0xFF, 0xEF,
        0xFF, 0x3F, 0xFF, 0xF7, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xFF};

static struct {
    uint32_t off, len;
    uint8_t data[WINDOW];
    struct silicon_native *fresh; /* the board before the call */
} job;

static const struct silicon_tear tears[] = {
        {.kind = SILICON_TEAR_NONE},
        {.kind = SILICON_TEAR_DONE},
        {.kind = SILICON_TEAR_MASK, .mask = 0x0000FFFF},
        {.kind = SILICON_TEAR_MASK, .mask = 0xAAAAAAAA},
        {.kind = SILICON_TEAR_MASK, .mask = 1},
        {.kind = SILICON_TEAR_RANDOM, .seed = 1},
        {.kind = SILICON_TEAR_RANDOM, .seed = 2},
        {.kind = SILICON_TEAR_UNSTABLE, .seed = 3},
        {.kind = SILICON_TEAR_UNSTABLE, .seed = 4},
        {.kind = SILICON_TEAR_MARGINAL, .seed = 5},
};
enum { TEARS = sizeof(tears) / sizeof(tears[0]) };

static void program(void *arg)
{
    (void)arg;
    assert_int_equal(
            etch_flash_program(&rig.flash, S7 + job.off, job.data, job.len), ETCH_OK);
}

static void erase(void *arg)
{
    (void)arg;
    assert_int_equal(etch_flash_erase(&rig.flash, 7), ETCH_OK);
}

static void new_chip(uint8_t width)
{
    rig_new_named("stm32f446re");
    silicon_strict(rig.chip, LAW_RESET_BUSY, false);
    silicon_strict(rig.chip, LAW_UNSTABLE, false);
    rig.config.width = width;
    rig_open();
    silicon_poke(rig.chip, S7, before, WINDOW);
    job.fresh = silicon_native_new(silicon_part(rig.chip), NULL);
    silicon_native_copy(job.fresh, rig.board);
    silicon_native_select(rig.board);
}

static void drop_chip(void)
{
    silicon_native_free(job.fresh);
    rig_free();
}

/* Bytes that the step holding byte i stores, and which step that is. */
static uint32_t step_of(uint32_t i, uint32_t *first, uint32_t *last)
{
    uint32_t at = job.off;
    uint32_t end = job.off + job.len;
    for (uint32_t step = 0; at < end; step++) {
        uint32_t n = 1u << rig.flash.psize;
        while (at % n != 0 || end - at < n) {
            n /= 2;
        }
        if (i < at + n) {
            *first = at;
            *last = at + n;
            return step;
        }
        at += n;
    }
    return UINT32_MAX;
}

/* A prefix is new, one cell is anything between old and new, the rest is old. */
static void check_window(uint32_t cut)
{
    uint8_t now[WINDOW];
    uint8_t loose[WINDOW];
    silicon_peek(rig.chip, S7, now, loose, WINDOW);
    for (uint32_t i = 0; i < WINDOW; i++) {
        bool inside = i - job.off < job.len;
        uint8_t new = inside ? before[i] & job.data[i - job.off] : before[i];
        uint32_t first = 0;
        uint32_t last = 0;
        uint32_t step = inside ? step_of(i, &first, &last) : UINT32_MAX;
        uint8_t may = before[i] & (uint8_t) ~new; /* bits on their way */
        if (inside && step + 1 < cut) {
            assert_int_equal(now[i], new);
            assert_int_equal(loose[i], 0);
        } else if (inside && step + 1 == cut) {
            assert_int_equal((now[i] | loose[i]) & (uint8_t)~may, new &(uint8_t)~may);
            assert_int_equal(loose[i] & (uint8_t)~may, 0);
        } else {
            assert_int_equal(now[i], before[i]);
            assert_int_equal(loose[i], 0);
        }
    }
}

static unsigned cut_program_everywhere(void)
{
    unsigned cuts = 0;
    uint64_t base = silicon_ops(rig.chip);
    uint32_t first;
    uint32_t last;
    uint32_t steps = step_of(job.off + job.len - 1, &first, &last) + 1;
    for (uint32_t cut = 1; cut <= steps; cut++) {
        for (unsigned t = 0; t < TEARS; t++, cuts++) {
            silicon_native_copy(rig.board, job.fresh);
            silicon_plan_cut(rig.chip, base + cut, tears[t]);
            enum silicon_end end = silicon_native_run(rig.board, program, NULL);
            assert_int_equal(end, SILICON_LOST_POWER);
            check_window(cut);
        }
    }
    return cuts;
}

static void a_cut_program_leaves_a_prefix_and_one_torn_cell(void **state)
{
    (void)state;
    const uint32_t shapes[][2] = {
            {0, 4}, {0, 16}, {1, 3}, {1, 13}, {2, 2}, {3, 9}, {6, 11}};
    unsigned cuts = 0;
    for (uint8_t width = ETCH_FLASH_X8; width <= ETCH_FLASH_X32; width++) {
        for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
            new_chip(width);
            job.off = shapes[i][0];
            job.len = shapes[i][1];
            for (uint32_t k = 0; k < job.len; k++) {
                job.data[k] = before[job.off + k] & (uint8_t)(0x5A + 29 * k);
            }
            cuts += cut_program_everywhere();
            drop_chip();
        }
    }
    assert_true(cuts > 1000);
}

static void the_driver_works_after_any_cut(void **state)
{
    (void)state;
    new_chip(ETCH_FLASH_X32);
    job.off = 0;
    job.len = 16;
    memset(job.data, 0, 16);
    uint64_t base = silicon_ops(rig.chip);
    for (unsigned t = 0; t < TEARS; t++) {
        silicon_native_copy(rig.board, job.fresh);
        silicon_plan_cut(rig.chip, base + 3, tears[t]);
        assert_int_equal(
                silicon_native_run(rig.board, program, NULL), SILICON_LOST_POWER);
        silicon_power_on(rig.chip);
        rig_open();
        assert_int_equal(rig_program(S7, job.data, 16), ETCH_OK);
        assert_int_equal(rig_erase(7), ETCH_OK);
    }
    drop_chip();
}

static void a_cut_erase_touches_its_sector_only(void **state)
{
    (void)state;
    new_chip(ETCH_FLASH_X32);
    rig_fill(S6, 0x3C, 0x20000);
    rig_fill(S7, 0xC3, 0x20000);
    silicon_native_copy(job.fresh, rig.board);
    silicon_native_select(rig.board);
    const enum silicon_tear_kind kinds[] = {SILICON_TEAR_NONE, SILICON_TEAR_DONE,
            SILICON_TEAR_MASK, SILICON_TEAR_RANDOM, SILICON_TEAR_UNSTABLE,
            SILICON_TEAR_ZEROED, SILICON_TEAR_PREFIX, SILICON_TEAR_MARGINAL};
    for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        silicon_native_copy(rig.board, job.fresh);
        struct silicon_tear tear = {.kind = kinds[k], .seed = 7, .mask = 0x91};
        silicon_plan_cut(rig.chip, silicon_ops(rig.chip) + 1, tear);
        assert_int_equal(silicon_native_run(rig.board, erase, NULL), SILICON_LOST_POWER);
        for (uint32_t off = 0; off < 0x20000; off += 4) {
            assert_int_equal(rig_cell(S6 + off), 0x3C3C3C3C);
        }
        assert_int_equal(rig_cell(0x08038000), 0xFFFFFFFF);
        silicon_power_on(rig.chip);
        rig_open();
        assert_int_equal(rig_erase(7), ETCH_OK);
        assert_int_equal(rig_cell(S7 + 0x1FFFC), 0xFFFFFFFF);
    }
    drop_chip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_cut_program_leaves_a_prefix_and_one_torn_cell),
            cmocka_unit_test(the_driver_works_after_any_cut),
            cmocka_unit_test(a_cut_erase_touches_its_sector_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
