/* test_kv_faults.c - the store on flash that fails, rots, or changes under a reader;
 * and at the limits of what it says of itself. Power is not cut here.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "base/bytes.h"
#include "base/crc.h"
#include "support/cm.h"
#include "support/kv_bed.h"
#include "support/maker.h"

static const uint32_t small[] = {1024, 1024, 0};
static const uint32_t three[] = {1024, 1024, 4096, 0};
static const uint32_t equal[] = {1024, 1024, 1024, 0};
static const uint32_t big[] = {32768, 32768, 0};

/* The end of the bytes of text on flash, where they are last; 0: nowhere. */
static uint32_t behind(const char *text)
{
    uint32_t found = 0;
    uint32_t len = (uint32_t)strlen(text);
    for (uint32_t at = 0; at + len <= bed.flash.size; at++) {
        found = memcmp(bed.flash.cells + at, text, len) == 0 ? at + len : found;
    }
    return found;
}

static void spoil(uint32_t at, uint8_t bits)
{
    bed.flash.cells[at] ^= bits;
}

static enum etch_err try_put(uint16_t id, const char *text)
{
    return etch_kv_put(&bed.kv, id, text, (uint16_t)strlen(text));
}

/* ---- flash that fails ---------------------------------------------------------- */

static struct {
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    unsigned left;  /* calls until one does what it shall and says that it did not */
    uint32_t stuck; /* 1 + where from then on nothing is programmed; 0: nowhere */
} late;

static enum etch_err program_and_fail(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    enum etch_err err = late.program(nor, off, data, len);
    return late.left != 0 && --late.left == 0 ? ETCH_E_PROGRAM : err;
}

static void begin_late(unsigned left)
{
    begin();
    put(1, "old");
    put(2, "kept");
    late.program = bed.flash.nor.program;
    late.left = left;
    bed.flash.nor.program = program_and_fail;
}

/* Whether a tick that failed counted is settled before the next one: what counts on
 * is put at rest, and then begins anew. */
static void a_tick_that_fails_is_settled_by_the_next(void **state)
{
    uint32_t n = 0;
    begin();
    assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_OK);
    late.program = bed.flash.nor.program;
    late.left = 1;
    bed.flash.nor.program = program_and_fail;
    assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_E_PROGRAM);
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 4), ETCH_OK);
    assert_true(bed.flash.programs > 4);
    assert_int_equal(etch_kv_count(&bed.kv, 4, &n), ETCH_OK);
    assert_int_equal(n, 3);
}

static void an_old_value_put_again_after_a_failure_is_there(void **state)
{
    for (unsigned n = 1; n < 5; n++) {
        begin_late(n);
        assert_int_equal(try_put(1, "new"), ETCH_E_PROGRAM);
        put(1, "old");
        reopen();
        holds(1, "old");
        holds(2, "kept");
    }
}

static void what_is_deleted_after_a_failure_is_gone(void **state)
{
    for (unsigned n = 1; n < 5; n++) {
        begin_late(n);
        assert_int_equal(try_put(5, "new"), ETCH_E_PROGRAM);
        assert_int_equal(etch_kv_delete(&bed.kv, 5), ETCH_OK);
        reopen();
        holds_none(5);
        holds(2, "kept");
    }
}

static void an_open_that_failed_is_done_again_by_the_next_call(void **state)
{
    for (uint64_t fail = 1; fail < 8; fail++) {
        begin();
        put(1, "old");
        assert_int_equal(etch_kv_put_tick(&bed.kv, 3), ETCH_OK);
        assert_int_equal(etch_kv_put_tick(&bed.kv, 3), ETCH_OK);
        bed.flash.fail = fail;
        enum etch_err err = etch_kv_open(&bed.kv, &bed.config);
        assert_true(err == ETCH_OK || err == ETCH_E_PROGRAM);
        bed.flash.fail = 0;
        put(2, "new");
        assert_int_equal(etch_kv_put_tick(&bed.kv, 3), ETCH_OK);
        reopen();
        holds(1, "old");
        holds(2, "new");
        counts(3, 3);
        ram_nor_zero(&bed.flash);
        reopen();
        assert_int_equal(bed.flash.programs, 0);
    }
}

/* Behind a put that failed at any of its steps, in the header of a sector, too. */
static void an_open_that_failed_is_no_open(void **state)
{
    for (uint64_t step = 1; step < 60; step++) {
        begin_on(step % 2 ? small : equal, 4, false);
        put(2, "stays");
        enum etch_err err = ETCH_OK;
        for (unsigned i = 0; i < 400 && !err; i++) {
            bed.flash.fail = step / 2 + 1;
            err = try_put(1, i % 2 ? "odd" : "even");
        }
        bed.flash.fail = 1;
        err = etch_kv_open(&bed.kv, &bed.config);
        assert_int_equal(err, bed.flash.fail ? ETCH_OK : ETCH_E_PROGRAM);
        bed.flash.fail = 0;
        reopen();
        holds(2, "stays");
    }
}

/* That nothing is left to copy to is forgiven by a put that does not need it yet. What
 * the flash has said before is not: there would be a gap, and the end of the log. */
static void a_flash_that_fails_is_not_taken_for_one_that_is_full(void **state)
{
    for (unsigned n = 0; n < 300; n += 3) {
        begin();
        put(2, "stays");
        put(3, "some bytes, so that it is worth while to copy them early");
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        enum etch_err err = ETCH_OK;
        for (unsigned i = 0; i < n && !err; i++) {
            err = try_put(1, i % 2 ? "odd" : "even");
        }
        reopen();
        reopen(); /* so that the put has to begin with a mark */
        bed.flash.fail = 1;
        assert_int_equal(try_put(1, "failing"), ETCH_E_PROGRAM);
        bed.flash.fail = 0;
        if (try_put(1, "new") == ETCH_E_TIDY) {
            assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
            put(1, "new");
        }
        reopen();
        holds(1, "new");
        holds(2, "stays");
    }
}

/* All but one word. */
static enum etch_err erase_less(const struct etch_nor *nor, uint32_t sector)
{
    (void)nor;
    memset(bed.flash.cells + 1024 * sector, 0xFF, 1020);
    return ETCH_OK;
}

static void an_erase_that_did_not_is_told(void **state)
{
    for (uint32_t last = 1020; last < 2048; last += 1024) {
        begin();
        bed.flash.nor.erase = erase_less;
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
        spoil(last, 1);
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_VERIFY);
    }
}

static enum etch_err erase_nothing(const struct etch_nor *nor, uint32_t sector)
{
    (void)nor;
    (void)sector;
    return ETCH_OK;
}

static void an_erase_that_did_nothing_is_told(void **state)
{
    struct etch_kv_stat stat;
    begin();
    bed.flash.nor.erase = erase_nothing;
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_VERIFY);
    begin();
    enum etch_err err = ETCH_OK;
    bed.flash.nor.erase = erase_nothing;
    for (int i = 0; i < 500 && !err; i++) {
        err = try_put(1, i % 2 ? "odd" : "even");
    }
    assert_int_equal(err, ETCH_E_VERIFY);
    etch_kv_stat(&bed.kv, &stat);
    assert_true(stat.tidy.typ_us > 0); /* it is still to be done */
}

/* USED alone, and then the power is gone. */
static enum etch_err erase_used(const struct etch_nor *nor, uint32_t sector)
{
    (void)nor;
    memset(bed.flash.cells + 1024 * sector + 16, 0xFF, 4);
    return ETCH_E_PROGRAM;
}

static void a_sector_whose_erase_began_is_not_ready(void **state)
{
    begin();
    enum etch_err err = ETCH_OK;
    bed.flash.nor.erase = erase_used;
    for (int i = 0; i < 500 && !err; i++) {
        err = try_put(1, i % 2 ? "odd" : "even");
    }
    assert_int_equal(err, ETCH_E_PROGRAM);
    bed.flash.nor.erase = erase_less;
    reopen();
    for (int i = 0; i < 500; i++) {
        put(1, i % 2 ? "odd" : "even");
        holds(1, i % 2 ? "odd" : "even");
    }
    assert_false(bed.flash.broken);
}

enum { SECTOR_WRITTEN_TO = 3 }; /* SECTOR_OPEN of kv_priv.h */

/* Each start fails as it writes a mark, until no cell is left for one: then what has
 * been read is moved, and no other sector, though nothing may be erased. */
static void starts_that_fail_use_up_all_cells_and_do_no_harm(void **state)
{
    unsigned moved = 0;
    for (unsigned n = 0; n < 32; n++) {
        unsigned opens = 0;
        begin_on(n % 2 ? small : equal, 4, false);
        put(2, "stays");
        for (unsigned i = 0; i < n * 6; i++) {
            put(1, i % 2 ? "odd" : "even");
        }
        put(1, "last");
        uint8_t full = bed.kv.head;
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        bed.flash.fail = 1 + n % 4;
        assert_int_equal(try_put(1, "new"), ETCH_E_PROGRAM);
        do {
            bed.flash.fail = 4 + n % 3;
        } while (etch_kv_open(&bed.kv, &bed.config) != ETCH_OK && opens++ < 300);
        bed.flash.fail = 0;
        reopen();
        holds(1, "last");
        holds(2, "stays");
        if (bed.kv.head != full) {
            assert_int_not_equal(bed.kv.sector[full], SECTOR_WRITTEN_TO);
            moved++;
        }
        reopen(); /* what was moved to has been written to */
        ram_nor_zero(&bed.flash);
        reopen();
        assert_int_equal(bed.flash.programs, 0);
    }
    assert_in_range(moved, 8, 32);
}

/* ---- words that cannot be relied on ---------------------------------------------------- */

static struct {
    enum etch_err (*read)(
            const struct etch_nor *nor, uint32_t off, void *data, uint32_t len);
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    uint32_t at;    /* three bits of this word read 0 in turn, and are compared as 0 */
    unsigned reads; /* of it */
    bool halves[2]; /* programmed since */
} odd;

enum { ODD_BITS = 0xE0 }; /* of its last byte */

static enum etch_err read_odd(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    enum etch_err err = odd.read(nor, off, data, len);
    if (off == odd.at && len == 4 && !odd.halves[1]) {
        ((uint8_t *)data)[3] &= (uint8_t) ~(0x80 >> odd.reads++ % 3);
    }
    return err;
}

static enum etch_err program_odd(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    uint32_t last = off + len;
    if (off <= odd.at + 3 && last > odd.at + 3) {
        if (((const uint8_t *)data)[odd.at + 3 - off] & ODD_BITS) {
            return ETCH_E_BITS;
        }
        odd.halves[1] = true;
    }
    odd.halves[0] = odd.halves[0] || (off <= odd.at && last > odd.at);
    return odd.program(nor, off, data, len);
}

/* Its value was being written when a put failed. */
static void a_word_that_reads_otherwise_each_time_is_made_firm(void **state)
{
    for (uint8_t unit = 1; unit <= 4; unit *= 2) {
        begin_on(small, unit, false);
        put(1, "old");
        memset(&odd, 0, sizeof(odd));
        odd.at = bed.kv.end;
        bed.flash.fail = 4u / unit + 2;
        assert_int_equal(try_put(1, "new"), ETCH_E_PROGRAM);
        bed.flash.cells[odd.at + 3] |= ODD_BITS; /* they still may read so */
        odd.read = bed.flash.nor.read;
        odd.program = bed.flash.nor.program;
        bed.flash.nor.read = read_odd;
        bed.flash.nor.program = program_odd;
        assert_int_equal(etch_kv_delete(&bed.kv, 9), ETCH_OK);
        assert_true(odd.halves[0] && odd.halves[1]);
        holds(1, "old");
        ram_nor_zero(&bed.flash);
        reopen();
        assert_int_equal(bed.flash.programs, 0);
        holds(1, "old");
    }
}

/* A cut in the first bit of a record has left it in doubt: it reads as begun, then as
 * never begun. */
static enum etch_err read_begun_once(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    enum etch_err err = odd.read(nor, off, data, len);
    if (off == odd.at && odd.reads++ == 0) {
        *(uint8_t *)data &= 0xDF;
    }
    return err;
}

/* Not a VOID behind it: with one more cut that could be read as the beginning of a
 * record, or as a mark, and be followed by DROPs that are for the record. */
static void what_ends_in_a_word_seen_only_once_gets_its_keep(void **state)
{
    begin();
    put(1, "one");
    memset(&odd, 0, sizeof(odd));
    odd.at = bed.kv.end;
    odd.read = bed.flash.nor.read;
    bed.flash.nor.read = read_begun_once;
    reopen();
    holds(1, "one");
    put(2, "two");
    assert_int_equal(bed.flash.cells[odd.at], (uint8_t)~4);
    assert_true(odd.reads > 1);
}

/* Is the word's SIZED programmed to 0? */
static enum etch_err program_watched(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    if (off == odd.at && !(*(const uint8_t *)data & 2)) {
        odd.halves[0] = true;
    }
    return odd.program(nor, off, data, len);
}

/* A cut has left in doubt whether this is a record: as none, it was dropped, and its
 * place filled with VOIDs. A purge that sees the record must not make zeros of them,
 * which are records when the word is none again. */
static void what_may_be_a_record_is_made_one_before_it_is_purged(void **state)
{
    static const uint8_t marks[] = {0xFE, 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFE,
            0xFF, 0xFF, 0xFF, 0xF7, 0xFF, 0xFF, 0xFF, 0xF7, 0xFF, 0xFF, 0xFF};
    begin();
    put(1, "one");
    memset(&odd, 0, sizeof(odd));
    odd.at = bed.kv.end;
    put(5, "twelve bytes");
    bed.flash.cells[odd.at] |= 1;
    memcpy(bed.flash.cells + odd.at + 4, marks, sizeof(marks));
    reopen();
    holds_none(5);
    odd.program = bed.flash.nor.program;
    bed.flash.nor.program = program_watched;
    assert_int_equal(etch_kv_delete_purge(&bed.kv, 9, NULL), ETCH_OK);
    bed.flash.cells[odd.at] |= odd.halves[0] ? 0 : 2;
    reopen();
    holds(1, "one");
    holds_none(0);
    holds_none(5);
}

/* A bit that was to be cleared, and is not, however often. */
static enum etch_err program_nothing(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    if (late.left != 0 && --late.left == 0) {
        late.stuck = off + 1;
    }
    return off + 1 == late.stuck ? ETCH_E_VERIFY : late.program(nor, off, data, len);
}

/* It would be taken for the end of the log, and what is behind it be lost. */
static void a_mark_that_was_not_written_leaves_no_gap(void **state)
{
    begin();
    put(1, "old");
    late.program = bed.flash.nor.program;
    late.stuck = 0;
    late.left = 2; /* the first makes the record's word firm */
    bed.flash.nor.program = program_nothing;
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_VERIFY);
    assert_int_equal(late.left, 0);
    late.stuck = 0;
    put(1, "new");
    reopen();
    holds(1, "new");
}

static void a_record_that_is_not_committed_is_told(void **state)
{
    begin();
    put(1, "old");
    late.program = bed.flash.nor.program;
    late.stuck = 0;
    late.left = 4; /* word, SIZED, value, OPEN */
    bed.flash.nor.program = program_nothing;
    assert_int_equal(try_put(1, "new"), ETCH_E_VERIFY);
    late.stuck = 0;
    reopen();
    holds(1, "old");
}

/* What is behind the header's flags in a sector that is ready means nothing, as if an
 * erase had left it: no more that it had replaced another. */
static void what_is_ready_has_replaced_nothing(void **state)
{
    begin();
    put(1, "one");
    uint8_t *sector = bed.flash.cells + 1024;
    etch_put32(sector + 24, 2); /* it would be the second, in the place of the first */
    etch_put16(sector + 28, 1);
    etch_put16(sector + 30, 9);
    etch_put32(sector + 32, etch_crc(ETCH_CRC32_POLY, ~0u, sector + 24, 8));
    reopen();
    holds(1, "one");
}

/* A draft that was being opened, as many cuts in a row have left it. */
static void a_draft_with_no_cell_left_to_decide_in_goes(void **state)
{
    begin();
    put(1, "one");
    uint8_t *sector = bed.flash.cells + 1024;
    memset(sector + 16, 0, 1024 - 16); /* USED, and copies */
    memset(sector + 20, 0xFF, 4);      /* B: its word, not committed */
    etch_put32(sector + 24, 2);        /* it is the second, in the place of the first */
    etch_put16(sector + 28, 1);
    etch_put16(sector + 30, (1024 - 24) / 4);
    etch_put32(sector + 32, etch_crc(ETCH_CRC32_POLY, ~0u, sector + 24, 8));
    memset(sector + 1024 - 24, 0xFE, 24); /* VOIDs */
    reopen();
    holds(1, "one");
    assert_int_equal(bed.flash.erases, 3); /* two to format */
}

/* ---- flash that rots ------------------------------------------------------------- */

/* A header that was cut while it was zeroed. */
static void what_is_left_of_a_header_is_zeroed_once(void **state)
{
    static const uint8_t none[12];
    begin();
    put(1, "one");
    reopen();
    spoil(1024, 0x45);
    ram_nor_zero(&bed.flash);
    reopen();
    assert_int_equal(bed.flash.programs, 3);
    assert_memory_equal(bed.flash.cells + 1024, none, sizeof(none));
    ram_nor_zero(&bed.flash);
    reopen();
    memset(bed.flash.cells + 1024, 0xFF, 1024);
    reopen();
    assert_int_equal(bed.flash.programs, 0);
    holds(1, "one");
    begin_on(three, 8, true);
    put(1, "one");
    reopen();
    spoil(1024, 0x45);
    ram_nor_zero(&bed.flash);
    reopen();
    assert_int_equal(bed.flash.programs, 0);
}

/* Where the copies end; the log would seem to go on far behind the flash. */
static void a_header_that_rots_while_open_leads_nowhere(void **state)
{
    char name[8];
    begin();
    put(1, "one");
    memset(bed.flash.cells + bed.kv.end, 0xFE, bed.flash.size - bed.kv.end); /* VOIDs */
    spoil(31, 0xFF);
    assert_int_equal(etch_kv_name(&bed.kv, NAMES, name, sizeof(name)), ETCH_E_NOENT);
    assert_false(bed.flash.broken);
    holds(1, "one"); /* it is in the index */
}

/* In cells written once B says it again; here nobody but a forger lets it. */
static void a_sector_is_nothing_without_its_a(void **state)
{
    begin();
    put(1, "one");
    reopen();
    memcpy(bed.flash.cells + 20, bed.flash.cells, 4); /* B's word */
    reopen();
    holds(1, "one");
    spoil(8, 1);
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_FORMAT);
}

/* Cut before CLEAN was set. */
static void a_sector_that_is_not_said_to_be_clean_is_not_ready(void **state)
{
    struct etch_kv_stat stat;
    begin();
    etch_kv_stat(&bed.kv, &stat);
    assert_int_equal(stat.tidy.typ_us, 0);
    memset(bed.flash.cells + 1024 + 12, 0xFF, 4);
    reopen();
    etch_kv_stat(&bed.kv, &stat);
    assert_true(stat.tidy.typ_us > 0);
}

/* The first word of a batch of so many words, whose SIZED has not settled, and whose
 * CRC is other by `wrong`. */
static uint32_t torn_batch(uint32_t words, uint32_t wrong)
{
    const uint8_t ids[] = {
            (uint8_t)words, (uint8_t)(words >> 8 & 3) | 62 << 2, (uint8_t)(words >> 10)};
    uint32_t crc = maker_sum10(0x3FF, ids, sizeof(ids)) ^ wrong;
    return crc << 22 | (words >> 10) << 20 | 62u << 14 | (words & 1023) << 4 | 0xF;
}

/* Units programmed when a start finds this word at the end of a log. */
static uint64_t programs_to_settle(uint32_t word)
{
    begin();
    put(1, "one");
    etch_put32(bed.flash.cells + bed.kv.end, word);
    ram_nor_zero(&bed.flash);
    reopen();
    uint64_t programs = bed.flash.programs;
    ram_nor_zero(&bed.flash);
    reopen();
    assert_int_equal(bed.flash.programs, 0);
    holds(1, "one");
    return programs;
}

/* What SIZED alone keeps from being a record may be one the next time: then the
 * verdict must be behind it. Not if its CRC says that other bits are missing, too, or
 * if it has more words than there can be. */
static void what_cannot_be_a_record_is_settled_at_once(void **state)
{
    enum { FREE = 24, FIRM = 1, VERDICTS = 2 };
    begin();
    put(1, "one");
    uint32_t most = (1024 - FREE - 4 - bed.kv.end) / 4;
    assert_int_equal(programs_to_settle(torn_batch(most, 0)), FIRM + most + VERDICTS);
    assert_int_equal(programs_to_settle(torn_batch(most, 1)), FIRM + 1 + VERDICTS);
    assert_int_equal(programs_to_settle(torn_batch(most + 1, 0)), FIRM + 1 + VERDICTS);
    assert_int_equal(programs_to_settle(torn_batch(4095, 0)), FIRM + 1 + VERDICTS);
    /* A value's CRC cannot be looked at yet; but it has no more than 58 words. */
    const uint32_t longest_value = 58u << 14 | 1 << 4 | 0xF;
    assert_int_equal(programs_to_settle(longest_value), FIRM + 58 + VERDICTS);
}

static void a_value_that_has_rotted_is_written_again(void **state)
{
    char got[8];
    uint16_t len;
    begin();
    put(1, "good");
    spoil(behind("good") - 5, 0x40); /* in the CRC, the value is as it was */
    assert_int_equal(etch_kv_get(&bed.kv, 1, got, sizeof(got), &len), ETCH_E_VERIFY);
    put(1, "good");
    holds(1, "good");
}

/* While the store is open, to a mark: what is behind it is another's. */
static void what_has_rotted_to_a_mark_is_not_the_next_record(void **state)
{
    begin();
    put(1, "this");
    uint32_t first = behind("this") - 8;
    put(2, "that");
    bed.flash.cells[first] |= 2; /* SIZED */
    holds_none(1);
    holds(2, "that");
}

/* Its length is no bytes, less one. */
static void an_empty_value_that_has_rotted_is_not_read_behind_the_flash(void **state)
{
    uint8_t data[8];
    uint16_t len;
    begin();
    put(1, "");
    bed.flash.cells[bed.kv.end - 4 + 2] ^= 0x10; /* one spare byte more */
    assert_int_equal(etch_kv_get(&bed.kv, 1, data, sizeof(data), &len), ETCH_E_VERIFY);
    reopen();
    assert_int_equal(etch_kv_get(&bed.kv, 1, data, sizeof(data), &len), ETCH_E_VERIFY);
    put(2, "goes on");
    reopen();
    assert_int_equal(etch_kv_get(&bed.kv, 1, data, sizeof(data), &len), ETCH_E_VERIFY);
    holds(2, "goes on");
    assert_false(bed.flash.broken);
}

static void a_long_value_that_has_rotted_is_told(void **state)
{
    static const struct {
        uint32_t before;
        uint8_t bits;
    } field[] = {{9, 4}, {5, 4}, {5, 0xFF}, {1, 4}}; /* CRC-10, spare, CRC-32 */
    for (unsigned i = 0; i < 4; i++) {
        char got[8];
        uint16_t len;
        begin();
        put(2000, "long id");
        put(2000, "long one");
        spoil(behind("long one") - 8 - field[i].before, field[i].bits);
        enum etch_err err = etch_kv_get(&bed.kv, 2000, got, sizeof(got), &len);
        assert_int_equal(err, ETCH_E_VERIFY);
        assert_false(bed.flash.broken);
        err = etch_kv_open(&bed.kv, &bed.config);
        assert_int_equal(err, ETCH_OK);
        assert_false(bed.flash.broken);
    }
}

/* Its spare byte says that there is less than nothing. */
static void a_long_record_that_has_rotted_hides_what_is_older(void **state)
{
    static char text[301];
    uint16_t len = 0;
    begin_on(big, 4, false);
    put(1, "old");
    memset(text, 'x', 300);
    put(1, text);
    bed.flash.cells[behind(text) - 300 - 5] = 0xFF;
    for (int i = 0; i < 2; i++) {
        enum etch_err err = etch_kv_get(&bed.kv, 1, text, sizeof(text), &len);
        assert_int_equal(err, ETCH_E_VERIFY);
        reopen();
    }
}

/* It says that it is longer than its sector. */
static void a_record_that_does_not_fit_counts_for_nothing(void **state)
{
    begin();
    put(1, "old");
    put(1, "new");
    spoil(behind("new") - 3 - 2, 0x0F); /* a batch of 1025 words */
    spoil(behind("new") - 3 - 3, 0xC0);
    reopen();
    holds(1, "old");
    put(2, "two");
    assert_in_range(behind("two"), 1, 1024); /* behind it, not in another sector */
    reopen();
    holds(1, "old");
    holds(2, "two");
}

static void ticks_behind_one_that_is_left_do_not_count(void **state)
{
    begin();
    assert_int_equal(etch_kv_put_counter(&bed.kv, 1, 0x12345678), ETCH_OK);
    assert_int_equal(etch_kv_put_tick(&bed.kv, 1), ETCH_OK);
    spoil(behind("\x79\x56\x34\x12") + 8, 0x01);
    counts(1, 0x12345679);
}

/* Its length, to no bytes at all. */
static void a_name_that_has_rotted_to_nothing_is_told(void **state)
{
    char name[8];
    begin();
    assert_int_equal(etch_kv_put_name(&bed.kv, 1, "volume"), ETCH_OK);
    spoil(behind("volume") - 6 - 5, 0x08); /* spare: 10 of 8 bytes */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(etch_kv_name(&bed.kv, 1, name, sizeof(name)), ETCH_E_VERIFY);
        reopen();
    }
    assert_int_equal(etch_kv_put_name(&bed.kv, 1, ""), ETCH_OK);
    assert_int_equal(etch_kv_name(&bed.kv, 1, name, sizeof(name)), ETCH_E_NOENT);
}

/* Of one word, to one of none with bytes to spare. */
static void a_value_does_not_rot_to_less_than_nothing(void **state)
{
    for (unsigned n = 0; n < 2; n++) {
        static uint8_t got[UINT16_MAX];
        uint16_t id = 0;
        uint16_t len = 1;
        begin();
        put(1, "a");
        spoil(behind("a") - 1 - 3, 0x40);
        if (n) {
            reopen();
        }
        enum etch_err err = etch_kv_get(&bed.kv, 1, got, sizeof(got), &len);
        assert_int_equal(err, ETCH_E_VERIFY);
        assert_int_equal(len, 0);
        assert_int_equal(etch_kv_next(&bed.kv, &id, &len), ETCH_OK);
        assert_int_equal(len, 0);
        assert_false(bed.flash.broken);
    }
}

static void a_name_that_has_rotted_is_told(void **state)
{
    char name[8];
    begin();
    assert_int_equal(etch_kv_put_name(&bed.kv, 1, "volume"), ETCH_OK);
    spoil(behind("volume") - 1, 0x04);
    assert_int_equal(etch_kv_name(&bed.kv, 1, name, sizeof(name)), ETCH_E_VERIFY);
}

static void a_kind_of_the_future_counts_for_nothing(void **state)
{
    for (uint8_t kind = 3; kind < 9; kind++) {
        begin();
        put(2000, "known");
        put(2001, "to come");
        uint32_t at = behind("to come") - 7 - 8;
        bed.flash.cells[at] = 2000 & 255; /* id */
        bed.flash.cells[at + 2] = kind;
        reopen();
        holds(2000, "known");
        struct etch_kv_stat stat;
        etch_kv_stat(&bed.kv, &stat);
        assert_int_equal(stat.used, 12 + 8);
        assert_int_equal(etch_kv_delete(&bed.kv, 2000), ETCH_OK);
        holds_none(2000);
    }
}

static void a_header_that_points_outside_is_not_believed(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        begin();
        uint8_t *b = bed.flash.cells + 20 + 4;
        etch_put16(b + 6, i ? 8 : 257);
        etch_put32(b + 8, etch_crc(ETCH_CRC32_POLY, ~0u, b, 8));
        assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_FORMAT);
        assert_false(bed.flash.broken);
    }
}

/* Of another version, or another log, beside one that is ours. */
static void a_sector_of_others_is_left_alone(void **state)
{
    for (unsigned i = 2; i < 4; i++) {
        begin();
        uint8_t *a = bed.flash.cells + 1024;
        a[i]++;
        etch_put32(a + 8, etch_crc(ETCH_CRC32_POLY, ~0u, a, 8));
        ram_nor_zero(&bed.flash);
        assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_FOREIGN);
        assert_int_equal(bed.flash.programs + bed.flash.erases, 0);
    }
}

static void the_most_worn_sector_is_told(void **state)
{
    struct etch_kv_stat stat;
    begin();
    ram_nor_zero(&bed.flash);
    while (bed.flash.erases == 0) {
        put(1, "one");
        put(1, "two");
    }
    etch_kv_stat(&bed.kv, &stat);
    assert_int_equal(stat.erases, 2); /* the other has been erased once */
    reopen();
    etch_kv_stat(&bed.kv, &stat);
    assert_int_equal(stat.erases, 2);
}

static void a_sector_that_says_nothing_counts_as_worn(void **state)
{
    struct etch_kv_stat stat;
    begin();
    for (int i = 0; i < 5; i++) {
        assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_OK);
    }
    etch_kv_stat(&bed.kv, &stat);
    assert_int_equal(stat.erases, 6);
    memset(bed.flash.cells + 1024, 0, 12);
    reopen();
    assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
    spoil(0, 1); /* now only the other one tells */
    etch_kv_stat(&bed.kv, &stat);
    assert_int_equal(stat.erases, 7); /* one more than the newest then */
}

/* ---- a reader who is kept waiting ------------------------------------------------- */

static struct {
    enum etch_err (*read)(
            const struct etch_nor *nor, uint32_t off, void *data, uint32_t len);
    bool before;   /* the read, or after it */
    unsigned left; /* reads until others write ... */
    unsigned puts; /* ... so often */
} wait;

static void others_write(unsigned puts)
{
    for (unsigned i = 0; i < puts; i++) {
        put(2, i % 2 ? "a value of 24 bytes, one" : "a value of 24 bytes, two");
    }
    assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
}

static enum etch_err read_late(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    bool now = wait.left != 0 && --wait.left == 0;
    if (now && wait.before) {
        others_write(wait.puts);
    }
    enum etch_err err = wait.read(nor, off, data, len);
    if (now && !wait.before) {
        others_write(wait.puts);
    }
    return err;
}

/* Before and after each read of a get, others may have moved all there is. */
static void a_read_meanwhile_gets_what_is_there(void **state)
{
    for (unsigned n = 2; n < 16 * 80; n++) {
        begin();
        put(1, "what does not change");
        wait.read = bed.flash.nor.read;
        wait.left = n % 16 / 2;
        wait.before = n % 2;
        wait.puts = n / 16;
        bed.flash.nor.read = read_late;
        holds(1, "what does not change");
    }
}

/* ---- how much, how long ------------------------------------------------------------- */

static uint32_t used(void)
{
    struct etch_kv_stat stat;
    etch_kv_stat(&bed.kv, &stat);
    return stat.used;
}

static void a_record_takes_as_many_bytes_as_is_said(void **state)
{
    static const char text[300] = "";
    static const struct {
        uint16_t id, len;
        uint32_t bytes;
    } want[] = {{1, 0, 4}, {2, 1, 8}, {3, 4, 8}, {4, 232, 236}, {5, 233, 248},
            {1022, 4, 8}, {1023, 4, 16}};
    for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        begin_on(big, 4, false);
        assert_int_equal(etch_kv_put(&bed.kv, want[i].id, text, want[i].len), ETCH_OK);
        assert_int_equal(used(), want[i].bytes);
    }
    begin();
    assert_int_equal(etch_kv_put_tick(&bed.kv, 1), ETCH_OK);
    assert_int_equal(used(), 8); /* elsewhere it is at rest */
}

static void values_and_batches_of_thousands_of_words_work(void **state)
{
    static uint8_t value[5000];
    static uint8_t got[5000];
    uint16_t len;
    for (unsigned i = 0; i < sizeof(value); i++) {
        value[i] = (uint8_t)(i * 7 + (i >> 8));
    }
    begin_on(big, 4, false);
    assert_int_equal(etch_kv_put(&bed.kv, 1, value, sizeof(value)), ETCH_OK);
    struct etch_kv_change change[30];
    for (uint16_t i = 0; i < 30; i++) {
        change[i] = (struct etch_kv_change){.id = 2 + i, .len = 200, .data = value + i};
    }
    assert_int_equal(etch_kv_put_batch(&bed.kv, change, 30), ETCH_OK);
    reopen();
    assert_int_equal(etch_kv_get(&bed.kv, 1, got, sizeof(got), &len), ETCH_OK);
    assert_int_equal(len, sizeof(value));
    assert_memory_equal(got, value, len);
    for (uint16_t i = 0; i < 30; i++) {
        assert_int_equal(etch_kv_get(&bed.kv, 2 + i, got, sizeof(got), &len), ETCH_OK);
        assert_int_equal(len, 200);
        assert_memory_equal(got, value + i, len);
    }
}

static void an_update_fits_however_much_has_been_deleted(void **state)
{
    for (unsigned n = 2; n < 4; n++) {
        struct etch_kv_change gone[KEYS];
        char text[33] = "";
        begin_on(n == 2 ? small : equal, 4, false);
        memset(text, 'x', 32);
        uint16_t id = 0;
        while (id < 20 && try_put(id, text) == ETCH_OK) {
            id++;
        }
        for (uint16_t i = 0; i < 20; i++) {
            gone[i] = (struct etch_kv_change){.id = 20 + i, .kind = ETCH_KV_DELETION};
        }
        for (int i = 0; i < 100; i++) {
            assert_int_equal(etch_kv_put_batch(&bed.kv, gone, 20), ETCH_OK);
            text[0] = (char)('a' + i % 26);
            put(0, text);
        }
        holds(0, text);
    }
}

static void what_is_deleted_takes_no_room_for_good(void **state)
{
    for (unsigned n = 2; n < 4; n++) {
        begin_on(n == 2 ? small : equal, 4, false);
        put(1, "stays");
        for (uint16_t id = 100; id < 260; id++) {
            put(id, "comes");
            assert_int_equal(etch_kv_delete(&bed.kv, id), ETCH_OK);
        }
        holds(1, "stays");
        assert_in_range(used(), 12, 2 * 1024 / 4); /* deletions not moved yet */
    }
}

static void counting_takes_no_room_for_good(void **state)
{
    begin();
    for (uint32_t i = 1; i < 5000; i++) {
        assert_int_equal(etch_kv_put_tick(&bed.kv, 1), ETCH_OK);
        put(2, i % 2 ? "odd" : "even");
        counts(1, i);
    }
    reopen();
    counts(1, 4999);
}

static void a_store_that_must_not_erase_opens_however_full(void **state)
{
    for (uint32_t before = 0; before < 120; before++) {
        begin_on(equal, 4, false);
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        for (uint16_t id = 0; id < 20; id++) {
            put(20 + id, "stays");
        }
        for (uint32_t i = 0; i < before; i++) {
            put(1, i % 2 ? "some odd text" : "some even text");
        }
        for (uint16_t id = 2; id < 10; id++) {
            if (etch_kv_put_tick(&bed.kv, id) == ETCH_E_TIDY) {
                assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
                assert_int_equal(etch_kv_put_tick(&bed.kv, id), ETCH_OK);
            }
        }
        enum etch_err err = ETCH_OK;
        for (int i = 0; i < 1000 && !err; i++) {
            err = try_put(1, i % 2 ? "odd" : "even");
        }
        assert_int_equal(err, ETCH_E_TIDY);
        ram_nor_zero(&bed.flash);
        reopen();
        assert_int_equal(bed.flash.erases, 0);
        for (uint16_t id = 2; id < 10; id++) {
            counts(id, 1);
        }
    }
}

/* Where nothing may be erased, at the end of what is left. */
static void a_counter_begun_in_the_last_room_can_rest(void **state)
{
    for (unsigned before = 0; before < 300; before++) {
        begin();
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        enum etch_err err = ETCH_OK;
        for (unsigned i = 0; i < before && !err; i++) {
            err = try_put(1, i % 2 ? "odd" : "even");
        }
        err = etch_kv_put_tick(&bed.kv, 2);
        assert_true(err == ETCH_OK || err == ETCH_E_TIDY);
        ram_nor_zero(&bed.flash);
        reopen();
        assert_int_equal(bed.flash.erases, 0);
        if (err == ETCH_OK) {
            counts(2, 1);
        }
    }
}

static const char secret[] = "correct horse battery";

static void puts_in_all_ways(unsigned n)
{
    const struct etch_kv_change change[] = {
            {.id = 1, .data = secret, .len = 21}, {.id = 3, .data = "four", .len = 4}};
    for (unsigned i = 0; i < n; i++) {
        put(2, i % 2 ? "odd" : "even, and longer than that");
        if (i % 5 == 0) {
            put(1, i % 2 ? secret : "something else");
        }
    }
    assert_int_equal(etch_kv_put_batch(&bed.kv, change, 2), ETCH_OK);
}

/* Wherever copying is; in a batch; and in what a failed put has left. */
static void purging_finds_all_there_is(void **state)
{
    for (unsigned n = 0; n < 120; n++) {
        uint32_t left = 1;
        begin();
        puts_in_all_ways(n);
        bed.flash.fail = n % 4 == 0 ? 5 : 0;
        enum etch_err err = try_put(4, secret);
        assert_true(err == (n % 4 == 0 ? ETCH_E_PROGRAM : ETCH_OK));
        bed.flash.fail = 0;
        assert_int_equal(etch_kv_delete(&bed.kv, 4), ETCH_OK);
        if (n % 4 != 0) {
            assert_int_equal(etch_kv_delete_purge(&bed.kv, 4, NULL), ETCH_OK);
        }
        assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, &left), ETCH_OK);
        assert_int_equal(left, 0);
        assert_int_equal(behind("correct"), 0);
        holds_none(1);
        holds(3, "four");
        reopen();
        holds_none(1);
        holds(3, "four");
    }
}

/* And what was being copied is copied anew. */
static void what_has_been_purged_goes_on(void **state)
{
    for (unsigned n = 0; n < 120; n++) {
        begin();
        for (uint16_t id = 10; id < 25; id++) {
            put(id, "stays: twenty bytes.");
        }
        puts_in_all_ways(n);
        assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, NULL), ETCH_OK);
        for (unsigned i = 0; i < 120; i++) {
            char text[] = {(char)('0' + i / 10), (char)('0' + i % 10), '\0'};
            put(2, text);
            if (i % 10 == 9) {
                reopen();
                holds(2, text);
            }
        }
        holds_none(1);
        holds(3, "four");
    }
}

static void what_a_call_cannot_take_is_refused(void **state)
{
    static struct etch_kv_change many[1023];
    begin_on(big, 4, false);
    assert_int_equal(etch_kv_put_batch(&bed.kv, many, 1023), ETCH_E_RANGE);
    bed.flash.nor.sectors = ETCH_KV_SECTORS_MAX + 1;
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
    uint32_t len[ETCH_KV_SECTORS_MAX + 1];
    for (unsigned i = 0; i <= ETCH_KV_SECTORS_MAX; i++) {
        len[i] = 2048;
    }
    begin_on(big, 4, false);
    bed.flash.nor.sector_len = len;
    bed.flash.nor.sectors = ETCH_KV_SECTORS_MAX + 1;
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
    begin_on(three, 4, false);
    bed.flash.nor.once = true;
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
}

/* Not even when another's record lies where its deletion was. */
static void what_is_deleted_is_not_found_where_it_was(void **state)
{
    begin();
    put(1, "gone");
    assert_int_equal(etch_kv_delete(&bed.kv, 1), ETCH_OK);
    for (unsigned i = 0; i < 900; i++) {
        put(2, i % 3 == 0 ? "" : i % 2 ? "odd" : "even");
        holds_none(1);
    }
}

static void a_change_of_no_kind_is_refused(void **state)
{
    static const struct etch_kv_change wrong[] = {{.id = 1, .kind = ETCH_KV_COUNTER + 1},
            {.id = 1, .data = "12", .len = 2, .kind = ETCH_KV_COUNTER},
            {.id = 1023, .data = "1234", .len = 4, .kind = ETCH_KV_COUNTER},
            {.id = KEYS, .data = "1234", .len = 4, .kind = ETCH_KV_COUNTER},
            {.id = 1, .data = "x", .len = 1, .kind = ETCH_KV_DELETION}};
    begin();
    ram_nor_zero(&bed.flash);
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const struct etch_kv_change two[] = {{.id = 2, .data = "x", .len = 1}, wrong[i]};
        assert_int_equal(etch_kv_put_batch(&bed.kv, wrong + i, 1), ETCH_E_RANGE);
        assert_int_equal(etch_kv_put_batch(&bed.kv, two, 2), ETCH_E_RANGE);
    }
    assert_int_equal(bed.flash.programs, 0);
}

static void what_is_refused_or_done_already_is_no_write(void **state)
{
    static const char much[600];
    begin();
    put(1, "one");
    reopen();
    reopen();
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_put(&bed.kv, 2, much, sizeof(much)), ETCH_E_RANGE);
    put(1, "one");
    assert_int_equal(etch_kv_tidy(&bed.kv), ETCH_OK);
    assert_int_equal(bed.flash.programs, 0);
    put(2, "two");
    reopen();
    holds(2, "two");
}

/* Nothing is in doubt then, and nothing to be settled. */
static void what_is_refused_leaves_no_doubt(void **state)
{
    static const char much[600];
    static const enum etch_err want[] = {ETCH_E_RANGE, ETCH_E_NOSPACE, ETCH_E_TIDY};
    for (unsigned i = 0; i < 3; i++) {
        enum etch_err err = ETCH_OK;
        begin_on(small, 4, false);
        bed.config.policy = ETCH_KV_NEVER_ERASE;
        put(1, "one");
        for (uint16_t n = 0; n < 500 && !err; n++) {
            err = etch_kv_put(&bed.kv, want[i] == ETCH_E_NOSPACE ? n : 1, much + n % 2,
                    want[i] == ETCH_E_RANGE ? 600 : 50 - n % 2);
        }
        assert_int_equal(err, want[i]);
        ram_nor_zero(&bed.flash);
        assert_int_equal(etch_kv_delete(&bed.kv, 5000), ETCH_OK);
        assert_int_equal(bed.flash.programs, 0);
    }
}

static void what_is_not_there_is_deleted_without_a_write(void **state)
{
    begin();
    put(1, "one");
    assert_int_equal(etch_kv_delete(&bed.kv, 1), ETCH_OK);
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_delete(&bed.kv, 1), ETCH_OK);
    assert_int_equal(etch_kv_delete(&bed.kv, 2), ETCH_OK);
    assert_int_equal(bed.flash.programs, 0);
}

/* Turned round it is fine: inverted.h, test_nor.c. */
static void a_flash_whose_erased_value_is_zero_is_refused(void **state)
{
    begin();
    put(1, "one");
    bed.flash.nor.erased = 0x00;
    ram_nor_zero(&bed.flash);
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_RANGE);
    assert_int_equal(etch_kv_view(&bed.kv, &bed.config), ETCH_E_RANGE);
    assert_int_equal(etch_kv_format(&bed.kv, &bed.config), ETCH_E_RANGE);
    assert_int_equal(bed.flash.programs + bed.flash.erases, 0);
}

/* The bytes of a sector, as SPEC.md says them. */
static void bytes_are_those_of_the_specification(void **state)
{
    static const uint8_t want[] = {0x45, 0x7E, 2, 2, 1, 0, 0, 0, 0x67, 0xD2, 0x43,
            0xC8,                   /* A */
            0, 0, 0, 0, 0, 0, 0, 0, /* CLEAN, USED */
            0xFC, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 9, 0, 0x41, 0x9B, 0xB5,
            0x87, /* B */
            0x1C, 0x80, 0xF0, 0xF4, 'h', 'e', 'l', 'l', 'o', 0xFF, 0xFF, 0xFF};
    begin();
    put(1, "hello");
    assert_memory_equal(bed.flash.cells, want, 36);
    assert_int_equal(bed.flash.cells[36 + 4], 0xFE); /* a VOID: format opens, too */
    assert_memory_equal(bed.flash.cells + behind("hello") - 9, want + 36, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_tick_that_fails_is_settled_by_the_next),
            cmocka_unit_test(an_old_value_put_again_after_a_failure_is_there),
            cmocka_unit_test(what_is_deleted_after_a_failure_is_gone),
            cmocka_unit_test(an_open_that_failed_is_done_again_by_the_next_call),
            cmocka_unit_test(an_open_that_failed_is_no_open),
            cmocka_unit_test(a_flash_that_fails_is_not_taken_for_one_that_is_full),
            cmocka_unit_test(a_mark_that_was_not_written_leaves_no_gap),
            cmocka_unit_test(an_erase_that_did_not_is_told),
            cmocka_unit_test(an_erase_that_did_nothing_is_told),
            cmocka_unit_test(a_sector_whose_erase_began_is_not_ready),
            cmocka_unit_test(starts_that_fail_use_up_all_cells_and_do_no_harm),
            cmocka_unit_test(a_word_that_reads_otherwise_each_time_is_made_firm),
            cmocka_unit_test(what_ends_in_a_word_seen_only_once_gets_its_keep),
            cmocka_unit_test(what_may_be_a_record_is_made_one_before_it_is_purged),
            cmocka_unit_test(a_record_that_is_not_committed_is_told),
            cmocka_unit_test(a_sector_of_others_is_left_alone),
            cmocka_unit_test(the_most_worn_sector_is_told),
            cmocka_unit_test(purging_finds_all_there_is),
            cmocka_unit_test(what_has_been_purged_goes_on),
            cmocka_unit_test(a_counter_begun_in_the_last_room_can_rest),
            cmocka_unit_test(what_is_left_of_a_header_is_zeroed_once),
            cmocka_unit_test(what_is_ready_has_replaced_nothing),
            cmocka_unit_test(a_draft_with_no_cell_left_to_decide_in_goes),
            cmocka_unit_test(a_header_that_rots_while_open_leads_nowhere),
            cmocka_unit_test(a_sector_is_nothing_without_its_a),
            cmocka_unit_test(a_sector_that_is_not_said_to_be_clean_is_not_ready),
            cmocka_unit_test(what_cannot_be_a_record_is_settled_at_once),
            cmocka_unit_test(a_value_that_has_rotted_is_written_again),
            cmocka_unit_test(what_has_rotted_to_a_mark_is_not_the_next_record),
            cmocka_unit_test(an_empty_value_that_has_rotted_is_not_read_behind_the_flash),
            cmocka_unit_test(a_long_value_that_has_rotted_is_told),
            cmocka_unit_test(a_long_record_that_has_rotted_hides_what_is_older),
            cmocka_unit_test(a_record_that_does_not_fit_counts_for_nothing),
            cmocka_unit_test(ticks_behind_one_that_is_left_do_not_count),
            cmocka_unit_test(a_name_that_has_rotted_is_told),
            cmocka_unit_test(a_name_that_has_rotted_to_nothing_is_told),
            cmocka_unit_test(a_value_does_not_rot_to_less_than_nothing),
            cmocka_unit_test(a_kind_of_the_future_counts_for_nothing),
            cmocka_unit_test(a_header_that_points_outside_is_not_believed),
            cmocka_unit_test(a_sector_that_says_nothing_counts_as_worn),
            cmocka_unit_test(a_read_meanwhile_gets_what_is_there),
            cmocka_unit_test(a_record_takes_as_many_bytes_as_is_said),
            cmocka_unit_test(values_and_batches_of_thousands_of_words_work),
            cmocka_unit_test(an_update_fits_however_much_has_been_deleted),
            cmocka_unit_test(what_is_deleted_takes_no_room_for_good),
            cmocka_unit_test(counting_takes_no_room_for_good),
            cmocka_unit_test(a_store_that_must_not_erase_opens_however_full),
            cmocka_unit_test(what_a_call_cannot_take_is_refused),
            cmocka_unit_test(what_is_deleted_is_not_found_where_it_was),
            cmocka_unit_test(a_change_of_no_kind_is_refused),
            cmocka_unit_test(what_is_refused_or_done_already_is_no_write),
            cmocka_unit_test(what_is_refused_leaves_no_doubt),
            cmocka_unit_test(what_is_not_there_is_deleted_without_a_write),
            cmocka_unit_test(a_flash_whose_erased_value_is_zero_is_refused),
            cmocka_unit_test(bytes_are_those_of_the_specification),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
