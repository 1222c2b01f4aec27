/* op.c - the one operation the controller can have in flight.
 *
 * The array changes when the operation ends, not when it starts; until then
 * the bank is busy and a reset or a loss of power tears what it was doing.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon_priv.h"

enum { X8_MV = 1700, X16_MV = 2100, X32_MV = 2700, DEFAULT_MV = 3300 };
enum { X64 = 3, HCLK_MIN_HZ = 1000000 };

static unsigned psize(const struct silicon *s)
{
    return (s->st.cr & SI_CR_PSIZE) >> 8;
}

bool si_bank_busy(const struct silicon *s, uint32_t off)
{
    const struct si_op *op = &s->st.op;
    return op->kind != SI_OP_NONE && (op->banks >> si_bank_of(s, off) & 1u) != 0;
}

enum silicon_result si_stall(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    uint64_t until = st->op.until;
    uint64_t epoch = st->epoch;
    uint64_t now = si_now(s);
    if (until > now) {
        si_report(s, (struct silicon_event){.kind = SILICON_EV_STALL,
                             .at_ns = now,
                             .ns = until - now,
                             .op = st->op.number,
                             .addr = a->addr,
                             .width = a->width,
                             .sector = -1,
                             .caller = a->caller});
        if (s->clock.wait_until != NULL) {
            s->clock.wait_until(s->clock.ctx, until);
        } else {
            st->idle_ns = until;
        }
    }
    silicon_settle(s);
    return st->on && st->epoch == epoch ? SILICON_OK : SILICON_POWER_LOST;
}

static void report_begin(struct silicon *s, const struct si_op *op)
{
    static const enum silicon_event_kind kinds[] = {[SI_OP_NONE] = SILICON_EV_DONE,
            [SI_OP_PROGRAM] = SILICON_EV_PROGRAM,
            [SI_OP_ERASE] = SILICON_EV_ERASE,
            [SI_OP_MASS] = SILICON_EV_MASS,
            [SI_OP_OPTIONS] = SILICON_EV_OPTIONS};
    if (s->hooks.event == NULL) {
        return;
    }
    struct silicon_event ev = {.kind = kinds[op->kind],
            .op = op->number,
            .ns = op->until - si_now(s),
            .addr = op->addr,
            .size = op->size,
            .value = (uint32_t)op->value,
            .width = op->width,
            .sector = op->sector,
            .caller = op->caller};
    if (op->kind == SI_OP_PROGRAM) {
        ev.size = op->width;
        struct si_cell cell = si_cell_get(s, op->off & ~3u);
        uint32_t lanes = op->width < 4 ? (1u << op->width * 8) - 1 : ~0u;
        ev.before = (cell.data | cell.loose) >> op->off % 4 * 8 & lanes;
    } else if (op->kind == SI_OP_OPTIONS) {
        ev.before = s->st.option[0];
        ev.value = op->option[0];
    }
    si_report(s, ev);
}

enum silicon_result si_op_begin(struct silicon *s, struct si_op op, uint64_t start_ns)
{
    struct si_state *st = &s->st;
    op.number = ++st->ops;
    op.until += start_ns;
    if (op.caller == 0 && s->hooks.caller != NULL) {
        op.caller = s->hooks.caller(s->hooks.ctx);
    }
    st->op = op;
    report_begin(s, &op);
    return st->cut_at == op.number ? si_cut(s) : SILICON_OK;
}

static void complete(struct silicon *s)
{
    struct si_state *st = &s->st;
    struct si_op op = st->op;
    st->op.kind = SI_OP_NONE;
    si_apply(s, &op);
    if (op.kind != SI_OP_PROGRAM) {
        st->cr &= ~SI_CR_STRT; /* cleared together with BSY, RM0090 3.9.7 */
    }
    if ((st->cr & SI_CR_EOPIE) != 0) {
        st->sr |= SI_SR_EOP; /* RM0090 3.9.5: only with EOPIE */
    }
    si_report(s, (struct silicon_event){.kind = SILICON_EV_DONE,
                         .at_ns = op.until,
                         .op = op.number,
                         .addr = op.addr,
                         .size = op.size,
                         .width = op.width,
                         .sector = op.sector,
                         .caller = op.caller});
    si_irq_update(s);
}

/* End the operation in flight; a store that waited for it in the store buffer
 * arrives at that moment. */
static void finish(struct silicon *s)
{
    struct si_state *st = &s->st;
    uint64_t end = st->op.until;
    complete(s);
    if (st->posted) {
        si_breach(s, LAW_WRITE_BUSY, &st->store);
        (void)si_arrive_at(s, end > st->posted_ns ? end : st->posted_ns);
    }
}

void silicon_settle(struct silicon *s)
{
    uint64_t next = silicon_busy_until(s);
    while (next != 0 && si_now(s) >= next) {
        if (s->st.op.kind != SI_OP_NONE) {
            finish(s);
        } else {
            (void)si_arrive_at(s, s->st.posted_ns);
        }
        next = silicon_busy_until(s);
    }
}

uint64_t silicon_busy_until(const struct silicon *s)
{
    if (s->st.op.kind != SI_OP_NONE) {
        return s->st.op.until;
    }
    return s->st.posted ? si_posted_until(s) : 0;
}

uint64_t silicon_ops(const struct silicon *s)
{
    return s->st.ops;
}

bool si_op_spoilt(struct silicon *s, const struct si_access *a)
{
    static const uint32_t least_mv[] = {X8_MV, X16_MV, X32_MV, X32_MV};
    const struct silicon_conditions *cond = &s->st.cond;
    uint32_t mv = cond->vdd_mv == 0 ? DEFAULT_MV : cond->vdd_mv;
    bool spoilt = false;
    if (mv < least_mv[psize(s)]) {
        si_breach(s, LAW_SUPPLY, a);
        spoilt = true;
    }
    if (psize(s) == X64 && !cond->vpp) {
        si_breach(s, LAW_X64_VPP, a);
        spoilt = true;
    }
    if (cond->hclk_hz != 0 && cond->hclk_hz < HCLK_MIN_HZ) {
        si_breach(s, LAW_CLOCK, a);
        spoilt = true;
    }
    return spoilt;
}

bool si_op_blocked(struct silicon *s, const struct si_access *a)
{
    if ((s->st.sr & SI_SR_ERRORS) == 0) {
        return false;
    }
    si_breach(s, LAW_STALE_FLAGS, a);
    return s->st.cond.stale_flags_block;
}

static enum silicon_result start_sector(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    unsigned snb = (st->cr & st->geo.cr & 0xF8u) >> SI_CR_SNB_SHIFT;
    const struct silicon_sector *sector = si_sector_by_snb(s, snb);
    if (sector == NULL) {
        si_breach(s, LAW_SNB, a);
        si_raise(s, SI_SR_WRPERR, a);
        return SILICON_OK;
    }
    if (silicon_protected(s, sector)) {
        si_breach(s, LAW_PROTECTED, a);
        si_raise(s, SI_SR_WRPERR, a);
        return SILICON_OK;
    }
    if (si_op_blocked(s, a)) {
        return SILICON_OK;
    }
    uint32_t off = sector->addr - st->geo.sector[0].addr;
    struct si_op op = {.kind = SI_OP_ERASE,
            .banks = (uint8_t)(1u << si_bank_of(s, off)),
            .weak = si_op_spoilt(s, a),
            .sector = (int8_t)sector->number,
            .addr = sector->addr,
            .off = off,
            .size = sector->size,
            .caller = a->caller,
            .until = silicon_erase_ns(st->cond.speed, psize(s), sector->size / 1024)};
    st->cr |= SI_CR_STRT;
    return si_op_begin(s, op, si_now(s));
}

/* The banks that MER and MER1 name. Where DB1M leaves one bank, MER means all
 * of it; what MER1 then does is not documented. */
static unsigned banks_named(const struct silicon *s)
{
    const struct si_state *st = &s->st;
    unsigned named = (st->cr & SI_CR_MER) != 0 ? 1u : 0;
    if ((st->cr & SI_CR_MER1) != 0) {
        if (st->geo.banks == 2) {
            named |= 2u;
        } else if (st->cond.mer1_undivided_erases) {
            named |= 1u;
        }
    }
    return named;
}

static bool any_protected(const struct silicon *s, unsigned banks)
{
    for (size_t i = 0; i < s->st.geo.n; i++) {
        const struct silicon_sector *sector = &s->st.geo.sector[i];
        if ((banks >> sector->bank & 1u) != 0 && silicon_protected(s, sector)) {
            return true;
        }
    }
    return false;
}

static enum silicon_result start_mass(
        struct silicon *s, const struct si_access *a, unsigned banks)
{
    struct si_state *st = &s->st;
    if (any_protected(s, banks)) {
        si_breach(s, LAW_PROTECTED, a); /* RM0090 3.6.3: then nothing is erased */
        si_raise(s, SI_SR_WRPERR, a);
        return SILICON_OK;
    }
    if (si_op_blocked(s, a)) {
        return SILICON_OK;
    }
    uint32_t bank = st->geo.bank_bytes;
    uint32_t off = banks == 2 ? bank : 0;
    struct si_op op = {.kind = SI_OP_MASS,
            .banks = (uint8_t)banks,
            .weak = si_op_spoilt(s, a),
            .sector = -1,
            .addr = st->geo.sector[0].addr + off,
            .off = off,
            .size = banks == 3 ? 2 * bank : bank,
            .caller = a->caller,
            .until = silicon_mass_ns(st->cond.speed, psize(s), bank / 1024)};
    st->cr |= SI_CR_STRT;
    return si_op_begin(s, op, si_now(s));
}

/* SER and MER at once: three sources, three answers (conditions.ser_mer). */
static enum silicon_result start_both(
        struct silicon *s, const struct si_access *a, unsigned banks)
{
    switch (s->st.cond.ser_mer) {
    case SILICON_BOTH_NONE: return SILICON_OK;
    case SILICON_BOTH_WRPERR: si_raise(s, SI_SR_WRPERR, a); return SILICON_OK;
    case SILICON_BOTH_MASS:
    default: return start_mass(s, a, banks);
    }
}

enum silicon_result si_start_erase(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    bool ser = (st->cr & SI_CR_SER) != 0;
    unsigned banks = banks_named(s);
    if (!ser && banks == 0) {
        si_breach(s, LAW_STRT_EMPTY, a);
        return SILICON_OK;
    }
    if ((ser && banks != 0) || (st->cr & SI_CR_PG) != 0) {
        si_breach(s, LAW_ERASE_MODES, a); /* with PG the erase comes first, 3.6.4 */
    }
    if (st->swapped) {
        si_breach(s, LAW_SWAPPED, a);
    }
    if (ser && banks != 0) {
        return start_both(s, a, banks);
    }
    return ser ? start_sector(s, a) : start_mass(s, a, banks);
}
