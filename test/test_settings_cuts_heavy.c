/* test_settings_cuts_heavy.c - power fails while settings are changed, one of
 * them together with its type.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "explore/simnor.h"
#include "settings/settings.h"
#include "support/cm.h"
#include "support/plug.h"

ETCH_SETTING(1, uint32_t, motor_limit, 1500, ETCH_RANGE(uint32_t, 100, 3000));
ETCH_SETTING_ARRAY(2, char, 4, user_config, (1, 2, 3, 4));

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

ETCH_SETTING(8, uint32_t, travel, 70000, .version = 1, .migrate = to_micrometres);

/* As the firmware before this one had it. */
static bool old_known;
static uint16_t old_travel_value;
static const struct etch_setting old_travel = {.name = "travel",
        .value = &old_travel_value,
        .known = &old_known,
        .initial = &old_travel_value,
        .number = 8,
        .len = 2,
        .kind = ETCH_SETTING_UNSIGNED,
        .width = 2};

enum { KEYS = 9 };

static const struct simnor_shape shape = {.sector = {1024, 1024}, .unit = 4};
static struct etch_kv kv;
static struct etch_settings settings;
static uint16_t index_of_keys[KEYS];

/* The scenario: settings are set in turn to what follows from a counter, one
 * of them with a change of its type. Settings live in statics, so it wants
 * one job. */
struct world {
    uint8_t now[3], next[3];
    uint8_t turn;
};

static uint32_t limit_of(uint8_t n)
{
    return 100u + n;
}

static void open_in(struct explore_ctx *c, struct etch_kv_config *config)
{
    *config = (struct etch_kv_config){
            .nor = c->nor, .log = &etch_kv_plain, .index = index_of_keys, .keys = KEYS};
    enum etch_err err = etch_kv_open(&kv, config);
    explore_expect(err == ETCH_OK, "open: %d", err);
    settings = (struct etch_settings){.kv = &kv};
    err = etch_settings_open(&settings);
    explore_expect(err == ETCH_OK, "settings: %d", err);
}

static void set_up(struct explore_ctx *c)
{
    const struct etch_kv_config config = {
            .nor = c->nor, .log = &etch_kv_plain, .index = index_of_keys, .keys = KEYS};
    struct world *w = c->world;
    uint16_t mm = 0;
    explore_expect(etch_kv_format(&kv, &config) == ETCH_OK, "format");
    settings = (struct etch_settings){.kv = &kv};
    old_known = false;
    explore_expect(etch_setting_set(&settings, &old_travel, &mm, 2) == ETCH_OK, "old");
    w->now[0] = 0xFF; /* initial */
    w->now[1] = 0xFF;
    memcpy(w->next, w->now, sizeof(w->now));
}

static void set_turn(struct explore_ctx *c)
{
    struct world *w = c->world;
    struct etch_kv_config config;
    open_in(c, &config);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t n = (uint8_t)(w->turn % 200);
        unsigned which = w->turn++ % 3;
        w->next[which] = n;
        enum etch_err err = which == 0 ? ETCH_SET(&settings, motor_limit, limit_of(n))
                            : which == 1
                                    ? ETCH_SET(&settings, user_config, (char)n, 1, 2, 3)
                                    : ETCH_SET(&settings, travel, n * 1000u);
        explore_expect(err == ETCH_OK, "set %u: %d", which, err);
        w->now[which] = n;
    }
}

static void check_one(struct world *w, unsigned which, uint8_t found)
{
    explore_expect(found == w->now[which] || found == w->next[which],
            "setting %u reads %u, was %u, became %u", which, found, w->now[which],
            w->next[which]);
    w->now[which] = found;
    w->next[which] = found;
}

static void check_world(struct explore_ctx *c)
{
    struct world *w = c->world;
    struct etch_kv_config config;
    open_in(c, &config);
    check_one(w, 0, motor_limit == 1500 ? 0xFF : (uint8_t)(motor_limit - 100));
    check_one(w, 1, user_config[3] == 4 ? 0xFF : (uint8_t)user_config[0]);
    explore_expect(travel % 1000 == 0, "travel is %u", (unsigned)travel);
    check_one(w, 2, (uint8_t)(travel / 1000));
}

static struct explore_machine *new_flash(const void *param)
{
    return simnor_new(&shape);
}

static const struct explore_scenario scenario = {.name = "settings",
        .world_size = sizeof(struct world),
        .setup = set_up,
        .body = set_turn,
        .check = check_world,
        .after = set_turn};

static void a_cut_leaves_each_setting_old_or_new_and_its_type_with_it(void **state)
{
    static struct explore_report report;
    const struct explore_case c = {.scenario = &scenario, .machine = new_flash};
    const struct explore_options o = {.depth = 2};
    assert_true(explore_campaign(&c, &o, &report));
    if (report.failed) {
        fail_msg("%s: %s", report.failure[0].id, report.failure[0].text);
    }
    assert_true(report.complete);
    assert_in_range(report.points, 20, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_cut_leaves_each_setting_old_or_new_and_its_type_with_it),
    };
    return cmocka_run_group_tests(tests, plug_in, unplug);
}
