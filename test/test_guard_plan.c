/* test_guard_plan.c - the plan search of src/guard, by windows on every contiguous
 * range of sectors of every part, under every framework's MPU set-up, against a
 * lookup of its own (support/pmsa.h). What was opened is always closed again, and
 * all as it was.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "port/mmio.h"
#include "silicon/part.h"
#include "support/cm.h"
#include "support/mpu_rig.h"

enum { PATCHED = 3, REFUSED, PLANS };

/* The place of the strongest in a table of plans. */
static unsigned place_of(enum etch_guard_plan plan)
{
    if (plan < 0) {
        return REFUSED;
    }
    return plan & ETCH_GUARD_PATCH  ? PATCHED
           : plan & ETCH_GUARD_HOLE ? ETCH_GUARD_HOLE
                                    : (unsigned)plan;
}

struct range {
    uint32_t addr, len;
};

/* An MPU, and what may be done with it. */
struct image {
    struct pmsa mpu;
    uint8_t reserved;
};

static struct image image_of(const char *layout)
{
    const struct pmsa_layout *l = pmsa_layout(layout);
    mpu_set_up(l);
    return (struct image){.mpu = mpu_image(), .reserved = l->reserved};
}

/* ---- a window, opened and closed on the board ---------------------------------- */

struct opened {
    enum etch_guard_plan plan;
    struct pmsa after;         /* while it was open */
    struct etch_mpu_piece why; /* where it was refused */
};

struct call {
    struct range range;
    uint32_t what, id;
    enum etch_err err;
};

static struct etch_guard guard;
static struct etch_guard_config how = {.backend = &etch_guard_own};

static void do_open(void *arg)
{
    struct call *c = arg;
    c->err = etch_guard_open(&guard, c->range.addr, c->range.len, c->what, &c->id);
}

static void do_close(void *arg)
{
    struct call *c = arg;
    c->err = etch_guard_close(&guard, c->id);
}

static void assert_mpu_is(const struct pmsa *want)
{
    struct pmsa now = mpu_image();
    assert_memory_equal(&now, want, sizeof(now));
    assert_int_equal(mpu_rnr(), 3);
}

/* The MPU is m already. */
static struct opened open_and_close(
        const struct image *m, const struct range *r, uint32_t what)
{
    struct call c = {.range = *r, .what = what};
    struct opened o = {.plan = ETCH_GUARD_REFUSED};
    memset(&guard, 0, sizeof(guard));
    how.reserved = m->reserved;
    etch_guard_init(&guard, &how);
    mpu_watch();
    rig_run(do_open, &c);
    if (c.err) {
        assert_int_equal(c.err, ETCH_E_MPU);
        o.why = guard.why;
    } else {
        o.plan = guard.window[0].plan;
        o.after = mpu_image();
        rig_run(do_close, &c);
        assert_int_equal(c.err, ETCH_OK);
    }
    assert_mpu_is(&m->mpu);
    assert_int_equal(mpu_seen.moved, 0);
    return o;
}

static struct opened open_under(
        const struct image *m, const struct range *r, uint32_t what)
{
    struct pmsa_layout layout = {.mpu = m->mpu};
    mpu_set_up(&layout);
    return open_and_close(m, r, what);
}

/* ---- what is right --------------------------------------------------------------- */

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
static bool refusal_is_due(const struct image *m, const struct range *r, unsigned wanted)
{
    for (uint32_t at = r->addr; inside(r, at); at += 256) {
        if ((pmsa_rights(&m->mpu, at) & wanted) == wanted) {
            continue;
        }
        int decides = pmsa_region(&m->mpu, at);
        unsigned free = 0;
        for (int i = decides + 1; i < 8; i++) {
            free += (m->mpu.region[i].rasr & 1) == 0 && (m->reserved >> i & 1) == 0;
        }
        if (decides < 0 || ((m->reserved >> decides & 1) != 0 && free < 3)) {
            return true;
        }
    }
    return false;
}

static unsigned changed_regions(const struct pmsa *a, const struct pmsa *b)
{
    unsigned changed = 0;
    for (unsigned i = 0; i < ETCH_MPU_REGIONS; i++) {
        changed |= (unsigned)(memcmp(&a->region[i], &b->region[i],
                                      sizeof(a->region[i])) != 0)
                   << i;
    }
    return changed;
}

static void check_opened(const struct image *before, const struct range *r, uint32_t what,
        const struct opened *o)
{
    unsigned wanted = (what & ETCH_GUARD_WRITE ? PMSA_WRITE : 0u) |
                      (what & ETCH_GUARD_EXEC ? PMSA_EXEC : 0u);
    if (o->plan == ETCH_GUARD_REFUSED) {
        assert_true(refusal_is_due(before, r, wanted));
        assert_true(inside(r, o->why.range.addr));
        return;
    }
    unsigned changed = changed_regions(&before->mpu, &o->after);
    assert_int_equal(changed & before->reserved, 0);
    assert_int_equal(changed == 0, o->plan == ETCH_GUARD_NOTHING);
    check_rights(&before->mpu, &o->after, r, wanted);
    if (o->plan == ETCH_GUARD_OVERLAY) {
        for (unsigned i = 0; i < 8; i++) {
            /* Only regions that were free. */
            assert_false(
                    (changed >> i & 1) != 0 && (before->mpu.region[i].rasr & 1) != 0);
        }
    }
}

struct tally {
    unsigned plans[PLANS], most_regions;
};

static void all_ranges(const struct image *before, const struct silicon_part *row,
        uint32_t what, struct tally *t)
{
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    unsigned n = (unsigned)silicon_part_sectors(row, sectors);
    for (unsigned first = 0; first < n; first++) {
        for (unsigned last = first; last < n; last++) {
            struct range r = {sectors[first].addr,
                    sectors[last].addr + sectors[last].size - sectors[first].addr};
            struct opened o = open_and_close(before, &r, what);
            check_opened(before, &r, what, &o);
            t->plans[place_of(o.plan)]++;
            unsigned regions =
                    (unsigned)__builtin_popcount(changed_regions(&before->mpu, &o.after));
            if (o.plan == ETCH_GUARD_OVERLAY && regions > t->most_regions) {
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
    struct image before = image_of(layout);
    for (size_t i = 0; i < silicon_part_count; i++) {
        if (is_first_of_its_map(i)) {
            all_ranges(&before, &silicon_parts[i], what, &t);
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
        assert_int_equal(
                t.plans[ETCH_GUARD_HOLE] + t.plans[PATCHED] + t.plans[REFUSED], 0);
        assert_true(t.plans[ETCH_GUARD_OVERLAY] > 0);
        assert_true(t.most_regions <= 3);
    }
}

static void a_sector_takes_one_region(void **state)
{
    struct image mbed = image_of("mbed");
    struct silicon_sector sectors[SILICON_SECTORS_MAX];
    size_t n = silicon_part_sectors(silicon_part_find("stm32f429ni"), sectors);
    for (size_t i = 0; i < n; i++) {
        struct range r = {sectors[i].addr, sectors[i].size};
        struct opened o = open_and_close(&mbed, &r, ETCH_GUARD_WRITE);
        assert_int_equal(o.plan, ETCH_GUARD_OVERLAY);
        assert_int_equal(changed_regions(&mbed.mpu, &o.after), 0x80);
        /* The attributes are those of Mbed's region, users may still read. */
        assert_int_equal(o.after.region[7].rasr & 0xFFFF0001, 0x02020001);
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

static const struct range sector_7 = {0x08060000, 0x20000};

static void without_a_region_above_eighths_are_switched_off(void **state)
{
    struct image m = image_of("freertos");
    struct opened o = open_and_close(&m, &sector_7, ETCH_GUARD_WRITE);
    assert_int_equal(o.plan, ETCH_GUARD_HOLE);
    assert_int_equal(o.after.region[5].rasr, 0x06070027u | 0x0800u); /* 1 MB: sector 7 */
    struct tally t = every_part("freertos", ETCH_GUARD_WRITE);
    assert_true(t.plans[ETCH_GUARD_HOLE] > 0);
    assert_int_equal(t.plans[REFUSED], 0);
}

static void what_shows_through_a_hole_must_be_the_background(void **state)
{
    /* Users may write in region 1; wherever in the eighth it lies, it must not
     * show. */
    static const struct pmsa_region lower[] = {{0x08060001, 0x03070021},
            {0x08060001, 0x0307000F}, {0x0807FF01, 0x0307000F}, {0x0807FFE1, 0x03070009},
            {0x08000001, 0x03070027}, {0x00000001, 0x0307FB39}};
    for (unsigned i = 0; i < sizeof(lower) / sizeof(*lower); i++) {
        struct image m = image_of("freertos");
        m.mpu.region[1] = lower[i];
        struct opened o = open_under(&m, &sector_7, ETCH_GUARD_WRITE);
        assert_int_equal(o.plan, ETCH_GUARD_PATCH);
        assert_int_equal(o.after.region[5].rasr & 0x07000000, 0x02000000);
    }
    struct image m = image_of("freertos");
    m.mpu.region[1] = lower[1];
    struct range rest = {0x08070000, 0x10000}; /* which it is not in */
    assert_int_equal(open_under(&m, &rest, ETCH_GUARD_WRITE).plan, ETCH_GUARD_PATCH);
    m.mpu.region[1] = (struct pmsa_region){0x08080001, 0x03070021}; /* beside it */
    assert_int_equal(open_under(&m, &sector_7, ETCH_GUARD_WRITE).plan, ETCH_GUARD_HOLE);
    m = image_of("freertos");
    m.mpu.ctrl = 1; /* and there must be one */
    assert_int_equal(open_under(&m, &sector_7, ETCH_GUARD_WRITE).plan, ETCH_GUARD_PATCH);
}

static void a_small_region_has_no_eighths(void **state)
{
    struct image m = {.mpu = {.ctrl = 5}};
    for (uint32_t i = 0; i < 8; i++) {
        m.mpu.region[i] =
                (struct pmsa_region){0x08000000 | i, 0x0600000D}; /* 128 bytes */
    }
    struct range r = {0x08000020, 32};
    struct opened o = open_under(&m, &r, ETCH_GUARD_WRITE);
    assert_int_equal(o.plan, ETCH_GUARD_PATCH);
    assert_int_equal(o.after.region[7].rasr, 0x0200000D);
}

static void reserved_regions_are_left_alone(void **state)
{
    /* Zephyr's threads own 2..7: only region 0 itself can give way. */
    struct tally t = every_part("zephyr-threads", ETCH_GUARD_WRITE);
    assert_int_equal(t.plans[ETCH_GUARD_OVERLAY], 0);
    assert_int_equal(t.plans[REFUSED], 0);
    /* All belong to the module manager: a module's code cannot be opened. */
    struct image m = image_of("threadx-module");
    struct range r = {0x08040000, 0x20000};
    struct opened o = open_and_close(&m, &r, ETCH_GUARD_WRITE);
    assert_int_equal(o.plan, ETCH_GUARD_REFUSED);
    assert_int_equal(o.why.range.addr, 0x08040000);
    assert_int_equal(o.why.region, 0);
}

static void where_no_region_decides_and_no_background_nothing_can_be_opened(void **state)
{
    struct image m = image_of("strict");
    struct range r = {0x08060000, 0x40000};
    struct opened o = open_and_close(&m, &r, ETCH_GUARD_WRITE);
    assert_int_equal(o.plan, ETCH_GUARD_REFUSED);
    assert_int_equal(o.why.range.addr, 0x08080000); /* region 0 ends there */
    assert_int_equal(o.why.region, ETCH_MPU_BACKGROUND);
}

static void ram_can_be_opened_for_executing_and_nothing_else(void **state)
{
    struct image before = image_of("mbed");
    for (uint32_t addr = 0x20000000; addr < 0x20004000; addr += 0x1A0) {
        for (uint32_t len = 32; len < 2000; len += 96) {
            struct range r = {addr, len};
            struct opened o = open_and_close(&before, &r, ETCH_GUARD_EXEC);
            check_opened(&before, &r, ETCH_GUARD_EXEC, &o);
            assert_int_equal(o.plan, ETCH_GUARD_OVERLAY);
        }
    }
    struct range r = {0x20000000, 512};
    struct opened o = open_and_close(&before, &r, ETCH_GUARD_EXEC);
    assert_int_equal(o.after.region[7].rasr & 0x17380000, 0x03080000); /* RW as it was */
}

static void executing_needs_reading(void **state)
{
    struct image before = image_of("no-access");
    struct range r = {0x08000000, 0x4000};
    struct opened o = open_and_close(&before, &r, ETCH_GUARD_EXEC);
    assert_int_equal(o.plan, ETCH_GUARD_OVERLAY);
    assert_int_equal(pmsa_rights(&o.after, 0x08000000), PMSA_READ | PMSA_EXEC);
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

static struct image random_image(void)
{
    struct image m = {.mpu = {.ctrl = any() % 8}};
    m.reserved = any() % 4 ? 0 : any() & 0xFF;
    for (uint32_t i = 0; i < ETCH_MPU_REGIONS; i++) {
        uint32_t size = 4 + any() % 9; /* 32 bytes to 8 KiB */
        uint32_t len = 2u << size;
        m.mpu.region[i].rbar = (0x08000000 + any() % 0x2000 / len * len) | i;
        m.mpu.region[i].rasr = (any() & 0x1700FF00) | size << 1 | (any() % 4 != 0);
        if (size < 7) {
            m.mpu.region[i].rasr &= ~0xFF00u;
        }
    }
    return m;
}

struct look {
    uint32_t addr;
    enum etch_guard_plan plan;
    int region;
    uint32_t run;
};

/* With no region reserved, region is the one to change, but run is kept. */
static void do_look(void *arg)
{
    struct look *l = arg;
    const struct etch_mpu_range range = {l->addr, 32, ETCH_GUARD_WRITE};
    struct etch_mpu_piece p = {.range = range, .reserved = ETCH_MPU_ALL};
    l->plan = etch_mpu_fix(&p, mmio_at(CM4_MPU_REGS));
    l->region = p.region;
    p = (struct etch_mpu_piece){.range = range};
    (void)etch_mpu_fix(&p, mmio_at(CM4_MPU_REGS));
    l->run = p.run;
}

static void the_lookup_agrees_on_every_grain_of_random_images(void **state)
{
    for (unsigned round = 0; round < 200; round++) {
        struct image m = random_image();
        struct pmsa_layout layout = {.mpu = m.mpu};
        mpu_set_up(&layout);
        for (uint32_t at = 0x08000000; at < 0x08002000; at += 32) {
            struct look l = {.addr = at};
            rig_run(do_look, &l);
            bool writable = (pmsa_rights(&m.mpu, at) & PMSA_WRITE) != 0;
            assert_int_equal(l.plan == ETCH_GUARD_NOTHING, writable);
            if ((m.mpu.ctrl & 1) == 0) {
                continue; /* off, it asks no region */
            }
            assert_int_equal(l.region, pmsa_region(&m.mpu, at));
            assert_true(l.run >= 32);
            for (uint32_t in = at; in - at < l.run && in < 0x08002400; in += 32) {
                assert_int_equal(pmsa_region(&m.mpu, in), l.region);
            }
        }
        mpu_set_up(pmsa_layout("off"));
    }
}

static void plans_for_random_images_open_what_they_say(void **state)
{
    unsigned plans[PLANS] = {0};
    for (unsigned round = 0; round < 6000; round++) {
        struct image m = random_image();
        struct range r = {0x08000000 + any() % 0x100 * 32, 32 + any() % 0x40 * 32};
        uint32_t which = 1 + any() % 3;
        uint32_t what =
                (which & 1 ? ETCH_GUARD_WRITE : 0u) | (which & 2 ? ETCH_GUARD_EXEC : 0u);
        struct opened o = open_under(&m, &r, what);
        plans[place_of(o.plan)]++;
        if (o.plan == ETCH_GUARD_REFUSED) {
            continue;
        }
        for (uint32_t at = r.addr; at < r.addr + r.len; at += 32) {
            unsigned rights = pmsa_rights(&o.after, at);
            assert_true(!(what & ETCH_GUARD_WRITE) || (rights & PMSA_WRITE));
            assert_true(!(what & ETCH_GUARD_EXEC) || (rights & PMSA_EXEC));
            assert_int_equal(rights >> 4 & 1 & ~(pmsa_rights(&m.mpu, at) >> 4), 0);
        }
    }
    for (unsigned i = 0; i < PLANS; i++) {
        assert_true(plans[i] > 50);
    }
}

static int board(void **state)
{
    rig_new_named("stm32f446re");
    return 0;
}

static int done(void **state)
{
    rig_free();
    return 0;
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
    return cmocka_run_group_tests(tests, board, done);
}
