/* sector.c - what a sector's header says (SPEC.md 2).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/kv_priv.h"

uint32_t kv_field(const struct etch_kv *kv, enum kv_field field)
{
    uint32_t record = kv_whole_cells(kv, 12);
    uint32_t flag = kv_cell(kv) << (kv->config->log->once ? 1 : 0);
    if (field == FIELD_A) {
        return 0;
    }
    return record + ((uint32_t)field - FIELD_CLEAN) * flag +
           (field == FIELD_LOG ? record - flag : 0);
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

uint32_t kv_sector_of(const struct etch_kv *kv, uint32_t at)
{
    const uint32_t *len = kv->config->nor->sector_len;
    uint32_t i = 0;
    while (i + 1u < kv->config->nor->sectors && at >= len[i]) {
        at -= len[i++];
    }
    return i;
}

uint8_t kv_shape(const struct etch_kv *kv)
{
    uint8_t log2 = kv->config->log->once ? 8 : 0;
    for (uint32_t cell = kv_cell(kv); cell > 1; cell >>= 1) {
        log2++;
    }
    return log2;
}

bool kv_flag(const struct etch_kv *kv, const struct kv_sector *s, enum kv_field field)
{
    uint32_t at = kv_field(kv, field);
    return !kv_blank(kv, s->base + at, kv_field(kv, field + 1) - at);
}

/* Is the CRC in the last 4 bytes of a 12-byte record that of the rest? */
static bool valid(const uint8_t record[12], uint32_t crc)
{
    return etch_crc(ETCH_CRC32_POLY, crc, record, 8) == etch_get32(record + 8);
}

static void read_b(const struct etch_kv *kv, struct kv_sector *s, const uint8_t a[12])
{
    uint8_t b[12];
    uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, a, 8);
    uint32_t cell = kv_cell(kv);
    uint32_t at = s->base + kv_field(kv, FIELD_B);
    bool blank = kv_blank(kv, at, 12);
    bool good = kv_read_flipped(kv, at, b, 12) && valid(b, crc);
    s->seq = etch_get32(b);
    s->age = etch_get16(b + 4);
    s->copies = s->base + etch_get16(b + 6) * cell;
    good = good && s->copies - s->base >= kv_field(kv, FIELD_LOG) &&
           s->copies - s->base <= s->len - 2 * cell;
    if (kv_flag(kv, s, FIELD_USED)) {
        s->state = SECTOR_DRAFT;
    } else if (blank && kv_flag(kv, s, FIELD_CLEAN)) {
        s->state = SECTOR_READY;
    }
    if (!good) {
        return;
    }
    bool first = !kv_blank(kv, s->copies, cell);
    bool second = !kv_blank(kv, s->copies + cell, cell);
    if (second || (first && !kv_flag(kv, s, FIELD_DROPPED))) {
        s->state = SECTOR_OPEN;
    } else {
        s->doubtful = true;
    }
}

void kv_sector(const struct etch_kv *kv, uint32_t i, struct kv_sector *s)
{
    uint8_t a[12];
    memset(s, 0, sizeof(*s));
    kv_place(kv, i, s);
    if (!kv_read_flipped(kv, s->base, a, 12) || etch_get16(a) != MAGIC ||
            !valid(a, ~0u)) {
        return; /* dirty */
    }
    s->erases = etch_get32(a + 4);
    if (a[2] != VERSION || a[3] != kv_shape(kv)) {
        s->state = SECTOR_FOREIGN;
    } else {
        read_b(kv, s, a);
    }
}

bool kv_current(const struct etch_kv *kv, uint32_t i, struct kv_sector *s)
{
    struct kv_sector other;
    kv_sector(kv, i, s);
    if (s->state != SECTOR_OPEN) {
        return false;
    }
    for (uint32_t k = 0; k < kv->config->nor->sectors; k++) {
        kv_sector(kv, k, &other);
        if (other.state == SECTOR_OPEN && other.age && other.seq - other.age == s->seq) {
            return false;
        }
    }
    return true;
}

/* ---- segments -------------------------------------------------------------- */

bool kv_segment(const struct etch_kv *kv, uint32_t *key, struct kv_walk *w)
{
    struct kv_sector s;
    uint32_t best = UINT32_MAX;
    w->behind = 0;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        if (!kv_current(kv, i, &s)) {
            continue;
        }
        uint32_t copies = (s.seq - s.age) << 1;
        uint32_t rest = s.seq << 1 | 1;
        if (s.age && copies > *key && copies < best) {
            best = copies;
            w->next = s.base + kv_field(kv, FIELD_LOG);
            w->copies = w->end = s.copies;
        } else if (rest > *key && rest < best) {
            best = rest;
            w->next = w->copies = s.copies;
            w->end = s.base + s.len;
        }
    }
    *key = best;
    return best != UINT32_MAX;
}

void kv_whole(const struct etch_kv *kv, const struct kv_sector *s, struct kv_walk *w)
{
    *w = (struct kv_walk){.next = s->base + kv_field(kv, FIELD_LOG),
            .copies = s->copies,
            .end = s->base + s->len};
}

bool kv_at(const struct etch_kv *kv, uint32_t at, struct kv_walk *w)
{
    struct kv_sector s;
    kv_place(kv, kv_sector_of(kv, at), &s);
    *w = (struct kv_walk){.next = at, .copies = at, .end = s.base + s.len};
    return kv->config->log->walk(kv, w);
}

bool kv_next_alive(const struct etch_kv *kv, struct kv_walk *w)
{
    while (kv->config->log->walk(kv, w)) {
        if (w->alive && w->kind != KIND_BATCH) {
            return true;
        }
    }
    return false;
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
