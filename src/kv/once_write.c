/* once_write.c - the log of cells, to be written.
 *
 * No cell is ever written twice, but for one that a cut may have touched and
 * that reads erased; what comes of it is looked at, and the next cell taken if
 * it went wrong.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/once.h"

enum { TRIES = 4 };

static uint32_t size(const struct etch_kv *kv, uint8_t kind, uint16_t id, uint32_t len)
{
    uint32_t cell = kv_cell(kv);
    (void)kind;
    (void)id;
    return ((len + cell - 2) / (cell - 1) + 1) * cell;
}

static enum etch_err write_cell(
        const struct etch_kv *kv, uint32_t at, uint8_t data[CHUNK], uint32_t len)
{
    uint8_t back[CHUNK];
    uint32_t cell = kv_cell(kv);
    enum etch_err err = kv_program(kv, at, data, len);
    bool same = kv_read(kv, at, back, cell) && memcmp(back, data, cell) == 0;
    return !err && !same ? ETCH_E_VERIFY : err;
}

/* n cells full of this byte; those that go wrong do not count. */
static enum etch_err fill(
        const struct etch_kv *kv, uint32_t *at, uint32_t end, uint8_t byte, uint32_t n)
{
    uint32_t cell = kv_cell(kv);
    enum etch_err err = ETCH_OK;
    for (uint32_t tries = n + TRIES; n > 0 && *at < end && !err; *at += cell) {
        uint8_t data[CHUNK];
        memset(data, byte, cell);
        err = write_cell(kv, *at, data, cell);
        n -= !err;
        err = err == ETCH_E_VERIFY && --tries > 0 ? ETCH_OK : err;
    }
    return err;
}

static enum etch_err write_record(
        const struct etch_kv *kv, uint32_t *at, const struct kv_record *r)
{
    uint32_t cell = kv_cell(kv);
    uint8_t data[CHUNK];
    uint32_t less = size(kv, r->kind, r->id, r->len) / cell - 1;
    less = less * (cell - 1) - r->len;
    uint8_t tail[CHUNK] = {ONCE_TRAILER, (uint8_t)(r->kind | less << 3)};
    etch_put16(tail + 2, r->id);
    uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, tail + 1, 3);
    enum etch_err err = ETCH_OK;
    for (uint32_t off = 0; off < r->len && !err; off += cell - 1, *at += cell) {
        uint32_t n = r->len - off < cell - 1 ? r->len - off : cell - 1;
        data[0] = ONCE_DATA;
        if (r->data) {
            memcpy(data + 1, (const uint8_t *)r->data + off, n);
        } else {
            (void)kv_once_read(kv, r->from, off, data + 1, n);
        }
        crc = etch_crc(ETCH_CRC32_POLY, crc, data + 1, n);
        err = write_cell(kv, *at, data, n + 1);
    }
    if (!err) {
        etch_put32(tail + 4, crc);
        err = write_cell(kv, *at, tail, 8);
        *at += cell;
    }
    return err;
}

static enum etch_err append(
        struct etch_kv *kv, uint32_t *at, const struct kv_record *r, bool copy)
{
    struct kv_sector s;
    uint32_t tries = TRIES;
    (void)copy;
    kv_place(kv, kv_sector_of(kv, *at), &s);
    uint32_t end = s.base + s.len;
    enum etch_err err = write_record(kv, at, r);
    while (err == ETCH_E_VERIFY && --tries > 0) {
        /* Nothing, to part what went wrong from what comes. */
        err = fill(kv, at, end, 0, 1);
        if (!err && size(kv, r->kind, r->id, r->len) + kv_cell(kv) > end - *at) {
            return ETCH_E_NOSPACE;
        }
        err = err ? err : write_record(kv, at, r);
    }
    return err;
}

static uint32_t sector_end(const struct etch_kv *kv, uint32_t at)
{
    struct kv_sector s;
    kv_place(kv, kv_sector_of(kv, at), &s);
    return s.base + s.len;
}

static enum etch_err commit(struct etch_kv *kv, uint32_t first, uint32_t n)
{
    (void)first;
    (void)n;
    return fill(kv, &kv->end, sector_end(kv, kv->end), ONCE_KEEP, 1);
}

static enum etch_err mark(const struct etch_kv *kv, uint32_t at)
{
    uint8_t data[CHUNK];
    uint32_t cell = kv_cell(kv);
    memset(data, ONCE_KEEP, cell);
    return kv_blank(kv, at, cell) ? kv_program(kv, at, data, cell) : ETCH_OK;
}

static enum etch_err settle(
        const struct etch_kv *kv, struct kv_tail *t, bool *did, bool *again)
{
    uint8_t data[CHUNK];
    uint32_t cell = kv_cell(kv);
    uint32_t limit = t->limit;
    uint32_t blank = 0;
    uint32_t in_a_row = 0; /* equal keep or drop cells at the end */
    uint8_t verdict = ONCE_DROP;
    uint32_t at = t->first;
    for (; at < limit && blank < ONCE_END; at += cell) {
        uint8_t tag = kv_once_tag(kv, at, data);
        bool decides = tag == ONCE_KEEP || tag == ONCE_DROP;
        blank = tag == ONCE_ERASED ? blank + 1 : 0;
        if (decides) {
            in_a_row = tag == verdict ? in_a_row + 1 : 1;
            verdict = tag;
        } else if (tag == ONCE_DATA || tag == ONCE_TRAILER) {
            verdict = ONCE_DROP;
        }
        if (!decides && tag != ONCE_ERASED) {
            in_a_row = 0;
        }
    }
    t->end = at - blank * cell;
    *did = in_a_row < 2;
    *again = *again || *did;
    return *did ? fill(kv, &t->end, limit, verdict, 2) : ETCH_OK;
}

static enum etch_err begin(struct etch_kv *kv, uint32_t end)
{
    uint8_t data[CHUNK];
    uint8_t verdict = kv_once_tag(kv, kv->end - kv_cell(kv), data);
    return fill(kv, &kv->end, end, verdict, 1);
}

static const struct kv_writer writer = {
        .size = size,
        .append = append,
        .commit = commit,
        .mark = mark,
        .settle = settle,
        .begin = begin,
        .tail = 4,
        .commits = 1,
        .commits_one = 1,
};

const struct etch_kv_log etch_kv_once = {.once = true,
        .walk = kv_once_walk,
        .read = kv_once_read,
        .check = kv_once_check,
        .writer = &writer};
