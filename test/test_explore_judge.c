/* test_explore_judge.c - how the explorer judges, and what of long lives it leaves out,
 * on scenarios made for that.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "explore/explore.h"
#include "nor/nor.h"
#include "support/cm.h"
#include "support/toy_campaign.h"

static struct explore_report report; /* too big for a stack */

/* ---- scenarios made to be judged --------------------------------------------------- */

struct notes {
    uint32_t boots, bodies, first;
};

static uint32_t word_at(const struct explore_ctx *c, uint32_t off)
{
    uint32_t word;
    assert_int_equal(c->nor->read(c->nor, off, &word, sizeof(word)), ETCH_OK);
    return word;
}

static void zero_at(const struct explore_ctx *c, uint32_t off)
{
    const uint32_t zero = 0;
    (void)c->nor->program(c->nor, off, &zero, sizeof(zero));
}

static void write_word(struct explore_ctx *c)
{
    struct notes *n = c->world;
    n->bodies++;
    zero_at(c, 0);
}

static void do_nothing(struct explore_ctx *c)
{
    (void)c;
}

static void judged(const struct explore_scenario *scenario, struct explore_options o)
{
    struct explore_case c = *toy_case(TOY_RIGHT);
    c.scenario = scenario;
    o.limit = TOY_LIMIT;
    assert_true(explore_campaign(&c, &o, &report));
}

static void fail_the_second_time(struct explore_ctx *c)
{
    bool written = word_at(c, 0) == 0;
    explore_expect(!written || word_at(c, 4) != 0, "a second boot");
    if (written) {
        zero_at(c, 4);
    }
}

static void the_second_boot_is_judged_too(void **state)
{
    static const struct explore_scenario twice = {.name = "twice",
            .world_size = sizeof(struct notes),
            .body = write_word,
            .check = fail_the_second_time};
    judged(&twice, (struct explore_options){.tears = 2});
    assert_true(toy_has(&report, "twice:g0:o0:k:k"));
}

/* What is wrong shows only when a second boot reads ones. */
static void remember_first(struct explore_ctx *c)
{
    struct notes *n = c->world;
    uint32_t word = word_at(c, 0);
    if (n->bodies > 0 && n->boots++ == 0) {
        n->first = word;
    } else if (n->boots == 2) {
        explore_expect(n->first == UINT32_MAX || word != UINT32_MAX, "now it is blank");
    }
}

static void the_second_boot_reads_unstable_bits_in_each_way(void **state)
{
    static const struct explore_scenario blank = {.name = "blank",
            .world_size = sizeof(struct notes),
            .body = write_word,
            .check = remember_first};
    judged(&blank, (struct explore_options){.tears = 4});
    assert_true(toy_has(&report, "blank:g0:c1:t3:k:k:r1"));
}

/* Of what the first three tears leave, only unstable bits that read alike twice. */
static void fail_on_some_bits(struct explore_ctx *c)
{
    uint32_t word = word_at(c, 0);
    bool some = word != 0 && word != UINT32_MAX;
    explore_expect(!some || word_at(c, 0) != word, "some bits");
    if (some) {
        zero_at(c, 0);
    }
}

static void the_first_boot_reads_unstable_bits_in_each_way(void **state)
{
    static const struct explore_scenario some = {.name = "some",
            .world_size = sizeof(struct notes),
            .body = write_word,
            .check = fail_on_some_bits};
    judged(&some, (struct explore_options){.tears = 3});
    assert_true(toy_has(&report, "some:g0:c1:t2:k:r1"));
    assert_true(toy_has(&report, "some:g0:c1:t2:k:r2"));
    assert_int_equal(report.failed, 2);
}

/* What is wrong shows only when bits that life has read as ones read as zeros. */
static void live_on(struct explore_ctx *c)
{
    struct notes *n = c->world;
    n->first = word_at(c, 0);
    n->boots = 1;
}

static void compare_with_life(struct explore_ctx *c)
{
    const struct notes *n = c->world;
    bool otherwise = n->first == UINT32_MAX && word_at(c, 0) == 0;
    explore_expect(n->boots == 0 || !otherwise, "now it is there");
}

static void the_boot_after_life_reads_unstable_bits_in_each_way(void **state)
{
    static const struct explore_scenario lives = {.name = "lives",
            .world_size = sizeof(struct notes),
            .body = write_word,
            .check = compare_with_life,
            .after = live_on};
    judged(&lives, (struct explore_options){.tears = 4});
    assert_true(toy_has(&report, "lives:g0:c1:t3:k:k:r1:a:r1:k:r2"));
}

static void third_body_fails(struct explore_ctx *c)
{
    write_word(c);
    explore_expect(((struct notes *)c->world)->bodies < 3, "the third");
}

static void bodies_follow_each_other(void **state)
{
    static const struct explore_scenario third = {.name = "third",
            .world_size = sizeof(struct notes),
            .body = third_body_fails,
            .check = do_nothing};
    judged(&third, (struct explore_options){.bodies = 5, .tears = 2});
    assert_int_not_equal(report.failed, 0);
    assert_string_equal(report.failure[0].id, "third:g0:b3:o0");
    judged(&third, (struct explore_options){.bodies = 2, .tears = 2});
    assert_int_equal(report.failed, 0);
}

static unsigned runs;

static void fail_but_the_first_time(struct explore_ctx *c)
{
    explore_expect(runs++ == 0, "not as before");
    for (uint32_t off = 0; off < 64; off += 4) {
        zero_at(c, off);
    }
}

static void do_less_each_time(struct explore_ctx *c)
{
    for (uint32_t off = 0; runs == 0 && off < 64; off += 4) {
        zero_at(c, off);
    }
    runs++;
}

static void a_run_that_is_not_like_the_one_before_is_a_failure(void **state)
{
    static const struct explore_scenario fails = {
            .name = "fails", .body = fail_but_the_first_time, .check = do_nothing};
    static const struct explore_scenario less = {
            .name = "less", .body = do_less_each_time, .check = do_nothing};
    const struct explore_scenario *both[] = {&fails, &less};
    for (unsigned i = 0; i < 2; i++) {
        runs = 0;
        judged(both[i], (struct explore_options){.tears = 2, .again = true});
        assert_int_equal(report.points, 16);
        assert_int_equal(report.cuts, 32);
        assert_int_equal(report.failed, 32);
        runs = 0;
        judged(both[i], (struct explore_options){.tears = 2});
        assert_int_equal(report.failed, 1);
    }
}

/* ---- long lives --------------------------------------- */

/* A word, and elsewhere ten in a row. */
static void write_a_row(struct explore_ctx *c)
{
    uint32_t at = word_at(c, 0) == 0 ? 4 : 0;
    zero_at(c, at);
    for (uint32_t off = 64; off < 64 + 40; off += 4) {
        zero_at(c, off);
    }
}

static void of_a_long_row_the_beginning_and_samples_are_cut(void **state)
{
    static const struct explore_scenario row = {
            .name = "row", .body = write_a_row, .check = do_nothing};
    judged(&row, (struct explore_options){.tears = 2});
    assert_int_equal(report.points, 11);
    judged(&row, (struct explore_options){.tears = 2, .novel = 2});
    assert_int_equal(report.points, 5); /* the first four of the row */
    assert_int_equal(report.thinned, 6);
    judged(&row, (struct explore_options){.tears = 2, .novel = 2, .thin = 4});
    assert_int_equal(report.points, 7); /* and its fifth and ninth */
}

static void of_a_long_body_operations_are_cut_evenly_spread(void **state)
{
    static const struct explore_scenario row = {
            .name = "row", .body = write_a_row, .check = do_nothing};
    judged(&row, (struct explore_options){.tears = 2, .novel = 2, .spread = 3});
    assert_int_equal(report.points, 7); /* its first five, its eighth and its last */
    assert_int_equal(report.thinned, 4);
    judged(&row, (struct explore_options){.tears = 2, .novel = 2, .spread = 50});
    assert_int_equal(report.points, 11);
}

/* Ten in a row. */
static void recover_a_row(struct explore_ctx *c)
{
    for (uint32_t off = 64; off < 64 + 40; off += 4) {
        zero_at(c, off);
    }
}

static void write_two(struct explore_ctx *c)
{
    zero_at(c, 0);
    zero_at(c, 4);
}

/* Five states: nothing and all of it, which come of no cut; the first word, whole and
 * torn; the second torn. */
static void of_boots_that_are_alike_one_is_cut_after_each_kind_of_cut(void **state)
{
    static const struct explore_scenario recovers = {
            .name = "recovers", .body = write_two, .check = recover_a_row};
    struct explore_options o = {.depth = 2, .tears = 3, .reads = 1, .novel = 2};
    judged(&recovers, o);
    assert_int_equal(report.cuts, 2 * 3 + 5 * 10 * 3);
    assert_int_equal(report.spared, 0);
    o.boots_alike = true;
    judged(&recovers, o);
    assert_int_equal(report.cuts, 2 * 3 + 4 * 4 * 3);
    assert_int_equal(report.spared, 5 * 10 - 4 * 4);
}

/* Its bodies: 0 leads on, 1 is the stride, which does something else the fourth time. */
static void step_or_stride(struct explore_ctx *c)
{
    struct notes *n = c->world;
    n->bodies += c->op;
    zero_at(c, 0);
    if (c->op == 1 && n->bodies >= 4) {
        zero_at(c, 32);
    }
    n->boots++;
    explore_expect(n->boots < 9 || c->op == 1, "after %u strides", (unsigned)n->bodies);
}

static void strides_lead_far_where_nothing_new_happens(void **state)
{
    static const struct explore_scenario far = {.name = "far",
            .world_size = sizeof(struct notes),
            .body = step_or_stride,
            .check = do_nothing};
    struct explore_case c = *toy_case(TOY_RIGHT);
    c.scenario = &far;
    c.ops = 1;
    c.lead = 1;
    c.stride = 2;
    const struct explore_options o = {.bodies = 9, .tears = 1, .limit = TOY_LIMIT};
    assert_true(explore_campaign(&c, &o, &report));
    assert_string_equal(report.failure[0].id, "far:g0:b9:o0");
    assert_string_equal(report.failure[0].text, "after 6 strides");
    enum explore_end end = EXPLORE_DONE;
    FILE *to = fopen("/dev/null", "w");
    assert_non_null(to);
    assert_true(explore_replay(&c, &o, report.failure[0].id, to, &end));
    assert_int_equal(end, EXPLORE_WRONG);
    assert_int_equal(fclose(to), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_second_boot_is_judged_too),
            cmocka_unit_test(the_second_boot_reads_unstable_bits_in_each_way),
            cmocka_unit_test(the_first_boot_reads_unstable_bits_in_each_way),
            cmocka_unit_test(the_boot_after_life_reads_unstable_bits_in_each_way),
            cmocka_unit_test(bodies_follow_each_other),
            cmocka_unit_test(a_run_that_is_not_like_the_one_before_is_a_failure),
            cmocka_unit_test(of_a_long_row_the_beginning_and_samples_are_cut),
            cmocka_unit_test(of_a_long_body_operations_are_cut_evenly_spread),
            cmocka_unit_test(of_boots_that_are_alike_one_is_cut_after_each_kind_of_cut),
            cmocka_unit_test(strides_lead_far_where_nothing_new_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
