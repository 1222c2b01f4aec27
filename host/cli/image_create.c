/* image_create.c - etch image create: a store that no chip has written yet.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "cli/image_create.h"
#include "cli/image_diff.h"
#include "cli/json.h"

static const char help[] =
        "usage: etch image create [FILE] [KEY=VALUE]... WHERE -o OUT\n"
        "       etch image create [FILE] --table DEVICES.csv WHERE -o "
        "'DIR/{COLUMN}.hex'\n"
        "\n"
        "Makes a store for the first start of a device: the firmware finds its settings\n"
        "as if it had written them itself. OUT has the store's sectors and no other\n"
        "byte, so it can be flashed beside any firmware.\n"
        "\n"
        "FILE (- is standard input) is CSV as ESP-IDF's nvs_partition_gen takes it, or\n"
        "JSON:\n"
        "\n"
        "  key,type,encoding,value,id\n"
        "  motor_limit,data,u32,1500,2\n"
        "  cert,file,binary,cert.der,9\n"
        "\n"
        "  [{\"key\": \"motor_limit\", \"encoding\": \"u32\", \"value\": 1500, \"id\": "
        "2}]\n"
        "  {\"motor_limit\": 1500}          with --elf\n"
        "\n"
        "  key       a setting of the firmware, a name, or an id alone\n"
        "  type      data; file: value is a path, from FILE's folder on; namespace: "
        "keys\n"
        "            behind it become NAME_KEY if that is a setting, else NAME.KEY, as\n"
        "            a store of Etch has no namespaces\n"
        "  encoding  u8 i8 u16 i16 u32 i32 u64 i64; string (with a 0 behind), binary\n"
        "            (without), hex2bin, base64; and Etch's own: counter, bool, f32, "
        "f64,\n"
        "            char[8], bytes[4], u16[3]. May be empty with --elf\n"
        "  id        the key's number in the store: the firmware's etch_kv_put(&kv, 9, "
        "...).\n"
        "            May be empty with --elf, or with --number\n"
        "\n"
        "Not taken over from ESP-IDF: encryption (the store has none), and multi-page\n"
        "blobs (a value lies in one sector).\n"
        "\n"
        "  --elf FW.elf      the firmware: its settings give numbers, types and limits.\n"
        "                    (A setting's own .valid function is not asked.)\n"
        "  --number FIRST    ids for keys that have none, from FIRST up, row by row\n"
        "  --table FILE      a device a row; the first row has keys (key:u32 where "
        "nothing\n"
        "                    else says the encoding), or columns for the file's name "
        "only.\n"
        "                    All rows are checked before anything is written\n"
        "\n"
        "where the store is to be, one of\n"
        "  --layout FILE     what 'etch layout' reads; --store NAME if it has several\n"
        "  --part PART --store 1-2           sectors by the manual's numbers\n"
        "  --part PART --elf FW.elf          if that was linked with a layout's "
        "fragment\n"
        "  --at 0x08004000 --sectors 16K,16K any flash with a write unit up to 4 bytes\n"
        "\n"
        "  -o, --out OUT     .hex, .srec, .uf2 or .bin: the name's ending says the "
        "format;\n"
        "                    - is the standard output\n"
        "  --format F        or by this: bin, hex, srec, uf2\n"
        "  --json            what was made, for scripts\n"
        "\n"
        "  etch image create settings.csv --elf fw.elf --layout etch.layout -o "
        "factory.hex\n"
        "  etch image create serial=1001 --elf fw.elf --part f446re --store 1-2 -o "
        "one.hex\n"
        "  etch image create base.csv --table devices.csv --elf fw.elf --layout "
        "etch.layout \\\n"
        "      -o 'out/{serial}.hex'\n"
        "  etch run fw.elf --part stm32f446re --flash factory.hex     try it\n";

static const struct image_word word = {"create", help, "aefjlnopsSt"};

/* ---- what is to be in it ----------------------------------------------------------- */

static bool read_rows(const char *path, struct sheet *sheet)
{
    char why[SHEET_WHY];
    size_t len;
    char *bytes = sheet_load(path, &len, why);
    bool good = bytes != NULL && sheet_parse(sheet, path, bytes, len, why);
    free(bytes);
    if (!good) {
        (void)cli_refuse("%s", why);
    }
    return good;
}

/* file: NULL if there was none. */
static bool refuse_no_keys(const char *file)
{
    static const char due[] = "keys are due: a CSV or JSON file, or KEY=VALUE";
    if (file != NULL) {
        (void)cli_refuse("%s: there is none in it; %s", file, due);
    } else {
        (void)cli_refuse("image create: %s", due);
    }
    return false;
}

static bool read_words(const struct image_args *args, struct sheet *base)
{
    char why[SHEET_WHY];
    for (int i = 0; i < args->rest_n; i++) {
        if (strchr(args->rest[i], '=') != NULL &&
                !sheet_add_word(base, args->rest[i], why)) {
            (void)cli_refuse("%s", why);
            return false;
        }
    }
    return true;
}

/* One file at most, and KEY=VALUE. */
static bool read_base(const struct image_args *args, struct sheet *base)
{
    const char *file = NULL;
    *base = (struct sheet){.n = 0};
    for (int i = 0; i < args->rest_n; i++) {
        if (strchr(args->rest[i], '=') != NULL) {
            continue;
        }
        if (file != NULL) {
            (void)cli_refuse("image create: one file of keys, and not %s and %s", file,
                    args->rest[i]);
            return false;
        }
        file = args->rest[i];
        if (!read_rows(file, base)) {
            return false;
        }
    }
    return read_words(args, base) &&
           (base->n > 0 || args->table != NULL || refuse_no_keys(file));
}

/* The firmware must not lie where the store is to be: flashing one would erase the
 * other. */
static bool check_firmware(const struct image_maker *maker)
{
    const struct image_target *t = &maker->target;
    struct file file;
    char why[FILE_WHY];
    if (maker->args->elf == NULL) {
        return true;
    }
    if (!file_read(&file, maker->args->elf, FILE_NO_ADDRESS, why)) {
        (void)cli_refuse("%s", why);
        return false;
    }
    bool apart = true;
    for (size_t i = 0; i < file.n && apart; i++) {
        const struct file_segment *s = &file.segments[i];
        apart = (uint64_t)s->addr + s->len <= t->addr ||
                s->addr >= (uint64_t)t->addr + t->size;
        if (!apart) {
            (void)cli_refuse("%s: its %s at 0x%08" PRIX32
                             " lies in %s; 'etch layout check' "
                             "shows more",
                    maker->args->elf, s->name, s->addr, t->text);
        }
    }
    file_free(&file);
    return apart;
}

/* ---- bytes ------------------------------------------------------------------------------ */

bool image_make(const struct image_maker *maker, const struct sheet *rows,
        struct keys *keys, uint8_t *bytes)
{
    const struct image_target *t = &maker->target;
    const struct keys_config config = {.fw = maker->fw.path != NULL ? &maker->fw : NULL,
            .numbered = maker->args->numbered,
            .first = maker->args->first};
    const struct encode_flash flash = {
            .sector = t->sector, .sectors = t->sectors, .size = t->size};
    const struct image_medium m = {
            .bytes = bytes, .size = t->size, .sector = t->sector, .sectors = t->sectors};
    struct image_items items = {.n = 0};
    char why[SHEET_WHY];
    if (!keys_read(keys, rows, &config, why)) {
        (void)cli_refuse("%s", why);
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < keys->n && good; i++) {
        good = image_items_key(&items, &keys->key[i], true);
    }
    if (good && !encode_new(&flash, image_items_all(&items), bytes, why)) {
        good = false;
        (void)cli_refuse("%s: %s", t->text, why);
    }
    image_items_free(&items);
    if (good && !image_holds(&m, keys)) {
        good = false;
        (void)cli_refuse("what was made does not read back; nothing is written");
    }
    if (!good) {
        keys_free(keys);
    }
    return good;
}

/* ---- one image --------------------------------------------------------------------------- */

static void report(const struct image_maker *maker, const struct keys *keys)
{
    const struct image_target *t = &maker->target;
    if (!maker->args->json) {
        (void)fprintf(maker->args->talk,
                "%s: %zu %s for %s, 0x%08" PRIX32 "-0x%08" PRIX32 "\n", maker->args->out,
                keys->n, keys->n == 1 ? "key" : "keys", t->text, t->addr,
                t->addr + t->size - 1);
        return;
    }
    cJSON *root = cJSON_CreateObject();
    (void)cJSON_AddStringToObject(root, "out", maker->args->out);
    (void)cJSON_AddNumberToObject(root, "keys", (double)keys->n);
    (void)cJSON_AddNumberToObject(root, "address", t->addr);
    (void)cJSON_AddNumberToObject(root, "length", t->size);
    (void)json_print(root, maker->args->talk);
}

static enum etch_exit make_one(
        const struct image_maker *maker, const struct sheet *base, uint8_t *bytes)
{
    struct keys keys;
    if (!image_make(maker, base, &keys, bytes)) {
        return ETCH_EXIT_USAGE;
    }
    const struct image_target *t = &maker->target;
    enum etch_exit status =
            image_write(maker->args, maker->args->out, t->addr, bytes, t->size);
    if (status == ETCH_EXIT_FINE) {
        report(maker, &keys);
    }
    keys_free(&keys);
    return status;
}

/* ---- the word ------------------------------------------------------------------------------ */

static enum etch_exit make(struct image_maker *maker)
{
    struct sheet base;
    enum etch_exit status = ETCH_EXIT_USAGE;
    uint8_t *bytes = malloc(maker->target.size);
    if (bytes == NULL) {
        (void)cli_refuse("not enough memory");
        return ETCH_EXIT_BROKEN;
    }
    if (read_base(maker->args, &base)) {
        status = maker->args->table != NULL ? image_make_table(maker, &base, bytes)
                                            : make_one(maker, &base, bytes);
    }
    sheet_free(&base);
    free(bytes);
    return status;
}

enum etch_exit image_create(int argc, char *argv[])
{
    struct image_args args;
    enum etch_exit status;
    if (!image_args_read(&word, argc, argv, &args, &status)) {
        return status;
    }
    struct image_maker maker = {.args = &args};
    enum file_format format;
    if (args.out == NULL) {
        return cli_refuse("image create: where to? -o factory.hex");
    }
    if (!image_format(args.out, args.format, &format) ||
            !image_target_find(&args, &maker.target) ||
            !image_args_firmware(&args, &maker.fw)) {
        return ETCH_EXIT_USAGE;
    }
    status = check_firmware(&maker) ? make(&maker) : ETCH_EXIT_USAGE;
    firmware_free(&maker.fw);
    return status;
}
