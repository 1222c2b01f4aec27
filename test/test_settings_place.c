/* test_settings_place.c - settings in sectors of the chip's own flash, through the life of
 * a product: its first start, the starts after, and firmware that came later or earlier.
 *
 * SPDX-License-Identifier: MIT
 */
#include "settings/place.h"

#include <string.h>

#include "base/crc.h"
#include "support/cm.h"
#include "support/flash_rig.h"

ETCH_SETTING(1, uint32_t, motor_limit, 1500);
ETCH_SETTING(2, uint16_t, ramp_ms, 200);
ETCH_SETTING(99, uint32_t, serial, 0);

ETCH_SETTINGS_PLACE(place, &rig.part, 1, 2, .supply = ETCH_FLASH_FROM_2V7);
/* Sectors within the firmware's own image. */
ETCH_SETTINGS_PLACE(astray, &rig.part, 1, 2, .supply = ETCH_FLASH_FROM_2V7,
        .image_addr = 0x08000000, .image_len = 0x8001);
/* A later firmware has one sector more, and larger numbers. */
ETCH_SETTINGS_PLACE_OF(100, wide, &rig.part, 1, 3, .supply = ETCH_FLASH_FROM_2V7);

enum { S1 = 0x08004000, S2 = 0x08008000, S3 = 0x0800C000, LEN = 0x4000 };

/* As the compiler made them: what start-up puts into RAM. */
static struct etch_settings_place fresh, fresh_wide, fresh_astray;

static int f446(void **state)
{
    rig_new_named("stm32f446re");
    rig_fill(S1, 0xFF, 3 * LEN);
    return 0;
}

static int done(void **state)
{
    rig_free();
    return 0;
}

static enum etch_err result;

static void start(void *arg)
{
    struct etch_settings_place *p = arg;
    *p = p == &wide ? fresh_wide : p == &astray ? fresh_astray : fresh;
    memcpy(etch_setting_motor_limit.value, etch_setting_motor_limit.initial,
            etch_setting_motor_limit.len);
    result = etch_settings_start(p);
}

static enum etch_err power_on(struct etch_settings_place *p)
{
    rig_run(start, p);
    return result;
}

static void set_limit(void *arg)
{
    struct etch_settings_place *p = arg;
    result = ETCH_SET(&p->settings, motor_limit, 1800);
}

static enum etch_err set(struct etch_settings_place *p)
{
    rig_run(set_limit, p);
    return result;
}

static void without_a_store_an_empty_one_is_made(void **state)
{
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_true(place.formatted);
    assert_int_equal(motor_limit, 1500);
    assert_int_equal(set(&place), ETCH_OK);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_false(place.formatted);
    assert_int_equal(motor_limit, 1800);
    assert_int_equal(ramp_ms, 200);
}

static void anything_else_in_the_sectors_makes_way(void **state)
{
    rig_fill(S1, 0x00, LEN);
    rig_fill(S2, 0xA5, LEN);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_true(place.formatted);
    assert_int_equal(set(&place), ETCH_OK);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(motor_limit, 1800);
}

/* Version 3 of the format, which this firmware does not know. */
static void make_later_version(uint32_t sector)
{
    uint8_t a[12];
    silicon_peek(rig.chip, sector, a, NULL, sizeof(a));
    a[2]++;
    uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, a, 8);
    memcpy(a + 8, &crc, sizeof(crc));
    silicon_poke(rig.chip, sector, a, sizeof(a));
}

static void format(void *arg)
{
    struct etch_settings_place *p = arg;
    result = etch_kv_format(&p->kv, &p->kv_config);
}

static void an_older_firmware_leaves_a_later_store_alone(void **state)
{
    static uint8_t before[2 * LEN];
    static uint8_t after[2 * LEN];
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(set(&place), ETCH_OK);
    make_later_version(S1);
    make_later_version(S2);
    silicon_peek(rig.chip, S1, before, NULL, sizeof(before));
    assert_int_equal(power_on(&place), ETCH_E_FOREIGN);
    assert_false(place.formatted);
    assert_int_equal(set(&place), ETCH_E_FOREIGN);
    silicon_peek(rig.chip, S1, after, NULL, sizeof(after));
    assert_memory_equal(before, after, sizeof(before));
    /* Who wants to lose it can. */
    rig_run(format, &place);
    assert_int_equal(result, ETCH_OK);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(set(&place), ETCH_OK);
}

static void a_later_firmware_may_have_sectors_more(void **state)
{
    struct etch_kv_stat two;
    struct etch_kv_stat three;
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(set(&place), ETCH_OK);
    etch_kv_stat(&place.kv, &two);
    rig_fill(S3, 0x5A, LEN);
    assert_int_equal(power_on(&wide), ETCH_OK);
    assert_false(wide.formatted);
    assert_int_equal(motor_limit, 1800);
    etch_kv_stat(&wide.kv, &three);
    assert_int_equal(three.capacity, 2 * two.capacity);
    assert_int_equal(three.used, two.used);
}

static void set_serial(void *arg)
{
    struct etch_settings_place *p = arg;
    result = ETCH_SET(&p->settings, serial, 1001);
}

static void values_and_labels_have_their_places_in_the_index(void **state)
{
    assert_int_equal(power_on(&wide), ETCH_OK);
    rig_run(set_serial, &wide);
    assert_int_equal(result, ETCH_OK);
    assert_int_equal(power_on(&wide), ETCH_OK);
    assert_int_equal(serial, 1001);
    assert_int_not_equal(wide.index[99], 0);
    assert_int_not_equal(wide.index[100 + 99], 0);
    /* An older firmware has no place for it, and finds it all the same. */
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(serial, 1001);
}

static void protect(bool on)
{
    size_t n;
    const struct silicon_sector *s = silicon_sectors(rig.chip, &n);
    uint32_t optcr[2] = {
            silicon_reg(rig.chip, SILICON_OPTCR), silicon_reg(rig.chip, SILICON_OPTCR1)};
    for (unsigned i = 1; i <= 2; i++) {
        uint32_t bit = 1u << s[i].wrp_bit;
        optcr[s[i].wrp_reg] = on ? optcr[s[i].wrp_reg] & ~bit : optcr[s[i].wrp_reg] | bit;
    }
    silicon_set_options(rig.chip, optcr[0], optcr[1]);
}

static void what_cannot_be_written_is_read(void **state)
{
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(set(&place), ETCH_OK);
    protect(true);
    assert_int_equal(power_on(&place), ETCH_E_PROTECTED);
    assert_int_equal(motor_limit, 1800);
    assert_int_equal(set(&place), ETCH_E_PROTECTED);
    assert_int_equal(motor_limit, 1800);
    protect(false);
    assert_int_equal(set(&place), ETCH_OK);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(motor_limit, 1800);
}

static void reset_limit(void *arg)
{
    struct etch_settings_place *p = arg;
    result = etch_setting_reset(&p->settings, &etch_setting_motor_limit);
}

static void reset_all(void *arg)
{
    struct etch_settings_place *p = arg;
    result = etch_settings_reset(&p->settings, NULL);
}

static void no_setting_can_be_changed(struct etch_settings_place *p)
{
    assert_int_equal(set(p), ETCH_E_FORMAT);
    rig_run(reset_limit, p);
    assert_int_equal(result, ETCH_E_FORMAT);
    rig_run(reset_all, p);
    assert_int_equal(result, ETCH_E_FORMAT);
    assert_int_equal(motor_limit, 1500);
}

static void swap_banks(bool on)
{
    silicon_native_poke(rig.board, 0x40013800, on ? 1u << 8 : 0);
}

static void without_a_flash_settings_are_initial_and_stay_so(void **state)
{
    fresh.first = 7; /* and 8, which there is not */
    assert_int_equal(power_on(&place), ETCH_E_RANGE);
    fresh.first = 1;
    no_setting_can_be_changed(&place);
    place = fresh; /* not begun at all */
    no_setting_can_be_changed(&place);
    fresh.config.width = ETCH_FLASH_X32;
    fresh.config.supply = ETCH_FLASH_FROM_1V8;
    assert_int_equal(power_on(&place), ETCH_E_SUPPLY);
    fresh.config.width = ETCH_FLASH_WIDEST;
    fresh.config.supply = ETCH_FLASH_FROM_2V7;
    no_setting_can_be_changed(&place);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(set(&place), ETCH_OK);
}

static void with_banks_swapped_as_well(void **state)
{
    rig_free();
    rig_new_named("stm32f429zi");
    swap_banks(true);
    assert_int_equal(power_on(&place), ETCH_E_SWAPPED);
    no_setting_can_be_changed(&place);
    swap_banks(false);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_int_equal(set(&place), ETCH_OK);
}

static void sectors_with_running_code_are_left_alone(void **state)
{
    rig_fill(S1, 0x00, LEN);
    rig_fill(S2, 0xA5, LEN);
    assert_int_equal(power_on(&astray), ETCH_E_SELF);
    assert_int_equal(rig_cell(S1), 0x00000000);
    assert_int_equal(rig_cell(S2), 0xA5A5A5A5);
    assert_int_equal(motor_limit, 1500);
    assert_int_equal(set(&astray), ETCH_E_SELF);
    assert_int_equal(rig_cell(S1), 0x00000000);
}

static void what_is_wrong_with_the_sectors_is_told(void **state)
{
    fresh.sectors = 9; /* it has eight */
    assert_int_equal(power_on(&place), ETCH_E_RANGE);
    fresh.sectors = 2;
    fresh.config.supply = ETCH_FLASH_FROM_1V8; /* not enough for words */
    fresh.config.width = ETCH_FLASH_X32;
    assert_int_equal(power_on(&place), ETCH_E_SUPPLY);
    fresh.config.supply = ETCH_FLASH_FROM_2V7;
    assert_false(place.formatted);
    assert_int_equal(power_on(&place), ETCH_OK);
    assert_true(place.formatted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(
                    without_a_store_an_empty_one_is_made, f446, done),
            cmocka_unit_test_setup_teardown(
                    anything_else_in_the_sectors_makes_way, f446, done),
            cmocka_unit_test_setup_teardown(
                    an_older_firmware_leaves_a_later_store_alone, f446, done),
            cmocka_unit_test_setup_teardown(
                    a_later_firmware_may_have_sectors_more, f446, done),
            cmocka_unit_test_setup_teardown(
                    values_and_labels_have_their_places_in_the_index, f446, done),
            cmocka_unit_test_setup_teardown(what_cannot_be_written_is_read, f446, done),
            cmocka_unit_test_setup_teardown(
                    without_a_flash_settings_are_initial_and_stay_so, f446, done),
            cmocka_unit_test_setup_teardown(with_banks_swapped_as_well, f446, done),
            cmocka_unit_test_setup_teardown(
                    sectors_with_running_code_are_left_alone, f446, done),
            cmocka_unit_test_setup_teardown(
                    what_is_wrong_with_the_sectors_is_told, f446, done),
    };
    fresh = place;
    fresh_wide = wide;
    fresh_astray = astray;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
