/* options.c - option bytes, and the protections that they command
 * (RM0090 3.7).
 *
 * Three copies exist and all three matter: what is stored on the die, what was
 * loaded from it and is in force, and what the registers show, which is
 * whatever was written last.
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon_priv.h"

#define OPTKEY1     0x08192A3Bu
#define OPTKEY2     0x4C5D6E7Fu
#define FACTORY     0x0FFFAAECu /* RM0090 3.9.9, without the lock bit */
#define RDP_OPEN    0xAA00u
#define RDP_FOREVER 0xCC00u
#define BANK1_AREA  0x1FFF0000u

static unsigned rdp_level(uint32_t optcr)
{
    if ((optcr & SI_OPTCR_RDP) == RDP_OPEN) {
        return 0;
    }
    return (optcr & SI_OPTCR_RDP) == RDP_FOREVER ? 2 : 1;
}

unsigned si_rdp_level(const struct silicon *s)
{
    return rdp_level(s->st.in_force[0]);
}

/* RM0090 3.7.5: SPRMOD turns the meaning of nWRP over; what it then marks is
 * protected from reading as data, and from writing too. */
static void derive(struct silicon *s)
{
    struct si_state *st = &s->st;
    bool inverted = (st->in_force[0] & SI_OPTCR_SPRMOD) != 0;
    st->protect = 0;
    st->pcrop = 0;
    for (size_t i = 0; i < st->geo.n; i++) {
        const struct silicon_sector *sector = &st->geo.sector[i];
        bool bit = (st->in_force[sector->wrp_reg] >> sector->wrp_bit & 1u) != 0;
        if (bit == inverted) {
            st->protect |= 1u << i;
            st->pcrop |= inverted ? 1u << i : 0;
        }
    }
}

/* Which sector's bits speak for sector i: its own or, if they follow the swap,
 * those of the sector that its addresses would name without it. */
static size_t spokesman(const struct silicon *s, size_t i)
{
    size_t half = s->st.geo.n / 2;
    if (!s->st.swapped || !s->st.cond.snb_follows_swap) {
        return i;
    }
    return i < half ? i + half : i - half;
}

bool silicon_protected(const struct silicon *s, const struct silicon_sector *sector)
{
    size_t i = (size_t)(sector - s->st.geo.sector);
    return (s->st.protect >> spokesman(s, i) & 1u) != 0;
}

bool si_pcrop(const struct silicon *s, uint32_t off)
{
    return (s->st.pcrop >> spokesman(s, s->st.geo.at[off / SI_GRANULE]) & 1u) != 0;
}

void silicon_swap(struct silicon *s, bool swapped)
{
    s->st.swapped = swapped && s->st.geo.banks == 2;
}

bool silicon_swapped(const struct silicon *s)
{
    return s->st.swapped;
}

void silicon_alias(struct silicon *s, bool array_at_zero)
{
    s->st.alias = array_at_zero;
}

/* The boot ROM takes bank 2 for valid if its first word could be a stack
 * pointer (RM0090 3.4, AN2606). */
static bool bank2_bootable(const struct silicon *s)
{
    uint32_t sp = si_cell_get(s, s->st.geo.bank_bytes).data;
    return sp >> 28 == 2 || sp >> 28 == 1;
}

static void put_in_force(struct silicon *s)
{
    struct si_state *st = &s->st;
    bool split = (st->in_force[0] & SI_OPTCR_DB1M) != 0;
    const struct silicon_part *row = silicon_part_db1m(st->row, split);
    if (row != st->row) {
        si_geometry_set(s, row);
    }
    bool bank2 = (st->in_force[0] & SI_OPTCR_BFB2) != 0 && st->geo.banks == 2;
    st->swapped = bank2 && bank2_bootable(s);
    derive(s);
}

/* At reset: DB1M and BFB2 take effect here, the rest had when it was stored. */
void si_options_load(struct silicon *s)
{
    struct si_state *st = &s->st;
    const uint32_t mask[2] = {st->geo.optcr, st->geo.optcr1};
    for (unsigned i = 0; i < 2; i++) {
        const struct si_cell stored = {.data = st->option[i],
                .loose = st->option_loose[i],
                .lean = st->option_lean[i]};
        st->in_force[i] = si_sense(&st->random, &stored) & mask[i];
        st->optcr[i] = st->in_force[i];
    }
    put_in_force(s);
}

void si_options_factory(struct silicon *s)
{
    struct si_state *st = &s->st;
    st->option[0] = (FACTORY & st->geo.optcr) | st->geo.nwrp[0];
    if (st->row->banks == SILICON_DB1M_ON) {
        st->option[0] |= SI_OPTCR_DB1M;
    }
    st->option[1] = st->geo.optcr1;
}

void si_options_commit(struct silicon *s, const uint32_t option[2])
{
    struct si_state *st = &s->st;
    for (unsigned i = 0; i < 2; i++) {
        st->option[i] = option[i];
        st->option_loose[i] = 0;
        st->option_lean[i] = 0;
        st->in_force[i] = option[i]; /* nWRP acts at once: measured on an F411 */
    }
    derive(s);
}

void silicon_set_options(struct silicon *s, uint32_t optcr, uint32_t optcr1)
{
    struct si_state *st = &s->st;
    const uint32_t option[2] = {optcr & st->geo.optcr, optcr1 & st->geo.optcr1};
    si_options_commit(s, option);
    st->optcr[0] = option[0];
    st->optcr[1] = option[1];
    put_in_force(s);
}

/* ---- the stored bytes: RM0090 table 14 ------------------------------------------ */

/*   1FFFC000  OPTCR[15:0]    1FFFC008  OPTCR[31:16]    else ones
 *   1FFEC000  ones           1FFEC008  OPTCR1[31:16] */
static bool half_of(uint32_t addr, unsigned *which, unsigned *shift)
{
    *which = addr < BANK1_AREA ? 1 : 0;
    *shift = (addr & 8u) != 0 ? 16 : 0;
    return (addr & 7u) < 2 && !(*which == 1 && *shift == 0);
}

uint8_t si_options_byte(const struct silicon *s, uint32_t addr)
{
    unsigned which;
    unsigned shift;
    if (!half_of(addr, &which, &shift)) {
        return 0xFF;
    }
    uint32_t mask = which == 0 ? s->st.geo.optcr : s->st.geo.optcr1;
    uint32_t word = s->st.option[which] | ~mask;
    return (uint8_t)(word >> (shift + addr % 2 * 8));
}

void si_options_byte_set(struct silicon *s, uint32_t addr, uint8_t value)
{
    unsigned which;
    unsigned shift;
    if (!half_of(addr, &which, &shift)) {
        return;
    }
    struct si_state *st = &s->st;
    uint32_t lane = 0xFFu << (shift + addr % 2 * 8);
    uint32_t option[2] = {st->option[0], st->option[1]};
    option[which] &= ~lane;
    option[which] |= (uint32_t)value << (shift + addr % 2 * 8);
    silicon_set_options(s, option[0], option[1]);
}

/* ---- writing them ------------------------------------------------------------------ */

enum silicon_result si_optkey_write(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    if (st->optkey == SI_KEY_LOCKED && a->width == 4 && a->value == OPTKEY1) {
        st->optkey = SI_KEY_FIRST;
        return SILICON_OK;
    }
    if (st->optkey == SI_KEY_FIRST && a->width == 4 && a->value == OPTKEY2) {
        st->optkey = SI_KEY_OPEN;
        return SILICON_OK;
    }
    si_breach(s, LAW_OPTKEY, a);
    bool forgiving = st->optkey == SI_KEY_OPEN && st->cond.key_open_relocks;
    st->optkey = forgiving ? SI_KEY_LOCKED : SI_KEY_DEAD;
    return SILICON_BUS_ERROR;
}

/* RM0090 3.7.3: level 2 is for ever. 3.7.5: PCROP, once on, can only grow,
 * unless RDP goes from 1 to 0 in the same write, which erases everything. */
static bool forbidden(const struct silicon *s, const uint32_t wanted[2], bool regression)
{
    const uint32_t *now = s->st.in_force;
    if (rdp_level(now[0]) == 2) {
        return true;
    }
    if ((now[0] & SI_OPTCR_SPRMOD) == 0 || regression) {
        return false;
    }
    const uint32_t *nwrp = s->st.geo.nwrp;
    bool shrinks =
            ((now[0] & ~wanted[0] & nwrp[0]) | (now[1] & ~wanted[1] & nwrp[1])) != 0;
    return shrinks || (wanted[0] & SI_OPTCR_SPRMOD) == 0;
}

static enum silicon_result start_options(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    bool regression = rdp_level(st->in_force[0]) == 1 && rdp_level(st->optcr[0]) == 0;
    if (st->swapped) {
        si_breach(s, LAW_SWAPPED, a);
    }
    if (forbidden(s, st->optcr, regression)) {
        si_breach(s, LAW_PROTECTED, a);
        si_raise(s, SI_SR_WRPERR, a);
        return SILICON_OK;
    }
    if (si_op_blocked(s, a)) {
        return SILICON_OK;
    }
    struct si_op op = {.kind = SI_OP_OPTIONS,
            .banks = 3,
            .regression = regression,
            .sector = -1,
            .addr = a->addr,
            .off = 0,
            .size = regression ? st->geo.bytes : 0,
            .option = {st->optcr[0], st->optcr[1]},
            .caller = a->caller,
            .until = silicon_options_ns(st->cond.speed)};
    if (regression) {
        unsigned psize = (st->cr & SI_CR_PSIZE) >> 8;
        op.until += silicon_mass_ns(st->cond.speed, psize, st->geo.bank_bytes / 1024);
    }
    return si_op_begin(s, op, si_now(s));
}

enum silicon_result si_optcr_write(
        struct silicon *s, unsigned which, const struct si_access *a)
{
    struct si_state *st = &s->st;
    if (st->op.kind != SI_OP_NONE) {
        si_breach(s, LAW_CR_BUSY, a);
        if (si_stall(s, a) != SILICON_OK) {
            return SILICON_POWER_LOST;
        }
    }
    uint32_t mask = which == 0 ? st->geo.optcr : st->geo.optcr1;
    uint32_t value = si_lanes(st->optcr[which], a);
    /* Lock and start are bits of OPTCR's own lanes only. */
    uint32_t control = which == 0 ? si_lanes(0, a) : 0;
    if (st->optkey != SI_KEY_OPEN) {
        bool same = (value & mask) == st->optcr[which] && (control & SI_OPTCR_STRT) == 0;
        if (same) {
            return SILICON_OK;
        }
        si_breach(s, LAW_CR_LOCKED, a);
        return st->cond.cr_locked_faults ? SILICON_BUS_ERROR : SILICON_OK;
    }
    st->optcr[which] = value & mask;
    if ((control & SI_OPTCR_LOCK) != 0) {
        st->optkey = SI_KEY_LOCKED;
    }
    return (control & SI_OPTCR_STRT) != 0 ? start_options(s, a) : SILICON_OK;
}
