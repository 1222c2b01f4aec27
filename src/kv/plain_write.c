/* plain_write.c - the log of words, to be written (SPEC.md 5).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/plain.h"

static bool is_short(uint8_t kind, uint16_t id, uint32_t len)
{
    return kind != KIND_NAME && id <= PLAIN_ID_MAX && len <= 4 * PLAIN_SHORT;
}

static uint32_t size(const struct etch_kv *kv, uint8_t kind, uint16_t id, uint32_t len)
{
    (void)kv;
    if (kind == KIND_RUNNING) {
        len += PLAIN_TICKS;
    }
    return (is_short(kind, id, len) ? 4 : 12) + ((len + 3) & ~3u);
}

/* Clear bits of the word at `at`, of which len bytes are programmed; with no bits
 * what is read there becomes firm. A word that a cut has torn may read as one
 * thing here and as another when the flash compares; then bits that were ever 0
 * are made so. */
static enum etch_err clear(
        const struct etch_kv *kv, uint32_t at, uint32_t bits, uint32_t len)
{
    const struct etch_nor *nor = kv->config->nor;
    uint32_t word = ~bits;
    enum etch_err err = ETCH_E_BITS;
    for (int tries = 64; err == ETCH_E_BITS && tries > 0; tries--) {
        uint8_t bytes[4];
        word &= kv_word(kv, at);
        etch_put32(bytes, nor->erased ? word : ~word);
        err = nor->program(nor, at, bytes, len);
    }
    /* Ones that are in doubt need not read back. */
    return err == ETCH_E_VERIFY && !(kv_word(kv, at) & bits) ? ETCH_OK : err;
}

static enum etch_err firm(const struct etch_kv *kv, uint32_t at, uint32_t word)
{
    return clear(kv, at, ~word, 4);
}

static enum etch_err mark(const struct etch_kv *kv, uint32_t at, enum kv_mark mark)
{
    static const uint8_t bits[] = {PLAIN_OPEN, PLAIN_KEEP, PLAIN_DROP};
    return clear(kv, at, bits[mark], kv->config->nor->unit);
}

static enum etch_err commit(struct etch_kv *kv, uint32_t at)
{
    return clear(kv, at, PLAIN_OPEN | PLAIN_SIZED, kv->config->nor->unit);
}

static uint32_t claim(uint32_t at, uint32_t word)
{
    bool torn = word != ~0u && (word & PLAIN_TORN) == PLAIN_TORN;
    return torn ? at + 4 + 4 * kv_plain_words(word) : 0;
}

/* ---- appending ------------------------------------------------------------ */

static uint32_t code_of(const struct kv_record *r)
{
    static const uint8_t code[] = {PLAIN_DELETION, PLAIN_COUNTER, PLAIN_RUNNING};
    return r->kind >= KIND_DELETION ? code[r->kind - KIND_DELETION] : (r->len + 3u) / 4;
}

/* The first words of a record, as they end. Returns how many bytes. */
static uint32_t encode(const struct kv_record *r, uint8_t head[12])
{
    uint32_t spare = (0u - r->len) & 3;
    uint32_t low = r->id | code_of(r) << 10 | spare << 16;
    uint32_t crc;
    bool is_long = !is_short(r->kind, r->id, r->len);
    if (is_long) {
        uint32_t words = 2 + (r->len + 3u) / 4;
        low = (words & 1023) | PLAIN_LONG << 10 | words >> 10 << 16;
        etch_put32(head + 4, r->id | (uint32_t)r->kind << 16 | spare << 24);
        crc = etch_crc(ETCH_CRC32_POLY, ~0u, head + 4, 4);
        etch_put32(head + 8, etch_crc(ETCH_CRC32_POLY, crc, r->data, r->len));
    }
    uint32_t word = low << 4 | PLAIN_KEEP | PLAIN_DROP;
    crc = kv_plain_crc(word);
    if (!is_long) {
        crc = etch_crc(ETCH_CRC10_POLY, crc, r->data, r->len);
    }
    etch_put32(head, word | crc << 22);
    return is_long ? 12 : 4;
}

/* A first word: whole, then SIZED. */
static enum etch_err begin(
        const struct etch_kv *kv, uint32_t at, uint8_t word[4], bool counts)
{
    word[0] |= counts ? 0 : PLAIN_OPEN | PLAIN_SIZED;
    enum etch_err err = kv_program_flipped(kv, at, word, 4);
    return err || counts ? err : clear(kv, at, PLAIN_SIZED, kv->config->nor->unit);
}

static enum etch_err append(
        const struct etch_kv *kv, uint32_t *at, const struct kv_record *r, bool counts)
{
    uint8_t head[12];
    uint32_t to = *at;
    uint32_t words = encode(r, head);
    *at = to + size(kv, r->kind, r->id, r->len);
    enum etch_err err = begin(kv, to, head, counts);
    if (!err && words > 4) {
        err = kv_program_flipped(kv, to + 4, head + 4, 8);
    }
    to += words;
    for (uint32_t off = 0; off < r->len && !err; to += 4) {
        uint32_t n = 0;
        while (n < 4 && off < r->len) {
            head[n++] = r->data[off++];
        }
        err = kv_program(kv, to, head, n);
    }
    return err;
}

static enum etch_err batch(const struct etch_kv *kv, uint32_t *at, uint32_t len)
{
    uint8_t head[4];
    uint32_t words = len / 4;
    uint32_t word = (words & 1023) << 4 | PLAIN_BATCH << 14 | words >> 10 << 20 |
                    PLAIN_KEEP | PLAIN_DROP;
    etch_put32(head, word | kv_plain_crc(word) << 22);
    *at += 4;
    return begin(kv, *at - 4, head, false);
}

static const struct kv_writer writer = {
        .size = size,
        .batch = batch,
        .append = append,
        .commit = commit,
        .mark = mark,
        .firm = firm,
        .claim = claim,
        .commits = 1,
        .tries = 1,
};

const struct etch_kv_log etch_kv_plain = {.step = kv_plain_step,
        .mark = kv_plain_mark,
        .limit = kv_plain_limit,
        .read = kv_plain_read,
        .check = kv_plain_check,
        .writer = &writer};
