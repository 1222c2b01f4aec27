/* keys.c - a list of keys, and looking into it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sheet/keys.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sheet/sheet_priv.h"

bool keys_add(struct keys *keys, const struct key *key)
{
    if (keys->n == keys->room) {
        size_t room = keys->room == 0 ? 32 : keys->room * 2;
        struct key *more = realloc(keys->key, room * sizeof(*more));
        if (more == NULL) {
            return false;
        }
        keys->key = more;
        keys->room = room;
    }
    struct key own = *key;
    own.name = pool_copy(&keys->pool, key->name, strlen(key->name));
    own.bytes = (const uint8_t *)pool_copy(
            &keys->pool, (const char *)key->bytes, key->counter ? 0 : key->len);
    if (own.name == NULL || own.bytes == NULL) {
        return false;
    }
    keys->key[keys->n++] = own;
    return true;
}

static int by_id(const void *left, const void *right)
{
    const struct key *a = left;
    const struct key *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

void keys_sort(struct keys *keys)
{
    if (keys->n > 1) {
        qsort(keys->key, keys->n, sizeof(*keys->key), by_id);
    }
}

void keys_free(struct keys *keys)
{
    free(keys->key);
    pool_free(&keys->pool);
    *keys = (struct keys){0};
}

/* ---- looking in --------------------------------------------------------------- */

const struct key *keys_id(const struct keys *keys, uint16_t id)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (keys->key[i].id == id) {
            return &keys->key[i];
        }
    }
    return NULL;
}

/* "motor_limit:u32" is a name with a type if the value is as long as that. */
static size_t split_name(const struct key *key, struct type *type)
{
    const char *colon = strrchr(key->name, ':');
    bool typed = !key->counter && colon != NULL && colon != key->name &&
                 type_read(colon + 1, type) && (key->lost || type_len(type) == key->len);
    return typed ? (size_t)(colon - key->name) : strlen(key->name);
}

static const struct setting *setting_of(const struct key *key, const struct firmware *fw)
{
    const struct setting *s = fw != NULL ? firmware_number(fw, key->id) : NULL;
    bool fits = s != NULL && !key->counter && s->len == key->len &&
                (key->name[0] == '\0' || strcmp(key->name, s->label) == 0);
    return fits ? s : NULL;
}

bool keys_type(const struct key *key, const struct firmware *fw, struct type *type)
{
    const struct setting *s = setting_of(key, fw);
    if (s != NULL) {
        *type = s->type;
        return true;
    }
    return split_name(key, type) < strlen(key->name);
}

size_t keys_name_len(const struct key *key)
{
    struct type type;
    return split_name(key, &type);
}

bool keys_is_empty_string(const struct key *key)
{
    return !key->counter && key->len == 1 && key->bytes[0] == 0 && key->name[0] != '\0' &&
           strchr(key->name, ':') == NULL;
}

static bool is_named(const struct key *key, const char *text)
{
    struct type type;
    size_t len = split_name(key, &type);
    return strcmp(key->name, text) == 0 ||
           (strlen(text) == len && strncmp(key->name, text, len) == 0);
}

const struct key *keys_named(const struct keys *keys, const char *text)
{
    for (size_t i = 0; i < keys->n && text[0] != '\0'; i++) {
        if (is_named(&keys->key[i], text)) {
            return &keys->key[i];
        }
    }
    return NULL;
}

const struct key *keys_find(const struct keys *keys, const char *text)
{
    const struct key *named = keys_named(keys, text);
    if (named != NULL) {
        return named;
    }
    char *end = NULL;
    unsigned long id = isdigit((unsigned char)text[0]) ? strtoul(text, &end, 10) : 0;
    return end != NULL && *end == '\0' && id <= KEYS_ID_MAX ? keys_id(keys, (uint16_t)id)
                                                            : NULL;
}

bool keys_same(const struct key *a, const struct key *b)
{
    if (a->counter != b->counter || a->lost != b->lost || strcmp(a->name, b->name) != 0) {
        return false;
    }
    return a->counter ? a->count == b->count
                      : a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}
