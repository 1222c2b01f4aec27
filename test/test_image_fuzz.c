/* test_image_fuzz.c - any bytes: the reader answers, stays within them and
 * comes to an end. Seeded; test/fuzz/fuzz_image.c goes on where this stops.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/cm.h"
#include "support/image_any.h"
#include "support/maker.h"

enum { ROUNDS = 3000 };

static uint64_t state_of_random;

static uint32_t any(uint32_t below)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state_of_random >> 32) * below >> 32);
}

/* A buffer of just the right size, so that a byte too many is noticed. */
static void try_bytes(const uint8_t *bytes, size_t len)
{
    uint8_t *own = malloc(len + 1);
    assert_non_null(own);
    memcpy(own, bytes, len);
    uint8_t *exact = realloc(own, len == 0 ? 1 : len);
    assert_non_null(exact);
    image_any(exact, len);
    free(exact);
}

static void make_item(struct maker *k)
{
    switch (any(10)) {
    case 0: maker_counter(k, (uint16_t)any(5), any(1000)); break;
    case 1: maker_running(k, (uint16_t)any(5), any(1000), any(193)); break;
    case 2: maker_deletion(k, (uint16_t)any(5)); break;
    case 3: maker_long(k, (uint8_t)any(4), (uint16_t)any(5), "a longer text"); break;
    case 4: maker_stump(k, (uint16_t)any(5), (uint8_t)any(64)); break;
    case 5: maker_void(k); break;
    case 6: maker_keep(k); break;
    case 7: maker_drop(k); break;
    default: maker_value(k, (uint16_t)any(5), "text", any(4) == 0);
    }
}

static void make_plain(struct maker *k)
{
    for (unsigned i = 0; i < 14; i++) {
        unsigned members = any(6) == 0 ? any(3) : 0;
        if (members == 0) {
            make_item(k);
            continue;
        }
        maker_batch(k);
        while (members-- > 0) {
            make_item(k);
        }
        maker_batched(k, any(4) == 0);
    }
}

static void make_once(struct maker *k)
{
    while (k->at + 5u * k->cell + 16 < k->sector + MAKER_SECTOR) {
        maker_once(k, (uint8_t)any(5), (uint16_t)any(5), "some bytes", any(11));
        maker_cells(k, (uint8_t) "KxzKxKK"[any(7)], any(3));
    }
}

static void make_store(struct maker *k)
{
    const uint8_t cells[] = {4, 4, 8, 16};
    maker_begin(k, cells[any(4)], any(4) == 0);
    for (unsigned n = 0; n < 4; n++) {
        maker_draft(k, n);
        if (any(2) == 0) {
            (k->cell == 4 ? make_plain : make_once)(k);
        }
        maker_copied(k, 1 + any(4), any(3));
        if (k->at + 600 < k->sector + MAKER_SECTOR) {
            (k->cell == 4 ? make_plain : make_once)(k);
        }
    }
}

static void random_bytes_are_answered(void **state)
{
    static uint8_t bytes[2048];
    state_of_random = 1;
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t len = any(sizeof(bytes));
        for (size_t b = 0; b < len; b++) {
            bytes[b] = (uint8_t)any(256);
        }
        try_bytes(bytes, len);
    }
}

static void damaged_stores_are_answered(void **state)
{
    static struct maker k;
    state_of_random = 2;
    for (unsigned i = 0; i < ROUNDS; i++) {
        make_store(&k);
        for (unsigned hits = any(30); hits > 0; hits--) {
            k.bytes[any(4 * MAKER_SECTOR)] ^= (uint8_t)(1u << any(8));
        }
        size_t len = any(8) == 0 ? any(MAKER_SIZE) : 4 * MAKER_SECTOR;
        try_bytes(k.bytes, len);
        /* The last sector ends amid what was its log's last cell. */
        try_bytes(k.bytes, k.at - 1 - any(k.cell));
    }
}

/* Headers that are right, and behind them anything. */
static void any_log_is_answered(void **state)
{
    static struct maker k;
    state_of_random = 3;
    for (unsigned i = 0; i < ROUNDS; i++) {
        make_store(&k);
        for (unsigned n = 0; n < 4; n++) {
            uint32_t begin = n * MAKER_SECTOR + 132;
            for (uint32_t b = begin; b < (n + 1) * MAKER_SECTOR; b++) {
                const uint8_t likely[] = {0x65, 0x74, 0x4B, 0x78, 0xFF, 0x00};
                k.bytes[b] = any(3) == 0 ? likely[any(6)] : (uint8_t)any(256);
            }
        }
        try_bytes(k.bytes, 4 * MAKER_SECTOR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(random_bytes_are_answered),
            cmocka_unit_test(damaged_stores_are_answered),
            cmocka_unit_test(any_log_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
