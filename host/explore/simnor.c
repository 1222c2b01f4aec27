/* simnor.c - the small NOR flash: its life, its runs, its laws.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "explore/simnor_priv.h"

static const struct explore_machine_ops simnor_ops;
static const struct etch_nor simnor_calls;

static struct simnor *nor_of(struct explore_machine *m)
{
    return (struct simnor *)m;
}

static const struct simnor *const_nor_of(const struct explore_machine *m)
{
    return (const struct simnor *)m;
}

/* ---- life and states --------------------------------------------------------------- */

static void drop(struct explore_machine *m)
{
    struct simnor *s = nor_of(m);
    simnor_state_close(s);
    free(s->cells);
    free(s);
}

struct explore_machine *simnor_new(const struct simnor_shape *shape)
{
    struct simnor *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    s->machine.ops = &simnor_ops;
    s->shape = *shape;
    uint8_t sectors = 0;
    while (sectors < SIMNOR_SECTORS && shape->sector[sectors] != 0) {
        s->size += shape->sector[sectors++];
    }
    s->cells = calloc(1, s->size * 3 + s->size / shape->unit + 1);
    if (s->cells == NULL || !simnor_state_open(s)) {
        drop(&s->machine);
        return NULL;
    }
    s->data = s->cells;
    s->loose = s->data + s->size;
    s->lean = s->loose + s->size;
    s->bad = s->lean + s->size;
    memset(s->data, 0xFF, s->size);
    s->nor = simnor_calls;
    s->nor.sector_len = s->shape.sector;
    s->nor.sectors = sectors;
    s->nor.unit = shape->unit;
    s->nor.erased = shape->erased_is_zero ? 0x00 : 0xFF;
    s->nor.once = shape->write_once;
    return &s->machine;
}

static struct explore_machine *twin(const struct explore_machine *m)
{
    return simnor_new(&const_nor_of(m)->shape);
}

/* ---- from outside --------------------------------------------------------------------- */

static uint8_t outside(const struct simnor *s, uint8_t byte)
{
    return s->shape.erased_is_zero ? (uint8_t)~byte : byte;
}

static uint32_t size(const struct explore_machine *m)
{
    return const_nor_of(m)->size;
}

static uint32_t address(const struct explore_machine *m)
{
    (void)m;
    return 0;
}

/* All bits of a unit that cannot be read, or not always, are unstable. */
static void peek(const struct explore_machine *m, uint32_t off, void *data,
        void *unstable, size_t len)
{
    const struct simnor *s = const_nor_of(m);
    uint8_t *to = data;
    uint8_t *mask = unstable;
    for (size_t i = 0; i < len; i++) {
        bool bad = s->bad[(off + i) / s->shape.unit] != SIMNOR_GOOD;
        uint8_t moving = bad ? 0xFF : s->loose[off + i];
        to[i] = outside(s, s->data[off + i]) | moving;
        if (mask != NULL) {
            mask[i] = moving;
        }
    }
}

static void poke(struct explore_machine *m, uint32_t off, const void *data, size_t len)
{
    struct simnor *s = nor_of(m);
    const uint8_t *from = data;
    simnor_changes(s, off, (uint32_t)len);
    for (size_t i = 0; i < len; i++) {
        s->data[off + i] = outside(s, from[i]);
        s->loose[off + i] = 0;
        s->lean[off + i] = 0;
        s->bad[(off + i) / s->shape.unit] = SIMNOR_GOOD;
    }
}

/* ---- runs -------------------------------------------------------------------------------- */

static _Noreturn void stop(struct simnor *s, enum explore_end end)
{
    s->out.end = end;
    longjmp(s->home, 1);
}

static _Noreturn void fault(struct simnor *s, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

static _Noreturn void fault(struct simnor *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(s->out.text, sizeof(s->out.text), format, args);
    va_end(args);
    stop(s, EXPLORE_FAULT);
}

static struct explore_outcome run(struct explore_machine *m, const struct explore_run *r)
{
    struct simnor *s = nor_of(m);
    s->run = r;
    s->ops = 0;
    s->used = 0;
    s->random = r->reads;
    s->turn = 0;
    memset(&s->out, 0, sizeof(s->out));
    if (r->code != NULL && setjmp(s->home) == 0) {
        r->code(r->arg, &s->nor);
    }
    s->run = NULL;
    s->out.ops = s->ops;
    return s->out;
}

static void count_access(struct simnor *s)
{
    if (++s->used > s->run->limit) {
        (void)snprintf(s->out.text, sizeof(s->out.text),
                "no end after %" PRIu64 " accesses", s->run->limit);
        stop(s, EXPLORE_HANG);
    }
}

/* The operation, whole or torn; the run ends here if this is the cut. */
static void operate(struct simnor *s, const struct simnor_op *op)
{
    static const struct silicon_tear whole = {.kind = SILICON_TEAR_DONE};
    s->ops++;
    count_access(s);
    if (s->run->begins != NULL) {
        const struct explore_op begun = {
                .erase = op->erase, .off = op->off, .len = op->len};
        s->in_flight = op;
        s->run->begins(s->run->begins_arg, &begun);
    }
    bool cut = s->ops == s->run->cut;
    simnor_apply(s, op, cut ? s->run->tear : whole);
    if (cut) {
        stop(s, EXPLORE_CUT);
    }
}

static void torn(struct explore_machine *to, const struct explore_machine *m,
        struct silicon_tear tear)
{
    const struct simnor *s = const_nor_of(m);
    simnor_copy(nor_of(to), s);
    simnor_apply(nor_of(to), s->in_flight, tear);
}

/* ---- what the code calls -------------------------------------------------------------------- */

/* The flash that a caller means; what it changes is behind the const face. */
static struct simnor *nor_behind(const struct etch_nor *nor)
{
    return (struct simnor *)((uintptr_t)nor - offsetof(struct simnor, nor));
}

/* How unstable bits read: ways 1 and 2 always alike, 3 and 4 in turns, as
 * people see them; anything else is chance. */
enum way { ALL_ONES = 1, ALL_ZEROS, ONES_FIRST, ZEROS_FIRST };

/* True: as ones this time. Not for reading by chance. */
static bool ones_now(const struct simnor *s)
{
    switch (s->run->reads) {
    case ALL_ONES: return true;
    case ALL_ZEROS: return false;
    case ONES_FIRST: return s->turn % 2 == 0;
    default: return s->turn % 2 == 1;
    }
}

static bool by_chance(const struct simnor *s)
{
    return s->run->reads < ALL_ONES || s->run->reads > ZEROS_FIRST;
}

/* Unstable bits of a byte, read once more. */
static uint8_t sense(struct simnor *s, uint32_t at)
{
    uint8_t moving = s->loose[at];
    if (moving == 0) {
        return s->data[at];
    }
    if (!by_chance(s)) {
        bool ones = ones_now(s) != s->shape.erased_is_zero;
        return ones ? s->data[at] | moving : s->data[at] & (uint8_t)~moving;
    }
    uint64_t r = simnor_random(&s->random);
    uint8_t either = moving & (uint8_t)~s->lean[at];
    uint8_t flips = r >> 62 == 0 ? (uint8_t)(r >> 8) & s->lean[at] : 0;
    return ((s->data[at] & (uint8_t)~either) | ((uint8_t)r & either)) ^ flips;
}

static bool readable(struct simnor *s, uint32_t unit)
{
    switch (s->bad[unit]) {
    case SIMNOR_GOOD: return true;
    case SIMNOR_DOUBTFUL:
        return by_chance(s) ? simnor_random(&s->random) >> 63 == 0 : ones_now(s);
    case SIMNOR_UNREADABLE:
    default: return false;
    }
}

static void check_range(struct simnor *s, const char *what, uint32_t off, uint32_t len)
{
    if (off > s->size || len > s->size - off) {
        fault(s, "%s of %" PRIu32 " bytes at 0x%" PRIX32 ", beyond the end 0x%" PRIX32,
                what, len, off, s->size);
    }
}

static enum etch_err sense_all(struct simnor *s, uint32_t off, uint8_t *to, uint32_t len)
{
    bool good = true;
    uint8_t moving = 0;
    if (simnor_settled(s, off, len)) {
        memcpy(to, s->data + off, len);
        for (uint32_t i = 0; i < len && s->shape.erased_is_zero; i++) {
            to[i] = (uint8_t)~to[i];
        }
        return ETCH_OK;
    }
    for (uint32_t i = 0; i < len; i++) {
        uint32_t at = off + i;
        if (i == 0 || at % s->shape.unit == 0) {
            good = readable(s, at / s->shape.unit) && good;
            moving |= s->bad[at / s->shape.unit];
        }
        to[i] = outside(s, sense(s, at));
        moving |= s->loose[at];
    }
    s->turn += moving != 0; /* of reads that meet such bits */
    return good ? ETCH_OK : ETCH_E_VERIFY;
}

static enum etch_err nor_read(
        const struct etch_nor *nor, uint32_t off, void *data, uint32_t len)
{
    struct simnor *s = nor_behind(nor);
    check_range(s, "read", off, len);
    count_access(s);
    return sense_all(s, off, data, len);
}

/* A unit that plainly holds something, as the code could have seen. */
static bool plainly_written(const struct simnor *s, uint32_t off, uint32_t unit)
{
    uint8_t all = 0xFF;
    uint8_t moving = s->bad[off / unit];
    for (uint32_t i = 0; i < unit; i++) {
        all &= s->data[off + i];
        moving |= s->loose[off + i];
    }
    return moving == 0 && all != 0xFF;
}

static void check_unit(
        struct simnor *s, uint32_t off, const uint8_t *value, uint32_t unit)
{
    if (s->shape.write_once && plainly_written(s, off, unit)) {
        fault(s, "unit at 0x%" PRIX32 " is written a second time", off);
    }
    for (uint32_t i = 0; i < unit && !s->shape.write_once; i++) {
        uint8_t back = value[i] & (uint8_t) ~(s->data[off + i] | s->loose[off + i]);
        if (back != 0) {
            fault(s, "program at 0x%" PRIX32 " would bring back bits 0x%02X", off + i,
                    back);
        }
    }
}

/* One unit, and whether it reads back. */
static enum etch_err program_unit(
        struct simnor *s, uint32_t off, const uint8_t *from, uint32_t unit)
{
    uint8_t value[ETCH_NOR_UNIT_MAX];
    uint8_t back[ETCH_NOR_UNIT_MAX];
    for (uint32_t i = 0; i < unit; i++) {
        value[i] = outside(s, from[i]);
    }
    check_unit(s, off, value, unit);
    const struct simnor_op op = {.off = off, .len = unit, .value = value};
    operate(s, &op);
    enum etch_err err = sense_all(s, off, back, unit);
    return err == ETCH_OK && memcmp(back, from, unit) == 0 ? ETCH_OK : ETCH_E_VERIFY;
}

static enum etch_err nor_program(
        const struct etch_nor *nor, uint32_t off, const void *data, uint32_t len)
{
    struct simnor *s = nor_behind(nor);
    const uint8_t *from = data;
    uint32_t unit = s->shape.unit;
    check_range(s, "program", off, len);
    if (off % unit != 0 || len % unit != 0) {
        fault(s, "program of %" PRIu32 " bytes at 0x%" PRIX32 ", the unit is %" PRIu32,
                len, off, unit);
    }
    enum etch_err err = ETCH_OK;
    for (uint32_t done = 0; done < len && err == ETCH_OK; done += unit) {
        err = program_unit(s, off + done, from + done, unit);
    }
    return err;
}

static enum etch_err nor_erase(const struct etch_nor *nor, uint32_t sector)
{
    struct simnor *s = nor_behind(nor);
    struct simnor_op op = {.erase = true};
    if (sector >= nor->sectors) {
        fault(s, "erase of sector %" PRIu32 ", there are %u", sector, nor->sectors);
    }
    for (uint32_t i = 0; i < sector; i++) {
        op.off += s->shape.sector[i];
    }
    op.len = s->shape.sector[sector];
    operate(s, &op);
    return ETCH_OK;
}

static struct etch_nor_time nor_erase_time(const struct etch_nor *nor, uint32_t sector)
{
    return (struct etch_nor_time){nor->sector_len[sector], nor->sector_len[sector] * 2};
}

static const struct etch_nor simnor_calls = {.read = nor_read,
        .program = nor_program,
        .erase = nor_erase,
        .erase_time = nor_erase_time};

static const struct explore_machine_ops simnor_ops = {
        .twin = twin,
        .drop = drop,
        .save = simnor_save,
        .load = simnor_load,
        .forget = simnor_forget,
        .hash = simnor_hash,
        .same = simnor_same,
        .loose = simnor_loose,
        .run = run,
        .torn = torn,
        .size = size,
        .peek = peek,
        .poke = poke,
        .address = address,
};
