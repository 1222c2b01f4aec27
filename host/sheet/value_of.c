/* value_of.c - the value that a row gives a key.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sheet/keys_priv.h"

static const char encodings_text[] = "u8 to i64, string, binary, hex2bin, base64, "
                                     "counter, or a type such as f32, bool, "
                                     "char[8]";

enum encoding encoding_read(const char *text, struct type *type)
{
    static const struct {
        const char *name;
        enum encoding encoding;
    } names[] = {{"", ENCODING_NONE}, {"counter", ENCODING_COUNTER},
            {"string", ENCODING_STRING}, {"binary", ENCODING_BINARY},
            {"hex2bin", ENCODING_HEX2BIN}, {"base64", ENCODING_BASE64}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(text, names[i].name) == 0) {
            return names[i].encoding;
        }
    }
    return type_read(text, type) ? ENCODING_TYPE : ENCODING_WRONG;
}

bool keys_is_encoding(const char *text)
{
    struct type type;
    enum encoding encoding = encoding_read(text, &type);
    return encoding != ENCODING_NONE && encoding != ENCODING_WRONG;
}

/* ---- values of a type ------------------------------------------------------------- */

static char *limit_text(const struct setting *s, const uint8_t *limit, struct pool *pool)
{
    struct type one = s->type;
    char *text = NULL;
    size_t len;
    one.count = 1;
    FILE *to = limit != NULL ? open_memstream(&text, &len) : NULL;
    if (to != NULL) {
        type_print(&one, limit, to);
        (void)fclose(to);
    }
    char *own = text != NULL ? pool_copy(pool, text, len) : NULL;
    free(text);
    return own != NULL ? own : pool_copy(pool, "", 0);
}

static bool check_limits(
        const struct target *t, const struct key *key, struct pool *pool, char *why)
{
    const struct setting *s = t->setting;
    if (s == NULL || type_within(&s->type, key->bytes, s->min, s->max)) {
        return true;
    }
    const char *value = t->row->text[SHEET_VALUE];
    if (s->type.kind == TYPE_BOOL) {
        return sheet_refuse_at(why, t->row, SHEET_VALUE, "%.40s is no bool", value);
    }
    const char *min = limit_text(s, s->min, pool);
    const char *max = limit_text(s, s->max, pool);
    return sheet_refuse_at(why, t->row, SHEET_VALUE,
            "%.40s is not within what the firmware takes: %s%s%s%s", value,
            s->min != NULL ? "from " : "", min != NULL ? min : "",
            s->max != NULL ? " to " : " up", max != NULL ? max : "");
}

static bool typed_value(const struct target *t, const struct type *type,
        struct pool *pool, struct key *key, char *why)
{
    char said[TYPE_WHY];
    uint32_t len = type_len(type);
    uint8_t *bytes = len <= KEYS_LEN_MAX ? pool_take(pool, len) : NULL;
    if (bytes == NULL) {
        return sheet_refuse_at(why, t->row, SHEET_ENCODING,
                "%u bytes are more than a value may have in any store", len);
    }
    if (!type_value(type, t->row->text[SHEET_VALUE], bytes, said)) {
        char text[TYPE_TEXT];
        return sheet_refuse_at(
                why, t->row, SHEET_VALUE, "%s: %s", type_text(type, text), said);
    }
    key->bytes = bytes;
    key->len = len;
    return true;
}

/* A type in the row must be that of the setting; a version need not be said. */
static bool check_type(const struct target *t, const struct type *type, char *why)
{
    char theirs[TYPE_TEXT];
    if (t->setting == NULL) {
        return true;
    }
    const struct type *own = &t->setting->type;
    bool same = type->kind == own->kind && type->width == own->width &&
                type->count == own->count &&
                (type->version == 0 || type->version == own->version);
    return same ||
           sheet_refuse_at(why, t->row, SHEET_ENCODING, "is %s in the firmware, not %s",
                   type_text(own, theirs), t->row->text[SHEET_ENCODING]);
}

/* ---- values that are bytes ------------------------------------------------------------ */

/* "file": the value is a path, which begins at the folder of the sheet. */
static char *load_file(const struct target *t, size_t *len, struct pool *pool, char *why)
{
    const char *path = t->row->text[SHEET_VALUE];
    const char *sheet = t->row->place[SHEET_VALUE].path;
    const char *slash = sheet != NULL ? strrchr(sheet, '/') : NULL;
    if (path[0] != '/' && slash != NULL) {
        path = pool_format(pool, "%.*s/%s", (int)(slash - sheet), sheet, path);
    }
    bool fits = false;
    char *bytes = NULL;
    if (path != NULL && path[0] != '\0' && strcmp(path, "-") != 0) {
        char said[SHEET_WHY];
        bytes = sheet_load(path, len, said);
        if (bytes == NULL) {
            (void)sheet_refuse_at(why, t->row, SHEET_VALUE, "%.200s", said);
            return NULL;
        }
        fits = *len <= 4 * (size_t)KEYS_LEN_MAX;
    }
    char *own = fits ? pool_copy(pool, bytes, *len) : NULL;
    if (own == NULL) {
        (void)sheet_refuse_at(why, t->row, SHEET_VALUE,
                bytes != NULL ? "the file is larger than a value may be"
                              : "a file's name is due");
    }
    free(bytes);
    return own;
}

/* Bytes must be as many as the setting has; text may be shorter. */
static bool fit_setting(const struct target *t, struct decoded *d, char *why)
{
    const struct setting *s = t->setting;
    if (s == NULL) {
        return true;
    }
    bool is_text = s->type.kind == TYPE_CHAR;
    /* The 0 behind a string is of no use in an array that is full. */
    size_t least =
            is_text && d->len > 0 && d->bytes[d->len - 1] == 0 ? d->len - 1 : d->len;
    if (least > s->len || (!is_text && d->len != s->len)) {
        char text[TYPE_TEXT];
        return sheet_refuse_at(why, t->row, SHEET_VALUE,
                "%zu bytes for a setting of %u (%s)", least, s->len,
                type_text(&s->type, text));
    }
    uint8_t *whole = pool_take(d->pool, s->len);
    if (whole == NULL) {
        return sheet_refuse(why, "not enough memory");
    }
    memcpy(whole, d->bytes, d->len < s->len ? d->len : s->len);
    d->bytes = whole;
    d->len = s->len;
    return true;
}

static bool plain_value(const struct target *t, enum encoding encoding, struct pool *pool,
        struct key *key, char *why)
{
    struct decoded d = {.pool = pool};
    const char *text = t->row->text[SHEET_VALUE];
    size_t len = strlen(text);
    if (strcmp(t->row->text[SHEET_TYPE], "file") == 0) {
        text = load_file(t, &len, pool, why);
        if (text == NULL) {
            return false;
        }
    }
    if (!decode_text(encoding, text, len, &d)) {
        return sheet_refuse_at(why, t->row, SHEET_VALUE, "%.200s", d.why);
    }
    if (!fit_setting(t, &d, why)) {
        return false;
    }
    if (d.len > KEYS_LEN_MAX) {
        return sheet_refuse_at(why, t->row, SHEET_VALUE,
                "%zu bytes are more than a value may have in any store", d.len);
    }
    key->bytes = d.bytes;
    key->len = (uint32_t)d.len;
    return true;
}

static bool count_value(const struct target *t, struct key *key, char *why)
{
    static const struct type u32 = {.kind = TYPE_UNSIGNED, .width = 4, .count = 1};
    char said[TYPE_WHY];
    uint8_t bytes[4];
    if (t->setting != NULL) {
        return sheet_refuse_at(
                why, t->row, SHEET_ENCODING, "is a setting of the firmware, no counter");
    }
    if (!type_value(&u32, t->row->text[SHEET_VALUE], bytes, said)) {
        return sheet_refuse_at(why, t->row, SHEET_VALUE, "%s", said);
    }
    key->counter = true;
    key->count = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                 (uint32_t)bytes[3] << 24;
    return true;
}

/* ---- all of it ---------------------------------------------------------------------------- */

/* What an untyped key held says how it is written, if it was text. */
static enum encoding encoding_of(const struct key *known)
{
    if (known->counter) {
        return ENCODING_COUNTER;
    }
    bool string = known->len > 1 && known->bytes[known->len - 1] == 0 &&
                  text_is_plain(known->bytes, known->len - 1);
    if (string || keys_is_empty_string(known)) {
        return ENCODING_STRING;
    }
    bool text = known->len > 0 && text_is_plain(known->bytes, known->len);
    return text ? ENCODING_BINARY : ENCODING_NONE;
}

static bool none_value(
        const struct target *t, struct pool *pool, struct key *key, char *why)
{
    if (t->typed) {
        return typed_value(t, &t->type, pool, key, why);
    }
    enum encoding encoding = t->known != NULL ? encoding_of(t->known) : ENCODING_NONE;
    if (encoding == ENCODING_COUNTER) {
        return count_value(t, key, why);
    }
    if (encoding != ENCODING_NONE) {
        return plain_value(t, encoding, pool, key, why);
    }
    return sheet_refuse_at(why, t->row, SHEET_ENCODING,
            "its type is not known, so an encoding is due: %s", encodings_text);
}

bool value_of(
        const struct target *t, struct pool *pool, struct key *key, char why[SHEET_WHY])
{
    struct type type;
    const struct sheet_row *row = t->row;
    enum encoding encoding = encoding_read(row->text[SHEET_ENCODING], &type);
    bool file = strcmp(row->text[SHEET_TYPE], "file") == 0;
    if (encoding == ENCODING_WRONG) {
        return sheet_refuse_at(why, row, SHEET_ENCODING,
                "no encoding '%.40s'; there are %s", row->text[SHEET_ENCODING],
                encodings_text);
    }
    if (file && encoding < ENCODING_STRING) {
        return sheet_refuse_at(why, row, SHEET_ENCODING,
                "a file is string, binary, hex2bin or base64, not '%.40s'",
                row->text[SHEET_ENCODING]);
    }
    bool good;
    switch (encoding) {
    case ENCODING_NONE: good = none_value(t, pool, key, why); break;
    case ENCODING_TYPE:
        good = check_type(t, &type, why) && typed_value(t, &type, pool, key, why);
        break;
    case ENCODING_COUNTER: good = count_value(t, key, why); break;
    case ENCODING_STRING:
    case ENCODING_BINARY:
    case ENCODING_HEX2BIN:
    case ENCODING_BASE64:
    case ENCODING_WRONG:
    default: good = plain_value(t, encoding, pool, key, why);
    }
    return good && check_limits(t, key, pool, why);
}
