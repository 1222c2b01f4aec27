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
    /* Data before every trailer: the first cell of a record is in doubt alone. */
    return len == 0 ? 2 * cell : ((len + cell - 2) / (cell - 1) + 1) * cell;
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

/* The number of a cell in its sector; where that ends. */
static uint32_t number_of(const struct etch_kv *kv, uint32_t at, uint32_t *end)
{
    struct kv_sector s;
    kv_place(kv, kv_sector_of(kv, at), &s);
    *end = s.base + s.len;
    return (at - s.base) / kv_cell(kv);
}

/* n equal cells; those that go wrong do not count. */
static enum etch_err fill(
        const struct etch_kv *kv, uint32_t *at, const uint8_t cell[CHUNK], uint32_t n)
{
    enum etch_err err = ETCH_OK;
    uint32_t len = kv_cell(kv);
    uint32_t end;
    (void)number_of(kv, *at, &end);
    for (uint32_t tries = n + TRIES; n > 0 && *at < end && !err; *at += len) {
        uint8_t data[CHUNK];
        memcpy(data, cell, len);
        err = write_cell(kv, *at, data, len);
        n -= !err;
        err = err == ETCH_E_VERIFY && --tries > 0 ? ETCH_OK : err;
    }
    return err;
}

static enum etch_err decide(
        const struct etch_kv *kv, uint32_t *at, uint8_t tag, uint32_t from, uint32_t n)
{
    uint8_t cell[CHUNK];
    kv_once_verdict(kv, cell, tag, from);
    return fill(kv, at, cell, n);
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
    for (uint32_t off = 0; (off < r->len || off == 0) && !err;
            off += cell - 1, *at += cell) {
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
    static const uint8_t nothing[CHUNK];
    uint32_t end;
    (void)copy;
    (void)number_of(kv, *at, &end);
    enum etch_err err = write_record(kv, at, r);
    for (uint32_t tries = TRIES; err == ETCH_E_VERIFY && tries > 0; tries--) {
        /* Nothing, to part what went wrong from what comes. */
        err = fill(kv, at, nothing, 1);
        if (!err && size(kv, r->kind, r->id, r->len) + kv_cell(kv) > end - *at) {
            return ETCH_E_NOSPACE;
        }
        err = err ? err : write_record(kv, at, r);
    }
    return err;
}

static enum etch_err commit(struct etch_kv *kv, uint32_t first, uint32_t n)
{
    uint32_t end;
    (void)n;
    return decide(kv, &kv->end, ONCE_KEEP, number_of(kv, first, &end), 1);
}

static enum etch_err mark(const struct etch_kv *kv, uint32_t at)
{
    uint8_t data[CHUNK];
    uint32_t end;
    kv_once_verdict(kv, data, ONCE_KEEP, number_of(kv, at, &end));
    return kv_blank(kv, at, kv_cell(kv)) ? kv_program(kv, at, data, kv_cell(kv))
                                         : ETCH_OK;
}

/* The verdict that comes last, how often it is said in a row, and where what is
 * behind it begins. */
struct verdict {
    uint8_t data[CHUNK];
    uint32_t behind, said;
};

static void hear(struct verdict *v, uint32_t at, const uint8_t *data, uint32_t cell)
{
    bool same = at == v->behind && memcmp(data, v->data, cell) == 0;
    v->said = same ? v->said + 1 : 1;
    memcpy(v->data, data, cell);
    v->behind = at + cell;
}

/* The verdict that comes last is said again, until two in a row say it. If the
 * beginning of a change is behind it, that is dropped. */
static enum etch_err settle(
        const struct etch_kv *kv, struct kv_tail *t, bool *did, bool *again)
{
    uint8_t data[CHUNK];
    struct verdict v = {.behind = t->first};
    uint32_t cell = kv_cell(kv);
    uint32_t blank = 0;
    uint32_t at = t->first;
    for (; at < t->limit && blank < ONCE_END; at += cell) {
        uint8_t tag = kv_once_tag(kv, at, data);
        blank = tag == ONCE_ERASED ? blank + 1 : 0;
        if (tag == ONCE_KEEP || tag == ONCE_DROP) {
            hear(&v, at, data, cell);
        }
    }
    t->end = at - blank * cell;
    *did = v.said < 2 || v.behind != t->end;
    *again = *again || *did;
    /* One cell behind a verdict may be a torn repetition: that it was said counts.
     * With more, the verdict has been final before they were begun. */
    if (v.said == 0 || v.behind + cell < t->end) {
        uint32_t end;
        kv_once_verdict(kv, v.data, ONCE_DROP, number_of(kv, v.behind, &end));
    }
    return *did && t->end < t->limit ? fill(kv, &t->end, v.data, 2) : ETCH_OK;
}

static enum etch_err begin(struct etch_kv *kv, uint32_t end)
{
    uint8_t data[CHUNK];
    (void)kv_once_tag(kv, kv->end - kv_cell(kv), data);
    return kv->end < end ? fill(kv, &kv->end, data, 1) : ETCH_OK;
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
