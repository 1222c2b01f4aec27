/* keys_print.c - keys as rows, and for people.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "sheet/keys_priv.h"

/* A key as a row says it. */
struct shown {
    const char *encoding;
    char type[TYPE_TEXT]; /* that encoding may be */
    char *value;
    size_t len;
    bool bare; /* in JSON without quotes */
};

static void print_untyped(const struct key *key, struct shown *shown, FILE *to)
{
    bool ends = key->len > 0 && key->bytes[key->len - 1] == 0;
    uint32_t len = key->len - ends;
    if (key->len > 0 && text_is_plain(key->bytes, len)) {
        shown->encoding = ends ? "string" : "binary";
        (void)fwrite(key->bytes, 1, len, to);
        return;
    }
    shown->encoding = "hex2bin";
    for (uint32_t i = 0; i < key->len; i++) {
        (void)fprintf(to, "%02x", key->bytes[i]);
    }
}

/* False: no memory. value is the caller's to free. */
static bool show(const struct key *key, const struct firmware *fw, struct shown *shown)
{
    struct type type;
    *shown = (struct shown){.value = NULL};
    FILE *to = open_memstream(&shown->value, &shown->len);
    if (to == NULL) {
        return false;
    }
    if (key->counter) {
        shown->encoding = "counter";
        shown->bare = true;
        (void)fprintf(to, "%" PRIu32, key->count);
    } else if (keys_type(key, fw, &type)) {
        shown->encoding = type_text(&type, shown->type);
        shown->bare = type_is_bare(&type, key->bytes);
        type_print(&type, key->bytes, to);
    } else {
        print_untyped(key, shown, to);
    }
    return fclose(to) == 0;
}

static bool is_plain(const struct key *key)
{
    return text_is_plain((const uint8_t *)key->name, (uint32_t)strlen(key->name));
}

static size_t shown_name_len(const struct key *key)
{
    return is_plain(key) ? keys_name_len(key) : 0;
}

size_t keys_print_csv(const struct keys *keys, const struct firmware *fw, FILE *to)
{
    size_t nameless = 0;
    (void)fputs("key,type,encoding,value,id\n", to);
    for (size_t i = 0; i < keys->n; i++) {
        const struct key *key = &keys->key[i];
        struct shown shown;
        nameless += !is_plain(key);
        if (!key->lost && show(key, fw, &shown)) {
            csv_print(key->name, shown_name_len(key), to);
            (void)fprintf(to, ",data,%s,", shown.encoding);
            csv_print(shown.value, shown.len, to);
            (void)fprintf(to, ",%u\n", key->id);
            free(shown.value);
        }
    }
    return nameless;
}

/* The words of a text, each as it is. */
static void add_list(cJSON *object, const char *text)
{
    cJSON *list = cJSON_AddArrayToObject(object, "value");
    for (const char *at = text; *at != '\0';) {
        size_t len = strcspn(at, " ");
        char *word = strndup(at, len);
        (void)cJSON_AddItemToArray(list, cJSON_CreateRaw(word != NULL ? word : "null"));
        free(word);
        at += len + (at[len] == ' ');
    }
}

static void add_value(cJSON *object, const struct shown *shown)
{
    if (!shown->bare) {
        (void)cJSON_AddStringToObject(object, "value", shown->value);
    } else if (strchr(shown->value, ' ') != NULL) {
        add_list(object, shown->value);
    } else {
        (void)cJSON_AddRawToObject(object, "value", shown->value);
    }
}

size_t keys_print_json(const struct keys *keys, const struct firmware *fw, FILE *to)
{
    size_t nameless = 0;
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < keys->n; i++) {
        const struct key *key = &keys->key[i];
        struct shown shown;
        nameless += !is_plain(key);
        if (key->lost || !show(key, fw, &shown)) {
            continue;
        }
        cJSON *object = cJSON_CreateObject();
        char *name = strndup(key->name, shown_name_len(key));
        if (name != NULL && name[0] != '\0') {
            (void)cJSON_AddStringToObject(object, "key", name);
        }
        (void)cJSON_AddNumberToObject(object, "id", key->id);
        (void)cJSON_AddStringToObject(object, "encoding", shown.encoding);
        add_value(object, &shown);
        (void)cJSON_AddItemToArray(list, object);
        free(name);
        free(shown.value);
    }
    char *text = cJSON_Print(list);
    (void)fprintf(to, "%s\n", text != NULL ? text : "");
    cJSON_free(text);
    cJSON_Delete(list);
    return nameless;
}

/* ---- for people ------------------------------------------------------------------- */

void keys_print_value(const struct key *key, const struct firmware *fw, FILE *to)
{
    struct shown shown;
    struct type type;
    if (key->lost) {
        (void)fputs("lost", to);
        return;
    }
    if (!show(key, fw, &shown)) {
        return;
    }
    bool number = key->counter || (keys_type(key, fw, &type) && type.kind != TYPE_CHAR);
    bool quotes = !number && strcmp(shown.encoding, "hex2bin") != 0 &&
                  strncmp(shown.value, "hex:", 4) != 0;
    (void)fprintf(to, quotes ? "\"%s\"" : "%s", shown.value);
    free(shown.value);
}
