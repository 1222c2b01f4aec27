/* test_settings_open.c - what it costs to take the settings from a store, and how much
 * one may be.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "settings/settings.h"
#include "support/cm.h"
#include "support/kv_bed.h"
#include "support/plug.h"

ETCH_SETTING(1, uint32_t, one, 1);
ETCH_SETTING(2, uint32_t, two, 2);
ETCH_SETTING(3, uint32_t, three, 3);
ETCH_SETTING(4, uint32_t, four, 4);
ETCH_SETTING(5, uint32_t, five, 5);
ETCH_SETTING(6, uint32_t, six, 6);

static struct etch_settings settings = {.kv = &bed.kv};

static enum etch_err (*ram_read)(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len);
static unsigned reads;

static enum etch_err count_read(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    reads++;
    return ram_read(nor, off, data, len);
}

/* A log with much in it, most of which does not count any more. */
static int fill(void **state)
{
    static const uint32_t len[] = {16384, 16384, 0};
    begin_on(len, 4, false);
    ram_read = bed.flash.nor.read;
    bed.flash.nor.read = count_read;
    assert_int_equal(etch_settings_open(&settings), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, one, 10), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, two, 20), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, three, 30), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, four, 40), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, five, 50), ETCH_OK);
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(etch_kv_put(&bed.kv, 30, &i, sizeof(i)), ETCH_OK);
    }
    return 0;
}

static unsigned reads_to_open(void)
{
    reads = 0;
    assert_int_equal(etch_settings_open(&settings), ETCH_OK);
    assert_int_equal(settings.news, 0);
    assert_int_equal(one + two + three + four + five + six, 156);
    return reads;
}

static unsigned reads_of_one_way(void)
{
    char name[ETCH_KV_NAME_MAX + 1];
    reads = 0; /* of a name without a place in the index */
    assert_int_equal(etch_kv_name(&bed.kv, NAMES, name, sizeof(name)), ETCH_E_NOENT);
    return reads;
}

static void with_names_in_the_index_it_reads_no_log(void **state)
{
    assert_true(reads_of_one_way() > 1000);
    assert_in_range(reads_to_open(), 5, 5 * 60);
}

static void without_them_it_is_a_way_for_each(void **state)
{
    unsigned way = reads_of_one_way();
    bed.config.names = 0;
    reopen();
    assert_in_range(reads_to_open(), 5 * way, 5 * (way + 60));
}

static uint8_t much[ETCH_SETTING_LEN_MAX + 1], none[ETCH_SETTING_LEN_MAX];

/* Of the longest name and type that there are, so that its label is, too. */
static enum etch_err set_long(uint32_t len)
{
    static bool known;
    const struct etch_setting longest = {.name = "a_name_of_28_characters_long",
            .value = much,
            .initial = none,
            .known = &known,
            .number = 7,
            .len = (uint16_t)len,
            .width = 1,
            .version = 255};
    known = false;
    assert_int_equal(strlen(longest.name), ETCH_SETTING_NAME_MAX);
    return etch_setting_set(&settings, &longest, much, (uint16_t)len);
}

static void the_longest_leaves_room_for_its_label(void **state)
{
    static const uint32_t small[] = {16384, 16384, 0};
    struct etch_kv_stat stat;
    begin_on(small, 4, false);
    etch_kv_stat(&bed.kv, &stat);
    uint32_t label = sizeof("a_name_of_28_characters_long:bytes[1234].255") - 1;
    uint32_t longest = stat.largest - (12 + (label + 3) / 4 * 4);
    assert_int_equal(set_long(longest + 1), ETCH_E_RANGE);
    assert_int_equal(set_long(longest), ETCH_OK);
}

static void in_the_largest_sectors_it_is_what_compiles(void **state)
{
    static const uint32_t large[] = {131072, 131072, 0};
    begin_on(large, 4, false);
    assert_int_equal(set_long(ETCH_SETTING_LEN_MAX + 1), ETCH_E_RANGE);
    assert_int_equal(set_long(ETCH_SETTING_LEN_MAX), ETCH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(with_names_in_the_index_it_reads_no_log, fill),
            cmocka_unit_test_setup(without_them_it_is_a_way_for_each, fill),
            cmocka_unit_test(the_longest_leaves_room_for_its_label),
            cmocka_unit_test(in_the_largest_sectors_it_is_what_compiles),
    };
    return cmocka_run_group_tests(tests, plug_in, unplug);
}
