/* cell.c - reading and programming through nor.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "kv/kv_priv.h"

uint32_t kv_whole_cells(const struct etch_kv *kv, uint32_t len)
{
    return (len + kv->cell - 1) & ~(kv->cell - 1u);
}

bool kv_read(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len)
{
    const struct etch_nor *nor = kv->nor;
    return nor->read(nor, at, data, len) == ETCH_OK;
}

uint32_t kv_word(const struct etch_kv *kv, uint32_t at)
{
    uint8_t bytes[4];
    return kv_read(kv, at, bytes, 4) ? etch_get32(bytes) : 0;
}

bool kv_blank(const struct etch_kv *kv, uint32_t at, uint32_t len)
{
    uint32_t end = at + len;
    while (at < end && kv_word(kv, at) == ~0u) {
        at += 4;
    }
    return at >= end;
}

void kv_program_units(struct etch_kv *kv, uint32_t at, const void *data, uint32_t len)
{
    const struct etch_nor *nor = kv->nor;
    if (!kv->err) {
        kv->err = nor->program(nor, at, data, len);
    }
}

uint32_t kv_program(struct etch_kv *kv, uint32_t at, const void *data, uint32_t len)
{
    const uint8_t *from = data;
    uint32_t whole = len & ~(kv->cell - 1u);
    if (whole > 0) {
        kv_program_units(kv, at, from, whole);
        at += whole;
    }
    if (whole < len) {
        uint8_t last[CELL_MAX];
        from += whole;
        len -= whole;
        for (uint32_t i = kv->cell; i-- > 0;) {
            last[i] = i < len ? from[i] : 0xFF;
        }
        kv_program_units(kv, at, last, kv->cell);
        at += kv->cell;
    }
    return at;
}

void kv_zero(struct etch_kv *kv, uint32_t at, uint32_t len)
{
    uint8_t zeros[CELL_MAX];
    for (uint32_t i = len; i > 0; i--) {
        zeros[i - 1] = 0;
    }
    (void)kv_program(kv, at, zeros, len);
}
