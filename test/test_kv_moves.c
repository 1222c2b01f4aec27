/* test_kv_moves.c - power may fail in any operation while a whole sector is moved: on
 * little flash; on more of it, and twice in a row, in test_kv_moves_deep.c and
 * test_kv_moves_twice_deep.c; on chips in `./dev explore`. And the way there is what
 * kv_moves.h says.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "image/image.h"
#include "support/cm.h"
#include "support/moves_campaign.h"
#include "support/two_readers.h"

static struct explore_report report;

static void campaign(const struct explore_case *c, struct explore_options o)
{
    o.bodies = MOVES_PLACES;
    moves_campaign(c, o, &report);
}

/* ---- the way ------------------------------------------------------------------------ */

/* What the two sectors were as a body began, and as it ended. */
struct view {
    enum image_state other;
    uint32_t sequence; /* of the one that is written to */
};

enum { RUNS = 2 }; /* of a body without a cut: to its end, and to be cut */

static struct {
    unsigned op, runs;
    struct view begin[MOVES_PLACES], end[MOVES_PLACES];
} seen;

static struct view look(const struct etch_nor *nor)
{
    uint8_t *bytes = NULL;
    struct image *image = read_second(nor, &bytes);
    struct view view = {.other = IMAGE_FOREIGN};
    if (image != NULL) {
        const struct image_sector *s = image->sector;
        unsigned head = s[1].state == IMAGE_OPEN;
        view.sequence = s[head].sequence;
        view.other = s[1 - head].state;
    }
    image_drop(image);
    free(bytes);
    return view;
}

static void watched_body(struct explore_ctx *c)
{
    struct view begin = look(c->nor);
    moves_scenario.body(c);
    if (c->op == seen.op && seen.runs < RUNS * MOVES_PLACES) {
        seen.begin[seen.runs / RUNS] = begin;
        seen.end[seen.runs++ / RUNS] = look(c->nor);
    }
}

static void watch(enum moves_op op)
{
    struct explore_scenario watched = moves_scenario;
    struct explore_case c = moves_small[0];
    watched.body = watched_body;
    c.scenario = &watched;
    memset(&seen, 0, sizeof(seen));
    seen.op = op;
    campaign(&c, (struct explore_options){.tears = 1});
    assert_int_equal(seen.runs, RUNS * MOVES_PLACES);
    assert_int_equal(seen.begin[0].other, IMAGE_READY);
    assert_int_equal(seen.begin[1].other, IMAGE_DRAFT);
    assert_int_equal(seen.begin[2].other, IMAGE_REPLACED);
}

static void from_each_place_a_sector_is_moved(void **state)
{
    watch(MOVES_ALL);
    for (unsigned i = 0; i < MOVES_PLACES; i++) {
        assert_true(seen.end[i].sequence > seen.begin[i].sequence);
    }
}

static void a_few_changes_begin_a_draft_or_move_all_at_once(void **state)
{
    watch(MOVES_FEW);
    assert_int_equal(seen.end[0].other, IMAGE_DRAFT);
    assert_int_equal(seen.end[0].sequence, seen.begin[0].sequence);
    assert_int_equal(seen.end[1].other, IMAGE_REPLACED);
    assert_int_equal(seen.end[1].sequence, seen.begin[1].sequence + 1);
    assert_int_equal(seen.end[2].other, IMAGE_DRAFT);
    assert_int_equal(seen.end[2].sequence, seen.begin[2].sequence);
}

/* ---- cuts ------------------------------------------------------------------------------ */

static void power_may_fail_at_any_operation_of_a_move(void **state)
{
    for (unsigned i = 0; i < 2; i++) {
        campaign(
                &moves_small_on[i], (struct explore_options){.tears = 4, .novel = 2 - i});
        assert_int_equal(report.bodies + report.alike, MOVES_PLACES * MOVES_OPS);
        assert_in_range(report.points, 150, report.thinned);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
            cmocka_unit_test(from_each_place_a_sector_is_moved),
            cmocka_unit_test(a_few_changes_begin_a_draft_or_move_all_at_once),
            cmocka_unit_test(power_may_fail_at_any_operation_of_a_move),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
