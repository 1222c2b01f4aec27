/* put.c - changes: one or several records that count together or not at all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

bool kv_newest(const struct etch_kv *kv, const struct kv_walk *w)
{
    const struct etch_kv_config *c = kv->config;
    struct kv_walk found;
    if (w->kind != KIND_NAME && w->id < c->keys) {
        return c->index[w->id] == (uint16_t)(w->at / kv->cell);
    }
    return w->id != KV_NO_ID && kv_find(kv, w->id, w->kind == KIND_NAME, &found) &&
           found.at == w->at;
}

static void to_record(
        const struct etch_kv_change *change, uint8_t kind, struct kv_record *r)
{
    r->data = change->data;
    r->id = change->id;
    r->len = change->data ? change->len : 0;
    r->kind = kind;
    if (change->name) {
        r->kind = KIND_NAME; /* one of length 0 is none */
    } else if (!change->data) {
        r->kind = KIND_DELETION;
    }
}

/* Is there room for all that is to be kept? *need: bytes of the records, at the
 * log's end. */
static enum etch_err admit(const struct etch_kv *kv, const struct etch_kv_change *change,
        uint32_t n, uint8_t kind, uint32_t *need)
{
    uint32_t largest = kv_largest(kv);
    int32_t grown = 0;
    *need = 0;
    for (; n > 0; n--, change++) {
        struct kv_record r;
        struct kv_walk w;
        to_record(change, kind, &r);
        uint32_t size = kv_writer(kv)->size(kv, r.kind, r.id, r.len);
        bool old = r.kind == KIND_NAME ? kv_find(kv, r.id, true, &w)
                                       : kv_locate(kv, r.id, &w);
        if (r.kind != KIND_DELETION) {
            grown += (int32_t)size - (old ? (int32_t)kv_copy_size(kv, &w) : 0);
        }
        if (r.id == KV_NO_ID || (r.kind == KIND_NAME && r.len > ETCH_KV_NAME_MAX)) {
            return ETCH_E_RANGE;
        }
        *need += size;
    }
    if (*need > largest) {
        return ETCH_E_RANGE;
    }
    bool fits = grown <= 0 || kv_used(kv) + (uint32_t)grown <= kv_capacity(kv);
    return fits ? ETCH_OK : ETCH_E_NOSPACE;
}

static enum etch_err append_all(struct etch_kv *kv, const struct etch_kv_change *change,
        uint32_t n, uint8_t kind, uint32_t need)
{
    const struct kv_writer *writer = kv_writer(kv);
    struct kv_walk w;
    bool counts = n > 1;
    enum etch_err err = ETCH_OK;
    w.next = kv->end;
    if (counts && writer->batch) {
        err = writer->batch(kv, &kv->end, need);
    }
    for (; n > 0 && !err; n--, change++) {
        struct kv_record r;
        to_record(change, kind, &r);
        err = writer->append(kv, &kv->end, &r, counts);
    }
    w.end = w.copies = kv->end;
    err = err ? err : writer->commit(kv, w.next);
    if (!err) {
        kv_index(kv, &w);
    }
    return err;
}

enum etch_err kv_write(
        struct etch_kv *kv, const struct etch_kv_change *change, uint32_t n, uint8_t kind)
{
    const struct kv_writer *writer = kv_writer(kv);
    uint32_t need;
    enum etch_err err = admit(kv, change, n, kind, &need);
    if (err) {
        return err;
    }
    uint32_t marks = n > 1 ? writer->commits : writer->commits_one;
    uint32_t rest = kind == KIND_RUNNING ? 8u + TAIL * kv->cell : 0; /* see kv_room */
    uint32_t tries = writer->tries;
    do {
        err = kv_make_room(kv, need + marks * kv->cell + rest);
        if (err == ETCH_E_TIDY || err == ETCH_E_NOSPACE) {
            return err;
        }
        err = err ? err : append_all(kv, change, n, kind, need);
    } while (err == ETCH_E_VERIFY && --tries > 0);
    if (err) {
        kv->state = STATE_VIEW; /* the next one settles what this has left */
    }
    return err;
}

enum etch_err kv_change(
        struct etch_kv *kv, const struct etch_kv_change *change, uint32_t n, uint8_t kind)
{
    enum etch_err err = kv_begin(kv);
    return err ? err : kv_write(kv, change, n, kind);
}

/* ---- the calls --------------------------------------------------------------- */

static bool same(const struct etch_kv *kv, uint16_t id, const uint8_t *data, uint16_t len)
{
    const struct etch_kv_log *log = kv->config->log;
    struct kv_walk w;
    if (!kv_locate(kv, id, &w) || w.kind != KIND_VALUE || w.len != len) {
        return false;
    }
    for (uint32_t off = 0; off < len; off += 4) {
        uint8_t bytes[4];
        uint32_t n = len - off < 4 ? len - off : 4;
        bool equal = log->read(kv, &w, off, bytes, n);
        while (n > 0 && equal) {
            n--;
            equal = bytes[n] == data[off + n];
        }
        if (!equal) {
            return false;
        }
    }
    return log->check(kv, &w, NULL);
}

enum etch_err etch_kv_put(struct etch_kv *kv, uint16_t id, const void *data, uint16_t len)
{
    const struct etch_kv_change change = {.id = id, .len = len, .data = len ? data : ""};
    kv_lock(kv);
    bool there = kv->state != STATE_VIEW && same(kv, id, data, len);
    return kv_unlock(kv, there ? ETCH_OK : kv_change(kv, &change, 1, KIND_VALUE));
}

enum etch_err etch_kv_delete(struct etch_kv *kv, uint16_t id)
{
    const struct etch_kv_change change = {.id = id};
    struct kv_walk w;
    kv_lock(kv);
    /* After a failed write there may be one that the index does not know yet. */
    bool there =
            kv->state == STATE_VIEW || (kv_locate(kv, id, &w) && w.kind != KIND_DELETION);
    return kv_unlock(kv, there ? kv_change(kv, &change, 1, KIND_VALUE) : ETCH_OK);
}
