/* sector.c - what a sector's header says (SPEC.md 2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/kv_priv.h"

uint32_t kv_field(const struct etch_kv *kv, enum kv_field field)
{
    uint32_t at = kv_whole_cells(kv, 12) + (uint32_t)field * kv->cell;
    return field == FIELD_LOG ? at - kv->cell + kv_whole_cells(kv, 16) : at;
}

void kv_place(const struct etch_kv *kv, uint32_t i, struct kv_sector *s)
{
    const uint32_t *len = kv->config->nor->sector_len;
    s->base = 0;
    for (; i > 0; i--) {
        s->base += *len++;
    }
    s->len = *len;
}

uint8_t kv_shape(const struct etch_kv *kv)
{
    uint8_t log2 = kv_log(kv)->once ? 8 : 0;
    for (uint32_t cell = kv->cell; cell > 1; cell >>= 1) {
        log2++;
    }
    return log2;
}

/* Eight bytes and their CRC. */
static bool read_row(const struct etch_kv *kv, uint32_t at, uint8_t row[12])
{
    return kv_read_flipped(kv, at, row, 12) &&
           etch_crc(ETCH_CRC32_POLY, ~0u, row, 8) == etch_get32(row + 8);
}

uint32_t kv_erases(const struct etch_kv *kv, uint32_t i)
{
    struct kv_sector s;
    uint8_t a[12];
    kv_place(kv, i, &s);
    return read_row(kv, s.base, a) && etch_get16(a) == MAGIC ? etch_get32(a + 4) : 0;
}

bool kv_header(const struct etch_kv *kv, uint32_t i, struct kv_sector *s)
{
    uint8_t b[12];
    kv_place(kv, i, s);
    bool good = read_row(kv, s->base + kv_field(kv, FIELD_B) + 4, b);
    s->seq = etch_get32(b);
    s->rank = s->seq - etch_get16(b + 4);
    s->copies = s->base + etch_get16(b + 6) * kv->cell;
    uint32_t log = s->base + kv_field(kv, FIELD_LOG);
    return good && s->copies - log <= s->base + s->len - log;
}

enum kv_state kv_examine(
        const struct etch_kv *kv, uint32_t i, struct kv_sector *s, struct kv_walk *w)
{
    uint8_t a[12];
    kv_place(kv, i, s);
    w->final = true;
    if (!read_row(kv, s->base, a) || etch_get16(a) != MAGIC) {
        return SECTOR_DIRTY;
    }
    if (a[2] != VERSION || a[3] != kv_shape(kv)) {
        return SECTOR_FOREIGN;
    }
    w->at = s->base + kv_field(kv, FIELD_USED);
    if (kv_blank(kv, w->at, kv->cell)) {
        /* A header that could not be zeroed before the erase may be an old one. */
        bool clean = !kv_blank(kv, w->at - kv->cell, kv->cell) &&
                     (!kv_log(kv)->once || kv_blank(kv, w->at, s->base + s->len - w->at));
        return clean ? SECTOR_READY : SECTOR_DIRTY;
    }
    if (!kv_header(kv, i, s)) {
        return SECTOR_DRAFT;
    }
    w->at = s->base + kv_field(kv, FIELD_B);
    w->next = w->copies = s->copies;
    w->end = kv_log(kv)->limit(kv, s->copies, s->base + s->len);
    w->word = kv_word(kv, w->at);
    w->alive = !(w->word & 1);
    kv_verdict(kv, w);
    return w->alive ? SECTOR_OPEN : SECTOR_DRAFT;
}

/* ---- segments -------------------------------------------------------------- */

void kv_whole(
        const struct etch_kv *kv, uint32_t i, struct kv_sector *s, struct kv_walk *w)
{
    (void)kv_header(kv, i, s);
    w->next = s->base + kv_field(kv, FIELD_LOG);
    w->copies = s->copies;
    w->end = kv_log(kv)->limit(kv, s->copies, s->base + s->len);
}

bool kv_segment(const struct etch_kv *kv, uint32_t *key, struct kv_walk *w)
{
    struct kv_sector s;
    uint32_t best = UINT32_MAX;
    uint32_t in = 0;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        if (kv->sector[i] != SECTOR_OPEN) {
            continue;
        }
        (void)kv_header(kv, i, &s);
        uint32_t first = s.rank << 1;
        if (first <= *key) {
            first = s.seq << 1 | 1;
        }
        if (first > *key && first < best) {
            best = first;
            in = i;
        }
    }
    *key = best;
    if (best == UINT32_MAX) {
        return false;
    }
    kv_whole(kv, in, &s, w);
    if (best & 1) {
        w->next = s.copies;
    } else {
        w->end = s.copies;
    }
    return true;
}

bool kv_find(const struct etch_kv *kv, uint16_t id, bool name, struct kv_walk *found)
{
    struct kv_walk w;
    uint32_t key = 0;
    bool any = false;
    while (kv_segment(kv, &key, &w)) {
        while (kv_next_alive(kv, &w)) {
            if (w.id == id && (w.kind == KIND_NAME) == name) {
                *found = w;
                any = true;
            }
        }
    }
    return any;
}
