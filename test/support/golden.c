/* SPDX-License-Identifier: MIT */
#include "support/golden.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct etch_kv_log *golden_log(const struct golden *g)
{
    bool plain = !g->shape.write_once && g->shape.unit <= 4;
    return plain ? &etch_kv_plain : &etch_kv_once;
}

/* ---- the list -------------------------------------------------------------------------- */

struct list {
    char *text;
    size_t used;
};

static void add(struct list *l, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static void add(struct list *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(l->text + l->used, GOLDEN_LIST - l->used, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= GOLDEN_LIST - l->used) {
        abort();
    }
    l->used += (size_t)n;
}

static void add_record(struct list *l, const struct image_record *r)
{
    add(l, "%u %s ", r->id, image_kind_name(r->kind));
    if (r->kind == IMAGE_COUNTER) {
        add(l, "%u", (unsigned)r->count);
    } else {
        for (uint32_t i = 0; i < r->bytes_len; i++) {
            add(l, "%02X", r->bytes[i]);
        }
    }
    add(l, "\n");
}

static struct image *read_golden(const struct golden *g)
{
    static struct image_place place[SIMNOR_SECTORS];
    uint32_t off = 0;
    unsigned n = 0;
    for (; n < SIMNOR_SECTORS && g->shape.sector[n] != 0; n++) {
        place[n] = (struct image_place){off, g->shape.sector[n]};
        off += g->shape.sector[n];
    }
    const struct image_medium m = {.bytes = g->bytes,
            .size = off,
            .sector = place,
            .sectors = n,
            .erased_is_zero = g->shape.erased_is_zero};
    return image_read(&m);
}

void golden_list(const struct golden *g, char list[GOLDEN_LIST])
{
    struct list l = {list, 0};
    struct image *image = read_golden(g);
    if (image == NULL) {
        abort();
    }
    add(&l, "sectors");
    for (unsigned i = 0; i < image->sectors; i++) {
        add(&l, " %u", (unsigned)image->sector[i].len);
    }
    add(&l, "\nunit %u\nerased %s\nonce %d\n", g->shape.unit,
            g->shape.erased_is_zero ? "00" : "FF", g->shape.write_once);
    for (unsigned id = 0; id <= ETCH_KV_ID_MAX; id++) {
        const struct image_record *r = image_find(image, (uint16_t)id);
        const struct image_record *name = image_name(image, (uint16_t)id);
        if (r != NULL && r->kind != IMAGE_DELETION) {
            add_record(&l, r);
        }
        if (name != NULL) {
            add_record(&l, name);
        }
    }
    image_drop(image);
}

/* ---- files --------------------------------------------------------------------------------- */

static FILE *open_file(
        const char *folder, const char *name, const char *end, const char *how)
{
    char path[512];
    (void)snprintf(path, sizeof(path), "%s/%s.%s", folder, name, end);
    return fopen(path, how);
}

static bool read_whole(
        const char *folder, const char *name, const char *end, void *to, size_t *size)
{
    FILE *f = open_file(folder, name, end, "rb");
    if (f == NULL) {
        return false;
    }
    *size = fread(to, 1, *size, f);
    bool good = ferror(f) == 0 && fgetc(f) == EOF;
    return fclose(f) == 0 && good;
}

/* The first lines of the list. */
static bool read_shape(struct golden *g)
{
    unsigned unit;
    unsigned erased;
    unsigned once;
    const char *at = g->list + strlen("sectors");
    for (unsigned i = 0; i < SIMNOR_SECTORS && *at == ' '; i++) {
        char *end;
        g->shape.sector[i] = (uint32_t)strtoul(at, &end, 10);
        at = end;
    }
    // NOLINTNEXTLINE(cert-err34-c): three numbers are read or the file is refused
    if (sscanf(at, "\nunit %u\nerased %x\nonce %u\n", &unit, &erased, &once) != 3) {
        return false;
    }
    g->shape.unit = (uint8_t)unit;
    g->shape.erased_is_zero = erased == 0;
    g->shape.write_once = once != 0;
    return true;
}

bool golden_read(const char *folder, const char *name, struct golden *g)
{
    memset(g, 0, sizeof(*g));
    (void)snprintf(g->name, sizeof(g->name), "%s", name);
    size_t size = sizeof(g->bytes);
    size_t list = sizeof(g->list) - 1;
    bool good = read_whole(folder, name, "bin", g->bytes, &size) &&
                read_whole(folder, name, "txt", g->list, &list);
    g->size = (uint32_t)size;
    return good && strncmp(g->list, "sectors ", 8) == 0 && read_shape(g);
}

bool golden_write(const char *folder, const struct golden *g)
{
    static char list[GOLDEN_LIST];
    golden_list(g, list);
    FILE *bin = open_file(folder, g->name, "bin", "wb");
    FILE *txt = open_file(folder, g->name, "txt", "w");
    bool good = bin != NULL && txt != NULL &&
                fwrite(g->bytes, 1, g->size, bin) == g->size && fputs(list, txt) >= 0;
    good = (bin == NULL || fclose(bin) == 0) && good;
    return (txt == NULL || fclose(txt) == 0) && good;
}
