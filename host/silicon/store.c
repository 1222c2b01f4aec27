/* store.c - a store into the array: the buffer it waits in, and the judgement
 * it meets.
 *
 * The store goes out over the D-Code bus and may sit in the core's store
 * buffer while a read of FLASH_SR overtakes it on the system bus. Flags: the
 * OR of all that is wrong reproduces every row measured on an F411.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon_priv.h"

enum { BUFFER_CYCLES = 16, DEFAULT_HZ = 16000000, X64 = 3, X64_BYTES = 8 };

/* A store that no access pushes out leaves the buffer by itself within some
 * cycles: code that does enough else before it polls gets away without DSB. */
uint64_t si_posted_until(const struct silicon *s)
{
    const struct silicon_conditions *cond = &s->st.cond;
    uint64_t hz = cond->hclk_hz == 0 ? DEFAULT_HZ : cond->hclk_hz;
    uint64_t cycles =
            cond->store_buffer_cycles == 0 ? BUFFER_CYCLES : cond->store_buffer_cycles;
    return s->st.posted_ns + cycles * 1000000000u / hz;
}

void si_post(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    st->posted = true;
    st->posted_ns = si_now(s);
    st->store = *a;
    if (s->hooks.caller != NULL) {
        st->store.caller = s->hooks.caller(s->hooks.ctx);
    }
}

static bool writable(struct silicon *s, const struct si_access *a, struct si_place at)
{
    const struct si_state *st = &s->st;
    bool shut = st->cond.untrusted && si_rdp_level(s) != 0; /* RM0090 3.7.3 */
    switch (at.region) {
    case SI_MAIN: {
        const struct silicon_sector *sector =
                &st->geo.sector[st->geo.at[at.off / SI_GRANULE]];
        bool alias = at.by_alias && st->cond.alias_read_only;
        if (!shut && !alias && !silicon_protected(s, sector)) {
            return true;
        }
        si_breach(s, LAW_PROTECTED, a);
        return false;
    }
    case SI_OTP: {
        uint32_t block = (at.off - st->geo.bytes) / SI_OTP_BLOCK;
        uint32_t lock = st->geo.bytes + SI_OTP_BYTES + block;
        struct si_cell cell = si_cell_get(s, lock & ~3u);
        if ((cell.data >> lock % 4 * 8 & 0xFFu) != 0 && !shut) {
            return true; /* RM0090 3.8: only 0x00 locks */
        }
        si_breach(s, shut ? LAW_PROTECTED : LAW_OTP_LOCKED, a);
        return false;
    }
    case SI_OTP_LOCK: return !shut;
    case SI_SYSTEM:
    case SI_OPTIONS:
    case SI_CONTROL:
    case SI_ABSENT:
    case SI_FOREIGN:
    default: si_breach(s, LAW_PROTECTED, a); return false;
    }
}

static uint32_t judge_width(struct silicon *s, const struct si_access *a)
{
    const struct si_state *st = &s->st;
    unsigned psize = (st->cr & SI_CR_PSIZE) >> 8;
    if (psize == X64 && !st->cond.vpp && (st->cr & SI_CR_PG) != 0) {
        /* Reported from the field as PGAERR with PGSERR, once as PGPERR. */
        si_breach(s, LAW_X64_VPP, a);
        return st->cond.x64_flags_pgp ? SI_SR_PGPERR : SI_SR_PGAERR | SI_SR_PGSERR;
    }
    if (a->width != 1u << psize) {
        si_breach(s, LAW_WIDTH, a);
        return SI_SR_PGPERR;
    }
    return 0;
}

static uint32_t judge(struct silicon *s, const struct si_access *a, struct si_place at)
{
    uint32_t flags = judge_width(s, a);
    if ((s->st.cr & SI_CR_PG) == 0) {
        si_breach(s, LAW_NO_PG, a);
        flags |= SI_SR_PGSERR;
        if (s->st.cond.no_pg_flags_pgp) {
            flags |= SI_SR_PGPERR;
        }
    }
    if (a->addr % SI_ROW + a->width > SI_ROW) {
        si_breach(s, LAW_ROW, a);
        flags |= SI_SR_PGAERR;
    }
    if (!writable(s, a, at)) {
        flags |= SI_SR_WRPERR;
    }
    return flags;
}

/* A settled 0 under a 1 of the value. */
static bool asks_for_ones(
        const struct silicon *s, uint32_t off, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i += 4) {
        struct si_cell cell = si_cell_get(s, (off + i) & ~3u);
        uint32_t lanes = width >= 4 ? ~0u : ((1u << width * 8) - 1) << off % 4 * 8;
        uint32_t want = (uint32_t)(value >> i * 8) << off % 4 * 8;
        if ((want & ~cell.data & ~cell.loose & lanes) != 0) {
            return true;
        }
    }
    return false;
}

static enum silicon_result program(struct silicon *s, const struct si_access *a,
        struct si_place at, uint64_t value, uint64_t start_ns)
{
    struct si_state *st = &s->st;
    if (si_op_blocked(s, a)) {
        return SILICON_OK;
    }
    bool weak = si_op_spoilt(s, a);
    if (asks_for_ones(s, at.off, a->width, value)) {
        si_breach(s, LAW_BITS, a);
    }
    struct si_op op = {.kind = SI_OP_PROGRAM,
            .banks = (uint8_t)(1u << si_bank_of(s, at.off)),
            .width = a->width,
            .weak = weak,
            .sector = -1,
            .addr = a->addr,
            .off = at.off,
            .size = a->width,
            .value = value,
            .caller = a->caller,
            .until = silicon_program_ns(st->cond.speed)};
    if (at.region == SI_MAIN) {
        op.sector = (int8_t)st->geo.sector[st->geo.at[at.off / SI_GRANULE]].number;
        if ((st->acr & SI_ACR_DCEN) != 0) {
            si_cache_store(&st->dcache, at.off, a->width, value);
        }
        if ((st->acr & SI_ACR_ICEN) != 0 && st->cond.icache_follows_program) {
            si_cache_store(&st->icache, at.off, a->width, value);
        }
    }
    return si_op_begin(s, op, start_ns);
}

static enum silicon_result meet_array(
        struct silicon *s, const struct si_access *a, uint64_t value, uint64_t start_ns)
{
    struct si_place at = si_find(s, a->addr);
    uint32_t flags = judge(s, a, at);
    if (flags != 0) {
        si_raise(s, flags, a);
        return SILICON_OK;
    }
    return program(s, a, at, value, start_ns);
}

/* The bus is 32 bits wide, so an x64 store could only be the two words of one
 * STRD. Whether the controller takes them so is not documented; with the
 * condition set it does, and a first word without its second is refused. */
static enum silicon_result meet_pair(
        struct silicon *s, const struct si_access *a, uint64_t start_ns)
{
    struct si_state *st = &s->st;
    struct si_access first = st->first;
    if (st->half && a->beat == 1 && a->width == 4 && a->addr == first.addr + 4) {
        st->half = false;
        uint64_t value = (uint64_t)a->value << 32 | first.value;
        first.width = X64_BYTES;
        return meet_array(s, &first, value, start_ns);
    }
    if (st->half) {
        st->half = false;
        si_breach(s, LAW_WIDTH, &first);
        si_raise(s, SI_SR_PGPERR, &first);
    }
    bool x64 = (st->cr & SI_CR_PSIZE) == SI_CR_PSIZE && (st->cr & SI_CR_PG) != 0;
    if (x64 && st->cond.vpp && st->cond.strd_is_x64 && a->width == 4 && a->beat == 0) {
        st->half = true;
        st->first = *a;
        return SILICON_OK;
    }
    return meet_array(s, a, a->value, start_ns);
}

enum silicon_result si_arrive_at(struct silicon *s, uint64_t ns)
{
    struct si_access a = s->st.store;
    s->st.posted = false;
    return meet_pair(s, &a, ns);
}

enum silicon_result si_arrive(struct silicon *s)
{
    struct si_state *st = &s->st;
    if (!st->posted) {
        return SILICON_OK;
    }
    if (st->op.kind != SI_OP_NONE) {
        /* The wait lets the store in, once the operation before it ends. */
        struct si_access a = st->store;
        return si_stall(s, &a);
    }
    return si_arrive_at(s, si_now(s));
}
