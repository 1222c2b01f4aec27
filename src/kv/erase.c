/* erase.c - the life of a sector: killed, erased, found blank, clean; used; open.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/kv_priv.h"

void kv_set_flag(struct etch_kv *kv, uint32_t i, enum kv_field flag)
{
    uint32_t at = kv_field(kv, i, flag);
    if (kv->err) {
        return;
    }
    int tries = kv->log->once ? 1 : 8;
    do {
        kv->err = ETCH_OK;
        kv_zero(kv, at, kv->cell);
    } while (kv->err == ETCH_E_VERIFY && --tries > 0);
    /* A cell written once may have been touched, and be unreadable now: not blank. */
    if (kv->err == ETCH_E_VERIFY && !kv_blank(kv, at, kv->cell)) {
        kv->err = ETCH_OK;
    }
}

/* Program what ends with a row of eight bytes and the CRC that is put to it. */
static void program_row(struct etch_kv *kv, uint32_t at, uint8_t *data, uint8_t *row)
{
    etch_put32(row + 8, etch_crc32(row, 8));
    (void)kv_program(kv, at, data, (uint32_t)(row + 12 - data));
}

void kv_erase(struct etch_kv *kv, uint32_t i)
{
    const struct etch_nor *nor = kv->nor;
    uint8_t a[12];
    uint32_t base = kv_base(kv, i);
    uint32_t erases = kv_erases(kv, i) + 1;
    if (erases == 1) { /* it does not tell: once more than the newest */
        erases += kv_erases(kv, kv->head);
    }
    /* After a torn erase, bits of the header may read as before: zeros first, so
     * that none of them can make it valid again. That is cut as well, and USED may be in
     * doubt: made firm before, or what is half zeroed could be taken for ready. */
    if (!kv->log->once) {
        kv_set_flag(kv, i, FIELD_USED);
        kv_zero(kv, base, 12);
    }
    if (!kv->err) {
        kv->err = nor->erase(nor, i);
        if (!kv->err && !kv_blank(kv, base, nor->sector_len[i])) {
            kv->err = ETCH_E_VERIFY;
        }
    }
    etch_put32(a, kv_stamp(kv));
    etch_put32(a + 4, erases);
    program_row(kv, base, a, a);
    kv_set_flag(kv, i, FIELD_CLEAN);
    kv->sector[i] = kv->err ? SECTOR_DIRTY : SECTOR_READY;
}

uint32_t kv_ready(const struct etch_kv *kv, uint32_t *one)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < kv->nor->sectors; i++) {
        if (kv->sector[i] == SECTOR_READY) {
            *one = i;
            n++;
        }
    }
    return n;
}

void kv_open_sector(struct etch_kv *kv, uint32_t i, uint32_t replaced, uint32_t copies)
{
    struct kv_walk w;
    uint8_t b[16];
    uint32_t at = kv_field(kv, i, FIELD_B);
    (void)kv_header(kv, kv->head, &w);
    uint32_t seq = kv->sector[kv->head] == SECTOR_OPEN ? w.seq + 1 : 1;
    uint32_t age = replaced ? seq - replaced : 0;
    if (!kv->err && seq >> SEQ_BITS) {
        kv->err = ETCH_E_NOSPACE; /* more than a million erases of each sector */
        return;
    }
    etch_put32(b, kv_stamp(kv) | (kv->log->once - 1u));
    etch_put32(b + 4, seq | age >> 16 << 24);
    etch_put16(b + 8, (uint16_t)age);
    etch_put16(b + 10, (uint16_t)((copies - kv_base(kv, i)) / kv->cell));
    program_row(kv, at, b, b + 4);
    kv->end = copies;
    kv->log->commit(kv, at);
    if (!kv->err) {
        kv->sector[i] = SECTOR_OPEN;
        kv->head = (uint8_t)i;
        kv->trigger = 0;
        kv->draft = NONE;
    }
}
