/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "kv/kv_priv.h"

uint32_t kv_whole_cells(const struct etch_kv *kv, uint32_t len)
{
    return (len + kv->cell - 1) & ~(kv->cell - 1u);
}

bool kv_read(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len)
{
    const struct etch_nor *nor = kv->config->nor;
    return nor->read(nor, at, data, len) == ETCH_OK;
}

static void flip(const struct etch_kv *kv, uint8_t *data, uint32_t len)
{
    while (len-- > 0) {
        *data++ ^= (uint8_t)~kv->config->nor->erased;
    }
}

bool kv_read_flipped(const struct etch_kv *kv, uint32_t at, void *data, uint32_t len)
{
    bool good = kv_read(kv, at, data, len);
    flip(kv, data, len);
    return good;
}

uint32_t kv_word(const struct etch_kv *kv, uint32_t at)
{
    uint8_t bytes[4];
    return kv_read_flipped(kv, at, bytes, 4) ? etch_get32(bytes) : 0;
}

bool kv_blank(const struct etch_kv *kv, uint32_t at, uint32_t len)
{
    uint32_t end = at + len;
    while (at < end && kv_word(kv, at) == ~0u) {
        at += 4;
    }
    return at >= end;
}

enum etch_err kv_program(
        const struct etch_kv *kv, uint32_t at, uint8_t *data, uint32_t len)
{
    const struct etch_nor *nor = kv->config->nor;
    uint32_t whole = kv_whole_cells(kv, len);
    while (len < whole) {
        data[len++] = nor->erased;
    }
    return nor->program(nor, at, data, whole);
}

enum etch_err kv_zero(const struct etch_kv *kv, uint32_t at, uint32_t len)
{
    uint8_t zeros[CELL_MAX];
    for (uint32_t i = 0; i < len; i++) {
        zeros[i] = 0;
    }
    return kv_program_flipped(kv, at, zeros, len);
}

enum etch_err kv_program_flipped(
        const struct etch_kv *kv, uint32_t at, uint8_t *data, uint32_t len)
{
    flip(kv, data, len);
    return kv_program(kv, at, data, len);
}
