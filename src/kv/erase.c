/* erase.c - the life of a sector: killed, erased, found blank, clean; used.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/kv_priv.h"

enum etch_err kv_set_flag(const struct etch_kv *kv, uint32_t i, enum kv_field flag)
{
    struct kv_sector s;
    kv_place(kv, i, &s);
    uint32_t cell = kv_cell(kv);
    uint32_t at = s.base + kv_field(kv, flag);
    uint32_t end = s.base + kv_field(kv, flag + 1);
    enum etch_err err = ETCH_OK;
    for (; at < end && !err; at += cell) {
        /* A cell written once: its other cell makes it firm. */
        if (!kv->config->log->once || kv_blank(kv, at, cell)) {
            uint8_t zeros[CHUNK] = {0};
            err = kv_program_flipped(kv, at, zeros, cell);
        }
    }
    return err;
}

/* After a torn erase, bits of the header may read as before: zeros first, so
 * that none of them can make it valid again. */
static enum etch_err kill(const struct etch_kv *kv, const struct kv_sector *s)
{
    uint8_t zeros[CHUNK] = {0};
    return kv->config->log->once ? ETCH_OK : kv_program_flipped(kv, s->base, zeros, 12);
}

enum etch_err kv_erase(const struct etch_kv *kv, uint32_t i)
{
    const struct etch_nor *nor = kv->config->nor;
    struct kv_sector s;
    uint8_t a[CHUNK] = {MAGIC & 0xFF, MAGIC >> 8, VERSION, kv_shape(kv)};
    uint32_t erases = 0;
    for (uint32_t k = 0; k < nor->sectors; k++) {
        kv_sector(kv, k, &s);
        erases = s.erases > erases ? s.erases : erases;
    }
    kv_sector(kv, i, &s);
    /* One whose header does not tell counts as the most worn. */
    etch_put32(a + 4, (s.erases ? s.erases : erases) + 1);
    etch_put32(a + 8, etch_crc(ETCH_CRC32_POLY, ~0u, a, 8));
    enum etch_err err = kill(kv, &s);
    if (!err) {
        err = nor->erase(nor, i);
    }
    if (!err && !kv_blank(kv, s.base, s.len)) {
        err = ETCH_E_VERIFY;
    }
    if (!err) {
        err = kv_program_flipped(kv, s.base, a, 12);
    }
    return err ? err : kv_set_flag(kv, i, FIELD_CLEAN);
}

uint32_t kv_ready(const struct etch_kv *kv, uint32_t *best)
{
    uint32_t n = 0;
    uint32_t least = UINT32_MAX;
    struct kv_sector s;
    *best = NONE;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        kv_sector(kv, i, &s);
        if (s.state == SECTOR_READY) {
            n++;
            if (s.erases < least) {
                least = s.erases;
                *best = i;
            }
        }
    }
    return n;
}

enum etch_err kv_open_sector(
        struct etch_kv *kv, uint32_t i, uint32_t age, uint32_t copies)
{
    const struct kv_writer *w = kv_writer(kv);
    struct kv_sector s;
    uint8_t a[8];
    uint8_t b[CHUNK];
    uint32_t seq = 1;
    for (uint32_t k = 0; k < kv->config->nor->sectors; k++) {
        kv_sector(kv, k, &s);
        if (s.state == SECTOR_OPEN && s.seq >= seq) {
            seq = s.seq + 1;
        }
    }
    kv_place(kv, i, &s);
    (void)kv_read_flipped(kv, s.base, a, 8);
    etch_put32(b, seq);
    etch_put16(b + 4, (uint16_t)age);
    etch_put16(b + 6, (uint16_t)((copies - s.base) / kv_cell(kv)));
    uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, a, 8);
    etch_put32(b + 8, etch_crc(ETCH_CRC32_POLY, crc, b, 8));
    enum etch_err err = kv_program_flipped(kv, s.base + kv_field(kv, FIELD_B), b, 12);
    err = err ? err : w->mark(kv, copies);
    err = err ? err : w->mark(kv, copies + kv_cell(kv));
    if (!err) {
        kv->head = (uint8_t)i;
        kv->end = copies + 2 * kv_cell(kv);
        kv->mine = copies;
        kv->trigger = 0;
        kv->draft = NONE;
    }
    return err;
}
