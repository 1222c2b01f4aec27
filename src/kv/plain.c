/* plain.c - the log of words, to be read (SPEC.md 3).
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/plain.h"

#include "base/bytes.h"
#include "base/crc.h"

static bool is_kill(uint32_t word)
{
    return (word & (PLAIN_KEEP | PLAIN_ITEM)) == PLAIN_ITEM;
}

/* The record whose first word this is. False: it does not fit. */
static bool parse(const struct etch_kv *kv, struct kv_walk *w, uint32_t word)
{
    static const uint8_t len[] = {4, 0, 28, 0}; /* of codes 59 to 62 */
    static const uint8_t kind[] = {KIND_COUNTER, KIND_DELETION, KIND_RUNNING, KIND_BATCH};
    uint32_t code = word >> 13 & 63;
    w->id = (uint16_t)(word >> 3 & 1023);
    w->data = w->at + 4;
    w->kind = KIND_VALUE;
    w->len = (uint16_t)(code * 4 - (word >> 19 & 3));
    if (code == PLAIN_LONG) {
        uint8_t ext[4] = {0, 0, 0, 0};
        if (w->end - w->at < 12) {
            return false;
        }
        (void)kv_read_flipped(kv, w->data, ext, 4);
        w->kind = (uint8_t)w->id; /* KIND_VALUE, KIND_NAME, KIND_DELETION */
        w->id = etch_get16(ext);
        w->len = etch_get16(ext + 2);
        w->data = w->at + 12;
        if (w->kind > KIND_DELETION) {
            w->kind = KIND_VALUE;
            w->id = KV_NO_ID;
        }
    } else if (code >= PLAIN_COUNTER) {
        w->len = len[code - PLAIN_COUNTER];
        w->kind = kind[code - PLAIN_COUNTER];
    }
    uint32_t whole = (w->len + 3u) & ~3u;
    w->next = w->data + whole;
    /* A torn code of 0 words may have bytes to spare. */
    return whole <= w->end - w->data && (code != 0 || w->len == 0);
}

/* Torn or rotten: a batch of nothing. The two words behind a long record's first
 * may be torn, and must not be read as items; behind any other nothing has been
 * written. */
static void take_stump(struct kv_walk *w, uint32_t word)
{
    bool is_long = (word >> 13 & 63) == PLAIN_LONG;
    uint32_t len = is_long && w->end - w->at > 12 ? 12 : 4;
    w->kind = KIND_BATCH;
    w->id = 0;
    w->len = 0;
    w->next = w->at + len;
}

/* Come to the next record; *word is its first. */
static bool step(const struct etch_kv *kv, struct kv_walk *w, uint32_t *word)
{
    for (;;) {
        w->at = w->next;
        if (w->at >= w->end) {
            return false;
        }
        *word = w->behind ? w->behind : kv_word(kv, w->at);
        w->behind = 0;
        if (*word == ~0u) {
            return false;
        }
        if ((~*word & (PLAIN_KEEP | PLAIN_ITEM)) == 0) {
            if (!parse(kv, w, *word)) {
                take_stump(w, *word);
            }
            return true;
        }
        w->next = w->at + 4;
    }
}

static bool is_dead(const struct etch_kv *kv, struct kv_walk *w)
{
    w->behind = w->next < w->end ? kv_word(kv, w->next) : 0;
    return is_kill(w->behind);
}

/* Is this open record one of those that a batch behind them commits? */
static bool in_batch(const struct etch_kv *kv, const struct kv_walk *member)
{
    struct kv_walk w = *member;
    uint32_t word = PLAIN_OPEN;
    uint32_t n = 0;
    while (word & PLAIN_OPEN) {
        uint32_t next = w.next;
        if (is_dead(kv, &w) || !step(kv, &w, &word) || w.at != next) {
            return false;
        }
        n++;
    }
    return w.kind == KIND_BATCH && w.id >= n && !is_dead(kv, &w);
}

bool kv_plain_walk(const struct etch_kv *kv, struct kv_walk *w)
{
    if (!step(kv, w, &w->word)) {
        return false;
    }
    w->alive = w->word & PLAIN_OPEN ? in_batch(kv, w) : !is_dead(kv, w);
    return true;
}

bool kv_plain_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        void *data, uint32_t len)
{
    return kv_read(kv, w->data + off, data, len);
}

uint32_t kv_plain_crc(uint32_t word)
{
    uint8_t bytes[4];
    etch_put32(bytes, word >> 3 & 0x3FFFF);
    return etch_crc(ETCH_CRC11_POLY, 0x7FF, bytes, 3);
}

bool kv_plain_check(const struct etch_kv *kv, const struct kv_walk *w, const void *data)
{
    uint8_t bytes[CHUNK];
    uint32_t word = w->word;
    uint32_t len = w->kind == KIND_RUNNING ? 4 : w->len;
    uint32_t crc = kv_plain_crc(word);
    uint32_t poly = ETCH_CRC11_POLY;
    uint32_t want = word >> 21;
    if ((word >> 13 & 63) == PLAIN_LONG) {
        (void)kv_read_flipped(kv, w->at + 4, bytes, 8);
        if (etch_crc(poly, crc, bytes, 8) != want) {
            return false;
        }
        poly = ETCH_CRC32_POLY;
        want = etch_get32(bytes + 4);
        crc = etch_crc(poly, ~0u, &w->kind, 1);
        crc = etch_crc(poly, crc, bytes, 4);
    }
    if (data) {
        return etch_crc(poly, crc, data, len) == want;
    }
    for (uint32_t off = 0; off < len; off += CHUNK) {
        uint32_t n = len - off < CHUNK ? len - off : CHUNK;
        (void)kv_read(kv, w->data + off, bytes, n);
        crc = etch_crc(poly, crc, bytes, n);
    }
    return crc == want;
}

const struct etch_kv_log etch_kv_plain_view = {
        .walk = kv_plain_walk, .read = kv_plain_read, .check = kv_plain_check};
