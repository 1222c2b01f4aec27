/* put.c - changes: one or several records that count together or not at all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/kv_priv.h"

/* By how many bytes what is kept grows, below 0 as well. *need: bytes of the records,
 * at the log's end; UINT32_MAX: there can be no such record. */
KV_OWN_FRAME static int32_t growth(struct etch_kv *kv,
        const struct etch_kv_change *change, uint32_t n, uint32_t *need)
{
    struct kv_walk w;
    uint32_t grown = 0;
    *need = 0;
    for (; n > 0; n--, change++) {
        uint32_t key = kv_key(change);
        uint32_t size = kv->log->size(kv, key, change->len);
        if (change->id > ETCH_KV_ID_MAX ||
                (key >= KEY_NAME && change->len > ETCH_KV_NAME_MAX)) {
            *need = UINT32_MAX;
            break;
        }
        bool there = kv_locate(kv, key, &w);
        if (change->kind == ETCH_KV_DELETION) {
            kv->crowded = CROWDED_UNKNOWN; /* it may hide what takes room */
        }
        if (there || change->kind != ETCH_KV_DELETION) { /* of nothing: it goes soon */
            grown += size - (there ? kv_copy_size(&w) : 0);
        }
        *need += size;
    }
    return (int32_t)grown;
}

/* Is there room for all that is to be kept? */
static enum etch_err admit(struct etch_kv *kv, const struct etch_kv_change *change,
        uint32_t n, uint32_t *need)
{
    struct kv_survey s;
    int32_t grown = growth(kv, change, n, need);
    if (*need > kv->largest || *need >> CHANGE_BITS) {
        return ETCH_E_RANGE;
    }
    if (grown <= 0 || kv_survey(kv, &s, (uint32_t)grown)) {
        return ETCH_OK;
    }
    /* Deletions go when all that they hide is gone. */
    if (kv->crowded == CROWDED_UNKNOWN &&
            s.used - s.gone + (uint32_t)grown <= kv_capacity(kv)) {
        kv->crowded = CROWDED;
    }
    return kv->crowded == CROWDED ? ETCH_E_TIDY : ETCH_E_NOSPACE;
}

KV_OWN_FRAME static void append(struct etch_kv *kv, const struct etch_kv_change *change,
        uint32_t n, uint32_t need)
{
    const struct etch_kv_change whole = {.len = (uint16_t)need, .kind = KIND_BATCH};
    struct kv_walk w;
    bool counts = n > 1;
    w.next = kv->end;
    if (counts) {
        kv->log->append(kv, &kv->end, &whole, false);
    }
    for (; n > 0 && !kv->err; n--, change++) {
        kv->log->append(kv, &kv->end, change, counts);
    }
    w.end = w.copies = kv->end;
    kv->log->commit(kv, w.next);
    if (!kv->err) {
        kv_index(kv, &w);
    }
}

void kv_write(struct etch_kv *kv, const struct etch_kv_change *change, uint32_t n)
{
    uint32_t tries = 0;
    uint32_t need;
    kv->err = admit(kv, change, n, &need);
    if (kv->err) {
        return;
    }
    kv_begin_session(kv);
    if (kv->err) {
        return;
    }
    uint32_t more = (kv->log->commits + (n > 1 ? 1u : 0)) * kv->cell;
    if (change->kind == KIND_RUNNING) {
        /* Its ticks; and what it takes at rest, in cells of 4 bytes, see kv_room. */
        more += (uint32_t)TICKS + 8u + TAIL * 4u;
    }
    do {
        kv_make_room(kv, need + more);
        if (kv->err) {
            return; /* what a change of sectors has left must be settled first */
        }
        append(kv, change, n, need);
    } while (kv->log->again && kv->log->again(kv, &tries));
}

/* ---- the calls --------------------------------------------------------------- */

enum etch_err kv_put(struct etch_kv *kv, const struct etch_kv_change *change)
{
    if (kv_enter(kv) && !kv_same(kv, change)) {
        kv_write(kv, change, 1);
    }
    return kv_leave(kv);
}

enum etch_err etch_kv_put(struct etch_kv *kv, uint16_t id, const void *data, uint16_t len)
{
    const struct etch_kv_change change = {.data = data, .id = id, .len = len};
    return kv_put(kv, &change);
}

enum etch_err etch_kv_delete(struct etch_kv *kv, uint16_t id)
{
    const struct etch_kv_change change = {.id = id, .kind = ETCH_KV_DELETION};
    return kv_put(kv, &change);
}
