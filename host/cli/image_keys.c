/* SPDX-License-Identifier: MIT */
#include "cli/image_keys.h"

#include <stdlib.h>
#include <string.h>

#include "cli/image_text.h"

static bool refuse_memory(void)
{
    (void)cli_refuse("not enough memory");
    return false;
}

/* ---- keys ------------------------------------------------------------------------ */

static bool add_key(
        const struct image *image, const struct image_record *r, struct keys *keys)
{
    const struct image_record *own = image_name(image, r->id);
    bool named = own != NULL && !own->sum_wrong;
    char *name =
            strndup(named ? (const char *)own->bytes : "", named ? own->bytes_len : 0);
    const struct key key = {.id = r->id,
            .counter = r->kind == IMAGE_COUNTER,
            .lost = r->sum_wrong,
            .count = r->count,
            .name = name,
            .bytes = r->bytes,
            .len = r->bytes_len};
    bool added = name != NULL && keys_add(keys, &key);
    free(name);
    return added;
}

bool image_keys_of(const struct image *image, struct keys *keys)
{
    const struct image_record **list =
            calloc((size_t)image->records + 1, sizeof(const struct image_record *));
    *keys = (struct keys){.n = 0};
    unsigned n = list == NULL ? 0 : image_keys(image, list);
    bool good = list != NULL;
    for (unsigned i = 0; i < n && good; i++) {
        good = add_key(image, list[i], keys);
    }
    free((void *)list);
    if (!good) {
        keys_free(keys);
        return refuse_memory();
    }
    return true;
}

/* Does this record name an id of which none of the keys is? */
static bool names_more(const struct keys *keys, const struct image_record *r)
{
    return r->kind == IMAGE_NAME && r->fate == IMAGE_CURRENT && !r->sum_wrong &&
           r->bytes_len > 0 && keys_id(keys, r->id) == NULL;
}

bool image_known_of(const struct image *image, struct keys *keys)
{
    bool good = image_keys_of(image, keys);
    for (uint32_t i = 0; i < image->records && good; i++) {
        const struct image_record *r = &image->record[i];
        if (names_more(keys, r)) {
            const struct image_record value = {.id = r->id, .sum_wrong = true};
            good = add_key(image, &value, keys) || refuse_memory();
        }
    }
    return good;
}

/* ---- items ------------------------------------------------------------------------- */

bool image_items_add(struct image_items *items, const struct encode_item *item)
{
    if (items->n == items->room) {
        size_t room = items->room == 0 ? 64 : items->room * 2;
        struct encode_item *more = realloc(items->item, room * sizeof(*more));
        if (more == NULL) {
            return refuse_memory();
        }
        items->item = more;
        items->room = room;
    }
    items->item[items->n++] = *item;
    return true;
}

bool image_items_key(struct image_items *items, const struct key *key, bool name)
{
    const struct encode_item own = {.kind = IMAGE_NAME,
            .id = key->id,
            .bytes = (const uint8_t *)key->name,
            .len = (uint32_t)strlen(key->name)};
    const struct encode_item value = {.kind = key->counter ? IMAGE_COUNTER : IMAGE_VALUE,
            .id = key->id,
            .count = key->count,
            .bytes = key->bytes,
            .len = key->counter ? 0 : key->len};
    return (!name || own.len == 0 || image_items_add(items, &own)) &&
           image_items_add(items, &value);
}

struct encode_items image_items_all(const struct image_items *items)
{
    return (struct encode_items){items->item, items->n};
}

void image_items_free(struct image_items *items)
{
    free(items->item);
    *items = (struct image_items){.n = 0};
}

/* ---- read back ----------------------------------------------------------------------- */

bool image_holds(const struct image_medium *m, const struct keys *keys)
{
    struct keys found = {.n = 0};
    struct image *image = image_read(m);
    bool same = image != NULL && image_keys_of(image, &found) && found.n == keys->n &&
                image->open > 0;
    for (size_t i = 0; same && i < keys->n; i++) {
        const struct key *a = &keys->key[i];
        const struct key *b = &found.key[i];
        same = a->id == b->id && keys_same(a, b);
    }
    keys_free(&found);
    image_drop(image);
    return same;
}
