/* image_diff.c - etch image diff: what changed from one store to another.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cli/image_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "cli/image_args.h"
#include "cli/json.h"

static const char help[] =
        "usage: etch image diff A B [OPTION]...\n"
        "\n"
        "Compares the stores in two files key by key; how and where they lie in flash "
        "does\n"
        "not count. A line for each key that differs:\n"
        "\n"
        "  - key only in A     + key only in B     ! in both, old -> new\n"
        "\n"
        "A and B are dumps, or firmware with its data: ELF, Intel HEX, S-record, UF2 or "
        "raw\n"
        "bytes.\n"
        "\n"
        "  --elf FW.elf     show values by the types of this firmware's settings; "
        "without\n"
        "                   it, by the types that the store names\n"
        "  --part NAME, --at ADDRESS, --sectors SIZES, --rescue     as for 'etch image\n"
        "                   list', for both\n"
        "  --json           for scripts: one document on stdout\n"
        "\n"
        "exit status: 0 the same, 1 they differ, 2 a file cannot be used\n"
        "\n"
        "  etch image diff before.hex after.hex\n";

static const struct image_word word = {"diff", help, "aejpsR"};

/* ---- walking ---------------------------------------------------------------------- */

/* The next id of either, and who has it. */
struct pair {
    const struct key *any;
    const struct key *a, *b; /* NULL: that one has none */
};

struct walk {
    const struct keys *a, *b;
    size_t i, k;
};

static bool next_pair(struct walk *w, struct pair *p)
{
    const struct key *a = w->i < w->a->n ? &w->a->key[w->i] : NULL;
    const struct key *b = w->k < w->b->n ? &w->b->key[w->k] : NULL;
    if (a == NULL && b == NULL) {
        return false;
    }
    p->any = a == NULL || (b != NULL && b->id <= a->id) ? b : a;
    p->a = b == NULL || (a != NULL && a->id <= b->id) ? a : NULL;
    p->b = a == NULL || (b != NULL && b->id <= a->id) ? b : NULL;
    w->i += p->a != NULL;
    w->k += p->b != NULL;
    return true;
}

static bool differs(const struct pair *p)
{
    return p->a == NULL || p->b == NULL || !keys_same(p->a, p->b);
}

/* ---- for people ------------------------------------------------------------------- */

static void print_pair(const struct pair *p, const struct firmware *fw, FILE *to)
{
    const struct key *any = p->any;
    const char *sign = p->a == NULL ? "+" : p->b == NULL ? "-" : "!";
    (void)fprintf(
            to, "%s %5u  %-20.*s  ", sign, any->id, (int)keys_name_len(any), any->name);
    if (p->a != NULL) {
        keys_print_value(p->a, fw, to);
    }
    if (p->a != NULL && p->b != NULL) {
        (void)fputs(" -> ", to);
    }
    if (p->b != NULL) {
        keys_print_value(p->b, fw, to);
    }
    if (p->a != NULL && p->b != NULL && strcmp(p->a->name, p->b->name) != 0) {
        (void)fprintf(to, "  (was named '%s', now '%s')", p->a->name, p->b->name);
    }
    (void)fputc('\n', to);
}

size_t image_print_changes(
        const struct keys *a, const struct keys *b, const struct firmware *fw, FILE *to)
{
    struct walk w = {.a = a, .b = b};
    struct pair p;
    size_t n = 0;
    while (next_pair(&w, &p)) {
        if (differs(&p)) {
            print_pair(&p, fw, to);
            n++;
        }
    }
    return n;
}

/* ---- for scripts --------------------------------------------------------------------- */

static void add_value(
        cJSON *object, const char *name, const struct key *key, const struct firmware *fw)
{
    char *text = NULL;
    size_t len;
    FILE *to = key != NULL ? open_memstream(&text, &len) : NULL;
    if (to != NULL) {
        keys_print_value(key, fw, to);
        (void)fclose(to);
        (void)cJSON_AddStringToObject(object, name, text);
    }
    free(text);
}

cJSON *image_json_changes(
        const struct keys *a, const struct keys *b, const struct firmware *fw)
{
    struct walk w = {.a = a, .b = b};
    struct pair p;
    cJSON *list = cJSON_CreateArray();
    while (next_pair(&w, &p)) {
        if (!differs(&p)) {
            continue;
        }
        const struct key *any = p.any;
        char *name = strndup(any->name, keys_name_len(any));
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddNumberToObject(object, "id", any->id);
        (void)cJSON_AddStringToObject(object, "name", name != NULL ? name : "");
        add_value(object, "old", p.a, fw);
        add_value(object, "new", p.b, fw);
        (void)cJSON_AddItemToArray(list, object);
        free(name);
    }
    return list;
}

/* ---- the word -------------------------------------------------------------------------- */

static enum etch_exit compare(const struct image_args *args, const struct firmware *fw,
        const struct keys *a, const struct keys *b)
{
    struct walk w = {.a = a, .b = b};
    struct pair p;
    bool same = true;
    size_t all = 0;
    while (next_pair(&w, &p)) {
        same = same && !differs(&p);
        all++;
    }
    if (args->json) {
        cJSON *root = cJSON_CreateObject();
        (void)cJSON_AddBoolToObject(root, "same", same);
        (void)cJSON_AddItemToObject(root, "changes", image_json_changes(a, b, fw));
        enum etch_exit status = json_print(root, stdout);
        return status != ETCH_EXIT_FINE ? status
               : same                   ? ETCH_EXIT_FINE
                                        : ETCH_EXIT_FAULT;
    }
    size_t n = image_print_changes(a, b, fw, stdout);
    printf("%zu of %zu %s %s\n", n, all, all == 1 ? "key" : "keys",
            n == 1 ? "differs" : "differ");
    return same ? ETCH_EXIT_FINE : ETCH_EXIT_FAULT;
}

/* The keys of the only store in a file. */
static enum etch_exit read_keys(
        const struct image_args *args, const char *path, struct keys *keys)
{
    struct image_where where = args->where;
    struct image_input in;
    where.path = path;
    enum etch_exit status = image_input_one(&in, &where);
    if (status == ETCH_EXIT_FINE) {
        (void)image_warn_lost(path, &in.store[0]);
        status = image_keys_of(in.store[0].image, keys) ? status : ETCH_EXIT_BROKEN;
    }
    image_input_close(&in);
    return status;
}

enum etch_exit image_diff(int argc, char *argv[])
{
    struct image_args args;
    struct firmware fw;
    struct keys a = {.n = 0};
    struct keys b = {.n = 0};
    enum etch_exit status;
    if (!image_args_read(&word, argc, argv, &args, &status)) {
        return status;
    }
    if (args.rest_n != 2) {
        return cli_refuse(
                "image diff wants two files; 'etch image diff --help' shows how");
    }
    if (!image_args_firmware(&args, &fw)) {
        return ETCH_EXIT_USAGE;
    }
    status = read_keys(&args, args.rest[0], &a);
    if (status == ETCH_EXIT_FINE) {
        status = read_keys(&args, args.rest[1], &b);
    }
    if (status == ETCH_EXIT_FINE) {
        status = compare(&args, &fw, &a, &b);
    }
    keys_free(&a);
    keys_free(&b);
    firmware_free(&fw);
    return status;
}
