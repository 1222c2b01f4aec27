/* fuzz_sheet.c - libFuzzer on CSV, JSON and tables of devices:
 *
 *     clang -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -Ihost \
 *         test/fuzz/fuzz_sheet.c host/sheet/[a-z]*.c host/file/[a-z]*.c -I/usr/include/cjson \
 *         -lcjson -ldw -lelf -lm -o fuzz_sheet
 *     ./fuzz_sheet
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>
#include <stdlib.h>

#include "sheet/keys.h"
#include "sheet/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void any_table(const char *bytes, size_t size)
{
    struct table table;
    struct sheet base = {.n = 0};
    struct sheet rows;
    char why[SHEET_WHY];
    if (!table_parse(&table, "t.csv", bytes, size, why)) {
        return;
    }
    (void)table_check(&table, &base, NULL, "{a}", why);
    free(table_path(&table, 0, "{a}", why));
    if (table_rows(&table, 0, &base, NULL, &rows)) {
        sheet_free(&rows);
    }
    table_free(&table);
}

/* What was read comes back from what is printed. */
static void come_back(const struct keys *keys, const char *text, size_t len)
{
    struct sheet sheet;
    struct keys again;
    char why[SHEET_WHY];
    if (!sheet_parse(&sheet, "b", text, len, why) ||
            !keys_read(&again, &sheet, &(struct keys_config){.fw = NULL}, why) ||
            again.n != keys->n) {
        abort();
    }
    for (size_t i = 0; i < keys->n; i++) {
        if (!keys_same(&keys->key[i], &again.key[i])) {
            abort();
        }
    }
    keys_free(&again);
    sheet_free(&sheet);
}

static void print(const struct keys *keys, bool json)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    if (to == NULL) {
        return;
    }
    (void)(json ? keys_print_json : keys_print_csv)(keys, NULL, to);
    if (fclose(to) == 0) {
        come_back(keys, text, len);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sheet sheet;
    struct keys keys;
    char why[SHEET_WHY];
    const struct keys_config config = {.numbered = true};
    const char *bytes = (const char *)data;
    any_table(bytes, size);
    if (!sheet_parse(&sheet, "a", bytes, size, why)) {
        return 0;
    }
    if (keys_read(&keys, &sheet, &config, why)) {
        print(&keys, false);
        print(&keys, true);
        keys_free(&keys);
    }
    sheet_free(&sheet);
    return 0;
}
