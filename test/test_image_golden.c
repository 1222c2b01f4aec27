/* test_image_golden.c - every released format still opens: what the images of
 * test/images hold, the store and the second reader both still find.
 *
 * SPDX-License-Identifier: MIT
 */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/for_store.h"
#include "support/golden.h"
#include "support/two_readers.h"

static struct golden golden;
static char list[GOLDEN_LIST];
static char text[TWO_READERS_TEXT];

static const char folder[] = ETCH_SOURCE_DIR "/test/images";

static bool is_ours(const char *name)
{
    return strncmp(name, "v2-", 3) == 0;
}

/* For each image of the folder that is of our version, or of another; how many
 * there are. */
static unsigned for_each(bool ours, void (*look)(void))
{
    unsigned n = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        char name[64];
        size_t len = strlen(entry->d_name);
        if (len < 5 || len >= sizeof(name) ||
                strcmp(entry->d_name + len - 4, ".bin") != 0 ||
                is_ours(entry->d_name) != ours) {
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
    assert_true(for_each(true, look_with_second_reader) >= 3);
}

static void look_for_nothing(void)
{
    golden_list(&golden, list);
    if (strstr(list, "value") != NULL || strstr(list, "counter") != NULL) {
        fail_msg("%s: of another version, and yet found\n%s", golden.name, list);
    }
}

static void second_reader_reads_no_other_version(void **state)
{
    assert_true(for_each(false, look_for_nothing) >= 1);
}

struct reading {
    struct etch_kv kv;
    struct etch_nor_inverted inverted;
    struct etch_kv_config config;
    uint16_t index[GOLDEN_KEYS];
    bool to_write;
    enum etch_err err;
    bool same;
};

static void read_image(void *arg, const struct etch_nor *nor)
{
    struct reading *r = arg;
    r->config = (struct etch_kv_config){.nor = for_store(&r->inverted, nor),
            .log = golden_log(&golden),
            .index = r->index,
            .keys = GOLDEN_KEYS};
    r->err = r->to_write ? etch_kv_open(&r->kv, &r->config)
                         : etch_kv_view(&r->kv, &r->config);
    (void)snprintf(text, sizeof(text), "open: %s", etch_err_name(r->err));
    r->same = r->err == ETCH_OK && two_readers_compare(&r->kv, false, text);
}

/* Open the image on a flash, to write or only to read. What is on the flash then
 * is in left. */
static struct reading read_on_flash(bool to_write, uint8_t left[GOLDEN_BYTES])
{
    struct explore_machine *m = simnor_new(&golden.shape);
    assert_non_null(m);
    assert_int_equal(m->ops->size(m), golden.size);
    struct reading r = {.to_write = to_write};
    m->ops->poke(m, 0, golden.bytes, golden.size);
    const struct explore_run run = {.limit = 10000000, .code = read_image, .arg = &r};
    struct explore_outcome out = m->ops->run(m, &run);
    if (out.end != EXPLORE_DONE) {
        fail_msg("%s: %s", golden.name, out.text);
    }
    m->ops->peek(m, 0, left, NULL, golden.size);
    m->ops->drop(m);
    return r;
}

static uint8_t left[GOLDEN_BYTES];

static void look_with_both(void)
{
    for (unsigned to_write = 0; to_write < 2; to_write++) {
        struct reading r = read_on_flash(to_write == 1, left);
        if (!r.same) {
            fail_msg("%s: %s", golden.name, text);
        }
    }
}

static void the_store_finds_the_same(void **state)
{
    assert_true(for_each(true, look_with_both) >= 3);
}

static void look_for_refusal(void)
{
    for (unsigned to_write = 0; to_write < 2; to_write++) {
        struct reading r = read_on_flash(to_write == 1, left);
        assert_int_not_equal(r.err, ETCH_OK);
        assert_memory_equal(left, golden.bytes, golden.size);
    }
}

static void the_store_leaves_other_versions_alone(void **state)
{
    assert_true(for_each(false, look_for_refusal) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(second_reader_finds_what_it_found),
            cmocka_unit_test(second_reader_reads_no_other_version),
            cmocka_unit_test(the_store_finds_the_same),
            cmocka_unit_test(the_store_leaves_other_versions_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
