/* SPDX-License-Identifier: MIT */
#include "support/maker.h"

#include <string.h>

enum { OPEN = 1, SIZED = 2, KEEP = 4, DROP = 8 }; /* bits of a word */

static uint32_t crc(uint32_t poly, uint32_t sum, const void *bytes, uint32_t len)
{
    const uint8_t *at = bytes;
    while (len-- > 0) {
        sum ^= *at++;
        for (int i = 0; i < 8; i++) {
            uint32_t low = sum & 1;
            sum >>= 1;
            sum ^= low * poly;
        }
    }
    return sum;
}

uint32_t maker_sum(uint32_t sum, const void *bytes, uint32_t len)
{
    return crc(0xEDB88320, sum, bytes, len);
}

uint32_t maker_sum10(uint32_t sum, const void *bytes, uint32_t len)
{
    return crc(0x331, sum, bytes, len);
}

/* All that is written goes through here: where erased is 0x00, complemented. */
static void put(struct maker *k, uint32_t at, const void *bytes, uint32_t len)
{
    const uint8_t *from = bytes;
    for (uint32_t i = 0; i < len; i++) {
        k->bytes[at + i] = k->zero ? (uint8_t)~from[i] : from[i];
    }
}

static void le(uint8_t *to, uint32_t value, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        to[i] = (uint8_t)(value >> i * 8);
    }
}

static uint32_t up(uint32_t len, uint32_t to)
{
    return (len + to - 1) / to * to;
}

/* ---- headers ------------------------------------------------------------------------- */

enum { A_LEN = 12, B_LEN = 16, CLEAN = 1, USED = 2, B = 3, LOG = 4 };

static uint32_t row(const struct maker *k, unsigned n)
{
    uint32_t a = up(A_LEN, k->cell);
    return n == 0 ? 0 : n < LOG ? a + (n - 1) * k->cell : row(k, B) + up(B_LEN, k->cell);
}

static void zeros(struct maker *k, uint32_t at, uint32_t len)
{
    const uint8_t none[64] = {0};
    put(k, at, none, len);
}

void maker_begin(struct maker *k, uint8_t cell, bool zero)
{
    memset(k, 0, sizeof(*k));
    memset(k->bytes, zero ? 0 : 0xFF, sizeof(k->bytes));
    k->sector_len = MAKER_SECTOR;
    k->cell = cell;
    k->zero = zero;
}

/* Magic, version and shape. */
static void put_stamp(const struct maker *k, uint8_t to[4])
{
    le(to, 0x7E45, 2);
    to[2] = 2;
    to[3] = k->cell == 4 ? 2 : k->cell == 8 ? 8 | 3 : k->cell == 16 ? 8 | 4 : 8 | 5;
}

void maker_ready(struct maker *k, unsigned n, uint32_t erases)
{
    uint8_t a[A_LEN];
    k->sector = n * k->sector_len;
    put_stamp(k, a);
    le(a + 4, erases, 4);
    le(a + 8, maker_sum(UINT32_MAX, a, 8), 4);
    put(k, k->sector, a, A_LEN);
    zeros(k, k->sector + row(k, CLEAN), k->cell);
    k->at = k->sector + row(k, LOG);
}

void maker_draft(struct maker *k, unsigned n)
{
    maker_ready(k, n, 1);
    zeros(k, k->sector + row(k, USED), k->cell);
}

void maker_placed(struct maker *k, uint32_t sequence, uint32_t age)
{
    uint8_t b[B_LEN] = {0xFF, 0xFF, 0xFF, 0xFF};
    if (k->cell != 4) {
        put_stamp(k, b);
    }
    le(b + 4, sequence, 3);
    b[7] = (uint8_t)(age >> 16);
    le(b + 8, age, 2);
    le(b + 10, (k->at - k->sector) / k->cell, 2);
    le(b + 12, maker_sum(UINT32_MAX, b + 4, 8), 4);
    put(k, k->sector + row(k, B), b, B_LEN);
}

void maker_copied(struct maker *k, uint32_t sequence, uint32_t age)
{
    maker_placed(k, sequence, age);
    if (k->cell == 4) {
        k->bytes[k->sector + row(k, B)] ^= OPEN | SIZED;
    } else {
        maker_cells(k, 'K', 2);
    }
}

void maker_open(struct maker *k, unsigned n, uint32_t sequence, uint32_t age)
{
    maker_draft(k, n);
    maker_copied(k, sequence, age);
}

/* ---- plain log ------------------------------------------------------------------------- */

void maker_word(struct maker *k, uint32_t word)
{
    uint8_t bytes[4];
    le(bytes, word, 4);
    put(k, k->at, bytes, 4);
    k->last = k->at;
    k->at += 4;
}

/* spare is of the first word. */
static uint32_t first_word(
        uint32_t id, uint32_t code, uint32_t spare, const void *summed, uint32_t len)
{
    const uint8_t head[3] = {(uint8_t)id, (uint8_t)(id >> 8 | code << 2), (uint8_t)spare};
    uint32_t sum = maker_sum10(maker_sum10(0x3FF, head, 3), summed, len);
    return sum << 22 | spare << 20 | code << 14 | id << 4 | KEEP | DROP;
}

static void behind(struct maker *k, const void *bytes, uint32_t len)
{
    put(k, k->at, bytes, len);
    k->at += up(len, 4);
}

static void value(
        struct maker *k, uint16_t id, const void *bytes, uint32_t len, uint32_t open)
{
    uint32_t words = up(len, 4) / 4;
    maker_word(k, first_word(id, words, words * 4 - len, bytes, len) | open);
    behind(k, bytes, len);
}

void maker_value(struct maker *k, uint16_t id, const char *text, bool open)
{
    value(k, id, text, (uint32_t)strlen(text), open ? OPEN : 0);
}

void maker_bytes(struct maker *k, uint16_t id, const void *bytes, uint32_t len)
{
    value(k, id, bytes, len, 0);
}

void maker_counter(struct maker *k, uint16_t id, uint32_t value)
{
    uint8_t bytes[4];
    le(bytes, value, 4);
    maker_word(k, first_word(id, 59, 0, bytes, 4));
    behind(k, bytes, 4);
}

void maker_running(struct maker *k, uint16_t id, uint32_t base, unsigned ticks)
{
    uint8_t bytes[4];
    uint8_t field[24];
    le(bytes, base, 4);
    memset(field, 0xFF, sizeof(field));
    for (unsigned i = 0; i < ticks; i++) {
        field[i / 8] &= (uint8_t) ~(1u << i % 8);
    }
    maker_word(k, first_word(id, 61, 0, bytes, 4));
    behind(k, bytes, 4);
    put(k, k->at, field, sizeof(field));
    k->at += sizeof(field);
}

void maker_deletion(struct maker *k, uint16_t id)
{
    maker_word(k, first_word(id, 60, 0, NULL, 0));
}

void maker_long(struct maker *k, uint8_t kind, uint16_t id, const char *text)
{
    uint32_t len = (uint32_t)strlen(text);
    uint32_t words = 2 + up(len, 4) / 4;
    uint8_t head[8];
    le(head, id, 2);
    head[2] = kind;
    head[3] = (uint8_t)(up(len, 4) - len);
    le(head + 4, maker_sum(maker_sum(UINT32_MAX, head, 4), text, len), 4);
    maker_word(k, first_word(words % 1024, 63, words / 1024, NULL, 0));
    put(k, k->at, head, 8);
    k->at += 8;
    behind(k, text, len);
}

void maker_batch(struct maker *k)
{
    k->batch = k->at;
    k->at += 4;
}

void maker_batched(struct maker *k, bool open)
{
    uint32_t end = k->at;
    uint32_t words = (end - k->batch) / 4 - 1;
    k->at = k->batch;
    maker_word(
            k, first_word(words % 1024, 62, words / 1024, NULL, 0) | (open ? OPEN : 0));
    k->at = end;
}

void maker_stump(struct maker *k, uint16_t id, uint8_t code)
{
    maker_word(k, first_word(id, code, 0, NULL, 0) | OPEN | SIZED);
}

void maker_void(struct maker *k)
{
    maker_word(k, ~(uint32_t)OPEN);
}

void maker_keep(struct maker *k)
{
    maker_word(k, ~(uint32_t)KEEP);
}

void maker_drop(struct maker *k)
{
    maker_word(k, ~(uint32_t)DROP);
}

/* ---- once log ----------------------------------------------------------------------------- */

void maker_once(
        struct maker *k, uint8_t kind, uint16_t id, const char *bytes, uint32_t len)
{
    uint32_t each = k->cell - 1u;
    uint32_t cells = len == 0 ? 1 : (len + each - 1) / each;
    k->last = k->at;
    for (uint32_t i = 0; i < cells; i++) {
        uint32_t some = len - i * each < each ? len - i * each : each;
        put(k, k->at, "\x65", 1);
        put(k, k->at + 1, bytes + (size_t)i * each, some);
        k->at += k->cell;
    }
    uint8_t trailer[8] = {0x74, (uint8_t)(kind | (cells * each - len) << 3)};
    le(trailer + 2, id, 2);
    le(trailer + 4, maker_sum(maker_sum(UINT32_MAX, trailer + 1, 3), bytes, len), 4);
    put(k, k->at, trailer, 8);
    k->at += k->cell;
}

void maker_cells(struct maker *k, uint8_t byte, unsigned n)
{
    k->last = k->at;
    for (unsigned i = 0; i < n * k->cell; i++) {
        put(k, k->at++, &byte, 1);
    }
}
