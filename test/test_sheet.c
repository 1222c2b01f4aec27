/* test_sheet.c - what people write down, and the keys that it means.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sheet/keys.h"
#include "sheet/table.h"
#include "support/cm.h"

#define SETTINGS_ELF ETCH_FIRMWARE_DIR "/settings.elf"

static char why[SHEET_WHY];

/* ---- types and values ---------------------------------------------------------------- */

static void types_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        uint32_t len;
    } good[] = {{"u8", 1}, {"u64", 8}, {"i16", 2}, {"f32", 4}, {"f64", 8}, {"bool", 1},
            {"char", 1}, {"char[4]", 4}, {"bytes[1]", 1}, {"bytes[12].2", 12},
            {"f32[3].255", 12}, {"u16.1", 2}, {"char[65535]", 65535}};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct type type;
        char text[TYPE_TEXT];
        assert_true(type_read(good[i].text, &type));
        assert_int_equal(type_len(&type), good[i].len);
        assert_string_equal(type_text(&type, text), good[i].text);
    }
    static const char *const wrong[] = {"", "u", "u12", "bytes", "u8[", "u8[]", "u8[0]",
            "u8[01]", "u8[1", "u8[1]x", "u8.", "u8.0", "u8.256", "u16[40000]",
            "char[65536]", "U8", " u8", "u8[99999999999999999999]", "f32.1.2", ".1",
            "[3]"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct type type;
        if (type_read(wrong[i], &type)) {
            fail_msg("'%s' is no type", wrong[i]);
        }
    }
}

struct value_case {
    const char *type, *text, *hex; /* hex NULL: refused */
    const char *printed;           /* NULL: text */
};

static const struct value_case values[] = {
        {"u8", "255", "ff", NULL},
        {"u8", "256", NULL, NULL},
        {"u8", "-1", NULL, NULL},
        {"u8", "", NULL, NULL},
        {"u8", " 1", NULL, NULL},
        {"u8", "1 ", NULL, NULL},
        {"u8", "0x", NULL, NULL},
        {"u16", "0x1F2", "f201", "498"},
        {"u32", "0017", "11000000", "17"},
        {"u64", "18446744073709551615", "ffffffffffffffff", NULL},
        {"u64", "18446744073709551616", NULL, NULL},
        {"i8", "-128", "80", NULL},
        {"i8", "128", NULL, NULL},
        {"i8", "-129", NULL, NULL},
        {"i8", "--1", NULL, NULL},
        {"i32", "+7", "07000000", "7"},
        {"i64", "-9223372036854775808", "0000000000000080", NULL},
        {"i64", "9223372036854775808", NULL, NULL},
        {"f32", "1.5", "0000c03f", NULL},
        {"f32", "0.1", "cdcccc3d", NULL},
        {"f32", "1e39", NULL, NULL},
        {"f32", "inf", "0000807f", NULL},
        {"f32", "-0", "00000080", NULL},
        {"f32", "hex:0000c07f", "0000c07f", NULL}, /* a NaN */
        {"f32", "1.5x", NULL, NULL},
        {"f64", "0.1", "9a9999999999b93f", NULL},
        {"f64", "1e309", NULL, NULL},
        {"bool", "TRUE", "01", "true"},
        {"bool", "0", "00", "false"},
        {"bool", "2", NULL, NULL},
        {"bool", "hex:02", "02", NULL},
        {"u16[3]", "1 2 3", "010002000300", NULL},
        {"u16[3]", "1, 2,\t3 ", "010002000300", "1 2 3"},
        {"u16[3]", "1 2", NULL, NULL},
        {"u16[3]", "1 2 3 4", NULL, NULL},
        {"u16[3]", "", NULL, NULL},
        {"bool[2]", "true false", "0100", NULL},
        {"char[4]", "etch", "65746368", NULL},
        {"char[4]", "et", "65740000", NULL},
        {"char[4]", "", "00000000", NULL},
        {"char[4]", "etch!", NULL, NULL},
        {"char[4]", "hex:01020304", "01020304", NULL},
        {"char[12]", "hex:01020304", "6865783a3031303230333034", NULL},
        {"char[4]", "\xC3\xA9", "c3a90000", NULL},
        {"bytes[3]", "0a0B0c", "0a0b0c", "0a0b0c"},
        {"bytes[3]", "hex:0a0b0c", "0a0b0c", "0a0b0c"},
        {"bytes[3]", "0a0b", NULL, NULL},
        {"bytes[3]", "0a0b0c0d", NULL, NULL},
        {"bytes[3]", "0a0b0", NULL, NULL},
};

static char *print_type(const struct type *type, const uint8_t *bytes)
{
    static char text[200];
    memset(text, 0, sizeof(text));
    FILE *to = fmemopen(text, sizeof(text), "w");
    assert_non_null(to);
    type_print(type, bytes, to);
    assert_int_equal(fclose(to), 0);
    return text;
}

static void values_are_read_and_written(void **state)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct value_case *v = &values[i];
        struct type type;
        uint8_t got[64];
        uint8_t want[64];
        assert_true(type_read(v->type, &type));
        bool read = type_value(&type, v->text, got, why);
        if (read != (v->hex != NULL)) {
            fail_msg("%s '%s': %s", v->type, v->text, read ? "read" : why);
        }
        if (!read) {
            continue;
        }
        assert_int_equal(hex_read(v->hex, want, 64), type_len(&type));
        if (memcmp(got, want, type_len(&type)) != 0) {
            fail_msg("%s '%s': other bytes", v->type, v->text);
        }
        assert_string_equal(
                print_type(&type, got), v->printed != NULL ? v->printed : v->text);
    }
}

/* ---- keys ---------------------------------------------------------------------------------- */

static struct sheet sheet;
static struct keys keys;
static struct firmware fw;

static bool read_with(const char *text, const struct keys_config *config)
{
    keys_free(&keys);
    sheet_free(&sheet);
    why[0] = '\0';
    return sheet_parse(&sheet, "a.csv", text, strlen(text), why) &&
           keys_read(&keys, &sheet, config, why);
}

static bool read_alone(const char *text)
{
    return read_with(text, &(struct keys_config){.fw = NULL});
}

static bool read_fw(const char *text)
{
    return read_with(text, &(struct keys_config){.fw = &fw});
}

static void holds(uint16_t id, const char *name, const char *hex)
{
    static uint8_t want[4096];
    const struct key *key = keys_id(&keys, id);
    if (key == NULL) {
        fail_msg("no id %u: %s", id, why);
    }
    assert_string_equal(key->name, name);
    assert_false(key->counter);
    assert_int_equal(hex_read(hex, want, sizeof(want)), key->len);
    assert_memory_equal(key->bytes, want, key->len);
}

static void refuses(bool read, const char *message)
{
    if (read) {
        fail_msg("read, where '%s' was due", message);
    }
    if (strstr(why, message) == NULL) {
        fail_msg("'%s', where '%s' was due", why, message);
    }
    assert_null(strchr(why, '\n'));
}

#define HEAD "key,type,encoding,value,id\n"

static void every_encoding_of_esp_idf_is_read(void **state)
{
    assert_true(read_alone(
            HEAD "a,data,u8,1,1\nb,data,i8,-1,2\nc,data,u16,2,3\nd,data,i16,-2,4\n"
                 "e,data,u32,3,5\nf,data,i32,-3,6\ng,data,u64,4,7\n"
                 "h,data,i64,-4,8\ni,data,string,text,9\nj,data,binary,text,10\n"
                 "k,data,hex2bin,DEadBEef,11\nl,data,base64,3q2+7w==,12\n"));
    holds(1, "a:u8", "01");
    holds(2, "b:i8", "ff");
    holds(3, "c:u16", "0200");
    holds(4, "d:i16", "feff");
    holds(5, "e:u32", "03000000");
    holds(6, "f:i32", "fdffffff");
    holds(7, "g:u64", "0400000000000000");
    holds(8, "h:i64", "fcffffffffffffff");
    holds(9, "i", "7465787400");
    holds(10, "j", "74657874");
    holds(11, "k", "deadbeef");
    holds(12, "l", "deadbeef");
}

static void base64_is_read_whole_or_not_at_all(void **state)
{
    static const char *const good[][2] = {{"", ""}, {"Zg==", "66"}, {"Zm8=", "666f"},
            {"Zm9v", "666f6f"}, {"Zm9v YmFy", "666f6f626172"}};
    static const char *const wrong[] = {"Z", "Zg",
            "Zg=", "Zg===", "Z===", "====", "Zg==Zg==", "Zh==", "Z!==", "=Zg="};
    char text[100];
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        (void)snprintf(text, sizeof(text), HEAD "a,data,base64,%s,1\n", good[i][0]);
        assert_true(read_alone(text));
        holds(1, "a", good[i][1]);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        (void)snprintf(text, sizeof(text), HEAD "a,data,base64,%s,1\n", wrong[i]);
        refuses(read_alone(text), "a.csv:2:15: a: ");
    }
}

static void own_encodings_are_read(void **state)
{
    assert_true(read_alone(
            HEAD "n,data,counter,70000,1\nf,data,f32,1.5,2\nb,data,bool,true,3\n"
                 "c,data,char[6],etch,4\nx,data,bytes[2].3,0102,5\n"
                 ",data,u8,7,6\n8,data,u8,9,\n"));
    const struct key *counter = keys_id(&keys, 1);
    assert_true(counter->counter);
    assert_int_equal(counter->count, 70000);
    assert_string_equal(counter->name, "n");
    holds(2, "f:f32", "0000c03f");
    holds(3, "b:bool", "01");
    holds(4, "c:char[6]", "657463680000");
    holds(5, "x:bytes[2].3", "0102");
    holds(6, "", "07");
    holds(8, "", "09");
}

static void spreadsheets_are_read(void **state)
{
    assert_true(read_alone("\xEF\xBB\xBFkey,type,encoding,value,id\r\n\r\n# a comment\r\n"
                           "\"a\",data,binary,\"x, \"\"y\"\"\r\nz\",1\r\n"
                           "b,,u8,2,2"));
    holds(1, "a", "782c202279220d0a7a");
    holds(2, "b:u8", "02");
    assert_true(read_alone("value,key,id,encoding\n5,a,3,u8\n"));
    holds(3, "a:u8", "05");
}

static void damage_is_told_by_line_and_column(void **state)
{
    refuses(read_alone(""), "a.csv: nothing in it");
    refuses(read_alone("key,typ\n"), "a.csv:1:5: 'typ' is no column");
    refuses(read_alone("key,type,encoding,id\n"), "a.csv:1: the columns are missing");
    refuses(read_alone("key,key,value\n"),
            "a.csv:1:5: 'key' is no column, or one too many");
    refuses(read_alone("key;type;value\n"), "a.csv:1: the fields have semicolons");
    refuses(read_alone(HEAD "\n\"a,data,u8,1,1\n"),
            "a.csv:3:1: the quotes that begin here");
    refuses(read_alone(HEAD "\"a\nb\",x,u8,1,1\n\"c\nd\",data,u8,1,1\n"),
            "a.csv:3:4: a?b: no type");
    refuses(read_alone(HEAD "a\"b,data\n"), "a.csv:2:2: quotes inside");
    refuses(read_alone(HEAD "a,\"da\"ta\n"), "a.csv:2:7: behind the closing quotes");
    refuses(read_alone(HEAD "a,data,u8,1,2,3\n"), "a.csv:2:15: a field too many");
    refuses(read_alone(HEAD "a,data,u8,300,2\n"),
            "a.csv:2:11: a: u8: 300 does not fit: from 0 "
            "to 255");
    refuses(read_alone(HEAD "a,dat,u8,3,2\n"), "a.csv:2:3: a: no type 'dat'");
    refuses(read_alone(HEAD "a,data,u9,3,2\n"), "a.csv:2:8: a: no encoding 'u9'");
    refuses(read_alone(HEAD "a,data,,3,2\n"), "a.csv:2:8: a: its type is not known");
    refuses(read_alone(HEAD "a,data,u8,3,\n"), "a.csv:2:1: a: has no id");
    refuses(read_alone(HEAD "a,data,u8,3,65535\n"), "a.csv:2:13: a: '65535' is no id");
    refuses(read_alone(HEAD "a,data,u8,3,-1\n"), "a.csv:2:13: a: '-1' is no id");
    refuses(read_alone(HEAD ",data,u8,3,\n"), "a.csv:2:1: a key or an id is due");
    refuses(read_alone(HEAD "a,data,counter,3,1023\n"), "a counter has an id up to 1022");
    refuses(read_alone(HEAD "a,data,hex2bin,3,1\n"),
            "a.csv:2:16: a: '3' are no hexadecimal");
    refuses(read_alone(HEAD "a,data,u8,3,1\nb,data,u8,3,1\n"),
            "a.csv:3:1: b: the value of id 1 is given twice, in line 2");
    refuses(read_alone(HEAD "a,data,u8,3,1\na,data,u8,3,2\n"),
            "a.csv:3:1: a: the name of id 2 is given twice, in line 2");
    refuses(read_alone(HEAD "0123456789012345678901234567890123456789012345678,data,"
                            "binary,3,1\n"),
            "a name has up to 48");
    refuses(read_alone(HEAD "a\x01z,data,binary,3,1\n"), "without control characters");
    refuses(read_alone(HEAD "a,file,u8,x,1\n"),
            "a file is string, binary, hex2bin or base64");
    refuses(read_alone(HEAD "a,file,binary,/no/such,1\n"), "/no/such: No such file");
    refuses(read_alone(HEAD "a,file,binary,,1\n"), "a file's name is due");
    refuses(read_alone(HEAD ",namespace,,,\n"), "a namespace has a name");
    const char zero[] = "key,value\na\0,1\n";
    struct sheet other;
    assert_false(sheet_parse(&other, "a.csv", zero, sizeof(zero) - 1, why));
    assert_non_null(strstr(why, "bytes of 0"));
}

static void namespaces_become_part_of_names(void **state)
{
    assert_true(read_with("key,type,encoding,value\nwifi,namespace,,\nchannel,data,u8,6\n"
                          "net,namespace,,\nchannel,data,u8,7\n",
            &(struct keys_config){.numbered = true, .first = 100}));
    holds(100, "wifi.channel:u8", "06");
    holds(101, "net.channel:u8", "07");
}

static void files_are_read_beside_the_sheet(void **state)
{
    char dir[] = "/tmp/etch-test-sheet-XXXXXX";
    char path[100];
    char text[] = HEAD "a,file,binary,b.bin,1\nh,file,hex2bin,b.hex,2\n";
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/b.bin", dir);
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    assert_int_equal(fwrite("1\0002", 1, 3, to), 3);
    assert_int_equal(fclose(to), 0);
    (void)snprintf(path, sizeof(path), "%s/b.hex", dir);
    to = fopen(path, "w");
    assert_non_null(to);
    assert_true(fputs("01 02\n03\n", to) >= 0);
    assert_int_equal(fclose(to), 0);
    (void)snprintf(path, sizeof(path), "%s/a.csv", dir);
    keys_free(&keys);
    sheet_free(&sheet);
    assert_true(sheet_parse(&sheet, path, text, sizeof(text) - 1, why));
    assert_true(keys_read(&keys, &sheet, &(struct keys_config){.fw = NULL}, why));
    holds(1, "a", "310032");
    holds(2, "h", "010203");
    (void)snprintf(path, sizeof(path), "rm -r %s", dir);
    assert_int_equal(system(path), 0);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_is_read(void **state)
{
    assert_true(read_alone(
            "[{\"key\": \"a\", \"encoding\": \"u32\", \"value\": 1500, \"id\": 2},\n"
            " {\"id\": 3, \"encoding\": \"f32\", \"value\": 0.1},\n"
            " {\"id\": 4, \"encoding\": \"bool\", \"value\": true},\n"
            " {\"id\": 5, \"encoding\": \"u16[3]\", \"value\": [1, 2, 3]},\n"
            " {\"id\": 6, \"encoding\": \"string\", \"value\": \"x\\ny\"},\n"
            " {\"id\": 7, \"encoding\": \"u64\", \"value\": \"18446744073709551615\"}]"));
    holds(2, "a:u32", "dc050000");
    holds(3, "", "cdcccc3d");
    holds(4, "", "01");
    holds(5, "", "010002000300");
    holds(6, "", "780a7900");
    holds(7, "", "ffffffffffffffff");
    assert_true(
            read_fw("{\"motor_limit\": 1600, \"user_config\": {\"encoding\": \"hex2bin\","
                    " \"value\": \"01020304\"}}"));
    holds(1, "user_config:char[4]", "01020304");
    holds(2, "motor_limit:u32", "40060000");
}

static void a_number_in_json_is_the_one_that_is_written(void **state)
{
    assert_true(read_alone(
            "[{\"id\": 1, \"encoding\": \"u64\", \"value\": 9007199254740993},\n"
            " {\"id\": 2, \"encoding\": \"i64\", \"value\": -9007199254740993},\n"
            " {\"id\": 3, \"encoding\": \"u64\", \"value\": 18446744073709551615},\n"
            " {\"id\": 4, \"encoding\": \"u16[2]\", \"value\": [1.0,20.00 ]},\n"
            " {\"id\": 5, \"encoding\": \"f64\", \"value\": 1e3},\n"
            " {\"id\": 6, \"encoding\": \"string\", \"value\": \"1.0\\\"\\\\u0000\"}]"));
    holds(1, "", "0100000000002000");
    holds(2, "", "ffffffffffffdfff");
    holds(3, "", "ffffffffffffffff");
    holds(4, "", "01001400");
    holds(5, "", "0000000000408f40");
    holds(6, "", "312e30225c753030303000");
    static const struct {
        const char *encoding, *value, *message;
    } wrong[] = {{"f64", "1e400", "f64: 1e400 is too large for f64"},
            {"f32", "-1e39", "f32: -1e39 is too large for f32"},
            {"u8", "1.00000000000000000001", "u8: '1.00000000000000000001' is no whole"},
            {"string", "\"a\\\"\\u0000b\"", "a.csv:1:47: a text ends at a \\u0000"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char text[200];
        (void)snprintf(text, sizeof(text),
                "[{\"id\": 1, \"encoding\": \"%s\", \"value\": %s}]", wrong[i].encoding,
                wrong[i].value);
        refuses(read_alone(text), wrong[i].message);
    }
}

static void wrong_json_is_refused(void **state)
{
    refuses(read_alone("[{\"key\": 1},\n {\"k\"}]"), "a.csv:2:");
    refuses(read_alone("[] []"), "a.csv:1:4: this is no JSON from here on");
    refuses(read_alone("[7]"), "a.csv: entry 1: is no object");
    refuses(read_alone("[{\"key\": \"a\", \"colour\": 1}]"),
            "entry 1: a: no field 'colour'");
    refuses(read_alone("[{\"id\": 1, \"encoding\": \"u64\", \"value\": "
                       "18446744073709551616}]"),
            "u64: 18446744073709551616 does not fit");
    refuses(read_alone("{\"a\": null}"), "a.csv: a: a value is a number");
    refuses(read_alone("{\"a\": [[1]]}"), "a value is a number");
    refuses(read_alone("[{\"key\": \"a\", \"id\": 1, \"encoding\": \"u8\", \"value\": "
                       "1.5}]"),
            "a.csv: entry 1: a: u8: '1.5' is no whole number");
}

/* ---- settings of a firmware -------------------------------------------------------------------- */

static void settings_are_found_in_the_elf(void **state)
{
    char text[TYPE_TEXT];
    assert_int_equal(fw.n, 2);
    const struct setting *s = firmware_find(&fw, "motor_limit");
    assert_non_null(s);
    assert_int_equal(s->number, 2);
    assert_string_equal(type_text(&s->type, text), "u32");
    assert_string_equal(s->label, "motor_limit:u32");
    assert_memory_equal(s->initial, "\xDC\x05\0\0", 4);
    assert_memory_equal(s->min, "\x64\0\0\0", 4);
    assert_memory_equal(s->max, "\xA0\x86\x01\0", 4);
    assert_false(s->judged);
    s = firmware_number(&fw, 1);
    assert_non_null(s);
    assert_string_equal(s->label, "user_config:char[4]");
    assert_memory_equal(s->initial, "\1\2\3\4", 4);
    assert_null(s->min);
    assert_null(firmware_number(&fw, 3));
    assert_string_equal(firmware_like(&fw, "motor_limt")->name, "motor_limit");
    assert_null(firmware_like(&fw, "xyz"));
}

static void what_is_no_firmware_is_refused(void **state)
{
    struct firmware other;
    char said[FILE_WHY];
    assert_false(firmware_read(&other, ETCH_SOURCE_DIR "/README.md", said));
    assert_false(firmware_read(&other, "/no/such", said));
    assert_true(firmware_read(&other, ETCH_FIRMWARE_DIR "/hello.elf", said));
    assert_int_equal(other.n, 0);
    assert_null(firmware_find(&other, "motor_limit"));
    refuses(read_with("key,value\na,1\n", &(struct keys_config){.fw = &other}),
            "hello.elf has no such setting; a key that is none needs an id");
    firmware_free(&other);
}

static void settings_give_number_type_and_limits(void **state)
{
    assert_true(read_fw("key,type,encoding,value\nmotor_limit,data,u32,100\n"
                        "user_config,data,string,abc\n"));
    holds(1, "user_config:char[4]", "61626300");
    holds(2, "motor_limit:u32", "64000000");
    assert_true(read_fw("key,value\nmotor_limit,100000\nuser_config,abcd\n"));
    holds(1, "user_config:char[4]", "61626364");
    assert_true(read_fw("key,value\n2,500\n"));
    holds(2, "motor_limit:u32", "f4010000");
    assert_true(
            read_fw("key,type,encoding,value\nmotor,namespace,,\nlimit,data,u32,200\n"));
    holds(2, "motor_limit:u32", "c8000000");
    /* Its own keys stay possible, with an id. */
    assert_true(read_fw(HEAD "other,data,u8,1,9\n"));
    holds(9, "other:u8", "01");
    refuses(read_fw("key,value\nmotor_limit,99\n"),
            "a.csv:2:13: motor_limit: 99 is not within what the firmware takes: from 100 "
            "to "
            "100000");
    refuses(read_fw("key,value\nmotor_limit,100001\n"), "from 100 to 100000");
    refuses(read_fw("key,value\nmotor_limt,99\n"),
            "no such setting; the next is motor_limit");
    refuses(read_fw("key,encoding,value\nmotor_limit,i32,500\n"),
            "a.csv:2:13: motor_limit: is u32 "
            "in the firmware, not i32");
    refuses(read_fw("key,encoding,value\nmotor_limit,counter,500\n"), "no counter");
    refuses(read_fw("key,encoding,value\nuser_config,string,abcde\n"),
            "5 bytes for a setting of 4");
    refuses(read_fw("key,encoding,value\nmotor_limit,hex2bin,010203\n"),
            "3 bytes for a setting of 4");
    refuses(read_fw("key,encoding,value\nmotor_limit,hex2bin,01000000\n"),
            "is not within");
    refuses(read_fw(HEAD "motor_limit,data,u32,500,3\n"), "has the id 2 in");
    refuses(read_fw(HEAD "speed,data,u32,500,2\n"), "id 2 is motor_limit in");
}

/* ---- keys that are known -------------------------------------------------------------------------- */

static void words_take_type_and_id_from_what_is_there(void **state)
{
    struct keys known = {.n = 0};
    assert_true(read_alone(
            HEAD "speed,data,u16,5,7\nhost,data,string,etch,8\nraw,data,hex2bin,01,9\n"
                 "n,data,counter,3,10\ntag,data,binary,ab,11\n"));
    for (size_t i = 0; i < keys.n; i++) {
        assert_true(keys_add(&known, &keys.key[i]));
    }
    const struct keys_config config = {.known = &known};
    static const char *const words[] = {
            "speed=6", "8=other", "n=4", "tag=c", "raw:hex2bin=0203", "12:u8=1"};
    keys_free(&keys);
    sheet_free(&sheet);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_true(sheet_add_word(&sheet, words[i], why));
    }
    assert_true(keys_read(&keys, &sheet, &config, why));
    holds(7, "speed:u16", "0600");
    holds(8, "host", "6f7468657200");
    holds(9, "raw", "0203");
    holds(11, "tag", "63");
    holds(12, "", "01");
    assert_int_equal(keys_id(&keys, 10)->count, 4);
    static const char *const wrong[][2] = {{"raw=5", "its type is not known"},
            {"sped=5", "no such key"}, {"speed=70000", "does not fit"}};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        keys_free(&keys);
        sheet_free(&sheet);
        assert_true(sheet_add_word(&sheet, wrong[i][0], why));
        refuses(keys_read(&keys, &sheet, &config, why), wrong[i][1]);
    }
    assert_false(sheet_add_word(&sheet, "speed", why));
    assert_false(sheet_add_word(&sheet, "=5", why));
    keys_free(&known);
}

/* ---- a table of devices ------------------------------------------------------------------------------ */

static struct table table;

static bool read_table(const char *text)
{
    table_free(&table);
    why[0] = '\0';
    return table_parse(&table, "t.csv", text, strlen(text), why);
}

static bool read_device(size_t i, const struct sheet *base)
{
    struct sheet rows;
    keys_free(&keys);
    assert_true(table_rows(&table, i, base, &fw, &rows));
    bool good = keys_read(&keys, &rows, &(struct keys_config){.fw = &fw}, why);
    sheet_free(&rows);
    return good;
}

static void each_device_has_its_own_values(void **state)
{
    struct sheet base;
    static const char text[] = HEAD "serial,data,u32,,9\nhost,data,string,etch,10\n";
    assert_true(sheet_parse(&base, "b.csv", text, sizeof(text) - 1, why));
    assert_true(
            read_table("serial,motor_limit,name,77:u8\n1001,150,A 1,1\n1002,90,A 2,2\n"));
    assert_int_equal(table.n, 2);
    assert_true(table_check(&table, &base, &fw, "out/{name}.hex", why));
    refuses(table_check(&table, &base, &fw, "out/{serial}.hex", why),
            "t.csv:1:20: 'name' is no key");
    assert_true(read_device(0, &base));
    holds(9, "serial:u32", "e9030000");
    holds(10, "host", "6574636800");
    holds(2, "motor_limit:u32", "96000000");
    holds(77, "", "01");
    refuses(read_device(1, &base), "t.csv:3:6: motor_limit: 90 is not within");
    char *path = table_path(&table, 1, "out/{name}-{serial}.hex", why);
    assert_string_equal(path, "out/A 2-1002.hex");
    free(path);
    sheet_free(&base);
}

static void wrong_tables_are_refused(void **state)
{
    refuses(read_table(""), "no devices");
    refuses(read_table("a,b\n"), "no devices");
    refuses(read_table("a,a\n1,2\n"), "t.csv:1:3: a second column 'a'");
    refuses(read_table("a,\n1,2\n"), "t.csv:1:3: a column without a name");
    refuses(read_table("a,b\n1\n"), "t.csv:2:1: 1 fields, and the first line has 2");
    refuses(read_table("a,b\n1,2,3\n"), "t.csv:2:5: 3 fields");
    static const char *const names[] = {
            "a\n../x\n", "a\n\"\"\n", "a\nx/y\n", "a\n.x\n", "a\nx\\y\n", "a\nx\x01\n"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        assert_true(read_table(names[i]));
        refuses(table_path(&table, 0, "{a}.hex", why) != NULL,
                "can be no part of a file's name");
    }
    assert_true(read_table("a\n1\n"));
    refuses(table_path(&table, 0, "{b}.hex", why) != NULL, "no column 'b'");
    refuses(table_path(&table, 0, "{a.hex", why) != NULL, "no column");
}

static int open_firmware(void **state)
{
    char said[FILE_WHY];
    return firmware_read(&fw, SETTINGS_ELF, said) ? 0 : -1;
}

static int close_all(void **state)
{
    firmware_free(&fw);
    keys_free(&keys);
    sheet_free(&sheet);
    table_free(&table);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(types_are_read_and_written),
            cmocka_unit_test(values_are_read_and_written),
            cmocka_unit_test(every_encoding_of_esp_idf_is_read),
            cmocka_unit_test(base64_is_read_whole_or_not_at_all),
            cmocka_unit_test(own_encodings_are_read),
            cmocka_unit_test(spreadsheets_are_read),
            cmocka_unit_test(damage_is_told_by_line_and_column),
            cmocka_unit_test(namespaces_become_part_of_names),
            cmocka_unit_test(files_are_read_beside_the_sheet),
            cmocka_unit_test(json_is_read),
            cmocka_unit_test(a_number_in_json_is_the_one_that_is_written),
            cmocka_unit_test(wrong_json_is_refused),
            cmocka_unit_test(settings_are_found_in_the_elf),
            cmocka_unit_test(what_is_no_firmware_is_refused),
            cmocka_unit_test(settings_give_number_type_and_limits),
            cmocka_unit_test(words_take_type_and_id_from_what_is_there),
            cmocka_unit_test(each_device_has_its_own_values),
            cmocka_unit_test(wrong_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, open_firmware, close_all);
}
