/* test_guard_plan.c - the plan search of src/guard, on every contiguous range of
 * sectors of every part, under every framework's MPU set-up, against a lookup
 * of its own (support/pmsa.h).
 *
 * SPDX-License-Identifier: MIT
 */
#include "guard/plan.h"

#include <string.h>

#include "silicon/part.h"
#include "support/cm.h"
#include "support/pmsa.h"

enum { PLANS = ETCH_GUARD_REFUSED + 1 };

struct range {
    uint32_t addr, len;
};

static struct etch_mpu image_of(const struct pmsa_layout *layout)
{
    struct etch_mpu m = {.ctrl = layout->mpu.ctrl, .reserved = layout->reserved};
    for (unsigned i = 0; i < ETCH_MPU_REGIONS; i++) {
        uint32_t rbar = (layout->mpu.region[i].rbar & ~31u) | i; /* as RBAR reads */
        m.region[i] = (struct etch_mpu_region){rbar, layout->mpu.region[i].rasr};
    }
    return m;
}

static struct pmsa judged(const struct etch_mpu *m)
{
    struct pmsa p = {.ctrl = m->ctrl};
    for (unsigned i = 0; i < ETCH_MPU_REGIONS; i++) {
        p.region[i] = (struct pmsa_region){m->region[i].rbar, m->region[i].rasr};
    }
    return p;
}

static bool inside(const struct range *r, uint32_t addr)
{
    return addr - r->addr < r->len;
}

static uint32_t len_of(uint32_t rasr)
{
    return 2u << (rasr >> 1 & 31);
}

/* May a byte outside the range have gained a right? Only in an eighth that was
 * switched off and touches the range, or in a region that decided about a byte
 * of the range and was given other rights. */
static bool spill_is_due(const struct pmsa *before, const struct pmsa *after,
        const struct range *r, uint32_t addr)
{
    int i = pmsa_region(before, addr);
    if (i < 0) {
        return false;
    }
    const struct pmsa_region *was = &before->region[i];
    const struct pmsa_region *is = &after->region[i];
    uint32_t base = was->rbar & ~31u;
    if (was->rbar != is->rbar) {
        return false;
    }
    if ((was->rasr ^ is->rasr) & 0xFF00) {
        uint32_t eighth = len_of(was->rasr) / 8;
        uint32_t from = base + (addr - base) / eighth * eighth;
        bool newly = (~was->rasr & is->rasr) >> (8 + (addr - base) / eighth) & 1;
        if (newly && (r->addr - from < eighth || from - r->addr < r->len)) {
            return true;
        }
    }
    return ((was->rasr ^ is->rasr) & 0x17000000) != 0;
}

/* Rights are constant from one edge to the next, so these addresses stand for
 * all. */
static unsigned points(const struct pmsa *before, const struct pmsa *after,
        const struct range *r, uint32_t *at)
{
    unsigned n = pmsa_edges(before, at);
    n += pmsa_edges(after, at + n);
    at[n++] = r->addr;
    at[n++] = r->addr + r->len;
    at[n++] = r->addr - 1;
    at[n++] = r->addr + r->len - 1;
    return n;
}

static void check_rights(const struct pmsa *before, const struct pmsa *after,
        const struct range *r, unsigned wanted)
{
    uint32_t at[2 * PMSA_EDGES + 4];
    unsigned n = points(before, after, r, at);
    for (unsigned i = 0; i < n; i++) {
        unsigned was = pmsa_rights(before, at[i]);
        unsigned is = pmsa_rights(after, at[i]);
        bool in = inside(r, at[i]);
        bool due = spill_is_due(before, after, r, at[i]);
        if (in) {
            assert_int_equal(is & wanted, wanted);
        } else if (!due) {
            assert_int_equal(is, was);
        }
        /* Unprivileged code gains nothing, but that it may execute what it may
         * read if that was opened for executing. */
        const unsigned user = PMSA_USER_READ | PMSA_USER_WRITE |
                              (wanted & PMSA_EXEC ? 0 : PMSA_USER_EXEC);
        assert_int_equal(is & user & ~was, 0);
        if (in && !due) {
            assert_int_equal(is & user, was & user);
        }
        /* A window for writing is none for executing, nor is it lost. */
        if (wanted == PMSA_WRITE && !due) {
            assert_int_equal(is & PMSA_EXEC, was & PMSA_EXEC);
        }
        assert_int_equal(was & ~is & (PMSA_READ | PMSA_WRITE | PMSA_EXEC), 0);
    }
}

/* It may say no where nothing decides, or a region that is not to be touched
 * does and none is free above it. */
static bool refusal_is_due(
        const struct etch_mpu *m, const struct range *r, unsigned wanted)
{
    struct pmsa p = judged(m);
    for (uint32_t at = r->addr; inside(r, at); at += 256) {
        if ((pmsa_rights(&p, at) & wanted) == wanted) {
            continue;
        }
        int decides = pmsa_region(&p, at);
        unsigned free = 0;
        for (int i = decides + 1; i < 8; i++) {
            free += (m->region[i].rasr & 1) == 0 && (m->reserved >> i & 1) == 0;
        }
        if (decides < 0 || ((m->reserved >> decides & 1) != 0 && free < 3)) {
            return true;
        }
    }
    return false;
}

static unsigned changed_regions(const struct etch_mpu *a, const struct etch_mpu *b)
{
    unsigned changed = 0;
    for (unsigned i = 0; i < ETCH_MPU_REGIONS; i++) {
        changed |= (unsigned)(memcmp(&a->region[i], &b->region[i],
                                      sizeof(a->region[i])) != 0)
                   << i;
    }
    return changed;
}

static enum etch_guard_plan check_plan(
        const struct etch_mpu *before, const struct range *r, uint32_t what)
{
    unsigned wanted = (what & ETCH_GUARD_WRITE ? PMSA_WRITE : 0u) |
                      (what & ETCH_GUARD_EXEC ? PMSA_EXEC : 0u);
    struct etch_mpu after = *before;
    struct etch_mpu_piece range = {.addr = r->addr, .left = r->len, .what = what};
    enum etch_guard_plan plan = etch_mpu_plan(&after, &range);
    if (plan == ETCH_GUARD_REFUSED) {
        assert_true(refusal_is_due(before, r, wanted));
        assert_true(inside(r, range.addr));
        return plan;
    }
    unsigned changed = changed_regions(before, &after);
    assert_int_equal(changed & before->reserved, 0);
    assert_int_equal(changed == 0, plan == ETCH_GUARD_NOTHING);
    struct pmsa was = judged(before);
    struct pmsa is = judged(&after);
    check_rights(&was, &is, r, wanted);
    if (plan == ETCH_GUARD_OVERLAY) {
        for (unsigned i = 0; i < 8; i++) {
            /* Only regions that were free. */
            assert_false((changed >> i & 1) != 0 && (before->region[i].rasr & 1) != 0);
        }
    }
    return plan;
}

struct tally {
    unsigned plans[PLANS], most_regions;
};

static void all_ranges(const struct pmsa_layout *layout, const struct silicon_part *row,
        uint32_t what, struct tally *t)
{
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    unsigned n = (unsigned)silicon_part_sectors(row, sectors);
    struct etch_mpu before = image_of(layout);
    for (unsigned first = 0; first < n; first++) {
        for (unsigned last = first; last < n; last++) {
            struct range r = {sectors[first].addr,
                    sectors[last].addr + sectors[last].size - sectors[first].addr};
            enum etch_guard_plan plan = check_plan(&before, &r, what);
            t->plans[plan]++;
            struct etch_mpu after = before;
            struct etch_mpu_piece p = {.addr = r.addr, .left = r.len, .what = what};
            (void)etch_mpu_plan(&after, &p);
            unsigned regions =
                    (unsigned)__builtin_popcount(changed_regions(&before, &after));
            if (plan == ETCH_GUARD_OVERLAY && regions > t->most_regions) {
                t->most_regions = regions;
            }
        }
    }
}

/* Every row of the table of parts, but one for each map. */
static bool is_first_of_its_map(size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (strcmp(silicon_parts[k].layout, silicon_parts[i].layout) == 0) {
            return false;
        }
    }
    return true;
}

static struct tally every_part(const char *layout, uint32_t what)
{
    struct tally t = {0};
    for (size_t i = 0; i < silicon_part_count; i++) {
        if (is_first_of_its_map(i)) {
            all_ranges(pmsa_layout(layout), &silicon_parts[i], what, &t);
        }
    }
    return t;
}

/* ---- tests -------------------------------------------------------------------- */

static void every_range_of_every_part_opens_exactly_under_every_layout(void **state)
{
    for (unsigned i = 0; i < PMSA_LAYOUTS; i++) {
        struct tally t = every_part(pmsa_layouts[i].name, ETCH_GUARD_WRITE);
        struct tally x =
                every_part(pmsa_layouts[i].name, ETCH_GUARD_WRITE | ETCH_GUARD_EXEC);
        print_message("%-20s write: nothing %u overlay %u (%u regions) hole %u patch %u "
                      "refused %u; and execute: %u %u %u %u %u\n",
                pmsa_layouts[i].name, t.plans[0], t.plans[1], t.most_regions, t.plans[2],
                t.plans[3], t.plans[4], x.plans[0], x.plans[1], x.plans[2], x.plans[3],
                x.plans[4]);
    }
}

static void frameworks_with_free_regions_get_exact_overlays(void **state)
{
    static const char *const names[] = {"mbed", "zephyr", "nuttx-protected"};
    for (unsigned i = 0; i < 3; i++) {
        struct tally t = every_part(names[i], ETCH_GUARD_WRITE);
        assert_int_equal(t.plans[ETCH_GUARD_HOLE] + t.plans[ETCH_GUARD_PATCH] +
                                 t.plans[ETCH_GUARD_REFUSED],
                0);
        assert_true(t.plans[ETCH_GUARD_OVERLAY] > 0);
        assert_true(t.most_regions <= 3);
    }
}

static void a_sector_takes_one_region(void **state)
{
    struct etch_mpu mbed = image_of(pmsa_layout("mbed"));
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    size_t n = silicon_part_sectors(silicon_part_find("stm32f429ni"), sectors);
    for (size_t i = 0; i < n; i++) {
        struct etch_mpu after = mbed;
        struct etch_mpu_piece p = {
                sectors[i].addr, sectors[i].size, ETCH_GUARD_WRITE, 0, 0, 0};
        assert_int_equal(etch_mpu_plan(&after, &p), ETCH_GUARD_OVERLAY);
        assert_int_equal(changed_regions(&mbed, &after), 0x80);
        /* The attributes are those of Mbed's region, users may still read. */
        assert_int_equal(after.region[7].rasr & 0xFFFF0001, 0x02020001);
    }
}

static void frameworks_that_lock_nothing_need_nothing(void **state)
{
    static const char *const names[] = {
            "off", "riot", "cubemx", "threadx-kernel", "zephyr-allow-write"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
        struct tally t = every_part(names[i], ETCH_GUARD_WRITE);
        for (unsigned plan = ETCH_GUARD_OVERLAY; plan < PLANS; plan++) {
            assert_int_equal(t.plans[plan], 0);
        }
    }
}

static void without_a_region_above_eighths_are_switched_off(void **state)
{
    struct etch_mpu m = image_of(pmsa_layout("freertos"));
    struct etch_mpu_piece p = {0x08060000, 0x20000, ETCH_GUARD_WRITE, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&m, &p), ETCH_GUARD_HOLE);
    assert_int_equal(m.region[5].rasr, 0x06070027u | 0x0800u); /* sector 7 of 1 MB */
    struct tally t = every_part("freertos", ETCH_GUARD_WRITE);
    assert_true(t.plans[ETCH_GUARD_HOLE] > 0);
    assert_int_equal(t.plans[ETCH_GUARD_REFUSED], 0);
}

static void what_shows_through_a_hole_must_be_the_background(void **state)
{
    struct etch_mpu m = image_of(pmsa_layout("freertos"));
    m.region[1] = (struct etch_mpu_region){0x08060001, 0x03070021}; /* users may write */
    struct etch_mpu_piece p = {0x08060000, 0x20000, ETCH_GUARD_WRITE, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&m, &p), ETCH_GUARD_PATCH);
    assert_int_equal(m.region[5].rasr & 0x07000000, 0x02000000);

    m = image_of(pmsa_layout("freertos"));
    m.ctrl = 1; /* and there must be one */
    p = (struct etch_mpu_piece){0x08060000, 0x20000, ETCH_GUARD_WRITE, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&m, &p), ETCH_GUARD_PATCH);
}

static void a_small_region_has_no_eighths(void **state)
{
    struct etch_mpu m = {.ctrl = 5};
    for (uint32_t i = 0; i < 8; i++) {
        m.region[i] =
                (struct etch_mpu_region){0x08000000 | i, 0x0600000D}; /* 128 bytes */
    }
    struct etch_mpu_piece p = {0x08000020, 32, ETCH_GUARD_WRITE, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&m, &p), ETCH_GUARD_PATCH);
    assert_int_equal(m.region[7].rasr, 0x0200000D);
}

static void reserved_regions_are_left_alone(void **state)
{
    /* Zephyr's threads own 2..7: only region 0 itself can give way. */
    struct tally t = every_part("zephyr-threads", ETCH_GUARD_WRITE);
    assert_int_equal(t.plans[ETCH_GUARD_OVERLAY], 0);
    assert_int_equal(t.plans[ETCH_GUARD_REFUSED], 0);
    /* All belong to the module manager: a module's code cannot be opened. */
    struct etch_mpu m = image_of(pmsa_layout("threadx-module"));
    struct etch_mpu_piece p = {0x08040000, 0x20000, ETCH_GUARD_WRITE, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&m, &p), ETCH_GUARD_REFUSED);
    assert_int_equal(p.addr, 0x08040000);
    assert_int_equal(p.region, 0);
}

static void where_no_region_decides_and_no_background_nothing_can_be_opened(void **state)
{
    struct etch_mpu m = image_of(pmsa_layout("strict"));
    struct etch_mpu_piece p = {0x08060000, 0x40000, ETCH_GUARD_WRITE, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&m, &p), ETCH_GUARD_REFUSED);
    assert_int_equal(p.addr, 0x08080000); /* region 0 ends there */
    assert_int_equal(p.region, ETCH_MPU_BACKGROUND);
}

static void ram_can_be_opened_for_executing_and_nothing_else(void **state)
{
    struct etch_mpu before = image_of(pmsa_layout("mbed"));
    for (uint32_t addr = 0x20000000; addr < 0x20004000; addr += 0x1A0) {
        for (uint32_t len = 32; len < 2000; len += 96) {
            struct range r = {addr, len};
            assert_int_equal(
                    check_plan(&before, &r, ETCH_GUARD_EXEC), ETCH_GUARD_OVERLAY);
        }
    }
    struct etch_mpu after = before;
    struct etch_mpu_piece p = {0x20000000, 512, ETCH_GUARD_EXEC, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&after, &p), ETCH_GUARD_OVERLAY);
    assert_int_equal(after.region[7].rasr & 0x17380000, 0x03080000); /* RW as it was */
}

static void executing_needs_reading(void **state)
{
    struct etch_mpu before = image_of(pmsa_layout("no-access"));
    struct range r = {0x08000000, 0x4000};
    struct etch_mpu after = before;
    struct etch_mpu_piece p = {r.addr, r.len, ETCH_GUARD_EXEC, 0, 0, 0};
    assert_int_equal(etch_mpu_plan(&after, &p), ETCH_GUARD_OVERLAY);
    struct pmsa is = judged(&after);
    assert_int_equal(pmsa_rights(&is, 0x08000000), PMSA_READ | PMSA_EXEC);
}

/* Random regions: the lookup alone, byte by byte and run by run. */
static uint32_t seed = 1;

static uint32_t any(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static void random_image(struct etch_mpu *m)
{
    m->ctrl = any() % 8;
    m->reserved = any() % 4 ? 0 : any() & 0xFF;
    for (uint32_t i = 0; i < ETCH_MPU_REGIONS; i++) {
        uint32_t size = 4 + any() % 9; /* 32 bytes to 8 KiB */
        uint32_t len = 2u << size;
        m->region[i].rbar = (0x08000000 + any() % 0x2000 / len * len) | i;
        m->region[i].rasr = (any() & 0x1700FF00) | size << 1 | (any() % 4 != 0);
        if (size < 7) {
            m->region[i].rasr &= ~0xFF00u;
        }
    }
}

static void the_lookup_agrees_on_every_grain_of_random_images(void **state)
{
    for (unsigned round = 0; round < 400; round++) {
        struct etch_mpu m;
        random_image(&m);
        struct pmsa p = judged(&m);
        for (uint32_t at = 0x08000000; at < 0x08002000; at += 32) {
            struct etch_mpu_piece piece = {at, 0x4000, ETCH_GUARD_WRITE, 0, 0, 0};
            etch_mpu_decide(&m, &piece);
            assert_int_equal(piece.region, pmsa_region(&p, at));
            assert_true(piece.run >= 32 && piece.run <= 0x4000 && piece.run % 32 == 0);
            for (uint32_t in = at; in < at + piece.run && in < 0x08002400; in += 32) {
                assert_int_equal(pmsa_region(&p, in), piece.region);
            }
            piece.left = 32;
            bool refused = etch_mpu_seek(&m, &piece);
            assert_int_equal(refused, (pmsa_rights(&p, at) & PMSA_WRITE) == 0);
        }
    }
}

static void plans_for_random_images_open_what_they_say(void **state)
{
    unsigned plans[PLANS] = {0};
    for (unsigned round = 0; round < 6000; round++) {
        struct etch_mpu m;
        random_image(&m);
        struct range r = {0x08000000 + any() % 0x100 * 32, 32 + any() % 0x40 * 32};
        uint32_t what = 1 + any() % 3;
        struct etch_mpu after = m;
        struct etch_mpu_piece p = {r.addr, r.len, what, 0, 0, 0};
        enum etch_guard_plan plan = etch_mpu_plan(&after, &p);
        plans[plan]++;
        if (plan == ETCH_GUARD_REFUSED) {
            continue;
        }
        struct pmsa is = judged(&after);
        struct pmsa was = judged(&m);
        for (uint32_t at = r.addr; at < r.addr + r.len; at += 32) {
            unsigned rights = pmsa_rights(&is, at);
            assert_true(!(what & ETCH_GUARD_WRITE) || (rights & PMSA_WRITE));
            assert_true(!(what & ETCH_GUARD_EXEC) || (rights & PMSA_EXEC));
            assert_int_equal(rights >> 4 & 1 & ~(pmsa_rights(&was, at) >> 4), 0);
        }
    }
    for (unsigned i = 0; i < PLANS; i++) {
        assert_true(plans[i] > 50);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_range_of_every_part_opens_exactly_under_every_layout),
            cmocka_unit_test(frameworks_with_free_regions_get_exact_overlays),
            cmocka_unit_test(a_sector_takes_one_region),
            cmocka_unit_test(frameworks_that_lock_nothing_need_nothing),
            cmocka_unit_test(without_a_region_above_eighths_are_switched_off),
            cmocka_unit_test(what_shows_through_a_hole_must_be_the_background),
            cmocka_unit_test(a_small_region_has_no_eighths),
            cmocka_unit_test(reserved_regions_are_left_alone),
            cmocka_unit_test(
                    where_no_region_decides_and_no_background_nothing_can_be_opened),
            cmocka_unit_test(ram_can_be_opened_for_executing_and_nothing_else),
            cmocka_unit_test(executing_needs_reading),
            cmocka_unit_test(the_lookup_agrees_on_every_grain_of_random_images),
            cmocka_unit_test(plans_for_random_images_open_what_they_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
