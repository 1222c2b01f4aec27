/* test_explore.c - the explorer itself: it finds what is known to be wrong,
 * each time by an id that shows it again, and nothing in what is right.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "explore/explore.h"
#include "explore/simnor.h"
#include "nor/nor.h"
#include "support/cm.h"
#include "support/toy_campaign.h"

static struct explore_report report; /* too big for a stack */

static void campaign(enum toy_flaw flaw, const struct explore_options *o)
{
    toy_campaign(flaw, o, &report);
}

/* ---- right and wrong -------------------------------------------------------------- */

static void a_right_store_passes_in_every_way(void **state)
{
    struct explore_options o = toy_depth(3);
    campaign(TOY_RIGHT, &o);
    assert_int_equal(report.failed, 0);
    assert_int_equal(report.deepest, 3);
    o.cuts = 2000;
    assert_true(explore_soak(toy_case(TOY_RIGHT), &o, &report));
    assert_true(report.complete);
    assert_int_equal(report.failed, 0);
    assert_int_equal(report.cuts, 2000);
}

static void each_flaw_is_found_and_each_id_shows_it_again(void **state)
{
    for (int f = TOY_ERASES_FIRST; f <= TOY_REPROGRAMS; f++) {
        enum toy_flaw flaw = (enum toy_flaw)f;
        struct explore_options o = toy_depth(2);
        campaign(flaw, &o);
        assert_int_not_equal(report.failed, 0);
        for (unsigned i = 0; i < report.n; i++) {
            (void)toy_replay(flaw, &report.failure[i]);
        }
    }
}

static void a_soak_finds_what_needs_several_cuts(void **state)
{
    const enum toy_flaw flaws[] = {TOY_TRUSTS_UNSTABLE, TOY_SETTLES_LATE};
    for (unsigned i = 0; i < 2; i++) {
        const struct explore_options o = {.cuts = 20000, .limit = TOY_LIMIT, .seed = 3};
        assert_true(explore_soak(toy_case(flaws[i]), &o, &report));
        assert_int_not_equal(report.failed, 0);
        (void)toy_replay(flaws[i], &report.failure[0]);
        (void)toy_replay(flaws[i], &report.failure[report.n - 1]);
    }
}

static void the_only_copy_erased_is_lost_by_one_clean_cut(void **state)
{
    struct explore_options o = toy_depth(1);
    o.tears = 2;
    campaign(TOY_ERASES_FIRST, &o);
    assert_true(toy_has(&report, "toy:g1:c4:t1:k"));
    assert_string_equal(report.failure[0].text, "there is no number any more");
    assert_int_equal(report.failure[0].end, EXPLORE_WRONG);
}

static void what_is_settled_late_takes_two_cuts_to_find(void **state)
{
    struct explore_options o = toy_depth(1);
    campaign(TOY_SETTLES_LATE, &o);
    assert_int_equal(report.failed, 0);
    o.depth = 2;
    campaign(TOY_SETTLES_LATE, &o);
    assert_int_not_equal(report.failed, 0);
}

static void trust_in_unstable_bits_is_found_only_by_them(void **state)
{
    struct explore_options o = toy_depth(3);
    o.tears = 2;
    campaign(TOY_TRUSTS_UNSTABLE, &o);
    assert_int_equal(report.failed, 0);
    o.tears = 4;
    campaign(TOY_TRUSTS_UNSTABLE, &o);
    assert_int_not_equal(report.failed, 0);
}

static void a_loop_without_end_is_a_hang(void **state)
{
    struct explore_options o = toy_depth(1);
    campaign(TOY_ASSUMES_ONE, &o);
    assert_int_not_equal(report.failed, 0);
    assert_int_equal(report.failure[0].end, EXPLORE_HANG);
}

static void a_law_broken_is_a_fault(void **state)
{
    struct explore_options o = toy_depth(1);
    campaign(TOY_REPROGRAMS, &o);
    assert_int_not_equal(report.failed, 0);
    assert_int_equal(report.failure[0].end, EXPLORE_FAULT);
    assert_non_null(strstr(report.failure[0].text, "would bring back bits"));
}

static void life_after_a_check_is_tried(void **state)
{
    struct explore_options o = toy_depth(1);
    campaign(TOY_FORGETS_ORDER, &o);
    assert_true(toy_has(&report, "toy:g2:k:k:a:k"));
}

/* What each cut leaves is asked in one run; a run cut there must leave the same. */
static void cuts_asked_for_in_one_run_are_those_of_a_run_each(void **state)
{
    static struct explore_report each;
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f += 2) {
        struct explore_options o = toy_depth(2);
        o.bodies = 2;
        o.again = true;
        campaign((enum toy_flaw)f, &o);
        each = report;
        o.again = false;
        campaign((enum toy_flaw)f, &o);
        assert_memory_equal(&each, &report, sizeof(report));
    }
}

static void the_same_seed_is_the_same_soak_and_another_is_not(void **state)
{
    static struct explore_report first;
    struct explore_options o = {.cuts = 500, .limit = TOY_LIMIT, .seed = 1};
    assert_true(explore_soak(toy_case(TOY_TRUSTS_UNSTABLE), &o, &first));
    assert_true(explore_soak(toy_case(TOY_TRUSTS_UNSTABLE), &o, &report));
    assert_memory_equal(&first, &report, sizeof(report));
    o.seed = 2;
    assert_true(explore_soak(toy_case(TOY_TRUSTS_UNSTABLE), &o, &report));
    assert_memory_not_equal(&first, &report, sizeof(report));
}

/* ---- ids and what a replay says ------------------------------------------------------------ */

static bool understood(const char *id)
{
    FILE *to = fopen("/dev/null", "w");
    assert_non_null(to);
    enum explore_end end;
    const struct explore_options o = {.limit = TOY_LIMIT};
    bool good = explore_replay(toy_case(TOY_RIGHT), &o, id, to, &end);
    assert_int_equal(fclose(to), 0);
    return good;
}

static void an_id_that_is_none_is_refused(void **state)
{
    assert_true(understood("toy"));
    assert_true(understood("toy:g0"));
    assert_true(understood("toy:c3"));
    assert_true(understood("toy:g0:b2:o1:c3:t4:r2:c1:k:a:k"));
    const char *const bad[] = {"", "toys", "other:c1", "toy:g1:c1", "toy:", "toy::c1",
            "toy:c", "toy:c0", "toy:cx", "toy:c1x", "toy:t1", "toy:k:t1", "toy:c1:t999",
            "toy:r1", "toy:k2", "toy:c1:b2", "toy:c1:x", "toy:n3", "toy:b0", "toy:z1",
            "toy:g0:c1 ", "toy:o3"};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(understood(bad[i]));
    }
}

static void a_replay_shows_what_each_word_held(void **state)
{
    struct explore_failure f = {"toy:g1:c5:t5:k", EXPLORE_WRONG, "wrong: "};
    const char *text = toy_replay(TOY_ERASES_FIRST, &f);
    assert_non_null(
            strstr(text, "body (put 1), power fails in operation 5: half of its"));
    assert_non_null(strstr(text, "0x00000040  torn"));
    assert_non_null(strstr(text, "held FFFFFFFF  was to hold 5A000101"));
    strcpy(f.id, "toy:g1:c4:t3:k");
    text = toy_replay(TOY_ERASES_FIRST, &f);
    assert_non_null(strstr(text, "0x00000000  unstable"));
    assert_non_null(strstr(text, "unstable bits A5FFFEFF"));
    strcpy(f.id, "toy:g1:c4:t1:k");
    text = toy_replay(TOY_ERASES_FIRST, &f);
    assert_non_null(strstr(text, "0x00000000  new       held 5A000100"));
}

static void a_setup_that_fails_is_said_at_once(void **state)
{
    static struct explore_scenario broken;
    broken = toy_scenario;
    broken.setup = NULL;
    struct explore_case c = *toy_case(TOY_RIGHT);
    c.scenario = &broken;
    const struct explore_options o = {.limit = TOY_LIMIT};
    assert_true(explore_campaign(&c, &o, &report));
    assert_false(report.complete);
    assert_int_equal(report.failed, 1);
    assert_string_equal(report.failure[0].text, "there is no number any more");
}

/* ---- the first boot ---------------------------------------------------------------------- */

/* Each boot sees to a mark, which a blank flash has not. */
static void see_to_mark(const struct explore_ctx *c)
{
    const uint32_t made = 0;
    uint32_t mark;
    explore_expect(c->nor->read(c->nor, 0, &mark, sizeof(mark)) == ETCH_OK, "no mark");
    if (mark != made) {
        enum etch_err err = c->nor->program(c->nor, 0, &made, sizeof(made));
        explore_expect(err == ETCH_OK, "the mark cannot be made");
    }
}

static void mark_alone(struct explore_ctx *c)
{
    see_to_mark(c);
    *(bool *)c->world = true;
}

/* And the body adds a word, not knowing whether a check has been there. */
static void mark_and_word(struct explore_ctx *c)
{
    const uint32_t word = 0;
    explore_expect(!*(const bool *)c->world, "a check has been here");
    see_to_mark(c);
    enum etch_err err = c->nor->program(c->nor, sizeof(word), &word, sizeof(word));
    explore_expect(err == ETCH_OK, "the word cannot be written");
}

static struct explore_machine *blank_nor(const void *param)
{
    static const struct simnor_shape shape = {.sector = {64, 64}, .unit = 4};
    (void)param;
    return simnor_new(&shape);
}

static void a_body_that_boots_first_is_cut_in_that_boot_too(void **state)
{
    const struct explore_scenario mark = {.name = "mark",
            .world_size = sizeof(bool),
            .body = mark_and_word,
            .check = mark_alone,
            .first = true};
    const struct explore_case c = {.scenario = &mark, .machine = blank_nor};
    const struct explore_options o = {.limit = TOY_LIMIT};
    assert_true(explore_campaign(&c, &o, &report));
    assert_true(report.complete);
    assert_int_equal(report.failed, 0);
    assert_int_equal(report.points, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_right_store_passes_in_every_way),
            cmocka_unit_test(each_flaw_is_found_and_each_id_shows_it_again),
            cmocka_unit_test(a_soak_finds_what_needs_several_cuts),
            cmocka_unit_test(the_only_copy_erased_is_lost_by_one_clean_cut),
            cmocka_unit_test(what_is_settled_late_takes_two_cuts_to_find),
            cmocka_unit_test(trust_in_unstable_bits_is_found_only_by_them),
            cmocka_unit_test(a_loop_without_end_is_a_hang),
            cmocka_unit_test(a_law_broken_is_a_fault),
            cmocka_unit_test(life_after_a_check_is_tried),
            cmocka_unit_test(cuts_asked_for_in_one_run_are_those_of_a_run_each),
            cmocka_unit_test(the_same_seed_is_the_same_soak_and_another_is_not),
            cmocka_unit_test(an_id_that_is_none_is_refused),
            cmocka_unit_test(a_replay_shows_what_each_word_held),
            cmocka_unit_test(a_setup_that_fails_is_said_at_once),
            cmocka_unit_test(a_body_that_boots_first_is_cut_in_that_boot_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
