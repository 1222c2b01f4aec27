/* SPDX-License-Identifier: MIT */
#include "nor/selftest.h"

enum {
    PIECE = ETCH_NOR_UNIT_MAX,
    LONG = 256 + PIECE, /* more than a page, and than eight bits tell */
    SHIFTS = 8,         /* addresses of data, from an aligned one on */
    FENCE = 8           /* bytes behind what is read, which must stay */
};

struct test {
    const struct etch_nor *nor;
    uint32_t at;
    uint32_t cell;   /* what a store programs at least: a unit, or 4 bytes */
    uint32_t ticked; /* so many at each sector's end are cleared bit by bit */
    uint8_t flip;    /* 0xFF: the pattern's complement */
};

/* What is programmed and read; too much for most stacks. */
static _Alignas(SHIFTS) uint8_t data[SHIFTS + LONG + FENCE];

enum content { PATTERN, ERASED, CLEARED };

/* The pattern differs in each byte from itself at any power of two further on: what
 * lands in another page or sector is noticed. */
static uint8_t byte_of(const struct test *t, enum content content, uint32_t off)
{
    if (content == PATTERN) {
        return (uint8_t)(off * 0x9E3779B1u >> 24 ^ t->flip);
    }
    return content == ERASED ? t->nor->erased : (uint8_t)~t->nor->erased;
}

static uint32_t offset_of(const struct etch_nor *nor, uint32_t sector)
{
    uint32_t off = 0;
    for (uint32_t i = 0; i < sector; i++) {
        off += nor->sector_len[i];
    }
    return off;
}

/* Where the pattern ends in a sector, and what is cleared bit by bit begins. */
static uint32_t end_of(const struct test *t, uint32_t sector)
{
    return offset_of(t->nor, sector + 1) - t->ticked;
}

static bool makes_sense(struct test *t)
{
    const struct etch_nor *nor = t->nor;
    uint32_t unit = nor->unit;
    bool good = unit != 0 && unit <= ETCH_NOR_UNIT_MAX && (unit & (unit - 1)) == 0 &&
                (nor->erased == 0xFF || nor->erased == 0) && nor->sectors != 0;
    for (uint32_t i = 0; good && i < nor->sectors; i++) {
        uint32_t len = nor->sector_len[i];
        t->at = offset_of(nor, i);
        good = len != 0 && len % 4 == 0 && len % unit == 0;
    }
    return good;
}

/* ---- reading ---------------------------------------------------------------- */

/* Does a read to `shift` behind an aligned address bring this, and nothing around it?
 * What is there before is wrong in each byte, wherever it would come from. */
static bool reads(
        struct test *t, enum content content, uint32_t off, uint32_t len, uint32_t shift)
{
    uint32_t all = shift + len + FENCE;
    for (uint32_t i = 0; i < all; i++) {
        data[i] = (uint8_t)~byte_of(t, content, off + i - shift);
    }
    t->at = off;
    if (t->nor->read(t->nor, off, data + shift, len) != ETCH_OK) {
        return false;
    }
    for (uint32_t i = 0; i < all; i++) {
        bool inside = i - shift < len;
        uint8_t want = byte_of(t, content, off + i - shift);
        if (data[i] != (inside ? want : (uint8_t)~want)) {
            t->at = inside ? off + i - shift : off;
            return false;
        }
    }
    return true;
}

/* Plainly read, and not across anything: what is found shall not be a matter of how it is
 * looked for. */
static bool holds(struct test *t, enum content content, uint32_t from, uint32_t to)
{
    bool good = true;
    while (good && from < to) {
        uint32_t len = PIECE - from % PIECE;
        len = to - from < len ? to - from : len;
        good = reads(t, content, from, len, 0);
        from += len;
    }
    return good;
}

static bool reads_short(struct test *t, uint32_t from, uint32_t to)
{
    bool good = true;
    for (uint32_t i = 0; good && i < 16 * SHIFTS * 8; i++) {
        uint32_t off = from + i % 8;
        uint32_t len = i / (SHIFTS * 8);
        good = off + len > to || reads(t, PATTERN, off, len, i / 8 % SHIFTS);
    }
    return good;
}

static bool reads_long(struct test *t, uint32_t from, uint32_t to)
{
    bool good = true;
    for (uint32_t k = 0; good && from < to; k++) {
        uint32_t len = LONG - k % 8;
        len = to - from < len ? to - from : len;
        good = reads(t, PATTERN, from, len, 3 * k % SHIFTS);
        from += len;
    }
    return good;
}

/* From the sector before into this one, in one read as in two. */
static bool reads_across(struct test *t, uint32_t off)
{
    const struct etch_nor *nor = t->nor;
    uint8_t *got = data;
    bool good = true;
    t->at = off - 2;
    for (uint32_t i = 0; i < 4; i++) {
        good = good && nor->read(nor, off - 2 + i, got + 4 + i, 1) == ETCH_OK;
        got[i] = (uint8_t)~got[4 + i];
    }
    good = good && nor->read(nor, off - 2, got, 4) == ETCH_OK;
    for (uint32_t i = 0; i < 4; i++) {
        good = good && got[i] == got[4 + i];
    }
    return good;
}

/* ---- programming, and erasing ------------------------------------------------ */

struct step {
    uint32_t len, shift;
    enum etch_nor_fault fault; /* what it is if this one fails */
};

/* The k-th program in a sector: from what is plain to what is not, so that what fails
 * first tells why. */
static struct step step_of(const struct test *t, uint32_t k)
{
    uint32_t unit = t->nor->unit;
    if (k == 0) {
        return (struct step){PIECE, 0, ETCH_NOR_VALUE};
    }
    if (k <= PIECE / unit) {
        return (struct step){unit, 0, ETCH_NOR_UNIT};
    }
    k -= PIECE / unit;
    if (k < SHIFTS) {
        return (struct step){t->cell, k, ETCH_NOR_POINTER};
    }
    return (struct step){LONG, k % SHIFTS, ETCH_NOR_LENGTH};
}

static enum etch_nor_fault program(struct test *t, uint32_t off, const struct step *step)
{
    uint32_t end = off + step->len;
    if (!holds(t, ERASED, off, end)) {
        return step->fault == ETCH_NOR_UNIT ? ETCH_NOR_UNIT : ETCH_NOR_BEYOND;
    }
    for (uint32_t i = 0; i < step->len; i++) {
        data[step->shift + i] = byte_of(t, PATTERN, off + i);
    }
    t->at = off;
    if (t->nor->program(t->nor, off, data + step->shift, step->len) != ETCH_OK) {
        return step->fault == ETCH_NOR_VALUE ? ETCH_NOR_PROGRAM : step->fault;
    }
    return holds(t, PATTERN, off, end) ? ETCH_NOR_GOOD : step->fault;
}

/* The first piece of a sector, from .. off, is programmed and no more. */
static enum etch_nor_fault look_around(
        struct test *t, uint32_t from, uint32_t off, uint32_t to)
{
    uint32_t some = to - off < 2 * PIECE ? to - off : 2 * PIECE;
    if (!holds(t, ERASED, off, off + some)) {
        return ETCH_NOR_BEYOND;
    }
    if (!reads_short(t, from, off)) {
        return ETCH_NOR_ALIGN;
    }
    for (uint32_t i = 0; i < PIECE; i++) {
        data[i] = byte_of(t, CLEARED, off);
    }
    t->at = off;
    if (t->nor->program(t->nor, off, data, 0) != ETCH_OK ||
            !holds(t, ERASED, off, off + some)) {
        return ETCH_NOR_LENGTH;
    }
    return ETCH_NOR_GOOD;
}

static enum etch_nor_fault erase(struct test *t, uint32_t i)
{
    uint32_t off = offset_of(t->nor, i);
    t->at = off;
    if (t->nor->erase(t->nor, i) != ETCH_OK ||
            !holds(t, ERASED, off, end_of(t, i) + t->ticked)) {
        return ETCH_NOR_ERASE;
    }
    return ETCH_NOR_GOOD;
}

/* What `step` says has failed at off. Is it that, or do these cells not take it when it
 * is programmed plainly, either? */
static enum etch_nor_fault why(
        struct test *t, uint32_t i, uint32_t off, const struct step *step)
{
    struct step plain = {t->cell, 0, ETCH_NOR_VALUE};
    uint32_t at = t->at;
    uint32_t end = off + step->len;
    if (step->fault == ETCH_NOR_UNIT) {
        /* All of the units that are programmed alone, in one. */
        uint32_t to = end_of(t, i);
        off = offset_of(t->nor, i) + PIECE;
        plain.len = to - off < PIECE ? to - off : PIECE;
    }
    enum etch_nor_fault fault = erase(t, i);
    for (; off < end && !fault; off += plain.len) {
        fault = program(t, off, &plain);
    }
    if (!fault) {
        t->at = at;
        fault = step->fault;
    }
    return fault;
}

static enum etch_nor_fault fill(struct test *t, uint32_t i)
{
    enum etch_nor_fault fault = ETCH_NOR_GOOD;
    uint32_t from = offset_of(t->nor, i);
    uint32_t to = end_of(t, i);
    uint32_t off = from;
    for (uint32_t k = 0; off < to && !fault; k++) {
        struct step step = step_of(t, k);
        step.len = to - off < step.len ? to - off : step.len;
        fault = program(t, off, &step);
        if (k > 0 && fault == step.fault) {
            fault = why(t, i, off, &step);
        }
        off += step.len;
        if (k == 0 && !fault && off < to) {
            fault = look_around(t, from, off, to);
        }
    }
    return fault;
}

static bool is(struct test *t, uint32_t off, const uint8_t *want)
{
    bool good = t->nor->read(t->nor, off, data, t->cell) == ETCH_OK;
    for (uint32_t i = 0; good && i < t->cell; i++) {
        good = data[i] == want[i];
    }
    return good;
}

/* One bit after the other, in turn with the whole cell and with the bit's own unit;
 * then all of it once more the same. */
static enum etch_nor_fault tick(struct test *t, uint32_t off)
{
    const struct etch_nor *nor = t->nor;
    uint8_t bytes[PIECE];
    uint32_t bits = 8 * t->cell;
    bool good = true;
    if (!holds(t, ERASED, off, off + t->cell)) {
        return ETCH_NOR_BEYOND;
    }
    for (uint32_t i = 0; i < PIECE; i++) {
        bytes[i] = nor->erased;
    }
    t->at = off;
    uint32_t bit = 0;
    for (; good && bit <= bits; bit++) {
        bool alone = bit % 2 != 0;
        uint32_t from = alone ? bit / 8 & ~(nor->unit - 1u) : 0;
        if (bit < bits) {
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        good = nor->program(nor, off + from, bytes + from, alone ? nor->unit : t->cell) ==
                       ETCH_OK &&
               is(t, off, bytes);
    }
    if (good) {
        return ETCH_NOR_GOOD;
    }
    /* A unit's first bit is the first that was ever to be programmed in it. */
    return --bit < bits && bit % (8u * nor->unit) == 0 ? ETCH_NOR_VALUE : ETCH_NOR_AGAIN;
}

/* ---- sectors -------------------------------------------------------------------- */

static enum etch_nor_fault program_all(struct test *t, uint32_t i)
{
    uint32_t from = offset_of(t->nor, i);
    uint32_t to = end_of(t, i);
    enum etch_nor_fault fault = fill(t, i);
    if (!fault && t->ticked != 0) {
        fault = tick(t, to);
    }
    if (!fault && !(reads_long(t, from, to) && (i == 0 || reads_across(t, from)))) {
        fault = ETCH_NOR_ALIGN;
    }
    return fault;
}

/* Is sector i still as program_all left it? */
static bool stays(struct test *t, uint32_t i)
{
    uint32_t end = end_of(t, i);
    return holds(t, PATTERN, offset_of(t->nor, i), end) &&
           holds(t, CLEARED, end, end + t->ticked);
}

static bool all_stay(struct test *t)
{
    bool good = true;
    for (uint32_t i = 0; good && i < t->nor->sectors; i++) {
        good = stays(t, i);
    }
    return good;
}

static enum etch_nor_fault program_first(struct test *t)
{
    enum etch_nor_fault fault = ETCH_NOR_GOOD;
    for (uint32_t i = 0; !fault && i < t->nor->sectors; i++) {
        fault = erase(t, i);
    }
    for (uint32_t i = 0; !fault && i < t->nor->sectors; i++) {
        fault = program_all(t, i);
    }
    return fault || all_stay(t) ? fault : ETCH_NOR_BEYOND;
}

/* Each sector is erased while the others hold something. What that does to those behind
 * it is seen before their turn comes, to those before it at the end. */
static enum etch_nor_fault program_again(struct test *t)
{
    enum etch_nor_fault fault = ETCH_NOR_GOOD;
    for (uint32_t i = 0; !fault && i < t->nor->sectors; i++) {
        t->flip = 0;
        fault = stays(t, i) ? erase(t, i) : ETCH_NOR_NEIGHBOUR;
        t->flip = 0xFF;
        fault = fault ? fault : program_all(t, i);
    }
    return fault || all_stay(t) ? fault : ETCH_NOR_NEIGHBOUR;
}

enum etch_nor_fault etch_nor_selftest(const struct etch_nor *nor, uint32_t *at)
{
    struct test t;
    t.nor = nor;
    t.at = 0;
    t.cell = nor->unit < 4 ? 4 : nor->unit;
    t.ticked = nor->once ? 0 : t.cell;
    t.flip = 0;
    enum etch_nor_fault fault = makes_sense(&t) ? program_first(&t) : ETCH_NOR_FACTS;
    fault = fault ? fault : program_again(&t);
    *at = t.at;
    return fault;
}
