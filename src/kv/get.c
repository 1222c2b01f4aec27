/* get.c - reading a value.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

bool kv_locate(const struct etch_kv *kv, uint16_t id, struct kv_walk *w)
{
    const struct etch_kv_config *c = kv->config;
    if (id >= c->keys) {
        return kv_find(kv, id, false, w);
    }
    uint32_t cell = *(const volatile uint16_t *)&c->index[id];
    return cell && kv_at(kv, cell * kv_cell(kv), w);
}

bool kv_counter(const struct etch_kv *kv, const struct kv_walk *w, uint32_t *value)
{
    uint8_t bytes[28];
    bool good = kv->config->log->read(kv, w, 0, bytes, 4);
    *value = etch_get32(bytes);
    if (w->kind == KIND_RUNNING) {
        good = kv_read_flipped(kv, w->data + 4, bytes, 24) && good;
        uint32_t n = 0;
        while (n < 192 && !(bytes[n / 8] >> n % 8 & 1)) {
            n++;
        }
        *value += n;
    }
    return good;
}

/* Has the record been copied elsewhere meanwhile, and its sector erased? */
static bool moved(const struct etch_kv *kv, uint16_t id, const struct kv_walk *w)
{
    const struct etch_kv_config *c = kv->config;
    return id < c->keys &&
           *(const volatile uint16_t *)&c->index[id] != (uint16_t)(w->at / kv_cell(kv));
}

static enum etch_err get(const struct etch_kv *kv, uint16_t id, void *data, uint16_t size,
        struct kv_walk *w)
{
    if (!kv_locate(kv, id, w) || w->kind == KIND_DELETION) {
        return ETCH_E_NOENT;
    }
    const struct etch_kv_log *log = kv->config->log;
    if (w->kind != KIND_VALUE) {
        uint8_t bytes[4];
        uint32_t value = 0; /* what a record that is not good counts to */
        bool good = log->check(kv, w, NULL) && kv_counter(kv, w, &value);
        etch_put32(bytes, value);
        memcpy(data, bytes, size < 4 ? size : 4);
        w->len = 4;
        return good ? ETCH_OK : ETCH_E_VERIFY;
    }
    uint32_t n = w->len < size ? w->len : size;
    bool good = log->read(kv, w, 0, data, n);
    good = log->check(kv, w, n == w->len ? data : NULL) && good;
    return good ? ETCH_OK : ETCH_E_VERIFY;
}

enum etch_err etch_kv_get(
        const struct etch_kv *kv, uint16_t id, void *data, uint16_t size, uint16_t *len)
{
    struct kv_walk w;
    enum etch_err err;
    do {
        err = get(kv, id, data, size, &w);
    } while (err == ETCH_E_VERIFY && moved(kv, id, &w));
    if (err != ETCH_E_NOENT) {
        *len = w.len;
    }
    return err;
}

enum etch_err etch_kv_count(const struct etch_kv *kv, uint16_t id, uint32_t *value)
{
    uint8_t bytes[4];
    struct kv_walk w;
    enum etch_err err;
    do {
        err = get(kv, id, bytes, sizeof(bytes), &w);
    } while (err == ETCH_E_VERIFY && moved(kv, id, &w));
    if (!err && w.kind != KIND_RUNNING && w.kind != KIND_COUNTER) {
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
        if (kv_locate(kv, (uint16_t)i, &w) && w.kind != KIND_DELETION) {
            bool counts = w.kind == KIND_RUNNING;
            *id = (uint16_t)i;
            *len = counts ? 4 : w.len;
            return ETCH_OK;
        }
    }
    return ETCH_E_NOENT;
}
