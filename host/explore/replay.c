/* replay.c - one path again, told step by step.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "explore/map.h"
#include "file/utf8.h"

/* ---- sentences -------------------------------------------------------------------- */

static void name_step(const struct explore_case *c, const struct step *s, FILE *to)
{
    switch (s->phase) {
    case EXPLORE_CHECK: (void)fputs("boot and check", to); break;
    case EXPLORE_AFTER: (void)fputs("life goes on", to); break;
    case EXPLORE_SETUP: (void)fputs("setup", to); break;
    case EXPLORE_BODY:
    default:
        (void)fputs("body", to);
        if (c->scenario->op_name != NULL) {
            (void)fprintf(to, " (%s)", c->scenario->op_name(c->param, s->op));
        } else if (ops_of(c) > 1) {
            (void)fprintf(to, " (operation %u)", s->op);
        }
    }
}

static const char *name_tear(enum silicon_tear_kind kind)
{
    switch (kind) {
    case SILICON_TEAR_NONE: return "before it began";
    case SILICON_TEAR_DONE: return "just after it";
    case SILICON_TEAR_MASK: return "chosen bits of it done";
    case SILICON_TEAR_RANDOM: return "half of its bits done";
    case SILICON_TEAR_UNSTABLE: return "bits left unstable";
    case SILICON_TEAR_ZEROED: return "of an erase: all cells zero";
    case SILICON_TEAR_PREFIX: return "its first part done";
    case SILICON_TEAR_MARGINAL: return "done, but marginal";
    default: return "torn";
    }
}

/* What the machine has to tell of this step; the state is then as before. */
static void tell_story(
        struct worker *w, const struct step *s, struct silicon_tear tear, FILE *to)
{
    const struct explore_machine_ops *ops = w->machine->ops;
    struct node start;
    if (ops->tell == NULL || !node_take(&start, w)) {
        return;
    }
    ops->tell(w->machine, to);
    (void)worker_tear(w, s, tear);
    ops->tell(w->machine, NULL);
    node_put(w, &start);
    node_drop(&start, ops);
}

static void tell_begin(
        struct worker *w, const struct step *s, struct silicon_tear tear, FILE *to)
{
    (void)fputs("  ", to);
    name_step(w->c, s, to);
    if (s->cut != 0) {
        (void)fprintf(to, ", power fails in operation %" PRIu64 ": %s", s->cut,
                name_tear(tear.kind));
    }
    (void)fputc('\n', to);
    tell_story(w, s, tear, to);
    if (s->cut != 0) {
        map_print(w, s, tear, to);
    }
}

static void tell_text(const char *what, const char *text, FILE *to)
{
    (void)fprintf(to, "    %s: ", what);
    utf8_print(to, text);
    (void)fputc('\n', to);
}

static void tell_end(const struct step *s, const struct explore_outcome *out, FILE *to)
{
    switch (out->end) {
    case EXPLORE_CUT:
    case EXPLORE_MISSED: break;
    case EXPLORE_DONE:
        (void)fprintf(to, "    %s, %" PRIu64 " operations\n",
                s->cut == 0 ? "went well" : "came to its end uncut", out->ops);
        break;
    case EXPLORE_FAULT: tell_text("fault", out->text, to); break;
    case EXPLORE_HANG: tell_text("hangs", out->text, to); break;
    case EXPLORE_WRONG:
    default: tell_text("wrong", out->text, to);
    }
}

/* ---- a path --------------------------------------------------------------------------- */

static struct explore_outcome tell_step(struct worker *w, const struct step *s, FILE *to)
{
    tell_begin(w, s, explore_tears[s->tear], to);
    struct explore_outcome out = worker_step(w, s);
    if (s->phase == EXPLORE_CHECK && out.end == EXPLORE_DONE && s->cut == 0) {
        (void)fprintf(to, "    all is right, %" PRIu64 " operations\n", out.ops);
    } else {
        tell_end(s, &out, to);
    }
    return out;
}

/* The bodies that went before, as in a campaign. */
static struct explore_outcome go_to_body(struct worker *w, unsigned body)
{
    struct explore_outcome out = {.end = EXPLORE_DONE};
    struct shapes gone = {NULL, 0, 0};
    struct step s;
    for (unsigned b = 1; b < body && out.end == EXPLORE_DONE; b++) {
        out = go_to_next(w, &gone, b, &s);
    }
    free(gone.at);
    return out;
}

/* To where the body begins. Worth telling if that fails, or nothing else is asked for. */
static struct explore_outcome tell_setup(struct worker *w, const struct path *p, FILE *to)
{
    const struct explore_machine_ops *ops = w->machine->ops;
    const struct step setup = {.phase = EXPLORE_SETUP};
    struct explore_outcome out = worker_setup(w);
    if (out.end == EXPLORE_DONE && p->n > 0) {
        return out;
    }
    bool made = w->c->scenario->setup != NULL;
    (void)fprintf(to, "  %sboot and check\n", made ? "setup, " : "");
    if (ops->tell != NULL) {
        ops->tell(w->machine, to);
        out = worker_setup(w);
        ops->tell(w->machine, NULL);
    }
    tell_end(&setup, &out, to);
    return out;
}

static struct explore_outcome tell_path(struct worker *w, const struct path *p, FILE *to)
{
    w->canonical = p->exhaust;
    struct explore_outcome out = tell_setup(w, p, to);
    if (out.end == EXPLORE_DONE && p->body > 1) {
        const struct step bodies = {.phase = EXPLORE_BODY};
        out = go_to_body(w, p->body);
        if (out.end != EXPLORE_DONE) {
            tell_end(&bodies, &out, to);
        }
    }
    if (out.end != EXPLORE_DONE) {
        return out;
    }
    bool alive = true;
    for (unsigned i = 0; i < p->n && alive; i++) {
        out = tell_step(w, &p->step[i], to);
        if (p->step[i].cut != 0 && out.end == EXPLORE_DONE) {
            out.end = EXPLORE_MISSED; /* what follows would be another path */
        }
        alive = out.end == EXPLORE_DONE || out.end == EXPLORE_CUT;
    }
    if (alive && p->n > 0 && p->step[p->n - 1].cut != 0) {
        const struct step check = {.phase = EXPLORE_CHECK};
        out = tell_step(w, &check, to);
    }
    return out;
}

/* ---- a soak ------------------------------------------------------------------------------ */

struct told_soak {
    struct soak *soak;
    uint64_t nth;
    FILE *to;
};

/* Only the last cut and what follows is worth reading. */
static void tell_soak(void *arg, const struct step *s, struct silicon_tear tear)
{
    struct told_soak *t = arg;
    if (t->soak->cuts + 1 >= t->nth) {
        tell_begin(t->soak->w, s, tear, t->to);
    }
}

static struct explore_outcome tell_soak_path(
        struct worker *w, const struct path *p, FILE *to)
{
    struct soak k;
    struct told_soak t = {&k, p->nth, to};
    struct explore_outcome out = soak_begin(&k, w, p->seed, UINT64_MAX);
    k.before = tell_soak;
    k.before_arg = &t;
    while (out.end == EXPLORE_DONE || out.end == EXPLORE_CUT) {
        out = soak_round(&k);
        bool failed = out.end != EXPLORE_DONE && out.end != EXPLORE_CUT;
        if (k.cuts > p->nth || (failed && k.cuts == p->nth)) {
            break;
        }
        if (failed) {
            out = soak_again(&k);
        }
    }
    const struct step last = {.phase = EXPLORE_CHECK};
    tell_end(&last, &out, to);
    return out;
}

bool explore_replay(const struct explore_case *c, const struct explore_options *o,
        const char *id, FILE *to, enum explore_end *end)
{
    struct path p;
    if (!path_parse(c, id, &p)) {
        return false;
    }
    struct worker w;
    bool good = worker_open(&w, c, o, NULL);
    if (good) {
        (void)fprintf(to, "%s\n  %s\n", id, c->about == NULL ? "" : c->about);
        struct explore_outcome out =
                p.soak ? tell_soak_path(&w, &p, to) : tell_path(&w, &p, to);
        *end = out.end;
    }
    worker_close(&w);
    return good;
}
