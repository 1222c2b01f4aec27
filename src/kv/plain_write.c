/* plain_write.c - the log of words, to be written (SPEC.md 5).
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/plain.h"

static bool is_short(uint32_t key, uint32_t len)
{
    return key <= PLAIN_ID_MAX && len <= 4 * PLAIN_SHORT; /* a name's key is larger */
}

static uint32_t size(const struct etch_kv *kv, uint32_t key, uint32_t len)
{
    return (is_short(key, len) ? 4 : 12) + kv_whole_cells(kv, len);
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
        if (kv->err != ETCH_E_BITS && kv->err != ETCH_E_VERIFY) {
            break;
        }
    }
    /* Ones that stay in doubt need not read back. */
    if (kv->err == ETCH_E_VERIFY && !(kv_word(kv, at) & bits)) {
        kv->err = ETCH_OK;
    }
}

static void firm(struct etch_kv *kv, struct kv_walk *w)
{
    uint32_t word = w->word;
    clear(kv, w->at, ~word, 4);
    /* A torn word is all there is, unless it is right but for SIZED; of a value's the
     * CRC does not tell, as the value is not there yet. */
    if (w->claim > w->end - 4 * TAIL ||
            (w->kind == KIND_BATCH && kv_plain_crc(word) != word >> 22)) {
        w->claim = 0;
    }
}

static void mark(struct etch_kv *kv, uint32_t at, enum kv_mark mark)
{
    _Static_assert(PLAIN_DROP >> MARK_KEEP == PLAIN_KEEP, "as below");
    _Static_assert(PLAIN_DROP >> MARK_VOID == PLAIN_OPEN, "as below");
    clear(kv, at, PLAIN_DROP >> mark, kv->nor->unit);
}

static void decide(struct etch_kv *kv, enum kv_mark verdict, uint32_t n)
{
    for (; n > 0; n--) {
        kv_mark(kv, verdict);
    }
}

static void commit(struct etch_kv *kv, uint32_t at)
{
    clear(kv, at, PLAIN_OPEN | PLAIN_SIZED, kv->nor->unit);
}

/* ---- appending ------------------------------------------------------------ */

/* A first word: whole, then SIZED. */
static inline uint32_t begin(struct etch_kv *kv, uint32_t at, uint32_t word, bool counts)
{
    uint8_t bytes[4];
    uint32_t left = PLAIN_OPEN | PLAIN_SIZED;
    etch_put32(bytes, counts ? word & ~left : word | left);
    uint32_t behind = kv_program(kv, at, bytes, 4);
    if (!counts) {
        clear(kv, at, PLAIN_SIZED, kv->nor->unit);
    }
    return behind;
}

static void append(
        struct etch_kv *kv, uint32_t *at, const struct etch_kv_change *r, bool counts)
{
    uint8_t ext[8];
    uint32_t id = r->id;
    uint32_t len = r->len;
    uint32_t words = (len + 3) / 4;
    uint32_t spare = words * 4 - len;
    uint32_t code =
            r->kind < ETCH_KV_DELETION ? words : PLAIN_KINDS + kv_plain_turn(r->kind);
    bool is_long = !is_short(kv_key(r), len) && r->kind != KIND_BATCH;
    if (is_long) {
        etch_put32(ext, id | (uint32_t)r->kind << 16 | spare << 24);
        uint32_t crc = etch_crc32(ext, 4);
        etch_put32(ext + 4, etch_crc(ETCH_CRC32_POLY, crc, r->data, len));
        words += 2;
        code = PLAIN_LONG;
    }
    if (code >= PLAIN_BATCH) {
        id = words & 1023;
        spare = words >> 10;
    }
    uint32_t word = id << 4 | code << 14 | spare << 20 | PLAIN_KEEP | PLAIN_DROP;
    uint32_t crc = kv_plain_crc(word);
    len = r->kind == KIND_BATCH ? 0 : len;
    if (!is_long) {
        crc = etch_crc(ETCH_CRC10_POLY, crc, r->data, len);
    }
    uint32_t to = begin(kv, *at, word | crc << 22, counts);
    if (is_long) {
        to = kv_program(kv, to, ext, 8);
    }
    to = kv_program(kv, to, r->data, len);
    *at = to + (r->kind == KIND_RUNNING ? TICKS : 0);
}

const struct etch_kv_log etch_kv_plain = {.stamp = KV_STAMP(0),
        .step = kv_plain_step,
        .look = kv_plain_look,
        .limit = kv_plain_limit,
        .read = kv_plain_read,
        .check = kv_plain_check,
        .size = size,
        .append = append,
        .commit = commit,
        .mark = mark,
        .decide = decide,
        .firm = firm,
        .kept = TAIL};
