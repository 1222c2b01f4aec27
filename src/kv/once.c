/* once.c - the log of cells, to be read (SPEC.md 4).
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/once.h"

#include "base/bytes.h"
#include "base/crc.h"

void kv_once_verdict(
        const struct etch_kv *kv, uint8_t cell[CHUNK], uint8_t tag, uint32_t from)
{
    const uint8_t three[3] = {tag, (uint8_t)from, (uint8_t)(from >> 8)};
    for (uint32_t i = 0; i < kv_cell(kv); i++) {
        cell[i] = three[i % 3];
    }
}

uint8_t kv_once_tag(const struct etch_kv *kv, uint32_t at, uint8_t cell[CHUNK])
{
    uint8_t want[CHUNK];
    uint32_t len = kv_cell(kv);
    if (!kv_read(kv, at, cell, len)) {
        return ONCE_NOTHING;
    }
    if (cell[0] == ONCE_KEEP || cell[0] == ONCE_DROP) {
        kv_once_verdict(kv, want, cell[0], etch_get16(cell + 1));
        return memcmp(cell, want, len) == 0 ? cell[0] : ONCE_NOTHING;
    }
    memset(want, kv->config->nor->erased, len);
    if (memcmp(cell, want, len) == 0) {
        return ONCE_ERASED;
    }
    return cell[0] == ONCE_DATA || cell[0] == ONCE_TRAILER ? cell[0] : ONCE_NOTHING;
}

/* Come to the next trailer, or to the end. */
static bool step(const struct etch_kv *kv, struct kv_walk *w)
{
    uint8_t cell[CHUNK];
    uint32_t len = kv_cell(kv);
    uint32_t blank = 0;
    uint32_t first = w->next; /* of the data in a row */
    for (uint32_t at = w->next; at < w->end; at += len) {
        uint8_t tag = kv_once_tag(kv, at, cell);
        if (tag == ONCE_TRAILER) {
            uint32_t bytes = (at - first) / len * (len - 1);
            uint32_t less = cell[1] >> 3;
            w->at = first;
            w->data = at;
            w->next = at + len;
            w->id = etch_get16(cell + 2);
            w->len = (uint16_t)(bytes > less ? bytes - less : 0);
            w->kind = cell[1] & 7;
            return true;
        }
        if (tag != ONCE_DATA) {
            first = at + len;
        }
        blank = tag == ONCE_ERASED ? blank + 1 : 0;
        if (blank == ONCE_END) {
            w->at = at + len - ONCE_END * len;
            return false;
        }
    }
    w->at = w->end - blank * len;
    return false;
}

/* What the last verdict says that reaches back to this record. */
static bool is_kept(const struct etch_kv *kv, const struct kv_walk *w)
{
    struct kv_sector s;
    uint8_t cell[CHUNK];
    uint32_t len = kv_cell(kv);
    uint32_t blank = 0;
    uint8_t last = 0;
    kv_place(kv, kv_sector_of(kv, w->at), &s);
    for (uint32_t at = w->next; at < w->end && blank < ONCE_END; at += len) {
        uint8_t tag = kv_once_tag(kv, at, cell);
        blank = tag == ONCE_ERASED ? blank + 1 : 0;
        if (last && (tag == ONCE_DATA || tag == ONCE_TRAILER)) {
            break; /* of another group */
        }
        bool verdict = tag == ONCE_KEEP || tag == ONCE_DROP;
        if (verdict && s.base + etch_get16(cell + 1) * len <= w->at) {
            last = tag;
        }
    }
    return last == ONCE_KEEP;
}

bool kv_once_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        void *data, uint32_t len)
{
    uint8_t *to = data;
    uint32_t cell = kv_cell(kv);
    bool good = true;
    while (len > 0) {
        uint32_t in = off % (cell - 1);
        uint32_t n = cell - 1 - in < len ? cell - 1 - in : len;
        good = kv_read(kv, w->at + off / (cell - 1) * cell + 1 + in, to, n) && good;
        to += n;
        off += n;
        len -= n;
    }
    return good;
}

bool kv_once_check(const struct etch_kv *kv, const struct kv_walk *w, const void *data)
{
    uint8_t cell[CHUNK];
    uint8_t byte[CHUNK];
    (void)kv_once_tag(kv, w->data, cell);
    uint32_t want = etch_get32(cell + 4);
    uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, cell + 1, 3);
    if (data) {
        return etch_crc(ETCH_CRC32_POLY, crc, data, w->len) == want;
    }
    for (uint32_t off = 0; off < w->len; off += CHUNK) {
        uint32_t n = w->len - off < CHUNK ? w->len - off : CHUNK;
        (void)kv_once_read(kv, w, off, byte, n);
        crc = etch_crc(ETCH_CRC32_POLY, crc, byte, n);
    }
    return crc == want;
}

bool kv_once_walk(const struct etch_kv *kv, struct kv_walk *w)
{
    if (!step(kv, w)) {
        return false;
    }
    bool kept = w->next <= w->copies || is_kept(kv, w);
    /* A torn cell may read as a trailer. */
    w->alive = kept && kv_once_check(kv, w, NULL);
    return true;
}

const struct etch_kv_log etch_kv_once_view = {
        .once = true, .walk = kv_once_walk, .read = kv_once_read, .check = kv_once_check};
