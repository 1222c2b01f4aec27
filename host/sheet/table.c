/* SPDX-License-Identifier: MIT */
#include "sheet/table.h"

#include <stdlib.h>
#include <string.h>

#include "sheet/keys.h"
#include "sheet/sheet_priv.h"

static const struct csv_line *head_of(const struct table *table)
{
    return &table->csv.line[0];
}

static const struct csv_line *device(const struct table *table, size_t i)
{
    return &table->csv.line[i + 1];
}

/* ---- reading ---------------------------------------------------------------------- */

static bool check_head(const struct table *table, char why[SHEET_WHY])
{
    const struct csv_line *head = head_of(table);
    for (size_t i = 0; i < head->n; i++) {
        const struct csv_cell *cell = &head->cell[i];
        for (size_t k = 0; k < i; k++) {
            if (strcmp(head->cell[k].text, cell->text) == 0) {
                return sheet_refuse(why, "%s:%lu:%lu: a second column '%.40s'",
                        table->csv.path, cell->line, cell->column, cell->text);
            }
        }
        if (cell->text[0] == '\0') {
            return sheet_refuse(why, "%s:%lu:%lu: a column without a name",
                    table->csv.path, cell->line, cell->column);
        }
    }
    return true;
}

static bool check_lines(const struct table *table, char why[SHEET_WHY])
{
    size_t n = head_of(table)->n;
    for (size_t i = 0; i < table->n; i++) {
        const struct csv_line *line = device(table, i);
        if (line->n != n) {
            const struct csv_cell *cell = &line->cell[line->n > n ? n : line->n - 1];
            return sheet_refuse(why, "%s:%lu:%lu: %zu fields, and the first line has %zu",
                    table->csv.path, cell->line, cell->column, line->n, n);
        }
    }
    return true;
}

bool table_parse(struct table *table, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY])
{
    *table = (struct table){.n = 0};
    if (!csv_parse(&table->csv, path, bytes, len, why)) {
        return false;
    }
    table->n = table->csv.n > 0 ? table->csv.n - 1 : 0;
    bool good = table->n > 0
                        ? check_head(table, why) && check_lines(table, why)
                        : sheet_refuse(why,
                                  "%s: no devices: a line of keys is due, and one for "
                                  "each device",
                                  path);
    if (!good) {
        table_free(table);
    }
    return good;
}

void table_free(struct table *table)
{
    csv_free(&table->csv);
    table->n = 0;
}

/* ---- columns ------------------------------------------------------------------------ */

/* Length of a column's key; its encoding behind the colon, "" if it has none. */
static size_t split_column(const char *column, const char **encoding)
{
    const char *colon = strrchr(column, ':');
    if (colon != NULL && keys_is_encoding(colon + 1)) {
        *encoding = colon + 1;
        return (size_t)(colon - column);
    }
    *encoding = "";
    return strlen(column);
}

/* The row of the base that the column gives values for. */
static size_t find_row(const struct sheet *base, const char *column)
{
    size_t i = 0;
    while (i < base->n &&
            (strcmp(base->row[i].text[SHEET_KEY], column) != 0 ||
                    strcmp(base->row[i].text[SHEET_TYPE], "namespace") == 0)) {
        i++;
    }
    return i;
}

/* A key of its own, that the base does not have. */
static bool is_key(const char *column, const struct firmware *fw)
{
    const char *encoding;
    (void)split_column(column, &encoding);
    return encoding[0] != '\0' || (fw != NULL && firmware_find(fw, column) != NULL);
}

static bool is_in_pattern(const char *pattern, const char *column)
{
    size_t len = strlen(column);
    for (const char *at = strchr(pattern, '{'); at != NULL; at = strchr(at + 1, '{')) {
        if (strncmp(at + 1, column, len) == 0 && at[1 + len] == '}') {
            return true;
        }
    }
    return false;
}

bool table_check(const struct table *table, const struct sheet *base,
        const struct firmware *fw, const char *pattern, char why[SHEET_WHY])
{
    const struct csv_line *head = head_of(table);
    for (size_t i = 0; i < head->n; i++) {
        const struct csv_cell *cell = &head->cell[i];
        if (find_row(base, cell->text) == base->n && !is_key(cell->text, fw) &&
                !is_in_pattern(pattern, cell->text)) {
            return sheet_refuse(why,
                    "%s:%lu:%lu: '%.40s' is no key; write '%.40s:u32', or give it a row "
                    "in "
                    "the other file, or name the firmware with --elf; or use it in -o",
                    table->csv.path, cell->line, cell->column, cell->text, cell->text);
        }
    }
    return true;
}

static bool add_column(const struct csv_cell *head, const struct csv_cell *cell,
        const char *path, struct sheet *rows)
{
    struct sheet_row *row = sheet_add(rows);
    const char *encoding;
    size_t len = split_column(head->text, &encoding);
    char *key = pool_copy(&rows->pool, head->text, len);
    if (row == NULL || key == NULL) {
        return false;
    }
    for (int f = 0; f < SHEET_FIELDS; f++) {
        const struct csv_cell *from = f == SHEET_VALUE ? cell : head;
        row->place[f] = (struct sheet_place){path, from->line, from->column};
    }
    row->text[SHEET_KEY] = key;
    row->text[SHEET_ENCODING] = encoding;
    row->text[SHEET_VALUE] = cell->text;
    return true;
}

bool table_rows(const struct table *table, size_t i, const struct sheet *base,
        const struct firmware *fw, struct sheet *rows)
{
    const struct csv_line *head = head_of(table);
    const struct csv_line *line = device(table, i);
    *rows = (struct sheet){.n = 0};
    bool good = true;
    for (size_t k = 0; k < base->n && good; k++) {
        struct sheet_row *row = sheet_add(rows);
        good = row != NULL;
        if (good) {
            *row = base->row[k];
        }
    }
    for (size_t k = 0; k < head->n && good; k++) {
        const struct csv_cell *cell = &line->cell[k];
        size_t at = find_row(base, head->cell[k].text);
        if (at < base->n) {
            rows->row[at].text[SHEET_VALUE] = cell->text;
            rows->row[at].place[SHEET_VALUE] =
                    (struct sheet_place){table->csv.path, cell->line, cell->column};
        } else if (is_key(head->cell[k].text, fw)) {
            good = add_column(&head->cell[k], cell, table->csv.path, rows);
        }
    }
    if (!good) {
        sheet_free(rows);
    }
    return good;
}

/* ---- file names -------------------------------------------------------------------------- */

static const struct csv_cell *find_cell(
        const struct table *table, size_t i, const char *name, size_t len)
{
    const struct csv_line *head = head_of(table);
    for (size_t k = 0; k < head->n; k++) {
        const char *encoding;
        size_t key_len = split_column(head->cell[k].text, &encoding);
        bool whole = strlen(head->cell[k].text) == len;
        if ((whole || key_len == len) && strncmp(head->cell[k].text, name, len) == 0) {
            return &device(table, i)->cell[k];
        }
    }
    return NULL;
}

/* A value that would lead elsewhere, or hide the file. */
static bool check_value(const struct table *table, const struct csv_cell *cell, char *why)
{
    bool good = cell->text[0] != '\0' && cell->text[0] != '.' &&
                strpbrk(cell->text, "/\\") == NULL &&
                text_is_plain((const uint8_t *)cell->text, (uint32_t)strlen(cell->text));
    return good ||
           sheet_refuse(why, "%s:%lu:%lu: '%.40s' can be no part of a file's name",
                   table->csv.path, cell->line, cell->column, cell->text);
}

static bool print_path(
        const struct table *table, size_t i, const char *pattern, FILE *to, char *why)
{
    for (const char *at = pattern; *at != '\0';) {
        size_t len = strcspn(at, "{");
        (void)fwrite(at, 1, len, to);
        at += len;
        if (*at == '\0') {
            break;
        }
        size_t name_len = strcspn(at + 1, "}");
        const struct csv_cell *cell = find_cell(table, i, at + 1, name_len);
        if (at[1 + name_len] == '\0' || cell == NULL) {
            return sheet_refuse(why, "%s has no column '%.*s' for the file's name",
                    table->csv.path, (int)(name_len < 40 ? name_len : 40), at + 1);
        }
        if (!check_value(table, cell, why)) {
            return false;
        }
        (void)fputs(cell->text, to);
        at += name_len + 2;
    }
    return true;
}

char *table_path(
        const struct table *table, size_t i, const char *pattern, char why[SHEET_WHY])
{
    char *path = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&path, &len);
    if (to == NULL) {
        (void)sheet_refuse(why, "not enough memory");
        return NULL;
    }
    bool good = print_path(table, i, pattern, to, why);
    if (fclose(to) != 0) {
        good = sheet_refuse(why, "not enough memory");
    }
    if (good) {
        return path;
    }
    free(path);
    return NULL;
}
