/* test_kv_canonical.c - an image and its canonical form hold the same, by the
 * second reader; that the store treats them alike, test_kv_exhaust_heavy.c sees.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "support/cm.h"
#include "support/kv_canonical.h"
#include "support/maker.h"

enum { STORES = 4, SIZE = STORES * MAKER_SECTOR, ROUNDS = 2000, IDS = 5 };

/* ---- cells that can only be looked at and changed ------------------------------------ */

struct cells {
    struct explore_machine base;
    uint8_t data[SIZE], loose[SIZE];
};

static void peek(const struct explore_machine *m, uint32_t off, void *data,
        void *unstable, size_t len)
{
    const struct cells *c = (const struct cells *)m;
    uint8_t *to = data;
    for (size_t i = 0; i < len; i++) {
        to[i] = c->data[off + i] | c->loose[off + i];
    }
    if (unstable != NULL) {
        memcpy(unstable, c->loose + off, len);
    }
}

static void poke(struct explore_machine *m, uint32_t off, const void *data, size_t len)
{
    struct cells *c = (struct cells *)m;
    memcpy(c->data + off, data, len);
    memset(c->loose + off, 0, len);
}

static const struct explore_machine_ops ops = {.peek = peek, .poke = poke};
static const uint32_t sizes[STORES + 1] = {
        MAKER_SECTOR, MAKER_SECTOR, MAKER_SECTOR, MAKER_SECTOR};

static struct cells cells = {.base = {&ops}};
static struct maker k;

static void take(const struct maker *from)
{
    memcpy(cells.data, from->bytes, SIZE);
    memset(cells.loose, 0, SIZE);
}

static struct image *read_bytes(const uint8_t *bytes)
{
    static struct image_place places[STORES];
    for (unsigned i = 0; i < STORES; i++) {
        places[i] = (struct image_place){i * MAKER_SECTOR, MAKER_SECTOR};
    }
    const struct image_medium m = {.bytes = bytes,
            .size = SIZE,
            .sector = places,
            .sectors = STORES,
            .erased_is_zero = k.zero};
    struct image *image = image_read(&m);
    assert_non_null(image);
    return image;
}

/* ---- the same? ------------------------------------------------------------------------- */

static void expect_same_record(const struct image_record *a, const struct image_record *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a != NULL && b != NULL) {
        assert_int_equal(a->off, b->off);
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->count, b->count);
        assert_int_equal(a->sum_wrong, b->sum_wrong);
        assert_int_equal(a->bytes_len, b->bytes_len);
        assert_memory_equal(a->bytes_len > 0 ? a->bytes : (const uint8_t *)"",
                b->bytes_len > 0 ? b->bytes : (const uint8_t *)"", a->bytes_len);
    }
}

static void expect_same_sector(const struct image_sector *a, const struct image_sector *b)
{
    assert_int_equal(a->state, b->state);
    if (a->state == IMAGE_OPEN) {
        assert_int_equal(a->end, b->end);
        assert_int_equal(a->settled, b->settled);
    }
    /* Of a draft that is decided against, nothing is left to decide. */
    bool gone = a->state == IMAGE_DRAFT && !b->placed;
    assert_int_equal(a->decided, gone ? a->decided : b->decided);
}

/* The last thing of a log: what a start settles. */
static const struct image_record *last_of(const struct image *image, unsigned sector)
{
    const struct image_record *last = NULL;
    for (uint32_t i = 0; i < image->records; i++) {
        const struct image_record *r = &image->record[i];
        bool thing = r->fate != IMAGE_MARK && !r->member && !r->copy;
        last = r->sector == sector && thing ? r : last;
    }
    return last;
}

static void expect_same_last(const struct image *a, const struct image *b)
{
    for (unsigned i = 0; i < STORES; i++) {
        const struct image_record *x = last_of(a, i);
        const struct image_record *y = last_of(b, i);
        /* Of one that is settled only what counts is left. */
        if (a->sector[i].state == IMAGE_OPEN && x != NULL && y != NULL && !x->final) {
            assert_int_equal(x->off, y->off);
            assert_int_equal(x->len, y->len);
            assert_int_equal(x->alive, y->alive);
            assert_int_equal(x->final, y->final);
            assert_int_equal(x->committed, y->committed);
        }
    }
}

static void expect_same(const struct image *a, const struct image *b)
{
    assert_int_equal(a->damaged, b->damaged);
    for (uint16_t id = 0; id < IDS; id++) {
        expect_same_record(image_find(a, id), image_find(b, id));
        expect_same_record(image_name(a, id), image_name(b, id));
    }
    for (unsigned i = 0; i < STORES; i++) {
        expect_same_sector(&a->sector[i], &b->sector[i]);
    }
    expect_same_last(a, b);
}

/* ---- any store ---------------------------------------------------------------------------- */

static uint64_t state_of_random;

static uint32_t any(uint32_t below)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state_of_random >> 32) * below >> 32);
}

static void write_record(bool open)
{
    static const char *const texts[] = {"", "a", "four", "a text of some length"};
    uint16_t id = (uint16_t)any(IDS);
    switch (any(5)) {
    case 0: maker_counter(&k, id, any(1000)); break;
    case 1: maker_deletion(&k, id); break;
    case 2: maker_running(&k, id, any(1000), any(193)); break;
    default: maker_value(&k, id, texts[any(4)], open);
    }
}

static void write_plain(void)
{
    for (unsigned n = any(8); n > 0; n--) {
        if (any(4) == 0) {
            maker_batch(&k);
            write_record(false);
            write_record(false);
            maker_batched(&k, any(3) == 0);
        } else {
            write_record(any(4) == 0);
        }
        for (unsigned marks = any(2) * any(5); marks > 0; marks--) {
            switch (any(4)) {
            case 0: maker_keep(&k); break;
            case 1: maker_drop(&k); break;
            case 2: maker_stump(&k, (uint16_t)any(IDS), (uint8_t)any(4)); break;
            default: maker_void(&k);
            }
        }
    }
}

static void write_once(void)
{
    for (unsigned n = any(8); n > 0; n--) {
        maker_once(&k, (uint8_t)(any(2) * 2), (uint16_t)any(IDS), "bytes", any(6));
        for (unsigned marks = any(4); marks > 0; marks--) {
            maker_cells(&k, (uint8_t) "KxzK"[any(4)], 1);
        }
    }
}

static void write_store(void)
{
    bool plain = any(3) != 0;
    maker_begin(&k, plain ? 4 : 8, any(6) == 0);
    for (unsigned n = 0; n < STORES; n++) {
        uint32_t sequence = 1 + n * (1 + any(2));
        uint32_t age = n > 0 && any(2) == 0 ? sequence - 1 : 0;
        maker_ready(&k, n, any(9));
        if (any(6) == 0) {
            continue;
        }
        maker_draft(&k, n);
        for (unsigned copies = age != 0 ? any(4) : 0; copies > 0 && plain; copies--) {
            write_record(false);
        }
        (any(5) == 0 ? maker_placed : maker_copied)(&k, sequence, age);
        (plain ? write_plain : write_once)();
    }
}

/* ---- tests -------------------------------------------------------------------------------- */

static void a_canonical_image_holds_the_same(void **state)
{
    static uint8_t before[SIZE];
    unsigned tried = 0;
    state_of_random = 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        write_store();
        struct image *a = read_bytes(k.bytes);
        take(&k);
        kv_canonical(&cells.base, sizes, k.zero);
        struct image *b = read_bytes(cells.data);
        expect_same(a, b);
        memcpy(before, cells.data, SIZE);
        kv_canonical(&cells.base, sizes, k.zero);
        assert_memory_equal(cells.data, before, SIZE); /* and is its own */
        tried += a->damaged == 0 && a->open > 1;
        image_drop(a);
        image_drop(b);
    }
    assert_in_range(tried, ROUNDS / 10, ROUNDS);
}

static void write_life(const char *dead, const char *torn, uint32_t erases, bool doubt)
{
    maker_begin(&k, 4, false);
    maker_ready(&k, 0, erases);
    maker_open(&k, 0, 7 + erases, 0);
    maker_value(&k, 1, dead, false);
    maker_value(&k, 2, torn, true);
    maker_drop(&k);
    maker_drop(&k);
    maker_value(&k, 3, "doubt", doubt);
    if (doubt) {
        maker_keep(&k);
    } else {
        maker_void(&k);
    }
    maker_value(&k, 1, "counts", false);
}

static void what_means_nothing_is_made_equal(void **state)
{
    static uint8_t first[SIZE];
    write_life("dead", "torn", 1, false);
    take(&k);
    kv_canonical(&cells.base, sizes, false);
    memcpy(first, cells.data, SIZE);
    write_life("DEAD", "TORN", 9, true);
    take(&k);
    kv_canonical(&cells.base, sizes, false);
    assert_memory_equal(cells.data, first, SIZE);
    /* An unstable bit in a mark that it cannot change ... */
    write_life("DEAD", "TORN", 9, false);
    take(&k);
    uint32_t mark = 36 + 8 + 8;
    cells.loose[mark + 2] = 0x10;
    kv_canonical(&cells.base, sizes, false);
    assert_memory_equal(cells.data, first, SIZE);
    assert_int_equal(cells.loose[mark + 2], 0);
    /* ... and one in what counts. */
    take(&k);
    cells.loose[k.at - 1] = 1;
    kv_canonical(&cells.base, sizes, false);
    assert_memory_not_equal(cells.data, first, SIZE);
    assert_int_equal(cells.loose[k.at - 1], 1);
    assert_memory_equal(cells.data + 36, k.bytes + 36, SIZE - 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_canonical_image_holds_the_same),
            cmocka_unit_test(what_means_nothing_is_made_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
