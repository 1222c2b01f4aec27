/* test_settings_random_heavy.c - firmware after firmware on one store: each has settings
 * of other types, ranges and names under the same numbers, keys that something else has
 * put are among them, and the power fails. Each history comes from a number, which a
 * failure tells. A few are lived through here; with two arguments, so many from a number
 * on:
 *
 *     build/host/test/test_settings_random_heavy 1000 5000
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "explore/explore.h"
#include "explore/simnor.h"
#include "settings/settings.h"
#include "support/cm.h"
#include "support/plug.h"

enum { SLOTS = 6, NUMBERS = 9, VALUE_MAX = 144, BOOTS = 40 };

static uint64_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}

/* ---- a firmware's settings -------------------------------------------------------------
 */

/* The list is the linker's and stays; what is in it is another firmware's each time. */
static struct etch_setting slot[SLOTS];

#define SLOT(i_)                                       \
    static const struct etch_setting *const entry_##i_ \
            __attribute__((section("etch_settings"), used)) = &slot[i_]
SLOT(0);
SLOT(1);
SLOT(2);
SLOT(3);
SLOT(4);
SLOT(5);

static struct {
    _Alignas(8) uint8_t value[VALUE_MAX];
    uint8_t initial[VALUE_MAX];
    uint8_t min[8], max[8];
    char name[ETCH_SETTING_NAME_MAX + 1];
    bool known;
    unsigned changes;
    unsigned tellings;
    enum etch_setting_news told;
} of[SLOTS];

static unsigned slot_of(const void *value)
{
    unsigned i = 0;
    while (of[i].value != value) {
        i++;
    }
    return i;
}

static void note_change(const struct etch_setting *s)
{
    of[slot_of(s->value)].changes++;
}

static void hear(const struct etch_setting *s, enum etch_setting_news news)
{
    unsigned i = slot_of(s->value);
    of[i].tellings++;
    of[i].told = news;
}

static bool is_valid(const void *value)
{
    return *(const uint8_t *)value != 13;
}

/* What comes of an old value follows from all that is told of it. */
static bool remake(const struct etch_setting_old *old, uint8_t *value, uint16_t len)
{
    uint32_t sum = old->len;
    for (const char *at = old->type; *at != '\0'; at++) {
        sum = sum * 31 + (uint8_t)*at;
    }
    for (unsigned i = 0; i < old->len; i++) {
        sum = sum * 31 + ((const uint8_t *)old->data)[i];
    }
    memset(value, 0, len);
    value[0] = (uint8_t)(sum & 1);
    return sum % 3 != 0;
}

/* One for each slot: what they are given may be the setting or a place aside. */
#define MIGRATE(i_)                                                           \
    static bool migrate_##i_(const struct etch_setting_old *old, void *value) \
    {                                                                         \
        return memcmp(value, of[i_].initial, slot[i_].len) == 0 &&            \
               remake(old, value, slot[i_].len);                              \
    }
MIGRATE(0)
MIGRATE(1)
MIGRATE(2)
MIGRATE(3)
MIGRATE(4)
MIGRATE(5)
static bool (*const migrate[SLOTS])(const struct etch_setting_old *old, void *value) = {
        migrate_0, migrate_1, migrate_2, migrate_3, migrate_4, migrate_5};

/* A small number as each kind has it. */
static void encode(uint8_t kind, uint8_t width, int n, uint8_t *to)
{
    float single = (float)n;
    double precise = n;
    int64_t whole = n;
    bool is_float = kind == ETCH_SETTING_FLOAT;
    memcpy(to,
            !is_float    ? (const void *)&whole
            : width == 4 ? (const void *)&single
                         : (const void *)&precise,
            width);
}

static double decode(uint8_t kind, uint8_t width, const uint8_t *from)
{
    float single;
    double precise;
    uint64_t whole = 0;
    memcpy(&single, from, sizeof(single));
    memcpy(&whole, from, width);
    memcpy(&precise, &whole, sizeof(precise));
    if (kind == ETCH_SETTING_FLOAT) {
        return width == 4 ? (double)single : precise;
    }
    if (kind == ETCH_SETTING_UNSIGNED) {
        return (double)whole;
    }
    return width == 1   ? (double)(int8_t)whole
           : width == 2 ? (double)(int16_t)whole
           : width == 4 ? (double)(int32_t)whole
                        : (double)(int64_t)whole;
}

static bool has_range(const struct etch_setting *s)
{
    return s->kind != ETCH_SETTING_BYTES && s->kind != ETCH_SETTING_CHAR &&
           s->kind != ETCH_SETTING_BOOL;
}

/* As the header says, in other words. */
static bool may_be(const struct etch_setting *s, const uint8_t *value)
{
    for (unsigned at = 0; at < s->len; at += s->width) {
        if (s->kind == ETCH_SETTING_BOOL && value[at] > 1) {
            return false;
        }
        if (!has_range(s)) {
            continue;
        }
        double n = decode(s->kind, s->width, value + at);
        if ((s->min && !(n >= decode(s->kind, s->width, s->min))) ||
                (s->max && !(n <= decode(s->kind, s->width, s->max)))) {
            return false;
        }
    }
    return !s->valid || value[0] != 13;
}

static void any_value(const struct etch_setting *s, uint8_t *value)
{
    for (unsigned at = 0; at < s->len; at += s->width) {
        if (has_range(s)) {
            encode(s->kind, s->width, (int)any(60), value + at);
        } else if (s->kind == ETCH_SETTING_BOOL) {
            value[at] = (uint8_t)any(any(20) ? 2 : 3);
        } else {
            value[at] = (uint8_t)any(256);
        }
    }
}

/* "name:i16[3].2" */
static void label_of(const struct etch_setting *s, char label[ETCH_KV_NAME_MAX + 1])
{
    static const char *const kinds[] = {"bytes", "bool", "u", "i", "f", "char"};
    char bits[8] = "";
    char count[12] = "";
    char version[8] = "";
    if (has_range(s)) {
        (void)snprintf(bits, sizeof(bits), "%u", s->width * 8u);
    }
    if (s->kind == ETCH_SETTING_BYTES || s->len != s->width) {
        (void)snprintf(count, sizeof(count), "[%u]", (unsigned)s->len / s->width);
    }
    if (s->version) {
        (void)snprintf(version, sizeof(version), ".%u", s->version);
    }
    (void)snprintf(label, ETCH_KV_NAME_MAX + 1, "%s:%s%s%s%s", s->name, kinds[s->kind],
            bits, count, version);
}

static void any_setting(unsigned i, uint16_t number)
{
    static const struct {
        uint8_t kind, width;
    } types[] = {{ETCH_SETTING_UNSIGNED, 4}, {ETCH_SETTING_UNSIGNED, 1},
            {ETCH_SETTING_UNSIGNED, 8}, {ETCH_SETTING_SIGNED, 1},
            {ETCH_SETTING_SIGNED, 2}, {ETCH_SETTING_SIGNED, 4}, {ETCH_SETTING_FLOAT, 4},
            {ETCH_SETTING_FLOAT, 8}, {ETCH_SETTING_BOOL, 1}, {ETCH_SETTING_CHAR, 1},
            {ETCH_SETTING_BYTES, 1}};
    unsigned type = any(sizeof(types) / sizeof(*types));
    uint8_t width = types[type].width;
    unsigned most = any(6) ? 4 : VALUE_MAX / width;
    memset(&of[i], 0, sizeof(of[i]));
    (void)snprintf(of[i].name, sizeof(of[i].name), "s%u%.*s", number, (int)any(26),
            "_a_name_that_goes_on_and_on");
    slot[i] = (struct etch_setting){.name = of[i].name,
            .value = of[i].value,
            .known = &of[i].known,
            .initial = of[i].initial,
            .number = number,
            .len = (uint16_t)(width * (any(2) ? 1 : 1 + any(most))),
            .kind = types[type].kind,
            .width = width,
            .version = (uint8_t)(any(3) ? 0 : any(256)),
            .min = any(3) ? NULL : of[i].min,
            .max = any(3) ? NULL : of[i].max,
            .valid = any(3) ? NULL : is_valid,
            .migrate = any(2) ? NULL : migrate[i],
            .changed = note_change};
    encode(slot[i].kind, width, (int)any(10), of[i].min);
    encode(slot[i].kind, width, 30 + (int)any(20), of[i].max);
    any_value(&slot[i], of[i].initial);
}

/* Some settings stay as they were. */
static void update_firmware(bool all)
{
    bool taken[NUMBERS] = {false};
    bool stays[SLOTS] = {false};
    for (unsigned i = 0; i < SLOTS; i++) {
        stays[i] = !all && any(3) != 0;
        taken[slot[i].number] |= stays[i];
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        uint32_t number = any(NUMBERS);
        while (!stays[i] && taken[number]) {
            number = (number + 1) % NUMBERS;
        }
        if (!stays[i]) {
            taken[number] = true;
            any_setting(i, (uint16_t)number);
        }
    }
}

/* ---- what the store holds ---------------------------------------------------------------
 */

struct key {
    bool there, counts;
    uint16_t len;
    uint8_t value[VALUE_MAX];
    char label[ETCH_KV_NAME_MAX + 1];
};

static struct key now[NUMBERS];
static struct key then[NUMBERS]; /* if what is under way has happened */
static struct etch_kv kv;
static struct etch_settings settings;
static uint16_t index_of_keys[2 * NUMBERS];
static char wrong[200];
static unsigned steps;

static bool is_wrong(const char *what, unsigned number)
{
    (void)snprintf(wrong, sizeof(wrong), "%s, number %u", what, number);
    return false;
}

static bool load(unsigned number, struct key *key)
{
    memset(key, 0, sizeof(*key));
    enum etch_err err =
            etch_kv_get(&kv, (uint16_t)number, key->value, VALUE_MAX, &key->len);
    if (err != ETCH_OK && err != ETCH_E_NOENT) {
        return false;
    }
    uint32_t count;
    key->there = err == ETCH_OK;
    key->counts = etch_kv_count(&kv, (uint16_t)number, &count) == ETCH_OK;
    err = etch_kv_name(&kv, (uint16_t)number, key->label, sizeof(key->label));
    return err == ETCH_OK || err == ETCH_E_NOENT;
}

static bool is_same(const struct key *a, const struct key *b)
{
    return a->there == b->there && strcmp(a->label, b->label) == 0 &&
           (!a->there || (a->counts == b->counts && a->len == b->len &&
                                 memcmp(a->value, b->value, a->len) == 0));
}

/* Each key is as it was or as it was to be. */
static bool store_agrees(void)
{
    for (unsigned n = 0; n < NUMBERS; n++) {
        struct key found;
        if (!load(n, &found) ||
                (!is_same(&found, &now[n]) && !is_same(&found, &then[n]))) {
            return is_wrong("the store does not hold what it must", n);
        }
        now[n] = then[n] = found;
    }
    return true;
}

static const char *type_in(const char *label)
{
    const char *colon = strchr(label, ':');
    return colon ? colon + 1 : label;
}

/* What this firmware must see of a key. -1: nothing to tell. */
static int expect(const struct etch_setting *s, const struct key *key, uint8_t *value)
{
    char label[ETCH_KV_NAME_MAX + 1];
    label_of(s, label);
    memcpy(value, s->initial, s->len);
    if (!key->there) {
        return -1;
    }
    if (key->label[0] != '\0' && strcmp(type_in(label), type_in(key->label)) != 0) {
        uint8_t made[VALUE_MAX];
        const struct etch_setting_old old = {
                .data = key->value, .len = key->len, .type = type_in(key->label)};
        if (!s->migrate || key->len > ETCH_SETTING_OLD_MAX ||
                !remake(&old, made, s->len) || !may_be(s, made)) {
            return ETCH_SETTING_OTHER;
        }
        memcpy(value, made, s->len);
        return ETCH_SETTING_MIGRATED;
    }
    if (key->len != s->len || !may_be(s, key->value)) {
        return ETCH_SETTING_REFUSED;
    }
    memcpy(value, key->value, s->len);
    return -1;
}

static bool open_agrees(void)
{
    unsigned news = 0;
    for (unsigned i = 0; i < SLOTS; i++) {
        of[i].tellings = 0;
        of[i].changes = 0;
        memset(of[i].value, 0xA5, VALUE_MAX);
    }
    settings = (struct etch_settings){.kv = &kv, .report = hear};
    if (etch_settings_open(&settings) != ETCH_OK) {
        return is_wrong("settings do not open", 0);
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        uint8_t value[VALUE_MAX];
        int told = expect(&slot[i], &now[slot[i].number], value);
        news += told >= 0;
        if (memcmp(value, of[i].value, slot[i].len) != 0 || of[i].changes != 0) {
            return is_wrong("another value than it must have", slot[i].number);
        }
        if (of[i].tellings != (told >= 0) || (told >= 0 && (int)of[i].told != told)) {
            return is_wrong("told otherwise", slot[i].number);
        }
    }
    return news == settings.news || is_wrong("miscounted", 0);
}

/* ---- what is done -------------------------------------------------------------------------
 */

static void happened(void)
{
    memcpy(now, then, sizeof(now));
}

/* Err is what it must be, or there is no room; the key in flash and the value in RAM
 * are as that says. */
static bool agrees(unsigned i, enum etch_err err, enum etch_err want,
        const uint8_t *before, const uint8_t *after)
{
    const struct etch_setting *s = &slot[i];
    bool done = err == ETCH_OK;
    if (err != want && !(err == ETCH_E_NOSPACE && want == ETCH_OK)) {
        return is_wrong(etch_err_name(err), s->number);
    }
    if (done) {
        happened();
    } else {
        memcpy(then, now, sizeof(then));
    }
    if (memcmp(of[i].value, done ? after : before, s->len) != 0) {
        return is_wrong("not what it was set to", s->number);
    }
    if (of[i].changes != (done && memcmp(before, after, s->len) != 0)) {
        return is_wrong("changes are not told as they should be", s->number);
    }
    of[i].changes = 0;
    return store_agrees();
}

static bool set(unsigned i)
{
    const struct etch_setting *s = &slot[i];
    struct key *key = &then[s->number];
    uint8_t before[VALUE_MAX];
    uint8_t value[VALUE_MAX] = {0};
    uint16_t len = (uint16_t)(any(20) ? s->len : s->len + 1);
    memcpy(before, of[i].value, s->len);
    any_value(s, value);
    bool good = len == s->len && may_be(s, value);
    if (good) {
        key->there = true;
        key->counts = false;
        key->len = len;
        memcpy(key->value, value, len);
        label_of(s, key->label);
    }
    enum etch_err err = etch_setting_set(&settings, s, value, len);
    return agrees(i, err, good ? ETCH_OK : ETCH_E_RANGE, before, value);
}

static bool reset(unsigned i)
{
    uint8_t before[VALUE_MAX];
    memcpy(before, of[i].value, slot[i].len);
    then[slot[i].number].there = false;
    enum etch_err err = etch_setting_reset(&settings, &slot[i]);
    return agrees(i, err, ETCH_OK, before, of[i].initial);
}

static bool is_odd(const struct etch_setting *s)
{
    return s->number % 2 != 0;
}

static bool reset_odd(void)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        then[slot[i].number].there &= !is_odd(&slot[i]);
    }
    if (etch_settings_reset(&settings, is_odd) != ETCH_OK) {
        return is_wrong("not all are reset", 0);
    }
    happened();
    for (unsigned i = 0; i < SLOTS; i++) {
        of[i].changes = 0;
        if (is_odd(&slot[i]) && memcmp(of[i].value, of[i].initial, slot[i].len) != 0) {
            return is_wrong("not reset", slot[i].number);
        }
    }
    return store_agrees();
}

static bool is_setting(unsigned number)
{
    bool found = false;
    for (unsigned i = 0; i < SLOTS; i++) {
        found = found || slot[i].number == number;
    }
    return found;
}

/* Something else has a key, of which this firmware has no setting. */
static bool other(void)
{
    uint16_t number = (uint16_t)any(NUMBERS);
    struct key *key = &then[number];
    enum etch_err err;
    if (is_setting(number)) {
        return true;
    }
    if (any(4) == 0) {
        uint32_t n = 0;
        if (key->there && key->counts) {
            memcpy(&n, key->value, sizeof(n));
        }
        n++;
        key->there = key->counts = true;
        key->len = sizeof(n);
        memcpy(key->value, &n, sizeof(n));
        err = etch_kv_put_tick(&kv, number);
    } else if (any(4) == 0) {
        (void)snprintf(key->label, sizeof(key->label), "x%s", any(2) ? ":u32" : "");
        err = etch_kv_put_name(&kv, number, key->label);
    } else {
        key->there = true;
        key->counts = false;
        key->len = (uint16_t)(any(3) ? 1 + any(8) : any(VALUE_MAX));
        for (unsigned i = 0; i < key->len; i++) {
            key->value[i] = (uint8_t)any(any(2) ? 256 : 3);
        }
        err = etch_kv_put(&kv, number, key->value, key->len);
    }
    if (err == ETCH_E_NOSPACE) {
        memcpy(then, now, sizeof(then));
    } else if (err != ETCH_OK) {
        return is_wrong(etch_err_name(err), number);
    }
    happened();
    return store_agrees();
}

static bool act(void)
{
    switch (any(12)) {
    case 0: return reset(any(SLOTS));
    case 1: return any(4) != 0 || reset_odd();
    case 2:
    case 3: return other();
    case 4: return etch_kv_tidy(&kv) == ETCH_OK || is_wrong("tidy", 0);
    default: return set(any(SLOTS));
    }
}

/* ---- boots --------------------------------------------------------------------------------
 */

static void boot(void *arg, const struct etch_nor *nor)
{
    struct etch_kv_config config = {.nor = nor,
            .log = &etch_kv_plain,
            .index = index_of_keys,
            .keys = NUMBERS,
            .names = (uint16_t)any(NUMBERS + 1)};
    const bool *format = arg;
    enum etch_err err =
            *format ? etch_kv_format(&kv, &config) : etch_kv_open(&kv, &config);
    if (err != ETCH_OK) {
        (void)is_wrong(etch_err_name(err), 0);
        return;
    }
    bool good = store_agrees() && open_agrees();
    for (; good && steps > 0; steps--) {
        good = act();
    }
}

static void power_up(struct explore_machine *flash, bool format)
{
    struct silicon_tear tear = explore_tears[any(explore_tears_n)];
    const struct explore_run run = {.phase = EXPLORE_BODY,
            .cut = any(3) && !format ? 1 + any(any(2) ? 200 : 20) : 0,
            .tear = tear,
            .reads = any(4),
            .limit = 1u << 28,
            .code = boot,
            .arg = &format};
    steps = 1 + any(30);
    struct explore_outcome out = flash->ops->run(flash, &run);
    if (out.end != EXPLORE_DONE && out.end != EXPLORE_CUT && wrong[0] == '\0') {
        (void)snprintf(wrong, sizeof(wrong), "%.180s", out.text);
    }
}

static void live(uint64_t number)
{
    static const struct simnor_shape shapes[] = {
            {.sector = {4096, 4096}, .unit = 4},
            {.sector = {1024, 1024, 2048, 1536}, .unit = 1},
            {.sector = {2048, 2048, 2048}, .unit = 2},
            {.sector = {1024, 1024}, .unit = 4}, /* too small for all there may be */
    };
    seed = number * 0x9E3779B97F4A7C15u;
    memset(now, 0, sizeof(now));
    memset(then, 0, sizeof(then));
    wrong[0] = '\0';
    update_firmware(true);
    struct explore_machine *flash = simnor_new(&shapes[any(4)]);
    assert_non_null(flash);
    power_up(flash, true);
    for (unsigned i = 0; i < BOOTS && wrong[0] == '\0'; i++) {
        if (any(3) == 0) {
            update_firmware(any(5) == 0);
        }
        power_up(flash, false);
    }
    flash->ops->drop(flash);
    if (wrong[0] != '\0') {
        fail_msg("history %u: %s", (unsigned)number, wrong);
    }
}

/* The first number, and how many. */
static uint64_t first = 1;
static uint64_t number = 150;

static void each_firmware_finds_what_it_may_have(void **state)
{
    for (uint64_t n = first; n < first + number; n++) {
        live(n);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3) {
        first = strtoull(argv[1], NULL, 0);
        number = strtoull(argv[2], NULL, 0);
    }
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(each_firmware_finds_what_it_may_have),
    };
    return cmocka_run_group_tests(tests, plug_in, unplug);
}
