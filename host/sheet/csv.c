/* SPDX-License-Identifier: MIT */
#include "sheet/csv.h"

#include <stdlib.h>
#include <string.h>

#include "sheet/sheet_priv.h"

/* Where the reading is. */
struct cursor {
    struct csv *csv;
    char *why;
    const char *at, *end;
    unsigned long line;
    const char *line_start;
    char *to; /* fields are put here, one behind the other, each with its 0 */
    struct csv_cell *cells; /* of this line */
    size_t n;
};

static unsigned long column(const struct cursor *c)
{
    return (unsigned long)(c->at - c->line_start) + 1;
}

static bool refuse_here(const struct cursor *c, const char *what)
{
    return sheet_refuse(c->why, "%s:%lu:%lu: %s", c->csv->path, c->line, column(c), what);
}

/* Length of a line end at the cursor: 0, 1 or 2. */
static size_t line_end(const struct cursor *c)
{
    size_t left = (size_t)(c->end - c->at);
    if (left > 0 && *c->at == '\n') {
        return 1;
    }
    return left >= 2 && c->at[0] == '\r' && c->at[1] == '\n' ? 2 : 0;
}

static void next_line(struct cursor *c, size_t len)
{
    c->at += len;
    c->line++;
    c->line_start = c->at;
}

static bool read_quoted(struct cursor *c)
{
    unsigned long line = c->line;
    unsigned long start = column(c);
    c->at++;
    for (;;) {
        if (c->at == c->end) {
            return sheet_refuse(c->why,
                    "%s:%lu:%lu: the quotes that begin here do not end", c->csv->path,
                    line, start);
        }
        if (*c->at == '"') {
            c->at++;
            if (c->at == c->end || *c->at != '"') {
                return true;
            }
        }
        *c->to++ = *c->at++;
        if (c->at[-1] == '\n') {
            next_line(c, 0);
        }
    }
}

static bool read_bare(struct cursor *c)
{
    while (c->at < c->end && *c->at != ',' && line_end(c) == 0) {
        if (*c->at == '"') {
            return refuse_here(c,
                    "quotes inside of a field; put the whole field in quotes, "
                    "and write these twice");
        }
        *c->to++ = *c->at++;
    }
    return true;
}

static bool read_field(struct cursor *c)
{
    if (c->n == CSV_FIELDS_MAX) {
        return refuse_here(c, "more than 1024 fields in a line");
    }
    struct csv_cell *cell = &c->cells[c->n++];
    *cell = (struct csv_cell){.text = c->to, .line = c->line, .column = column(c)};
    bool quoted = c->at < c->end && *c->at == '"';
    if (!(quoted ? read_quoted(c) : read_bare(c))) {
        return false;
    }
    *c->to++ = '\0';
    if (c->at < c->end && *c->at != ',' && line_end(c) == 0) {
        return refuse_here(c,
                "behind the closing quotes a comma or the end of the line is "
                "due");
    }
    return true;
}

static bool keep_line(struct cursor *c)
{
    struct csv *csv = c->csv;
    if (csv->n == csv->room) {
        size_t room = csv->room == 0 ? 64 : csv->room * 2;
        struct csv_line *more = realloc(csv->line, room * sizeof(*more));
        if (more == NULL) {
            return refuse_here(c, "not enough memory");
        }
        csv->line = more;
        csv->room = room;
    }
    struct csv_cell *own = pool_take(&csv->pool, c->n * sizeof(*own));
    if (own == NULL) {
        return refuse_here(c, "not enough memory");
    }
    memcpy(own, c->cells, c->n * sizeof(*own));
    csv->line[csv->n++] = (struct csv_line){own, c->n};
    return true;
}

static bool read_fields(struct cursor *c)
{
    bool more = true;
    c->n = 0;
    while (more) {
        if (!read_field(c)) {
            return false;
        }
        more = c->at < c->end && *c->at == ',';
        c->at += more;
    }
    return keep_line(c);
}

static bool read_line(struct cursor *c)
{
    if (*c->at == '#' || line_end(c) != 0) {
        while (c->at < c->end && line_end(c) == 0) {
            c->at++;
        }
    } else if (!read_fields(c)) {
        return false;
    }
    next_line(c, line_end(c));
    return true;
}

/* Files from a spreadsheet that saved something else. */
static bool check_kind(struct cursor *c)
{
    const char *zero = memchr(c->at, '\0', (size_t)(c->end - c->at));
    const char *comma = memchr(c->at, ',', (size_t)(c->end - c->at));
    const char *semicolon = memchr(c->at, ';', (size_t)(c->end - c->at));
    const char *end = memchr(c->at, '\n', (size_t)(c->end - c->at));
    end = end != NULL ? end : c->end;
    if (zero != NULL) {
        return sheet_refuse(c->why,
                "%s: has bytes of 0: no CSV; if a spreadsheet wrote it, "
                "save as 'CSV UTF-8'",
                c->csv->path);
    }
    if (semicolon != NULL && semicolon < end && (comma == NULL || comma > end)) {
        return sheet_refuse(c->why,
                "%s:1: the fields have semicolons between; save with commas",
                c->csv->path);
    }
    return true;
}

static bool parse(struct cursor *c, size_t len)
{
    struct csv *csv = c->csv;
    /* A field is never longer than it was, but for the 0 in the place of the
     * comma or the line's end; the last one may have had neither. */
    c->to = pool_take(&csv->pool, len + 1);
    c->cells = pool_take(&csv->pool, CSV_FIELDS_MAX * sizeof(*c->cells));
    if (c->to == NULL || c->cells == NULL) {
        return refuse_here(c, "not enough memory");
    }
    bool good = check_kind(c);
    while (good && c->at < c->end) {
        good = read_line(c);
    }
    return good;
}

bool csv_parse(struct csv *csv, const char *path, const char *bytes, size_t len,
        char why[SHEET_WHY]) /* NOLINT(readability-non-const-parameter): written to */
{
    static const char mark[] = "\xEF\xBB\xBF";
    *csv = (struct csv){.path = path};
    struct cursor c = {
            .csv = csv, .why = why, .at = bytes, .end = bytes + len, .line = 1};
    if (len >= 3 && memcmp(bytes, mark, 3) == 0) {
        c.at += 3;
    }
    c.line_start = c.at;
    if (!parse(&c, len)) {
        csv_free(csv);
        return false;
    }
    return true;
}

void csv_free(struct csv *csv)
{
    free(csv->line);
    pool_free(&csv->pool);
    *csv = (struct csv){0};
}

void csv_print(const char *text, size_t len, FILE *to)
{
    bool quotes = len > 0 && (text[0] == '#' || text[0] == ' ' || text[len - 1] == ' ');
    for (size_t i = 0; i < len && !quotes; i++) {
        quotes = strchr(",\"\r\n", text[i]) != NULL;
    }
    if (!quotes) {
        (void)fwrite(text, 1, len, to);
        return;
    }
    (void)fputc('"', to);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"') {
            (void)fputc('"', to);
        }
        (void)fputc(text[i], to);
    }
    (void)fputc('"', to);
}
