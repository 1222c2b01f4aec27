/* plain.c - the log of words, to be read (SPEC.md 3).
 *
 * SPDX-License-Identifier: MIT
 */
#include "kv/plain.h"

#include "base/bytes.h"
#include "base/crc.h"

uint32_t kv_plain_code(uint32_t word)
{
    return word >> 14 & 63;
}

/* A record, or the torn beginning of one, and no mark? */
static bool is_item(uint32_t word)
{
    return !(word & PLAIN_SIZED) || (word & PLAIN_TORN) == PLAIN_TORN;
}

/* What the word behind a long record's first says. */
static void parse_long(const struct etch_kv *kv, struct kv_walk *w)
{
    uint32_t ext = kv_word(kv, w->data);
    uint32_t less = 8 + (ext >> 24);
    w->data += 8;
    w->len = (uint16_t)(less < w->len ? w->len - less : 0);
    w->kind = (uint8_t)(ext >> 16);
    w->key = ext & (KEY_NAME | 0xFFFF);
    if (w->kind > ETCH_KV_DELETION) {
        w->kind = KIND_BATCH; /* in which there is nothing */
        w->data = w->next;
        w->len = 0;
    }
}

/* The record at w->at, whose first word has been read. */
static void parse(const struct etch_kv *kv, struct kv_walk *w)
{
    uint32_t code = kv_plain_code(w->word);
    uint32_t spare = w->word >> 20 & 3;
    uint32_t words = code;
    uint32_t less = 0;
    w->key = w->word >> 4 & 1023;
    w->kind = ETCH_KV_VALUE;
    if (code >= PLAIN_BATCH) {
        words = w->key | spare << 10;
        w->kind = KIND_BATCH;
    } else if (code > PLAIN_SHORT) {
        w->kind = (uint8_t)kv_plain_turn(code - PLAIN_KINDS);
        words = w->kind != ETCH_KV_DELETION;
    } else if (code > 0) { /* or there is nothing to spare: it has rotted */
        less = spare;
    }
    w->data = w->at + 4;
    w->next = w->data + words * 4 + (code == PLAIN_RUNNING ? TICKS : 0);
    w->len = (uint16_t)(words * 4 - less);
    w->alive = !(w->word & PLAIN_OPEN);
    w->claim = w->next;
    if (w->next > w->end || w->word & PLAIN_SIZED) {
        w->alive = false;
        w->next = w->data;
        w->len = 0;
    } else if (code == PLAIN_LONG && words >= 2) {
        parse_long(kv, w);
    }
    w->behind = w->next;
}

bool kv_plain_step(const struct etch_kv *kv, struct kv_walk *w)
{
    for (; w->next < w->end; w->next += 4) {
        uint32_t word = kv_word(kv, w->next);
        if (word == ~0u) {
            return false;
        }
        if (is_item(word)) {
            w->at = w->next;
            w->word = word;
            parse(kv, w);
            return true;
        }
    }
    return false;
}

enum kv_mark kv_plain_look(const struct etch_kv *kv, uint32_t at)
{
    uint32_t word = kv_word(kv, at);
    if (word == ~0u) {
        return MARK_END;
    }
    if (is_item(word)) {
        return MARK_ITEM;
    }
    if (!(word & PLAIN_OPEN)) {
        return MARK_VOID;
    }
    return word & PLAIN_KEEP ? MARK_DROP : MARK_KEEP;
}

uint32_t kv_plain_limit(const struct etch_kv *kv, uint32_t from, uint32_t to)
{
    (void)kv;
    (void)from;
    return to;
}

bool kv_plain_read(const struct etch_kv *kv, const struct kv_walk *w, uint32_t off,
        uint8_t *data, uint32_t len)
{
    return kv_read(kv, w->data + off, data, len);
}

uint32_t kv_plain_crc(uint32_t word)
{
    uint8_t bytes[3];
    etch_put16(bytes, (uint16_t)(word >> 4));
    bytes[2] = word >> 20 & 3;
    return etch_crc(ETCH_CRC10_POLY, 0x3FF, bytes, 3);
}

bool kv_plain_check(
        const struct etch_kv *kv, const struct kv_walk *w, const uint8_t *data)
{
    uint8_t bytes[4];
    uint32_t poly = ETCH_CRC10_POLY;
    uint32_t crc = kv_plain_crc(w->word);
    uint32_t want = w->word >> 22;
    if (kv_plain_code(w->word) == PLAIN_LONG) {
        if (crc != want) {
            return false;
        }
        poly = ETCH_CRC32_POLY;
        want = kv_word(kv, w->data - 4);
        (void)kv_read(kv, w->data - 8, bytes, 4);
        crc = etch_crc32(bytes, 4);
    }
    if (data) {
        return etch_crc(poly, crc, data, w->len) == want;
    }
    for (uint32_t off = 0; off < w->len; off++) {
        (void)kv_read(kv, w->data + off, bytes, 1);
        crc = etch_crc(poly, crc, bytes, 1);
    }
    return crc == want;
}

const struct etch_kv_log etch_kv_plain_view = {.stamp = KV_STAMP(0),
        .step = kv_plain_step,
        .look = kv_plain_look,
        .limit = kv_plain_limit,
        .read = kv_plain_read,
        .check = kv_plain_check};
