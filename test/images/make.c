/* make.c - makes the images of this folder, with the store itself and from
 * SPEC.md; README.md.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore/simnor.h"
#include "kv/kv.h"
#include "support/for_store.h"
#include "support/golden.h"
#include "support/maker.h"

struct session {
    const struct golden *g;
    struct etch_kv kv;
    struct etch_nor_inverted inverted;
    struct etch_kv_config config;
    uint16_t index[GOLDEN_KEYS];
};

static void must(enum etch_err err, const char *what)
{
    if (err != ETCH_OK) {
        (void)fprintf(stderr, "make_images: %s: %s\n", what, etch_err_name(err));
        exit(3);
    }
}

static void put_text(struct session *s, uint16_t id, const char *text)
{
    must(etch_kv_put(&s->kv, id, text, (uint16_t)strlen(text)), "put");
}

/* Something of everything, and enough of it that sectors are replaced. */
static void write_story(struct session *s)
{
    static const uint8_t zeros[40];
    uint8_t ones[12];
    memset(ones, 0xFF, sizeof(ones));
    put_text(s, 0, "the first");
    must(etch_kv_put_name(&s->kv, 0, "greeting"), "name");
    must(etch_kv_put(&s->kv, 1, zeros, sizeof(zeros)), "zeros");
    must(etch_kv_put(&s->kv, 2, ones, sizeof(ones)), "ones");
    must(etch_kv_put_counter(&s->kv, 3, 1000), "counter");
    put_text(s, 4, "to be deleted");
    must(etch_kv_delete(&s->kv, 4), "delete");
    put_text(s, 5, "");
    put_text(s, 2000, "an id beyond the index");
    put_text(s, 6,
            "a value of more than fifty-eight bytes wants a long record: here is one");
    for (unsigned i = 0; i < 150; i++) {
        char text[24];
        (void)snprintf(text, sizeof(text), "round %u", i);
        put_text(s, (uint16_t)(7 + i % 3), text);
        must(etch_kv_put_tick(&s->kv, 3), "tick");
    }
    const struct etch_kv_change change[] = {{.id = 0, .len = 9, .data = "the batch"},
            {.id = 7, .kind = ETCH_KV_DELETION}, {.id = 10, .len = 3, .data = "new"}};
    must(etch_kv_put_batch(&s->kv, change, 3), "batch");
}

static void open_session(
        struct session *s, const struct golden *g, const struct etch_nor *nor)
{
    memset(s, 0, sizeof(*s));
    s->g = g;
    s->config = (struct etch_kv_config){.nor = for_store(&s->inverted, nor),
            .log = golden_log(g),
            .index = s->index,
            .keys = GOLDEN_KEYS};
}

static void write_new(void *arg, const struct etch_nor *nor)
{
    struct session s;
    open_session(&s, arg, nor);
    must(etch_kv_format(&s.kv, &s.config), "format");
    write_story(&s);
}

static void write_more(void *arg, const struct etch_nor *nor)
{
    struct session s;
    open_session(&s, arg, nor);
    must(etch_kv_open(&s.kv, &s.config), "open");
    put_text(&s, 0, "cut while this was written");
}

static void run(struct explore_machine *m, struct golden *g,
        void (*code)(void *arg, const struct etch_nor *nor), uint64_t cut)
{
    const struct explore_run r = {.limit = 100000000,
            .code = code,
            .arg = g,
            .cut = cut,
            .tear = {.kind = SILICON_TEAR_RANDOM, .seed = 1}};
    struct explore_outcome out = m->ops->run(m, &r);
    if (out.end != (cut != 0 ? EXPLORE_CUT : EXPLORE_DONE)) {
        (void)fprintf(stderr, "make_images: %s: %s\n", g->name, out.text);
        exit(3);
    }
}

static void write_files(const char *folder, const struct golden *g)
{
    if (!golden_write(folder, g)) {
        (void)fprintf(stderr, "make_images: cannot write %s/%s\n", folder, g->name);
        exit(3);
    }
}

/* With the store; cut: the operation of one more put in which power fails. */
static void make(const char *folder, struct golden *g, uint64_t cut)
{
    struct explore_machine *m = simnor_new(&g->shape);
    if (m == NULL) {
        exit(3);
    }
    run(m, g, write_new, 0);
    if (cut != 0) {
        run(m, g, write_more, cut);
    }
    g->size = m->ops->size(m);
    m->ops->peek(m, 0, g->bytes, NULL, g->size);
    m->ops->drop(m);
    write_files(folder, g);
}

/* As SPEC.md describes them, by no store. */
static void make_from_spec(const char *folder, struct golden *g)
{
    static struct maker k;
    bool plain = !g->shape.write_once;
    maker_story(&k, plain ? 4 : g->shape.unit, g->shape.erased_is_zero);
    g->size = MAKER_STORY * MAKER_SECTOR;
    memcpy(g->bytes, k.bytes, g->size);
    write_files(folder, g);
}

static void make_example(const char *folder)
{
    static struct golden g = {.name = "v2-example",
            .shape = {.sector = {MAKER_EXAMPLE, MAKER_EXAMPLE}, .unit = 4}};
    static struct maker k;
    maker_example(&k);
    g.size = 2 * MAKER_EXAMPLE;
    memcpy(g.bytes, k.bytes, g.size);
    write_files(folder, &g);
}

static struct golden by_store[] = {
        {.name = "v2-plain", .shape = {.sector = {1024, 1024, 2048}, .unit = 4}},
        {.name = "v2-plain-cut", .shape = {.sector = {1024, 1024, 2048}, .unit = 4}},
        {.name = "v2-plain-bytes", .shape = {.sector = {2048, 2048}, .unit = 1}},
        {.name = "v2-plain-zero",
                .shape = {.sector = {2048, 2048}, .unit = 2, .erased_is_zero = true}},
        {.name = "v2-once-8",
                .shape = {.sector = {4096, 4096}, .unit = 8, .write_once = true}},
        {.name = "v2-once-32",
                .shape = {.sector = {8192, 8192}, .unit = 32, .write_once = true}},
};

static struct golden from_spec[] = {
        {.name = "v2-spec-plain",
                .shape = {.sector = {1024, 1024, 1024, 1024}, .unit = 4}},
        {.name = "v2-spec-zero",
                .shape = {.sector = {1024, 1024, 1024, 1024},
                        .unit = 4,
                        .erased_is_zero = true}},
        {.name = "v2-spec-once",
                .shape = {.sector = {1024, 1024, 1024, 1024},
                        .unit = 8,
                        .write_once = true}},
};

enum {
    BY_STORE = sizeof(by_store) / sizeof(by_store[0]),
    FROM_SPEC = sizeof(from_spec) / sizeof(from_spec[0])
};

int main(int argc, char *argv[])
{
    bool only_spec = argc == 3 && strcmp(argv[2], "spec") == 0;
    if (argc != 2 && !only_spec) {
        (void)fputs("usage: make_images FOLDER [spec]\n", stderr);
        return 2;
    }
    for (unsigned i = 0; i < FROM_SPEC; i++) {
        make_from_spec(argv[1], &from_spec[i]);
    }
    make_example(argv[1]);
    for (unsigned i = 0; i < BY_STORE && !only_spec; i++) {
        make(argv[1], &by_store[i], i == 1 ? 6 : 0);
    }
    return 0;
}
