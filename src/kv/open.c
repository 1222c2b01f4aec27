/* open.c - end all doubt that a power cut has left, then show what is there
 * (SPEC.md 5.3).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

void kv_mark(struct etch_kv *kv, enum kv_mark mark)
{
    if (kv->end < kv_base(kv, kv->head + 1u)) {
        kv->log->mark(kv, kv->end, mark);
        kv->end += kv->cell;
    } else if (!kv->err) {
        kv->err = ETCH_E_NOSPACE;
    }
}

/* Make the last mark firm, as which it has been read. */
static void firm_mark(struct etch_kv *kv)
{
    if (kv->mark != MARK_NONE && !kv->log->once) {
        kv->log->mark(kv, kv->end - kv->cell, (enum kv_mark)kv->mark);
    }
}

/* Decide away from what may have been touched: the first cell, which may read erased
 * by chance; and if what is torn is whole after all, up to the end of that. */
KV_ONE_COPY static void decide_anew(
        struct etch_kv *kv, uint32_t claim, enum kv_mark verdict, uint32_t n)
{
    firm_mark(kv);
    do {
        kv_mark(kv, MARK_VOID);
    } while (!kv->err && kv->end < claim);
    kv->log->decide(kv, verdict, n);
}

/* What one look has said of a thing in sector i is made so for all later ones. */
static void settle(struct etch_kv *kv, uint32_t i, struct kv_walk *w)
{
    kv->head = (uint8_t)i;
    kv->mark = w->mark;
    kv->end = w->behind;
    kv->log->firm(kv, w);
    if (w->alive && w->mark == MARK_NONE) {
        kv->log->decide(kv, MARK_KEEP, 1);
    } else {
        decide_anew(kv, w->claim, (enum kv_mark)w->alive, 2);
    }
}

/* Of a sector. If too many cuts have left no cell to decide in: it holds nothing
 * that the one it was to replace does not, and goes. */
static void settle_sector(struct etch_kv *kv, uint32_t i, struct kv_walk *w)
{
    if (kv->sector[i] == SECTOR_DIRTY) {
        kv_zero(kv, kv_base(kv, i), 12);
        return;
    }
    settle(kv, i, w);
    if (kv->err == ETCH_E_NOSPACE) {
        kv->err = ETCH_OK;
        kv_erase(kv, i);
    }
}

/* What has made the last thing final may be in doubt, and so may the beginning of the
 * next be that a cut leaves: marks on that would then be marks on this. So the last mark
 * is made firm; or the verdict, which is kept in its place, said again. */
void kv_begin_session(struct etch_kv *kv)
{
    if (kv->state == STATE_SETTLED) {
        kv->state = STATE_OURS;
        decide_anew(kv, 0, (enum kv_mark)kv->mark, kv->log->once * 2u);
        if (kv->err == ETCH_E_NOSPACE) {
            kv->err = ETCH_OK; /* full: nothing more goes here */
        }
    }
}

/* A counter that counts in place, and what it has come to. */
KV_OWN_FRAME bool kv_runs(const struct etch_kv *kv, uint32_t id, uint32_t *value)
{
    struct kv_walk w;
    return kv_locate(kv, id, &w) && w.kind == KIND_RUNNING && kv_counter(kv, &w, value);
}

/* Its last tick may be unstable: write down what is read now. */
static void rest_counters(struct etch_kv *kv)
{
    uint8_t value[4];
    struct etch_kv_change change = {.data = value, .len = 4, .kind = ETCH_KV_COUNTER};
    uint32_t end = kv->end;
    for (uint32_t id = 0; id < kv->config->keys && !kv->err; id++) {
        uint32_t n;
        if (kv_runs(kv, id, &n)) {
            etch_put32(value, n);
            change.id = (uint16_t)id;
            kv_write(kv, &change, 1);
        }
    }
    if (kv->end != end) {
        kv_mark(kv, MARK_KEEP);
    }
    if (kv->err) {
        kv->state = STATE_VIEW;
    }
}

/* Up to where records can be written. */
KV_OWN_FRAME static void settle_all(struct etch_kv *kv)
{
    struct kv_walk w;
    kv->err = kv_mount(kv, kv->config, settle_sector);
    if (kv->err) {
        return;
    }
    kv->largest = UINT32_MAX;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        uint32_t quarter = kv_usable(kv, i) / 4;
        kv->largest = quarter < kv->largest ? quarter : kv->largest;
    }
    /* The newest sector's last record; if it has none, the sector itself. A format that
     * was cut may have left it a header in doubt. */
    if (kv_examine(kv, kv->head, &w) != SECTOR_OPEN) {
        kv->err = ETCH_E_FORMAT;
        return;
    }
    while (kv_next(kv, &w)) {
    }
    /* Without a mark only another thing behind it would make it final; if one look has
     * seen one and the next has not, what is there is in doubt. */
    if (w.final && w.mark != MARK_NONE) {
        kv->state = STATE_SETTLED;
        kv->mark = kv->log->once ? w.alive : w.mark;
        kv->end = w.behind;
    } else {
        kv->state = STATE_OURS;
        settle(kv, kv->head, &w);
    }
    kv_fill_index(kv);
    /* No cell is left to decide in: what has been read is copied elsewhere, where it
     * fits. */
    for (uint32_t n = 2u * kv->nor->sectors; kv->err == ETCH_E_NOSPACE && n > 0; n--) {
        kv->err = ETCH_OK;
        kv_draft_begin(kv, DRAFT_NEWEST);
        kv_draft_finish(kv);
    }
}

static void start(struct etch_kv *kv)
{
    if (!kv->config->log->append) {
        kv->err = ETCH_E_PROTECTED; /* a log that can only be read */
        return;
    }
    kv->settles = true;
    settle_all(kv);
    rest_counters(kv);
    kv->settles = false;
}

bool kv_enter(struct etch_kv *kv)
{
    const struct etch_kv_config *config = kv->config;
    if (config->lock) {
        config->lock(config->lock_arg);
    }
    kv->err = ETCH_OK;
    if (kv->state == STATE_VIEW) {
        start(kv);
    }
    return !kv->err;
}

enum etch_err kv_leave(struct etch_kv *kv)
{
    const struct etch_kv_config *config = kv->config;
    int32_t err = kv->err;
    if (err < ETCH_E_RANGE && (err > ETCH_E_NOSPACE || err < ETCH_E_TIDY)) {
        kv->state = STATE_VIEW; /* the next call settles what this has left */
    }
    if (config->unlock) {
        config->unlock(config->lock_arg);
    }
    return (enum etch_err)err;
}

enum etch_err etch_kv_open(struct etch_kv *kv, const struct etch_kv_config *config)
{
    kv->config = config;
    start(kv);
    return (enum etch_err)kv->err;
}
