/* search.c - where in some bytes there is a store.
 *
 * A sector of a store begins with a header whose checksum is right, unless it
 * is about to be erased. So what is found is the sectors that matter; between
 * them there may be holes, which hold nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "image/image_priv.h"

enum { STEP = 4, HEADER_ROWS = 4 * 32 /* the longest header: its cells have 32 bytes */ };

struct search {
    const uint8_t *bytes;
    uint32_t len;
    const uint32_t *ends;
    unsigned ends_n;
    struct image_store *stores;
    unsigned n;
    struct image_sector seen[IMAGE_SECTORS]; /* of the last store, without holes */
    unsigned seen_n;
};

/* A header of either polarity at off. */
static bool header_at(
        const struct search *s, uint32_t off, struct image_sector *found, bool *zero)
{
    uint8_t complemented[HEADER_ROWS];
    uint32_t len = s->len - off < HEADER_ROWS ? s->len - off : HEADER_ROWS;
    complement(complemented, s->bytes + off, len);
    for (unsigned polarity = 0; polarity < 2; polarity++) {
        *zero = polarity == 1;
        const struct image_medium m = {
                .bytes = *zero ? complemented : s->bytes + off, .size = len};
        memset(found, 0, sizeof(*found));
        enum header header = header_read(&m, 0, found);
        if (header == HEADER_GOOD) {
            header_place(&m, found);
        }
        if (header != HEADER_NONE || header_lost(&m, 0, found)) {
            found->off = off;
            return true;
        }
    }
    return false;
}

/* Does a sector of this store already have that sequence, or another log? */
static bool strange(const struct search *s, const struct image_sector *f, bool zero)
{
    if (s->n == 0 || s->stores[s->n - 1].erased_is_zero != zero) {
        return true;
    }
    const struct image_store *store = &s->stores[s->n - 1];
    if (store->sectors + 2 > IMAGE_SECTORS) {
        return true;
    }
    for (unsigned i = 0; i < s->seen_n; i++) {
        const struct image_sector *other = &s->seen[i];
        if (other->version != f->version || other->once != f->once ||
                other->cell != f->cell ||
                (other->placed && f->placed && other->sequence == f->sequence)) {
            return true;
        }
    }
    return false;
}

static uint32_t natural_end(const struct search *s, uint32_t off)
{
    for (unsigned i = 0; i < s->ends_n; i++) {
        if (s->ends[i] > off) {
            return s->ends[i] < s->len ? s->ends[i] : s->len;
        }
    }
    return s->len;
}

static void add_place(struct image_store *store, uint32_t off, uint32_t len)
{
    store->sector[store->sectors++] = (struct image_place){off - store->off, len};
    store->len = off + len - store->off;
}

/* The last sector of the last store reaches no further than to off. */
static void close_sector(struct search *s, uint32_t off)
{
    if (s->n == 0) {
        return;
    }
    struct image_store *store = &s->stores[s->n - 1];
    struct image_place *last = &store->sector[store->sectors - 1];
    uint32_t begin = store->off + last->off;
    uint32_t end = natural_end(s, begin);
    end = end < off ? end : off;
    last->len = end - begin;
    store->len = end - store->off;
}

static bool add_sector(struct search *s, const struct image_sector *found, bool zero)
{
    close_sector(s, found->off);
    if (strange(s, found, zero)) {
        if (s->n == IMAGE_STORES) {
            return false;
        }
        struct image_store *fresh = &s->stores[s->n++];
        memset(fresh, 0, sizeof(*fresh));
        fresh->off = found->off;
        fresh->erased_is_zero = zero;
        s->seen_n = 0;
    }
    struct image_store *store = &s->stores[s->n - 1];
    uint32_t end = store->off + store->len;
    if (store->sectors > 0 && end < found->off) {
        add_place(store, end, found->off - end);
    }
    add_place(store, found->off, s->len - found->off);
    s->seen[s->seen_n++] = *found;
    return true;
}

unsigned image_search(const uint8_t *bytes, uint32_t len, const uint32_t *ends,
        unsigned ends_n, struct image_store stores[IMAGE_STORES])
{
    struct search s = {
            .bytes = bytes, .len = len, .ends = ends, .ends_n = ends_n, .stores = stores};
    bool room = true;
    for (uint32_t off = 0; off < len && room; off += STEP) {
        struct image_sector found;
        bool zero;
        if (len - off >= HEADER_LEN && header_at(&s, off, &found, &zero)) {
            room = add_sector(&s, &found, zero);
        }
    }
    close_sector(&s, len);
    return s.n;
}
