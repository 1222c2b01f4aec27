/* plain_write.c - the log of words, to be written.
 *
 * What a cut can leave of a record, and what settling makes of it, is drawn in
 * DESIGN.md, "The last record".
 *
 * SPDX-License-Identifier: MIT
 */
#include "base/bytes.h"
#include "base/crc.h"
#include "kv/plain.h"

static uint32_t size(const struct etch_kv *kv, uint8_t kind, uint16_t id, uint32_t len)
{
    (void)kv;
    if (kind == KIND_RUNNING) {
        return 8 + PLAIN_TICKS;
    }
    bool is_short = kind != KIND_NAME && id <= PLAIN_ID_MAX && len <= 4 * PLAIN_SHORT;
    return (is_short ? 4 : 12) + ((len + 3) & ~3u);
}

/* ---- appending ------------------------------------------------------------ */

static void fetch(const struct etch_kv *kv, const struct kv_record *r, uint32_t off,
        uint8_t *to, uint32_t len)
{
    if (r->data) {
        memcpy(to, (const uint8_t *)r->data + off, len);
    } else {
        (void)kv_plain_read(kv, r->from, off, to, len);
    }
}

static uint32_t crc_value(
        const struct etch_kv *kv, const struct kv_record *r, uint32_t poly, uint32_t crc)
{
    uint8_t bytes[CHUNK];
    for (uint32_t off = 0; off < r->len; off += CHUNK) {
        uint32_t n = r->len - off < CHUNK ? r->len - off : CHUNK;
        fetch(kv, r, off, bytes, n);
        crc = etch_crc(poly, crc, bytes, n);
    }
    return crc;
}

/* The first words of a record, its first bit open. Returns how many bytes. */
static uint32_t encode(
        const struct etch_kv *kv, const struct kv_record *r, uint8_t head[CHUNK])
{
    uint32_t words = size(kv, r->kind, r->id, r->len) - ((r->len + 3u) & ~3u);
    uint32_t id = r->id;
    uint32_t code = (r->len + 3u) / 4 | (((0u - r->len) & 3) << 6);
    if (words == 12) {
        id = r->kind;
        code = PLAIN_LONG;
        etch_put16(head + 4, r->id);
        etch_put16(head + 6, r->len);
        uint32_t crc = etch_crc(ETCH_CRC32_POLY, ~0u, &r->kind, 1);
        crc = etch_crc(ETCH_CRC32_POLY, crc, head + 4, 4);
        etch_put32(head + 8, crc_value(kv, r, ETCH_CRC32_POLY, crc));
    } else if (r->kind == KIND_DELETION) {
        code = PLAIN_DELETION;
    } else if (r->kind == KIND_COUNTER) {
        code = PLAIN_COUNTER;
    } else if (r->kind == KIND_RUNNING) {
        code = PLAIN_RUNNING;
        words = 4;
    } else if (r->kind == KIND_BATCH) {
        code = PLAIN_BATCH;
    }
    uint32_t word = PLAIN_OPEN | PLAIN_KEEP | PLAIN_ITEM | id << 3 | code << 13;
    uint32_t crc = kv_plain_crc(word);
    crc = words == 12 ? etch_crc(ETCH_CRC11_POLY, crc, head + 4, 8)
                      : crc_value(kv, r, ETCH_CRC11_POLY, crc);
    etch_put32(head, word | crc << 21);
    return words;
}

static enum etch_err append(
        struct etch_kv *kv, uint32_t *at, const struct kv_record *r, bool copy)
{
    uint8_t bytes[CHUNK];
    uint32_t to = *at;
    uint32_t words = encode(kv, r, bytes);
    *at = to + size(kv, r->kind, r->id, r->len);
    if (copy) {
        bytes[0] &= (uint8_t)~PLAIN_OPEN;
    }
    enum etch_err err = kv_program_flipped(kv, to, bytes, words);
    to += words;
    for (uint32_t off = 0; off < r->len && !err; off += CHUNK) {
        uint32_t n = r->len - off < CHUNK ? r->len - off : CHUNK;
        fetch(kv, r, off, bytes, n);
        err = kv_program(kv, to + off, bytes, n);
    }
    return err;
}

/* Clear a bit of the word at `at`, among those that say what an item is, which all
 * are in the first unit; or none, and make what is read there firm. A word that a cut has torn may read as one thing here and
 * as another when the flash compares; then bits that were ever 0 are made so. */
static enum etch_err clear(const struct etch_kv *kv, uint32_t at, uint32_t bit)
{
    const struct etch_nor *nor = kv->config->nor;
    uint32_t word = ~bit;
    enum etch_err err = ETCH_E_BITS;
    for (int tries = 64; err == ETCH_E_BITS && tries > 0; tries--) {
        uint8_t bytes[4];
        word &= kv_word(kv, at);
        etch_put32(bytes, word ^ kv_flip(kv) * 0x01010101u);
        err = nor->program(nor, at, bytes, nor->unit);
    }
    return err == ETCH_E_VERIFY && !(kv_word(kv, at) & bit) ? ETCH_OK : err;
}

static enum etch_err pad(const struct etch_kv *kv, uint32_t at)
{
    return clear(kv, at, PLAIN_ITEM);
}

static enum etch_err commit(struct etch_kv *kv, uint32_t first, uint32_t n)
{
    enum etch_err err = ETCH_OK;
    if (n > 1) {
        const struct kv_record batch = {.id = (uint16_t)n, .kind = KIND_BATCH};
        first = kv->end;
        err = append(kv, &kv->end, &batch, false);
    }
    return err ? err : clear(kv, first, PLAIN_OPEN);
}

/* ---- settling --------------------------------------------------------------- */

/* May the loose record have been on the way to be committed, or has it been
 * killed before? */
static bool is_whole(const struct etch_kv *kv, const struct kv_walk *w)
{
    uint32_t behind = kv_word(kv, w->next);
    if (behind == ~0u) {
        return (w->kind != KIND_BATCH || w->id) && kv_plain_check(kv, w, NULL);
    }
    return (behind & (PLAIN_KEEP | PLAIN_ITEM)) == PLAIN_ITEM;
}

/* Behind the last word that is not erased, and one more if the mark is not there
 * yet. */
static uint32_t find_end(const struct etch_kv *kv, const struct kv_tail *t, uint32_t kill)
{
    uint32_t next = t->last.next;
    uint32_t end = t->limit;
    while (end > next && kv_word(kv, end - 4) == ~0u) {
        end -= 4;
    }
    bool marked = end > next && end - 4 != kill;
    return !marked && end < t->limit ? end + 4 : end;
}

/* Make all from the loose record on pads, for good. A step may rely only on
 * what those before it have made firm:
 * 1. the loose records' first words, as they are read now;
 * 2. if the last one is whole, a kill behind it: from here on it cannot become
 *    committed, whatever its own first word says next time;
 * 3. pads upwards, so that the one cell a cut may leave in doubt is always the
 *    first that reads erased; the last of them is the mark;
 * 4. pads downwards, a record's bytes before its first word. */
static enum etch_err drop(const struct etch_kv *kv, struct kv_tail *t)
{
    struct kv_walk *last = &t->last;
    enum etch_err err = clear(kv, t->loose, 0);
    err = err ? err : clear(kv, last->at, 0);
    uint32_t kill = last->next < t->limit && is_whole(kv, last) ? last->next : 0;
    if (kill && !err) {
        err = clear(kv, kill, PLAIN_KEEP);
    }
    t->end = find_end(kv, t, kill);
    for (uint32_t at = last->at + 4; at < t->end && !err; at += 4) {
        err = at == kill ? ETCH_OK : pad(kv, at);
    }
    for (uint32_t at = last->at; at >= t->loose && !err; at -= 4) {
        err = pad(kv, at);
    }
    return err;
}

static enum etch_err settle(
        const struct etch_kv *kv, struct kv_tail *t, bool *did, bool *again)
{
    enum etch_err err = ETCH_OK;
    *did = true;
    if (t->loose) {
        *again = true;
        return drop(kv, t);
    }
    if (t->end != t->last.next && !(kv_word(kv, t->end - 4) & PLAIN_ITEM)) {
        *did = false;
        return ETCH_OK;
    }
    uint32_t at = t->first;
    if (t->last.next) {
        at = t->last.next;
        err = clear(kv, t->last.at, PLAIN_OPEN);
        *again = *again || t->last.kind == KIND_BATCH;
    }
    /* From the record on, for a mark may have been seen but now and then. */
    t->end += t->end < t->limit ? 4 : 0;
    for (; at < t->end && !err; at += 4) {
        err = pad(kv, at);
    }
    return err;
}

static enum etch_err begin(struct etch_kv *kv, uint32_t end)
{
    enum etch_err err = pad(kv, kv->end - 4);
    if (!err && kv->end < end) {
        err = pad(kv, kv->end);
        kv->end += 4;
    }
    return err;
}

static const struct kv_writer writer = {
        .size = size,
        .append = append,
        .commit = commit,
        .mark = pad,
        .settle = settle,
        .begin = begin,
        .tail = 2,
        .commits = 1,
};

const struct etch_kv_log etch_kv_plain = {.walk = kv_plain_walk,
        .read = kv_plain_read,
        .check = kv_plain_check,
        .writer = &writer};
