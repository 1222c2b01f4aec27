/* verdict.c - what counts (SPEC.md 2.3).
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

KV_ONE_COPY static enum kv_mark mark_at(
        const struct etch_kv *kv, const struct kv_walk *w, uint32_t at)
{
    return at < w->end ? kv->log->look(kv, at) : MARK_END;
}

void kv_verdict(const struct etch_kv *kv, struct kv_walk *w)
{
    uint32_t at = w->behind;
    enum kv_mark mark = mark_at(kv, w, at);
    /* A thing that says itself that it counts is settled by one KEEP. */
    enum kv_mark before = w->alive ? MARK_KEEP : MARK_VOID;
    w->final = false;
    w->mark = MARK_NONE;
    for (; mark < MARK_ITEM; mark = mark_at(kv, w, at)) {
        if (!w->final && mark != MARK_VOID) {
            w->final = mark == before;
            w->alive = mark == MARK_KEEP;
        }
        before = mark;
        w->mark = (uint8_t)mark;
        at += kv->cell;
    }
    w->final = w->final || mark == MARK_ITEM;
    /* Cells written once cannot be made firm: what is read now and then counts. */
    w->behind = kv->log->once ? w->end : at;
}

bool kv_next(const struct etch_kv *kv, struct kv_walk *w)
{
    bool found = kv->log->step(kv, w);
    if (found && w->at >= w->copies) {
        kv_verdict(kv, w);
    }
    return found;
}

bool kv_next_alive(const struct etch_kv *kv, struct kv_walk *w)
{
    while (kv_next(kv, w)) {
        if (w->alive && w->kind != KIND_BATCH) {
            return true;
        }
        if (w->alive) {
            w->next = w->data;
        }
    }
    return false;
}
