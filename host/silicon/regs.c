/* regs.c - the controller's registers as the bus sees them (RM0090 3.9).
 *
 * SPDX-License-Identifier: MIT
 */
#include "silicon/silicon_priv.h"

#define KEY1 0x45670123u
#define KEY2 0xCDEF89ABu

/* The register after a store that may be narrower than it. */
uint32_t si_lanes(uint32_t old, const struct si_access *a)
{
    if (a->width == 4) {
        return a->value;
    }
    unsigned shift = a->addr % 4 * 8;
    uint32_t lanes = ((1u << a->width * 8) - 1) << shift;
    return (old & ~lanes) | (a->value << shift & lanes);
}

uint32_t si_reg_read(const struct silicon *s, uint32_t off)
{
    const struct si_state *st = &s->st;
    switch (off & ~3u) {
    case SI_ACR: return st->acr;
    case SI_SR: return st->sr | (st->op.kind != SI_OP_NONE ? SI_SR_BSY : 0);
    case SI_CR: return st->cr;
    case SI_OPTCR: {
        uint32_t locked = st->optkey != SI_KEY_OPEN ? SI_OPTCR_LOCK : 0;
        uint32_t started = st->op.kind == SI_OP_OPTIONS ? SI_OPTCR_STRT : 0;
        return st->optcr[0] | locked | started;
    }
    case SI_OPTCR1: return st->optcr[1];
    default: return 0; /* KEYR and OPTKEYR read 0, and so does what is not there */
    }
}

static void report_lock(struct silicon *s, bool locked)
{
    si_report(s,
            (struct silicon_event){.kind = locked ? SILICON_EV_LOCK : SILICON_EV_UNLOCK,
                    .addr = SI_REGS + (locked ? SI_CR : SI_KEYR),
                    .sector = -1});
}

static enum silicon_result refuse_key(
        struct silicon *s, enum silicon_law law, const struct si_access *a)
{
    struct si_state *st = &s->st;
    si_breach(s, law, a);
    bool forgiving = law == LAW_KEY_OPEN && st->cond.key_open_relocks;
    bool was_open = st->key == SI_KEY_OPEN;
    st->key = forgiving ? SI_KEY_LOCKED : SI_KEY_DEAD;
    st->cr |= SI_CR_LOCK;
    if (was_open) {
        report_lock(s, true);
    }
    return SILICON_BUS_ERROR;
}

static enum silicon_result write_keyr(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    switch (st->key) {
    case SI_KEY_LOCKED:
        if (a->width != 4 || a->value != KEY1) {
            return refuse_key(s, LAW_KEY, a);
        }
        st->key = SI_KEY_FIRST;
        return SILICON_OK;
    case SI_KEY_FIRST:
        if (a->width != 4 || a->value != KEY2) {
            return refuse_key(s, LAW_KEY, a);
        }
        st->key = SI_KEY_OPEN;
        st->cr &= ~SI_CR_LOCK;
        report_lock(s, false);
        return SILICON_OK;
    case SI_KEY_OPEN: return refuse_key(s, LAW_KEY_OPEN, a);
    case SI_KEY_DEAD:
    default: return refuse_key(s, LAW_KEY_DEAD, a);
    }
}

static void write_sr(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    uint32_t before = st->sr;
    st->sr &= ~si_lanes(0, a); /* a 1 clears its flag, RM0090 3.9.5 */
    if (((before ^ st->sr) & SI_SR_ERRORS) != 0) {
        si_report(s, (struct silicon_event){.kind = SILICON_EV_CLEARED,
                             .addr = a->addr,
                             .before = before,
                             .value = st->sr,
                             .width = a->width,
                             .sector = -1});
    }
    si_irq_update(s);
}

static enum silicon_result write_cr(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    if (st->op.kind != SI_OP_NONE) {
        si_breach(s, LAW_CR_BUSY, a);
        if (si_stall(s, a) != SILICON_OK) {
            return SILICON_POWER_LOST;
        }
    }
    uint32_t value = si_lanes(st->cr, a) & st->geo.cr;
    if (st->key != SI_KEY_OPEN) {
        if (((value ^ st->cr) & ~SI_CR_LOCK) == 0 && (value & SI_CR_LOCK) != 0) {
            return SILICON_OK; /* locking what is locked loses nothing */
        }
        si_breach(s, LAW_CR_LOCKED, a);
        return st->cond.cr_locked_faults ? SILICON_BUS_ERROR : SILICON_OK;
    }
    uint32_t before = st->cr;
    st->cr = value & ~SI_CR_STRT;
    si_report(s, (struct silicon_event){.kind = SILICON_EV_CR,
                         .addr = a->addr,
                         .before = before,
                         .value = value,
                         .width = a->width,
                         .sector = -1});
    if ((value & SI_CR_LOCK) != 0) {
        st->key = SI_KEY_LOCKED;
        report_lock(s, true);
    }
    si_irq_update(s);
    return (value & SI_CR_STRT) != 0 ? si_start_erase(s, a) : SILICON_OK;
}

/* RM0090 3.9.1: a reset bit can be written only while its cache is disabled,
 * which is judged by the value that the store finds. ICRST reads 0. */
static void write_acr(struct silicon *s, const struct si_access *a)
{
    struct si_state *st = &s->st;
    uint32_t value = si_lanes(st->acr, a) & st->geo.acr;
    uint32_t asked = value & ~st->acr & (SI_ACR_ICRST | SI_ACR_DCRST);
    uint32_t refused = ((st->acr & SI_ACR_ICEN) != 0 ? asked & SI_ACR_ICRST : 0) |
                       ((st->acr & SI_ACR_DCEN) != 0 ? asked & SI_ACR_DCRST : 0);
    if (refused != 0) {
        si_breach(s, LAW_CACHE_RESET, a);
    }
    uint32_t granted = asked & ~refused;
    if ((granted & SI_ACR_ICRST) != 0) {
        si_cache_reset(&st->icache, SI_ILINES);
        st->prefetch.tag = SI_NO_TAG;
    }
    if ((granted & SI_ACR_DCRST) != 0) {
        si_cache_reset(&st->dcache, SI_DLINES);
    }
    st->acr = value & ~refused & ~SI_ACR_ICRST;
}

enum silicon_result si_reg_write(
        struct silicon *s, uint32_t off, const struct si_access *a)
{
    switch (off & ~3u) {
    case SI_ACR: write_acr(s, a); return SILICON_OK;
    case SI_KEYR: return write_keyr(s, a);
    case SI_OPTKEYR: return si_optkey_write(s, a);
    case SI_SR: write_sr(s, a); return SILICON_OK;
    case SI_CR: return write_cr(s, a);
    case SI_OPTCR: return si_optcr_write(s, 0, a);
    case SI_OPTCR1: return si_optcr_write(s, 1, a);
    default: return SILICON_OK;
    }
}

uint32_t silicon_reg(const struct silicon *s, enum silicon_reg reg)
{
    static const uint32_t offs[] = {
            SI_ACR, SI_KEYR, SI_OPTKEYR, SI_SR, SI_CR, SI_OPTCR, SI_OPTCR1};
    return si_reg_read(s, offs[reg]);
}

void silicon_reg_set(struct silicon *s, enum silicon_reg reg, uint32_t value)
{
    struct si_state *st = &s->st;
    switch (reg) {
    case SILICON_ACR: st->acr = value & st->geo.acr & ~SI_ACR_ICRST; break;
    case SILICON_SR: st->sr = value & st->geo.sr; break;
    case SILICON_CR:
        st->cr = value & st->geo.cr & ~SI_CR_STRT;
        st->key = (value & SI_CR_LOCK) != 0 ? SI_KEY_LOCKED : SI_KEY_OPEN;
        break;
    case SILICON_OPTCR:
        st->optcr[0] = value & st->geo.optcr;
        st->optkey = (value & SI_OPTCR_LOCK) != 0 ? SI_KEY_LOCKED : SI_KEY_OPEN;
        break;
    case SILICON_OPTCR1: st->optcr[1] = value & st->geo.optcr1; break;
    case SILICON_KEYR:
    case SILICON_OPTKEYR:
    default: break; /* they hold nothing */
    }
    si_irq_update(s);
}
