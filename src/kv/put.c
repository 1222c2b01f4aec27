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
        return c->index[w->id] == (uint16_t)(w->at / kv_cell(kv));
    }
    return w->id != KV_NO_ID && kv_find(kv, w->id, w->kind == KIND_NAME, &found) &&
           found.at == w->at;
}

/* What begins at `first` counts now. */
static void index_from(const struct etch_kv *kv, uint32_t first)
{
    const struct etch_kv_config *c = kv->config;
    struct kv_walk w = {.next = first, .end = kv->end, .copies = first};
    while (kv_next_alive(kv, &w)) {
        if (w.kind != KIND_NAME && w.id < c->keys) {
            c->index[w.id] = (uint16_t)(w.at / kv_cell(kv));
        }
    }
}

static void to_record(
        const struct etch_kv_change *change, uint8_t kind, struct kv_record *r)
{
    *r = (struct kv_record){
            .data = change->data, .id = change->id, .len = change->len, .kind = kind};
    if (change->name) {
        r->kind = KIND_NAME; /* one of length 0 is none */
    } else if (!change->data) {
        r->kind = KIND_DELETION;
    }
    if (!change->data) {
        r->len = 0;
        r->data = "";
    }
}

/* Bytes that a change takes at the log's end, and how many more are kept then. */
static uint32_t weigh(const struct etch_kv *kv, const struct kv_record *r, int32_t *grown)
{
    struct kv_walk w;
    uint32_t size = kv_writer(kv)->size(kv, r->kind, r->id, r->len);
    uint32_t kept = size;
    if (r->kind == KIND_RUNNING) {
        kept = kv_writer(kv)->size(kv, KIND_COUNTER, r->id, 4);
    }
    bool old = r->kind == KIND_NAME ? kv_find(kv, r->id, true, &w)
                                    : kv_locate(kv, r->id, &w);
    if (r->kind != KIND_DELETION) {
        *grown += (int32_t)kept;
        *grown -= old ? (int32_t)kv_copy_size(kv, &w) : 0;
    }
    return size;
}

/* Is there room for all that is to be kept? *need: bytes at the log's end. */
static enum etch_err admit(const struct etch_kv *kv, const struct etch_kv_change *change,
        uint16_t n, uint8_t kind, uint32_t *need)
{
    const struct kv_writer *writer = kv_writer(kv);
    int32_t grown = 0;
    *need = (n > 1 ? writer->commits : writer->commits_one) * kv_cell(kv);
    for (uint32_t i = 0; i < n; i++) {
        struct kv_record r;
        to_record(&change[i], kind, &r);
        uint32_t size = weigh(kv, &r, &grown);
        if (r.id > ETCH_KV_ID_MAX || size > kv_largest(kv) ||
                (r.kind == KIND_NAME && r.len > ETCH_KV_NAME_MAX)) {
            return ETCH_E_RANGE;
        }
        *need += size;
    }
    if (*need > kv_largest(kv)) {
        return ETCH_E_RANGE;
    }
    bool fits = grown <= 0 || kv_used(kv) + (uint32_t)grown <= kv_capacity(kv);
    return fits ? ETCH_OK : ETCH_E_NOSPACE;
}

enum etch_err kv_append(struct etch_kv *kv, const struct kv_record *r)
{
    uint32_t first = kv->end;
    enum etch_err err = kv_writer(kv)->append(kv, &kv->end, r, false);
    err = err ? err : kv_writer(kv)->commit(kv, first, 1);
    if (!err) {
        index_from(kv, first);
    }
    return err;
}

static enum etch_err append_all(
        struct etch_kv *kv, const struct etch_kv_change *change, uint16_t n, uint8_t kind)
{
    uint32_t first = kv->end;
    enum etch_err err = ETCH_OK;
    for (uint32_t i = 0; i < n && !err; i++) {
        struct kv_record r;
        to_record(&change[i], kind, &r);
        err = kv_writer(kv)->append(kv, &kv->end, &r, false);
    }
    err = err ? err : kv_writer(kv)->commit(kv, first, n);
    if (!err) {
        index_from(kv, first);
    }
    return err;
}

enum etch_err kv_change(
        struct etch_kv *kv, const struct etch_kv_change *change, uint16_t n, uint8_t kind)
{
    uint32_t need;
    enum etch_err err = kv_begin(kv);
    err = err ? err : admit(kv, change, n, kind, &need);
    if (err) {
        return err;
    }
    err = kv_make_room(kv, need);
    if (err == ETCH_E_TIDY || err == ETCH_E_NOSPACE) {
        return err;
    }
    err = err ? err : append_all(kv, change, n, kind);
    if (err) {
        kv->state = STATE_VIEW; /* the next one settles what this has left */
    }
    return err;
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
        if (!log->read(kv, &w, off, bytes, n) || memcmp(bytes, data + off, n) != 0) {
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
    bool there = kv_locate(kv, id, &w) && w.kind != KIND_DELETION;
    return kv_unlock(kv, there ? kv_change(kv, &change, 1, KIND_VALUE) : ETCH_OK);
}
