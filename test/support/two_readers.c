/* SPDX-License-Identifier: MIT */
#include "support/two_readers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/explore.h"

/* Names are looked for through the whole log, so of a big store's ids beyond these
 * only those are asked for that the second reader knows a name of. */
enum { VALUE_MAX = 65535, NAMES = 24, NAMES_OF_MANY = 1 };

/* ---- the second reader -------------------------------------------------------------- */

/* Byte by byte readable or not, unit by unit: as much as a flash tells. True: all of
 * it can be read, and unreadable is not set. */
static bool read_bytes(
        const struct etch_nor *nor, uint8_t *bytes, uint8_t *unreadable, uint32_t size)
{
    uint32_t step = nor->once ? nor->unit : size;
    bool good = true;
    for (uint32_t off = 0; off < size; off += step) {
        if (nor->read(nor, off, bytes + off, step) != ETCH_OK) {
            if (good) {
                memset(unreadable, 0, size);
            }
            good = false;
            memset(unreadable + off, 1, step);
        }
    }
    return good;
}

/* A piece at a time, if none of it is unstable; else as any reader would. */
static bool peek_bytes(const struct etch_nor *nor, const struct explore_machine *m,
        uint32_t base, uint8_t *bytes, uint32_t size)
{
    enum { PIECE = 4096 };
    uint8_t unstable[PIECE];
    static const uint8_t none[PIECE];
    bool good = true;
    for (uint32_t off = 0; off < size; off += PIECE) {
        uint32_t len = size - off < PIECE ? size - off : PIECE;
        m->ops->peek(m, base + off, bytes + off, unstable, len);
        if (memcmp(unstable, none, len) != 0) {
            good = nor->read(nor, off, bytes + off, len) == ETCH_OK && good;
        }
    }
    return good;
}

/* What the bytes are. NULL: no memory. */
static struct image *read_image(const struct etch_nor *nor, const uint8_t *bytes,
        const uint8_t *unreadable, uint32_t size)
{
    struct image_place place[256];
    uint32_t off = 0;
    for (unsigned i = 0; i < nor->sectors; i++) {
        place[i] = (struct image_place){off, nor->sector_len[i]};
        off += nor->sector_len[i];
    }
    const struct image_medium m = {.bytes = bytes,
            .size = size,
            .unreadable = unreadable,
            .sector = place,
            .sectors = nor->sectors};
    return image_read(&m);
}

static uint32_t size_of(const struct etch_nor *nor)
{
    uint32_t size = 0;
    for (unsigned i = 0; i < nor->sectors; i++) {
        size += nor->sector_len[i];
    }
    return size;
}

struct image *read_second(const struct etch_nor *nor, uint8_t **bytes)
{
    uint32_t size = size_of(nor);
    *bytes = malloc((size_t)size * 2);
    if (*bytes == NULL) {
        return NULL;
    }
    bool good = read_bytes(nor, *bytes, *bytes + size, size);
    return read_image(nor, *bytes, good ? NULL : *bytes + size, size);
}

struct image *peek_second(const struct etch_nor *nor, const struct explore_machine *m,
        uint32_t base, uint8_t **bytes)
{
    uint32_t size = size_of(nor);
    *bytes = malloc(size);
    if (*bytes == NULL || !peek_bytes(nor, m, base, *bytes, size)) {
        return NULL;
    }
    return read_image(nor, *bytes, NULL, size);
}

/* ---- differences ------------------------------------------------------------------------ */

struct pair {
    const struct etch_kv *kv;
    const struct image *image;
    uint8_t *value; /* VALUE_MAX bytes */
    char *text;
};

static bool differ(const struct pair *p, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static bool differ(const struct pair *p, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(p->text, TWO_READERS_TEXT, format, args);
    va_end(args);
    return false;
}

static bool compare_counter(
        const struct pair *p, uint16_t id, const struct image_record *r)
{
    uint32_t count = 0;
    enum etch_err err = etch_kv_count(p->kv, id, &count);
    if (err != ETCH_OK || count != r->count) {
        return differ(p, "id %u: the store counts %u (%s), the second reader %u", id,
                (unsigned)count, etch_err_name(err), (unsigned)r->count);
    }
    return true;
}

static bool compare_value(const struct pair *p, uint16_t id)
{
    uint16_t len = 0;
    const struct image_record *r = image_find(p->image, id);
    enum etch_err err = etch_kv_get(p->kv, id, p->value, VALUE_MAX, &len);
    enum etch_err want = r == NULL || r->kind == IMAGE_DELETION ? ETCH_E_NOENT
                         : r->sum_wrong                         ? ETCH_E_VERIFY
                                                                : ETCH_OK;
    if (err != want) {
        return differ(p, "id %u: the store says %s, the second reader %s", id,
                etch_err_name(err), etch_err_name(want));
    }
    if (want != ETCH_OK) {
        return true;
    }
    if (r->kind == IMAGE_COUNTER) {
        return compare_counter(p, id, r);
    }
    if (len != r->bytes_len || memcmp(p->value, r->bytes, len) != 0) {
        return differ(p, "id %u: the store has %u bytes, the second reader %u, or others",
                id, len, (unsigned)r->bytes_len);
    }
    return true;
}

static bool compare_name(const struct pair *p, uint16_t id)
{
    char name[ETCH_KV_NAME_MAX + 1] = "";
    const struct image_record *r = image_name(p->image, id);
    enum etch_err err = etch_kv_name(p->kv, id, name, sizeof(name));
    if (r != NULL && r->sum_wrong) {
        return err == ETCH_E_VERIFY ||
               differ(p, "id %u: a name is lost, and not told", id);
    }
    bool named = err == ETCH_OK && name[0] != '\0';
    if (named != (r != NULL)) {
        return differ(p, "id %u: the store says name \"%s\" (%s), the second reader %s",
                id, name, etch_err_name(err), r == NULL ? "none" : "one");
    }
    if (r != NULL &&
            (strlen(name) != r->bytes_len || memcmp(name, r->bytes, r->bytes_len) != 0)) {
        return differ(p, "id %u: the store says name \"%s\", the second reader another",
                id, name);
    }
    return true;
}

/* Ids beyond the index, as far as the second reader knows of them. */
static bool compare_others(const struct pair *p)
{
    for (uint32_t i = 0; i < p->image->records; i++) {
        const struct image_record *r = &p->image->record[i];
        bool current = r->fate == IMAGE_CURRENT && r->kind != IMAGE_BATCH;
        bool other = r->id >= p->kv->config->keys || r->kind == IMAGE_NAME;
        if (current && other && !(compare_value(p, r->id) && compare_name(p, r->id))) {
            return false;
        }
    }
    return true;
}

/* SPEC 5.3: what a start sees to before it shows any value. */
static bool is_settled(const struct pair *p)
{
    const struct image_sector *newest = NULL;
    for (unsigned i = 0; i < p->image->sectors; i++) {
        const struct image_sector *s = &p->image->sector[i];
        if (s->placed && !s->decided) {
            return differ(p,
                    "second reader: not decided whether the sector at 0x%X is open",
                    (unsigned)s->off);
        }
        bool later = newest == NULL || s->sequence > newest->sequence;
        newest = s->state == IMAGE_OPEN && later ? s : newest;
    }
    if (newest != NULL && !newest->settled) {
        return differ(p, "second reader: the log at 0x%X is not settled",
                (unsigned)newest->off);
    }
    return true;
}

static bool compare_all(const struct pair *p, bool settled)
{
    uint16_t keys = p->kv->config->keys;
    uint16_t names = keys <= NAMES ? keys : NAMES_OF_MANY;
    for (uint16_t id = 0; id < keys; id++) {
        if (!compare_value(p, id) || (id < names && !compare_name(p, id))) {
            return false;
        }
    }
    if (p->image->damaged > 0) {
        const struct image_damage *d = &p->image->damage[0];
        return differ(p, "second reader: damage at 0x%X by SPEC %s: %s", (unsigned)d->off,
                d->rule, d->text);
    }
    return (!settled || is_settled(p)) && compare_others(p);
}

/* Takes image and bytes. */
static bool compare(const struct etch_kv *kv, bool settled, struct image *image,
        uint8_t *bytes, char text[TWO_READERS_TEXT])
{
    uint8_t *value = malloc(VALUE_MAX);
    struct pair p = {kv, image, value, text};
    bool same = image != NULL && value != NULL ? compare_all(&p, settled)
                                               : differ(&p, "no memory");
    image_drop(image);
    free(bytes);
    free(value);
    return same;
}

bool two_readers_compare(
        const struct etch_kv *kv, bool settled, char text[TWO_READERS_TEXT])
{
    uint8_t *bytes = NULL;
    struct image *image = read_second(kv->config->nor, &bytes);
    return compare(kv, settled, image, bytes, text);
}

void two_readers_agree(const struct etch_kv *kv, bool settled)
{
    char text[TWO_READERS_TEXT];
    if (!two_readers_compare(kv, settled, text)) {
        explore_fail("%s", text);
    }
}

void two_readers_agree_by_peek(
        const struct etch_kv *kv, const struct explore_machine *m, uint32_t base)
{
    char text[TWO_READERS_TEXT];
    uint8_t *bytes = NULL;
    struct image *image = peek_second(kv->config->nor, m, base, &bytes);
    if (!compare(kv, false, image, bytes, text)) {
        explore_fail("%s", text);
    }
}
