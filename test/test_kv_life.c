/* test_kv_life.c - long sessions without a cut, on flashes of several shapes: what is
 * moved, piece by piece, while other things are written.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/kv_bed.h"

enum {
    VALUES = 12,
    COUNTER = 20,
    FIXED = 21,
    FIXED_LEN = 200,
    LONG_ID = 2000,
    TEXT = 40
};

/* What must be there; "": nothing. */
static struct {
    char value[VALUES][TEXT];
    char beyond[TEXT]; /* of LONG_ID */
    char name[TEXT];   /* of id 0 */
    uint32_t count;
} want;

static uint64_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 32) * below >> 32);
}

static void make(char text[TEXT])
{
    static uint32_t n;
    (void)snprintf(text, TEXT, "%.*s%u", (int)any(20), "some text of some length", n++);
}

static void must(enum etch_err err)
{
    if (err == ETCH_E_TIDY) {
        fail_msg("asked to tidy");
    }
    assert_int_equal(err, ETCH_OK);
}

static void put_some(void)
{
    uint16_t id = (uint16_t)any(VALUES);
    make(want.value[id]);
    put(id, want.value[id]);
}

static void put_two(void)
{
    struct etch_kv_change change[2];
    uint16_t first = (uint16_t)any(VALUES - 1);
    for (uint16_t i = 0; i < 2; i++) {
        char *text = want.value[first + i];
        make(text);
        change[i] = (struct etch_kv_change){
                .id = (uint16_t)(first + i), .len = (uint16_t)strlen(text), .data = text};
    }
    must(etch_kv_put_batch(&bed.kv, change, 2));
}

static void act(void)
{
    uint16_t id = (uint16_t)any(VALUES);
    switch (any(16)) {
    case 0:
    case 1:
        want.value[id][0] = '\0';
        must(etch_kv_delete(&bed.kv, id));
        break;
    case 2: put_two(); break;
    case 3:
        make(want.beyond);
        put(LONG_ID, want.beyond);
        break;
    case 4:
        make(want.name);
        must(etch_kv_put_name(&bed.kv, 0, want.name));
        break;
    case 5:
    case 6:
    case 7:
        want.count++;
        must(etch_kv_put_tick(&bed.kv, COUNTER));
        break;
    case 8:
        if (any(4) == 0) {
            must(etch_kv_tidy(&bed.kv));
        }
        break;
    default: put_some(); break;
    }
}

static void all_is_there(void)
{
    char name[TEXT];
    for (uint16_t id = 0; id < VALUES; id++) {
        if (want.value[id][0]) {
            holds(id, want.value[id]);
        } else {
            holds_none(id);
        }
    }
    if (want.beyond[0]) {
        holds(LONG_ID, want.beyond);
    }
    if (want.name[0]) {
        must(etch_kv_name(&bed.kv, 0, name, sizeof(name)));
        assert_string_equal(name, want.name);
    }
    if (want.count) {
        counts(COUNTER, want.count);
    }
    assert_int_equal(bed.index[KEYS - 1], 0); /* nothing else has it */
    assert_false(bed.flash.broken);
}

/* Much that never changes: what lies where is moved in another order then. */
static void fill(unsigned fixed)
{
    char text[FIXED_LEN + 1];
    memset(text, 'f', FIXED_LEN);
    text[FIXED_LEN] = '\0';
    for (uint16_t i = 0; i < fixed; i++) {
        put_some();
        put((uint16_t)(FIXED + i), text);
        holds((uint16_t)(FIXED + i), text);
    }
}

static void live(const uint32_t *len, uint8_t unit, unsigned fixed, unsigned sessions)
{
    begin_on(len, unit, unit > 4);
    memset(&want, 0, sizeof(want));
    fill(fixed);
    for (unsigned i = 0; i < sessions; i++) {
        for (uint32_t acts = any(4) == 0 ? any(20) : any(400); acts > 0; acts--) {
            act();
            if (any(80) == 0) {
                all_is_there();
            }
        }
        all_is_there();
        reopen();
        all_is_there();
    }
}

static void words_in_two_sectors(void **state)
{
    static const uint32_t two[] = {2048, 2048, 0};
    live(two, 4, 0, 20);
    live(two, 4, 4, 10);
}

static void words_in_many_sectors(void **state)
{
    static const uint32_t three[] = {1536, 1536, 1536, 0};
    static const uint32_t five[] = {1536, 1536, 2048, 1536, 1600, 0};
    live(three, 4, 0, 20);
    live(three, 4, 7, 20);
    live(five, 2, 0, 15);
    live(five, 2, 15, 10);
}

static void cells_written_once(void **state)
{
    static const uint32_t three[] = {3072, 3072, 3072, 0};
    live(three, 8, 0, 6);
    live(three, 8, 8, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(words_in_two_sectors),
            cmocka_unit_test(words_in_many_sectors),
            cmocka_unit_test(cells_written_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
