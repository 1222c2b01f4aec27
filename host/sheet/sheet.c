/* SPDX-License-Identifier: MIT */
#include "sheet/sheet.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/keys.h"
#include "sheet/sheet_priv.h"

enum { FILE_ENOUGH = 64 * 1024 * 1024 };

/* ---- refusing ----------------------------------------------------------------- */

static void to_one_line(char *why)
{
    for (char *c = why; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c)) {
            *c = '?';
        }
    }
}

bool sheet_refuse(char why[SHEET_WHY], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, SHEET_WHY, format, args);
    va_end(args);
    to_one_line(why);
    return false;
}

/* "a.csv:3:7: ", "a.json: 2nd key: " */
static int print_place(
        char why[SHEET_WHY], const struct sheet_row *row, enum sheet_field field)
{
    const struct sheet_place *p = &row->place[field];
    if (p->path == NULL) {
        why[0] = '\0';
        return 0;
    }
    if (p->line != 0) {
        return snprintf(why, SHEET_WHY, "%.150s:%lu:%lu: ", p->path, p->line, p->column);
    }
    if (row->number != 0) {
        return snprintf(why, SHEET_WHY, "%.150s: entry %lu: ", p->path, row->number);
    }
    return snprintf(why, SHEET_WHY, "%.150s: ", p->path);
}

bool sheet_refuse_at(char why[SHEET_WHY], const struct sheet_row *row,
        enum sheet_field field, const char *format, ...)
{
    int len = print_place(why, row, field);
    if (row->text[SHEET_KEY][0] != '\0') {
        len += snprintf(
                why + len, SHEET_WHY - (size_t)len, "%.60s: ", row->text[SHEET_KEY]);
    }
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why + len, SHEET_WHY - (size_t)len, format, args);
    va_end(args);
    to_one_line(why);
    return false;
}

/* ---- files ---------------------------------------------------------------------- */

static char *load_stream(FILE *stream, const char *path, size_t *len, char why[SHEET_WHY])
{
    char *bytes = NULL;
    size_t room = 1u << 14;
    *len = 0;
    for (;;) {
        char *more = realloc(bytes, room);
        if (more == NULL) {
            (void)sheet_refuse(why, "%s: not enough memory", path);
            break;
        }
        bytes = more;
        *len += fread(bytes + *len, 1, room - *len, stream);
        if (ferror(stream)) {
            (void)sheet_refuse(why, "%s: %s", path, strerror(errno));
            break;
        }
        if (*len < room) {
            return bytes;
        }
        if (room >= FILE_ENOUGH) {
            (void)sheet_refuse(why, "%s: larger than any store", path);
            break;
        }
        room *= 2;
    }
    free(bytes);
    return NULL;
}

char *sheet_load(const char *path, size_t *len, char why[SHEET_WHY])
{
    if (strcmp(path, "-") == 0) {
        return load_stream(stdin, "standard input", len, why);
    }
    FILE *stream = fopen(path, "rbe");
    if (stream == NULL) {
        (void)sheet_refuse(why, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *bytes = load_stream(stream, path, len, why);
    (void)fclose(stream); /* it was only read */
    return bytes;
}

/* ---- rows ------------------------------------------------------------------------- */

struct sheet_row *sheet_add(struct sheet *sheet)
{
    if (sheet->n == sheet->room) {
        size_t room = sheet->room == 0 ? 32 : sheet->room * 2;
        struct sheet_row *more = realloc(sheet->row, room * sizeof(*more));
        if (more == NULL) {
            return NULL;
        }
        sheet->row = more;
        sheet->room = room;
    }
    struct sheet_row *row = &sheet->row[sheet->n++];
    *row = (struct sheet_row){.number = 0};
    for (int i = 0; i < SHEET_FIELDS; i++) {
        row->text[i] = "";
    }
    return row;
}

const char *sheet_field_name(enum sheet_field field)
{
    static const char *const names[SHEET_FIELDS] = {
            [SHEET_KEY] = "key",
            [SHEET_TYPE] = "type",
            [SHEET_ENCODING] = "encoding",
            [SHEET_VALUE] = "value",
            [SHEET_ID] = "id",
    };
    return names[field];
}

void sheet_free(struct sheet *sheet)
{
    free(sheet->row);
    csv_free(&sheet->csv);
    pool_free(&sheet->pool);
    *sheet = (struct sheet){0};
}

bool sheet_add_word(struct sheet *sheet, const char *word, char why[SHEET_WHY])
{
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word || word[0] == ':') {
        return sheet_refuse(
                why, "'%s' sets nothing; write KEY=VALUE or KEY:u32=VALUE", word);
    }
    char *key = pool_copy(&sheet->pool, word, (size_t)(equals - word));
    struct sheet_row *row = sheet_add(sheet);
    if (key == NULL || row == NULL) {
        return sheet_refuse(why, "not enough memory");
    }
    char *colon = strrchr(key, ':');
    if (colon != NULL && keys_is_encoding(colon + 1)) {
        *colon = '\0';
        row->text[SHEET_ENCODING] = colon + 1;
    }
    row->text[SHEET_KEY] = key;
    row->text[SHEET_VALUE] = equals + 1;
    return true;
}

/* ---- CSV: columns --------------------------------------------------------------------- */

/* Which field each column of the first line is. */
static bool find_columns(
        const struct csv *csv, enum sheet_field *columns, char why[SHEET_WHY])
{
    const struct csv_line *head = &csv->line[0];
    bool have[SHEET_FIELDS] = {false};
    for (size_t i = 0; i < head->n; i++) {
        const struct csv_cell *cell = &head->cell[i];
        unsigned f = 0;
        while (f < SHEET_FIELDS &&
                strcmp(cell->text, sheet_field_name((enum sheet_field)f)) != 0) {
            f++;
        }
        if (i >= SHEET_FIELDS || f == SHEET_FIELDS || have[f]) {
            return sheet_refuse(why,
                    "%s:%lu:%lu: '%.40s' is no column, or one too many; the first line "
                    "is "
                    "key,type,encoding,value and perhaps id",
                    csv->path, cell->line, cell->column, cell->text);
        }
        columns[i] = (enum sheet_field)f;
        have[f] = true;
    }
    return (have[SHEET_KEY] && have[SHEET_VALUE]) ||
           sheet_refuse(why,
                   "%s:%lu: the columns are missing; the first line is "
                   "key,type,encoding,value and perhaps id",
                   csv->path, head->cell[0].line);
}

static bool add_line(struct sheet *sheet, const struct csv_line *line,
        const enum sheet_field *columns, char why[SHEET_WHY])
{
    size_t most = sheet->csv.line[0].n;
    struct sheet_row *row = sheet_add(sheet);
    if (row == NULL) {
        return sheet_refuse(why, "not enough memory");
    }
    for (int f = 0; f < SHEET_FIELDS; f++) {
        row->place[f] = (struct sheet_place){
                sheet->csv.path, line->cell[0].line, line->cell[0].column};
    }
    for (size_t i = 0; i < line->n; i++) {
        const struct csv_cell *cell = &line->cell[i];
        if (i >= most) {
            return sheet_refuse(why,
                    "%s:%lu:%lu: a field too many: the first line has %zu; a value with "
                    "a "
                    "comma in it wants quotes",
                    sheet->csv.path, cell->line, cell->column, most);
        }
        row->text[columns[i]] = cell->text;
        row->place[columns[i]] =
                (struct sheet_place){sheet->csv.path, cell->line, cell->column};
    }
    return true;
}

bool sheet_parse_csv(struct sheet *sheet, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY])
{
    enum sheet_field columns[SHEET_FIELDS];
    *sheet = (struct sheet){0};
    if (!csv_parse(&sheet->csv, path, bytes, len, why)) {
        return false;
    }
    bool good = sheet->csv.n > 0 ? find_columns(&sheet->csv, columns, why)
                                 : sheet_refuse(why, "%s: nothing in it", path);
    for (size_t i = 1; i < sheet->csv.n && good; i++) {
        good = add_line(sheet, &sheet->csv.line[i], columns, why);
    }
    if (!good) {
        sheet_free(sheet);
    }
    return good;
}

bool sheet_parse(struct sheet *sheet, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY])
{
    size_t at = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (at < len && isspace((unsigned char)bytes[at])) {
        at++;
    }
    bool json = at < len && (bytes[at] == '{' || bytes[at] == '[');
    return (json ? sheet_parse_json : sheet_parse_csv)(sheet, path, bytes, len, why);
}
