/* map.c - what a cut left, word by word, for people.
 *
 * The same run is cut three times in the same operation: before it, after it
 * and in the way asked about. What the operation was to do is the difference
 * of the first two; no machine needs to tell.
 *
 * SPDX-License-Identifier: MIT
 */
#include "explore/map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 4, FEW = 6 };

enum fate { UNTOUCHED, OLD, NEW, TORN, UNSTABLE };

static const char *const fate_names[] = {"untouched", "old", "new", "torn", "unstable"};

struct map {
    uint32_t size, address;
    uint8_t *old, *new, *now, *loose, *loose_old;
};

struct look {
    struct worker *w;
    const struct node *start;
    const struct step *step;
};

static bool look(
        const struct look *l, struct silicon_tear tear, uint8_t *data, uint8_t *loose)
{
    struct worker *w = l->w;
    node_put(w, l->start);
    struct explore_outcome out = worker_tear(w, l->step, tear);
    const struct explore_machine_ops *ops = w->machine->ops;
    ops->peek(w->machine, 0, data, loose, ops->size(w->machine));
    return out.end == EXPLORE_CUT;
}

static uint32_t get_word(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static enum fate fate_of(const struct map *m, uint32_t at)
{
    uint32_t old = get_word(m->old + at);
    uint32_t new = get_word(m->new + at);
    uint32_t now = get_word(m->now + at);
    uint32_t loose = get_word(m->loose + at);
    if (loose != 0 && loose != get_word(m->loose_old + at)) {
        return UNSTABLE;
    }
    if (old == new &&now == old) {
        return UNTOUCHED;
    }
    if (now == old) {
        return OLD;
    }
    return now == new ? NEW : TORN;
}

static void print_word(const struct map *m, uint32_t at, enum fate fate, FILE *to)
{
    (void)fprintf(to,
            "      0x%08" PRIX32 "  %-8s  held %08" PRIX32 "  was to hold %08" PRIX32
            "  holds %08" PRIX32,
            m->address + at, fate_names[fate], get_word(m->old + at),
            get_word(m->new + at), get_word(m->now + at));
    uint32_t loose = get_word(m->loose + at);
    if (loose != 0) {
        (void)fprintf(to, "  unstable bits %08" PRIX32, loose);
    }
    (void)fputc('\n', to);
}

static bool in_doubt(enum fate fate)
{
    return fate == TORN || fate == UNSTABLE;
}

/* Where words like the one at `at` end. What an operation was cut in goes on over a few
 * words that came out whole. */
static uint32_t run_end(const struct map *m, uint32_t at)
{
    enum { WHOLE = 64 * WORD };
    enum fate fate = fate_of(m, at);
    uint32_t end = at + WORD;
    for (uint32_t i = end; i < m->size; i += WORD) {
        enum fate next = fate_of(m, i);
        bool alike = in_doubt(fate) ? in_doubt(next) : next == fate;
        if (alike) {
            end = i + WORD;
        } else if (!in_doubt(fate) || i - end >= WHOLE) {
            break;
        }
    }
    return end;
}

/* "829 words, all new", "4096 words, 2048 torn, 2010 unstable, 38 untouched". */
static void print_sum(const struct map *m, uint32_t at, uint32_t end, FILE *to)
{
    enum { FATES = UNSTABLE + 1 };
    static const enum fate order[FATES] = {TORN, UNSTABLE, OLD, NEW, UNTOUCHED};
    uint32_t n[FATES] = {0};
    uint32_t words = (end - at) / WORD;
    for (uint32_t i = at; i < end; i += WORD) {
        n[fate_of(m, i)]++;
    }
    (void)fprintf(to, "      ... to 0x%08" PRIX32 ": %" PRIu32 " words",
            m->address + end - WORD, words);
    for (size_t i = 0; i < FATES; i++) {
        const char *name = fate_names[order[i]];
        if (n[order[i]] == words) {
            (void)fprintf(to, ", all %s", name);
        } else if (n[order[i]] != 0) {
            (void)fprintf(to, ", %" PRIu32 " %s", n[order[i]], name);
        }
    }
    (void)fputc('\n', to);
}

/* Words that belong together: all of them, or of many the first few. */
static uint32_t print_run(const struct map *m, uint32_t at, FILE *to)
{
    if (fate_of(m, at) == UNTOUCHED) {
        return at + WORD;
    }
    uint32_t end = run_end(m, at);
    uint32_t n = (end - at) / WORD;
    uint32_t shown = n <= FEW ? n : FEW / 2;
    for (uint32_t i = 0; i < shown; i++) {
        print_word(m, at + i * WORD, fate_of(m, at + i * WORD), to);
    }
    if (shown < n) {
        print_sum(m, at, end, to);
    }
    return end;
}

static void print_all(const struct map *m, FILE *to)
{
    bool any = false;
    for (uint32_t at = 0; at < m->size;) {
        any = any || fate_of(m, at) != UNTOUCHED;
        at = print_run(m, at, to);
    }
    if (!any) {
        (void)fputs("      no word was to change, and none did\n", to);
    }
}

void map_print(struct worker *w, const struct step *s, struct silicon_tear tear, FILE *to)
{
    uint32_t size = w->machine->ops->size(w->machine);
    uint8_t *memory = calloc(5, size);
    struct node start;
    if (memory == NULL || !node_take(&start, w)) {
        free(memory);
        return;
    }
    const struct map m = {.size = size,
            .address = w->machine->ops->address(w->machine),
            .old = memory,
            .new = memory + size,
            .now = memory + (size_t)size * 2,
            .loose = memory + (size_t)size * 3,
            .loose_old = memory + (size_t)size * 4};
    const struct silicon_tear none = {.kind = SILICON_TEAR_NONE};
    const struct silicon_tear done = {.kind = SILICON_TEAR_DONE};
    bool canonical = w->canonical;
    w->canonical = false; /* people want to see what was there */
    const struct look l = {w, &start, s};
    if (look(&l, done, m.new, m.loose) && look(&l, none, m.old, m.loose_old) &&
            look(&l, tear, m.now, m.loose)) {
        print_all(&m, to);
    }
    w->canonical = canonical;
    node_put(w, &start);
    node_drop(&start, w->machine->ops);
    free(memory);
}
