/* test_simnor.c - the small NOR flash keeps nor.h's promises, breaks what a cut
 * breaks, and refuses what no flash allows.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "explore/simnor.h"
#include "nor/nor.h"
#include "support/cm.h"

/* One run of a test's own code. */
struct job {
    void (*code)(struct job *j, const struct etch_nor *nor);
    uint8_t byte[64];
    uint32_t off, len;
    enum etch_err err;
    unsigned count;
};

static struct explore_machine *m;
static struct explore_outcome out;

static void enter(void *arg, const struct etch_nor *nor)
{
    struct job *j = arg;
    j->code(j, nor);
}

static struct explore_run run_of(struct job *j)
{
    return (struct explore_run){.limit = 1000, .code = enter, .arg = j};
}

static enum explore_end run(struct job *j)
{
    const struct explore_run r = run_of(j);
    out = m->ops->run(m, &r);
    return out.end;
}

static enum explore_end run_cut(struct job *j, uint64_t cut, struct silicon_tear tear)
{
    struct explore_run r = run_of(j);
    r.cut = cut;
    r.tear = tear;
    out = m->ops->run(m, &r);
    return out.end;
}

static void program(struct job *j, const struct etch_nor *nor)
{
    j->err = nor->program(nor, j->off, j->byte, j->len);
}

static void erase(struct job *j, const struct etch_nor *nor)
{
    j->err = nor->erase(nor, j->off);
}

static void read_back(struct job *j, const struct etch_nor *nor)
{
    j->err = nor->read(nor, j->off, j->byte, j->len);
}

static void read_twice(struct job *j, const struct etch_nor *nor)
{
    assert_int_equal(nor->read(nor, 0, j->byte, 4), ETCH_OK);
    assert_int_equal(nor->read(nor, 0, j->byte + 4, 4), ETCH_OK);
}

static struct job programming(uint32_t off, const char *bytes, uint32_t len)
{
    struct job j = {.code = program, .off = off, .len = len};
    memcpy(j.byte, bytes, len);
    return j;
}

static void open_nor(struct simnor_shape shape)
{
    m = simnor_new(&shape);
    assert_non_null(m);
}

static void open_plain(void)
{
    open_nor((struct simnor_shape){.sector = {64, 128}, .unit = 4});
}

static void close_nor(void)
{
    m->ops->drop(m);
}

static void expect_bytes(uint32_t off, const char *bytes, uint32_t len)
{
    uint8_t now[64];
    uint8_t loose[64];
    m->ops->peek(m, off, now, loose, len);
    assert_memory_equal(now, bytes, len);
    for (uint32_t i = 0; i < len; i++) {
        assert_int_equal(loose[i], 0);
    }
}

static void expect_fault(struct job j, const char *text)
{
    assert_int_equal(run(&j), EXPLORE_FAULT);
    assert_non_null(strstr(out.text, text));
}

/* ---- promises ----------------------------------------------------------------------- */

static void see_shape(struct job *j, const struct etch_nor *nor)
{
    assert_int_equal(nor->sectors, 2);
    assert_int_equal(nor->sector_len[0], 64);
    assert_int_equal(nor->sector_len[1], 128);
    assert_int_equal(nor->unit, 8);
    assert_int_equal(nor->erased, 0x00);
    assert_true(nor->once);
    j->count++;
}

static void it_says_what_shape_it_is(void **state)
{
    open_nor((struct simnor_shape){
            .sector = {64, 128}, .unit = 8, .erased_is_zero = true, .write_once = true});
    struct job j = {.code = see_shape};
    assert_int_equal(run(&j), EXPLORE_DONE);
    assert_int_equal(j.count, 1);
    assert_int_equal(m->ops->size(m), 192);
    close_nor();
}

static void what_is_programmed_reads_back(void **state)
{
    open_plain();
    struct job j = programming(4, "ABCDEFGH", 8);
    assert_int_equal(run(&j), EXPLORE_DONE);
    assert_int_equal(j.err, ETCH_OK);
    assert_int_equal(out.ops, 2); /* each unit is one */
    struct job back = {.code = read_back, .off = 3, .len = 10};
    assert_int_equal(run(&back), EXPLORE_DONE);
    assert_memory_equal(back.byte,
            "\xFF"
            "ABCDEFGH"
            "\xFF",
            10);
    close_nor();
}

static void bits_may_be_cleared_later_and_an_erase_brings_them_back(void **state)
{
    open_plain();
    struct job j = programming(0, "\xF0\xFF\xFF\xFF", 4);
    assert_int_equal(run(&j), EXPLORE_DONE);
    j = programming(0, "\xC0\x00\xFF\xFF", 4);
    assert_int_equal(run(&j), EXPLORE_DONE);
    expect_bytes(0, "\xC0\x00\xFF\xFF", 4);
    struct job e = {.code = erase, .off = 0};
    assert_int_equal(run(&e), EXPLORE_DONE);
    expect_bytes(0, "\xFF\xFF\xFF\xFF", 4);
    close_nor();
}

static void an_erase_keeps_to_its_sector(void **state)
{
    open_plain();
    struct job j = programming(60, "abcdefgh", 8);
    assert_int_equal(run(&j), EXPLORE_DONE);
    struct job e = {.code = erase, .off = 1};
    assert_int_equal(run(&e), EXPLORE_DONE);
    expect_bytes(60, "abcd\xFF\xFF\xFF\xFF", 8);
    close_nor();
}

static void erased_may_be_zero(void **state)
{
    open_nor((struct simnor_shape){.sector = {64}, .unit = 1, .erased_is_zero = true});
    expect_bytes(0, "\0\0", 2);
    struct job j = programming(1, "\x81", 1);
    assert_int_equal(run(&j), EXPLORE_DONE);
    expect_bytes(0, "\0\x81\0", 3);
    expect_fault(programming(1, "\x01", 1), "would bring back bits 0x80");
    close_nor();
}

/* ---- laws ---------------------------------------------------------------------------- */

static void what_no_flash_allows_is_a_fault(void **state)
{
    open_plain();
    struct job j = programming(0, "\x00\x00\x00\x00", 4);
    assert_int_equal(run(&j), EXPLORE_DONE);
    expect_fault(programming(0, "\x00\x01\x00\x00", 4), "would bring back bits 0x01");
    expect_fault(programming(2, "\x00\x00\x00\x00", 4), "the unit is 4");
    expect_fault(programming(4, "\x00\x00\x00", 3), "the unit is 4");
    expect_fault(
            programming(188, "\x00\x00\x00\x00\x00\x00\x00\x00", 8), "beyond the end");
    struct job r = {.code = read_back, .off = 190, .len = 3};
    expect_fault(r, "beyond the end");
    struct job e = {.code = erase, .off = 2};
    expect_fault(e, "erase of sector 2");
    close_nor();
}

static void a_unit_written_once_is_not_written_again(void **state)
{
    open_nor((struct simnor_shape){.sector = {64}, .unit = 8, .write_once = true});
    struct job j = programming(8, "ABCDEFGH", 8);
    assert_int_equal(run(&j), EXPLORE_DONE);
    expect_fault(programming(8, "ABCDEFGH", 8), "is written a second time");
    close_nor();
}

static void read_for_ever(struct job *j, const struct etch_nor *nor)
{
    for (;;) {
        assert_int_equal(nor->read(nor, 0, j->byte, 1), ETCH_OK);
    }
}

static void too_many_accesses_hang(void **state)
{
    open_plain();
    struct job j = {.code = read_for_ever};
    assert_int_equal(run(&j), EXPLORE_HANG);
    close_nor();
}

/* ---- cuts ------------------------------------------------------------------------------ */

static const enum silicon_tear_kind kinds[] = {SILICON_TEAR_NONE, SILICON_TEAR_DONE,
        SILICON_TEAR_MASK, SILICON_TEAR_RANDOM, SILICON_TEAR_UNSTABLE,
        SILICON_TEAR_ZEROED, SILICON_TEAR_PREFIX, SILICON_TEAR_MARGINAL};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void a_cut_program_leaves_whole_units_one_torn_and_the_rest(void **state)
{
    const struct simnor_shape shapes[] = {{.sector = {64, 64}, .unit = 1},
            {.sector = {64, 64}, .unit = 2}, {.sector = {64, 64}, .unit = 8},
            {.sector = {64, 64}, .unit = 32}};
    for (unsigned s = 0; s < 4; s++) {
        for (unsigned k = 0; k < KINDS; k++) {
            open_nor(shapes[s]);
            uint32_t unit = shapes[s].unit;
            struct job j = {.code = program, .off = 0, .len = unit * 2};
            memset(j.byte, 0x33, sizeof(j.byte));
            const struct silicon_tear tear = {.kind = kinds[k], .seed = 9, .mask = 0x70};
            assert_int_equal(run_cut(&j, 2, tear), EXPLORE_CUT);
            assert_int_equal(out.ops, 2);
            uint8_t now[64];
            uint8_t loose[64];
            m->ops->peek(m, 0, now, loose, 64);
            for (uint32_t i = 0; i < 64; i++) {
                uint8_t may = i / unit == 1 ? 0xCC : 0; /* bits on their way */
                uint8_t sure = i / unit == 0 ? 0x33 : 0xFF;
                assert_int_equal((now[i] ^ sure) & (uint8_t)~may, 0);
                assert_int_equal(loose[i] & (uint8_t)~may, 0);
            }
            close_nor();
        }
    }
}

static void clean_cuts_are_before_and_after(void **state)
{
    open_plain();
    struct job j = programming(0, "\x0F\x0F\x0F\x0F", 4);
    assert_int_equal(run_cut(&j, 1, (struct silicon_tear){.kind = SILICON_TEAR_NONE}),
            EXPLORE_CUT);
    expect_bytes(0, "\xFF\xFF\xFF\xFF", 4);
    assert_int_equal(run_cut(&j, 1, (struct silicon_tear){.kind = SILICON_TEAR_DONE}),
            EXPLORE_CUT);
    expect_bytes(0, "\x0F\x0F\x0F\x0F", 4);
    close_nor();
}

static void an_unstable_tear_leaves_an_unstable_bit_if_any_changes(void **state)
{
    for (uint32_t seed = 0; seed < 50; seed++) {
        open_plain();
        struct job j = programming(0, "\xFF\xFF\xFE\xFF", 4);
        const struct silicon_tear tear = {.kind = SILICON_TEAR_UNSTABLE, .seed = seed};
        assert_int_equal(run_cut(&j, 1, tear), EXPLORE_CUT);
        assert_true(m->ops->loose(m));
        uint8_t loose[4];
        uint8_t now[4];
        m->ops->peek(m, 0, now, loose, 4);
        assert_memory_equal(loose, "\0\0\1\0", 4);
        close_nor();
    }
}

static void a_cut_erase_touches_its_sector_only(void **state)
{
    for (unsigned k = 0; k < KINDS; k++) {
        open_plain();
        struct job j = programming(56, "aabbccddeeff....", 16);
        assert_int_equal(run(&j), EXPLORE_DONE);
        struct job e = {.code = erase, .off = 1};
        const struct silicon_tear tear = {.kind = kinds[k], .seed = 1, .mask = 0x91};
        assert_int_equal(run_cut(&e, 1, tear), EXPLORE_CUT);
        expect_bytes(56, "aabbccdd", 8);
        assert_int_equal(run(&e), EXPLORE_DONE);
        expect_bytes(64, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8);
        close_nor();
    }
}

static void a_marginal_erase_can_read_as_what_was_there(void **state)
{
    open_plain();
    struct job j = programming(0, "word", 4);
    assert_int_equal(run(&j), EXPLORE_DONE);
    struct job e = {.code = erase, .off = 0};
    assert_int_equal(run_cut(&e, 1, (struct silicon_tear){.kind = SILICON_TEAR_MARGINAL}),
            EXPLORE_CUT);
    struct job r = {.code = read_back, .off = 0, .len = 4};
    struct explore_run job = run_of(&r);
    job.reads = 1;
    out = m->ops->run(m, &job);
    assert_memory_equal(r.byte, "\xFF\xFF\xFF\xFF", 4);
    job.reads = 2;
    out = m->ops->run(m, &job);
    assert_memory_equal(r.byte, "word", 4);
    close_nor();
}

static void unstable_bits_may_read_in_turns(void **state)
{
    open_plain();
    struct job j = programming(0, "word", 4);
    assert_int_equal(run_cut(&j, 1, (struct silicon_tear){.kind = SILICON_TEAR_MARGINAL}),
            EXPLORE_CUT);
    const char *const first[] = {"\xFF\xFF\xFF\xFF", "word"};
    for (uint32_t reads = 3; reads <= 4; reads++) {
        struct job r = {.code = read_twice};
        struct explore_run job = run_of(&r);
        job.reads = reads;
        out = m->ops->run(m, &job);
        assert_memory_equal(r.byte, first[reads - 3], 4);
        assert_memory_equal(r.byte + 4, first[4 - reads], 4);
    }
    close_nor();
}

static void programming_what_was_meant_settles_a_torn_unit(void **state)
{
    for (unsigned k = 0; k < KINDS; k++) {
        open_plain();
        struct job j = programming(0, "settle..", 8);
        const struct silicon_tear tear = {.kind = kinds[k], .seed = 4, .mask = 0x0F0F};
        assert_int_equal(run_cut(&j, 2, tear), EXPLORE_CUT);
        assert_int_equal(run(&j), EXPLORE_DONE);
        assert_int_equal(j.err, ETCH_OK);
        assert_false(m->ops->loose(m));
        expect_bytes(0, "settle..", 8);
        close_nor();
    }
}

static void a_program_that_cannot_take_says_so(void **state)
{
    open_plain();
    struct job j = programming(0, "\xFE\xFF\xFF\xFF", 4);
    assert_int_equal(run_cut(&j, 1, (struct silicon_tear){SILICON_TEAR_UNSTABLE, 3, 0}),
            EXPLORE_CUT);
    struct job again = programming(0, "\xFF\xFF\xFF\xFF", 4);
    struct explore_run r = run_of(&again);
    r.reads = 2; /* a 1 that was to stay reads 0 */
    out = m->ops->run(m, &r);
    assert_int_equal(out.end, EXPLORE_DONE);
    assert_int_equal(again.err, ETCH_E_VERIFY);
    close_nor();
}

static void a_torn_unit_with_a_code_may_be_unreadable_until_erased(void **state)
{
    unsigned unreadable = 0;
    for (unsigned k = 0; k < KINDS; k++) {
        open_nor((struct simnor_shape){.sector = {64}, .unit = 8, .write_once = true});
        struct job j = programming(8, "ABCDEFGH", 8);
        const struct silicon_tear tear = {.kind = kinds[k], .seed = 2, .mask = 0x91};
        assert_int_equal(run_cut(&j, 1, tear), EXPLORE_CUT);
        struct job r = {.code = read_back, .off = 0, .len = 24};
        struct explore_run job = run_of(&r);
        job.reads = 2;
        out = m->ops->run(m, &job);
        unreadable += r.err == ETCH_E_VERIFY;
        r.off = 16;
        r.len = 8;
        out = m->ops->run(m, &job);
        assert_int_equal(r.err, ETCH_OK); /* its neighbour is well */
        struct job e = {.code = erase, .off = 0};
        assert_int_equal(run(&e), EXPLORE_DONE);
        r.off = 0;
        assert_int_equal(run(&r), EXPLORE_DONE);
        assert_int_equal(r.err, ETCH_OK);
        close_nor();
    }
    assert_in_range(unreadable, 3, KINDS - 2);
}

static void writing_a_torn_unit_again_spoils_it(void **state)
{
    open_nor((struct simnor_shape){.sector = {64}, .unit = 8, .write_once = true});
    struct job j = programming(8, "ABCDEFGH", 8);
    const struct silicon_tear tear = {.kind = SILICON_TEAR_UNSTABLE, .seed = 3};
    assert_int_equal(run_cut(&j, 1, tear), EXPLORE_CUT);
    assert_int_equal(run(&j), EXPLORE_DONE);
    assert_int_equal(j.err, ETCH_E_VERIFY);
    close_nor();
}

/* ---- states ------------------------------------------------------------------------------ */

static void a_state_is_saved_compared_and_brought_back(void **state)
{
    open_plain();
    struct explore_machine *twin = m->ops->twin(m);
    void *blank = m->ops->save(m);
    uint64_t before = m->ops->hash(m);
    struct job j = programming(0, "1234", 4);
    assert_int_equal(run(&j), EXPLORE_DONE);
    assert_int_not_equal(m->ops->hash(m), before);
    assert_false(m->ops->same(m, blank));
    void *written = m->ops->save(m);
    twin->ops->load(twin, written);
    assert_int_equal(twin->ops->hash(twin), m->ops->hash(m));
    assert_true(twin->ops->same(twin, written));
    m->ops->load(m, blank);
    assert_int_equal(m->ops->hash(m), before);
    assert_true(m->ops->same(m, blank));
    expect_bytes(0, "\xFF\xFF\xFF\xFF", 4);
    m->ops->forget(blank);
    m->ops->forget(written);
    twin->ops->drop(twin);
    close_nor();
}

static void unstable_bits_are_part_of_a_state(void **state)
{
    open_plain();
    struct job j = programming(0, "\xFE\xFF\xFF\xFF", 4);
    assert_int_equal(run_cut(&j, 1, (struct silicon_tear){SILICON_TEAR_UNSTABLE, 1, 0}),
            EXPLORE_CUT);
    uint8_t now[4];
    m->ops->peek(m, 0, now, NULL, 4);
    assert_memory_equal(now, "\xFF\xFF\xFF\xFF", 4);
    void *loose = m->ops->save(m);
    m->ops->poke(m, 0, now, 4); /* the same bytes, but settled */
    assert_false(m->ops->same(m, loose));
    m->ops->forget(loose);
    close_nor();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(it_says_what_shape_it_is),
            cmocka_unit_test(what_is_programmed_reads_back),
            cmocka_unit_test(bits_may_be_cleared_later_and_an_erase_brings_them_back),
            cmocka_unit_test(an_erase_keeps_to_its_sector),
            cmocka_unit_test(erased_may_be_zero),
            cmocka_unit_test(what_no_flash_allows_is_a_fault),
            cmocka_unit_test(a_unit_written_once_is_not_written_again),
            cmocka_unit_test(too_many_accesses_hang),
            cmocka_unit_test(a_cut_program_leaves_whole_units_one_torn_and_the_rest),
            cmocka_unit_test(clean_cuts_are_before_and_after),
            cmocka_unit_test(an_unstable_tear_leaves_an_unstable_bit_if_any_changes),
            cmocka_unit_test(a_cut_erase_touches_its_sector_only),
            cmocka_unit_test(a_marginal_erase_can_read_as_what_was_there),
            cmocka_unit_test(unstable_bits_may_read_in_turns),
            cmocka_unit_test(programming_what_was_meant_settles_a_torn_unit),
            cmocka_unit_test(a_program_that_cannot_take_says_so),
            cmocka_unit_test(a_torn_unit_with_a_code_may_be_unreadable_until_erased),
            cmocka_unit_test(writing_a_torn_unit_again_spoils_it),
            cmocka_unit_test(a_state_is_saved_compared_and_brought_back),
            cmocka_unit_test(unstable_bits_are_part_of_a_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
