/* open.c - end all doubt that a power cut has left, then show what is there
 * (SPEC.md 5.3).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

static enum etch_err mark(
        const struct etch_kv *kv, uint32_t *at, uint32_t limit, enum kv_mark mark)
{
    if (*at >= limit) {
        return ETCH_E_NOSPACE;
    }
    *at += kv->cell;
    return kv_writer(kv)->mark(kv, *at - kv->cell, mark);
}

/* Use up what may have been touched behind the end: the first cell, which may
 * read erased by chance, and more up to `to`. */
static enum etch_err fill(
        const struct etch_kv *kv, uint32_t *end, uint32_t limit, uint32_t to)
{
    enum etch_err err = ETCH_OK;
    do {
        err = err ? err : mark(kv, end, limit, MARK_VOID);
    } while (!err && *end < to);
    return err;
}

/* Make the last mark firm, as which it has been read. */
static enum etch_err firm_mark(
        const struct etch_kv *kv, uint32_t marks, uint32_t end, uint8_t mark)
{
    bool any = marks < end && !kv_log(kv)->once;
    return any ? kv_writer(kv)->mark(kv, end - kv->cell, (enum kv_mark)mark) : ETCH_OK;
}

/* Write the verdict n times side by side. A cell written once may not take it, if
 * cuts have touched it: then anew, behind it. */
static enum etch_err decide(
        const struct etch_kv *kv, struct kv_walk *w, uint32_t limit, uint32_t n)
{
    enum etch_err err = ETCH_OK;
    for (uint32_t left = n; left > 0 && !err; left--) {
        err = mark(kv, &w->behind, limit, w->alive ? MARK_KEEP : MARK_DROP);
        if (err == ETCH_E_VERIFY) {
            err = ETCH_OK;
            left = n + 1;
        }
    }
    return err;
}

/* What one look has said is made so for all later ones. */
static enum etch_err settle(const struct etch_kv *kv, struct kv_walk *w, uint32_t limit)
{
    bool bare = w->alive && w->marks == w->behind;
    enum etch_err err = kv_writer(kv)->firm(kv, w->at, w->word);
    if (!bare && !err) {
        /* If what is torn is whole after all, it ends where its word says. */
        uint32_t claim = kv_writer(kv)->claim(w->at, w->word);
        claim = claim <= limit - TAIL * kv->cell ? claim : 0;
        err = firm_mark(kv, w->marks, w->behind, w->mark);
        err = err ? err : fill(kv, &w->behind, limit, claim);
    }
    return err ? err : decide(kv, w, limit, bare ? 1 : 2);
}

/* Of a sector. If too many cuts have left no cell to decide in: it holds nothing
 * that the one it was to replace does not, and goes. */
static enum etch_err settle_sector(struct etch_kv *kv, uint32_t i, struct kv_walk *w)
{
    struct kv_sector s;
    kv_place(kv, i, &s);
    enum etch_err err = settle(kv, w, s.base + s.len);
    return err == ETCH_E_NOSPACE ? kv_erase(kv, i) : err;
}

/* The log is settled: go on behind it, once the last doubt is gone. */
static enum etch_err begin_session(struct etch_kv *kv)
{
    struct kv_sector s;
    kv_place(kv, kv->head, &s);
    enum etch_err err = firm_mark(kv, kv->marks, kv->end, kv->mark);
    err = err ? err : fill(kv, &kv->end, s.base + s.len, 0);
    kv->mine = kv->end;
    kv->state = STATE_OURS;
    return err == ETCH_E_NOSPACE ? ETCH_OK : err; /* full: nothing more goes here */
}

/* A counter that counts in place may have an unstable last tick: write down
 * what is read now. */
static enum etch_err rest_counters(struct etch_kv *kv)
{
    struct kv_walk w;
    struct kv_sector s;
    enum etch_err err = ETCH_OK;
    bool any = false;
    for (uint32_t id = 0; id < kv->config->keys && !err; id++) {
        if (kv_locate(kv, (uint16_t)id, &w) && w.kind == KIND_RUNNING) {
            uint8_t value[4];
            uint32_t n;
            const struct etch_kv_change change = {
                    .id = (uint16_t)id, .len = 4, .data = value};
            (void)kv_counter(kv, &w, &n);
            etch_put32(value, n);
            err = kv->state == STATE_SETTLED ? begin_session(kv) : ETCH_OK;
            err = err ? err : kv_write(kv, &change, 1, KIND_COUNTER);
            any = true;
        }
    }
    if (any && !err) {
        kv_place(kv, kv->head, &s);
        err = mark(kv, &kv->end, s.base + s.len, MARK_KEEP);
    }
    return err;
}

static enum etch_err settle_all(struct etch_kv *kv)
{
    struct kv_sector s;
    struct kv_walk w;
    enum etch_err err = kv_mount(kv, kv->config, settle_sector);
    if (err) {
        return err;
    }
    /* The newest sector's last record; if it has none, the sector itself. */
    (void)kv_examine(kv, kv->head, &s, &w);
    while (kv_next(kv, &w)) {
    }
    kv->state = w.final ? STATE_SETTLED : STATE_OURS;
    if (!w.final) {
        err = settle(kv, &w, s.base + s.len);
    }
    kv->marks = w.marks;
    kv->mark = w.mark;
    kv->end = kv->mine = w.behind;
    kv_fill_index(kv);
    if (err == ETCH_E_NOSPACE) {
        /* No cell is left to decide in: what has been read is copied elsewhere. */
        err = kv_draft_begin(kv, true);
        err = err ? err : kv_draft_copy(kv, UINT32_MAX);
        err = err ? err : kv_draft_open(kv);
    }
    err = err ? err : rest_counters(kv);
    if (err) {
        kv->state = STATE_VIEW;
    }
    return err;
}

enum etch_err kv_begin(struct etch_kv *kv)
{
    if (kv->state == STATE_VIEW) {
        return kv_writer(kv) ? settle_all(kv) : ETCH_E_PROTECTED;
    }
    return kv->state == STATE_OURS ? ETCH_OK : begin_session(kv);
}

enum etch_err etch_kv_open(struct etch_kv *kv, const struct etch_kv_config *config)
{
    kv->config = config;
    return settle_all(kv);
}
