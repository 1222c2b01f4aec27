/* test_settings_readers.c - whoever interrupts etch_settings_open reads values that are
 * whole and allowed, or is not let in.
 *
 * He comes where most is in the making: amid each read of the flash, and in what the
 * setting itself is asked.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "port/cpu.h"
#include "settings/settings.h"
#include "support/cm.h"
#include "support/kv_bed.h"
#include "support/plug.h"

enum { LONG = ETCH_SETTING_ASIDE_MAX + 8 };

struct pair {
    uint32_t a, b;
};
struct long_pair {
    uint32_t a, between[LONG / 4 - 2], b;
};

static bool is_pair(const void *value);
static bool is_long_pair(const void *value);
static bool to_pair(const struct etch_setting_old *old, void *value);
static bool to_long_pair(const struct etch_setting_old *old, void *value);

ETCH_SETTING(1, uint32_t, limit, 1500, ETCH_RANGE(uint32_t, 100, 3000));
ETCH_SETTING_STRUCT(2, struct pair, pair, (1, 1), .valid = is_pair);
ETCH_SETTING_STRUCT(3, struct long_pair, long_pair, (1, {0}, 1), .valid = is_long_pair);
ETCH_SETTING_STRUCT(
        4, struct pair, made, (1, 1), .version = 1, .valid = is_pair, .migrate = to_pair);
ETCH_SETTING_STRUCT(5, struct long_pair, long_made, (1, {0}, 1), .version = 1,
        .valid = is_long_pair, .migrate = to_long_pair);

static struct etch_settings settings = {.kv = &bed.kv};

/* ---- who interrupts ----------------------------------------------------------- */

static unsigned looks, kept_out;

static void interrupt(void)
{
    if (cpu_irq_masked()) {
        kept_out++;
        return;
    }
    looks++;
    assert_in_range(limit, 100, 3000);
    assert_true(pair.a == pair.b && pair.a > 0);
    assert_true(long_pair.a == long_pair.b && long_pair.a > 0);
    assert_true(made.a == made.b && made.a > 0);
    assert_true(long_made.a == long_made.b && long_made.a > 0);
}

static bool is_pair(const void *value)
{
    const struct pair *p = value;
    interrupt();
    return p->a == p->b && p->a > 0;
}

static bool is_long_pair(const void *value)
{
    const struct long_pair *p = value;
    interrupt();
    return p->a == p->b && p->a > 0;
}

/* Of one number. */
static bool to_pair(const struct etch_setting_old *old, void *value)
{
    struct pair *p = value;
    assert_int_equal(p->b, 1); /* the initial value */
    memcpy(&p->a, old->data, 4);
    interrupt();
    p->b = p->a;
    return true;
}

static bool to_long_pair(const struct etch_setting_old *old, void *value)
{
    struct long_pair *p = value;
    assert_int_equal(p->b, 1);
    memcpy(&p->a, old->data, 4);
    interrupt();
    p->b = p->a;
    return true;
}

static enum etch_err (*ram_read)(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len);

static enum etch_err read_in_halves(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    uint8_t *to = data;
    uint32_t half = len / 2;
    assert_int_equal(ram_read(nor, off, to, half), ETCH_OK);
    interrupt();
    enum etch_err err = ram_read(nor, off + half, to + half, len - half);
    interrupt();
    return err;
}

/* ---- what is there ------------------------------------------------------------- */

static int fill(void **state)
{
    static const uint32_t len[] = {4096, 4096, 0};
    begin_on(len, 4, false);
    ram_read = bed.flash.nor.read;
    assert_int_equal(etch_settings_open(&settings), ETCH_OK);
    return 0;
}

static void open_and_be_interrupted(void)
{
    looks = kept_out = 0;
    bed.flash.nor.read = read_in_halves;
    assert_int_equal(etch_settings_open(&settings), ETCH_OK);
    bed.flash.nor.read = ram_read;
    assert_true(looks > 20);
    assert_false(cpu_irq_masked());
}

static void put_bytes(uint16_t id, const void *data, uint16_t len)
{
    assert_int_equal(etch_kv_put(&bed.kv, id, data, len), ETCH_OK);
}

static void a_value_from_the_store_is_whole_before_it_is_seen(void **state)
{
    assert_int_equal(ETCH_SET(&settings, limit, 2000), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, pair, 2, 2), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, long_pair, 2, {0}, 2), ETCH_OK);
    open_and_be_interrupted();
    assert_int_equal(settings.news, 0);
    assert_int_equal(limit, 2000);
    assert_int_equal(pair.b, 2);
    assert_int_equal(long_pair.b, 2);
    assert_true(kept_out > 0); /* the long one */
}

static void short_ones_keep_nobody_out(void **state)
{
    assert_int_equal(ETCH_SET(&settings, limit, 2000), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, pair, 2, 2), ETCH_OK);
    open_and_be_interrupted();
    assert_int_equal(kept_out, 0);
}

static void a_value_that_may_not_be_is_never_seen(void **state)
{
    const uint32_t much = 50000;
    const struct pair unequal = {3, 4};
    const struct long_pair long_unequal = {.a = 3, .b = 4};
    put_bytes(1, &much, sizeof(much));
    put_bytes(2, &unequal, sizeof(unequal));
    put_bytes(3, &long_unequal, sizeof(long_unequal));
    open_and_be_interrupted();
    assert_int_equal(settings.news, 3);
    assert_int_equal(limit, 1500);
    assert_int_equal(pair.a, 1);
    assert_int_equal(long_pair.a, 1);
}

static void of_an_old_value_the_new_one_is_seen_when_it_is_made(void **state)
{
    const uint32_t seven = 7;
    put_bytes(4, &seven, sizeof(seven));
    put_bytes(5, &seven, sizeof(seven));
    assert_int_equal(etch_kv_put_name(&bed.kv, 4, "made:u32"), ETCH_OK);
    assert_int_equal(etch_kv_put_name(&bed.kv, 5, "long_made:u32"), ETCH_OK);
    open_and_be_interrupted();
    assert_int_equal(settings.news, 2);
    assert_int_equal(made.b, 7);
    assert_int_equal(long_made.b, 7);
}

static void an_old_value_that_makes_none_is_never_seen(void **state)
{
    const uint32_t nought = 0;
    put_bytes(4, &nought, sizeof(nought));
    put_bytes(5, &nought, sizeof(nought));
    assert_int_equal(etch_kv_put_name(&bed.kv, 4, "made:u32"), ETCH_OK);
    assert_int_equal(etch_kv_put_name(&bed.kv, 5, "long_made:u32"), ETCH_OK);
    open_and_be_interrupted();
    assert_int_equal(settings.news, 2);
    assert_int_equal(made.a, 1);
    assert_int_equal(long_made.a, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(
                    a_value_from_the_store_is_whole_before_it_is_seen, fill),
            cmocka_unit_test_setup(short_ones_keep_nobody_out, fill),
            cmocka_unit_test_setup(a_value_that_may_not_be_is_never_seen, fill),
            cmocka_unit_test_setup(
                    of_an_old_value_the_new_one_is_seen_when_it_is_made, fill),
            cmocka_unit_test_setup(an_old_value_that_makes_none_is_never_seen, fill),
    };
    return cmocka_run_group_tests(tests, plug_in, unplug);
}
