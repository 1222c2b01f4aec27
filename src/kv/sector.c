/* sector.c - what a sector's header says (SPEC.md 2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/kv_priv.h"

uint32_t kv_base(const struct etch_kv *kv, uint32_t i)
{
    const uint32_t *len = kv->nor->sector_len;
    uint32_t base = 0;
    for (; i > 0; i--) {
        base += *len++;
    }
    return base;
}

uint32_t kv_field(const struct etch_kv *kv, uint32_t i, enum kv_field field)
{
    uint32_t at = kv_base(kv, i) + kv_whole_cells(kv, 12) + (uint32_t)field * kv->cell;
    return field == FIELD_LOG ? at - kv->cell + kv_whole_cells(kv, 16) : at;
}

uint32_t kv_usable(const struct etch_kv *kv, uint32_t i)
{
    return kv->nor->sector_len[i] - kv_field(kv, 0, FIELD_LOG) -
           (uint32_t)kv->log->kept * kv->cell;
}

uint32_t kv_stamp(const struct etch_kv *kv)
{
    /* The logarithm of a power of two is 31 less its leading zeros. */
    return kv->log->stamp - ((uint32_t)__builtin_clz(kv->cell) << 24);
}

/* Eight bytes and their CRC. */
static bool read_row(const struct etch_kv *kv, uint32_t at, uint8_t row[12])
{
    return kv_read(kv, at, row, 12) && etch_crc32(row, 8) == etch_get32(row + 8);
}

/* The row A. */
static bool read_a(const struct etch_kv *kv, uint32_t i, uint8_t a[12])
{
    return read_row(kv, kv_base(kv, i), a) && etch_get16(a) == MAGIC;
}

uint32_t kv_erases(const struct etch_kv *kv, uint32_t i)
{
    uint8_t a[12];
    return read_a(kv, i, a) ? etch_get32(a + 4) : 0;
}

bool kv_header(const struct etch_kv *kv, uint32_t i, struct kv_walk *w)
{
    uint8_t b[12];
    uint32_t base = kv_base(kv, i);
    uint32_t log = kv_field(kv, i, FIELD_LOG);
    bool good = read_row(kv, kv_field(kv, i, FIELD_B) + 4, b);
    w->seq = etch_get32(b) & ((1u << SEQ_BITS) - 1);
    w->rank = w->seq - (etch_get16(b + 4) | (uint32_t)b[3] << 16);
    uint32_t copies = base + etch_get16(b + 6) * kv->cell;
    if (copies - log > base + kv->nor->sector_len[i] - log) {
        copies = log; /* what has rotted leads nowhere */
        good = false;
    }
    w->copies = copies;
    return good;
}

bool kv_whole(const struct etch_kv *kv, uint32_t i, struct kv_walk *w)
{
    w->alive = kv_header(kv, i, w);
    w->next = kv_field(kv, i, FIELD_LOG);
    w->end = kv->log->limit(kv, w->copies, kv_base(kv, i + 1));
    return w->alive;
}

enum kv_state kv_examine(const struct etch_kv *kv, uint32_t i, struct kv_walk *w)
{
    uint8_t a[12] = {0};
    uint32_t used = kv_field(kv, i, FIELD_USED);
    uint32_t stamp = kv_stamp(kv);
    bool known = read_a(kv, i, a);
    w->at = used + kv->cell; /* B */
    w->word = kv_word(kv, w->at);
    w->final = true;
    /* A of a once log may be what a cut erase has left, valid now and then: what has been
     * opened does not need it. */
    if (!known && !(kv->log->once && w->word == stamp)) {
        /* Cut while it was zeroed, it may be valid the next time; but not if the last
         * word was come to, or was never there. */
        w->final = kv->log->once || etch_get32(a + 8) + 1 < 2;
        return SECTOR_DIRTY;
    }
    if (known && etch_get32(a) != stamp) {
        return SECTOR_FOREIGN;
    }
    if (kv_blank(kv, used, kv->cell)) {
        /* A header that could not be zeroed before the erase may be an old one. */
        bool clean = !kv_blank(kv, used - kv->cell, kv->cell) &&
                     (!kv->log->once || kv_blank(kv, used, kv_base(kv, i + 1) - used));
        return clean ? SECTOR_READY : SECTOR_DIRTY;
    }
    if (!kv_whole(kv, i, w)) {
        return SECTOR_DRAFT;
    }
    w->next = w->behind = w->copies;
    w->claim = w->kind = 0;
    /* In cells written once the marks alone open it; a word that cannot be read is 0. */
    w->alive = ~(kv->log->once | w->word) & 1;
    kv_verdict(kv, w);
    return w->alive ? SECTOR_OPEN : SECTOR_DRAFT;
}

/* ---- segments -------------------------------------------------------------- */

/* The next segment but those of the sector `except`. */
static bool segment(
        const struct etch_kv *kv, uint32_t *order, uint32_t except, struct kv_walk *w)
{
    uint32_t best = UINT32_MAX;
    uint32_t in = 0;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        if (i == except || kv->sector[i] != SECTOR_OPEN) {
            continue;
        }
        (void)kv_header(kv, i, w);
        uint32_t first = w->rank << 1;
        if (first <= *order) {
            first = w->seq << 1 | 1;
        }
        if (first > *order && first < best) {
            best = first;
            in = i;
        }
    }
    *order = best;
    if (best == UINT32_MAX) {
        return false;
    }
    (void)kv_whole(kv, in, w);
    if (best & 1) {
        w->next = w->copies;
    } else {
        w->end = w->copies;
    }
    return true;
}

bool kv_segment(const struct etch_kv *kv, uint32_t *order, struct kv_walk *w)
{
    return segment(kv, order, NONE, w);
}

uint32_t kv_find(
        const struct etch_kv *kv, uint32_t key, uint32_t except, struct kv_walk *on)
{
    uint32_t order = 0;
    uint32_t at = 0;
    while (segment(kv, &order, except, on)) {
        while (kv_next_alive(kv, on)) {
            at = on->key == key ? on->at : at;
        }
    }
    return at;
}
