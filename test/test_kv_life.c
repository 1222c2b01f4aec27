/* test_kv_life.c - long sessions without a cut, on flashes of several shapes: what is
 * moved, piece by piece, while other things are written.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "support/cm.h"
#include "support/kv_bed.h"
#include "support/two_readers.h"

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

/* ---- very long lives ------------------------------------------------------------ */

enum { SEQUENCE_MAX = 0xFFFFFF };

/* As if so many sectors had been opened before this one, none of them among those that
 * are there: its sequence, in a plain log, and its age if it replaces one. */
static void age(uint32_t sector, uint32_t sequence)
{
    uint32_t base = 0;
    for (uint32_t i = 0; i < sector; i++) {
        base += bed.flash.len[i];
    }
    uint8_t *b = bed.flash.cells + base + 24;
    uint32_t was = etch_get32(b) & SEQUENCE_MAX;
    uint32_t old = etch_get16(b + 4) | (uint32_t)b[3] << 16;
    uint32_t new = old != 0 ? old + sequence - was : 0;
    etch_put32(b, sequence | new >> 16 << 24);
    etch_put16(b + 4, (uint16_t) new);
    etch_put32(b + 8, etch_crc(ETCH_CRC32_POLY, ~0u, b, 8));
    reopen();
}

static void both_readers_agree(void)
{
    char text[TWO_READERS_TEXT];
    if (!two_readers_compare(&bed.kv, false, text)) {
        fail_msg("%s", text);
    }
}

static void churn(unsigned n, enum etch_err want_err)
{
    for (unsigned i = 0; i < n; i++) {
        char text[TEXT];
        make(text);
        assert_int_equal(etch_kv_put(&bed.kv, 0, text, (uint16_t)strlen(text)), want_err);
    }
}

/* What never changes lies in the big sector, too much of it to be moved for wear's
 * sake; the small ones are opened by turns, more often than 16 bits count. When it is
 * moved at last, what it was moved from must be known at the next start, or there
 * would never be a sector to copy to again. */
static void a_sector_may_stay_for_as_long_as_it_likes(void **state)
{
    static const uint32_t unequal[] = {512, 512, 2048, 0};
    static const uint32_t openings[] = {65535, 65536, 65537, 0x123456};
    for (unsigned i = 0; i < 4; i++) {
        begin_on(unequal, 4, false);
        while (bed.kv.head != 2) {
            churn(1, ETCH_OK);
        }
        for (uint16_t id = 1; id < 10; id++) {
            put(id, "what never changes, and is thirty bytes");
        }
        uint8_t big = bed.kv.head;
        while (bed.kv.head == big) {
            churn(1, ETCH_OK);
        }
        uint8_t *b = bed.flash.cells + 1024 + 24;
        age(bed.kv.head, (etch_get32(b) & SEQUENCE_MAX) + openings[i] - 1);
        both_readers_agree();
        for (uint16_t id = 2; id < 10; id++) {
            assert_int_equal(etch_kv_delete(&bed.kv, id), ETCH_OK);
        }
        unsigned states = 0;
        for (uint8_t was = bed.kv.sector[big]; bed.kv.sector[big] == was; states++) {
            churn(1, ETCH_OK);
        }
        assert_true(states > 0);
        reopen();
        both_readers_agree();
        holds(1, "what never changes, and is thirty bytes");
        holds_none(2);
        churn(2000, ETCH_OK);
        reopen();
        both_readers_agree();
        holds(1, "what never changes, and is thirty bytes");
    }
}

static void behind_the_last_sequence_it_can_be_read(void **state)
{
    static const uint32_t two[] = {1024, 1024, 0};
    begin_on(two, 4, false);
    put(1, "kept");
    age(0, SEQUENCE_MAX - 1);
    while (bed.kv.head == 0) {
        churn(1, ETCH_OK);
    }
    put(0, "the last");
    unsigned fit = 0;
    while (fit < 200 && etch_kv_put(&bed.kv, 2, &fit, sizeof(fit)) == ETCH_OK) {
        fit++;
    }
    assert_in_range(fit, 50, 150);
    fit--;
    for (unsigned i = 0; i < 3; i++) {
        churn(3, ETCH_E_NOSPACE);
        both_readers_agree();
        holds(0, "the last");
        holds(1, "kept");
        unsigned found;
        uint16_t len;
        assert_int_equal(etch_kv_get(&bed.kv, 2, &found, sizeof(found), &len), ETCH_OK);
        assert_int_equal(found, fit);
        reopen();
    }
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
    churn(500, ETCH_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(words_in_two_sectors),
            cmocka_unit_test(words_in_many_sectors),
            cmocka_unit_test(cells_written_once),
            cmocka_unit_test(a_sector_may_stay_for_as_long_as_it_likes),
            cmocka_unit_test(behind_the_last_sequence_it_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
