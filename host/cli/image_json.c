/* image_json.c - etch image for scripts.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "cli/image_text.h"

static void add_number(cJSON *object, const char *name, double value)
{
    (void)cJSON_AddNumberToObject(object, name, value);
}

static void add_text(cJSON *object, const char *name, const char *text)
{
    (void)cJSON_AddStringToObject(object, name, text);
}

static void add_bytes(cJSON *object, const char *name, const struct image_record *r)
{
    char *hex = malloc(2 * (size_t)r->bytes_len + 1);
    if (hex == NULL) {
        return;
    }
    hex[0] = '\0';
    for (uint32_t i = 0; i < r->bytes_len; i++) {
        (void)snprintf(hex + (size_t)i * 2, 3, "%02x", r->bytes[i]);
    }
    add_text(object, name, hex);
    free(hex);
}

/* The bytes of a name or text as a string, where they are such. */
static void add_string(cJSON *object, const char *name, const struct image_record *r)
{
    uint32_t len = r != NULL ? image_text_len(r) : 0;
    char *text = len > 0 ? strndup((const char *)r->bytes, len) : NULL;
    if (text != NULL) {
        add_text(object, name, text);
    }
    free(text);
}

cJSON *image_json_record(const struct image_found *found, const struct image_record *r)
{
    cJSON *object = cJSON_CreateObject();
    add_number(object, "address", (double)found->addr + r->off);
    add_text(object, "kind", image_kind_name(r->kind));
    add_text(object, "fate", image_fate_name(r->fate));
    (void)cJSON_AddBoolToObject(object, "checksum", !r->sum_wrong);
    if (r->kind == IMAGE_BATCH) {
        add_number(object, "members", r->count);
        return object;
    }
    add_number(object, "id", r->id);
    add_string(object, "name", image_name(found->image, r->id));
    if (r->kind == IMAGE_COUNTER) {
        add_number(object, "count", r->count);
    } else if (r->kind != IMAGE_DELETION) {
        add_number(object, "length", r->bytes_len);
        add_bytes(object, "hex", r);
        add_string(object, "text", r);
    }
    return object;
}

static cJSON *json_sector(const struct image_found *found, const struct image_sector *s)
{
    cJSON *object = cJSON_CreateObject();
    add_number(object, "address", (double)found->addr + s->off);
    add_number(object, "length", s->len);
    add_text(object, "state", image_state_name(s->state));
    if (s->lost) {
        (void)cJSON_AddBoolToObject(object, "lost", true);
    }
    if (s->known) {
        add_text(object, "log", s->once ? "once" : "plain");
        add_number(object, "cell", s->cell);
        if (s->erases != 0) {
            add_number(object, "erases", s->erases);
        }
    }
    if (s->placed) {
        add_number(object, "sequence", s->sequence);
        add_number(object, "age", s->age);
    }
    if (s->state == IMAGE_OPEN) {
        add_number(object, "end", (double)found->addr + s->off + s->end);
        (void)cJSON_AddBoolToObject(object, "settled", s->settled);
    }
    return object;
}

static void add_keys(cJSON *object, const struct image_found *found)
{
    const struct image *image = found->image;
    const struct image_record **keys =
            calloc((size_t)image->records + 1, sizeof(const struct image_record *));
    cJSON *list = cJSON_AddArrayToObject(object, "keys");
    unsigned n = keys == NULL ? 0 : image_keys(image, keys);
    for (unsigned i = 0; i < n; i++) {
        (void)cJSON_AddItemToArray(list, image_json_record(found, keys[i]));
    }
    free((void *)keys);
}

static void add_records(cJSON *object, const struct image_found *found)
{
    cJSON *list = cJSON_AddArrayToObject(object, "records");
    for (uint32_t i = 0; i < found->image->records; i++) {
        const struct image_record *r = &found->image->record[i];
        if (r->fate != IMAGE_MARK) {
            (void)cJSON_AddItemToArray(list, image_json_record(found, r));
        }
    }
}

static void add_damage(cJSON *object, const struct image_found *found)
{
    cJSON *list = cJSON_AddArrayToObject(object, "damage");
    for (unsigned i = 0; i < found->image->damages; i++) {
        const struct image_damage *d = &found->image->damage[i];
        cJSON *item = cJSON_CreateObject();
        add_number(item, "address", (double)found->addr + d->off);
        add_text(item, "rule", d->rule);
        add_text(item, "text", d->text);
        (void)cJSON_AddItemToArray(list, item);
    }
    add_number(object, "damaged", found->image->damaged);
}

cJSON *image_json_store(const struct image_found *found, bool every)
{
    cJSON *object = cJSON_CreateObject();
    add_number(object, "address", found->addr);
    cJSON *sectors = cJSON_AddArrayToObject(object, "sectors");
    for (unsigned i = 0; i < found->image->sectors; i++) {
        (void)cJSON_AddItemToArray(sectors, json_sector(found, &found->image->sector[i]));
    }
    if (every) {
        add_records(object, found);
    } else {
        add_keys(object, found);
    }
    add_damage(object, found);
    return object;
}
