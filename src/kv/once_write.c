/* once_write.c - the log of cells, to be written (SPEC.md 5).
 *
 * No cell is written twice, but with a VOID one that a cut may have touched and
 * that reads erased: whatever comes of it is no longer erased and means nothing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/once.h"

enum { TRIES = 4 };

static uint32_t size(const struct etch_kv *kv, uint8_t kind, uint16_t id, uint32_t len)
{
    uint32_t in = kv->cell - 1u;
    (void)kind;
    (void)id;
    /* Data before every trailer: the first cell of a record is in doubt alone. */
    return (len == 0 ? 2 : (len + in - 1) / in + 1) * kv->cell;
}

static enum etch_err mark(const struct etch_kv *kv, uint32_t at, enum kv_mark mark)
{
    static const uint8_t tags[] = {ONCE_NOTHING, ONCE_KEEP, ONCE_DROP};
    uint8_t cell[CELL_MAX];
    for (uint32_t i = 0; i < kv->cell; i++) {
        cell[i] = tags[mark];
    }
    enum etch_err err = kv_program(kv, at, cell, kv->cell);
    bool void_now = mark == MARK_VOID && !kv_blank(kv, at, kv->cell);
    return err == ETCH_E_VERIFY && void_now ? ETCH_OK : err;
}

static enum etch_err commit(struct etch_kv *kv, uint32_t at)
{
    enum etch_err err = ETCH_E_VERIFY;
    (void)at;
    /* Two side by side; what goes wrong is a VOID. */
    for (int good = 0, tries = TRIES; good < 2 && tries > 0; tries--) {
        err = mark(kv, kv->end, MARK_KEEP);
        good = err ? 0 : good + 1;
        kv->end += kv->cell;
    }
    return err;
}

static enum etch_err append(
        const struct etch_kv *kv, uint32_t *at, const struct kv_record *r, bool counts)
{
    uint8_t data[CELL_MAX];
    uint8_t tail[CELL_MAX] = {ONCE_TRAILER};
    uint32_t in = kv->cell - 1u;
    uint32_t off = 0;
    enum etch_err err;
    (void)counts;
    etch_put16(tail + 2, r->id);
    do {
        uint32_t n = 0;
        data[0] = ONCE_DATA;
        for (; n < in && off < r->len; off++) {
            data[++n] = r->data[off];
        }
        tail[1] = (uint8_t)(r->kind | (in - n) << 3);
        err = kv_program(kv, *at, data, n + 1);
        *at += kv->cell;
    } while (off < r->len && !err);
    uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, tail + 1, 3);
    etch_put32(tail + 4, etch_crc(ETCH_CRC32_POLY, crc, r->data, r->len));
    err = err ? err : kv_program(kv, *at, tail, 8);
    *at += kv->cell;
    return err;
}

static enum etch_err firm(const struct etch_kv *kv, uint32_t at, uint32_t word)
{
    (void)kv;
    (void)at;
    (void)word;
    return ETCH_OK;
}

static uint32_t claim(uint32_t at, uint32_t word)
{
    (void)at;
    (void)word;
    return 0;
}

static const struct kv_writer writer = {
        .size = size,
        .append = append,
        .commit = commit,
        .mark = mark,
        .firm = firm,
        .claim = claim,
        .commits = 2,
        .commits_one = 2,
        .tries = TRIES,
};

const struct etch_kv_log etch_kv_once = {.once = true,
        .step = kv_once_step,
        .mark = kv_once_mark,
        .limit = kv_once_limit,
        .read = kv_once_read,
        .check = kv_once_check,
        .writer = &writer};
