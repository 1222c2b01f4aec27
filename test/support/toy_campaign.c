/* toy_campaign.c - campaigns on the toy.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "support/cm.h"
#include "support/toy_campaign.h"

struct explore_options toy_depth(unsigned depth)
{
    return (struct explore_options){.depth = depth, .bodies = 2, .limit = TOY_LIMIT};
}

void toy_campaign(enum toy_flaw flaw, const struct explore_options *o,
        struct explore_report *report)
{
    assert_true(explore_campaign(toy_case(flaw), o, report));
    assert_true(report->complete);
}

const char *toy_replay(enum toy_flaw flaw, const struct explore_failure *f)
{
    static char text[8192];
    memset(text, 0, sizeof(text));
    FILE *to = fmemopen(text, sizeof(text) - 1, "w");
    assert_non_null(to);
    enum explore_end end = EXPLORE_DONE;
    const struct explore_options o = {.limit = TOY_LIMIT};
    assert_true(explore_replay(toy_case(flaw), &o, f->id, to, &end));
    assert_int_equal(fclose(to), 0);
    assert_int_equal(end, f->end);
    assert_non_null(strstr(text, f->text));
    return text;
}

bool toy_has(const struct explore_report *r, const char *id)
{
    for (unsigned i = 0; i < r->n; i++) {
        if (strcmp(r->failure[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}
