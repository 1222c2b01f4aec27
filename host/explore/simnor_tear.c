/* simnor_tear.c - what an operation does to cells: whole, or cut short.
 *
 * The kinds mean what silicon.h says they mean for the chip. Of cells written
 * once, a torn unit may moreover be unreadable, or now and then; tears with an
 * odd seed are those that the code of the unit does not notice.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "explore/simnor_priv.h"

uint64_t simnor_random(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t x = *state;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/* Where bits of a byte go. Bits in no mask stay as they are. */
struct fate {
    uint8_t zero, one, loose, lean;
};

static void settle(struct simnor *s, uint32_t at, struct fate f)
{
    uint8_t loose = f.loose | f.lean;
    uint8_t keep = (uint8_t) ~(f.zero | f.one | loose);
    s->loose[at] = (s->loose[at] & keep) | loose;
    s->lean[at] = (s->lean[at] & keep) | f.lean;
    s->data[at] = (uint8_t)((s->data[at] & ~f.zero) | f.one);
    /* A bit of no lean has no value of its own: 1, so that equal is equal. */
    s->data[at] |= s->loose[at] & (uint8_t)~s->lean[at];
}

/* Bits of a byte, of the 32 that a mask or a prefix counts. */
static uint8_t lane(uint32_t mask, uint32_t i)
{
    return (uint8_t)(mask >> i % 4 * 8);
}

static uint32_t low_bits(uint32_t of_256)
{
    uint32_t n = of_256 / 8;
    return n >= 32 ? ~0u : (1u << n) - 1;
}

/* ---- program ------------------------------------------------------------------- */

static struct fate torn_bits(
        uint8_t todo, struct silicon_tear tear, uint32_t i, uint64_t *random)
{
    uint8_t r1 = (uint8_t)simnor_random(random);
    uint8_t r2 = (uint8_t)simnor_random(random);
    uint8_t limit = tear.mask == 0 ? 0xFF : lane(tear.mask, i);
    struct fate f = {0, 0, 0, 0};
    switch (tear.kind) {
    case SILICON_TEAR_NONE: break;
    case SILICON_TEAR_MASK: f.zero = todo & lane(tear.mask, i); break;
    case SILICON_TEAR_RANDOM: f.zero = todo & r1; break;
    case SILICON_TEAR_UNSTABLE:
        f.loose = todo & (uint8_t)~r1 & r2 & limit;
        f.zero = todo & r1 & (uint8_t)~f.loose;
        break;
    case SILICON_TEAR_PREFIX: f.zero = todo & lane(low_bits(tear.mask), i); break;
    case SILICON_TEAR_MARGINAL: f.zero = f.lean = todo; break;
    case SILICON_TEAR_DONE:
    case SILICON_TEAR_ZEROED:
    default: f.zero = todo; break;
    }
    return f;
}

/* What the code over a torn unit makes of it. */
static uint8_t torn_code(const struct simnor *s, struct silicon_tear tear)
{
    bool clean = tear.kind == SILICON_TEAR_NONE || tear.kind == SILICON_TEAR_DONE;
    if (!s->shape.write_once || clean || tear.seed % 2 == 1) {
        return SIMNOR_GOOD;
    }
    bool moving =
            tear.kind == SILICON_TEAR_UNSTABLE || tear.kind == SILICON_TEAR_MARGINAL;
    return moving ? SIMNOR_DOUBTFUL : SIMNOR_UNREADABLE;
}

static bool any_loose(const struct simnor *s, const struct simnor_op *op)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < op->len; i++) {
        any |= s->loose[op->off + i];
    }
    return any != 0;
}

/* An unstable tear that happened to hit no bit: the first that changes is. */
static void loosen_first(
        struct simnor *s, const struct simnor_op *op, const uint8_t *todo)
{
    uint32_t i = 0;
    while (i < op->len && todo[i] == 0) {
        i++;
    }
    if (i < op->len) {
        uint8_t first = todo[i] & (uint8_t)(~todo[i] + 1u);
        settle(s, op->off + i, (struct fate){.loose = first});
    }
}

/* Is the unit one whose next program no code can vouch for? */
static bool spoilt(const struct simnor *s, const struct simnor_op *op)
{
    uint8_t all = 0xFF;
    for (uint32_t i = 0; i < op->len; i++) {
        all &= s->data[op->off + i] & (uint8_t)~s->loose[op->off + i];
    }
    return all != 0xFF || s->bad[op->off / s->shape.unit] != SIMNOR_GOOD;
}

static void program(
        struct simnor *s, const struct simnor_op *op, struct silicon_tear tear)
{
    uint64_t random = tear.seed;
    uint8_t todo[ETCH_NOR_UNIT_MAX];
    uint8_t *bad = &s->bad[op->off / s->shape.unit];
    if (s->shape.write_once && tear.kind != SILICON_TEAR_NONE) {
        *bad = spoilt(s, op) ? SIMNOR_UNREADABLE : torn_code(s, tear);
    }
    for (uint32_t i = 0; i < op->len; i++) {
        uint32_t at = op->off + i;
        todo[i] = (s->data[at] | s->loose[at]) & (uint8_t)~op->value[i];
        settle(s, at, torn_bits(todo[i], tear, i, &random));
    }
    if (tear.kind == SILICON_TEAR_UNSTABLE && !any_loose(s, op)) {
        loosen_first(s, op, todo);
    }
}

/* ---- erase ------------------------------------------------------------------------ */

static struct fate by_mask(uint32_t mask, uint32_t i)
{
    uint32_t code = mask >> i % 16 * 2 & 3u;
    struct fate f = {0, 0, 0, 0};
    f.zero = code == 1 ? 0xFF : 0;
    f.one = code > 1 ? 0xFF : 0;
    return f;
}

static struct fate by_chance(uint64_t *random, uint8_t loose)
{
    uint64_t r = simnor_random(random);
    uint8_t a = (uint8_t)r;
    uint8_t b = (uint8_t)(r >> 8);
    return (struct fate){
            .zero = a & (uint8_t)~b, .one = a & b, .loose = (uint8_t)~a & b & loose};
}

static struct fate torn_erase(const struct simnor *s, const struct simnor_op *op,
        uint32_t i, struct silicon_tear tear, uint64_t *random)
{
    const struct fate ones = {.one = 0xFF};
    const struct fate zeros = {.zero = 0xFF};
    uint32_t at = op->off + i;
    switch (tear.kind) {
    case SILICON_TEAR_NONE: return (struct fate){0, 0, 0, 0};
    case SILICON_TEAR_MASK: return by_mask(tear.mask, i);
    case SILICON_TEAR_RANDOM: return by_chance(random, 0);
    case SILICON_TEAR_UNSTABLE:
        return by_chance(random, tear.mask == 0 ? 0xFF : lane(tear.mask, i));
    case SILICON_TEAR_PREFIX:
        return (uint64_t)i * 256 < (uint64_t)op->len * tear.mask ? ones : zeros;
    case SILICON_TEAR_MARGINAL:
        return (struct fate){.one = 0xFF, .lean = (uint8_t)~s->data[at] | s->loose[at]};
    case SILICON_TEAR_ZEROED: return zeros;
    case SILICON_TEAR_DONE:
    default: return ones;
    }
}

static void erase(struct simnor *s, const struct simnor_op *op, struct silicon_tear tear)
{
    uint64_t random = tear.seed;
    for (uint32_t i = 0; i < op->len; i++) {
        settle(s, op->off + i, torn_erase(s, op, i, tear, &random));
    }
    if (tear.kind != SILICON_TEAR_NONE) {
        memset(&s->bad[op->off / s->shape.unit], torn_code(s, tear),
                op->len / s->shape.unit);
    }
}

void simnor_apply(struct simnor *s, const struct simnor_op *op, struct silicon_tear tear)
{
    simnor_changes(s, op->off, op->len);
    if (op->erase) {
        erase(s, op, tear);
    } else {
        program(s, op, tear);
    }
}
