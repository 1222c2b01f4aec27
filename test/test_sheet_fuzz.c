/* test_sheet_fuzz.c - any bytes as CSV, JSON, table, type, value or ELF: an answer
 * or a refusal in one line. And whatever a store may hold is printed so that it
 * is read back to the same keys.
 *
 * Seeded, so a failure comes again. ETCH_FUZZ_ROUNDS asks for more.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sheet/keys.h"
#include "sheet/table.h"
#include "support/cm.h"

enum { ROUNDS = 3000, ELF_ROUNDS = 150, KEYS = 6 };

static uint64_t state_of_chance;
static struct firmware fw;

static uint32_t chance(uint32_t below)
{
    state_of_chance = state_of_chance * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state_of_chance >> 32) * below >> 32);
}

static unsigned rounds(unsigned usual)
{
    const char *more = getenv("ETCH_FUZZ_ROUNDS");
    return more != NULL ? (unsigned)strtoul(more, NULL, 10) : usual;
}

/* ---- bytes that mean little --------------------------------------------------------- */

/* Pieces of what the readers look for. */
static const char *const words[] = {"key", ",", "\n", "\"", "\r\n", "type", "encoding",
        "value", "id", "data", "file", "namespace", "u8", "i64", "f32", "hex2bin",
        "base64", "string", "binary", "counter", "char[4]", "bytes[", "]", "1", "0x", "-",
        "65534", "999999999999", "motor_limit", "user_config", "=", ":", ".", "{", "}",
        "[", "\"key\"", ": ", "null", "true", "1e999", "\\u0000", "\\", "#", " ",
        "\xEF\xBB\xBF", "\xC3\xA9", "\xFF", "hex:", "nan", "key,type,encoding,value,id\n",
        "key,value,encoding,id\na,1,u8,1\n", "[{\"key\":\"a\",\"id\":1,"};
enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* Exactly as long as it says, so that a byte too many is noticed. */
static char *make_bytes(size_t *len)
{
    char text[600];
    size_t n = 0;
    if (chance(2) == 0) {
        const char *start = words[WORDS - 1 - chance(3)];
        n = strlen(start);
        memcpy(text, start, n);
    }
    for (uint32_t pieces = chance(40); pieces > 0; pieces--) {
        const char *word = words[chance(WORDS)];
        size_t word_len = strlen(word);
        if (n + word_len + 1 >= sizeof(text)) {
            break;
        }
        memcpy(text + n, word, word_len);
        n += word_len;
        if (chance(30) == 0) {
            text[n++] = (char)chance(256);
        }
    }
    char *exact = malloc(n == 0 ? 1 : n);
    assert_non_null(exact);
    memcpy(exact, text, n);
    *len = n;
    return exact;
}

static void is_refusal(const char *why)
{
    assert_true(strlen(why) > 5 && strlen(why) < SHEET_WHY);
    for (const char *c = why; *c != '\0'; c++) {
        assert_true((unsigned char)*c >= ' ');
    }
}

/* What keys.h promises of keys that were read. */
static void check_keys(const struct keys *keys)
{
    for (size_t i = 0; i < keys->n; i++) {
        const struct key *key = &keys->key[i];
        assert_true(i == 0 || keys->key[i - 1].id < key->id);
        assert_true(key->id <= KEYS_ID_MAX && strlen(key->name) <= KEYS_NAME_MAX);
        assert_true(key->len <= KEYS_LEN_MAX &&
                    (!key->counter || key->id <= KEYS_COUNTER_MAX));
    }
}

static bool read_keys(const struct sheet *sheet, struct keys *keys)
{
    char why[SHEET_WHY] = "";
    const struct keys_config config = {
            .fw = chance(2) == 0 ? &fw : NULL, .numbered = chance(2) == 0};
    if (keys_read(keys, sheet, &config, why)) {
        check_keys(keys);
        return true;
    }
    is_refusal(why);
    return false;
}

static void any_sheet_is_read_or_refused(void **state)
{
    unsigned sheets = 0;
    unsigned made = 0;
    for (unsigned i = 0; i < rounds(20 * ROUNDS); i++) {
        struct sheet sheet;
        struct keys keys;
        char why[SHEET_WHY] = "";
        size_t len;
        state_of_chance = i;
        char *bytes = make_bytes(&len);
        if (sheet_parse(&sheet, "a.csv", bytes, len, why)) {
            sheets++;
            if (read_keys(&sheet, &keys)) {
                made += keys.n > 0;
                keys_free(&keys);
            }
            sheet_free(&sheet);
        } else {
            is_refusal(why);
        }
        free(bytes);
    }
    assert_true(sheets > 0 && made > 0);
}

static void any_table_is_read_or_refused(void **state)
{
    unsigned read = 0;
    struct sheet base = {.n = 0};
    char why[SHEET_WHY];
    assert_true(sheet_add_word(&base, "motor_limit=1000", why));
    for (unsigned i = 0; i < rounds(5 * ROUNDS); i++) {
        struct table table;
        size_t len;
        state_of_chance = 77777 + i;
        char *bytes = make_bytes(&len);
        memset(why, 0, sizeof(why));
        if (!table_parse(&table, "t.csv", bytes, len, why)) {
            is_refusal(why);
            free(bytes);
            continue;
        }
        read++;
        (void)table_check(&table, &base, &fw, "{key}", why);
        struct sheet rows;
        struct keys keys;
        size_t device = chance((uint32_t)table.n);
        assert_true(table_rows(&table, device, &base, &fw, &rows));
        if (read_keys(&rows, &keys)) {
            keys_free(&keys);
        }
        char *path = table_path(&table, device, "{key}-{user_config}", why);
        assert_true(path == NULL || strchr(path, '/') == NULL);
        free(path);
        sheet_free(&rows);
        table_free(&table);
        free(bytes);
    }
    assert_true(read > 0);
    sheet_free(&base);
}

static void any_type_and_value_is_read_or_refused(void **state)
{
    static uint8_t value[8 * 65535];
    unsigned read = 0;
    for (unsigned i = 0; i < rounds(20 * ROUNDS); i++) {
        struct type type;
        char why[TYPE_WHY];
        char text[200] = "";
        state_of_chance = 99999 + i;
        for (uint32_t n = 1 + chance(3); n > 0; n--) {
            strcat(text, words[chance(WORDS - 3)]);
        }
        if (!type_read(text, &type)) {
            continue;
        }
        assert_true(type_len(&type) > 0 && type_len(&type) <= 65535 * 8);
        text[0] = '\0';
        for (uint32_t n = chance(4); n > 0; n--) {
            strcat(text, words[chance(WORDS - 3)]);
        }
        read += type_value(&type, text, value, why);
    }
    assert_true(read > 0);
}

/* ---- there and back --------------------------------------------------------------------- */

static const char *const types[] = {"u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64",
        "f32", "f64", "bool", "char[5]", "bytes[3]", "u16[3]", "i64[2].7", "f32[2]",
        "f64[2]", "bool[2]"};

static void any_bytes(uint8_t *bytes, uint32_t len)
{
    uint32_t kind = chance(4);
    for (uint32_t i = 0; i < len; i++) {
        static const uint8_t likely[] = {
                0, 1, 0x7F, 0x80, 0xFF, ' ', '"', ',', '\n', '#', 'a'};
        bytes[i] = kind == 0   ? (uint8_t)chance(256)
                   : kind == 1 ? likely[chance(sizeof(likely))]
                   : kind == 2 ? (uint8_t)(' ' + chance(95))
                               : (uint8_t)(i + 2 < len ? 'a' : 0);
    }
}

static void any_name(char *name)
{
    static const char letters[] = "ab7:.,\"# u[]{}\\/8";
    uint32_t n = chance(12);
    for (uint32_t i = 0; i < n; i++) {
        name[i] = letters[chance(sizeof(letters) - 1)];
    }
    name[n] = '\0';
    if (chance(2) == 0) {
        strcat(strcat(name, ":"), types[chance(sizeof(types) / sizeof(types[0]))]);
    }
}

static void any_key(struct key *key, char *name, uint8_t *bytes)
{
    struct type type;
    any_name(name);
    *key = (struct key){.id = (uint16_t)chance(2000), .name = name, .bytes = bytes};
    const char *colon = strrchr(name, ':');
    bool typed = colon != NULL && type_read(colon + 1, &type) && chance(8) != 0;
    key->counter = chance(8) == 0;
    key->id = key->counter ? key->id % 1023 : key->id;
    key->count = chance(UINT32_MAX);
    key->len = key->counter ? 0 : typed ? type_len(&type) : chance(20);
    any_bytes(bytes, key->len);
}

/* Keys as any store may hold them, with names that differ. */
static void any_keys(struct keys *keys)
{
    *keys = (struct keys){.n = 0};
    for (unsigned n = chance(KEYS); n > 0; n--) {
        char name[64];
        uint8_t bytes[64];
        struct key key;
        bool fresh = true;
        any_key(&key, name, bytes);
        for (size_t i = 0; i < keys->n; i++) {
            fresh = fresh && keys->key[i].id != key.id &&
                    (name[0] == '\0' || strcmp(keys->key[i].name, name) != 0);
        }
        if (fresh) {
            assert_true(keys_add(keys, &key));
        }
    }
    keys_sort(keys);
}

static void comes_back(const struct keys *keys,
        size_t (*print)(const struct keys *keys, const struct firmware *fw, FILE *to))
{
    char why[SHEET_WHY] = "";
    char *text = NULL;
    size_t len;
    struct sheet sheet;
    struct keys again;
    FILE *to = open_memstream(&text, &len);
    assert_non_null(to);
    assert_int_equal(print(keys, NULL, to), 0);
    assert_int_equal(fclose(to), 0);
    bool read = sheet_parse(&sheet, "a", text, len, why) &&
                keys_read(&again, &sheet, &(struct keys_config){.fw = NULL}, why);
    if (!read || again.n != keys->n) {
        fail_msg("%s\n%s", why, text);
    }
    for (size_t i = 0; i < keys->n; i++) {
        if (keys->key[i].id != again.key[i].id ||
                !keys_same(&keys->key[i], &again.key[i])) {
            fail_msg("id %u comes back as another:\n%s", keys->key[i].id, text);
        }
    }
    keys_free(&again);
    sheet_free(&sheet);
    free(text);
}

static void whatever_is_printed_comes_back(void **state)
{
    for (unsigned i = 0; i < rounds(2 * ROUNDS); i++) {
        struct keys keys;
        state_of_chance = i;
        any_keys(&keys);
        comes_back(&keys, keys_print_csv);
        comes_back(&keys, keys_print_json);
        keys_free(&keys);
    }
}

/* ---- firmware ------------------------------------------------------------------------------- */

static char elf_path[] = "/tmp/etch-test-sheet-XXXXXX";
static uint8_t elf[1 << 20];

/* A list or a description that is damaged: settings are whole, or refused. */
static void settings_of_a_damaged_elf_are_read_or_refused(void **state)
{
    FILE *from = fopen(ETCH_FIRMWARE_DIR "/settings.elf", "rb");
    assert_non_null(from);
    size_t len = fread(elf, 1, sizeof(elf), from);
    assert_int_equal(fclose(from), 0);
    assert_true(len > 4096 && len < sizeof(elf));
    unsigned refused = 0;
    for (unsigned i = 0; i < rounds(ELF_ROUNDS); i++) {
        char why[FILE_WHY] = "";
        struct firmware damaged;
        state_of_chance = i;
        size_t at = chance((uint32_t)len - 4);
        uint8_t old[4];
        memcpy(old, elf + at, 4);
        for (int k = 0; k < 4; k++) {
            elf[at + (size_t)k] = (uint8_t)chance(256);
        }
        FILE *to = fopen(elf_path, "wb");
        assert_non_null(to);
        assert_int_equal(fwrite(elf, 1, len, to), len);
        assert_int_equal(fclose(to), 0);
        memcpy(elf + at, old, 4);
        if (firmware_read(&damaged, elf_path, why)) {
            for (size_t k = 0; k < damaged.n; k++) {
                assert_true(strlen(damaged.setting[k].label) <= KEYS_NAME_MAX);
                assert_true(damaged.setting[k].len == type_len(&damaged.setting[k].type));
            }
            firmware_free(&damaged);
        } else {
            refused++;
            assert_true(strlen(why) > 10);
        }
    }
    (void)refused;
}

/* Each byte of the descriptions and the list, in memory as the ELF has it. */
static void descriptions_damaged_in_place_are_read_or_refused(void **state)
{
    FILE *from = fopen(ETCH_FIRMWARE_DIR "/settings.elf", "rb");
    assert_non_null(from);
    size_t len = fread(elf, 1, sizeof(elf), from);
    assert_int_equal(fclose(from), 0);
    /* The number, length, kind, width and version of motor_limit. */
    static const uint8_t told[] = {2, 0, 4, 0, 2, 4, 0};
    uint8_t *at = memmem(elf, len, told, sizeof(told));
    assert_non_null(at);
    unsigned refused = 0;
    for (unsigned i = 0; i < sizeof(told); i++) {
        for (unsigned value = 0; value < 256; value += 5) {
            char why[FILE_WHY] = "";
            struct firmware damaged;
            uint8_t old = at[i];
            at[i] = (uint8_t)value;
            FILE *to = fopen(elf_path, "wb");
            assert_non_null(to);
            assert_int_equal(fwrite(elf, 1, len, to), len);
            assert_int_equal(fclose(to), 0);
            at[i] = old;
            if (firmware_read(&damaged, elf_path, why)) {
                firmware_free(&damaged);
            } else {
                refused++;
                assert_non_null(strstr(why, "no setting is at 0x"));
            }
        }
    }
    assert_true(refused > 50);
}

/* libdw forgets a few bytes when it gives up on damaged line tables. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libdw";
}

static int begin(void **state)
{
    char why[FILE_WHY];
    int file = mkstemp(elf_path);
    return file >= 0 && close(file) == 0 &&
                           firmware_read(&fw, ETCH_FIRMWARE_DIR "/settings.elf", why)
                   ? 0
                   : -1;
}

static int end(void **state)
{
    firmware_free(&fw);
    return unlink(elf_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(any_sheet_is_read_or_refused),
            cmocka_unit_test(any_table_is_read_or_refused),
            cmocka_unit_test(any_type_and_value_is_read_or_refused),
            cmocka_unit_test(whatever_is_printed_comes_back),
            cmocka_unit_test(settings_of_a_damaged_elf_are_read_or_refused),
            cmocka_unit_test(descriptions_damaged_in_place_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
