/* erase.c - the life of a sector: killed, erased, found blank, clean; used; open.
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
    s.base += kv_field(kv, flag);
    enum etch_err err = kv_zero(kv, s.base, kv->cell);
    /* A cell written once may have been touched, and be unreadable now: not blank. */
    return err == ETCH_E_VERIFY && !kv_blank(kv, s.base, kv->cell) ? ETCH_OK : err;
}

/* Program what ends with a row of eight bytes and the CRC that is put to it. */
static enum etch_err program_row(
        const struct etch_kv *kv, uint32_t at, uint8_t *data, uint8_t *row)
{
    etch_put32(row + 8, etch_crc(ETCH_CRC32_POLY, ~0u, row, 8));
    return kv_program_flipped(kv, at, data, (uint32_t)(row + 12 - data));
}

enum etch_err kv_erase(struct etch_kv *kv, uint32_t i)
{
    const struct etch_nor *nor = kv->config->nor;
    struct kv_sector s;
    uint8_t a[CELL_MAX];
    enum etch_err err = ETCH_OK;
    /* One whose header does not tell counts as much worn as the most worn. */
    uint32_t erases = kv_erases(kv, i) + 1;
    for (uint32_t k = 0; k < nor->sectors && erases == 1; k++) {
        uint32_t other = kv_erases(kv, k);
        erases = other > erases ? other : erases;
    }
    kv_place(kv, i, &s);
    /* After a torn erase, bits of the header may read as before: zeros first, so
     * that none of them can make it valid again. */
    if (!kv_log(kv)->once) {
        err = kv_zero(kv, s.base, 12);
    }
    kv->sector[i] = SECTOR_DIRTY;
    err = err ? err : nor->erase(nor, i);
    if (!err && !kv_blank(kv, s.base, s.len)) {
        err = ETCH_E_VERIFY;
    }
    etch_put32(a, MAGIC | VERSION << 16 | (uint32_t)kv_shape(kv) << 24);
    etch_put32(a + 4, erases);
    err = err ? err : program_row(kv, s.base, a, a);
    err = err ? err : kv_set_flag(kv, i, FIELD_CLEAN);
    if (!err) {
        kv->sector[i] = SECTOR_READY;
    }
    return err;
}

uint32_t kv_ready(const struct etch_kv *kv, uint32_t *one)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < kv->config->nor->sectors; i++) {
        if (kv->sector[i] == SECTOR_READY) {
            *one = i;
            n++;
        }
    }
    return n;
}

enum etch_err kv_open_sector(
        struct etch_kv *kv, uint32_t i, uint32_t replaced, uint32_t copies)
{
    struct kv_sector s;
    uint8_t b[CELL_MAX];
    bool first = !kv_header(kv, kv->head, &s) || kv->sector[kv->head] != SECTOR_OPEN;
    uint32_t seq = first ? 1 : s.seq + 1;
    kv_place(kv, i, &s);
    etch_put32(b, ~0u);
    etch_put32(b + 4, seq);
    etch_put16(b + 8, (uint16_t)(replaced ? seq - replaced : 0));
    etch_put16(b + 10, (uint16_t)((copies - s.base) / kv->cell));
    s.base += kv_field(kv, FIELD_B);
    enum etch_err err = program_row(kv, s.base, b, b + 4);
    kv->end = kv->mine = copies;
    err = err ? err : kv_writer(kv)->commit(kv, s.base);
    if (!err) {
        kv->sector[i] = SECTOR_OPEN;
        kv->head = (uint8_t)i;
        kv->trigger = 0;
        kv->draft = NONE;
    }
    return err;
}
