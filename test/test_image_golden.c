/* test_image_golden.c - every released format still opens: what the images of
 * test/images hold, the store and the second reader both still find.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/golden.h"
#include "support/two_readers.h"

static struct golden golden;
static char list[GOLDEN_LIST];
static char text[TWO_READERS_TEXT];

static const char folder[] = ETCH_SOURCE_DIR "/test/images";

/* For each image of the folder; how many there are. */
static unsigned for_each(void (*look)(void))
{
    unsigned n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        char name[64];
        size_t len = strlen(entry->d_name);
        if (len < 5 || len >= sizeof(name) ||
                strcmp(entry->d_name + len - 4, ".bin") != 0) {
            continue;
        }
        memcpy(name, entry->d_name, len - 4);
        name[len - 4] = '\0';
        assert_true(golden_read(folder, name, &golden));
        look();
        n++;
    }
    (void)closedir(dir);
    return n;
}

static void look_with_second_reader(void)
{
    golden_list(&golden, list);
    if (strcmp(list, golden.list) != 0) {
        fail_msg("%s: found\n%s, not\n%s", golden.name, list, golden.list);
    }
}

static void second_reader_finds_what_it_found(void **state)
{
    assert_true(for_each(look_with_second_reader) >= 6);
}

struct reading {
    struct etch_kv kv;
    struct etch_kv_config config;
    uint16_t index[GOLDEN_KEYS];
    bool to_write;
    bool same;
};

static void read_image(void *arg, const struct etch_nor *nor)
{
    struct reading *r = arg;
    r->config = (struct etch_kv_config){.nor = nor,
            .log = golden_log(&golden),
            .index = r->index,
            .keys = GOLDEN_KEYS};
    enum etch_err err = r->to_write ? etch_kv_open(&r->kv, &r->config)
                                    : etch_kv_view(&r->kv, &r->config);
    (void)snprintf(text, sizeof(text), "open: %s", etch_err_name(err));
    r->same = err == ETCH_OK && two_readers_compare(&r->kv, false, text);
}

static void look_with_both(void)
{
    struct explore_machine *m = simnor_new(&golden.shape);
    assert_non_null(m);
    assert_int_equal(m->ops->size(m), golden.size);
    for (unsigned to_write = 0; to_write < 2; to_write++) {
        struct reading r = {.to_write = to_write == 1};
        m->ops->poke(m, 0, golden.bytes, golden.size);
        const struct explore_run run = {.limit = 10000000, .code = read_image, .arg = &r};
        struct explore_outcome out = m->ops->run(m, &run);
        if (out.end != EXPLORE_DONE || !r.same) {
            fail_msg("%s: %s %s", golden.name, out.text, text);
        }
    }
    m->ops->drop(m);
}

static void the_store_finds_the_same(void **state)
{
    assert_true(for_each(look_with_both) >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(second_reader_finds_what_it_found),
            cmocka_unit_test(the_store_finds_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
