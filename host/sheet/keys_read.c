/* keys_read.c - which key a row means: its id and its name.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/keys_priv.h"

/* A key, and the row that it came from. */
struct found {
    struct key key;
    const struct sheet_row *row;
};

struct reading {
    const struct keys_config *config;
    struct pool *pool;
    struct found *found;
    size_t n;
    const char *space; /* of the last row of type namespace */
    uint32_t next;     /* the next number for keys without one */
    char *why;
};

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* ---- id and setting -------------------------------------------------------------- */

static bool read_id(const struct reading *r, const struct sheet_row *row,
        enum sheet_field field, uint16_t *id)
{
    unsigned long value = strtoul(row->text[field], NULL, 10);
    if (!is_number(row->text[field]) || strlen(row->text[field]) > 9 ||
            value > KEYS_ID_MAX) {
        return sheet_refuse_at(r->why, row, field, "'%.40s' is no id; they are 0 to %d",
                row->text[field], KEYS_ID_MAX);
    }
    *id = (uint16_t)value;
    return true;
}

static const struct setting *find_setting(
        const struct reading *r, const struct sheet_row *row, struct pool *pool)
{
    const struct firmware *fw = r->config->fw;
    const char *key = row->text[SHEET_KEY];
    if (fw == NULL || key[0] == '\0') {
        return NULL;
    }
    const char *joined =
            r->space[0] != '\0' ? pool_format(pool, "%s_%s", r->space, key) : NULL;
    const struct setting *s = joined != NULL ? firmware_find(fw, joined) : NULL;
    return s != NULL ? s : firmware_find(fw, key);
}

static bool refuse_unknown(const struct reading *r, const struct sheet_row *row)
{
    const char *key = row->text[SHEET_KEY];
    const struct firmware *fw = r->config->fw;
    if (key[0] == '\0') {
        return sheet_refuse_at(r->why, row, SHEET_KEY, "a key or an id is due");
    }
    const char *colon = strrchr(key, ':');
    if (colon != NULL && row->text[SHEET_ENCODING][0] == '\0') {
        return sheet_refuse_at(r->why, row, SHEET_KEY,
                "there is no such key, and '%.20s' is no encoding", colon + 1);
    }
    if (r->config->numbered) {
        return sheet_refuse_at(r->why, row, SHEET_KEY,
                "no id is left for it: they end at %d; let --number begin lower",
                KEYS_ID_MAX);
    }
    if (fw == NULL && r->config->known != NULL) {
        return sheet_refuse_at(r->why, row, SHEET_KEY,
                "there is no such key; 'etch image list' shows those there are; a new "
                "one "
                "needs --elf, or an id: 12:u32=1");
    }
    if (fw == NULL) {
        return sheet_refuse_at(r->why, row, SHEET_KEY,
                "has no id; add a column id, or name the firmware with --elf, or let "
                "--number 100 count from 100");
    }
    const struct setting *like = firmware_like(fw, key);
    return sheet_refuse_at(r->why, row, SHEET_KEY,
            "%s has no such setting%s%s; a key that is none needs an id", fw->path,
            like != NULL ? "; the next is " : "", like != NULL ? like->name : "");
}

/* A number that a known key has as its name means that key, as in get and rm. */
static bool is_known_name(const struct reading *r, const char *key)
{
    const struct keys *known = r->config->known;
    return known != NULL && keys_named(known, key) != NULL;
}

/* The key's id as far as the row alone says it: in its column, or because the
 * key is a number. *given: it does. */
static bool own_id(
        const struct reading *r, const struct sheet_row *row, uint16_t *id, bool *given)
{
    bool column = row->text[SHEET_ID][0] != '\0';
    const char *key = row->text[SHEET_KEY];
    *given = column || (is_number(key) && !is_known_name(r, key));
    return !*given || read_id(r, row, column ? SHEET_ID : SHEET_KEY, id);
}

/* A row that says both must not say different things. */
static bool check_setting(const struct reading *r, const struct sheet_row *row,
        const struct setting *numbered, const struct setting *named)
{
    const char *key = row->text[SHEET_KEY];
    if (numbered != NULL && numbered != named && key[0] != '\0' && !is_number(key)) {
        return sheet_refuse_at(r->why, row, SHEET_ID, "id %u is %s in %s",
                numbered->number, numbered->name, r->config->fw->path);
    }
    if (named != NULL && numbered == NULL) {
        return sheet_refuse_at(r->why, row, SHEET_ID, "has the id %u in %s",
                named->number, r->config->fw->path);
    }
    return true;
}

static const struct key *find_known(
        const struct reading *r, const struct sheet_row *row, bool given, uint16_t id)
{
    const struct keys *known = r->config->known;
    if (known == NULL) {
        return NULL;
    }
    return given ? keys_id(known, id) : keys_find(known, row->text[SHEET_KEY]);
}

/* Fill in the target, and the id. */
static bool find_key(
        struct reading *r, const struct sheet_row *row, struct target *t, uint16_t *id)
{
    bool given = false;
    if (!own_id(r, row, id, &given)) {
        return false;
    }
    t->setting = find_setting(r, row, r->pool);
    if (given && r->config->fw != NULL) {
        const struct setting *numbered = firmware_number(r->config->fw, *id);
        if (!check_setting(r, row, numbered, t->setting)) {
            return false;
        }
        t->setting = numbered;
    }
    if (t->setting != NULL) {
        *id = t->setting->number;
        given = true;
    }
    t->known = find_known(r, row, given, *id);
    if (t->known != NULL) {
        *id = t->known->id;
        given = true;
    }
    if (!given && r->config->numbered && row->text[SHEET_KEY][0] != '\0') {
        given = r->next <= KEYS_ID_MAX;
        *id = (uint16_t)r->next++;
    }
    return given || refuse_unknown(r, row);
}

/* ---- name ------------------------------------------------------------------------------ */

/* The name that a key has in the store: with its type where the row says one, or as
 * it is there already. */
static const char *name_of(struct reading *r, const struct target *t)
{
    struct pool *pool = r->pool;
    const struct sheet_row *row = t->row;
    const char *encoding = row->text[SHEET_ENCODING];
    struct type type;
    char text[TYPE_TEXT];
    bool typed = encoding_read(encoding, &type) == ENCODING_TYPE;
    if (t->setting != NULL) {
        return t->setting->label;
    }
    if (t->known != NULL) {
        size_t len = keys_name_len(t->known);
        bool new_type = typed && t->known->name[len] != '\0';
        return new_type ? pool_format(pool, "%.*s:%s", (int)len, t->known->name,
                                  type_text(&type, text))
                        : t->known->name;
    }
    const char *key = row->text[SHEET_KEY];
    bool nameless = key[0] == '\0' || (row->text[SHEET_ID][0] == '\0' && is_number(key));
    if (nameless) {
        return "";
    }
    return pool_format(pool, "%s%s%s%s%s", r->space, r->space[0] != '\0' ? "." : "", key,
            typed ? ":" : "", typed ? type_text(&type, text) : "");
}

static bool check_name(
        const struct reading *r, const struct sheet_row *row, const char *name)
{
    if (name == NULL) {
        return sheet_refuse(r->why, "not enough memory");
    }
    if (strlen(name) > KEYS_NAME_MAX) {
        return sheet_refuse_at(r->why, row, SHEET_KEY,
                "with its type it has %zu bytes; a name has up to %d", strlen(name),
                KEYS_NAME_MAX);
    }
    return text_is_plain((const uint8_t *)name, (uint32_t)strlen(name)) ||
           sheet_refuse_at(r->why, row, SHEET_KEY,
                   "a name is UTF-8 text without control characters");
}

/* ---- rows ---------------------------------------------------------------------------------- */

static bool read_key(struct reading *r, const struct sheet_row *row)
{
    struct target t = {.row = row};
    struct key key = {.name = ""};
    if (!find_key(r, row, &t, &key.id)) {
        return false;
    }
    if (t.setting != NULL) {
        t.type = t.setting->type;
        t.typed = true;
    } else if (t.known != NULL) {
        t.typed = keys_type(t.known, NULL, &t.type);
    }
    if (!value_of(&t, r->pool, &key, r->why)) {
        return false;
    }
    if (key.counter && key.id > KEYS_COUNTER_MAX) {
        return sheet_refuse_at(
                r->why, row, SHEET_ID, "a counter has an id up to %d", KEYS_COUNTER_MAX);
    }
    key.name = name_of(r, &t);
    if (!check_name(r, row, key.name)) {
        return false;
    }
    r->found[r->n++] = (struct found){key, row};
    return true;
}

static bool read_row(struct reading *r, const struct sheet_row *row)
{
    const char *type = row->text[SHEET_TYPE];
    if (strcmp(type, "namespace") == 0) {
        r->space = row->text[SHEET_KEY];
        return r->space[0] != '\0' ||
               sheet_refuse_at(r->why, row, SHEET_KEY, "a namespace has a name");
    }
    if (type[0] != '\0' && strcmp(type, "data") != 0 && strcmp(type, "file") != 0) {
        return sheet_refuse_at(r->why, row, SHEET_TYPE,
                "no type '%.40s'; there are data, file and namespace", type);
    }
    return read_key(r, row);
}

/* ---- twice ----------------------------------------------------------------------- */

static int by_row(const struct found *a, const struct found *b)
{
    return (a->row > b->row) - (a->row < b->row);
}

static int by_id(const void *left, const void *right)
{
    const struct found *a = left;
    const struct found *b = right;
    int ids = (a->key.id > b->key.id) - (a->key.id < b->key.id);
    return ids != 0 ? ids : by_row(a, b);
}

static int by_name(const void *left, const void *right)
{
    const struct found *a = left;
    const struct found *b = right;
    int names = strcmp(a->key.name, b->key.name);
    return names != 0 ? names : by_row(a, b);
}

static bool refuse_twice(const struct reading *r, const struct found *a,
        const struct found *b, const char *what)
{
    unsigned long line = a->row->place[SHEET_KEY].line;
    if (line != 0) {
        return sheet_refuse_at(r->why, b->row, SHEET_KEY,
                "the %s of id %u is given twice, in line %lu for the first time", what,
                b->key.id, line);
    }
    return sheet_refuse_at(
            r->why, b->row, SHEET_KEY, "the %s of id %u is given twice", what, b->key.id);
}

/* Leaves the keys in the order of their ids. */
static bool check_twice(const struct reading *r)
{
    const struct found *f = r->found;
    bool good = true;
    qsort(r->found, r->n, sizeof(*r->found), by_name);
    for (size_t i = 1; i < r->n && good; i++) {
        good = f[i].key.name[0] == '\0' ||
               strcmp(f[i - 1].key.name, f[i].key.name) != 0 ||
               f[i - 1].key.id == f[i].key.id ||
               refuse_twice(r, &f[i - 1], &f[i], "name");
    }
    qsort(r->found, r->n, sizeof(*r->found), by_id);
    for (size_t i = 1; i < r->n && good; i++) {
        good = f[i - 1].key.id != f[i].key.id ||
               refuse_twice(r, &f[i - 1], &f[i], "value");
    }
    return good;
}

static bool take_keys(const struct reading *r, struct keys *keys)
{
    keys->key = calloc(r->n + 1, sizeof(*keys->key));
    if (keys->key == NULL) {
        return sheet_refuse(r->why, "not enough memory");
    }
    for (size_t i = 0; i < r->n; i++) {
        keys->key[i] = r->found[i].key;
    }
    keys->n = r->n;
    keys->room = r->n + 1;
    return true;
}

bool keys_read(struct keys *keys, const struct sheet *sheet,
        const struct keys_config *config,
        char why[SHEET_WHY]) /* NOLINT(readability-non-const-parameter): written to */
{
    struct reading r = {.config = config,
            .pool = &keys->pool,
            .found = calloc(sheet->n + 1, sizeof(*r.found)),
            .space = "",
            .next = config->first,
            .why = why};
    *keys = (struct keys){0};
    bool good = true;
    if (r.found == NULL) {
        return sheet_refuse(why, "not enough memory");
    }
    for (size_t i = 0; i < sheet->n && good; i++) {
        good = read_row(&r, &sheet->row[i]);
    }
    good = good && check_twice(&r) && take_keys(&r, keys);
    free(r.found);
    if (!good) {
        keys_free(keys);
    }
    return good;
}
