/* test_explore_chip.c - the explorer on the real path: driver code on the
 * simulated chip, laws and all.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>
#include <string.h>

#include "explore/chip.h"
#include "flash/flash.h"
#include "hw/reg.h"
#include "nor/nor.h"
#include "port/mmio.h"
#include "support/cm.h"
#include "support/toy.h"

enum { BASE = 0x08004000, SECTOR = 0x4000 };

static const uint32_t sector_len[2] = {SECTOR, SECTOR};

/* What boot makes in the machine's RAM: a driver, and sectors 1 and 2 of it. */
struct ram {
    struct etch_nor nor;
    struct etch_flash flash;
};

static struct ram *ram_of(const struct etch_nor *nor)
{
    return (struct ram *)(uintptr_t)nor;
}

static enum etch_err chip_read(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    uint8_t *to = data;
    for (uint32_t i = 0; i < len; i += 4) {
        uint32_t word = mmio_read32(reg_at(BASE + off + i));
        memcpy(to + i, &word, 4);
    }
    (void)nor;
    return ETCH_OK;
}

static enum etch_err chip_program(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    return etch_flash_program(&ram_of(nor)->flash, BASE + off, data, len);
}

static enum etch_err chip_erase(const struct etch_nor *nor, uint32_t sector)
{
    return etch_flash_erase(&ram_of(nor)->flash, sector + 1);
}

/* ---- the machine ---------------------------------------------------------------------- */

static const struct etch_flash_config flash_config = {
        .part = &etch_part_f446xe, .supply = ETCH_FLASH_FROM_2V7, .clock_mhz = 16};

static const struct etch_nor *boot(void *memory, const void *arg)
{
    struct ram *ram = memory;
    (void)arg;
    ram->nor = (struct etch_nor){.read = chip_read,
            .program = chip_program,
            .erase = chip_erase,
            .sector_len = sector_len,
            .sectors = 2,
            .unit = 4,
            .erased = 0xFF};
    explore_expect(etch_flash_open(&ram->flash, &flash_config) == ETCH_OK, "flash_open");
    return &ram->nor;
}

static const struct explore_chip chip = {.part = "stm32f446re",
        .conditions = {.speed = SILICON_TYPICAL},
        .addr = BASE,
        .size = 2 * SECTOR,
        .boot = boot,
        .ram_len = sizeof(struct ram)};

static struct explore_machine *machine(const void *param)
{
    (void)param;
    return explore_chip_new(&chip);
}

static const struct toy toys[] = {
        {.flaw = TOY_RIGHT, .sector = {0, SECTOR}, .far = 28},
        {.flaw = TOY_ERASES_FIRST, .sector = {0, SECTOR}, .far = 28},
        {.flaw = TOY_SETTLES_LATE, .sector = {0, SECTOR}, .far = 28},
        {.flaw = TOY_REPROGRAMS, .sector = {0, SECTOR}, .far = 28},
};

#define CASE(n)                                                                       \
    {                                                                                 \
        .scenario = &toy_scenario, .geometry = (n), .about = "a number in 2 x 16 KB", \
        .machine = machine, .param = &toys[n], .ops = 1                               \
    }

static const struct explore_case cases[] = {CASE(0), CASE(1), CASE(2), CASE(3)};

static struct explore_report report;

static void campaign(unsigned n, struct explore_options o)
{
    o.limit = 1000000;
    assert_true(explore_campaign(&cases[n], &o, &report));
    assert_true(report.complete);
}

static void replay(unsigned n)
{
    enum explore_end end = EXPLORE_DONE;
    FILE *to = fopen("/dev/null", "w");
    assert_non_null(to);
    const struct explore_options o = {.limit = 1000000};
    assert_true(explore_replay(&cases[n], &o, report.failure[0].id, to, &end));
    assert_int_equal(end, report.failure[0].end);
    assert_int_equal(fclose(to), 0);
}

/* ---- tests ------------------------------------------------------------------------------ */

static void a_right_store_passes_on_the_chip(void **state)
{
    campaign(0, (struct explore_options){.depth = 2, .tears = 4, .reads = 2});
    if (report.failed != 0) {
        fail_msg("%s: %s", report.failure[0].id, report.failure[0].text);
    }
    assert_true(report.cuts > 100);
}

/* With what a run cut there leaves, cell by cell. */
static void what_cuts_leave_can_be_asked_on_the_chip(void **state)
{
    static struct explore_report each;
    for (unsigned n = 0; n < 3; n++) {
        struct explore_options o = {.depth = 2, .tears = 8, .reads = 2, .again = true};
        campaign(n, o);
        each = report;
        o.again = false;
        campaign(n, o);
        assert_memory_equal(&each, &report, sizeof(report));
    }
}

static void flaws_are_found_on_the_chip(void **state)
{
    campaign(1, (struct explore_options){.depth = 1, .tears = 2});
    assert_int_not_equal(report.failed, 0);
    replay(1);
    campaign(2, (struct explore_options){.depth = 2, .tears = 4});
    assert_int_not_equal(report.failed, 0);
    replay(2);
}

static void what_the_driver_refuses_is_wrong(void **state)
{
    campaign(3, (struct explore_options){.bodies = 2, .tears = 2});
    assert_int_not_equal(report.failed, 0);
    assert_int_equal(report.failure[0].end, EXPLORE_WRONG);
    replay(3);
}

static void threads_have_a_chip_each(void **state)
{
    static struct explore_report alone;
    struct explore_options o = {.depth = 1, .tears = 4};
    campaign(1, o);
    alone = report;
    o.jobs = 3;
    campaign(1, o);
    assert_memory_equal(&alone, &report, sizeof(report));
}

/* Code that stores into the array without asking the controller. */
static void wild_body(struct explore_ctx *c)
{
    (void)c;
    mmio_write32(reg_at(BASE), 0);
    (void)mmio_read32(reg_at(0x40023C0C));
}

static void nothing(struct explore_ctx *c)
{
    (void)c;
}

static void read_for_ever(struct explore_ctx *c)
{
    uint32_t word;
    while (c->nor->read(c->nor, 0, &word, 4) == ETCH_OK) {
    }
}

static void a_broken_law_is_a_fault_that_names_it(void **state)
{
    const struct explore_scenario wild = {
            .name = "wild", .body = wild_body, .check = nothing};
    const struct explore_case c = {.scenario = &wild, .about = "", .machine = machine};
    const struct explore_options o = {.limit = 1000};
    assert_true(explore_campaign(&c, &o, &report));
    assert_int_not_equal(report.failed, 0);
    assert_int_equal(report.failure[0].end, EXPLORE_FAULT);
    assert_non_null(strstr(report.failure[0].text, "law"));
}

static void a_loop_is_a_hang(void **state)
{
    const struct explore_scenario loop = {
            .name = "loop", .body = read_for_ever, .check = nothing};
    const struct explore_case c = {.scenario = &loop, .about = "", .machine = machine};
    const struct explore_options o = {.limit = 1000};
    assert_true(explore_campaign(&c, &o, &report));
    assert_int_not_equal(report.failed, 0);
    assert_int_equal(report.failure[0].end, EXPLORE_HANG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_right_store_passes_on_the_chip),
            cmocka_unit_test(what_cuts_leave_can_be_asked_on_the_chip),
            cmocka_unit_test(flaws_are_found_on_the_chip),
            cmocka_unit_test(what_the_driver_refuses_is_wrong),
            cmocka_unit_test(threads_have_a_chip_each),
            cmocka_unit_test(a_broken_law_is_a_fault_that_names_it),
            cmocka_unit_test(a_loop_is_a_hang),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
