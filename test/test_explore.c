/* test_explore.c - the explorer itself: it finds what is known to be wrong,
 * each time by an id that shows it again, and nothing in what is right; what
 * merging, shards and threads leave out is nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "explore/explore.h"
#include "nor/nor.h"
#include "support/cm.h"
#include "support/toy.h"

enum { LIMIT = 10000, HASHES = 1 << 16 };

static struct explore_report report; /* too big for a stack */

static struct explore_options deep(unsigned depth)
{
    return (struct explore_options){.depth = depth, .bodies = 2, .limit = LIMIT};
}

static void campaign(enum toy_flaw flaw, const struct explore_options *o)
{
    assert_true(explore_campaign(toy_case(flaw), o, &report));
    assert_true(report.complete);
}

/* The text of a replay, which must end as the failure did. */
static const char *replay(enum toy_flaw flaw, const struct explore_failure *f)
{
    static char text[8192];
    memset(text, 0, sizeof(text));
    FILE *to = fmemopen(text, sizeof(text) - 1, "w");
    assert_non_null(to);
    enum explore_end end = EXPLORE_DONE;
    const struct explore_options o = {.limit = LIMIT};
    assert_true(explore_replay(toy_case(flaw), &o, f->id, to, &end));
    assert_int_equal(fclose(to), 0);
    assert_int_equal(end, f->end);
    assert_non_null(strstr(text, f->text));
    return text;
}

static bool has(const struct explore_report *r, const char *id)
{
    for (unsigned i = 0; i < r->n; i++) {
        if (strcmp(r->failure[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- right and wrong -------------------------------------------------------------- */

static void a_right_store_passes_in_every_way(void **state)
{
    struct explore_options o = deep(3);
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
        struct explore_options o = deep(2);
        campaign(flaw, &o);
        assert_int_not_equal(report.failed, 0);
        for (unsigned i = 0; i < report.n; i++) {
            (void)replay(flaw, &report.failure[i]);
        }
    }
}

static void a_soak_finds_what_needs_several_cuts(void **state)
{
    const enum toy_flaw flaws[] = {TOY_TRUSTS_UNSTABLE, TOY_SETTLES_LATE};
    for (unsigned i = 0; i < 2; i++) {
        const struct explore_options o = {.cuts = 20000, .limit = LIMIT, .seed = 3};
        assert_true(explore_soak(toy_case(flaws[i]), &o, &report));
        assert_int_not_equal(report.failed, 0);
        (void)replay(flaws[i], &report.failure[0]);
        (void)replay(flaws[i], &report.failure[report.n - 1]);
    }
}

static void the_only_copy_erased_is_lost_by_one_clean_cut(void **state)
{
    struct explore_options o = deep(1);
    o.tears = 2;
    campaign(TOY_ERASES_FIRST, &o);
    assert_true(has(&report, "toy:g1:c4:t1:k"));
    assert_string_equal(report.failure[0].text, "there is no number any more");
    assert_int_equal(report.failure[0].end, EXPLORE_WRONG);
}

static void what_is_settled_late_takes_two_cuts_to_find(void **state)
{
    struct explore_options o = deep(1);
    campaign(TOY_SETTLES_LATE, &o);
    assert_int_equal(report.failed, 0);
    o.depth = 2;
    campaign(TOY_SETTLES_LATE, &o);
    assert_int_not_equal(report.failed, 0);
}

static void trust_in_unstable_bits_is_found_only_by_them(void **state)
{
    struct explore_options o = deep(3);
    o.tears = 2;
    campaign(TOY_TRUSTS_UNSTABLE, &o);
    assert_int_equal(report.failed, 0);
    o.tears = 4;
    campaign(TOY_TRUSTS_UNSTABLE, &o);
    assert_int_not_equal(report.failed, 0);
}

static void a_loop_without_end_is_a_hang(void **state)
{
    struct explore_options o = deep(1);
    campaign(TOY_ASSUMES_ONE, &o);
    assert_int_not_equal(report.failed, 0);
    assert_int_equal(report.failure[0].end, EXPLORE_HANG);
}

static void a_law_broken_is_a_fault(void **state)
{
    struct explore_options o = deep(1);
    campaign(TOY_REPROGRAMS, &o);
    assert_int_not_equal(report.failed, 0);
    assert_int_equal(report.failure[0].end, EXPLORE_FAULT);
    assert_non_null(strstr(report.failure[0].text, "would bring back bits"));
}

static void life_after_a_check_is_tried(void **state)
{
    struct explore_options o = deep(1);
    campaign(TOY_FORGETS_ORDER, &o);
    assert_true(has(&report, "toy:g2:k:k:a:k"));
}

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
    o.limit = LIMIT;
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
    assert_true(has(&report, "twice:g0:o0:k:k"));
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
    assert_true(has(&report, "blank:g0:c1:t3:k:k:r1"));
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
    assert_true(has(&report, "some:g0:c1:t2:k:r1"));
    assert_true(has(&report, "some:g0:c1:t2:k:r2"));
    assert_int_equal(report.failed, 2);
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

/* What each cut leaves is asked in one run; a run cut there must leave the same. */
static void cuts_asked_for_in_one_run_are_those_of_a_run_each(void **state)
{
    static struct explore_report each;
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f += 2) {
        struct explore_options o = deep(2);
        o.bodies = 2;
        o.again = true;
        campaign((enum toy_flaw)f, &o);
        each = report;
        o.again = false;
        campaign((enum toy_flaw)f, &o);
        assert_memory_equal(&each, &report, sizeof(report));
    }
}

/* ---- exhaustion ---------------------------------------------------------------------- */

static struct {
    uint64_t hash[HASHES];
    unsigned n;
} seen[2];

static void remember(void *arg, uint64_t hash)
{
    unsigned which = *(unsigned *)arg;
    assert_true(seen[which].n < HASHES);
    seen[which].hash[seen[which].n++] = hash;
}

static int by_hash(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return (*x > *y) - (*x < *y);
}

/* In order, each once. */
static void tidy(unsigned which)
{
    uint64_t *h = seen[which].hash;
    qsort(h, seen[which].n, sizeof(*h), by_hash);
    unsigned kept = 0;
    for (unsigned i = 0; i < seen[which].n; i++) {
        if (kept == 0 || h[kept - 1] != h[i]) {
            h[kept++] = h[i];
        }
    }
    seen[which].n = kept;
}

static void watch(struct explore_options *o, unsigned *which)
{
    seen[*which].n = 0;
    o->seen = remember;
    o->seen_arg = which;
}

static void exhaustion_of_a_right_store_ends(void **state)
{
    const struct explore_options o = {.tears = 4, .limit = LIMIT};
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    assert_true(report.complete);
    assert_int_equal(report.failed, 0);
    /* A number in 2 sectors: more states than a few, each left by many ways. */
    assert_in_range(report.states, 1000, 10000);
    assert_true(report.edges > 100 * report.states);
}

static void exhaustion_finds_what_is_wrong_by_a_shortest_way(void **state)
{
    const struct explore_options o = {.tears = 4, .limit = LIMIT};
    for (int f = TOY_ERASES_FIRST; f <= TOY_REPROGRAMS; f++) {
        assert_true(explore_exhaust(toy_case((enum toy_flaw)f), &o, &report));
        assert_int_not_equal(report.failed, 0);
        assert_false(report.complete);
        (void)replay((enum toy_flaw)f, &report.failure[0]);
        (void)replay((enum toy_flaw)f, &report.failure[report.n - 1]);
    }
}

static void exhaustion_knows_every_state_that_a_campaign_meets(void **state)
{
    unsigned first = 0;
    unsigned second = 1;
    struct explore_options o = {.tears = 4, .limit = LIMIT, .depth = 4};
    watch(&o, &first);
    campaign(TOY_RIGHT, &o);
    watch(&o, &second);
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    tidy(0);
    tidy(1);
    assert_true(seen[0].n > 100);
    for (unsigned i = 0; i < seen[0].n; i++) {
        assert_non_null(bsearch(
                &seen[0].hash[i], seen[1].hash, seen[1].n, sizeof(uint64_t), by_hash));
    }
}

static void exhaustion_gives_up_when_there_are_too_many_states(void **state)
{
    const struct explore_options o = {.tears = 4, .limit = LIMIT, .states = 500};
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    assert_false(report.complete);
    assert_int_equal(report.failed, 0);
}

/* ---- merging, shards, threads ----------------------------------------------------------- */

static void merging_loses_no_state_and_no_failure(void **state)
{
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f += 3) {
        unsigned first = 0;
        unsigned second = 1;
        struct explore_options o = {.depth = 3, .tears = 3, .limit = LIMIT};
        watch(&o, &first);
        campaign((enum toy_flaw)f, &o);
        uint64_t merged_states = report.states;
        bool found = report.failed != 0;
        watch(&o, &second);
        o.apart = true;
        campaign((enum toy_flaw)f, &o);
        assert_int_equal(found, report.failed != 0);
        assert_int_equal(report.merged, 0);
        assert_true(report.states > merged_states);
        tidy(0);
        tidy(1);
        assert_int_equal(seen[0].n, merged_states);
        assert_int_equal(seen[0].n, seen[1].n);
        assert_memory_equal(seen[0].hash, seen[1].hash, seen[0].n * sizeof(uint64_t));
    }
}

static void shards_add_up_to_the_whole(void **state)
{
    static struct explore_report whole;
    static struct explore_report sum;
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f++) {
        struct explore_options o = {
                .depth = 2, .bodies = 2, .tears = 4, .limit = LIMIT, .apart = true};
        campaign((enum toy_flaw)f, &o);
        whole = report;
        o.shards = 3;
        for (o.shard = 0; o.shard < 3; o.shard++) {
            campaign((enum toy_flaw)f, &o);
            if (o.shard == 0) {
                sum = report;
            } else {
                explore_merge(&sum, &report);
            }
        }
        assert_int_equal(sum.points, whole.points);
        assert_int_equal(sum.cuts, whole.cuts);
        assert_int_equal(sum.boots, whole.boots);
        assert_int_equal(sum.states, whole.states);
        assert_int_equal(sum.failed, whole.failed);
        for (unsigned i = 0; i < whole.n && whole.n < EXPLORE_FAILURES; i++) {
            assert_true(has(&sum, whole.failure[i].id));
        }
    }
}

static void any_number_of_jobs_gives_the_same_report(void **state)
{
    static struct explore_report alone;
    struct explore_options o = deep(2);
    campaign(TOY_SETTLES_LATE, &o);
    alone = report;
    o.jobs = 3;
    campaign(TOY_SETTLES_LATE, &o);
    assert_memory_equal(&alone, &report, sizeof(report));
    o.tears = 3;
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    alone = report;
    o.jobs = 1;
    assert_true(explore_exhaust(toy_case(TOY_RIGHT), &o, &report));
    assert_memory_equal(&alone, &report, sizeof(report));
}

static void the_same_seed_is_the_same_soak_and_another_is_not(void **state)
{
    static struct explore_report first;
    struct explore_options o = {.cuts = 500, .limit = LIMIT, .seed = 1};
    assert_true(explore_soak(toy_case(TOY_TRUSTS_UNSTABLE), &o, &first));
    assert_true(explore_soak(toy_case(TOY_TRUSTS_UNSTABLE), &o, &report));
    assert_memory_equal(&first, &report, sizeof(report));
    o.seed = 2;
    assert_true(explore_soak(toy_case(TOY_TRUSTS_UNSTABLE), &o, &report));
    assert_memory_not_equal(&first, &report, sizeof(report));
}

/* ---- long lives ----------------------------------------------------------------------------- */

static void states_that_are_forgotten_are_looked_at_again(void **state)
{
    static struct explore_report all;
    for (int f = TOY_RIGHT; f <= TOY_REPROGRAMS; f += 3) {
        struct explore_options o = {.depth = 3, .bodies = 4, .tears = 4, .limit = LIMIT};
        assert_true(explore_campaign(toy_case((enum toy_flaw)f), &o, &report));
        all = report;
        o.kept = 20;
        assert_true(explore_campaign(toy_case((enum toy_flaw)f), &o, &report));
        assert_int_equal(report.complete, all.complete);
        assert_int_equal(report.points, all.points);
        assert_true(report.cuts >= all.cuts && report.states >= all.states);
        assert_true(report.boots >= all.boots);
        assert_int_equal(report.deepest, all.deepest);
        assert_int_equal(report.failed != 0, all.failed != 0);
    }
}

static void of_operations_that_are_alike_one_is_cut(void **state)
{
    for (int f = TOY_RIGHT; f <= TOY_TRUSTS_UNSTABLE; f += TOY_TRUSTS_UNSTABLE) {
        struct explore_options o = {.depth = 2, .bodies = 30, .tears = 4, .limit = LIMIT};
        campaign((enum toy_flaw)f, &o);
        uint64_t points = report.points;
        o.novel = 4;
        campaign((enum toy_flaw)f, &o);
        assert_true(report.points * 4 < points);
        assert_true(report.alike > report.bodies);
        assert_int_equal(report.bodies + report.alike, 3 * 30);
        assert_int_equal(report.failed != 0, f != TOY_RIGHT);
    }
}

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
    const struct explore_options o = {.bodies = 9, .tears = 1, .limit = LIMIT};
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

/* ---- ids and what a replay says ------------------------------------------------------------ */

static bool understood(const char *id)
{
    FILE *to = fopen("/dev/null", "w");
    assert_non_null(to);
    enum explore_end end;
    const struct explore_options o = {.limit = LIMIT};
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
    const char *text = replay(TOY_ERASES_FIRST, &f);
    assert_non_null(
            strstr(text, "body (put 1), power fails in operation 5: half of its"));
    assert_non_null(strstr(text, "0x00000040  torn"));
    assert_non_null(strstr(text, "held FFFFFFFF  was to hold 5A000101"));
    strcpy(f.id, "toy:g1:c4:t3:k");
    text = replay(TOY_ERASES_FIRST, &f);
    assert_non_null(strstr(text, "0x00000000  unstable"));
    assert_non_null(strstr(text, "unstable bits A5FFFEFF"));
    strcpy(f.id, "toy:g1:c4:t1:k");
    text = replay(TOY_ERASES_FIRST, &f);
    assert_non_null(strstr(text, "0x00000000  new       held 5A000100"));
}

static void a_setup_that_fails_is_said_at_once(void **state)
{
    static struct explore_scenario broken;
    broken = toy_scenario;
    broken.setup = NULL;
    struct explore_case c = *toy_case(TOY_RIGHT);
    c.scenario = &broken;
    const struct explore_options o = {.limit = LIMIT};
    assert_true(explore_campaign(&c, &o, &report));
    assert_false(report.complete);
    assert_int_equal(report.failed, 1);
    assert_string_equal(report.failure[0].text, "there is no number any more");
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
            cmocka_unit_test(the_second_boot_is_judged_too),
            cmocka_unit_test(the_second_boot_reads_unstable_bits_in_each_way),
            cmocka_unit_test(the_first_boot_reads_unstable_bits_in_each_way),
            cmocka_unit_test(bodies_follow_each_other),
            cmocka_unit_test(a_run_that_is_not_like_the_one_before_is_a_failure),
            cmocka_unit_test(cuts_asked_for_in_one_run_are_those_of_a_run_each),
            cmocka_unit_test(exhaustion_of_a_right_store_ends),
            cmocka_unit_test(exhaustion_finds_what_is_wrong_by_a_shortest_way),
            cmocka_unit_test(exhaustion_knows_every_state_that_a_campaign_meets),
            cmocka_unit_test(exhaustion_gives_up_when_there_are_too_many_states),
            cmocka_unit_test(merging_loses_no_state_and_no_failure),
            cmocka_unit_test(shards_add_up_to_the_whole),
            cmocka_unit_test(any_number_of_jobs_gives_the_same_report),
            cmocka_unit_test(states_that_are_forgotten_are_looked_at_again),
            cmocka_unit_test(of_operations_that_are_alike_one_is_cut),
            cmocka_unit_test(of_a_long_row_the_beginning_and_samples_are_cut),
            cmocka_unit_test(of_a_long_body_operations_are_cut_evenly_spread),
            cmocka_unit_test(of_boots_that_are_alike_one_is_cut_after_each_kind_of_cut),
            cmocka_unit_test(strides_lead_far_where_nothing_new_happens),
            cmocka_unit_test(the_same_seed_is_the_same_soak_and_another_is_not),
            cmocka_unit_test(an_id_that_is_none_is_refused),
            cmocka_unit_test(a_replay_shows_what_each_word_held),
            cmocka_unit_test(a_setup_that_fails_is_said_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
