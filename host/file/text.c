/* text.c - the two formats of hexadecimal lines: Intel HEX (Intel's
 * specification of 1988) and Motorola's S-record.
 *
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <string.h>

#include "file/file_priv.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

bool next_line(const struct source *src, size_t *off, struct line *line)
{
    if (*off == 0) {
        line->number = 0;
    }
    while (*off < src->len) {
        const uint8_t *from = src->bytes + *off;
        const uint8_t *end = memchr(from, '\n', src->len - *off);
        size_t len = end != NULL ? (size_t)(end - from) : src->len - *off;
        *off += len + (end != NULL);
        line->number++;
        while (len > 0 && is_blank(from[len - 1])) {
            len--;
        }
        while (len > 0 && is_blank(*from)) {
            from++;
            len--;
        }
        if (len > 0) {
            line->text = (const char *)from;
            line->len = len;
            return true;
        }
    }
    return false;
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = memchr(digits, tolower((unsigned char)c), sizeof digits - 1);
    return at != NULL ? (int)(at - digits) : -1;
}

bool decode_record(const struct source *src, const struct line *line, size_t skip,
        uint8_t bytes[RECORD_MAX], size_t *n)
{
    size_t digits = line->len - skip;
    for (size_t i = skip; i < line->len; i++) {
        if (digit(line->text[i]) < 0) {
            return refuse(src, "line %lu: '%c' is no hexadecimal digit", line->number,
                    line->text[i]);
        }
    }
    if (digits % 2 != 0 || digits / 2 > RECORD_MAX) {
        return refuse(src, "line %lu: %zu digits do not make a record%s", line->number,
                digits, digits % 2 != 0 ? "; is the file cut off?" : "");
    }
    for (size_t i = 0; i < digits / 2; i++) {
        const char *at = line->text + skip + 2 * i;
        bytes[i] = (uint8_t)((unsigned)digit(at[0]) << 4 | (unsigned)digit(at[1]));
    }
    *n = digits / 2;
    return true;
}

static uint8_t sum(const uint8_t *bytes, size_t n)
{
    unsigned total = 0;
    for (size_t i = 0; i < n; i++) {
        total += bytes[i];
    }
    return (uint8_t)total;
}

static uint32_t big_endian(const uint8_t *bytes, size_t n)
{
    uint32_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

/* ---- Intel HEX -------------------------------------------------------------- */

enum { HEX_LEN, HEX_ADDR, HEX_TYPE = 3, HEX_DATA, HEX_AROUND = 5 };

enum {
    HEX_IS_DATA,
    HEX_IS_END,
    HEX_IS_SEGMENT,
    HEX_IS_START_SEGMENT,
    HEX_IS_UPPER,
    HEX_IS_START
};

struct hex {
    struct draft draft;
    uint32_t base;
    bool ended;
};

static bool hex_check(
        const struct source *src, const struct line *line, const uint8_t *r, size_t n)
{
    static const uint8_t lengths[] = {0, 0, 2, 4, 2, 4};
    if (n < HEX_AROUND || r[HEX_LEN] != n - HEX_AROUND) {
        return refuse(src,
                "line %lu: the record is not as long as it says; is the file "
                "cut off?",
                line->number);
    }
    if (sum(r, n) != 0) {
        return refuse(src, "line %lu: wrong checksum 0x%02X; the bytes make 0x%02X",
                line->number, r[n - 1], (uint8_t)(r[n - 1] - sum(r, n)));
    }
    unsigned type = r[HEX_TYPE];
    if (type >= sizeof lengths) {
        return refuse(
                src, "line %lu: no record type %02X in Intel HEX", line->number, type);
    }
    if (type != HEX_IS_DATA && r[HEX_LEN] != lengths[type]) {
        return refuse(src, "line %lu: a record of type %02X has %u bytes, not %u",
                line->number, type, lengths[type], r[HEX_LEN]);
    }
    return true;
}

static bool hex_record(
        struct hex *h, struct file *f, const struct line *line, const uint8_t *r)
{
    uint32_t value = big_endian(r + HEX_DATA, r[HEX_LEN] < 4 ? r[HEX_LEN] : 4);
    switch (r[HEX_TYPE]) {
    case HEX_IS_DATA:
        return draft_add(&h->draft, h->base + big_endian(r + HEX_ADDR, 2), r + HEX_DATA,
                r[HEX_LEN], line->number);
    case HEX_IS_END: h->ended = true; return true;
    case HEX_IS_SEGMENT: h->base = value << 4; return true;
    case HEX_IS_UPPER: h->base = value << 16; return true;
    case HEX_IS_START: f->entry = value; return true;
    default: /* a start for an 8086 */ return true;
    }
}

static bool hex_line(
        const struct source *src, struct hex *h, struct file *f, const struct line *line)
{
    uint8_t record[RECORD_MAX] = {0};
    size_t n = 0;
    if (line->text[0] != ':') {
        return refuse(src, "line %lu: an Intel HEX line starts with ':'", line->number);
    }
    if (h->ended) {
        return refuse(src, "line %lu: goes on behind the end record; two files joined?",
                line->number);
    }
    return decode_record(src, line, 1, record, &n) && hex_check(src, line, record, n) &&
           hex_record(h, f, line, record);
}

bool read_hex(const struct source *src, struct file *f)
{
    struct hex h = {.draft = {.src = src, .unit = "line"}};
    struct line line = {0};
    size_t off = 0;
    bool good = true;
    while (good && next_line(src, &off, &line)) {
        good = hex_line(src, &h, f, &line);
    }
    if (good && !h.ended) {
        good = refuse(
                src, "cut off: no end record (:00000001FF) after line %lu", line.number);
    }
    if (!good) {
        draft_free(&h.draft);
        return false;
    }
    return draft_finish(&h.draft, f);
}

/* ---- S-record ---------------------------------------------------------------- */

struct srec {
    struct draft draft;
    uint32_t records; /* of data so far */
    bool ended;
};

/* S0 S1 .. S9: bytes of address; 0: there is no such record. */
static const uint8_t srec_addr[] = {2, 2, 3, 4, 0, 2, 3, 4, 3, 2};

static bool srec_check(
        const struct source *src, const struct line *line, const uint8_t *r, size_t n)
{
    unsigned type = (unsigned)(line->text[1] - '0');
    if (type >= sizeof srec_addr || srec_addr[type] == 0) {
        return refuse(src, "line %lu: no record type S%c", line->number, line->text[1]);
    }
    if (n < 2u + srec_addr[type] || r[0] != n - 1) {
        return refuse(src,
                "line %lu: the record is not as long as it says; is the file "
                "cut off?",
                line->number);
    }
    if (sum(r, n) != 0xFF) {
        return refuse(src, "line %lu: wrong checksum 0x%02X; the bytes make 0x%02X",
                line->number, r[n - 1], (uint8_t)~sum(r, n - 1));
    }
    return true;
}

static bool srec_record(struct srec *s, struct file *f, const struct line *line,
        const uint8_t *r, size_t n)
{
    unsigned type = (unsigned)(line->text[1] - '0');
    size_t around = 1u + srec_addr[type];
    uint32_t addr = big_endian(r + 1, srec_addr[type]);
    switch (type) {
    case 0: return true;
    case 1:
    case 2:
    case 3:
        s->records++;
        return draft_add(
                &s->draft, addr, r + around, (uint32_t)(n - around - 1), line->number);
    case 5:
    case 6:
        return addr == s->records ||
               refuse(s->draft.src,
                       "line %lu: counts %u data records, but there are "
                       "%u",
                       line->number, addr, s->records);
    default:
        f->entry = addr;
        s->ended = true;
        return true;
    }
}

static bool srec_line(
        const struct source *src, struct srec *s, struct file *f, const struct line *line)
{
    uint8_t record[RECORD_MAX] = {0};
    size_t n = 0;
    if (line->len < 2 || line->text[0] != 'S') {
        return refuse(
                src, "line %lu: an S-record starts with S and a digit", line->number);
    }
    if (s->ended) {
        return refuse(src, "line %lu: goes on behind the end record; two files joined?",
                line->number);
    }
    return decode_record(src, line, 2, record, &n) && srec_check(src, line, record, n) &&
           srec_record(s, f, line, record, n);
}

bool read_srec(const struct source *src, struct file *f)
{
    struct srec s = {.draft = {.src = src, .unit = "line"}};
    struct line line = {0};
    size_t off = 0;
    bool good = true;
    while (good && next_line(src, &off, &line)) {
        good = srec_line(src, &s, f, &line);
    }
    if (good && !s.ended) {
        good = refuse(
                src, "cut off: no end record (S7, S8 or S9) after line %lu", line.number);
    }
    if (!good) {
        draft_free(&s.draft);
        return false;
    }
    return draft_finish(&s.draft, f);
}
