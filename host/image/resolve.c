/* resolve.c - SPEC 2.2 and 3.3: which of all records is the last of its id.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "image/image_priv.h"

enum { SHORT_IDS = 1023, SHORT_MAX = 232 };

/* Ranks ascend; of equal ranks the copies come first; segments of sectors that
 * do not count come before all others, they are not looked at. */
static int by_rank(const void *left, const void *right)
{
    const struct segment *a = left;
    const struct segment *b = right;
    if (a->counts != b->counts) {
        return a->counts ? 1 : -1;
    }
    if (a->rank != b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }
    if (a->copy != b->copy) {
        return a->copy ? -1 : 1;
    }
    return a->begin < b->begin ? -1 : a->begin > b->begin;
}

static bool replaces_others(enum image_kind kind)
{
    return kind == IMAGE_VALUE || kind == IMAGE_COUNTER || kind == IMAGE_DELETION ||
           kind == IMAGE_NAME;
}

/* Two tables by id, of indices + 1: names, and all that replaces each other. */
struct latest {
    uint32_t *at[2];
};

static bool open_latest(struct latest *latest, const struct image *image)
{
    size_t ids = 1;
    for (uint32_t i = 0; i < image->records; i++) {
        ids = image->record[i].id >= ids ? image->record[i].id + 1u : ids;
    }
    latest->at[0] = calloc(2 * ids, sizeof(uint32_t));
    latest->at[1] = latest->at[0] == NULL ? NULL : latest->at[0] + ids;
    return latest->at[0] != NULL;
}

static void take_record(struct image *image, const struct latest *latest, uint32_t index)
{
    struct image_record *r = &image->record[index];
    if (!r->alive || !replaces_others(r->kind)) {
        return;
    }
    uint32_t *last = &latest->at[r->kind == IMAGE_NAME ? 1 : 0][r->id];
    if (*last != 0) {
        image->record[*last - 1].fate = IMAGE_SUPERSEDED;
    }
    *last = index + 1;
}

static void stale(struct image *image, const struct segment *g)
{
    for (uint32_t i = g->first; i < g->first + g->n; i++) {
        if (image->record[i].fate != IMAGE_MARK) {
            image->record[i].fate = IMAGE_STALE;
            image->record[i].alive = false;
        }
    }
}

/* A long record that had to be a short one. A short one has 4 bytes before its
 * value. */
static bool too_long(const struct image *image, const struct image_record *r)
{
    bool plain = !image->sector[r->sector].once;
    return plain && r->kind == IMAGE_VALUE && r->id < SHORT_IDS &&
           r->bytes_len <= SHORT_MAX && r->len > 4 + (r->bytes_len + 3) / 4 * 4;
}

/* Of what was replaced no checksum is wrong enough to be said: it may have been
 * purged (SPEC 5.5), or power may have failed in that. */
static void judge_record(struct image *image, const struct image_record *r)
{
    bool once = image->sector[r->sector].once;
    if (r->fate != IMAGE_CURRENT) {
        return;
    }
    if (r->sum_wrong && r->kind == IMAGE_BATCH) {
        damage_add(image, r->off, "3.3", "a batch's checksum is wrong");
    } else if (r->sum_wrong) {
        damage_add(image, r->off, once ? "4.3" : "3.3",
                "the %s of id %u is lost: its checksum is wrong",
                image_kind_name(r->kind), r->id);
    } else if (r->kind == IMAGE_STRANGE) {
        damage_add(image, r->off, once ? "4.2" : "3.2",
                "a record of a kind that is not known");
    } else if (too_long(image, r)) {
        damage_add(image, r->off, "3.2", "%u bytes of id %u in a long record",
                (unsigned)r->bytes_len, r->id);
    }
}

void resolve(struct image *image, struct segment *segments, unsigned n)
{
    struct latest latest;
    if (!open_latest(&latest, image)) {
        image->no_memory = true;
        return;
    }
    qsort(segments, n, sizeof(*segments), by_rank);
    for (unsigned k = 0; k < n; k++) {
        const struct segment *g = &segments[k];
        if (!g->counts) {
            stale(image, g);
            continue;
        }
        for (uint32_t i = g->first; i < g->first + g->n; i++) {
            take_record(image, &latest, i);
        }
    }
    for (uint32_t i = 0; i < image->records; i++) {
        judge_record(image, &image->record[i]);
    }
    free(latest.at[0]);
}
