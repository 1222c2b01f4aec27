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

static uint32_t size(const struct etch_kv *kv, uint32_t key, uint32_t len)
{
    uint32_t in = kv->cell - 1u;
    (void)key;
    /* Data before every trailer: the first cell of a record is in doubt alone. */
    return (len == 0 ? 2 : (len + in - 1) / in + 1) * kv->cell;
}

static void mark(struct etch_kv *kv, uint32_t at, enum kv_mark mark)
{
    static const uint8_t tags[] = {ONCE_DROP, ONCE_KEEP, 0, ONCE_NOTHING};
    uint8_t cell[CELL_MAX];
    if (kv->err) {
        return;
    }
    for (uint32_t i = 0; i < kv->cell; i++) {
        cell[i] = tags[mark];
    }
    (void)kv_program(kv, at, cell, kv->cell);
    if (kv->err == ETCH_E_VERIFY && mark == MARK_VOID && !kv_blank(kv, at, kv->cell)) {
        kv->err = ETCH_OK;
    }
}

/* A cell may not take it, if cuts have touched it: then anew, behind it. */
static void decide(struct etch_kv *kv, enum kv_mark verdict, uint32_t n)
{
    for (uint32_t left = n; left > 0 && !kv->err; left--) {
        kv_mark(kv, verdict);
        if (kv->err == ETCH_E_VERIFY) {
            kv->err = ETCH_OK;
            left = n + 1;
        }
    }
}

static bool again(struct etch_kv *kv, uint32_t *tries)
{
    if (kv->err != ETCH_E_VERIFY || ++*tries >= TRIES) {
        return false;
    }
    kv->err = ETCH_OK; /* once more, and what was begun is parted from it */
    mark(kv, kv->end, MARK_VOID);
    kv->end += kv->cell;
    return true;
}

/* Nothing can be made so. */
static void firm(struct etch_kv *kv, struct kv_walk *w)
{
    (void)kv;
    (void)w;
}

static void commit(struct etch_kv *kv, uint32_t at)
{
    bool enough = false;
    (void)at;
    if (kv->err) {
        return;
    }
    /* Two side by side; what goes wrong is a VOID. */
    for (int good = 0, tries = TRIES; good < 2 && tries > 0; tries--) {
        kv->err = ETCH_OK;
        mark(kv, kv->end, MARK_KEEP);
        good = kv->err ? 0 : good + 1;
        kv->end += kv->cell;
        enough = good == 2;
    }
    if (!enough && !kv->err) {
        kv->err = ETCH_E_VERIFY;
    }
}

static void append(
        struct etch_kv *kv, uint32_t *at, const struct etch_kv_change *r, bool counts)
{
    const uint8_t *from = r->data;
    uint8_t data[CELL_MAX];
    uint8_t tail[CELL_MAX] = {ONCE_TRAILER};
    uint32_t in = kv->cell - 1u;
    uint32_t off = 0;
    uint32_t to = *at;
    (void)counts;
    if (r->kind == KIND_BATCH) {
        return; /* what is put together is one group */
    }
    etch_put16(tail + 2, r->id);
    do {
        uint32_t n = 0;
        data[0] = ONCE_DATA;
        for (; n < in && off < r->len; off++) {
            data[++n] = from[off];
        }
        tail[1] = (uint8_t)(r->kind | (in - n) << 3);
        to = kv_program(kv, to, data, n + 1);
    } while (off < r->len && !kv->err);
    uint32_t crc = etch_crc32(tail + 1, 3);
    etch_put32(tail + 4, etch_crc(ETCH_CRC32_POLY, crc, r->data, r->len));
    *at = kv_program(kv, to, tail, 8);
}

const struct etch_kv_log etch_kv_once = {.once = true,
        .stamp = KV_STAMP(1),
        .step = kv_once_step,
        .look = kv_once_look,
        .limit = kv_once_limit,
        .read = kv_once_read,
        .check = kv_once_check,
        .size = size,
        .append = append,
        .commit = commit,
        .mark = mark,
        .decide = decide,
        .firm = firm,
        .kept = TAIL + 2 + 3, /* a batch's are counted as three */
        .commits = 2,
        .again = again};
