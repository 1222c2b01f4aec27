/* SPDX-License-Identifier: MIT */
#include "support/moves_campaign.h"

#include "support/cm.h"

void moves_campaign(const struct explore_case *c, struct explore_options o,
        struct explore_report *report)
{
    o.limit = 1000000;
    assert_true(explore_campaign(c, &o, report));
    if (report->failed) {
        fail_msg("%s: %s", report->failure[0].id, report->failure[0].text);
    }
    assert_true(report->complete);
}

void moves_cut_twice(unsigned n, unsigned places, unsigned novel)
{
    static struct explore_report report;
    const struct explore_options o = {.depth = 2,
            .bodies = places,
            .tears = 4,
            .reads = 2,
            .novel = novel,
            .boots_alike = true};
    moves_campaign(&moves_small_on[n], o, &report);
    assert_int_equal(report.deepest, 2);
    assert_int_not_equal(report.spared, 0);
}
