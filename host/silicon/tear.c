/* tear.c - what an operation does to cells: whole, or cut short.
 *
 * RM0090 3.6 promises nothing about a word or sector whose operation was cut.
 * The kinds of tear span what one has to expect: bits that made it, bits that
 * did not, bits that did not settle, and an erase that stopped in its first
 * half, where all cells are programmed to 0, or in its second, where they are
 * released to 1.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon_priv.h"

/* Which bits of a cell go where. Bits in no mask stay as they are. */
struct fate {
    uint32_t zero, one, loose, lean;
};

static struct si_cell settle_cell(struct si_cell cell, struct fate f)
{
    uint32_t changed = f.zero | f.one | f.loose | f.lean;
    cell.loose = (cell.loose & ~changed) | f.loose | f.lean;
    cell.lean = (cell.lean & ~changed) | f.lean;
    cell.weak &= ~changed;
    cell.data = (cell.data & ~f.zero) | f.one;
    return cell;
}

/* ---- program: a mask of bits to clear, word by word ------------------------- */

static void clear_bits(struct silicon *s, uint32_t off, uint32_t bits, bool weak)
{
    struct si_cell old = si_cell_get(s, off);
    struct si_cell cell = settle_cell(old, (struct fate){.zero = bits});
    if (weak) {
        cell.weak |= (old.data | old.loose) & bits;
    }
    si_cell_put(s, off, cell);
}

/* The bits of the aligned word at off + 4 * i that the operation clears. */
static uint32_t zeros_of(const struct si_op *op, unsigned i)
{
    uint32_t lanes =
            op->width >= 4 ? ~0u : ((1u << op->width * 8) - 1) << op->off % 4 * 8;
    uint32_t value = (uint32_t)(op->value >> i * 32) << op->off % 4 * 8;
    return ~value & lanes;
}

static uint32_t low_bits(uint32_t of_256, unsigned width_bits)
{
    uint32_t n = of_256 * width_bits / 256;
    return n >= 32 ? ~0u : (1u << n) - 1;
}

/* What became of the bits `todo`, which were to be cleared. shift: how far a
 * narrow unit sits from bit 0 of its word; masks count from the unit's own. */
static struct fate tear_bits(
        uint32_t todo, struct silicon_tear tear, uint64_t *random, unsigned shift)
{
    uint32_t r1 = (uint32_t)si_random(random);
    uint32_t r2 = (uint32_t)si_random(random);
    uint32_t limit = tear.mask == 0 ? ~0u : tear.mask << shift;
    struct fate f = {0, 0, 0, 0};
    switch (tear.kind) {
    case SILICON_TEAR_NONE: break;
    case SILICON_TEAR_MASK: f.zero = todo & tear.mask << shift; break;
    case SILICON_TEAR_RANDOM: f.zero = todo & r1; break;
    case SILICON_TEAR_UNSTABLE:
        f.zero = todo & r1;
        f.loose = todo & ~r1 & r2 & limit;
        if (f.loose == 0) {
            /* The kind promises a bit that did not settle, if any may. */
            f.loose = todo & limit & (~(todo & limit) + 1);
            f.zero &= ~f.loose;
        }
        break;
    case SILICON_TEAR_PREFIX: f.zero = todo & low_bits(tear.mask, 32); break;
    case SILICON_TEAR_MARGINAL: f.zero = f.lean = todo; break;
    case SILICON_TEAR_DONE:
    case SILICON_TEAR_ZEROED:
    default: f.zero = todo; break;
    }
    return f;
}

static void tear_program(
        struct silicon *s, const struct si_op *op, struct silicon_tear tear)
{
    uint64_t random = tear.seed;
    for (unsigned i = 0; i * 4 < op->width; i++) {
        uint32_t off = (op->off & ~3u) + i * 4;
        struct si_cell cell = si_cell_get(s, off);
        uint32_t todo = zeros_of(op, i) & (cell.data | cell.loose);
        struct fate f = tear_bits(todo, tear, &random, op->off % 4 * 8);
        cell = settle_cell(cell, f);
        cell.weak |= op->weak ? f.zero & ~f.lean : 0;
        si_cell_put(s, off, cell);
    }
}

/* ---- erase ------------------------------------------------------------------- */

static void count_wear(struct silicon *s, const struct si_op *op)
{
    for (uint32_t g = op->off / SI_GRANULE; g < (op->off + op->size) / SI_GRANULE; g++) {
        s->st.wear[g]++;
    }
}

static void erase_weakly(struct silicon *s, const struct si_op *op)
{
    for (uint32_t off = op->off; off < op->off + op->size; off += 4) {
        struct si_cell old = si_cell_get(s, off);
        struct si_cell cell = {.data = ~0u, .weak = ~old.data | old.loose};
        si_cell_put(s, off, cell);
    }
}

/* Two bits of mask for each byte, sixteen bytes a turn: 0 before, 1 zero, 2 and
 * 3 ones. */
static struct fate by_mask(uint32_t mask, uint32_t off)
{
    struct fate f = {0, 0, 0, 0};
    for (unsigned byte = 0; byte < 4; byte++) {
        uint32_t code = mask >> (off % SI_ROW + byte) * 2 & 3u;
        if (code == 1) {
            f.zero |= 0xFFu << byte * 8;
        } else if (code != 0) {
            f.one |= 0xFFu << byte * 8;
        }
    }
    return f;
}

/* Bit by bit the old value, 0, 1 or, if loose, neither. */
static struct fate by_chance(uint64_t *random, uint32_t loose)
{
    uint64_t r = si_random(random);
    uint32_t a = (uint32_t)r;
    uint32_t b = (uint32_t)(r >> 32);
    return (struct fate){.zero = a & ~b, .one = a & b, .loose = ~a & b & loose};
}

static struct fate tear_erased_cell(struct si_cell cell, uint32_t at,
        const struct si_op *op, struct silicon_tear tear, uint64_t *random)
{
    switch (tear.kind) {
    case SILICON_TEAR_MASK: return by_mask(tear.mask, at);
    case SILICON_TEAR_RANDOM: return by_chance(random, 0);
    case SILICON_TEAR_UNSTABLE:
        return by_chance(random, tear.mask == 0 ? ~0u : tear.mask);
    case SILICON_TEAR_PREFIX: {
        uint64_t end = (uint64_t)op->size * tear.mask / 256;
        const struct fate ones = {.one = ~0u};
        const struct fate zeros = {.zero = ~0u};
        return at < end ? ones : zeros;
    }
    case SILICON_TEAR_MARGINAL: {
        uint32_t changed = ~cell.data | cell.loose;
        return (struct fate){.one = ~0u, .lean = changed};
    }
    case SILICON_TEAR_NONE:
    case SILICON_TEAR_DONE:
    case SILICON_TEAR_ZEROED:
    default: return (struct fate){.one = ~0u};
    }
}

static void tear_erase(
        struct silicon *s, const struct si_op *op, struct silicon_tear tear)
{
    count_wear(s, op);
    if (tear.kind == SILICON_TEAR_ZEROED) {
        si_cells_fill(s, op->off, op->size, false);
        return;
    }
    uint64_t random = tear.seed;
    for (uint32_t at = 0; at < op->size; at += 4) {
        struct si_cell cell = si_cell_get(s, op->off + at);
        struct fate f = tear_erased_cell(cell, at, op, tear, &random);
        si_cell_put(s, op->off + at, settle_cell(cell, f));
    }
}

/* ---- option bytes -------------------------------------------------------------- */

/* Every write erases the whole configuration sector and programs it again
 * (RM0090 3.7.1). A cut in between leaves ones: RDP 0xFF, level 1, and all of
 * it under PCROP, as parts came back from the field. */
static void tear_options(
        struct silicon *s, const struct si_op *op, struct silicon_tear tear)
{
    if (op->regression) {
        /* The array goes first: a cut must not open what was closed. */
        tear_erase(s, op, tear);
        return;
    }
    uint64_t random = tear.seed;
    for (unsigned i = 0; i < 2; i++) {
        struct fate f = tear_bits(~op->option[i], tear, &random, 0);
        bool prefix = tear.kind == SILICON_TEAR_PREFIX;
        uint32_t word = prefix ? ~0u : ~f.zero;
        s->st.option[i] = tear.kind == SILICON_TEAR_ZEROED ? 0 : word;
        s->st.option_loose[i] = f.loose | f.lean;
        s->st.option_lean[i] = f.lean;
    }
}

/* ---- both ------------------------------------------------------------------------ */

void si_apply(struct silicon *s, const struct si_op *op)
{
    switch (op->kind) {
    case SI_OP_PROGRAM:
        for (unsigned i = 0; i * 4 < op->width; i++) {
            clear_bits(s, (op->off & ~3u) + i * 4, zeros_of(op, i), op->weak);
        }
        break;
    case SI_OP_ERASE:
    case SI_OP_MASS:
        count_wear(s, op);
        if (op->weak) {
            erase_weakly(s, op);
        } else {
            si_cells_fill(s, op->off, op->size, true);
        }
        break;
    case SI_OP_OPTIONS:
        if (op->regression) {
            count_wear(s, op);
            si_cells_fill(s, op->off, op->size, true);
        }
        si_options_commit(s, op->option);
        break;
    case SI_OP_NONE:
    default: break;
    }
}

void si_tear(struct silicon *s, const struct si_op *op, struct silicon_tear tear)
{
    if (tear.kind == SILICON_TEAR_NONE) {
        return;
    }
    if (tear.kind == SILICON_TEAR_DONE) {
        si_apply(s, op);
        return;
    }
    switch (op->kind) {
    case SI_OP_PROGRAM: tear_program(s, op, tear); break;
    case SI_OP_ERASE:
    case SI_OP_MASS: tear_erase(s, op, tear); break;
    case SI_OP_OPTIONS: tear_options(s, op, tear); break;
    case SI_OP_NONE:
    default: break;
    }
}
