/* plain_write.c - the log of words, to be written (SPEC.md 5).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/plain.h"

static bool is_short(const struct etch_kv_change *r)
{
    return r->kind != ETCH_KV_NAME && r->id <= PLAIN_ID_MAX && r->len <= 4 * PLAIN_SHORT;
}

static uint32_t size(const struct etch_kv *kv, const struct etch_kv_change *r)
{
    uint32_t ticks = r->kind == KIND_RUNNING ? PLAIN_TICKS : 0;
    return (is_short(r) ? 4 : 12) + kv_whole_cells(kv, r->len) + ticks;
}

/* Clear bits of the word at `at`, of which len bytes are programmed; with no bits
 * what is read there becomes firm. A word that a cut has torn may read as one
 * thing here and as another when the flash compares; then bits that were ever 0
 * are made so. */
static void clear(struct etch_kv *kv, uint32_t at, uint32_t bits, uint32_t len)
{
    uint8_t bytes[4];
    uint32_t word = ~bits;
    if (kv->err) {
        return;
    }
    for (int tries = 64; tries > 0; tries--) {
        word &= kv_word(kv, at);
        etch_put32(bytes, word);
        kv->err = ETCH_OK;
        kv_program_units(kv, at, bytes, len);
        if (kv->err != ETCH_E_BITS) {
            break;
        }
    }
    /* Ones that are in doubt need not read back. */
    if (kv->err == ETCH_E_VERIFY && !(kv_word(kv, at) & bits)) {
        kv->err = ETCH_OK;
    }
}

static void firm(struct etch_kv *kv, uint32_t at, uint32_t word)
{
    clear(kv, at, ~word, 4);
}

static void mark(struct etch_kv *kv, uint32_t at, enum kv_mark mark)
{
    static const uint8_t bits[] = {PLAIN_OPEN, PLAIN_KEEP, PLAIN_DROP};
    clear(kv, at, bits[mark], kv->nor->unit);
}

static void commit(struct etch_kv *kv, uint32_t at)
{
    clear(kv, at, PLAIN_OPEN | PLAIN_SIZED, kv->nor->unit);
}

/* ---- appending ------------------------------------------------------------ */

/* A first word: whole, then SIZED. */
static void begin(struct etch_kv *kv, uint32_t at, uint32_t word, bool counts)
{
    uint8_t bytes[4];
    uint32_t left = PLAIN_OPEN | PLAIN_SIZED;
    etch_put32(bytes, counts ? word & ~left : word | left);
    kv_program(kv, at, bytes, 4);
    if (!counts) {
        clear(kv, at, PLAIN_SIZED, kv->nor->unit);
    }
}

static uint32_t first_word(uint32_t id, uint32_t code, uint32_t spare)
{
    return id << 4 | code << 14 | spare << 20 | PLAIN_KEEP | PLAIN_DROP;
}

static void append(
        struct etch_kv *kv, uint32_t *at, const struct etch_kv_change *r, bool counts)
{
    static const uint8_t code[] = {PLAIN_DELETION, PLAIN_COUNTER, PLAIN_RUNNING};
    uint8_t ext[8];
    uint32_t to = *at;
    uint32_t words = (r->len + 3u) / 4;
    uint32_t spare = words * 4 - r->len;
    *at += size(kv, r);
    if (is_short(r)) {
        uint32_t word = first_word(r->id,
                r->kind < ETCH_KV_DELETION ? words : code[r->kind - ETCH_KV_DELETION], spare);
        uint32_t crc = etch_crc(ETCH_CRC10_POLY, kv_plain_crc(word), r->data, r->len);
        begin(kv, to, word | crc << 22, counts);
    } else {
        words += 2;
        uint32_t word = first_word(words & 1023, PLAIN_LONG, words >> 10);
        etch_put32(ext, r->id | (uint32_t)r->kind << 16 | spare << 24);
        uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, ext, 4);
        etch_put32(ext + 4, etch_crc(ETCH_CRC32_POLY, crc, r->data, r->len));
        begin(kv, to, word | kv_plain_crc(word) << 22, counts);
        kv_program(kv, to + 4, ext, 8);
        to += 8;
    }
    kv_program(kv, to + 4, r->data, r->len);
}

static void batch(struct etch_kv *kv, uint32_t *at, uint32_t len)
{
    uint32_t words = len / 4;
    uint32_t word = first_word(words & 1023, PLAIN_BATCH, words >> 10);
    begin(kv, *at, word | kv_plain_crc(word) << 22, false);
    *at += 4;
}

const struct etch_kv_log etch_kv_plain = {.step = kv_plain_step,
        .look = kv_plain_look,
        .limit = kv_plain_limit,
        .read = kv_plain_read,
        .check = kv_plain_check,
        .size = size,
        .batch = batch,
        .append = append,
        .commit = commit,
        .mark = mark,
        .firm = firm,
        .commits = 1,
        .tries = 1};
