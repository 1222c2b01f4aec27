/* SPDX-License-Identifier: MIT */
#include "nor/inverted.h"

#include <stddef.h>

static const struct etch_nor *below(const struct etch_nor *nor)
{
    return ((const struct etch_nor_inverted *)nor)->under;
}

static void complement(uint8_t *to, const uint8_t *from, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        to[i] = (uint8_t)~from[i];
    }
}

static enum etch_err read(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    enum etch_err err = below(nor)->read(below(nor), off, data, len);
    if (!err) {
        complement(data, data, len);
    }
    return err;
}

/* Units are powers of two up to the piece's size, so a piece is whole units. */
static enum etch_err program(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    uint8_t piece[ETCH_NOR_UNIT_MAX];
    const uint8_t *from = data;
    enum etch_err err = ETCH_OK;
    while (len > 0 && !err) {
        uint32_t some = len < sizeof(piece) ? len : sizeof(piece);
        complement(piece, from, some);
        err = below(nor)->program(below(nor), off, piece, some);
        off += some;
        from += some;
        len -= some;
    }
    return err;
}

static enum etch_err erase(const struct etch_nor *nor, uint32_t sector)
{
    return below(nor)->erase(below(nor), sector);
}

static struct etch_nor_time erase_time(const struct etch_nor *nor, uint32_t sector)
{
    return below(nor)->erase_time(below(nor), sector);
}

void etch_nor_invert(struct etch_nor_inverted *inv, const struct etch_nor *under)
{
    inv->nor = *under;
    inv->nor.read = read;
    inv->nor.program = program;
    inv->nor.erase = erase;
    inv->nor.erase_time = under->erase_time != NULL ? erase_time : NULL;
    inv->nor.erased = (uint8_t)~under->erased;
    inv->under = under;
}
