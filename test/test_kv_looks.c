/* test_kv_looks.c - cells that say one thing at one look and another at the next, at
 * the places where the store looks more than once.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "support/cm.h"
#include "support/kv_bed.h"

enum { S = 1024 };

static const uint32_t two[] = {S, S, 0};
static const uint32_t three[] = {S, S, S, 0};

/* A byte in doubt: from one look at it to another it reads otherwise, or not at all. */
static struct {
    enum etch_err (*read)(
            const struct etch_nor *nor, uint32_t off, void *data, uint32_t len);
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    enum etch_err (*erase)(const struct etch_nor *nor, uint32_t sector);
    uint32_t at;
    uint8_t flip;   /* these bits; 0: it cannot be read */
    unsigned every; /* looks: the first so many as it is, the next otherwise, and so on */
    bool stays;     /* or all that follow otherwise */
    unsigned until; /* looks: then as it is for good */
    unsigned looks; /* so far */
    uint32_t fails; /* where in a sector a program is cut ... */
    unsigned passes; /* ... when so many have passed there */
    uint32_t cells;  /* bytes that are written all the same */
} doubt;

/* Of what cannot be read, no byte of the unit can. */
static bool otherwise(uint32_t off, uint32_t len)
{
    uint32_t end = doubt.at + (doubt.flip ? 1u : bed.flash.nor.unit);
    bool here = doubt.every != 0 && off < end && off + len > doubt.at;
    unsigned turn = here ? doubt.looks++ / doubt.every : 0;
    return turn % 2 == 1 || (doubt.stays && turn > 0);
}

static enum etch_err read_in_doubt(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    enum etch_err err = doubt.read(nor, off, data, len);
    if (err || !otherwise(off, len)) {
        return err;
    }
    if (!doubt.flip) {
        memset(data, 0x5A, len);
        return ETCH_E_VERIFY;
    }
    ((uint8_t *)data)[doubt.at - off] ^= doubt.flip;
    return ETCH_OK;
}

static enum etch_err program_until_cut(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    bool now = doubt.fails != 0 && off % S == doubt.fails % S && doubt.passes-- == 0;
    if (!now) {
        return doubt.program(nor, off, data, len);
    }
    doubt.fails = 0;
    doubt.at = off;
    (void)doubt.program(nor, off, data, doubt.cells < len ? doubt.cells : len);
    return ETCH_E_PROGRAM;
}

/* What is erased reads as it is. */
static enum etch_err erase_for_good(const struct etch_nor *nor, uint32_t sector)
{
    doubt.every = doubt.at / S == sector ? 0 : doubt.every;
    return doubt.erase(nor, sector);
}

static void begin_in_doubt(const uint32_t *len, uint8_t unit, bool once)
{
    begin_on(len, unit, once);
    memset(&doubt, 0, sizeof(doubt));
    doubt.read = bed.flash.nor.read;
    doubt.program = bed.flash.nor.program;
    doubt.erase = bed.flash.nor.erase;
    bed.flash.nor.erase = erase_for_good;
    bed.flash.nor.read = read_in_doubt;
    bed.flash.nor.program = program_until_cut;
}

/* ---- a header that an erase has left ------------------------------------------------- */

static enum etch_err erase_is_cut(const struct etch_nor *nor, uint32_t sector)
{
    (void)nor;
    doubt.at = sector * S;
    return ETCH_E_PROGRAM;
}

static uint8_t last[4]; /* of ids 0 to 3 */

/* Each in turn. */
static void count_up(unsigned n)
{
    static unsigned i;
    for (; n > 0; n--, i++) {
        uint8_t v = (uint8_t)i;
        assert_int_equal(etch_kv_put(&bed.kv, (uint16_t)(i % 4), &v, 1), ETCH_OK);
        last[i % 4] = v;
    }
}

static void all_are_the_last(void)
{
    for (uint16_t id = 0; id < 4; id++) {
        uint8_t v = 0;
        uint16_t len;
        assert_int_equal(etch_kv_get(&bed.kv, id, &v, 1, &len), ETCH_OK);
        assert_int_equal(v, last[id]);
    }
}

/* Its sequence, or that of the sector in whose place it was, may read as any. Looked at
 * twice, a sector that had been replaced was open and not replaced, or one that is open
 * was replaced. */
static void a_header_of_which_a_bit_is_in_doubt_brings_nothing_back(void **state)
{
    enum { BITS = 12 * 8, PHASES = 4 };
    for (unsigned i = 0; i < BITS * PHASES * 2; i++) {
        struct etch_kv_stat stat = {0};
        begin_in_doubt(three, 8, true);
        for (unsigned n = i / BITS % PHASES; stat.tidy.typ_us == 0 || n < 80; n++) {
            count_up(1);
            etch_kv_stat(&bed.kv, &stat);
        }
        bed.flash.nor.erase = erase_is_cut;
        assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_E_PROGRAM);
        bed.flash.nor.erase = erase_for_good;
        doubt.at += 36 + i % 12; /* B is in bytes 32 to 47, what it stands for behind 4 */
        doubt.flip = (uint8_t)(1u << i / 12 % 8);
        doubt.every = 1 + i / BITS % 2;
        doubt.stays = i >= BITS * PHASES;
        for (unsigned n = 0; n < 3; n++) {
            reopen();
            all_are_the_last();
            doubt.every = n == 1 ? 0 : doubt.every;
        }
        count_up(60);
        all_are_the_last();
    }
}

/* All of B is right, but its cell can be read only now and then: when it is asked what it
 * says of itself it cannot, and when its CRC is looked at it can. */
static void a_draft_that_cannot_be_read_now_and_then_is_not_open(void **state)
{
    for (unsigned i = 0; i < 160; i++) {
        begin_in_doubt(two, 16, true);
        count_up(4 + i / 2 % 40);
        doubt.fails = 48; /* B, behind A, CLEAN and USED */
        doubt.passes = i / 80;
        doubt.cells = S;
        enum etch_err err = ETCH_OK;
        for (uint32_t n = 0; !err; n++) {
            err = etch_kv_put(&bed.kv, 5, &n, sizeof(n));
        }
        assert_int_equal(err, ETCH_E_PROGRAM);
        doubt.every = 1;
        doubt.looks = i % 2;
        for (unsigned n = 0; n < 4; n++) {
            reopen();
            all_are_the_last();
            if (n == 1) {
                count_up(4);
            }
        }
        doubt.every = 0;
        reopen();
        all_are_the_last();
    }
}

/* ---- a format that was cut ----------------------------------------------------------- */

static void __attribute__((noinline)) leave_on_stack(uint8_t what)
{
    volatile uint8_t some[4096];
    for (unsigned i = 0; i < sizeof(some); i++) {
        some[i] = what;
    }
}

/* The header of the newest sector is valid at the first looks and half zeroed then: there
 * is no store, and nothing is read or written where there is no flash. */
static void a_format_that_was_cut_leaves_a_store_or_none(void **state)
{
    for (unsigned i = 1; i < 32; i++) {
        begin_in_doubt(two, 4, false);
        put(1, "one");
        doubt.fails = 2 * S; /* A of the first sector, which is zeroed last */
        doubt.passes = 2;    /* the other's is zeroed and written before */
        doubt.cells = 4;
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_PROGRAM);
        assert_int_equal(doubt.at, 0);
        memset(bed.flash.cells, 0xFF, 4); /* it reads as before, and then as zeros */
        memcpy(bed.flash.cells, "\x45\x7E\x02\x02", 4);
        doubt.flip = 0x45;
        doubt.every = i / 2 + 1;
        leave_on_stack((uint8_t)(i * 37));
        memset(&bed.kv, 0xA5, sizeof(bed.kv));
        enum etch_err err = etch_kv_open(&bed.kv, &bed.config);
        assert_false(bed.flash.broken);
        if (err) {
            assert_int_equal(err, ETCH_E_FORMAT);
        } else {
            holds(1, "one");
        }
    }
}

/* ---- a word that did not read back ------------------------------------------------- */

static struct {
    unsigned left;
    uint32_t at;
    uint8_t shown[4];
    bool shows;
} weak;

/* It is not programmed, and seems to be at the next look. */
static enum etch_err program_weakly(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    if (weak.left == 0 || --weak.left > 0 || len != 4) {
        return doubt.program(nor, off, data, len);
    }
    weak.at = off;
    weak.shows = true;
    memcpy(weak.shown, data, 4);
    return ETCH_E_VERIFY;
}

static enum etch_err read_weakly(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    enum etch_err err = doubt.read(nor, off, data, len);
    if (weak.shows && off == weak.at && len == 4) {
        memcpy(data, weak.shown, 4);
        weak.shows = false;
    }
    return err;
}

/* What a flash says it could not do is not taken for done because one look says so. */
static void a_word_that_did_not_read_back_is_programmed_again(void **state)
{
    for (unsigned n = 1; n < 8; n++) {
        begin_in_doubt(two, 4, false);
        put(1, "old");
        reopen();
        memset(&weak, 0, sizeof(weak));
        weak.left = n;
        bed.flash.nor.program = program_weakly;
        bed.flash.nor.read = read_weakly;
        enum etch_err err = etch_kv_put(&bed.kv, 1, "new", 3);
        weak.left = 0;
        weak.shows = false;
        reopen();
        holds(1, err ? "old" : "new");
    }
}

/* A sector is opened: USED, B, its commit. */
static void so_is_a_flag_of_a_sector(void **state)
{
    for (unsigned n = 1; n < 200; n++) {
        uint8_t v = 0;
        begin_in_doubt(two, 4, false);
        put(9, "what stays");
        while (bed.kv.draft == 0xFF) {
            v++;
            assert_int_equal(etch_kv_put(&bed.kv, 1, &v, 1), ETCH_OK);
        }
        reopen(); /* and again */
        memset(&weak, 0, sizeof(weak));
        weak.left = n;
        bed.flash.nor.program = program_weakly;
        bed.flash.nor.read = read_weakly;
        for (unsigned i = 0; i < 40; i++) {
            uint8_t next = (uint8_t)(v + 1);
            v = etch_kv_put(&bed.kv, 1, &next, 1) ? v : next;
        }
        weak.left = 0;
        weak.shows = false;
        reopen();
        uint8_t got = 0;
        uint16_t len;
        assert_int_equal(etch_kv_get(&bed.kv, 1, &got, 1, &len), ETCH_OK);
        assert_int_equal(got, v);
        holds(9, "what stays");
    }
}

/* ---- an interrupt between two looks ------------------------------------------------ */

static struct {
    bool on, in; /* it comes at each read; it is there */
    bool gone;   /* id 1 */
    uint32_t value, old;
} interrupt;

static enum etch_err read_and_interrupt(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    if (interrupt.on && !interrupt.in) {
        uint32_t v = 0;
        uint16_t n;
        interrupt.in = true;
        enum etch_err err = etch_kv_get(&bed.kv, 0, &v, sizeof(v), &n);
        interrupt.old += err || v != interrupt.value;
        err = etch_kv_get(&bed.kv, 1, &v, sizeof(v), &n);
        interrupt.old += interrupt.gone && err != ETCH_E_NOENT;
        interrupt.in = false;
    }
    return doubt.read(nor, off, data, len);
}

/* What is put while the newest sector is copied is copied twice, its older copy first. */
static void while_a_move_ends_an_interrupt_sees_no_older_value(void **state)
{
    static const char some[40] = "";
    for (unsigned once = 0; once < 2; once++) {
        begin_in_doubt(two, once ? 8 : 4, once);
        memset(&interrupt, 0, sizeof(interrupt));
        bed.flash.nor.read = read_and_interrupt;
        for (uint16_t id = 0; id < 6; id++) {
            assert_int_equal(etch_kv_put(&bed.kv, id, some, id < 2 ? 4 : 20), ETCH_OK);
        }
        for (uint32_t n = 1; n < 300; n++) {
            interrupt.on = true;
            assert_int_equal(etch_kv_put(&bed.kv, 2, &n, sizeof(n)), ETCH_OK);
            interrupt.on = false;
            if (bed.kv.draft != 0xFF && !interrupt.gone) {
                interrupt.gone = true;
                interrupt.value = n;
                assert_int_equal(etch_kv_put(&bed.kv, 0, &n, sizeof(n)), ETCH_OK);
                assert_int_equal(etch_kv_delete(&bed.kv, 1), ETCH_OK);
            }
        }
        assert_true(interrupt.gone);
        assert_int_equal(interrupt.old, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_header_of_which_a_bit_is_in_doubt_brings_nothing_back),
            cmocka_unit_test(a_draft_that_cannot_be_read_now_and_then_is_not_open),
            cmocka_unit_test(a_format_that_was_cut_leaves_a_store_or_none),
            cmocka_unit_test(a_word_that_did_not_read_back_is_programmed_again),
            cmocka_unit_test(so_is_a_flag_of_a_sector),
            cmocka_unit_test(while_a_move_ends_an_interrupt_sees_no_older_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
