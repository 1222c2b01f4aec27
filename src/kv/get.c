/* get.c - reading a value.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

uint16_t *kv_slot(const struct etch_kv *kv, uint32_t key)
{
    const struct etch_kv_config *c = kv->config;
    uint16_t *slot = c->index;
    uint32_t n = c->keys;
    if (key >= KEY_NAME) {
        slot += n;
        n = c->names;
    }
    key = (uint16_t)key;
    return key < n ? slot + key : NULL;
}

uint32_t kv_where(const struct etch_kv *kv, uint32_t key, struct kv_walk *on)
{
    /* An interrupt may come between a put and us. */
    const volatile uint16_t *slot = kv_slot(kv, key);
    return slot && kv->state != STATE_MOVING ? *slot * (uint32_t)kv->cell
                                             : kv_find(kv, key, NONE, on);
}

bool kv_at(const struct etch_kv *kv, uint32_t at, struct kv_walk *w)
{
    w->next = at;
    w->end = kv_base(kv, kv->nor->sectors);           /* it may have rotted since ... */
    w->copies = UINT32_MAX;                           /* it counts */
    return at && kv->log->step(kv, w) && w->at == at; /* ... and be no record */
}

bool kv_locate(const struct etch_kv *kv, uint32_t key, struct kv_walk *w)
{
    return kv_at(kv, kv_where(kv, key, w), w);
}

bool kv_counter(const struct etch_kv *kv, const struct kv_walk *w, uint32_t *value)
{
    uint8_t bytes[4];
    bool good = kv->log->read(kv, w, 0, bytes, 4);
    uint32_t end = w->kind == KIND_RUNNING ? w->next : 0;
    uint32_t ticks = 0; /* up to the first bit that is still 1 */
    *value = etch_get32(bytes);
    for (uint32_t at = w->data + 4; at < end && ticks == 0; at += 4) {
        ticks = kv_word(kv, at);
        *value += ticks ? (uint32_t)__builtin_ctz(ticks) : 32;
    }
    return good;
}

KV_OWN_FRAME bool kv_same(const struct etch_kv *kv, const struct etch_kv_change *change)
{
    const uint8_t *data = change->data;
    struct kv_walk w;
    bool found = kv_locate(kv, kv_key(change), &w);
    if (change->kind == ETCH_KV_DELETION) {
        return !found || w.kind == ETCH_KV_DELETION;
    }
    if (!found || w.kind != change->kind || w.len != change->len) {
        return false;
    }
    for (uint32_t off = 0; off < w.len; off++) {
        uint8_t byte;
        if (!kv->log->read(kv, &w, off, &byte, 1) || byte != data[off]) {
            return false;
        }
    }
    return kv->log->check(kv, &w, data);
}

static enum etch_err get(const struct etch_kv *kv, uint16_t id, uint8_t *data,
        uint16_t size, struct kv_walk *w)
{
    if (!kv_locate(kv, id, w) || w->kind == ETCH_KV_DELETION) {
        return ETCH_E_NOENT;
    }
    uint32_t n = w->len < size ? w->len : size;
    bool good = kv->log->read(kv, w, 0, data, n);
    good &= kv->log->check(kv, w, n == w->len ? data : NULL);
    if (w->kind == KIND_RUNNING) {
        uint32_t value;
        good &= kv_counter(kv, w, &value);
        for (; n > 0; n--, value >>= 8) {
            *data++ = (uint8_t)value;
        }
    }
    return good ? ETCH_OK : ETCH_E_VERIFY;
}

/* Again, if the record is elsewhere meanwhile: what was read may be of a sector that
 * has been erased since, and holds others. */
static enum etch_err get_settled(const struct etch_kv *kv, uint16_t id, uint8_t *data,
        uint16_t size, struct kv_walk *w)
{
    const volatile uint16_t *slot = kv_slot(kv, id);
    uint16_t at;
    enum etch_err err;
    do {
        at = slot ? *slot : 0;
        err = get(kv, id, data, size, w);
    } while (slot && at != *slot);
    return err;
}

enum etch_err etch_kv_get(
        const struct etch_kv *kv, uint16_t id, void *data, uint16_t size, uint16_t *len)
{
    struct kv_walk w;
    enum etch_err err = get_settled(kv, id, data, size, &w);
    if (err != ETCH_E_NOENT) {
        *len = w.len;
    }
    return err;
}

enum etch_err etch_kv_count(const struct etch_kv *kv, uint16_t id, uint32_t *value)
{
    uint8_t bytes[4];
    struct kv_walk w;
    enum etch_err err = get_settled(kv, id, bytes, sizeof(bytes), &w);
    if (!err && w.kind != KIND_RUNNING && w.kind != ETCH_KV_COUNTER) {
        err = ETCH_E_NOENT;
    }
    if (!err) {
        *value = etch_get32(bytes);
    }
    return err;
}

enum etch_err etch_kv_next(const struct etch_kv *kv, uint16_t *id, uint16_t *len)
{
    for (uint32_t i = *id; i < kv->config->keys; i++) {
        struct kv_walk w;
        if (kv_locate(kv, i, &w) && w.kind != ETCH_KV_DELETION) {
            *id = (uint16_t)i;
            *len = w.len;
            return ETCH_OK;
        }
    }
    return ETCH_E_NOENT;
}
