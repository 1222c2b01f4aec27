/* draft.c - moving house.
 *
 * What is kept of one sector is copied to a ready one, the draft, which means
 * nothing until all is there: then it is opened and stands in the other's
 * place. Cut at any point before, it is erased and begun again. So however
 * often power fails, what is needed to go on is never used up.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

enum {
    ALL = 1 << 24, /* bytes: more than any flash has */
    PASSED = 64    /* bytes of a log gone through for each that is copied, at most */
};

/* What it is, and not what such a record should be: of one that has rotted as much is
 * copied as its own words say, or they would take what is copied next for theirs. */
uint32_t kv_copy_size(const struct kv_walk *w)
{
    return w->kind == KIND_RUNNING ? 8 : w->next - w->at;
}

/* The next record of all of a sector's log that is alive. It is read by segments, as at a
 * start: one that has rotted does not reach from the copies into the rest, nor end both. */
KV_ONE_COPY static bool next_alive(const struct etch_kv *kv, struct kv_walk *w)
{
    uint32_t end = w->end;
    bool copies;
    bool more;
    do {
        copies = w->next < w->copies;
        w->end = copies ? w->copies : end;
        more = kv_next_alive(kv, w);
        if (!more && copies) {
            w->next = w->copies;
        }
    } while (!more && copies);
    w->end = end;
    return more;
}

/* Does it say that there is nothing: a deletion, or a name of no bytes? */
static bool is_gone(const struct kv_walk *w)
{
    return w->len == 0 && w->kind != ETCH_KV_VALUE;
}

/* It will be copied: the bytes that it takes then. */
KV_ONE_COPY static void add(struct kv_survey *found, const struct kv_walk *w)
{
    uint32_t size = kv_copy_size(w);
    found->used += size;
    if (is_gone(w)) {
        found->gone += size;
    }
}

/* What is kept of sector i; or, if that is not to take a way through the log for each
 * record that has no place in the index, a little more. */
static inline void add_sector(const struct etch_kv *kv, struct kv_survey *found,
        uint32_t i, struct kv_walk *w, struct kv_walk *other)
{
    const uint16_t *slot = kv->config->index;
    uint32_t base = kv_base(kv, i);
    for (uint32_t n = kv->config->keys + kv->config->names; n > 0; n--) {
        uint32_t at = *slot++ * (uint32_t)kv->cell;
        if (at - base < kv->nor->sector_len[i] && kv_at(kv, at, w)) {
            add(found, w);
        }
    }
    (void)kv_whole(kv, i, w);
    while (kv->others && next_alive(kv, w)) {
        if (!kv_slot(kv, w->key) &&
                (!other || kv_find(kv, w->key, NONE, other) == w->at)) {
            add(found, w);
        }
    }
}

/* Is sector i the eldest so far? */
static inline void see_age(const struct etch_kv *kv, struct kv_survey *found, uint32_t i,
        uint32_t *first, uint32_t seq)
{
    if (i != kv->head && seq < *first) {
        *first = seq;
        found->eldest = (uint8_t)i;
    }
}

/* The sector to be moved next is the oldest, unless it is so full that moving it
 * would leave too little; then the emptiest. The one that is being written to only
 * if it is all there is or the emptiest. */
static inline void survey(const struct etch_kv *kv, struct kv_survey *found, bool exact)
{
    uint32_t oldest = UINT32_MAX;
    uint32_t first = UINT32_MAX;
    found->victim = kv->head;
    found->eldest = kv->head;
    found->live = UINT32_MAX;
    found->used = 0;
    found->gone = 0;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        struct kv_walk w;
        struct kv_walk other;
        if (kv->sector[i] != SECTOR_OPEN) {
            continue;
        }
        uint32_t live = found->used;
        add_sector(kv, found, i, &w, exact ? &other : NULL);
        live = found->used - live;
        see_age(kv, found, i, &first, w.seq);
        bool fits = i != kv->head && live <= 3 * kv->largest;
        if (fits ? w.seq < oldest : oldest == UINT32_MAX && live < found->live) {
            oldest = fits ? w.seq : oldest;
            found->victim = (uint8_t)i;
            found->live = live;
        }
    }
}

bool kv_survey(const struct etch_kv *kv, struct kv_survey *found, uint32_t more)
{
    bool exact = false;
    bool fits;
    do {
        survey(kv, found, exact);
        fits = found->used + more <= kv_capacity(kv);
        exact = !exact;
    } while (exact && !fits);
    return fits;
}

/* Is there a sector to copy to, and nothing that was replaced? If not, erase: if it
 * must be, whatever the policy is. A replaced sector must go before its copy is
 * replaced in turn, or it would come back; so must what a cut erase has left of one in
 * cells written once, whose header could not be zeroed before. If none is ready, all are
 * erased: what has been copied to may have been too small, and with two nothing need be
 * copied. */
static void see_to_ready(struct etch_kv *kv, bool must)
{
    uint32_t one;
    bool all = kv_ready(kv, &one) == 0;
    all |= kv->log->once;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        uint8_t state = kv->sector[i];
        if (state <= SECTOR_REPLACED && (all || state == SECTOR_REPLACED)) {
            if (!must && kv->config->policy != ETCH_KV_ERASE_WHEN_FORCED) {
                kv->err = ETCH_E_TIDY;
                return;
            }
            kv_erase(kv, i);
        }
    }
}

void kv_draft_begin(struct etch_kv *kv, enum kv_draft how)
{
    uint32_t to;
    struct kv_survey s;
    see_to_ready(kv, how != DRAFT_EARLY && kv->settles);
    if (kv->err) {
        return;
    }
    uint32_t ready = kv_ready(kv, &to);
    if (ready == 0) {
        kv->err = ETCH_E_NOSPACE;
        return;
    }
    kv->victim = kv->head;
    if (how != DRAFT_NEWEST) {
        if (ready > 1 && how != DRAFT_ELDEST) {
            return;
        }
        (void)kv_survey(kv, &s, 0);
        kv->victim = how == DRAFT_ELDEST ? s.eldest : s.victim;
    }
    kv_set_flag(kv, to, FIELD_USED);
    kv->sector[to] = SECTOR_DRAFT;
    kv->draft = (uint8_t)to;
    kv->since = kv->end;
    kv->to = kv_field(kv, to, FIELD_LOG);
    kv->from = kv_field(kv, kv->victim, FIELD_LOG);
}

/* Cell by cell as they are, but for what makes it count without marks; and what
 * counts in place comes to rest. */
static void copy(struct etch_kv *kv, const struct kv_walk *w)
{
    uint8_t cell[CELL_MAX];
    uint32_t size = kv_copy_size(w);
    if (size + TAIL * kv->cell > kv_base(kv, kv->draft + 1u) - kv->to) {
        kv->err = ETCH_E_NOSPACE;
    } else if (w->kind == KIND_RUNNING) {
        const struct etch_kv_change r = {
                .data = cell, .id = (uint16_t)w->key, .len = 4, .kind = ETCH_KV_COUNTER};
        (void)kv_counter(kv, w, &size);
        etch_put32(cell, size);
        kv->log->append(kv, &kv->to, &r, true);
    } else {
        for (uint32_t off = 0; off < size; off += kv->cell) {
            (void)kv_read(kv, w->at + off, cell, kv->cell);
            if (off == 0 && !kv->log->once) {
                etch_put32(cell, w->word & ~3u);
            }
            kv_program_units(kv, kv->to, cell, kv->cell);
            kv->to += kv->cell;
        }
    }
}

/* A deletion need not be copied, nor a name of no bytes, if no sector that stays holds
 * what it hides; but what was taken away since may have been copied before. */
static bool hides_nothing(
        const struct etch_kv *kv, const struct kv_walk *w, struct kv_walk *other)
{
    return is_gone(w) && (kv->victim != kv->head || w->at < kv->since) &&
           !kv_find(kv, w->key, kv->victim, other);
}

void kv_draft_copy(struct etch_kv *kv, uint32_t bytes)
{
    struct kv_walk w;
    struct kv_walk other;
    uint32_t to = kv->to;
    uint32_t from = kv->from;
    (void)kv_whole(kv, kv->victim, &w);
    w.next = from;
    while (!kv->err && kv->to - to < bytes && kv->from - from < PASSED * bytes &&
            next_alive(kv, &w)) {
        if (kv_where(kv, w.key, &other) == w.at && !hides_nothing(kv, &w, &other)) {
            copy(kv, &w);
        }
        kv->from = w.next;
    }
    if (kv->err) {
        kv->draft = NONE; /* it will be erased and begun again */
    }
}

/* Is this index entry of sector i? */
static bool is_in(const struct etch_kv *kv, uint16_t entry, uint32_t i)
{
    return entry * (uint32_t)kv->cell - kv_base(kv, i) < kv->nor->sector_len[i];
}

/* Records of the victim are now where their copies are, or gone. What was put while the
 * newest sector was copied may have been copied twice, and its older copy comes first. */
static void move_index(struct etch_kv *kv, struct kv_walk *w)
{
    uint16_t *index = kv->config->index;
    kv->state = STATE_MOVING;
    for (uint32_t n = kv->config->keys + kv->config->names; n > 0; n--, index++) {
        if (is_in(kv, *index, kv->victim)) {
            *index = 0;
        }
    }
    (void)kv_whole(kv, kv->head, w);
    w->end = w->copies;
    while (kv_next_alive(kv, w)) {
        uint16_t *slot = kv_slot(kv, w->key);
        if (slot && (*slot == 0 || is_in(kv, *slot, kv->head))) {
            *slot = (uint16_t)(w->at / kv->cell);
        }
    }
    kv->running = 0;
    kv->state = STATE_OURS;
    /* Counters that count in place, outside of what has been copied. */
    for (uint32_t id = 0; id < kv->config->keys; id++) {
        uint32_t n;
        if (kv_runs(kv, id, &n) && kv->running < 0xFF) {
            kv->running++;
        }
    }
}

KV_OWN_FRAME static void open_draft(struct etch_kv *kv)
{
    struct kv_walk w;
    (void)kv_header(kv, kv->victim, &w);
    kv_open_sector(kv, kv->draft, w.seq, kv->to);
    if (!kv->err) {
        kv->sector[kv->victim] = SECTOR_REPLACED;
        move_index(kv, &w);
    }
}

void kv_draft_finish(struct etch_kv *kv)
{
    if (kv->draft != NONE) {
        kv_draft_copy(kv, ALL);
    }
    if (kv->draft != NONE) {
        open_draft(kv);
    }
}
