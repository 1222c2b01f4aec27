/* test_settings.c - settings keep what they are given, and nothing else.
 *
 * The store lies on the explorer's small NOR flash. A firmware that was there
 * before is played by descriptions that are not in the linker's list.
 *
 * SPDX-License-Identifier: MIT
 */
#include "settings/settings.h"

#include <math.h>
#include <string.h>

#include "explore/simnor.h"
#include "support/cm.h"
#include "support/plug.h"

struct calibration {
    int16_t offset;
    uint16_t gain;
};

static unsigned changes;
static const struct etch_setting *last_changed;

static void note_change(const struct etch_setting *s)
{
    changes++;
    last_changed = s;
}

static bool is_even(const void *value)
{
    return (*(const uint8_t *)value & 1) == 0;
}

/* Millimetres in 16 bits were version 0; now micrometres in 32. */
static bool to_micrometres(const struct etch_setting_old *old, void *value)
{
    uint16_t mm;
    if (strcmp(old->type, "u16") != 0 || old->len != sizeof(mm)) {
        return false;
    }
    memcpy(&mm, old->data, sizeof(mm));
    uint32_t um = mm * 1000u;
    memcpy(value, &um, sizeof(um));
    return true;
}

ETCH_SETTING(1, uint32_t, motor_limit, 1500, ETCH_RANGE(uint32_t, 100, 3000),
        .changed = note_change);
ETCH_SETTING_ARRAY(2, char, 4, user_config, (1, 2, 3, 4));
ETCH_SETTING(3, int8_t, trim, -5, ETCH_RANGE(int8_t, -10, 10));
ETCH_SETTING(4, float, gain, 1.5f, ETCH_RANGE(float, 0.0f, 2.0f));
ETCH_SETTING(5, bool, armed, false);
ETCH_SETTING(6, uint8_t, pairs, 2, .valid = is_even);
ETCH_SETTING_STRUCT(7, struct calibration, cal, (-3, 1000));
ETCH_SETTING(8, uint32_t, travel, 70000, .version = 1, .migrate = to_micrometres);
ETCH_SETTING_ARRAY(9, char, 16, host, ("etch.local"));
ETCH_SETTING_ARRAY(10, uint16_t, 3, curve, (10, 20, 30), ETCH_RANGE(uint16_t, 1, 99));
ETCH_SETTING(11, int64_t, big, INT64_MIN, ETCH_RANGE(int64_t, INT64_MIN, -1));
ETCH_SETTING(12, uint64_t, huge, UINT64_MAX, ETCH_RANGE(uint64_t, 1, UINT64_MAX));
ETCH_SETTING(13, double, fine, 0.25, ETCH_RANGE(double, 0.0, 1.0));

enum { SETTINGS = 13, KEYS = 20, UNKNOWN = 19 };

/* ---- a store, and a boot ---------------------------------------------------- */

static const struct simnor_shape shape = {.sector = {1024, 1024}, .unit = 4};
static struct explore_machine *flash;

static struct etch_kv kv;
static struct etch_settings settings;
static uint16_t index_of_keys[2 * KEYS];

static struct {
    const struct etch_setting *setting;
    enum etch_setting_news news;
} told[SETTINGS];
static unsigned tellings;

static void hear(const struct etch_setting *s, enum etch_setting_news news)
{
    assert_in_range(tellings, 0, SETTINGS - 1);
    told[tellings].setting = s;
    told[tellings++].news = news;
}

struct boot {
    void (*then)(void);
    struct etch_kv_config config;
    bool format;
};

static void boot(void *arg, const struct etch_nor *nor)
{
    struct boot *b = arg;
    b->config = (struct etch_kv_config){.nor = nor,
            .log = &etch_kv_plain,
            .index = index_of_keys,
            .keys = KEYS,
            .names = KEYS};
    assert_int_equal(
            b->format ? etch_kv_format(&kv, &b->config) : etch_kv_open(&kv, &b->config),
            ETCH_OK);
    tellings = 0;
    settings = (struct etch_settings){.kv = &kv, .report = hear};
    assert_int_equal(etch_settings_open(&settings), ETCH_OK);
    b->then();
}

static void run(void (*then)(void), bool format)
{
    struct boot b = {.then = then, .format = format};
    const struct explore_run r = {.limit = 10000000, .code = boot, .arg = &b};
    struct explore_outcome out = flash->ops->run(flash, &r);
    if (out.end != EXPLORE_DONE) {
        fail_msg("%s", out.text);
    }
}

/* Power comes, the settings are opened, and this is done. */
static void at_boot(void (*then)(void))
{
    run(then, false);
}

static int begin(void **state)
{
    flash = simnor_new(&shape);
    changes = 0;
    return flash ? 0 : -1;
}

static int end(void **state)
{
    flash->ops->drop(flash);
    return 0;
}

static void nothing(void)
{
}

static void format(void)
{
    run(nothing, true);
}

static void put(uint16_t id, const void *data, uint16_t len)
{
    assert_int_equal(etch_kv_put(&kv, id, data, len), ETCH_OK);
}

/* ---- reading and setting -------------------------------------------------------- */

static void check_initial(void)
{
    assert_int_equal(motor_limit, 1500);
    assert_int_equal(user_config[3], 4);
    assert_int_equal(trim, -5);
    assert_true(gain == 1.5f);
    assert_false(armed);
    assert_int_equal(ETCH_VALUE(cal)->gain, 1000);
    assert_string_equal(*ETCH_VALUE(host), "etch.local");
    assert_int_equal(tellings, 0);
    assert_int_equal(settings.news, 0);
}

static void without_a_change_all_have_their_initial_values(void **state)
{
    format();
    at_boot(check_initial);
}

static void set_all(void)
{
    assert_int_equal(ETCH_SET(&settings, motor_limit, 1800), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, user_config, 4, 3, 2, 1), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, trim, 9), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, gain, 0.5f), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, armed, true), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, cal, 7, 8), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, host, "example"), ETCH_OK);
    assert_int_equal(motor_limit, 1800);
}

static void check_all(void)
{
    assert_int_equal(motor_limit, 1800);
    assert_int_equal(user_config[0], 4);
    assert_int_equal(user_config[3], 1);
    assert_int_equal(trim, 9);
    assert_true(gain == 0.5f);
    assert_true(armed);
    assert_int_equal(ETCH_VALUE(cal)->offset, 7);
    assert_string_equal(*ETCH_VALUE(host), "example");
    assert_int_equal(tellings, 0);
}

static void what_is_set_is_there_at_the_next_boot(void **state)
{
    format();
    at_boot(set_all);
    at_boot(check_all);
}

static void refuse(void)
{
    assert_int_equal(ETCH_SET(&settings, motor_limit, 99), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, motor_limit, 3001), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, trim, -11), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, trim, 11), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, gain, 2.1f), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, gain, NAN), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, pairs, 3), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, curve, 1, 2, 100), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, curve, 0, 2, 3), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, big, 0), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, huge, 0), ETCH_E_RANGE);
    assert_int_equal(ETCH_SET(&settings, fine, 1.5), ETCH_E_RANGE);
    uint8_t two = 2;
    assert_int_equal(
            etch_setting_set(&settings, &etch_setting_armed, &two, 1), ETCH_E_RANGE);
    assert_int_equal(
            etch_setting_set(&settings, &etch_setting_trim, "12", 2), ETCH_E_RANGE);
    check_initial();
    assert_int_equal(changes, 0);
}

static void what_a_setting_may_not_be_is_refused_and_changes_nothing(void **state)
{
    format();
    at_boot(refuse);
    at_boot(check_initial);
}

static void set_again(void)
{
    uint32_t begin = kv.end;
    assert_int_equal(ETCH_SET(&settings, motor_limit, 200), ETCH_OK);
    uint32_t first = kv.end - begin;
    assert_int_equal(ETCH_SET(&settings, motor_limit, 300), ETCH_OK);
    uint32_t second = kv.end - begin - first;
    assert_int_equal(second, 8); /* a word and the value */
    assert_in_range(first, second + sizeof("motor_limit:u32"), 64);
}

static void set_later(void)
{
    uint32_t begin = kv.end;
    assert_int_equal(ETCH_SET(&settings, motor_limit, 400), ETCH_OK);
    assert_int_equal(kv.end - begin, 8);
}

static void a_label_is_written_once(void **state)
{
    format();
    at_boot(set_again);
    at_boot(set_later);
}

static void set_in_a_full_store(void)
{
    uint8_t much[200] = {0};
    uint16_t id = KEYS;
    char label[ETCH_KV_NAME_MAX + 1];
    while (etch_kv_put(&kv, id, much, sizeof(much)) == ETCH_OK) {
        id++;
    }
    enum etch_err err = ETCH_OK;
    for (uint16_t len = 8; err == ETCH_OK; len = (uint16_t)(len + 4)) {
        err = etch_kv_put(&kv, UNKNOWN, much, len);
    }
    assert_int_equal(ETCH_SET(&settings, host, "full"), ETCH_E_NOSPACE);
    assert_string_equal(*ETCH_VALUE(host), "etch.local");
    assert_int_equal(etch_kv_delete(&kv, UNKNOWN), ETCH_OK);
    assert_int_equal(etch_kv_delete(&kv, KEYS), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, host, "room"), ETCH_OK);
    assert_string_equal(*ETCH_VALUE(host), "room");
    assert_int_equal(etch_kv_name(&kv, 9, label, sizeof(label)), ETCH_OK);
    assert_string_equal(label, "host:char[16]");
}

static void what_the_store_refuses_is_not_in_the_variable(void **state)
{
    format();
    at_boot(set_in_a_full_store);
}

static void set_limits(void)
{
    assert_int_equal(ETCH_SET(&settings, motor_limit, 100), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, motor_limit, 3000), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, trim, -10), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, gain, 2.0f), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, curve, 1, 50, 99), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, big, -1), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, huge, 1), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, fine, 1.0), ETCH_OK);
}

static void the_ends_of_a_range_are_in_it(void **state)
{
    format();
    at_boot(set_limits);
}

static void set_one_twice(void)
{
    assert_int_equal(ETCH_SET(&settings, motor_limit, 200), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, motor_limit, 200), ETCH_OK);
    assert_int_equal(changes, 1);
    assert_ptr_equal(last_changed, &etch_setting_motor_limit);
    assert_int_equal(etch_setting_reset(&settings, &etch_setting_motor_limit), ETCH_OK);
    assert_int_equal(changes, 2);
}

static void changed_is_told_of_changes_only_and_not_at_start(void **state)
{
    format();
    at_boot(set_one_twice);
    at_boot(check_initial);
    assert_int_equal(changes, 2);
}

/* ---- other firmware -------------------------------------------------------------- */

static bool old_known;
static uint16_t old_travel_value = 12;
static const struct etch_setting old_travel = {.name = "travel",
        .value = &old_travel_value,
        .known = &old_known,
        .initial = &old_travel_value,
        .number = 8,
        .len = 2,
        .kind = ETCH_SETTING_UNSIGNED,
        .width = 2};

static uint16_t old_limit_value = 700;
static const struct etch_setting old_limit = {.name = "limit",
        .value = &old_limit_value,
        .known = &old_known,
        .initial = &old_limit_value,
        .number = 1,
        .len = 2,
        .kind = ETCH_SETTING_UNSIGNED,
        .width = 2};

static void store_old(void)
{
    uint16_t value = 34;
    old_known = false;
    assert_int_equal(etch_setting_set(&settings, &old_travel, &value, 2), ETCH_OK);
    old_known = false;
    assert_int_equal(etch_setting_set(&settings, &old_limit, &value, 2), ETCH_OK);
    put(UNKNOWN, "from a newer one", 16);
}

static void check_migrated(void)
{
    assert_int_equal(travel, 34000);
    assert_int_equal(motor_limit, 1500);
    assert_int_equal(tellings, 2);
    assert_int_equal(settings.news, 2);
    for (unsigned i = 0; i < 2; i++) {
        bool is_travel = told[i].setting == &etch_setting_travel;
        assert_int_equal(
                told[i].news, is_travel ? ETCH_SETTING_MIGRATED : ETCH_SETTING_OTHER);
    }
}

static void an_old_value_is_migrated_or_reported_and_stays_for_a_downgrade(void **state)
{
    format();
    at_boot(store_old);
    at_boot(check_migrated);
    at_boot(check_migrated);
}

static void set_travel(void)
{
    assert_int_equal(ETCH_SET(&settings, travel, 35000), ETCH_OK);
}

static void check_taken_over(void)
{
    char label[ETCH_KV_NAME_MAX + 1];
    assert_int_equal(travel, 35000);
    assert_int_equal(tellings, 1);
    assert_int_equal(etch_kv_name(&kv, 8, label, sizeof(label)), ETCH_OK);
    assert_string_equal(label, "travel:u32.1");
}

static void once_set_a_migrated_value_is_the_new_firmwares(void **state)
{
    format();
    at_boot(store_old);
    at_boot(set_travel);
    at_boot(check_taken_over);
}

static void set_three(void)
{
    assert_int_equal(ETCH_SET(&settings, motor_limit, 2345), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, host, "rot.example"), ETCH_OK);
    assert_int_equal(ETCH_SET(&settings, trim, -7), ETCH_OK);
}

/* One bit of a text in flash falls. */
static void rot(const char *text)
{
    enum { SIZE = 2048 };
    uint8_t cells[SIZE];
    size_t len = strlen(text);
    flash->ops->peek(flash, 0, cells, NULL, SIZE);
    for (size_t at = 0; at + len <= SIZE; at++) {
        if (memcmp(cells + at, text, len) == 0) {
            const uint8_t fallen = cells[at] & (uint8_t)(cells[at] - 1);
            flash->ops->poke(flash, (uint32_t)at, &fallen, 1);
            return;
        }
    }
    fail_msg("no %s in flash", text);
}

static void check_rotten(void)
{
    assert_int_equal(motor_limit, 1500);
    assert_string_equal(*ETCH_VALUE(host), "etch.local");
    assert_int_equal(trim, -7);
    assert_int_equal(tellings, 2);
    for (unsigned i = 0; i < tellings; i++) {
        assert_int_equal(told[i].news, ETCH_SETTING_LOST);
    }
    set_three();
}

static void check_mended(void)
{
    assert_int_equal(tellings, 0);
    assert_int_equal(motor_limit, 2345);
    assert_string_equal(*ETCH_VALUE(host), "rot.example");
    assert_int_equal(trim, -7);
}

/* Of one the type is lost, of another the value. */
static void what_rots_takes_nothing_with_it(void **state)
{
    format();
    at_boot(set_three);
    rot("motor_limit:");
    rot("rot.example");
    at_boot(check_rotten);
    at_boot(check_mended);
}

static void store_old_mark(void)
{
    uint16_t mark = 0x7A6D; /* "mz" */
    old_known = false;
    assert_int_equal(etch_setting_set(&settings, &old_travel, &mark, 2), ETCH_OK);
}

static void check_old_lost(void)
{
    assert_int_equal(travel, 70000);
    assert_int_equal(tellings, 1);
    assert_int_equal(told[0].news, ETCH_SETTING_LOST);
}

static void an_old_value_that_has_rotted_is_not_migrated(void **state)
{
    format();
    at_boot(store_old_mark);
    rot("mz");
    at_boot(check_old_lost);
}

static void store_garbage(void)
{
    uint32_t big_limit = 5000;
    put(1, &big_limit, 4);
    put(3, "ab", 2);
    put(6, "\3", 1);
    put(5, "\2", 1);
}

static void check_garbage(void)
{
    assert_int_equal(motor_limit, 1500);
    assert_int_equal(trim, -5);
    assert_int_equal(pairs, 2);
    assert_false(armed);
    assert_int_equal(tellings, 4);
    for (unsigned i = 0; i < tellings; i++) {
        assert_int_equal(told[i].news, ETCH_SETTING_REFUSED);
    }
}

static void a_stored_value_that_may_not_be_had_is_reported_not_used(void **state)
{
    format();
    at_boot(store_garbage);
    at_boot(check_garbage);
}

static void check_unknown(void)
{
    char text[16];
    uint16_t len;
    assert_int_equal(etch_kv_get(&kv, UNKNOWN, text, sizeof(text), &len), ETCH_OK);
    assert_memory_equal(text, "from a newer one", 16);
}

static void reset_all(void)
{
    assert_int_equal(etch_settings_reset(&settings, NULL), ETCH_OK);
}

static void keys_that_are_no_settings_survive_everything(void **state)
{
    format();
    at_boot(store_old);
    at_boot(set_all);
    at_boot(reset_all);
    at_boot(check_unknown);
}

/* ---- reset -------------------------------------------------------------------------- */

static bool is_text(const struct etch_setting *s)
{
    return s->kind == ETCH_SETTING_CHAR;
}

static void reset_texts(void)
{
    assert_int_equal(etch_settings_reset(&settings, is_text), ETCH_OK);
    assert_int_equal(user_config[0], 1);
}

static void check_texts_reset(void)
{
    assert_string_equal(*ETCH_VALUE(host), "etch.local");
    assert_int_equal(user_config[0], 1);
    assert_int_equal(motor_limit, 1800);
}

static void some_are_reset_and_others_stay(void **state)
{
    format();
    at_boot(set_all);
    at_boot(reset_texts);
    at_boot(check_texts_reset);
}

static void all_are_reset(void **state)
{
    format();
    at_boot(set_all);
    at_boot(reset_all);
    at_boot(check_initial);
}

/* ---- the list and the labels ------------------------------------------------------- */

static void every_setting_is_in_the_list_once_and_found_by_name(void **state)
{
    size_t n;
    unsigned seen = 0;
    const struct etch_setting *const *all = etch_settings_all(&n);
    assert_int_equal(n, SETTINGS);
    for (size_t i = 0; i < n; i++) {
        seen |= 1u << all[i]->number;
        assert_ptr_equal(etch_setting_find(all[i]->name), all[i]);
    }
    assert_int_equal(seen, (1u << (SETTINGS + 1)) - 2);
    assert_null(etch_setting_find("motor_limi"));
    assert_null(etch_setting_find("motor_limits"));
}

static void a_label_says_name_type_count_and_version(void **state)
{
    static const struct {
        const struct etch_setting *setting;
        const char *label;
    } labels[] = {
            {&etch_setting_motor_limit, "motor_limit:u32"},
            {&etch_setting_user_config, "user_config:char[4]"},
            {&etch_setting_trim, "trim:i8"},
            {&etch_setting_gain, "gain:f32"},
            {&etch_setting_armed, "armed:bool"},
            {&etch_setting_cal, "cal:bytes[4]"},
            {&etch_setting_travel, "travel:u32.1"},
            {&etch_setting_curve, "curve:u16[3]"},
            {&etch_setting_big, "big:i64"},
            {&etch_setting_fine, "fine:f64"},
    };
    for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
        char label[ETCH_KV_NAME_MAX + 1];
        uint16_t len = etch_setting_label(labels[i].setting, label);
        assert_string_equal(label, labels[i].label);
        assert_int_equal(len, strlen(label));
    }
}

static void the_longest_label_fits_into_a_name(void **state)
{
    static const struct etch_setting longest = {.name = "a234567890123456789012345678",
            .len = 65535,
            .kind = ETCH_SETTING_BYTES,
            .width = 1,
            .version = 255};
    char label[ETCH_KV_NAME_MAX + 1];
    assert_in_range(etch_setting_label(&longest, label), 1, ETCH_KV_NAME_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(
                    without_a_change_all_have_their_initial_values, begin, end),
            cmocka_unit_test_setup_teardown(
                    what_is_set_is_there_at_the_next_boot, begin, end),
            cmocka_unit_test_setup_teardown(
                    what_a_setting_may_not_be_is_refused_and_changes_nothing, begin, end),
            cmocka_unit_test_setup_teardown(a_label_is_written_once, begin, end),
            cmocka_unit_test_setup_teardown(
                    what_the_store_refuses_is_not_in_the_variable, begin, end),
            cmocka_unit_test_setup_teardown(the_ends_of_a_range_are_in_it, begin, end),
            cmocka_unit_test_setup_teardown(
                    changed_is_told_of_changes_only_and_not_at_start, begin, end),
            cmocka_unit_test_setup_teardown(
                    an_old_value_is_migrated_or_reported_and_stays_for_a_downgrade, begin,
                    end),
            cmocka_unit_test_setup_teardown(
                    once_set_a_migrated_value_is_the_new_firmwares, begin, end),
            cmocka_unit_test_setup_teardown(what_rots_takes_nothing_with_it, begin, end),
            cmocka_unit_test_setup_teardown(
                    an_old_value_that_has_rotted_is_not_migrated, begin, end),
            cmocka_unit_test_setup_teardown(
                    a_stored_value_that_may_not_be_had_is_reported_not_used, begin, end),
            cmocka_unit_test_setup_teardown(
                    keys_that_are_no_settings_survive_everything, begin, end),
            cmocka_unit_test_setup_teardown(some_are_reset_and_others_stay, begin, end),
            cmocka_unit_test_setup_teardown(all_are_reset, begin, end),
            cmocka_unit_test(every_setting_is_in_the_list_once_and_found_by_name),
            cmocka_unit_test(a_label_says_name_type_count_and_version),
            cmocka_unit_test(the_longest_label_fits_into_a_name),
    };
    return cmocka_run_group_tests(tests, plug_in, unplug);
}
