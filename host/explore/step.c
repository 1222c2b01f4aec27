/* step.c - one run of a scenario's code on a machine, and how it ended.
 *
 * SPDX-License-Identifier: MIT
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "explore/explore_priv.h"

enum { DEFAULT_LIMIT = 20000000 };

/* The run that this thread is in: where explore_fail goes back to. */
struct trial {
    jmp_buf home;
    void (*code)(struct explore_ctx *c);
    struct explore_ctx ctx;
    bool failed;
    char text[EXPLORE_TEXT];
};

static _Thread_local struct trial *current;

/* ---- what a scenario says ------------------------------------------------------ */

static void __attribute__((format(printf, 1, 0))) say(const char *format, va_list args)
{
    if (current == NULL) {
        (void)vfprintf(stderr, format, args);
        (void)fputs(" (outside a run of the explorer)\n", stderr);
        abort();
    }
    (void)vsnprintf(current->text, sizeof(current->text), format, args);
    current->failed = true;
}

void explore_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    longjmp(current->home, 1);
}

void explore_expect(bool holds, const char *format, ...)
{
    if (holds) {
        return;
    }
    va_list args;
    va_start(args, format);
    say(format, args);
    va_end(args);
    longjmp(current->home, 1);
}

/* Left in three ways: the code returns, explore_fail jumps back here, or the
 * machine that called this jumps over it, on a cut or a fault. */
static void enter(void *arg, const struct etch_nor *nor)
{
    struct trial *t = arg;
    t->ctx.nor = nor;
    if (setjmp(t->home) == 0) {
        t->code(&t->ctx);
    }
}

/* ---- workers --------------------------------------------------------------------- */

uint64_t mix64(uint64_t x)
{
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

unsigned ops_of(const struct explore_case *c)
{
    unsigned ops = c->ops != 0 ? c->ops : c->scenario->ops;
    return ops == 0 ? 1 : ops;
}

bool worker_open(struct worker *w, const struct explore_case *c,
        const struct explore_options *o, const struct explore_machine *like)
{
    memset(w, 0, sizeof(*w));
    w->c = c;
    w->o = o;
    w->machine = like == NULL ? c->machine(c->param) : like->ops->twin(like);
    w->world = calloc(1, c->scenario->world_size + 1);
    if (w->machine == NULL || w->world == NULL) {
        return false;
    }
    w->blank = like == NULL ? w->machine->ops->save(w->machine) : NULL;
    return like != NULL || w->blank != NULL;
}

bool worker_torn(struct worker *w)
{
    if (w->torn != NULL || w->machine->ops->torn == NULL) {
        return w->torn != NULL;
    }
    w->torn = calloc(1, sizeof(*w->torn));
    return w->torn != NULL && worker_open(w->torn, w->c, w->o, w->machine);
}

void worker_tear_now(const struct worker *w, struct silicon_tear tear)
{
    const struct explore_scenario *s = w->c->scenario;
    struct worker *torn = w->torn;
    w->machine->ops->torn(torn->machine, w->machine, tear);
    memcpy(torn->world, w->world, s->world_size);
    if (w->canonical && s->canonical != NULL) {
        s->canonical(torn->machine, torn->world, w->c->param);
    }
}

static void close_one(struct worker *w)
{
    if (w->blank != NULL) {
        w->machine->ops->forget(w->blank);
    }
    if (w->machine != NULL) {
        w->machine->ops->drop(w->machine);
    }
    free(w->world);
}

void worker_close(struct worker *w)
{
    if (w->torn != NULL) {
        close_one(w->torn);
        free(w->torn);
    }
    close_one(w);
    memset(w, 0, sizeof(*w));
}

static void (*code_of(const struct explore_scenario *s, enum explore_phase phase))(
        struct explore_ctx *)
{
    switch (phase) {
    case EXPLORE_SETUP: return s->setup;
    case EXPLORE_CHECK: return s->check;
    case EXPLORE_AFTER: return s->after;
    case EXPLORE_BODY:
    default: return s->body;
    }
}

static struct explore_outcome run(
        struct worker *w, const struct step *s, struct silicon_tear tear)
{
    struct trial t = {.code = code_of(w->c->scenario, s->phase),
            .ctx = {.machine = w->machine,
                    .world = w->world,
                    .param = w->c->param,
                    .op = s->op}};
    const struct explore_run job = {.phase = s->phase,
            .op = s->op,
            .cut = s->cut,
            .tear = tear,
            .reads = s->reads,
            .limit = w->o->limit == 0 ? DEFAULT_LIMIT : w->o->limit,
            .code = t.code == NULL ? NULL : enter,
            .arg = &t,
            .begins = s->cut == 0 ? w->begins : NULL,
            .begins_arg = w->begins_arg};
    current = &t;
    struct explore_outcome out = w->machine->ops->run(w->machine, &job);
    current = NULL;
    if (out.end == EXPLORE_DONE && t.failed) {
        out.end = EXPLORE_WRONG;
        memcpy(out.text, t.text, sizeof(out.text));
    }
    // cppcheck-suppress returnDanglingLifetime ; values only, no pointer in it
    return out;
}

struct explore_outcome worker_tear(
        struct worker *w, const struct step *s, struct silicon_tear tear)
{
    struct explore_outcome out = run(w, s, tear);
    if (w->canonical && w->c->scenario->canonical != NULL) {
        w->c->scenario->canonical(w->machine, w->world, w->c->param);
    }
    return out;
}

struct explore_outcome worker_step(struct worker *w, const struct step *s)
{
    return worker_tear(w, s, explore_tears[s->tear]);
}

struct explore_outcome worker_watch(struct worker *w, const struct step *s,
        void (*begins)(void *arg, const struct explore_op *op), void *arg)
{
    w->begins = begins;
    w->begins_arg = arg;
    struct explore_outcome out = worker_step(w, s);
    w->begins = NULL;
    w->begins_arg = NULL;
    return out;
}

struct explore_outcome worker_setup(struct worker *w)
{
    const struct step setup = {.phase = EXPLORE_SETUP};
    const struct step check = {.phase = EXPLORE_CHECK};
    memset(w->world, 0, w->c->scenario->world_size);
    w->machine->ops->load(w->machine, w->blank);
    struct explore_outcome out = {.end = EXPLORE_DONE};
    if (w->c->scenario->setup != NULL) {
        out = worker_step(w, &setup);
    }
    if (out.end == EXPLORE_DONE) {
        out = worker_step(w, &check);
    }
    if (w->c->scenario->first) {
        memset(w->world, 0, w->c->scenario->world_size);
        w->machine->ops->load(w->machine, w->blank);
    }
    return out;
}
