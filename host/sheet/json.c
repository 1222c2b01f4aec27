/* json.c - rows from JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "sheet/sheet_priv.h"

struct reading {
    struct sheet *sheet;
    const char *path;
    char *why;
};

static bool refuse_memory(const struct reading *r)
{
    return sheet_refuse(r->why, "%s: not enough memory", r->path);
}

/* ---- values ------------------------------------------------------------------- */

static bool print_scalar(const struct reading *r, const cJSON *item, FILE *to)
{
    if (cJSON_IsBool(item) || cJSON_IsString(item)) {
        const char *word = cJSON_IsTrue(item) ? "true" : "false";
        (void)fputs(cJSON_IsString(item) ? item->valuestring : word, to);
        return true;
    }
    return sheet_refuse(r->why,
            "%s: %.60s: a value is a number, a text, true, false or a list of these",
            r->path, item->string != NULL ? item->string : "in a list");
}

/* A list becomes its elements with blanks between. */
static bool print_value(const struct reading *r, const cJSON *value, FILE *to)
{
    if (!cJSON_IsArray(value)) {
        return print_scalar(r, value, to);
    }
    const cJSON *item;
    cJSON_ArrayForEach(item, value)
    {
        if (item != value->child) {
            (void)fputc(' ', to);
        }
        if (!print_scalar(r, item, to)) {
            return false;
        }
    }
    return true;
}

/* NULL: refused. */
static const char *value_text(const struct reading *r, const cJSON *item)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    bool printed = to != NULL && print_value(r, item, to);
    bool made = to != NULL && fclose(to) == 0;
    const char *own = printed && made ? pool_copy(&r->sheet->pool, text, len) : NULL;
    if (own == NULL && (!made || printed)) {
        (void)refuse_memory(r);
    }
    free(text);
    return own;
}

/* ---- rows ------------------------------------------------------------------------ */

static struct sheet_row *add_row(const struct reading *r, unsigned long number)
{
    struct sheet_row *row = sheet_add(r->sheet);
    if (row == NULL) {
        (void)refuse_memory(r);
        return NULL;
    }
    row->number = number;
    for (int f = 0; f < SHEET_FIELDS; f++) {
        row->place[f].path = r->path;
    }
    return row;
}

static bool set_field(
        const struct reading *r, struct sheet_row *row, int field, const cJSON *item)
{
    row->text[field] = value_text(r, item);
    if (row->text[field] == NULL) {
        row->text[field] = "";
        return false;
    }
    return true;
}

/* {"key": ..., "encoding": ..., "value": ...} */
static bool read_fields(
        const struct reading *r, struct sheet_row *row, const cJSON *object)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        int f = 0;
        while (f < SHEET_FIELDS &&
                strcmp(item->string, sheet_field_name((enum sheet_field)f)) != 0) {
            f++;
        }
        if (f == SHEET_FIELDS) {
            return sheet_refuse_at(r->why, row, SHEET_KEY,
                    "no field '%.40s' in a key; there are key, type, encoding, value and "
                    "id",
                    item->string);
        }
        if (!set_field(r, row, f, item)) {
            return false;
        }
    }
    return true;
}

static bool read_list(const struct reading *r, const cJSON *list)
{
    unsigned long number = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        number++;
        if (!cJSON_IsObject(item)) {
            return sheet_refuse(r->why,
                    "%s: entry %lu: is no object such as {\"key\": \"limit\", "
                    "\"encoding\": "
                    "\"u32\", \"value\": 7}",
                    r->path, number);
        }
        struct sheet_row *row = add_row(r, number);
        if (row == NULL || !read_fields(r, row, item)) {
            return false;
        }
    }
    return true;
}

/* {"motor_limit": 1500, "host": {"encoding": "string", "value": "etch"}} */
static bool read_members(const struct reading *r, const cJSON *object)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        struct sheet_row *row = add_row(r, 0);
        if (row == NULL) {
            return false;
        }
        row->text[SHEET_KEY] =
                pool_copy(&r->sheet->pool, item->string, strlen(item->string));
        if (row->text[SHEET_KEY] == NULL) {
            row->text[SHEET_KEY] = "";
            return refuse_memory(r);
        }
        bool good = cJSON_IsObject(item) ? read_fields(r, row, item)
                                         : set_field(r, row, SHEET_VALUE, item);
        if (!good) {
            return false;
        }
    }
    return true;
}

/* ---- places --------------------------------------------------------------------- */

static bool refuse_place(
        const struct reading *r, const char *bytes, const char *at, const char *what)
{
    unsigned long line = 1;
    const char *start = bytes;
    for (const char *c = bytes; c < at; c++) {
        if (*c == '\n') {
            line++;
            start = c + 1;
        }
    }
    return sheet_refuse(r->why, "%s:%lu:%lu: %s", r->path, line,
            (unsigned long)(at - start) + 1, what);
}

static bool refuse_syntax(const struct reading *r, const char *bytes, const char *at)
{
    return refuse_place(r, bytes, at, "this is no JSON from here on");
}

/* ---- numbers ---------------------------------------------------------------------- */

/* cJSON keeps of a number what a double can hold. A value is the number that stands
 * in the file, so all numbers are made texts first; types read those to the last
 * digit, or refuse them as they are written. */

static size_t number_len(const char *at, const char *end)
{
    size_t len = 0;
    while (at + len < end && at[len] != '\0' && strchr("+-.eE0123456789", at[len])) {
        len++;
    }
    return len;
}

/* Without a fraction that is zero: some write all numbers with one. */
static size_t number_needed(const char *at, size_t len)
{
    size_t zeros = len;
    while (zeros > 0 && at[zeros - 1] == '0') {
        zeros--;
    }
    bool only = zeros > 0 && zeros < len && at[zeros - 1] == '.';
    return only ? zeros - 1 : len;
}

/* Bytes of a string, quotes included. */
static size_t string_len(const char *at, const char *end)
{
    size_t len = 1;
    while (at + len < end && at[len] != '"') {
        len += at[len] == '\\' && at + len + 1 < end ? 2 : 1;
    }
    return at + len < end ? len + 1 : len;
}

/* Where a string has an escaped 0, which would end it for cJSON; NULL: nowhere. */
static const char *find_zero(const char *at, size_t len)
{
    static const char zero[] = "\\u0000";
    for (size_t i = 0; i + sizeof(zero) <= len; i += at[i] == '\\' ? 2 : 1) {
        if (memcmp(at + i, zero, sizeof(zero) - 1) == 0) {
            return at + i;
        }
    }
    return NULL;
}

/* Copy what is JSON, with its numbers in quotes. */
static bool quote_numbers(
        const struct reading *r, const char *bytes, const char *end, FILE *to)
{
    for (const char *at = bytes; at < end;) {
        size_t len = 1;
        if (*at == '"') {
            len = string_len(at, end);
            const char *zero = find_zero(at, len);
            if (zero != NULL) {
                return refuse_place(r, bytes, zero,
                        "a text ends at a \\u0000; bytes with a 0 among them are "
                        "written with the encoding hex2bin or base64");
            }
            (void)fwrite(at, 1, len, to);
        } else if (*at == '-' || isdigit((unsigned char)*at)) {
            len = number_len(at, end);
            (void)fprintf(to, "\"%.*s\"", (int)number_needed(at, len), at);
        } else {
            (void)fputc(*at, to);
        }
        at += len;
    }
    return true;
}

/* NULL: refused. */
static cJSON *parse_exactly(const struct reading *r, const char *bytes, size_t len)
{
    char *quoted = NULL;
    size_t quoted_len = 0;
    FILE *to = open_memstream(&quoted, &quoted_len);
    bool good = to != NULL && quote_numbers(r, bytes, bytes + len, to);
    bool made = to != NULL && fclose(to) == 0;
    cJSON *root = good && made ? cJSON_ParseWithLength(quoted, quoted_len) : NULL;
    if (root == NULL && (good || !made)) {
        (void)refuse_memory(r); /* its syntax has been looked at */
    }
    free(quoted);
    return root;
}

/* ---- the document ------------------------------------------------------------------- */

static bool read_document(const struct reading *r, const cJSON *root)
{
    if (cJSON_IsArray(root)) {
        return read_list(r, root);
    }
    return cJSON_IsObject(root)
                   ? read_members(r, root)
                   : sheet_refuse(r->why,
                             "%s: neither a list of keys nor an object of them", r->path);
}

bool sheet_parse_json(struct sheet *sheet, const char *path, const char *bytes,
        size_t len,
        char why[SHEET_WHY]) /* NOLINT(readability-non-const-parameter): written to */
{
    struct reading r = {.sheet = sheet, .path = path, .why = why};
    const char *end = NULL;
    *sheet = (struct sheet){0};
    const char *zero = memchr(bytes, '\0', len);
    if (zero != NULL) {
        return refuse_syntax(&r, bytes, zero);
    }
    cJSON *root = cJSON_ParseWithLengthOpts(bytes, len, &end, 0);
    bool good = root != NULL;
    cJSON_Delete(root);
    while (good && end < bytes + len && isspace((unsigned char)*end)) {
        end++;
    }
    if (!good || end < bytes + len) {
        bool within = end != NULL && end <= bytes + len;
        return refuse_syntax(&r, bytes, within ? end : bytes + len);
    }
    root = parse_exactly(&r, bytes, len);
    good = root != NULL && read_document(&r, root);
    cJSON_Delete(root);
    if (!good) {
        sheet_free(sheet);
    }
    return good;
}
