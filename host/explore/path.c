/* path.c - ids: a way from setup to a failure, as a word to type.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "explore/explore_priv.h"

void path_append(struct path *p, const struct step *s)
{
    if (p->n < PATH_STEPS) {
        p->step[p->n++] = *s;
    }
}

/* ---- to text ---------------------------------------------------------------- */

struct text {
    char *at;
    size_t used;
};

static void put(struct text *t, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static void put(struct text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(t->at + t->used, EXPLORE_ID - t->used, format, args);
    va_end(args);
    if (n > 0) {
        t->used += (size_t)n;
    }
    if (t->used >= EXPLORE_ID) {
        t->used = EXPLORE_ID - 1;
    }
}

/* A cut at the start is one of the body, a cut after a cut one of a check;
 * anything else must be said. */
static bool goes_without_saying(const struct path *p, unsigned i)
{
    const struct step *s = &p->step[i];
    if (s->cut == 0) {
        return false;
    }
    if (i == 0) {
        return s->phase == EXPLORE_BODY && s->op == 0;
    }
    return s->phase == EXPLORE_CHECK && p->step[i - 1].cut != 0;
}

static void put_step(struct text *t, const struct path *p, unsigned i)
{
    const struct step *s = &p->step[i];
    if (!goes_without_saying(p, i)) {
        switch (s->phase) {
        case EXPLORE_CHECK: put(t, ":k"); break;
        case EXPLORE_AFTER: put(t, ":a"); break;
        case EXPLORE_BODY:
        case EXPLORE_SETUP:
        default: put(t, ":o%u", s->op); break;
        }
    }
    if (s->cut != 0) {
        put(t, ":c%" PRIu64, s->cut);
    }
    if (s->tear != 0) {
        put(t, ":t%u", s->tear);
    }
    if (s->reads != 0) {
        put(t, ":r%u", s->reads);
    }
}

void path_print(const struct explore_case *c, const struct path *p, char id[EXPLORE_ID])
{
    struct text t = {id, 0};
    id[0] = '\0';
    put(&t, "%s:g%u", c->scenario->name, p->geometry);
    if (p->soak) {
        put(&t, ":s%" PRIu32 ":n%" PRIu64, p->seed, p->nth);
        return;
    }
    if (p->exhaust) {
        put(&t, ":x");
    }
    if (p->body > 1) {
        put(&t, ":b%u", p->body);
    }
    for (unsigned i = 0; i < p->n; i++) {
        put_step(&t, p, i);
    }
}

/* ---- and back ----------------------------------------------------------------- */

/* A token's letter and number: "c17". Its end, or NULL. */
static const char *read_token(const char *at, char *letter, uint64_t *number)
{
    if (*at != ':' || at[1] == '\0') {
        return NULL;
    }
    *letter = at[1];
    at += 2;
    *number = 0;
    if (strchr("kax", *letter) != NULL) {
        return *at == ':' || *at == '\0' ? at : NULL;
    }
    if (*at < '0' || *at > '9') {
        return NULL;
    }
    char *end;
    *number = strtoull(at, &end, 10);
    return *end == ':' || *end == '\0' ? end : NULL;
}

static struct step *open_step(struct path *p, enum explore_phase phase, uint64_t op)
{
    if (p->n == PATH_STEPS) {
        return NULL;
    }
    const struct step fresh = {.phase = phase, .op = (unsigned)op};
    p->step[p->n] = fresh;
    return &p->step[p->n++];
}

static bool take_cut(struct path *p, uint64_t number)
{
    struct step *s = p->n == 0 ? NULL : &p->step[p->n - 1];
    if (s == NULL) {
        s = open_step(p, EXPLORE_BODY, 0);
    } else if (s->cut != 0) {
        s = open_step(p, EXPLORE_CHECK, 0);
    }
    if (s == NULL || number == 0) {
        return false;
    }
    s->cut = number;
    return true;
}

static bool take_detail(struct path *p, char letter, uint64_t number)
{
    if (p->n == 0) {
        return false;
    }
    struct step *s = &p->step[p->n - 1];
    if (letter == 't') {
        s->tear = (unsigned)number;
        return s->cut != 0 && number < explore_tears_n;
    }
    s->reads = (unsigned)number;
    return true;
}

static bool take_token(struct path *p, char letter, uint64_t number)
{
    switch (letter) {
    case 'g': p->geometry = (unsigned)number; return true;
    case 'x': p->exhaust = true; return p->n == 0;
    case 'b': p->body = (unsigned)number; return number > 0 && p->n == 0;
    case 's':
        p->soak = true;
        p->seed = (uint32_t)number;
        return p->n == 0;
    case 'n': p->nth = number; return p->soak;
    case 'o': return open_step(p, EXPLORE_BODY, number) != NULL;
    case 'k': return open_step(p, EXPLORE_CHECK, 0) != NULL;
    case 'a': return open_step(p, EXPLORE_AFTER, 0) != NULL;
    case 'c': return take_cut(p, number);
    case 't':
    case 'r': return take_detail(p, letter, number);
    default: return false;
    }
}

bool path_parse(const struct explore_case *c, const char *id, struct path *p)
{
    size_t len = strlen(c->scenario->name);
    memset(p, 0, sizeof(*p));
    p->geometry = c->geometry;
    p->body = 1;
    if (strncmp(id, c->scenario->name, len) != 0) {
        return false;
    }
    const char *at = id + len;
    while (*at != '\0') {
        char letter;
        uint64_t number;
        at = read_token(at, &letter, &number);
        if (at == NULL || !take_token(p, letter, number)) {
            return false;
        }
    }
    unsigned ops = ops_of(c);
    for (unsigned i = 0; i < p->n; i++) {
        if (p->step[i].op >= ops) {
            return false;
        }
    }
    return p->geometry == c->geometry;
}
