/* once.c - the log of cells, to be read (SPEC.md 4).
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/once.h"

#include "base/bytes.h"
#include "base/crc.h"

uint8_t kv_once_tag(const struct etch_kv *kv, uint32_t at, uint8_t cell[CELL_MAX])
{
    if (!kv_read(kv, at, cell, kv->cell)) {
        return ONCE_NOTHING;
    }
    uint8_t tag = cell[0];
    for (uint32_t i = 0; i < kv->cell && tag != ONCE_DATA && tag != ONCE_TRAILER; i++) {
        tag = cell[i] == tag ? tag : ONCE_NOTHING;
    }
    return tag;
}

enum kv_mark kv_once_look(const struct etch_kv *kv, uint32_t at)
{
    uint8_t cell[CELL_MAX];
    switch (kv_once_tag(kv, at, cell)) {
    case ONCE_KEEP: return MARK_KEEP;
    case ONCE_DROP: return MARK_DROP;
    case ONCE_DATA:
    case ONCE_TRAILER: return MARK_ITEM;
    default: return MARK_VOID;
    }
}

uint32_t kv_once_limit(const struct etch_kv *kv, uint32_t from, uint32_t to)
{
    while (to > from && kv_blank(kv, to - kv->cell, kv->cell)) {
        to -= kv->cell;
    }
    return to;
}

/* The record, or the torn beginning of a group, from w->at up to what is no data
 * cell. */
static void take(struct kv_walk *w, uint8_t tag, const uint8_t *cell, uint32_t len)
{
    uint32_t bytes = (w->data - w->at) / len * (len - 1);
    uint32_t less = cell[1] >> 3;
    uint32_t kind = cell[1] & 7;
    w->next = w->data + (tag == ONCE_TRAILER ? len : 0);
    w->claim = 0;
    if (tag == ONCE_TRAILER && less <= bytes && bytes > 0 && kind <= ETCH_KV_COUNTER) {
        w->len = (uint16_t)(bytes - less);
        w->kind = (uint8_t)kind;
        w->key = etch_get16(cell + 2) | (kind == ETCH_KV_NAME ? KEY_NAME : 0);
        w->alive = w->at < w->copies;
    } else {
        w->len = 0;
        w->kind = KIND_BATCH; /* in which there is nothing */
        w->alive = false;
        w->data = w->next;
    }
}

bool kv_once_step(const struct etch_kv *kv, struct kv_walk *w)
{
    uint8_t cell[CELL_MAX];
    uint32_t first = w->next;
    for (uint32_t at = first; first < w->end; at += kv->cell) {
        uint8_t tag = at < w->end ? kv_once_tag(kv, at, cell) : ONCE_NOTHING;
        if (tag == ONCE_TRAILER || (tag != ONCE_DATA && at > first)) {
            w->at = first;
            w->data = at;
            take(w, tag, cell, kv->cell);
            /* The marks are those on the whole group. */
            w->behind = w->next;
            while (w->at >= w->copies && w->behind < w->end &&
                    kv_once_look(kv, w->behind) == MARK_ITEM) {
                w->behind += kv->cell;
            }
            return true;
        }
        if (tag != ONCE_DATA) {
            first = at + kv->cell;
        }
    }
    return false;
}

bool kv_once_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        uint8_t *data, uint32_t len)
{
    uint32_t at = w->at;
    bool good = true;
    while (len-- > 0) {
        for (; off >= kv->cell - 1u; off -= kv->cell - 1u) {
            at += kv->cell;
        }
        good = kv_read(kv, at + 1 + off++, data++, 1) && good;
    }
    return good;
}

bool kv_once_check(const struct etch_kv *kv, const struct kv_walk *w, const uint8_t *data)
{
    uint8_t cell[CELL_MAX];
    (void)kv_once_tag(kv, w->data, cell);
    uint32_t want = etch_get32(cell + 4);
    uint32_t crc = etch_crc32(cell + 1, 3);
    if (data) {
        return etch_crc(ETCH_CRC32_POLY, crc, data, w->len) == want;
    }
    for (uint32_t off = 0; off < w->len; off++) {
        (void)kv_once_read(kv, w, off, cell, 1);
        crc = etch_crc(ETCH_CRC32_POLY, crc, cell, 1);
    }
    return crc == want;
}

const struct etch_kv_log etch_kv_once_view = {.once = true,
        .stamp = KV_STAMP(1),
        .step = kv_once_step,
        .look = kv_once_look,
        .limit = kv_once_limit,
        .read = kv_once_read,
        .check = kv_once_check};
