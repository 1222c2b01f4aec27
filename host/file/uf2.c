/* uf2.c - read UF2: blocks of 512 bytes, each with its address.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <string.h>

#include "file/file_priv.h"

/* Of one block, as github.com/microsoft/uf2 draws it. */
enum { AT_MAGIC_1 = 4, AT_FLAGS = 8, AT_ADDR = 12, AT_LEN = 16, AT_BLOCK = 20 };
enum { AT_BLOCKS = 24, AT_FAMILY = 28 };

struct family {
    uint32_t id;
    const char *name;
};

/* Families that surely are no STM32F4. Boards that number their F4 parts one by
 * one are many, so an unknown number is let through. */
static const struct family others[] = {
        {0x647824B6, "STM32F0"},
        {0x5EE21072, "STM32F1"},
        {0x5D1A0A2E, "STM32F2"},
        {0x6B846188, "STM32F3"},
        {0x53B80F00, "STM32F7"},
        {0x300F5633, "STM32G0"},
        {0x4C71240A, "STM32G4"},
        {0x6DB66082, "STM32H7"},
        {0x00FF6919, "STM32L4"},
        {0x70D16653, "STM32WB"},
        {0xE48BFF56, "RP2040"},
        {0xE48BFF59, "RP2350"},
        {0xADA52840, "nRF52840"},
        {0x68ED2B88, "SAMD21"},
        {0x55114460, "SAMD51"},
        {0x1C5F21B0, "ESP32"},
        {0xBFDD4EEE, "ESP32-S2"},
        {0xC47E5767, "ESP32-S3"},
};

static uint32_t word(const uint8_t *block, size_t at)
{
    const uint8_t *b = block + at;
    return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* The name of the family a block is for, if that is no STM32F4. */
static const char *foreign(const uint8_t *block)
{
    if ((word(block, AT_FLAGS) & UF2_HAS_FAMILY) == 0) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i].id == word(block, AT_FAMILY)) {
            return others[i].name;
        }
    }
    return NULL;
}

static bool check_block(
        const struct source *src, const uint8_t *block, unsigned long i, uint32_t next)
{
    if (word(block, 0) != UF2_MAGIC_0 || word(block, AT_MAGIC_1) != UF2_MAGIC_1 ||
            word(block, UF2_END) != UF2_MAGIC_END) {
        return refuse(src, "block %lu: lacks the marks of a UF2 block", i);
    }
    if (word(block, AT_BLOCK) != next || word(block, AT_BLOCKS) <= next) {
        return refuse(src,
                "block %lu: numbered %" PRIu32 " of %" PRIu32 ", where %" PRIu32
                " should come",
                i, word(block, AT_BLOCK), word(block, AT_BLOCKS), next);
    }
    if (word(block, AT_LEN) > UF2_DATA_MAX) {
        return refuse(src, "block %lu: %" PRIu32 " bytes in a block that holds %d", i,
                word(block, AT_LEN), UF2_DATA_MAX);
    }
    return true;
}

/* A file may hold several runs of blocks, for several families. */
static bool read_blocks(const struct source *src, struct draft *draft)
{
    const char *family = NULL;
    uint32_t next = 0;
    uint32_t blocks = 0;
    for (unsigned long i = 0; i < src->len / UF2_BLOCK; i++) {
        const uint8_t *block = src->bytes + i * UF2_BLOCK;
        if (!check_block(src, block, i, next)) {
            return false;
        }
        blocks = word(block, AT_BLOCKS);
        next = next + 1 == blocks ? 0 : next + 1;
        const char *other = foreign(block);
        if (other != NULL) {
            family = other;
        } else if ((word(block, AT_FLAGS) & UF2_NOT_MAIN_FLASH) == 0 &&
                   !draft_add(draft, word(block, AT_ADDR), block + UF2_DATA,
                           word(block, AT_LEN), i)) {
            return false;
        }
    }
    if (next != 0) {
        return refuse(src, "cut off: %" PRIu32 " of %" PRIu32 " blocks", next, blocks);
    }
    if (draft->n == 0 && family != NULL) {
        return refuse(src, "for another chip: the family is %s, not STM32F4", family);
    }
    return true;
}

bool read_uf2(const struct source *src, struct file *f)
{
    struct draft draft = {.src = src, .unit = "block"};
    if (src->len % UF2_BLOCK != 0) {
        return refuse(src, "cut off: %zu bytes are no whole number of UF2 blocks (%d)",
                src->len, UF2_BLOCK);
    }
    if (!read_blocks(src, &draft)) {
        draft_free(&draft);
        return false;
    }
    return draft_finish(&draft, f);
}
