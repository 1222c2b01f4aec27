/* SPDX-License-Identifier: MIT */
#include "support/maker.h"

#include <string.h>

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

static uint32_t crc11(uint32_t sum, const void *bytes, uint32_t len)
{
    return crc(0x50E, sum, bytes, len);
}

static void raw(struct maker *k, uint32_t at, const void *bytes, uint32_t len)
{
    memcpy(k->bytes + at, bytes, len);
}

/* As seen where erased is ones. */
static void flipped(struct maker *k, uint32_t at, const void *bytes, uint32_t len)
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

static uint32_t flag_len(const struct maker *k)
{
    return k->cell == 4 ? 4 : 2u * k->cell;
}

static uint32_t row(const struct maker *k, unsigned n)
{
    return n == 0 ? 0 : up(12, k->cell) + (n - 1) * flag_len(k);
}

static uint32_t log_begin(const struct maker *k)
{
    return row(k, 4) + up(12, k->cell);
}

static void zeros(struct maker *k, uint32_t at, uint32_t len)
{
    const uint8_t none[64] = {0};
    flipped(k, at, none, len);
}

void maker_begin(struct maker *k, uint8_t cell, bool zero)
{
    memset(k, 0, sizeof(*k));
    memset(k->bytes, zero ? 0 : 0xFF, sizeof(k->bytes));
    k->cell = cell;
    k->zero = zero;
}

void maker_ready(struct maker *k, unsigned n, uint32_t erases)
{
    uint8_t a[12] = {0x45, 0x7E, 1};
    k->sector = n * MAKER_SECTOR;
    a[3] = k->cell == 4 ? 2 : k->cell == 8 ? 8 | 3 : k->cell == 16 ? 8 | 4 : 8 | 5;
    le(a + 4, erases, 4);
    le(a + 8, maker_sum(UINT32_MAX, a, 8), 4);
    flipped(k, k->sector, a, 12);
    zeros(k, k->sector + row(k, 1), flag_len(k));
    k->at = k->sector + log_begin(k);
}

void maker_draft(struct maker *k, unsigned n)
{
    maker_ready(k, n, 1);
    zeros(k, k->sector + row(k, 2), flag_len(k));
}

void maker_copied(struct maker *k, uint32_t sequence, uint32_t age)
{
    uint8_t a[8];
    uint8_t b[12];
    for (unsigned i = 0; i < 8; i++) {
        a[i] = k->bytes[k->sector + i] ^ (k->zero ? 0xFF : 0);
    }
    le(b, sequence, 4);
    le(b + 4, age, 2);
    le(b + 6, (k->at - k->sector) / k->cell, 2);
    le(b + 8, maker_sum(maker_sum(UINT32_MAX, a, 8), b, 8), 4);
    flipped(k, k->sector + row(k, 4), b, 12);
    zeros(k, k->at, k->cell);
    k->at += k->cell;
}

void maker_open(struct maker *k, unsigned n, uint32_t sequence, uint32_t age)
{
    maker_draft(k, n);
    maker_copied(k, sequence, age);
}

void maker_dropped(struct maker *k, unsigned n)
{
    zeros(k, n * MAKER_SECTOR + row(k, 3), flag_len(k));
}

/* ---- plain log ------------------------------------------------------------------------- */

void maker_word(struct maker *k, uint32_t word)
{
    uint8_t bytes[4];
    le(bytes, word, 4);
    flipped(k, k->at, bytes, 4);
    k->last = k->at;
    k->at += 4;
}

static void item(
        struct maker *k, uint32_t id, uint32_t code, const void *summed, uint32_t len)
{
    uint8_t head[3] = {(uint8_t)id, (uint8_t)(id >> 8 | code << 2), (uint8_t)(code >> 6)};
    uint32_t sum = crc11(crc11(0x7FF, head, 3), summed, len);
    maker_word(k, sum << 21 | code << 13 | id << 3 | 6);
}

static void behind(struct maker *k, const void *bytes, uint32_t len)
{
    raw(k, k->at, bytes, len);
    k->at += up(len, 4);
}

void maker_value(struct maker *k, uint16_t id, const char *text, bool open)
{
    uint32_t len = (uint32_t)strlen(text);
    item(k, id, up(len, 4) / 4 | (up(len, 4) - len) << 6, text, len);
    if (open) {
        k->bytes[k->last] ^= 1;
    }
    behind(k, text, len);
}

void maker_counter(struct maker *k, uint16_t id, uint32_t value)
{
    uint8_t bytes[4];
    le(bytes, value, 4);
    item(k, id, 59, bytes, 4);
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
    item(k, id, 61, bytes, 4);
    behind(k, bytes, 4);
    flipped(k, k->at, field, sizeof(field));
    k->at += sizeof(field);
}

void maker_deletion(struct maker *k, uint16_t id)
{
    item(k, id, 60, NULL, 0);
}

void maker_batch(struct maker *k, uint16_t n)
{
    item(k, n, 62, NULL, 0);
}

void maker_long(struct maker *k, uint16_t kind, uint16_t id, const char *text)
{
    uint32_t len = (uint32_t)strlen(text);
    uint8_t words[8];
    le(words, id, 2);
    le(words + 2, len, 2);
    const uint8_t head[5] = {(uint8_t)kind, words[0], words[1], words[2], words[3]};
    le(words + 4, maker_sum(maker_sum(UINT32_MAX, head, 5), text, len), 4);
    item(k, kind, 63, words, 8);
    uint32_t first = k->last;
    flipped(k, k->at, words, 8);
    k->at += 8;
    behind(k, text, len);
    k->last = first;
}

void maker_pad(struct maker *k)
{
    maker_word(k, 0);
}

void maker_kill(struct maker *k)
{
    maker_word(k, 0xFFFFFFFD);
}

/* ---- once log ----------------------------------------------------------------------------- */

void maker_once(
        struct maker *k, uint8_t kind, uint16_t id, const char *bytes, uint32_t len)
{
    uint32_t each = k->cell - 1u;
    uint32_t cells = (len + each - 1) / each;
    k->last = k->at;
    if (k->decided || k->group == 0) {
        k->group = k->at + 1;
        k->decided = false;
    }
    for (uint32_t i = 0; i < cells; i++) {
        uint32_t some = len - i * each < each ? len - i * each : each;
        k->bytes[k->at] = 0x64;
        raw(k, k->at + 1, bytes + (size_t)i * each, some);
        k->at += k->cell;
    }
    uint8_t trailer[8] = {0x74, (uint8_t)(kind | (cells * each - len) << 3)};
    le(trailer + 2, id, 2);
    le(trailer + 4, maker_sum(maker_sum(UINT32_MAX, trailer + 1, 3), bytes, len), 4);
    raw(k, k->at, trailer, 8);
    k->at += k->cell;
}

void maker_cells(struct maker *k, uint8_t byte, unsigned n)
{
    k->last = k->at;
    uint32_t from = (k->group ? k->group - 1 : k->at) % MAKER_SECTOR / k->cell;
    const uint8_t three[3] = {byte, (uint8_t)from, (uint8_t)(from >> 8)};
    for (unsigned i = 0; i < n * k->cell; i++) {
        k->bytes[k->at + i] = byte == 'z' ? byte : three[i % k->cell % 3];
    }
    k->at += n * k->cell;
    k->decided = k->decided || byte != 'z';
}
