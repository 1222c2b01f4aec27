/* bus.c - the accesses of the processor: which memory answers, what waits for
 * what.
 *
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "silicon/silicon_priv.h"

static enum silicon_result fault(struct silicon *s, const struct si_access *a)
{
    si_report(s, (struct silicon_event){.kind = SILICON_EV_FAULT,
                         .addr = a->addr,
                         .value = a->value,
                         .width = a->width,
                         .sector = -1});
    return SILICON_BUS_ERROR;
}

/* Bring the model up to now; the result is not OK where the access ends here. */
static enum silicon_result begin(struct silicon *s, const struct si_access *a)
{
    if (!s->st.on) {
        return fault(s, a);
    }
    silicon_settle(s);
    return s->st.on ? SILICON_OK : SILICON_POWER_LOST;
}

void silicon_drain(struct silicon *s)
{
    if (s->st.on) {
        silicon_settle(s);
        (void)si_arrive(s);
    }
}

/* ---- loads ---------------------------------------------------------------------- */

/* Bytes that some cells of this word do not decide were asked for. */
static void tell_unstable(struct silicon *s, uint32_t off, const struct si_access *a)
{
    uint32_t asked = (a->width == 4 ? ~0u : (1u << a->width * 8) - 1) << off % 4 * 8;
    if ((si_cell_loose(s, off & ~3u) & asked) != 0) {
        si_breach(s, LAW_UNSTABLE, a);
    }
}

/* ES0206 2.2.12: a line taken while the other bank is busy may be corrupted.
 * The sheet gives no odds; here one such line in four has a wrong bit. */
static void take_line(
        struct silicon *s, uint32_t off, const struct si_access *a, const uint8_t *row)
{
    struct si_state *st = &s->st;
    uint8_t *line = si_cache_take(&st->dcache, off);
    memcpy(line, row, SI_ROW);
    if (st->op.kind == SI_OP_NONE || st->geo.banks == 1) {
        return;
    }
    uint64_t r = si_random(&st->random);
    if ((r & 3u) == 0) {
        line[r >> 8 & 15u] ^= (uint8_t)(1u << (r >> 16 & 7u));
    }
    si_breach(s, LAW_RWW_DCACHE, a);
}

static uint32_t narrow(const uint8_t *row, uint32_t off, unsigned width)
{
    uint32_t value = 0;
    memcpy(&value, row + off % SI_ROW, width);
    return value;
}

static enum silicon_result wait_for_bank(
        struct silicon *s, uint32_t off, const struct si_access *a)
{
    if (!si_bank_busy(s, off)) {
        return SILICON_OK;
    }
    si_breach(s, LAW_READ_BUSY, a);
    return si_stall(s, a);
}

static enum silicon_result read_main(
        struct silicon *s, uint32_t off, const struct si_access *a, uint32_t *value)
{
    struct si_state *st = &s->st;
    if (si_pcrop(s, off)) {
        si_breach(s, LAW_PCROP, a);
        si_raise(s, SI_SR_RDERR, a);
        *value = 0;
        return SILICON_OK;
    }
    bool cached = (st->acr & (SI_ACR_DCEN | SI_ACR_DCRST)) == SI_ACR_DCEN;
    const uint8_t *line = cached ? si_cache_find(&st->dcache, off) : NULL;
    if (line != NULL) {
        *value = narrow(line, off, a->width);
        if (si_cache_stale(s, line, off, a->width)) {
            si_breach(s, LAW_STALE_READ, a);
        }
        tell_unstable(s, off, a);
        return SILICON_OK;
    }
    enum silicon_result r = wait_for_bank(s, off, a);
    if (r != SILICON_OK) {
        return r;
    }
    if (cached) {
        uint8_t row[SI_ROW];
        si_row_sense(s, off & ~(SI_ROW - 1u), row);
        *value = narrow(row, off, a->width);
        take_line(s, off, a, row);
    } else {
        uint32_t word = si_cell_sense(s, off & ~3u);
        *value = narrow((const uint8_t *)&word, off % 4, a->width);
    }
    tell_unstable(s, off, a);
    return SILICON_OK;
}

/* OTP, system memory and option bytes: read past the cache, with bank 1. */
static enum silicon_result read_special(
        struct silicon *s, struct si_place at, const struct si_access *a, uint32_t *value)
{
    enum silicon_result r = wait_for_bank(s, 0, a);
    if (r != SILICON_OK) {
        return r;
    }
    if (at.region == SI_OTP || at.region == SI_OTP_LOCK) {
        uint32_t word = si_cell_sense(s, at.off & ~3u);
        *value = narrow((const uint8_t *)&word, at.off % 4, a->width);
        tell_unstable(s, at.off, a);
        return SILICON_OK;
    }
    *value = 0;
    for (unsigned i = 0; i < a->width; i++) {
        uint8_t byte = at.region == SI_OPTIONS ? si_options_byte(s, a->addr + i)
                                               : si_system_byte(s, at.off + i);
        *value |= (uint32_t)byte << i * 8;
    }
    return SILICON_OK;
}

/* A read of a register does not wait for the store buffer: it overtakes. A
 * store that the array could take will arrive just after; one that must wait
 * for BSY stays where it is. */
static enum silicon_result read_control(
        struct silicon *s, uint32_t off, const struct si_access *a, uint32_t *value)
{
    struct si_state *st = &s->st;
    bool overtakes = st->posted && st->op.kind == SI_OP_NONE;
    if (overtakes && (off & ~3u) == SI_SR) {
        si_breach(s, LAW_SR_BARRIER, a);
    }
    *value = si_reg_read(s, off) >> off % 4 * 8;
    if (a->width < 4) {
        *value &= (1u << a->width * 8) - 1;
    }
    return overtakes ? si_arrive(s) : SILICON_OK;
}

static enum silicon_result absent(
        struct silicon *s, const struct si_access *a, uint32_t off, uint32_t *value)
{
    enum { DIE_BYTES = 0x00200000 }; /* of the largest part of the family */
    si_breach(s, LAW_ABSENT, a);
    if (s->st.cond.absent_reads_erased && off < DIE_BYTES) {
        if (value != NULL) {
            *value = a->width == 4 ? ~0u : (1u << a->width * 8) - 1;
        }
        return SILICON_OK;
    }
    return fault(s, a);
}

/* RM0090 3.7.3: at level 1 a debugger, or code started from elsewhere, gets
 * nothing of the array. */
static bool shut(const struct silicon *s)
{
    return s->st.cond.untrusted && si_rdp_level(s) != 0;
}

enum silicon_result silicon_read(
        struct silicon *s, uint32_t addr, unsigned width, uint32_t *value)
{
    const struct si_access a = {.addr = addr, .width = (uint8_t)width};
    *value = 0;
    enum silicon_result r = begin(s, &a);
    if (r != SILICON_OK) {
        return r;
    }
    struct si_place at = si_find(s, addr);
    if (at.region == SI_CONTROL) {
        return read_control(s, at.off, &a, value);
    }
    r = si_arrive(s);
    if (r != SILICON_OK) {
        return r;
    }
    switch (at.region) {
    case SI_MAIN: return shut(s) ? fault(s, &a) : read_main(s, at.off, &a, value);
    case SI_OTP:
    case SI_OTP_LOCK:
    case SI_SYSTEM:
    case SI_OPTIONS: return read_special(s, at, &a, value);
    case SI_CONTROL:
    case SI_ABSENT:
    case SI_FOREIGN:
    default: return absent(s, &a, at.off, value);
    }
}

/* ---- stores ----------------------------------------------------------------------- */

enum silicon_result silicon_write(
        struct silicon *s, uint32_t addr, unsigned width, uint32_t value, unsigned beat)
{
    const struct si_access a = {.addr = addr,
            .value = width == 4 ? value : value & ((1u << width * 8) - 1),
            .width = (uint8_t)width,
            .beat = (uint8_t)beat};
    enum silicon_result r = begin(s, &a);
    if (r != SILICON_OK) {
        return r;
    }
    r = si_arrive(s); /* stores arrive in their order */
    if (r != SILICON_OK) {
        return r;
    }
    struct si_place at = si_find(s, addr);
    if (at.region == SI_CONTROL) {
        r = si_reg_write(s, at.off, &a);
        return r == SILICON_BUS_ERROR ? fault(s, &a) : r;
    }
    if (at.region == SI_ABSENT || at.region == SI_FOREIGN) {
        return absent(s, &a, at.off, NULL);
    }
    si_post(s, &a);
    return s->st.cond.no_store_buffer ? si_arrive(s) : SILICON_OK;
}

/* ---- fetches ---------------------------------------------------------------------- */

static void prefetch(struct silicon *s, uint32_t off)
{
    struct si_state *st = &s->st;
    if ((st->acr & SI_ACR_PRFTEN) != 0 && off < st->geo.bytes && !si_bank_busy(s, off)) {
        st->prefetch.tag = off / SI_ROW;
        si_row_sense(s, off, st->prefetch.data);
    }
}

static bool fetch_held(struct silicon *s, uint32_t off, uint8_t row[SI_ROW])
{
    struct si_state *st = &s->st;
    const uint8_t *line =
            (st->acr & SI_ACR_ICEN) != 0 ? si_cache_find(&st->icache, off) : NULL;
    if (line != NULL) {
        memcpy(row, line, SI_ROW);
        return true;
    }
    if ((st->acr & SI_ACR_PRFTEN) == 0 || st->prefetch.tag != off / SI_ROW) {
        return false;
    }
    memcpy(row, st->prefetch.data, SI_ROW);
    if ((st->acr & SI_ACR_ICEN) != 0) {
        memcpy(si_cache_take(&st->icache, off), row, SI_ROW);
    }
    prefetch(s, off + SI_ROW);
    return true;
}

static void check_row(
        struct silicon *s, uint32_t off, const uint8_t *row, const struct si_access *a)
{
    if (si_row_true(s, off, row)) {
        return;
    }
    bool stale = false;
    bool loose = false;
    for (uint32_t i = 0; i < SI_ROW; i += 4) {
        stale = stale || si_cache_stale(s, row, off + i, 4);
        loose = loose || si_cell_loose(s, off + i) != 0;
    }
    if (stale) {
        si_breach(s, LAW_STALE_READ, a);
    }
    if (loose) {
        si_breach(s, LAW_UNSTABLE, a);
    }
}

static enum silicon_result fetch_array(struct silicon *s, uint32_t off,
        const struct si_access *a, uint8_t row[SI_ROW], unsigned *wait)
{
    enum silicon_result r = si_arrive(s);
    if (r == SILICON_OK && si_bank_busy(s, off)) {
        r = si_stall(s, a); /* legal, and how most firmware waits: no breach */
    }
    if (r == SILICON_OK) {
        si_row_sense(s, off, row);
        *wait = s->st.acr & s->st.geo.acr & 15u;
    }
    return r;
}

static enum silicon_result fetch_cached(struct silicon *s, uint32_t off,
        const struct si_access *a, uint8_t row[SI_ROW], unsigned *wait)
{
    struct si_state *st = &s->st;
    if (fetch_held(s, off, row)) {
        return SILICON_OK;
    }
    enum silicon_result r = fetch_array(s, off, a, row, wait);
    if (r != SILICON_OK) {
        return r;
    }
    if ((st->acr & SI_ACR_ICEN) != 0) {
        memcpy(si_cache_take(&st->icache, off), row, SI_ROW);
    }
    prefetch(s, off + SI_ROW);
    return SILICON_OK;
}

typedef enum silicon_result fetch_main(struct silicon *s, uint32_t off,
        const struct si_access *a, uint8_t row[SI_ROW], unsigned *wait);

static enum silicon_result fetch(struct silicon *s, uint32_t addr, uint8_t line[SI_ROW],
        unsigned *wait, fetch_main *from_main)
{
    const struct si_access a = {.addr = addr};
    memset(line, 0, SI_ROW);
    *wait = 0;
    enum silicon_result r = begin(s, &a);
    if (r != SILICON_OK) {
        return r;
    }
    struct si_place at = si_find(s, addr);
    if (at.region == SI_CONTROL || (at.region == SI_MAIN && shut(s))) {
        return fault(s, &a);
    }
    if (at.region == SI_MAIN) {
        r = from_main(s, at.off, &a, line, wait);
        if (r == SILICON_OK) {
            check_row(s, at.off, line, &a);
        }
        return r;
    }
    for (uint32_t i = 0; i < SI_ROW && r == SILICON_OK; i += 4) {
        uint32_t word;
        r = silicon_read(s, addr + i, 4, &word);
        memcpy(line + i, &word, sizeof(word));
    }
    return r;
}

enum silicon_result silicon_fetch(
        struct silicon *s, uint32_t addr, uint8_t line[16], unsigned *wait)
{
    return fetch(s, addr, line, wait, fetch_cached);
}

enum silicon_result silicon_fetch_array(
        struct silicon *s, uint32_t addr, uint8_t line[16], unsigned *wait)
{
    return fetch(s, addr, line, wait, fetch_array);
}

bool si_calm(const struct silicon *s, struct si_place at, bool code)
{
    const struct si_state *st = &s->st;
    if (!st->on || at.region != SI_MAIN || shut(s) || st->posted) {
        return false;
    }
    /* Erratum 2.2.12 of the two-bank parts wants to see each load. */
    bool watched = st->op.kind != SI_OP_NONE && (st->acr & SI_ACR_DCEN) != 0;
    return !si_bank_busy(s, at.off) && (code || (!watched && !si_pcrop(s, at.off)));
}

bool silicon_plain(const struct silicon *s, uint32_t addr, bool code)
{
    struct si_place at = si_find(s, addr);
    return si_calm(s, at, code) && s->page[at.off / SILICON_PAGE]->soft == NULL;
}
