/* test_kv_once.c - cells written once that rot or do not take what is written.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>
#include <unistd.h>

#include "support/cm.h"
#include "support/kv_bed.h"

enum { CELL = 8, KEEP = 0x4B };

static const uint32_t three[] = {1024, 1024, 4096, 0};

static uint32_t find(const char *text, unsigned *n)
{
    uint32_t found = 0;
    uint32_t len = (uint32_t)strlen(text);
    *n = 0;
    for (uint32_t at = 0; at + len <= bed.flash.size; at++) {
        if (memcmp(bed.flash.cells + at, text, len) == 0) {
            ++*n;
            found = at;
        }
    }
    return found;
}

/* The only data cell of a value has rotted, its trailer and KEEPs have not: SPEC.md 4.2
 * says that this is no record. */
static void a_trailer_without_data_is_no_record(void **state)
{
    unsigned n;
    begin_on(three, CELL, true);
    put(1, "old");
    put(1, "seven B");
    bed.flash.cells[find("seven B", &n) - 1] ^= 0x40;
    (void)alarm(5); /* or there is no end */
    reopen();
    holds(1, "old");
    (void)alarm(0);
}

static struct {
    enum etch_err (*program)(
            const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len);
    unsigned calls;
} bad;

/* Every second cell from the first KEEP on. */
static enum etch_err program_bad(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    if (++bad.calls < 3 || bad.calls % 2 == 0) {
        return bad.program(nor, off, data, len);
    }
    memset(bed.flash.cells + off, 0, CELL);
    return ETCH_E_VERIFY;
}

/* SPEC.md 5.1: two KEEPs; with one, what becomes of the next cell matters. */
static void what_is_said_to_be_written_has_two_keeps(void **state)
{
    begin_on(three, CELL, true);
    put(1, "old");
    bad.program = bed.flash.nor.program;
    bed.flash.nor.program = program_bad;
    if (etch_kv_put(&bed.kv, 1, "new", 3) == ETCH_OK) {
        for (uint32_t at = bed.kv.end - 2 * CELL; at < bed.kv.end; at++) {
            assert_int_equal(bed.flash.cells[at], KEEP);
        }
    }
}

/* kv.h: *left is how many bytes of old values are still on flash. */
static void what_has_been_copied_to_a_draft_is_left(void **state)
{
    static const uint32_t equal[] = {4096, 4096, 4096, 0};
    for (unsigned n = 0; n < 120; n++) {
        uint32_t left = 0;
        unsigned there;
        begin_on(equal, 32, true);
        put(1, "correct horse battery");
        put(2, "something else");
        for (unsigned i = 0; i < n; i++) {
            put(3, i % 2 ? "odd" : "even");
        }
        assert_int_equal(etch_kv_delete_purge(&bed.kv, 1, &left), ETCH_OK);
        (void)find("correct horse battery", &there);
        assert_int_equal(left, there * 21);
    }
}

/* A trailer that does not read back as written: of another id. */
static enum etch_err program_other(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    enum etch_err err = bad.program(nor, off, data, len);
    if (((const uint8_t *)data)[0] == 0x74 && bad.calls++ == 0) {
        bed.flash.cells[off + 2] ^= 2;
        err = ETCH_E_VERIFY;
    }
    return err;
}

/* SPEC.md 4.3: those count whose CRC is right; 5.1: again behind a VOID. */
static void a_bad_trailer_hides_nothing(void **state)
{
    begin_on(three, CELL, true);
    put(1, "old");
    put(3, "three");
    bad.program = bed.flash.nor.program;
    bad.calls = 0;
    bed.flash.nor.program = program_other;
    put(1, "new");
    bed.flash.nor.program = bad.program;
    holds(1, "new");
    holds(3, "three");
    reopen();
    holds(1, "new");
    holds(3, "three");
}

/* As any call that writes: ETCH_E_PROTECTED. */
static void a_log_that_is_only_read_cannot_be_opened(void **state)
{
    begin();
    put(1, "one");
    bed.config.log = &etch_kv_plain_view;
    assert_int_equal(etch_kv_open(&bed.kv, &bed.config), ETCH_E_PROTECTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(what_is_said_to_be_written_has_two_keeps),
            cmocka_unit_test(what_has_been_copied_to_a_draft_is_left),
            cmocka_unit_test(a_bad_trailer_hides_nothing),
            cmocka_unit_test(a_log_that_is_only_read_cannot_be_opened),
            cmocka_unit_test(a_trailer_without_data_is_no_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
