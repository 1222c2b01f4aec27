/* soak.c - one image, thousands of cuts, never made anew unless it fails.
 *
 * Harsh on purpose about power that bounces: of the boots after a cut, many
 * are cut again. A quarter of the cuts comes within a dozen operations.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "explore/explore_priv.h"

enum { CUTS = 10000, SOON = 12, PROGRESS_EVERY = 256 };

static uint32_t soak_random(struct soak *k, uint32_t below)
{
    k->random += 0x9E3779B97F4A7C15u;
    return (uint32_t)((mix64(k->random) >> 32) * below >> 32);
}

/* A kind from the table; how it falls is new each time. */
static struct silicon_tear any_tear(struct soak *k)
{
    struct silicon_tear tear = explore_tears[soak_random(k, tears_of(k->w->o))];
    tear.seed = soak_random(k, UINT32_MAX);
    if (tear.kind == SILICON_TEAR_MASK) {
        tear.mask = soak_random(k, UINT32_MAX);
    } else if (tear.kind == SILICON_TEAR_PREFIX) {
        tear.mask = soak_random(k, 257);
    }
    return tear;
}

/* One run, cut after some operations if it gets there. */
static struct explore_outcome run(
        struct soak *k, enum explore_phase phase, uint32_t within)
{
    struct step s = {.phase = phase, .reads = soak_random(k, 1u << 16)};
    unsigned ops = ops_of(k->w->c);
    s.op = phase == EXPLORE_BODY && ops > 1 ? soak_random(k, ops) : 0;
    s.cut = within == 0 ? 0 : 1 + soak_random(k, within);
    struct silicon_tear tear = any_tear(k);
    if (k->before != NULL) {
        k->before(k->before_arg, &s, tear);
    }
    struct explore_outcome out = worker_tear(k->w, &s, tear);
    k->boots++;
    if (out.end == EXPLORE_CUT) {
        k->cuts++;
        k->boots--;
    }
    return out;
}

/* A run of the body; if it was cut, boots until one is not, and a second. */
struct explore_outcome soak_round(struct soak *k)
{
    bool soon = k->usual < SOON || soak_random(k, 4) == 0;
    uint32_t within = soon ? SOON : (uint32_t)k->usual;
    struct explore_outcome out = run(k, EXPLORE_BODY, within);
    k->usual = out.ops > k->usual ? out.ops : k->usual;
    if (out.end != EXPLORE_CUT) {
        return out;
    }
    do {
        out = run(k, EXPLORE_CHECK, soak_random(k, 10) < 3 ? SOON : 0);
    } while (out.end == EXPLORE_CUT && k->cuts < k->until);
    if (out.end == EXPLORE_DONE && soak_random(k, 2) == 0) {
        out = run(k, EXPLORE_CHECK, 0);
    }
    return out;
}

struct explore_outcome soak_again(struct soak *k)
{
    return worker_setup(k->w);
}

struct explore_outcome soak_begin(
        struct soak *k, struct worker *w, uint32_t seed, uint64_t until)
{
    memset(k, 0, sizeof(*k));
    k->w = w;
    k->random = mix64(seed + 1u);
    k->until = until;
    return soak_again(k);
}

static void show_progress(const struct soak *k, const struct explore_report *r)
{
    if (k->w->o->progress != NULL) {
        (void)fprintf(k->w->o->progress,
                "\r\033[K%s:g%u soak: %" PRIu64 " cuts, %" PRIu64 " failed",
                k->w->c->scenario->name, k->w->c->geometry, k->cuts, r->failed);
        (void)fflush(k->w->o->progress);
    }
}

static bool begun(
        const struct soak *k, const struct explore_outcome *out, struct explore_report *r)
{
    if (out->end != EXPLORE_DONE) {
        const struct path p = {.geometry = k->w->c->geometry, .body = 1};
        report_failure(r, k->w->c, &p, out);
    }
    return out->end == EXPLORE_DONE;
}

static bool soak(struct soak *k, struct explore_report *report)
{
    for (uint64_t round = 0; k->cuts < k->until; round++) {
        struct explore_outcome out = soak_round(k);
        if (round % PROGRESS_EVERY == 0) {
            show_progress(k, report);
        }
        if (out.end == EXPLORE_DONE || out.end == EXPLORE_CUT) {
            continue;
        }
        const struct path p = {.geometry = k->w->c->geometry,
                .soak = true,
                .seed = k->w->o->seed + k->w->o->shard,
                .nth = k->cuts};
        report_failure(report, k->w->c, &p, &out);
        out = soak_again(k);
        if (report->failed >= EXPLORE_FAILURES || !begun(k, &out, report)) {
            return false;
        }
    }
    return true;
}

bool explore_soak(const struct explore_case *c, const struct explore_options *o,
        struct explore_report *report)
{
    struct worker w;
    memset(report, 0, sizeof(*report));
    uint64_t cuts = o->cuts == 0 ? CUTS : o->cuts;
    cuts /= o->shards == 0 ? 1 : o->shards;
    bool good = worker_open(&w, c, o, NULL);
    if (good) {
        struct soak k;
        struct explore_outcome out = soak_begin(&k, &w, o->seed + o->shard, cuts);
        report->complete = begun(&k, &out, report) && soak(&k, report);
        report->cuts = k.cuts;
        report->boots = k.boots;
        if (o->progress != NULL) {
            (void)fputs("\r\033[K", o->progress);
        }
    }
    worker_close(&w);
    return good;
}
